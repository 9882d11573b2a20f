/* SPDX-License-Identifier: Apache-2.0 */
/* What the configuration says of interior routing, as facts. */
#include <string.h>

#include "agents/sources/frr/model.h"

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/** The most specific `network` statement that has an address of the interface. */
static const char *network_area(const struct frr_igp *g, const struct frr_interface *i)
{
    const struct frr_area *best = NULL;

    for (size_t a = 0; a < i->addrs.n; a++) {
        for (size_t n = 0; n < g->networks.n; n++) {
            const struct frr_area *x = &g->networks.v[n];

            if (prefix_has(&x->prefix, &i->addrs.v[a].addr) &&
                (best == NULL || x->prefix.len >= best->prefix.len))
                best = x;
        }
    }
    return best != NULL ? best->area : NULL;
}

static const char *ospf_area(const struct frr *c, const struct frr_igp *g,
                             const struct frr_interface *i, const struct frr_igp_part *p)
{
    const union map_value *old;

    if (p->area != NULL)
        return same_text(p->process, g->process) ||
                       (p->process == NULL && c->platform->any_process)
                   ? p->area
                   : NULL;
    old = map_get_str(g->areas, i->name);
    return old != NULL ? old->cp : network_area(g, i);
}

/** The cost that OSPF works out from a configured bandwidth; without one it is the device's
 * affair. */
static int64_t ospf_metric(const struct frr *c, const struct frr_igp *g,
                           const struct frr_interface *i, const struct frr_igp_part *p)
{
    int64_t reference = g->reference_bandwidth, cost;

    if (p->metric[0] != FACT_NONE || i->bandwidth == FACT_NONE)
        return p->metric[0];
    if (reference == FACT_NONE)
        reference = c->platform->ospf_reference;
    reference *= 1000; /* as the bandwidth */
    cost = c->platform->ospf_rounds ? (2 * reference + i->bandwidth) / (2 * i->bandwidth)
                                    : reference / i->bandwidth;
    if (cost < 1)
        return 1;
    return cost > 65535 ? 65535 : cost;
}

static int64_t passive(const struct frr *c, const struct frr_igp *g,
                       const struct frr_interface *i, const struct frr_igp_part *p)
{
    const union map_value *named = map_get_str(g->passive, i->name);
    const char *kind = frr_interface_kind(c, i);

    if (kind != NULL && strcmp(kind, "loopback") == 0)
        return 1;
    if (p->passive != FACT_NONE)
        return p->passive;
    if (named != NULL)
        return named->u == 1 ? 1 : 0;
    return g->passive_default ? 1 : FACT_NONE;
}

static void start_fact(const struct frr *c, const struct frr_igp *g, int family,
                       struct fact_igp *f)
{
    fact_init(FACT_IGP, f);
    f->node = c->node;
    f->table = g->table;
    f->protocol = g->protocol;
    f->process = g->process;
    f->family = family;
}

static int state_ospf(struct frr *c, const struct frr_igp *g, const struct frr_interface *i,
                      struct batch_sink *sink, struct err *e)
{
    bool six = strcmp(g->protocol, "ospf3") == 0;
    const struct frr_igp_part *p = &i->part[six ? FRR_P_OSPF3 : FRR_P_OSPF];
    const char *area = ospf_area(c, g, i, p);
    struct fact_igp f;

    if (area == NULL)
        return 0;
    start_fact(c, g, six ? 6 : 4, &f);
    f.interface = i->name;
    f.area = area;
    f.metric = ospf_metric(c, g, i, p);
    f.passive = passive(c, g, i, p);
    f.network = p->network;
    return sink->put(sink, FACT_IGP, &f, e);
}

/** Levels in use on the interface: those of both process and circuit; 0 when they have none in
 * common. */
static int64_t isis_levels(const struct frr_igp *g, const struct frr_igp_part *p)
{
    int64_t process = g->level == FACT_NONE ? 3 : g->level;

    return process & (p->level == FACT_NONE ? 3 : p->level);
}

static int64_t isis_metric(const struct frr_igp_part *p, int level)
{
    return p->metric[level] != FACT_NONE ? p->metric[level] : p->metric[0];
}

/** One fact for both levels, or one each when their metrics differ. */
static int put_levels(const struct frr_igp_part *p, int64_t levels, struct fact_igp *f,
                      struct batch_sink *sink, struct err *e)
{
    bool apart = levels == 3 && isis_metric(p, 1) != isis_metric(p, 2);
    int rc = 0;

    for (int level = 1; rc == 0 && level <= 2; level++) {
        if ((levels & level) == 0 || (level == 2 && levels == 3 && !apart))
            continue;
        f->level = apart ? level : levels;
        f->metric = isis_metric(p, level);
        rc = sink->put(sink, FACT_IGP, f, e);
    }
    return rc;
}

static int state_isis(struct frr *c, const struct frr_igp *g, const struct frr_interface *i,
                      struct batch_sink *sink, struct err *e)
{
    int rc = 0;

    for (int family = 4; rc == 0 && family <= 6; family += 2) {
        const struct frr_igp_part *p = &i->part[family == 4 ? FRR_P_ISIS4 : FRR_P_ISIS6];
        struct fact_igp f;

        if (!p->on || !same_text(p->process, g->process))
            continue;
        start_fact(c, g, family, &f);
        f.interface = i->name;
        f.area = g->area;
        f.passive = passive(c, g, i, p);
        f.network = p->network;
        rc = put_levels(p, isis_levels(g, p), &f, sink, e);
    }
    return rc;
}

/** Settings of the process itself; IS-IS has none that differ by family, so it has one fact
 * without. */
static int state_process(struct frr *c, const struct frr_igp *g, struct batch_sink *sink,
                         struct err *e)
{
    bool isis = strcmp(g->protocol, "isis") == 0;
    struct fact_igp f;

    start_fact(c, g, strcmp(g->protocol, "ospf3") == 0 ? 6 : 4, &f);
    if (isis) {
        f.family = FACT_NONE;
        f.level = g->level == FACT_NONE ? 3 : g->level;
        f.area = g->area;
    }
    f.maximum_paths = g->maximum_paths;
    return sink->put(sink, FACT_IGP, &f, e);
}

/** One fact for each family: what is not followed is mostly not known to be of one. */
static int state_untold(struct frr *c, const struct frr_igp *g, struct batch_sink *sink,
                        struct err *e)
{
    int rc = 0;

    for (int family = 4; rc == 0 && family <= 6; family += 2) {
        struct fact_igp f;

        start_fact(c, g, family, &f);
        rc = sink->put(sink, FACT_IGP, &f, e);
    }
    return rc;
}

int frr_state_igps(struct frr *c, struct batch_sink *sink, struct err *e)
{
    int rc = 0;

    for (size_t g = 0; rc == 0 && g < c->igps.n; g++) {
        const struct frr_igp *igp = c->igps.v[g];
        bool isis = strcmp(igp->protocol, "isis") == 0;

        rc = igp->untold ? state_untold(c, igp, sink, e) : state_process(c, igp, sink, e);
        for (size_t i = 0; rc == 0 && !igp->untold && i < c->interfaces.n; i++) {
            const struct frr_interface *f = c->interfaces.v[i];

            if (strcmp(f->table, igp->table) == 0)
                rc = isis ? state_isis(c, igp, f, sink, e) : state_ospf(c, igp, f, sink, e);
        }
    }
    return rc;
}
