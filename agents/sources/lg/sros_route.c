/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SR OS' tables of routes: the route table, BGP's paths in lines, and as entries, as `hunt` and
 * `detail` print them:
 *
 *     RIB In Entries
 *     Network        : 192.0.2.0/24
 *     Nexthop        : 198.51.100.1
 *     From           : 198.51.100.1
 *     Local Pref.    : 100                    Interface Name : to-r2
 *     Community      : 64500:1 64500:2
 *                      64500:3
 *     Flags          : Used  Valid  Best  IGP
 *     AS-Path        : 64500 64501
 *
 * With `detail` an entry stands twice when a policy changed it: only the second one, below
 * `Modified Attributes`, counts.
 */
#include "agents/sources/lg/sros.h"

#include <stdio.h>
#include <string.h>

static void drop_route(struct sros *s)
{
    lg_route_end(s->t);
    s->row = 0;
    s->entry = false;
    s->list = SROS_NO_LIST;
}

int sros_end_route(struct sros *s, struct err *e)
{
    int rc = 0;

    if (s->t->route.open && s->entry && s->n_path > 0)
        rc = lg_route_path(s->t, (struct slice){s->path, s->n_path}, e);
    if (s->t->route.open && s->entry && s->invalid)
        lg_route_invalid(s->t);
    if (s->t->route.open && rc == 0)
        rc = lg_route_put(s->t, s->part == SROS_ROUTES ? "rib" : "bgp", e);
    drop_route(s);
    return rc;
}

/* --- the route table --- */

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
    struct slice type = sros_cell(s, 1);
    const char *protocol;
    int rc;

    if (!prefix_parse_loose(lg_until(sros_cell(s, 0), "["), &p) || s->n_cells < 5)
        return 0;
    protocol = protocol_of(sros_cell(s, slice_starts(type, "[") ? 3 : 2));
    if (s->t->route.open && prefix_eq(&p, &s->prefix) && protocol == s->protocol) {
        s->row = 1; /* one more next hop */
        return 1;
    }
    rc = sros_end_route(s, e);
    s->prefix = p;
    s->protocol = protocol;
    lg_route_open(s->t, &p);
    s->t->route.fact.protocol = protocol;
    s->t->route.fact.best = 1;
    lg_number(sros_last_cell(s, 0), &s->t->route.fact.distance);
    if (slice_starts(type, "Black"))
        s->t->route.fact.discard = 1;
    s->row = 1;
    return rc < 0 ? rc : 1;
}

/* "       10.0.0.1 (tunneled)      0": next hop or interface, metric. */
static int route_hop(struct sros *s, struct err *e)
{
    struct slice first = sros_cell(s, 0);
    struct addr a = {0};
    int rc;

    s->row = 0;
    lg_number(sros_last_cell(s, 0), &s->t->route.fact.metric);
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

int sros_routes_line(struct sros *s, struct err *e)
{
    if (lg_indent(s->t->line) == 0)
        return route_title(s, e);
    return s->row == 1 && s->t->route.open ? route_hop(s, e) : 0;
}

/* --- BGP: lines --- */

static bool has(struct slice s, char c)
{
    return memchr(s.p, c, s.n) != NULL;
}

/** Of VPN routes the distinguisher stands before the network. */
static bool read_network(const struct sros *s, struct slice word, struct prefix *p,
                         struct slice *rd)
{
    struct slice network = word;

    *rd = (struct slice){"", 0};
    if (s->vpn && !prefix_parse_loose(word, p) && !lg_split_vpn(word, rd, &network))
        return false;
    return rd->n <= LG_MAX_RD && prefix_parse_loose(network, p);
}

static void set_distinguisher(struct sros *s, struct slice rd)
{
    struct lg_route *r = &s->t->route;

    if (rd.n == 0 || rd.n > LG_MAX_RD || !str_is_utf8(rd.p, rd.n))
        return;
    memcpy(r->rd, rd.p, rd.n);
    r->rd[rd.n] = '\0';
    r->fact.rd = r->rd;
}

/* "u*>i  2.2.2.2/32   None   None": flags and origin, network, local preference, MED. */
static int bgp_title(struct sros *s, struct err *e)
{
    struct slice flags = sros_cell(s, 0), origin, rd;
    struct prefix p;
    int rc;

    if (s->n_cells < 2 || !read_network(s, sros_cell(s, 1), &p, &rd))
        return 0;
    rc = sros_end_route(s, e);
    lg_route_open(s->t, &p);
    set_distinguisher(s, rd);
    s->t->route.fact.protocol = "bgp";
    s->t->route.fact.best = has(flags, '>') || has(flags, 'u');
    origin = (struct slice){flags.p + flags.n - 1, 1};
    lg_route_origin(s->t, origin);
    if (!has(flags, '*') || has(flags, 'h') || has(flags, 'd'))
        lg_route_invalid(s->t);
    lg_number(sros_last_cell(s, 0), &s->t->route.fact.med);
    lg_number(sros_last_cell(s, 1), &s->t->route.fact.local_pref);
    s->row = 1;
    return rc < 0 ? rc : 1;
}

/* "      65002 65003              -": the last cell may be a label. */
static int bgp_path(struct sros *s, struct err *e)
{
    struct slice label = sros_last_cell(s, 0), line = s->t->line;
    int rc;

    s->row = 0;
    if (lg_has(line, "No As-Path"))
        return 1;
    if (slice_eq(label, "-") || s->labelled)
        line.n = (size_t)(label.p - line.p);
    rc = lg_route_path(s->t, line, e);
    return rc < 0 ? rc : 1;
}

static int row_line(struct sros *s, struct err *e)
{
    struct addr a;

    if (lg_indent(s->t->line) == 0)
        return bgp_title(s, e);
    if (s->row == 1 && lg_addr(sros_cell(s, 0), &a)) {
        s->row = 2;
        return lg_route_hop(s->t, &a, (struct slice){"", 0}, e) < 0 ? e->code : 1;
    }
    return s->row == 2 ? bgp_path(s, e) : 0;
}

/* --- BGP: entries --- */

/* "AS-Path        : 64500 64501": the key and what stands behind it. */
static bool split_field(struct slice line, struct slice *key, struct slice *value)
{
    *value = line;
    if (!slice_split(value, ':', key) || value->p == NULL || key->n == 0)
        return false;
    *key = slice_trim(*key);
    *value = slice_trim(*value);
    return key->n > 0 && lg_indent(line) == 0;
}

/** A second field in the same line: "Not Atomic             MED            : 7". */
static bool split_second(struct slice *value, struct slice *key, struct slice *second)
{
    struct slice before;
    size_t gap;

    if (!lg_after(*value, " : ", second))
        return false;
    before = slice_trim((struct slice){value->p, (size_t)(second->p - value->p) - 3});
    for (gap = before.n; gap > 1; gap--) {
        if (before.p[gap - 1] == ' ' && before.p[gap - 2] == ' ')
            break;
    }
    if (gap < 2)
        return false;
    *key = (struct slice){before.p + gap, before.n - gap};
    *value = slice_trim((struct slice){before.p, gap});
    *second = slice_trim(*second);
    return true;
}

static int take_network(struct sros *s, struct slice value, struct err *e)
{
    struct slice rd;
    struct prefix p;
    int rc = sros_end_route(s, e);

    if (rc < 0)
        return rc;
    if (!read_network(s, lg_until(value, " "), &p, &rd)) {
        lg_note(s->t, "entries whose network is none");
        return 1;
    }
    lg_route_open(s->t, &p);
    set_distinguisher(s, rd);
    s->t->route.fact.protocol = "bgp";
    s->entry = true;
    s->invalid = false;
    s->n_path = 0;
    return 1;
}

static int take_hop(struct sros *s, struct slice value, struct err *e)
{
    struct addr a;

    return lg_addr(value, &a) ? lg_route_hop(s->t, &a, (struct slice){"", 0}, e) : 0;
}

static int take_peer(struct sros *s, struct slice value, struct err *e)
{
    (void)e;
    if (!lg_addr(value, &s->t->route.fact.peer))
        s->t->route.fact.peer = (struct addr){0};
    return 0;
}

static int take_distinguisher(struct sros *s, struct slice value, struct err *e)
{
    (void)e;
    set_distinguisher(s, lg_until(value, " "));
    return 0;
}

static int take_preference(struct sros *s, struct slice value, struct err *e)
{
    (void)e;
    lg_number(value, &s->t->route.fact.local_pref);
    return 0;
}

static int take_med(struct sros *s, struct slice value, struct err *e)
{
    (void)e;
    lg_number(value, &s->t->route.fact.med);
    return 0;
}

/** The originator stands before the neighbour, and for it. */
static int take_router_id(struct sros *s, struct slice value, struct err *e)
{
    struct addr a;

    (void)e;
    if (!addr_is_set(&s->t->route.fact.peer_router_id) && lg_addr(value, &a) && a.family == 4)
        s->t->route.fact.peer_router_id = a;
    return 0;
}

static int take_origin(struct sros *s, struct slice value, struct err *e)
{
    (void)e;
    lg_route_origin(s->t, lg_first(value));
    return 0;
}

/* "Used  Valid  Best  IGP", "Invalid  IGP  AS-Loop". */
static int take_flags(struct sros *s, struct slice value, struct err *e)
{
    struct slice word;

    (void)e;
    while (slice_word(&value, &word)) {
        if (slice_eq(word, "Best") || slice_eq(word, "Used"))
            s->t->route.fact.best = 1;
        else if (slice_eq(word, "Invalid"))
            s->invalid = true;
        else
            lg_route_origin(s->t, word);
    }
    return 0;
}

static int take_source(struct sros *s, struct slice value, struct err *e)
{
    (void)e;
    if (slice_starts(value, "External"))
        s->t->route.fact.external = 1;
    else if (slice_starts(value, "Internal"))
        s->t->route.fact.external = 0;
    return 0;
}

static int take_communities(struct sros *s, struct slice value, struct err *e)
{
    struct slice word;
    int rc = 0;

    s->list = SROS_COMMUNITIES;
    if (slice_starts(value, "No Community"))
        return 0;
    while (rc == 0 && slice_word(&value, &word)) {
        bool extended = word.p[0] >= 'a' && word.p[0] <= 'z'; /* "target:64500:1" */

        if (extended && lg_known_community(word) == NULL)
            s->t->lg->skips.extended++;
        else
            rc = lg_route_community(s->t, word, e);
    }
    return rc;
}

/** Kept until the entry ends, as it may go on in the next line. */
static int take_path(struct sros *s, struct slice value, struct err *e)
{
    s->list = SROS_PATH;
    if (slice_starts(value, "No As-Path"))
        return 0;
    if (value.n + 1 >= sizeof(s->path) - s->n_path)
        return err_set(e, ERR_LIMIT, "an AS path of more than %d bytes", SROS_MAX_PATH);
    if (value.n > 0)
        memcpy(s->path + s->n_path, value.p, value.n);
    s->n_path += value.n;
    s->path[s->n_path++] = ' ';
    return 0;
}

static const struct {
    const char *key;
    int (*take)(struct sros *s, struct slice value, struct err *e);
} fields[] = {
    {"Nexthop", take_hop},
    {"From", take_peer},
    {"Local Pref.", take_preference},
    {"MED", take_med},
    {"Route Dist.", take_distinguisher},
    {"Originator Id", take_router_id},
    {"Peer Router Id", take_router_id},
    {"Origin", take_origin},
    {"Flags", take_flags},
    {"Route Source", take_source},
    {"Community", take_communities},
    {"Large Community", take_communities},
    {"AS-Path", take_path},
};

static int take_field(struct sros *s, struct slice key, struct slice value, struct err *e)
{
    s->list = SROS_NO_LIST;
    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
        if (slice_eq(key, fields[i].key))
            return fields[i].take(s, value, e);
    }
    return 0;
}

/** A field, two of them, or more of a list. */
static int entry_line(struct sros *s, struct err *e)
{
    struct slice key, value, key2, second;
    bool two;
    int rc;

    if (!split_field(s->t->line, &key, &value)) {
        if (!s->entry || s->list == SROS_NO_LIST || lg_indent(s->t->line) == 0)
            return 0;
        value = slice_trim(s->t->line);
        rc = s->list == SROS_PATH ? take_path(s, value, e) : take_communities(s, value, e);
        return rc < 0 ? rc : 1;
    }
    if (slice_eq(key, "Network"))
        return take_network(s, value, e);
    if (!s->entry)
        return 0;
    two = split_second(&value, &key2, &second);
    rc = take_field(s, key, value, e);
    if (rc >= 0 && two)
        rc = take_field(s, key2, second, e);
    return rc < 0 ? rc : 1;
}

int sros_bgp_line(struct sros *s, struct err *e)
{
    int rc = entry_line(s, e);

    return rc != 0 ? rc : row_line(s, e);
}

int sros_bgp_heading(struct sros *s, struct slice line, struct err *e)
{
    int rc = 0;

    if (slice_starts(line, "As-Path"))
        s->labelled = lg_has(line, "Label");
    else if (slice_starts(line, "Modified Attributes"))
        drop_route(s); /* it is told again, as a policy changed it */
    else if (slice_starts(line, "RIB In Entries") || slice_starts(line, "RIB Out Entries"))
        rc = sros_end_route(s, e);
    else if (!slice_starts(line, "Original Attributes"))
        return 0;
    if (slice_starts(line, "RIB In "))
        s->part = SROS_BGP;
    if (slice_starts(line, "RIB Out ")) {
        s->part = SROS_BGP_OUT;
        lg_note(s->t, "routes as they are sent to neighbours");
    }
    return rc < 0 ? rc : 1;
}
