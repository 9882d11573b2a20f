/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Propagation of one prefix at a time, until no speaker changes its mind.
 *
 *     originations ─┐                      ┌─> export policy ─> import policy ─┐
 *     candidates  ──┴─> select ─> choices ─┘                                   │
 *     candidates of the neighbour  <───────────────────────────────────────────┘
 *
 * A speaker whose own table was seen takes part with that table: its choices are given, and
 * what it told its neighbours follows from them. Where the table lists nothing that the router
 * brought in itself, that follows from the configuration.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/bgp_sim_private.h"
#include "aggregator/lanes.h"
#include "aggregator/next_hops.h"
#include "aggregator/workers.h"

#define AHEAD 4  /* sessions */
#define WORTH 16 /* prefixes of a length: fewer are not worth a thread */

/* Flags of an outlet: what says, without looking at the session, whether a route may go over it
 * at all. */
enum {
    SESSION_JOINED = 1,   /* the other side is known */
    SESSION_EXTERNAL = 2, /* or with a client of a reflector: anything goes */
    SESSION_DEFAULT = 4,  /* a default route of the speaker's making goes over it */
};

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

/* ---- candidates */

static enum bgp_origin origin_of(const char *text)
{
    return !text || !strcasecmp(text, "igp") ? ORIGIN_IGP
           : !strcasecmp(text, "egp")        ? ORIGIN_EGP
                                             : ORIGIN_INCOMPLETE;
}

static const struct session *session_from(const struct speaker *s, const struct addr *peer)
{
    for (size_t i = 0; peer->family && i < s->n_sessions; i++)
        if (addr_eq(&s->sessions[i]->peer_addr, peer))
            return s->sessions[i];
    return NULL;
}

static void from_row(const struct speaker *s, const struct fact_route *f, struct candidate *c)
{
    c->row = f;
    c->present = true;
    c->from = session_from(s, &f->peer);
    c->router_id = f->peer_router_id;
    c->attrs =
        (struct attrs){.as_path = f->as_path,
                       .local_pref = f->local_pref == FACT_NONE ? s->local_pref : f->local_pref,
                       .med = f->med,
                       .weight = f->weight == FACT_NONE ? 0 : f->weight,
                       .origin = origin_of(f->bgp_origin),
                       .communities = f->communities};
    for (size_t i = 0; i < f->next_hops.n && !c->attrs.next_hop.family; i++)
        c->attrs.next_hop = f->next_hops.v[i];
}

/* The selection of a speaker is what its table marks as best; the one with a reason is told to
 * others. */
static void load_table(struct sim *m, struct speaker *s, struct state *st)
{
    const struct rows *rows = &m->w->bgp->rows[m->prefix];
    st->rows = ARENA_ARRAY(m->mem, rows->n + 1, struct candidate);
    for (size_t i = 0; st->rows && i < rows->n; i++) {
        const struct fact_route *f = rows->v[i];
        const struct router *r =
            topo_router(m->w, registry_dom(m->w, f->origin->domain), f->node);
        if (topo_instance(r, f->table) != s->instance)
            continue;
        struct candidate *c = &st->rows[st->n_rows++];
        from_row(s, f, c);
        if (f->best != 1 || st->sel.n == BGP_MAX_PATHS)
            continue;
        st->sel.used[st->sel.n++] = c;
        if (f->reason && st->sel.n > 1) {
            st->sel.used[st->sel.n - 1] = st->sel.used[0];
            st->sel.used[0] = c;
        }
    }
}

struct candidate *sim_candidate(struct sim *m, const struct speaker *s, size_t slot)
{
    struct candidate **c = &m->state[s->index].in[slot];
    if (!*c && !(*c = ARENA_NEW(m->mem, struct candidate)))
        m->out_of_memory = true;
    return *c;
}

/* ---- settling equal choices by what others saw */

static bool same_asns(const struct asns *a, const struct asns *b)
{
    return a->n == b->n && (!a->n || !memcmp(a->v, b->v, a->n * sizeof(*a->v)));
}

/* Does a neighbour's table show what speaker s told it, and would candidate c have been told
 * so? 1 yes, 0 it shows something else, -1 no neighbour with a table heard of it. */
static int told_so(struct sim *m, const struct speaker *s, const struct candidate *c)
{
    int result = -1;
    for (size_t i = 0; i < s->n_sessions && result != 1; i++) {
        const struct session *x = s->sessions[i];
        if (!x->remote || !x->remote->local->has_table)
            continue;
        const struct state *there = &m->state[x->remote->local->index];
        for (size_t k = 0; k < there->n_rows; k++) {
            struct attrs a;
            if (there->rows[k].from != x->remote)
                continue;
            bool same =
                sim_export(m, c, x, &a) && same_asns(&a.as_path, &there->rows[k].attrs.as_path);
            result = same ? 1 : 0;
        }
    }
    return result;
}

static void prefer(struct selection *sel, const struct candidate *c)
{
    sel->used[0] = c;
    sel->n = 1;
}

/* Keeps only equal candidates that the test says yes to, if there are any. */
static size_t narrow(struct sim *m, const struct speaker *s, const struct candidate **v,
                     size_t n, bool by_trace)
{
    size_t kept = 0;
    const struct candidate *yes[BGP_MAX_PATHS];
    for (size_t i = 0; i < n; i++) {
        int r = by_trace ? traces_pin(m->w, s, m->prefix, v[i]->from, &v[i]->attrs.next_hop)
                         : told_so(m, s, v[i]);
        if (r == 1)
            yes[kept++] = v[i];
    }
    if (kept)
        memcpy(v, yes, kept * sizeof(*v));
    return kept ? kept : n;
}

static bool tell_alike(struct sim *m, const struct selection *sel, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct attrs *a = &sel->equal[0]->attrs, *b = &sel->equal[i]->attrs;
        if (!same_asns(&a->as_path, &b->as_path) || a->med != b->med ||
            a->communities.n != b->communities.n)
            return false;
        for (size_t k = 0; k < a->communities.n; k++)
            if (strcmp(a->communities.v[k], b->communities.v[k]))
                return false;
    }
    (void)m;
    return true;
}

static void settle(struct sim *m, const struct speaker *s, struct state *st)
{
    struct selection *sel = &st->sel;
    st->open = false;
    st->settled = NULL;
    if (!sel->by_age)
        return;
    bool multipath = sel->n > 1;
    size_t n = narrow(m, s, sel->equal, sel->n_equal, false);
    if (n < sel->n_equal)
        st->settled = "a neighbour's table shows this route";
    if (!multipath && n > 1) {
        size_t k = narrow(m, s, sel->equal, n, true);
        if (k < n)
            st->settled = "a traceroute left by this route";
        n = k;
    }
    bool alike = tell_alike(m, sel, n);
    if (!multipath) {
        prefer(sel, sel->equal[0]);
        st->open = n > 1;
    }
    if (!alike)
        sel->unsure = true;
}

/* ---- the loop */

static bool same_attrs(const struct attrs *a, const struct attrs *b)
{
    if (!same_asns(&a->as_path, &b->as_path) || a->local_pref != b->local_pref ||
        a->med != b->med || a->weight != b->weight || a->origin != b->origin ||
        a->unsure != b->unsure || !addr_eq(&a->next_hop, &b->next_hop) ||
        !addr_eq(&a->originator, &b->originator) || !same_asns(&a->clusters, &b->clusters) ||
        a->communities.n != b->communities.n)
        return false;
    for (size_t i = 0; i < a->communities.n; i++)
        if (strcmp(a->communities.v[i], b->communities.v[i]))
            return false;
    return true;
}

/* What comes of a route at the other side of a session. */
struct told {
    bool present;
    bool untold; /* kept away by a condition that can't be told */
    struct attrs attrs;
};

static void announce(struct sim *m, const struct state *st, const struct session *x,
                     struct told *out)
{
    struct session *y = x->remote;
    *out = (struct told){.untold = st->doubt && !st->sel.n && !x->local->has_table};
    if (st->sel.n) {
        out->present = sim_export(m, st->sel.used[0], x, &out->attrs);
        out->untold = !out->present && out->attrs.unsure && !st->sel.used[0]->attrs.unsure;
        bool guessed = x->local->ghost && (st->sel.used[0]->from || x->local->n_sessions > 1);
        out->attrs.unsure = out->attrs.unsure || st->sel.unsure || guessed;
    }
    if (sim_default(m, x, &out->attrs))
        out->present = true;
    bool sure = out->present && !out->attrs.unsure;
    out->present = out->present && sim_import(m, y, &out->attrs);
    out->untold = out->untold || (sure && !out->present && out->attrs.unsure);
}

/* True when the other side's candidate changed. */
static bool deliver(struct sim *m, const struct speaker *s, const struct outlet *o,
                    const struct told *t)
{
    struct state *there = &m->state[o->to];
    struct candidate *c = there->in[o->slot];
    if (t->untold && !there->doubt)
        there->doubt = there->dirty = true;
    if (t->present == (c && c->from) && (!t->present || same_attrs(&t->attrs, &c->attrs)))
        return false;
    if (!c && !(c = sim_candidate(m, o->remote->local, o->slot)))
        return false;
    memset(c, 0, sizeof(*c));
    if (t->present) {
        c->from = o->remote;
        c->router_id = bgp_router_id(s);
        c->attrs = t->attrs;
        c->present = true;
    }
    there->dirty = true;
    return true;
}

/* Neighbours lie all over memory: it begins to bring what the next ones need. */
static void fetch(const struct sim *m, const struct speaker *s, const struct outlet *o,
                  size_t i)
{
    if (i + 2 * AHEAD < s->n_sessions)
        __builtin_prefetch(&m->state[o[i + 2 * AHEAD].to]);
    if (i + AHEAD < s->n_sessions && o[i + AHEAD].remote)
        __builtin_prefetch(&m->state[o[i + AHEAD].to].in[o[i + AHEAD].slot], 1);
}

/* May others of its group be told the same? Reflected routes are refused by some. */
static bool is_common(const struct told *t)
{
    return !t->attrs.originator.family && !t->attrs.clusters.n;
}

/* Most sessions are among the routers of one AS, which don't pass on what they heard there:
 * these are passed over unless something was told before. Of those that are alike the first is
 * told, the others get the same. */
static bool tell_all(struct sim *m, const struct speaker *s, const struct state *st)
{
    const struct candidate *best = st->sel.n ? st->sel.used[0] : NULL;
    const struct session *from = best ? best->from : NULL;
    bool inner = from && !from->external && !(from->fact && from->fact->rr_client == 1);
    uint8_t best_may = inner ? SESSION_EXTERNAL : SESSION_JOINED;
    uint8_t may = SESSION_DEFAULT | (best || st->doubt ? best_may : 0);
    const struct outlet *outlets = m->outlets[s->index];
    bool changed = false;
    uint32_t group = 0; /* that `t` was told; 0: no group */
    struct told t;
    for (size_t i = 0; i < s->n_sessions; i++) {
        const struct outlet *o = &outlets[i];
        fetch(m, s, outlets, i);
        if (!(o->flags & SESSION_JOINED) || (!(o->flags & may) && !st->told[i]))
            continue;
        bool back = from && from == s->sessions[i];
        if (!group || o->group != group || back) {
            announce(m, st, s->sessions[i], &t);
            group = !back && is_common(&t) ? o->group : 0;
        }
        st->told[i] = t.present;
        changed |= deliver(m, s, o, &t);
    }
    return changed;
}

/* Tables seldom show communities, and policies go by them: what the neighbour told, or what the
 * own import policy adds. */
static void complete_rows(struct sim *m, const struct speaker *s, struct state *st)
{
    for (size_t i = 0; i < st->n_rows; i++) {
        struct candidate *c = &st->rows[i];
        if (!c->from || !c->from->fact || c->row->communities.n)
            continue;
        const struct candidate *told = st->in[c->from->slot];
        if (told && told->from && same_asns(&told->attrs.as_path, &c->attrs.as_path)) {
            c->attrs.communities = told->attrs.communities;
            continue;
        }
        struct attrs a = c->attrs;
        struct policy_context pc = {s->instance->router, &m->w->prefixes[m->prefix],
                                    &c->from->peer_addr, NULL};
        a.communities = (struct strs){0};
        policy_apply(m->w->bgp->policies, &pc, c->from->fact->import_policy, &a, m->mem);
        c->attrs.communities = a.communities;
    }
}

/* What a ghost told a neighbour whose table is known limits what it can have chosen. */
static void believe_tables(struct sim *m, const struct speaker *s, struct state *st)
{
    bool any = false;
    for (size_t i = 0; i < s->n_sessions; i++)
        any = any || (st->in[i] && st->in[i]->present && told_so(m, s, st->in[i]) == 1);
    for (size_t i = 0; any && i < s->n_sessions; i++)
        if (st->in[i])
            st->in[i]->present = st->in[i]->present && told_so(m, s, st->in[i]) == 1;
}

/* What other protocols brought in is used where the table shows no route as best. */
static void add_own(const struct speaker *s, struct state *st)
{
    struct candidate *own = st->in[s->n_sessions];
    if (!st->sel.n && own && own->present) {
        st->sel.used[st->sel.n++] = own;
        st->sel.unsure = own->attrs.unsure;
    }
}

/* What bgp_select would find itself, with a longer way to the same number. */
static void measure(struct sim *m, const struct speaker *s, struct candidate *c)
{
    if (c->measured || !c->from)
        return;
    struct last_hop *last = &m->hops[s->index][c->from->slot];
    if (!last->known || !addr_eq(&last->next_hop, &c->attrs.next_hop)) {
        last->known = true;
        last->next_hop = c->attrs.next_hop;
        last->metric = bgp_next_hop_metric(m->w, s->instance, &c->attrs.next_hop);
        last->via = next_hop_find(m->w, s->instance, &c->attrs.next_hop);
    }
    c->igp_metric = last->metric;
    c->via = last->via;
    c->measured = true;
}

static bool step(struct sim *m, struct speaker *s)
{
    struct state *st = &m->state[s->index];
    st->dirty = false;
    if (s->has_table) {
        complete_rows(m, s, st);
        add_own(s, st);
    } else {
        for (size_t i = 0; i < s->n_sessions; i++)
            if (st->in[i])
                st->in[i]->present = st->in[i]->from != NULL;
        if (s->ghost)
            believe_tables(m, s, st);
        size_t n = 0;
        for (size_t i = 0; i <= s->n_sessions; i++)
            if (st->in[i] && st->in[i]->present) {
                measure(m, s, st->in[i]);
                m->list[n++] = st->in[i];
            }
        bgp_select(m->w, s, m->list, n, &st->sel);
        st->sel.unsure = st->sel.unsure || st->doubt;
        settle(m, s, st);
    }
    return tell_all(m, s, st);
}

static bool gives_default(const struct speaker *s)
{
    for (size_t i = 0; i < s->n_sessions; i++)
        if (s->sessions[i]->fact && s->sessions[i]->fact->default_originate == 1)
            return true;
    return false;
}

static int start(struct sim *m)
{
    struct bgp_world *b = m->w->bgp;
    unsigned family = m->w->prefixes[m->prefix].addr.family;
    m->state = ARENA_ARRAY(m->mem, b->n_speakers + 1, struct state);
    if (!m->state)
        return ERR_NOMEM;
    for (size_t i = 0; i < b->n_speakers; i++) {
        struct speaker *s = b->speakers[i];
        struct state *st = &m->state[i];
        if (s->family != family)
            continue;
        st->in = ARENA_ARRAY(m->mem, s->n_sessions + 1, struct candidate *);
        st->told = ARENA_ARRAY(m->mem, s->n_sessions + 1, uint8_t);
        if (!st->in || !st->told)
            return ERR_NOMEM;
        if (s->has_table && m->w->bgp->rows[m->prefix].n) {
            load_table(m, s, st);
            st->dirty = true;
        }
    }
    sim_originate(m);
    for (size_t i = 0; !m->w->prefixes[m->prefix].len && i < b->n_speakers; i++)
        m->state[i].dirty =
            m->state[i].dirty || (m->state[i].in && gives_default(b->speakers[i]));
    return 0;
}

/* True when it came to rest. */
static bool run(struct sim *m)
{
    struct bgp_world *b = m->w->bgp;
    size_t rounds = 4 * b->n_speakers + 64;
    for (bool changed = true; changed && rounds; rounds--) {
        changed = false;
        for (size_t i = 0; i < b->n_speakers; i++)
            if (m->state[i].dirty)
                changed |= step(m, b->speakers[i]);
    }
    return rounds > 0;
}

/* ---- results */

static struct attrs keep_attrs(struct world *w, const struct attrs *a)
{
    struct attrs k = *a;
    if (a->as_path.n)
        k.as_path.v = arena_dup(w->arena, a->as_path.v, a->as_path.n * sizeof(uint32_t));
    k.communities = (struct strs){0};
    k.clusters = (struct asns){0};
    return k;
}

static int keep(struct sim *m, bool at_rest)
{
    struct bgp_world *b = m->w->bgp;
    struct choices *out = b->chosen[m->prefix] =
        ARENA_ARRAY(m->w->arena, b->n_speakers + 1, struct choices);
    if (!out)
        return ERR_NOMEM;
    for (size_t i = 0; i < b->n_speakers; i++) {
        const struct state *st = &m->state[i];
        out[i].doubt = st->doubt && !b->speakers[i]->has_table;
        out[i].v = st->sel.n ? ARENA_ARRAY(m->w->arena, st->sel.n, struct choice) : NULL;
        for (size_t k = 0; out[i].v && k < st->sel.n; k++) {
            const struct candidate *c = st->sel.used[k];
            out[i].v[out[i].n++] =
                (struct choice){.from = c->from,
                                .attrs = keep_attrs(m->w, &c->attrs),
                                .via = c->via,
                                .cls = c->row                                   ? CLASS_OBSERVED
                                       : st->sel.unsure || st->open || !at_rest ? CLASS_ASSUMED
                                                                                : CLASS_DERIVED,
                                .seen = c->row ? c->row->origin : NULL,
                                .settled = st->settled,
                                .tied = st->open};
        }
    }
    return 0;
}

static int simulate_prefix(struct sim *m, uint32_t prefix)
{
    m->prefix = prefix;
    bool aggregate = false;
    for (size_t i = 0; i < m->aggregates.n; i++)
        aggregate |= prefix_eq(&m->aggregates.v[i].fact->prefix, &m->w->prefixes[prefix]);
    if (!m->origins[prefix].n && !m->w->bgp->rows[prefix].n && !aggregate &&
        m->w->prefixes[prefix].len)
        return 0;
    struct arena_mark mark = arena_mark(m->mem);
    int rc = start(m);
    if (!rc)
        rc = keep(m, run(m));
    if (m->out_of_memory)
        rc = ERR_NOMEM;
    arena_rewind(m->mem, mark);
    return rc;
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
        rc = simulate_prefix(&r->lanes[number], r->prefixes[i]);
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

static struct outlet outlet_of(const struct speaker *s, const struct outlet *outlets, size_t k)
{
    const struct session *x = s->sessions[k];
    bool reflects = x->fact && x->fact->rr_client == 1;
    struct outlet o = {.remote = x->remote, .group = group_of(s, outlets, k)};
    o.flags = (uint8_t)((x->remote ? SESSION_JOINED : 0) |
                        (x->external || reflects ? SESSION_EXTERNAL : 0) |
                        (x->fact && x->fact->default_originate == 1 ? SESSION_DEFAULT : 0));
    o.to = x->remote ? x->remote->local->index : s->index;
    o.slot = x->remote ? x->remote->slot : 0;
    return o;
}

static int list_outlets(struct sim *m)
{
    const struct bgp_world *b = m->w->bgp;
    m->outlets = ARENA_ARRAY(m->mem, b->n_speakers + 1, struct outlet *);
    for (size_t i = 0; m->outlets && i < b->n_speakers; i++) {
        const struct speaker *s = b->speakers[i];
        if (!(m->outlets[i] = ARENA_ARRAY(m->mem, s->n_sessions + 1, struct outlet)))
            return ERR_NOMEM;
        for (size_t k = 0; k < s->n_sessions; k++)
            m->outlets[i][k] = outlet_of(s, m->outlets[i], k);
    }
    return m->outlets ? 0 : ERR_NOMEM;
}

/* What each thread has for itself. */
static int open_sim(const struct sim *common, struct world *w, struct sim *m)
{
    const struct bgp_world *b = w->bgp;
    size_t most = 0;
    *m = *common;
    m->w = w;
    m->mem = w->scratch;
    m->hops = ARENA_ARRAY(m->mem, b->n_speakers + 1, struct last_hop *);
    for (size_t i = 0; m->hops && i < b->n_speakers; i++) {
        size_t n = b->speakers[i]->n_sessions;
        most = n > most ? n : most;
        if (!(m->hops[i] = ARENA_ARRAY(m->mem, n + 1, struct last_hop)))
            return ERR_NOMEM;
    }
    m->list = ARENA_ARRAY(m->mem, most + 1, struct candidate *);
    return m->hops && m->list ? 0 : ERR_NOMEM;
}

static int simulate_by_lanes(const struct sim *common)
{
    struct world *w = common->w;
    unsigned n = lanes_for(w, w->n_prefixes, WORTH);
    struct world worlds[WORKERS_MAX] = {0};
    struct sim sims[WORKERS_MAX];
    int rc = 0;
    for (unsigned i = 0; !rc && i < n; i++)
        if (!(rc = lane_open(w, &worlds[i])))
            rc = open_sim(common, &worlds[i], &sims[i]);
    if (!rc)
        rc = simulate_all(sims, n, w);
    for (unsigned i = 0; !rc && i < n; i++)
        next_hops_look(&worlds[i]);
    for (unsigned i = 0; !rc && i < n; i++)
        rc = lane_join(w, &worlds[i]);
    for (unsigned i = 0; i < n; i++)
        lane_close(&worlds[i]);
    return rc;
}

int bgp_simulate(struct world *w, struct err *e)
{
    struct sim m = {.w = w, .mem = w->scratch};
    size_t n = w->n_prefixes + 1;
    m.origins = calloc(n, sizeof(*m.origins));
    w->bgp->chosen = ARENA_ARRAY(w->arena, n, struct choices *);
    int rc = m.origins && w->bgp->chosen ? 0 : ERR_NOMEM;
    if (rc || (rc = sim_read_origins(&m)) || (rc = read_rows(w)) || (rc = list_outlets(&m)) ||
        (rc = simulate_by_lanes(&m)))
        err_set(e, rc, "out of memory while simulating BGP");
    for (size_t i = 0; i < n; i++) {
        if (m.origins)
            VEC_FREE(&m.origins[i]);
    }
    free(m.origins);
    VEC_FREE(&m.aggregates);
    return rc;
}

static const struct choices *result(const struct world *w, const struct instance *in,
                                    uint32_t prefix)
{
    unsigned family = w->prefixes[prefix].addr.family;
    const struct speaker *s = w->bgp->by_instance[family == 6][in->index];
    const struct choices *all = w->bgp->chosen[prefix];
    return s && all ? &all[s->index] : NULL;
}

const struct choices *bgp_choices(const struct world *w, const struct instance *in,
                                  uint32_t prefix)
{
    const struct choices *c = result(w, in, prefix);
    return c && c->n ? c : NULL;
}

bool bgp_in_doubt(const struct world *w, const struct instance *in, uint32_t prefix)
{
    const struct choices *c = result(w, in, prefix);
    return c && c->doubt;
}
