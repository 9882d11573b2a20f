/* SPDX-License-Identifier: Apache-2.0 */
/* Static routes and aggregates; the router's identifier. */
#include <string.h>

#include "agents/sources/sros/model.h"

#define STATIC_PREFERENCE 5
#define HOPS_MAX          64 /* next hops of one static route */

struct addr sros_router_id(const struct sros *s, const struct sros_table *table)
{
    static const char *const places[] = {"bgp router-id", "router-id"};
    const struct sros_interface *system = sros_interface(s, table->name, "system");
    struct addr id;

    for (size_t i = 0; i < 2; i++) {
        const char *word = tree_value(s->t, table->node, places[i]);

        if (word != NULL && addr_parse(slice_of(word), &id) && id.family == 4)
            return id;
    }
    for (size_t k = 0; system != NULL && k < system->n_addrs; k++) {
        if (system->addrs[k].addr.family == 4)
            return system->addrs[k].addr;
    }
    return (struct addr){0};
}

/** Next hops that are switched on. */
struct ways {
    struct tree_node *v[HOPS_MAX];
    size_t n;
};

static int64_t preference_of(struct sros *s, struct tree_node *hop)
{
    int64_t preference = tree_number(s->t, hop, "preference", 255);

    return preference != TREE_NONE ? preference : STATIC_PREFERENCE;
}

static struct fact_route route_to(const struct sros *s, const struct sros_table *table,
                                  const struct prefix *p, int64_t preference)
{
    struct fact_route f;

    fact_init(FACT_ROUTE, &f);
    f.node = s->node;
    f.table = table->name;
    f.layer = "config";
    f.prefix = *p;
    f.protocol = "static";
    f.distance = preference;
    return f;
}

/** Those of one preference are one route, as many as `ecmp` lets be used. */
static void put_preference(struct sros *s, struct fact_route *f, const struct ways *all,
                           int64_t most)
{
    struct addr addrs[HOPS_MAX];
    const char *names[HOPS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < all->n && n < (size_t)most; i++) {
        if (preference_of(s, all->v[i]) != f->distance)
            continue;
        bool address = addr_parse(slice_of(all->v[i]->word), &addrs[n]);

        if (!address)
            addrs[n] = (struct addr){0};
        names[n++] = address ? "" : all->v[i]->word;
    }
    f->next_hops = (struct addrs){addrs, n};
    f->interfaces = (struct strs){names, n};
    rules_put(&s->r, FACT_ROUTE, f);
}

static void put_hops(struct sros *s, const struct sros_table *table, const struct prefix *p,
                     const struct ways *all)
{
    int64_t most = tree_number(s->t, table->node, "ecmp", HOPS_MAX);

    for (size_t i = 0; i < all->n; i++) {
        int64_t preference = preference_of(s, all->v[i]);
        struct fact_route f = route_to(s, table, p, preference);
        size_t first = 0;

        while (preference_of(s, all->v[first]) != preference)
            first++;
        if (first == i)
            put_preference(s, &f, all, most > 0 ? most : 1);
    }
}

/** Next hops have to be switched on. */
static void state_route(struct sros *s, const struct sros_table *table, struct tree_node *n)
{
    static const char *const kinds[] = {"next-hop", "indirect", "interface"};
    struct tree_node *typed = tree_get(s->t, n, "route-type unicast"), *at, *hop;
    struct ways all = {.n = 0};
    struct prefix p;

    if (!prefix_parse_loose(slice_of(n->word), &p)) {
        tree_note(&s->notes, n->line, "static-routes: not a prefix");
        return;
    }
    at = typed != NULL ? typed : n;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        struct tree_node *list = tree_get(s->t, at, kinds[i]);

        for (hop = tree_first(list); hop != NULL; hop = tree_next(hop)) {
            if (!sros_enabled(s, hop, false))
                continue;
            if (all.n < HOPS_MAX)
                all.v[all.n++] = hop;
            else
                tree_note(&s->notes, hop->line, "static-routes: too many next hops");
        }
    }
    put_hops(s, table, &p, &all);
    hop = tree_get(s->t, at, "blackhole");
    if (hop != NULL && sros_enabled(s, hop, false)) {
        struct fact_route f = route_to(s, table, &p, preference_of(s, hop));

        f.discard = 1;
        rules_put(&s->r, FACT_ROUTE, &f);
    }
}

static void state_aggregate(struct sros *s, const struct sros_table *table, struct tree_node *n)
{
    struct fact_origination f;
    struct fact_route r;

    fact_init(FACT_ORIGINATION, &f);
    if (!prefix_parse_loose(slice_of(n->word), &f.prefix)) {
        tree_note(&s->notes, n->line, "aggregates: not a prefix");
        return;
    }
    f.node = s->node;
    f.table = table->name;
    f.into = "bgp";
    f.how = "aggregate";
    f.protocol = "aggregate";
    f.family = f.prefix.addr.family;
    f.summary_only = sros_true(s, n, "summary-only") ? 1 : FACT_NONE;
    f.as_set = sros_true(s, n, "as-set") ? 1 : FACT_NONE;
    rules_put(&s->r, FACT_ORIGINATION, &f);
    fact_init(FACT_ROUTE, &r);
    r.node = s->node;
    r.table = table->name;
    r.layer = "config";
    r.prefix = f.prefix;
    r.protocol = "aggregate";
    r.discard = 1;
    r.distance = 130;
    rules_put(&s->r, FACT_ROUTE, &r);
}

void sros_state_routes(struct sros *s, const struct sros_table *table)
{
    struct tree_node *list = tree_get(s->t, table->node, "static-routes route");

    for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n))
        state_route(s, table, n);
    list = tree_get(s->t, table->node, "aggregates aggregate");
    for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n))
        state_aggregate(s, table, n);
}
