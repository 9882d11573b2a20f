/* SPDX-License-Identifier: Apache-2.0 */
/* Costs between PIDs as the paths between their stand-ins have them. */
#include <math.h>
#include <stdlib.h>

#include "aggregator/emit.h"
#include "aggregator/trees.h"

#define FAMILIES 2 /* IPv4 is asked first */

struct composer {
    struct world *w;
    struct tree *trees[FAMILIES];
    struct walk_start *starts[FAMILIES]; /* by PID */
    enum path_cost *kinds;               /* by metric */
};

static int compose_by_walk(struct composer *c, const struct path_question *q,
                           struct tree_costs *out, struct err *e)
{
    struct arena_mark mark = arena_mark(c->w->scratch);
    struct path *p = NULL;
    int rc = paths_find_quietly(c->w, q, c->w->scratch, &p, e);
    if (!rc) {
        out->reached = p->reached;
        out->cls = p->cls;
        snapshot_path_costs(c->w->snap, p, out->value);
    }
    arena_rewind(c->w->scratch, mark);
    return rc;
}

static int compose(struct composer *c, size_t from, size_t to, struct tree_costs *out,
                   struct err *e)
{
    const struct pid *a = &c->w->snap->pids[from], *b = &c->w->snap->pids[to];
    int rc = 0;
    *out = (struct tree_costs){.cls = CLASS_DERIVED};
    for (size_t i = 0; i < PATH_COSTS; i++)
        out->value[i] = NAN;
    for (size_t f = 0; !rc && !out->reached && f < FAMILIES; f++) {
        const struct path_question q = {a->stand_in[f], b->stand_in[f], NULL};
        if (!q.src.family || !q.dst.family)
            continue;
        bool traced = c->w->traces->n && trace_of_pair(c->w, &q.src, &q.dst);
        if (traced || !tree_costs(c->trees[f], &c->starts[f][from], out))
            rc = compose_by_walk(c, &q, out, e);
    }
    return rc;
}

static int put(const struct composer *c, size_t cell, const struct tree_costs *costs)
{
    struct snapshot *s = c->w->snap;
    int rc = 0;
    for (size_t m = 0; !rc && costs->reached && m < s->n_metrics; m++) {
        double value = c->kinds[m] < PATH_COSTS ? costs->value[c->kinds[m]] : NAN;
        if (isnan(value) || (rc = cost_cells(c->w, &s->metrics[m])))
            continue;
        s->metrics[m].value[cell] = value;
        s->metrics[m].cls[cell] = (uint8_t)costs->cls;
    }
    return rc;
}

/* All costs to a PID: one tree. */
static int fill_column(struct composer *c, size_t to, struct err *e)
{
    struct snapshot *s = c->w->snap;
    int rc = 0;
    for (size_t f = 0; f < FAMILIES; f++)
        if (s->pids[to].stand_in[f].family)
            tree_aim(c->trees[f], &s->pids[to].stand_in[f]);
    for (size_t from = 0; !rc && from < s->n_pids; from++) {
        struct tree_costs costs;
        if (from != to && !(rc = compose(c, from, to, &costs, e)))
            rc = put(c, from * s->n_pids + to, &costs);
    }
    return rc;
}

static int prepare(struct composer *c)
{
    struct snapshot *s = c->w->snap;
    c->kinds = calloc(s->n_metrics + 1, sizeof(*c->kinds));
    if (!c->kinds)
        return ERR_NOMEM;
    for (size_t m = 0; m < s->n_metrics; m++)
        c->kinds[m] = snapshot_path_cost_of(s->metrics[m].name);
    for (size_t f = 0; f < FAMILIES; f++) {
        c->trees[f] = tree_new(c->w);
        c->starts[f] = calloc(s->n_pids + 1, sizeof(**c->starts));
        if (!c->trees[f] || !c->starts[f])
            return ERR_NOMEM;
        for (size_t i = 0; i < s->n_pids; i++)
            if (s->pids[i].stand_in[f].family)
                walk_start(c->w, &s->pids[i].stand_in[f], &c->starts[f][i]);
    }
    return 0;
}

int composed_costs_build(struct world *w, struct err *e)
{
    struct composer c = {.w = w};
    int rc = prepare(&c);
    if (!rc && w->snap->n_metrics)
        rc = cost_cells(w, &w->snap->metrics[snapshot_metric(w->snap, "routingcost")]);
    if (rc)
        err_set(e, rc, "out of memory while computing costs");
    for (size_t to = 0; !rc && to < w->snap->n_pids; to++)
        rc = fill_column(&c, to, e);
    for (size_t f = 0; f < FAMILIES; f++) {
        tree_free(&c.trees[f]);
        free(c.starts[f]);
    }
    free(c.kinds);
    return rc;
}
