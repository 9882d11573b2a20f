/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/again.h"

#include <string.h>

#include "aggregator/bgp.h"
#include "aggregator/lanes.h"
#include "aggregator/traces.h"
#include "aggregator/unchanged.h"
#include "aggregator/workers.h"

#define SHARE 16 /* rows that a thread takes at once */
#define WORTH 64 /* PIDs: fewer are not worth a thread */

/* ---- for the next time */

int composed_new(struct world *w)
{
    const struct snapshot *s = w->snap;
    struct composed *c = w->composed = ARENA_NEW(w->arena, struct composed);
    if (!c)
        return ERR_NOMEM;
    c->n_pids = s->n_pids;
    c->passed = arena_room(w->arena, (s->n_pids * s->n_pids + 1) * sizeof(*c->passed));
    for (size_t f = 0; f < FAMILIES; f++)
        c->starts[f] = ARENA_ARRAY(w->arena, s->n_pids + 1, struct walk_start);
    if (!c->passed || !c->starts[0] || !c->starts[1])
        return ERR_NOMEM;
    for (size_t f = 0; f < FAMILIES; f++)
        for (size_t i = 0; i < s->n_pids; i++)
            if (s->pids[i].stand_in[f].family)
                walk_start(w, &s->pids[i].stand_in[f], &c->starts[f][i]);
    return 0;
}

void composed_note(struct world *w)
{
    const struct snapshot *s = w->snap;
    w->composed->measured = s->n_measured > 0;
    for (size_t m = s->n_metrics; m-- > 0;) { /* of several of a kind the first */
        enum path_cost kind = snapshot_path_cost_of(s->metrics[m].name);
        if (kind < PATH_COSTS)
            w->composed->cells[kind] = s->metrics[m];
    }
}

/* ---- what holds still */

static bool same_instance(const struct instance *a, const struct instance *b)
{
    return a && b ? a->index == b->index : !a && !b;
}

static bool same_starts(const struct world *w, size_t f)
{
    const struct snapshot *now = w->snap, *was = w->before->snap;
    for (size_t i = 0; i < now->n_pids; i++) {
        const struct walk_start *x = &w->composed->starts[f][i];
        const struct walk_start *y = &w->before->composed->starts[f][i];
        if (!addr_eq(&now->pids[i].stand_in[f], &was->pids[i].stand_in[f]) ||
            !same_instance(x->own, y->own) || !same_instance(x->near, y->near) ||
            x->near_cls != y->near_cls)
            return false;
    }
    return true;
}

/* ---- what is different towards a destination */

static bool chooses(const struct world *w, const struct dom *d, uint32_t prefix)
{
    for (size_t i = 0; w->bgp->chosen[prefix] && i < w->bgp->n_speakers; i++) {
        const struct speaker *s = w->bgp->speakers[i];
        if (s->instance->router->dom->index == d->index && bgp_choices_of(w, s, prefix).n)
            return true;
    }
    return false;
}

/* Nothing but interior routing leads there, and it begins where it did. */
static bool is_inner(const struct again *g, const struct dom *d)
{
    const struct world *w = g->w;
    bool inner = unchanged_touched(w)[d->index] == TOUCHED_METRICS && !w->rows[FACT_ROUTE].n;
    for (size_t i = 0; inner && i < g->n; i++)
        inner = igp_same_attached(w, d, g->ids[i]) && !chooses(w, d, g->ids[i]) &&
                !chooses(w->before, d, g->ids[i]);
    return inner;
}

void again_aim(struct again *g, size_t to)
{
    const struct world *w = g->w;
    const struct pid *pid = &w->snap->pids[to];
    g->to = to;
    g->dirty = g->n = 0;
    g->inner = NULL;
    for (size_t f = 0; f < FAMILIES; f++)
        if (pid->stand_in[f].family)
            g->n += lpm_all(w->universe, &pid->stand_in[f], g->ids + g->n, LOOKUP_PREFIXES);
    for (size_t i = 0; i < g->n; i++)
        /* what traceroutes tell depends on more */
        g->dirty |= w->traces->n_by_prefix[g->ids[i]] ? PASSED_ALL : bgp_changed(w, g->ids[i]);
    for (uint32_t d = 0; d < w->n_doms; d++) {
        if (unchanged_touched(w)[d] == UNTOUCHED)
            continue;
        if (!g->inner && is_inner(g, w->doms[d]))
            g->inner = w->doms[d];
        else
            g->dirty |= dom_bit(d);
    }
}

/* Packets that begin there: do they stay on the ways that they had? */
static bool same_from(const struct again *g, const struct instance *in)
{
    bool same = !in || in->router->dom == g->inner;
    for (size_t i = 0; in && same && i < g->n; i++)
        same = igp_same_ways(g->w, in, g->ids[i]);
    return same;
}

static bool same_inside(const struct again *g, size_t from)
{
    bool same = true;
    for (size_t f = 0; same && f < FAMILIES; f++) {
        const struct walk_start *at = &g->w->composed->starts[f][from];
        same = same_from(g, at->own) && same_from(g, at->near);
    }
    return same;
}

bool again_keeps(const struct again *g, size_t from)
{
    size_t n = g->was->n_pids, cell = from * n + g->to;
    uint64_t passed = g->was->passed[g->to * n + from];
    uint64_t inner = g->inner ? dom_bit(g->inner->index) : 0;
    if (passed & g->dirty || passed == PASSED_ALL ||
        (passed & inner && (passed != inner || !same_inside(g, from))))
        return false;
    for (size_t k = 0; g->was->measured && k < PATH_COSTS; k++)
        if (g->was->cells[k].value && g->was->cells[k].measured[cell])
            return false; /* what was composed is not there */
    return true;
}

/* Is there enough to copy? */
static bool are_worth(const struct world *w)
{
    size_t touched = 0;
    for (size_t d = 0; d < w->n_doms; d++)
        touched += unchanged_touched(w)[d] != UNTOUCHED;
    return 2 * touched < w->n_doms || !w->bgp->n_speakers;
}

/* Who may hear of more routes than are known: that crosses domains. */
static bool same_rumours(const struct world *w)
{
    bool same = true;
    for (size_t i = 0; same && i < w->bgp->n_speakers; i++)
        same = w->bgp->speakers[i]->hears_more == w->before->bgp->speakers[i]->hears_more &&
               w->bgp->speakers[i]->hears_own == w->before->bgp->speakers[i]->hears_own;
    return same;
}

const struct composed *again_find(const struct world *w)
{
    const struct composed *was = unchanged_costs(w) ? w->before->composed : NULL;
    bool same = was && was->n_pids == w->snap->n_pids && same_starts(w, 0) && same_starts(w, 1);
    return same && same_rumours(w) && are_worth(w) ? was : NULL;
}

/* ---- copying */

/* Rows of all matrices, shared among threads. */
struct copy {
    struct world *w;
    const struct composed *was;
    size_t next;
};

static void copy_row(const struct copy *c, size_t row)
{
    const struct snapshot *s = c->w->snap;
    size_t n = s->n_pids, at = row * n;
    memcpy(c->w->composed->passed + at, c->was->passed + at, n * sizeof(uint64_t));
    for (size_t m = 0; m < s->n_metrics; m++) {
        struct cost_metric *to = &s->metrics[m];
        enum path_cost kind = snapshot_path_cost_of(to->name);
        if (kind == PATH_COSTS || !c->was->cells[kind].value)
            continue;
        memcpy(to->value + at, c->was->cells[kind].value + at, n * sizeof(*to->value));
        memcpy(to->cls + at, c->was->cells[kind].cls + at, n);
    }
}

static int copy_some(void *ctx, unsigned worker)
{
    struct copy *c = ctx;
    size_t n = c->w->snap->n_pids;
    (void)worker;
    for (size_t first; (first = workers_take(&c->next, SHARE)) < n;)
        for (size_t i = first; i < first + SHARE && i < n; i++)
            copy_row(c, i);
    return 0;
}

static int make_room(struct world *w, struct cost_metric *m)
{
    size_t cells = w->snap->n_pids * w->snap->n_pids + 1;
    m->value = arena_room(w->arena, cells * sizeof(*m->value));
    m->cls = arena_room(w->arena, cells);
    m->measured = ARENA_ARRAY(w->arena, cells, uint8_t);
    return m->value && m->cls && m->measured ? 0 : ERR_NOMEM;
}

int again_copy(struct world *w, const struct composed *was)
{
    struct copy c = {w, was, 0};
    int rc = 0;
    for (size_t m = 0; !rc && m < w->snap->n_metrics; m++) {
        enum path_cost kind = snapshot_path_cost_of(w->snap->metrics[m].name);
        if (kind < PATH_COSTS && was->cells[kind].value)
            rc = make_room(w, &w->snap->metrics[m]);
    }
    return rc ? rc : workers_run(lanes_for(w, w->snap->n_pids, WORTH), copy_some, &c);
}
