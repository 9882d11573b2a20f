/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rucio/places.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/vec.h"

/* While places are collected: the addresses of one. */
struct gathering {
    struct place place;
    struct {
        VEC(struct addr);
    } addrs;
};

/* Names of one sort. */
struct names {
    struct map *by_name; /* -> struct gathering */
    const struct place **sorted;
    size_t n;
};

struct places {
    struct arena *arena;
    const struct lpm *pid_of;
    struct names hosts, sites, rses;
    bool failed; /* memory */
};

static bool has(const struct gathering *g, const struct addr *addr)
{
    for (size_t i = 0; i < g->addrs.n; i++) {
        if (addr_eq(&g->addrs.v[i], addr))
            return true;
    }
    return false;
}

/* The entry of a name, made when it is new. NULL: no memory. */
static struct gathering *entry(struct places *p, struct names *r, const char *name)
{
    union map_value *at = map_at_str(r->by_name, name);
    if (at && !at->p) {
        struct gathering *g = ARENA_NEW(p->arena, struct gathering);
        if (g)
            g->place.name = name;
        at->p = g;
    }
    if (!at || !at->p)
        p->failed = true;
    return at ? at->p : NULL;
}

static void add(struct places *p, struct gathering *g, const struct addr *addr)
{
    if (!g || addr_is_special(addr) || has(g, addr))
        return;
    struct addr *to = VEC_PUSH(&g->addrs);
    if (to)
        *to = *addr;
    else
        p->failed = true;
}

/* An address of a prefix that a host could have. */
static struct addr inside(const struct prefix *prefix)
{
    struct addr a = prefix->addr;
    unsigned bits = addr_bits(&a);
    if (prefix->len < bits)
        a.b[bits / 8 - 1] |= 1;
    return a;
}

/* Is there an address of the same PID and family? One stands for all of them. */
static bool stands_for(const struct places *p, const struct gathering *g, const struct addr *a)
{
    uint32_t pid = lpm_find(p->pid_of, a, NULL);
    for (size_t i = 0; pid != LPM_NONE && i < g->addrs.n; i++) {
        const struct addr *other = &g->addrs.v[i];
        if (other->family == a->family && lpm_find(p->pid_of, other, NULL) == pid)
            return true;
    }
    return false;
}

static void add_prefixes(struct places *p, struct gathering *g, const struct prefix *v,
                         size_t n)
{
    for (size_t i = 0; g && i < n; i++) {
        struct addr a = inside(&v[i]);
        if (!stands_for(p, g, &a))
            add(p, g, &a);
    }
}

/* --- the sources, in the order in which they count --- */

static void take_configured(struct places *p, const struct rucio_settings *r)
{
    for (size_t i = 0; i < r->n_hosts; i++) {
        struct gathering *g = entry(p, &p->hosts, r->hosts[i].name);
        for (size_t k = 0; g && k < r->hosts[i].n; k++)
            add(p, g, &r->hosts[i].addrs[k]);
    }
}

/* What the facts say of a host that the configuration has addresses of still describes it. */
static void take_host(struct places *p, const struct snap_endpoint *e, const char *host)
{
    const char *key = rucio_host_key(slice_of(host), p->arena);
    struct gathering *g = key ? entry(p, &p->hosts, key) : NULL;
    if (!g) {
        p->failed = true;
        return;
    }
    bool mapped = g->addrs.n > 0 && g->place.source == PLACE_MAP;
    g->place.rse = g->place.rse ? g->place.rse : e->rse;
    g->place.site = g->place.site ? g->place.site : e->site;
    g->place.domain = g->place.domain ? g->place.domain : e->domain;
    if (mapped)
        return;
    g->place.source = PLACE_FACTS;
    for (size_t i = 0; i < e->n_addrs; i++)
        add(p, g, &e->addrs[i]);
}

static void take_hosts(struct places *p, const struct snap_endpoint *e)
{
    for (size_t i = 0; i < e->n_hosts; i++)
        take_host(p, e, e->hosts[i]);
    if (e->n_hosts == 0)
        take_host(p, e, e->name);
}

static void add_host(struct places *p, struct gathering *g, const char *host)
{
    const char *key = rucio_host_key(slice_of(host), p->arena);
    const union map_value *at = key ? map_get_str(p->hosts.by_name, key) : NULL;
    const struct gathering *known = at ? at->cp : NULL;
    p->failed |= !key;
    for (size_t i = 0; known && i < known->addrs.n; i++)
        add(p, g, &known->addrs.v[i]);
}

/* An endpoint is where its hosts are, which others than the facts may know better. */
static void add_hosts(struct places *p, struct gathering *g, const struct snap_endpoint *e)
{
    for (size_t i = 0; i < e->n_hosts; i++)
        add_host(p, g, e->hosts[i]);
    if (e->n_hosts == 0)
        add_host(p, g, e->name);
}

/* Once all hosts are settled. */
static void take_rse(struct places *p, const struct snap_endpoint *e)
{
    struct gathering *rse = e->rse ? entry(p, &p->rses, e->rse) : NULL;
    if (!rse)
        return;
    add_hosts(p, rse, e);
    if (!rse->place.site)
        rse->place.site = e->site;
}

/* A site without networks is where its storage is. */
static void take_site_storage(struct places *p, const struct snapshot *s)
{
    for (size_t i = 0; i < s->n_endpoints; i++) {
        const struct snap_endpoint *e = &s->endpoints[i];
        const union map_value *at = e->site ? map_get_str(p->sites.by_name, e->site) : NULL;
        struct gathering *site = at ? at->p : NULL;
        if (!e->site || (site && site->addrs.n > 0 && site->place.source != PLACE_MAP))
            continue;
        site = entry(p, &p->sites, e->site);
        if (site) /* marked, so that further storage of it counts as well */
            site->place.source = PLACE_MAP;
        if (site)
            add_hosts(p, site, e);
    }
    for (size_t i = 0; i < map_count(p->sites.by_name); i++) {
        struct gathering *site = map_entry(p->sites.by_name, i)->value.p;
        if (site && site->place.source == PLACE_MAP)
            site->place.source = PLACE_FACTS;
    }
}

static void take_facts(struct places *p, const struct snapshot *s)
{
    for (size_t i = 0; i < s->n_sites; i++) {
        struct gathering *g = entry(p, &p->sites, s->sites[i].name);
        if (!g)
            return;
        g->place.source = PLACE_FACTS;
        g->place.domain = s->sites[i].domain;
        add_prefixes(p, g, s->sites[i].prefixes, s->sites[i].n_prefixes);
    }
    for (size_t i = 0; i < s->n_endpoints; i++)
        take_hosts(p, &s->endpoints[i]);
    take_site_storage(p, s);
}

static void take_cric_site(struct places *p, const struct rucio_cric_site *c)
{
    if (c->n_networks == 0)
        return;
    const union map_value *at = map_get_str(p->sites.by_name, c->name);
    struct gathering *known = at ? at->p : NULL;
    struct gathering *site = known ? known : entry(p, &p->sites, c->name);
    if (site && site->addrs.n == 0) {
        site->place.source = PLACE_CRIC;
        add_prefixes(p, site, c->networks, c->n_networks);
    }
    /* CRIC has no addresses of hosts: they are somewhere in the networks of their site. */
    for (size_t i = 0; i < c->n_hosts; i++) {
        struct gathering *g = entry(p, &p->hosts, c->hosts[i]);
        if (!g || g->addrs.n > 0)
            continue;
        g->place.source = PLACE_CRIC;
        g->place.site = c->name;
        add_prefixes(p, g, c->networks, c->n_networks);
    }
}

/* Those that the configuration names, by addresses that are known by now. */
static void take_rses(struct places *p, const struct rucio_settings *r)
{
    for (size_t i = 0; i < r->n_rses; i++) {
        struct gathering *rse = entry(p, &p->rses, r->rses[i].name);
        for (size_t k = 0; rse && k < r->rses[i].n_hosts; k++)
            add_host(p, rse, r->rses[i].hosts[k]);
    }
}

/* --- putting it together --- */

static int by_name(const void *a, const void *b)
{
    const struct place *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static void settle(struct places *p, struct names *r)
{
    r->n = map_count(r->by_name);
    r->sorted = ARENA_ARRAY(p->arena, r->n + 1, const struct place *);
    for (size_t i = 0; i < r->n; i++) {
        struct gathering *g = map_entry(r->by_name, i)->value.p;
        if (!g || !r->sorted) {
            p->failed = true;
            return;
        }
        g->place.n = g->addrs.n;
        g->place.addrs = g->addrs.n > 0
                             ? arena_dup(p->arena, g->addrs.v, g->addrs.n * sizeof(*g->addrs.v))
                             : NULL;
        p->failed |= g->addrs.n > 0 && !g->place.addrs;
        r->sorted[i] = &g->place;
    }
    qsort(r->sorted, r->n, sizeof(*r->sorted), by_name);
}

static void forget_lists(struct names *r)
{
    for (size_t i = 0; r->by_name && i < map_count(r->by_name); i++) {
        struct gathering *g = map_entry(r->by_name, i)->value.p;
        if (g)
            VEC_FREE(&g->addrs);
    }
}

int places_new(struct places **out, const struct snapshot *s, const struct rucio_settings *r,
               struct arena *a, struct err *e)
{
    struct places *p = ARENA_NEW(a, struct places);
    *out = p;
    if (!p)
        return err_set(e, ERR_NOMEM, "no memory for names of hosts");
    struct names *const all[] = {&p->hosts, &p->sites, &p->rses};
    p->arena = a;
    p->pid_of = s->pid_of;
    for (size_t i = 0; i < 3; i++) {
        all[i]->by_name = map_new();
        p->failed |= !all[i]->by_name;
    }
    if (!p->failed) {
        take_configured(p, r);
        take_facts(p, s);
        for (size_t i = 0; i < r->n_cric; i++)
            take_cric_site(p, &r->cric[i]);
        for (size_t i = 0; i < s->n_endpoints; i++)
            take_rse(p, &s->endpoints[i]);
        take_rses(p, r);
    }
    for (size_t i = 0; i < 3; i++) {
        if (!p->failed)
            settle(p, all[i]);
        forget_lists(all[i]);
    }
    if (!p->failed)
        return 0;
    places_free(out);
    return err_set(e, ERR_NOMEM, "no memory for names of hosts");
}

void places_free(struct places **p)
{
    if (!*p)
        return;
    map_free(&(*p)->hosts.by_name);
    map_free(&(*p)->sites.by_name);
    map_free(&(*p)->rses.by_name);
    *p = NULL;
}

static const struct place *find(const struct names *r, const char *name)
{
    const union map_value *at = map_get_str(r->by_name, name);
    const struct gathering *g = at ? at->cp : NULL;
    return g ? &g->place : NULL;
}

const struct place *places_host(const struct places *p, const char *key)
{
    return find(&p->hosts, key);
}

const struct place *places_site(const struct places *p, const char *name)
{
    return find(&p->sites, name);
}

size_t places_sites(const struct places *p, const struct place *const **v)
{
    *v = p->sites.sorted;
    return p->sites.n;
}

size_t places_rses(const struct places *p, const struct place *const **v)
{
    *v = p->rses.sorted;
    return p->rses.n;
}

const char *place_source_name(enum place_source s)
{
    switch (s) {
    case PLACE_MAP:
        return "configuration";
    case PLACE_FACTS:
        return "facts";
    case PLACE_CRIC:
        return "cric";
    case PLACE_DNS:
        return "dns";
    case PLACE_LITERAL:
        break;
    }
    return "address";
}
