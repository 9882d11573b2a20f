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
 * put two addresses of one traceroute on one router. A router that answers from elsewhere makes
 * false ones: it shows where those before it are not one router.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/owners_private.h"
#include "base/hash.h"

#define ENOUGH_OF_BLOCK 6 /* addresses: all would be high ones of subnets of two once in 64 */

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

uint32_t aliases_node(const struct owners *o, const struct addr *a)
{
    struct node_key k;
    memset(&k, 0, sizeof(k));
    k.addr = *a;
    k.context = NOWHERE;
    const union map_value *at =
        a->family && !addr_is_private(a) ? map_get(o->index, &k, sizeof(k)) : NULL;
    return at && at->u && at->u <= o->nodes.n ? (uint32_t)(at->u - 1) : NOWHERE;
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
            if (n != NOWHERE)
                o->nodes.v[n].seen = true;
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

/*
 *     x ─── (silent) ═══ y        the other end of y's link is of the silent router
 */
static uint32_t silent_node(struct owners *o, const struct trace *t, size_t hop)
{
    const struct seen *s = &t->hops[hop], *next = s + 1;
    if (s->addr.family || s->instance || !next->addr.family || next->several ||
        next->instance || addr_is_private(&next->addr))
        return NOWHERE;
    struct addr m = trace_mate(o->w, &next->addr);
    if (!m.family || trace_find_addr(t, &m) >= 0 || addr_eq(&m, &t->fact->source))
        return NOWHERE;
    return node_at(o, &m, NOWHERE);
}

static void collect_silent(struct owners *o)
{
    for (size_t i = 0; i < o->w->traces->n; i++) {
        const struct trace *t = &o->w->traces->v[i];
        for (size_t k = 0; k + 1 < t->n && !t->split && !o->failed; k++)
            if (o->hop_node[i][k] == NOWHERE)
                o->hop_node[i][k] = silent_node(o, t, k);
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
    const struct dom *x = homes_say(&o->nodes.v[a]), *y = homes_say(&o->nodes.v[b]);
    if (x && y && x != y)
        return true;
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

/* Where links have subnets of two addresses every other address ends low: if several were seen
 * and none does, links have subnets of four. */
static void count_blocks(struct owners *o)
{
    for (size_t i = 0; i < o->nodes.n; i++) {
        uint64_t b = block_of(&o->nodes.v[i].addr);
        union map_value *at = o->nodes.v[i].seen ? map_at(o->blocks, &b, sizeof(b)) : NULL;
        if (at)
            at->u++;
        o->failed = o->failed || (o->nodes.v[i].seen && !at);
    }
}

bool aliases_mate_known(const struct owners *o, const struct addr *a)
{
    uint64_t b = block_of(a);
    const union map_value *seen = map_get(o->blocks, &b, sizeof(b));
    return map_get(o->w->traces->low_blocks, &b, sizeof(b)) ||
           (seen && seen->u >= ENOUGH_OF_BLOCK);
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

/* Rounds: the more is joined the more routers are seen to answer from elsewhere. */
#define MAX_JOINS 8

static void add_before(struct before *b, uint32_t x)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->v[i] == x)
            return;
    if (b->n < MAX_BEFORE)
        b->v[b->n++] = x;
}

static void collect_before(struct owners *o)
{
    o->before = calloc(o->nodes.n + 1, sizeof(*o->before));
    o->failed = o->failed || !o->before;
    for (size_t i = 0; o->before && i < o->w->traces->n; i++)
        for (size_t k = 1; k < o->w->traces->v[i].n; k++) {
            uint32_t x = o->hop_node[i][k - 1], y = o->hop_node[i][k];
            if (x != NOWHERE && y != NOWHERE)
                add_before(&o->before[y], x);
        }
}

/* Was z once followed by the other end of x's link? */
static bool followed(const struct owners *o, uint32_t x, uint32_t z)
{
    struct addr pair[2] = {o->nodes.v[z].addr, trace_mate(o->w, &o->nodes.v[x].addr)};
    return pair[1].family && map_get(o->follow, pair, sizeof(pair)) != NULL;
}

static void find_followers(struct owners *o)
{
    for (size_t i = 0; i < o->w->traces->n; i++)
        for (size_t k = 1; k < o->w->traces->v[i].n; k++) {
            const struct seen *a = &o->w->traces->v[i].hops[k - 1], *b = a + 1;
            struct addr pair[2] = {a->addr, b->addr};
            if (a->addr.family && b->addr.family && !a->several && !b->several)
                o->failed = o->failed || !map_at(o->follow, pair, sizeof(pair));
        }
}

static void add_match(struct owners *o, uint32_t a, uint32_t b, uint32_t y)
{
    uint64_t k = pair_key(a, b);
    union map_value *at = map_at(o->match_index, &k, sizeof(k));
    if (at && !at->u) {
        struct match *m = VEC_PUSH(&o->matches);
        if (m)
            *m = (struct match){a, b, 0, y, followed(o, a, b)};
        at->u = m ? o->matches.n : 0;
    }
    if (at && at->u)
        o->matches.v[at->u - 1].count++;
    else
        o->failed = true;
}

static void find_matches(struct owners *o)
{
    struct world *w = o->w;
    for (size_t i = 0; i < w->traces->n && !o->failed; i++)
        for (size_t k = 1; k < w->traces->v[i].n && !w->traces->v[i].split; k++) {
            const struct seen *s = &w->traces->v[i].hops[k];
            uint32_t x = o->hop_node[i][k - 1], y = o->hop_node[i][k];
            if (x == NOWHERE || y == NOWHERE || !s->addr.family)
                continue;
            if (addr_is_private(&s->addr))
                continue; /* its other end may be anybody's */
            struct addr m = s->instance ? told_mate(w, s) : trace_mate(w, &s->addr);
            uint32_t z = m.family ? node_at(o, &m, NOWHERE) : NOWHERE;
            bool doubtful = addr_is_private(&o->nodes.v[x].addr);
            if (z != NOWHERE && z != y && z != x && (!doubtful || followed(o, x, z)))
                add_match(o, x, z, y);
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
bool aliases_compatible(const struct owners *o, uint32_t a, uint32_t b)
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
    if (ra == rb || !aliases_compatible(o, a, b))
        return false;
    o->ring[a] = o->ring[b];
    o->ring[b] = t;
    o->nodes.v[ra].parent = rb;
    return true;
}

/* Those seen before y are not one router, or not the one at the other end z of y's link: y
 * answers from elsewhere. */
static bool answers_elsewhere(const struct owners *o, const struct before *b, uint32_t z)
{
    for (size_t i = 0; i < b->n; i++) {
        if (z != NOWHERE && z != b->v[i] && !aliases_compatible(o, b->v[i], z))
            return true;
        for (size_t k = i + 1; k < b->n; k++)
            if (!aliases_compatible(o, b->v[i], b->v[k]))
                return true;
    }
    return false;
}

static void find_offpath(struct owners *o)
{
    for (uint32_t y = 0; y < o->nodes.n; y++)
        o->nodes.v[y].offpath = answers_elsewhere(o, &o->before[y], NOWHERE);
    for (size_t i = 0; i < o->matches.n; i++) {
        const struct match *m = &o->matches.v[i];
        struct anode *y = &o->nodes.v[m->answered];
        y->offpath = y->offpath || answers_elsewhere(o, &o->before[m->answered], m->b);
    }
}

static bool is_joined(const struct owners *o, uint32_t i)
{
    return o->ring[i] != i;
}

/*
 * Was x's router entered from y's by another address p than the end z of y's link? Then p is of
 * the link between them, and y answered from another link.
 */
static bool is_entered_elsewhere(struct owners *o, const struct match *m)
{
    uint32_t p = m->a, from = aliases_root(o, m->answered);
    do {
        for (size_t i = 0; p != m->b && i < o->before[p].n; i++)
            if (aliases_root(o, o->before[p].v[i]) == from)
                return true;
        p = o->ring[p];
    } while (p != m->a);
    return false;
}

/*
 *     IPv4   z ══ y
 *     IPv6   w .. p
 *
 * The ends of one link in IPv4 are mostly those of one in IPv6. Where the addresses that stand
 * for them there are of two links, or of another domain, y may have answered from elsewhere.
 */
static bool is_parted(const struct owners *o, const struct match *m)
{
    const struct anode *y = &o->nodes.v[m->answered], *z = &o->nodes.v[m->b];
    if (y->parted && y->parted >= y->alike)
        return true;
    if (!y->partner || !z->partner || !z->settled)
        return false;
    struct addr far = trace_mate(o->w, &o->nodes.v[y->partner - 1].addr);
    return !addr_eq(&far, &o->nodes.v[z->partner - 1].addr);
}

/* The best supported claims first; what contradicts them is left out. */
static bool join_matches(struct owners *o, enum alias_care care)
{
    bool changed = false;
    for (size_t i = 0; i < o->matches.n; i++) {
        const struct match *m = &o->matches.v[i];
        bool elsewhere = o->nodes.v[m->answered].offpath;
        bool taken = care == ALIAS_LIKELY ? is_entered_elsewhere(o, m)
                                          : is_joined(o, m->a) || is_joined(o, m->b);
        bool parted = care == ALIAS_LIKELY && is_parted(o, m);
        bool likely = !elsewhere && !taken && !parted;
        if (likely && care == ALIAS_LIKELY)
            likely = !onward_differs(o, m->a, m->b);
        if (likely && o->careful)
            likely = owners_agree(o, o->cluster_of[m->a], o->cluster_of[m->b]);
        if (m->confirmed || likely)
            changed |= aliases_join(o, m->a, m->b);
    }
    return changed;
}

/* Whoever is silent between the same two routers, in either direction, is one router. */
static void join_silent(struct owners *o)
{
    struct map *between = map_new();
    o->failed = o->failed || !between;
    for (size_t i = 0; i < o->w->traces->n; i++) {
        const struct trace *t = &o->w->traces->v[i];
        const uint32_t *n = o->hop_node[i];
        for (size_t k = 1; k + 1 < t->n && !o->failed; k++) {
            if (t->hops[k].addr.family || n[k] == NOWHERE || n[k - 1] == NOWHERE)
                continue;
            uint64_t key = pair_key(aliases_root(o, n[k - 1]), aliases_root(o, n[k + 1]));
            union map_value *at = map_at(between, &key, sizeof(key));
            o->failed = !at;
            if (at && !at->u)
                at->u = n[k] + 1;
            else if (at)
                aliases_join(o, (uint32_t)at->u - 1, n[k]);
        }
    }
    map_free(&between);
}

void aliases_join_all(struct owners *o, enum alias_care care)
{
    bool changed = true;
    for (uint32_t i = 0; i < o->nodes.n; i++)
        o->ring[i] = o->nodes.v[i].parent = i;
    for (int round = 0; changed && round < (care == ALIAS_LIKELY ? MAX_JOINS : 1); round++) {
        find_offpath(o);
        changed = join_matches(o, care);
    }
    join_silent(o);
}

/* What can be joined; the claims are in order of their support. */
static void collect_matches(struct owners *o)
{
    count_blocks(o);
    collect_pairs(o);
    if (!o->failed)
        find_followers(o);
    if (!o->failed)
        find_matches(o);
    if (!o->failed)
        families_compare(o);
    if (!o->failed)
        onward_collect(o);
    if (!o->failed)
        collect_before(o); /* all nodes are there */
    if (!o->failed)
        homes_find(o);
    o->ring = calloc(o->nodes.n + 1, sizeof(*o->ring));
    o->failed = o->failed || !o->ring;
    if (o->matches.n)
        qsort(o->matches.v, o->matches.n, sizeof(*o->matches.v), by_count);
}

void aliases_collect(struct owners *o, bool join)
{
    collect_nodes(o);
    if (!o->failed && join)
        collect_silent(o);
    if (!o->failed && join)
        collect_matches(o);
}
