/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FRR's routing tables in JSON, releases 8 to 10:
 *
 *   {"PREFIX": [ROUTE...], ...}
 *   {"VRF": {"PREFIX": [ROUTE...], ...}, ...}     (vrf all; older releases: one document per
 * VRF)
 *
 * A route through BGP names its next hop (recursive) and then what it resolves to (resolver);
 * only what stands in the forwarding table (fib) carries packets.
 */
#include "agents/sources/lg/lg.h"

struct hop_flags {
    bool fib, active, recursive, resolver, duplicate, discard;
};

struct route_hop {
    struct addr addr;
    const char *interface;
    struct hop_flags is;
};

struct route {
    struct fact_route fact;
    bool selected, installed;
    struct hop_flags is[LG_MAX_NEXT_HOPS]; /* of the fact's next hops, in order */
    size_t n_hops;
};

/* Where in a route a true or false is kept. */
struct flag {
    const char *key;
    size_t offset;
};

static int read_flag(struct jread *r, const struct flag *flags, struct slice key, void *base,
                     struct err *e)
{
    bool is;
    int rc;

    while (flags->key != NULL && !slice_eq(key, flags->key))
        flags++;
    if (flags->key == NULL)
        return jread_skip(r, e);
    rc = jread_bool(r, &is, e);
    if (rc == 0 && is)
        *(bool *)((char *)base + flags->offset) = true;
    return rc;
}

static int read_hop_key(struct lg *lg, struct jread *r, struct route_hop *h, struct slice key,
                        struct err *e)
{
    static const struct flag flags[] = {
        {"fib", offsetof(struct hop_flags, fib)},
        {"active", offsetof(struct hop_flags, active)},
        {"recursive", offsetof(struct hop_flags, recursive)},
        {"resolver", offsetof(struct hop_flags, resolver)},
        {"duplicate", offsetof(struct hop_flags, duplicate)},
        {"unreachable", offsetof(struct hop_flags, discard)},
        {"blackhole", offsetof(struct hop_flags, discard)},
        {"reject", offsetof(struct hop_flags, discard)},
        {"adminProhibited", offsetof(struct hop_flags, discard)},
        {"admin-prohibited", offsetof(struct hop_flags, discard)},
        {NULL, 0},
    };
    struct slice s;
    int rc;

    if (slice_eq(key, "ip")) {
        rc = jread_str(r, &s, e);
        if (rc == 0 && !addr_parse(s, &h->addr))
            return jread_fail(r, e, ERR_SCHEMA, "a next hop that is no address");
        return rc;
    }
    if (slice_eq(key, "interfaceName")) {
        rc = jread_str(r, &s, e);
        if (rc == 0 && slice_eq(s, "Null0"))
            h->is.discard = true;
        return rc < 0 ? rc : lg_copy(lg, s, &h->interface, e);
    }
    return read_flag(r, flags, key, &h->is, e);
}

static int read_hop(struct lg *lg, struct jread *r, struct route *t, struct err *e)
{
    struct route_hop h = {0};
    struct slice key;
    int rc = jread_expect(r, JREAD_OBJECT, e);

    while (rc >= 0 && (rc = jread_key(r, &key, e)) > 0)
        rc = read_hop_key(lg, r, &h, key, e);
    if (rc < 0)
        return rc;
    if (t->n_hops >= LG_MAX_NEXT_HOPS)
        return jread_fail(r, e, ERR_LIMIT, "more than %d next hops", LG_MAX_NEXT_HOPS);
    lg->next_hops[t->n_hops] = h.addr;
    lg->interfaces[t->n_hops] = h.interface != NULL ? h.interface : "";
    t->is[t->n_hops++] = h.is;
    return 0;
}

static int read_hops(struct lg *lg, struct jread *r, struct route *t, struct err *e)
{
    int rc = jread_expect(r, JREAD_ARRAY, e);

    while (rc >= 0 && (rc = jread_element(r, e)) > 0)
        rc = read_hop(lg, r, t, e);
    return rc;
}

/*
 * Which next hops count: of a route that forwards, those in the forwarding table; of another
 * one those that it names itself, not what they resolve to.
 */
static bool counts(const struct route *t, const struct hop_flags *is)
{
    if (is->duplicate || is->discard)
        return false;
    return t->fact.best == 1 ? is->fib && !is->recursive : !is->resolver;
}

/* Keeps the next hops that count; lists that would hold nothing stay empty. */
static void settle_hops(struct lg *lg, struct route *t)
{
    size_t n = 0;
    bool any_addr = false, any_interface = false;

    for (size_t i = 0; i < t->n_hops; i++) {
        if (t->is[i].discard)
            t->fact.discard = 1;
        if (!counts(t, &t->is[i])) {
            /* What a recursive next hop resolves to speaks for it, a discarding one for itself.
             */
            lg->skips.unusable += !t->is[i].recursive && !t->is[i].discard;
            continue;
        }
        lg->next_hops[n] = lg->next_hops[i];
        lg->interfaces[n] = lg->interfaces[i];
        any_addr |= addr_is_set(&lg->next_hops[n]);
        any_interface |= lg->interfaces[n][0] != '\0';
        n++;
    }
    if (n > 0)
        t->fact.discard = FACT_NONE;
    t->fact.next_hops = (struct addrs){lg->next_hops, any_addr ? n : 0};
    t->fact.interfaces = (struct strs){lg->interfaces, any_interface ? n : 0};
}

/* FRR's names for the two versions of OSPF are one protocol here. */
static struct slice protocol_name(struct slice s)
{
    return slice_eq(s, "ospf6") ? (struct slice){"ospf", 4} : s;
}

static int read_route_key(struct lg *lg, struct jread *r, struct route *t, struct slice key,
                          struct err *e)
{
    static const struct flag flags[] = {
        {"selected", offsetof(struct route, selected)},
        {"installed", offsetof(struct route, installed)},
        {NULL, 0},
    };
    struct slice s;
    int rc;

    if (slice_eq(key, "protocol")) {
        rc = jread_str(r, &s, e);
        return rc < 0 ? rc : lg_copy(lg, protocol_name(s), &t->fact.protocol, e);
    }
    if (slice_eq(key, "vrfName")) {
        rc = jread_str(r, &s, e);
        return rc < 0 ? rc : lg_copy(lg, lg_table_name(s), &t->fact.table, e);
    }
    if (slice_eq(key, "distance"))
        return jread_i64(r, &t->fact.distance, e);
    if (slice_eq(key, "metric"))
        return jread_i64(r, &t->fact.metric, e);
    if (slice_eq(key, "nexthops"))
        return read_hops(lg, r, t, e);
    return read_flag(r, flags, key, t, e);
}

static int read_route(struct lg *lg, struct jread *r, const struct prefix *prefix,
                      const char *table, struct err *e)
{
    struct route t = {.n_hops = 0};
    struct slice key;
    int rc = jread_expect(r, JREAD_OBJECT, e);

    fact_init(FACT_ROUTE, &t.fact);
    t.fact.node = lg->node;
    t.fact.table = table;
    t.fact.layer = "rib";
    t.fact.prefix = *prefix;
    while (rc >= 0 && (rc = jread_key(r, &key, e)) > 0)
        rc = read_route_key(lg, r, &t, key, e);
    if (rc < 0)
        return rc;
    if (t.fact.protocol == NULL)
        return jread_fail(r, e, ERR_SCHEMA, "a route without protocol");
    /* Releases before 7.1 do not say installed, only which next hops are. */
    for (size_t i = 0; i < t.n_hops; i++)
        t.installed |= t.is[i].fib;
    t.fact.best = t.selected && t.installed;
    settle_hops(lg, &t);
    return lg_put(lg, FACT_ROUTE, &t.fact, e);
}

static int read_prefix(struct lg *lg, struct jread *r, const struct prefix *prefix,
                       const char *table, struct err *e)
{
    unsigned unique = jread_unique(r, jread_depth(r) + 1);
    int rc = jread_expect(r, JREAD_ARRAY, e);

    while (rc >= 0 && (rc = jread_element(r, e)) > 0) {
        struct arena_mark mark = arena_mark(lg->arena);

        rc = read_route(lg, r, prefix, table, e);
        arena_rewind(lg->arena, mark);
    }
    jread_unique(r, unique);
    if (rc < 0) {
        char text[PREFIX_TEXT];

        return err_in(e, "%s", prefix_format(prefix, text));
    }
    return 0;
}

/* {"PREFIX": [...]}; in the outermost object also {"VRF": {...}}, told by not being a prefix.
 */
static int read_table(struct lg *lg, struct jread *r, const char *vrf, struct err *e)
{
    const char *table = vrf != NULL ? vrf : "";
    struct slice key;
    int rc = jread_expect(r, JREAD_OBJECT, e);

    lg->n_routes = 0;
    while (rc >= 0 && (rc = jread_key(r, &key, e)) > 0) {
        struct arena_mark mark = arena_mark(lg->arena);
        struct prefix prefix;
        const char *name;
        bool is_prefix = prefix_parse(key, &prefix);

        rc = lg_copy(lg, lg_table_name(key), &name, e);
        if (rc < 0)
            return rc;
        if (is_prefix)
            rc = read_prefix(lg, r, &prefix, table, e);
        else if (vrf == NULL)
            rc = read_table(lg, r, name, e);
        else
            rc = jread_fail(r, e, ERR_SCHEMA, "\"%.60s\" is no prefix", name);
        arena_rewind(lg->arena, mark);
    }
    return rc;
}

int lg_frr_route(struct lg *lg, struct jread *r, struct err *e)
{
    enum jread_token t;
    int rc;

    do {
        rc = read_table(lg, r, NULL, e);
        if (rc == 0)
            rc = jread_peek(r, &t, e);
    } while (rc == 0 && t != JREAD_END);
    return rc;
}
