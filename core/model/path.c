/* SPDX-License-Identifier: Apache-2.0 */
#include "model/path.h"

#include <assert.h>
#include <string.h>

#include "model/graph.h"

const char *path_link_name(const struct path_leg *leg, size_t i, struct arena *a)
{
    assert(i > 0 && i < leg->n_hops);
    if (leg->hops[i].link != NULL)
        return arena_strdup(a, leg->hops[i].link->name);
    const char *from = leg->hops[i - 1].router, *to = leg->hops[i].router;
    bool sorted = strcmp(from, to) <= 0;
    return arena_printf(a, "%s|%s", sorted ? from : to, sorted ? to : from);
}

static bool is_said(int64_t capacity)
{
    return capacity > 0 || capacity == PATH_CLOSED;
}

/* The sender's word, else the receiver's. */
static int64_t said(int64_t out, int64_t in)
{
    return is_said(out) ? out : is_said(in) ? in : 0;
}

int64_t path_crossing_capacity(const struct link *link, bool forward)
{
    return said(link->end[forward ? 0 : 1].capacity, link->end[forward ? 1 : 0].capacity);
}

int64_t path_link_capacity(const struct path_leg *leg, size_t i)
{
    assert(i > 0 && i < leg->n_hops);
    const struct path_hop *hop = &leg->hops[i];
    return hop->link ? path_crossing_capacity(hop->link, hop->forward)
                     : said(leg->hops[i - 1].out_capacity, hop->in_capacity);
}
