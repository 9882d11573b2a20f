/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Costs between PIDs as the paths between their stand-ins have them.
 *
 *     columns      0 .. 7    8 .. 15    ...      each block by whichever thread is free
 *     (towards a PID)
 *
 * A block is computed column by column, each of which is a tree, and then written row by row:
 * eight costs side by side in memory.
 */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/again.h"
#include "aggregator/emit.h"
#include "aggregator/lanes.h"
#include "aggregator/trees.h"
#include "aggregator/workers.h"

#define BLOCK 8
#define SHARE 32 /* columns that a thread takes at once */
#define WORTH 64 /* PIDs: fewer are not worth a thread */

struct composer {
    struct world *w;
    struct walk_start **starts; /* by family, by PID */
    const struct composed *was; /* what can be taken over; NULL: nothing */
    struct lane *lanes;
    unsigned n_lanes;
    size_t next;          /* column that nobody took */
    pthread_mutex_t lock; /* metrics get their cells when the first path has a value */
};

/* A metric that paths have values of. */
struct target {
    struct cost_metric *metric;
    enum path_cost kind;
    double *value; /* its cells; NULL: there are none that the thread knows of */
    uint8_t *cls;
};

/* One thread. */
struct lane {
    struct composer *c;
    struct world w;
    struct tree *trees[FAMILIES];
    struct tree_costs *costs; /* BLOCK columns, one behind the other */
    struct again again;
    uint8_t (*anew)[BLOCK]; /* by source: those of the columns that were not copied */
    size_t wide;            /* columns of the block at hand */
    struct target *targets;
    size_t n_targets;
    struct err err;
};

static int compose_by_walk(struct lane *l, const struct path_question *q,
                           struct tree_costs *out)
{
    struct arena_mark mark = arena_mark(l->w.scratch);
    struct path *p = NULL;
    int rc = paths_find_quietly(&l->w, q, l->w.scratch, &p, &l->err);
    out->passed = PASSED_ALL;
    if (!rc) {
        out->reached = p->reached;
        out->cls = p->cls;
        snapshot_path_costs(l->w.snap, p, out->value);
    }
    arena_rewind(l->w.scratch, mark);
    return rc;
}

static int compose(struct lane *l, size_t from, size_t to, struct tree_costs *out)
{
    const struct snapshot *s = l->w.snap;
    const struct pid *a = &s->pids[from], *b = &s->pids[to];
    uint64_t passed = 0;
    int rc = 0;
    out->reached = false;
    for (size_t f = 0; from != to && !rc && !out->reached && f < FAMILIES; f++) {
        if (!a->stand_in[f].family || !b->stand_in[f].family)
            continue;
        const struct path_question q = {a->stand_in[f], b->stand_in[f], NULL};
        bool traced = l->w.traces->n && trace_of_pair(&l->w, &q.src, &q.dst);
        if (traced || !tree_costs(l->trees[f], &l->c->starts[f][from], out))
            rc = compose_by_walk(l, &q, out);
        passed |= out->passed;
    }
    out->passed = passed;
    return rc;
}

/* All costs to a PID that are not there already: one tree. */
static int compose_column(struct lane *l, size_t first, size_t k)
{
    const struct snapshot *s = l->w.snap;
    size_t n = s->n_pids, to = first + k;
    uint64_t *passed = l->w.composed->passed + to * n;
    int rc = 0;
    for (size_t f = 0; f < FAMILIES; f++)
        if (s->pids[to].stand_in[f].family)
            tree_aim(l->trees[f], &s->pids[to].stand_in[f]);
    if (l->c->was)
        again_aim(&l->again, to);
    for (size_t from = 0; !rc && from < n; from++) {
        l->anew[from][k] = !l->c->was || !again_keeps(&l->again, from);
        if (!l->anew[from][k])
            continue;
        struct tree_costs *out = &l->costs[k * n + from];
        rc = compose(l, from, to, out);
        passed[from] = out->passed;
    }
    return rc;
}

/* A metric gets cells when the first path has a value. */
static int find_cells(struct lane *l, struct target *t)
{
    pthread_mutex_lock(&l->c->lock);
    int rc = cost_cells(l->c->w, t->metric);
    t->value = t->metric->value;
    t->cls = t->metric->cls;
    pthread_mutex_unlock(&l->c->lock);
    return rc ? err_set(&l->err, rc, "out of memory while computing costs") : 0;
}

static void clear(const struct target *t, size_t cell, bool own)
{
    t->value[cell] = own && t->metric->algebra == COST_SUM ? 0 : NAN;
    t->cls[cell] = own ? CLASS_DERIVED : CLASS_ASSUMED;
}

/* What was copied from before goes first. */
static int put(struct lane *l, const struct tree_costs *x, size_t cell, bool own)
{
    for (size_t i = 0; i < l->n_targets; i++) {
        struct target *t = &l->targets[i];
        double value = x->reached ? x->value[t->kind] : NAN;
        if (t->value && l->c->was)
            clear(t, cell, own);
        if (isnan(value))
            continue;
        if (!t->value && find_cells(l, t))
            return ERR_NOMEM;
        t->value[cell] = value;
        t->cls[cell] = (uint8_t)x->cls;
    }
    return 0;
}

/* Row by row, so that what lies side by side is written at once. */
static int put_block(struct lane *l, size_t first)
{
    size_t n = l->w.snap->n_pids;
    int rc = 0;
    for (size_t from = 0; from < n; from++)
        for (size_t k = 0; !rc && k < l->wide; k++)
            if (l->anew[from][k])
                rc = put(l, &l->costs[k * n + from], from * n + first + k, from == first + k);
    return rc;
}

static int compose_block(struct lane *l, size_t first, size_t end)
{
    int rc = 0;
    l->wide = end - first < BLOCK ? end - first : BLOCK;
    for (size_t k = 0; !rc && k < l->wide; k++)
        rc = compose_column(l, first, k);
    return rc ? rc : put_block(l, first);
}

/* ---- threads */

static int work(void *ctx, unsigned number)
{
    struct composer *c = ctx;
    size_t n = c->w->snap->n_pids, at, end;
    int rc = 0;
    while (!rc && (at = workers_take(&c->next, SHARE)) < n)
        for (end = at + SHARE < n ? at + SHARE : n; !rc && at < end; at += BLOCK)
            rc = compose_block(&c->lanes[number], at, end);
    return rc;
}

static int open_lane(struct composer *c, struct lane *l)
{
    struct snapshot *s = c->w->snap;
    l->c = c;
    if (lane_open(c->w, &l->w))
        return ERR_NOMEM;
    l->costs = malloc((s->n_pids + 1) * BLOCK * sizeof(*l->costs));
    l->targets = calloc(s->n_metrics + 1, sizeof(*l->targets));
    l->anew = calloc(s->n_pids + 1, sizeof(*l->anew));
    l->again = (struct again){.w = &l->w, .was = c->was};
    bool ok = l->costs && l->targets && l->anew;
    for (size_t m = 0; ok && m < s->n_metrics; m++) {
        enum path_cost kind = snapshot_path_cost_of(s->metrics[m].name);
        if (kind < PATH_COSTS)
            l->targets[l->n_targets++] =
                (struct target){&s->metrics[m], kind, s->metrics[m].value, s->metrics[m].cls};
    }
    for (size_t f = 0; ok && f < FAMILIES; f++)
        ok = (l->trees[f] = tree_new(&l->w)) != NULL;
    return ok ? 0 : ERR_NOMEM;
}

static void close_lane(struct lane *l)
{
    for (size_t f = 0; f < FAMILIES; f++)
        tree_free(&l->trees[f]);
    free(l->costs);
    free(l->anew);
    free(l->targets);
    lane_close(&l->w);
}

static int prepare(struct composer *c)
{
    struct snapshot *s = c->w->snap;
    int rc = composed_new(c->w);
    c->n_lanes = lanes_for(c->w, s->n_pids, WORTH);
    c->lanes = calloc(c->n_lanes, sizeof(*c->lanes));
    if (rc || !c->lanes)
        return ERR_NOMEM;
    c->starts = c->w->composed->starts;
    c->was = again_find(c->w);
    if (c->was)
        rc = again_copy(c->w, c->was);
    if (!rc && s->n_metrics)
        rc = cost_cells(c->w, &s->metrics[snapshot_metric(s, "routingcost")]);
    for (unsigned i = 0; !rc && i < c->n_lanes; i++)
        rc = open_lane(c, &c->lanes[i]);
    return rc;
}

/* What they found of next hops is of use later. */
static int join_lanes(struct composer *c)
{
    int rc = 0;
    for (unsigned i = 0; !rc && i < c->n_lanes; i++)
        rc = lane_join(c->w, &c->lanes[i].w);
    return rc;
}

static void release(struct composer *c)
{
    for (unsigned i = 0; c->lanes && i < c->n_lanes; i++)
        close_lane(&c->lanes[i]);
    free(c->lanes);
    pthread_mutex_destroy(&c->lock);
}

int composed_costs_build(struct world *w, struct err *e)
{
    struct composer c = {.w = w, .lock = PTHREAD_MUTEX_INITIALIZER};
    int rc = prepare(&c);
    if (rc) {
        err_set(e, rc, "out of memory while computing costs");
        goto out;
    }
    rc = workers_run(c.n_lanes, work, &c);
    for (unsigned i = 0; rc && i < c.n_lanes; i++)
        if (c.lanes[i].err.code) {
            *e = c.lanes[i].err;
            break;
        }
    if (!rc && (rc = join_lanes(&c)))
        err_set(e, rc, "out of memory while computing costs");
out:
    release(&c);
    return rc;
}
