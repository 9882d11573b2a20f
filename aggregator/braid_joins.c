/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses are of one router, where traceroutes mix ways.
 *
 * What sets demand (braid_sets.h) is done, that first which most traceroutes demand and nothing
 * else explains. None may put a router twice on one way.
 */
#include <stdlib.h>

#include "aggregator/braid_sets.h"

/* Traceroutes that have to speak for a join beyond those that speak for others. */
#define ENOUGH 4

#define CANDIDATES_MAX 32

struct joining {
    struct braids *b;
    struct braid_sets told;
    uint32_t *ring; /* node -> the next one that is joined with it */
};

static uint32_t router_of(const struct joining *j, uint32_t node)
{
    return j->b->nodes.v[node].router;
}

/* Would a router have a link to itself, or stand twice on one way? */
static bool clash(const struct joining *j, uint32_t a, uint32_t b)
{
    uint32_t i = a, to = router_of(j, b);
    do {
        uint32_t k = b, m = j->b->nodes.v[i].mate;
        if (m != NOWHERE && router_of(j, m) == to)
            return true;
        do {
            uint64_t key = braid_pair(i, k);
            const union map_value *at = map_get(j->told.apart, &key, sizeof(key));
            if (at && (int64_t)at->u >= ENOUGH)
                return true;
            k = j->ring[k];
        } while (k != b);
        i = j->ring[i];
    } while (i != a);
    return false;
}

/* Would two links join the same two routers? There are such, but few. */
static bool doubles(const struct joining *j, uint32_t a, uint32_t b)
{
    uint32_t i = a;
    do {
        uint32_t k = b, m = j->b->nodes.v[i].mate;
        do {
            uint32_t o = j->b->nodes.v[k].mate;
            if (m != NOWHERE && o != NOWHERE && router_of(j, m) == router_of(j, o))
                return true;
            k = j->ring[k];
        } while (k != b);
        i = j->ring[i];
    } while (i != a);
    return false;
}

static bool holds(const struct joining *j, const struct braid_set *s, uint32_t router)
{
    if (s->behind != NOWHERE && router == router_of(j, s->behind))
        return false;
    for (uint32_t i = 0; i < s->n; i++)
        if (router_of(j, j->told.members.v[s->first + i]) == router)
            return true;
    return false;
}

/* Routers that a node's might be. */
struct candidates {
    uint32_t mate;
    const struct braid_set *sets;
    size_t n_sets, n;
    uint32_t v[CANDIDATES_MAX];
    bool doubled[CANDIDATES_MAX];
};

static void add_candidate(const struct joining *j, struct candidates *c, uint32_t router)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->v[i] == router)
            return;
    if (c->n == CANDIDATES_MAX || clash(j, c->mate, router))
        return;
    c->doubled[c->n] = doubles(j, c->mate, router);
    c->v[c->n++] = router;
}

static void find_candidates(const struct joining *j, struct candidates *c)
{
    for (size_t i = 0; i < c->n_sets; i++) {
        const struct braid_set *s = &c->sets[i];
        if (holds(j, s, router_of(j, c->mate)))
            continue;
        for (uint32_t k = 0; k < s->n; k++) {
            uint32_t r = router_of(j, j->told.members.v[s->first + k]);
            if (s->behind == NOWHERE || r != router_of(j, s->behind))
                add_candidate(j, c, r);
        }
    }
}

/* Candidates that may be the router together, without one of them. */
struct rivals {
    uint32_t v[CANDIDATES_MAX];
    size_t n;
};

static bool held_by(const struct joining *j, const struct braid_set *s, const struct rivals *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (holds(j, s, r->v[i]))
            return true;
    return false;
}

/* Answers that a candidate explains, and the rivals do not. */
static uint32_t explains(const struct joining *j, const struct candidates *c, uint32_t router,
                         const struct rivals *rivals)
{
    uint32_t sum = 0, own = router_of(j, c->mate);
    for (size_t i = 0; i < c->n_sets; i++) {
        const struct braid_set *s = &c->sets[i];
        if (!holds(j, s, own) && holds(j, s, router) && !held_by(j, s, rivals))
            sum += s->weight;
    }
    return sum;
}

/* Others that may be one router, those first that leave the candidate least. */
static void find_rivals(const struct joining *j, const struct candidates *c, size_t of,
                        struct rivals *r)
{
    bool used[CANDIDATES_MAX] = {0};
    r->n = 0;
    for (size_t round = 1; round < c->n; round++) {
        uint32_t least = UINT32_MAX;
        size_t best = c->n;
        for (size_t k = 0; k < c->n; k++) {
            bool apart = k == of || used[k] || (c->doubled[k] && !c->doubled[of]);
            for (size_t i = 0; i < r->n && !apart; i++)
                apart = clash(j, r->v[i], c->v[k]);
            r->v[r->n++] = c->v[k];
            uint32_t left = apart ? UINT32_MAX : explains(j, c, c->v[of], r);
            r->n--;
            if (left < least) {
                least = left;
                best = k;
            }
        }
        if (best == c->n)
            return;
        used[best] = true;
        r->v[r->n++] = c->v[best];
    }
}

struct join {
    uint32_t a, b, margin;
};

static void weigh(const struct joining *j, const struct candidates *c, struct join *best)
{
    for (size_t i = 0; i < c->n; i++) {
        struct rivals r = {.n = 0};
        if (explains(j, c, c->v[i], &r) <= best->margin)
            continue;
        find_rivals(j, c, i, &r);
        uint32_t margin = explains(j, c, c->v[i], &r);
        if (margin > best->margin)
            *best = (struct join){c->mate, c->v[i], margin};
    }
}

static void join(struct joining *j, uint32_t a, uint32_t b)
{
    uint32_t to = router_of(j, b), t = j->ring[a], i = a;
    do {
        j->b->nodes.v[i].router = to;
        i = j->ring[i];
    } while (i != a);
    j->ring[a] = j->ring[b];
    j->ring[b] = t;
}

static bool join_best(struct joining *j)
{
    struct join best = {.margin = ENOUGH - 1};
    for (size_t i = 0, n; i < j->told.sets.n; i += n) {
        struct candidates c = {.mate = j->told.sets.v[i].mate, .sets = &j->told.sets.v[i]};
        for (n = 1; i + n < j->told.sets.n && j->told.sets.v[i + n].mate == c.mate; n++)
            ;
        c.n_sets = n;
        find_candidates(j, &c);
        weigh(j, &c, &best);
    }
    if (best.margin >= ENOUGH)
        join(j, best.a, best.b);
    return best.margin >= ENOUGH;
}

/* ---- steps */

static bool leads(const struct joining *j, uint32_t from, uint32_t to, uint32_t prefix)
{
    for (size_t i = 0; i < j->told.sets.n; i++) {
        const struct braid_set *s = &j->told.sets.v[i];
        if (s->prefix == prefix && s->behind != NOWHERE && router_of(j, s->mate) == from &&
            router_of(j, s->behind) == to && holds(j, s, from))
            return true;
    }
    return false;
}

/* Who answered from elsewhere was entered from one of those before it that has a link to it and
 * is not behind it. */
static uint32_t entered_at(const struct joining *j, const struct braid_set *s)
{
    uint32_t found = NOWHERE, to = router_of(j, s->behind);
    for (uint32_t i = 0; i < s->n; i++) {
        uint32_t from = router_of(j, j->told.members.v[s->first + i]);
        uint32_t at = from == to ? NOWHERE : braid_link(j->b, from, to);
        if (at == NOWHERE || at == found || leads(j, to, from, s->prefix))
            continue;
        if (found != NOWHERE)
            return NOWHERE;
        found = at;
    }
    return found;
}

static bool add_step(struct joining *j, const struct braid_set *s)
{
    bool straight = holds(j, s, router_of(j, s->mate));
    uint32_t at = straight ? s->behind : entered_at(j, s);
    j->b->nodes.v[s->behind].strays |= !straight;
    struct braid_step *step = at == NOWHERE ? NULL : VEC_PUSH(&j->b->steps);
    if (step)
        *step = (struct braid_step){s->prefix, at, s->trace};
    return step || at == NOWHERE;
}

/* Packets leave to a known router from the one at the other end of its link. */
static bool add_exit(struct joining *j, const struct braid_set *s)
{
    uint32_t last = router_of(j, s->mate);
    struct braid_exit *x = holds(j, s, last) ? VEC_PUSH(&j->b->exits) : NULL;
    if (x)
        *x = (struct braid_exit){s->prefix, last, last, s->out, s->trace, 0};
    return x || !holds(j, s, last);
}

static int make_steps(struct joining *j)
{
    bool good = true;
    for (size_t i = 0; i < j->told.sets.n && good; i++) {
        const struct braid_set *s = &j->told.sets.v[i];
        if (s->behind != NOWHERE)
            good = add_step(j, s);
        else if (s->out != NOWHERE)
            good = add_exit(j, s);
    }
    return good ? 0 : ERR_NOMEM;
}

/* An address that never answered is in the domain of its router. */
static void spread_domains(struct joining *j)
{
    for (uint32_t i = 0; i < j->b->nodes.n; i++)
        for (uint32_t k = j->ring[i]; k != i && !j->b->nodes.v[i].dom; k = j->ring[k])
            j->b->nodes.v[i].dom = j->b->nodes.v[k].dom;
}

int braid_join(struct world *w, struct braids *b)
{
    struct joining j = {.b = b};
    int rc = braid_sets_read(w, b, &j.told);
    j.ring = calloc(b->nodes.n + 1, sizeof(*j.ring));
    if (!j.ring)
        rc = ERR_NOMEM;
    for (uint32_t i = 0; !rc && i < b->nodes.n; i++)
        j.ring[i] = i;
    while (!rc && join_best(&j))
        ;
    if (!rc)
        rc = make_steps(&j);
    if (!rc)
        spread_domains(&j);
    free(j.ring);
    braid_sets_free(&j.told);
    return rc;
}
