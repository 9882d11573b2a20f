/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of the simulation, and how it is looked at. */
#include <string.h>

#include "aggregator/bgp_sim_private.h"
#include "aggregator/traces.h"
#include "aggregator/unchanged.h"

uint32_t sim_route(struct sim *m, const struct speaker *s, size_t slot, const struct attrs *a)
{
    const struct bgp_routes *routes = m->w->bgp->routes;
    uint32_t *last = &m->last_told[s->index][slot]; /* number + 1 */
    if (*last && bgp_routes_same(bgp_routes_at(routes, *last - 1), a))
        return *last - 1;
    uint32_t number = bgp_routes_add(m->w->bgp->routes, a, m->mem);
    m->out_of_memory = m->out_of_memory || number == NOWHERE;
    *last = number + 1; /* NOWHERE + 1 is 0 */
    return number;
}

/* ---- keeping */

static struct choice choice_of(struct sim *m, const struct speaker *s,
                               const struct candidate *c, bool at_rest)
{
    const struct state *st = &m->state[s->index];
    bool told = c->from && !c->row;
    bool unsure = st->sel.unsure || st->open || !at_rest;
    struct choice out = {.slot = c->from ? c->from->slot : NOWHERE,
                         .settled = (uint8_t)st->settled,
                         .tied = st->open};
    out.route = told ? c->route : sim_route(m, s, s->n_sessions, &c->attrs);
    out.cls = c->row ? CLASS_OBSERVED : unsure ? CLASS_ASSUMED : CLASS_DERIVED;
    const struct rows *rows = &m->w->bgp->rows[m->prefix];
    for (uint32_t i = 0; c->row && i < rows->n && !out.row; i++)
        out.row = rows->v[i] == c->row ? i + 1 : 0;
    return out;
}

static bool same_choices(const struct choice *a, const struct choice *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i].route != b[i].route || a[i].slot != b[i].slot || a[i].row != b[i].row ||
            a[i].cls != b[i].cls || a[i].settled != b[i].settled || a[i].tied != b[i].tied)
            return false;
    return true;
}

/* Choices of one speaker are appended; true when they are what they were before. */
static bool append(struct sim *m, const struct speaker *s, const struct chosen *old,
                   struct chosen *out, bool at_rest)
{
    uint32_t begin = out->begin[s->index], n = (uint32_t)m->state[s->index].sel.n;
    const struct choice *was = old ? old->v + old->begin[s->index] : NULL;
    uint32_t n_was = old ? old->begin[s->index + 1] - old->begin[s->index] : 0;
    struct choice *v = out->v + begin;
    if (!sim_lives(m, s)) {
        if (n_was)
            memcpy(v, was, n_was * sizeof(*v));
        out->begin[s->index + 1] = begin + n_was;
        return true;
    }
    for (uint32_t i = 0; i < n; i++)
        v[i] = choice_of(m, s, m->state[s->index].sel.used[i], at_rest);
    out->begin[s->index + 1] = begin + n;
    return old && n == n_was && same_choices(v, was, n);
}

static size_t count(const struct sim *m, const struct chosen *old)
{
    const struct bgp_world *b = m->w->bgp;
    size_t n = old ? old->begin[b->n_speakers] : 0;
    for (size_t i = 0; i < m->awake.n; i++)
        n += m->state[m->awake.v[i]].sel.n;
    return n;
}

/* From whom a route was kept away, if from anybody. */
static int keep_doubt(struct sim *m, struct chosen *out)
{
    if (!sim_in_doubt(m))
        return 0;
    const struct bgp_world *b = m->w->bgp;
    out->doubt = ARENA_ARRAY(m->w->arena, b->n_speakers + 1, uint8_t);
    for (size_t i = 0; out->doubt && i < m->awake.n; i++) {
        uint32_t s = m->awake.v[i];
        out->doubt[s] = m->state[s].doubt && !b->speakers[s]->has_table;
    }
    out->changed = UINT64_MAX;
    out->firm = false;
    return out->doubt ? 0 : ERR_NOMEM;
}

int sim_keep(struct sim *m, bool at_rest)
{
    const struct bgp_world *b = m->w->bgp;
    const struct chosen *old = m->before ? m->before->chosen[m->prefix] : NULL;
    struct chosen *out = b->chosen[m->prefix] = ARENA_NEW(m->w->arena, struct chosen);
    struct choice *v = ARENA_ARRAY(m->mem, count(m, old) + 1, struct choice);
    if (!out || !v || !(out->begin = ARENA_ARRAY(m->w->arena, b->n_speakers + 1, uint32_t)))
        return ERR_NOMEM;
    out->v = v;
    for (size_t i = 0; i < b->n_speakers; i++)
        if (!append(m, b->speakers[i], old, out, at_rest))
            out->changed |= dom_bit(m->home[i]);
    out->v = arena_dup(m->w->arena, v, (out->begin[b->n_speakers] + 1) * sizeof(*v));
    out->replayed = m->live != NULL;
    out->n_events = m->events.n;
    out->events = arena_dup(m->w->arena, m->events.v, m->events.n * sizeof(struct event));
    out->firm = at_rest && !m->shared && m->round < sim_max_rounds(m) / 2 && !m->doubted &&
                !(m->asked_traces && m->w->traces->n) && !sim_is_aggregate(m, m->prefix);
    if (old && old->doubt)
        out->changed = UINT64_MAX;
    return out->v && (out->events || !out->n_events) ? keep_doubt(m, out) : ERR_NOMEM;
}

/* ---- looking */

bool sim_in_doubt(const struct sim *m)
{
    bool doubt = m->doubted;
    for (size_t i = 0; i < m->awake.n; i++)
        doubt = doubt || m->state[m->awake.v[i]].doubt;
    return doubt;
}

bool bgp_in_doubt(const struct world *w, const struct instance *in, uint32_t prefix)
{
    unsigned family = w->prefixes[prefix].addr.family;
    const struct speaker *s = w->bgp->by_instance[family == 6][in->index];
    const struct chosen *all = w->bgp->chosen[prefix];
    return s && all && all->doubt && all->doubt[s->index];
}

struct choices bgp_choices_of(const struct world *w, const struct speaker *s, uint32_t prefix)
{
    const struct chosen *all = w->bgp->chosen[prefix];
    if (!all)
        return (struct choices){0};
    const uint32_t *begin = &all->begin[s->index];
    return (struct choices){all->v + begin[0], begin[1] - begin[0]};
}

struct choices bgp_choices(const struct world *w, const struct instance *in, uint32_t prefix)
{
    unsigned family = w->prefixes[prefix].addr.family;
    const struct speaker *s = w->bgp->by_instance[family == 6][in->index];
    return s ? bgp_choices_of(w, s, prefix) : (struct choices){0};
}

uint64_t bgp_changed(const struct world *w, uint32_t prefix)
{
    const struct chosen *now = w->bgp->chosen[prefix], *was = w->before->bgp->chosen[prefix];
    if (now && was)
        return now->changed;
    return now || was ? UINT64_MAX : 0;
}

const struct attrs *choice_attrs(const struct world *w, const struct choice *c)
{
    return bgp_routes_at(w->bgp->routes, c->route);
}

const struct session *choice_from(const struct speaker *s, const struct choice *c)
{
    return c->slot == NOWHERE ? NULL : s->sessions[c->slot];
}

const struct origin *choice_seen(const struct world *w, uint32_t prefix, const struct choice *c)
{
    const struct fact_route *row = c->row ? w->bgp->rows[prefix].v[c->row - 1] : NULL;
    return row ? row->origin : NULL;
}

const char *choice_settled(const struct choice *c)
{
    switch ((enum settled)c->settled) {
    case SETTLED_NOT:
        return NULL;
    case SETTLED_BY_TABLE:
        return "a neighbour's table shows this route";
    case SETTLED_BY_TRACE:
        return "a traceroute left by this route";
    }
    return NULL;
}
