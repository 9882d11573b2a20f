/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BIRD's `show route`. A network's first route has it at the beginning of the line, the others
 * a blank; what follows differs between releases:
 *
 *   1:    10.0.0.0/8   via 192.0.2.1 on eth0 [peer 2016-03-12 from 192.0.2.9] * (100)
 * [AS64500i] 2, 3: 10.0.0.0/8   unicast [peer 08:17:33.000 from 192.0.2.9] * (100/10)
 * [AS64500i] \tvia 192.0.2.1 on eth0 weight 1        one line for each next hop
 *
 * `all` adds a line for each attribute: "BGP.as_path:" (1, 2) or "bgp_path:" (3). A table of
 * BIRD is both what it knows and what it forwards by: a BGP route makes an entry of layer bgp,
 * and the chosen one of a network also one of layer rib.
 */
#include "agents/sources/lg/bird.h"

#include <string.h>

/* Where a route comes from, as "Type:" or "source:" says. */
static const struct {
    const char *word, *protocol;
} kinds[] = {
    {"device", "connected"}, {"static", "static"}, {"static-device", "static"},
    {"BGP", "bgp"},          {"OSPF", "ospf"},     {"OSPF-IA", "ospf"},
    {"OSPF-E1", "ospf"},     {"OSPF-E2", "ospf"},  {"inherit", "kernel"},
    {"RIP", "rip"},          {"Babel", "babel"},   {"rip", "rip"},
    {"ospf", "ospf"},
};

static void set_kind(struct bird *b, struct slice word)
{
    struct fact_route *f = &b->t->route.fact;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (slice_eq(word, kinds[i].word))
            f->protocol = kinds[i].protocol;
    }
    b->is_bgp = f->protocol != NULL && strcmp(f->protocol, "bgp") == 0;
}

/* The entry in the BGP table: its next hop is BGP's own where that was told. */
static int put_bgp(struct bird *b, struct err *e)
{
    struct lg_text *t = b->t;
    int rc = 0;

    if (!addr_is_set(&t->route.fact.peer))
        t->route.fact.peer = b->first_via; /* BIRD says "from" only where it is another */
    if (addr_is_set(&b->bgp_next_hop)) {
        t->route.n_hops = 0;
        t->route.fact.discard = FACT_NONE;
        rc = lg_route_hop(t, &b->bgp_next_hop, (struct slice){"", 0}, e);
    }
    return rc < 0 ? rc : lg_route_put(t, "bgp", e);
}

int bird_route_end(struct bird *b, struct err *e)
{
    struct lg_text *t = b->t;
    int64_t chosen = t->route.fact.best;
    int rc = 0;

    if (!t->route.open)
        return 0;
    t->route.fact.best = chosen == 1 && !b->unsynced;
    if (!b->is_bgp || !b->has_path || chosen == 1)
        rc = lg_route_put_rib(t, e);
    t->route.fact.best = chosen;
    if (rc == 0 && b->is_bgp && b->has_path)
        rc = put_bgp(b, e);
    else if (b->is_bgp)
        lg_note(t, "AS paths, which only `show route all` tells");
    lg_route_end(t);
    return rc;
}

/* "via A on IF weight 1 mpls 100", "dev IF". */
static int read_hop(struct bird *b, struct slice text, struct err *e)
{
    struct slice rest = text, word, interface = {"", 0};
    struct addr a = {0};

    if (!slice_word(&rest, &word))
        return 0;
    if (slice_eq(word, "via")) {
        if (!slice_word(&rest, &word) || !lg_addr(word, &a)) {
            lg_note(b->t, "next hops without an address");
            return 1;
        }
        if (slice_word(&rest, &word) && slice_eq(word, "on") && slice_word(&rest, &word))
            interface = word;
        if (!addr_is_set(&b->first_via))
            b->first_via = a;
    } else if (!slice_eq(word, "dev") || !slice_word(&rest, &interface)) {
        return 0;
    }
    return lg_route_hop(b->t, &a, interface, e) < 0 ? e->code : 1;
}

/* "[AS64500i]", "[i]", "[?]": the origin; otherwise the router that OSPF has it from. */
static void read_last_bracket(struct bird *b, struct slice s)
{
    struct slice mark;

    if (s.n == 0)
        return;
    mark = (struct slice){s.p + s.n - 1, 1};
    if ((slice_eq(mark, "i") || slice_eq(mark, "e") || slice_eq(mark, "?")) &&
        (s.n == 1 || slice_starts(s, "AS"))) {
        set_kind(b, slice_of("BGP"));
        lg_route_origin(b->t, mark);
        b->has_path = s.n == 1;
    }
}

/* "(100/10)" and "E2 (150/10/20)": preference, metrics. */
static void read_metrics(struct bird *b, struct slice inside, bool type2)
{
    struct fact_route *f = &b->t->route.fact;
    struct slice piece;
    int64_t value;

    for (unsigned i = 0; slice_split(&inside, '/', &piece); i++) {
        if (i == (type2 ? 2U : 1U) && lg_number(piece, &value))
            f->metric = value;
    }
}

/* What stands behind "[protocol time]": "* E2 (150/10/20) [rid]". */
static void read_tail(struct bird *b, struct slice tail)
{
    struct slice word = {0}, rest = tail;
    bool type2 = false;

    while (slice_word(&rest, &word) && word.p[0] != '(') {
        b->unsynced |= slice_eq(word, "!");
        if (slice_eq(word, "*") || slice_eq(word, "!"))
            b->t->route.fact.best = 1;
        else if (slice_eq(word, "I") || slice_eq(word, "IA") || slice_eq(word, "E1") ||
                 slice_eq(word, "E2"))
            set_kind(b, slice_of("OSPF"));
        type2 |= slice_eq(word, "E2");
    }
    if (lg_after(tail, "[", &rest))
        read_last_bracket(b, lg_until(rest, "]"));
    if (word.n > 0 && word.p[0] == '(')
        read_metrics(b, lg_until((struct slice){word.p + 1, word.n - 1}, ")"), type2);
    if (b->is_bgp)
        b->t->route.fact.metric = FACT_NONE; /* it is the metric of the way to the next hop */
}

static bool drops(struct slice kind)
{
    return slice_starts(kind, "blackhole") || slice_starts(kind, "unreachable") ||
           slice_starts(kind, "prohibit");
}

static bool is_kind(struct slice s)
{
    return slice_starts(s, "unicast") || slice_starts(s, "via ") || slice_starts(s, "dev ") ||
           slice_starts(s, "multipath") || slice_starts(s, "recursive") || drops(s);
}

/* Where kinds stand; an attribute has a colon. */
static bool is_word(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (strchr(": \t", s.p[i]) != NULL)
            return false;
    }
    return s.n > 0;
}

/* Splits "NETWORK KIND [INSIDE] TAIL"; NETWORK may be missing. */
struct head {
    struct slice network, kind, inside, tail;
    bool known; /* the kind is one that is read */
};

static bool split_head(struct slice line, struct head *h)
{
    const char *open = line.n > 0 ? memchr(line.p, '[', line.n) : NULL, *close;
    struct slice before, word, rest;

    if (open == NULL)
        return false;
    before = (struct slice){line.p, (size_t)(open - line.p)};
    rest = (struct slice){open + 1, line.n - before.n - 1};
    close = memchr(rest.p, ']', rest.n);
    if (close == NULL)
        return false;
    h->inside = (struct slice){rest.p, (size_t)(close - rest.p)};
    h->tail = slice_trim((struct slice){close + 1, rest.n - h->inside.n - 1});
    if (!lg_has(h->tail, "("))
        return false;
    h->network = (struct slice){"", 0};
    if (line.p[0] != ' ' && line.p[0] != '\t' && slice_word(&before, &word))
        h->network = word;
    h->kind = slice_trim(before);
    h->known = is_kind(h->kind);
    return h->known || is_word(h->kind);
}

static int read_head(struct bird *b, const struct head *h, struct err *e)
{
    struct slice from;
    int rc = bird_route_end(b, e);

    if (rc < 0)
        return rc;
    if (h->network.n > 0)
        b->has_prefix = prefix_parse(h->network, &b->prefix);
    b->part = BIRD_ROUTES;
    b->communities = 0;
    b->is_bgp = b->has_path = b->unsynced = false;
    b->first_via = b->bgp_next_hop = (struct addr){0};
    if (!b->has_prefix || !h->known) {
        lg_note(b->t, b->has_prefix ? "routes of kinds that are not known"
                                    : "routes of networks that are no IP prefix");
        return 1;
    }
    lg_route_open(b->t, &b->prefix);
    if (lg_after(h->inside, " from ", &from))
        lg_addr(from, &b->t->route.fact.peer);
    if (drops(h->kind))
        b->t->route.fact.discard = 1;
    rc = read_hop(b, h->kind, e);
    if (rc >= 0)
        read_tail(b, h->tail);
    return rc < 0 ? rc : 1;
}

/* --- attributes --- */

/* "(65000,1) (65000,2)", "(1, 2, 3)": brackets hold commas and blanks. */
static int read_communities(struct bird *b, struct slice text, struct err *e)
{
    struct slice rest;
    int rc = 0;

    while (rc == 0 && lg_after(text, "(", &rest)) {
        struct slice inside = lg_until(rest, ")");

        text = (struct slice){rest.p + inside.n, rest.n - inside.n};
        rc = lg_route_community(b->t, inside, e);
    }
    return rc;
}

/* "192.0.2.1", "2001:db8::1 fe80::1", ":: fe80::1": the global one where there is one. */
static void read_next_hop(struct bird *b, struct slice text)
{
    struct slice word;
    struct addr a;

    while (slice_word(&text, &word)) {
        bool zero = slice_eq(word, "::");

        if (!zero && addr_parse(word, &a) && !addr_is_set(&b->bgp_next_hop))
            b->bgp_next_hop = a;
    }
}

static int read_bgp_attribute(struct bird *b, struct slice name, struct slice value,
                              struct err *e)
{
    struct fact_route *f = &b->t->route.fact;
    struct slice first = lg_first(value);

    set_kind(b, slice_of("BGP"));
    if (slice_eq(name, "as_path") || slice_eq(name, "path")) {
        b->has_path = true;
        return lg_route_path(b->t, value, e);
    }
    if (slice_eq(name, "origin"))
        lg_route_origin(b->t, first);
    else if (slice_eq(name, "next_hop"))
        read_next_hop(b, value);
    else if (slice_eq(name, "local_pref"))
        lg_number(first, &f->local_pref);
    else if (slice_eq(name, "med"))
        lg_number(first, &f->med);
    else if (slice_eq(name, "originator_id"))
        addr_parse(first, &f->peer_router_id);
    else if (slice_eq(name, "community"))
        b->communities = 'c';
    else if (slice_eq(name, "large_community"))
        b->communities = 'l';
    return b->communities != 0 ? read_communities(b, value, e) : 0;
}

static int read_attribute(struct bird *b, struct slice line, struct err *e)
{
    const char *colon = memchr(line.p, ':', line.n);
    struct slice name, value;

    if (colon == NULL)
        return 0;
    name = (struct slice){line.p, (size_t)(colon - line.p)};
    value = slice_trim((struct slice){colon + 1, line.n - name.n - 1});
    b->communities = 0;
    if (slice_starts(name, "BGP.") || slice_starts(name, "bgp_")) {
        name = (struct slice){name.p + 4, name.n - 4};
        return read_bgp_attribute(b, name, value, e) < 0 ? e->code : 1;
    }
    if (slice_eq(name, "Type") || slice_eq(name, "source"))
        set_kind(b, lg_first(value));
    else if (slice_eq(name, "from"))
        lg_addr(value, &b->t->route.fact.peer);
    return 1;
}

int bird_route_line(struct bird *b, struct err *e)
{
    struct slice line = b->t->line, inner = slice_trim(line);
    struct head h;
    int rc;

    if (slice_starts(line, "Table ") && line.p[line.n - 1] == ':') {
        rc = bird_route_end(b, e);
        b->has_prefix = false;
        b->part = BIRD_ROUTES;
        if (rc == 0)
            rc = lg_enter(b->t, bird_table(slice_trim((struct slice){line.p + 6, line.n - 7})),
                          e);
        return rc < 0 ? rc : 1;
    }
    if (split_head(line, &h) && (h.known || b->part == BIRD_ROUTES))
        return read_head(b, &h, e);
    if (b->part != BIRD_ROUTES)
        return 0;
    if (lg_indent(line) == 0) {
        b->has_prefix = false; /* what follows is not of the network above */
        return bird_route_end(b, e);
    }
    if (!b->t->route.open)
        return 1; /* of a network that is passed over */
    if (b->communities != 0 && slice_starts(inner, "(")) {
        rc = read_communities(b, inner, e);
        return rc < 0 ? rc : 1;
    }
    rc = read_hop(b, inner, e);
    return rc != 0 ? rc : read_attribute(b, inner, e);
}
