/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses are of one router.
 *
 *     ... x ─────── y ...
 *        mate(y)
 *
 * y answers from the link it was entered by, so the link's other address is one of x's: that
 * joins addresses to routers.
 *
 * Claims that the way back confirms count most, then those that most traceroutes make; none may
 * put two addresses of one traceroute on one router.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/owners_private.h"
#include "base/hash.h"

/* ---- nodes */

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

uint32_t aliases_root(struct owners *o, uint32_t i)
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
 *     back   w' ── z ══ y       then packets that come back by z go on to w', x's other end
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
static bool compatible(const struct owners *o, uint32_t a, uint32_t b)
{
    uint32_t i = a;
    do {
        uint32_t k = b;
        do {
            if (different(o, i, k))
                return false;
            k = o->ring[k];
        } while (k != b);
        i = o->ring[i];
    } while (i != a);
    return true;
}

bool aliases_join(struct owners *o, uint32_t a, uint32_t b)
{
    uint32_t ra = aliases_root(o, a), rb = aliases_root(o, b), t = o->ring[a];
    if (ra == rb || !compatible(o, a, b))
        return false;
    o->ring[a] = o->ring[b];
    o->ring[b] = t;
    o->nodes.v[ra].parent = rb;
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
    o->ring = calloc(o->nodes.n + 1, sizeof(*o->ring));
    o->failed = o->failed || !o->ring;
    for (uint32_t i = 0; !o->failed && i < o->nodes.n; i++)
        o->ring[i] = i;
    if (ms.n)
        qsort(ms.v, ms.n, sizeof(*ms.v), by_count);
    for (size_t i = 0; !o->failed && i < ms.n; i++) {
        const struct match *m = &ms.v[i];
        bool joined = o->ring[m->a] != m->a || o->ring[m->b] != m->b;
        if (m->confirmed || !joined) /* what is joined counts more than what nothing confirms */
            aliases_join(o, m->a, m->b);
    }
    map_free(&ms.index);
    map_free(&ms.follow);
    VEC_FREE(&ms);
}

void aliases_find(struct owners *o, bool join)
{
    collect_nodes(o);
    if (o->failed || !join)
        return;
    collect_pairs(o);
    find_offpath(o);
    join_addresses(o);
}
