/* SPDX-License-Identifier: Apache-2.0 */
/* OSPF, OSPFv3 and IS-IS. */
#include <string.h>

#include "agents/sources/junos/model.h"

#define OSPF_REFERENCE INT64_C(100000000) /* bit/s */
#define ISIS_METRIC    10
#define ISIS_NARROW    63 /* the largest metric without `wide-metrics-only` */

/** One protocol of one table. */
struct igp {
    struct junos *j;
    const struct junos_table *table;
    struct tree_node *node;
    const char *protocol; /* as facts have it */
    int64_t reference;    /* bit/s, FACT_NONE: not said */
    const char *area;
    struct map *listed; /* interfaces that are named, so that `all` doesn't mean them */
};

static struct fact_igp start(const struct igp *g, int family)
{
    struct fact_igp f;

    fact_init(FACT_IGP, &f);
    f.node = g->j->node;
    f.table = g->table->name;
    f.protocol = g->protocol;
    f.family = family;
    return f;
}

static void state_process(const struct igp *g, int family, int64_t level)
{
    struct fact_igp f = start(g, family);

    f.maximum_paths = g->j->balances ? g->j->ecmp : 1;
    f.level = level;
    if (level != FACT_NONE)
        f.area = g->area;
    rules_put(&g->j->r, FACT_IGP, &f);
}

static void state_exports(const struct igp *g, int family, bool isis)
{
    const struct rules_policy *v[RULES_MAX_CHAIN];
    struct fact_origination f;
    size_t n = junos_chain(g->j, tree_get(g->j->t, g->node, "export"), v);
    const char *suffix = isis ? " (into isis)" : " (into ospf)";

    if (n == 0)
        return;
    fact_init(FACT_ORIGINATION, &f);
    f.node = g->j->node;
    f.table = g->table->name;
    f.into = g->protocol;
    f.family = family;
    f.policy = rules_chain_name(&g->j->r, v, n, suffix);
    rules_put_chain(&g->j->r, f.policy, v, n, RULES_REJECT_ALL);
    junos_redistribute(g->j, &f, junos_sources(v, n));
}

static bool has_family(const struct junos_unit *u, int family)
{
    return family == 4 ? u->inet : u->inet6;
}

static bool is_off(const struct igp *g, struct tree_node *n)
{
    return tree_get(g->j->t, n, "disable") != NULL;
}

/** reference / bandwidth, within least..most; FACT_NONE when the bandwidth is unknown. */
static int64_t by_bandwidth(const struct igp *g, const struct junos_unit *u, int64_t reference,
                            int64_t most)
{
    int64_t bits = junos_bits(tree_value(g->j->t, u->node, "bandwidth")), cost;

    if (bits == FACT_NONE)
        bits = u->speed;
    if (bits == FACT_NONE || bits == 0)
        return FACT_NONE;
    cost = reference / bits;
    return cost < 1 ? 1 : cost > most ? most : cost;
}

/* ---- OSPF */

static int64_t ospf_metric(const struct igp *g, const struct junos_unit *u, struct tree_node *n)
{
    int64_t metric = tree_number(g->j->t, n, "metric", 65535);

    if (metric != TREE_NONE)
        return metric;
    if (u->loopback)
        return 0;
    if (g->reference == FACT_NONE) {
        metric = by_bandwidth(g, u, OSPF_REFERENCE, 65535);
        return metric != FACT_NONE ? metric : 1; /* no port is slower than the reference */
    }
    metric = by_bandwidth(g, u, g->reference, 65535);
    if (metric == FACT_NONE)
        tree_note(&g->j->notes, n->line,
                  "protocols ospf: the cost follows from a bandwidth that can't be told");
    return metric;
}

static void state_ospf_unit(const struct igp *g, const struct junos_unit *u,
                            struct tree_node *n, int family)
{
    const char *type = tree_value(g->j->t, n, "interface-type");
    struct fact_igp f = start(g, family);

    f.interface = u->name;
    f.area = g->area;
    f.metric = ospf_metric(g, u, n);
    f.passive = u->loopback || tree_get(g->j->t, n, "passive") != NULL ? 1 : FACT_NONE;
    if (type != NULL && strcmp(type, "p2p") == 0)
        f.network = "point-to-point";
    rules_put(&g->j->r, FACT_IGP, &f);
}

/** By name, or (OSPF only) by an address. */
static struct junos_unit *find_unit(const struct igp *g, const char *name)
{
    struct junos_unit *u = junos_unit(g->j, name);
    struct addr a;

    if (u != NULL || !addr_parse(slice_of(name), &a))
        return u;
    for (size_t i = 0; i < map_count(g->j->units); i++) {
        u = map_entry(g->j->units, i)->value.p;
        for (size_t k = 0; u != NULL && k < u->n_addrs; k++) {
            if (addr_eq(&u->addrs[k].addr, &a))
                return u;
        }
    }
    return NULL;
}

/** The unit a statement names, if it is in this table; noted otherwise. */
static struct junos_unit *named_unit(const struct igp *g, const struct tree_node *n)
{
    struct junos_unit *u = find_unit(g, n->word);

    if (u != NULL && strcmp(u->table, g->table->name) == 0)
        return u;
    tree_note(&g->j->notes, n->line, "protocols: an interface that the table doesn't have");
    return NULL;
}

static void list_unit(const struct igp *g, const struct tree_node *n)
{
    const struct junos_unit *u = find_unit(g, n->word);
    union map_value *at = u != NULL ? map_at_str(g->listed, u->name) : NULL;

    if (at != NULL)
        at->u = 1;
}

static bool is_meant_by_all(const struct igp *g, const struct junos_unit *u, int family)
{
    return u != NULL && has_family(u, family) && strcmp(u->table, g->table->name) == 0 &&
           map_get_str(g->listed, u->name) == NULL;
}

static void state_ospf_all(const struct igp *g, struct tree_node *n, int family)
{
    union map_value *once = map_at_str(g->listed, "all");

    if (once == NULL || once->u++ > 0)
        return;
    for (size_t i = 0; i < map_count(g->j->units); i++) {
        const struct junos_unit *u = map_entry(g->j->units, i)->value.cp;

        if (is_meant_by_all(g, u, family))
            state_ospf_unit(g, u, n, family);
    }
}

static void state_ospf_interface(const struct igp *g, struct tree_node *n, int family)
{
    const struct junos_unit *u;

    if (is_off(g, n))
        return;
    if (strcmp(n->word, "all") == 0) {
        state_ospf_all(g, n, family);
        return;
    }
    if (tree_get(g->j->t, n, "secondary") != NULL) {
        tree_note(&g->j->notes, n->line, "protocols ospf: a secondary area of an interface");
        return;
    }
    u = named_unit(g, n);
    if (u != NULL)
        state_ospf_unit(g, u, n, family);
}

/** An area as a number: "0.0.0.1" is 1. */
static const char *area_number(struct junos *j, const char *word)
{
    struct addr a;

    if (!addr_parse(slice_of(word), &a) || a.family != 4)
        return word;
    return rules_printf(&j->r, "%u",
                        (unsigned)a.b[0] << 24 | (unsigned)a.b[1] << 16 |
                            (unsigned)a.b[2] << 8 | a.b[3]);
}

static void state_ospf(struct igp *g, int family)
{
    struct tree *t = g->j->t;
    struct tree_node *areas = tree_get(t, g->node, "area");

    if (is_off(g, g->node))
        return;
    g->reference = junos_bits(tree_value(t, g->node, "reference-bandwidth"));
    state_process(g, family, FACT_NONE);
    state_exports(g, family, false);
    for (struct tree_node *a = tree_first(areas); a != NULL; a = tree_next(a)) {
        struct tree_node *list = tree_get(t, a, "interface");

        for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n))
            list_unit(g, n);
    }
    for (struct tree_node *a = tree_first(areas); a != NULL; a = tree_next(a)) {
        struct tree_node *list = tree_get(t, a, "interface");

        g->area = area_number(g->j, a->word);
        for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n))
            state_ospf_interface(g, n, family);
    }
}

/* ---- IS-IS */

static struct tree_node *level_node(const struct igp *g, struct tree_node *n, int level)
{
    return tree_get(g->j->t, n, level == 1 ? "level 1" : "level 2");
}

static int64_t levels_of(const struct igp *g, struct tree_node *n)
{
    int64_t levels = 0;

    for (int level = 1; level <= 2; level++) {
        struct tree_node *at = level_node(g, n, level);

        if (at == NULL || !is_off(g, at))
            levels |= level;
    }
    return levels;
}

static int64_t wide_metric(const struct igp *g, const struct junos_unit *u, struct tree_node *n,
                           int level)
{
    int64_t metric = tree_number(g->j->t, level_node(g, n, level), "metric", UINT32_MAX);

    if (metric != TREE_NONE)
        return metric;
    if (u->loopback)
        return 0;
    if (g->reference == FACT_NONE)
        return ISIS_METRIC;
    return by_bandwidth(g, u, g->reference, INT64_C(1) << 24);
}

static int64_t isis_metric(const struct igp *g, const struct junos_unit *u, struct tree_node *n,
                           int level)
{
    bool wide = tree_get(g->j->t, level_node(g, g->node, level), "wide-metrics-only") != NULL;
    int64_t metric = wide_metric(g, u, n, level);

    return !wide && metric > ISIS_NARROW ? ISIS_NARROW : metric;
}

static bool isis_passive(const struct igp *g, struct tree_node *n, int level)
{
    return tree_get(g->j->t, n, "passive") != NULL ||
           tree_get(g->j->t, level_node(g, n, level), "passive") != NULL;
}

/** One fact for both levels, or one each when they differ. */
static void state_isis_family(const struct igp *g, const struct junos_unit *u,
                              struct tree_node *n, int family)
{
    int64_t levels = levels_of(g, g->node) & levels_of(g, n), metric[3];
    bool passive[3], apart;
    struct fact_igp f = start(g, family);

    for (int level = 1; level <= 2; level++) {
        metric[level] = isis_metric(g, u, n, level);
        passive[level] = u->loopback || isis_passive(g, n, level);
    }
    apart = levels == 3 && (metric[1] != metric[2] || passive[1] != passive[2]);
    f.interface = u->name;
    f.area = g->area;
    if (tree_get(g->j->t, n, "point-to-point") != NULL)
        f.network = "point-to-point";
    for (int level = 1; level <= 2; level++) {
        if ((levels & level) == 0 || (level == 2 && levels == 3 && !apart))
            continue;
        f.level = apart ? level : levels;
        f.metric = metric[level];
        f.passive = passive[level] ? 1 : FACT_NONE;
        rules_put(&g->j->r, FACT_IGP, &f);
    }
}

static bool carries(const struct igp *g, int family)
{
    return tree_get(g->j->t, g->node, family == 4 ? "no-ipv4-routing" : "no-ipv6-routing") ==
           NULL;
}

static void state_isis_unit(const struct igp *g, const struct junos_unit *u,
                            struct tree_node *n)
{
    if (!u->iso && !u->loopback && !g->j->incomplete) {
        tree_note(&g->j->notes, n->line, "protocols isis: an interface without family iso");
        return;
    }
    for (int family = 4; family <= 6; family += 2) {
        if (has_family(u, family) && carries(g, family))
            state_isis_family(g, u, n, family);
    }
}

static void state_isis_interface(const struct igp *g, struct tree_node *n)
{
    const struct junos_unit *u;

    if (is_off(g, n))
        return;
    if (strcmp(n->word, "all") != 0) {
        u = named_unit(g, n);
        if (u != NULL)
            state_isis_unit(g, u, n);
        return;
    }
    for (size_t i = 0; i < map_count(g->j->units); i++) {
        u = map_entry(g->j->units, i)->value.cp;
        if (u != NULL && u->iso && strcmp(u->table, g->table->name) == 0 &&
            map_get_str(g->listed, u->name) == NULL)
            state_isis_unit(g, u, n);
    }
}

/** The area of a NET: all but the system's six bytes and the selector, "49.0001". */
static const char *net_area(struct junos *j, const char *net)
{
    size_t n = strlen(net);

    for (int dots = 0; n > 0 && dots < 4;)
        dots += net[--n] == '.';
    return n > 0 ? rules_printf(&j->r, "%.*s", (int)n, net) : NULL;
}

static const char *isis_area(const struct igp *g)
{
    const char *net = NULL, *other = NULL;

    for (size_t i = 0; net == NULL && i < map_count(g->j->units); i++) {
        const struct junos_unit *u = map_entry(g->j->units, i)->value.cp;

        if (u == NULL || u->net == NULL || strcmp(u->table, g->table->name) != 0)
            continue;
        *(u->loopback ? &net : &other) = u->net;
    }
    net = net != NULL ? net : other;
    return net != NULL ? net_area(g->j, net) : NULL;
}

static void state_isis(struct igp *g)
{
    struct tree *t = g->j->t;
    struct tree_node *list = tree_get(t, g->node, "interface");

    if (is_off(g, g->node))
        return;
    g->reference = junos_bits(tree_value(t, g->node, "reference-bandwidth"));
    g->area = isis_area(g);
    for (int family = 4; family <= 6; family += 2) {
        if (!carries(g, family))
            continue;
        state_process(g, family, levels_of(g, g->node));
        state_exports(g, family, true);
    }
    for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n))
        list_unit(g, n);
    for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n))
        state_isis_interface(g, n);
}

static void run(struct junos *j, const struct junos_table *table, const char *protocol)
{
    struct igp g = {.j = j, .table = table, .protocol = protocol, .reference = FACT_NONE};

    g.node = tree_get(j->t, table->protocols, protocol);
    if (g.node == NULL)
        return;
    g.listed = map_new();
    if (g.listed == NULL)
        return;
    if (strcmp(protocol, "isis") == 0)
        state_isis(&g);
    else
        state_ospf(&g, strcmp(protocol, "ospf") == 0 ? 4 : 6);
    map_free(&g.listed);
}

void junos_state_igps(struct junos *j, const struct junos_table *table)
{
    run(j, table, "ospf");
    run(j, table, "ospf3");
    run(j, table, "isis");
}
