/* SPDX-License-Identifier: Apache-2.0 */
/* Statements outside of blocks; the four platforms. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/ios/model.h"

#define UNSAID                                                                                 \
    {                                                                                          \
        FACT_NONE, FACT_NONE, FACT_NONE                                                        \
    }

/* What all of them have in common. */
#define IOS_LIKE                                                                               \
    .any_process = true, .missing_unknown = true, .maximum_paths = 1, .import_check = 1

static const struct frr_platform ios_xe = {
    .name = "ios",
    .ospf_reference = 100,
    IOS_LIKE,
    .requires_policy = 0,
    .send_community = 0,
    .deterministic_med = FACT_NONE,
    .distance = UNSAID,
};

static const struct frr_platform ios_xr = {
    .name = "ios-xr",
    .ospf_reference = 100,
    IOS_LIKE,
    .requires_policy = 1,
    .send_community = 0,
    .send_community_internal = 1,
    .deterministic_med = 1,
    .distance = UNSAID,
};

static const struct frr_platform nxos = {
    .name = "nxos",
    .ospf_reference = 40000,
    IOS_LIKE,
    .requires_policy = 0,
    .send_community = 0,
    .deterministic_med = FACT_NONE,
    .distance = {20, 200, 220},
};

static const struct frr_platform eos = {
    .name = "eos",
    .ospf_reference = 100,
    IOS_LIKE,
    .requires_policy = 0,
    .send_community = 0,
    .deterministic_med = FACT_NONE,
    .distance = {200, 200, 200},
};

static const struct frr_platform *platform_of(enum ios_platform p)
{
    switch (p) {
    case IOS_XR:
        return &ios_xr;
    case IOS_NXOS:
        return &nxos;
    case IOS_EOS:
        return &eos;
    case IOS_IOS:
    case IOS_ALL:
        return &ios_xe;
    }
    return &ios_xe;
}

/** `vrf context X` of NX-OS has static routes below it. */
static bool vrf_block(struct ios *x, size_t node)
{
    const struct frr_line *l = ios_at(x, node);
    const char *table;

    if (!frr_begins(l, 0, "vrf context") || l->n < 3 || l->negated)
        return false;
    table = frr_table(frr_text(x->c, 2));
    IOS_CHILDREN(x, node, k)
    {
        l = ios_at(x, k);
        if (frr_begins(l, 0, "ip route") || frr_begins(l, 0, "ipv6 route"))
            ios_static(x, k, table);
    }
    return true;
}

static void router(struct ios *x, size_t node)
{
    const struct frr_line *l = ios_at(x, node);
    size_t at = frr_is(l, 0, "ipv6") ? 2 : 1;
    bool six = at == 2;

    if (l->negated)
        return;
    if (frr_is(l, at, "bgp"))
        ios_bgp(x, node);
    else if (frr_is(l, at, "ospf"))
        ios_igp(x, node, six ? "ospf3" : "ospf", at + 1);
    else if (frr_is(l, at, "ospfv3"))
        ios_igp(x, node, "ospf3", at + 1);
    else if (frr_is(l, at, "isis"))
        ios_igp(x, node, "isis", at + 1);
    else if (frr_is(l, at, "static"))
        ios_xr_static(x, node);
    else
        ios_untold_protocol(x, node, at);
}

/** `hostname X`, `switchname X`; XR has `router-id`, others `ip router-id`. */
static bool identity(struct ios *x)
{
    struct frr *c = x->c;
    const struct frr_line *l = c->line;
    struct addr id;

    if ((frr_is(l, 0, "hostname") || frr_is(l, 0, "switchname")) && l->n == 2 && !l->negated) {
        c->node = frr_text(c, 1);
        return true;
    }
    if (frr_is(l, 0, "router-id") && l->n == 2 && addr_parse(l->w[1], &id) && id.family == 4) {
        c->router_id = id;
        return true;
    }
    return false;
}

/** Statements beside routing that change where packets go, which facts can't say. */
static bool beyond(struct ios *x)
{
    static const struct {
        const char *words, *why;
    } noted[] = {
        {"ip policy", "policy-based forwarding is not followed"},
        {"ip local policy", "policy-based forwarding is not followed"},
        {"segment-routing", "segment routing is not followed"},
        {"mpls traffic-eng", "traffic engineering is not followed"},
        {"evpn", "EVPN is not followed"},
        {"l2vpn", "layer 2 services are not followed"},
    };

    for (size_t i = 0; i < sizeof(noted) / sizeof(*noted); i++) {
        if (frr_begins(x->c->line, 0, noted[i].words) && !x->c->line->negated) {
            frr_note(x->c, 0, noted[i].why);
            return true;
        }
    }
    return false;
}

static void statement(struct ios *x, size_t node)
{
    const struct frr_line *l = ios_at(x, node);

    if (identity(x) || vrf_block(x, node) || ios_xr_remember(x, node))
        return;
    ios_at(x, node);
    if (frr_is(l, 0, "interface"))
        ios_interface(x, node);
    else if (frr_is(l, 0, "router") || frr_begins(l, 0, "ipv6 router"))
        router(x, node);
    else if (frr_is(l, 0, "route-map"))
        ios_route_map(x, node);
    else if (frr_begins(l, 0, "ip route") || frr_begins(l, 0, "ipv6 route"))
        ios_static(x, node, "");
    else if (!ios_list(x, node) && !beyond(x))
        x->passed_over++;
}

/** Are there blocks that routing is made of? What XR keeps for later comes first, so that it is
 * there when it is used. */
static void statements(struct ios *x)
{
    for (size_t i = 0; i < x->n && x->c->failed == 0; i = x->nodes[i].end) {
        if (x->platform == IOS_XR)
            ios_xr_remember(x, i);
    }
    for (size_t i = 0; i < x->n && x->c->failed == 0; i = x->nodes[i].end)
        statement(x, i);
    if (x->passed_over > 0 && x->n > 0) {
        ios_at(x, 0);
        frr_note_at(
            x->c, 1,
            frr_printf(x->c, "%zu statements that say nothing of routes", x->passed_over));
    }
}

int ios_read(const struct ios_file *f, struct frr **out, struct err *e)
{
    struct ios x = {.c = frr_new(f->path, f->node, platform_of(f->platform)),
                    .platform = f->platform};
    int rc;

    *out = NULL;
    x.policies = map_new();
    x.sets = map_new();
    if (x.c == NULL || x.policies == NULL || x.sets == NULL)
        rc = err_set(e, ERR_NOMEM, "%s: out of memory", f->path);
    else
        rc = ios_tree(&x, f->text, e);
    if (rc == 0) {
        statements(&x);
        ios_untold(&x);
        ios_inherit_bandwidth(&x);
        ios_lend(&x);
        x.c->line = NULL;
        if (x.c->failed != 0)
            rc = err_set(e, ERR_LIMIT, "%s: the configuration takes too much memory", f->path);
    }
    map_free(&x.policies);
    map_free(&x.sets);
    if (rc != 0)
        frr_free(&x.c);
    *out = x.c;
    return rc;
}
