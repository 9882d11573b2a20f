/* SPDX-License-Identifier: Apache-2.0 */
/* The classic CLI's ports, routers and services: which statement says what of MD-CLI. */
#include <stdio.h>
#include <string.h>

#include "agents/sources/sros/classic.h"
#include "net/addr.h"

static bool next_is(const struct classic_line *l, const char *word)
{
    return l->n > 0 && slice_eq(l->words[0], word);
}

static bool next_is_number(const struct classic_line *l)
{
    uint64_t n;

    return l->n > 0 && slice_u64(l->words[0], UINT64_MAX, &n);
}

static void take_off(struct classic_line *l)
{
    classic_set(l, "admin-state", slice_of("disable"));
}

static void take_on(struct classic_line *l)
{
    classic_set(l, "admin-state", slice_of("enable"));
}

#define SWITCH                                                                                 \
    {"shutdown", NULL, take_off, NULL},                                                        \
    {                                                                                          \
        "no shutdown", NULL, take_on, NULL                                                     \
    }
#define END                                                                                    \
    {                                                                                          \
        NULL, NULL, NULL, NULL                                                                 \
    }

/* ---- ports */

/** `port 1/1/1 1/1/2 priority 5 sub-group 2`: the members of a LAG. */
static void take_members(struct classic_line *l)
{
    while (l->n > 0) {
        if (memchr(l->words[0].p, '/', l->words[0].n) != NULL)
            classic_put(l, "port *");
        else
            classic_word(l);
    }
}

static const struct classic_rule ethernet[] = {{"speed", "speed *", NULL, NULL}, END};
static const struct classic_rule connector[] = {{"breakout", "breakout *", NULL, NULL}, END};
static const struct classic_rule port[] = {{"ethernet", "ethernet", NULL, ethernet},
                                           {"connector", "connector", NULL, connector},
                                           SWITCH,
                                           END};
static const struct classic_rule lag[] = {
    {"port", NULL, take_members, NULL}, {"name", NULL, NULL, NULL}, SWITCH, END};

/* ---- interfaces */

/** "255.255.255.0": 24; -1 for what is no mask. */
static int mask_length(struct slice word)
{
    struct addr mask;
    uint32_t bits;
    int n = 0;

    if (!addr_parse(word, &mask) || mask.family != 4)
        return -1;
    bits = (uint32_t)mask.b[0] << 24 | (uint32_t)mask.b[1] << 16 | (uint32_t)mask.b[2] << 8 |
           mask.b[3];
    for (; bits >> 31 != 0; bits <<= 1)
        n++;
    return bits == 0 ? n : -1;
}

/** `A/L` or `A MASK`: the address, and the length as text; "": there is none. */
static struct slice take_address(struct classic_line *l, char length[12])
{
    struct slice word = classic_word(l), address = word;
    const char *slash = word.n > 0 ? memchr(word.p, '/', word.n) : NULL;
    uint64_t bits;

    length[0] = '\0';
    if (slash != NULL) {
        size_t n = (size_t)(slash - word.p);

        address.n = n;
        if (slice_u64((struct slice){slash + 1, word.n - n - 1}, 128, &bits))
            snprintf(length, 12, "%u", (unsigned)bits);
    } else if (l->n > 0 && mask_length(l->words[0]) >= 0) {
        snprintf(length, 12, "%d", mask_length(classic_word(l)));
    }
    return address;
}

/** As one word, "A/L". */
static void add_prefix(struct classic_line *l)
{
    char length[12], text[80];
    struct slice address = take_address(l, length);

    snprintf(text, sizeof(text), "%.*s%s%s", (int)(address.n < 60 ? address.n : 60), address.p,
             *length != '\0' ? "/" : "", length);
    classic_add(l, slice_of(text));
}

static void take_primary(struct classic_line *l)
{
    char length[12];
    struct slice address = take_address(l, length);

    classic_go(l, "ipv4 primary address");
    while (l->at != NULL && l->at->first != NULL)
        tree_cut(l->t, l->at->first);
    classic_add(l, address);
    if (*length != '\0' && l->at != NULL) {
        l->at = l->at->parent->parent;
        classic_set(l, "prefix-length", slice_of(length));
    }
}

/** The length stands below the address. */
static void put_listed(struct classic_line *l, const char *path)
{
    char length[12];
    struct slice address = take_address(l, length);

    classic_go(l, path);
    classic_add(l, address);
    if (*length != '\0')
        classic_set(l, "prefix-length", slice_of(length));
}

static void take_secondary(struct classic_line *l)
{
    put_listed(l, "ipv4 secondary");
}

static void take_ipv6(struct classic_line *l)
{
    put_listed(l, "address");
}

static const struct classic_rule interface_ipv6[] = {{"address", NULL, take_ipv6, NULL}, END};
static const struct classic_rule interface[] = {{"address", NULL, take_primary, NULL},
                                                {"secondary", NULL, take_secondary, NULL},
                                                {"ipv6", "ipv6", NULL, interface_ipv6},
                                                {"unnumbered", "ipv4 unnumbered *", NULL, NULL},
                                                {"port", "port *", NULL, NULL},
                                                {"sap", "sap *", NULL, NULL},
                                                {"spoke-sdp", "spoke-sdp *", NULL, NULL},
                                                {"loopback", "loopback", NULL, NULL},
                                                SWITCH,
                                                END};

/* ---- interior protocols */

/** `level-1`, `level-2`, `level-1/2`. */
static void take_levels(struct classic_line *l)
{
    struct slice word = classic_word(l);
    size_t n = strlen("level-");

    if (slice_starts(word, "level-"))
        word = (struct slice){word.p + n, word.n - n};
    classic_go(l, "level-capability");
    classic_add(l, word);
}

/** In kbit/s, or as `tbps 1 gbps 200 mbps 0 kbps 0`, whose units are a thousand apart. */
static void take_reference(struct classic_line *l)
{
    static const struct {
        const char *unit;
        uint64_t kbits;
    } units[] = {{"tbps", 1000000000}, {"gbps", 1000000}, {"mbps", 1000}, {"kbps", 1}};
    uint64_t sum = 0, n;
    char text[24];

    if (next_is_number(l)) {
        classic_put(l, "reference-bandwidth *");
        return;
    }
    while (l->n > 1) {
        struct slice unit = classic_word(l), number = classic_word(l);

        for (size_t i = 0; i < 4; i++) {
            if (slice_eq(unit, units[i].unit) && slice_u64(number, 100000, &n))
                sum += n * units[i].kbits;
        }
    }
    snprintf(text, sizeof(text), "%llu", (unsigned long long)sum);
    if (sum > 0)
        classic_set(l, "reference-bandwidth", slice_of(text));
}

/** An instance, 0 unless it is named; it is on unless it was switched off. */
static void take_instance(struct classic_line *l)
{
    classic_add(l, next_is_number(l) ? classic_word(l) : slice_of("0"));
    if (l->n > 0 && memchr(l->words[0].p, '.', l->words[0].n) != NULL)
        classic_put(l, "router-id *"); /* `ospf 1 10.0.0.1` */
    if (l->at != NULL && tree_find(l->t, l->at, slice_of("admin-state")) == NULL)
        take_on(l);
}

static void take_no_ipv4(struct classic_line *l)
{
    classic_set(l, "ipv4-routing", slice_of("false"));
}

static const struct classic_rule isis_level[] = {
    {"metric", "metric *", NULL, NULL},
    {"ipv6-unicast-metric", "ipv6-unicast-metric *", NULL, NULL},
    {"default-metric", "default-metric *", NULL, NULL},
    {"default-ipv6-unicast-metric", "default-ipv6-unicast-metric *", NULL, NULL},
    END};
static const struct classic_rule isis_interface[] = {
    {"level-capability", NULL, take_levels, NULL},
    {"interface-type", "interface-type *", NULL, NULL},
    {"level", "level *", NULL, isis_level},
    {"passive", "passive", NULL, NULL},
    SWITCH,
    END};
static const struct classic_rule topologies[] = {{"ipv6-unicast", "ipv6-unicast", NULL, NULL},
                                                 END};
static const struct classic_rule isis[] = {
    {"multi-topology", "multi-topology", NULL, topologies},
    {"area-id", "area-address *", NULL, NULL},
    {"level-capability", NULL, take_levels, NULL},
    {"reference-bandwidth", NULL, take_reference, NULL},
    {"export", "export-policy **", NULL, NULL},
    {"import", "import-policy **", NULL, NULL},
    {"level", "level *", NULL, isis_level},
    {"interface", "interface *", NULL, isis_interface},
    {"no ipv4-routing", NULL, take_no_ipv4, NULL},
    {"ipv6-routing", "ipv6-routing *", NULL, NULL},
    {"router-id", "router-id *", NULL, NULL},
    SWITCH,
    END};
static const struct classic_rule ospf_interface[] = {
    {"metric", "metric *", NULL, NULL},
    {"interface-type", "interface-type *", NULL, NULL},
    {"passive", "passive", NULL, NULL},
    SWITCH,
    END};
static const struct classic_rule ospf_area[] = {
    {"interface", "interface *", NULL, ospf_interface}, END};
static const struct classic_rule ospf[] = {{"area", "area *", NULL, ospf_area},
                                           {"reference-bandwidth", NULL, take_reference, NULL},
                                           {"export", "export-policy **", NULL, NULL},
                                           {"import", "import-policy **", NULL, NULL},
                                           {"router-id", "router-id *", NULL, NULL},
                                           {"asbr", NULL, NULL, NULL},
                                           SWITCH,
                                           END};

/* ---- routes */

/** `preference 10 metric 1 next-hop A`, in any order; on unless it says `disable`. */
static void take_static_route(struct classic_line *l)
{
    const char *state = "enable", *kind = NULL;
    struct slice hop = {"", 0}, preference = {"", 0};

    classic_go(l, "static-routes route");
    add_prefix(l);
    classic_go(l, "route-type unicast");
    while (l->n > 0) {
        struct slice word = classic_word(l);

        if (slice_eq(word, "next-hop") || slice_eq(word, "indirect"))
            kind = slice_eq(word, "next-hop") ? "next-hop" : "indirect";
        if (slice_eq(word, "next-hop") || slice_eq(word, "indirect"))
            hop = classic_word(l);
        else if (slice_eq(word, "black-hole"))
            kind = "blackhole";
        else if (slice_eq(word, "preference"))
            preference = classic_word(l);
        else if (slice_eq(word, "disable"))
            state = "disable";
        else if (slice_eq(word, "metric") || slice_eq(word, "tag") ||
                 slice_eq(word, "community"))
            classic_word(l);
    }
    if (kind == NULL)
        return;
    classic_go(l, kind);
    if (hop.n > 0)
        classic_add(l, hop);
    classic_set(l, "admin-state", slice_of(state));
    if (preference.n > 0)
        classic_set(l, "preference", preference);
}

/** `static-route-entry P`: `mcast` ones are another table's. */
static void take_route_entry(struct classic_line *l)
{
    bool multicast;

    classic_go(l, "static-routes route");
    add_prefix(l);
    multicast = next_is(l, "mcast");
    if (multicast)
        classic_word(l);
    classic_go(l, multicast ? "route-type multicast" : "route-type unicast");
}

static void take_aggregate(struct classic_line *l)
{
    classic_go(l, "aggregates aggregate");
    add_prefix(l);
    while (l->n > 0) {
        if (next_is(l, "summary-only") || next_is(l, "as-set"))
            classic_put(l, "*");
        else
            classic_word(l);
    }
}

static const struct classic_rule route_hop[] = {
    {"preference", "preference *", NULL, NULL}, SWITCH, END};
static const struct classic_rule route_entry[] = {{"next-hop", "next-hop *", NULL, route_hop},
                                                  {"indirect", "indirect *", NULL, route_hop},
                                                  {"black-hole", "blackhole", NULL, route_hop},
                                                  END};

/* ---- BGP */

/** Without `ebgp-default-reject-policy` external neighbours exchange all. */
static void take_bgp(struct classic_line *l)
{
    if (l->at == NULL || tree_find(l->t, l->at, slice_of("ebgp-default-reject-policy")) != NULL)
        return;
    classic_set(l, "ebgp-default-reject-policy import", slice_of("false"));
    classic_set(l, "ebgp-default-reject-policy export", slice_of("false"));
}

static void take_reject_policy(struct classic_line *l)
{
    for (; l->n > 0; classic_word(l)) {
        if (next_is(l, "import"))
            classic_set(l, "ebgp-default-reject-policy import", slice_of("true"));
        else if (next_is(l, "export"))
            classic_set(l, "ebgp-default-reject-policy export", slice_of("true"));
    }
}

/** Stands in its group here, beside it there. */
static void take_neighbor(struct classic_line *l)
{
    struct tree_node *group = l->at;

    if (group == NULL || group->parent == NULL || group->parent->parent == NULL)
        return;
    l->at = group->parent->parent;
    classic_go(l, "neighbor *");
    classic_set(l, "group", slice_of(group->word));
}

static void take_communities_off(struct classic_line *l)
{
    for (; l->n > 0; classic_word(l)) {
        if (next_is(l, "standard"))
            classic_set(l, "send-communities standard", slice_of("false"));
    }
}

/** `[maximum-paths] 4 ebgp 2 ibgp 2`. */
static void take_paths(struct classic_line *l)
{
    if (next_is_number(l))
        classic_put(l, "multipath max-paths *");
    while (l->n > 1) {
        if (next_is(l, "ebgp") || next_is(l, "ibgp"))
            classic_put(l, "multipath * *");
        else
            classic_word(l);
    }
    l->n = 0;
}

static const struct classic_rule multi_path[] = {{"maximum-paths", NULL, take_paths, NULL},
                                                 END};
static const struct classic_rule best_path[] = {
    {"always-compare-med", "always-compare-med", NULL, NULL},
    {"ignore-router-id", "ignore-router-id", NULL, NULL},
    {"deterministic-med", "deterministic-med", NULL, NULL},
    {"as-path-ignore", "as-path-ignore **", NULL, NULL},
    END};

/** Of the instance, of groups and of neighbours. */
#define BGP_SETTINGS                                                                           \
    {"peer-as", "peer-as *", NULL, NULL}, {"local-as", "local-as as-number *", NULL, NULL},    \
        {"type", "type *", NULL, NULL}, {"local-address", "local-address *", NULL, NULL},      \
        {"family", "family **", NULL, NULL}, {"import", "import policy **", NULL, NULL},       \
        {"export", "export policy **", NULL, NULL}, {"med-out", "med-out *", NULL, NULL},      \
        {"local-preference", "local-preference *", NULL, NULL},                                \
        {"multihop", "multihop *", NULL, NULL},                                                \
        {"next-hop-self", "next-hop-self", NULL, NULL},                                        \
        {"cluster", "cluster cluster-id *", NULL, NULL},                                       \
        {"remove-private", "remove-private", NULL, NULL},                                      \
        {"as-override", "as-override", NULL, NULL},                                            \
        {"loop-detect", "loop-detect *", NULL, NULL},                                          \
        {"preference", "preference *", NULL, NULL},                                            \
        {"disable-communities", NULL, take_communities_off, NULL},                             \
        {"ebgp-default-reject-policy", NULL, take_reject_policy, NULL}, SWITCH

static const struct classic_rule neighbor[] = {BGP_SETTINGS, END};
static const struct classic_rule group[] = {
    {"neighbor", NULL, take_neighbor, neighbor}, BGP_SETTINGS, END};
static const struct classic_rule bgp[] = {
    {"group", "group *", NULL, group},
    {"router-id", "router-id *", NULL, NULL},
    {"multipath", NULL, take_paths, NULL},
    {"multi-path", NULL, NULL, multi_path},
    {"best-path-selection", "best-path-selection", NULL, best_path},
    BGP_SETTINGS,
    END};

/* ---- routers and services */

static void to_root(struct classic_line *l)
{
    if (l->at != NULL)
        l->at = l->root;
    classic_go(l, "policy-options");
}

static const struct classic_rule router[] = {
    {"interface", "interface *", NULL, interface},
    {"autonomous-system", "autonomous-system *", NULL, NULL},
    {"router-id", "router-id *", NULL, NULL},
    {"ecmp", "ecmp *", NULL, NULL},
    {"isis", "isis", take_instance, isis},
    {"ospf", "ospf", take_instance, ospf},
    {"ospf3", "ospf3", take_instance, ospf},
    {"bgp", "bgp", take_bgp, bgp},
    {"static-route", NULL, take_static_route, NULL},
    {"static-route-entry", NULL, take_route_entry, route_entry},
    {"aggregate", NULL, take_aggregate, NULL},
    {"policy-options", NULL, to_root, classic_policy_options},
    {"service-name", "service-name *", NULL, NULL},
    SWITCH,
    END};

/** `router`, `router Base`, `router management`. */
static void take_router(struct classic_line *l)
{
    bool named = next_is(l, "Base") || next_is(l, "management") || (l->n > 0 && l->quoted[0]);

    classic_add(l, named ? classic_word(l) : slice_of("Base"));
}

/** `vprn 10 name "red" customer 1 create`: known by its number, which `service-name` may give
 * another name later. */
static void take_service(struct classic_line *l)
{
    classic_go(l, "*");
    while (next_is(l, "name") || next_is(l, "customer") || next_is(l, "vpn")) {
        struct slice word = classic_word(l);
        struct tree_node *at = l->at;

        if (slice_eq(word, "name") && at != NULL) {
            classic_go(l, "service-name *");
            l->at = l->at != NULL ? at : NULL;
        } else {
            classic_word(l);
        }
    }
}

static const struct classic_rule service[] = {
    {"vprn", "vprn", take_service, router}, {"ies", "ies", take_service, router}, END};
static const struct classic_rule system_rules[] = {{"name", "name *", NULL, NULL}, END};

const struct classic_rule classic_configure[] = {
    {"configure", NULL, NULL, classic_configure},
    {"system", "system", NULL, system_rules},
    {"port", "port *", NULL, port},
    {"lag", "lag *", NULL, lag},
    {"router", "router", take_router, router},
    {"service", "service", NULL, service},
    {"policy-options", "policy-options", NULL, classic_policy_options},
    END};
