/* SPDX-License-Identifier: Apache-2.0 */
/* The blocks of OSPF, OSPFv3 and IS-IS. */
#include <stdio.h>
#include <string.h>

#include "agents/sources/frr/model.h"

enum { PASSIVE = 1, ACTIVE = 2 };

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

struct frr_igp *frr_igp_named(struct frr *c, const char *protocol, const char *process,
                              const char *table)
{
    struct frr_igp *g, **slot;

    for (size_t i = 0; i < c->igps.n; i++) {
        g = c->igps.v[i];
        if (strcmp(g->protocol, protocol) == 0 && strcmp(g->table, table) == 0 &&
            same_text(g->process, process))
            return g;
    }
    if (c->igps.n >= FRR_MAX_INSTANCES) {
        frr_note(c, 0, "too many processes");
        return NULL;
    }
    g = frr_alloc(c, sizeof(*g));
    slot = g != NULL ? PUSH(c, &c->igps) : NULL;
    if (slot == NULL)
        return NULL;
    *g = (struct frr_igp){.protocol = protocol, .process = process, .table = table};
    g->maximum_paths = g->reference_bandwidth = g->level = FACT_NONE;
    g->passive = map_new();
    g->areas = map_new();
    if (g->passive == NULL || g->areas == NULL)
        c->failed = ERR_NOMEM;
    *slot = g;
    return g;
}

void frr_untold(struct frr *c, const char *by, const char *table)
{
    struct frr_igp *g = frr_igp_named(c, by, NULL, table);

    if (g != NULL)
        g->untold = true;
}

/** `router ospf [N] [vrf X]`, `router ospf6 [vrf X]`, `router isis NAME [vrf X]`. */
enum frr_answer frr_open_igp(struct frr *c, const char *protocol, size_t first)
{
    const struct frr_line *l = c->line;
    const char *process = NULL, *table = "";

    for (size_t i = first; i < l->n; i++) {
        if (frr_is(l, i, "vrf"))
            table = frr_table(frr_text(c, ++i));
        else
            process = frr_text(c, i);
    }
    c->context = FRR_SKIP;
    c->igp = frr_igp_named(c, protocol, process, table);
    if (c->igp == NULL)
        return FRR_DONE;
    if (strcmp(protocol, "isis") == 0)
        c->context = FRR_ISIS;
    else
        c->context = strcmp(protocol, "ospf") == 0 ? FRR_OSPF : FRR_OSPF6;
    return FRR_DONE;
}

const char *frr_protocol(struct slice word)
{
    static const char *const same[] = {
        "connected", "static", "ospf",  "isis", "bgp",        "kernel", "rip", "ripng",
        "eigrp",     "babel",  "local", "nhrp", "openfabric", "sharp",  "vnc", "table"};

    for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
        if (slice_eq(word, same[i]))
            return same[i];
    }
    return slice_eq(word, "ospf6") ? "ospf3" : NULL;
}

struct fact_origination *frr_originate(struct frr *c, const char *table, const char *into,
                                       const char *how, int family)
{
    struct fact_origination *o = PUSH(c, &c->originations);

    if (o == NULL)
        return NULL;
    fact_init(FACT_ORIGINATION, o);
    o->table = table;
    o->into = into;
    o->how = how;
    o->family = family;
    return o;
}

void frr_options(struct frr *c, size_t i, struct fact_origination *o)
{
    const struct frr_line *l = c->line;
    const char *name;

    for (; i < l->n; i++) {
        if (frr_is(l, i, "metric")) {
            frr_number(c, ++i, 0, UINT32_MAX, &o->metric);
        } else if (frr_is(l, i, "metric-type")) {
            frr_number(c, ++i, 1, 2, &o->metric_type);
        } else if (frr_is(l, i, "always")) {
            o->import_check = 0;
        } else if (frr_is(l, i, "route-map")) {
            name = frr_text(c, ++i);
            if (name != NULL)
                o->policy = frr_use_map(c, name);
        }
    }
}

/** `redistribute PROTOCOL [N] [options]` and `default-information originate [options]`. */
static bool origination(struct frr *c, int family)
{
    const struct frr_line *l = c->line;
    struct fact_origination *o;
    const char *protocol;

    if (frr_is(l, 0, "redistribute")) {
        protocol = frr_protocol(frr_word(l, 1));
        if (l->negated || protocol == NULL)
            return l->negated;
        o = frr_originate(c, c->igp->table, c->igp->protocol, "redistribute", family);
        if (o != NULL)
            o->protocol = protocol;
    } else if (frr_begins(l, 0, "default-information originate")) {
        if (l->negated)
            return true;
        o = frr_originate(c, c->igp->table, c->igp->protocol, "default", family);
        if (o != NULL)
            o->import_check = 1;
    } else {
        return false;
    }
    if (o != NULL)
        frr_options(c, 2, o);
    return true;
}

/** What OSPF and OSPFv3 have in common. */
static enum frr_answer common(struct frr *c, int family)
{
    const struct frr_line *l = c->line;
    size_t at_id = frr_is(l, 0, "ospf") || frr_is(l, 0, "ospf6") ? 1 : 0;

    if (origination(c, family))
        return FRR_DONE;
    if (frr_is(l, 0, "maximum-paths")) {
        if (!l->negated)
            frr_number(c, 1, 1, 1024, &c->igp->maximum_paths);
        return FRR_DONE;
    }
    if (frr_begins(l, 0, "auto-cost reference-bandwidth")) {
        if (!l->negated)
            frr_number(c, 2, 1, 4294967, &c->igp->reference_bandwidth);
        return FRR_DONE;
    }
    if (frr_is(l, 0, "distance"))
        return frr_note(c, 0, "distances of interior protocols are not followed");
    if (frr_is(l, at_id, "router-id")) {
        if (!l->negated && !addr_parse(frr_word(l, at_id + 1), &c->igp->router_id))
            return frr_note(c, at_id + 1, "not an address");
        return FRR_DONE;
    }
    if (frr_is(l, 0, "area") &&
        (frr_is(l, 2, "stub") || frr_is(l, 2, "nssa") || frr_is(l, 2, "range") ||
         frr_is(l, 2, "virtual-link") || frr_is(l, 2, "filter-list"))) {
        if (!l->negated)
            frr_untold(c, "ospf areas", c->igp->table);
        return frr_note(c, 0, "area types, ranges and virtual links are not followed");
    }
    return FRR_UNKNOWN;
}

static void ospf_network(struct frr *c)
{
    struct frr_area *a;
    struct prefix p;
    const char *area;

    if (c->line->negated)
        return;
    if (!frr_is(c->line, 2, "area") || !prefix_parse_loose(frr_word(c->line, 1), &p) ||
        p.addr.family != 4) {
        frr_note(c, 1, "not a network and its area");
        return;
    }
    area = frr_area(c, 3);
    if (area == NULL) {
        frr_note(c, 3, "not an area");
        return;
    }
    if (c->igp->networks.n >= FRR_MAX_NETWORKS) {
        frr_note(c, 0, "too many networks");
        return;
    }
    a = PUSH(c, &c->igp->networks);
    if (a != NULL)
        *a = (struct frr_area){p, area};
}

static void passive(struct frr *c)
{
    union map_value how = {.u = c->line->negated ? ACTIVE : PASSIVE};
    const char *name = frr_text(c, 1);

    if (name == NULL)
        frr_note(c, 1, "the interface is missing");
    else if (strcmp(name, "default") == 0)
        c->igp->passive_default = !c->line->negated;
    else if (map_set(c->igp->passive, name, strlen(name), how) != 0)
        c->failed = ERR_NOMEM;
}

enum frr_answer frr_ospf(struct frr *c)
{
    const struct frr_line *l = c->line;

    if (frr_is(l, 0, "network"))
        ospf_network(c);
    else if (frr_is(l, 0, "passive-interface"))
        passive(c);
    else
        return common(c, 4);
    return FRR_DONE;
}

enum frr_answer frr_ospf6(struct frr *c)
{
    const struct frr_line *l = c->line;
    union map_value area = {0};
    const char *name;

    if (!frr_is(l, 0, "interface") || !frr_is(l, 2, "area"))
        return common(c, 6);
    if (l->negated)
        return FRR_DONE;
    name = frr_text(c, 1);
    area.cp = frr_area(c, 3);
    if (area.cp == NULL)
        return frr_note(c, 3, "not an area");
    if (map_set(c->igp->areas, name, strlen(name), area) != 0)
        c->failed = ERR_NOMEM;
    return FRR_DONE;
}

/** "49.0001.1921.6800.1001.00": the area address is what stands before six bytes of system and
 * one selector. */
static void isis_net(struct frr *c)
{
    struct slice net = frr_word(c->line, 1);
    size_t digits = 0;

    if (c->line->negated)
        return;
    while (net.n > 0 && digits < 14) {
        net.n--;
        if (net.p[net.n] != '.')
            digits++;
    }
    while (net.n > 0 && net.p[net.n - 1] == '.')
        net.n--;
    if (net.n == 0)
        frr_note(c, 1, "not a network entity title");
    else
        c->igp->area = frr_printf(c, "%.*s", (int)net.n, net.p);
}

/** `redistribute ipv4 connected level-2 [options]`, `default-information originate ipv4 level-2
 * [options]`. */
static enum frr_answer isis_origination(struct frr *c)
{
    const struct frr_line *l = c->line;
    bool redistribute = frr_is(l, 0, "redistribute");
    size_t family_at = redistribute ? 1 : 2;
    struct fact_origination *o;
    const char *protocol = redistribute ? frr_protocol(frr_word(l, 2)) : NULL;
    int family = frr_is(l, family_at, "ipv6") ? 6 : 4;

    if (l->negated)
        return FRR_DONE;
    if (redistribute && protocol == NULL)
        return FRR_UNKNOWN;
    o = frr_originate(c, c->igp->table, "isis", redistribute ? "redistribute" : "default",
                      family);
    if (o == NULL)
        return FRR_DONE;
    o->protocol = protocol;
    if (!redistribute)
        o->import_check = 1;
    frr_options(c, 3, o);
    return FRR_DONE;
}

enum frr_answer frr_isis(struct frr *c)
{
    const struct frr_line *l = c->line;

    if (frr_is(l, 0, "net")) {
        isis_net(c);
    } else if (frr_is(l, 0, "is-type")) {
        c->igp->level = 3;
        if (frr_is(l, 1, "level-1") && !l->negated)
            c->igp->level = 1;
        else if (frr_is(l, 1, "level-2-only") && !l->negated)
            c->igp->level = 2;
    } else if (frr_is(l, 0, "redistribute") ||
               frr_begins(l, 0, "default-information originate")) {
        return isis_origination(c);
    } else if (frr_is(l, 0, "topology")) {
        return frr_note(c, 0, "topologies of their own are not told apart");
    } else {
        return FRR_UNKNOWN;
    }
    return FRR_DONE;
}
