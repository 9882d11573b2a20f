/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arista EOS, `show ... | json`, plain or in eAPI's envelope {"jsonrpc", "result":
 * [ANSWER...]}:
 *
 *   show ip|ipv6 bgp [vrf all]       {"vrfs": {VRF: {asn, routerId, "bgpRouteEntries": {PREFIX:
 * ...}}}} show ip|ipv6 route [vrf all]     {"vrfs": {VRF: {"routes": {PREFIX: ...}}}} show ip
 * bgp neighbors | summary  {"vrfs": {VRF: {"peerList": [...]}}}, {"peers": {ADDRESS: ...}} show
 * ip ospf neighbor            {"vrfs": {VRF: {"instList": {N: {"ospfNeighborEntries":
 * [...]}}}}} show isis neighbors              {"vrfs": {VRF: {"isisInstances": {N:
 * {"neighbors": {...}}}}}} show interfaces                  {"interfaces": {NAME: ...}}
 */
#include <stdio.h>
#include <string.h>

#include "agents/sources/lg/dialects.h"
#include "agents/sources/lg/entry.h"
#include "agents/sources/lg/text.h"

/* The VRF that the walk is in: the name behind "vrfs". */
static const char *vrf_of(const struct lg_walk *w)
{
    for (size_t i = 0; i + 1 < w->depth; i++) {
        if (strcmp(w->names[i], "vrfs") == 0)
            return strcmp(w->names[i + 1], "default") == 0 ? "" : w->names[i + 1];
    }
    return "";
}

static int name_as_prefix(const struct lg_walk *w, const struct lg_tree *t, struct prefix *out,
                          struct err *e)
{
    if (prefix_parse(slice_of(w->names[w->depth - 1]), out))
        return 0;
    return lg_tree_fail(t, e, ERR_SCHEMA, "\"%.60s\" is no prefix", w->names[w->depth - 1]);
}

/* "192.0.2.1", "fe80::1%Et3": a link-local address has its interface behind it. False: it is
 * none. */
static bool read_zoned(struct lg *lg, struct slice s, struct addr *a, const char **interface)
{
    const char *zone = s.n > 0 ? memchr(s.p, '%', s.n) : NULL;
    char whole[LG_MAX_NAME + 1] = "";

    if (zone != NULL) {
        lg_whole_name("eos", (struct slice){zone + 1, s.n - (size_t)(zone + 1 - s.p)}, whole);
        s.n = (size_t)(zone - s.p);
    }
    return addr_parse(s, a) &&
           (whole[0] == '\0' || lg_copy(lg, slice_of(whole), interface, NULL) == 0);
}

/* --- BGP table --- */

/* "65002 65003 i", "(65001) 65002 ?": in the plain form of the table the origin ends the path.
 */
static int read_as_path(struct lg *lg, const struct lg_tree *t, struct fact_route *f,
                        struct err *e)
{
    struct slice s = lg_text(lg_get(t, "asPathEntry/asPath"));
    struct slice type = lg_text(lg_get(t, "asPathEntry/asPathType"));

    if (s.n > 0 && strchr("ie?", s.p[s.n - 1]) != NULL) {
        f->bgp_origin = lg_origin((struct slice){s.p + s.n - 1, 1});
        s.n--;
    }
    if (slice_eq(type, "External"))
        f->external = 1;
    else if (slice_eq(type, "Internal") || slice_starts(type, "Confed"))
        f->external = 0;
    return lg_as_path(lg, slice_trim(s), &f->as_path, e);
}

static int read_numbers(struct lg *lg, const struct lg_tree *t, struct fact_route *f,
                        struct err *e)
{
    struct slice peer = lg_text(lg_get(t, "peerEntry/peerAddr"));
    const char *interface = NULL;
    int rc = lg_get_i64(t, "med", &f->med, e);

    if (rc == 0)
        rc = lg_get_i64(t, "localPreference", &f->local_pref, e);
    if (rc == 0)
        rc = lg_get_i64(t, "weight", &f->weight, e);
    if (rc == 0)
        rc = lg_get_addr(t, "peerEntry/peerRouterId", &f->peer_router_id, e);
    if (rc == 0 && peer.n > 0 && !read_zoned(lg, peer, &f->peer, &interface))
        rc = lg_tree_fail(t, e, ERR_SCHEMA, "peerEntry/peerAddr: \"%.*s\" is no address",
                          (int)(peer.n < 60 ? peer.n : 60), peer.p);
    if (lg_is_unspecified(&f->peer))
        f->peer = (struct addr){0};
    if (!addr_is_set(&f->peer))
        f->peer_router_id = (struct addr){0};
    return rc;
}

static int read_hop(struct lg *lg, const struct lg_tree *t, struct fact_route *f, struct err *e)
{
    struct slice s = lg_text(lg_get(t, "nextHop"));
    const char *interface = NULL;
    struct addr hop = {0};

    if (memchr(s.p, '%', s.n) == NULL)
        return lg_hop_from(lg, f, t, "nextHop", e);
    if (!read_zoned(lg, s, &hop, &interface))
        return lg_tree_fail(t, e, ERR_SCHEMA, "nextHop: \"%.*s\" is no address",
                            (int)(s.n < 60 ? s.n : 60), s.p);
    return lg_add_hop(lg, f, &hop, interface, e);
}

static int read_details(struct lg *lg, const struct lg_tree *t, struct fact_route *f,
                        struct err *e)
{
    const char *origin = lg_origin(lg_text(lg_get(t, "routeType/origin")));
    struct slice reason = lg_text(lg_get(t, "reasonNotBestpath"));
    int rc;

    if (origin != NULL)
        f->bgp_origin = origin;
    if (reason.n > 0 && !slice_eq(reason, "noReason"))
        f->reason = arena_strndup(lg->arena, reason.p, reason.n);
    rc = read_hop(lg, t, f, e);
    if (rc == 0)
        rc = lg_communities_from(lg, f, t, "routeDetail/communityList", e);
    if (rc == 0)
        rc = lg_communities_from(lg, f, t, "routeDetail/largeCommunityList", e);
    lg_skip_extended(lg, t, "routeDetail/extCommunityList");
    return rc;
}

static bool is_equal(const struct lg_tree *path)
{
    return lg_is(path, "routeType/ecmp") || lg_is(path, "routeType/ecmpHead");
}

/* Equal paths forward as well as the active one if that is one of them: others are equal among
 * themselves, but worse. */
static bool group_is_active(const struct lg_tree *entry)
{
    const struct lg_tree *path = lg_first_in(lg_get(entry, "bgpRoutePaths"));

    while (path != NULL && !lg_is(path, "routeType/active"))
        path = path->next;
    return path != NULL && is_equal(path);
}

struct network {
    struct prefix prefix;
    bool equal; /* the active path is one of several equal ones */
};

static int put_path(struct lg_walk *w, const struct lg_tree *t, const struct network *n,
                    struct err *e)
{
    struct lg *lg = w->lg;
    const struct lg_tree *valid = lg_get(t, "routeType/valid");
    struct fact_route f;
    int rc;

    if (valid != NULL && valid->type == JREAD_FALSE) {
        if (lg->skips.invalid++ == 0)
            prefix_format(&n->prefix, lg->skips.first);
        return 0;
    }
    lg_route_start(lg, &f, vrf_of(w));
    f.prefix = n->prefix;
    f.best = lg_is(t, "routeType/active") || (n->equal && is_equal(t));
    rc = read_as_path(lg, t, &f, e);
    if (rc == 0)
        rc = read_numbers(lg, t, &f, e);
    if (rc == 0)
        rc = read_details(lg, t, &f, e);
    return rc == 0 ? lg_put(lg, FACT_ROUTE, &f, e) : rc;
}

static int take_bgp(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct network n = {.equal = group_is_active(t)};
    int rc = name_as_prefix(w, t, &n.prefix, e);

    for (const struct lg_tree *path = lg_first_in(lg_get(t, "bgpRoutePaths"));
         path != NULL && rc == 0; path = path->next)
        rc = put_path(w, path, &n, e);
    return rc;
}

static int take_asn(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    return lg_instance_from(w->lg, vrf_of(w), t, NULL, e);
}

static int take_router_id(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    return lg_instance_from(w->lg, vrf_of(w), NULL, t, e);
}

static int pass_evpn(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    (void)t;
    (void)e;
    w->lg->skips.foreign++;
    lg_pass(w->lg, "EVPN routes");
    return 0;
}

/* --- routing table --- */

static const char *protocol_of(struct slice type)
{
    static const char *const known[][2] = {
        {"connected", "connected"},
        {"static", "static"},
        {"ospf", "ospf"},
        {"OSPF", "ospf"},
        {"isis", "isis"},
        {"bgpAggregate", "aggregate"},
        {"iBGP", "bgp"},
        {"eBGP", "bgp"},
        {"bgp", "bgp"},
        {"BGP", "bgp"},
        {"aggregate", "aggregate"},
        {"kernel", "kernel"},
        {"receive", "local"},
        {"attached", "connected"},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (slice_starts(type, known[i][0]))
            return known[i][1];
    }
    return NULL;
}

static int read_vias(struct lg *lg, const struct lg_tree *t, struct fact_route *f,
                     struct err *e)
{
    int rc = 0;

    for (const struct lg_tree *v = lg_first_in(lg_get(t, "vias")); v != NULL && rc == 0;
         v = v->next) {
        struct addr hop = {0};
        const char *interface = lg_str(lg, v, "interface");

        lg->skips.tunnels += lg_get(v, "vtepAddr") != NULL;
        rc = lg_get_addr(v, "nexthopAddr", &hop, e);
        if (rc == 0 && (addr_is_set(&hop) || interface != NULL))
            rc = lg_add_hop(lg, f, &hop, interface, e);
    }
    return rc;
}

static int take_route(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct lg *lg = w->lg;
    struct slice type = lg_text(lg_get(t, "routeType"));
    struct slice action = lg_text(lg_get(t, "routeAction"));
    struct fact_route f;
    int rc;

    lg_route_start(lg, &f, vrf_of(w));
    f.layer = "rib";
    f.protocol = protocol_of(type);
    if (f.protocol == NULL && type.n > 0)
        f.protocol = arena_strndup(lg->arena, type.p, type.n);
    f.best = lg_get(t, "hardwareProgrammed") == NULL || lg_is(t, "hardwareProgrammed") ||
             lg_is(t, "kernelProgrammed");
    if (slice_eq(action, "drop"))
        f.discard = 1;
    rc = name_as_prefix(w, t, &f.prefix, e);
    if (rc == 0)
        rc = lg_get_i64(t, "preference", &f.distance, e);
    if (rc == 0)
        rc = lg_get_i64(t, "metric", &f.metric, e);
    if (rc == 0)
        rc = read_vias(lg, t, &f, e);
    return rc == 0 ? lg_put(lg, FACT_ROUTE, &f, e) : rc;
}

/* --- sessions --- */

static int put_peer(struct lg_walk *w, const struct lg_tree *t, struct fact_bgp_session *f,
                    unsigned families, struct err *e)
{
    const char *as = lg_get(t, "asn") != NULL ? "asn" : "peerAsn";
    struct slice state = lg_text(lg_get(t, lg_get(t, "state") != NULL ? "state" : "peerState"));
    int rc = lg_peer_asn(t, as, &f->peer_asn, e);

    lg_session_state(f, state);
    if (lg_is(t, "adminShutDown"))
        f->shutdown = 1;
    return rc == 0 ? lg_put_session(w->lg, f, families, e) : rc;
}

static void read_families(struct lg *lg, const struct lg_tree *t, unsigned *families)
{
    const struct lg_tree *caps = lg_get(t, "neighborCapabilities/multiprotocolCaps");

    for (caps = lg_first_in(caps); caps != NULL; caps = caps->next) {
        if (lg_is(caps, "enabled"))
            lg_add_family(lg, slice_of(caps->key), families);
    }
}

/* A peer may be an interface alone. */
static bool read_peer(struct lg *lg, struct slice s, struct fact_bgp_session *f)
{
    return read_zoned(lg, s, &f->peer_addr, &f->local_interface);
}

static int take_peer(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct slice peer = lg_text(lg_get(t, "peerAddress"));
    struct fact_bgp_session f;
    unsigned families = 0;
    int rc;

    lg_session_start(w->lg, &f, vrf_of(w));
    read_families(w->lg, t, &families);
    if (peer.n > 0 && !read_peer(w->lg, peer, &f))
        return lg_tree_fail(t, e, ERR_SCHEMA, "peerAddress is no address");
    rc = lg_get_asn(t, "localAsn", &f.local_asn, e);
    if (rc == 0)
        rc = lg_get_addr(t, "updateSource", &f.local_addr, e);
    return rc == 0 ? put_peer(w, t, &f, families, e) : rc;
}

static int take_summary(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    const char *name = w->names[w->depth - 1];
    struct fact_bgp_session f;

    lg_session_start(w->lg, &f, vrf_of(w));
    if (!read_peer(w->lg, slice_of(name), &f))
        f.local_interface = name;
    return put_peer(w, t, &f, 0, e);
}

/* --- neighbours --- */

static struct slice unquoted(struct slice s)
{
    return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? (struct slice){s.p + 1, s.n - 2}
                                                            : s;
}

static int take_ospf(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    const char *far = lg_str(w->lg, t, "routerId");

    if (far == NULL)
        return lg_tree_fail(t, e, ERR_SCHEMA, "routerId is missing");
    if (!slice_eq(lg_text(lg_get(t, "adjacencyState")), "full"))
        return 0;
    return lg_put_link(w->lg, lg_str(w->lg, t, "interfaceName"), far, "ospf", e);
}

static int take_isis(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    const char *system = w->names[w->depth - 1];
    int rc = 0;

    for (const struct lg_tree *a = lg_first_in(lg_get(t, "adjacencies")); a != NULL && rc == 0;
         a = a->next) {
        const char *host = lg_str(w->lg, a, "hostname");

        if (slice_eq(lg_text(lg_get(a, "state")), "up"))
            rc = lg_put_link(w->lg, lg_str(w->lg, a, "interfaceName"),
                             host != NULL ? host : system, "isis", e);
    }
    return rc;
}

/* One of the neighbours in full; newer releases have the port without quotation marks as well.
 */
static int put_lldp(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct slice id = lg_text(lg_get(t, "neighborInterfaceInfo/interfaceId_v2"));
    struct fact_link f;

    fact_init(FACT_LINK, &f);
    f.a_node = w->lg->node;
    f.a_interface = w->names[w->depth - 1];
    f.b_node = lg_str(w->lg, t, "systemName");
    f.protocol = "lldp";
    if (id.n == 0)
        id = unquoted(lg_text(lg_get(t, "neighborInterfaceInfo/interfaceId")));
    if (f.b_node == NULL)
        return 0;
    if (id.n > 0 && lg_copy(w->lg, id, &f.b_interface, e) < 0)
        return e->code;
    return lg_put(w->lg, FACT_LINK, &f, e);
}

static int take_lldp(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    const struct lg_tree *full = lg_get(t, "lldpNeighborInfo");
    struct fact_link f;
    int rc = 0;

    for (const struct lg_tree *n = lg_first_in(full); n != NULL && rc == 0; n = n->next)
        rc = put_lldp(w, n, e);
    if (full != NULL)
        return rc;
    fact_init(FACT_LINK, &f);
    f.a_node = w->lg->node;
    f.a_interface = lg_str(w->lg, t, "port");
    f.b_node = lg_str(w->lg, t, "neighborDevice");
    f.b_interface = lg_str(w->lg, t, "neighborPort");
    f.protocol = "lldp";
    return f.b_node != NULL ? lg_put(w->lg, FACT_LINK, &f, e) : 0;
}

/* --- interfaces --- */

static int add_address(struct lg *lg, const struct lg_tree *t, struct fact_interface *f,
                       struct err *e)
{
    struct ifaddr a = {0};
    int64_t len = FACT_NONE;
    int rc = lg_get_addr(t, "address", &a.addr, e);

    if (rc == 0)
        rc = lg_get_i64(t, "maskLen", &len, e);
    if (rc < 0 || !addr_is_set(&a.addr) || lg_is_unspecified(&a.addr) || len == FACT_NONE)
        return rc;
    if (len > (int64_t)addr_bits(&a.addr))
        return lg_tree_fail(t, e, ERR_SCHEMA, "maskLen is longer than the address");
    if (f->addrs.n >= LG_MAX_WORDS)
        return lg_tree_fail(t, e, ERR_LIMIT, "more than %d addresses", LG_MAX_WORDS);
    a.len = (uint8_t)len;
    f->addrs.v = lg->ifaddrs;
    f->addrs.v[f->addrs.n++] = a;
    return 0;
}

static int add_address6(struct lg *lg, const struct lg_tree *t, struct fact_interface *f,
                        struct err *e)
{
    struct slice subnet = lg_text(lg_get(t, "subnet"));
    struct ifaddr a = {0};
    struct prefix net;
    int rc = lg_get_addr(t, "address", &a.addr, e);

    if (rc < 0 || !addr_is_set(&a.addr) || !prefix_parse_loose(subnet, &net))
        return rc;
    if (f->addrs.n >= LG_MAX_WORDS)
        return lg_tree_fail(t, e, ERR_LIMIT, "more than %d addresses", LG_MAX_WORDS);
    a.len = net.len;
    f->addrs.v = lg->ifaddrs;
    f->addrs.v[f->addrs.n++] = a;
    return 0;
}

static int read_address4(struct lg *lg, const struct lg_tree *a, struct fact_interface *f,
                         struct err *e)
{
    int rc = add_address(lg, lg_get(a, "primaryIp"), f, e);

    for (const struct lg_tree *s = lg_first_in(lg_get(a, "secondaryIpsOrderedList"));
         s != NULL && rc == 0; s = s->next)
        rc = add_address(lg, s, f, e);
    return rc;
}

/* `show interfaces` has a list, `show ip interface` an object, its brief form another. */
static int read_addresses(struct lg *lg, const struct lg_tree *t, struct fact_interface *f,
                          struct err *e)
{
    static const char *const lists[] = {"interfaceAddressIp6/globalUnicastIp6s", "addresses"};
    const struct lg_tree *all = lg_get(t, "interfaceAddress");
    int rc = 0;

    if (lg_get(all, "primaryIp") != NULL)
        rc = read_address4(lg, all, f, e);
    else
        for (const struct lg_tree *a = lg_first_in(all); a != NULL && rc == 0; a = a->next)
            rc = read_address4(lg, a, f, e);
    if (rc == 0)
        rc = add_address(lg, lg_get(t, "interfaceAddressBrief/ipAddr"), f, e);
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
        for (const struct lg_tree *a = lg_first_in(lg_get(t, lists[i])); a != NULL && rc == 0;
             a = a->next)
            rc = add_address6(lg, a, f, e);
    return rc;
}

static int read_table(struct lg *lg, const struct lg_tree *t, struct fact_interface *f,
                      struct err *e)
{
    struct slice vrf = lg_text(lg_get(t, "vrf"));

    return vrf.n > 0 ? lg_copy(lg, lg_table_name(vrf), &f->table, e) : 0;
}

static const char *kind_of(struct slice hardware)
{
    static const char *const kinds[][2] = {
        {"loopback", "loopback"}, {"ethernet", "physical"}, {"portChannel", "aggregate"},
        {"vlan", "vlan"},         {"subinterface", "vlan"}, {"tunnel", "tunnel"},
        {"vxlan", "tunnel"},
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (slice_eq(hardware, kinds[i][0]))
            return kinds[i][1];
    }
    return NULL;
}

static int take_interface(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct slice status = lg_text(lg_get(t, "interfaceStatus"));
    struct slice line = lg_text(lg_get(t, "lineProtocolStatus"));
    struct fact_interface f;
    int rc;

    fact_init(FACT_INTERFACE, &f);
    f.node = w->lg->node;
    f.name = w->names[w->depth - 1];
    f.kind = kind_of(lg_text(lg_get(t, "hardware")));
    if (status.n > 0 || line.n > 0)
        f.up = slice_eq(line, "up") && !slice_eq(status, "disabled");
    rc = lg_get_i64(t, "mtu", &f.mtu, e);
    if (rc == 0)
        rc = lg_get_i64(t, "bandwidth", &f.speed, e); /* bits per second; 0: unknown */
    if (f.speed == 0)
        f.speed = FACT_NONE;
    if (rc == 0)
        rc = read_table(w->lg, t, &f, e);
    if (rc == 0)
        rc = read_addresses(w->lg, t, &f, e);
    return rc == 0 ? lg_put(w->lg, FACT_INTERFACE, &f, e) : rc;
}

/* --- the dialect --- */

#define RULES(at)                                                                              \
    {at "vrfs/*/bgpRouteEntries/*", take_bgp}, {at "vrfs/*/asn", take_asn},                    \
        {at "vrfs/*/routerId", take_router_id}, {at "vrfs/*/routes/*", take_route},            \
        {at "vrfs/*/peerList/*", take_peer}, {at "vrfs/*/peers/*", take_summary},              \
        {at "vrfs/*/instList/*/ospfNeighborEntries/*", take_ospf},                             \
        {at "vrfs/*/isisInstances/*/neighbors/*", take_isis},                                  \
        {at "vrfs/*/interfaces", lg_take_nothing}, {at "vrfs/*/evpnRoutes/*", pass_evpn},      \
        {at "vrfs/*/vrfState", lg_take_nothing}, {at "interfaces/*", take_interface},          \
        {at "lldpNeighbors/*", take_lldp}, {at "errors", lg_take_refusal},                     \
        {at "evpnRoutes/*", pass_evpn},                                                        \
    {                                                                                          \
        at "internalBuildId", lg_take_nothing                                                  \
    }

static const struct lg_rule rules[] = {
    RULES(""), RULES("result/*/"), {"error/message", lg_take_refusal}, {NULL, NULL}};

static int parse(struct lg *lg, struct slice text, struct err *e)
{
    struct lg_walk w = {.lg = lg, .rules = rules};

    return lg_walk_text(&w, text, e);
}

static int likeness(const struct agent_file *f)
{
    static const char *const marks[] = {"vrfs",
                                        "interfaces/*/forwardingModel",
                                        "interfaces/*/lineProtocolStatus",
                                        "result/*/vrfs",
                                        "result/*/interfaces",
                                        "internalBuildId",
                                        "lldpNeighbors/*/neighborDevice",
                                        "evpnRoutes",
                                        "errors/*",
                                        "lldpNeighbors/*/lldpNeighborInfo",
                                        NULL};
    unsigned m = lg_marks(f->text, marks);

    return m & 0x2fe ? 90 : m & 1 ? 80 : m & 0x100 ? 30 : 0;
}

static const char *const requests[] = {"show ip bgp vrf all | json",
                                       "show ipv6 bgp vrf all | json",
                                       "show ip route vrf all | json",
                                       "show ipv6 route vrf all | json",
                                       "show ip bgp neighbors vrf all | json",
                                       "show interfaces | json",
                                       NULL};
static const struct lg_form form = {parse, "eos", requests};

const struct agent_dialect lg_dialect_eos_json = {
    .name = "eos-json",
    .summary = "Arista EOS, `show ... | json` or eAPI: BGP, routes, neighbours, interfaces",
    .likeness = likeness,
    .read = lg_read_file,
    .parser = &form,
};
