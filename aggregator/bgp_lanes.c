/* SPDX-License-Identifier: Apache-2.0 */
/* The simulation of all prefixes: what is the same for each of them, and threads. */
#include <stdlib.h>
#include <string.h>

#include "aggregator/bgp_sim_private.h"
#include "aggregator/lanes.h"
#include "aggregator/next_hops.h"
#include "aggregator/unchanged.h"
#include "aggregator/workers.h"

#define WORTH 16 /* prefixes of a length: fewer are not worth a thread */

/* ---- tables that were seen */

static uint32_t row_prefix(const struct world *w, const struct fact_route *f)
{
    return !f->layer || strcmp(f->layer, "bgp") || f->rd ? NOWHERE : universe_id(w, &f->prefix);
}

/* Counts, makes room, fills. */
static int read_rows(struct world *w)
{
    struct rows *rows = w->bgp->rows = ARENA_ARRAY(w->arena, w->n_prefixes + 1, struct rows);
    if (!rows)
        return ERR_NOMEM;
    FOR_ROWS(w, route, ROUTE, f)
    {
        uint32_t id = row_prefix(w, f);
        if (id != NOWHERE)
            rows[id].n++;
    }
    for (size_t i = 0; i < w->n_prefixes; i++) {
        if (rows[i].n && !(rows[i].v = ARENA_ARRAY(w->arena, rows[i].n, const void *)))
            return ERR_NOMEM;
        rows[i].n = 0;
    }
    FOR_ROWS(w, route, ROUTE, f)
    {
        uint32_t id = row_prefix(w, f);
        if (id != NOWHERE)
            rows[id].v[rows[id].n++] = f;
    }
    return 0;
}

/* ---- threads */

/* Prefixes of one length, one thread each until all are done: longer ones were done before, as
 * aggregates depend on them. */
struct round {
    struct sim *lanes;
    const uint32_t *prefixes;
    size_t n, next;
};

static int work(void *ctx, unsigned number)
{
    struct round *r = ctx;
    int rc = 0;
    for (size_t i; !rc && (i = workers_take(&r->next, 1)) < r->n;)
        rc = sim_prefix(&r->lanes[number], r->prefixes[i]);
    return rc;
}

static int simulate_all(struct sim *lanes, unsigned n_lanes, const struct world *w)
{
    uint32_t *ids = calloc(w->n_prefixes + 1, sizeof(*ids));
    int rc = ids ? 0 : ERR_NOMEM;
    for (int len = 128; !rc && len >= 0; len--) {
        struct round r = {.lanes = lanes, .prefixes = ids};
        for (uint32_t id = 0; id < w->n_prefixes; id++)
            if (w->prefixes[id].len == len)
                ids[r.n++] = id;
        if (r.n)
            rc = workers_run(r.n < WORTH ? 1 : n_lanes, work, &r);
    }
    free(ids);
    return rc;
}

/* ---- what is the same for all prefixes */

static bool is_plain(const struct fact_bgp_session *f)
{
    return f && !f->export_policy && !f->export_list && !f->export_as_path &&
           !f->import_policy && !f->import_list && !f->import_as_path;
}

/* Sessions within an AS over which nothing but the receiver differs. */
static bool is_inner(const struct session *x)
{
    const struct session *y = x->remote;
    return y && !x->external && !y->external && is_plain(x->fact) && is_plain(y->fact) &&
           x->fact->default_originate != 1 && !x->local->ghost && !y->local->ghost;
}

static bool is_alike(const struct session *a, const struct session *b)
{
    const struct fact_bgp_session *x = a->fact, *y = b->fact;
    const struct session *p = a->remote, *q = b->remote;
    return x->next_hop_self == y->next_hop_self && x->rr_client == y->rr_client &&
           x->send_community == y->send_community && a->port == b->port &&
           addr_eq(&a->local_addr, &b->local_addr) && p->fact->weight == q->fact->weight &&
           p->fact->allow_own_as == q->fact->allow_own_as && p->local->asn == q->local->asn &&
           p->local->local_pref == q->local->local_pref;
}

/* Neighbours in the list that are alike get one number. */
static uint32_t group_of(const struct speaker *s, const struct outlet *outlets, size_t k)
{
    if (!is_inner(s->sessions[k]))
        return 0;
    bool goes_on = k && outlets[k - 1].group && is_alike(s->sessions[k - 1], s->sessions[k]);
    return goes_on ? outlets[k - 1].group : (uint32_t)k + 1;
}

static const struct dom *domain_of(const struct speaker *s)
{
    return s->instance->router->dom;
}

static bool is_border(const struct session *x)
{
    return x->remote && domain_of(x->local) != domain_of(x->remote->local);
}

static struct outlet outlet_of(const struct speaker *s, const struct outlet *outlets, size_t k)
{
    const struct session *x = s->sessions[k];
    bool reflects = x->fact && x->fact->rr_client == 1;
    struct outlet o = {.remote = x->remote, .group = group_of(s, outlets, k)};
    o.flags = (uint8_t)((x->remote ? SESSION_JOINED : 0) | (is_border(x) ? SESSION_BORDER : 0) |
                        (x->external || reflects ? SESSION_EXTERNAL : 0) |
                        (x->fact && x->fact->default_originate == 1 ? SESSION_DEFAULT : 0));
    o.to = x->remote ? x->remote->local->index : s->index;
    o.slot = x->remote ? x->remote->slot : 0;
    return o;
}

static int list_outlets(struct sim *m)
{
    const struct bgp_world *b = m->w->bgp;
    uint32_t *home = ARENA_ARRAY(m->mem, b->n_speakers + 1, uint32_t);
    m->outlets = ARENA_ARRAY(m->mem, b->n_speakers + 1, struct outlet *);
    m->home = home;
    for (size_t i = 0; home && m->outlets && i < b->n_speakers; i++) {
        const struct speaker *s = b->speakers[i];
        home[i] = domain_of(s)->index;
        if (!(m->outlets[i] = ARENA_ARRAY(m->mem, s->n_sessions + 1, struct outlet)))
            return ERR_NOMEM;
        for (size_t k = 0; k < s->n_sessions; k++)
            m->outlets[i][k] = outlet_of(s, m->outlets[i], k);
    }
    return home && m->outlets ? 0 : ERR_NOMEM;
}

/* Addresses may fit more than one session: then what the other side heard last depends on both.
 */
static int find_shared(struct sim *m)
{
    const struct bgp_world *b = m->w->bgp;
    struct arena_mark here = arena_mark(m->mem);
    uint8_t **heard = ARENA_ARRAY(m->mem, b->n_speakers + 1, uint8_t *);
    for (size_t i = 0; heard && i < b->n_speakers; i++)
        if (!(heard[i] = ARENA_ARRAY(m->mem, b->speakers[i]->n_sessions + 1, uint8_t)))
            return ERR_NOMEM;
    for (size_t i = 0; heard && i < b->n_speakers; i++)
        for (size_t k = 0; k < b->speakers[i]->n_sessions; k++) {
            const struct outlet *o = &m->outlets[i][k];
            uint8_t *at = o->remote ? &heard[o->to][o->slot] : NULL;
            uint8_t how = o->flags & SESSION_BORDER ? 2 : 1;
            m->shared = m->shared || (at && *at && (how | *at) & 2);
            if (at)
                *at |= how;
        }
    arena_rewind(m->mem, here);
    return heard ? 0 : ERR_NOMEM;
}

bool sim_is_aggregate(const struct sim *m, uint32_t prefix)
{
    for (size_t i = 0; i < m->aggregates.n; i++)
        if (prefix_eq(&m->aggregates.v[i].fact->prefix, &m->w->prefixes[prefix]))
            return true;
    return false;
}

/* What each thread has for itself. */
static int open_sim(const struct sim *common, struct world *w, struct sim *m)
{
    const struct bgp_world *b = w->bgp;
    size_t most = 0;
    *m = *common;
    m->w = w;
    m->mem = w->scratch;
    m->state = ARENA_ARRAY(m->mem, b->n_speakers + 1, struct state);
    m->hops = ARENA_ARRAY(m->mem, b->n_speakers + 1, struct last_hop *);
    m->last_told = ARENA_ARRAY(m->mem, b->n_speakers + 1, uint32_t *);
    for (size_t i = 0; m->hops && m->last_told && i < b->n_speakers; i++) {
        size_t n = b->speakers[i]->n_sessions;
        most = n > most ? n : most;
        m->hops[i] = ARENA_ARRAY(m->mem, n + 1, struct last_hop);
        m->last_told[i] = ARENA_ARRAY(m->mem, n + 1, uint32_t);
        if (!m->hops[i] || !m->last_told[i])
            return ERR_NOMEM;
    }
    m->list = ARENA_ARRAY(m->mem, most + 1, struct candidate *);
    return m->state && m->hops && m->last_told && m->list ? 0 : ERR_NOMEM;
}

/* Most routes that come over a session have the same next hop. */
static void keep_usual_hops(const struct sim *m, struct world *w)
{
    for (size_t i = 0; i < w->bgp->n_speakers; i++) {
        const struct speaker *s = w->bgp->speakers[i];
        for (size_t k = 0; k < s->n_sessions; k++)
            if (m->hops[i][k].known)
                s->sessions[k]->usual_hop = m->hops[i][k].next_hop;
    }
}

static void look_up_usual_hops(struct world *w, const struct bgp_world *before)
{
    for (size_t i = 0; i < w->bgp->n_speakers; i++) {
        const struct speaker *s = w->bgp->speakers[i];
        for (size_t k = 0; k < s->n_sessions; k++) {
            struct session *x = s->sessions[k];
            if (before && !x->usual_hop.family)
                x->usual_hop = before->speakers[i]->sessions[k]->usual_hop;
            x->usual_via = next_hop_find(w, s->instance, &x->usual_hop);
        }
    }
}

static void close_sim(struct sim *m)
{
    VEC_FREE(&m->events);
    VEC_FREE(&m->awake);
}

static int simulate_by_lanes(const struct sim *common)
{
    struct world *w = common->w;
    unsigned n = lanes_for(w, w->n_prefixes, WORTH);
    struct world worlds[WORKERS_MAX] = {0};
    struct sim sims[WORKERS_MAX] = {0};
    int rc = 0;
    for (unsigned i = 0; !rc && i < n; i++)
        if (!(rc = lane_open(w, &worlds[i])))
            rc = open_sim(common, &worlds[i], &sims[i]);
    if (!rc)
        rc = simulate_all(sims, n, w);
    for (unsigned i = 0; !rc && i < n; i++) {
        next_hops_look(&worlds[i]);
        keep_usual_hops(&sims[i], w);
    }
    for (unsigned i = 0; !rc && i < n; i++)
        rc = lane_join(w, &worlds[i]);
    if (!rc && common->before)
        rc = next_hops_take_over(w);
    if (!rc)
        look_up_usual_hops(w, common->before);
    for (unsigned i = 0; i < n; i++) {
        close_sim(&sims[i]);
        lane_close(&worlds[i]);
    }
    return rc;
}

/* Routes keep the numbers that they had before, if anything else there is of use. */
static int open_routes(struct sim *m)
{
    struct bgp_world *b = m->w->bgp;
    m->before = unchanged_routes(m->w) ? m->w->before->bgp : NULL;
    if (m->before && bgp_routes_worn(m->before->routes))
        m->before = NULL;
    b->routes = bgp_routes_new(m->w);
    b->chosen = ARENA_ARRAY(m->w->arena, m->w->n_prefixes + 1, struct chosen *);
    if (!b->routes || !b->chosen)
        return ERR_NOMEM;
    return !m->before || bgp_routes_take_over(b->routes, m->before->routes) ? 0 : ERR_NOMEM;
}

int bgp_simulate(struct world *w, struct err *e)
{
    struct sim m = {.w = w, .mem = w->scratch};
    size_t n = w->n_prefixes + 1;
    m.origins = calloc(n, sizeof(*m.origins));
    int rc = m.origins ? open_routes(&m) : ERR_NOMEM;
    if (rc || (rc = sim_read_origins(&m)) || (rc = read_rows(w)) || (rc = list_outlets(&m)) ||
        (rc = find_shared(&m)) || (rc = simulate_by_lanes(&m)))
        err_set(e, rc, "out of memory while simulating BGP");
    if (w->bgp->routes)
        bgp_routes_close(w->bgp->routes);
    for (size_t i = 0; m.origins && i < n; i++)
        VEC_FREE(&m.origins[i]);
    free(m.origins);
    VEC_FREE(&m.aggregates);
    return rc;
}
