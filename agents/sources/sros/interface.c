/* SPDX-License-Identifier: Apache-2.0 */
/* Ports, link aggregation groups, and the interfaces of routers and services. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/sros/model.h"

#define GIGABIT INT64_C(1000000000)

/** A port or a LAG. */
struct sros_port {
    const char *parent;    /* the LAG that it is a member of */
    int64_t speed;         /* FACT_NONE: unknown */
    bool up, lag, unknown; /* unknown: of a member */
};

bool sros_enabled(const struct sros *s, struct tree_node *n, bool otherwise)
{
    const char *word = tree_value(s->t, n, "admin-state");

    return word != NULL ? strcmp(word, "enable") == 0 : otherwise;
}

bool sros_true(const struct sros *s, struct tree_node *n, const char *path)
{
    struct tree_node *at = tree_get(s->t, n, path);
    const char *word = tree_value(s->t, n, path);

    return at != NULL && (word == NULL || strcmp(word, "false") != 0);
}

/* ---- ports */

static struct sros_port *port_at(struct sros *s, const char *name)
{
    union map_value *at = map_at_str(s->ports, name);

    if (at == NULL)
        return NULL;
    if (at->p == NULL) {
        struct sros_port *p = ARENA_NEW(s->t->arena, struct sros_port);

        if (p != NULL)
            *p = (struct sros_port){.speed = FACT_NONE};
        at->p = p;
    }
    return at->p;
}

static const struct sros_port *port_named(const struct sros *s, const char *name)
{
    const union map_value *at = name != NULL ? map_get_str(s->ports, name) : NULL;

    return at != NULL ? at->cp : NULL;
}

/** "c4-10g": four ports of 10 Gb/s each. */
static int64_t breakout_speed(const char *word)
{
    const char *dash = word != NULL ? strchr(word, '-') : NULL;
    unsigned long n;
    char *end;

    if (dash == NULL)
        return FACT_NONE;
    n = strtoul(dash + 1, &end, 10);
    return end > dash + 1 && *end == 'g' && n > 0 && n <= 10000 ? (int64_t)n * GIGABIT
                                                                : FACT_NONE;
}

/** The port's own speed, or what its connector ("1/1/c1" of "1/1/c1/2") is broken out into. */
static int64_t port_speed(struct sros *s, struct tree_node *ports, struct tree_node *port)
{
    int64_t mega = tree_number(s->t, port, "ethernet speed", 10000000);
    const char *slash = strrchr(port->word, '/');
    struct tree_node *connector = NULL;

    if (mega != TREE_NONE && mega > 0)
        return mega * 1000000;
    if (slash != NULL)
        connector =
            tree_find(s->t, ports, (struct slice){port->word, (size_t)(slash - port->word)});
    return breakout_speed(tree_value(s->t, connector, "connector breakout"));
}

static void find_ports(struct sros *s)
{
    struct tree_node *list = tree_get(s->t, s->root, "port");

    for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n)) {
        struct sros_port *p = NULL;

        if (tree_get(s->t, n, "connector") == NULL)
            p = port_at(s, n->word);
        if (p == NULL)
            continue;
        p->up = sros_enabled(s, n, false);
        p->speed = port_speed(s, list, n);
    }
}

static void add_member(struct sros *s, struct sros_port *lag, const char *name,
                       const char *member)
{
    struct sros_port *p = port_at(s, member);

    if (p == NULL)
        return;
    p->parent = name;
    if (!p->up)
        return;
    if (p->speed == FACT_NONE)
        lag->unknown = true;
    else
        lag->speed = (lag->speed == FACT_NONE ? 0 : lag->speed) + p->speed;
}

/** `lag "lag-1" { port 1/1/c1/1 { } }`; older releases have plain numbers. */
static void find_lags(struct sros *s)
{
    struct tree_node *list = tree_get(s->t, s->root, "lag");

    for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n)) {
        bool number = strspn(n->word, "0123456789") == strlen(n->word);
        const char *name = number ? rules_printf(&s->r, "lag-%s", n->word) : n->word;
        struct tree_node *members = tree_get(s->t, n, "port");
        struct sros_port *lag = port_at(s, name);

        if (lag == NULL)
            continue;
        lag->lag = true;
        lag->up = sros_enabled(s, n, false);
        for (struct tree_node *m = tree_first(members); m != NULL; m = tree_next(m))
            add_member(s, lag, name, m->word);
        if (lag->unknown)
            lag->speed = FACT_NONE;
    }
}

static void state_ports(struct sros *s)
{
    for (size_t i = 0; i < map_count(s->ports); i++) {
        const struct map_entry *e = map_entry(s->ports, i);
        const struct sros_port *p = e->value.cp;
        struct fact_interface f;

        if (p == NULL)
            continue;
        fact_init(FACT_INTERFACE, &f);
        f.node = s->node;
        f.name = e->key;
        f.table = "";
        f.kind = p->lag ? "aggregate" : "physical";
        f.up = p->up ? FACT_NONE : 0;
        f.speed = p->speed;
        f.parent = p->parent;
        rules_put(&s->r, FACT_INTERFACE, &f);
    }
}

/* ---- interfaces */

static void add_address(struct sros *s, struct sros_interface *i, const char *word, int64_t len,
                        size_t line)
{
    struct ifaddr a;
    struct ifaddr *v;

    if (word == NULL || !addr_parse(slice_of(word), &a.addr) || len < 0 ||
        len > (int64_t)addr_bits(&a.addr)) {
        tree_note(&s->notes, line, "interface: an address without its prefix length");
        return;
    }
    a.len = (uint8_t)len;
    if ((i->n_addrs & (i->n_addrs - 1)) == 0) {
        v = ARENA_ARRAY(s->t->arena, i->n_addrs > 0 ? 2 * i->n_addrs : 1, struct ifaddr);
        if (v == NULL)
            return;
        if (i->n_addrs > 0)
            memcpy(v, i->addrs, i->n_addrs * sizeof(*v));
        i->addrs = v;
    }
    i->addrs[i->n_addrs++] = a;
}

/** `primary { address A; prefix-length L }`, or both on one line. */
static void read_primary(struct sros *s, struct sros_interface *i, struct tree_node *primary)
{
    struct tree_node *address = tree_get(s->t, primary, "address");
    int64_t len = tree_number(s->t, primary, "prefix-length", 128);

    if (address == NULL || address->first == NULL)
        return;
    if (len == TREE_NONE)
        len = tree_number(s->t, tree_first(address), "prefix-length", 128);
    add_address(s, i, tree_first(address)->word, len, address->line);
}

static void read_addresses(struct sros *s, struct sros_interface *i)
{
    struct tree_node *list = tree_get(s->t, i->node, "ipv4 secondary");

    read_primary(s, i, tree_get(s->t, i->node, "ipv4 primary"));
    for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n))
        add_address(s, i, n->word, tree_number(s->t, n, "prefix-length", 32), n->line);
    list = tree_get(s->t, i->node, "ipv6 address");
    for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n))
        add_address(s, i, n->word, tree_number(s->t, n, "prefix-length", 128), n->line);
}

/** "1/1/c1/1:100" and "lag-1:10.20": a port and its VLANs. */
static void read_port(struct sros *s, struct sros_interface *i)
{
    const char *word = tree_value(s->t, i->node, "port"), *colon;
    const struct sros_port *p;

    if (word == NULL)
        word = tree_value(s->t, i->node, "sap");
    if (word == NULL)
        return;
    colon = strchr(word, ':');
    i->port = colon != NULL ? rules_printf(&s->r, "%.*s", (int)(colon - word), word) : word;
    i->vlan = colon != NULL && strcmp(colon, ":0") != 0;
    p = port_named(s, i->port);
    if (p == NULL)
        return;
    i->speed = p->speed;
    if (!p->up)
        i->up = 0;
}

static void add_interface(struct sros *s, const struct sros_table *table, struct tree_node *n)
{
    struct sros_interface *i = ARENA_NEW(s->t->arena, struct sros_interface);
    union map_value *at =
        map_at_str(s->interfaces, rules_printf(&s->r, "%s %s", table->name, n->word));

    if (i == NULL || at == NULL)
        return;
    i->name = n->word;
    i->table = table->name;
    i->node = n;
    i->up = sros_enabled(s, n, true) && !table->off ? -1 : 0;
    i->speed = FACT_NONE;
    i->inet = tree_get(s->t, n, "ipv4") != NULL;
    i->inet6 = tree_get(s->t, n, "ipv6") != NULL;
    i->loopback = sros_true(s, n, "loopback") ||
                  (table->name[0] == '\0' && strcmp(n->word, "system") == 0);
    read_port(s, i);
    read_addresses(s, i);
    at->p = i;
}

static void add_table(struct sros *s, const char *name, struct tree_node *node, bool off)
{
    if (node == NULL)
        return;
    if (s->n_tables == SROS_MAX_TABLES) {
        tree_note(&s->notes, node->line, "service: more services than can be taken");
        return;
    }
    s->tables[s->n_tables++] = (struct sros_table){name, node, off};
}

static void find_tables(struct sros *s)
{
    struct tree_node *routers = tree_get(s->t, s->root, "router");
    struct tree_node *vprns = tree_get(s->t, s->root, "service vprn");

    s->tables = ARENA_ARRAY(s->t->arena, SROS_MAX_TABLES, struct sros_table);
    if (s->tables == NULL)
        return;
    add_table(s, "", tree_get(s->t, routers, "Base"), false);
    if (tree_get(s->t, routers, "interface") != NULL) /* "Base" may be left out */
        add_table(s, "", routers, false);
    add_table(s, "management", tree_get(s->t, routers, "management"), false);
    for (struct tree_node *n = tree_first(vprns); n != NULL; n = tree_next(n)) {
        const char *name = tree_value(s->t, n, "service-name"); /* of the classic CLI */

        add_table(s, name != NULL ? name : n->word, n, !sros_enabled(s, n, false));
    }
}

/** Interfaces of IES services are the base router's. */
static void find_service_interfaces(struct sros *s)
{
    struct tree_node *list = tree_get(s->t, s->root, "service ies");

    for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n)) {
        struct sros_table base = {"", n, !sros_enabled(s, n, false)};
        struct tree_node *interfaces = tree_get(s->t, n, "interface");

        for (struct tree_node *i = tree_first(interfaces); i != NULL; i = tree_next(i))
            add_interface(s, &base, i);
    }
}

void sros_find_interfaces(struct sros *s)
{
    find_ports(s);
    find_lags(s);
    find_tables(s);
    for (size_t t = 0; t < s->n_tables; t++) {
        struct tree_node *list = tree_get(s->t, s->tables[t].node, "interface");

        for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n))
            add_interface(s, &s->tables[t], n);
    }
    find_service_interfaces(s);
}

struct sros_interface *sros_interface(const struct sros *s, const char *table, const char *name)
{
    const union map_value *at;
    char key[512];
    int n = snprintf(key, sizeof(key), "%s %s", table, name);

    if (n < 0 || (size_t)n >= sizeof(key))
        return NULL;
    at = map_get_str(s->interfaces, key);
    return at != NULL ? at->p : NULL;
}

void sros_state_interfaces(struct sros *s)
{
    state_ports(s);
    for (size_t k = 0; k < map_count(s->interfaces); k++) {
        const struct sros_interface *i = map_entry(s->interfaces, k)->value.cp;
        struct fact_interface f;

        if (i == NULL)
            continue;
        fact_init(FACT_INTERFACE, &f);
        f.node = s->node;
        f.name = i->name;
        f.table = i->table;
        f.addrs = (struct ifaddrs_list){i->addrs, i->n_addrs};
        f.kind = i->loopback ? "loopback" : i->vlan ? "vlan" : NULL;
        if (tree_get(s->t, i->node, "spoke-sdp") != NULL)
            f.kind = "tunnel";
        f.up = i->up == 0 ? 0 : FACT_NONE;
        f.speed = i->speed;
        f.parent = i->port;
        rules_put(&s->r, FACT_INTERFACE, &f);
    }
}
