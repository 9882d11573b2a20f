/* SPDX-License-Identifier: Apache-2.0 */
/* IS-IS, OSPF and OSPFv3. */
#include <string.h>

#include "agents/sources/sros/model.h"

#define OSPF_REFERENCE INT64_C(100000000) /* kbit/s */
#define ISIS_METRIC    10

/** One instance of a protocol. */
struct igp {
    struct sros *s;
    const struct sros_table *table;
    struct tree_node *node;
    const char *protocol, *process, *area;
    int64_t reference; /* kbit/s; TREE_NONE: not said */
};

static struct fact_igp start(const struct igp *g, int family)
{
    struct fact_igp f;

    fact_init(FACT_IGP, &f);
    f.node = g->s->node;
    f.table = g->table->name;
    f.protocol = g->protocol;
    f.process = g->process;
    f.family = family;
    f.area = g->area;
    return f;
}

static void state_process(const struct igp *g, int family, int64_t level)
{
    int64_t ecmp = tree_number(g->s->t, g->table->node, "ecmp", 256);
    struct fact_igp f = start(g, family);

    f.level = level;
    if (level == FACT_NONE)
        f.area = NULL;
    f.maximum_paths = ecmp != TREE_NONE && ecmp > 0 ? ecmp : 1;
    rules_put(&g->s->r, FACT_IGP, &f);
}

static enum sros_use use_of(const struct igp *g)
{
    if (strcmp(g->protocol, "isis") == 0)
        return SROS_INTO_ISIS;
    return strcmp(g->protocol, "ospf") == 0 ? SROS_INTO_OSPF : SROS_INTO_OSPF3;
}

/** What an export policy lets in: its conditions tell of which protocols. */
static void state_exports(const struct igp *g, int family)
{
    static const char *const sources[] = {"connected", "static", "bgp",
                                          "isis",      "ospf",   "ospf3"};
    const struct rules_policy *v[RULES_MAX_CHAIN];
    size_t n = sros_chain(g->s, tree_get(g->s->t, g->node, "export-policy"), use_of(g), v);
    struct fact_origination f;

    if (n == 0)
        return;
    fact_init(FACT_ORIGINATION, &f);
    f.node = g->s->node;
    f.table = g->table->name;
    f.into = g->protocol;
    f.how = "redistribute";
    f.family = family;
    f.policy =
        rules_chain_name(&g->s->r, v, n, rules_printf(&g->s->r, " (into %s)", g->protocol));
    rules_put_chain(&g->s->r, f.policy, v, n, RULES_REJECT_ALL);
    for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
        if (i > 2 && (strcmp(sources[i], g->protocol) == 0 ||
                      tree_get(g->s->t, g->table->node, sources[i]) == NULL))
            continue; /* another IGP that runs here */
        f.protocol = sources[i];
        rules_put(&g->s->r, FACT_ORIGINATION, &f);
    }
}

static int64_t by_bandwidth(const struct sros_interface *i, int64_t reference, int64_t most)
{
    int64_t cost;

    if (i->speed == FACT_NONE || i->speed < 1000)
        return FACT_NONE;
    cost = reference / (i->speed / 1000);
    return cost < 1 ? 1 : cost > most ? most : cost;
}

static const char *network_of(const struct igp *g, struct tree_node *n)
{
    const char *type = tree_value(g->s->t, n, "interface-type");

    return type != NULL &&
                   (strcmp(type, "point-to-point") == 0 || strcmp(type, "broadcast") == 0)
               ? type
               : NULL;
}

static struct sros_interface *interface_of(const struct igp *g, struct tree_node *n)
{
    struct sros_interface *i = sros_interface(g->s, g->table->name, n->word);

    if (i == NULL)
        tree_note(&g->s->notes, n->line, "an interface that the router doesn't have");
    return i != NULL && sros_enabled(g->s, n, true) ? i : NULL;
}

/* ---- OSPF */

static void state_ospf_interface(const struct igp *g, struct tree_node *n, int family)
{
    const struct sros_interface *i = interface_of(g, n);
    int64_t metric = tree_number(g->s->t, n, "metric", 65535);
    struct fact_igp f = start(g, family);

    if (i == NULL)
        return;
    if (metric == TREE_NONE && i->loopback)
        metric = 0;
    else if (metric == TREE_NONE)
        metric =
            by_bandwidth(i, g->reference != TREE_NONE ? g->reference : OSPF_REFERENCE, 65535);
    f.interface = i->name;
    f.metric = metric;
    f.passive = i->loopback || sros_true(g->s, n, "passive") ? 1 : FACT_NONE;
    f.network = network_of(g, n);
    rules_put(&g->s->r, FACT_IGP, &f);
}

static const char *area_number(struct sros *s, const char *word)
{
    struct addr a;

    if (!addr_parse(slice_of(word), &a) || a.family != 4)
        return word;
    return rules_printf(&s->r, "%u",
                        (unsigned)a.b[0] << 24 | (unsigned)a.b[1] << 16 |
                            (unsigned)a.b[2] << 8 | a.b[3]);
}

static void state_ospf(struct igp *g, int family)
{
    struct tree_node *areas = tree_get(g->s->t, g->node, "area");

    state_process(g, family, FACT_NONE);
    state_exports(g, family);
    for (struct tree_node *a = tree_first(areas); a != NULL; a = tree_next(a)) {
        struct tree_node *list = tree_get(g->s->t, a, "interface");

        g->area = area_number(g->s, a->word);
        for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n))
            state_ospf_interface(g, n, family);
    }
}

/* ---- IS-IS */

/** `level-capability 1`, `2` or `1/2`: as bits. */
static int64_t levels_of(const struct igp *g, struct tree_node *n)
{
    const char *word = tree_value(g->s->t, n, "level-capability");

    if (word == NULL || strcmp(word, "1/2") == 0)
        return 3;
    return strcmp(word, "1") == 0 ? 1 : 2;
}

/** IPv6 in a topology of its own (RFC 5120) has metrics of its own. */
static bool apart(const struct igp *g, int family)
{
    const char *word = tree_value(g->s->t, g->node, "ipv6-routing");

    tree_get(g->s->t, g->node, "multi-topology ipv6-unicast");
    return family == 6 && word != NULL && strcmp(word, "mt") == 0;
}

static int64_t isis_metric(const struct igp *g, const struct sros_interface *i,
                           struct tree_node *n, int level, int family)
{
    const char *at = level == 1 ? "level 1" : "level 2";
    bool own = apart(g, family);
    const char *said = own ? "ipv6-unicast-metric" : "metric";
    const char *usual = own ? "default-ipv6-unicast-metric" : "default-metric";
    int64_t metric = tree_number(g->s->t, tree_get(g->s->t, n, at), said, 16777215);

    if (metric != TREE_NONE)
        return metric;
    if (i->loopback)
        return 0;
    if (g->reference != TREE_NONE)
        return by_bandwidth(i, g->reference, 16777215);
    metric = tree_number(g->s->t, tree_get(g->s->t, g->node, at), usual, 16777215);
    return metric != TREE_NONE ? metric : ISIS_METRIC;
}

/** IPv4 unless it is switched off, IPv6 only when asked for. */
static bool carries(const struct igp *g, int family)
{
    const char *v4 = tree_value(g->s->t, g->node, "ipv4-routing");
    const char *v6 = tree_value(g->s->t, g->node, "ipv6-routing");

    if (family == 4)
        return v4 == NULL || strcmp(v4, "false") != 0;
    return v6 != NULL && strcmp(v6, "false") != 0;
}

static void state_isis_interface(const struct igp *g, struct tree_node *n, int family)
{
    const struct sros_interface *i = interface_of(g, n);
    int64_t levels = levels_of(g, g->node) & levels_of(g, n), metric[3];
    struct fact_igp f = start(g, family);
    bool differ;

    if (i == NULL || !(family == 4 ? i->inet : i->inet6))
        return;
    for (int level = 1; level <= 2; level++)
        metric[level] = isis_metric(g, i, n, level, family);
    differ = levels == 3 && metric[1] != metric[2];
    f.interface = i->name;
    f.passive = i->loopback || sros_true(g->s, n, "passive") ? 1 : FACT_NONE;
    f.network = network_of(g, n);
    for (int level = 1; level <= 2; level++) {
        if ((levels & level) == 0 || (level == 2 && levels == 3 && !differ))
            continue;
        f.level = differ ? level : levels;
        f.metric = metric[level];
        rules_put(&g->s->r, FACT_IGP, &f);
    }
}

static void state_isis(struct igp *g)
{
    struct tree_node *list = tree_get(g->s->t, g->node, "interface");

    g->area = tree_value(g->s->t, g->node, "area-address");
    for (int family = 4; family <= 6; family += 2) {
        if (!carries(g, family))
            continue;
        state_process(g, family, levels_of(g, g->node));
        state_exports(g, family);
        for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n))
            state_isis_interface(g, n, family);
    }
}

static void run(struct igp *g, struct tree_node *node, const char *process)
{
    g->node = node;
    g->process = strcmp(process, "0") == 0 ? NULL : process;
    g->area = NULL;
    if (!sros_enabled(g->s, node, false)) {
        tree_see(node);
        return;
    }
    g->reference = tree_number(g->s->t, node, "reference-bandwidth", INT64_MAX / 2);
    if (strcmp(g->protocol, "isis") == 0)
        state_isis(g);
    else
        state_ospf(g, strcmp(g->protocol, "ospf") == 0 ? 4 : 6);
}

/** `isis 0 { ... }`; the number may be left out. */
void sros_state_igps(struct sros *s, const struct sros_table *table)
{
    static const char *const protocols[] = {"isis", "ospf", "ospf3"};

    for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
        struct igp g = {.s = s, .table = table, .protocol = protocols[i]};
        struct tree_node *list = tree_get(s->t, table->node, protocols[i]);

        if (tree_get(s->t, list, "admin-state") != NULL)
            run(&g, list, "0");
        for (struct tree_node *n = list != NULL ? list->first : NULL; n != NULL; n = n->next) {
            if (strspn(n->word, "0123456789") != strlen(n->word))
                continue;
            n->seen = true;
            run(&g, n, n->word);
        }
    }
}
