/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which IPv4 and IPv6 addresses are of one router.
 *
 *     IPv4   A ── x1 ── x2 ── x3 ── B        A and B are domains: probes between them of
 * equally IPv6   A ── y1 ── y2 ── y3 ── B        many hops mostly passed the same routers
 *
 * Policies are mostly the same for both families, though not always, and a domain may have
 * several hosts: what most traceroutes say counts, seen from both sides.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/owners_private.h"

#define SHARE_OF    3  /* of 3 traceroutes that show a router */
#define SHARE       2  /* so many must agree */
#define MAX_PARTNER 64 /* traceroutes of the other family that one is compared with */

/* How many traceroutes show a router of one family where the others show one of the other. */
struct claim {
    uint32_t v4, v6, votes;
};

struct claims {
    VEC(struct claim);
    struct map *index;  /* roots -> position + 1 */
    uint32_t *first;    /* by pair of domains: their first IPv6 traceroute + 1 */
    uint32_t *next;     /* by traceroute: the next one of the pair + 1 */
    uint32_t *votes_of; /* by root */
};

static uint32_t *slot_of(const struct owners *o, const struct claims *c, const struct trace *t)
{
    const struct dom *a = registry_owner(o->w, &t->fact->source);
    const struct dom *b = registry_owner(o->w, &t->fact->destination);
    return a && b && t->reached && !t->split ? &c->first[a->index * o->w->n_doms + b->index]
                                             : NULL;
}

static void index_v6(const struct owners *o, struct claims *c)
{
    for (size_t i = o->w->traces->n; i-- > 0;) {
        const struct trace *t = &o->w->traces->v[i];
        uint32_t *slot = t->fact->source.family == 6 ? slot_of(o, c, t) : NULL;
        if (!slot)
            continue;
        c->next[i] = *slot;
        *slot = (uint32_t)i + 1;
    }
}

static void vote(struct owners *o, struct claims *c, uint32_t v4, uint32_t v6)
{
    uint64_t k = (uint64_t)v4 << 32 | v6;
    union map_value *at = map_at(c->index, &k, sizeof(k));
    if (at && !at->u) {
        struct claim *x = VEC_PUSH(c);
        if (x)
            *x = (struct claim){v4, v6, 0};
        at->u = x ? c->n : 0;
    }
    o->failed = o->failed || !at || !at->u;
    if (o->failed)
        return;
    c->v[at->u - 1].votes++;
}

/* Whose space two addresses have: 1 one domain's, -1 two domains', 0 that can't be told. */
static int same_space(const struct owners *o, uint32_t v4, uint32_t v6)
{
    if (v4 == NOWHERE || v6 == NOWHERE)
        return 0;
    const struct dom *a = registry_owner(o->w, &o->nodes.v[v4].addr);
    const struct dom *b = registry_owner(o->w, &o->nodes.v[v6].addr);
    return !a || !b ? 0 : a == b ? 1 : -1;
}

/* Behind the first routers, do any links have both families' numbers from one domain? Then a
 * link that has not is hardly one link. */
static bool numbers_alike(const struct owners *o, size_t i4, size_t i6)
{
    const struct trace *a = &o->w->traces->v[i4];
    for (size_t k = 1; o->care == ALIAS_LIKELY && k < a->n; k++)
        if (same_space(o, o->hop_node[i4][k], o->hop_node[i6][k]) > 0)
            return true;
    return false;
}

/* Two traceroutes between the same domains, hop by hop. */
static void compare(struct owners *o, struct claims *c, size_t i4, size_t i6)
{
    const struct trace *a = &o->w->traces->v[i4], *b = &o->w->traces->v[i6];
    bool alike = a->n == b->n && numbers_alike(o, i4, i6);
    for (size_t k = 0; a->n == b->n && k < a->n && !o->failed; k++) {
        uint32_t x = o->hop_node[i4][k], y = o->hop_node[i6][k];
        bool known = a->hops[k].instance || b->hops[k].instance;
        if (x == NOWHERE || y == NOWHERE || known)
            continue;
        c->votes_of[aliases_root(o, x)]++;
        c->votes_of[aliases_root(o, y)]++;
        if (!alike || same_space(o, x, y) >= 0)
            vote(o, c, aliases_root(o, x), aliases_root(o, y));
    }
}

/* Do most of those that show either router agree? A private address stands for a router as it
 * is seen from one side only: there may be more of them. */
static bool agreed(struct owners *o, const struct claims *c, const struct claim *x)
{
    uint32_t need = x->votes * SHARE_OF;
    const struct addr *a = &o->nodes.v[x->v4].addr;
    bool most_of_4 = need >= SHARE * c->votes_of[aliases_root(o, x->v4)];
    bool most_of_6 = need >= SHARE * c->votes_of[aliases_root(o, x->v6)];
    return most_of_4 && (most_of_6 || addr_is_private(a));
}

static int by_votes(const void *va, const void *vb)
{
    const struct claim *x = va, *y = vb;
    if (x->votes != y->votes)
        return x->votes < y->votes ? 1 : -1;
    return x->v4 != y->v4 ? (x->v4 > y->v4) - (x->v4 < y->v4)
                          : (x->v6 > y->v6) - (x->v6 < y->v6);
}

/* Those that are agreed are joined, best supported ones first. */
static size_t join(struct owners *o, struct claims *c)
{
    uint8_t *take = calloc(c->n + 1, 1);
    size_t joined = 0;
    o->failed = o->failed || !take;
    if (c->n)
        qsort(c->v, c->n, sizeof(*c->v), by_votes);
    for (size_t i = 0; !o->failed && i < c->n; i++) /* roots change while joining */
        take[i] = agreed(o, c, &c->v[i]);
    for (size_t i = 0; !o->failed && i < c->n; i++)
        if (take[i] && owners_agree(o, o->cluster_of[c->v[i].v4], o->cluster_of[c->v[i].v6]))
            joined += aliases_join(o, c->v[i].v4, c->v[i].v6);
    free(take);
    return joined;
}

/* The traceroutes of both families between the same domains, two by two. */
static void for_partners(struct owners *o, struct claims *c,
                         void (*what)(struct owners *, struct claims *, size_t, size_t))
{
    for (size_t i = 0; i < o->w->traces->n && !o->failed; i++) {
        const struct trace *t = &o->w->traces->v[i];
        const uint32_t *slot = t->fact->source.family == 4 ? slot_of(o, c, t) : NULL;
        uint32_t at = slot ? *slot : 0;
        for (size_t k = 0; at && k < MAX_PARTNER; k++, at = c->next[at - 1])
            what(o, c, i, at - 1);
    }
}

/* A link has numbers of one domain in both families, as far as the ways are the same: if only
 * one hop has not, a router answered there from elsewhere. */
static void compare_numbers(struct owners *o, struct claims *c, size_t i4, size_t i6)
{
    const uint32_t *a = o->hop_node[i4], *b = o->hop_node[i6];
    size_t n = o->w->traces->v[i4].n, at = 0, alike = 0, parted = 0;
    if (n != o->w->traces->v[i6].n)
        return;
    for (size_t k = 0; k < n; k++) {
        int same = same_space(o, a[k], b[k]);
        if (a[k] != NOWHERE && b[k] != NOWHERE) {
            c->votes_of[a[k]]++;
            c->votes_of[b[k]]++;
            vote(o, c, a[k], b[k]);
        }
        if (same > 0) {
            o->nodes.v[a[k]].alike++;
            o->nodes.v[b[k]].alike++;
            alike += k > 0;
        } else if (same < 0) {
            parted++;
            at = k;
        }
    }
    if (parted == 1 && alike > 0) {
        o->nodes.v[a[at]].parted++;
        o->nodes.v[b[at]].parted++;
    }
}

static void free_claims(struct claims *c)
{
    free(c->votes_of);
    free(c->first);
    free(c->next);
    map_free(&c->index);
    VEC_FREE(c);
}

static struct claims new_claims(struct owners *o)
{
    const struct world *w = o->w;
    struct claims c = {.index = map_new(),
                       .first = calloc(w->n_doms * w->n_doms + 1, sizeof(*c.first)),
                       .next = calloc(w->traces->n + 1, sizeof(*c.next)),
                       .votes_of = calloc(o->nodes.n + 1, sizeof(*c.votes_of))};
    o->failed = o->failed || !c.index || !c.first || !c.next || !c.votes_of;
    if (!o->failed)
        index_v6(o, &c);
    return c;
}

static void take_partner(struct owners *o, const struct claims *c, uint32_t n, uint32_t other,
                         uint32_t votes)
{
    struct anode *x = &o->nodes.v[n];
    if (votes < x->votes || (votes == x->votes && x->partner && x->partner <= other))
        return;
    x->votes = votes;
    x->partner = other + 1;
    x->settled = votes * SHARE_OF >= SHARE * c->votes_of[n];
}

void families_compare(struct owners *o)
{
    struct claims c = new_claims(o);
    if (!o->failed)
        for_partners(o, &c, compare_numbers);
    for (size_t i = 0; !o->failed && i < c.n; i++) {
        take_partner(o, &c, c.v[i].v4, c.v[i].v6, c.v[i].votes);
        take_partner(o, &c, c.v[i].v6, c.v[i].v4, c.v[i].votes);
    }
    free_claims(&c);
}

size_t families_join(struct owners *o)
{
    size_t joined = 0;
    struct claims c = new_claims(o);
    if (!o->failed)
        for_partners(o, &c, compare);
    if (!o->failed)
        joined = join(o, &c);
    free_claims(&c);
    return joined;
}
