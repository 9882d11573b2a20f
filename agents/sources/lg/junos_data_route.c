/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Junos' routes. One entry of a destination says both what BGP chose among and what forwards:
 * an entry of BGP becomes a route of the BGP table, and the active entry, whatever its
 * protocol, one of the routing table.
 */
#include <stdio.h>
#include <string.h>

#include "agents/sources/lg/entry.h"
#include "agents/sources/lg/junos.h"
#include "agents/sources/lg/junos_data.h"

/* --- tables --- */

struct table_end {
    const char *end;
    int family;
    bool vpn;
};

/* Other tables hold labels, multicast, other families or next hops that BGP resolves by. */
static const struct table_end ends[] = {
    {"bgp.l3vpn.0", 4, true},
    {"bgp.l3vpn-inet6.0", 6, true},
    {"inet.0", 4, false},
    {"inet6.0", 6, false},
};

int lg_junos_table(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct lg_junos *j = w->state;
    struct slice s = lg_text(t);

    j->family = 0;
    j->table[0] = '\0';
    for (size_t i = 0; i < sizeof(ends) / sizeof(*ends) && j->family == 0; i++) {
        size_t n = strlen(ends[i].end);
        size_t before = s.n >= n ? s.n - n : 0;

        if (s.n < n || memcmp(s.p + before, ends[i].end, n) != 0 ||
            (before > 0 && s.p[before - 1] != '.'))
            continue;
        if (before > sizeof(j->table))
            return lg_tree_fail(t, e, ERR_LIMIT, "a table's name of more than 255 bytes");
        j->family = ends[i].family;
        j->vpn = ends[i].vpn;
        if (before > 0)
            snprintf(j->table, sizeof(j->table), "%.*s", (int)before - 1, s.p);
    }
    return 0;
}

/* --- destinations --- */

static bool read_vpn(struct lg *lg, struct slice s, struct fact_route *f)
{
    struct slice rd, network;

    if (!lg_split_vpn(s, &rd, &network))
        return false;
    f->rd = arena_strndup(lg->arena, rd.p, rd.n);
    return f->rd != NULL && prefix_parse(network, &f->prefix);
}

static int read_destination(struct lg_walk *w, const struct lg_tree *t, struct fact_route *f,
                            struct err *e)
{
    const struct lg_junos *j = w->state;
    struct slice s = lg_text(lg_get(t, "rt-destination")), bare = s, first;
    struct slice len = lg_text(lg_get(t, "rt-prefix-length"));
    char text[PREFIX_TEXT + 64];

    /* A range of labels or a flow may follow behind a comma. */
    slice_split(&bare, ',', &first);
    if (memchr(first.p, '/', first.n) == NULL && len.n > 0 && first.n < sizeof(text) - 5) {
        snprintf(text, sizeof(text), "%.*s/%.*s", (int)first.n, first.p, (int)len.n, len.p);
        first = slice_of(text);
    }
    if (j->vpn ? read_vpn(w->lg, first, f) : prefix_parse(first, &f->prefix))
        return 0;
    return lg_tree_fail(t, e, ERR_SCHEMA, "rt-destination: \"%.*s\" is no prefix",
                        (int)(s.n < 60 ? s.n : 60), s.n > 0 ? s.p : "");
}

/* --- entries --- */

static const char *protocol_of(struct lg *lg, struct slice name)
{
    static const char *const known[][2] = {
        {"Direct", "connected"}, {"Local", "local"},         {"Static", "static"},
        {"BGP", "bgp"},          {"OSPF", "ospf"},           {"OSPF3", "ospf"},
        {"IS-IS", "isis"},       {"Aggregate", "aggregate"},
    };
    char *other;

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (slice_eq(name, known[i][0]))
            return known[i][1];
    }
    other = arena_strndup(lg->arena, name.p, name.n);
    for (char *p = other; p != NULL && *p != '\0'; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    }
    return other;
}

static int read_hops(struct lg *lg, const struct lg_tree *t, struct fact_route *f,
                     struct err *e)
{
    struct slice type = lg_text(lg_get(t, "nh-type"));
    int rc = 0;

    for (const struct lg_tree *n = lg_junos_first(t, "nh"); n != NULL && rc == 0;
         n = lg_junos_next(n)) {
        struct addr hop = {0};
        const char *interface = lg_str(lg, n, "via");

        if (interface == NULL)
            interface = lg_str(lg, n, "nh-local-interface");
        rc = lg_get_addr(n, "to", &hop, e);
        if (rc == 0 && (addr_is_set(&hop) || interface != NULL))
            rc = lg_add_hop(lg, f, &hop, interface, e);
    }
    if (slice_eq(type, "Discard") || slice_eq(type, "Reject"))
        f->discard = 1;
    return rc;
}

static int put_rib(struct lg *lg, const struct lg_tree *t, const struct fact_route *place,
                   bool active, struct err *e)
{
    struct fact_route f = *place;
    int rc;

    f.layer = "rib";
    f.best = active;
    rc = lg_get_i64(t, "preference", &f.distance, e);
    if (rc == 0)
        rc = lg_get_i64(t, "metric", &f.metric, e);
    if (rc == 0)
        rc = read_hops(lg, t, &f, e);
    return rc == 0 ? lg_put(lg, FACT_ROUTE, &f, e) : rc;
}

/* "AS path: 65001 {65002} I, validation-state..." or "65001 I": the origin ends it. */
static int read_as_path(struct lg *lg, const struct lg_tree *t, struct fact_route *f,
                        struct err *e)
{
    struct slice text = lg_text(lg_get(t, "as-path")), line, word, rest;
    const char *start;

    if (!slice_line(&text, &line))
        return 0;
    line = slice_trim(line);
    if (slice_starts(line, "AS path:"))
        line = slice_trim((struct slice){line.p + 8, line.n - 8});
    start = line.p;
    for (rest = line; slice_word(&rest, &word);) {
        const char *origin = word.n == 1 ? lg_origin(word) : NULL;

        if (origin == NULL)
            continue;
        f->bgp_origin = origin;
        return lg_as_path(lg, (struct slice){start, (size_t)(word.p - start)}, &f->as_path, e);
    }
    return lg_as_path(lg, line, &f->as_path, e);
}

static int read_communities(struct lg *lg, const struct lg_tree *t, struct fact_route *f,
                            struct err *e)
{
    int rc = 0;

    for (const struct lg_tree *c = lg_junos_first(lg_get(t, "communities"), "community");
         c != NULL && rc == 0; c = lg_junos_next(c)) {
        struct slice s = lg_text(c);

        if (slice_starts(s, "large:"))
            rc = lg_add_community(lg, f, (struct slice){s.p + 6, s.n - 6}, e);
        else if (s.n > 0 && ((s.p[0] >= '0' && s.p[0] <= '9') || lg_known_community(s) != NULL))
            rc = lg_add_community(lg, f, s, e);
        else
            lg->skips.extended++; /* target:1:2 */
    }
    return rc;
}

/* The neighbour: named when the route is not from its next hop, which then is BGP's too. */
static int read_peer(struct lg *lg, const struct lg_tree *t, struct fact_route *f,
                     struct err *e)
{
    struct addr direct = {0};
    int rc = lg_get_addr(t, "protocol-nh/to", &direct, e);

    if (rc == 0 && addr_is_set(&direct))
        rc = lg_add_next_hop(lg, f, &direct, e);
    if (rc == 0)
        rc = lg_get_addr(t, "gateway", &f->peer, e);
    if (rc == 0)
        rc = lg_get_addr(t, "learned-from", &f->peer, e);
    if (rc < 0 || addr_is_set(&f->peer))
        return rc;
    direct = (struct addr){0};
    rc = lg_get_addr(lg_junos_first(t, "nh"), "to", &direct, e);
    f->peer = direct;
    return rc == 0 && f->next_hops.n == 0 ? lg_add_next_hop(lg, f, &direct, e) : rc;
}

static int put_bgp(struct lg *lg, const struct lg_tree *t, const struct fact_route *place,
                   bool active, struct err *e)
{
    struct fact_route f = *place;
    int64_t local = FACT_NONE, peer = FACT_NONE;
    int rc;

    f.layer = "bgp";
    f.best = active;
    rc = lg_get_i64(t, "local-preference", &f.local_pref, e);
    if (rc == 0)
        rc = lg_get_i64(t, lg_get(t, "med") != NULL ? "med" : "metric", &f.med, e);
    if (rc == 0)
        rc = lg_get_addr(t, "peer-id", &f.peer_router_id, e);
    if (rc == 0)
        rc = lg_get_asn(t, "local-as", &local, e);
    if (rc == 0)
        rc = lg_get_asn(t, "peer-as", &peer, e);
    if (rc == 0 && local != FACT_NONE && peer != FACT_NONE)
        f.external = local != peer;
    if (rc == 0)
        rc = read_as_path(lg, t, &f, e);
    if (rc == 0)
        rc = read_communities(lg, t, &f, e);
    if (rc == 0)
        rc = read_peer(lg, t, &f, e);
    return rc == 0 ? lg_put(lg, FACT_ROUTE, &f, e) : rc;
}

static int read_entry(struct lg *lg, const struct lg_tree *t, struct fact_route *place,
                      struct err *e)
{
    struct slice tag = lg_text(lg_get(t, "active-tag"));
    struct slice protocol = lg_text(lg_get(t, "protocol-name"));
    struct junos_use use = junos_use(tag.n > 0 ? tag.p[0] : ' ');
    int rc = 0;

    if (protocol.n == 0)
        return lg_tree_fail(t, e, ERR_SCHEMA, "protocol-name is missing");
    place->protocol = protocol_of(lg, protocol);
    if (place->protocol == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a route");
    if (strcmp(place->protocol, "bgp") == 0)
        rc = put_bgp(lg, t, place, use.routing, e);
    if (rc == 0 && place->rd == NULL && (use.forwarding || strcmp(place->protocol, "bgp") != 0))
        rc = put_rib(lg, t, place, use.forwarding, e);
    return rc;
}

int lg_junos_rt(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct lg_junos *j = w->state;
    struct fact_route place;
    int rc;

    if (j->family == 0) {
        j->skipped++;
        return 0;
    }
    lg_route_start(w->lg, &place, j->table);
    rc = read_destination(w, t, &place, e);
    for (const struct lg_tree *n = lg_junos_first(t, "rt-entry"); n != NULL && rc == 0;
         n = lg_junos_next(n))
        rc = read_entry(w->lg, n, &place, e);
    return rc;
}
