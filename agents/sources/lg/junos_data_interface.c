/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Junos' interfaces: a physical one and its logical ones (units), which have the addresses.
 * Routing engines talk to line cards over interfaces of their own with the same addresses in
 * every router: units from 16384 on, subnets of 8 bits and less, fec0::/10. They are left out.
 */
#include <stdlib.h>
#include <string.h>

#include "agents/sources/lg/entry.h"
#include "agents/sources/lg/junos.h"
#include "agents/sources/lg/junos_data.h"

#define INTERNAL_UNIT 16383

const char *lg_junos_kind(struct slice name)
{
    static const char *const kinds[][2] = {
        {"lo", "loopback"},  {"ae", "aggregate"}, {"ge-", "physical"}, {"xe-", "physical"},
        {"et-", "physical"}, {"so-", "physical"}, {"gr-", "tunnel"},   {"ip-", "tunnel"},
        {"st0", "tunnel"},   {"irb", "vlan"},     {"vlan", "vlan"},    {"fe-", "physical"},
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (slice_starts(name, kinds[i][0]))
            return kinds[i][1];
    }
    return NULL;
}

int64_t lg_junos_speed(struct slice s)
{
    static const struct {
        const char *unit;
        int64_t bits;
    } units[] = {{"mbps", 1000000},
                 {"Mbps", 1000000},
                 {"gbps", 1000000000},
                 {"Gbps", 1000000000},
                 {"kbps", 1000}};
    size_t digits = 0;
    uint64_t v;

    while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
        digits++;
    if (!slice_u64((struct slice){s.p, digits}, 1000000, &v) || v == 0)
        return FACT_NONE;
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        if (slice_eq((struct slice){s.p + digits, s.n - digits}, units[i].unit))
            return (int64_t)v * units[i].bits;
    }
    return FACT_NONE;
}

bool lg_junos_length(struct slice destination, const struct addr *a, uint8_t *len)
{
    const char *slash = memchr(destination.p, '/', destination.n);
    uint64_t v;

    *len = (uint8_t)addr_bits(a);
    if (destination.n == 0 || slash == NULL)
        return true; /* a loopback, or the far end of a point-to-point interface */
    destination.n -= (size_t)(slash + 1 - destination.p);
    destination.p = slash + 1;
    if (!slice_u64(destination, addr_bits(a), &v))
        return false;
    *len = (uint8_t)v;
    return true;
}

bool lg_junos_is_internal(const struct ifaddr *a)
{
    if (a->addr.family == 4)
        return a->len <= 8 || a->addr.b[0] == 127;
    return a->addr.b[0] == 0xfe && (a->addr.b[1] & 0xc0) == 0xc0;
}

/* Between routing engines the addresses are IPv4's in IPv6's clothes. */
static bool is_mapped(struct slice s)
{
    return slice_starts(s, "::ffff:") && memchr(s.p, '.', s.n) != NULL;
}

/* In some releases the length stands behind the address itself. */
static int read_local(const struct lg_tree *t, struct ifaddr *a, struct err *e)
{
    struct slice local = lg_text(lg_get(t, "ifa-local"));

    if (memchr(local.p, '/', local.n) != NULL)
        return ifaddr_parse(local, a)
                   ? 0
                   : lg_tree_fail(t, e, ERR_SCHEMA, "ifa-local is no address");
    if (!addr_parse(local, &a->addr))
        return lg_tree_fail(t, e, ERR_SCHEMA, "ifa-local is no address");
    if (!lg_junos_length(lg_text(lg_get(t, "ifa-destination")), &a->addr, &a->len))
        return lg_tree_fail(t, e, ERR_SCHEMA, "ifa-destination is no subnet");
    return 0;
}

static int read_address(struct lg *lg, const struct lg_tree *t, struct fact_interface *f,
                        struct err *e)
{
    struct slice local = lg_text(lg_get(t, "ifa-local"));
    struct ifaddr a = {0};

    if (local.n == 0)
        return 0;
    if (!is_mapped(local) && read_local(t, &a, e) < 0)
        return e->code;
    if (is_mapped(local) || lg_junos_is_internal(&a)) {
        lg->skips.addresses++;
        return 0;
    }
    if (f->addrs.n >= LG_MAX_WORDS)
        return lg_tree_fail(t, e, ERR_LIMIT, "more than %d addresses", LG_MAX_WORDS);
    f->addrs.v = lg->ifaddrs;
    f->addrs.v[f->addrs.n++] = a;
    return 0;
}

static int read_families(struct lg *lg, const struct lg_tree *t, struct fact_interface *f,
                         struct err *e)
{
    int rc = 0;

    for (const struct lg_tree *a = lg_junos_first(t, "address-family"); a != NULL && rc == 0;
         a = lg_junos_next(a)) {
        struct slice name = lg_text(lg_get(a, "address-family-name"));
        struct slice mtu = lg_text(lg_get(a, "mtu"));
        uint64_t v;

        if (!slice_eq(name, "inet") && !slice_eq(name, "inet6"))
            continue;
        if (slice_u64(mtu, INT32_MAX, &v))
            f->mtu = (int64_t)v;
        for (const struct lg_tree *i = lg_junos_first(a, "interface-address");
             i != NULL && rc == 0; i = lg_junos_next(i))
            rc = read_address(lg, i, f, e);
    }
    return rc;
}

bool lg_junos_is_internal_unit(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot != NULL && strtoul(dot + 1, NULL, 10) >= INTERNAL_UNIT;
}

static int put_unit(struct lg *lg, const struct lg_tree *t,
                    const struct fact_interface *physical, struct err *e)
{
    const struct lg_tree *flags = lg_get(t, "if-config-flags");
    struct fact_interface f;
    int rc;

    fact_init(FACT_INTERFACE, &f);
    f.node = lg->node;
    f.name = lg_str(lg, t, "name");
    if (f.name == NULL)
        return lg_tree_fail(t, e, ERR_SCHEMA, "name is missing");
    if (lg_junos_is_internal_unit(f.name))
        return 0;
    f.parent = physical->name;
    f.kind = physical->kind;
    f.up = physical->up;
    if (physical->up == 1 && flags != NULL)
        f.up = lg_get(flags, "iff-down") == NULL &&
               lg_get(flags, "iff-hardware-down") == NULL &&
               lg_get(flags, "iff-admin-down") == NULL;
    rc = read_families(lg, t, &f, e);
    return rc == 0 ? lg_put(lg, FACT_INTERFACE, &f, e) : rc;
}

int lg_junos_interface(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct lg *lg = w->lg;
    struct slice admin = lg_text(lg_get(t, "admin-status"));
    struct slice oper = lg_text(lg_get(t, "oper-status"));
    struct slice mtu = lg_text(lg_get(t, "mtu"));
    struct fact_interface f;
    uint64_t v;
    int rc;

    fact_init(FACT_INTERFACE, &f);
    f.node = lg->node;
    f.name = lg_str(lg, t, "name");
    if (f.name == NULL)
        return lg_tree_fail(t, e, ERR_SCHEMA, "name is missing");
    f.kind = lg_junos_kind(slice_of(f.name));
    f.speed = lg_junos_speed(lg_text(lg_get(t, "speed")));
    if (slice_u64(mtu, INT32_MAX, &v))
        f.mtu = (int64_t)v;
    if (admin.n > 0 || oper.n > 0)
        f.up = slice_eq(oper, "up") && (admin.n == 0 || slice_eq(admin, "up"));
    rc = lg_put(lg, FACT_INTERFACE, &f, e);
    for (const struct lg_tree *u = lg_junos_first(t, "logical-interface"); u != NULL && rc == 0;
         u = lg_junos_next(u))
        rc = put_unit(lg, u, &f, e);
    return rc;
}
