/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What routers hand on to whom.
 *
 *     x ── y ──> D        x and z were seen to hand packets for D to routers that are two,
 *     z ── w ──> D        or only x to D itself: then x and z are two routers as well.
 *
 * A router sends all packets of one family to one network to one next router. Where equal ways
 * are used in turn it does not, but then it does so for some networks only, or the next routers
 * are the same as often: where most networks differ, two routers were seen.
 */
#include <stdlib.h>

#include "aggregator/owners_private.h"

#define THERE (NOWHERE - 1) /* the destination itself comes next */

static int by_node(const void *va, const void *vb)
{
    const struct onward *x = va, *y = vb;
    if (x->node != y->node)
        return x->node < y->node ? -1 : 1;
    if (x->prefix != y->prefix)
        return x->prefix < y->prefix ? -1 : 1;
    return (x->next > y->next) - (x->next < y->next);
}

static void collect_steps(struct owners *o, size_t i)
{
    const struct trace *t = &o->w->traces->v[i];
    for (size_t k = 0; t->prefix < o->w->n_prefixes && k < t->n && !o->failed; k++) {
        bool last = k + 1 == t->n;
        uint32_t next = !last ? o->hop_node[i][k + 1] : t->reached ? THERE : NOWHERE;
        bool silent = !t->hops[k].addr.family || (!last && !t->hops[k + 1].addr.family);
        if (silent || next == NOWHERE || o->hop_node[i][k] == NOWHERE)
            continue;
        struct onward *s = VEC_PUSH(&o->onward);
        o->failed = !s;
        if (s)
            *s = (struct onward){o->hop_node[i][k], t->prefix, next};
    }
}

/* Each step once, by node. */
static void sort_steps(struct owners *o)
{
    size_t n = 0;
    if (o->onward.n)
        qsort(o->onward.v, o->onward.n, sizeof(*o->onward.v), by_node);
    for (size_t i = 0; i < o->onward.n; i++)
        if (!n || by_node(&o->onward.v[n - 1], &o->onward.v[i]) != 0)
            o->onward.v[n++] = o->onward.v[i];
    o->onward.n = n;
    for (size_t i = n; i-- > 0;)
        o->first_onward[o->onward.v[i].node] = (uint32_t)i;
}

void onward_collect(struct owners *o)
{
    o->first_onward = calloc(o->nodes.n + 1, sizeof(*o->first_onward));
    o->sent_to = calloc(o->w->n_prefixes + 1, sizeof(*o->sent_to));
    o->failed = o->failed || !o->first_onward || !o->sent_to;
    for (size_t i = 0; i < o->w->traces->n && !o->failed; i++)
        if (!o->w->traces->v[i].split)
            collect_steps(o, i);
    if (!o->failed)
        sort_steps(o);
}

static bool is_step_of(const struct owners *o, size_t i, uint32_t node)
{
    return i < o->onward.n && o->onward.v[i].node == node;
}

/* Notes to whom the router of an address sends, or forgets it. */
static void note(struct owners *o, uint32_t a, bool keep)
{
    uint32_t p = a;
    do {
        for (size_t i = o->first_onward[p]; is_step_of(o, i, p); i++)
            o->sent_to[o->onward.v[i].prefix] = keep ? o->onward.v[i].next + 1 : 0;
        p = o->ring[p];
    } while (p != a);
}

/* 1 the next routers are one, -1 they are two, 0 that can't be told. */
static int compare_next(struct owners *o, uint32_t x, uint32_t y)
{
    if (x == y)
        return 1;
    if (x == THERE || y == THERE)
        return -1;
    if (aliases_root(o, x) == aliases_root(o, y))
        return 1;
    return aliases_compatible(o, x, y) ? 0 : -1;
}

bool onward_differs(struct owners *o, uint32_t a, uint32_t b)
{
    uint32_t p = b;
    int balance = 0;
    note(o, a, true);
    do {
        for (size_t i = o->first_onward[p]; is_step_of(o, i, p); i++) {
            const struct onward *s = &o->onward.v[i];
            if (o->sent_to[s->prefix])
                balance += compare_next(o, o->sent_to[s->prefix] - 1, s->next);
        }
        p = o->ring[p];
    } while (p != b);
    note(o, a, false);
    return balance < 0;
}
