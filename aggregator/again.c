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

/* Else there is little to copy. */
static bool are_few(const struct world *w)
{
    size_t touched = 0;
    for (size_t d = 0; d < w->n_doms; d++)
        touched += unchanged_touched(w)[d];
    return 2 * touched < w->n_doms;
}

const struct composed *again_find(const struct world *w)
{
    const struct composed *was = unchanged_costs(w) ? w->before->composed : NULL;
    if (!was || !are_few(w) || was->n_pids != w->snap->n_pids || !same_starts(w, 0) || !same_starts(w, 1))
        return NULL;
    return was;
}

static uint64_t dirty_towards(const struct world *w, const struct addr *dst)
{
    uint32_t ids[LOOKUP_PREFIXES];
    uint64_t dirty = 0;
    size_t n = lpm_all(w->universe, dst, ids, LOOKUP_PREFIXES);
    for (size_t i = 0; i < n; i++) {
        dirty |= bgp_changed(w, ids[i]);
        if (w->traces->n_by_prefix[ids[i]])
            return PASSED_ALL; /* what traceroutes tell depends on more */
    }
    return dirty;
}

uint64_t again_dirty(const struct world *w, const struct pid *to)
{
    uint64_t dirty = 0;
    for (uint32_t d = 0; d < w->n_doms; d++)
        if (unchanged_touched(w)[d])
            dirty |= dom_bit(d);
    for (size_t f = 0; f < FAMILIES; f++)
        if (to->stand_in[f].family)
            dirty |= dirty_towards(w, &to->stand_in[f]);
    return dirty;
}

bool again_is_covered(const struct composed *was, size_t cell)
{
    for (size_t k = 0; k < PATH_COSTS; k++)
        if (was->cells[k].value && was->cells[k].measured[cell])
            return true;
    return false;
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
