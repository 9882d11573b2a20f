/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links with both ends.
 *
 * Two ports are joined when they have different addresses in one subnet; IPv4 and IPv6 subnets
 * of the same two ports make one link, parallel links stay apart. Private subnets are joined
 * only within a domain. A border that a side states joins two ports whose common subnet it
 * doesn't know, if the other side agrees. Declared links join ports that have no addresses.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/world.h"

#define MAX_LAN_PORTS 64 /* routers on one subnet that are joined pairwise */

struct member {
    uint32_t scope;
    struct prefix net;
    struct ifaddr own;
    struct port *port;
    uint32_t order;
};

struct members {
    VEC(struct member);
};

struct wiring {
    struct world *w;
    struct members members;
    struct map *by_ports; /* the two ports' addresses in memory -> wire */
    struct {
        VEC(struct wire *);
    } list;
};

struct addr wire_addr(const struct wire *l, const struct port *p, unsigned family)
{
    if (l->a == p)
        return family == 4 ? l->a4.addr : l->a6.addr;
    return family == 4 ? l->b4.addr : l->b6.addr;
}

size_t wires_between(const struct instance *a, const struct instance *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n_ports; i++)
        for (size_t k = 0; k < a->ports[i]->n_wires; k++)
            n += wire_other(a->ports[i]->wires[k], a->ports[i])->instance == b;
    return n;
}

struct wire *port_wire_to(const struct port *p, const struct addr *next)
{
    for (size_t i = 0; next && next->family && i < p->n_wires; i++) {
        struct addr far = wire_addr(p->wires[i], wire_other(p->wires[i], p), next->family);
        if (addr_eq(&far, next))
            return p->wires[i];
    }
    bool nameless = !next || !next->family || addr_is_special(next);
    return nameless && p->n_wires == 1 ? p->wires[0] : NULL;
}

static int collect_members(struct wiring *x)
{
    for (size_t i = 0; i < x->w->n_ports; i++) {
        struct port *p = x->w->ports[i];
        for (size_t k = 0; k < p->n_addrs && !p->loopback && !p->site; k++) {
            const struct ifaddr *a = &p->addrs[k];
            if (a->len >= addr_bits(&a->addr) || addr_is_special(&a->addr))
                continue;
            struct member *m = VEC_PUSH(&x->members);
            if (!m)
                return ERR_NOMEM;
            *m = (struct member){
                .scope = addr_is_private(&a->addr) ? p->instance->router->dom->index + 1 : 0,
                .net = prefix_of(&a->addr, a->len),
                .own = *a,
                .port = p,
                .order = (uint32_t)i};
        }
    }
    return 0;
}

static int cmp_member(const void *va, const void *vb)
{
    const struct member *a = va, *b = vb;
    int c = (a->scope > b->scope) - (a->scope < b->scope);
    if (!c)
        c = prefix_cmp(&a->net, &b->net);
    if (!c)
        c = (a->order > b->order) - (a->order < b->order);
    return c ? c : addr_cmp(&a->own.addr, &b->own.addr);
}

static struct wire *wire_between(struct wiring *x, struct port *a, struct port *b)
{
    struct port *ends[2] = {a, b};
    union map_value *at = map_at(x->by_ports, ends, sizeof(ends));
    if (!at || at->p)
        return at ? at->p : NULL;
    struct wire *l = ARENA_NEW(x->w->arena, struct wire);
    struct wire **slot = l ? VEC_PUSH(&x->list) : NULL;
    if (!slot)
        return NULL;
    l->a = a;
    l->b = b;
    l->delay = NAN;
    l->metric_ab = l->metric_ba = FACT_NONE;
    l->inter = a->instance->router->dom != b->instance->router->dom;
    l->origin = a->origin ? a->origin : b->origin;
    at->p = *slot = l;
    return l;
}

static int join(struct wiring *x, const struct member *m, const struct member *n)
{
    if (m->port->instance->router == n->port->instance->router &&
        m->port->instance == n->port->instance)
        return 0;
    struct wire *l = wire_between(x, m->port, n->port);
    if (!l)
        return ERR_NOMEM;
    l->confirmed = true;
    struct ifaddr *near = m->net.addr.family == 4 ? &l->a4 : &l->a6;
    struct ifaddr *far = m->net.addr.family == 4 ? &l->b4 : &l->b6;
    if (!near->addr.family) {
        *near = m->own;
        *far = n->own;
    }
    return 0;
}

/* Where a private subnet stands in several tables, only ports of one table meet. */
static bool tables_meet(const struct member *m, const struct member *n, bool crowded)
{
    return !crowded || !strcmp(m->port->instance->table, n->port->instance->table);
}

static int join_subnets(struct wiring *x)
{
    struct members *ms = &x->members;
    if (ms->n)
        qsort(ms->v, ms->n, sizeof(*ms->v), cmp_member);
    for (size_t i = 0, end; i < ms->n; i = end) {
        for (end = i + 1; end < ms->n && ms->v[end].scope == ms->v[i].scope &&
                          prefix_eq(&ms->v[end].net, &ms->v[i].net);)
            end++;
        bool crowded = end - i > 2;
        for (size_t a = i; a < end && end - i <= MAX_LAN_PORTS; a++)
            for (size_t b = a + 1; b < end; b++)
                if (!addr_eq(&ms->v[a].own.addr, &ms->v[b].own.addr) &&
                    tables_meet(&ms->v[a], &ms->v[b], crowded) && join(x, &ms->v[a], &ms->v[b]))
                    return ERR_NOMEM;
    }
    return 0;
}

/* ---- private links between domains: both sides' sessions say so */

/* The router's port with its own end of the session: the one whose subnet has the neighbour. */
static const struct ifaddr *session_end(const struct world *w, const struct fact_bgp_session *f,
                                        struct port **port)
{
    const struct router *r =
        topo_router(w, registry_dom((struct world *)w, f->origin->domain), f->node);
    const struct instance *in = topo_instance(r, f->table);
    for (size_t i = 0; in && i < in->n_ports; i++) {
        const struct ifaddr *a = port_subnet(in->ports[i], &f->peer_addr);
        if (a && !in->ports[i]->loopback && !addr_eq(&a->addr, &f->peer_addr)) {
            *port = in->ports[i];
            return a;
        }
    }
    return NULL;
}

static bool speaks_for(const struct world *w, int64_t asn, const struct port *p)
{
    return asn > 0 && registry_by_asn(w, (uint32_t)asn) == p->instance->router->dom;
}

static int join_private_sessions(struct wiring *x)
{
    FOR_ROWS(x->w, bgp_session, BGP_SESSION, f)
    {
        struct member m = {0};
        const struct ifaddr *own =
            addr_is_private(&f->peer_addr) ? session_end(x->w, f, &m.port) : NULL;
        if (!own || speaks_for(x->w, f->peer_asn, m.port))
            continue;
        FOR_ROWS(x->w, bgp_session, BGP_SESSION, g)
        {
            struct member n = {0};
            const struct ifaddr *far =
                addr_eq(&g->peer_addr, &own->addr) ? session_end(x->w, g, &n.port) : NULL;
            if (!far || !addr_eq(&far->addr, &f->peer_addr) ||
                !speaks_for(x->w, f->peer_asn, n.port) ||
                !speaks_for(x->w, g->peer_asn, m.port) ||
                m.port->instance->index > n.port->instance->index)
                continue;
            m.own = *own;
            n.own = *far;
            m.net = prefix_of(&own->addr, own->len);
            if (join(x, &m, &n))
                return ERR_NOMEM;
        }
    }
    return 0;
}

/* ---- borders: a side that knows its own and the neighbour's address, not their subnet */

/* Does the far port say the same: by a border of its own, or by a subnet with both addresses?
 */
static bool agrees(const struct world *w, const struct port *far, const struct fact_border *f)
{
    if (port_subnet(far, &f->addr))
        return true;
    FOR_ROWS(w, border, BORDER, g)
    if (addr_eq(&g->addr, &f->peer_addr) && addr_eq(&g->peer_addr, &f->addr) &&
        registry_dom((struct world *)w, g->origin->domain) == far->instance->router->dom)
        return true;
    return false;
}

static int join_border(struct wiring *x, const struct fact_border *f)
{
    const struct dom *dom = registry_dom(x->w, f->origin->domain);
    struct member m = {0}, n = {0};
    m.port = topo_port(topo_router(x->w, dom, f->node), f->interface);
    n.port = addr_is_private(&f->peer_addr) ? NULL : topo_port_at(x->w, NULL, &f->peer_addr);
    if (!m.port || !n.port || !f->addr.family || n.port->instance->router->dom == dom ||
        !agrees(x->w, n.port, f))
        return 0;
    const struct ifaddr *own = port_subnet(m.port, &f->addr);
    const struct ifaddr *far = port_subnet(n.port, &f->peer_addr);
    m.own = own ? *own : (struct ifaddr){f->addr, (uint8_t)addr_bits(&f->addr)};
    n.own = far ? *far : (struct ifaddr){f->peer_addr, (uint8_t)addr_bits(&f->peer_addr)};
    m.net = n.net = prefix_of(&f->addr, addr_bits(&f->addr));
    return m.port->instance->index <= n.port->instance->index ? join(x, &m, &n)
                                                              : join(x, &n, &m);
}

static int join_borders(struct wiring *x)
{
    FOR_ROWS(x->w, border, BORDER, f)
    if (f->node && f->interface && f->peer_addr.family && join_border(x, f))
        return ERR_NOMEM;
    return 0;
}

/* ---- declared links */

/* The only wire between two routers; *some: there is one, or several. */
static struct wire *only_wire(struct wiring *x, const struct router *a, const struct router *b,
                              bool *some)
{
    struct wire *found = NULL;
    *some = false;
    for (size_t i = 0; i < x->list.n; i++) {
        const struct router *p = x->list.v[i]->a->instance->router;
        const struct router *q = x->list.v[i]->b->instance->router;
        if ((p == a && q == b) || (p == b && q == a)) {
            *some = true;
            if (found)
                return NULL;
            found = x->list.v[i];
        }
    }
    return found;
}

static struct wire *declared_wire(struct wiring *x, const struct fact_link *f)
{
    const struct dom *da = registry_dom(x->w, f->origin->domain);
    const struct dom *db = f->b_domain ? registry_dom(x->w, f->b_domain) : da;
    struct router *ra = topo_router(x->w, da, f->a_node),
                  *rb = topo_router(x->w, db, f->b_node);
    struct port *pa = topo_port(ra, f->a_interface), *pb = topo_port(rb, f->b_interface);
    if (!ra || !rb)
        return NULL;
    if (!pa || !pb) {
        bool some;
        struct wire *only = only_wire(x, ra, rb, &some);
        bool own = only && only->a->declared && only->b->declared; /* of another such link */
        if (some && !(own && f->name))
            return only;
        pa = topo_port(ra, topo_link_end(x->w, f, true));
        pb = topo_port(rb, topo_link_end(x->w, f, false));
        if (!pa || !pb || !pa->declared || !pb->declared)
            return only;
    }
    return pa->instance->index <= pb->instance->index ? wire_between(x, pa, pb)
                                                      : wire_between(x, pb, pa);
}

static int read_links(struct wiring *x)
{
    FOR_ROWS(x->w, link, LINK, f)
    {
        struct wire *l = declared_wire(x, f);
        if (!l)
            continue;
        bool same = l->a->instance->router ==
                    topo_router(x->w, registry_dom(x->w, f->origin->domain), f->a_node);
        if (!isnan(f->delay) && f->delay >= 0)
            l->delay = f->delay;
        if (f->metric_ab != FACT_NONE)
            *(same ? &l->metric_ab : &l->metric_ba) = f->metric_ab;
        if (f->metric_ba != FACT_NONE)
            *(same ? &l->metric_ba : &l->metric_ab) = f->metric_ba;
        if (f->capacity > 0) {
            l->a->capacity = l->b->capacity = f->capacity;
            l->a->capacity_from = l->b->capacity_from = f->origin;
        }
    }
    return 0;
}

/* ---- capacities: static before configuration before what a device says */

static const char *const bases[] = {"device", "configured", "declared"};

static void take_capacity(struct world *w, struct port *p, int64_t bits, const struct origin *o,
                          const char *basis)
{
    if (p->capacity && p->capacity != bits && p->capacity_from != o)
        disagree(
            w, &(struct disagreement){
                   .kind = "capacity",
                   .subject = world_text(w, "interface %s %s of %s", p->instance->router->name,
                                         p->name, p->instance->router->dom->name),
                   .says_a = world_text(w, "%lld bit/s (%s)", (long long)bits, basis),
                   .says_b = world_text(w, "%lld bit/s", (long long)p->capacity),
                   .a = o,
                   .b = p->capacity_from,
                   .decision = world_text(w, "%s counts", basis)});
    p->capacity = bits;
    p->capacity_from = o;
}

static void read_capacities(struct world *w)
{
    FOR_ROWS(w, interface, INTERFACE, f)
    {
        struct port *p =
            topo_port(topo_router(w, registry_dom(w, f->origin->domain), f->node), f->name);
        if (p && f->speed > 0 && !p->capacity_from)
            take_capacity(w, p, f->speed, f->origin, "device");
    }
    for (size_t rank = 0; rank < 3; rank++)
        FOR_ROWS(w, capacity, CAPACITY, f)
        {
            if (!f->basis || strcmp(f->basis, bases[rank]) || f->bits <= 0)
                continue;
            struct port *p = topo_port(
                topo_router(w, registry_dom(w, f->origin->domain), f->node), f->interface);
            if (p)
                take_capacity(w, p, f->bits, f->origin, bases[rank]);
        }
    FOR_ROWS(w, load, LOAD, f)
    {
        struct port *p = topo_port(topo_router(w, registry_dom(w, f->origin->domain), f->node),
                                   f->interface);
        if (p && f->direction && !strcmp(f->direction, "out"))
            p->load = f->rate;
    }
}

/* Both ends of a link should say the same of it. */
static void compare_ends(struct world *w)
{
    for (size_t i = 0; i < w->n_wires; i++) {
        const struct port *a = w->wires[i]->a, *b = w->wires[i]->b;
        if (!a->capacity || !b->capacity || a->capacity == b->capacity)
            continue;
        disagree(w,
                 &(struct disagreement){
                     .kind = "capacity",
                     .subject = world_text(w, "link %s %s - %s %s", a->instance->router->name,
                                           a->name, b->instance->router->name, b->name),
                     .says_a = world_text(w, "%lld bit/s", (long long)a->capacity),
                     .says_b = world_text(w, "%lld bit/s", (long long)b->capacity),
                     .a = a->capacity_from,
                     .b = b->capacity_from,
                     .decision = "each end counts for what it sends"});
    }
}

/* ---- finish */

static int cmp_wire(const void *va, const void *vb)
{
    const struct wire *a = *(struct wire *const *)va, *b = *(struct wire *const *)vb;
    const struct port *pa[2] = {a->a, a->b}, *pb[2] = {b->a, b->b};
    for (int i = 0; i < 2; i++) {
        uint32_t x = pa[i]->instance->index, y = pb[i]->instance->index;
        int c = x != y ? (x > y) - (x < y) : str_natural_cmp(pa[i]->name, pb[i]->name);
        if (c)
            return c;
    }
    return 0;
}

static int attach(struct world *w, struct port *p, struct wire *l)
{
    struct wire **v = ARENA_ARRAY(w->arena, p->n_wires + 1, struct wire *);
    if (!v)
        return ERR_NOMEM;
    if (p->n_wires)
        memcpy(v, p->wires, p->n_wires * sizeof(*v));
    v[p->n_wires++] = l;
    p->wires = v;
    return 0;
}

static int number_wires(struct wiring *x)
{
    struct world *w = x->w;
    if (x->list.n)
        qsort(x->list.v, x->list.n, sizeof(*x->list.v), cmp_wire);
    w->wires = ARENA_ARRAY(w->arena, x->list.n + 1, struct wire *);
    if (!w->wires)
        return ERR_NOMEM;
    for (size_t i = 0; i < x->list.n; i++) {
        struct wire *l = w->wires[w->n_wires] = x->list.v[i];
        l->index = (uint32_t)w->n_wires++;
        if (attach(w, l->a, l) || attach(w, l->b, l))
            return ERR_NOMEM;
    }
    return 0;
}

int wires_build(struct world *w, struct err *e)
{
    struct wiring x = {.w = w, .by_ports = map_new()};
    int rc = x.by_ports ? 0 : ERR_NOMEM;
    read_capacities(w);
    if (rc || (rc = collect_members(&x)) || (rc = join_subnets(&x)) ||
        (rc = join_private_sessions(&x)) || (rc = join_borders(&x)) || (rc = read_links(&x)) ||
        (rc = number_wires(&x)))
        err_set(e, rc, "out of memory while joining links");
    else
        compare_ends(w);
    map_free(&x.by_ports);
    VEC_FREE(&x.members);
    VEC_FREE(&x.list);
    return rc;
}
