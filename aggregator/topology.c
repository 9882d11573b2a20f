/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes, their routing instances and ports, from node, interface and other facts that name a
 * router.
 *
 * Several sources may tell of one interface (its configuration, a looking glass): addresses are
 * joined, and it is down when any of them says so. A router is named within its domain; two
 * domains may use the same name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/world.h"

struct router_list {
    VEC(struct router *);
};

struct addr_key {
    uint32_t scope; /* domain index + 1 for private space, 0 for the Internet's */
    struct addr addr;
};

static const char *table_name(const char *table)
{
    return !table || !strcmp(table, "default") ? "" : table;
}

/* ---- look-ups */

struct router *topo_router(const struct world *w, const struct dom *d, const char *name)
{
    size_t lo = 0, hi = w->n_routers;
    while (d && name && lo < hi) {
        size_t mid = (lo + hi) / 2;
        struct router *r = w->routers[mid];
        int c = r->dom == d ? str_natural_cmp(r->name, name) : strcmp(r->dom->name, d->name);
        if (c == 0)
            return r;
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

struct instance *topo_instance(const struct router *r, const char *table)
{
    table = table_name(table);
    for (size_t i = 0; r && i < r->n_instances; i++)
        if (!strcmp(r->instances[i]->table, table))
            return r->instances[i];
    return NULL;
}

struct port *instance_port(const struct instance *in, const char *name)
{
    for (size_t i = 0; in && name && i < in->n_ports; i++)
        if (!strcmp(in->ports[i]->name, name))
            return in->ports[i];
    return NULL;
}

struct port *topo_port(const struct router *r, const char *name)
{
    struct port *p = NULL;
    for (size_t i = 0; r && !p && i < r->n_instances; i++)
        p = instance_port(r->instances[i], name);
    return p;
}

/* In place, padding cleared: keys are compared byte by byte. */
static void make_key(struct addr_key *k, const struct dom *dom, const struct addr *a)
{
    memset(k, 0, sizeof(*k));
    k->scope = addr_is_private(a) || addr_is_special(a) ? (dom ? dom->index + 1 : NOWHERE) : 0;
    k->addr.family = a->family;
    memcpy(k->addr.b, a->b, sizeof(a->b));
}

struct port *topo_port_at(const struct world *w, const struct dom *dom, const struct addr *a)
{
    struct addr_key k;
    make_key(&k, dom, a);
    const union map_value *v = map_get(w->port_by_addr, &k, sizeof(k));
    return v ? v->p : NULL;
}

const struct ifaddr *port_subnet(const struct port *p, const struct addr *a)
{
    for (size_t i = 0; i < p->n_addrs; i++) {
        struct prefix net = prefix_of(&p->addrs[i].addr, p->addrs[i].len);
        if (prefix_has(&net, a))
            return &p->addrs[i];
    }
    return NULL;
}

const struct ifaddr *port_addr(const struct port *p, unsigned family)
{
    for (size_t i = 0; i < p->n_addrs; i++)
        if (p->addrs[i].addr.family == family && !addr_is_special(&p->addrs[i].addr))
            return &p->addrs[i];
    return NULL;
}

/* ---- building */

/* A declared router has the networks of that site. */
struct stand {
    const struct dom *dom;
    const char *site;
    struct router *router;
};

struct builder {
    struct world *w;
    struct map *routers; /* "domain\1node" -> struct router */
    struct router_list list;
    struct {
        VEC(struct stand);
    } stands;    /* by domain and site */
    bool failed; /* out of memory */
};

#define ROUTER_KEY 1024

/* How long the key is; 0 for no name, or one that is too long to be true. */
static size_t router_key(char key[ROUTER_KEY], const char *domain, const char *node)
{
    if (!node || !*node)
        return 0;
    int n = snprintf(key, ROUTER_KEY, "%s%c%s", domain, 1, node);
    return n < 0 || n >= ROUTER_KEY ? 0 : (size_t)n;
}

/* The router of that name if there is one. */
static struct router *router_named(const struct builder *b, const char *domain,
                                   const char *node)
{
    char key[ROUTER_KEY];
    size_t n = router_key(key, domain, node);
    const union map_value *at = n ? map_get(b->routers, key, n) : NULL;
    return at ? at->p : NULL;
}

/* The router of that name, made if new; or NULL. */
static struct router *router_at(struct builder *b, const char *domain, const char *node)
{
    char key[ROUTER_KEY];
    size_t n = router_key(key, domain, node);
    if (!n)
        return NULL;
    union map_value *at = map_at(b->routers, key, n);
    b->failed = b->failed || !at;
    if (!at || at->p)
        return at ? at->p : NULL;
    struct router *r = ARENA_NEW(b->w->arena, struct router);
    struct router **slot = r ? VEC_PUSH(&b->list) : NULL;
    b->failed = b->failed || !slot;
    if (!slot)
        return NULL;
    r->name = node;
    r->dom = registry_dom(b->w, domain);
    r->dom->has_nodes = true;
    at->p = *slot = r;
    return r;
}

/* Room for element n; doubles at powers of two. */
static void *grown(struct arena *a, void *old, size_t n, size_t size)
{
    if (n & (n - 1))
        return old;
    void *v = arena_array(a, n ? n * 2 : 1, size);
    if (v && n)
        memcpy(v, old, n * size);
    return v;
}

static struct instance *instance_at(struct builder *b, struct router *r, const char *table)
{
    struct instance *in = topo_instance(r, table);
    if (in || !r)
        return in;
    in = ARENA_NEW(b->w->arena, struct instance);
    struct instance **v = ARENA_ARRAY(b->w->arena, r->n_instances + 1, struct instance *);
    if (!in || !v)
        return NULL;
    if (r->n_instances)
        memcpy(v, r->instances, r->n_instances * sizeof(*v));
    in->router = r;
    in->table = table_name(table);
    v[r->n_instances++] = in;
    r->instances = v;
    return in;
}

static struct port *port_at(struct builder *b, struct router *r, const char *name,
                            const char *table)
{
    struct port *p = topo_port(r, name);
    if (p)
        return p;
    struct instance *in = instance_at(b, r, table);
    p = in ? ARENA_NEW(b->w->arena, struct port) : NULL;
    if (!p || !(in->ports = grown(b->w->arena, in->ports, in->n_ports, sizeof(*in->ports))))
        return NULL;
    p->instance = in;
    p->name = name;
    p->load = NAN;
    in->ports[in->n_ports++] = p;
    return p;
}

static bool port_has(const struct port *p, const struct ifaddr *a)
{
    for (size_t i = 0; i < p->n_addrs; i++)
        if (addr_eq(&p->addrs[i].addr, &a->addr))
            return true;
    return false;
}

static int add_addrs(struct builder *b, struct port *p, const struct ifaddrs_list *list)
{
    struct ifaddr *v = ARENA_ARRAY(b->w->arena, p->n_addrs + list->n + 1, struct ifaddr);
    if (!v)
        return ERR_NOMEM;
    if (p->n_addrs)
        memcpy(v, p->addrs, p->n_addrs * sizeof(*v));
    p->addrs = v;
    for (size_t i = 0; i < list->n; i++)
        if (!port_has(p, &list->v[i]))
            v[p->n_addrs++] = list->v[i];
    return 0;
}

static int read_interfaces(struct builder *b)
{
    FOR_ROWS(b->w, interface, INTERFACE, f)
    {
        struct router *r = router_at(b, f->origin->domain, f->node);
        if (!r || !f->name || !*f->name)
            continue; /* nothing to know it by */
        struct port *p = port_at(b, r, f->name, f->table);
        if (!p || add_addrs(b, p, &f->addrs))
            return ERR_NOMEM;
        p->down = p->down || f->up == 0;
        p->mtu = f->mtu != FACT_NONE ? f->mtu : p->mtu;
        p->loopback =
            p->loopback || (f->kind && !strcmp(f->kind, "loopback")) || !strcmp(f->name, "lo");
        if (!p->origin)
            p->origin = f->origin;
        if (f->origin->kind && !strcmp(f->origin->kind, "config"))
            r->configured = b->w->configured = true;
    }
    return 0;
}

static int add_table(struct builder *b, const char *domain, const char *node, const char *table)
{
    struct router *r = router_at(b, domain, node);
    return r && !instance_at(b, r, table) ? ERR_NOMEM : 0;
}

/* Only who declares links gives them names; what a protocol saw has none. */
static bool is_declared(const struct fact_link *f)
{
    return f->name || (f->protocol && !strcmp(f->protocol, "declared"));
}

const char *topo_link_end(struct world *w, const struct fact_link *f, bool first)
{
    const char *name = first ? f->a_interface : f->b_interface;
    bool is_link = f->name || f->capacity > 0 || f->metric_ab != FACT_NONE ||
                   f->metric_ba != FACT_NONE || isnan(f->delay); /* else only a remark on one */
    if (name && *name)
        return name;
    if (!is_link || (f->protocol && !is_declared(f)))
        return NULL;
    return f->name ? f->name : world_text(w, "to %s", first ? f->b_node : f->a_node);
}

/* One end of a link. Where only declarations tell of a router, they are all it has. */
static int add_end(struct builder *b, const struct fact_link *f, bool first)
{
    const char *domain = first || !f->b_domain ? f->origin->domain : f->b_domain;
    const char *given = first ? f->a_interface : f->b_interface;
    struct router *r = router_at(b, domain, first ? f->a_node : f->b_node);
    const char *name = r ? topo_link_end(b->w, f, first) : NULL;
    bool has_interface = given && *given;
    if (!name || (r->configured && !has_interface))
        return 0;
    struct port *p = port_at(b, r, name, NULL);
    if (!p)
        return ERR_NOMEM;
    if (!r->configured && f->protocol &&
        (!has_interface ? is_declared(f) : !strcmp(f->protocol, "declared")))
        p->declared = r->declared = true;
    return 0;
}

/* ---- sites */

static int cmp_stand(const void *va, const void *vb)
{
    const struct stand *a = va, *b = vb;
    int c = strcmp(a->dom->name, b->dom->name);
    return c ? c : strcmp(a->site, b->site);
}

static int cmp_stand_router(const void *va, const void *vb)
{
    const struct stand *a = va, *b = vb;
    int c = cmp_stand(a, b);
    return c ? c : strcmp(a->router->name, b->router->name);
}

static bool has_sites(const struct router *r)
{
    return r && r->declared && !r->configured;
}

static int add_stand(struct builder *b, struct router *r, const char *site)
{
    if (!site || !has_sites(r))
        return 0;
    struct stand *s = VEC_PUSH(&b->stands);
    if (!s)
        return ERR_NOMEM;
    *s = (struct stand){r->dom, site, r};
    return 0;
}

/* Which routers stand at which sites: as the routers say, and as any fact of the site does. */
static int collect_stands(struct builder *b)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < b->list.n; i++)
        rc = add_stand(b, b->list.v[i], b->list.v[i]->site);
    FOR_ROWS(b->w, site, SITE, f)
    if (rc == 0)
        rc = add_stand(b, router_named(b, f->origin->domain, f->node), f->name);
    size_t kept = 0;
    if (b->stands.n)
        qsort(b->stands.v, b->stands.n, sizeof(*b->stands.v), cmp_stand_router);
    for (size_t i = 0; i < b->stands.n; i++)
        if (kept == 0 || cmp_stand_router(&b->stands.v[kept - 1], &b->stands.v[i]) != 0)
            b->stands.v[kept++] = b->stands.v[i];
    b->stands.n = kept;
    return rc;
}

/* The first one of the site, or where it would stand. */
static size_t first_stand(const struct builder *b, const struct stand *site)
{
    size_t lo = 0, hi = b->stands.n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (cmp_stand(&b->stands.v[mid], site) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* A declared router has the networks of its site on an interface named after it. */
static int add_site(struct builder *b, struct router *r, const struct fact_site *f)
{
    struct ifaddrs_list list = {ARENA_ARRAY(b->w->scratch, f->prefixes.n + 1, struct ifaddr),
                                0};
    struct prefix net;
    if (!list.v)
        return ERR_NOMEM;
    for (size_t i = 0; i < f->prefixes.n; i++)
        if (prefix_parse(slice_of(f->prefixes.v[i]), &net))
            list.v[list.n++] = (struct ifaddr){net.addr, net.len};
    struct port *p = list.n ? port_at(b, r, world_text(b->w, "site %s", f->name), NULL) : NULL;
    if (list.n == 0)
        return 0;
    if (!p || add_addrs(b, p, &list))
        return ERR_NOMEM;
    p->declared = p->site = true;
    if (!p->origin)
        p->origin = f->origin;
    return 0;
}

/* The router that the fact names, else all that stand at the site. */
static int read_site(struct builder *b, const struct fact_site *f)
{
    const struct stand site = {registry_dom(b->w, f->origin->domain), f->name, NULL};
    int rc = 0;
    if (f->node) {
        struct router *r = router_named(b, f->origin->domain, f->node);
        return has_sites(r) ? add_site(b, r, f) : 0;
    }
    for (size_t i = first_stand(b, &site);
         rc == 0 && i < b->stands.n && cmp_stand(&b->stands.v[i], &site) == 0; i++)
        rc = add_site(b, b->stands.v[i].router, f);
    return rc;
}

static int read_sites(struct builder *b)
{
    int rc = collect_stands(b);
    FOR_ROWS(b->w, site, SITE, f)
    if (rc == 0 && f->name && f->prefixes.n)
        rc = read_site(b, f);
    return rc;
}

/* ---- nodes and borders */

static int read_nodes(struct builder *b)
{
    FOR_ROWS(b->w, node, NODE, f)
    {
        struct router *r = router_at(b, f->origin->domain, f->node);
        if (r && !instance_at(b, r, ""))
            return ERR_NOMEM;
        if (r && f->site)
            r->site = f->site;
        if (r && f->platform)
            r->platform = f->platform;
    }
    FOR_ROWS(b->w, route, ROUTE, f)
    if (add_table(b, f->origin->domain, f->node, f->table))
        return ERR_NOMEM;
    FOR_ROWS(b->w, bgp, BGP, f)
    if (add_table(b, f->origin->domain, f->node, f->table))
        return ERR_NOMEM;
    FOR_ROWS(b->w, link, LINK, f)
    if (add_end(b, f, true) || add_end(b, f, false))
        return ERR_NOMEM;
    return 0;
}

static int read_borders(struct builder *b)
{
    FOR_ROWS(b->w, border, BORDER, f)
    {
        struct router *r = router_at(b, f->origin->domain, f->node);
        struct port *p = r && f->interface ? port_at(b, r, f->interface, NULL) : NULL;
        if (!p || !f->addr.family)
            continue;
        struct ifaddr own = {f->addr, f->addr.family == 4 ? 32 : 128};
        struct ifaddrs_list one = {&own, 1};
        if (!port_has(p, &own) && add_addrs(b, p, &one))
            return ERR_NOMEM;
    }
    return 0;
}

static int cmp_router(const void *va, const void *vb)
{
    const struct router *a = *(struct router *const *)va, *b = *(struct router *const *)vb;
    int c = strcmp(a->dom->name, b->dom->name);
    return c ? c : str_natural_cmp(a->name, b->name);
}

static int cmp_instance(const void *va, const void *vb)
{
    return strcmp((*(struct instance *const *)va)->table,
                  (*(struct instance *const *)vb)->table);
}

static int cmp_port(const void *va, const void *vb)
{
    return str_natural_cmp((*(struct port *const *)va)->name,
                           (*(struct port *const *)vb)->name);
}

static int cmp_ifaddr(const void *va, const void *vb)
{
    const struct ifaddr *a = va, *b = vb;
    int c = addr_cmp(&a->addr, &b->addr);
    return c ? c : (int)a->len - (int)b->len;
}

/* Gives indices in canonical order: domain, router, table, port. */
static int number_all(struct builder *b)
{
    struct world *w = b->w;
    w->n_routers = b->list.n;
    w->routers = arena_dup(w->arena, b->list.v, b->list.n * sizeof(*b->list.v));
    if (b->list.n && !w->routers)
        return ERR_NOMEM;
    if (w->n_routers)
        qsort(w->routers, w->n_routers, sizeof(*w->routers), cmp_router);
    for (size_t i = 0; i < w->n_routers; i++) {
        struct router *r = w->routers[i];
        r->index = (uint32_t)i;
        if (r->n_instances)
            qsort(r->instances, r->n_instances, sizeof(*r->instances), cmp_instance);
        w->n_instances += r->n_instances;
        for (size_t k = 0; k < r->n_instances; k++)
            w->n_ports += r->instances[k]->n_ports;
    }
    w->instances = ARENA_ARRAY(w->arena, w->n_instances + 1, struct instance *);
    w->ports = ARENA_ARRAY(w->arena, w->n_ports + 1, struct port *);
    if (!w->instances || !w->ports)
        return ERR_NOMEM;
    w->n_instances = w->n_ports = 0;
    for (size_t i = 0; i < w->n_routers; i++)
        for (size_t k = 0; k < w->routers[i]->n_instances; k++) {
            struct instance *in = w->routers[i]->instances[k];
            in->index = (uint32_t)w->n_instances;
            w->instances[w->n_instances++] = in;
            if (in->n_ports)
                qsort(in->ports, in->n_ports, sizeof(*in->ports), cmp_port);
            for (size_t p = 0; p < in->n_ports; p++) {
                in->ports[p]->index = (uint32_t)w->n_ports;
                w->ports[w->n_ports++] = in->ports[p];
                if (in->ports[p]->n_addrs)
                    qsort(in->ports[p]->addrs, in->ports[p]->n_addrs, sizeof(struct ifaddr),
                          cmp_ifaddr);
            }
        }
    return 0;
}

static void report_duplicate(struct world *w, const struct addr *a, const struct port *p,
                             const struct port *q)
{
    char text[ADDR_TEXT];
    disagree(w, &(struct disagreement){
                    .kind = "address",
                    .subject = addr_format(a, text),
                    .says_a = world_text(w, "%s %s", p->instance->router->name, p->name),
                    .says_b = world_text(w, "%s %s", q->instance->router->name, q->name),
                    .a = p->origin,
                    .b = q->origin,
                    .decision = "neither is used to tell a router by this address"});
}

static int index_addresses(struct world *w)
{
    w->port_by_addr = map_new();
    struct map *taken = map_new();
    int rc = w->port_by_addr && taken ? 0 : ERR_NOMEM;
    for (size_t i = 0; !rc && i < w->n_ports; i++)
        for (size_t k = 0; !rc && k < w->ports[i]->n_addrs; k++) {
            struct port *p = w->ports[i];
            if (addr_is_special(&p->addrs[k].addr))
                continue;
            struct addr_key key;
            make_key(&key, p->instance->router->dom, &p->addrs[k].addr);
            union map_value *first = map_at(taken, &key, sizeof(key));
            union map_value *at = map_at(w->port_by_addr, &key, sizeof(key));
            if (!first || !at) {
                rc = ERR_NOMEM;
            } else if (!first->p) {
                first->p = at->p = p;
            } else if (((struct port *)first->p)->instance->router != p->instance->router) {
                if (at->p)
                    report_duplicate(w, &p->addrs[k].addr, first->p, p);
                at->p = NULL;
            }
        }
    map_free(&taken);
    return rc;
}

int topology_build(struct world *w, struct err *e)
{
    struct builder b = {.w = w, .routers = map_new()};
    int rc = b.routers ? 0 : ERR_NOMEM;
    if (rc || (rc = read_interfaces(&b)) || (rc = read_nodes(&b)) || (rc = read_borders(&b)) ||
        (rc = read_sites(&b)) || (rc = b.failed ? ERR_NOMEM : 0) || (rc = number_all(&b)) ||
        (rc = index_addresses(w)))
        err_set(e, rc, "out of memory while joining nodes and interfaces");
    map_free(&b.routers);
    VEC_FREE(&b.list);
    VEC_FREE(&b.stands);
    return rc;
}
