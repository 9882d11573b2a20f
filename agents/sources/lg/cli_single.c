/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `show ip route ADDRESS` and `show ipv6 route ADDRESS` of IOS, IOS-XR and FRR, one route in
 * full:
 *
 *     Routing entry for 203.0.113.0/24, supernet
 *       Known via "ospf 1", distance 110, metric 22, type extern 1
 *       Routing Descriptor Blocks:
 *       * 192.0.2.9, from 198.51.100.7, 2d07h ago, via GigabitEthernet0/1
 *           Route metric is 22, traffic share count is 1
 *
 * A line that begins with an address, or says "directly connected", is a next hop. FRR marks
 * those in the forwarding table with *, IOS with it the one that is next in turn.
 */
#include "agents/sources/lg/cli.h"

static const char *protocol_of(struct slice word)
{
    static const char *const names[] = {"bgp",    "ospf",      "ospfv3", "isis",
                                        "static", "connected", "local",  "rip",
                                        "eigrp",  "kernel",    "nhrp"};

    word = lg_until(word, " \"");
    if (slice_eq(word, "ospfv3") || slice_eq(word, "ospf6"))
        return "ospf";
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (slice_eq(word, names[i]))
            return names[i];
    }
    return NULL;
}

static int begin_single(struct cli *c, struct err *e)
{
    struct slice line = slice_trim(c->t->line), rest;
    struct prefix p;
    int rc;

    if (!slice_starts(line, "Routing entry for ") || !lg_after(line, "for ", &rest))
        return 0;
    rc = cli_put_route(c, e);
    if (rc < 0)
        return rc;
    c->part = CLI_SINGLE;
    c->rib = (struct cli_rib){0};
    if (prefix_parse_loose(lg_first(rest), &p)) {
        lg_route_open(c->t, &p);
        c->prefix = p;
    } else {
        lg_note(c->t, "networks that are no prefix");
    }
    return 1;
}

/* "Known via "bgp 64500", distance 20, metric 0, type external"; FRR: ", best". */
static void read_known(struct cli *c, struct slice line)
{
    struct fact_route *f = &c->t->route.fact;
    struct slice rest, piece;

    if (lg_after(line, "via \"", &rest))
        f->protocol = protocol_of(rest);
    lg_number_after(line, "distance ", &f->distance);
    lg_number_after(line, "metric ", &f->metric);
    while (slice_split(&line, ',', &piece)) {
        if (slice_eq(slice_trim(piece), "best"))
            c->rib.selected = true;
    }
}

/* The interface of "..., via eth0, weight 1", or what stands behind the address in IPv6. */
static struct slice interface_of(struct cli *c, struct slice rest)
{
    struct slice address, name;

    if (lg_after(rest, "via ", &name))
        return lg_until(name, ", ");
    if (c->prefix.addr.family != 6 || !slice_split(&rest, ',', &address))
        return (struct slice){"", 0};
    return lg_until(lg_first(rest), "%"); /* IOS: "Vlan901%default", a table's */
}

static int add_hop(struct cli *c, const struct addr *a, struct slice line, struct err *e)
{
    struct slice interface = interface_of(c, line);

    if (slice_starts(interface, "Null")) {
        c->t->route.fact.discard = 1;
        return 0;
    }
    return lg_route_hop(c->t, a, interface, e);
}

static int single_line(struct cli *c, struct err *e)
{
    struct slice line = slice_trim(c->t->line);
    struct addr a = {0};
    bool marked = slice_starts(line, "*");
    int rc;

    if (!c->t->route.open)
        return 1;
    line = marked ? slice_trim((struct slice){line.p + 1, line.n - 1}) : line;
    if (slice_starts(line, "Known via ")) {
        read_known(c, line);
        return 1;
    }
    if (!lg_addr(line, &a) && !slice_starts(line, "directly connected"))
        return 1;
    c->rib.any_fib |= marked;
    if (lg_has(line, "Backup") || lg_has(line, "inactive") ||
        (c->os == CLI_FRR && c->rib.selected && !marked)) {
        c->t->lg->skips.unusable += !lg_has(line, "(recursive");
        return 1;
    }
    rc = add_hop(c, &a, line, e);
    return rc < 0 ? rc : 1;
}

const struct cli_reader cli_single = {CLI_SINGLE, begin_single, single_line, cli_put_route};
