/* SPDX-License-Identifier: Apache-2.0 */
/* The interface block, the part of each interface in IGPs, and what is stated of it. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "agents/sources/frr/model.h"

static const struct frr_igp_part no_part = {
    .metric = {FACT_NONE, FACT_NONE, FACT_NONE}, .passive = FACT_NONE, .level = FACT_NONE};

struct frr_interface *frr_interface_named(struct frr *c, const char *name)
{
    union map_value *at = name != NULL ? map_at_str(c->interface_by_name, name) : NULL;
    struct frr_interface *i, **slot;

    if (name == NULL)
        return NULL; /* the statement ended before it */
    if (at != NULL && at->p != NULL)
        return at->p;
    i = frr_alloc(c, sizeof(*i));
    slot = at != NULL && i != NULL ? PUSH(c, &c->interfaces) : NULL;
    if (slot == NULL) {
        c->failed = ERR_NOMEM;
        return NULL;
    }
    i->name = name;
    i->table = "";
    i->bandwidth = i->speed = i->mtu = FACT_NONE;
    for (int p = 0; p < FRR_P_COUNT; p++)
        i->part[p] = no_part;
    at->p = i;
    *slot = i;
    return i;
}

enum frr_answer frr_open_interface(struct frr *c)
{
    const struct frr_line *l = c->line;

    if (l->n < 2)
        return FRR_UNKNOWN;
    if (l->negated)
        return FRR_DONE;
    c->interface = frr_interface_named(c, frr_text(c, 1));
    if (c->interface == NULL)
        return FRR_DONE;
    c->context = FRR_INTERFACE;
    if (frr_is(l, 2, "vrf") && l->n > 3)
        c->interface->table = frr_table(frr_text(c, 3));
    return FRR_DONE;
}

/** `ip address P [peer P] [label X]`, `ipv6 address P`. */
static enum frr_answer address(struct frr *c)
{
    const struct frr_line *l = c->line;
    bool peer = frr_is(l, 3, "peer");
    struct ifaddr read, other, *slot;
    struct addr own;

    if (l->negated)
        return FRR_DONE;
    if (peer && ifaddr_parse(frr_word(l, 4), &other) && addr_parse(frr_word(l, 2), &own) &&
        own.family == other.addr.family)
        read = (struct ifaddr){own, other.len};
    else if (peer || memchr(frr_word(l, 2).p, '/', frr_word(l, 2).n) == NULL ||
             !ifaddr_parse(frr_word(l, 2), &read))
        return frr_note(c, 2, "not an address with a length");
    slot = PUSH(c, &c->interface->addrs);
    if (slot != NULL)
        *slot = read;
    return FRR_DONE;
}

const char *frr_area(struct frr *c, size_t i)
{
    struct addr a;
    uint64_t n;

    if (slice_u64(frr_word(c->line, i), UINT32_MAX, &n))
        return frr_printf(c, "%u", (unsigned)n);
    if (!addr_parse(frr_word(c->line, i), &a) || a.family != 4)
        return NULL;
    return frr_printf(c, "%u",
                      (unsigned)a.b[0] << 24 | (unsigned)a.b[1] << 16 | (unsigned)a.b[2] << 8 |
                          a.b[3]);
}

/** `network point-to-point`; only the two forms that matter are kept. */
static const char *network_type(const struct frr_line *l, size_t i)
{
    if (frr_is(l, i, "point-to-point"))
        return "point-to-point";
    return frr_is(l, i, "broadcast") ? "broadcast" : NULL;
}

/** What stands behind `ip ospf` or `ipv6 ospf6`, from word i on. */
static enum frr_answer ospf_part(struct frr *c, struct frr_igp_part *p, size_t i)
{
    const struct frr_line *l = c->line;

    /* a number in FRR and IOS, any word in NX-OS */
    if (frr_is(l, i + 1, "area") && !frr_is(l, i, "area"))
        p->process = frr_text(c, i++);
    if (frr_is(l, i, "area")) {
        p->area = l->negated ? NULL : frr_area(c, i + 1);
        if (p->area == NULL && !l->negated)
            return frr_note(c, i + 1, "not an area");
    } else if (frr_is(l, i, "cost")) {
        if (l->negated)
            p->metric[0] = FACT_NONE;
        else
            frr_number(c, i + 1, 1, 65535, &p->metric[0]);
    } else if (frr_is(l, i, "passive")) {
        p->passive = l->negated ? 0 : 1;
    } else if (frr_is(l, i, "network")) {
        p->network = l->negated ? NULL : network_type(l, i + 1);
    } else {
        return FRR_UNKNOWN;
    }
    return FRR_DONE;
}

static void isis_metric(struct frr *c, int64_t metric[3])
{
    const struct frr_line *l = c->line;
    size_t at = 2, level = 0;

    if (frr_is(l, 2, "level-1"))
        level = 1;
    else if (frr_is(l, 2, "level-2"))
        level = 2;
    if (level > 0)
        at = 3;
    if (l->negated)
        metric[level] = FACT_NONE;
    else
        frr_number(c, at, 0, 16777215, &metric[level]);
}

static int64_t isis_level(const struct frr_line *l, size_t i)
{
    if (frr_is(l, i, "level-1"))
        return 1;
    return frr_is(l, i, "level-2-only") || frr_is(l, i, "level-2") ? 2 : 3;
}

/** Statements that hold for both families of an interface. */
static enum frr_answer isis_part(struct frr *c)
{
    const struct frr_line *l = c->line;
    enum frr_answer answer = FRR_UNKNOWN;

    for (int k = FRR_P_ISIS4; k <= FRR_P_ISIS6; k++) {
        struct frr_igp_part *p = &c->interface->part[k];

        if (frr_is(l, 1, "metric") && k == FRR_P_ISIS4)
            isis_metric(c, p->metric);
        else if (frr_is(l, 1, "metric"))
            memcpy(p->metric, c->interface->part[FRR_P_ISIS4].metric, sizeof(p->metric));
        else if (frr_is(l, 1, "passive"))
            p->passive = l->negated ? 0 : 1;
        else if (frr_is(l, 1, "circuit-type"))
            p->level = l->negated ? FACT_NONE : isis_level(l, 2);
        else if (frr_is(l, 1, "network"))
            p->network = l->negated ? NULL : network_type(l, 2);
        else
            continue;
        answer = FRR_DONE;
    }
    if (frr_is(l, 1, "topology"))
        return frr_note(c, 1, "topologies of their own are not told apart");
    return answer;
}

static enum frr_answer ip_part(struct frr *c, bool six)
{
    const struct frr_line *l = c->line;
    struct frr_igp_part *isis = &c->interface->part[six ? FRR_P_ISIS6 : FRR_P_ISIS4];

    if (frr_is(l, 1, "address"))
        return address(c);
    if (!six && frr_is(l, 1, "ospf"))
        return ospf_part(c, &c->interface->part[FRR_P_OSPF], 2);
    if (six && frr_is(l, 1, "ospf6"))
        return ospf_part(c, &c->interface->part[FRR_P_OSPF3], 2);
    if (frr_begins(l, 1, "router isis")) {
        isis->on = !l->negated;
        isis->process = frr_text(c, 3);
        return FRR_DONE;
    }
    return FRR_UNKNOWN;
}

enum frr_answer frr_interface(struct frr *c)
{
    const struct frr_line *l = c->line;

    if (frr_is(l, 0, "ip"))
        return ip_part(c, false);
    if (frr_is(l, 0, "ipv6"))
        return ip_part(c, true);
    if (frr_is(l, 0, "isis"))
        return isis_part(c);
    if (frr_is(l, 0, "ospf"))
        return ospf_part(c, &c->interface->part[FRR_P_OSPF], 1);
    if (frr_is(l, 0, "shutdown")) {
        c->interface->shutdown = !l->negated;
    } else if (frr_is(l, 0, "bandwidth")) {
        if (l->negated)
            c->interface->bandwidth = FACT_NONE;
        else if (frr_number(c, 1, 1, 1000000, &c->interface->bandwidth))
            c->interface->bandwidth *= 1000; /* FRR counts in megabits */
    } else if (frr_is(l, 0, "vrf") && l->n == 2 && l->indent > 0) {
        c->interface->table = frr_table(frr_text(c, 1));
    } else if (frr_is(l, 0, "link-params")) {
        c->context = FRR_LINK_PARAMS;
    } else {
        return FRR_UNKNOWN;
    }
    return FRR_DONE;
}

/** By the words that the languages after IOS name interfaces with. */
static const char *kind_by_name(const char *name)
{
    static const struct {
        const char *start, *kind;
    } kinds[] = {{"loopback", "loopback"},
                 {"port-channel", "aggregate"},
                 {"bundle-ether", "aggregate"},
                 {"bundle-pos", "aggregate"},
                 {"vlan", "vlan"},
                 {"bvi", "vlan"},
                 {"bdi", "vlan"},
                 {"tunnel", "tunnel"}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (strncasecmp(name, kinds[i].start, strlen(kinds[i].start)) == 0)
            return kinds[i].kind;
    }
    return NULL;
}

/** A VRF's own device carries its loopback addresses. */
const char *frr_interface_kind(const struct frr *c, const struct frr_interface *i)
{
    size_t n = strlen(i->name);

    if (c->platform != &frr_platform_frr)
        return strchr(i->name, '.') != NULL ? "vlan" : kind_by_name(i->name);
    if (n >= 2 && strncmp(i->name, "lo", 2) == 0 && strspn(i->name + 2, "0123456789") == n - 2)
        return "loopback";
    if (i->table[0] != '\0' && strcmp(i->name, i->table) == 0)
        return "loopback";
    if (map_get_str(c->vrfs, i->name) != NULL)
        return "loopback";
    return strchr(i->name, '.') != NULL ? "vlan" : NULL;
}

static const char *interface_parent(struct frr *c, const struct frr_interface *i)
{
    const char *dot = strchr(i->name, '.');

    return dot != NULL ? frr_printf(c, "%.*s", (int)(dot - i->name), i->name) : NULL;
}

static int state_interface(struct frr *c, const struct frr_interface *i,
                           struct batch_sink *sink, struct err *e)
{
    struct fact_interface f;
    struct fact_capacity capacity;
    int rc;

    fact_init(FACT_INTERFACE, &f);
    f.node = c->node;
    f.name = i->name;
    f.table = map_get_str(c->vrfs, i->name) != NULL ? i->name : i->table;
    f.addrs.v = i->addrs.v;
    f.addrs.n = i->addrs.n;
    f.up = i->shutdown ? 0 : FACT_NONE;
    f.kind = frr_interface_kind(c, i);
    f.parent =
        f.kind != NULL && strcmp(f.kind, "vlan") == 0 ? interface_parent(c, i) : i->parent;
    f.speed = i->speed;
    f.mtu = i->mtu;
    rc = sink->put(sink, FACT_INTERFACE, &f, e);
    if (rc != 0 || i->bandwidth == FACT_NONE || i->guessed)
        return rc;
    fact_init(FACT_CAPACITY, &capacity);
    capacity.node = c->node;
    capacity.interface = i->name;
    capacity.bits = i->bandwidth * 1000;
    capacity.basis = "configured";
    return sink->put(sink, FACT_CAPACITY, &capacity, e);
}

int frr_state_interfaces(struct frr *c, struct batch_sink *sink, struct err *e)
{
    for (size_t i = 0; i < c->interfaces.n; i++) {
        int rc = state_interface(c, c->interfaces.v[i], sink, e);

        if (rc != 0)
            return rc;
    }
    return 0;
}
