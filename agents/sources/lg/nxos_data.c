/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cisco NX-OS, `show ... | json`, `| json-pretty`, `| json native`, and in NX-API's envelopes
 * {"ins_api": {"outputs": {"output": {"body": ANSWER}}}} and {"result": {"body": ANSWER}}:
 *
 *   show ip|ipv6 route [vrf all]
 *     TABLE_vrf/ROW_vrf/TABLE_addrf/ROW_addrf/TABLE_prefix/ROW_prefix {ipprefix,
 *     TABLE_path/ROW_path {ipnexthop, ifname, pref, metric, clientname, ubest}}
 *   show bgp all summary
 *     TABLE_vrf/ROW_vrf/TABLE_af/ROW_af/TABLE_saf/ROW_saf {af-name,
 *     TABLE_neighbor/ROW_neighbor}
 *   show bgp all neighbors           TABLE_neighbor/ROW_neighbor
 *   show interface [brief]           TABLE_interface/ROW_interface
 *   show ip|ipv6 interface           TABLE_intf/ROW_intf
 *   show ip ospf neighbor|interface  TABLE_ctx/ROW_ctx/TABLE_nbr|TABLE_intf/ROW_...
 *   show lldp|cdp neighbors          TABLE_nbor[_detail], TABLE_cdp_neighbor_...
 *
 * A ROW is an object where there is one and a list where there are several, and so is a TABLE;
 * numbers may be strings. The name of a VRF stands before what is in it.
 */
#include <stdio.h>
#include <string.h>

#include "agents/sources/lg/cli.h"
#include "agents/sources/lg/dialects.h"
#include "agents/sources/lg/entry.h"

#define PLATFORM "nxos"

struct nxos {
    struct lg_walk walk;
    char table[LG_MAX_NAME + 1]; /* of the VRF that the walk is in */
    bool named;                  /* a VRF was */
    bool mixed;                  /* more than one was */
};

static struct nxos *of(struct lg_walk *w)
{
    return w->state;
}

/* The rows of a table in an entry, be they one or several, in one table or several. */
struct rows {
    const struct lg_tree *table, *row; /* the current ones */
    const char *name;
};

static struct rows rows_of(const struct lg_tree *entry, const char *table, const char *name)
{
    const struct lg_tree *t = lg_get(entry, table);

    return (struct rows){
        .table = t != NULL && t->type == JREAD_ARRAY ? t->first : t,
        .name = name,
    };
}

static const struct lg_tree *next_in_list(const struct lg_tree *t)
{
    return t->key == NULL ? t->next : NULL;
}

static const struct lg_tree *next_row(struct rows *r)
{
    if (r->row != NULL) {
        r->row = next_in_list(r->row);
        if (r->row == NULL)
            r->table = next_in_list(r->table);
    }
    while (r->row == NULL && r->table != NULL) {
        const struct lg_tree *t = lg_get(r->table, r->name);

        r->row = t != NULL && t->type == JREAD_ARRAY ? t->first : t;
        if (r->row == NULL)
            r->table = next_in_list(r->table);
    }
    return r->row;
}

/* A name in the scratch arena, in whole. */
static const char *whole(struct lg *lg, const struct lg_tree *t, const char *path,
                         const char *platform)
{
    char out[LG_MAX_NAME + 1];

    lg_whole_name(platform, lg_text(lg_get(t, path)), out);
    return out[0] != '\0' ? arena_strdup(lg->arena, out) : NULL;
}

/* --- of which VRF --- */

static int take_vrf(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct nxos *n = of(w);
    struct slice name = lg_table_name(lg_text(t));

    (void)e;
    n->mixed |= n->named && !slice_eq(name, n->table);
    n->named = true;
    lg_keep(n->table, name);
    return 0;
}

static int take_router_id(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    return lg_instance_from(w->lg, of(w)->table, NULL, t, e);
}

static int take_asn(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    return lg_instance_from(w->lg, of(w)->table, t, NULL, e);
}

/* --- routes --- */

static bool same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* One next hop as a route of its own; what stands in `f` goes first if it is another's. */
static int add_path(struct lg *lg, const struct lg_tree *t, struct fact_route *f, struct err *e)
{
    struct slice client = lg_text(lg_get(t, "clientname")), name = lg_text(lg_get(t, "ifname"));
    const char *protocol = cli_nxos_protocol(client);
    struct fact_route one = *f;
    struct addr hop = {0};
    int rc;

    one.protocol = protocol;
    one.best = lg_is(t, "ubest") || slice_eq(lg_text(lg_get(t, "ubest")), "true");
    one.distance = one.metric = FACT_NONE;
    rc = lg_get_i64(t, "pref", &one.distance, e);
    if (rc == 0)
        rc = lg_get_i64(t, "metric", &one.metric, e);
    if (rc == 0)
        rc = lg_get_addr(t, "ipnexthop", &hop, e);
    if (rc < 0)
        return rc;
    if (f->layer != NULL &&
        (!same(f->protocol, protocol) || f->best != one.best || f->distance != one.distance)) {
        rc = lg_put(lg, FACT_ROUTE, f, e);
        f->layer = NULL;
    }
    if (f->layer == NULL) {
        *f = one;
        f->layer = "rib";
        f->next_hops.n = f->interfaces.n = 0;
        f->discard = FACT_NONE;
    }
    if (rc == 0 && slice_starts(name, "Null")) {
        f->discard = 1;
        return 0;
    }
    return rc == 0 ? lg_add_hop(lg, f, &hop, whole(lg, t, "ifname", PLATFORM), e) : rc;
}

static int take_route(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct slice prefix = lg_text(lg_get(t, "ipprefix"));
    const struct lg_tree *p;
    struct fact_route f;
    struct rows paths;
    int rc = 0;

    lg_route_start(w->lg, &f, of(w)->table);
    f.layer = NULL; /* nothing is in it yet */
    if (!prefix_parse_loose(prefix, &f.prefix))
        return lg_tree_fail(t, e, ERR_SCHEMA, "ipprefix: \"%.*s\" is no prefix",
                            (int)(prefix.n < 60 ? prefix.n : 60), prefix.p);
    paths = rows_of(t, "TABLE_path", "ROW_path");
    while (rc == 0 && (p = next_row(&paths)) != NULL)
        rc = add_path(w->lg, p, &f, e);
    return rc == 0 && f.layer != NULL ? lg_put(w->lg, FACT_ROUTE, &f, e) : rc;
}

static int pass_bgp(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    (void)t;
    (void)e;
    lg_pass(w->lg, "BGP tables of NX-OS as JSON; `show ip bgp vrf all` in text is read");
    return 0;
}

/* --- sessions --- */

static int put_peer(struct lg_walk *w, const struct lg_tree *t, struct fact_bgp_session *f,
                    unsigned families, struct err *e)
{
    const char *address = lg_get(t, "neighborid") != NULL ? "neighborid" : "neighbor";
    const char *as = lg_get(t, "neighboras") != NULL ? "neighboras" : "remoteas";
    struct slice state = lg_text(lg_get(t, "state")), peer = lg_text(lg_get(t, address));
    struct prefix range;
    int rc;

    if (memchr(peer.p, '/', peer.n) != NULL && prefix_parse_loose(peer, &range)) {
        w->lg->skips.ranges++;
        return 0;
    }
    lg_session_state(f, state);
    if (slice_starts(state, "Shut"))
        f->shutdown = 1;
    rc = lg_peer_asn(t, as, &f->peer_asn, e);
    if (rc == 0 && !addr_parse(peer, &f->peer_addr))
        f->local_interface = whole(w->lg, t, address, PLATFORM); /* unnumbered */
    return rc == 0 ? lg_put_session(w->lg, f, families, e) : rc;
}

static int take_summary(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct rows peers = rows_of(t, "TABLE_neighbor", "ROW_neighbor");
    const struct lg_tree *p;
    unsigned families = 0;
    int rc = 0;

    lg_add_family(w->lg, lg_text(lg_get(t, "af-name")), &families);
    while (rc == 0 && (p = next_row(&peers)) != NULL) {
        struct fact_bgp_session f;

        lg_session_start(w->lg, &f, of(w)->table);
        rc = put_peer(w, p, &f, families, e);
    }
    return rc;
}

static void read_families(struct lg *lg, const struct lg_tree *t, unsigned *families)
{
    struct rows afs = rows_of(t, "TABLE_af", "ROW_af");
    const struct lg_tree *a, *f;

    while ((a = next_row(&afs)) != NULL) {
        struct rows safs = rows_of(a, "TABLE_saf", "ROW_saf");

        while ((f = next_row(&safs)) != NULL)
            lg_add_family(lg, lg_text(lg_get(f, "af-name")), families);
    }
}

static int take_neighbor(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct slice vrf = lg_text(lg_get(t, "vrf"));
    struct fact_bgp_session f;
    char table[LG_MAX_NAME + 1];
    unsigned families = 0;
    int rc;

    lg_keep(table, lg_table_name(vrf));
    lg_session_start(w->lg, &f, table);
    read_families(w->lg, t, &families);
    f.local_interface = whole(w->lg, t, "sourceif", PLATFORM);
    rc = lg_get_addr(t, "localaddr", &f.local_addr, e);
    return rc == 0 ? put_peer(w, t, &f, families, e) : rc;
}

/* --- interfaces --- */

/* "1000 Mb/s", "10 Gb/s"; "auto-speed" is none. */
static int64_t speed_of(struct slice s)
{
    struct slice word;
    uint64_t v;

    if (!slice_word(&s, &word) || !slice_u64(word, 10000000, &v) || v == 0)
        return FACT_NONE;
    s = slice_trim(s);
    return slice_eq(s, "Gb/s")   ? (int64_t)v * 1000000000
           : slice_eq(s, "Mb/s") ? (int64_t)v * 1000000
           : slice_eq(s, "Kb/s") ? (int64_t)v * 1000
                                 : FACT_NONE;
}

/* "192.0.2.1" with its length, or "192.0.2.1/24" with an empty one. */
static int add_word(struct lg *lg, const struct lg_tree *t, struct fact_interface *f,
                    struct slice length, struct err *e)
{
    struct slice s = lg_text(t);
    struct ifaddr a = {0};
    uint64_t len;

    if (length.n == 0 ? !ifaddr_parse(s, &a)
                      : !addr_parse(s, &a.addr) || !slice_u64(length, addr_bits(&a.addr), &len))
        return lg_tree_fail(t, e, ERR_SCHEMA, "\"%.*s\" is no address with a length",
                            (int)(s.n < 60 ? s.n : 60), s.p);
    if (length.n > 0)
        a.len = (uint8_t)len;
    if (lg_is_unspecified(&a.addr))
        return 0;
    if (f->addrs.n >= LG_MAX_WORDS)
        return lg_tree_fail(t, e, ERR_LIMIT, "more than %d addresses", LG_MAX_WORDS);
    f->addrs.v = lg->ifaddrs;
    f->addrs.v[f->addrs.n++] = a;
    return 0;
}

static int add_address(struct lg *lg, const struct lg_tree *t, struct fact_interface *f,
                       const char *const names[2], struct err *e)
{
    const struct lg_tree *address = lg_get(t, names[0]);
    struct slice length = lg_text(lg_get(t, names[1]));

    return lg_text(address).n > 0 && length.n > 0 ? add_word(lg, address, f, length, e) : 0;
}

/* IPv6: "2001:db8::1/64", one or several. */
static int add_addresses(struct lg *lg, const struct lg_tree *t, struct fact_interface *f,
                         struct err *e)
{
    const struct lg_tree *a = lg_get(t, "addr");
    const struct slice none = {"", 0};
    int rc = 0;

    if (a != NULL && a->type != JREAD_ARRAY)
        return lg_text(a).n > 0 ? add_word(lg, a, f, none, e) : 0;
    for (a = lg_first_in(a); a != NULL && rc == 0; a = a->next)
        rc = add_word(lg, a, f, none, e);
    return rc;
}

/* Up where all of these say so that are there; none: unknown. */
static int64_t is_up(const struct lg_tree *t, const char *const *names)
{
    int64_t up = FACT_NONE;

    for (; *names != NULL; names++) {
        struct slice s = lg_text(lg_get(t, *names));

        if (s.n > 0)
            up = up != 0 && (slice_eq(s, "up") || slice_eq(s, "connected"));
    }
    return up;
}

static int take_interface(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    static const char *const states[] = {"state", "admin_state", "svi_admin_state",
                                         "svi_line_proto", NULL};
    static const char *const addresses[][2] = {{"eth_ip_addr", "eth_ip_mask"},
                                               {"svi_ip_addr", "svi_ip_mask"}};
    static const char *const mtus[] = {"eth_mtu", "svi_mtu", "loop_mtu"};
    struct fact_interface f;
    int rc = 0;

    fact_init(FACT_INTERFACE, &f);
    f.node = w->lg->node;
    f.name = whole(w->lg, t, "interface", PLATFORM);
    if (f.name == NULL)
        return lg_tree_fail(t, e, ERR_SCHEMA, "interface is missing");
    f.up = is_up(t, states);
    f.speed = speed_of(lg_text(lg_get(t, "eth_speed")));
    for (size_t i = 0; i < sizeof(mtus) / sizeof(*mtus) && rc == 0 && f.mtu == FACT_NONE; i++)
        rc = lg_get_i64(t, mtus[i], &f.mtu, e);
    for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses) && rc == 0; i++)
        rc = add_address(w->lg, t, &f, addresses[i], e);
    return rc == 0 ? lg_put(w->lg, FACT_INTERFACE, &f, e) : rc;
}

static int read_addresses(struct lg *lg, const struct lg_tree *t, struct fact_interface *f,
                          struct err *e)
{
    static const char *const first[] = {"prefix", "masklen"};
    static const char *const more[] = {"prefix1", "masklen1"};
    struct rows second = rows_of(t, "TABLE_secondary_address", "ROW_secondary_address");
    struct rows addrs = rows_of(t, "TABLE_addr", "ROW_addr");
    const struct lg_tree *p;
    int rc;

    rc = add_address(lg, t, f, first, e);
    while (rc == 0 && (p = next_row(&second)) != NULL)
        rc = add_address(lg, p, f, more, e);
    while (rc == 0 && (p = next_row(&addrs)) != NULL)
        rc = add_addresses(lg, p, f, e);
    return rc == 0 ? add_addresses(lg, t, f, e) : rc;
}

/* An address that is another interface's is left out. Older releases tell the VRFs apart from
 * the interfaces, which is clear only when there is one. */
static int take_ip_interface(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    static const char *const states[] = {"admin-state", "link-state", "proto-state", NULL};
    const struct lg_tree *vrf = lg_get(t, "vrf-name-out");
    struct nxos *n = of(w);
    struct fact_interface f;
    int rc;

    if (vrf == NULL && n->mixed) {
        lg_pass(w->lg, "interfaces of several VRFs that the answer tells apart from them");
        return 0;
    }
    if (vrf != NULL)
        lg_keep(n->table, lg_table_name(lg_text(vrf)));
    fact_init(FACT_INTERFACE, &f);
    f.node = w->lg->node;
    f.table = n->table;
    f.name = whole(w->lg, t, "intf-name", PLATFORM);
    if (f.name == NULL)
        return lg_tree_fail(t, e, ERR_SCHEMA, "intf-name is missing");
    f.up = is_up(t, states);
    rc = lg_get_i64(t, "mtu", &f.mtu, e);
    if (rc == 0 && lg_text(lg_get(t, "unnum-intf")).n > 0)
        w->lg->skips.addresses++;
    else if (rc == 0)
        rc = read_addresses(w->lg, t, &f, e);
    return rc == 0 ? lg_put(w->lg, FACT_INTERFACE, &f, e) : rc;
}

/* --- neighbours on links --- */

static int take_ospf(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    if (!slice_starts(lg_text(lg_get(t, "state")), "FULL"))
        return 0;
    return lg_put_link(w->lg, whole(w->lg, t, "intf", PLATFORM), lg_str(w->lg, t, "rid"),
                       "ospf", e);
}

static int take_igp(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct slice type = lg_text(lg_get(t, "type_str"));
    struct fact_igp f;
    int rc;

    fact_init(FACT_IGP, &f);
    f.node = w->lg->node;
    f.interface = whole(w->lg, t, "ifname", PLATFORM);
    f.table = of(w)->table;
    f.protocol = "ospf";
    f.family = 4;
    if (slice_eq(type, "P2P"))
        f.network = "point-to-point";
    else if (slice_eq(type, "BROADCAST"))
        f.network = "broadcast";
    rc = lg_ospf_area(w->lg, lg_text(lg_get(t, "area")), &f.area, e);
    if (rc == 0)
        rc = lg_get_i64(t, "cost", &f.metric, e);
    return rc == 0 && f.interface != NULL && f.metric != FACT_NONE
               ? lg_put(w->lg, FACT_IGP, &f, e)
               : rc;
}

static int put_link(struct lg_walk *w, const struct lg_tree *t, const char *const names[3],
                    const char *protocol, struct err *e)
{
    struct slice far = lg_text(lg_get(t, names[1]));
    const char *serial = far.n > 0 ? memchr(far.p, '(', far.n) : NULL;
    struct fact_link f;

    fact_init(FACT_LINK, &f);
    f.a_node = w->lg->node;
    f.a_interface = whole(w->lg, t, names[0], PLATFORM);
    f.b_interface = whole(w->lg, t, names[2], NULL);
    f.protocol = protocol;
    if (serial != NULL) /* "spine01(9WTLX6IZ9YW)" */
        far.n = (size_t)(serial - far.p);
    if (f.a_interface == NULL || far.n == 0 || slice_eq(far, "null"))
        return 0;
    return lg_copy(w->lg, far, &f.b_node, e) < 0 ? e->code : lg_put(w->lg, FACT_LINK, &f, e);
}

static int take_lldp(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    static const char *const full[] = {"l_port_id", "sys_name", "port_id"};

    if (lg_get(t, "sys_name") == NULL) {
        lg_pass(w->lg, "neighbours by chassis; `show lldp neighbors detail` has their names");
        return 0;
    }
    return put_link(w, t, full, "lldp", e);
}

static int take_cdp(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    const char *const names[] = {
        "intf_id", lg_text(lg_get(t, "sysname")).n > 0 ? "sysname" : "device_id", "port_id"};

    return put_link(w, t, names, "cdp", e);
}

/* --- the dialect --- */

#define BGP_PREFIX                                                                             \
    "TABLE_vrf/ROW_vrf/TABLE_afi/ROW_afi/TABLE_safi/ROW_safi/TABLE_rd/ROW_rd/TABLE_prefix/"    \
    "ROW_prefix"
#define RULES(at)                                                                              \
    {at "TABLE_vrf/ROW_vrf/vrf-name-out", take_vrf},                                           \
        {at "TABLE_vrf/ROW_vrf/vrf-router-id", take_router_id},                                \
        {at "TABLE_vrf/ROW_vrf/vrf-local-as", take_asn},                                       \
        {at "TABLE_vrf/ROW_vrf/TABLE_addrf/ROW_addrf/TABLE_prefix/ROW_prefix", take_route},    \
        {at "TABLE_vrf/ROW_vrf/TABLE_af/ROW_af/TABLE_saf/ROW_saf", take_summary},              \
        {at BGP_PREFIX, pass_bgp}, {at "TABLE_neighbor/ROW_neighbor", take_neighbor},          \
        {at "TABLE_interface/ROW_interface", take_interface},                                  \
        {at "TABLE_intf/ROW_intf", take_ip_interface},                                         \
        {at "TABLE_ctx/ROW_ctx/cname", take_vrf},                                              \
        {at "TABLE_ctx/ROW_ctx/TABLE_nbr/ROW_nbr", take_ospf},                                 \
        {at "TABLE_ctx/ROW_ctx/TABLE_intf/ROW_intf", take_igp},                                \
        {at "TABLE_nbor/ROW_nbor", take_lldp},                                                 \
        {at "TABLE_nbor_detail/ROW_nbor_detail", take_lldp},                                   \
        {at "TABLE_cdp_neighbor_brief_info/ROW_cdp_neighbor_brief_info", take_cdp},            \
    {                                                                                          \
        at "TABLE_cdp_neighbor_detail_info/ROW_cdp_neighbor_detail_info", take_cdp             \
    }
#define OUTPUT "ins_api/outputs/output/"

static const struct lg_rule rules[] = {RULES(""),
                                       RULES(OUTPUT "body/"),
                                       RULES("result/body/"),
                                       {OUTPUT "clierror", lg_take_refusal},
                                       {NULL, NULL}};

static int parse(struct lg *lg, struct slice text, struct err *e)
{
    struct nxos n = {.walk = {.lg = lg, .rules = rules, .flat = true}};

    n.walk.state = &n;
    return lg_walk_text(&n.walk, text, e);
}

static int likeness(const struct agent_file *f)
{
    static const char *const marks[] = {"TABLE_vrf",
                                        "TABLE_intf",
                                        "TABLE_interface",
                                        "TABLE_neighbor",
                                        "TABLE_ctx",
                                        "TABLE_nbor",
                                        "TABLE_nbor_detail",
                                        "TABLE_cdp_neighbor_brief_info",
                                        "TABLE_cdp_neighbor_detail_info",
                                        "ins_api/outputs",
                                        "result/body",
                                        NULL};

    return lg_marks(f->text, marks) != 0 ? 95 : 0;
}

static const char *const requests[] = {
    "show ip route vrf all | json",        "show ipv6 route vrf all | json",
    "show bgp all summary vrf all | json", "show ip interface vrf all | json",
    "show ipv6 interface vrf all | json",  NULL};
static const struct lg_form form = {parse, PLATFORM, requests};

const struct agent_dialect lg_dialect_nxos_json = {
    .name = "nxos-json",
    .summary = "Cisco NX-OS, `show ... | json` or NX-API: routes, BGP sessions, interfaces, "
               "OSPF, LLDP, CDP",
    .likeness = likeness,
    .read = lg_read_file,
    .parser = &form,
};
