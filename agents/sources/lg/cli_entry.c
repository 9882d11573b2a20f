/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BGP entries in full: `show ip bgp PREFIX`, `show bgp detail`, of IOS, IOS-XR, NX-OS, EOS and
 * FRR. A path begins with the line that says where it came from; its AS path stands before:
 *
 *     BGP routing table entry for 10.1.0.0/16, version 7
 *     Paths: (2 available, best #1, table default)
 *       64500 64501, (Received from a RR-client)
 *         192.0.2.1 (metric 20) from 192.0.2.9 (198.51.100.9)
 *           Origin IGP, metric 0, localpref 100, valid, internal, best
 *           Community: 64500:1
 *
 * NX-OS says "AS-Path: 64500 , path sourced external to AS" and, before that, "Path type:
 * external, path is valid, is best path".
 */
#include "agents/sources/lg/cli.h"

#include <string.h>

static void forget_path(struct cli *c)
{
    c->path = (struct cli_path){.external = FACT_NONE};
}

static int put_path(struct cli *c, struct err *e)
{
    struct lg_route *r = &c->t->route;
    int rc = 0;

    if (!r->open)
        return 0;
    if (!c->path.valid || c->path.inaccessible) {
        lg_route_invalid(c->t);
    } else {
        r->fact.best = c->path.best;
        r->fact.external = c->path.local ? FACT_NONE : c->path.external;
        r->fact.protocol = "bgp";
        rc = lg_route_put(c->t, "bgp", e);
    }
    lg_route_end(c->t);
    forget_path(c);
    return rc;
}

/*
 * "10.0.0.0/8", "65000:1:10.0.0.0/8", "[65000:1]2001:db8::/32": distinguisher and prefix. FRR's
 * "65000:1:2001:db8::/32" could be an address too: it is one where no VPN is told of and it has
 * no bits behind its length.
 */
static bool read_network(struct cli *c, bool vpn)
{
    struct slice word = c->network, rd = {"", 0}, rest;
    struct prefix exact;

    c->entry_rd[0] = '\0';
    if (word.n > 0 && word.p[0] == '[' && lg_after(word, "]", &rest)) {
        rd = lg_until((struct slice){word.p + 1, word.n - 1}, "]");
    } else if ((!vpn && prefix_parse(word, &exact)) || !lg_split_vpn(word, &rd, &rest)) {
        return lg_network(word, &c->prefix);
    }
    if (rd.n == 0 || rd.n > LG_MAX_RD || !str_is_utf8(rd.p, rd.n) ||
        !lg_network(rest, &c->prefix))
        return false;
    memcpy(c->entry_rd, rd.p, rd.n);
    c->entry_rd[rd.n] = '\0';
    return true;
}

static int begin(struct cli *c, struct err *e)
{
    struct slice rest, rd;

    if (!lg_after(c->t->line, "BGP routing table entry for ", &rest))
        return 0;
    if (put_path(c, e) < 0)
        return e->code;
    c->part = CLI_ENTRY;
    c->before = (struct slice){"", 0};
    c->network = lg_strip(lg_first(rest), ",");
    c->has_prefix = read_network(c, c->vpn);
    if (lg_after(rest, "Route Distinguisher: ", &rd)) {
        rd = lg_first(rd);
        if (rd.n <= LG_MAX_RD && str_is_utf8(rd.p, rd.n)) {
            memcpy(c->entry_rd, rd.p, rd.n);
            c->entry_rd[rd.n] = '\0';
        }
    }
    forget_path(c);
    if (!c->has_prefix && !c->t->skipping)
        lg_note(c->t, "entries whose network has no length that is known");
    return 1;
}

/* "64500 64501, (Received from a RR-client)": cut before remarks; "(64512)" is a
 * confederation. */
static struct slice only_path(struct slice line)
{
    bool set = false;

    line = slice_trim(line);
    for (size_t i = 0; i < line.n; i++) {
        char c = line.p[i], next = i + 1 < line.n ? line.p[i + 1] : ' ';

        set = c == '{' || (set && c != '}');
        if ((c == ',' && !set) || (c == '(' && !(next >= '0' && next <= '9')))
            line.n = i;
    }
    line = slice_trim(line);
    return slice_eq(line, "NONE") ? (struct slice){"", 0} : line;
}

/* "NEXTHOP (metric N) from PEER (ROUTER-ID)". */
static bool is_source(struct slice line, struct slice *hop, struct slice *from)
{
    struct addr a;

    line = slice_trim(line);
    *hop = lg_first(line);
    return lg_after(line, " from ", from) && lg_has(*from, "(") &&
           (slice_eq(*hop, "-") || lg_addr(*hop, &a));
}

static int begin_path(struct cli *c, struct slice hop, struct slice from, struct err *e)
{
    struct lg_text *t = c->t;
    struct slice inside, path = c->path.has_path ? c->path.as_path : only_path(c->before);
    struct addr a = {0};
    int rc;

    lg_route_open(t, &c->prefix);
    if (c->entry_rd[0] != '\0')
        t->route.fact.rd = c->entry_rd;
    rc = lg_route_path(t, path, e);
    if (rc == 0 && lg_addr(hop, &a))
        rc = lg_route_hop(t, &a, (struct slice){"", 0}, e);
    /* What was received before policies is kept beside what they made of it. */
    c->path.inaccessible =
        lg_has(t->line, "inaccessible") || lg_has(c->before, "received-only");
    if (lg_addr(from, &a) && !slice_eq(lg_until(from, " ("), "0.0.0.0") &&
        !slice_eq(lg_until(from, " ("), "::"))
        t->route.fact.peer = a;
    if (lg_after(from, "(", &inside))
        lg_addr(inside, &t->route.fact.peer_router_id);
    return rc;
}

/* "best", "best #1", "best (Older Path)": FRR says why. */
static int read_best(struct cli *c, struct slice piece, struct err *e)
{
    struct slice why;

    c->path.best = true;
    if (c->os != CLI_FRR || !lg_after(piece, "(", &why))
        return 0;
    return lg_copy(c->t->lg, lg_until(why, ")"), &c->t->route.fact.reason, e);
}

static int read_property(struct cli *c, struct slice piece, struct err *e)
{
    struct fact_route *f = &c->t->route.fact;
    struct slice rest = piece, key = {"", 0};

    slice_word(&rest, &key);
    if (slice_eq(key, "Origin"))
        lg_route_origin(c->t, lg_first(rest));
    else if (slice_eq(key, "metric") || slice_eq(key, "MED"))
        lg_number(rest, &f->med);
    else if (slice_eq(key, "localpref"))
        lg_number(rest, &f->local_pref);
    else if (slice_eq(key, "weight"))
        lg_number(rest, &f->weight);
    else if (slice_eq(key, "valid"))
        c->path.valid = true;
    else if (slice_eq(key, "external"))
        c->path.external = 1;
    else if (slice_eq(key, "internal") || slice_starts(key, "confed-"))
        c->path.external = 0;
    else if (slice_eq(key, "sourced") || slice_eq(key, "local") || slice_eq(key, "aggregated"))
        c->path.local = true;
    else if (slice_eq(key, "multipath") || slice_eq(key, "ECMP"))
        c->path.best = true;
    else if (slice_eq(key, "best"))
        return read_best(c, piece, e);
    return 0;
}

static int read_properties(struct cli *c, struct slice line, struct err *e)
{
    struct slice piece;
    int rc = 0;

    while (rc == 0 && slice_split(&line, ',', &piece))
        rc = read_property(c, slice_trim(piece), e);
    return rc;
}

/* NX-OS: "Path type: external, path is valid, is best path, no labeled nexthop". */
static int read_nx_type(struct cli *c, struct err *e)
{
    struct slice line = c->t->line;
    int rc = put_path(c, e);

    c->path.valid = (lg_has(line, "path is valid") || lg_has(line, "is valid")) &&
                    !lg_has(line, "received only");
    c->path.best = lg_has(line, "is best path") || lg_has(line, "is multipath") ||
                   lg_has(line, ", multipath");
    if (lg_has(line, "type: external"))
        c->path.external = 1;
    else if (lg_has(line, "type: internal") || lg_has(line, "type: confed"))
        c->path.external = 0;
    else
        c->path.local = true;
    return rc;
}

static int read_communities(struct cli *c, struct slice text, struct err *e)
{
    struct slice word;
    int rc = 0;

    c->path.communities = true;
    while (rc == 0 && slice_word(&text, &word))
        rc = lg_route_community(c->t, lg_strip(word, ","), e);
    return rc;
}

static bool looks_like_communities(struct slice line)
{
    int64_t n;

    return lg_number(lg_until(slice_trim(line), ":"), &n) && lg_has(line, ":") &&
           !lg_has(line, "from ");
}

/* Lines below a path, by their first words. */
static int read_attribute(struct cli *c, struct err *e)
{
    struct slice line = slice_trim(c->t->line), rest;
    bool more = c->path.communities && looks_like_communities(line);

    c->path.communities = false;
    if (more)
        return read_communities(c, line, e);
    if (slice_starts(line, "Origin "))
        return read_properties(c, line, e);
    if (slice_starts(line, "Community:") || slice_starts(line, "Community :"))
        return lg_after(line, ":", &rest) ? read_communities(c, rest, e) : 0;
    if (slice_starts(line, "Large Community:"))
        return lg_after(line, ":", &rest) ? read_communities(c, rest, e) : 0;
    if (slice_starts(line, "Originator"))
        lg_addr(lg_after(line, ":", &rest) ? rest : line, &c->t->route.fact.peer_router_id);
    return 0;
}

/* "Paths: (1 available, best #1, table VRF1)". */
static int read_paths_line(struct cli *c, struct err *e)
{
    struct slice rest;

    if (lg_has(c->t->line, ", no table"))
        return lg_enter(c->t, (struct slice){"", 0}, e);
    if (!lg_after(c->t->line, ", table ", &rest))
        return 0;
    return lg_enter(c->t, lg_until(rest, ",) "), e);
}

static int entry_line(struct cli *c, struct err *e)
{
    struct slice line = c->t->line, inner = slice_trim(line), hop, from, path;
    int rc = 0;

    if (!c->has_prefix || c->t->skipping)
        return 1;
    if (c->os == CLI_FRR && slice_eq(inner, "not allocated")) {
        c->has_prefix = read_network(c, true); /* no label: FRR says it of VPN routes */
    } else if (slice_starts(inner, "Paths:")) {
        rc = read_paths_line(c, e);
    } else if (slice_starts(inner, "Path type:")) {
        rc = read_nx_type(c, e);
    } else if (lg_after(inner, "AS-Path: ", &path)) {
        c->path.as_path = only_path(path);
        c->path.has_path = true;
    } else if (lg_has(inner, " Contributing routes:")) {
        rc = put_path(c, e); /* EOS; what follows is of those routes */
    } else if (is_source(line, &hop, &from)) {
        if (c->os != CLI_NXOS)
            rc = put_path(c, e);
        if (rc == 0)
            rc = begin_path(c, hop, from, e);
    } else if (c->t->route.open) {
        rc = read_attribute(c, e);
    }
    c->before = line;
    return rc < 0 ? rc : 1;
}

const struct cli_reader cli_entry = {CLI_ENTRY, begin, entry_line, put_path};
