/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Junos's `show route`, plain:
 *
 *     10.220.0.0/16      *[BGP/170] 3w3d 03:12:24, MED 12003, localpref 120, from 10.0.0.240
 *                          AS path: (65151 65000) I, validation-state: unverified
 *                        > to 10.169.14.121 via ge-0/0/1.0
 *                         [BGP/170] ...                     another of the same network
 *
 * detail and extensive:
 *
 *     10.220.0.0/16 (2 entries, 1 announced)
 *             *BGP    Preference: 170/-121
 *                     Source: 10.0.0.240
 *                     Next hop: 10.169.14.121 via ge-0/0/1.0, selected
 *
 * and terse, a table (junos_terse.c). A long network stands on a line of its own. A table of
 * Junos is both what it knows and what it forwards by: BGP's entries become facts of layer
 * bgp, and the active one of a network also one of layer rib.
 */
#include "agents/sources/lg/junos.h"

#include <string.h>

static const struct {
    const char *word, *protocol;
} protocols[] = {
    {"BGP", "bgp"},
    {"OSPF", "ospf"},
    {"OSPF2", "ospf"},
    {"OSPF3", "ospf"},
    {"IS-IS", "isis"},
    {"ISIS", "isis"},
    {"Static", "static"},
    {"Direct", "connected"},
    {"Local", "local"},
    {"Aggregate", "aggregate"},
    {"RIP", "rip"},
    {"RIPng", "rip"},
    {"LDP", "ldp"},
    {"RSVP", "rsvp"},
    {"L-ISIS", "isis"},
    {"L-OSPF", "ospf"},
    {"Access", "access"},
    {"Access-internal", "access"},
    {"EVPN", "evpn"},
    {"PIM", "pim"},
    {"Kernel", "kernel"},
    {"INET6", "local"},
    {"MPLS", "mpls"},
    /* letters of terse */
    {"B", "bgp"},
    {"O", "ospf"},
    {"I", "isis"},
    {"S", "static"},
    {"D", "connected"},
    {"L", "local"},
    {"A", "aggregate"},
    {"R", "rip"},
};

static const char *protocol_of(struct slice word)
{
    for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
        if (slice_eq(word, protocols[i].word))
            return protocols[i].protocol;
    }
    return NULL;
}

/* --- entries --- */

/* The entry of layer bgp; its next hop is BGP's own where that was told. */
static int put_bgp(struct junos *j, struct err *e)
{
    struct lg_text *t = j->t;
    struct fact_route *f = &t->route.fact;
    int rc = 0;

    f->rd = j->rd[0] != '\0' ? j->rd : NULL;
    f->best = j->entry.use.routing;
    if (!addr_is_set(&f->peer))
        f->peer = j->entry.gateway; /* "from" is only said where it is another */
    if (addr_is_set(&j->entry.protocol_next_hop)) {
        t->route.n_hops = 0;
        rc = lg_route_hop(t, &j->entry.protocol_next_hop, (struct slice){"", 0}, e);
    }
    f->distance = f->metric = FACT_NONE;
    return rc < 0 ? rc : lg_route_put(t, "bgp", e);
}

/* Nothing stands below it, or nothing that is known: it was cut off. */
static void drop_aimless(struct junos *j)
{
    lg_note(j->t, "routes without a next hop, whose lines were cut off");
    j->t->route.bad = true;
}

int junos_route_end(struct junos *j, struct err *e)
{
    struct lg_route *r = &j->t->route;
    int rc = 0;

    if (!r->open)
        return 0;
    if (j->t->skipping) {
        lg_route_end(j->t);
        return 0;
    }
    if (j->entry.hidden)
        lg_route_invalid(j->t);
    else if (!j->entry.leads)
        drop_aimless(j);
    r->fact.best = j->entry.use.forwarding;
    if (!j->vpn && (!j->entry.is_bgp || j->entry.use.forwarding))
        rc = lg_route_put_rib(j->t, e);
    if (rc == 0 && j->entry.is_bgp)
        rc = put_bgp(j, e);
    lg_route_end(j->t);
    return rc;
}

static bool split_network(const struct junos *j, struct slice word, struct slice *rd,
                          struct prefix *out)
{
    *rd = (struct slice){"", 0};
    if (memchr(word.p, '/', word.n) == NULL || (j->vpn && !lg_split_vpn(word, rd, &word)))
        return false;
    return rd->n <= LG_MAX_RD && str_is_utf8(rd->p, rd->n) && prefix_parse_loose(word, out);
}

bool junos_is_network(const struct junos *j, struct slice word)
{
    struct slice rd;
    struct prefix p;

    return split_network(j, word, &rd, &p);
}

bool junos_network(struct junos *j, struct slice word)
{
    struct slice rd;
    struct prefix p;

    if (!split_network(j, word, &rd, &p))
        return false;
    j->prefix = p;
    memcpy(j->rd, rd.p, rd.n);
    j->rd[rd.n] = '\0';
    return j->has_prefix = true;
}

struct junos_use junos_use(char mark)
{
    bool both = mark == '*' || mark == '+';

    return (struct junos_use){.routing = both || mark == '@',
                              .forwarding = both || mark == '#'};
}

bool junos_marked(struct slice s)
{
    return s.n > 0 && strchr("*+-@#", s.p[0]) != NULL;
}

void junos_open(struct junos *j, struct slice protocol, struct junos_use use)
{
    lg_route_open(j->t, &j->prefix);
    j->entry = (struct junos_entry){.use = use};
    j->t->route.fact.protocol = protocol_of(protocol);
    j->entry.is_bgp =
        j->t->route.fact.protocol != NULL && strcmp(j->t->route.fact.protocol, "bgp") == 0;
    if (j->t->route.fact.protocol == NULL && !j->t->skipping)
        lg_note(j->t, "routes of protocols that are not known");
}

static bool drops(struct slice s)
{
    return slice_starts(s, "Discard") || slice_starts(s, "Reject") ||
           slice_starts(s, "Unusable") || slice_starts(s, "Dump");
}

/* Packets go somewhere that is no neighbour. */
static bool leads_inside(struct slice s)
{
    static const char *const starts[] = {"to table ",   "Receive",    "MultiRecv",
                                         "Multicast",   "Fictitious", "Private unicast",
                                         "Service to ", "lsi.",       "label-"};

    for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
        if (slice_starts(s, starts[i]))
            return true;
    }
    return slice_eq(s, "Indirect");
}

int junos_hop(struct junos *j, struct slice text, struct err *e)
{
    struct slice s = lg_strip(slice_trim(text), "> "), rest, interface = {"", 0};
    struct addr a = {0};
    int rc;

    if (drops(s) || leads_inside(s)) {
        if (drops(s))
            j->t->route.fact.discard = 1;
        j->entry.leads = true;
        return 1;
    }
    if (slice_starts(s, "to ")) {
        if (!lg_addr((struct slice){s.p + 3, s.n - 3}, &a))
            return 0;
    } else if (!slice_starts(s, "via ") && !slice_starts(s, "Local via ")) {
        return 0;
    }
    if (lg_after(s, "via ", &rest))
        interface = lg_first(rest);
    if (!addr_is_set(&j->entry.gateway))
        j->entry.gateway = a;
    j->entry.leads = true;
    rc = lg_route_hop(j->t, &a, interface, e);
    return rc < 0 ? rc : 1;
}

/* The path ends with its origin: I, E or ?. */
int junos_path(struct junos *j, struct slice text, struct err *e)
{
    struct slice rest = text, word;
    int rc;

    while (slice_word(&rest, &word)) {
        struct slice bare = lg_strip(word, ",");

        if (!slice_eq(bare, "I") && !slice_eq(bare, "E") && !slice_eq(bare, "?"))
            continue;
        if (j->entry.has_path)
            return 1;
        j->entry.has_path = true;
        if (!j->entry.is_bgp)
            return 1;
        lg_route_origin(j->t, bare);
        rc = lg_route_path(j->t, (struct slice){text.p, (size_t)(word.p - text.p)}, e);
        return rc < 0 ? rc : 1;
    }
    return 1;
}

/* --- plain --- */

/* "MED 12003, localpref 120, from 10.0.0.240" and "metric 101, tag 0". */
static void read_plain_fields(struct junos *j, struct slice text)
{
    struct fact_route *f = &j->t->route.fact;
    struct slice piece;
    struct addr from;

    while (slice_split(&text, ',', &piece)) {
        piece = slice_trim(piece);
        lg_number_after(piece, "MED ", &f->med);
        lg_number_after(piece, "localpref ", &f->local_pref);
        if (slice_starts(piece, "metric "))
            lg_number_after(piece, "metric ", &f->metric);
        if (slice_starts(piece, "from ") &&
            lg_addr((struct slice){piece.p + 5, piece.n - 5}, &from))
            f->peer = from;
    }
}

/* "*[BGP/170] 1w1d 11:29:32, ...": false when the text does not begin so. */
static bool read_plain_entry(struct junos *j, struct slice text)
{
    struct slice s = slice_trim(text), inside, preference;
    struct junos_use use = junos_use(s.n > 0 ? s.p[0] : ' ');

    if (junos_marked(s))
        s = (struct slice){s.p + 1, s.n - 1};
    if (s.n < 4 || s.p[0] != '[' || !lg_has(s, "]"))
        return false;
    inside = lg_until((struct slice){s.p + 1, s.n - 1}, "]");
    if (!lg_after(inside, "/", &preference))
        return false;
    junos_open(j, lg_until(inside, "/"), use);
    lg_number(lg_until(preference, "/"), &j->t->route.fact.distance);
    read_plain_fields(j, (struct slice){s.p + inside.n + 2, s.n - inside.n - 2});
    return true;
}

static bool begins_entry(struct slice s)
{
    s = slice_trim(s);
    if (junos_marked(s))
        s = (struct slice){s.p + 1, s.n - 1};
    return s.n > 3 && s.p[0] == '[' && s.p[1] >= 'A' && s.p[1] <= 'Z' && lg_has(s, "/");
}

/* --- detail, extensive --- */

/* "*BGP    Preference: 170/-121". */
static bool read_detail_entry(struct junos *j, struct slice line)
{
    struct slice preference, name = lg_first(line);

    if (!lg_after(line, "Preference: ", &preference))
        return false;
    name = lg_strip(name, "*+-@#");
    if (protocol_of(name) == NULL && name.n == 0)
        return false;
    junos_open(j, name, junos_use(line.p[0]));
    j->entry.flat = lg_indent(j->t->line) <= j->indent;
    lg_number(lg_until(preference, "/"), &j->t->route.fact.distance);
    return true;
}

static int read_detail_communities(struct junos *j, struct slice text, struct err *e)
{
    struct slice word, large;
    int rc = 0;

    while (rc == 0 && slice_word(&text, &word)) {
        bool extended =
            word.n > 0 && ((word.p[0] >= 'a' && word.p[0] <= 'z') || slice_starts(word, "0x"));

        if (slice_starts(word, "large:") && lg_after(word, ":", &large))
            rc = lg_route_community(j->t, large, e);
        else if (!extended || lg_known_community(word) != NULL)
            rc = lg_route_community(j->t, word, e);
    }
    return rc;
}

/* "Age: 3w3d 3:19:15   Metric: 12003   Metric2: 0": BGP's metric is the MED. */
static void read_age(struct junos *j, struct slice line)
{
    struct fact_route *f = &j->t->route.fact;

    lg_number_after(line, "Metric: ", j->entry.is_bgp ? &f->med : &f->metric);
}

static void read_state(struct junos *j, struct slice line)
{
    struct slice inside;

    if (!lg_after(line, "<", &inside))
        return;
    j->entry.hidden |= lg_has(inside, "Hidden");
    if (j->entry.is_bgp)
        j->t->route.fact.external = lg_has(inside, "Int ") || lg_has(inside, "Int>") ? 0 : 1;
}

static int read_detail_hop(struct junos *j, struct slice line, struct err *e)
{
    struct slice rest, interface = {"", 0};
    struct addr a = {0};

    if (lg_after(line, "Next hop: ", &rest) && !slice_starts(rest, "via "))
        lg_addr(rest, &a);
    if (lg_after(line, "via ", &rest))
        interface = lg_first(rest);
    if (!addr_is_set(&j->entry.gateway))
        j->entry.gateway = a;
    return lg_route_hop(j->t, &a, interface, e);
}

/* The fields of an entry, by their names. */
static int read_detail(struct junos *j, struct slice line, struct err *e)
{
    struct fact_route *f = &j->t->route.fact;
    struct slice rest = {"", 0};

    if (slice_starts(line, "Indirect next hops:"))
        j->entry.inner = true;
    if (j->entry.inner)
        return 1;
    j->entry.leads |= slice_starts(line, "Next hop") || slice_starts(line, "Interface: ") ||
                      slice_starts(line, "Protocol next hop: ");
    lg_after(line, ": ", &rest);
    if (slice_starts(line, "Next hop: "))
        return read_detail_hop(j, line, e) < 0 ? e->code : 1;
    if (slice_starts(line, "Interface: "))
        return lg_route_hop(j->t, NULL, lg_first(rest), e) < 0 ? e->code : 1;
    if (slice_starts(line, "Next hop type: "))
        f->discard = drops(rest) ? 1 : FACT_NONE;
    else if (slice_starts(line, "Source: "))
        lg_addr(rest, &f->peer);
    else if (slice_starts(line, "Protocol next hop: "))
        lg_addr(rest, &j->entry.protocol_next_hop);
    else if (slice_starts(line, "State: "))
        read_state(j, line);
    else if (slice_starts(line, "Age: ") || slice_starts(line, "Metric: "))
        read_age(j, line);
    else if (slice_starts(line, "Localpref: "))
        lg_number(rest, &f->local_pref);
    else if (slice_starts(line, "Router ID: "))
        addr_is_set(&f->peer_router_id) ? (void)0 : (void)lg_addr(rest, &f->peer_router_id);
    else if (slice_starts(line, "Originator ID: "))
        lg_addr(rest, &f->peer_router_id);
    else if (slice_starts(line, "Communities: "))
        return read_detail_communities(j, rest, e) < 0 ? e->code : 1;
    else if (slice_starts(line, "AS path: "))
        return junos_path(j, rest, e);
    return 1; /* what is not named here says nothing about where packets go */
}

/* "10.220.0.0/16 (2 entries, 1 announced)". */
static bool is_detail_title(struct slice line)
{
    return (lg_has(line, " entry, ") || lg_has(line, " entries, ")) &&
           lg_has(line, " announced)");
}

/* --- lines --- */

/* A line that has a network first: what stands behind it is an entry, or stands below. */
static int read_network_line(struct junos *j, struct slice word, struct slice rest,
                             struct err *e)
{
    int rc = junos_route_end(j, e);

    if (rc < 0)
        return rc;
    j->indent = lg_indent(j->t->line);
    if (!junos_network(j, word)) {
        j->has_prefix = false;
        if (!j->t->skipping)
            lg_note(j->t, "networks that are no IP prefix");
        return 1;
    }
    if (begins_entry(rest))
        read_plain_entry(j, rest);
    return 1;
}

/*
 * Something else stands where networks do. The lines below are its own, not of the route above.
 * Only between the title of a network and its first entry `extensive` has such lines ("TSI:").
 */
static int read_stranger(struct junos *j, struct slice word, struct err *e)
{
    bool told = !j->t->route.open && j->has_prefix && !junos_is_network(j, word);
    int rc = junos_route_end(j, e);

    j->has_prefix = told;
    return rc < 0 ? rc : told || j->t->skipping;
}

static bool begins_detail_entry(struct slice line)
{
    return lg_has(line, "Preference: ") && !slice_starts(line, "Preference");
}

static int read_below(struct junos *j, struct slice line, struct err *e)
{
    struct slice rest;
    int rc;

    if (begins_entry(line)) {
        rc = junos_route_end(j, e);
        return rc < 0 ? rc : read_plain_entry(j, line);
    }
    if (begins_detail_entry(line)) {
        rc = junos_route_end(j, e);
        return rc < 0 ? rc : read_detail_entry(j, line);
    }
    if (!j->t->route.open)
        return 1;
    if (slice_starts(line, "AS path: ") && lg_after(line, ": ", &rest))
        return j->entry.inner ? 1 : junos_path(j, rest, e);
    rc = j->entry.inner ? 0 : junos_hop(j, line, e);
    return rc != 0 ? rc : read_detail(j, line, e);
}

/*
 * Looking glasses trim lines: an entry's may stand where networks do. Those of `detail` are all
 * its own up to the next title; of the plain form only what can't be anything else.
 */
static bool is_trimmed(const struct junos *j, struct slice line)
{
    static const char *const words[] = {"via",     "Local",     "Discard", "Reject",
                                        "Receive", "MultiRecv", "Unusable"};
    struct slice s = lg_strip(line, "> "), word = lg_first(s), rest;
    struct addr a;

    if (begins_entry(line) || begins_detail_entry(line))
        return true;
    if (!j->t->route.open)
        return false;
    if (j->entry.flat || slice_starts(line, "AS path: "))
        return true;
    if (slice_starts(s, "to ") && lg_after(s, "to ", &rest))
        return slice_starts(rest, "table ") || lg_addr(rest, &a);
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (slice_eq(word, words[i]))
            return true;
    }
    return false;
}

int junos_route_line(struct junos *j, struct err *e)
{
    struct slice line = slice_trim(j->t->line), rest = line, word;

    if (j->part != JUNOS_PLAIN && !is_detail_title(line) && !begins_entry(line) &&
        !(lg_has(line, "*[") && lg_has(line, "/")))
        return 0;
    j->part = JUNOS_PLAIN;
    slice_word(&rest, &word);
    if (memchr(word.p, '/', word.n) != NULL && word.p[0] != '[' && word.p[0] != '*' &&
        (slice_trim(rest).n == 0 || begins_entry(rest) || is_detail_title(line)))
        return read_network_line(j, word, rest, e);
    if (!j->has_prefix)
        return j->t->skipping;
    if (lg_indent(j->t->line) <= j->indent && !is_trimmed(j, line))
        return read_stranger(j, word, e);
    return read_below(j, line, e);
}
