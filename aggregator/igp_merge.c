/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways of equal cost that OSPFv3 of FRR does not all use.
 *
 *           .== b ==.         s reaches b over two links, and d by b and by c at equal cost.
 * Until s           d       FRR 8.5 a further way to d brings the one next hop that the search
 *           `-- c --'         found b by first, not those that b has meanwhile.
 *
 * Nearer ones by the number of routers come first, and bring all next hops that their router
 * has. Equals come as their records lie in memory, which nothing tells: mostly the last that
 * was made. So what is lost is known, and which is not.
 */
#include "aggregator/igp_private.h"

#include <stdlib.h>
#include <string.h>

/* What the search from one router knows of another. */
struct found {
    struct wire_set all, merged;  /* first hops of all ways, and those that are used */
    uint32_t parent, hops, first; /* of the way that came first; hops 0: none yet */
};

struct reached {
    int64_t dist;
    uint32_t node;
};

struct merge {
    struct paths *paths;
    struct found *found;
    struct reached *order; /* nearest first, what is reached */
    size_t n;
    uint32_t source;
};

static int nearer(const void *a, const void *b)
{
    const struct reached *x = a, *y = b;
    if (x->dist != y->dist)
        return x->dist < y->dist ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

static void put(struct wire_set *to, uint32_t wire)
{
    to->bits[wire / 64] |= UINT64_C(1) << (wire % 64);
}

static void join(struct wire_set *to, const struct wire_set *more)
{
    for (size_t i = 0; i < IGP_MAX_WIRES / 64; i++)
        to->bits[i] |= more->bits[i];
}

static void begin(struct merge *m, uint32_t source)
{
    const struct paths *p = m->paths;
    m->source = source;
    m->n = 0;
    memset(m->found, 0, p->graph.n * sizeof(*m->found));
    for (uint32_t i = 0; i < p->graph.n; i++) {
        int64_t dist = p->dist[(size_t)i * p->graph.n + source];
        if (dist != IGP_UNREACHED)
            m->order[m->n++] = (struct reached){dist, i};
    }
    qsort(m->order, m->n, sizeof(*m->order), nearer);
}

/* One more way of least cost, by an edge of a router that is settled. */
static void offer(struct merge *m, uint32_t from, const struct spf_edge *e)
{
    const struct found *parent = &m->found[from];
    struct found *to = &m->found[e->to];
    uint32_t first = from == m->source ? e->tag : parent->first;
    if (from == m->source)
        put(&to->all, first);
    else
        join(&to->all, &parent->all);
    put(&to->merged, first);
    if (to->hops && parent->hops + 1 > to->hops)
        return;
    to->hops = parent->hops + 1;
    to->parent = from;
    to->first = first;
}

/* What the way that came first brings; true: of what there is something is lost. */
static bool settle(struct merge *m, uint32_t node)
{
    struct found *f = &m->found[node];
    if (f->hops && f->parent != m->source)
        join(&f->merged, &m->found[f->parent].merged);
    return memcmp(&f->merged, &f->all, sizeof(f->all)) != 0;
}

static int note(struct world *w, struct merge *m, uint32_t node)
{
    struct paths *p = m->paths;
    if (p->n_narrowed == p->room) {
        size_t room = p->room ? 2 * p->room : 16;
        struct narrowed *v = ARENA_ARRAY(w->arena, room, struct narrowed);
        if (!v)
            return ERR_NOMEM;
        if (p->n_narrowed)
            memcpy(v, p->narrowed, p->n_narrowed * sizeof(*v));
        p->narrowed = v;
        p->room = room;
    }
    p->narrowed[p->n_narrowed++] = (struct narrowed){m->source, node, m->found[node].merged};
    return 0;
}

static int search(struct world *w, struct merge *m)
{
    const struct spf_graph *g = &m->paths->graph;
    int rc = 0;
    for (size_t i = 0; !rc && i < m->n; i++) {
        struct reached at = m->order[i];
        bool lost = settle(m, at.node);
        for (uint32_t k = g->begin[at.node]; k < g->begin[at.node + 1]; k++) {
            const struct spf_edge *e = &g->edges[k];
            if (e->to != m->source &&
                m->paths->dist[(size_t)e->to * g->n + m->source] == at.dist + e->metric)
                offer(m, at.node, e);
        }
        rc = lost ? note(w, m, at.node) : 0;
    }
    return rc;
}

static int by_ends(const void *a, const void *b)
{
    const struct narrowed *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

int igp_narrow(struct world *w, struct paths *p, const bool *concerned)
{
    struct arena_mark here = arena_mark(w->scratch);
    struct merge m = {.paths = p,
                      .found = ARENA_ARRAY(w->scratch, p->graph.n + 1, struct found),
                      .order = ARENA_ARRAY(w->scratch, p->graph.n + 1, struct reached)};
    int rc = m.found && m.order ? 0 : ERR_NOMEM;
    for (uint32_t s = 0; !rc && s < p->graph.n; s++) {
        if (!concerned[s])
            continue;
        begin(&m, s);
        rc = search(w, &m);
    }
    if (p->n_narrowed)
        qsort(p->narrowed, p->n_narrowed, sizeof(*p->narrowed), by_ends);
    arena_rewind(w->scratch, here);
    return rc;
}

const struct wire_set *igp_narrowed(const struct paths *p, uint32_t from, uint32_t to)
{
    struct narrowed key = {.from = from, .to = to};
    const struct narrowed *at =
        p->n_narrowed ? bsearch(&key, p->narrowed, p->n_narrowed, sizeof(key), by_ends) : NULL;
    return at ? &at->first : NULL;
}
