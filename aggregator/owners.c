/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who runs a router of which only addresses are known.
 *
 * A link is numbered from the space of one of the domains it joins. A router that answers the
 * last before a host is in the host's domain, and so is the first one. A packet does not come
 * back to a domain that it left, and domains are neighbours that AS paths show as neighbours.
 * The assignment of routers to domains that contradicts least of this is searched by improving
 * one router at a time; what is no better than the next best is not sure.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/owners_private.h"

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

static void number_clusters(struct owners *o)
{
    o->cluster_of = calloc(o->nodes.n + 1, sizeof(uint32_t));
    uint32_t *of_root = calloc(o->nodes.n + 1, sizeof(uint32_t));
    uint32_t *of_router = calloc(o->w->n_routers + 2, sizeof(uint32_t));
    o->failed = o->failed || !o->cluster_of || !of_root || !of_router;
    for (uint32_t i = 0; !o->failed && i < o->nodes.n; i++) {
        uint32_t r = aliases_root(o, i), known = o->nodes.v[i].router;
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
    bool unknown = anything_unknown(w);
    if (!o.failed)
        aliases_find(&o, unknown);
    if (!o.failed)
        number_clusters(&o);
    if (!o.failed && unknown) {
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
