/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FRR's BGP tables in JSON, releases 8 to 10. Shapes:
 *
 *   {vrfName, routerId, localAS, defaultLocPrf, "routes": {"PREFIX": [PATH...]}}
 *   the same with "routes": {"routeDistinguishers": {"RD": {"PREFIX": [PATH...]}}}  (VPN)
 *   {"VRF": one of the above, ...}                                                  (vrf all)
 *   {"prefix": "PREFIX", "paths": [PATH...]}                                        (one
 * prefix)
 *
 * A PATH is flat (peerId, path, pathFrom) in tables and nested (peer{}, aspath{}, bestpath{})
 * in the detailed and single-prefix forms; both are read by one table of keys.
 */
#include "agents/sources/lg/lg.h"

#include <stdlib.h>
#include <string.h>

#include "net/asn.h"

/* Where a path stands. */
struct place {
    const char *table, *rd;
    struct prefix prefix;
};

struct path {
    struct fact_route fact;
    bool valid, own, dropped;
    bool link_local; /* the next hops so far are only link-local */
};

typedef int path_field(struct lg *lg, struct jread *r, struct path *p, struct err *e);

struct path_key {
    const char *key;
    size_t len;
    path_field *read;
};

#define KEY(text, read)                                                                        \
    {                                                                                          \
        (text), sizeof(text) - 1, (read)                                                       \
    }
#define NO_KEY                                                                                 \
    {                                                                                          \
        NULL, 0, NULL                                                                          \
    }

static int read_fields(struct lg *lg, struct jread *r, const struct path_key *keys,
                       struct path *p, struct err *e);

/* --- one path --- */

static int read_valid(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    (void)lg;
    return jread_bool(r, &p->valid, e);
}

/* Withdrawn or suppressed by damping, yet still listed. */
static int read_dropped(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    bool is;
    int rc = jread_bool(r, &is, e);

    (void)lg;
    if (rc == 0 && is)
        p->dropped = true;
    return rc;
}

static int read_best_flag(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    bool is;
    int rc = jread_bool(r, &is, e);

    (void)lg;
    if (rc == 0 && is)
        p->fact.best = 1;
    return rc;
}

static int read_reason(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    struct slice s;
    int rc = jread_str(r, &s, e);

    return rc < 0 ? rc : lg_copy(lg, s, &p->fact.reason, e);
}

static int read_best(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    static const struct path_key keys[] = {
        KEY("overall", read_best_flag),
        KEY("selectionReason", read_reason),
        NO_KEY,
    };
    enum jread_token t;
    int rc = jread_peek(r, &t, e);

    if (rc < 0)
        return rc;
    return t == JREAD_OBJECT ? read_fields(lg, r, keys, p, e) : read_best_flag(lg, r, p, e);
}

static int read_from(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    struct slice s;
    int rc = jread_str(r, &s, e);

    (void)lg;
    if (rc < 0)
        return rc;
    if (slice_eq(s, "external"))
        p->fact.external = 1;
    else if (slice_eq(s, "internal") || slice_starts(s, "confed-"))
        p->fact.external = 0;
    return 0;
}

/* The neighbour: an address, "(unspec)" for own routes, or an interface of an unnumbered one.
 */
static int read_peer_id(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    struct slice s;
    struct addr peer;
    int rc = jread_str(r, &s, e);

    if (rc < 0)
        return rc;
    if (slice_eq(s, "(unspec)")) {
        p->own = true;
        return 0;
    }
    if (!addr_parse(s, &peer)) {
        p->fact.interfaces = (struct strs){lg->interfaces, 1};
        return lg_copy(lg, s, &lg->interfaces[0], e);
    }
    static const struct addr zero4 = {.family = 4}, zero6 = {.family = 6};

    if (addr_eq(&peer, &zero4) || addr_eq(&peer, &zero6))
        p->own = true;
    else
        p->fact.peer = peer;
    return 0;
}

static int read_peer_router_id(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    struct slice s;
    int rc = jread_str(r, &s, e);

    (void)lg;
    if (rc == 0 && !addr_is_set(&p->fact.peer_router_id))
        addr_parse(s, &p->fact.peer_router_id);
    return rc;
}

/* RFC 4456: the originator's id stands for the neighbour's in the decision. */
static int read_originator(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    struct slice s;
    struct addr id;
    int rc = jread_str(r, &s, e);

    (void)lg;
    if (rc == 0 && addr_parse(s, &id))
        p->fact.peer_router_id = id;
    return rc;
}

static int read_peer(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    static const struct path_key keys[] = {
        KEY("peerId", read_peer_id),
        KEY("routerId", read_peer_router_id),
        KEY("type", read_from),
        NO_KEY,
    };

    return read_fields(lg, r, keys, p, e);
}

static int read_path(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    struct slice s;
    int rc = jread_str(r, &s, e);

    return rc < 0 ? rc : lg_as_path(lg, s, &p->fact.as_path, e);
}

static int read_aspath(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    static const struct path_key keys[] = {KEY("string", read_path), NO_KEY};
    enum jread_token t;
    int rc = jread_peek(r, &t, e);

    if (rc < 0)
        return rc;
    return t == JREAD_OBJECT ? read_fields(lg, r, keys, p, e) : read_path(lg, r, p, e);
}

static int read_origin(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    struct slice s;
    int rc = jread_str(r, &s, e);

    return rc < 0 ? rc : lg_copy(lg, s, &p->fact.bgp_origin, e);
}

static int read_med(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    (void)lg;
    return jread_i64(r, &p->fact.med, e);
}

static int read_local_pref(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    (void)lg;
    return jread_i64(r, &p->fact.local_pref, e);
}

static int read_weight(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    (void)lg;
    return jread_i64(r, &p->fact.weight, e);
}

/* Appends one community. */
static int add_community(struct lg *lg, struct path *p, struct slice word, struct err *e)
{
    struct strs *list = &p->fact.communities;
    const char *known = lg_known_community(word);

    list->v = lg->words;
    if (list->n >= LG_MAX_WORDS)
        return err_set(e, ERR_LIMIT, "more than %d communities", LG_MAX_WORDS);
    list->n++;
    if (known != NULL) {
        lg->words[list->n - 1] = known;
        return 0;
    }
    return lg_copy(lg, word, &lg->words[list->n - 1], e);
}

static int read_community_text(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    struct slice s, word;
    int rc = jread_str(r, &s, e);

    while (rc == 0 && slice_word(&s, &word))
        rc = add_community(lg, p, word, e);
    return rc;
}

/* {"string": "1:2 1:3", "list": [...]}, or the string alone; the list repeats the string. */
static int read_communities(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    static const struct path_key keys[] = {KEY("string", read_community_text), NO_KEY};
    enum jread_token t;
    int rc = jread_peek(r, &t, e);

    if (rc < 0)
        return rc;
    return t == JREAD_OBJECT ? read_fields(lg, r, keys, p, e)
                             : read_community_text(lg, r, p, e);
}

/* --- next hops of a path --- */

struct next_hop {
    struct addr addr;
    bool link_local;
};

static int read_next_hop(struct jread *r, struct next_hop *h, struct err *e)
{
    struct slice key, s;
    int rc = jread_expect(r, JREAD_OBJECT, e);

    if (rc < 0)
        return rc;
    while ((rc = jread_key(r, &key, e)) > 0) {
        if (slice_eq(key, "ip")) {
            rc = jread_str(r, &s, e);
            if (rc == 0 && !addr_parse(s, &h->addr))
                return jread_fail(r, e, ERR_SCHEMA, "a next hop that is no address");
        } else if (slice_eq(key, "scope")) {
            rc = jread_str(r, &s, e);
            h->link_local |= rc == 0 && slice_eq(s, "link-local");
        } else {
            rc = jread_skip(r, e);
        }
        if (rc < 0)
            return rc;
    }
    return rc;
}

static bool is_link_local(const struct addr *a)
{
    return a->family == 6 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

static bool is_zero(const struct addr *a)
{
    static const uint8_t none[16];

    return memcmp(a->b, none, sizeof(none)) == 0;
}

/* A link-local next hop counts only where no global one is there. */
static int add_next_hop(struct path *p, struct lg *lg, const struct next_hop *h, struct err *e)
{
    struct addrs *list = &p->fact.next_hops;

    if (is_zero(&h->addr))
        return 0; /* itself */
    if (h->link_local && list->n > 0 && !p->link_local)
        return 0;
    if (!h->link_local && p->link_local)
        list->n = 0;
    p->link_local = h->link_local;
    if (list->n >= LG_MAX_NEXT_HOPS)
        return err_set(e, ERR_LIMIT, "more than %d next hops", LG_MAX_NEXT_HOPS);
    list->v = lg->next_hops;
    list->v[list->n++] = h->addr;
    return 0;
}

static int read_next_hops(struct lg *lg, struct jread *r, struct path *p, struct err *e)
{
    int rc = jread_expect(r, JREAD_ARRAY, e);

    if (rc < 0)
        return rc;
    while ((rc = jread_element(r, e)) > 0) {
        struct next_hop h = {0};

        rc = read_next_hop(r, &h, e);
        h.link_local |= is_link_local(&h.addr);
        if (rc == 0)
            rc = add_next_hop(p, lg, &h, e);
        if (rc < 0)
            return rc;
    }
    return rc;
}

/* --- paths and tables --- */

static const struct path_key path_keys[] = {
    KEY("valid", read_valid),
    KEY("bestpath", read_best),
    KEY("multipath", read_best_flag),
    KEY("selectionReason", read_reason),
    KEY("pathFrom", read_from),
    KEY("metric", read_med),
    KEY("med", read_med),
    KEY("locPrf", read_local_pref),
    KEY("localPref", read_local_pref),
    KEY("localpref", read_local_pref),
    KEY("weight", read_weight),
    KEY("peerId", read_peer_id),
    KEY("peer", read_peer),
    KEY("path", read_path),
    KEY("aspath", read_aspath),
    KEY("origin", read_origin),
    KEY("nexthops", read_next_hops),
    KEY("community", read_communities),
    KEY("largeCommunity", read_communities),
    KEY("originatorId", read_originator),
    KEY("removed", read_dropped),
    KEY("history", read_dropped),
    KEY("damped", read_dropped),
    NO_KEY,
};

static int read_fields(struct lg *lg, struct jread *r, const struct path_key *keys,
                       struct path *p, struct err *e)
{
    struct slice key;
    int rc = jread_expect(r, JREAD_OBJECT, e);

    if (rc < 0)
        return rc;
    while ((rc = jread_key(r, &key, e)) > 0) {
        const struct path_key *k = keys;

        while (k->key != NULL && (key.n != k->len || memcmp(key.p, k->key, k->len) != 0))
            k++;
        rc = k->key != NULL ? k->read(lg, r, p, e) : jread_skip(r, e);
        if (rc < 0)
            return rc;
    }
    return rc;
}

static int put_path(struct lg *lg, const struct place *at, struct path *p, struct err *e)
{
    if (!p->valid || p->dropped) {
        if (lg->skips.invalid++ == 0)
            prefix_format(&at->prefix, lg->skips.first);
        return 0;
    }
    p->fact.node = lg->node;
    p->fact.table = at->table;
    p->fact.layer = "bgp";
    p->fact.protocol = "bgp";
    p->fact.prefix = at->prefix;
    p->fact.rd = at->rd;
    /* FRR calls its own routes external; they were learnt from no neighbour. */
    if (p->own)
        p->fact.external = FACT_NONE;
    return lg_put(lg, FACT_ROUTE, &p->fact, e);
}

static int read_paths(struct lg *lg, struct jread *r, const struct place *at, struct err *e)
{
    unsigned unique = jread_unique(r, jread_depth(r) + 1);
    int rc = jread_expect(r, JREAD_ARRAY, e);

    while (rc >= 0 && (rc = jread_element(r, e)) > 0) {
        struct arena_mark mark = arena_mark(lg->arena);
        struct path p = {0};

        fact_init(FACT_ROUTE, &p.fact);
        p.fact.best = 0;
        rc = read_fields(lg, r, path_keys, &p, e);
        if (rc == 0)
            rc = put_path(lg, at, &p, e);
        arena_rewind(lg->arena, mark);
    }
    jread_unique(r, unique);
    if (rc < 0) {
        char text[PREFIX_TEXT];

        return err_in(e, "%s", prefix_format(&at->prefix, text));
    }
    return 0;
}

/* A prefix's paths: an array, or an object that has them under "paths". */
static int read_prefix(struct lg *lg, struct jread *r, const struct place *at, struct err *e)
{
    struct slice key;
    enum jread_token t;
    int rc = jread_peek(r, &t, e);

    if (rc < 0 || t != JREAD_OBJECT)
        return rc < 0 ? rc : read_paths(lg, r, at, e);
    rc = jread_next(r, &t, e);
    while (rc == 0 && (rc = jread_key(r, &key, e)) > 0)
        rc = slice_eq(key, "paths") ? read_paths(lg, r, at, e) : jread_skip(r, e);
    return rc;
}

static int read_rds(struct lg *lg, struct jread *r, struct place *at, struct err *e);

/* {"PREFIX": [PATH...], ...} */
static int read_routes(struct lg *lg, struct jread *r, struct place *at, struct err *e)
{
    struct slice key;
    int rc = jread_expect(r, JREAD_OBJECT, e);

    if (rc < 0)
        return rc;
    while ((rc = jread_key(r, &key, e)) > 0) {
        if (at->rd == NULL && slice_eq(key, "routeDistinguishers")) {
            rc = read_rds(lg, r, at, e);
        } else if (prefix_parse(key, &at->prefix)) {
            rc = read_prefix(lg, r, at, e);
        } else {
            return jread_fail(r, e, ERR_SCHEMA, "\"%.*s\" is no prefix",
                              (int)(key.n < 60 ? key.n : 60), key.p);
        }
        if (rc < 0)
            return rc;
    }
    return rc;
}

/* {"RD": {"PREFIX": [PATH...], ...}, ...} */
static int read_rds(struct lg *lg, struct jread *r, struct place *at, struct err *e)
{
    struct slice key;
    int rc = jread_expect(r, JREAD_OBJECT, e);

    if (rc < 0)
        return rc;
    while ((rc = jread_key(r, &key, e)) > 0) {
        struct arena_mark mark = arena_mark(lg->arena);

        rc = lg_copy(lg, key, &at->rd, e);
        if (rc == 0)
            rc = read_routes(lg, r, at, e);
        at->rd = NULL;
        arena_rewind(lg->arena, mark);
        if (rc < 0)
            return rc;
    }
    return rc;
}

/* --- headers --- */

struct header {
    const char *table;
    int64_t asn, local_pref;
    struct addr router_id;
    struct prefix prefix; /* of the single-prefix form */
    bool is_table;        /* routes or paths were there */
    bool empty;
    const char *warning;
};

/* The AS is a number, or a string where `bgp asnotation` says so. */
static int read_asn(struct jread *r, int64_t *asn, struct err *e)
{
    enum jread_token t;
    uint32_t v;
    int rc = jread_next(r, &t, e);

    if (rc < 0)
        return rc;
    if ((t != JREAD_NUMBER && t != JREAD_STRING) || !asn_parse(jread_text(r), &v))
        return jread_fail(r, e, ERR_SCHEMA, "localAS is no AS number");
    *asn = v;
    return 0;
}

static int read_vrf_name(struct lg *lg, struct jread *r, struct header *h, struct err *e)
{
    struct slice s;
    int rc = jread_str(r, &s, e);

    if (rc < 0)
        return rc;
    s = lg_table_name(s);
    if (h->is_table && !slice_eq(s, h->table))
        return jread_fail(r, e, ERR_SCHEMA, "vrfName stands behind the routes");
    return lg_copy(lg, s, &h->table, e);
}

static int read_header_prefix(struct jread *r, struct header *h, struct err *e)
{
    struct slice s;
    int rc = jread_str(r, &s, e);

    if (rc == 0 && !prefix_parse(s, &h->prefix))
        return jread_fail(r, e, ERR_SCHEMA, "\"prefix\" is no prefix");
    return rc;
}

static int read_header_text(struct lg *lg, struct jread *r, struct header *h, struct slice key,
                            struct err *e)
{
    struct slice s;
    bool id = slice_eq(key, "routerId");
    int rc = jread_str(r, &s, e);

    if (rc < 0 || !id)
        return rc < 0 ? rc : lg_copy(lg, s, &h->warning, e);
    if (!addr_parse(s, &h->router_id))
        return jread_fail(r, e, ERR_SCHEMA, "routerId is no address");
    if (is_zero(&h->router_id))
        h->router_id = (struct addr){0};
    return 0;
}

static int read_body(struct lg *lg, struct jread *r, struct header *h, bool routes,
                     struct err *e)
{
    struct place at = {.table = h->table, .prefix = h->prefix};

    if (h->is_table)
        return jread_fail(r, e, ERR_SCHEMA, "routes for the second time");
    h->is_table = true;
    lg->n_routes = 0;
    if (routes)
        return read_routes(lg, r, &at, e);
    if (!addr_is_set(&h->prefix.addr))
        return jread_fail(r, e, ERR_SCHEMA, "paths without a prefix before them");
    return read_paths(lg, r, &at, e);
}

static int remember(struct lg *lg, struct jread *r, const struct header *h, struct err *e)
{
    struct lg_table t = {.asn = h->asn, .router_id = h->router_id, .local_pref = h->local_pref};
    struct err why;

    if (lg_remember(lg, h->table, &t, &why) == 0)
        return 0;
    return jread_fail(r, e, why.code, "%s", why.msg);
}

static int read_table(struct lg *lg, struct jread *r, struct header *h, bool outer,
                      struct err *e);

/* An object under a name that is none of the header's: a VRF's table, in the outermost object.
 */
static int read_nested(struct lg *lg, struct jread *r, struct header *h, struct slice key,
                       struct err *e)
{
    struct header inner = {.asn = FACT_NONE, .local_pref = FACT_NONE};
    int rc = lg_copy(lg, lg_table_name(key), &inner.table, e);

    if (rc == 0)
        rc = read_table(lg, r, &inner, false, e);
    if (rc == 0 && (inner.is_table || inner.empty))
        h->is_table = true;
    return rc;
}

static int read_header_key(struct lg *lg, struct jread *r, struct header *h, struct slice key,
                           struct err *e)
{
    if (slice_eq(key, "routes") || slice_eq(key, "paths"))
        return read_body(lg, r, h, slice_eq(key, "routes"), e);
    if (slice_eq(key, "vrfName"))
        return read_vrf_name(lg, r, h, e);
    if (slice_eq(key, "localAS"))
        return read_asn(r, &h->asn, e);
    if (slice_eq(key, "defaultLocPrf"))
        return jread_i64(r, &h->local_pref, e);
    if (slice_eq(key, "prefix"))
        return read_header_prefix(r, h, e);
    if (slice_eq(key, "routerId") || slice_eq(key, "warning") || slice_eq(key, "error"))
        return read_header_text(lg, r, h, key, e);
    return jread_skip(r, e);
}

static bool is_header_object(struct slice key)
{
    return slice_eq(key, "routes") || slice_eq(key, "advertisedTo");
}

static int read_table(struct lg *lg, struct jread *r, struct header *h, bool outer,
                      struct err *e)
{
    struct slice key;
    int rc = jread_expect(r, JREAD_OBJECT, e);

    h->empty = true;
    while (rc == 0 && (rc = jread_key(r, &key, e)) > 0) {
        enum jread_token t;
        char name[256];

        h->empty = false;
        if (key.n >= sizeof(name))
            return jread_fail(r, e, ERR_LIMIT, "a name of more than 255 bytes");
        memcpy(name, key.p, key.n);
        key.p = name; /* peeking takes the reader's own text away */
        rc = jread_peek(r, &t, e);
        if (rc < 0)
            return rc;
        rc = outer && t == JREAD_OBJECT && !is_header_object(key)
                 ? read_nested(lg, r, h, key, e)
                 : read_header_key(lg, r, h, key, e);
    }
    if (rc == 0 && (h->asn != FACT_NONE || addr_is_set(&h->router_id)))
        rc = remember(lg, r, h, e);
    return rc;
}

int lg_frr_bgp(struct lg *lg, struct jread *r, struct err *e)
{
    struct arena_mark mark = arena_mark(lg->arena);
    struct header h = {.table = "", .asn = FACT_NONE, .local_pref = FACT_NONE};
    int rc = read_table(lg, r, &h, true, e);

    /* {} is the answer of a router without routes; anything else must be a table. */
    if (rc == 0 && !h.is_table && !h.empty)
        rc = jread_fail(r, e, ERR_SCHEMA, "not a BGP table%s%s", h.warning ? ": " : "",
                        h.warning ? h.warning : "");
    if (rc == 0)
        rc = jread_expect(r, JREAD_END, e);
    arena_rewind(lg->arena, mark);
    return rc;
}
