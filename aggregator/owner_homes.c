/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose router an address is of, where that is told of the address itself.
 *
 *     host of A ── x ... y ── host of B        x is A's, y is B's
 *
 * The first router of a traceroute is that of the source's network, the last one that of the
 * destination's, and a neighbour's table says who speaks at an address of a border. A router
 * has one domain: addresses of two are not of one router, whatever else claims that they are.
 */
#include "aggregator/owners_private.h"

static void add_home(struct owners *o, uint32_t node, struct dom *d)
{
    struct anode *n = node == NOWHERE || !d ? NULL : &o->nodes.v[node];
    if (!n)
        return;
    n->torn = n->torn || (n->home && n->home != d);
    n->home = d;
}

/* Where several ways are used in turn a traceroute may show a last router that is not: such
 * ends are rare, and tell nothing. */
struct ends {
    struct map *at, *all; /* prefix and node, or prefix: traceroutes that end there */
    bool failed;
};

static uint32_t end_of(const struct owners *o, size_t i)
{
    const struct trace *t = &o->w->traces->v[i];
    return t->n && t->reached && !t->uneven && !t->split ? o->hop_node[i][t->n - 1] : NOWHERE;
}

static void count_end(struct ends *e, uint32_t prefix, uint32_t node)
{
    uint32_t key[2] = {prefix, node};
    union map_value *at = map_at(e->at, key, sizeof(key));
    union map_value *all = map_at(e->all, key, sizeof(key[0]));
    e->failed = e->failed || !at || !all;
    if (!e->failed) {
        at->u++;
        all->u++;
    }
}

static bool is_rare(const struct ends *e, uint32_t prefix, uint32_t node)
{
    uint32_t key[2] = {prefix, node};
    return map_get(e->at, key, sizeof(key))->u * FEW < map_get(e->all, key, sizeof(key[0]))->u;
}

static void homes_of_last(struct owners *o)
{
    const struct trace_world *t = o->w->traces;
    struct ends e = {.at = map_new(), .all = map_new()};
    e.failed = !e.at || !e.all;
    for (size_t i = 0; i < t->n && !e.failed; i++)
        if (end_of(o, i) != NOWHERE)
            count_end(&e, t->v[i].prefix, end_of(o, i));
    for (size_t i = 0; i < t->n && !e.failed; i++)
        if (end_of(o, i) != NOWHERE && !is_rare(&e, t->v[i].prefix, end_of(o, i)))
            add_home(o, end_of(o, i), registry_owner(o->w, &t->v[i].fact->destination));
    o->failed = o->failed || e.failed;
    map_free(&e.at);
    map_free(&e.all);
}

static void homes_of_first(struct owners *o)
{
    for (size_t i = 0; i < o->w->traces->n; i++) {
        const struct trace *t = &o->w->traces->v[i];
        if (t->n && t->hops[0].addr.family)
            add_home(o, o->hop_node[i][0], registry_owner(o->w, &t->fact->source));
    }
}

static void homes_of_speaker(struct owners *o, const struct speaker *s)
{
    for (size_t k = 0; k < s->n_sessions && !s->ghost; k++) {
        const struct session *x = s->sessions[k];
        if (!x->external || !x->peer_addr.family || !x->peer_asn)
            continue;
        struct addr own =
            x->local_addr.family ? x->local_addr : trace_mate(o->w, &x->peer_addr);
        add_home(o, aliases_node(o, &x->peer_addr), registry_by_asn(o->w, x->peer_asn));
        add_home(o, aliases_node(o, &own), s->instance->router->dom);
    }
}

void homes_find(struct owners *o)
{
    homes_of_first(o);
    homes_of_last(o);
    for (size_t i = 0; i < o->w->bgp->n_speakers; i++)
        homes_of_speaker(o, o->w->bgp->speakers[i]);
}
