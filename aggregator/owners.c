/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who runs a router of which only addresses are known.
 *
 * A link is numbered from the space of one of the domains it joins. A router that answers the
 * last before a host is in the host's domain, and so is the first one. A packet does not come
 * back to a domain that it left, and domains are neighbours that AS paths show as neighbours.
 * owner_search.c looks for the assignment of routers to domains that contradicts least of this.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/owners_private.h"

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
    for (uint32_t i = 0; !o->failed && i < o->nodes.n; i++) {
        struct cluster *c = &o->clusters[o->cluster_of[i]];
        if (o->nodes.v[i].router)
            c->fixed = o->w->routers[o->nodes.v[i].router - 1]->dom;
        c->seen = c->seen || o->nodes.v[i].seen;
    }
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

static uint8_t swapped(uint8_t first)
{
    return (uint8_t)((first & 1) << 1 | first >> 1);
}

static void link_clusters(struct owners *o, uint32_t a, uint32_t b, struct edge like)
{
    for (size_t i = 0; i < o->clusters[b].edges.n; i++) {
        struct edge *e = &o->edges.v[o->clusters[b].edges.v[i]];
        if (((e->a == a && e->b == b) || (e->a == b && e->b == a)) &&
            e->number == like.number && e->untold == like.untold) {
            e->families |= like.families;
            e->first |= e->a == a ? like.first : swapped(like.first);
            return;
        }
    }
    struct edge *e = a == b ? NULL : VEC_PUSH(&o->edges);
    uint32_t *ia = e ? VEC_PUSH(&o->clusters[a].edges) : NULL;
    uint32_t *ib = ia ? VEC_PUSH(&o->clusters[b].edges) : NULL;
    if (!ib) {
        o->failed = o->failed || a != b;
        return;
    }
    *e = (struct edge){a, b, like.number, like.untold, like.families, like.first};
    *ia = *ib = (uint32_t)(o->edges.n - 1);
    add_choice(&o->clusters[a], like.number);
    add_choice(&o->clusters[b], like.number);
}

/*
 *     x ─────── y, which answered from the address z.     m ═══ z     the link of z
 *
 * Where the other end m of z's link is of a router that was seen and is not x, y answered from
 * elsewhere: the link that has z's number is the one between m and y, and that between x and y
 * shows none.
 */
static void add_edge(struct owners *o, uint32_t x, uint32_t y)
{
    const struct anode *z = &o->nodes.v[y];
    struct addr mate = trace_mate(o->w, &z->addr);
    uint32_t a = o->cluster_of[x], b = o->cluster_of[y], m = aliases_node(o, &mate);
    uint32_t far = m == NOWHERE ? NOWHERE : o->cluster_of[m];
    uint8_t family = z->addr.family == 4 ? 1 : 2;
    bool elsewhere = o->care == ALIAS_LIKELY && far != NOWHERE && far != a && far != b &&
                     o->clusters[far].seen;
    struct edge e = {.number = registry_owner(o->w, &z->addr), .families = family};
    if (e.number && mate.family && aliases_mate_known(o, &z->addr))
        e.first = addr_cmp(&z->addr, &mate) < 0 ? 2 : 1;
    if (elsewhere && e.number)
        link_clusters(o, far, b, e);
    if (elsewhere || (z->offpath && far != a))
        e = (struct edge){.untold = o->care == ALIAS_LIKELY, .families = family};
    link_clusters(o, a, b, e);
}

static void add_step(struct owners *o, const struct trace *t, size_t k, const uint32_t *nodes)
{
    struct edge untold = {.untold = true, .families = t->fact->source.family == 4 ? 1 : 2};
    if (t->hops[k].addr.family)
        add_edge(o, nodes[k - 1], nodes[k]);
    else
        link_clusters(o, o->cluster_of[nodes[k - 1]], o->cluster_of[nodes[k]], untold);
}

/* Is it the first run of its kind? Many traceroutes pass the same routers. */
static bool is_new(struct owners *o, const struct run *r)
{
    uint32_t *key = ARENA_ARRAY(o->w->scratch, r->n + 4, uint32_t);
    if (!key) {
        o->failed = true;
        return false;
    }
    memcpy(key, r->v, r->n * sizeof(*key));
    key[r->n] = r->src ? r->src->index : NOWHERE;
    key[r->n + 1] = r->dst ? r->dst->index : NOWHERE;
    key[r->n + 2] = r->family;
    union map_value *at = map_at(o->same_runs, key, (r->n + 3) * sizeof(*key));
    o->failed = o->failed || !at;
    return at && !at->u++;
}

static void add_run(struct owners *o, const struct trace *t, const uint32_t *nodes)
{
    struct run r = {.src = registry_owner(o->w, &t->fact->source),
                    .dst = registry_owner(o->w, &t->fact->destination),
                    .family = t->fact->source.family};
    r.v = ARENA_ARRAY(o->w->scratch, t->n + 1, uint32_t);
    for (size_t k = 0; r.v && k < t->n; k++)
        if (nodes[k] != NOWHERE)
            r.v[r.n++] = o->cluster_of[nodes[k]];
    struct run *slot = r.v && r.n && is_new(o, &r) ? VEC_PUSH(&o->runs) : NULL;
    if (!slot)
        return;
    *slot = r;
    for (size_t k = 0; k < r.n; k++) {
        struct cluster *c = &o->clusters[r.v[k]];
        bool again = c->runs.n && c->runs.v[c->runs.n - 1] == o->runs.n - 1;
        uint32_t *at = c->fixed || again ? NULL : VEC_PUSH(&c->runs);
        if (at)
            *at = (uint32_t)(o->runs.n - 1);
    }
    if (o->care == ALIAS_LIKELY)
        flows_add_run(o, slot);
}

/* Who speaks at an address of a border, by what its neighbour's table or configuration says. */
static void anchor_at(struct owners *o, const struct addr *a, struct dom *d)
{
    uint32_t n = aliases_node(o, a);
    if (n != NOWHERE)
        add_anchor(&o->clusters[o->cluster_of[n]], d);
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

/*
 * The last router before a destination is its network's. Where ways of several lengths are used
 * in turn a traceroute may show one that is not: one in which an address answers at two TTLs
 * tells nothing, others do so rarely.
 */
static void anchor_last(struct owners *o)
{
    const struct trace_world *t = o->w->traces;
    struct map *last = map_new(), *reached = map_new();
    o->failed = o->failed || !last || !reached;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < t->n && !o->failed; i++) {
            const struct trace *x = &t->v[i];
            uint32_t n = x->n && x->reached ? o->hop_node[i][x->n - 1] : NOWHERE;
            if (n == NOWHERE || x->uneven)
                continue;
            uint32_t key[2] = {x->prefix, o->cluster_of[n]};
            union map_value *one = map_at(last, key, sizeof(key));
            union map_value *all = map_at(reached, key, sizeof(key[0]));
            o->failed = !one || !all;
            if (o->failed)
                break;
            if (pass == 0) {
                one->u++;
                all->u++;
            } else if (one->u * FEW >= all->u) {
                add_anchor(&o->clusters[key[1]], registry_owner(o->w, &x->fact->destination));
            }
        }
    map_free(&last);
    map_free(&reached);
}

static void collect_constraints(struct owners *o)
{
    struct world *w = o->w;
    for (size_t i = 0; i < w->traces->n && !o->failed; i++) {
        const struct trace *t = &w->traces->v[i];
        const uint32_t *nodes = o->hop_node[i];
        for (size_t k = 1; k < t->n; k++)
            if (nodes[k - 1] != NOWHERE && nodes[k] != NOWHERE)
                add_step(o, t, k, nodes);
        if (t->n && nodes[0] != NOWHERE)
            add_anchor(&o->clusters[o->cluster_of[nodes[0]]],
                       registry_owner(w, &t->fact->source));
        add_run(o, t, nodes);
    }
    anchor_last(o);
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

/*
 * Where the search begins: with the owners of the addresses that answered, or with those of the
 * routers' other addresses. A border is numbered by the one side or by the other.
 */
static void first_labels(struct owners *o)
{
    for (size_t i = 0; i < o->nodes.n; i++) {
        struct cluster *c = &o->clusters[o->cluster_of[i]];
        struct dom *owner = registry_owner(o->w, &o->nodes.v[i].addr);
        add_choice(c, owner);
        if (!c->near)
            c->near = owner;
        if (owner && owner != c->near)
            c->far = owner;
    }
    for (size_t i = 0; i < o->n_clusters; i++) {
        struct cluster *c = &o->clusters[i];
        struct dom *certain = c->fixed ? c->fixed : c->anchor[0];
        c->near = certain ? certain : c->near;
        c->far = certain ? certain : c->far ? c->far : c->near;
        c->label = c->near;
    }
}

/* Does the other family mostly show a router of another domain in the place of an address? */
static bool families_differ(const struct owners *o, uint32_t n)
{
    const struct anode *x = &o->nodes.v[n];
    uint32_t p = x->settled ? x->partner - 1 : n;
    return o->clusters[o->cluster_of[p]].label != o->clusters[o->cluster_of[n]].label;
}

static void tell_hop(const struct owners *o, uint32_t n, struct seen *s)
{
    const struct cluster *c = &o->clusters[o->cluster_of[n]];
    const struct verdict *v = o->careful ? &o->careful[n] : NULL;
    s->dom = c->label;
    s->sure = c->sure;
    s->told = homes_say(&o->nodes.v[n]) == c->label && c->label;
    s->bare = c->bare;
    s->lone = c->lone || (c->bare && families_differ(o, n));
    s->other = c->other;
    if (v && !s->other)
        s->other = v->label != c->label ? v->label : v->other;
    s->n_choices = c->n_best;
    memcpy(s->choices, c->best, sizeof(s->choices));
    memcpy(s->extra, c->extra, sizeof(s->extra));
}

/* Where several routers answered the first of them stands in the path: it is whose it is where
 * it answered alone. */
static uint32_t node_told(const struct owners *o, size_t trace, size_t hop)
{
    uint32_t n = o->hop_node[trace][hop];
    return n == NOWHERE ? aliases_node(o, &o->w->traces->v[trace].hops[hop].addr) : n;
}

static void tell_hops(struct owners *o)
{
    for (size_t i = 0; i < o->w->traces->n; i++)
        for (size_t k = 0; k < o->w->traces->v[i].n; k++) {
            struct seen *s = &o->w->traces->v[i].hops[k];
            uint32_t n = o->hop_node[i][k], told = node_told(o, i, k);
            s->router = n == NOWHERE || !s->addr.family ? 0 : o->cluster_of[n] + 1;
            if (s->instance) {
                s->dom = s->instance->router->dom;
                s->sure = true;
            } else if (told != NOWHERE) {
                tell_hop(o, told, s);
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

static void forget_clusters(struct owners *o)
{
    for (size_t i = 0; o->clusters && i < o->n_clusters; i++) {
        VEC_FREE(&o->clusters[i].edges);
        VEC_FREE(&o->clusters[i].runs);
        VEC_FREE(&o->clusters[i].flows);
    }
    free(o->clusters);
    free(o->cluster_of);
    o->clusters = NULL;
    o->cluster_of = NULL;
    o->n_clusters = 0;
    VEC_FREE(&o->edges);
    VEC_FREE(&o->runs);
    VEC_FREE(&o->flows);
    map_free(&o->flow_index);
    map_free(&o->same_runs);
    map_free(&o->passages);
    map_free(&o->exits);
    map_free(&o->n_exits);
}

/* Labels the routers as they are joined now. */
static void label_routers(struct owners *o)
{
    size_t n = o->w->n_doms;
    forget_clusters(o);
    o->same_runs = map_new();
    o->passages = map_new();
    o->exits = map_new();
    o->n_exits = map_new();
    o->flow_index = map_new();
    o->failed = o->failed || !o->same_runs || !o->passages || !o->exits || !o->n_exits ||
                !o->flow_index;
    o->shared_cost = 0;
    o->exits_cost = 0;
    memset(o->between, 0, n * n * sizeof(*o->between));
    memset(o->transits, 0, n * sizeof(*o->transits));
    if (!o->failed)
        number_clusters(o);
    if (o->failed)
        return;
    collect_constraints(o);
    first_labels(o);
    owners_search(o);
}

/* Labels the routers of both families with addresses joined so. */
static void label_with(struct owners *o, enum alias_care care)
{
    o->care = care;
    aliases_join_all(o, care);
    label_routers(o);
    if (!o->failed && families_join(o))
        label_routers(o);
}

static void keep_careful(struct owners *o)
{
    o->careful = calloc(o->nodes.n + 1, sizeof(*o->careful));
    o->failed = o->failed || !o->careful;
    for (size_t i = 0; !o->failed && i < o->nodes.n; i++) {
        const struct cluster *c = &o->clusters[o->cluster_of[i]];
        o->careful[i] = (struct verdict){c->label, c->other};
    }
}

/* With what the first labels told of first addresses, unless configurations tell more. Where no
 * AS path tells the domains, more joins find better labels; what they alone would make certain
 * is not. */
static void label_all(struct owners *o)
{
    collect_neighbours(o);
    label_with(o, ALIAS_CAREFUL);
    if (o->failed)
        return;
    bool told = map_count(o->next_to) > 0, again;
    owners_learn_first(o);
    if (!told)
        keep_careful(o);
    again = !told || (o->first_is_own && !o->w->configured);
    if (!o->failed && again)
        label_with(o, told ? ALIAS_CAREFUL : ALIAS_LIKELY);
}

static void release(struct owners *o)
{
    forget_clusters(o);
    free(o->ring);
    free(o->before);
    free(o->first_onward);
    free(o->sent_to);
    free(o->careful);
    VEC_FREE(&o->nodes);
    VEC_FREE(&o->matches);
    VEC_FREE(&o->onward);
    map_free(&o->index);
    map_free(&o->links);
    map_free(&o->next_to);
    map_free(&o->match_index);
    map_free(&o->follow);
    map_free(&o->blocks);
}

int owners_build(struct world *w, struct err *e)
{
    struct owners o = {.w = w,
                       .index = map_new(),
                       .links = map_new(),
                       .next_to = map_new(),
                       .match_index = map_new(),
                       .follow = map_new(),
                       .blocks = map_new()};
    struct arena_mark mark = arena_mark(w->scratch);
    bool unknown = anything_unknown(w);
    o.hop_node = ARENA_ARRAY(w->scratch, w->traces->n + 1, uint32_t *);
    o.between = ARENA_ARRAY(w->scratch, w->n_doms * w->n_doms + 1, uint32_t);
    o.transits = ARENA_ARRAY(w->scratch, w->n_doms + 1, uint32_t);
    o.failed = !o.between || !o.transits || !o.index || !o.links || !o.next_to || !o.hop_node ||
               !o.match_index || !o.follow || !o.blocks;
    if (!o.failed)
        aliases_collect(&o, unknown);
    if (!o.failed && unknown)
        label_all(&o);
    else if (!o.failed)
        number_clusters(&o);
    if (!o.failed)
        tell_hops(&o);
    release(&o);
    arena_rewind(w->scratch, mark);
    return o.failed ? err_set(e, ERR_NOMEM, "out of memory while telling who runs what") : 0;
}
