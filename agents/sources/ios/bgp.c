/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BGP block: flat statements about neighbours (IOS, EOS) and blocks of neighbours (NX-OS,
 * XR), which are said as FRR says them.
 */
#include <string.h>

#include "agents/sources/ios/model.h"
#include "net/asn.h"

/** 4 or 6 for `address-family ipv4 [unicast]`, 0 for others. */
static int family_of(const struct frr_line *l)
{
    bool plain = l->n == 2 || frr_is(l, 2, "unicast") || frr_is(l, 2, "vrf");

    if (!plain)
        return 0;
    return frr_is(l, 1, "ipv4") ? 4 : frr_is(l, 1, "ipv6") ? 6 : 0;
}

/** `network A` without a mask: the class of old. */
static bool classful(struct ios *x)
{
    const struct frr_line *l = x->c->line;
    struct addr a;
    unsigned len;

    if (!frr_is(l, 0, "network") || !addr_parse(frr_word(l, 1), &a) || a.family != 4 ||
        frr_is(l, 2, "mask"))
        return false;
    len = a.b[0] < 128 ? 8 : a.b[0] < 192 ? 16 : 24;
    if (memchr(l->w[1].p, '/', l->w[1].n) != NULL)
        return false;
    ios_say(x, frr_printf(x->c, "network %.*s/%u%s%s", (int)l->w[1].n, l->w[1].p, len,
                          frr_is(l, 2, "route-map") ? " route-map " : "",
                          frr_is(l, 2, "route-map") ? frr_text(x->c, 3) : ""));
    return true;
}

/** `redistribute direct`, `redistribute eigrp 1 ...`: what FRR has other words for. */
static void rename_source(struct ios *x)
{
    const struct frr_line *l = x->c->line;

    if (frr_begins(l, 0, "redistribute direct"))
        ios_translate(x, IOS_T_IGP, NULL);
    else if (frr_begins(l, 0, "redistribute ospfv3"))
        ios_translate(x, IOS_T_IGP, NULL);
}

/** Settings of the instance or of a family. */
static void setting(struct ios *x)
{
    struct frr *c = x->c;
    enum frr_answer answer;

    if (!ios_translate(x, IOS_T_BGP, NULL))
        return;
    ios_rename_policy(x);
    rename_source(x);
    classful(x);
    answer = frr_is(c->line, 0, "bgp") ? frr_bgp_statement(c) : frr_bgp_family(c);
    if (answer == FRR_DONE)
        c->understood++;
    else if (!frr_is_idle(c->line))
        frr_note(c, 0, "not understood");
}

/* --- neighbours */

/** `inherit TEMPLATE`: a group of its own beside the neighbour's. */
static bool inherits(struct ios *x)
{
    const struct frr_line *l = x->c->line;
    struct frr_peer *p;

    if (!frr_is(l, 2, "inherit"))
        return false;
    p = frr_peer_named(x->c, frr_text(x->c, 1));
    for (size_t i = 0; p != NULL && i < sizeof(p->also) / sizeof(*p->also); i++) {
        if (p->also[i] != NULL)
            continue;
        p->also[i] = frr_printf(x->c, "template %s", frr_text(x->c, 3));
        break;
    }
    return true;
}

/** A statement about neighbour x->peer, the words behind its name. */
static void about_neighbor(struct ios *x)
{
    struct frr *c = x->c;
    const struct frr_line *l = c->line;
    struct frr_line *out;

    if (!ios_translate(x, IOS_T_NEIGHBOR, "neighbor NAME"))
        return;
    out = (struct frr_line *)(uintptr_t)c->line; /* a copy that translate made */
    ((struct slice *)(uintptr_t)out->w)[1] = slice_of(x->peer);
    ios_rename_policy(x);
    l = c->line;
    if (frr_is(l, 2, "route-map") && l->n > 3 && x->platform == IOS_XR)
        ((struct slice *)(uintptr_t)l->w)[3] = slice_of(ios_xr_policy(x, frr_text(c, 3)));
    if (frr_is(l, 2, "update-source") && l->n > 3)
        ((struct slice *)(uintptr_t)l->w)[3] = slice_of(ios_interface_name(x, frr_text(c, 3)));
    if (frr_is(l, 2, "shutdown") && frr_is(l, 3, "disable"))
        return;
    if (!inherits(x))
        frr_neighbor(c);
    c->understood++;
}

/** `neighbor interface Et1 peer-group G` of EOS is FRR's `neighbor Et1 interface peer-group G`;
 * false: it names several. */
static bool over_interface(struct ios *x, struct frr_line *rest)
{
    struct frr *c = x->c;
    const struct frr_line *l = c->line;
    const char *name = frr_text(c, 2);
    struct slice *v = name != NULL ? frr_alloc(c, l->n * sizeof(*v)) : NULL;

    if (v == NULL)
        return false;
    if (strpbrk(name, "-,") != NULL) {
        frr_untold(c, "bgp range", x->table != NULL ? x->table : "");
        frr_note(c, 2, "neighbours on a range of interfaces are not followed");
        return false;
    }
    x->peer = ios_interface_name(x, name);
    v[0] = l->w[1];
    memcpy(v + 1, l->w + 3, (l->n - 3) * sizeof(*v));
    rest->w = v;
    rest->n = l->n - 2;
    return true;
}

/** `neighbor NAME WORDS` of IOS and EOS. */
static void flat_neighbor(struct ios *x)
{
    struct frr *c = x->c;
    const struct frr_line *l = c->line;
    struct frr_line *rest = frr_alloc(c, sizeof(*rest));

    if (rest == NULL || l->n < 3)
        return;
    *rest = *l;
    rest->w = l->w + 2;
    rest->n = l->n - 2;
    x->peer = frr_text(c, 1);
    if (frr_is(l, 1, "interface") && !over_interface(x, rest))
        return;
    c->line = rest;
    about_neighbor(x);
}

/** The family block of a neighbour: it is active there. */
static void neighbor_family(struct ios *x, size_t node)
{
    struct frr *c = x->c;
    int family = family_of(ios_at(x, node));
    const char *peer = x->peer;

    if (family == 0) {
        frr_note(c, 1, "only IPv4 and IPv6 unicast are read");
        return;
    }
    c->family = family;
    ios_say(x, "activate");
    about_neighbor(x);
    IOS_CHILDREN(x, node, k)
    {
        ios_at(x, k);
        x->peer = peer;
        c->family = family;
        about_neighbor(x);
    }
}

/** What stands below `neighbor NAME [remote-as N]` and below templates. */
static void neighbor_block(struct ios *x, size_t node, const char *name)
{
    IOS_CHILDREN(x, node, k)
    {
        const struct frr_line *l = ios_at(x, k);

        x->peer = name;
        x->c->family = 4;
        if (frr_is(l, 0, "address-family"))
            neighbor_family(x, k);
        else
            about_neighbor(x);
    }
}

/** `template peer-policy|peer-session|peer NAME`, `neighbor-group|session-group|af-group NAME`:
 * a group under a name of its own. */
static bool template_block(struct ios *x, size_t node)
{
    const struct frr_line *l = ios_at(x, node);
    bool plain = frr_begins(l, 0, "template peer") || frr_is(l, 0, "neighbor-group");
    bool other = frr_begins(l, 0, "template peer-policy") ||
                 frr_begins(l, 0, "template peer-session") || frr_is(l, 0, "session-group") ||
                 frr_is(l, 0, "af-group");
    size_t at = frr_is(l, 0, "template") ? 2 : 1;
    const char *name;
    struct frr_peer *p;

    if ((!plain && !other) || l->n <= at)
        return false;
    name = other ? frr_printf(x->c, "template %s", frr_text(x->c, at)) : frr_text(x->c, at);
    p = frr_peer_named(x->c, name);
    if (p == NULL)
        return true;
    p->is_group = true;
    neighbor_block(x, node, name);
    if (other) /* of whichever family it is used in */
        p->af[1] = p->af[0];
    return true;
}

/** `neighbor ...`: a block of its own, or a statement. */
static void neighbor(struct ios *x, size_t node)
{
    struct frr *c = x->c;
    const struct frr_line *l = ios_at(x, node);
    const char *name;
    bool block = x->platform == IOS_NXOS || x->platform == IOS_XR;

    if (!block) {
        flat_neighbor(x);
        return;
    }
    if (l->negated || l->n < 2)
        return;
    if (memchr(l->w[1].p, '/', l->w[1].n) != NULL) {
        frr_untold(c, "bgp range", x->table != NULL ? x->table : "");
        frr_note(c, 1, "takes any neighbour of a range; which ones it doesn't tell");
        return;
    }
    name = frr_text(c, 1);
    frr_peer_named(c, name);
    if (l->n > 3)
        flat_neighbor(x); /* `neighbor A remote-as N` */
    neighbor_block(x, node, name);
}

/* --- blocks */

static bool open_instance(struct ios *x, const char *table)
{
    struct frr *c = x->c;

    c->bgp = frr_bgp_named(c, x->as_number, table);
    c->family = 4;
    c->context = FRR_BGP;
    if (c->bgp != NULL && (x->platform == IOS_NXOS || x->platform == IOS_XR))
        c->bgp->no_ipv4_default = true; /* only families with a block are spoken */
    return c->bgp != NULL;
}

/** Groups and templates of the default table are there in every VRF. */
static void lend_groups(struct ios *x, const struct frr_bgp *from)
{
    struct frr_bgp *to = x->c->bgp;

    for (size_t i = 0; from != to && i < from->peers.n; i++) {
        union map_value *at =
            from->peers.v[i]->is_group ? map_at_str(to->by_name, from->peers.v[i]->name) : NULL;

        if (at != NULL && at->p == NULL)
            at->p = from->peers.v[i];
    }
    if (!addr_is_set(&to->router_id))
        to->router_id = from->router_id;
}

static void statements(struct ios *x, size_t node);

/** `vrf NAME` below `router bgp`, and `address-family ipv4 vrf NAME` of IOS. */
static void vrf_block(struct ios *x, size_t node, const char *table)
{
    struct frr_bgp *outer = x->c->bgp;

    if (table != NULL && open_instance(x, frr_table(table))) {
        lend_groups(x, outer);
        statements(x, node);
    }
    x->c->bgp = outer;
}

static void family_block(struct ios *x, size_t node)
{
    struct frr *c = x->c;
    const struct frr_line *l = ios_at(x, node);
    int family = family_of(l);
    struct frr_bgp *outer = c->bgp;
    size_t vrf = frr_is(l, 2, "vrf") ? 3 : frr_is(l, 3, "vrf") ? 4 : 0;

    if (family == 0) {
        frr_note(c, 1, "only IPv4 and IPv6 unicast are read");
        return;
    }
    if (vrf > 0 && !open_instance(x, frr_table(frr_text(c, vrf))))
        return;
    if (vrf > 0)
        lend_groups(x, outer);
    IOS_CHILDREN(x, node, k)
    {
        ios_at(x, k);
        c->family = family;
        c->context = FRR_BGP_FAMILY;
        if (frr_is(c->line, 0, "neighbor"))
            neighbor(x, k);
        else
            setting(x);
    }
    c->bgp = outer;
}

static void statements(struct ios *x, size_t node)
{
    struct frr *c = x->c;

    IOS_CHILDREN(x, node, k)
    {
        const struct frr_line *l = ios_at(x, k);

        c->family = 4;
        c->context = FRR_BGP;
        if (frr_is(l, 0, "neighbor"))
            neighbor(x, k);
        else if (frr_is(l, 0, "vrf") && !l->negated)
            vrf_block(x, k, frr_text(c, 1));
        else if (frr_is(l, 0, "address-family") && !l->negated)
            family_block(x, k);
        else if (!template_block(x, k))
            setting(x);
    }
}

void ios_bgp(struct ios *x, size_t node)
{
    uint32_t asn;
    struct frr *c = x->c;

    ios_at(x, node);
    if (!asn_parse(frr_word(c->line, 2), &asn)) {
        frr_note(c, 2, "the AS number is missing");
        return;
    }
    x->as_number = asn;
    if (!open_instance(x, ""))
        return;
    c->understood++;
    statements(x, node);
}
