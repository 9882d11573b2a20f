/* SPDX-License-Identifier: Apache-2.0 */
/* The interface block. */
#include <string.h>
#include <strings.h>

#include "agents/sources/ios/model.h"

/** What OSPF reckons with where no bandwidth is configured, in kbit/s: only types whose name
 * tells. */
static int64_t bandwidth_by_name(const struct ios *x, const char *name)
{
    static const struct {
        unsigned platforms;
        const char *start;
        int64_t kbit;
    } types[] = {
        {IOS_ALL, "FastEthernet", 100000},
        {IOS_ALL, "GigabitEthernet", 1000000},
        {IOS_ALL, "TenGig", 10000000},
        {IOS_ALL, "TwentyFiveGig", 25000000},
        {IOS_ALL, "FortyGig", 40000000},
        {IOS_ALL, "FiftyGig", 50000000},
        {IOS_ALL, "HundredGig", 100000000},
        {IOS_ALL, "TwoHundredGig", 200000000},
        {IOS_ALL, "FourHundredGig", 400000000},
        {IOS_IOS, "Ethernet", 10000},
        {IOS_IOS, "Serial", 1544},
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        if ((types[i].platforms & x->platform) != 0 &&
            strncasecmp(name, types[i].start, strlen(types[i].start)) == 0)
            return types[i].kbit;
    }
    return FACT_NONE;
}

/** `ip address A M [secondary]`, `A/LEN [secondary|route-preference N|tag N]`. */
static bool address(struct ios *x)
{
    struct frr *c = x->c;
    const struct frr_line *l = c->line;
    struct ifaddr read = {{0}, 0}, *slot;
    struct prefix net;
    bool six = frr_is(l, 0, "ipv6");
    size_t at = frr_is(l, 2, "virtual") ? 3 : 2; /* of EOS: the same on several routers */

    if (!frr_is(l, 1, "address") || (!six && !frr_is(l, 0, "ip")))
        return false;
    if (frr_is(l, 2, "unnumbered") && !l->negated)
        c->interface->lender = frr_text(c, 3);
    if (l->negated || frr_is(l, 2, "unnumbered") || frr_is(l, 3, "link-local") ||
        frr_is(l, 2, "autoconfig"))
        return true;
    if (frr_is(l, 2, "dhcp") || frr_is(l, 2, "negotiated") ||
        frr_is(l, 2, "use-link-local-only"))
        return frr_note(c, 2, "an address that the configuration doesn't hold"), true;
    if (!ifaddr_parse(frr_word(l, at), &read) || memchr(l->w[at].p, '/', l->w[at].n) == NULL) {
        if (ios_prefix(l, at, false, &net) != 2 || !addr_parse(frr_word(l, at), &read.addr))
            return frr_note(c, at, "not an address with a length"), true;
        read.len = net.len;
    }
    if (frr_is(l, 3, "eui-64"))
        return frr_note(c, 3, "an address made of the hardware's"), true;
    slot = PUSH(c, &c->interface->addrs);
    if (slot != NULL)
        *slot = read;
    return true;
}

/** `channel-group N [mode M]`, `bundle id N`: a member of an aggregate. */
static bool member(struct ios *x)
{
    const struct frr_line *l = x->c->line;
    const char *name = x->platform == IOS_XR     ? "Bundle-Ether"
                       : x->platform == IOS_EOS  ? "Port-Channel"
                       : x->platform == IOS_NXOS ? "port-channel"
                                                 : "Port-channel";
    size_t at = frr_is(l, 0, "channel-group") ? 1 : frr_begins(l, 0, "bundle id") ? 2 : 0;

    if (at == 0 || l->negated)
        return false;
    x->c->interface->parent = frr_printf(x->c, "%s%s", name, frr_text(x->c, at));
    return true;
}

/** Costs follow from it where no bandwidth is configured. */
static void set_speed(struct frr_interface *i, int64_t bits)
{
    i->speed = bits;
    if (i->bandwidth == FACT_NONE || i->guessed) {
        i->bandwidth = bits / 1000;
        i->guessed = true;
    }
}

/** `bandwidth K` in kbit/s, `speed 1000|100full|forced 40gfull`, `mtu N`. */
static bool figures(struct ios *x)
{
    struct frr *c = x->c;
    const struct frr_line *l = c->line;
    struct slice w = frr_word(l, frr_is(l, 1, "forced") ? 2 : 1);
    size_t digits = 0;
    uint64_t n;

    if (frr_is(l, 0, "bandwidth") && !l->negated) {
        if (!frr_is(l, 1, "inherit") && !frr_is(l, 1, "qos-reference") &&
            frr_number(c, 1, 1, 4000000000, &c->interface->bandwidth))
            c->interface->guessed = false;
        return true;
    }
    if (frr_is(l, 0, "mtu") && !l->negated) {
        frr_number(c, 1, 64, 65535, &c->interface->mtu);
        return true;
    }
    if (!frr_is(l, 0, "speed") || l->negated)
        return false;
    while (digits < w.n && w.p[digits] >= '0' && w.p[digits] <= '9')
        digits++;
    if (slice_u64((struct slice){w.p, digits}, 1000000, &n) && n > 0)
        set_speed(c->interface,
                  (int64_t)n * (digits < w.n && w.p[digits] == 'g' ? 1000000000 : 1000000));
    return true;
}

/** `isis enable TAG` of EOS, `ip router isis [TAG]`; `ip ospf area A` without a process. */
static bool igp_part(struct ios *x)
{
    struct frr *c = x->c;
    const struct frr_line *l = c->line;

    if (!frr_begins(l, 0, "isis enable"))
        return false;
    for (int k = FRR_P_ISIS4; k <= FRR_P_ISIS6; k++) {
        c->interface->part[k].on = !l->negated;
        c->interface->part[k].process = frr_text(c, 2);
    }
    return true;
}

/** `ip unnumbered X`, `ipv4 unnumbered X`. */
static bool unnumbered(struct ios *x)
{
    const struct frr_line *l = x->c->line;

    if (!frr_is(l, 1, "unnumbered") || l->negated)
        return false;
    x->c->interface->lender = frr_text(x->c, 2);
    return true;
}

void ios_lend(struct ios *x)
{
    struct frr *c = x->c;

    for (size_t i = 0; i < c->interfaces.n; i++) {
        struct frr_interface *to = c->interfaces.v[i], *from;
        const union map_value *at =
            to->lender != NULL
                ? map_get_str(c->interface_by_name, ios_interface_name(x, to->lender))
                : NULL;

        from = at != NULL ? at->p : NULL;
        for (size_t k = 0; from != NULL && from != to && k < from->addrs.n; k++) {
            struct ifaddr *slot =
                from->addrs.v[k].addr.family == 4 ? PUSH(c, &to->addrs) : NULL;

            if (slot != NULL)
                *slot = from->addrs.v[k];
        }
    }
}

void ios_inherit_bandwidth(struct ios *x)
{
    struct frr *c = x->c;

    for (size_t i = 0; i < c->interfaces.n; i++) {
        struct frr_interface *f = c->interfaces.v[i];
        const char *dot = strrchr(f->name, '.');
        const union map_value *at;
        const struct frr_interface *main;

        if (dot == NULL || f->bandwidth != FACT_NONE)
            continue;
        at = map_get(c->interface_by_name, f->name, (size_t)(dot - f->name));
        main = at != NULL ? at->cp : NULL;
        if (main != NULL && main->bandwidth != FACT_NONE && !main->guessed)
            continue; /* whether it holds for them too is a matter of `bandwidth inherit` */
        f->bandwidth = main != NULL ? main->bandwidth : bandwidth_by_name(x, f->name);
        f->guessed = true;
    }
}

static void statement(struct ios *x)
{
    struct frr *c = x->c;

    c->context = FRR_INTERFACE;
    if (!ios_translate(x, IOS_T_INTERFACE, NULL))
        return;
    if (address(x) || unnumbered(x) || member(x) || figures(x) || igp_part(x) ||
        frr_interface(c) == FRR_DONE)
        c->understood++;
    else
        x->passed_over++;
}

/** Ports that are off until they are switched on: routed ports and VLANs of NX-OS. */
static bool starts_down(const struct ios *x, size_t node)
{
    const struct frr_line *l = &x->nodes[node].line;
    struct slice name = frr_word(l, 1);
    bool routed = name.n > 4 && strncasecmp(name.p, "Vlan", 4) == 0;

    if (x->platform != IOS_NXOS)
        return false;
    IOS_CHILDREN(x, node, k)
    {
        const struct frr_line *s = &x->nodes[k].line;

        if (frr_is(s, 0, "shutdown"))
            return false; /* said either way */
        routed = routed || (s->negated && frr_is(s, 0, "switchport"));
    }
    return routed;
}

/** XR writes `interface preconfigure NAME`, and `l2transport` behind names. */
static const char *name_of(struct ios *x)
{
    size_t at = frr_is(x->c->line, 1, "preconfigure") ? 2 : 1;
    const char *name = frr_text(x->c, at);

    /* `interface GigabitEthernet 0/1`, as people write it */
    if (name != NULL && x->c->line->n == at + 2 && strpbrk(name, "0123456789") == NULL)
        name = frr_printf(x->c, "%s%s", name, frr_text(x->c, at + 1));
    return name;
}

void ios_interface(struct ios *x, size_t node)
{
    struct frr *c = x->c;
    const char *name;

    ios_at(x, node);
    name = name_of(x);
    if (name == NULL || c->line->negated)
        return;
    c->interface = frr_interface_named(c, name);
    if (c->interface == NULL)
        return;
    c->understood++;
    c->interface->shutdown = starts_down(x, node);
    if (c->interface->bandwidth == FACT_NONE && strchr(name, '.') == NULL) {
        c->interface->bandwidth = bandwidth_by_name(x, name);
        c->interface->guessed = true;
    }
    IOS_CHILDREN(x, node, k)
    {
        ios_at(x, k);
        statement(x);
    }
}
