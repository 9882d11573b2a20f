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

int64_t path_link_capacity(const struct path_leg *leg, size_t i)
{
    assert(i > 0 && i < leg->n_hops);
    const struct path_hop *hop = &leg->hops[i];
    int64_t out = leg->hops[i - 1].out_capacity, in = hop->in_capacity;
    if (hop->link != NULL) {
        out = hop->link->end[hop->forward ? 0 : 1].capacity;
        in = hop->link->end[hop->forward ? 1 : 0].capacity;
    }
    return is_said(out)  ? out
           : is_said(in) ? in
                         : 0; /* the sender's word, else the receiver's */
}
