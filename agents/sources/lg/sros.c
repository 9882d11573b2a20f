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
#include "agents/sources/lg/sros.h"

#include <string.h>

#include "net/asn.h"

static void split_cells(struct sros *s)
{
    struct slice rest = s->t->line, word;

    s->n_cells = 0;
    while (s->n_cells < SROS_MAX_CELLS && slice_word(&rest, &word))
        s->cells[s->n_cells++] = word;
}

struct slice sros_cell(const struct sros *s, size_t i)
{
    return i < s->n_cells ? s->cells[i] : (struct slice){"", 0};
}

struct slice sros_last_cell(const struct sros *s, size_t back)
{
    return s->n_cells > back ? s->cells[s->n_cells - 1 - back] : (struct slice){"", 0};
}

/* --- interfaces --- */

/* "to-r3   Up   Up/Down   Network 1/1/c1/1": read from the right, names may have blanks. */
static int interface_title(struct sros *s, struct err *e)
{
    struct slice name, admin = sros_last_cell(s, 3), state = sros_last_cell(s, 2);
    int rc = lg_interface_put(s->t, &s->interface, e);

    if (rc < 0 || s->n_cells < 5 || !lg_has(state, "/"))
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
    if (!s->interface.open || slice_eq(sros_cell(s, 0), "-"))
        return s->interface.open;
    return lg_interface_addr(s->t, &s->interface, sros_cell(s, 0), e);
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
    bool untold = s->session_open && s->session_row && !s->session_told;

    s->session_open = false;
    if (!untold)
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

/* `BGP IPv4 Summary`: "862440/627895/373", or the state in a word. */
static int session_state(struct sros *s, struct err *e)
{
    struct slice state = sros_last_cell(s, 0);

    s->session.established = state.n > 0 && state.p[0] >= '0' && state.p[0] <= '9';
    return put_session(s, s->family, e);
}

/* "Def. Inst   65000  13912 ...", "Svc: 10  65000 ...": whose neighbour it is, where all are
 * listed. Behind that stands the AS number; one that was cut off ends with '*'. */
static void session_row(struct sros *s)
{
    bool named = slice_eq(sros_cell(s, 0), "Svc:");
    size_t at = named || slice_eq(sros_cell(s, 1), "Inst") ? 2 : 0;
    uint32_t asn;

    if (s->n_cells < at + 4)
        return;
    s->session_row = true;
    if (asn_parse(sros_cell(s, at), &asn))
        s->session.peer_asn = asn;
    if (!named)
        return;
    lg_keep(s->session_table, sros_cell(s, 1));
    s->session.table = s->session_table;
}

static int open_session(struct sros *s, const struct addr *peer, struct err *e)
{
    int rc = end_session(s, e);

    fact_init(FACT_BGP_SESSION, &s->session);
    s->session.node = s->t->lg->node;
    s->session.table = s->t->table;
    s->session.peer_addr = *peer;
    s->session_open = true;
    s->session_row = s->session_told = false;
    return rc < 0 ? rc : 1;
}

static bool is_row(struct slice cell)
{
    return slice_eq(cell, "Def.") || slice_eq(cell, "Svc:");
}

static int summary_line(struct sros *s, struct err *e)
{
    struct addr peer;
    bool first;
    int rc;

    if (lg_indent(s->t->line) == 0 && !is_row(sros_cell(s, 0))) {
        if (!lg_addr(sros_cell(s, 0), &peer))
            return s->session_open; /* a description */
        return open_session(s, &peer, e);
    }
    if (!s->session_open)
        return 0;
    first = !s->session_row;
    if (first)
        session_row(s);
    if (!s->session_row)
        return 1;
    if (s->family != FACT_NONE)
        rc = first ? session_state(s, e) : 0;
    else
        rc = session_families(s, e);
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
    if (!slice_eq(sros_cell(s, 2), "Up")) {
        lg_note(s->t, "IS-IS neighbours that are not up");
        return 1;
    }
    return put_link(s, sros_cell(s, 4), sros_cell(s, 0), "isis", e);
}

/* "to-pe2   2.2.2.2   Full   1   0   33": by its router id; the area stands below. */
static int ospf_line(struct sros *s, struct err *e)
{
    struct addr a;

    if (lg_indent(s->t->line) > 0)
        return 1;
    if (s->n_cells < 4 || !addr_parse(sros_cell(s, 1), &a) ||
        !str_is_utf8(s->t->line.p, s->t->line.n))
        return 0;
    if (!slice_eq(sros_cell(s, 2), "Full")) {
        lg_note(s->t, "OSPF neighbours that are not fully adjacent");
        return 1;
    }
    return put_link(s, sros_cell(s, 0), sros_cell(s, 1), "ospf", e);
}

/* --- titles --- */

static const struct {
    const char *title;
    enum sros_part part;
} titles[] = {
    {"IPv6 Route Table (", SROS_ROUTES},    {"Route Table (", SROS_ROUTES},
    {"BGP IPv4 Routes", SROS_BGP},          {"BGP IPv6 Routes", SROS_BGP},
    {"BGP VPN-IPv4 Routes", SROS_BGP},      {"BGP VPN-IPv6 Routes", SROS_BGP},
    {"Interface Table (", SROS_INTERFACES}, {"BGP Summary", SROS_SUMMARY},
    {"BGP IPv4 Summary", SROS_SUMMARY},     {"BGP IPv6 Summary", SROS_SUMMARY},
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
    int rc = sros_end_route(s, e);

    if (rc == 0)
        rc = lg_interface_put(s->t, &s->interface, e);
    if (rc == 0)
        rc = end_session(s, e);
    s->part = SROS_NONE;
    return rc;
}

static enum sros_part part_of(struct slice line)
{
    for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
        if (slice_starts(line, titles[i].title))
            return titles[i].part;
    }
    if (slice_starts(line, "Rtr ") && lg_has(line, " ISIS ") && lg_has(line, "Adjacency"))
        return SROS_ISIS;
    if (slice_starts(line, "Rtr ") && lg_has(line, " OSPF") && lg_has(line, "Neighbors"))
        return SROS_OSPF;
    if (slice_starts(line, "BGP ") && (lg_has(line, " Routes") || lg_has(line, " Summary")))
        return SROS_OTHER;
    return SROS_NONE;
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
                                        "ServiceId",
                                        "* indicates",
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

static int pass_line(struct sros *s, struct err *e)
{
    (void)s;
    (void)e;
    return 1;
}

static int read_line(struct sros *s, struct err *e)
{
    static int (*const lines[])(struct sros *, struct err *) = {
        [SROS_ROUTES] = sros_routes_line, [SROS_BGP] = sros_bgp_line,
        [SROS_BGP_OUT] = pass_line,       [SROS_INTERFACES] = interface_line,
        [SROS_SUMMARY] = summary_line,    [SROS_ISIS] = isis_line,
        [SROS_OSPF] = ospf_line};
    struct slice line = slice_trim(s->t->line);
    enum sros_part part = part_of(line);
    int rc;

    if (slice_starts(line, "MINOR: ") || slice_starts(line, "MAJOR: ") ||
        slice_starts(line, "Error: "))
        return lg_refused(line, e);
    if (part != SROS_NONE) {
        s->t->known = true;
        rc = end_part(s, e);
        if (part == SROS_OTHER)
            lg_note(s->t, "BGP routes and sessions of other families than IPv4 and IPv6");
        s->part = part;
        s->vpn = lg_has(line, "VPN-");
        s->labelled = false;
        s->family = lg_has(line, "IPv4") ? 4 : lg_has(line, "IPv6") ? 6 : FACT_NONE;
        return rc < 0 ? rc : enter(s, line, e);
    }
    rc = identity(s, e);
    s->t->known |= rc > 0;
    if (rc == 0 && (s->part == SROS_BGP || s->part == SROS_BGP_OUT))
        rc = sros_bgp_heading(s, line, e);
    if (rc != 0 || line.n == 0 || is_frame(line) || s->part == SROS_NONE ||
        s->part == SROS_OTHER)
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
    bool ruled = false, told = false;

    if (slice_starts(text, "MINOR: CLI #") || slice_starts(text, "MINOR: MGMT"))
        return 60;
    for (unsigned i = 0; i < 100 && slice_line(&head, &line); i++) {
        line = slice_trim(line);
        ruled |= slice_starts(line, "=====");
        told |= part_of(line) != SROS_NONE || slice_starts(line, "BGP Router ID:");
    }
    return ruled && told ? 92 : 0;
}

static int likeness(const struct agent_file *f)
{
    return lg_text_likeness(f, look);
}

static const struct lg_form form = {.parse = parse};

const struct agent_dialect lg_dialect_sros = {
    .name = "sros",
    .summary =
        "Nokia SR OS in text: show router route-table, bgp routes (hunt, detail, VPN) and "
        "summary, interface, isis adjacency, ospf neighbor",
    .likeness = likeness,
    .read = lg_read_file,
    .parser = &form,
};
