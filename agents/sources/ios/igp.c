/* SPDX-License-Identifier: Apache-2.0 */
/* The blocks of OSPF, OSPFv3 and IS-IS. */
#include <string.h>

#include "agents/sources/ios/model.h"

enum { PASSIVE = 1, ACTIVE = 2 };

/** The process that is read, and where in it. */
struct at {
    struct frr_igp *g;
    const char *area;
    int family;
    /* XR: what stands above holds below */
    int64_t cost, passive;
    const char *network;
};

static bool is_ospf(const struct at *a)
{
    return strncmp(a->g->protocol, "ospf", 4) == 0;
}

/** `network A WILDCARD area X` as `network P area X`. */
static void network(struct ios *x)
{
    struct frr *c = x->c;
    const struct frr_line *l = c->line;
    struct prefix p;
    char text[PREFIX_TEXT];
    size_t n = ios_prefix(l, 1, true, &p);

    if (n == 0 || !frr_is(l, 1 + n, "area")) {
        frr_note(c, 1, "not a network and its area");
        return;
    }
    ios_say(x, frr_printf(c, "network %s area %s", prefix_format(&p, text),
                          frr_area(c, 2 + n) != NULL ? frr_area(c, 2 + n) : "?"));
    frr_ospf(c);
}

static void passive(struct ios *x, struct at *a)
{
    const struct frr_line *l = x->c->line;
    union map_value v = {.u = l->negated ? ACTIVE : PASSIVE};
    const char *name;

    if (l->n < 2 || frr_is(l, 1, "default")) {
        a->g->passive_default = !l->negated;
        return;
    }
    name = ios_interface_name(x, frr_text(x->c, 1));
    if (name != NULL && map_set(a->g->passive, name, strlen(name), v) != 0)
        x->c->failed = ERR_NOMEM;
}

/** `auto-cost reference-bandwidth N [mbps|gbps]`. */
static void reference(struct ios *x, struct at *a)
{
    struct frr *c = x->c;
    const struct frr_line *l = c->line;
    int64_t n;

    if (l->negated || !frr_number(c, 2, 1, 4294967, &n))
        return;
    a->g->reference_bandwidth = frr_is(l, 3, "gbps") || frr_is(l, 3, "Gbps") ? n * 1000 : n;
}

/** What IS-IS takes over, with its policy and metric: FRR names the family and the level,
 * `redistribute ipv4 connected level-2 ...`. */
static enum frr_answer isis_origination(struct ios *x, const struct at *a)
{
    struct frr *c = x->c;
    const struct frr_line *l = c->line;
    bool all = frr_is(l, 0, "redistribute");
    const char *said = frr_printf(c, "%s ipv%d %s level-2",
                                  all ? "redistribute" : "default-information originate",
                                  a->family, all ? frr_text(c, 1) : "");

    if (l->negated)
        return FRR_DONE;
    for (size_t i = 2; i < l->n; i++) {
        if (frr_is(l, i, "into"))
            return frr_note(c, 0, "routes between levels are not followed");
        if (frr_is(l, i, "metric-type")) /* internal or external: none of OSPF's two */
            i++;
        else
            said = frr_printf(c, "%s %s", said, frr_text(c, i));
    }
    ios_say(x, said);
    return frr_isis(c);
}

/** Statements that FRR's readers know once they are in its words. */
static void common(struct ios *x, struct at *a)
{
    struct frr *c = x->c;
    enum frr_answer answer;

    if (!ios_translate(x, IOS_T_IGP, NULL))
        return;
    ios_rename_policy(x);
    c->igp = a->g;
    if (strcmp(a->g->protocol, "isis") != 0)
        answer = strcmp(a->g->protocol, "ospf") == 0 ? frr_ospf(c) : frr_ospf6(c);
    else if (frr_is(c->line, 0, "redistribute") ||
             frr_begins(c->line, 0, "default-information originate"))
        answer = isis_origination(x, a);
    else
        answer = frr_isis(c);
    if (answer == FRR_DONE)
        c->understood++;
    else if (!frr_is_idle(c->line))
        frr_note(c, 0, "not understood");
}

static void statement(struct ios *x, struct at *a)
{
    const struct frr_line *l = x->c->line;

    x->c->igp = a->g;
    if (frr_is(l, 0, "network") && is_ospf(a) && l->n > 2)
        network(x);
    else if (frr_is(l, 0, "passive-interface"))
        passive(x, a);
    else if (frr_begins(l, 0, "auto-cost reference-bandwidth"))
        reference(x, a);
    else
        common(x, a);
}

/* --- XR: interfaces stand below their process */

/** Settings that a process, an area or an interface may have; false: none of them. */
static bool setting(struct ios *x, struct at *a)
{
    struct frr *c = x->c;
    const struct frr_line *l = c->line;

    if (frr_is(l, 0, "cost") && l->n > 1)
        frr_number(c, 1, 0, 65535, &a->cost);
    else if (frr_is(l, 0, "passive"))
        a->passive = frr_is(l, 1, "disable") ? 0 : 1;
    else if (frr_begins(l, 0, "network point-to-point") || frr_is(l, 0, "point-to-point"))
        a->network = "point-to-point";
    else if (frr_begins(l, 0, "network broadcast"))
        a->network = "broadcast";
    else
        return false;
    return true;
}

static void xr_ospf_interface(struct ios *x, size_t node, const struct at *area)
{
    struct frr *c = x->c;
    struct at a = *area;
    struct frr_interface *i;
    struct frr_igp_part *p;

    ios_at(x, node);
    i = frr_interface_named(c, ios_interface_name(x, frr_text(c, 1)));
    if (i == NULL)
        return;
    IOS_CHILDREN(x, node, k)
    {
        ios_at(x, k);
        setting(x, &a);
    }
    p = &i->part[a.family == 6 ? FRR_P_OSPF3 : FRR_P_OSPF];
    p->area = a.area;
    p->process = a.g->process;
    p->metric[0] = a.cost;
    p->passive = a.passive;
    p->network = a.network;
    c->understood++;
}

/** `metric N [level L]` below the family of an interface. */
static void xr_isis_metric(struct ios *x, struct frr_igp_part *p)
{
    const struct frr_line *l = x->c->line;
    size_t level = frr_is(l, 2, "level") && frr_is(l, 3, "1")   ? 1
                   : frr_is(l, 2, "level") && frr_is(l, 3, "2") ? 2
                                                                : 0;

    frr_number(x->c, 1, 0, 16777215, &p->metric[level]);
}

static void xr_isis_interface(struct ios *x, size_t node, const struct at *process)
{
    struct frr *c = x->c;
    struct at a = *process;
    int64_t level = FACT_NONE;
    struct frr_interface *i;

    ios_at(x, node);
    i = frr_interface_named(c, ios_interface_name(x, frr_text(c, 1)));
    IOS_CHILDREN(x, node, k)
    {
        const struct frr_line *l = ios_at(x, k);
        struct frr_igp_part *p;

        if (i == NULL || setting(x, &a))
            continue;
        if (frr_is(l, 0, "circuit-type"))
            level = frr_is(l, 1, "level-1") ? 1 : frr_is(l, 1, "level-2-only") ? 2 : 3;
        if (!frr_is(l, 0, "address-family"))
            continue;
        p = &i->part[frr_is(l, 1, "ipv6") ? FRR_P_ISIS6 : FRR_P_ISIS4];
        p->on = true;
        IOS_CHILDREN(x, k, m)
        {
            if (frr_is(ios_at(x, m), 0, "metric"))
                xr_isis_metric(x, p);
        }
    }
    for (int f = FRR_P_ISIS4; i != NULL && f <= FRR_P_ISIS6; f++) {
        i->part[f].process = a.g->process;
        i->part[f].level = level;
        i->part[f].passive = a.passive;
        i->part[f].network = a.network;
    }
    c->understood++;
}

static void xr_interface(struct ios *x, size_t node, const struct at *a)
{
    if (is_ospf(a))
        xr_ospf_interface(x, node, a);
    else
        xr_isis_interface(x, node, a);
}

static void block(struct ios *x, size_t node, struct at *a);

/** `area N`, `address-family ipv4 [unicast]` and `vrf NAME` below a process. */
static bool inner_block(struct ios *x, size_t node, const struct at *outer)
{
    const struct frr_line *l = ios_at(x, node);
    struct at a = *outer;

    if (l->negated)
        return false;
    if (frr_is(l, 0, "vrf")) {
        a.g = frr_igp_named(x->c, a.g->protocol, a.g->process, frr_table(frr_text(x->c, 1)));
        if (a.g != NULL && !addr_is_set(&a.g->router_id))
            a.g->router_id = outer->g->router_id;
    } else if (frr_is(l, 0, "address-family")) {
        a.family = frr_is(l, 1, "ipv6") ? 6 : 4;
    } else if (frr_is(l, 0, "area") && l->n == 2 && x->platform == IOS_XR) {
        a.area = frr_area(x->c, 1);
    } else {
        return false;
    }
    if (a.g != NULL)
        block(x, node, &a);
    return true;
}

static void block(struct ios *x, size_t node, struct at *a)
{
    IOS_CHILDREN(x, node, k) /* what holds for all below may stand behind it */
    {
        ios_at(x, k);
        if (x->platform == IOS_XR)
            setting(x, a);
    }
    IOS_CHILDREN(x, node, k)
    {
        const struct frr_line *l = ios_at(x, k);
        struct at same = *a;

        if (frr_is(l, 0, "interface") && x->platform == IOS_XR && !l->negated)
            xr_interface(x, k, a);
        else if (!inner_block(x, k, a) && !(x->platform == IOS_XR && setting(x, &same)))
            statement(x, a);
    }
}

void ios_igp(struct ios *x, size_t node, const char *protocol, size_t first)
{
    struct frr *c = x->c;
    const struct frr_line *l = ios_at(x, node);
    struct at a = {.family = strcmp(protocol, "ospf3") == 0 ? 6 : 4,
                   .cost = FACT_NONE,
                   .passive = FACT_NONE};
    const char *process = NULL, *table = "";

    for (size_t i = first; i < l->n; i++) {
        if (frr_is(l, i, "vrf"))
            table = frr_table(frr_text(c, ++i));
        else if (!frr_is(l, i, "process"))
            process = frr_text(c, i);
    }
    if (table == NULL)
        return;
    a.g = frr_igp_named(c, protocol, process, table);
    if (a.g == NULL)
        return;
    c->understood++;
    block(x, node, &a);
}
