/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NX-OS's `show ip route [vrf all]`: what it marks is installed, and one network may be there
 * as connected and as its own address.
 *
 *     IP Route Table for VRF "default"
 *     10.15.1.0/30, ubest/mbest: 2/0, attached
 *         *via 10.16.51.1, Eth1/1, [200/0], 01:51:02, bgp-65001, internal, tag 65001
 */
#include "agents/sources/lg/cli.h"

#include <string.h>

static int put_route(struct cli *c, struct err *e)
{
    int rc = 0;

    if (c->t->route.open && !c->t->skipping)
        rc = lg_route_put(c->t, "rib", e);
    lg_route_end(c->t);
    return rc;
}

static int begin(struct cli *c, struct err *e)
{
    struct slice name;
    int rc;

    if (!lg_after(c->t->line, "Route Table for VRF ", &name) &&
        !lg_after(c->t->line, "Routing Table for VRF ", &name)) /* IPv6 */
        return 0;
    c->part = CLI_NX_ROUTES;
    c->has_prefix = false;
    rc = lg_enter(c->t, lg_strip(slice_trim(name), "\"'"), e);
    return rc < 0 ? rc : 1;
}

const char *cli_nxos_protocol(struct slice word)
{
    static const struct {
        const char *word, *protocol;
    } names[] = {{"direct", "connected"}, {"local", "local"}, {"static", "static"},
                 {"bgp", "bgp"},          {"ospf", "ospf"},   {"ospfv3", "ospf"},
                 {"isis", "isis"},        {"eigrp", "eigrp"}, {"rip", "rip"},
                 {"hsrp", "local"},       {"am", "am"},       {"broadcast", "local"}};

    word = lg_until(word, "-");
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (slice_eq(word, names[i].word))
            return names[i].protocol;
    }
    return NULL;
}

static bool same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

struct via {
    struct addr addr;
    struct slice interface;
    const char *protocol;
    int64_t distance, metric;
    bool best;
};

static bool read_via(struct slice line, struct via *v)
{
    struct slice rest = slice_trim(line), piece, metric;

    *v = (struct via){.interface = {"", 0}, .distance = FACT_NONE, .metric = FACT_NONE};
    v->best = slice_starts(rest, "*");
    rest = lg_strip(rest, "*");
    if (!slice_starts(rest, "via "))
        return false;
    rest = (struct slice){rest.p + 4, rest.n - 4};
    for (unsigned i = 0; slice_split(&rest, ',', &piece); i++) {
        piece = slice_trim(piece);
        if (i == 0 && lg_addr(piece, &v->addr))
            continue;
        if (piece.n > 0 && piece.p[0] == '[') {
            lg_number(lg_until(lg_strip(piece, "[]"), "/"), &v->distance);
            if (lg_after(lg_strip(piece, "[]"), "/", &metric))
                lg_number(metric, &v->metric);
        } else if (v->distance == FACT_NONE && v->interface.n == 0 && !cli_is_age(piece)) {
            v->interface = piece;
        } else if (v->protocol == NULL) {
            v->protocol = cli_nxos_protocol(piece);
        }
    }
    return true;
}

/* Next hops of one protocol are one route; a floating static route and hops that are not
 * marked are others. */
static int add_via(struct cli *c, const struct via *v, struct err *e)
{
    struct fact_route *f = &c->t->route.fact;
    int rc = 0;

    if (!c->t->route.open || !same(f->protocol, v->protocol) || f->best != v->best ||
        f->distance != v->distance) {
        rc = put_route(c, e);
        if (rc < 0)
            return rc;
        lg_route_open(c->t, &c->prefix);
        f->protocol = v->protocol;
        f->distance = v->distance;
        f->metric = v->metric;
        f->best = v->best;
    }
    if (slice_starts(v->interface, "Null")) {
        f->discard = 1;
        return 0;
    }
    return lg_route_hop(c->t, &v->addr, v->interface, e);
}

static int routes_line(struct cli *c, struct err *e)
{
    struct slice line = c->t->line, network;
    struct via v;
    int rc;

    if (lg_has(line, ", ubest/mbest:")) {
        rc = put_route(c, e);
        network = lg_first(line);
        c->has_prefix = prefix_parse_loose(network, &c->prefix);
        if (!c->has_prefix)
            lg_note(c->t, "networks that are no prefix");
        return rc < 0 ? rc : 1;
    }
    if (slice_starts(line, "'") || slice_starts(line, "tag "))
        return 1; /* legend; a long line's end */
    if (lg_indent(line) == 0 || !read_via(line, &v))
        return 0;
    if (!c->has_prefix)
        return 1;
    rc = add_via(c, &v, e);
    return rc < 0 ? rc : 1;
}

const struct cli_reader cli_nx_routes = {CLI_NX_ROUTES, begin, routes_line, put_route};
