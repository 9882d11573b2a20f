/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GoBGP, `gobgp ... -j`:
 *
 *   {"PREFIX": [{nlri{prefix}, best, attrs: [{type, ...}], source-id, neighbor-ip}, ...], ...}
 *   [{conf{...}, state{...}, afi_safis[...], transport{...}}, ...]        (neighbor)
 *   {asn, router_id, listen_port, ...}                                    (global)
 *
 * Attributes go by their number (IANA "BGP Path Attributes"), and values that are zero are left
 * out. An IPv6 next hop stands in MP_REACH_NLRI (14) only.
 */
#include <stdio.h>

#include "agents/sources/lg/dialects.h"
#include "agents/sources/lg/entry.h"
#include "base/buf.h"

#define ESTABLISHED 6 /* SessionState of its API */

/* --- attributes --- */

static int add_segment(const struct lg_tree *t, struct buf *out, struct err *e)
{
    static const char *const open[] = {"", "{", "", "(", "["}, *const close[] = {"", "}", "",
                                                                                 ")", "]"};
    int64_t type = 2;
    int rc = lg_get_i64(t, "segment_type", &type, e);
    bool first = true;

    if (rc < 0)
        return rc;
    if (type < 1 || type > 4)
        return lg_tree_fail(t, e, ERR_SCHEMA, "an AS path segment of type %lld",
                            (long long)type);
    buf_printf(out, "%s%s", out->len > 0 ? " " : "", open[type]);
    for (const struct lg_tree *as = lg_first_in(lg_get(t, "asns")); as != NULL; as = as->next) {
        struct slice s = lg_text(as);

        buf_printf(out, "%s%.*s", first ? "" : " ", (int)s.n, s.p);
        first = false;
    }
    buf_str(out, close[type]);
    return 0;
}

static int read_as_path(struct lg *lg, const struct lg_tree *t, struct fact_route *f,
                        struct err *e)
{
    struct buf text = {0};
    int rc = 0;

    for (const struct lg_tree *s = lg_first_in(lg_get(t, "as_paths")); s != NULL && rc == 0;
         s = s->next)
        rc = add_segment(s, &text, e);
    if (rc == 0)
        rc = lg_as_path(lg, slice_of(buf_cstr(&text)), &f->as_path, e);
    buf_free(&text);
    return rc;
}

/* Each is its four bytes as a number. */
static int read_communities(struct lg *lg, const struct lg_tree *t, struct fact_route *f,
                            struct err *e)
{
    int rc = 0;

    for (const struct lg_tree *c = lg_first_in(lg_get(t, "communities")); c != NULL && rc == 0;
         c = c->next) {
        char text[16];
        uint64_t v;

        if (!slice_u64(lg_text(c), UINT32_MAX, &v))
            return lg_tree_fail(c, e, ERR_SCHEMA, "a community that is no number");
        snprintf(text, sizeof(text), "%u:%u", (unsigned)(v >> 16), (unsigned)(v & 0xffff));
        rc = lg_add_community(lg, f, slice_of(text), e);
    }
    return rc;
}

static int read_large(struct lg *lg, const struct lg_tree *t, struct fact_route *f,
                      struct err *e)
{
    int rc = 0;

    for (const struct lg_tree *c = lg_first_in(lg_get(t, "value")); c != NULL && rc == 0;
         c = c->next) {
        int64_t part[3] = {0};
        char text[40];

        rc = lg_get_i64(c, "ASN", &part[0], e);
        if (rc == 0)
            rc = lg_get_i64(c, "LocalData1", &part[1], e);
        if (rc == 0)
            rc = lg_get_i64(c, "LocalData2", &part[2], e);
        snprintf(text, sizeof(text), "%u:%u:%u", (unsigned)part[0], (unsigned)part[1],
                 (unsigned)part[2]);
        if (rc == 0)
            rc = lg_add_community(lg, f, slice_of(text), e);
    }
    return rc;
}

static int read_origin(const struct lg_tree *t, struct fact_route *f, struct err *e)
{
    static const char *const origins[] = {"IGP", "EGP", "incomplete"};
    int64_t v = 0;
    int rc = lg_get_i64(t, "value", &v, e);

    if (rc == 0 && v > 2)
        return lg_tree_fail(t, e, ERR_SCHEMA, "an origin of %lld", (long long)v);
    if (rc == 0)
        f->bgp_origin = origins[v];
    return rc;
}

static int read_attribute(struct lg *lg, const struct lg_tree *t, struct fact_route *f,
                          struct err *e)
{
    int64_t type = FACT_NONE;
    int rc = lg_get_i64(t, "type", &type, e);

    if (rc < 0)
        return rc;
    switch (type) {
    case 1:
        return read_origin(t, f, e);
    case 2:
        return read_as_path(lg, t, f, e);
    case 3:
        return lg_hop_from(lg, f, t, "nexthop", e);
    case 4:
        f->med = 0;
        return lg_get_i64(t, "metric", &f->med, e);
    case 5:
        f->local_pref = 0;
        return lg_get_i64(t, "value", &f->local_pref, e);
    case 8:
        return read_communities(lg, t, f, e);
    case 9: /* ORIGINATOR_ID */
        return lg_get_addr(t, "value", &f->peer_router_id, e);
    case 14: /* its prefixes are those of the whole message, not of this route */
        return f->next_hops.n == 0 ? lg_hop_from(lg, f, t, "nexthop", e) : 0;
    case 16:
        lg_skip_extended(lg, t, "value");
        return 0;
    case 32:
        return read_large(lg, t, f, e);
    default:
        return 0;
    }
}

/* --- routes --- */

/* "64500:1", from {type, admin, assigned}, whose names differ by type and release. */
static const char *distinguisher(struct lg *lg, const struct lg_tree *rd)
{
    static const char *const names[][2] = {{"admin", "assigned"}, {"Admin", "Assigned"}};
    struct slice s = lg_text(rd);

    if (rd == NULL || s.n > 0)
        return s.n > 0 ? arena_strndup(lg->arena, s.p, s.n) : NULL;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct slice a = lg_text(lg_get(rd, names[i][0]));
        struct slice b = lg_text(lg_get(rd, names[i][1]));

        if (a.n > 0 && b.n > 0)
            return arena_printf(lg->arena, "%.*s:%.*s", (int)a.n, a.p, (int)b.n, b.p);
    }
    return NULL;
}

static int read_peer(const struct lg_tree *t, struct fact_route *f, struct err *e)
{
    struct slice peer = lg_text(lg_get(t, "neighbor-ip"));
    struct slice id = lg_text(lg_get(t, "source-id"));

    (void)e;
    /* An own route has "<nil>" or nothing there. */
    if (addr_parse(peer, &f->peer) && lg_is_unspecified(&f->peer))
        f->peer = (struct addr){0};
    if (addr_is_set(&f->peer) && !addr_is_set(&f->peer_router_id) &&
        !addr_parse(id, &f->peer_router_id))
        f->peer_router_id = (struct addr){0};
    return 0;
}

static int take_route(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct lg *lg = w->lg;
    struct fact_route f;
    struct slice prefix = lg_text(lg_get(t, "nlri/prefix"));
    int rc = 0;

    lg_route_start(lg, &f, "");
    if (!prefix_parse(prefix, &f.prefix)) {
        lg->skips.foreign += prefix.n == 0; /* EVPN and others have none */
        return prefix.n > 0 ? lg_tree_fail(t, e, ERR_SCHEMA, "nlri/prefix is no prefix") : 0;
    }
    f.rd = distinguisher(lg, lg_get(t, "nlri/rd"));
    f.best = lg_is(t, "best");
    for (const struct lg_tree *a = lg_first_in(lg_get(t, "attrs")); a != NULL && rc == 0;
         a = a->next)
        rc = read_attribute(lg, a, &f, e);
    if (rc == 0)
        rc = read_peer(t, &f, e);
    return rc == 0 ? lg_put(lg, FACT_ROUTE, &f, e) : rc;
}

/* --- neighbours and the router itself --- */

static int read_families(struct lg *lg, const struct lg_tree *t, unsigned *families,
                         struct err *e)
{
    for (const struct lg_tree *f = lg_first_in(lg_get(t, "afi_safis")); f != NULL;
         f = f->next) {
        int64_t afi = 0, safi = 0;
        int rc = lg_get_i64(f, "config/family/afi", &afi, e);

        if (rc == 0)
            rc = lg_get_i64(f, "config/family/safi", &safi, e);
        if (rc < 0)
            return rc;
        lg_add_family_number(lg, safi != 1 ? 0 : afi == 1 ? 4 : afi == 2 ? 6 : 0, families);
    }
    return 0;
}

static int take_neighbor(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    const char *vrf = lg_str(w->lg, t, "conf/vrf");
    struct fact_bgp_session f;
    int64_t state = 0;
    unsigned families = 0;
    int rc;

    lg_session_start(w->lg, &f, vrf != NULL ? vrf : "");
    rc = lg_get_addr(t, "conf/neighbor_address", &f.peer_addr, e);
    if (rc == 0 && !addr_is_set(&f.peer_addr))
        rc = lg_get_addr(t, "state/neighbor_address", &f.peer_addr, e);
    if (rc == 0)
        rc = lg_get_asn(t, "conf/peer_asn", &f.peer_asn, e);
    if (rc == 0)
        rc = lg_get_asn(t, "conf/local_asn", &f.local_asn, e);
    if (rc == 0)
        rc = lg_get_addr(t, "transport/local_address", &f.local_addr, e);
    if (rc == 0)
        rc = lg_get_i64(t, "state/session_state", &state, e);
    if (rc == 0)
        rc = read_families(w->lg, t, &families, e);
    if (rc < 0)
        return rc;
    if (lg_is_unspecified(&f.local_addr))
        f.local_addr = (struct addr){0};
    f.established = state == ESTABLISHED;
    return lg_put_session(w->lg, &f, families, e);
}

static int take_global(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    return lg_instance_from(w->lg, "", lg_get(t, "asn"), lg_get(t, "router_id"), e);
}

enum answer { OTHER, ROUTES, NEIGHBORS, NEIGHBOR, GLOBAL };

static enum answer kind_of(struct slice text)
{
    static const char *const marks[] = {
        "*/*/nlri",  "*/*/attrs",   "*/conf",      "conf/neighbor_address",
        "router_id", "listen_port", "*/afi_safis", NULL};
    unsigned m = lg_marks(text, marks);

    if ((m & 3) == 3)
        return ROUTES;
    if ((m & 0x44) == 0x44)
        return NEIGHBORS;
    if (m & 8)
        return NEIGHBOR;
    return (m & 0x30) == 0x30 ? GLOBAL : OTHER;
}

static int likeness(const struct agent_file *f)
{
    return kind_of(f->text) != OTHER ? 90 : 0;
}

static int parse(struct lg *lg, struct slice text, struct err *e)
{
    static const struct lg_rule rules[][2] = {
        [OTHER] = {{"*/*", take_route}},      [ROUTES] = {{"*/*", take_route}},
        [NEIGHBORS] = {{"*", take_neighbor}}, [NEIGHBOR] = {{"", take_neighbor}},
        [GLOBAL] = {{"", take_global}},
    };
    struct lg_walk w = {.lg = lg, .rules = rules[kind_of(text)]};

    return lg_walk_text(&w, text, e);
}

static const char *const requests[] = {"global", "neighbor", "global rib -a ipv4",
                                       "global rib -a ipv6", NULL};
static const struct lg_form form = {parse, "gobgp", requests};

const struct agent_dialect lg_dialect_gobgp = {
    .name = "gobgp",
    .summary = "GoBGP, `gobgp global rib|neighbor -j`",
    .likeness = likeness,
    .read = lg_read_file,
    .parser = &form,
};
