/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nokia SR OS, `info json state router "Base" ...` (MD-CLI):
 *
 *   .../route-table   {"nokia-state:unicast": {"ipv4": {"route": [{ipv4-prefix, protocol,
 * nexthop}]}}}
 *   .../bgp neighbor  {"nokia-state:neighbor": [{ip-address, statistics{session-state, ...}}]}
 *   .../ospf, .../isis  {"nokia-state:ospf": [{area: [{interface: [...]}]}]},
 * {"nokia-state:isis": [...]}
 *   .../bgp rib       see sros_paths.c
 *   .../interface     {"nokia-state:interface": [{interface-name,
 * ipv4{primary{oper-address}}}]}
 *
 * An answer does not say which router instance it is of. Interfaces of routes go by their
 * number of virtual router: 1 is Base; routes of others are left out, because their VPRN has no
 * name here. Prefixes of interfaces have no length in the state, so interfaces are not stated.
 */
#include <stdio.h>
#include <string.h>

#include "agents/sources/lg/dialects.h"
#include "agents/sources/lg/entry.h"
#include "agents/sources/lg/sros_paths.h"

#define BASE 1 /* if-vrtr-id */

/* --- routes --- */

static const char *protocol_of(struct lg *lg, struct slice s)
{
    static const char *const known[][2] = {
        {"local", "connected"}, {"static", "static"},    {"ospf", "ospf"},
        {"ospf3", "ospf"},      {"isis", "isis"},        {"bgp", "bgp"},
        {"bgp-vpn", "bgp"},     {"blackhole", "static"}, {"aggregate", "aggregate"},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (slice_eq(s, known[i][0]))
            return known[i][1];
    }
    return s.n > 0 ? arena_strndup(lg->arena, s.p, s.n) : NULL;
}

/* What an indirect next hop resolves to speaks for it. */
static int read_hops(struct lg *lg, const struct lg_tree *list, struct fact_route *f,
                     bool *elsewhere, struct err *e)
{
    int rc = 0;

    for (const struct lg_tree *n = lg_first_in(list); n != NULL && rc == 0; n = n->next) {
        const struct lg_tree *inner = lg_first_in(lg_get(n, "resolving-nexthop"));
        struct addr hop = {0};
        int64_t router = BASE;

        if (inner != NULL) {
            rc = read_hops(lg, lg_get(n, "resolving-nexthop"), f, elsewhere, e);
            continue;
        }
        rc = lg_get_i64(n, "if-vrtr-id", &router, e);
        *elsewhere |= router != BASE;
        if (rc == 0)
            rc = lg_get_addr(n, "nexthop-ip", &hop, e);
        if (rc == 0)
            rc = lg_add_next_hop(lg, f, &hop, e);
        if (rc == 0 && f->metric == FACT_NONE)
            rc = lg_get_i64(n, "metric", &f->metric, e);
    }
    return rc;
}

static int take_route(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    const char *prefix = lg_get(t, "ipv4-prefix") != NULL ? "ipv4-prefix" : "ipv6-prefix";
    struct slice protocol = lg_text(lg_get(t, "protocol"));
    struct lg *lg = w->lg;
    struct fact_route f;
    bool elsewhere = false;
    int rc;

    lg_route_start(lg, &f, "");
    f.layer = "rib";
    f.best = 1; /* the table has active routes only */
    f.protocol = protocol_of(lg, protocol);
    if (slice_eq(protocol, "blackhole"))
        f.discard = 1;
    rc = lg_get_prefix(t, prefix, &f.prefix, e);
    if (rc == 0)
        rc = lg_get_i64(t, "preference", &f.distance, e);
    if (rc == 0)
        rc = read_hops(lg, lg_get(t, "nexthop"), &f, &elsewhere, e);
    if (rc == 0 && (elsewhere || slice_eq(protocol, "bgp-vpn"))) {
        lg->skips.unnamed++;
        lg_pass(lg, "routes of a router instance that the answer does not name");
        return 0;
    }
    return rc == 0 ? lg_put(lg, FACT_ROUTE, &f, e) : rc;
}

/* --- sessions --- */

static int take_neighbor(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    const struct lg_tree *s = lg_get(t, "statistics");
    struct fact_bgp_session f;
    unsigned families = 0;
    int rc;

    lg_session_start(w->lg, &f, "");
    lg_session_state(&f, lg_text(lg_get(s, "session-state")));
    for (const struct lg_tree *n = lg_first_in(lg_get(s, "negotiated-family")); n != NULL;
         n = n->next)
        lg_add_family(w->lg, lg_text(n), &families);
    rc = lg_get_addr(t, "ip-address", &f.peer_addr, e);
    if (rc == 0)
        rc = lg_get_addr(s, "operational-local-address", &f.local_addr, e);
    if (rc == 0 && !addr_is_set(&f.peer_addr))
        return lg_tree_fail(t, e, ERR_SCHEMA, "ip-address is missing");
    return rc == 0 ? lg_put_session(w->lg, &f, families, e) : rc;
}

/* --- IGPs --- */

static int put_ospf(struct lg *lg, const struct lg_tree *t, const char *area, struct err *e)
{
    struct slice type = lg_text(lg_get(t, "type"));
    struct fact_igp f;
    int rc;

    fact_init(FACT_IGP, &f);
    f.node = lg->node;
    f.interface = lg_str(lg, t, "interface-name");
    f.table = "";
    f.protocol = "ospf";
    f.family = 4;
    f.area = area;
    if (slice_eq(type, "point-to-point") || slice_eq(type, "broadcast"))
        f.network = lg_str(lg, t, "type");
    rc = lg_get_i64(t, "oper-metric", &f.metric, e);
    if (rc == 0 && f.metric != FACT_NONE)
        rc = lg_put(lg, FACT_IGP, &f, e);
    for (const struct lg_tree *n = lg_first_in(lg_get(t, "neighbor")); n != NULL && rc == 0;
         n = n->next) {
        if (slice_eq(lg_text(lg_get(n, "oper-state")), "full"))
            rc = lg_put_link(lg, f.interface, lg_str(lg, n, "router-id"), "ospf", e);
    }
    return rc;
}

static int take_ospf_area(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct slice id = lg_text(lg_get(t, "area-id"));
    const char *area = NULL;
    int rc = lg_ospf_area(w->lg, id, &area, e);

    for (const struct lg_tree *i = lg_first_in(lg_get(t, "interface")); i != NULL && rc == 0;
         i = i->next)
        rc = put_ospf(w->lg, i, area, e);
    return rc;
}

/* IS-IS carries IPv6 where a neighbour has an address of it; the metric is there anyway. */
static bool has_ipv6(const struct lg_tree *interface)
{
    for (const struct lg_tree *a = lg_first_in(lg_get(interface, "adjacency")); a != NULL;
         a = a->next) {
        struct addr addr;

        if (addr_parse(lg_text(lg_get(a, "neighbor/ipv6")), &addr) && !lg_is_unspecified(&addr))
            return true;
    }
    return false;
}

/* One level of an interface; a metric of "none" is no part in it. */
static int put_isis(struct lg *lg, const struct lg_tree *t, const struct lg_tree *interface,
                    struct err *e)
{
    static const struct {
        const char *path;
        int family;
    } metrics[] = {{"oper-metric/ipv4-unicast", 4}, {"oper-metric/ipv6-unicast", 6}};
    int64_t level = FACT_NONE;
    int rc = lg_get_i64(t, "level-number", &level, e);

    for (size_t i = 0; i < sizeof(metrics) / sizeof(*metrics) && rc == 0; i++) {
        struct slice s = lg_text(lg_get(t, metrics[i].path));
        struct fact_igp f;
        uint64_t v;

        if (!slice_u64(s, INT32_MAX, &v) || (metrics[i].family == 6 && !has_ipv6(interface)))
            continue;
        fact_init(FACT_IGP, &f);
        f.node = lg->node;
        f.interface = lg_str(lg, interface, "interface-name");
        f.table = "";
        f.protocol = "isis";
        f.family = metrics[i].family;
        f.level = level;
        f.metric = (int64_t)v;
        rc = lg_put(lg, FACT_IGP, &f, e);
    }
    return rc;
}

/* "0x010010000003" is 0100.1000.0003, as all others write it. */
static const char *system_id(struct lg *lg, const struct lg_tree *adjacency)
{
    struct slice s = lg_text(lg_get(adjacency, "neighbor/system-id"));
    char id[16];

    if (!slice_starts(s, "0x") || s.n != 14)
        return lg_str(lg, adjacency, "neighbor/system-id");
    snprintf(id, sizeof(id), "%.4s.%.4s.%.4s", s.p + 2, s.p + 6, s.p + 10);
    return arena_strdup(lg->arena, id);
}

/* A level without adjacencies is not stated: the interface may be configured for the other one
 * only. */
static int take_isis(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    const char *name = lg_str(w->lg, t, "interface-name");
    int rc = 0;

    for (const struct lg_tree *l = lg_first_in(lg_get(t, "level")); l != NULL && rc == 0;
         l = l->next) {
        int64_t n = 0;

        rc = lg_get_i64(l, "adjacencies-number", &n, e);
        if (rc == 0 && n > 0)
            rc = put_isis(w->lg, l, t, e);
    }
    for (const struct lg_tree *a = lg_first_in(lg_get(t, "adjacency")); a != NULL && rc == 0;
         a = a->next) {
        const char *host = lg_str(w->lg, a, "neighbor/host-name");

        if (slice_eq(lg_text(lg_get(a, "oper-state")), "up"))
            rc = lg_put_link(w->lg, name, host != NULL ? host : system_id(w->lg, a), "isis", e);
    }
    return rc;
}

/* They stand before the routes, which have more to say. */
static int pass_counters(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    (void)w;
    (void)t;
    (void)e;
    return 0;
}

static int pass_paths(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    (void)t;
    (void)e;
    lg_pass(w->lg, "paths of BGP without their attributes; `show router bgp routes` has both");
    return 0;
}

static int pass_interfaces(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    (void)t;
    (void)e;
    lg_pass(w->lg, "interfaces without the lengths of their prefixes; `show router interface` "
                   "has them");
    return 0;
}

static const struct lg_rule rules[] = {
    {"nokia-state:unicast/ipv4/route/*", take_route},
    {"nokia-state:unicast/ipv6/route/*", take_route},
    {"nokia-state:unicast/*/statistics", pass_counters},
    {"nokia-state:neighbor/*", take_neighbor},
    {"nokia-state:ospf/*/area/*", take_ospf_area},
    {"nokia-state:isis/*/interface/*", take_isis},
    {"nokia-state:interface", pass_interfaces},
    {"nokia-state:ipv4-unicast/*", pass_paths},
    {"nokia-state:oper-name", lg_take_nothing},
    {NULL, NULL},
};

static int parse(struct lg *lg, struct slice text, struct err *e)
{
    struct lg_walk w = {.lg = lg, .rules = rules};
    struct slice s = slice_trim(text);

    /* Something that is not there is told as an empty object or a line. */
    if (s.n > 0 && s.p[0] != '{')
        return err_set(e, ERR_REMOTE, "the router refuses: %.*s", (int)(s.n < 200 ? s.n : 200),
                       s.p);
    return sros_has_sets(text) ? sros_parse_paths(lg, text, e) : lg_walk_text(&w, text, e);
}

static int likeness(const struct agent_file *f)
{
    static const char *const marks[] = {
        "nokia-state:unicast", "nokia-state:neighbor",  "nokia-state:ospf",
        "nokia-state:isis",    "nokia-state:interface", "nokia-state:ipv4-unicast",
        "nokia-state:system",  "nokia-state:oper-name", NULL};

    return lg_marks(f->text, marks) != 0 ? 95 : 0;
}

static const char *const requests[] = {
    "router \"Base\" route-table", "router \"Base\" bgp neighbor", "router \"Base\" bgp rib",
    "router \"Base\" ospf",        "router \"Base\" isis",         NULL};
static const struct lg_form form = {parse, "sros", requests};

const struct agent_dialect lg_dialect_sros_json = {
    .name = "sros-json",
    .summary = "Nokia SR OS, `info json state router ...`: routes, BGP paths and neighbours, "
               "OSPF, IS-IS",
    .likeness = likeness,
    .read = lg_read_file,
    .parser = &form,
};
