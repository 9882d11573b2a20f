/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/trees.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_EXACT 9007199254740992.0 /* 2^53: whole numbers up to it add up exactly */

enum state { NODE_NEW, NODE_OPEN, NODE_DONE, NODE_REFUSED };

/* The way from a router to the destination; sums are over all its legs. */
struct rest {
    enum state state;
    bool reached;
    bool as_bad; /* an unknown AS may hide a border */
    enum fact_class cls;
    uint32_t legs, depth; /* routers of the longest leg */
    uint32_t asn;         /* first known one of the way, the same of all legs; 0: none */
    bool gap;             /* before it are routers of unknown AS */
    double hops, as_hops, routing, delay;
    double capacity, available; /* least ones; INFINITY: there is no link */
};

/* A link from one side, in one family. */
struct edge {
    bool known;
    struct addr in; /* where packets come in; none: not known */
    struct link_costs costs;
};

struct tree {
    struct walk x; /* its stack has the router at hand */
    struct step steps[2];
    struct lookup to;
    struct rest *nodes;    /* by instance */
    struct edge *edges[2]; /* by family, then by link and direction */
};

struct tree *tree_new(const struct world *w)
{
    struct tree *t = calloc(1, sizeof(*t));
    if (!t)
        return NULL;
    t->x = (struct walk){.w = w, .steps = t->steps, .quiet = true, .a = w->scratch};
    t->nodes = calloc(w->n_instances + 1, sizeof(*t->nodes));
    for (size_t f = 0; f < 2; f++)
        t->edges[f] = calloc(2 * w->n_wires + 1, sizeof(**t->edges));
    if (!t->nodes || !t->edges[0] || !t->edges[1])
        tree_free(&t);
    return t;
}

void tree_free(struct tree **t)
{
    if (!*t)
        return;
    free((*t)->nodes);
    free((*t)->edges[0]);
    free((*t)->edges[1]);
    free(*t);
    *t = NULL;
}

void tree_aim(struct tree *t, const struct addr *dst)
{
    const struct world *w = t->x.w;
    memset(t->nodes, 0, w->n_instances * sizeof(*t->nodes));
    t->x.dst = *dst;
    t->x.to = ways_destination(w->ways, w, dst);
    lookup_prepare(w, dst, &t->to);
}

/* ---- links */

static struct edge measure(struct tree *t, const struct forwarding *f, const struct onward *way)
{
    struct walk *x = &t->x;
    const struct forward_hop *h = way->hop;
    struct instance *here = x->steps[0].at;
    walk_pop(x, 0);
    walk_push(x, here, here->router->dom, &(struct arrival){0});
    walk_leave(&x->steps[0], h->out, x->dst.family);
    struct arrival via = walk_arrive(x, f, h, way->seen);
    walk_push(x, h->next, h->next->router->dom, &via);
    struct path_hop hops[] = {x->steps[0].hop, x->steps[1].hop};
    const struct path_leg leg = {.hops = hops, .n_hops = 2};
    const struct path p = {.dst = x->dst};
    walk_pop(x, 1);
    return (struct edge){true, hops[1].in, snapshot_link_costs(x->w->snap, &p, &leg, 1)};
}

/* A known link costs the same whoever crosses it. */
static struct edge edge_of(struct tree *t, const struct forwarding *f, const struct onward *way)
{
    const struct forward_hop *h = way->hop;
    if (!h->wire || !h->out)
        return measure(t, f, way);
    struct edge *e =
        &t->edges[t->x.dst.family == 6][2 * h->wire->index + (h->out == h->wire->b)];
    if (!e->known)
        *e = measure(t, f, way);
    return *e;
}

/* ---- routers */

struct branch {
    const struct rest *rest;
    const struct instance *next;
    enum fact_class cls; /* of coming there */
    struct edge edge;
};

static bool is_exact(double v)
{
    return isnan(v) || (v == rint(v) && fabs(v) < MAX_EXACT);
}

static bool sums_exactly(const struct branch *b)
{
    return is_exact(b->edge.costs.routing) && is_exact(b->edge.costs.delay) &&
           is_exact(b->rest->routing) && is_exact(b->rest->delay);
}

/* Legs that look alike count once: might these two? */
static bool may_look_alike(const struct branch *a, const struct branch *b)
{
    bool apart = a->edge.in.family && b->edge.in.family && !addr_eq(&a->edge.in, &b->edge.in);
    return !apart && !strcmp(a->next->router->name, b->next->router->name);
}

static bool can_join(const struct branch *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (n > 1 && !sums_exactly(&v[i]))
            return false;
        if (v[i].rest->legs > 1 && !sums_exactly(&v[i]))
            return false;
        for (size_t k = 0; k < i; k++)
            if (may_look_alike(&v[i], &v[k]))
                return false;
    }
    return true;
}

static double least(double a, double b)
{
    return isnan(a) || isnan(b) ? NAN : fmin(a, b);
}

/* Borders between ASes behind this router, which is in `asn`. */
static void count_borders(struct rest *n, const struct rest *rest, uint32_t asn)
{
    bool border = asn && rest->asn && rest->asn != asn;
    n->as_bad = n->as_bad || rest->as_bad || (asn && !rest->asn) || (border && rest->gap);
    n->as_hops += rest->as_hops + (border ? rest->legs : 0);
}

static void join(struct rest *n, const struct branch *b, uint32_t asn)
{
    const struct rest *rest = b->rest;
    const struct link_costs *c = &b->edge.costs;
    double legs = rest->legs;
    n->legs += rest->legs;
    n->depth = rest->depth >= n->depth ? rest->depth + 1 : n->depth;
    n->reached = n->reached && rest->reached;
    n->cls = b->cls > n->cls ? b->cls : n->cls;
    n->cls = rest->cls > n->cls ? rest->cls : n->cls;
    n->hops += rest->hops + legs;
    n->routing += legs * c->routing + rest->routing;
    n->delay += legs * c->delay + rest->delay;
    n->capacity = least(n->capacity, least(c->capacity, rest->capacity));
    n->available = least(n->available, least(c->available, rest->available));
    count_borders(n, rest, asn);
}

static void join_all(struct rest *n, const struct branch *v, size_t n_v, uint32_t asn)
{
    n->depth = 1;
    n->reached = true;
    n->cls = CLASS_OBSERVED;
    n->capacity = n->available = INFINITY;
    n->asn = asn ? asn : v[0].rest->asn;
    n->gap = !asn;
    bool plain = true; /* legs don't begin in different ASes */
    for (size_t i = 0; i < n_v; i++) {
        join(n, &v[i], asn);
        plain = plain && (asn || v[i].rest->asn == n->asn);
    }
    n->state = plain && n->legs <= PATH_MAX_LEGS ? NODE_DONE : NODE_REFUSED;
}

static void end_here(struct rest *n, const struct forwarding *f, uint32_t asn)
{
    n->state = NODE_DONE;
    n->reached = f->kind == FORWARD_DELIVER;
    n->cls = f->cls;
    n->legs = n->depth = 1;
    n->asn = asn;
    n->gap = !asn;
    n->capacity = n->available = INFINITY;
}

static const struct rest *node_at(struct tree *t, struct instance *in, unsigned depth);

static void go_on(struct tree *t, struct rest *n, struct forwarding *f, unsigned depth)
{
    struct walk *x = &t->x;
    struct decision d;
    struct branch v[BGP_MAX_PATHS];
    uint32_t asn = walk_asn(x->w, x->steps[0].at, x->dst.family);
    walk_decide(x, x->steps[0].at, f, &d);
    n->state = NODE_REFUSED;
    for (size_t i = 0; i < d.n; i++) {
        struct instance *next = d.ways[i].hop->next;
        if (!next || !walk_forwards(x, next))
            return;
        enum fact_class cls = d.ways[i].seen ? CLASS_OBSERVED : f->cls;
        v[i] = (struct branch){NULL, next, cls, edge_of(t, f, &d.ways[i])};
    }
    n->state = NODE_OPEN;
    bool ok = d.n > 0;
    for (size_t i = 0; ok && i < d.n; i++) {
        v[i].rest = node_at(t, d.ways[i].hop->next, depth + 1);
        ok = v[i].rest->state == NODE_DONE;
    }
    if (ok && can_join(v, d.n))
        join_all(n, v, d.n, asn);
    else
        n->state = NODE_REFUSED;
}

/* Who comes back to a router that is still open walks in a loop: that is refused. */
static const struct rest *node_at(struct tree *t, struct instance *in, unsigned depth)
{
    struct rest *n = &t->nodes[in->index];
    struct forwarding f;
    if (n->state != NODE_NEW)
        return n;
    n->state = NODE_REFUSED;
    if (depth >= PATH_MAX_HOPS)
        return n;
    t->steps[0].at = in;
    t->x.n = 1;
    forward_to(t->x.w, in, &t->to, &f);
    switch (f.kind) {
    case FORWARD_DELIVER:
    case FORWARD_DROP:
        end_here(n, &f, walk_asn(t->x.w, in, t->x.dst.family));
        break;
    case FORWARD_ON:
        go_on(t, n, &f, depth);
        break;
    case FORWARD_UNKNOWN:
        break;
    }
    return n;
}

/* ---- answers */

/* A path of one router has no link: nothing limits it that is known. */
static double narrowest(const struct rest *n, double least_one)
{
    return n->depth > 1 ? least_one : NAN;
}

static void tell(const struct rest *n, struct tree_costs *out)
{
    double legs = n->legs;
    bool borders = n->asn && !n->gap && !n->as_bad;
    out->value[PATH_HOPS] = n->hops / legs;
    out->value[PATH_AS_HOPS] = borders ? n->as_hops / legs : NAN;
    out->value[PATH_ROUTING] = n->routing / legs;
    out->value[PATH_DELAY] = n->delay / legs;
    out->value[PATH_CAPACITY] = narrowest(n, n->capacity);
    out->value[PATH_AVAILABLE] = narrowest(n, n->available);
}

bool tree_costs(struct tree *t, const struct walk_start *from, struct tree_costs *out)
{
    bool own = from->own && walk_forwards(&t->x, from->own);
    struct instance *in = own ? from->own : from->near;
    if (!in || (!own && !walk_forwards(&t->x, in)))
        return false;
    const struct rest *n = node_at(t, in, 0);
    if (n->state != NODE_DONE || n->depth > PATH_MAX_HOPS)
        return false;
    enum fact_class cls = own ? CLASS_DERIVED : from->near_cls;
    out->reached = n->reached;
    out->cls = n->cls > cls ? n->cls : cls;
    for (size_t i = 0; i < PATH_COSTS; i++)
        out->value[i] = NAN;
    if (n->reached)
        tell(n, out);
    return true;
}
