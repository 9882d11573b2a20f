/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FRR's interfaces in JSON: {"NAME": {administrativeStatus, operationalStatus, vrfName, speed,
 * ipAddresses: [{address, secondary, unnumbered}], ...}, ...}. Speeds are in Mbit/s.
 */
#include "agents/sources/lg/lg.h"

#include <string.h>

#define MEGABIT     1000000
#define SPEED_LIMIT ((int64_t)100000000) /* Mbit/s; the kernel's "unknown" is above */

struct interface {
    struct fact_interface fact;
    const char *type, *interface_type, *parent;
    int64_t bandwidth; /* configured, Mbit/s */
    int admin, oper;   /* 1 up, 0 down, -1 not told */
};

/* 127.0.0.0/8 and ::1 say nothing about a router. */
static bool is_loopback_address(const struct addr *a)
{
    static const struct addr one = {6, {[15] = 1}};

    return (a->family == 4 && a->b[0] == 127) || addr_eq(a, &one);
}

static int read_address(struct lg *lg, struct jread *r, struct interface *f, struct err *e)
{
    struct ifaddr a = {0};
    struct slice key, s;
    bool unnumbered = false;
    int rc = jread_expect(r, JREAD_OBJECT, e);

    while (rc >= 0 && (rc = jread_key(r, &key, e)) > 0) {
        if (slice_eq(key, "address")) {
            rc = jread_str(r, &s, e);
            if (rc == 0 && !ifaddr_parse(s, &a))
                rc = jread_fail(r, e, ERR_SCHEMA, "an interface address that is none");
        } else if (slice_eq(key, "unnumbered")) {
            rc = jread_bool(r, &unnumbered, e);
        } else {
            rc = jread_skip(r, e);
        }
    }
    if (rc < 0)
        return rc;
    if (!addr_is_set(&a.addr))
        return jread_fail(r, e, ERR_SCHEMA, "an interface address is missing");
    /* An unnumbered address is borrowed from another interface, which tells it itself. */
    if (unnumbered || is_loopback_address(&a.addr)) {
        lg->skips.addresses++;
        return 0;
    }
    if (f->fact.addrs.n >= LG_MAX_WORDS)
        return jread_fail(r, e, ERR_LIMIT, "more than %d addresses", LG_MAX_WORDS);
    f->fact.addrs.v = lg->ifaddrs;
    f->fact.addrs.v[f->fact.addrs.n++] = a;
    return 0;
}

static int read_addresses(struct lg *lg, struct jread *r, struct interface *f, struct err *e)
{
    int rc = jread_expect(r, JREAD_ARRAY, e);

    while (rc >= 0 && (rc = jread_element(r, e)) > 0)
        rc = read_address(lg, r, f, e);
    return rc;
}

static int read_text(struct lg *lg, struct jread *r, const char **out, struct err *e)
{
    struct slice s;
    int rc = jread_str(r, &s, e);

    return rc < 0 ? rc : lg_copy(lg, s, out, e);
}

static int read_status(struct jread *r, int *out, struct err *e)
{
    struct slice s;
    int rc = jread_str(r, &s, e);

    if (rc == 0)
        *out = slice_eq(s, "up");
    return rc;
}

static int read_megabits(struct jread *r, int64_t *out, struct err *e)
{
    int64_t v;
    int rc = jread_i64(r, &v, e);

    if (rc == 0 && v > 0 && v < SPEED_LIMIT)
        *out = v * MEGABIT;
    return rc;
}

static int read_interface_key(struct lg *lg, struct jread *r, struct interface *f,
                              struct slice key, struct err *e)
{
    int rc;

    if (slice_eq(key, "administrativeStatus"))
        return read_status(r, &f->admin, e);
    if (slice_eq(key, "operationalStatus"))
        return read_status(r, &f->oper, e);
    if (slice_eq(key, "vrfName")) {
        struct slice s;

        rc = jread_str(r, &s, e);
        return rc < 0 ? rc : lg_copy(lg, lg_table_name(s), &f->fact.table, e);
    }
    if (slice_eq(key, "mtu"))
        return jread_i64(r, &f->fact.mtu, e);
    if (slice_eq(key, "speed"))
        return read_megabits(r, &f->fact.speed, e);
    if (slice_eq(key, "bandwidth"))
        return read_megabits(r, &f->bandwidth, e);
    if (slice_eq(key, "type"))
        return read_text(lg, r, &f->type, e);
    if (slice_eq(key, "interfaceType"))
        return read_text(lg, r, &f->interface_type, e);
    if (slice_eq(key, "parentInterface"))
        return read_text(lg, r, &f->parent, e);
    if (slice_eq(key, "ipAddresses"))
        return read_addresses(lg, r, f, e);
    return jread_skip(r, e);
}

/* What FRR's words for kinds of links mean; others are left unsaid. */
static const char *kind_of(const struct interface *f)
{
    static const char *const kinds[][2] = {
        {"Vlan", "vlan"},  {"Bond", "aggregate"}, {"VXLAN", "tunnel"},
        {"GRE", "tunnel"}, {"gre", "tunnel"},
    };

    if (f->type != NULL && strcmp(f->type, "Loopback") == 0)
        return "loopback";
    for (size_t i = 0; f->interface_type != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(f->interface_type, kinds[i][0]) == 0)
            return kinds[i][1];
    }
    return NULL;
}

static int put_interface(struct lg *lg, struct interface *f, struct err *e)
{
    struct fact_capacity capacity;
    int rc;

    f->fact.kind = kind_of(f);
    f->fact.up = f->admin == 1 && f->oper != 0;
    if (f->admin == 1 && f->oper < 0)
        f->fact.up = FACT_NONE;
    /* Only a VLAN's parent is part of the path; FRR also names the far end of a veth pair. */
    if (f->fact.kind != NULL && strcmp(f->fact.kind, "vlan") == 0)
        f->fact.parent = f->parent;
    rc = lg_put(lg, FACT_INTERFACE, &f->fact, e);
    if (rc < 0 || f->bandwidth == FACT_NONE)
        return rc;
    fact_init(FACT_CAPACITY, &capacity);
    capacity.node = lg->node;
    capacity.interface = f->fact.name;
    capacity.bits = f->bandwidth;
    capacity.basis = "configured";
    return lg_put(lg, FACT_CAPACITY, &capacity, e);
}

static int read_interface(struct lg *lg, struct jread *r, const char *name, struct err *e)
{
    struct interface f = {.admin = -1, .oper = -1, .bandwidth = FACT_NONE};
    struct slice key;
    unsigned unique = jread_unique(r, jread_depth(r) + 1);
    int rc = jread_expect(r, JREAD_OBJECT, e);

    fact_init(FACT_INTERFACE, &f.fact);
    f.fact.node = lg->node;
    f.fact.name = name;
    f.fact.table = "";
    while (rc >= 0 && (rc = jread_key(r, &key, e)) > 0)
        rc = read_interface_key(lg, r, &f, key, e);
    jread_unique(r, unique);
    if (rc == 0 && f.admin < 0)
        rc = jread_fail(r, e, ERR_SCHEMA, "not an interface: administrativeStatus is missing");
    if (rc == 0)
        rc = put_interface(lg, &f, e);
    return rc < 0 ? err_in(e, "%s", name) : 0;
}

int lg_frr_interface(struct lg *lg, struct jread *r, struct err *e)
{
    struct slice key;
    int rc = jread_expect(r, JREAD_OBJECT, e);

    while (rc >= 0 && (rc = jread_key(r, &key, e)) > 0) {
        struct arena_mark mark = arena_mark(lg->arena);
        const char *name;

        rc = lg_copy(lg, key, &name, e);
        if (rc == 0)
            rc = read_interface(lg, r, name, e);
        arena_rewind(lg->arena, mark);
    }
    return rc < 0 ? rc : jread_expect(r, JREAD_END, e);
}
