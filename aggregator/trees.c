/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/trees.h"

#include <math.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/unchanged.h"

#define MAX_EXACT 9007199254740992.0 /* 2^53: whole numbers up to it add up exactly */

enum state { NODE_OPEN, NODE_DONE, NODE_REFUSED };

/* The way from a router to the destination; sums are over all its legs. */
struct rest {
    uint32_t aim; /* the destination that it is about; another: nothing is known yet */
    enum state state;
    bool reached;
    bool as_bad; /* an unknown AS may hide a border */
    enum fact_class cls;
    uint32_t legs, depth; /* routers of the longest leg */
    uint32_t asn;         /* first known one of the way, the same of all legs; 0: none */
    bool gap;             /* before it are routers of unknown AS */
    double hops, as_hops, routing, delay;
    double capacity, available; /* least ones; INFINITY: there is no link */
    uint64_t passed;            /* domains of all routers */
};

/* An adjacency in one family, as one line of the processor's cache: trees touch thousands. */
struct edge {
    alignas(64) struct link_costs costs;
    struct instance *next;
    uint32_t index; /* of next */
    struct addr in; /* where packets come in; none: not known */
    bool known;
    bool tells; /* see struct around: next forwards whatever the destination */
};

/* What is asked of each router again and again, by family. */
struct around {
    uint8_t *forwards;  /* by instance: its routes are known, whatever the destination */
    uint32_t *asn;      /* by instance */
    struct edge *edges; /* by adjacency */
};

struct tree {
    struct walk x; /* its stack has the router at hand */
    struct step steps[2];
    struct lookup to;
    struct rest *nodes; /* by instance */
    uint32_t aim;       /* counts destinations */
    struct around by_family[2];
    const struct around *around; /* of the destination's family */
    bool traced;                 /* traceroutes to its prefix may say otherwise */
};

static int look_around(const struct world *w, unsigned family, struct around *out)
{
    size_t slots = igp_first_slot(w, w->n_instances) + 1;
    out->forwards = calloc(w->n_instances + 1, 1);
    out->asn = calloc(w->n_instances + 1, sizeof(*out->asn));
    out->edges = aligned_alloc(alignof(struct edge), slots * sizeof(struct edge));
    if (!out->forwards || !out->asn || !out->edges)
        return ERR_NOMEM;
    memset(out->edges, 0, slots * sizeof(struct edge));
    for (size_t i = 0; i < w->n_instances; i++) {
        out->forwards[i] = instance_forwards(w, w->instances[i], family);
        out->asn[i] = walk_asn(w, w->instances[i], family);
    }
    return 0;
}

struct tree *tree_new(const struct world *w)
{
    struct tree *t = calloc(1, sizeof(*t));
    if (!t)
        return NULL;
    t->x = (struct walk){.w = w, .steps = t->steps, .quiet = true, .a = w->scratch};
    t->nodes = calloc(w->n_instances + 1, sizeof(*t->nodes));
    if (!t->nodes || look_around(w, 4, &t->by_family[0]) || look_around(w, 6, &t->by_family[1]))
        tree_free(&t);
    return t;
}

void tree_free(struct tree **t)
{
    if (!*t)
        return;
    for (size_t f = 0; f < 2; f++) {
        free((*t)->by_family[f].forwards);
        free((*t)->by_family[f].asn);
        free((*t)->by_family[f].edges);
    }
    free((*t)->nodes);
    free(*t);
    *t = NULL;
}

void tree_aim(struct tree *t, const struct addr *dst)
{
    const struct world *w = t->x.w;
    t->aim++;
    t->x.dst = *dst;
    t->x.to = ways_destination(w->ways, w, dst);
    t->around = &t->by_family[dst->family == 6];
    t->traced = t->x.to.prefix != NOWHERE && w->traces->n_by_prefix[t->x.to.prefix];
    lookup_prepare(w, dst, &t->to);
}

static bool forwards(const struct tree *t, const struct instance *in)
{
    return t->around->forwards[in->index] || walk_forwards(&t->x, in);
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
    return (struct edge){.costs = snapshot_link_costs(x->w->snap, &p, &leg, 1),
                         .next = h->next,
                         .index = h->next->index,
                         .in = hops[1].in,
                         .known = true,
                         .tells = t->around->forwards[h->next->index]};
}

/* A known link costs the same whoever crosses it. */
static const struct edge *edge_at(struct tree *t, const struct forwarding *f, uint32_t slot)
{
    struct edge *e = &t->around->edges[slot];
    if (e->known)
        return e;
    const struct instance *here = t->x.steps[0].at;
    const struct igp_neighbour *n =
        igp_neighbour(t->x.w, here, slot - igp_first_slot(t->x.w, here->index));
    struct forward_hop h = {.out = n->out, .wire = n->wire, .next = n->next};
    *e = measure(t, f, &(struct onward){&h, NULL});
    return e;
}

/* ---- routers */

struct branch {
    const struct rest *rest;
    const struct edge *edge;
    enum fact_class cls; /* of coming there */
};

/* All that go on from a router. */
struct branches {
    struct branch v[BGP_MAX_PATHS];
    size_t n;
    struct edge own[BGP_MAX_PATHS]; /* of ways that are no adjacencies */
};

static bool is_exact(double v)
{
    return isnan(v) || (v == rint(v) && fabs(v) < MAX_EXACT);
}

static bool sums_exactly(const struct branch *b)
{
    return is_exact(b->edge->costs.routing) && is_exact(b->edge->costs.delay) &&
           is_exact(b->rest->routing) && is_exact(b->rest->delay);
}

/* Legs that look alike count once: might these two? */
static bool may_look_alike(const struct branch *a, const struct branch *b)
{
    const struct edge *x = a->edge, *y = b->edge;
    bool apart = x->in.family && y->in.family && !addr_eq(&x->in, &y->in);
    return !apart && !strcmp(x->next->router->name, y->next->router->name);
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
    const struct link_costs *c = &b->edge->costs;
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
    n->passed |= rest->passed;
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

/* Interior routing leads on by these adjacencies. False: not to routers that tell. */
static bool branch_inside(struct tree *t, const struct forwarding *f,
                          const struct wire_set *first, struct branches *out)
{
    uint32_t slot = igp_first_slot(t->x.w, t->x.steps[0].at->index);
    for (size_t i = 0; (i = wire_set_next(first, i)) < IGP_MAX_WIRES; i++) {
        const struct edge *e = edge_at(t, f, slot + (uint32_t)i);
        if (!e->tells && !walk_forwards(&t->x, e->next))
            return false;
        out->v[out->n++] = (struct branch){NULL, e, f->cls};
        if (out->n == BGP_MAX_PATHS)
            break;
    }
    return true;
}

/* The same for all other routes, and where traceroutes may tell more. */
static bool branch_out(struct tree *t, struct forwarding *f, struct branches *out)
{
    struct walk *x = &t->x;
    struct decision d;
    walk_decide(x, x->steps[0].at, f, &d);
    for (; out->n < d.n; out->n++) {
        const struct onward *way = &d.ways[out->n];
        const struct forward_hop *h = way->hop;
        if (!h->next || !forwards(t, h->next))
            return false;
        const struct edge *e = &out->own[out->n];
        if (h->adjacent)
            e = edge_at(t, f, h->slot);
        else
            out->own[out->n] = measure(t, f, way);
        out->v[out->n] = (struct branch){NULL, e, way->seen ? CLASS_OBSERVED : f->cls};
    }
    return true;
}

static void go_on(struct tree *t, struct rest *n, struct branches *v, unsigned depth)
{
    uint32_t asn = t->around->asn[t->x.steps[0].at->index];
    n->state = NODE_OPEN;
    bool ok = v->n > 0;
    for (size_t i = 0; ok && i < v->n; i++) {
        const struct edge *e = v->v[i].edge;
        const struct rest *known = &t->nodes[e->index];
        bool is_done = known->aim == t->aim && known->state == NODE_DONE;
        v->v[i].rest = is_done ? known : node_at(t, e->next, depth + 1);
        ok = v->v[i].rest->state == NODE_DONE;
    }
    if (ok && can_join(v->v, v->n))
        join_all(n, v->v, v->n, asn);
    else
        n->state = NODE_REFUSED;
}

/* Which of its edges will be needed shows when routes were compared: memory begins by then. */
static void fetch_edges(const struct tree *t, const struct instance *in)
{
    uint32_t end = igp_first_slot(t->x.w, in->index + 1);
    for (uint32_t i = igp_first_slot(t->x.w, in->index); i < end; i++)
        __builtin_prefetch(&t->around->edges[i]);
}

/* What the router at hand does. */
static void settle(struct tree *t, struct rest *n, unsigned depth)
{
    struct instance *in = t->x.steps[0].at;
    struct forwarding f;
    struct wire_set inside;
    struct branches v;
    memset(&inside, 0, sizeof(inside));
    v.n = 0;
    fetch_edges(t, in);
    forward_briefly(t->x.w, in, &t->to, &f, t->traced ? NULL : &inside);
    switch (f.kind) {
    case FORWARD_DELIVER:
    case FORWARD_DROP:
        end_here(n, &f, t->around->asn[in->index]);
        break;
    case FORWARD_ON:
        if (wire_set_empty(&inside) ? branch_out(t, &f, &v) : branch_inside(t, &f, &inside, &v))
            go_on(t, n, &v, depth);
        break;
    case FORWARD_UNKNOWN:
        break;
    }
}

/* Who comes back to a router that is still open walks in a loop: that is refused. */
static const struct rest *node_at(struct tree *t, struct instance *in, unsigned depth)
{
    struct rest *n = &t->nodes[in->index];
    if (n->aim == t->aim)
        return n;
    *n = (struct rest){
        .aim = t->aim, .state = NODE_REFUSED, .passed = dom_bit(in->router->dom->index)};
    if (depth >= PATH_MAX_HOPS)
        return n;
    t->x.steps[0].at = in;
    t->x.n = 1;
    settle(t, n, depth);
    return n;
}

/* ---- answers */

/* A path of one router has no link: nothing limits it that is known. */
static double narrowest(const struct rest *n, double least_one)
{
    return n->depth > 1 ? least_one : NAN;
}

static const enum path_cost means[] = {PATH_HOPS, PATH_AS_HOPS, PATH_ROUTING, PATH_DELAY};

static void tell(const struct rest *n, struct tree_costs *out)
{
    double legs = n->legs;
    bool borders = n->asn && !n->gap && !n->as_bad;
    out->value[PATH_HOPS] = n->hops;
    out->value[PATH_AS_HOPS] = borders ? n->as_hops : NAN;
    out->value[PATH_ROUTING] = n->routing;
    out->value[PATH_DELAY] = n->delay;
    out->value[PATH_RTT] = NAN; /* as of any path without its way back (cost.c) */
    for (size_t i = 0; n->legs > 1 && i < sizeof(means) / sizeof(*means); i++)
        out->value[means[i]] /= legs;
    out->value[PATH_CAPACITY] = narrowest(n, n->capacity);
    out->value[PATH_AVAILABLE] = narrowest(n, n->available);
}

bool tree_costs(struct tree *t, const struct walk_start *from, struct tree_costs *out)
{
    bool own = from->own && forwards(t, from->own);
    struct instance *in = own ? from->own : from->near;
    if (!in || (!own && !forwards(t, in)))
        return false;
    const struct rest *n = node_at(t, in, 0);
    if (n->state != NODE_DONE || n->depth > PATH_MAX_HOPS)
        return false;
    enum fact_class cls = own ? CLASS_DERIVED : from->near_cls;
    out->reached = n->reached;
    out->cls = n->cls > cls ? n->cls : cls;
    out->passed = n->passed;
    if (from->own)
        out->passed |= dom_bit(from->own->router->dom->index);
    for (size_t i = 0; !n->reached && i < PATH_COSTS; i++)
        out->value[i] = NAN;
    if (n->reached)
        tell(n, out);
    return true;
}
