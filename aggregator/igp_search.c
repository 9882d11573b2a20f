/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/igp_private.h"

#include <string.h>

#include "aggregator/lanes.h"
#include "aggregator/workers.h"

#define SEARCHES 16  /* that a thread takes at once */
#define WORTH    128 /* routers: fewer are not worth a thread */

/* All edges the other way, in the same order. */
static int turn_round(struct arena *a, const struct spf_graph *g, struct spf_graph *out)
{
    *out = (struct spf_graph){g->n, ARENA_ARRAY(a, g->n + 2, uint32_t),
                              ARENA_ARRAY(a, g->begin[g->n] + 1, struct spf_edge)};
    if (!out->begin || !out->edges)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < g->begin[g->n]; i++)
        out->begin[g->edges[i].to + 2]++;
    for (uint32_t i = 2; i <= g->n; i++)
        out->begin[i] += out->begin[i - 1];
    for (uint32_t from = 0; from < g->n; from++)
        for (uint32_t i = g->begin[from]; i < g->begin[from + 1]; i++) {
            struct spf_edge back = g->edges[i];
            uint32_t at = out->begin[back.to + 1]++;
            back.to = from;
            out->edges[at] = back;
        }
    return 0;
}

/* ---- what has changed */

/* The metrics that differ between two graphs. False: more than that does. */
static bool compare(const struct spf_graph *a, const struct spf_graph *b,
                    struct igp_changes *out)
{
    out->n = 0;
    if (a->n != b->n || memcmp(a->begin, b->begin, (a->n + 1) * sizeof(*a->begin)))
        return false;
    for (uint32_t from = 0; from < a->n; from++)
        for (uint32_t i = a->begin[from]; i < a->begin[from + 1]; i++) {
            const struct spf_edge *x = &a->edges[i], *y = &b->edges[i];
            if (x->to != y->to || (x->metric != y->metric && out->n == IGP_CHANGES))
                return false;
            if (x->metric != y->metric)
                out->v[out->n++] = (struct igp_change){from, x->to, x->metric, y->metric};
        }
    out->known = true;
    return true;
}

/*
 * Do these distances to one node stay what they are?
 *
 *     from --metric--> to ..dist[to]..> node
 *
 * A longer edge is of no matter where no shortest way went over it, a shorter one where it
 * makes none shorter: then the old ways are there still, and no edge undercuts their lengths.
 */
static bool stays(const int64_t *dist, const struct igp_changes *c)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct igp_change *x = &c->v[i];
        if (dist[x->to] == SPF_UNREACHED)
            continue;
        if (x->now > x->before ? dist[x->from] == dist[x->to] + x->before
                               : dist[x->from] > dist[x->to] + x->now)
            return false;
    }
    return true;
}

/* ---- searching */

/* Destinations are shared among threads. */
struct search {
    const struct spf_graph *back;
    int64_t *dist;
    const int64_t *before; /* NULL: all is searched */
    const struct igp_changes *changes;
    size_t next; /* destination that nobody took */
};

static void search_one(const struct search *all, struct spf *s, size_t i)
{
    size_t n = all->back->n;
    const int64_t *before = all->before ? all->before + i * n : NULL;
    if (before && stays(before, all->changes))
        memcpy(all->dist + i * n, before, n * sizeof(*before));
    else
        spf_run(s, (uint32_t)i, all->dist + i * n);
}

static int search_some(void *ctx, unsigned worker)
{
    struct search *all = ctx;
    struct spf *s = NULL;
    int rc = spf_new(&s, all->back);
    (void)worker;
    for (size_t first; !rc && (first = workers_take(&all->next, SEARCHES)) < all->back->n;)
        for (size_t i = first; i < first + SEARCHES && i < all->back->n; i++)
            search_one(all, s, i);
    spf_free(&s);
    return rc;
}

/* Searched from each destination back: who asks for the ways to one asks for those of many
 * sources, which then lie side by side. */
int igp_search(struct world *w, struct paths *p, const struct paths *before)
{
    uint32_t n = p->graph.n;
    struct spf_graph back;
    struct arena_mark here = arena_mark(w->scratch);
    p->dist = arena_room(w->arena, (size_t)n * n * sizeof(*p->dist));
    int rc = p->dist ? turn_round(w->scratch, &p->graph, &back) : ERR_NOMEM;
    struct search all = {.back = &back, .dist = p->dist, .changes = &p->changes};
    if (before && before->dist && compare(&before->graph, &p->graph, &p->changes))
        all.before = before->dist;
    if (!rc)
        rc = workers_run(lanes_for(w, n, WORTH), search_some, &all);
    arena_rewind(w->scratch, here);
    return rc;
}
