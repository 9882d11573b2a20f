/* SPDX-License-Identifier: Apache-2.0 */
/* The prefixes that interior protocols carry: networks of the interfaces they run on, and what
 * is brought into them by redistribution. */
#include <string.h>

#include "aggregator/igp_private.h"
#include "aggregator/policy.h"

#define METRIC_REDISTRIBUTE 20

static int add_attach(struct world *w, uint32_t id, const struct igp_attach *a)
{
    struct igp_world *g = w->igp;
    if (id == NOWHERE)
        return 0;
    struct igp_attach *v = ARENA_ARRAY(w->arena, g->n_attach[id] + 1, struct igp_attach);
    if (!v)
        return ERR_NOMEM;
    if (g->n_attach[id])
        memcpy(v, g->attach[id], g->n_attach[id] * sizeof(*v));
    v[g->n_attach[id]++] = *a;
    g->attach[id] = v;
    return 0;
}

/* Of a loopback OSPF tells the address alone (RFC 2328, section 12.4.1.1). */
static struct prefix told_of(const struct igp_if *x, const struct port *p,
                             const struct ifaddr *a, int proto)
{
    bool host = x && p->loopback && proto == IGP_OSPF && !x->whole;
    return prefix_of(&a->addr, host ? addr_bits(&a->addr) : a->len);
}

static int attach_port(struct world *w, struct port *p, int f, int proto)
{
    const struct igp_if *x = &w->igp->ifs[f][proto][p->index];
    for (size_t k = 0; k < p->n_addrs && !p->down; k++) {
        if (igp_family(p->addrs[k].addr.family) != (unsigned)f ||
            addr_is_special(&p->addrs[k].addr))
            continue;
        struct prefix net = told_of(x, p, &p->addrs[k], proto);
        struct igp_attach a = {
            .instance = p->instance, .port = p, .metric = x->metric, .proto = proto};
        if (add_attach(w, universe_id(w, &net), &a))
            return ERR_NOMEM;
    }
    return 0;
}

/* Routes that configurations state, of all tables. */
struct statics {
    const struct fact_route **v;
    size_t n;
};

static int find_statics(struct world *w, struct statics *out)
{
    size_t n = 0;
    FOR_ROWS(w, route, ROUTE, r)
    n += r->layer && !strcmp(r->layer, "config");
    out->n = 0;
    if (!(out->v = ARENA_ARRAY(w->scratch, n + 1, const struct fact_route *)))
        return ERR_NOMEM;
    FOR_ROWS(w, route, ROUTE, f)
    if (f->layer && !strcmp(f->layer, "config"))
        out->v[out->n++] = f;
    return 0;
}

static bool is_of(const struct world *w, const struct fact_route *r, const struct instance *in)
{
    const struct dom *d = registry_dom((struct world *)w, r->origin->domain);
    return topo_instance(topo_router(w, d, r->node), r->table) == in;
}

/* What one origination brings into a protocol at one instance. */
struct import {
    const struct fact_origination *fact;
    struct instance *in;
    const struct policy_set *policies;
    const struct statics *statics;
    int f, proto;
};

static struct igp_attach outside(const struct import *m, int64_t metric)
{
    enum igp_grade type = m->fact->metric_type == 1 ? IGP_TYPE_1 : IGP_TYPE_2;
    return (struct igp_attach){.instance = m->in,
                               .metric = metric != FACT_NONE ? igp_clamp(metric)
                                                             : METRIC_REDISTRIBUTE,
                               .proto = (enum igp_proto)m->proto,
                               .grade = m->proto == IGP_OSPF ? type : IGP_INTERNAL};
}

static int attach_import(struct world *w, const struct import *m, const struct prefix *net,
                         struct port *port)
{
    const struct fact_origination *f = m->fact;
    struct policy_context pc = {
        .router = m->in->router, .prefix = net, .source_protocol = f->protocol};
    struct attrs attrs = {.med = f->metric};
    bool permitted = policy_apply(m->policies, &pc, f->policy, &attrs, w->scratch);
    if (!permitted && attrs.unsure)
        w->igp->doubt[m->f][m->in->index] = true;
    if (!permitted)
        return 0;
    struct igp_attach a = outside(m, attrs.med);
    a.port = port;
    a.unsure = attrs.unsure;
    return add_attach(w, universe_id(w, net), &a);
}

/* Is there such a static route of the instance? */
static bool has_static(const struct world *w, const struct import *m, const struct prefix *p)
{
    for (size_t i = 0; i < m->statics->n; i++) {
        const struct fact_route *r = m->statics->v[i];
        if (prefix_eq(&r->prefix, p) && is_of(w, r, m->in))
            return true;
    }
    return false;
}

/* A default route that goes by a condition, or by one in the table, may be there or not. */
static int import_default(struct world *w, const struct import *m)
{
    const struct fact_origination *f = m->fact;
    struct prefix all = {.addr = {.family = m->f ? 6 : 4}};
    struct igp_attach a = outside(m, f->metric);
    a.unsure = f->policy || (f->import_check == 1 && !has_static(w, m, &all));
    return add_attach(w, universe_id(w, &all), &a);
}

static int import_connected(struct world *w, const struct import *m)
{
    for (size_t k = 0; k < m->in->n_ports; k++) {
        struct port *p = m->in->ports[k];
        for (size_t i = 0; i < p->n_addrs && !p->down; i++) {
            const struct ifaddr *a = &p->addrs[i];
            struct prefix net = prefix_of(&a->addr, a->len);
            if (w->igp->ifs[m->f][m->proto][p->index].on || addr_is_special(&a->addr) ||
                igp_family(a->addr.family) != (unsigned)m->f)
                continue;
            if (attach_import(w, m, &net, p))
                return ERR_NOMEM;
        }
    }
    return 0;
}

static int import_static(struct world *w, const struct import *m)
{
    for (size_t i = 0; i < m->statics->n; i++) {
        const struct fact_route *r = m->statics->v[i];
        bool fits = (!r->protocol || !strcmp(r->protocol, "static")) && r->prefix.len &&
                    igp_family(r->prefix.addr.family) == (unsigned)m->f;
        if (fits && is_of(w, r, m->in) && attach_import(w, m, &r->prefix, NULL))
            return ERR_NOMEM;
    }
    return 0;
}

static int attach_imports(struct world *w, const struct import *m)
{
    const struct fact_origination *f = m->fact;
    const char *what = f->protocol ? f->protocol : "";
    if (!strcmp(f->how, "default"))
        return import_default(w, m);
    if (strcmp(f->how, "redistribute"))
        return 0;
    if (!strcmp(what, "connected"))
        return import_connected(w, m);
    if (!strcmp(what, "static"))
        return import_static(w, m);
    w->igp->doubt[m->f][m->in->index] = true; /* by then they are not known yet */
    return 0;
}

static int attach_all_imports(struct world *w)
{
    struct policy_set *policies = NULL;
    struct arena_mark here = arena_mark(w->scratch);
    struct statics statics;
    int rc = find_statics(w, &statics);
    FOR_ROWS(w, origination, ORIGINATION, f)
    {
        struct router *r = topo_router(w, registry_dom(w, f->origin->domain), f->node);
        struct instance *in = topo_instance(r, f->table);
        struct import m = {
            f, in, NULL, &statics, (int)igp_family((unsigned)f->family), igp_proto_of(f->into)};
        if (rc || m.proto < 0 || !in || !f->how)
            continue;
        if (!policies)
            rc = policy_build(w, &policies, NULL);
        m.policies = policies;
        rc = rc ? rc : attach_imports(w, &m);
    }
    policy_free(&policies);
    arena_rewind(w->scratch, here);
    return rc;
}

int igp_attach_all(struct world *w)
{
    struct igp_world *g = w->igp;
    for (size_t i = 0; i < w->n_ports; i++)
        for (int f = 0; f < 2; f++)
            for (int p = 0; p < IGP_PROTOS; p++) {
                const struct igp_if *x = &g->ifs[f][p][i];
                if (x->on && attach_port(w, w->ports[i], f, p))
                    return ERR_NOMEM;
            }
    return attach_all_imports(w);
}
