/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is carried from one router to the next, and what that tells of who runs them.
 *
 *     X:  x1 ──── r          X hands packets to D over several links. Which of them a packet
 *         x2 ──── d  :D      takes depends on where it is, hardly on its destination.
 *
 * If x1 ── r carries packets of one destination only, and the other links none of these, then r
 * is hardly D's: it is that domain's own. The same holds for sources, the other way round.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/owners_private.h"

#define MAX_FLOWS  4096 /* more are not looked at: one may be compared with all others */
#define COST_SPLIT 20   /* a link for one domain's packets among those between two others */

static struct flow *flow_at(struct owners *o, uint32_t a, uint32_t b)
{
    uint32_t key[2] = {a, b};
    union map_value *at = map_at(o->flow_index, key, sizeof(key));
    if (at && !at->u && o->flows.n < MAX_FLOWS) {
        struct flow *f = VEC_PUSH(&o->flows);
        uint32_t *ia = f ? VEC_PUSH(&o->clusters[a].flows) : NULL;
        uint32_t *ib = ia ? VEC_PUSH(&o->clusters[b].flows) : NULL;
        o->failed = o->failed || !ib;
        if (!ib)
            return NULL;
        *f = (struct flow){.a = a, .b = b};
        for (int k = 0; k < FLOW_ENDS; k++) {
            f->has[k] = ARENA_ARRAY(o->w->scratch, o->w->n_doms + 1, uint8_t);
            o->failed = o->failed || !f->has[k];
        }
        *ia = *ib = (uint32_t)(o->flows.n - 1);
        at->u = o->flows.n;
    }
    o->failed = o->failed || !at;
    return at && at->u && !o->failed ? &o->flows.v[at->u - 1] : NULL;
}

static void add_end(struct flow *f, int end, struct dom *d)
{
    if (!d || f->has[end][d->index])
        return;
    f->has[end][d->index] = 1;
    f->only[end] = f->n[end]++ ? NULL : d;
}

void flows_add_run(struct owners *o, const struct run *r)
{
    for (size_t k = 1; k < r->n && !o->failed; k++) {
        struct flow *f = r->v[k - 1] == r->v[k] ? NULL : flow_at(o, r->v[k - 1], r->v[k]);
        if (!f)
            continue;
        add_end(f, FLOW_SOURCE, r->src);
        add_end(f, FLOW_DESTINATION, r->dst);
    }
}

/* Does the flow carry anything of domains other than these two? */
static bool carries_others(const struct flow *f, int end, const struct dom *x,
                           const struct dom *y)
{
    return f->n[end] > (unsigned)f->has[end][x->index] + f->has[end][y->index];
}

/* Is the one domain's traffic apart from what other links between x and y carry? Others end at
 * other routers where destinations are looked at, and begin at others where sources are. */
static bool is_apart(const struct owners *o, const struct flow *f, int end, const struct dom *x,
                     const struct dom *y)
{
    bool others = false;
    for (size_t i = 0; i < o->flows.n; i++) {
        const struct flow *g = &o->flows.v[i];
        if (o->clusters[g->a].label != x || o->clusters[g->b].label != y ||
            (end == FLOW_DESTINATION ? g->b == f->b : g->a == f->a))
            continue;
        if (g->has[end][f->only[end]->index])
            return false;
        others = others || carries_others(g, end, x, y);
    }
    return others;
}

int flow_cost(const struct owners *o, const struct flow *f)
{
    const struct dom *x = o->clusters[f->a].label, *y = o->clusters[f->b].label;
    int cost = 0;
    if (!x || !y || x == y)
        return 0;
    for (int end = 0; end < FLOW_ENDS; end++) {
        const struct dom *d = f->only[end];
        if (d && d != x && d != y && is_apart(o, f, end, x, y))
            cost += COST_SPLIT;
    }
    return cost;
}
