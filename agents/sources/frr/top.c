/* SPDX-License-Identifier: Apache-2.0 */
/* Statements outside of blocks, and the VRF block. */
#include <string.h>

#include "agents/sources/frr/model.h"

const char *frr_table(const char *vrf)
{
    return vrf == NULL || strcmp(vrf, "default") == 0 ? "" : vrf;
}

/** "8.4.4" or "10.2_git": major * 100 + minor. */
static void read_version(struct frr *c)
{
    struct slice rest = frr_word(c->line, 2), part;
    uint64_t major, minor = 0;
    size_t digits = 0;

    if (!slice_split(&rest, '.', &part) || !slice_u64(part, 99, &major))
        return;
    while (digits < rest.n && rest.p[digits] >= '0' && rest.p[digits] <= '9')
        digits++;
    slice_u64((struct slice){rest.p, digits}, 99, &minor);
    c->version = (int)(major * 100 + minor);
}

/** `hostname`, `frr version`, `frr defaults`; others are known not to matter. */
static bool identity(struct frr *c)
{
    const struct frr_line *l = c->line;

    if (frr_is(l, 0, "hostname") && l->n == 2 && !l->negated)
        c->node = frr_text(c, 1);
    else if (frr_begins(l, 0, "frr version"))
        read_version(c);
    else if (frr_begins(l, 0, "frr defaults"))
        c->datacenter = frr_is(l, 2, "datacenter");
    else
        return false;
    return true;
}

static enum frr_answer open_vrf(struct frr *c)
{
    const char *name = frr_text(c, 1);
    union map_value one = {.u = 1};

    if (name == NULL || c->line->negated)
        return FRR_UNKNOWN;
    c->table = frr_table(name);
    c->context = FRR_VRF;
    if (map_set(c->vrfs, name, strlen(name), one) != 0)
        c->failed = ERR_NOMEM;
    return FRR_DONE;
}

/** The routers whose blocks have a reader; other protocols' are skipped. */
static enum frr_answer open_router(struct frr *c)
{
    const struct frr_line *l = c->line;
    const char *name, *table = "";

    if (l->negated)
        return FRR_DONE;
    if (frr_is(l, 1, "bgp"))
        return frr_open_bgp(c);
    if (frr_is(l, 1, "ospf"))
        return frr_open_igp(c, "ospf", 2);
    if (frr_is(l, 1, "ospf6"))
        return frr_open_igp(c, "ospf3", 2);
    if (frr_is(l, 1, "isis"))
        return frr_open_igp(c, "isis", 2);
    c->context = FRR_SKIP;
    name = frr_protocol(frr_word(l, 1));
    for (size_t i = 2; i + 1 < l->n; i++) {
        if (frr_is(l, i, "vrf"))
            table = frr_table(frr_text(c, i + 1));
    }
    frr_untold(c, name != NULL ? name : "other", table);
    return frr_note(c, 1, "a routing protocol that is not read");
}

/** Blocks that are skipped as a whole: without and with a note. */
static bool open_other(struct frr *c)
{
    static const char *const quiet[] = {"bfd",          "rpki",      "mpls ldp",
                                        "line",         "key chain", "segment-routing",
                                        "affinity-map", "nhrp"};
    static const char *const noted[] = {"pbr-map", "nexthop-group", "l2vpn", "vnc"};

    for (size_t i = 0; i < sizeof(quiet) / sizeof(*quiet); i++) {
        if (frr_begins(c->line, 0, quiet[i])) {
            c->context = FRR_SKIP;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(noted) / sizeof(*noted); i++) {
        if (frr_begins(c->line, 0, noted[i])) {
            c->context = FRR_SKIP;
            frr_note(c, 0, "a block that is not read");
            return true;
        }
    }
    return false;
}

static enum frr_answer ip_statement(struct frr *c, int family)
{
    const struct frr_line *l = c->line;
    struct addr id;

    if (frr_is(l, 1, "route"))
        return frr_static_route(c, family, "");
    if (frr_is(l, 1, "router-id")) {
        if (!l->negated && addr_parse(frr_word(l, 2), &id) && id.family == 4 && l->n == 3)
            c->router_id = id;
        return FRR_DONE;
    }
    if (frr_is(l, 1, "protocol"))
        return frr_note(c, 1, "a filter between protocol and kernel that is not applied");
    return frr_list_statement(c);
}

enum frr_answer frr_top(struct frr *c)
{
    const struct frr_line *l = c->line;

    if (identity(c) || frr_open_iface(c) == FRR_DONE)
        return FRR_DONE;
    if (frr_is(l, 0, "interface"))
        return frr_open_interface(c);
    if (frr_is(l, 0, "vrf"))
        return open_vrf(c);
    if (frr_is(l, 0, "router"))
        return open_router(c);
    if (frr_is(l, 0, "route-map"))
        return frr_open_route_map(c);
    if (frr_is(l, 0, "ip"))
        return ip_statement(c, 4);
    if (frr_is(l, 0, "ipv6"))
        return ip_statement(c, 6);
    if (frr_is(l, 0, "router-id") && l->n == 2 && !l->negated)
        return addr_parse(l->w[1], &c->router_id) ? FRR_DONE : frr_note(c, 1, "not an address");
    if (frr_is(l, 0, "access-list") || frr_is(l, 0, "bgp"))
        return frr_list_statement(c);
    return open_other(c) ? FRR_DONE : FRR_UNKNOWN;
}

enum frr_answer frr_vrf(struct frr *c)
{
    const struct frr_line *l = c->line;

    if (frr_begins(l, 0, "ip route"))
        return frr_static_route(c, 4, c->table);
    if (frr_begins(l, 0, "ipv6 route"))
        return frr_static_route(c, 6, c->table);
    if (frr_is(l, 0, "vni") && !l->negated)
        frr_untold(c, "vpn", c->table);
    if (frr_is(l, 0, "vni") || frr_is(l, 0, "netns") || frr_begins(l, 0, "ip router-id") ||
        frr_begins(l, 0, "ipv6 router-id"))
        return FRR_DONE;
    return FRR_UNKNOWN;
}
