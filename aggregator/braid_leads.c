/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By which links routers of a domain lead packets to others of it, and where packets leave.
 *
 *     a ── b ── c ── d ── K'       a leads to b, c and d by its link to b; b to d by that to c
 *
 * Interior routing leads all packets to one router of the domain the same ways, whatever their
 * destination, and each part of a shortest way is one. It leads back the same way where a link
 * costs the same in both directions, as nearly all do; so d leads to a by its link to c.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/braids.h"

struct leading {
    struct world *w;
    struct braids *b;
    uint32_t heard; /* what answered at a hop; NOWHERE: nobody, or several */
    size_t n_heard;
};

/* ---- what a trace shows */

#define HOPS_MAX 64

/* Routers that nothing tells of, one behind the other. */
struct run {
    const struct trace *t;
    size_t first, n;
    uint32_t node[HOPS_MAX]; /* that answered */
    uint32_t into[HOPS_MAX]; /* by which it was entered from the one before; NOWHERE: they are
                                no neighbours */
};

static bool hear(void *ctx, uint32_t what)
{
    struct leading *g = ctx;
    g->heard = what;
    g->n_heard++;
    return true;
}

/* The only answer at a hop, if it is of a router that nothing tells of. */
static uint32_t node_at(struct leading *g, const struct trace *t, size_t hop)
{
    const struct braid_reader r = {g->w, g->b, true, hear, g};
    g->n_heard = 0;
    braid_read(&r, t, hop);
    return g->n_heard == 1 && g->heard < BRAID_KNOWN ? g->heard : NOWHERE;
}

static uint32_t router_of(const struct leading *g, uint32_t node)
{
    return g->b->nodes.v[node].router;
}

static uint32_t entered_at(const struct leading *g, uint32_t from, uint32_t node)
{
    const struct braid_node *n = &g->b->nodes.v[node];
    if (n->mate != NOWHERE && router_of(g, n->mate) == router_of(g, from))
        return node;
    return n->strays ? braid_link(g->b, router_of(g, from), n->router) : NOWHERE;
}

static void read_run(struct leading *g, const struct trace *t, size_t first, struct run *out)
{
    out->t = t;
    out->first = first;
    for (out->n = 0; first + out->n < t->n && out->n < HOPS_MAX; out->n++) {
        uint32_t node = node_at(g, t, first + out->n);
        if (node == NOWHERE)
            return;
        out->node[out->n] = node;
        out->into[out->n] = out->n ? entered_at(g, out->node[out->n - 1], node) : NOWHERE;
    }
}

/* ---- leads */

static bool add_lead(struct leading *g, struct braid_lead l)
{
    struct braid_lead *slot = VEC_PUSH(&g->b->leads);
    if (slot)
        *slot = l;
    return slot != NULL;
}

static bool add_leads(struct leading *g, const struct run *r)
{
    uint32_t trace = (uint32_t)(r->t - g->w->traces->v);
    bool good = true;
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = i + 1; k < r->n && r->into[k] != NOWHERE && good; k++) {
            uint32_t a = router_of(g, r->node[i]), z = router_of(g, r->node[k]);
            uint32_t back = g->b->nodes.v[r->into[k]].mate;
            good = add_lead(g, (struct braid_lead){a, z, 0, r->into[i + 1], trace, 1}) &&
                   add_lead(g, (struct braid_lead){z, a, 1, back, trace, 1});
        }
    return good;
}

/* ---- exits */

static bool add_exit(struct leading *g, struct braid_exit x)
{
    struct braid_exit *slot = VEC_PUSH(&g->b->exits);
    if (slot)
        *slot = x;
    return slot != NULL;
}

/* Where packets that pass the routers of a run leave them. */
static bool add_exits(struct leading *g, const struct run *r, bool clean)
{
    size_t end = r->first + r->n;
    const struct instance *out = end < r->t->n ? r->t->hops[end].instance : NULL;
    struct braid_exit x = {.prefix = r->t->prefix,
                           .last = router_of(g, r->node[r->n - 1]),
                           .out = out ? out->index : NOWHERE,
                           .trace = (uint32_t)(r->t - g->w->traces->v),
                           .count = 1};
    bool good = true, chained = true;
    if (end < r->t->n ? !out || r->t->hops[end].several : !r->t->reached || r->t->uneven)
        return true;
    for (size_t i = r->n; i-- > 0 && good;) {
        x.from = router_of(g, r->node[i]);
        if (chained || (clean && !i))
            good = add_exit(g, x);
        chained = chained && r->into[i] != NOWHERE;
    }
    return good;
}

static bool read_trace(struct leading *g, const struct trace *t)
{
    struct run r;
    size_t entry = braid_entry(g->w, t);
    bool good = true;
    for (size_t k = 0; k < t->n && good; k += r.n ? r.n : 1) {
        read_run(g, t, k, &r);
        if (r.n)
            good = add_leads(g, &r) && add_exits(g, &r, entry == k);
    }
    return good;
}

/* ---- in order */

static int cmp_lead(const void *a, const void *b)
{
    return braid_cmp(a, b, 5); /* all but the count */
}

static int cmp_exit(const void *a, const void *b)
{
    return braid_cmp(a, b, 5);
}

static void unite_leads(struct braids *b)
{
    size_t n = 0;
    if (b->leads.n)
        qsort(b->leads.v, b->leads.n, sizeof(*b->leads.v), cmp_lead);
    for (size_t i = 0; i < b->leads.n; i++) {
        struct braid_lead *last = n ? &b->leads.v[n - 1] : NULL, l = b->leads.v[i];
        if (last && !braid_cmp(last, &l, 4)) /* but for the trace */
            last->count += l.count;
        else
            b->leads.v[n++] = l;
    }
    b->leads.n = n;
}

static void unite_exits(struct braids *b)
{
    size_t n = 0;
    if (b->exits.n)
        qsort(b->exits.v, b->exits.n, sizeof(*b->exits.v), cmp_exit);
    for (size_t i = 0; i < b->exits.n; i++) {
        struct braid_exit *last = n ? &b->exits.v[n - 1] : NULL, x = b->exits.v[i];
        if (last && !braid_cmp(last, &x, 4))
            last->count += x.count;
        else
            b->exits.v[n++] = x;
    }
    b->exits.n = n;
}

static bool has_exit(const struct braid_exit *e, size_t n, const struct braid_exit *x)
{
    for (size_t i = 0; i < n; i++)
        if (e[i].last == x->last && e[i].out == x->out)
            return true;
    return false;
}

/* Packets leave where they leave from the next router on. `sorted` as below; false: out of
 * memory. */
static bool spread_exits(struct leading *g, size_t sorted)
{
    struct braids known = *g->b;
    bool good = true;
    known.exits.n = sorted;
    for (size_t i = 0; i < g->b->steps.n && good; i++) {
        const struct braid_step *s = &g->b->steps.v[i];
        uint32_t next = router_of(g, s->node), from = router_of(g, g->b->nodes.v[s->node].mate);
        size_t n, n_here;
        const struct braid_exit *x = braid_exits(&known, s->prefix, next, &n);
        const struct braid_exit *here = braid_exits(&known, s->prefix, from, &n_here);
        for (size_t k = 0; k < n && good; k++) {
            struct braid_exit copy = x[k];
            copy.from = from;
            copy.count = 0;
            good = has_exit(here, n_here, &copy) || copy.last == from || add_exit(g, copy);
            if (known.exits.v != g->b->exits.v) { /* it has moved */
                known.exits.v = g->b->exits.v;
                x = braid_exits(&known, s->prefix, next, &n);
                here = braid_exits(&known, s->prefix, from, &n_here);
            }
        }
    }
    return good;
}

/* Steps that all answers together tell lead to where packets to that network leave. New ones
 * are put behind the `sorted` first leads, which are searched. */
static bool add_steps(struct leading *g, size_t sorted)
{
    struct braids known = *g->b; /* leads in order: new ones are not */
    bool good = true;
    for (size_t i = 0; i < g->b->steps.n && good; i++) {
        const struct braid_step *s = &g->b->steps.v[i];
        uint32_t next = router_of(g, s->node), from = router_of(g, g->b->nodes.v[s->node].mate);
        size_t n, n_leads;
        const struct braid_exit *x = braid_exits(g->b, s->prefix, from, &n);
        for (size_t k = 0; k < n && good; k++) {
            known.leads.v = g->b->leads.v;
            known.leads.n = sorted;
            if (x[k].last != from &&
                (n == 1 || next == x[k].last || braid_leads(&known, next, x[k].last, &n_leads)))
                good =
                    add_lead(g, (struct braid_lead){from, x[k].last, 0, s->node, s->trace, 0});
        }
    }
    return good;
}

int braid_find_leads(struct world *w, struct braids *b)
{
    struct leading g = {.w = w, .b = b};
    bool good = true;
    for (size_t i = 0; i < w->traces->n && good; i++)
        good = !braid_counts(w, &w->traces->v[i]) || read_trace(&g, &w->traces->v[i]);
    unite_exits(b);
    for (size_t n = 0; good && n != b->exits.n;) {
        n = b->exits.n;
        good = spread_exits(&g, n);
        unite_exits(b);
    }
    unite_leads(b);
    good = good && add_steps(&g, b->leads.n);
    unite_leads(b);
    return good ? 0 : ERR_NOMEM;
}
