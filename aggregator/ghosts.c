/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domains that tell nothing, as their neighbours see them.
 *
 * A ghost is one speaker for a whole domain, with the other half of every session that known
 * routers have with it. What a neighbour is to it, customer, peer or provider, is read off the
 * neighbour's own policies: whoever is told everything is a customer; of those told only a
 * part, the less preferred are providers. (Gao and Rexford, Stable Internet Routing Without
 * Global Coordination, 2001.)
 */
#include <string.h>

#include "aggregator/bgp.h"

#define PREF_CUSTOMER 200
#define PREF_PEER     100
#define PREF_PROVIDER 80
#define PROBE_ASN     4200000000u /* for private use: in no path loop */

struct probe {
    const struct world *w;
    struct arena *mem;
    const struct session *to;
    int64_t pref;                /* that the neighbour gives to routes of the ghost */
    size_t told, kept;           /* other sessions whose routes the ghost is told or not */
    int64_t most, least_partial; /* preferences of the neighbour's other sessions */
    size_t partial;              /* of these, that are told only a part as well */
};

static bool has_speaker(const struct world *w, const struct dom *d)
{
    for (size_t i = 0; i < w->bgp->n_speakers; i++)
        if (w->bgp->speakers[i]->instance->router->dom == d)
            return true;
    return false;
}

/* A route as learnt over a session, after the import policy; false: refused. */
static bool learn(const struct probe *p, const struct session *z, struct attrs *a)
{
    static const struct prefix any4 = {.addr = {.family = 4, .b = {198, 51, 100, 0}},
                                       .len = 24};
    static const struct prefix any6 = {.addr = {.family = 6, .b = {0x20, 0x01, 0x0d, 0xb8}},
                                       .len = 48};
    uint32_t *path = ARENA_ARRAY(p->mem, 2, uint32_t);
    if (!path || !z->fact)
        return false;
    path[0] = z->peer_asn;
    path[1] = PROBE_ASN;
    *a = (struct attrs){
        .as_path = {path, 2}, .local_pref = z->local->local_pref, .med = FACT_NONE};
    struct policy_context c = {z->local->instance->router,
                               z->local->family == 6 ? &any6 : &any4, &z->peer_addr, NULL};
    return policy_apply(p->w->bgp->policies, &c, z->fact->import_policy, a, p->mem);
}

static bool passes(const struct probe *p, const struct session *x, const struct attrs *route)
{
    static const struct prefix any4 = {.addr = {.family = 4, .b = {198, 51, 100, 0}},
                                       .len = 24};
    static const struct prefix any6 = {.addr = {.family = 6, .b = {0x20, 0x01, 0x0d, 0xb8}},
                                       .len = 48};
    struct attrs a = *route;
    struct policy_context c = {x->local->instance->router,
                               x->local->family == 6 ? &any6 : &any4, &x->peer_addr, NULL};
    return x->fact && policy_apply(p->w->bgp->policies, &c, x->fact->export_policy, &a, p->mem);
}

/* Is the neighbour of z told only a part of what its domain knows? */
static bool told_a_part(const struct probe *p, const struct session *z, const struct session *x)
{
    struct attrs a;
    return (learn(p, x, &a) && !passes(p, z, &a));
}

static void ask_session(struct probe *p, const struct session *z)
{
    struct attrs a;
    if (!z->external || !z->fact || z->peer_asn == p->to->peer_asn || !learn(p, z, &a))
        return;
    bool passed = passes(p, p->to, &a);
    p->told += passed;
    p->kept += !passed;
    p->most = a.local_pref > p->most ? a.local_pref : p->most;
    if (told_a_part(p, z, p->to)) {
        p->partial++;
        p->least_partial = a.local_pref < p->least_partial ? a.local_pref : p->least_partial;
    }
}

/* What the known neighbour (x is its half of the session) is to the ghost. */
static enum relation relation_of(struct world *w, const struct session *x)
{
    struct attrs mine;
    struct arena_mark mark = arena_mark(w->scratch);
    struct probe p = {.w = w, .mem = w->scratch, .to = x, .least_partial = INT64_MAX};
    enum relation r = RELATION_PEER;
    p.pref = learn(&p, x, &mine) ? mine.local_pref : 0;
    for (size_t i = 0; i < w->bgp->n_speakers; i++) {
        const struct speaker *s = w->bgp->speakers[i];
        if (s->instance->router->dom != x->local->instance->router->dom ||
            s->family != x->local->family)
            continue;
        for (size_t k = 0; k < s->n_sessions; k++)
            ask_session(&p, s->sessions[k]);
    }
    if (!p.told && !p.kept)
        r = RELATION_CUSTOMER; /* it has nobody else: a customer of the ghost */
    else if (!p.kept && p.pref >= p.most)
        r = RELATION_PROVIDER; /* it tells the ghost everything and prefers it */
    else if (p.pref < PREF_PEER || (p.partial && p.pref < p.least_partial))
        r = RELATION_CUSTOMER;
    arena_rewind(w->scratch, mark);
    return r;
}

static struct speaker *make_ghost(struct world *w, struct dom *d, unsigned family)
{
    struct speaker *s = ARENA_NEW(w->arena, struct speaker);
    struct instance *in = ARENA_NEW(w->arena, struct instance);
    struct router *r = ARENA_NEW(w->arena, struct router);
    if (!s || !in || !r)
        return NULL;
    *r = (struct router){.index = NOWHERE, .name = "?", .dom = d};
    *in = (struct instance){.index = NOWHERE, .router = r, .table = ""};
    *s = (struct speaker){.instance = in,
                          .family = family,
                          .asn = dom_asn(d),
                          .local_pref = PREF_PEER,
                          .max_external = 1,
                          .max_internal = 1,
                          .compare_routerid = true,
                          .ghost = true};
    return s;
}

static int add_half(struct world *w, struct speaker *ghost, struct session *x)
{
    struct session *y = bgp_add_session(w, ghost);
    struct fact_bgp_session *f = ARENA_NEW(w->arena, struct fact_bgp_session);
    if (!y || !f)
        return ERR_NOMEM;
    fact_init(FACT_BGP_SESSION, f);
    f->family = ghost->family;
    f->origin = x->fact ? x->fact->origin : NULL;
    y->fact = f;
    y->remote = x;
    y->local_addr = x->peer_addr;
    y->peer_addr = x->local_addr;
    y->peer_asn = x->local->asn;
    y->external = true;
    y->relation = relation_of(w, x);
    x->remote = y;
    return 0;
}

static int haunt(struct world *w, struct dom *d, unsigned family)
{
    struct speaker *ghost = NULL;
    for (size_t i = 0; i < w->bgp->n_speakers; i++) {
        struct speaker *s = w->bgp->speakers[i];
        for (size_t k = 0; k < s->n_sessions; k++) {
            struct session *x = s->sessions[k];
            if (s->family != family || s->ghost || !x->external || x->remote || !x->fact ||
                registry_by_asn(w, x->peer_asn) != d)
                continue;
            if (!ghost && !(ghost = make_ghost(w, d, family)))
                return ERR_NOMEM;
            if (add_half(w, ghost, x))
                return ERR_NOMEM;
        }
    }
    w->bgp->ghosts[family == 6][d->index] = ghost;
    return 0;
}

/* The list of speakers grows at its end, so that the known ones keep their numbers. */
static int list_ghosts(struct world *w)
{
    struct bgp_world *b = w->bgp;
    struct speaker **v =
        ARENA_ARRAY(w->arena, b->n_speakers + 2 * w->n_doms + 1, struct speaker *);
    if (!v)
        return ERR_NOMEM;
    if (b->n_speakers)
        memcpy(v, b->speakers, b->n_speakers * sizeof(*v));
    b->speakers = v;
    for (size_t d = 0; d < w->n_doms; d++)
        for (int f = 0; f < 2; f++)
            if (b->ghosts[f][d]) {
                b->ghosts[f][d]->index = (uint32_t)b->n_speakers;
                v[b->n_speakers++] = b->ghosts[f][d];
            }
    return 0;
}

int ghosts_build(struct world *w, struct err *e)
{
    int rc = 0;
    for (int f = 0; f < 2; f++) {
        w->bgp->ghosts[f] = ARENA_ARRAY(w->arena, w->n_doms + 1, struct speaker *);
        rc = rc || !w->bgp->ghosts[f] ? ERR_NOMEM : 0;
    }
    for (size_t d = 0; !rc && d < w->n_doms; d++) {
        if (!w->doms[d]->asns.n || has_speaker(w, w->doms[d]))
            continue;
        rc = haunt(w, w->doms[d], 4);
        rc = rc ? rc : haunt(w, w->doms[d], 6);
    }
    rc = rc ? rc : list_ghosts(w);
    return rc ? err_set(e, rc, "out of memory while thinking of silent domains") : 0;
}

const struct speaker *ghost_of(const struct world *w, const struct dom *d, unsigned family)
{
    return d ? w->bgp->ghosts[family == 6][d->index] : NULL;
}
