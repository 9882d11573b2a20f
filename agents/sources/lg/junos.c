/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Junos in text, also inside the HTML pages of looking glasses: `show route` in its four
 * layouts, and the states of sessions, interfaces and neighbours.
 */
#include "agents/sources/lg/junos.h"

#include <string.h>

static bool ends_with(struct slice s, const char *end, struct slice *before)
{
    size_t n = strlen(end);

    if (s.n < n || memcmp(s.p + s.n - n, end, n) != 0)
        return false;
    *before = (struct slice){s.p, s.n - n};
    return true;
}

bool junos_table(struct slice name, struct slice *table, int64_t *family)
{
    *family = ends_with(name, "inet6.0", table) ? 6 : 4;
    if (*family == 4 && !ends_with(name, "inet.0", table))
        return false;
    if (table->n == 0)
        return true;
    return table->p[--table->n] == '.'; /* "bgp.l3vpn-inet6.0" is none */
}

/* "inet.0: 34 destinations, 44 routes (34 active, 1 holddown, 0 hidden)". */
static int table_line(struct junos *j, struct err *e)
{
    struct slice line = slice_trim(j->t->line), name, table = {"", 0};
    int64_t family;
    int rc;

    if (!lg_has(line, " destinations, ") || !lg_has(line, " routes ("))
        return 0;
    rc = junos_route_end(j, e);
    name = lg_until(line, ":");
    j->vpn = slice_eq(name, "bgp.l3vpn.0") || slice_eq(name, "bgp.l3vpn-inet6.0");
    j->t->skipping = !j->vpn && !junos_table(name, &table, &family);
    if (j->t->skipping)
        lg_note(j->t, "tables whose routes packets do not follow (such as inet.3, mpls.0)");
    j->part = JUNOS_PLAIN;
    j->has_prefix = false;
    if (rc == 0)
        rc = lg_enter(j->t, j->vpn ? (struct slice){"", 0} : table, e);
    return rc < 0 ? rc : 1;
}

static bool is_banner(struct slice line)
{
    return slice_starts(line, "+ = Active Route") || slice_starts(line, "Restart ") ||
           slice_starts(line, "@ = Routing Use") || slice_starts(line, "# = Forwarding") ||
           slice_starts(line, "{master") || slice_starts(line, "---(more") ||
           lg_has(line, "> show ") || slice_starts(line, "show ") ||
           slice_starts(line, "Limit/Threshold");
}

bool junos_refuses(struct slice said)
{
    return slice_starts(said, "error: ") || slice_starts(said, "syntax error") ||
           slice_starts(said, "unknown command");
}

static int read_line(struct junos *j, struct err *e)
{
    static int (*const readers[])(struct junos *, struct err *) = {
        table_line, junos_terse_line, junos_state_line, junos_route_line};
    struct slice line = slice_trim(j->t->line);
    int rc = 0;

    if (line.n == 0)
        return 0;
    if (is_banner(line)) {
        j->t->known = true;
        return 0;
    }
    if (junos_refuses(line))
        return lg_refused(line, e);
    if (lg_has(line, "TED database:")) {
        lg_note(j->t, "the traffic engineering database, which names routers by ids only");
        return 0;
    }
    for (size_t i = 0; i < sizeof(readers) / sizeof(*readers) && rc == 0; i++)
        rc = readers[i](j, e);
    j->t->known |= rc > 0;
    if (rc == 0 && j->part != JUNOS_NONE && !j->t->skipping)
        lg_strange(j->t);
    return rc < 0 ? rc : 0;
}

static int parse_lines(struct lg_text *t, struct err *e)
{
    struct junos j = {.t = t};
    int rc = 0;

    t->lg->platform = "junos";
    while (rc == 0 && lg_next(t))
        rc = read_line(&j, e);
    if (rc == 0)
        rc = junos_route_end(&j, e);
    return rc < 0 ? rc : junos_state_end(&j, e);
}

static int parse(struct lg *lg, struct slice text, struct err *e)
{
    return lg_text_parse(lg, text, parse_lines, e);
}

static int look(struct slice head)
{
    static const struct {
        int weight;
        const char *first, *second;
    } signs[] = {
        {95, " destinations, ", " routes ("},
        {90, "Prf   Metric 1", "Next hop"},
        {90, "Interface               Admin Link", "Proto"},
        {90, "Physical interface: ", ", Physical link is "},
        {85, "Logical interface ", " (SNMP ifIndex "},
        {85, "Groups: ", "Down peers: "},
        {85, "OutPkt    OutQ", "Last Up/Dwn"},
        {80, "System         L State", "Hold (secs)"},
        {80, "Address          Interface              State", "Dead"},
        {80, "ID               Interface              State", "Dead"},
        {90, "Peer: ", "NLRI for this session: "},
        {85, "Peer: ", "    State: "},
        {80, "Local Interface    Parent Interface", "System Name"},
        {70, "TED database:", "nodes"},
        {60, "validation-state:", "AS path:"},
        {50, "*[BGP/170]", "AS path:"},
    };
    int most = 0;

    head = slice_trim(head);
    if (head.n == 0 || head.p[0] == '<' || head.p[0] == '{' || head.p[0] == '[')
        head.n = head.n > 0 && head.p[0] == '{' && slice_starts(head, "{master") ? head.n : 0;
    for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
        if (signs[i].weight > most && lg_has(head, signs[i].first) &&
            lg_has(head, signs[i].second))
            most = signs[i].weight;
    }
    return most;
}

static int likeness(const struct agent_file *f)
{
    return lg_text_likeness(f, look);
}

static const struct lg_form form = {.parse = parse};

const struct agent_dialect lg_dialect_junos = {
    .name = "junos",
    .summary = "Junos in text: show route (plain, terse, detail, extensive), bgp summary, "
               "interfaces, isis adjacency, ospf and lldp neighbors",
    .likeness = likeness,
    .read = lg_read_file,
    .parser = &form,
};
