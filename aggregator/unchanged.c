/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/unchanged.h"

#include <string.h>

#include "aggregator/bgp.h"

struct unchanged {
    bool routes, costs;
    uint8_t *touched;           /* by domain */
    const struct origin *a, *b; /* compared last: equal */
};

/* ---- kinds of facts */

enum weight { WEIGHT_ALL, WEIGHT_COSTS, WEIGHT_NONE }; /* the heaviest first */

/* What follows from facts of a kind: paths; what paths cost, or where they begin and end; or
 * neither. */
static enum weight weight_of(enum fact_kind kind)
{
    switch (kind) {
    case FACT_ENDPOINT:
    case FACT_LOAD:
    case FACT_CAPACITY:
    case FACT_PROPERTY:
    case FACT_LINK_GROUP:
    case FACT_POLICY:
        return WEIGHT_COSTS;
    case FACT_MEASUREMENT: /* covers what was composed, see composed.c */
    case FACT_MAINTENANCE:
    case FACT_GRANT:
    case FACT_DOCUMENT:
        return WEIGHT_NONE;
    case FACT_DOMAIN:
    case FACT_SITE:
    case FACT_PREFIX_ORIGIN:
    case FACT_NODE:
    case FACT_INTERFACE:
    case FACT_LINK:
    case FACT_BORDER:
    case FACT_IGP:
    case FACT_BGP:
    case FACT_BGP_SESSION:
    case FACT_ORIGINATION:
    case FACT_POLICY_TERM:
    case FACT_MATCH_LIST:
    case FACT_ROUTE:
    case FACT_OBSERVED_PATH:
    case FACT_KIND_COUNT:
        break;
    }
    return WEIGHT_ALL;
}

/* ---- rows */

static void touch(struct world *w, const char *domain, uint8_t how)
{
    const struct dom *d = domain ? registry_dom(w, domain) : NULL;
    uint8_t *at = d ? &w->unchanged->touched[d->index] : NULL;
    if (at && *at < how)
        *at = how;
}

static bool touch_igp(struct world *w, const struct fact_igp *x, const struct fact_igp *y)
{
    struct fact_igp z = *y;
    z.metric = x->metric;
    if (fact_cmp(FACT_IGP, x, &z))
        return false;
    touch(w, x->origin->domain, TOUCHED_METRICS);
    return true;
}

static bool touch_interface(struct world *w, const struct fact_interface *x,
                            const struct fact_interface *y)
{
    struct fact_interface z = *y;
    z.up = x->up;
    if (fact_cmp(FACT_INTERFACE, x, &z))
        return false;
    touch(w, x->origin->domain, TOUCHED_MORE);
    return true;
}

/* Whether there is one tells more than how far it is. */
static void set_metric(int64_t *to, int64_t metric)
{
    if (*to != FACT_NONE && metric != FACT_NONE)
        *to = metric;
}

static bool touch_link(struct world *w, const struct fact_link *x, const struct fact_link *y)
{
    struct fact_link z = *y;
    set_metric(&z.metric_ab, x->metric_ab);
    set_metric(&z.metric_ba, x->metric_ba);
    if (fact_cmp(FACT_LINK, x, &z))
        return false;
    touch(w, x->origin->domain, TOUCHED_METRICS);
    touch(w, x->b_domain, TOUCHED_METRICS);
    return true;
}

/* A difference that stays within domains: these are noted. */
static bool is_inner(struct world *w, enum fact_kind kind, const void *x, const void *y)
{
    if (kind == FACT_IGP)
        return touch_igp(w, x, y);
    if (kind == FACT_INTERFACE)
        return touch_interface(w, x, y);
    return kind == FACT_LINK && touch_link(w, x, y);
}

static bool are_inner(struct world *w, enum fact_kind kind)
{
    const struct row_differences *d = &w->differences[kind];
    bool ok = !d->others;
    for (size_t i = 0; ok && i < d->n; i++) {
        const struct fact_node *x = w->rows[kind].v[d->at[i]];
        const struct fact_node *y = w->before->rows[kind].v[d->at[i]];
        ok = rows_same_origin(x->origin, y->origin) && is_inner(w, kind, x, y);
    }
    return ok;
}

/* Weighs rows that are not as before. */
static void weigh(struct world *w)
{
    enum weight most = WEIGHT_NONE;
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        enum weight weight = weight_of((enum fact_kind)k);
        if (weight < most && !are_inner(w, (enum fact_kind)k))
            most = weight;
    }
    w->unchanged->routes = most > WEIGHT_ALL;
    w->unchanged->costs = most > WEIGHT_COSTS;
}

/* ---- what was made of them */

/* Who states something that does not count here is a domain all the same. */
static bool same_numbers(const struct world *w)
{
    const struct world *b = w->before;
    bool same = w->n_doms == b->n_doms && w->n_instances == b->n_instances &&
                w->n_ports == b->n_ports && w->n_wires == b->n_wires &&
                w->n_prefixes == b->n_prefixes;
    for (size_t i = 0; same && i < w->n_doms; i++)
        same = !strcmp(w->doms[i]->name, b->doms[i]->name);
    return same;
}

static bool same_remote(const struct session *x, const struct session *y)
{
    if (!x->remote || !y->remote)
        return !x->remote && !y->remote;
    return x->remote->local->index == y->remote->local->index &&
           x->remote->slot == y->remote->slot;
}

static bool same_sessions(const struct world *w)
{
    const struct bgp_world *now = w->bgp, *was = w->before->bgp;
    if (now->n_speakers != was->n_speakers)
        return false;
    for (size_t i = 0; i < now->n_speakers; i++) {
        const struct speaker *s = now->speakers[i], *t = was->speakers[i];
        if (s->n_sessions != t->n_sessions || s->family != t->family || s->ghost != t->ghost)
            return false;
        for (size_t k = 0; k < s->n_sessions; k++)
            if (!same_remote(s->sessions[k], t->sessions[k]) ||
                s->sessions[k]->relation != t->sessions[k]->relation)
                return false;
    }
    return true;
}

int unchanged_find(struct world *w)
{
    if (!w->before)
        return 0;
    struct unchanged *u = w->unchanged = ARENA_NEW(w->scratch, struct unchanged);
    if (!u || !(u->touched = ARENA_ARRAY(w->scratch, w->n_doms + 1, uint8_t)))
        return ERR_NOMEM;
    weigh(w);
    u->routes = u->routes && same_numbers(w) && same_sessions(w);
    u->costs = u->costs && u->routes;
    return 0;
}

bool unchanged_routes(const struct world *w)
{
    return w->unchanged && w->unchanged->routes;
}

bool unchanged_costs(const struct world *w)
{
    return w->unchanged && w->unchanged->costs;
}

const uint8_t *unchanged_touched(const struct world *w)
{
    return w->unchanged->touched;
}
