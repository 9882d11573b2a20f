/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/bgp_select.h"

#include <string.h>

#include "aggregator/igp.h"

enum step {
    STEP_WEIGHT,
    STEP_LOCAL_PREF,
    STEP_OWN,
    STEP_AS_PATH,
    STEP_ORIGIN,
    STEP_MED,
    STEP_EXTERNAL,
    STEP_IGP,
    STEP_EQUAL
};

static int order(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static bool is_external(const struct candidate *c)
{
    return c->from && c->from->external;
}

static uint32_t first_as(const struct candidate *c)
{
    return c->attrs.as_path.n ? c->attrs.as_path.v[0] : 0;
}

static bool med_counts(const struct speaker *s, const struct candidate *a,
                       const struct candidate *b)
{
    return s->always_compare_med || first_as(a) == first_as(b);
}

/* Negative: a is better. *at tells the step that decided. */
static int compare(const struct speaker *s, const struct candidate *a,
                   const struct candidate *b, enum step *at)
{
    const struct attrs *x = &a->attrs, *y = &b->attrs;
    int c;
    *at = STEP_WEIGHT;
    if ((c = order(y->weight, x->weight)))
        return c;
    *at = STEP_LOCAL_PREF;
    if ((c = order(y->local_pref, x->local_pref)))
        return c;
    *at = STEP_OWN;
    if ((c = order(a->from != NULL, b->from != NULL)))
        return c;
    *at = STEP_AS_PATH;
    if (!s->ignore_as_path && (c = order((int64_t)x->as_path.n, (int64_t)y->as_path.n)))
        return c;
    *at = STEP_ORIGIN;
    if ((c = order(x->origin, y->origin)))
        return c;
    *at = STEP_MED;
    if (med_counts(s, a, b) &&
        (c = order(x->med == FACT_NONE ? 0 : x->med, y->med == FACT_NONE ? 0 : y->med)))
        return c;
    *at = STEP_EXTERNAL;
    if ((c = order(is_external(b), is_external(a))))
        return c;
    *at = STEP_IGP;
    if ((c = order(a->igp_metric, b->igp_metric)))
        return c;
    *at = STEP_EQUAL;
    return 0;
}

struct addr bgp_router_id(const struct speaker *s)
{
    struct addr best = {0};
    bool loopback = false;
    if (s->router_id.family)
        return s->router_id;
    const struct router *r = s->instance->router;
    for (size_t i = 0; i < r->n_instances; i++)
        for (size_t k = 0; k < r->instances[i]->n_ports; k++) {
            const struct port *p = r->instances[i]->ports[k];
            const struct ifaddr *a = port_addr(p, 4);
            if (!a || (loopback && !p->loopback))
                continue;
            if (!best.family || (p->loopback && !loopback) || addr_cmp(&a->addr, &best) > 0)
                best = a->addr;
            loopback = loopback || p->loopback;
        }
    return best;
}

static struct addr sender_id(const struct candidate *c)
{
    return c->attrs.originator.family ? c->attrs.originator : c->router_id;
}

/* The last steps: router id, cluster list, neighbour's address. */
static int compare_ids(const struct candidate *a, const struct candidate *b, bool *unsure)
{
    struct addr x = sender_id(a), y = sender_id(b);
    if (!x.family || !y.family)
        *unsure = true;
    int c = addr_cmp(&x, &y);
    if (!c)
        c = order((int64_t)a->attrs.clusters.n, (int64_t)b->attrs.clusters.n);
    if (!c && a->from && b->from)
        c = addr_cmp(&a->from->peer_addr, &b->from->peer_addr);
    return c;
}

static bool same_path(const struct asns *a, const struct asns *b)
{
    return a->n == b->n && (!a->n || !memcmp(a->v, b->v, a->n * sizeof(*a->v)));
}

/* May an equal route be used beside the best one? (FRR: bgp_path_info_cmp, maximum path check)
 */
static bool joins(const struct speaker *s, const struct candidate *best,
                  const struct candidate *c)
{
    if (!best->from || !c->from || addr_eq(&best->attrs.next_hop, &c->attrs.next_hop))
        return false;
    if (s->multipath_relax)
        return true;
    if (!is_external(best))
        return same_path(&best->attrs.as_path, &c->attrs.as_path);
    return first_as(best) == first_as(c);
}

static bool usable(const struct world *w, const struct speaker *s, struct candidate *c)
{
    if (!c->present)
        return false;
    if (!c->measured)
        c->igp_metric = c->from ? bgp_next_hop_metric(w, s->instance, &c->attrs.next_hop) : 0;
    c->measured = true;
    return c->igp_metric != IGP_UNREACHED;
}

/* MED is compared within groups of one neighbour AS first; then the groups' best meet. */
static const struct candidate *pick(const struct speaker *s, struct candidate *const *c,
                                    size_t n)
{
    const struct candidate *best = NULL;
    enum step at;
    for (size_t i = 0; i < n; i++) {
        if (!c[i]->present)
            continue;
        const struct candidate *group = c[i];
        for (size_t k = 0; k < n; k++)
            if (c[k]->present && first_as(c[k]) == first_as(group) &&
                compare(s, c[k], group, &at) < 0)
                group = c[k];
        if (!best || compare(s, group, best, &at) < 0)
            best = group;
    }
    return best;
}

/* What an unsure route depends on may make its AS path shorter than it is. */
static size_t least_of(const struct candidate *c)
{
    return c->attrs.as_path.n - c->attrs.slack;
}

/* Might it be chosen, were what it depends on otherwise? A route that is less preferred, or
 * too long even then, is not. */
static bool may_win(const struct speaker *s, const struct candidate *c,
                    const struct candidate *best, enum step at)
{
    if (!c->attrs.unsure || at < STEP_AS_PATH)
        return false;
    if (s->ignore_as_path || least_of(c) < best->attrs.as_path.n)
        return true;
    struct candidate shorter = *c;
    shorter.attrs.as_path.n = best->attrs.as_path.n;
    return least_of(c) == best->attrs.as_path.n &&
           (compare(s, best, &shorter, &at) >= 0 || at == STEP_ORIGIN);
}

/* Of the routes that may be chosen the shortest; nobody knows what a ghost prefers. */
static void find_slack(const struct speaker *s, struct candidate *const *c, size_t n,
                       const struct candidate *best, struct selection *out)
{
    size_t least = least_of(best);
    for (size_t i = 0; i < n; i++) {
        enum step at;
        if (!c[i]->present)
            continue;
        compare(s, best, c[i], &at);
        if ((s->ghost || may_win(s, c[i], best, at)) && least_of(c[i]) < least)
            least = least_of(c[i]);
    }
    size_t slack = best->attrs.as_path.n - least;
    out->slack = slack < UINT8_MAX ? (uint8_t)slack : UINT8_MAX;
}

static void find_equals(const struct speaker *s, struct candidate *const *c, size_t n,
                        const struct candidate *best, struct selection *out)
{
    for (size_t i = 0; i < n; i++) {
        enum step at;
        if (!c[i]->present)
            continue;
        int r = compare(s, best, c[i], &at);
        if (c[i] != best && at >= STEP_IGP &&
            (best->igp_metric == IGP_UNTOLD || c[i]->igp_metric == IGP_UNTOLD))
            out->unsure = true;
        if (r == 0 && out->n_equal < BGP_MAX_PATHS)
            out->equal[out->n_equal++] = c[i];
        else if (may_win(s, c[i], best, at))
            out->unsure = true;
        if (at == STEP_MED && !s->deterministic_med && !s->always_compare_med && n > 2)
            for (size_t k = 0; k < n; k++)
                if (c[k]->present && first_as(c[k]) != first_as(best) &&
                    c[k]->attrs.local_pref == best->attrs.local_pref &&
                    c[k]->attrs.as_path.n == best->attrs.as_path.n)
                    out->unsure = true; /* the outcome depends on the order of arrival */
    }
}

static void order_equals(const struct speaker *s, struct selection *out)
{
    out->by_age = !s->compare_routerid && out->n_equal > 1 && is_external(out->equal[0]) &&
                  is_external(out->equal[1]);
    for (size_t i = 1; i < out->n_equal; i++) { /* insertion sort: few */
        const struct candidate *x = out->equal[i];
        bool ignored = false;
        size_t k = i;
        for (; k && compare_ids(x, out->equal[k - 1], &ignored) < 0; k--)
            out->equal[k] = out->equal[k - 1];
        out->equal[k] = x;
        if (ignored && !out->by_age)
            out->unsure = true;
    }
}

void bgp_select(const struct world *w, const struct speaker *s, struct candidate *const *c,
                size_t n, struct selection *out)
{
    out->n = out->n_equal = 0;
    out->by_age = out->unsure = false;
    out->slack = 0;
    for (size_t i = 0; i < n; i++)
        c[i]->present = usable(w, s, c[i]);
    const struct candidate *best = pick(s, c, n);
    if (!best)
        return;
    find_equals(s, c, n, best, out);
    order_equals(s, out);
    out->used[out->n++] = out->equal[0];
    unsigned max = is_external(best) ? s->max_external : s->max_internal;
    for (size_t i = 1; i < out->n_equal && out->n < max && out->n < BGP_MAX_PATHS; i++)
        if (joins(s, out->equal[0], out->equal[i]))
            out->used[out->n++] = out->equal[i];
    out->unsure = out->unsure || out->equal[0]->attrs.unsure || best->igp_metric == IGP_UNTOLD;
    if (s->ghost || out->unsure)
        find_slack(s, c, n, out->equal[0], out);
}
