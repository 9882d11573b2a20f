/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nokia SR OS, the classic command line's tables. Each has a title, the names of its columns,
 * and entries of two or three lines between rules of '=' and '-':
 *
 *     Route Table (Router: Base)
 *     Dest Prefix[Flags]                            Type    Proto     Age        Pref
 *           Next Hop[Interface Name]                                    Metric
 *     2.2.2.2/32                                    Remote  BGP       00h02m17s  170
 *            10.0.0.1                                                     0
 */
#include "agents/sources/lg/text.h"

#include <string.h>

#include "net/asn.h"

#define MAX_CELLS 64

enum part { NONE, ROUTES, BGP_ROUTES, INTERFACES, SUMMARY, ISIS, OSPF, OTHER };

struct sros {
    struct lg_text *t;
    enum part part;
    unsigned row; /* lines of the entry so far */
    struct slice cells[MAX_CELLS];
    size_t n_cells;
    /* the route before, to which further next hops are added */
    struct prefix prefix;
    const char *protocol;
    struct lg_interface interface;
    struct fact_bgp_session session;
    bool session_open, session_told;
};

static void split_cells(struct sros *s)
{
    struct slice rest = s->t->line, word;

    s->n_cells = 0;
    while (s->n_cells < MAX_CELLS && slice_word(&rest, &word))
        s->cells[s->n_cells++] = word;
}

static struct slice cell(const struct sros *s, size_t i)
{
    return i < s->n_cells ? s->cells[i] : (struct slice){"", 0};
}

static struct slice last_cell(const struct sros *s, size_t back)
{
    return s->n_cells > back ? s->cells[s->n_cells - 1 - back] : (struct slice){"", 0};
}

/* --- routes --- */

static int end_route(struct sros *s, struct err *e)
{
    int rc = 0;

    if (s->t->route.open)
        rc = lg_route_put(s->t, s->part == BGP_ROUTES ? "bgp" : "rib", e);
    lg_route_end(s->t);
    s->row = 0;
    return rc;
}

static const char *protocol_of(struct slice word)
{
    static const struct {
        const char *word, *protocol;
    } names[] = {{"Local", "connected"}, {"BGP", "bgp"},        {"OSPF", "ospf"},
                 {"OSPF3", "ospf"},      {"ISIS", "isis"},      {"IS-IS", "isis"},
                 {"Static", "static"},   {"Aggr", "aggregate"}, {"Host", "local"},
                 {"RIP", "rip"},         {"BGP_VPN", "bgp"},    {"BGP_LABEL", "bgp"}};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (slice_eq(word, names[i].word))
            return names[i].protocol;
    }
    return NULL;
}

/* "2.2.2.2/32 [L]  Remote  BGP VPN  00h02m17s  170". */
static int route_title(struct sros *s, struct err *e)
{
    struct prefix p;
    struct slice type = cell(s, 1);
    const char *protocol;
    int rc;

    if (!prefix_parse_loose(lg_until(cell(s, 0), "["), &p) || s->n_cells < 5)
        return 0;
    protocol = protocol_of(cell(s, type.p[0] == '[' ? 3 : 2));
    if (s->t->route.open && prefix_eq(&p, &s->prefix) && protocol == s->protocol) {
        s->row = 1; /* one more next hop */
        return 1;
    }
    rc = end_route(s, e);
    s->prefix = p;
    s->protocol = protocol;
    lg_route_open(s->t, &p);
    s->t->route.fact.protocol = protocol;
    s->t->route.fact.best = 1;
    lg_number(last_cell(s, 0), &s->t->route.fact.distance);
    if (slice_starts(type, "Black"))
        s->t->route.fact.discard = 1;
    s->row = 1;
    return rc < 0 ? rc : 1;
}

/* "       10.0.0.1 (tunneled)      0": next hop or interface, metric. */
static int route_hop(struct sros *s, struct err *e)
{
    struct slice first = cell(s, 0);
    struct addr a = {0};
    int rc;

    s->row = 0;
    lg_number(last_cell(s, 0), &s->t->route.fact.metric);
    if (slice_eq(first, "Black") || slice_eq(first, "Reject")) {
        s->t->route.fact.discard = 1;
        return 1;
    }
    if (lg_addr(first, &a))
        rc = lg_route_hop(s->t, &a, (struct slice){"", 0}, e);
    else
        rc = lg_route_hop(s->t, NULL, lg_until(first, "["), e);
    return rc < 0 ? rc : 1;
}

static int routes_line(struct sros *s, struct err *e)
{
    if (lg_indent(s->t->line) == 0)
        return route_title(s, e);
    return s->row == 1 && s->t->route.open ? route_hop(s, e) : 0;
}

/* --- BGP routes --- */

static bool has(struct slice s, char c)
{
    return memchr(s.p, c, s.n) != NULL;
}

/* "u*>i  2.2.2.2/32   None   None": flags and origin, network, local preference, MED. */
static int bgp_title(struct sros *s, struct err *e)
{
    struct slice flags = cell(s, 0), origin;
    struct prefix p;
    int rc;

    if (s->n_cells < 2 || !prefix_parse_loose(cell(s, 1), &p))
        return 0;
    rc = end_route(s, e);
    lg_route_open(s->t, &p);
    s->t->route.fact.protocol = "bgp";
    s->t->route.fact.best = has(flags, '>');
    origin = (struct slice){flags.p + flags.n - 1, 1};
    lg_route_origin(s->t, origin);
    if (!has(flags, '*') || has(flags, 'h') || has(flags, 'd'))
        lg_route_invalid(s->t);
    lg_number(last_cell(s, 0), &s->t->route.fact.med);
    lg_number(last_cell(s, 1), &s->t->route.fact.local_pref);
    s->row = 1;
    return rc < 0 ? rc : 1;
}

/* "      65002 65003              -": the last cell is a label. */
static int bgp_path(struct sros *s, struct err *e)
{
    struct slice label = last_cell(s, 0), line = s->t->line;
    int rc;

    s->row = 0;
    if (lg_has(line, "No As-Path"))
        return 1;
    if (slice_eq(label, "-"))
        line.n = (size_t)(label.p - line.p);
    rc = lg_route_path(s->t, line, e);
    return rc < 0 ? rc : 1;
}

static int bgp_line(struct sros *s, struct err *e)
{
    struct addr a;

    if (lg_indent(s->t->line) == 0)
        return bgp_title(s, e);
    if (s->row == 1 && lg_addr(cell(s, 0), &a)) {
        s->row = 2;
        return lg_route_hop(s->t, &a, (struct slice){"", 0}, e) < 0 ? e->code : 1;
    }
    return s->row == 2 ? bgp_path(s, e) : 0;
}

/* --- interfaces --- */

/* "to-r3   Up   Up/Down   Network 1/1/c1/1": read from the right, names may have blanks. */
static int interface_title(struct sros *s, struct err *e)
{
    struct slice name, admin = last_cell(s, 3), state = last_cell(s, 2);
    int rc = lg_interface_put(s->t, &s->interface, e);

    if (rc < 0 || s->n_cells < 5 || !has(state, '/'))
        return rc;
    name = slice_trim((struct slice){s->t->line.p, (size_t)(admin.p - s->t->line.p)});
    rc = lg_interface_open(s->t, &s->interface, name, e);
    s->interface.fact.up = slice_eq(admin, "Up") && lg_has(state, "Up");
    if (slice_eq(name, "system"))
        s->interface.fact.kind = "loopback"; /* what SR OS calls its own */
    return rc < 0 ? rc : 1;
}

static int interface_line(struct sros *s, struct err *e)
{
    if (lg_indent(s->t->line) == 0)
        return interface_title(s, e);
    if (!s->interface.open || slice_eq(cell(s, 0), "-"))
        return s->interface.open;
    return lg_interface_addr(s->t, &s->interface, cell(s, 0), e);
}

/* --- sessions --- */

static int put_session(struct sros *s, int64_t family, struct err *e)
{
    s->session.family = family;
    s->session_told = true;
    return lg_put(s->t->lg, FACT_BGP_SESSION, &s->session, e);
}

static int end_session(struct sros *s, struct err *e)
{
    bool untold = s->session_open && !s->session_told;

    s->session_open = false;
    if (!untold || s->session.peer_asn == FACT_NONE)
        return 0;
    if (s->session.established == FACT_NONE)
        s->session.established = 0;
    return put_session(s, FACT_NONE, e);
}

/* "1/1/1 (IPv4)": received, active and sent routes of a family. */
static int session_families(struct sros *s, struct err *e)
{
    int rc = 0;

    if (!lg_has(s->t->line, "/") || !lg_has(s->t->line, " ("))
        return 0;
    s->session.established = 1;
    if (lg_has(s->t->line, "(IPv4)"))
        rc = put_session(s, 4, e);
    if (rc == 0 && lg_has(s->t->line, "(IPv6)"))
        rc = put_session(s, 6, e);
    return rc;
}

static int summary_line(struct sros *s, struct err *e)
{
    struct addr peer;
    uint32_t asn;
    int rc;

    if (lg_indent(s->t->line) == 0) {
        if (!lg_addr(cell(s, 0), &peer))
            return s->session_open; /* a description */
        rc = end_session(s, e);
        fact_init(FACT_BGP_SESSION, &s->session);
        s->session.node = s->t->lg->node;
        s->session.table = s->t->table;
        s->session.peer_addr = peer;
        s->session_open = true;
        s->session_told = false;
        return rc < 0 ? rc : 1;
    }
    if (!s->session_open)
        return 0;
    if (s->session.peer_asn == FACT_NONE && s->n_cells >= 4 && asn_parse(cell(s, 0), &asn))
        s->session.peer_asn = asn;
    rc = s->session.peer_asn != FACT_NONE ? session_families(s, e) : 0;
    return rc < 0 ? rc : 1;
}

/* --- neighbours on links --- */

static int put_link(struct sros *s, struct slice interface, struct slice node,
                    const char *protocol, struct err *e)
{
    struct arena_mark mark = arena_mark(s->t->lg->arena);
    struct fact_link f;
    int rc;

    fact_init(FACT_LINK, &f);
    f.a_node = s->t->lg->node;
    f.protocol = protocol;
    rc = lg_copy(s->t->lg, interface, &f.a_interface, e);
    if (rc == 0)
        rc = lg_copy(s->t->lg, node, &f.b_node, e);
    if (rc == 0)
        rc = lg_put(s->t->lg, FACT_LINK, &f, e);
    arena_rewind(s->t->lg->arena, mark);
    return rc < 0 ? rc : 1;
}

/* "SRSIM   L2   Up   20   to-r3   0". */
static int isis_line(struct sros *s, struct err *e)
{
    if (s->n_cells < 6 || !str_is_utf8(s->t->line.p, s->t->line.n))
        return 0;
    if (!slice_eq(cell(s, 2), "Up")) {
        lg_note(s->t, "IS-IS neighbours that are not up");
        return 1;
    }
    return put_link(s, cell(s, 4), cell(s, 0), "isis", e);
}

/* "to-pe2   2.2.2.2   Full   1   0   33": by its router id; the area stands below. */
static int ospf_line(struct sros *s, struct err *e)
{
    struct addr a;

    if (lg_indent(s->t->line) > 0)
        return 1;
    if (s->n_cells < 4 || !addr_parse(cell(s, 1), &a) ||
        !str_is_utf8(s->t->line.p, s->t->line.n))
        return 0;
    if (!slice_eq(cell(s, 2), "Full")) {
        lg_note(s->t, "OSPF neighbours that are not fully adjacent");
        return 1;
    }
    return put_link(s, cell(s, 0), cell(s, 1), "ospf", e);
}

/* --- titles --- */

static const struct {
    const char *title;
    enum part part;
} titles[] = {
    {"IPv6 Route Table (", ROUTES},    {"Route Table (", ROUTES},
    {"BGP IPv4 Routes", BGP_ROUTES},   {"BGP IPv6 Routes", BGP_ROUTES},
    {"Interface Table (", INTERFACES}, {"BGP Summary", SUMMARY},
};

/* "(Router: Base)", "(Service: 10)": whose table it is. */
static int enter(struct sros *s, struct slice line, struct err *e)
{
    struct slice name = {"", 0};

    if (lg_after(line, "(Router: ", &name) || lg_after(line, "(Service: ", &name))
        name = lg_until(name, ")");
    if (slice_eq(name, "Base"))
        name.n = 0;
    return lg_enter(s->t, name, e);
}

static int end_part(struct sros *s, struct err *e)
{
    int rc = end_route(s, e);

    if (rc == 0)
        rc = lg_interface_put(s->t, &s->interface, e);
    if (rc == 0)
        rc = end_session(s, e);
    s->part = NONE;
    return rc;
}

static enum part part_of(struct slice line)
{
    for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
        if (slice_starts(line, titles[i].title))
            return titles[i].part;
    }
    if (slice_starts(line, "Rtr ") && lg_has(line, " ISIS ") && lg_has(line, "Adjacency"))
        return ISIS;
    if (slice_starts(line, "Rtr ") && lg_has(line, " OSPF") && lg_has(line, "Neighbors"))
        return OSPF;
    if (slice_starts(line, "BGP ") && lg_has(line, " Routes"))
        return OTHER;
    return NONE;
}

/* "BGP Router ID:1.1.1.1   AS:65001   Local AS:65001". */
static int identity(struct sros *s, struct err *e)
{
    struct slice rest;
    struct addr id = {0};
    uint32_t asn = 0;
    int rc;

    if (!lg_after(s->t->line, "BGP Router ID:", &rest))
        return 0;
    rc = end_part(s, e);
    if (rc == 0)
        rc = lg_enter(s->t, (struct slice){"", 0}, e);
    if (rc < 0)
        return rc;
    lg_addr(rest, &id);
    if (lg_after(s->t->line, "Local AS:", &rest) && !asn_parse(lg_first(rest), &asn))
        asn = 0;
    rc = lg_learn(s->t, asn, &id, e);
    return rc < 0 ? rc : 1;
}

static bool is_frame(struct slice line)
{
    static const char *const words[] = {"===",
                                        "---",
                                        "Legend",
                                        "Status codes",
                                        "Origin codes",
                                        "Flag  Network",
                                        "Dest Prefix",
                                        "No. of ",
                                        "Routes : ",
                                        "Flags: ",
                                        "Interfaces : ",
                                        "Interface-Name",
                                        "System ID",
                                        "Adjacencies : ",
                                        "Neighbor",
                                        "Description",
                                        "No Matching",
                                        "l - leaked",
                                        "w - unused",
                                        "Next Hop[",
                                        "Nexthop (",
                                        "As-Path ",
                                        "IP-Address",
                                        "AS PktRcvd",
                                        "PktSent",
                                        "Area-Id",
                                        "BGP Admin State",
                                        "Total ",
                                        "Current Internal",
                                        "Memory Failures",
                                        "Next Hop Failures",
                                        "Tunnel Failures",
                                        "B = BGP",
                                        "L = LFA",
                                        "S = Sticky",
                                        "E = "};

    line = slice_trim(line);
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (slice_starts(line, words[i]))
            return true;
    }
    return false;
}

static int read_line(struct sros *s, struct err *e)
{
    static int (*const lines[])(struct sros *, struct err *) = {
        [ROUTES] = routes_line,   [BGP_ROUTES] = bgp_line, [INTERFACES] = interface_line,
        [SUMMARY] = summary_line, [ISIS] = isis_line,      [OSPF] = ospf_line};
    struct slice line = slice_trim(s->t->line);
    enum part part = part_of(line);
    int rc;

    if (slice_starts(line, "MINOR: ") || slice_starts(line, "MAJOR: ") ||
        slice_starts(line, "Error: "))
        return lg_refused(line, e);
    if (part != NONE) {
        s->t->known = true;
        rc = end_part(s, e);
        if (part == OTHER)
            lg_note(s->t, "BGP routes of other families than IPv4 and IPv6");
        s->part = part;
        return rc < 0 ? rc : enter(s, line, e);
    }
    rc = identity(s, e);
    s->t->known |= rc > 0;
    if (rc != 0 || line.n == 0 || is_frame(line) || s->part == NONE || s->part == OTHER)
        return rc < 0 ? rc : 0;
    split_cells(s);
    rc = lines[s->part](s, e);
    if (rc == 0)
        lg_strange(s->t);
    return rc < 0 ? rc : 0;
}

static int parse_lines(struct lg_text *t, struct err *e)
{
    struct sros s = {.t = t};
    int rc = 0;

    t->lg->platform = "sros";
    fact_init(FACT_BGP_SESSION, &s.session);
    while (rc == 0 && lg_next(t))
        rc = read_line(&s, e);
    return rc < 0 ? rc : end_part(&s, e);
}

static int parse(struct lg *lg, struct slice text, struct err *e)
{
    return lg_text_parse(lg, text, parse_lines, e);
}

static int look(struct slice head)
{
    struct slice text = slice_trim(head), line;

    if (slice_starts(text, "MINOR: CLI #") || slice_starts(text, "MINOR: MGMT"))
        return 60;
    if (!slice_starts(text, "=====") && !lg_has(head, "\n====="))
        return 0;
    for (unsigned i = 0; i < 100 && slice_line(&head, &line); i++) {
        line = slice_trim(line);
        if (part_of(line) != NONE || slice_starts(line, "BGP Router ID:"))
            return 92;
    }
    return 0;
}

static int likeness(const struct agent_file *f)
{
    return lg_text_likeness(f, look);
}

static const struct lg_form form = {.parse = parse};

const struct agent_dialect lg_dialect_sros = {
    .name = "sros",
    .summary =
        "Nokia SR OS in text: show router route-table, bgp routes and summary, interface, "
        "isis adjacency, ospf neighbor",
    .likeness = likeness,
    .read = lg_read_file,
    .parser = &form,
};
