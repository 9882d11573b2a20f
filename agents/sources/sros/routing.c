/* SPDX-License-Identifier: Apache-2.0 */
/* Static routes and aggregates; the router's identifier. */
#include <string.h>

#include "agents/sources/sros/model.h"

#define STATIC_PREFERENCE 5

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

static void put_route(struct sros *s, const struct sros_table *table, const struct prefix *p,
                      struct tree_node *hop)
{
    int64_t preference = tree_number(s->t, hop, "preference", 255);
    const char *none = "", *named = hop->word;
    struct fact_route f;
    struct addr a = {0};

    fact_init(FACT_ROUTE, &f);
    f.node = s->node;
    f.table = table->name;
    f.layer = "config";
    f.prefix = *p;
    f.protocol = "static";
    f.distance = preference != TREE_NONE ? preference : STATIC_PREFERENCE;
    if (strcmp(hop->word, "blackhole") == 0) {
        f.discard = 1;
    } else {
        bool address = addr_parse(slice_of(hop->word), &a);

        f.next_hops = (struct addrs){&a, 1};
        f.interfaces = (struct strs){address ? &none : &named, 1};
        if (!address)
            a = (struct addr){0};
    }
    rules_put(&s->r, FACT_ROUTE, &f);
}

/** Next hops have to be switched on. */
static void state_route(struct sros *s, const struct sros_table *table, struct tree_node *n)
{
    static const char *const kinds[] = {"next-hop", "indirect", "interface"};
    struct tree_node *typed = tree_get(s->t, n, "route-type unicast"), *at, *hop;
    struct prefix p;

    if (!prefix_parse_loose(slice_of(n->word), &p)) {
        tree_note(&s->notes, n->line, "static-routes: not a prefix");
        return;
    }
    at = typed != NULL ? typed : n;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        struct tree_node *list = tree_get(s->t, at, kinds[i]);

        for (hop = tree_first(list); hop != NULL; hop = tree_next(hop)) {
            if (sros_enabled(s, hop, false))
                put_route(s, table, &p, hop);
        }
    }
    hop = tree_get(s->t, at, "blackhole");
    if (hop != NULL && sros_enabled(s, hop, false))
        put_route(s, table, &p, hop);
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
