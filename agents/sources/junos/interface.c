/* SPDX-License-Identifier: Apache-2.0 */
/* Interfaces: physical ones, aggregates with their members, and the logical units. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/junos/model.h"

#define GIGABIT INT64_C(1000000000)

/** By the letters that names begin with. */
static const struct {
    const char *start, *kind;
    int64_t speed;
} media[] = {
    {"lo", "loopback", FACT_NONE},     {"ae", "aggregate", FACT_NONE},
    {"reth", "aggregate", FACT_NONE},  {"irb", "vlan", FACT_NONE},
    {"vlan", "vlan", FACT_NONE},       {"gr-", "tunnel", FACT_NONE},
    {"gre", "tunnel", FACT_NONE},      {"ip-", "tunnel", FACT_NONE},
    {"ipip", "tunnel", FACT_NONE},     {"st", "tunnel", FACT_NONE},
    {"lt-", "tunnel", FACT_NONE},      {"vt-", "tunnel", FACT_NONE},
    {"fe-", "physical", GIGABIT / 10}, {"ge-", "physical", GIGABIT},
    {"xe-", "physical", 10 * GIGABIT},
};

static size_t medium(const char *name)
{
    size_t i = 0, n = sizeof(media) / sizeof(*media);

    while (i < n && strncmp(name, media[i].start, strlen(media[i].start)) != 0)
        i++;
    return i;
}

static const char *kind_of(const char *name)
{
    size_t i = medium(name);

    return i < sizeof(media) / sizeof(*media) ? media[i].kind : "physical";
}

int64_t junos_bits(const char *word)
{
    size_t n = word != NULL ? strlen(word) : 0;
    int64_t unit = 1;
    uint64_t number;

    if (n == 0)
        return FACT_NONE;
    switch (word[n - 1]) {
    case 'k':
    case 'K':
        unit = 1000;
        break;
    case 'm':
    case 'M':
        unit = 1000000;
        break;
    case 'g':
    case 'G':
        unit = GIGABIT;
        break;
    case 't':
    case 'T':
        unit = 1000 * GIGABIT;
        break;
    default:
        break;
    }
    n -= unit != 1;
    if (!slice_u64((struct slice){word, n}, (uint64_t)(INT64_MAX / unit), &number))
        return FACT_NONE;
    return (int64_t)number * unit;
}

/** Interfaces that tables (routing instances) have. Layer-2 instances have none to tell. */
static bool is_routed(const char *type)
{
    return type == NULL || strcmp(type, "vrf") == 0 || strcmp(type, "virtual-router") == 0 ||
           strcmp(type, "forwarding") == 0 || strcmp(type, "no-forwarding") == 0;
}

static const char *with_unit(struct junos *j, const char *name)
{
    return strchr(name, '.') != NULL ? name : rules_printf(&j->r, "%s.0", name);
}

static void add_table(struct junos *j, struct tree_node *instance)
{
    struct tree *t = j->t;
    struct tree_node *list = tree_get(t, instance, "interface");
    struct junos_table *table = &j->tables[j->n_tables];

    if (j->n_tables == JUNOS_MAX_TABLES) {
        tree_note(&j->notes, instance->line, "routing-instances: more than can be taken");
        tree_see(instance);
        return;
    }
    if (!is_routed(tree_value(t, instance, "instance-type"))) {
        tree_note(&j->notes, instance->line, "routing-instances: a layer-2 instance");
        tree_see(instance);
        return;
    }
    table->name = instance->word;
    table->options = tree_get(t, instance, "routing-options");
    table->protocols = tree_get(t, instance, "protocols");
    j->n_tables++;
    for (struct tree_node *i = tree_first(list); i != NULL; i = tree_next(i)) {
        union map_value *at = map_at_str(j->unit_tables, with_unit(j, i->word));

        if (at != NULL)
            at->cp = instance->word;
    }
}

static void find_tables(struct junos *j)
{
    struct tree_node *root = &j->t->root;
    struct tree_node *list = tree_get(j->t, root, "routing-instances");
    size_t n = 1;

    for (struct tree_node *i = tree_first(list); i != NULL; i = tree_next(i))
        n++;
    j->tables = ARENA_ARRAY(j->t->arena, n, struct junos_table);
    if (j->tables == NULL)
        return;
    j->tables[j->n_tables++] = (struct junos_table){"", tree_get(j->t, root, "routing-options"),
                                                    tree_get(j->t, root, "protocols")};
    for (struct tree_node *i = tree_first(list); i != NULL; i = tree_next(i))
        add_table(j, i);
}

/** `system management-instance` gives the management port a table of its own. */
static const char *table_of(const struct junos *j, const char *physical, const char *unit)
{
    static const char *const management[] = {"fxp0", "em0", "em1", "me0", "vme"};
    const union map_value *at = map_get_str(j->unit_tables, unit);
    bool apart = tree_get(j->t, &j->t->root, "system management-instance") != NULL;

    if (at != NULL)
        return at->cp;
    for (size_t i = 0; apart && i < sizeof(management) / sizeof(*management); i++) {
        if (strcmp(physical, management[i]) == 0)
            return "mgmt_junos";
    }
    return "";
}

/** One address; a /64 whose host part is the device's is not told. */
static void add_address(struct junos *j, struct junos_unit *u, struct tree_node *n)
{
    struct ifaddr a;

    n->seen = true;
    if (!ifaddr_parse(slice_of(n->word), &a)) {
        if (!addr_parse(slice_of(n->word), &a.addr)) {
            tree_note(&j->notes, n->line, "interfaces: not an address");
            return;
        }
        a.len = (uint8_t)addr_bits(&a.addr);
    }
    if (tree_get(j->t, n, "eui-64") != NULL) {
        tree_note(&j->notes, n->line, "interfaces: eui-64, an address made by the device");
        return;
    }
    u->addrs[u->n_addrs++] = a;
}

static struct tree_node *addresses_of(struct junos *j, struct tree_node *unit, int family)
{
    return tree_get(j->t, unit, family == 4 ? "family inet address" : "family inet6 address");
}

static void read_addresses(struct junos *j, struct junos_unit *u)
{
    size_t n = 0;

    for (int family = 4; family <= 6; family += 2) {
        struct tree_node *list = addresses_of(j, u->node, family);

        for (struct tree_node *c = list != NULL ? list->first : NULL; c != NULL; c = c->next)
            n++;
    }
    u->addrs = ARENA_ARRAY(j->t->arena, n + 1, struct ifaddr);
    for (int family = 4; u->addrs != NULL && family <= 6; family += 2) {
        struct tree_node *list = addresses_of(j, u->node, family);

        for (struct tree_node *c = list != NULL ? list->first : NULL; c != NULL; c = c->next)
            add_address(j, u, c);
    }
}

static bool is_disabled(struct junos *j, struct tree_node *n)
{
    return tree_get(j->t, n, "disable") != NULL;
}

static void add_unit(struct junos *j, struct tree_node *physical, struct tree_node *node)
{
    struct junos_unit *u = ARENA_NEW(j->t->arena, struct junos_unit);
    const char *name = rules_printf(&j->r, "%s.%s", physical->word, node->word);
    union map_value *at = map_at_str(j->units, name);

    if (u == NULL || at == NULL)
        return;
    u->name = name;
    u->table = table_of(j, physical->word, name);
    u->node = node;
    u->physical = physical;
    u->inet = tree_get(j->t, node, "family inet") != NULL;
    u->inet6 = tree_get(j->t, node, "family inet6") != NULL;
    u->iso = tree_get(j->t, node, "family iso") != NULL;
    u->loopback = strcmp(kind_of(physical->word), "loopback") == 0;
    u->down = is_disabled(j, physical) || is_disabled(j, node);
    u->net = tree_value(j->t, node, "family iso address");
    u->speed = FACT_NONE;
    read_addresses(j, u);
    at->p = u;
}

static bool is_name(const struct tree_node *n)
{
    return strncmp(n->word, "apply-", 6) != 0 && strcmp(n->word, "traceoptions") != 0 &&
           strcmp(n->word, "interface-set") != 0;
}

void junos_find_units(struct junos *j)
{
    struct tree_node *list = tree_get(j->t, &j->t->root, "interfaces");

    find_tables(j);
    for (struct tree_node *p = list != NULL ? list->first : NULL; p != NULL; p = p->next) {
        struct tree_node *units = tree_get(j->t, p, "unit");

        if (!is_name(p))
            continue;
        p->seen = true;
        for (struct tree_node *u = tree_first(units); u != NULL; u = tree_next(u))
            add_unit(j, p, u);
    }
}

struct junos_unit *junos_unit(const struct junos *j, const char *name)
{
    const union map_value *at = map_get_str(j->units, name);
    char with[128];

    if (at == NULL && strchr(name, '.') == NULL && strlen(name) < sizeof(with) - 2) {
        snprintf(with, sizeof(with), "%s.0", name);
        at = map_get_str(j->units, with);
    }
    return at != NULL ? at->p : NULL;
}

static const char *parent_of(struct junos *j, struct tree_node *physical)
{
    static const char *const paths[] = {
        "gigether-options 802.3ad",          "ether-options 802.3ad",
        "fastether-options 802.3ad",         "sonet-options aggregate",
        "gigether-options redundant-parent", "ether-options redundant-parent"};
    const char *name = NULL;

    for (size_t i = 0; name == NULL && i < sizeof(paths) / sizeof(*paths); i++)
        name = tree_value(j->t, physical, paths[i]);
    return name;
}

static int64_t own_speed(struct junos *j, struct tree_node *physical)
{
    static const char *const paths[] = {"speed", "gigether-options speed",
                                        "ether-options speed"};
    size_t i = medium(physical->word);
    int64_t bits = FACT_NONE;

    for (size_t k = 0; bits == FACT_NONE && k < sizeof(paths) / sizeof(*paths); k++)
        bits = junos_bits(tree_value(j->t, physical, paths[k]));
    if (bits != FACT_NONE)
        return bits;
    return i < sizeof(media) / sizeof(*media) ? media[i].speed : FACT_NONE;
}

/** What the members that are not switched off have together. */
struct bundle {
    int64_t sum;
    bool unknown; /* that of a member is */
};

static void add_member(struct junos *j, struct tree_node *list, struct tree_node *member)
{
    const char *parent = parent_of(j, member);
    struct tree_node *ae;
    union map_value *at;
    struct bundle *b;
    int64_t bits;

    if (parent == NULL || is_disabled(j, member))
        return;
    at = map_at_str(j->bundles, parent);
    if (at != NULL && at->p == NULL)
        at->p = ARENA_NEW(j->t->arena, struct bundle);
    b = at != NULL ? at->p : NULL;
    ae = tree_find(j->t, list, slice_of(parent));
    bits = junos_bits(tree_value(j->t, ae, "aggregated-ether-options link-speed"));
    if (bits == FACT_NONE)
        bits = own_speed(j, member);
    if (b == NULL)
        return;
    if (bits == FACT_NONE || bits > INT64_MAX - b->sum)
        b->unknown = true;
    else
        b->sum += bits;
}

static int64_t speed_of(struct junos *j, struct tree_node *physical)
{
    const union map_value *at = map_get_str(j->bundles, physical->word);
    const struct bundle *b = at != NULL ? at->cp : NULL;

    if (strcmp(kind_of(physical->word), "aggregate") != 0)
        return own_speed(j, physical);
    return b != NULL && !b->unknown ? b->sum : FACT_NONE;
}

static int64_t mtu_of(struct junos *j, struct tree_node *n, const char *path)
{
    int64_t mtu = tree_number(j->t, n, path, UINT16_MAX);

    return mtu != TREE_NONE ? mtu : FACT_NONE;
}

static void state_physical(struct junos *j, struct tree_node *p, int64_t speed)
{
    struct fact_interface f;

    fact_init(FACT_INTERFACE, &f);
    f.node = j->node;
    f.name = p->word;
    f.table = "";
    f.kind = kind_of(p->word);
    f.up = is_disabled(j, p) ? 0 : FACT_NONE;
    f.speed = speed;
    f.parent = parent_of(j, p);
    f.mtu = mtu_of(j, p, "mtu");
    rules_put(&j->r, FACT_INTERFACE, &f);
}

static const char *unit_kind(struct junos *j, const struct junos_unit *u)
{
    const char *kind = kind_of(u->physical->word);

    if (strcmp(kind, "physical") != 0 && strcmp(kind, "aggregate") != 0)
        return kind;
    if (tree_get(j->t, u->node, "vlan-id") != NULL ||
        tree_get(j->t, u->node, "vlan-tags") != NULL)
        return "vlan";
    return NULL;
}

static void state_unit(struct junos *j, struct junos_unit *u)
{
    int64_t bits = junos_bits(tree_value(j->t, u->node, "bandwidth"));
    struct fact_capacity c;
    struct fact_interface f;

    fact_init(FACT_INTERFACE, &f);
    f.node = j->node;
    f.name = u->name;
    f.table = u->table;
    f.addrs = (struct ifaddrs_list){u->addrs, u->n_addrs};
    f.kind = unit_kind(j, u);
    f.up = u->down ? 0 : FACT_NONE;
    f.speed = u->speed;
    f.parent = u->physical->word;
    f.mtu = mtu_of(j, u->node, "family inet mtu");
    rules_put(&j->r, FACT_INTERFACE, &f);
    if (bits == FACT_NONE)
        return;
    fact_init(FACT_CAPACITY, &c);
    c.node = j->node;
    c.interface = u->name;
    c.bits = bits;
    c.basis = "configured";
    rules_put(&j->r, FACT_CAPACITY, &c);
}

void junos_state_interfaces(struct junos *j)
{
    struct tree_node *list = tree_get(j->t, &j->t->root, "interfaces");

    for (struct tree_node *p = list != NULL ? list->first : NULL; p != NULL; p = p->next)
        add_member(j, list, p);
    for (struct tree_node *p = list != NULL ? list->first : NULL; p != NULL; p = p->next) {
        struct tree_node *units = tree_get(j->t, p, "unit");
        int64_t speed;

        if (!is_name(p))
            continue;
        speed = speed_of(j, p);
        state_physical(j, p, speed);
        for (struct tree_node *n = tree_first(units); n != NULL; n = tree_next(n)) {
            struct junos_unit *u =
                junos_unit(j, rules_printf(&j->r, "%s.%s", p->word, n->word));

            if (u == NULL)
                continue;
            u->speed = speed;
            state_unit(j, u);
        }
    }
}
