/* SPDX-License-Identifier: Apache-2.0 */
/* Static, aggregate and generated routes; the router's identifier. */
#include <string.h>

#include "agents/sources/junos/model.h"

#define STATIC_PREFERENCE    5
#define AGGREGATE_PREFERENCE 130

struct addr junos_router_id(const struct junos *j, const struct junos_table *table)
{
    const char *word = tree_value(j->t, table->options, "router-id");
    struct addr id = {0};

    if (word != NULL && addr_parse(slice_of(word), &id) && id.family == 4)
        return id;
    /* else the lowest of the loopback's addresses that isn't 127.0.0.1 */
    id = (struct addr){0};
    for (size_t i = 0; i < map_count(j->units); i++) {
        const struct junos_unit *u = map_entry(j->units, i)->value.cp;

        for (size_t k = 0; u != NULL && u->loopback && k < u->n_addrs; k++) {
            const struct addr *a = &u->addrs[k].addr;

            if (strcmp(u->table, table->name) == 0 && a->family == 4 && !addr_is_special(a) &&
                (!addr_is_set(&id) || addr_cmp(a, &id) < 0))
                id = *a;
        }
    }
    return id;
}

/** What a route's statements say of its next hops. */
struct target {
    struct addrs addrs;
    struct strs interfaces;
    int64_t preference;
    bool discard;
};

static void add_hop(struct junos *j, struct target *t, const char *word)
{
    struct addr a = {0};
    bool address = addr_parse(slice_of(word), &a);

    if ((t->addrs.n & (t->addrs.n - 1)) == 0) {
        struct addr *v =
            ARENA_ARRAY(j->t->arena, t->addrs.n > 0 ? 2 * t->addrs.n : 1, struct addr);

        if (v == NULL)
            return;
        if (t->addrs.n > 0)
            memcpy(v, t->addrs.v, t->addrs.n * sizeof(*v));
        t->addrs.v = v;
    }
    t->addrs.v[t->addrs.n++] = address ? a : (struct addr){0};
    rules_push(&j->r, &t->interfaces, address ? "" : word);
}

static int64_t preference_of(struct junos *j, struct tree_node *n, int64_t otherwise)
{
    int64_t own = tree_number(j->t, n, "preference", UINT32_MAX);

    return own != TREE_NONE ? own : otherwise;
}

static void put_route(struct junos *j, const char *table, const struct prefix *p,
                      const struct target *t)
{
    struct fact_route f;

    fact_init(FACT_ROUTE, &f);
    f.node = j->node;
    f.table = table;
    f.layer = "config";
    f.prefix = *p;
    f.protocol = "static";
    f.distance = t->preference;
    f.discard = t->discard ? 1 : FACT_NONE;
    f.next_hops = t->addrs;
    f.interfaces = t->interfaces;
    rules_put(&j->r, FACT_ROUTE, &f);
}

/** `qualified-next-hop A { preference P; interface I; }`: a route of its own. */
static void put_qualified(struct junos *j, const char *table, struct tree_node *n,
                          const struct prefix *p, int64_t preference)
{
    struct tree_node *list = tree_get(j->t, n, "qualified-next-hop");

    for (struct tree_node *h = tree_first(list); h != NULL; h = tree_next(h)) {
        const char *interface = tree_value(j->t, h, "interface");
        struct target t = {.preference = preference_of(j, h, preference)};

        add_hop(j, &t, h->word);
        if (interface != NULL && t.interfaces.n == 1)
            t.interfaces.v[0] = interface;
        put_route(j, table, p, &t);
    }
}

static void state_static(struct junos *j, struct junos_route *route)
{
    struct tree_node *n = route->node, *hops = tree_get(j->t, n, "next-hop");
    int64_t preference = preference_of(j, route->defaults, STATIC_PREFERENCE);
    struct target t = {.preference = preference_of(j, n, preference)};
    struct prefix p;

    if (!prefix_parse_loose(slice_of(n->word), &p)) {
        tree_note(&j->notes, n->line, "routing-options static: not a prefix");
        return;
    }
    route->prefix = p;
    junos_tag(j, route);
    for (struct tree_node *h = tree_first(hops); h != NULL; h = tree_next(h))
        add_hop(j, &t, h->word);
    t.discard = tree_get(j->t, n, "discard") != NULL || tree_get(j->t, n, "reject") != NULL;
    put_qualified(j, route->table, n, &p, t.preference);
    if (t.addrs.n > 0 || t.discard)
        put_route(j, route->table, &p, &t);
    else if (tree_get(j->t, n, "next-table") != NULL)
        tree_note(&j->notes, n->line,
                  "routing-options static: the next hop is in another table");
    else if (tree_get(j->t, n, "receive") == NULL &&
             tree_get(j->t, n, "qualified-next-hop") == NULL)
        tree_note(&j->notes, n->line, "routing-options static: a route without next hop");
}

/** `aggregate` and `generate` routes go into BGP as far as export policies let them. */
static void state_aggregate(struct junos *j, struct junos_route *route, bool discards)
{
    struct tree_node *n = route->node;
    struct fact_origination f;
    struct fact_route r;

    fact_init(FACT_ORIGINATION, &f);
    if (!prefix_parse_loose(slice_of(n->word), &f.prefix)) {
        tree_note(&j->notes, n->line, "routing-options aggregate: not a prefix");
        return;
    }
    f.node = j->node;
    f.table = route->table;
    f.into = "bgp";
    f.how = "aggregate";
    f.protocol = "aggregate";
    f.family = f.prefix.addr.family;
    f.as_set = tree_get(j->t, n, "brief") == NULL ? 1 : FACT_NONE;
    if (tree_get(j->t, n, "policy") != NULL)
        tree_note(&j->notes, n->line,
                  "routing-options aggregate: a policy for what contributes");
    route->prefix = f.prefix;
    f.policy = junos_tag(j, route);
    rules_put(&j->r, FACT_ORIGINATION, &f);
    if (!discards)
        return;
    fact_init(FACT_ROUTE, &r);
    r.node = j->node;
    r.table = route->table;
    r.layer = "config";
    r.prefix = f.prefix;
    r.protocol = "aggregate";
    r.discard = 1;
    r.distance = preference_of(j, n, preference_of(j, route->defaults, AGGREGATE_PREFERENCE));
    rules_put(&j->r, FACT_ROUTE, &r);
}

static void state_rib(struct junos *j, const char *table, struct tree_node *options)
{
    static const char *const kinds[] = {"static", "aggregate", "generate"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        struct tree_node *all = tree_get(j->t, options, kinds[i]);
        struct tree_node *list = tree_get(j->t, all, "route");
        struct junos_route route = {.table = table,
                                    .kind = i == 0 ? "static" : "aggregate",
                                    .defaults = tree_get(j->t, all, "defaults")};

        for (route.node = tree_first(list); route.node != NULL;
             route.node = tree_next(route.node)) {
            if (i == 0)
                state_static(j, &route);
            else
                state_aggregate(j, &route, i == 1);
        }
    }
}

/** "X.inet6.0" is a rib of table X; "inet.2" and others have no part in forwarding. */
static const char *rib_table(struct junos *j, const char *rib, const char *table)
{
    static const char *const unicast[] = {"inet.0", "inet6.0"};
    size_t n = strlen(rib);

    for (size_t i = 0; i < 2; i++) {
        size_t k = strlen(unicast[i]);

        if (strcmp(rib, unicast[i]) == 0)
            return table;
        if (n > k + 1 && rib[n - k - 1] == '.' && strcmp(rib + n - k, unicast[i]) == 0)
            return rules_printf(&j->r, "%.*s", (int)(n - k - 1), rib);
    }
    return NULL;
}

void junos_state_routes(struct junos *j, const struct junos_table *table)
{
    struct tree_node *ribs = tree_get(j->t, table->options, "rib");

    if (table->options == NULL)
        return;
    state_rib(j, table->name, table->options);
    for (struct tree_node *n = tree_first(ribs); n != NULL; n = tree_next(n)) {
        const char *name = rib_table(j, n->word, table->name);

        if (name != NULL) {
            state_rib(j, name, n);
        } else {
            tree_note(&j->notes, n->line,
                      "routing-options rib: one that packets aren't forwarded by");
            tree_see(n);
        }
    }
}
