/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /etc/network/interfaces of ifupdown2, as Cumulus Linux keeps addresses: it stands before
 * FRR's part in what is collected of such routers.
 *
 *     iface swp1
 *         address 192.0.2.1/31
 *         vrf red
 */
#include <string.h>

#include "agents/sources/frr/model.h"

#define MBIT 1000000

enum frr_answer frr_open_iface(struct frr *c)
{
    const struct frr_line *l = c->line;

    if (frr_is(l, 0, "auto") || frr_is(l, 0, "allow-hotplug") || frr_begins(l, 0, "source /")) {
        c->context = FRR_TOP;
        return FRR_DONE;
    }
    if (!frr_is(l, 0, "iface") || l->n < 2 || l->negated)
        return FRR_UNKNOWN;
    c->interface = frr_interface_named(c, frr_text(c, 1));
    if (c->interface == NULL)
        return FRR_DONE;
    c->context = FRR_IFACE;
    if (frr_is(l, l->n - 1, "dhcp"))
        frr_note(c, l->n - 1, "an address that the configuration doesn't hold");
    return FRR_DONE;
}

/** `address A[/LEN]`, of an anycast gateway `address-virtual MAC A/LEN`. */
static void address(struct frr *c, size_t word)
{
    struct ifaddr read = {{0}, 0}, *slot;

    if (!ifaddr_parse(frr_word(c->line, word), &read)) {
        if (!addr_parse(frr_word(c->line, word), &read.addr)) {
            frr_note(c, word, "not an address");
            return;
        }
        read.len = (uint8_t)addr_bits(&read.addr);
    }
    slot = PUSH(c, &c->interface->addrs);
    if (slot != NULL)
        *slot = read;
}

/** `netmask 255.255.255.0` or `netmask 24`: of the address before it. */
static void netmask(struct frr *c)
{
    struct frr_interface *i = c->interface;
    struct ifaddr *last = i->addrs.n > 0 ? &i->addrs.v[i->addrs.n - 1] : NULL;
    struct addr mask;
    uint64_t len = 0;

    if (last == NULL)
        return;
    if (addr_parse(frr_word(c->line, 1), &mask) && mask.family == last->addr.family) {
        while (len < addr_bits(&mask) && (mask.b[len / 8] >> (7 - len % 8) & 1) != 0)
            len++;
    } else if (!slice_u64(frr_word(c->line, 1), addr_bits(&last->addr), &len)) {
        frr_note(c, 1, "not a mask");
        return;
    }
    last->len = (uint8_t)len;
}

/** `bond-slaves swp1 swp2`. */
static void members(struct frr *c)
{
    const char *bond = c->interface->name;

    for (size_t i = 1; i < c->line->n; i++) {
        struct frr_interface *m = NULL;

        if (frr_is(c->line, i, "glob") || frr_is(c->line, i, "regex")) {
            frr_note(c, i, "a pattern of interfaces is not followed");
            return;
        }
        m = frr_interface_named(c, frr_text(c, i));
        if (m != NULL)
            m->parent = bond;
    }
}

/** What is run when an interface comes up may be anything. */
static bool is_command(const struct frr_line *l)
{
    return frr_is(l, 0, "up") || frr_is(l, 0, "post-up") || frr_is(l, 0, "pre-up");
}

enum frr_answer frr_iface(struct frr *c)
{
    struct frr_interface *i = c->interface;
    const struct frr_line *l = c->line;
    int64_t number;

    if (l->indent == 0)
        return FRR_UNKNOWN; /* a statement of FRR's own */
    if (frr_is(l, 0, "address"))
        address(c, 1);
    else if (frr_is(l, 0, "address-virtual") && l->n > 2)
        address(c, 2);
    else if (frr_is(l, 0, "netmask"))
        netmask(c);
    else if (frr_is(l, 0, "vrf") && l->n > 1)
        i->table = frr_table(frr_text(c, 1));
    else if (frr_is(l, 0, "vrf-table"))
        i->table = i->name; /* the VRF's own device */
    else if (frr_is(l, 0, "mtu"))
        frr_number(c, 1, 1, 65535, &i->mtu);
    else if (frr_is(l, 0, "link-speed") && frr_number(c, 1, 1, 10000000, &number))
        i->speed = number * MBIT;
    else if (frr_is(l, 0, "link-down"))
        i->shutdown = frr_is(l, 1, "yes");
    else if (frr_is(l, 0, "bond-slaves"))
        members(c);
    else if (frr_is(l, 0, "vlan-raw-device"))
        i->parent = frr_text(c, 1);
    else if (frr_is(l, 0, "gateway") && !addr_parse(frr_word(l, 1), &i->gateway))
        frr_note(c, 1, "not an address");
    else if (is_command(l))
        frr_note(c, 0, "commands of ifupdown are not followed");
    return FRR_DONE;
}

void frr_state_gateways(struct frr *c)
{
    for (size_t k = 0; k < c->interfaces.n; k++) {
        const struct frr_interface *i = c->interfaces.v[k];
        struct frr_static *slot = i->gateway.family != 0 ? PUSH(c, &c->statics) : NULL;

        if (slot != NULL)
            *slot = (struct frr_static){.table = i->table,
                                        .prefix = {.addr = {.family = i->gateway.family}},
                                        .next_hop = i->gateway,
                                        .distance = FACT_NONE};
    }
}
