/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of IOS, IOS-XR, NX-OS, EOS and FRR, line by line: a line begins a part, or says of
 * whom or of which table the following is, or belongs to the part that it is in. What stands
 * before the first part is not looked at (prompts, times, banners).
 */
#include "agents/sources/lg/cli.h"

#include <string.h>

#include "net/asn.h"

#define LEGEND_INDENT 6  /* where legends go on */
#define TIME_LINES    10 /* of the beginning, among which IOS-XR's time is */
#define TIMED         65 /* how much that tells */
#define BARE          45 /* routes without any legend */

static const struct cli_reader *const readers[] = {
    &cli_table,      &cli_entry, &cli_routes,  &cli_nx_routes, &cli_single,
    &cli_interfaces, &cli_brief, &cli_summary, &cli_neighbors, &cli_lldp,
    &cli_cdp,        &cli_ospf,  &cli_isis,
};

#define N_READERS (sizeof(readers) / sizeof(*readers))

bool cli_is_age(struct slice s)
{
    size_t digits = 0, marks = 0;

    if (slice_eq(s, "never"))
        return true;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9')
            digits++;
        else if (strchr(":ywdhms.", s.p[i]) != NULL)
            marks++;
        else
            return false;
    }
    return digits > 0 && marks > 0;
}

static int end_part(struct cli *c, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; i < N_READERS && rc == 0; i++) {
        if (readers[i]->part == c->part && readers[i]->end != NULL)
            rc = readers[i]->end(c, e);
    }
    c->part = CLI_NONE;
    return rc;
}

/* --- of which table, of whom --- */

/* "IPv4 Unicast", "VPNv6 Unicast", "IPv4 unicast": packets follow their routes. */
static bool is_unicast(struct slice family)
{
    static const char *const known[] = {"IPv4 Unicast",  "IPv6 Unicast", "VPNv4 Unicast",
                                        "VPNv6 Unicast", "IPv4 unicast", "IPv6 unicast"};

    family = slice_trim(family);
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (slice_starts(family, known[i]))
            return true;
    }
    return false;
}

/* Of the sessions that carry it: VPN routes are neither. */
static int64_t family_of(struct slice family)
{
    family = slice_trim(family);
    if (slice_starts(family, "IPv4"))
        return 4;
    return slice_starts(family, "IPv6") ? 6 : FACT_NONE;
}

static void set_family(struct cli *c, struct slice family)
{
    c->family = family_of(family);
    c->vpn = slice_starts(slice_trim(family), "VPN");
}

static int enter_table(struct cli *c, struct slice name, struct err *e)
{
    enum cli_part part = c->part;
    int rc = end_part(c, e);

    if (part == CLI_ROUTES)
        c->part = part; /* FRR names the table between its legend and its routes */
    set_family(c, (struct slice){"", 0});
    if (rc == 0)
        rc = lg_enter(c->t, name, e);
    return rc < 0 ? rc : 1;
}

static int enter_family(struct cli *c, struct slice family, struct err *e)
{
    int rc = enter_table(c, (struct slice){"", 0}, e);

    c->t->skipping = !is_unicast(family);
    set_family(c, family);
    return rc;
}

/* "Route Distinguisher: 1.1.2.10:10 (default for vrf cust10)", NX-OS "(VRF cust10)". */
static int enter_rd(struct cli *c, struct slice rest, struct err *e)
{
    struct slice rd = lg_first(rest), name = {"", 0}, inside;
    bool named = lg_after(rest, "for vrf ", &name) || lg_after(rest, "(VRF ", &name);
    enum cli_part part = c->part;
    int rc = c->part == CLI_TABLE ? 0 : end_part(c, e);

    if (lg_after(rest, "L2VNI", &inside) || lg_after(rest, "L3VNI", &inside))
        c->t->skipping = true;
    if (rc == 0)
        rc = lg_enter(c->t, named ? lg_until(name, ")") : (struct slice){"", 0}, e);
    if (rc == 0 && rd.n <= LG_MAX_RD && str_is_utf8(rd.p, rd.n)) {
        memcpy(c->t->rd, rd.p, rd.n);
        c->t->rd[rd.n] = '\0';
    }
    if (part == CLI_TABLE)
        c->has_prefix = false;
    return rc < 0 ? rc : 1;
}

/* Lines that name a table: what stands before the name, and what ends it. */
static int table_context(struct cli *c, struct slice line, struct err *e)
{
    static const struct {
        const char *before, *ends;
    } forms[] = {
        {"BGP routing table information for VRF ", ","},
        {"BGP summary information for VRF ", ","},
        {"IP Interface Status for VRF ", "("},
        {"IPv6 Interface Status for VRF ", "("},
        {"Routing Table: ", " "},
        {"BGP VRF ", ","},
        {"Instance ", ":"},
        {"VRF: ", " "},
        {"IPv4 unicast VRF ", ":"},
        {"IPv6 unicast VRF ", ":"},
    };
    struct slice rest, family = {"", 0};
    int rc;

    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        if (!slice_starts(line, forms[i].before) || !lg_after(line, forms[i].before, &rest))
            continue;
        c->t->skipping = lg_after(rest, "address family ", &family) && !is_unicast(family);
        rc = enter_table(c, lg_until(rest, forms[i].ends), e);
        set_family(c, family);
        return rc;
    }
    if (lg_has(line, " Unicast Summary")) { /* "IPv4 Unicast Summary (VRF default):" */
        rc = enter_table(c, lg_after(line, "(VRF ", &rest) ? lg_until(rest, ")") : family, e);
        set_family(c, line);
        return rc;
    }
    /* NX-OS' "VRF advertise information:" names none. */
    if (slice_starts(line, "VRF ") && line.p[line.n - 1] == ':' && line.n > 5 &&
        memchr(line.p + 4, ' ', line.n - 4) == NULL)
        return enter_table(c, (struct slice){line.p + 4, line.n - 5}, e);
    if (slice_starts(line, "IPv6 Routing Table - ") && lg_after(line, " - ", &rest))
        return enter_table(c, lg_until(rest, " "), e);
    return 0;
}

/* "BGP router identifier A, local AS number N", "local router ID is A", "local AS N". */
static int identity(struct cli *c, struct slice line, struct err *e)
{
    struct slice rest;
    struct addr id = {0};
    uint32_t asn = 0;
    int rc;

    if (lg_after(line, "outer identifier ", &rest) || lg_after(line, "outer ID is ", &rest))
        lg_addr(rest, &id);
    if ((lg_after(line, "local AS number ", &rest) ||
         (slice_starts(line, "Default local pref") && lg_after(line, "local AS ", &rest))) &&
        !asn_parse(lg_first(rest), &asn)) {
        lg_note(c->t, "AS numbers that are none");
        asn = 0;
    }
    if (!addr_is_set(&id) && asn == 0)
        return 0;
    rc = lg_learn(c->t, asn, &id, e);
    return rc < 0 ? rc : 1;
}

static bool is_identity(struct slice line)
{
    return slice_starts(line, "BGP table version is ") ||
           slice_starts(line, "BGP router identifier ") ||
           slice_starts(line, "Router identifier ") ||
           slice_starts(line, "Default local pref ");
}

static int context(struct cli *c, struct err *e)
{
    struct slice line = slice_trim(c->t->line), rest;
    bool inner = lg_indent(c->t->line) > 0;

    if (inner && (c->part == CLI_NEIGHBOR || c->part == CLI_INTERFACE))
        return 0;
    if (slice_starts(line, "For address family: ") && lg_after(line, ": ", &rest))
        return enter_family(c, rest, e);
    if (slice_starts(line, "Address Family: ") && lg_after(line, ": ", &rest))
        return enter_family(c, rest, e);
    if (slice_starts(line, "Route Distinguisher: ") && lg_after(line, ": ", &rest))
        return enter_rd(c, rest, e);
    if (is_identity(line))
        return identity(c, line, e);
    return table_context(c, line, e);
}

/* --- lines --- */

/* Legends of tables, and what says nothing about routes. */
static bool is_legend(struct cli *c)
{
    static const char *const begins[] = {
        "Status codes:",       "Origin codes:",  "RPKI validation", "Route status codes:",
        "AS Path Attributes:", "Nexthop codes:", "Status:",         "Path type:",
        "Capability code"};
    struct slice line = slice_trim(c->t->line);

    for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
        if (slice_starts(line, begins[i])) {
            c->legend = true;
            return true;
        }
    }
    return c->legend && lg_indent(c->t->line) >= LEGEND_INDENT;
}

static bool is_rule(struct slice line)
{
    return slice_starts(line, "---") || slice_starts(line, "===");
}

/* What they say where nothing is to be listed. */
static bool says_none(struct slice line)
{
    static const char *const words[] = {
        "Network not in table",        "Subnet not in table",
        "No matching routes found",    "No BGP neighbors found",
        "No BGP prefixes displayed",   "Total entries displayed",
        "Total cdp entries displayed", "Note:  process currently not running"};

    line = lg_strip(line, "% ");
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (slice_starts(line, words[i]))
            return true;
    }
    return false;
}

/* "Thu Nov 22 10:00:00.000 UTC": IOS-XR tells the time before each answer. */
static bool is_time(struct slice line)
{
    static const char days[] = "Sun Mon Tue Wed Thu Fri Sat";
    struct slice day, month, date, time;

    return slice_word(&line, &day) && slice_word(&line, &month) && slice_word(&line, &date) &&
           slice_word(&line, &time) && day.n == 3 && month.n == 3 && date.n <= 2 &&
           memmem(days, sizeof(days), day.p, day.n) != NULL && cli_is_age(time);
}

/* "% CDP is not enabled": what was asked for is not there. What may not be asked for, or not
 * so, is another matter. */
static bool is_absent(struct slice line)
{
    static const char *const words[] = {"not enabled",        "not active",
                                        "not running",        "not configured",
                                        "instance not found", "No such process"};
    static const char *const others[] = {"nvalid", "ncomplete", "mbiguous", "uthoriz",
                                         "denied"};
    bool absent = false;

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        absent = absent || lg_has(line, words[i]);
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        absent = absent && !lg_has(line, others[i]);
    return absent;
}

/* "% Invalid input", "% BGP not active". */
static bool is_remark(struct cli *c)
{
    struct slice line = slice_trim(c->t->line);

    if (!slice_starts(line, "% ") && !slice_starts(line, "%% "))
        return false;
    if (says_none(line) || is_absent(line)) {
        c->t->known = true;
    } else if (c->refusal.n == 0) {
        c->refusal = line;
        c->refusal_line = c->t->number;
    }
    return true;
}

static const struct cli_reader *reader_of(enum cli_part part)
{
    for (size_t i = 0; i < N_READERS; i++) {
        if (readers[i]->part == part)
            return readers[i];
    }
    return NULL;
}

/* A line that begins a part ends the one before, unless it is of the same. */
static int begin_part(struct cli *c, struct err *e)
{
    enum cli_part before = c->part;
    const struct cli_reader *r = reader_of(before);
    int rc = 0;

    for (size_t i = 0; i < N_READERS && rc == 0; i++)
        rc = readers[i]->begin(c, e);
    if (rc > 0 && c->part != before && r != NULL && r->end != NULL) {
        enum cli_part now = c->part;

        rc = r->end(c, e) < 0 ? e->code : 1;
        c->part = now;
    }
    return rc;
}

/* "r1#show ip route": what was before has ended. */
static bool is_prompt(struct slice line)
{
    return lg_has(line, "#show ") || lg_has(line, "# show ") || lg_has(line, "#sh ") ||
           lg_has(line, ">show ") || lg_has(line, "> show ");
}

/* A row of a table whose heading was not understood: "*>i192.0.2.0/24  198.51.100.1 ...". */
static bool is_row(struct slice line)
{
    struct slice word;
    struct addr hop;

    line = slice_trim(line);
    if (!slice_starts(line, "*>") && !slice_starts(line, "* "))
        return false;
    while (slice_word(&line, &word)) {
        if (addr_parse(word, &hop))
            return true;
    }
    return false;
}

static int read_line(struct cli *c, struct err *e)
{
    const struct cli_reader *r;
    int rc;

    c->t->known |= says_none(c->t->line) || is_time(c->t->line);
    if (c->t->line.n == 0 || is_remark(c))
        return 0;
    if (is_prompt(c->t->line)) {
        c->t->known = true;
        c->t->skipping = false;
        rc = enter_table(c, (struct slice){"", 0}, e);
        c->part = CLI_NONE;
        return rc < 0 ? rc : 0;
    }
    if (lg_has(c->t->line, "Link State Database"))
        lg_note(c->t, "databases of link states; neighbours are told by show isis neighbors");
    rc = begin_part(c, e);
    if (rc == 0)
        rc = context(c, e);
    if (rc != 0) {
        c->t->known = true;
        c->legend = false;
        return rc < 0 ? rc : 0;
    }
    r = reader_of(c->part);
    if (r != NULL && r->line != NULL && !(c->part == CLI_TABLE && is_legend(c)))
        rc = r->line(c, e);
    if (rc == 0 && (r != NULL || is_row(c->t->line)) && !is_legend(c) && !is_rule(c->t->line))
        lg_strange(c->t);
    return rc < 0 ? rc : 0;
}

static int run(struct lg_text *t, enum cli_os os, struct err *e)
{
    static const char *const platforms[] = {"ios", "iosxr", "nxos", "eos", "frr"};
    struct cli c = {.t = t, .os = os, .family = FACT_NONE};
    int rc = 0;

    t->lg->platform = platforms[os];
    while (rc == 0 && lg_next(t))
        rc = read_line(&c, e);
    if (rc == 0)
        rc = end_part(&c, e);
    if (rc == 0 && t->lg->n_facts == t->facts && c.refusal.n > 0) {
        t->number = c.refusal_line;
        rc = lg_refused(c.refusal, e);
    }
    return rc;
}

/* --- telling the vendors apart --- */

static const struct sign {
    enum cli_os os;
    int weight;
    const char *text, *also; /* also: must be there as well; NULL: nothing */
} signs[] = {
    /* show ip bgp */
    {CLI_IOS, 80, "> best, i - internal,", NULL},
    {CLI_IOS, 88, "r RIB-failure, S Stale, m multipath", NULL},
    {CLI_IOS, 60, "BGP table version is ", NULL},
    {CLI_IOS, 45, "Next Hop            Metric LocPrf Weight Path", NULL},
    {CLI_XR, 46, "Network            Next Hop            Metric LocPrf Weight Path", NULL},
    {CLI_NXOS, 85, "Metric     LocPrf     Weight Path", NULL},
    {CLI_EOS, 85, "LocPref Weight  Path", NULL},
    {CLI_FRR, 92, "> best, = multipath", NULL},
    {CLI_FRR, 70, ", vrf id ", NULL},
    {CLI_FRR, 90, "Default local pref ", NULL},
    {CLI_XR, 92, "N Nexthop-discard", NULL},
    {CLI_XR, 85, "BGP main routing table version ", NULL},
    {CLI_NXOS, 92, "Status: s-suppressed, x-deleted", NULL},
    {CLI_NXOS, 92, "Path type: i-internal, e-external", NULL},
    {CLI_NXOS, 90, "BGP summary information for VRF default, address family", NULL},
    {CLI_EOS, 92, "Route status codes:", NULL},
    {CLI_EOS, 70, "BGP routing table information for VRF ", NULL},
    {CLI_NXOS, 75, ", address family ", NULL},
    {CLI_EOS, 80, "BGP summary information for VRF ", NULL},
    /* entries in full */
    {CLI_IOS, 62, "BGP routing table entry for ", NULL},
    {CLI_IOS, 90, "Refresh Epoch ", NULL},
    {CLI_IOS, 85, "rx pathid: ", NULL},
    {CLI_FRR, 90, "Last update: ", NULL},
    {CLI_FRR, 60, "BGP routing table entry for ", NULL},
    {CLI_XR, 95, "Received by speaker ", NULL},
    {CLI_XR, 92, "bRIB/RIB", NULL},
    {CLI_NXOS, 93, "  AS-Path: ", NULL},
    {CLI_EOS, 93, "Rx SAFI: ", NULL},
    {CLI_EOS, 85, "Router identifier ", NULL},
    /* show ip route */
    {CLI_IOS, 75, "Codes: L - local, C - connected", NULL},
    {CLI_IOS, 70, "Codes: C - connected, S - static, ", NULL},
    {CLI_IOS, 80, "IPv6 Routing Table - ", NULL},
    {CLI_IOS, 72, "Codes: C - Connected, L - Local", NULL},
    {CLI_XR, 92, "(>) - Diversion path", NULL},
    {CLI_XR, 92, "(!) - FRR Backup path", NULL},
    {CLI_XR, 90, "i - ISIS, L1", NULL},
    {CLI_EOS, 92, "S - static, K - kernel,", NULL},
    {CLI_EOS, 92, "B I - iBGP", NULL},
    {CLI_EOS, 91, "B - Other BGP Routes", NULL},
    {CLI_FRR, 92, "Codes: K - kernel route, ", NULL},
    {CLI_FRR, 90, "> - selected route, * - FIB route", NULL},
    {CLI_IOS, 80, "Routing Descriptor Blocks:", NULL},
    {CLI_IOS, 80, "Routing paths:", "Routing entry for "},
    {CLI_IOS, 50, "Known via \"", "Routing entry for "},
    {CLI_XR, 75, "Routing Descriptor Blocks", NULL},
    {CLI_XR, 90, "No advertising protos.", NULL},
    {CLI_FRR, 85, ", best", "Routing entry for "},
    {CLI_NXOS, 95, "Route Table for VRF \"", NULL},
    {CLI_NXOS, 95, "Routing Table for VRF \"", NULL},
    {CLI_NXOS, 90, "denotes best ucast next-hop", NULL},
    /* interfaces */
    {CLI_IOS, 50, ", line protocol is ", NULL},
    {CLI_IOS, 75, ", output hang ", NULL},
    {CLI_EOS, 60, "line protocol is up (connected)", NULL},
    {CLI_EOS, 60, "line protocol is down (notconnect)", NULL},
    {CLI_EOS, 60, "Ethernet MTU ", NULL},
    {CLI_EOS, 60, "  IP MTU ", NULL},
    {CLI_XR, 70, "Interface state transitions: ", NULL},
    {CLI_FRR, 80, "PTM status: ", NULL},
    {CLI_FRR, 80, "Link ups: ", NULL},
    {CLI_NXOS, 85, "admin state is ", NULL},
    {CLI_NXOS, 85, "Dedicated Interface", NULL},
    {CLI_NXOS, 75, " Internet Address is ", NULL},
    {CLI_NXOS, 75, " Admin State: ", NULL},
    {CLI_NXOS, 80, ", autostate ", NULL},
    {CLI_NXOS, 90, ", Interface status: protocol-", NULL},
    {CLI_XR, 90, ", ipv4 protocol is ", NULL},
    {CLI_XR, 90, ", ipv6 protocol is ", NULL},
    {CLI_IOS, 90, "OK? Method Status", NULL},
    {CLI_XR, 90, "Protocol Vrf-Name", NULL},
    {CLI_XR, 70, "IP-Address      Status          Protocol", NULL},
    {CLI_NXOS, 95, "IP Interface Status for VRF", NULL},
    {CLI_EOS, 85, "IP Address         Status", NULL},
    {CLI_EOS, 80, "Protocol         MTU", NULL},
    /* sessions */
    {CLI_IOS, 60, "BGP router identifier ", NULL},
    {CLI_IOS, 70, "MsgRcvd MsgSent   TblVer  InQ OutQ", NULL},
    {CLI_XR, 95, "Spk    AS MsgRcvd", NULL},
    {CLI_FRR, 90, "vrf-id ", NULL},
    {CLI_FRR, 85, "RIB entries ", NULL},
    {CLI_FRR, 80, "Unicast Summary", NULL},
    {CLI_IOS, 65, "BGP neighbor is ", NULL},
    {CLI_FRR, 80, ", local AS ", "BGP neighbor is "},
    {CLI_FRR, 92, "BGP neighbor on ", NULL},
    {CLI_NXOS, 92, "bgp link, Peer index ", NULL},
    {CLI_EOS, 90, ", VRF default", NULL},
    {CLI_EOS, 88, "Negotiated BGP version ", NULL},
    {CLI_XR, 90, " Remote AS ", NULL},
    /* neighbours on links */
    {CLI_IOS, 85, "Local Intf: ", NULL},
    {CLI_IOS, 60, "Device ID: ", NULL},
    {CLI_NXOS, 62, "Device ID:", NULL},
    {CLI_XR, 80, "Local Interface: ", NULL},
    {CLI_NXOS, 90, "Local Port id: ", NULL},
    {CLI_EOS, 92, " LLDP neighbors:", NULL},
    {CLI_IOS, 60, "Neighbor ID     Pri   State ", NULL},
    {CLI_XR, 90, "Neighbors for OSPF", NULL},
    {CLI_XR, 70, "* Indicates MADJ interface", NULL},
    {CLI_NXOS, 90, "State            Up Time  Address", NULL},
    {CLI_EOS, 90, "Neighbor ID     Instance ", NULL},
    {CLI_EOS, 85, "Neighbor ID     VRF ", NULL},
    {CLI_FRR, 92, "RXmtL RqstL DBsmL", NULL},
    {CLI_IOS, 85, "Type Interface ", "System Id "},
    {CLI_XR, 50, "Link State Database", NULL},
    {CLI_EOS, 90, "Instance  VRF      System Id", NULL},
    {CLI_XR, 90, "State Holdtime Type IETF-NSF", NULL},
    {CLI_XR, 88, "SNPA           State Hold     Changed", NULL},
    {CLI_NXOS, 90, "Level  State  Hold Time  Interface", NULL},
    {CLI_FRR, 85, "Interface   L  State        Holdtime SNPA", NULL},
    /* no answer */
    {CLI_IOS, 45, "For address family: ", NULL},
    {CLI_NXOS, 80, "Note:  process currently not running", NULL},
    {CLI_IOS, 20, "% ", NULL},
};

/* IOS-XR tells the time before each answer, to the millisecond. */
static bool is_timed(struct slice head)
{
    struct slice line, dot;

    for (unsigned i = 0; i < TIME_LINES && slice_line(&head, &line); i++) {
        line = slice_trim(line);
        if (is_time(line) && lg_after(line, ".", &dot) && dot.n > 4 && dot.p[3] == ' ')
            return true;
    }
    return false;
}

static int cli_look(struct slice head, enum cli_os os)
{
    struct slice text = slice_trim(head);
    int most = 0;

    if (text.n == 0 || text.p[0] == '{' || text.p[0] == '[' || text.p[0] == '<')
        return 0;
    for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
        if (signs[i].os == os && signs[i].weight > most && lg_has(head, signs[i].text) &&
            (signs[i].also == NULL || lg_has(head, signs[i].also)))
            most = signs[i].weight;
    }
    if (os == CLI_XR && most < TIMED && is_timed(head))
        most = TIMED;
    if (most == 0 && os != CLI_XR && os != CLI_NXOS && cli_looks_bare(head, os))
        most = BARE;
    if (most <= 20 && text.p[0] != '%')
        most = 0;
    return most;
}

/* One function for each vendor, because a dialect's functions are told no more. */
#define VENDOR(symbol, os_, name_, summary_)                                                   \
    static int lines_##symbol(struct lg_text *t, struct err *e)                                \
    {                                                                                          \
        return run(t, os_, e);                                                                 \
    }                                                                                          \
    static int parse_##symbol(struct lg *lg, struct slice text, struct err *e)                 \
    {                                                                                          \
        return lg_text_parse(lg, text, lines_##symbol, e);                                     \
    }                                                                                          \
    static int look_##symbol(struct slice head)                                                \
    {                                                                                          \
        return cli_look(head, os_);                                                            \
    }                                                                                          \
    static int likeness_##symbol(const struct agent_file *f)                                   \
    {                                                                                          \
        return lg_text_likeness(f, look_##symbol);                                             \
    }                                                                                          \
    static const struct lg_form form_##symbol = {.parse = parse_##symbol};                     \
    const struct agent_dialect lg_dialect_##symbol = {                                         \
        .name = name_,                                                                         \
        .summary = summary_,                                                                   \
        .likeness = likeness_##symbol,                                                         \
        .read = lg_read_file,                                                                  \
        .parser = &form_##symbol,                                                              \
    };

VENDOR(
    ios, CLI_IOS, "ios",
    "Cisco IOS and IOS-XE: show ip bgp [detail], bgp all, bgp summary and neighbors, ip route, "
    "interfaces, lldp, cdp, ospf and isis neighbors")
VENDOR(iosxr, CLI_XR, "iosxr", "Cisco IOS-XR: show bgp, route, interfaces, neighbours")
VENDOR(nxos, CLI_NXOS, "nxos", "Cisco NX-OS: show ip bgp, ip route, interface, neighbours")
VENDOR(eos, CLI_EOS, "eos", "Arista EOS in text: show ip bgp, ip route, interfaces, neighbours")
VENDOR(frr_text, CLI_FRR, "frr-text",
       "FRR's vtysh in text: show bgp, ip route, interface, neighbours")
