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
#include "aggregator/next_hops.h"

#define AHEAD 4 /* sessions */

/* ---- tables that were seen */

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
        m->asked_traces |= by_trace;
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
    st->settled = SETTLED_NOT;
    if (!sel->by_age)
        return;
    bool multipath = sel->n > 1;
    size_t n = narrow(m, s, sel->equal, sel->n_equal, false);
    if (n < sel->n_equal)
        st->settled = SETTLED_BY_TABLE;
    if (!multipath && n > 1) {
        size_t k = narrow(m, s, sel->equal, n, true);
        if (k < n)
            st->settled = SETTLED_BY_TRACE;
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
        a->unsure != b->unsure || a->slack != b->slack ||
        !addr_eq(&a->next_hop, &b->next_hop) || !addr_eq(&a->originator, &b->originator) ||
        !same_asns(&a->clusters, &b->clusters) || a->communities.n != b->communities.n)
        return false;
    for (size_t i = 0; i < a->communities.n; i++)
        if (strcmp(a->communities.v[i], b->communities.v[i]))
            return false;
    return true;
}

/* What comes of a route at the other side of a session. */
struct told {
    bool present;
    bool untold;    /* kept away by a condition that can't be told */
    uint32_t route; /* number of attrs; NOWHERE: nobody asked */
    struct attrs attrs;
};

static void announce(struct sim *m, const struct state *st, const struct session *x,
                     struct told *out)
{
    struct session *y = x->remote;
    *out = (struct told){.route = NOWHERE,
                         .untold = st->doubt && !st->sel.n && !x->local->has_table};
    if (st->sel.n) {
        out->present = sim_export(m, st->sel.used[0], x, &out->attrs);
        out->untold = !out->present && out->attrs.unsure && !st->sel.used[0]->attrs.unsure;
        bool guessed = x->local->ghost && (st->sel.used[0]->from || x->local->n_sessions > 1);
        out->attrs.unsure = out->attrs.unsure || st->sel.unsure || guessed;
        if (out->attrs.unsure && !x->local->has_table)
            out->attrs.slack = st->sel.slack;
    }
    if (sim_default(m, x, &out->attrs))
        out->present = true;
    bool sure = out->present && !out->attrs.unsure;
    out->present = out->present && sim_import(m, y, &out->attrs);
    out->untold = out->untold || (sure && !out->present && out->attrs.unsure);
}

void sim_hear(struct sim *m, const struct speaker *s, const struct outlet *o, uint32_t route)
{
    struct state *there = &m->state[o->to];
    struct candidate *c = there->in[o->slot];
    if (!c && !(c = sim_candidate(m, o->remote->local, o->slot)))
        return;
    memset(c, 0, sizeof(*c));
    if (route != NOWHERE) {
        c->from = o->remote;
        c->router_id = bgp_router_id(s);
        c->attrs = *bgp_routes_at(m->w->bgp->routes, route);
        c->route = route;
        c->present = true;
    }
    there->dirty = true;
}

static void note(struct sim *m, const struct session *x, uint32_t route)
{
    struct event *e = VEC_PUSH(&m->events);
    if (e)
        *e = (struct event){m->round, x->local->index, x->slot, route};
    m->out_of_memory = m->out_of_memory || !e;
}

/* True when the other side's candidate changed. */
static bool deliver(struct sim *m, const struct session *x, const struct outlet *o,
                    struct told *t)
{
    struct state *there = &m->state[o->to];
    if (!there->in && sim_wake(m, o->remote->local))
        return false;
    const struct candidate *c = there->in[o->slot];
    m->doubted = m->doubted || t->untold;
    if (t->untold && !there->doubt)
        there->doubt = there->dirty = true;
    if (t->present == (c && c->from) && (!t->present || same_attrs(&t->attrs, &c->attrs)))
        return false;
    if (t->present && t->route == NOWHERE &&
        (t->route = sim_route(m, x->local, x->slot, &t->attrs)) == NOWHERE)
        return false;
    sim_hear(m, x->local, o, t->present ? t->route : NOWHERE);
    if (o->flags & SESSION_BORDER)
        note(m, x, t->present ? t->route : NOWHERE);
    return true;
}

/* Neighbours lie all over memory: it begins to bring what the next ones need. */
static void fetch(const struct sim *m, const struct speaker *s, const struct outlet *o,
                  size_t i)
{
    if (i + 2 * AHEAD < s->n_sessions)
        __builtin_prefetch(&m->state[o[i + 2 * AHEAD].to]);
    if (i + AHEAD < s->n_sessions && o[i + AHEAD].remote && m->state[o[i + AHEAD].to].in)
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
        changed |= deliver(m, s->sessions[i], o, &t);
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
    }
    c->igp_metric = last->metric;
    c->measured = true;
}

bool sim_step(struct sim *m, struct speaker *s)
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

void sim_reset(struct sim *m)
{
    for (size_t i = 0; i < m->awake.n; i++)
        memset(&m->state[m->awake.v[i]], 0, sizeof(*m->state));
    m->awake.n = m->events.n = 0;
    m->asked_traces = m->doubted = false;
}

static int note_awake(struct sim *m, uint32_t speaker)
{
    uint32_t *at = VEC_PUSH(&m->awake);
    if (at)
        *at = speaker;
    m->out_of_memory = m->out_of_memory || !at;
    return at ? 0 : ERR_NOMEM;
}

int sim_wake(struct sim *m, const struct speaker *s)
{
    struct state *st = &m->state[s->index];
    if (note_awake(m, s->index))
        return ERR_NOMEM;
    st->in = ARENA_ARRAY(m->mem, s->n_sessions + 1, struct candidate *);
    st->told = ARENA_ARRAY(m->mem, s->n_sessions + 1, uint8_t);
    m->out_of_memory = m->out_of_memory || !st->in || !st->told;
    return st->in && st->told ? 0 : ERR_NOMEM;
}

/* Tables show what others told, too: those of all are read. */
static void load_tables(struct sim *m)
{
    struct bgp_world *b = m->w->bgp;
    unsigned family = m->w->prefixes[m->prefix].addr.family;
    for (size_t i = 0; b->rows[m->prefix].n && i < b->n_speakers; i++) {
        struct speaker *s = b->speakers[i];
        if (s->family != family || !s->has_table)
            continue;
        if (!m->state[i].in && note_awake(m, s->index))
            return;
        load_table(m, s, &m->state[i]);
        m->state[i].dirty = sim_lives(m, s);
    }
}

void sim_begin(struct sim *m)
{
    struct bgp_world *b = m->w->bgp;
    load_tables(m);
    sim_originate(m);
    for (size_t i = 0; !m->w->prefixes[m->prefix].len && i < b->n_speakers; i++)
        m->state[i].dirty =
            m->state[i].dirty ||
            (m->state[i].in && sim_lives(m, b->speakers[i]) && gives_default(b->speakers[i]));
}

static int start(struct sim *m)
{
    struct bgp_world *b = m->w->bgp;
    unsigned family = m->w->prefixes[m->prefix].addr.family;
    for (size_t i = 0; i < b->n_speakers; i++)
        if (b->speakers[i]->family == family && sim_wake(m, b->speakers[i]))
            return ERR_NOMEM;
    sim_begin(m);
    return 0;
}

uint32_t sim_max_rounds(const struct sim *m)
{
    return 4 * (uint32_t)m->w->bgp->n_speakers + 64;
}

/* True when it came to rest. */
static bool run(struct sim *m)
{
    struct bgp_world *b = m->w->bgp;
    uint32_t rounds = sim_max_rounds(m);
    bool changed = true;
    for (m->round = 0; changed && m->round < rounds; m->round++) {
        changed = false;
        for (size_t i = 0; i < b->n_speakers; i++)
            if (m->state[i].dirty)
                changed |= sim_step(m, b->speakers[i]);
    }
    return m->round < rounds;
}

static int simulate(struct sim *m)
{
    bool done = false;
    int rc = sim_replay(m, &done);
    if (rc || done)
        return rc;
    m->live = NULL;
    sim_reset(m);
    rc = start(m);
    return rc ? rc : sim_keep(m, run(m));
}

int sim_prefix(struct sim *m, uint32_t prefix)
{
    m->prefix = prefix;
    if (!m->origins[prefix].n && !m->w->bgp->rows[prefix].n && !sim_is_aggregate(m, prefix) &&
        m->w->prefixes[prefix].len)
        return 0;
    struct arena_mark mark = arena_mark(m->mem);
    int rc = simulate(m);
    if (m->out_of_memory)
        rc = ERR_NOMEM;
    sim_reset(m);
    arena_rewind(m->mem, mark);
    return rc;
}
