/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grants become limits of links, one more link for each grant of several together; experiments
 * and activities become groups; pairs become flows. The rest is plan/share.h.
 */
#include "server/fts/plan.h"

#include <math.h>
#include <string.h>

#include "plan/connections.h"
#include "plan/share.h"
#include "plan/strays.h"
#include "plan/throughput.h"

#define ROUNDING 1e-9 /* relative: 3.0000000001 connections are 3 */

/* Links by what grants may call them: chains of entries of the same name. */
struct entry {
    uint32_t link, next; /* next: index + 1 */
};

/* The grants of several links together that a link belongs to. */
struct members {
    VEC(uint32_t);
};

struct making {
    const struct fts_ask *ask;
    const struct fts_routes *r;
    const struct fts_route *routes;
    struct fts_plan *plan;
    struct arena *arena;
    struct map *groups; /* "atlas", "atlas/T0 Export" -> index + 1 */
    struct share_group *group;
    const struct fts_grant **alone; /* per link: the grant of it alone, or NULL */
    const struct fts_grant **together;
    struct members *members; /* per link: indices in together */
    struct map *names;       /* -> index of entry + 1 */
    struct entry *entries;
    size_t n_entries;
    size_t n_groups, n_together;       /* of the request, then of the domains */
    const struct fts_granted *granted; /* NULL: nothing */
    struct share_link *links;
    struct share_flow *flows;
    size_t n_flows;
    uint32_t *pair_of; /* per flow */
    double *load;      /* per link and grant together: as measured, or NAN */
    double *keep;      /* per flow: the part of its rate that it may keep */
    bool *enforced;    /* per link and grant together */
    bool any_load, any_enforced;
    uint32_t *seen, pair; /* per grant together: the pair that was counted last */
};

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for a plan");
}

/* ---- Groups ---- */

static int add_group(struct making *m, const char *name, uint32_t parent, uint32_t *out)
{
    union map_value *at = map_at_str(m->groups, name);
    if (!at)
        return ERR_NOMEM;
    if (at->u == 0) {
        m->group[m->n_groups] = (struct share_group){parent, 1};
        at->u = ++m->n_groups;
    }
    *out = (uint32_t)at->u - 1;
    return 0;
}

static int group_of(struct making *m, const struct fts_pair *p, uint32_t *out)
{
    *out = SHARE_ROOT;
    int rc = p->vo ? add_group(m, p->vo, SHARE_ROOT, out) : 0;
    if (rc < 0 || !p->activity)
        return rc;
    char *name = arena_printf(m->arena, "%s/%s", p->vo, p->activity);
    return name ? add_group(m, name, *out, out) : ERR_NOMEM;
}

/* Weights of groups that no pair has now say nothing. */
static void set_weights(const struct making *m, const struct fts_weights *w, double *to)
{
    for (size_t i = 0; i < w->n; i++) {
        const union map_value *at = map_get_str(m->groups, w->v[i].name);
        if (at)
            to[at->u - 1] = w->v[i].weight;
    }
}

static const struct fts_weights none;

static const struct fts_weights *granted_weights(const struct making *m, size_t link)
{
    const struct fts_stated *g = m->granted ? m->granted->alone[link] : NULL;
    return g ? &g->weights : &none;
}

/* Domains may weigh what shares several links, too. */
static int weigh_together(struct making *m, const double *usual)
{
    for (size_t i = 0; m->granted && i < m->granted->n_together; i++) {
        const struct fts_weights *w = &m->granted->together[i].stated->weights;
        if (w->n == 0)
            continue;
        double *own = arena_dup(m->arena, usual, (m->n_groups + 1) * sizeof(*own));
        if (!own)
            return ERR_NOMEM;
        set_weights(m, w, own);
        m->links[m->r->links.n + m->n_together - m->granted->n_together + i].weights = own;
    }
    return 0;
}

static int weigh(struct making *m)
{
    double *usual = ARENA_ARRAY(m->arena, m->n_groups + 1, double);
    if (!usual)
        return ERR_NOMEM;
    for (size_t g = 0; g < m->n_groups; g++)
        usual[g] = 1;
    set_weights(m, &m->ask->weights, usual);
    for (size_t g = 0; g < m->n_groups; g++)
        m->group[g].weight = usual[g];
    for (size_t l = 0; l < m->r->links.n; l++) {
        const struct fts_weights *asked = m->alone[l] ? &m->alone[l]->weights : &none;
        const struct fts_weights *granted = granted_weights(m, l);
        if (asked->n == 0 && granted->n == 0)
            continue;
        double *own = arena_dup(m->arena, usual, (m->n_groups + 1) * sizeof(*own));
        if (!own)
            return ERR_NOMEM;
        set_weights(m, asked, own);
        set_weights(m, granted, own);
        m->links[l].weights = own;
    }
    return weigh_together(m, usual);
}

/* ---- Limits ---- */

static int add_name(struct making *m, const char *name, uint32_t link)
{
    union map_value *at = name ? map_at_str(m->names, name) : NULL;
    if (!at)
        return ERR_NOMEM;
    m->entries[m->n_entries] = (struct entry){link, (uint32_t)at->u};
    at->u = ++m->n_entries;
    return 0;
}

/* "a|b" in either order of the ends; links of both directions have that name. */
static int add_both(struct making *m, const struct fts_link *l, uint32_t link)
{
    const char *turned = arena_printf(m->arena, "%s|%s", l->to, l->from);
    if (turned && strcmp(turned, l->name) == 0)
        turned = arena_printf(m->arena, "%s|%s", l->from, l->to);
    int rc = add_name(m, l->name, link);
    return rc == 0 && strcmp(l->from, l->to) != 0 ? add_name(m, turned, link) : rc;
}

/* A link is called by its lasting id, by "a|b" as the other direction is, and by "a>b". */
static int name_links(struct making *m)
{
    int rc = 0;
    for (uint32_t l = 0; rc == 0 && l < m->r->links.n; l++) {
        const struct fts_link *link = &m->r->links.v[l];
        bool told = link->from && link->to;
        if (link->lasting) /* other ids are another link's in the next answer */
            rc = add_name(m, link->id, l);
        if (rc == 0 && link->name)
            rc = told ? add_both(m, link, l) : add_name(m, link->name, l);
        if (rc == 0 && told)
            rc = add_name(m, arena_printf(m->arena, "%s>%s", link->from, link->to), l);
    }
    return rc;
}

/* The first entry of a name, to be followed by `next`; 0: there is none. */
static uint32_t entries_of(const struct making *m, const char *name)
{
    const union map_value *at = map_get_str(m->names, name);
    return at ? (uint32_t)at->u : 0;
}

static bool is_valid(const struct fts_grant *g, int64_t now)
{
    return (g->from == FACT_NONE || g->from <= now) &&
           (g->until == FACT_NONE || now < g->until);
}

static double limit_of(const struct fts_grant *g, const struct fts_link *l)
{
    if (!g)
        return l->capacity;
    if (g->share == 0)
        return 0; /* whatever its capacity */
    return isnan(g->limit) ? g->share * l->capacity : fmin(g->limit, l->capacity);
}

static int grant_alone(struct making *m, const struct fts_grant *g, struct err *e)
{
    for (uint32_t at = entries_of(m, g->links.v[0]); at > 0; at = m->entries[at - 1].next) {
        uint32_t l = m->entries[at - 1].link;
        if (m->alone[l])
            return err_set(e, ERR_CONFLICT, "grants: two of them for link %s", g->links.v[0]);
        if (g->share > 0 && !isfinite(m->r->links.v[l].capacity))
            return err_set(
                e, ERR_CONFLICT,
                "grants: a share of link %.100s, whose capacity is not known: a limit is "
                "needed",
                g->links.v[0]);
        m->alone[l] = g;
        m->plan->used[g - m->ask->grants.v] = true;
    }
    return 0;
}

static int grant_together(struct making *m, const struct fts_grant *g, struct err *e)
{
    uint32_t t = (uint32_t)m->n_together++;
    m->together[t] = g;
    for (size_t i = 0; i < g->links.n; i++) {
        for (uint32_t at = entries_of(m, g->links.v[i]); at > 0; at = m->entries[at - 1].next) {
            struct members *in = &m->members[m->entries[at - 1].link];
            if (in->n > 0 && in->v[in->n - 1] == t)
                continue; /* named twice */
            uint32_t *new = VEC_PUSH(in);
            if (!new)
                return nomem(e);
            *new = t;
            m->plan->used[g - m->ask->grants.v] = true;
        }
    }
    return 0;
}

/* What domains grant: limits of links, and links more for those that share one. */
static int apply_granted(struct making *m, struct err *e)
{
    for (size_t l = 0; l < m->r->links.n; l++) {
        m->plan->limits[l] = fmin(m->plan->limits[l], m->granted->limit[l]);
        m->links[l].limit = m->plan->limits[l];
    }
    for (size_t i = 0; i < m->granted->n_together; i++) {
        const struct fts_together *t = &m->granted->together[i];
        uint32_t index = (uint32_t)m->n_together++;
        m->links[m->r->links.n + index].limit = t->limit;
        for (size_t k = 0; k < t->n; k++) {
            uint32_t *new = VEC_PUSH(&m->members[t->links[k]]);
            if (!new)
                return nomem(e);
            *new = index;
        }
    }
    return 0;
}

static int apply_grants(struct making *m, int64_t now, struct err *e)
{
    const struct fts_ask *ask = m->ask;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < ask->grants.n; i++) {
        const struct fts_grant *g = &ask->grants.v[i];
        if (!is_valid(g, now))
            continue;
        rc = g->links.n > 1 ? grant_together(m, g, e) : grant_alone(m, g, e);
    }
    for (size_t l = 0; l < m->r->links.n; l++) {
        m->plan->limits[l] = limit_of(m->alone[l], &m->r->links.v[l]);
        m->links[l].limit = m->plan->limits[l];
    }
    for (size_t t = 0; t < m->n_together; t++)
        m->links[m->r->links.n + t].limit = m->together[t]->limit;
    return rc == 0 && m->granted ? apply_granted(m, e) : rc;
}

/* ---- Flows ---- */

/* No more than all its transfers could use, where that is known. */
static double cap_of(const struct fts_pair *p, double each)
{
    double most = fmin(isnan(p->queued) || isnan(p->active) ? INFINITY : p->queued + p->active,
                       isnan(p->max_active) ? INFINITY : p->max_active);
    return isfinite(most) && !isnan(each) ? most * each : most == 0 ? 0 : INFINITY;
}

static double each_of(const struct fts_pair *p)
{
    if (!isnan(p->per_connection))
        return p->per_connection;
    return p->throughput > 0 && p->active > 0 ? p->throughput / p->active : NAN;
}

static bool is_limited(const struct making *m, const struct share_flow *f)
{
    bool limited = isfinite(f->cap);
    for (size_t i = 0; i < f->n_links; i++)
        limited |= isfinite(m->links[f->links[i]].limit);
    return limited;
}

/* The pair's links, and each grant of several links that any of them belongs to, once. */
static uint32_t *links_of(struct making *m, const struct fts_route *route, size_t *n)
{
    uint32_t *links = ARENA_ARRAY(m->arena, route->n + m->n_together + 1, uint32_t);
    *n = 0;
    if (!links)
        return NULL;
    for (size_t i = 0; i < route->n; i++)
        links[(*n)++] = route->links[i];
    m->pair++;
    for (size_t i = 0; i < route->n; i++) {
        const struct members *in = &m->members[route->links[i]];
        for (size_t k = 0; k < in->n; k++) {
            if (m->seen[in->v[k]] == m->pair)
                continue;
            m->seen[in->v[k]] = m->pair;
            links[(*n)++] = (uint32_t)(m->r->links.n + in->v[k]);
        }
    }
    return links;
}

static int add_flows(struct making *m)
{
    for (size_t i = 0; i < m->ask->pairs.n; i++) {
        const struct fts_pair *p = &m->ask->pairs.v[i];
        struct share_flow f = {.weight = p->weight, .cap = cap_of(p, each_of(p))};
        m->plan->targets[i] = (struct fts_target){.rate = NAN, .connections = NAN};
        if (m->routes[i].why)
            continue;
        uint32_t *links = links_of(m, &m->routes[i], &f.n_links);
        f.links = links;
        if (!links || group_of(m, p, &f.group) < 0)
            return ERR_NOMEM;
        if (!is_limited(m, &f))
            continue;
        m->pair_of[m->n_flows] = (uint32_t)i;
        m->flows[m->n_flows++] = f;
    }
    return 0;
}

/* ---- What is known of links ---- */

static int know_load(struct making *m, const struct fts_known *k, uint32_t link, struct err *e)
{
    if (strchr(k->link, '|') && !strchr(k->link, '>')) /* ids have neither */
        return err_set(e, ERR_SCHEMA, "links: %.100s is both directions: a load is of one",
                       k->link);
    if (m->entries[entries_of(m, k->link) - 1].next > 0)
        return err_set(e, ERR_SCHEMA,
                       "links: %.100s is several parallel links: a load is of one, named by "
                       "its id",
                       k->link);
    if (!isnan(m->load[link]))
        return err_set(e, ERR_SCHEMA, "links: two loads of %.100s", k->link);
    m->load[link] = k->load;
    m->any_load = true;
    return 0;
}

/* Links that no pair crosses don't matter, but are told: a name may be misspelt. */
static int apply_known(struct making *m, struct err *e)
{
    int rc = 0;
    for (size_t l = 0; l < m->r->links.n + m->n_together; l++)
        m->load[l] = NAN;
    for (size_t i = 0; rc == 0 && i < m->ask->known.n; i++) {
        const struct fts_known *k = &m->ask->known.v[i];
        for (uint32_t at = entries_of(m, k->link); rc == 0 && at > 0;
             at = m->entries[at - 1].next) {
            uint32_t l = m->entries[at - 1].link;
            m->plan->known[i] = true;
            m->enforced[l] |= k->enforced;
            m->any_enforced |= k->enforced;
            if (!isnan(k->load))
                rc = know_load(m, k, l, e);
        }
    }
    return rc;
}

/* Limits become what is left for the pairs that are believed to cross the links. */
static int find_strays(struct making *m)
{
    size_t n = m->r->links.n + m->n_together;
    struct strays_flow *seen = ARENA_ARRAY(m->arena, m->n_flows + 1, struct strays_flow);
    double *limit = ARENA_ARRAY(m->arena, n + 1, double);
    double *room = ARENA_ARRAY(m->arena, n + 1, double);
    double *excess = ARENA_ARRAY(m->arena, n + 1, double);
    if (!seen || !limit || !room || !excess)
        return ERR_NOMEM;
    for (size_t l = 0; l < n; l++)
        limit[l] = m->links[l].limit;
    for (size_t f = 0; f < m->n_flows; f++) {
        uint32_t pair = m->pair_of[f];
        double rate = m->routes[pair].split ? NAN : m->ask->pairs.v[pair].throughput;
        seen[f] = (struct strays_flow){m->flows[f].links, m->flows[f].n_links, rate};
    }
    const struct strays s = {m->load, limit, n, seen, m->n_flows};
    int rc = strays_find(&s, excess, room, m->keep, m->arena);
    for (size_t l = 0; rc == 0 && l < n; l++)
        m->links[l].limit = room[l];
    for (size_t l = 0; rc == 0 && l < m->r->links.n; l++)
        m->plan->excess[l] = excess[l];
    return rc;
}

/* A pair that may be elsewhere gets no more than the part that it may keep. */
static void hold_strays(struct making *m)
{
    for (size_t f = 0; f < m->n_flows; f++) {
        double most = m->keep[f] * m->ask->pairs.v[m->pair_of[f]].throughput;
        if (isfinite(most))
            m->flows[f].cap = fmin(m->flows[f].cap, most);
    }
}

/* ---- Results ---- */

static int put_connections(struct making *m, const struct share *s, const double *rate,
                           struct err *e)
{
    struct connections_flow *flows =
        ARENA_ARRAY(m->arena, s->n_flows + 1, struct connections_flow);
    uint32_t *number = ARENA_ARRAY(m->arena, s->n_flows + 1, uint32_t);
    double *limit = ARENA_ARRAY(m->arena, s->n_links + 1, double);
    if (!flows || !number || !limit)
        return nomem(e);
    for (size_t l = 0; l < s->n_links; l++)
        limit[l] = s->links[l].limit;
    for (size_t f = 0; f < s->n_flows; f++) {
        const struct fts_pair *p = &m->ask->pairs.v[m->pair_of[f]];
        double each = each_of(p), queue = isnan(p->queued) || isnan(p->active)
                                              ? FTS_MAX_CONNECTIONS
                                              : p->queued + p->active;
        double most = isnan(p->max_active) ? queue : fmin(p->max_active, queue);
        if (m->any_load && isfinite(s->flows[f].cap) && each > 0)
            most = fmin(most, ceil(s->flows[f].cap / each * (1 - ROUNDING)));
        double least = isnan(p->min_active) ? 0 : fmin(p->min_active, most);
        flows[f] = (struct connections_flow){s->flows[f].links,
                                             s->flows[f].n_links,
                                             rate[f],
                                             isnan(each) ? 0 : each,
                                             (uint32_t)least,
                                             (uint32_t)fmin(most, FTS_MAX_CONNECTIONS),
                                             0};
    }
    const struct connections c = {.limit = limit,
                                  .n_links = s->n_links,
                                  .flows = flows,
                                  .n_flows = s->n_flows,
                                  .fill = m->any_enforced,
                                  .enforced = m->enforced};
    int rc = connections_round(&c, number, m->arena, e);
    for (size_t f = 0; rc == 0 && f < s->n_flows; f++) {
        if (flows[f].each > 0)
            m->plan->targets[m->pair_of[f]].connections = number[f];
    }
    return rc;
}

/* Does a bottleneck hold at the link: the link itself, or a grant that it belongs to? */
static bool holds_at(const struct making *m, uint32_t bottleneck, uint32_t link)
{
    const struct members *in = &m->members[link];
    bool at = bottleneck == link;
    for (size_t k = 0; bottleneck >= m->r->links.n && k < in->n; k++)
        at |= in->v[k] == bottleneck - m->r->links.n;
    return at;
}

/* A grant of several links holds a pair back on each of them that it crosses. */
static int put_holds(struct making *m, struct fts_target *t, const struct share_flow *f,
                     const struct share_holds *h)
{
    t->holds = ARENA_ARRAY(m->arena, f->n_links + 1, uint32_t);
    if (!t->holds)
        return ERR_NOMEM;
    for (size_t i = 0; i < f->n_links; i++) {
        bool held = false;
        for (size_t k = 0; f->links[i] < m->r->links.n && k < h->n; k++)
            held |= holds_at(m, h->links[k], f->links[i]);
        if (held)
            t->holds[t->n_holds++] = f->links[i];
    }
    return 0;
}

static int solve(struct making *m, struct err *e)
{
    const struct share s = {.links = m->links,
                            .n_links = m->r->links.n + m->n_together,
                            .groups = m->group,
                            .n_groups = m->n_groups,
                            .flows = m->flows,
                            .n_flows = m->n_flows};
    double *rate = ARENA_ARRAY(m->arena, s.n_flows + 1, double);
    struct share_holds *holds = ARENA_ARRAY(m->arena, s.n_flows + 1, struct share_holds);
    int rc = rate && holds ? share_check(&s, e) : nomem(e);
    m->plan->settled = true;
    if (rc == 0 && m->ask->objective == FTS_THROUGHPUT)
        rc = throughput_solve(&s, rate, m->arena, e);
    else if (rc == 0)
        rc = share_solve(&s, rate, &m->plan->settled, m->arena, e);
    if (rc == 0 && m->ask->objective == FTS_THROUGHPUT)
        rc = throughput_bottlenecks(&s, rate, holds, m->arena, e);
    else if (rc == 0)
        rc = share_bottlenecks(&s, rate, holds, m->arena, e);
    for (size_t f = 0; rc == 0 && f < s.n_flows; f++) {
        struct fts_target *t = &m->plan->targets[m->pair_of[f]];
        t->rate = rate[f];
        if (put_holds(m, t, &m->flows[f], &holds[f]) < 0)
            rc = nomem(e);
    }
    return rc == 0 ? put_connections(m, &s, rate, e) : rc;
}

static bool allocate(struct making *m)
{
    const struct fts_ask *ask = m->ask;
    size_t links = m->r->links.n, pairs = ask->pairs.n;
    size_t shared = ask->grants.n + (m->granted ? m->granted->n_together : 0);
    struct fts_plan *p = m->plan;
    p->targets = ARENA_ARRAY(m->arena, pairs + 1, struct fts_target);
    p->limits = ARENA_ARRAY(m->arena, links + 1, double);
    p->used = ARENA_ARRAY(m->arena, ask->grants.n + 1, bool);
    p->known = ARENA_ARRAY(m->arena, ask->known.n + 1, bool);
    m->group = ARENA_ARRAY(m->arena, 2 * pairs + 1, struct share_group);
    m->alone = ARENA_ARRAY(m->arena, links + 1, const struct fts_grant *);
    m->together = ARENA_ARRAY(m->arena, ask->grants.n + 1, const struct fts_grant *);
    m->links = ARENA_ARRAY(m->arena, links + shared + 1, struct share_link);
    m->flows = ARENA_ARRAY(m->arena, pairs + 1, struct share_flow);
    m->pair_of = ARENA_ARRAY(m->arena, pairs + 1, uint32_t);
    m->members = ARENA_ARRAY(m->arena, links + 1, struct members);
    m->entries = ARENA_ARRAY(m->arena, 4 * links + 1, struct entry);
    m->seen = ARENA_ARRAY(m->arena, shared + 1, uint32_t);
    m->load = ARENA_ARRAY(m->arena, links + shared + 1, double);
    m->keep = ARENA_ARRAY(m->arena, pairs + 1, double);
    m->enforced = ARENA_ARRAY(m->arena, links + shared + 1, bool);
    p->excess = ARENA_ARRAY(m->arena, links + 1, double);
    m->names = map_new();
    m->groups = map_new();
    return p->targets && p->limits && p->excess && p->used && p->known && m->load && m->keep &&
           m->enforced && m->group && m->alone && m->together && m->links && m->flows &&
           m->pair_of && m->members && m->entries && m->seen && m->names && m->groups;
}

int fts_plan_make(const struct fts_question *q, struct fts_plan *out, struct err *e)
{
    struct making m = {.ask = q->ask,
                       .r = q->routes,
                       .routes = q->route,
                       .plan = out,
                       .granted = q->granted,
                       .arena = q->routes->arena};
    *out = (struct fts_plan){0};
    int rc = allocate(&m) && name_links(&m) == 0 ? apply_grants(&m, q->now, e) : nomem(e);
    if (rc == 0 && (add_flows(&m) < 0 || weigh(&m) < 0))
        rc = nomem(e);
    if (rc == 0)
        rc = apply_known(&m, e);
    for (size_t l = 0; rc == 0 && l < m.r->links.n; l++)
        out->excess[l] = NAN;
    if (rc == 0 && m.any_load) {
        rc = find_strays(&m) == 0 ? 0 : nomem(e);
        hold_strays(&m);
    }
    if (rc == 0)
        rc = solve(&m, e);
    for (size_t l = 0; m.members && l < m.r->links.n; l++)
        VEC_FREE(&m.members[l]);
    map_free(&m.names);
    map_free(&m.groups);
    return rc;
}
