/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who runs a router of which only addresses are known.
 *
 *     ... x ─────── y ...      y answers from the link it was entered by, so the link's other
 * address mate(y)               is one of x's: that joins addresses to routers
 *
 * A link is numbered from the space of one of the domains it joins. A router that answers the
 * last before a host is in the host's domain, and so is the first one. A packet does not come
 * back to a domain that it left, and domains are neighbours that AS paths show as neighbours.
 * The assignment of routers to domains that contradicts least of this is searched by improving
 * one router at a time; what is no better than the next best is not sure.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/traces.h"
#include "base/hash.h"

#define COST_ANCHOR   40 /* first or last router of a host's domain */
#define COST_NUMBER   16 /* a link numbered by a third domain */
#define COST_BORDER   2  /* a link between domains */
#define COST_PRIVATE  6  /* private space between domains */
#define COST_RETURN   10 /* back in a domain that was left */
#define COST_STRANGER 5  /* domains that no AS path shows as neighbours */
#define COST_ALONE    1  /* the only link between two domains */
#define SURE_MARGIN   2  /* how much better than the next best */
#define NEAR_MARGIN   4  /* what is this much worse is still thought of for single paths */
#define MAX_ROUNDS    12
#define MAX_LABELS    16

struct anode {
    struct addr addr;
    uint32_t parent; /* union-find */
    uint32_t router; /* index + 1 of a known router; 0 */
    bool offpath;    /* answers from elsewhere */
};

struct edge {
    uint32_t a, b;      /* clusters */
    struct dom *number; /* whose space the link has; NULL: private or unknown */
};

struct cluster {
    struct dom *label, *fixed;
    struct dom *anchor[4];
    uint32_t anchor_votes[4];
    struct dom *choices[MAX_LABELS];
    size_t n_choices;
    struct dom *best[SEEN_CHOICES]; /* labels that are nearly as good as the best */
    uint8_t extra[SEEN_CHOICES];    /* how much worse */
    size_t n_best;
    bool sure;
    struct {
        VEC(uint32_t);
    } edges, runs;
};

/* Routers of one or more equal traces, with the domains of the ends. */
struct run {
    uint32_t *v;
    size_t n;
    struct dom *src, *dst;
};

struct owners {
    struct world *w;
    struct map *index;   /* address (and context of private ones) -> node + 1 */
    struct map *links;   /* pair of nodes in one trace: they are different routers */
    struct map *next_to; /* pairs of neighbouring domains by AS paths */
    uint32_t *between;   /* n_doms * n_doms: links between two domains as labelled now */
    struct {
        VEC(struct anode);
    } nodes;
    struct {
        VEC(struct edge);
    } edges;
    struct {
        VEC(struct run);
    } runs;
    struct cluster *clusters;
    uint32_t *cluster_of; /* node -> cluster */
    size_t n_clusters;
    uint32_t **hop_node; /* trace, hop -> node or NOWHERE */
    bool failed;
};

/* ---- nodes */

struct node_key {
    struct addr addr;
    uint32_t context;
};

static uint32_t node_at(struct owners *o, const struct addr *a, uint32_t context)
{
    struct node_key k;
    memset(&k, 0, sizeof(k));
    k.addr = *a;
    k.context = addr_is_private(a) ? context : NOWHERE;
    union map_value *at = map_at(o->index, &k, sizeof(k));
    if (!at) {
        o->failed = true;
        return NOWHERE;
    }
    if (!at->u) {
        struct anode *n = VEC_PUSH(&o->nodes);
        if (!n) {
            o->failed = true;
            return NOWHERE;
        }
        *n = (struct anode){.addr = *a, .parent = (uint32_t)(o->nodes.n - 1)};
        at->u = o->nodes.n;
    }
    return (uint32_t)(at->u - 1);
}

static uint32_t root(struct owners *o, uint32_t i)
{
    while (o->nodes.v[i].parent != i)
        i = o->nodes.v[i].parent = o->nodes.v[o->nodes.v[i].parent].parent;
    return i;
}

/* Private addresses are told apart by where the packet came from: two domains may use the same.
 */
static uint32_t context_of(const struct owners *o, size_t trace, size_t hop)
{
    for (size_t k = hop; k-- > 0;)
        if (o->hop_node[trace][k] != NOWHERE)
            return o->hop_node[trace][k];
    const struct dom *d = registry_owner(o->w, &o->w->traces->v[trace].fact->source);
    return d ? UINT32_MAX / 2 + d->index : NOWHERE - 1;
}

static uint64_t block_of(const struct addr *a)
{
    return hash_bytes(a->b, a->family == 4 ? 3 : 6, a->family);
}

static bool ends_low(const struct addr *a)
{
    static const uint8_t zero[8];
    if (a->family == 6)
        return !memcmp(a->b + 8, zero, 8);
    return (a->b[3] & 3) == 0 || (a->b[3] & 3) == 3;
}

static void collect_nodes(struct owners *o)
{
    struct world *w = o->w;
    for (size_t i = 0; i < w->traces->n && !o->failed; i++) {
        struct trace *t = &w->traces->v[i];
        o->hop_node[i] = ARENA_ARRAY(w->scratch, t->n + 1, uint32_t);
        for (size_t k = 0; o->hop_node[i] && k < t->n; k++) {
            const struct seen *s = &t->hops[k];
            o->hop_node[i][k] = NOWHERE;
            if (!s->addr.family || s->several)
                continue;
            uint32_t n = o->hop_node[i][k] = node_at(o, &s->addr, context_of(o, i, k));
            if (n != NOWHERE && s->instance)
                o->nodes.v[n].router = s->instance->router->index + 1;
            uint64_t b = block_of(&s->addr);
            union map_value *z =
                ends_low(&s->addr) ? map_at(w->traces->low_blocks, &b, sizeof(b)) : NULL;
            if (z)
                z->u = 1;
        }
        o->failed = o->failed || !o->hop_node[i];
    }
}

/* Addresses that stand in one trace are of different routers. */
static uint64_t pair_key(uint32_t a, uint32_t b)
{
    return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

static void collect_pairs(struct owners *o)
{
    for (size_t i = 0; i < o->w->traces->n; i++)
        for (size_t a = 0; a < o->w->traces->v[i].n; a++)
            for (size_t b = a + 1; b < o->w->traces->v[i].n; b++) {
                uint32_t x = o->hop_node[i][a], y = o->hop_node[i][b];
                if (x == NOWHERE || y == NOWHERE || x == y)
                    continue;
                uint64_t k = pair_key(x, y);
                union map_value *v = map_at(o->links, &k, sizeof(k));
                if (v)
                    v->u = 1;
                else
                    o->failed = true;
            }
}

static bool different(const struct owners *o, uint32_t a, uint32_t b)
{
    uint64_t k = pair_key(a, b);
    return map_get(o->links, &k, sizeof(k)) != NULL;
}

/* ---- routers */

struct addr trace_mate(const struct world *w, const struct addr *a)
{
    struct addr m = *a;
    uint64_t b = block_of(a);
    unsigned last = a->family == 4 ? 3 : 15;
    if (map_get(w->traces->low_blocks, &b, sizeof(b))) {
        m.b[last] ^= 1;
        return m;
    }
    unsigned low = a->b[last] & 3;
    if (low == 1)
        m.b[last] += 1;
    else if (low == 2)
        m.b[last] -= 1;
    else
        m.family = 0;
    return m;
}

/* What a configured neighbour calls the router before its port. */
static struct addr told_mate(const struct world *w, const struct seen *s)
{
    const struct speaker *sp = s->port ? bgp_speaker(w, s->instance, s->addr.family) : NULL;
    for (size_t i = 0; sp && i < sp->n_sessions; i++)
        if (sp->sessions[i]->port == s->port &&
            sp->sessions[i]->peer_addr.family == s->addr.family)
            return sp->sessions[i]->peer_addr;
    return (struct addr){0};
}

#define MAX_BEFORE 8

/* Addresses that were seen right before another one. */
struct before {
    uint32_t v[MAX_BEFORE];
    size_t n;
};

static bool add_before(const struct owners *o, struct before *b, uint32_t x)
{
    bool apart = false;
    for (size_t i = 0; i < b->n; i++) {
        if (b->v[i] == x)
            return false;
        apart = apart || different(o, b->v[i], x);
    }
    if (b->n < MAX_BEFORE)
        b->v[b->n++] = x;
    return apart;
}

/* A router entered from two that are not one answers from elsewhere. */
static void find_offpath(struct owners *o)
{
    struct before *before = calloc(o->nodes.n + 1, sizeof(*before));
    for (size_t i = 0; before && i < o->w->traces->n; i++)
        for (size_t k = 1; k < o->w->traces->v[i].n; k++) {
            uint32_t x = o->hop_node[i][k - 1], y = o->hop_node[i][k];
            if (x != NOWHERE && y != NOWHERE && add_before(o, &before[y], x))
                o->nodes.v[y].offpath = true;
        }
    free(before);
}

/* A claim that two addresses are of one router, and how many traceroutes make it. Confirmed:
 * the way back was seen, too.
 *
 *     there  w ── x ══ y        x and z are of one router if z is the other end of y's link;
 *     back   w' ── z ══ y       then packets that come back by z go on to the other end of x's
 * link, w'
 */
struct match {
    uint32_t a, b, count;
    bool confirmed;
};

struct matches {
    VEC(struct match);
    struct map *index;  /* pair -> position + 1 */
    struct map *follow; /* address, address that answered next */
};

/* Was z once followed by the other end of x's link? */
static bool followed(const struct owners *o, const struct matches *ms, uint32_t x, uint32_t z)
{
    struct addr pair[2] = {o->nodes.v[z].addr, trace_mate(o->w, &o->nodes.v[x].addr)};
    return pair[1].family && map_get(ms->follow, pair, sizeof(pair)) != NULL;
}

static void find_followers(struct owners *o, struct matches *ms)
{
    for (size_t i = 0; i < o->w->traces->n; i++)
        for (size_t k = 1; k < o->w->traces->v[i].n; k++) {
            const struct seen *a = &o->w->traces->v[i].hops[k - 1], *b = a + 1;
            struct addr pair[2] = {a->addr, b->addr};
            if (a->addr.family && b->addr.family && !a->several && !b->several)
                o->failed = o->failed || !map_at(ms->follow, pair, sizeof(pair));
        }
}

static void add_match(struct owners *o, struct matches *ms, uint32_t a, uint32_t b)
{
    uint64_t k = pair_key(a, b);
    union map_value *at = map_at(ms->index, &k, sizeof(k));
    if (at && !at->u) {
        struct match *m = VEC_PUSH(ms);
        if (m)
            *m = (struct match){a < b ? a : b, a < b ? b : a, 0, followed(o, ms, a, b)};
        at->u = m ? ms->n : 0;
    }
    if (at && at->u)
        ms->v[at->u - 1].count++;
    else
        o->failed = true;
}

static void find_matches(struct owners *o, struct matches *ms)
{
    struct world *w = o->w;
    for (size_t i = 0; i < w->traces->n && !o->failed; i++)
        for (size_t k = 1; k < w->traces->v[i].n && !w->traces->v[i].split; k++) {
            const struct seen *s = &w->traces->v[i].hops[k];
            uint32_t x = o->hop_node[i][k - 1], y = o->hop_node[i][k];
            if (x == NOWHERE || y == NOWHERE || o->nodes.v[y].offpath)
                continue;
            if (addr_is_private(&s->addr))
                continue; /* its other end may be anybody's */
            struct addr m = s->instance ? told_mate(w, s) : trace_mate(w, &s->addr);
            uint32_t z = m.family ? node_at(o, &m, NOWHERE) : NOWHERE;
            bool doubtful = addr_is_private(&o->nodes.v[x].addr);
            if (z != NOWHERE && z != y && z != x && (!doubtful || followed(o, ms, x, z)))
                add_match(o, ms, x, z);
        }
}

static int by_count(const void *va, const void *vb)
{
    const struct match *x = va, *y = vb;
    if (x->confirmed != y->confirmed)
        return x->confirmed ? -1 : 1;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return x->a != y->a ? (x->a > y->a) - (x->a < y->a) : (x->b > y->b) - (x->b < y->b);
}

/* No address of one group stands in a traceroute beside one of the other. */
static bool compatible(struct owners *o, uint32_t *next, uint32_t a, uint32_t b)
{
    uint32_t i = a;
    do {
        uint32_t k = b;
        do {
            if (different(o, i, k))
                return false;
            k = next[k];
        } while (k != b);
        i = next[i];
    } while (i != a);
    return true;
}

/* The best supported claims first; what contradicts them is left out. */
static void join_addresses(struct owners *o)
{
    struct matches ms = {.index = map_new(), .follow = map_new()};
    o->failed = o->failed || !ms.index || !ms.follow;
    if (!o->failed)
        find_followers(o, &ms);
    if (!o->failed)
        find_matches(o, &ms);
    uint32_t *next = calloc(o->nodes.n + 1, sizeof(*next)); /* rings of joined nodes */
    o->failed = o->failed || !next;
    for (uint32_t i = 0; !o->failed && i < o->nodes.n; i++)
        next[i] = i;
    if (ms.n)
        qsort(ms.v, ms.n, sizeof(*ms.v), by_count);
    for (size_t i = 0; !o->failed && i < ms.n; i++) {
        uint32_t a = root(o, ms.v[i].a), b = root(o, ms.v[i].b);
        bool rival = !ms.v[i].confirmed &&
                     (next[ms.v[i].a] != ms.v[i].a || next[ms.v[i].b] != ms.v[i].b);
        if (a == b || rival || !compatible(o, next, ms.v[i].a, ms.v[i].b))
            continue; /* what is joined already counts more than what nothing confirms */
        uint32_t t = next[ms.v[i].a];
        next[ms.v[i].a] = next[ms.v[i].b];
        next[ms.v[i].b] = t;
        o->nodes.v[a].parent = b;
    }
    free(next);
    map_free(&ms.index);
    map_free(&ms.follow);
    VEC_FREE(&ms);
}

static void number_clusters(struct owners *o)
{
    o->cluster_of = calloc(o->nodes.n + 1, sizeof(uint32_t));
    uint32_t *of_root = calloc(o->nodes.n + 1, sizeof(uint32_t));
    uint32_t *of_router = calloc(o->w->n_routers + 2, sizeof(uint32_t));
    o->failed = o->failed || !o->cluster_of || !of_root || !of_router;
    for (uint32_t i = 0; !o->failed && i < o->nodes.n; i++) {
        uint32_t r = root(o, i), known = o->nodes.v[i].router;
        uint32_t *slot = known ? &of_router[known] : &of_root[r];
        if (!*slot)
            *slot = (uint32_t)++o->n_clusters;
        o->cluster_of[i] = *slot - 1;
    }
    o->clusters = o->failed ? NULL : calloc(o->n_clusters + 1, sizeof(struct cluster));
    o->failed = o->failed || !o->clusters;
    for (uint32_t i = 0; !o->failed && i < o->nodes.n; i++)
        if (o->nodes.v[i].router)
            o->clusters[o->cluster_of[i]].fixed = o->w->routers[o->nodes.v[i].router - 1]->dom;
    free(of_root);
    free(of_router);
}

/* ---- what constrains them */

static void add_choice(struct cluster *c, struct dom *d)
{
    for (size_t i = 0; i < c->n_choices; i++)
        if (c->choices[i] == d)
            return;
    if (d && c->n_choices < MAX_LABELS)
        c->choices[c->n_choices++] = d;
}

static void add_anchor(struct cluster *c, struct dom *d)
{
    for (int i = 0; d && i < 4; i++)
        if (!c->anchor[i] || c->anchor[i] == d) {
            c->anchor[i] = d;
            c->anchor_votes[i]++;
            add_choice(c, d);
            return;
        }
}

static void add_edge(struct owners *o, uint32_t x, uint32_t y)
{
    uint32_t a = o->cluster_of[x], b = o->cluster_of[y];
    const struct anode *n = &o->nodes.v[y];
    struct dom *space = n->offpath ? NULL : registry_owner(o->w, &n->addr);
    for (size_t i = 0; i < o->clusters[b].edges.n; i++) {
        const struct edge *e = &o->edges.v[o->clusters[b].edges.v[i]];
        if (((e->a == a && e->b == b) || (e->a == b && e->b == a)) && e->number == space)
            return;
    }
    struct edge *e = a == b ? NULL : VEC_PUSH(&o->edges);
    uint32_t *ia = e ? VEC_PUSH(&o->clusters[a].edges) : NULL;
    uint32_t *ib = ia ? VEC_PUSH(&o->clusters[b].edges) : NULL;
    if (!ib) {
        o->failed = o->failed || a != b;
        return;
    }
    *e = (struct edge){a, b, space};
    *ia = *ib = (uint32_t)(o->edges.n - 1);
    add_choice(&o->clusters[a], space);
    add_choice(&o->clusters[b], space);
}

static void add_run(struct owners *o, const struct trace *t, const uint32_t *nodes)
{
    struct run r = {.src = registry_owner(o->w, &t->fact->source),
                    .dst = registry_owner(o->w, &t->fact->destination)};
    r.v = ARENA_ARRAY(o->w->scratch, t->n + 1, uint32_t);
    for (size_t k = 0; r.v && k < t->n; k++)
        if (nodes[k] != NOWHERE)
            r.v[r.n++] = o->cluster_of[nodes[k]];
    struct run *slot = r.v && r.n ? VEC_PUSH(&o->runs) : NULL;
    if (!slot)
        return;
    *slot = r;
    for (size_t k = 0; k < r.n; k++) {
        struct cluster *c = &o->clusters[r.v[k]];
        uint32_t *at = c->fixed ? NULL : VEC_PUSH(&c->runs);
        if (at)
            *at = (uint32_t)(o->runs.n - 1);
    }
}

/* Who speaks at an address of a border, by what its neighbour's table or configuration says. */
static void anchor_at(struct owners *o, const struct addr *a, struct dom *d)
{
    struct node_key k;
    memset(&k, 0, sizeof(k));
    k.addr = *a;
    k.context = NOWHERE;
    const union map_value *at =
        a->family && !addr_is_private(a) ? map_get(o->index, &k, sizeof(k)) : NULL;
    if (at && at->u && at->u <= o->nodes.n)
        add_anchor(&o->clusters[o->cluster_of[at->u - 1]], d);
}

static void anchor_sessions(struct owners *o)
{
    for (size_t i = 0; i < o->w->bgp->n_speakers; i++) {
        const struct speaker *s = o->w->bgp->speakers[i];
        for (size_t k = 0; k < s->n_sessions && !s->ghost; k++) {
            const struct session *x = s->sessions[k];
            if (!x->external || !x->peer_addr.family || !x->peer_asn)
                continue;
            struct addr own = trace_mate(o->w, &x->peer_addr);
            anchor_at(o, &x->peer_addr, registry_by_asn(o->w, x->peer_asn));
            anchor_at(o, x->local_addr.family ? &x->local_addr : &own,
                      s->instance->router->dom);
        }
    }
}

static void collect_constraints(struct owners *o)
{
    struct world *w = o->w;
    for (size_t i = 0; i < w->traces->n && !o->failed; i++) {
        const struct trace *t = &w->traces->v[i];
        const uint32_t *nodes = o->hop_node[i];
        for (size_t k = 1; k < t->n; k++)
            if (nodes[k - 1] != NOWHERE && nodes[k] != NOWHERE)
                add_edge(o, nodes[k - 1], nodes[k]);
        if (t->n && nodes[0] != NOWHERE)
            add_anchor(&o->clusters[o->cluster_of[nodes[0]]],
                       registry_owner(w, &t->fact->source));
        if (t->n && t->reached && nodes[t->n - 1] != NOWHERE)
            add_anchor(&o->clusters[o->cluster_of[nodes[t->n - 1]]],
                       registry_owner(w, &t->fact->destination));
        add_run(o, t, nodes);
    }
    anchor_sessions(o);
}

static void neighbours_from_path(struct owners *o, const struct dom *first,
                                 const struct asns *p)
{
    const struct dom *before = first;
    for (size_t i = 0; i < p->n; i++) {
        const struct dom *d = registry_by_asn(o->w, p->v[i]);
        if (!d || d == before)
            continue;
        uint64_t k = before ? pair_key(before->index, d->index) : 0;
        union map_value *v = before ? map_at(o->next_to, &k, sizeof(k)) : NULL;
        if (v)
            v->u = 1;
        before = d;
    }
}

static void collect_neighbours(struct owners *o)
{
    FOR_ROWS(o->w, route, ROUTE, f)
    if (f->layer && !strcmp(f->layer, "bgp"))
        neighbours_from_path(o, registry_dom(o->w, f->origin->domain), &f->as_path);
    FOR_ROWS(o->w, bgp_session, BGP_SESSION, s)
    if (s->peer_asn > 0) {
        uint32_t asn = (uint32_t)s->peer_asn;
        struct asns one = {&asn, 1};
        neighbours_from_path(o, registry_dom(o->w, s->origin->domain), &one);
    }
}

/* ---- the search */

static bool next_to(const struct owners *o, const struct dom *a, const struct dom *b)
{
    uint64_t k = pair_key(a->index, b->index);
    return map_get(o->next_to, &k, sizeof(k)) != NULL;
}

/* A domain may show no address of its own: then AS paths tell who stands between its
 * neighbours. */
static void add_go_betweens(struct owners *o, struct cluster *x, uint32_t c)
{
    for (size_t d = 0; map_count(o->next_to) && d < o->w->n_doms; d++) {
        bool all = x->edges.n > 1;
        for (size_t i = 0; i < x->edges.n && all; i++) {
            const struct edge *e = &o->edges.v[x->edges.v[i]];
            const struct dom *other = o->clusters[e->a == c ? e->b : e->a].label;
            all = other && (other == o->w->doms[d] || next_to(o, other, o->w->doms[d]));
        }
        if (all)
            add_choice(x, o->w->doms[d]);
    }
}

static int edge_cost(const struct owners *o, const struct edge *e, const struct dom *a,
                     const struct dom *b)
{
    if (a == b)
        return e->number && e->number != a ? COST_NUMBER : 0;
    int cost = COST_BORDER;
    if (e->number && e->number != a && e->number != b)
        cost += COST_NUMBER;
    if (!e->number)
        cost += COST_PRIVATE;
    if (a && b && map_count(o->next_to)) {
        uint64_t k = pair_key(a->index, b->index);
        cost += map_get(o->next_to, &k, sizeof(k)) ? 0 : COST_STRANGER;
    }
    return cost;
}

/* How often a run comes back to a domain that it left. */
static int run_cost(const struct owners *o, const struct run *r, uint32_t changed,
                    struct dom *to)
{
    const struct dom *left[64], *now = r->src;
    size_t n = 0;
    int cost = 0;
    for (size_t i = 0; i <= r->n; i++) {
        const struct dom *d = i == r->n            ? r->dst
                              : r->v[i] == changed ? to
                                                   : o->clusters[r->v[i]].label;
        if (!d || d == now)
            continue;
        for (size_t k = 0; k < n; k++)
            cost += left[k] == d ? COST_RETURN : 0;
        if (now && n < 64)
            left[n++] = now;
        now = d;
    }
    return cost;
}

static uint32_t *links_between(const struct owners *o, const struct dom *a, const struct dom *b)
{
    return &o->between[a->index * o->w->n_doms + b->index];
}

/* Takes a cluster's links out of the count (-1), or puts them in (1). */
static void count_links(struct owners *o, uint32_t c, int by)
{
    const struct cluster *x = &o->clusters[c];
    for (size_t i = 0; i < x->edges.n; i++) {
        const struct edge *e = &o->edges.v[x->edges.v[i]];
        const struct dom *a = x->label, *b = o->clusters[e->a == c ? e->b : e->a].label;
        if (!a || !b || a == b)
            continue;
        *links_between(o, a, b) += (uint32_t)by;
        *links_between(o, b, a) += (uint32_t)by;
    }
}

static int label_cost(const struct owners *o, uint32_t c, struct dom *d)
{
    const struct cluster *x = &o->clusters[c];
    int cost = 0;
    for (int i = 0; i < 4 && x->anchor[i]; i++)
        cost += x->anchor[i] == d ? 0 : COST_ANCHOR;
    for (size_t i = 0; i < x->edges.n; i++) {
        const struct edge *e = &o->edges.v[x->edges.v[i]];
        const struct dom *other = o->clusters[e->a == c ? e->b : e->a].label;
        cost += edge_cost(o, e, d, other);
        if (d && other && d != other && !*links_between(o, d, other))
            cost += COST_ALONE;
    }
    int returns = 0;
    for (size_t i = 0; i < x->runs.n && i < 400; i++) {
        int r = run_cost(o, &o->runs.v[x->runs.v[i]], c, d);
        returns = r > returns ? r : returns;
    }
    return cost + returns;
}

static void first_labels(struct owners *o)
{
    for (size_t i = 0; i < o->n_clusters; i++) {
        struct cluster *c = &o->clusters[i];
        c->label = c->fixed ? c->fixed : c->anchor[0] ? c->anchor[0] : NULL;
    }
    for (size_t i = 0; i < o->nodes.n; i++) {
        struct cluster *c = &o->clusters[o->cluster_of[i]];
        if (!c->label)
            c->label = registry_owner(o->w, &o->nodes.v[i].addr);
    }
}

/* Does something besides its neighbours speak for the label: a host's end, or a link from its
 * space? */
static bool has_own_number(const struct owners *o, const struct cluster *x, const struct dom *d)
{
    for (int i = 0; i < 4 && x->anchor[i]; i++)
        if (x->anchor[i] == d)
            return true;
    for (size_t i = 0; i < x->edges.n; i++)
        if (o->edges.v[x->edges.v[i]].number == d)
            return true;
    return false;
}

static bool improve(struct owners *o, uint32_t c)
{
    struct cluster *x = &o->clusters[c];
    struct dom *best = x->label;
    int least = -1, second = -1, costs[MAX_LABELS];
    if (x->fixed) {
        x->sure = true;
        return false;
    }
    for (size_t i = 0; i < x->edges.n; i++) {
        const struct edge *e = &o->edges.v[x->edges.v[i]];
        add_choice(x, o->clusters[e->a == c ? e->b : e->a].label);
    }
    add_go_betweens(o, x, c);
    count_links(o, c, -1);
    for (size_t i = 0; i < x->n_choices; i++) {
        int cost = costs[i] = label_cost(o, c, x->choices[i]);
        bool better = least < 0 || cost < least || (cost == least && x->choices[i] == x->label);
        if (better) {
            second = least;
            least = cost;
            best = x->choices[i];
        } else if (second < 0 || cost < second) {
            second = cost;
        }
    }
    x->sure = (second < 0 || second - least >= SURE_MARGIN) && has_own_number(o, x, best);
    x->n_best = 0;
    for (size_t i = 0; i < x->n_choices; i++)
        if (costs[i] - least < NEAR_MARGIN && x->n_best < SEEN_CHOICES) {
            x->best[x->n_best] = x->choices[i];
            x->extra[x->n_best++] = (uint8_t)(costs[i] - least);
        }
    bool changed = best != x->label;
    x->label = best;
    count_links(o, c, 1);
    return changed;
}

/* Routers joined by private links and labelled alike move together: none would move alone. */
static size_t group_of(const struct owners *o, uint32_t c, uint32_t *out, uint8_t *in)
{
    size_t n = 0;
    out[n++] = c;
    in[c] = 1;
    for (size_t k = 0; k < n; k++) {
        const struct cluster *x = &o->clusters[out[k]];
        for (size_t i = 0; i < x->edges.n; i++) {
            const struct edge *e = &o->edges.v[x->edges.v[i]];
            uint32_t other = e->a == out[k] ? e->b : e->a;
            const struct cluster *y = &o->clusters[other];
            if (!e->number && !in[other] && !y->fixed && y->label == x->label) {
                in[other] = 1;
                out[n++] = other;
            }
        }
    }
    return n;
}

static void label_group(struct owners *o, const uint32_t *group, size_t n, struct dom *d)
{
    for (size_t i = 0; i < n; i++) {
        count_links(o, group[i], -1);
        o->clusters[group[i]].label = d;
        count_links(o, group[i], 1);
    }
}

static int group_cost(struct owners *o, const uint32_t *group, size_t n)
{
    int cost = 0;
    for (size_t i = 0; i < n; i++)
        cost += label_cost(o, group[i], o->clusters[group[i]].label);
    return cost;
}

static bool improve_group(struct owners *o, uint32_t *group, size_t n)
{
    struct dom *was = o->clusters[group[0]].label, *best = was;
    int least = group_cost(o, group, n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < o->clusters[group[i]].n_choices; k++) {
            struct dom *d = o->clusters[group[i]].choices[k];
            if (d == best || d == was)
                continue;
            label_group(o, group, n, d);
            int cost = group_cost(o, group, n);
            if (cost < least) {
                least = cost;
                best = d;
            }
        }
    label_group(o, group, n, best);
    return best != was;
}

static bool improve_groups(struct owners *o)
{
    bool changed = false;
    uint32_t *group = calloc(o->n_clusters + 1, sizeof(*group));
    uint8_t *in = calloc(o->n_clusters + 1, 1);
    for (uint32_t c = 0; group && in && c < o->n_clusters; c++) {
        size_t n = in[c] || o->clusters[c].fixed ? 0 : group_of(o, c, group, in);
        if (n > 1)
            changed |= improve_group(o, group, n);
    }
    free(group);
    free(in);
    return changed;
}

static void search(struct owners *o)
{
    bool changed = true;
    for (size_t i = 0; i < o->edges.n; i++) {
        const struct dom *a = o->clusters[o->edges.v[i].a].label;
        const struct dom *b = o->clusters[o->edges.v[i].b].label;
        if (a && b && a != b) {
            ++*links_between(o, a, b);
            ++*links_between(o, b, a);
        }
    }
    for (int round = 0; changed && round < MAX_ROUNDS; round++) {
        changed = false;
        for (uint32_t c = 0; c < o->n_clusters; c++)
            changed |= improve(o, c);
        changed |= improve_groups(o);
    }
}

static void tell_hops(struct owners *o)
{
    for (size_t i = 0; i < o->w->traces->n; i++)
        for (size_t k = 0; k < o->w->traces->v[i].n; k++) {
            struct seen *s = &o->w->traces->v[i].hops[k];
            uint32_t n = o->hop_node[i][k];
            if (s->instance) {
                s->dom = s->instance->router->dom;
                s->sure = true;
            } else if (n != NOWHERE) {
                s->dom = o->clusters[o->cluster_of[n]].label;
                s->sure = o->clusters[o->cluster_of[n]].sure;
                s->n_choices = o->clusters[o->cluster_of[n]].n_best;
                memcpy(s->choices, o->clusters[o->cluster_of[n]].best, sizeof(s->choices));
                memcpy(s->extra, o->clusters[o->cluster_of[n]].extra, sizeof(s->extra));
            }
        }
}

static bool anything_unknown(const struct world *w)
{
    for (size_t i = 0; i < w->traces->n; i++)
        for (size_t k = 0; k < w->traces->v[i].n; k++)
            if (!w->traces->v[i].hops[k].instance)
                return true;
    return false;
}

static void release(struct owners *o)
{
    for (size_t i = 0; o->clusters && i < o->n_clusters; i++) {
        VEC_FREE(&o->clusters[i].edges);
        VEC_FREE(&o->clusters[i].runs);
    }
    free(o->clusters);
    free(o->cluster_of);
    VEC_FREE(&o->nodes);
    VEC_FREE(&o->edges);
    VEC_FREE(&o->runs);
    map_free(&o->index);
    map_free(&o->links);
    map_free(&o->next_to);
}

int owners_build(struct world *w, struct err *e)
{
    struct owners o = {.w = w, .index = map_new(), .links = map_new(), .next_to = map_new()};
    struct arena_mark mark = arena_mark(w->scratch);
    o.hop_node = ARENA_ARRAY(w->scratch, w->traces->n + 1, uint32_t *);
    o.between = ARENA_ARRAY(w->scratch, w->n_doms * w->n_doms + 1, uint32_t);
    o.failed = !o.between || !o.index || !o.links || !o.next_to || !o.hop_node;
    if (!o.failed)
        collect_nodes(&o);
    if (!o.failed && anything_unknown(w)) {
        collect_pairs(&o);
        find_offpath(&o);
        join_addresses(&o);
    }
    if (!o.failed)
        number_clusters(&o);
    if (!o.failed && anything_unknown(w)) {
        collect_neighbours(&o);
        collect_constraints(&o);
        first_labels(&o);
        search(&o);
    }
    if (!o.failed)
        tell_hops(&o);
    release(&o);
    arena_rewind(w->scratch, mark);
    return o.failed ? err_set(e, ERR_NOMEM, "out of memory while telling who runs what") : 0;
}
