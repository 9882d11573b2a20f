/* SPDX-License-Identifier: Apache-2.0 */
/* Every prefix that some routing table may hold, numbered, so that tables are arrays. */
#include <stdlib.h>
#include <string.h>

#include "aggregator/world.h"

struct prefixes {
    VEC(struct prefix);
};

static int add(struct prefixes *ps, const struct prefix *p)
{
    struct prefix *n = p->addr.family ? VEC_PUSH(ps) : NULL;
    if (n)
        *n = *p;
    return n || !p->addr.family ? 0 : ERR_NOMEM;
}

static int collect(const struct world *w, struct prefixes *ps)
{
    int rc = 0;
    for (unsigned family = 4; family <= 6; family += 2) {
        struct prefix all = {.addr = {.family = (uint8_t)family}};
        rc = rc ? rc : add(ps, &all);
    }
    for (size_t i = 0; !rc && i < w->n_ports; i++)
        for (size_t k = 0; !rc && k < w->ports[i]->n_addrs; k++) {
            struct prefix p = prefix_of(&w->ports[i]->addrs[k].addr, w->ports[i]->addrs[k].len);
            rc = addr_is_special(&p.addr) && p.len ? 0 : add(ps, &p);
            struct prefix host =
                prefix_of(&w->ports[i]->addrs[k].addr, addr_bits(&w->ports[i]->addrs[k].addr));
            if (!rc && w->ports[i]->loopback && !prefix_eq(&host, &p) &&
                !addr_is_special(&p.addr))
                rc = add(ps, &host); /* as OSPF announces it */
        }
    for (size_t i = 0; i < w->n_doms; i++)
        for (size_t k = 0; !rc && k < w->doms[i]->n_prefixes; k++)
            rc = add(ps, &w->doms[i]->prefixes[k]);
    FOR_ROWS(w, route, ROUTE, f) rc = rc ? rc : add(ps, &f->prefix);
    FOR_ROWS(w, origination, ORIGINATION, f) rc = rc ? rc : add(ps, &f->prefix);
    return rc;
}

static int cmp(const void *a, const void *b)
{
    return prefix_cmp(a, b);
}

static int list_ports(struct world *w)
{
    w->ports_on = ARENA_ARRAY(w->arena, w->n_prefixes + 1, struct port **);
    size_t *n = w->ports_on ? calloc(w->n_prefixes + 1, sizeof(*n)) : NULL;
    int rc = n ? 0 : ERR_NOMEM;
    for (size_t i = 0; !rc && i < w->n_ports; i++) {
        struct port *p = w->ports[i];
        for (size_t k = 0; !rc && k < p->n_addrs && !p->down; k++) {
            struct prefix net = prefix_of(&p->addrs[k].addr, p->addrs[k].len);
            uint32_t id = universe_id(w, &net);
            if (id == NOWHERE || (n[id] && w->ports_on[id][n[id] - 1] == p))
                continue;
            struct port **v = ARENA_ARRAY(w->arena, n[id] + 2, struct port *);
            if (!v) {
                rc = ERR_NOMEM;
                break;
            }
            if (n[id])
                memcpy(v, w->ports_on[id], n[id] * sizeof(*v));
            v[n[id]++] = p;
            w->ports_on[id] = v;
        }
    }
    free(n);
    return rc;
}

struct port *const *universe_network(const struct world *w, const struct addr *a)
{
    uint32_t ids[129];
    size_t n = lpm_all(w->universe, a, ids, 129);
    for (size_t i = 0; i < n; i++)
        if (w->ports_on[ids[i]] && w->prefixes[ids[i]].len < addr_bits(a) &&
            !w->ports_on[ids[i]][0]->loopback)
            return w->ports_on[ids[i]];
    return NULL;
}

int universe_build(struct world *w, struct err *e)
{
    struct prefixes ps = {0};
    w->universe = lpm_new();
    int rc = w->universe ? collect(w, &ps) : ERR_NOMEM;
    if (rc)
        goto out;
    qsort(ps.v, ps.n, sizeof(*ps.v), cmp);
    size_t n = 0;
    for (size_t i = 0; i < ps.n; i++)
        if (!n || !prefix_eq(&ps.v[n - 1], &ps.v[i]))
            ps.v[n++] = ps.v[i];
    w->n_prefixes = n;
    w->prefixes = arena_dup(w->arena, ps.v, n * sizeof(*ps.v));
    rc = w->prefixes ? 0 : ERR_NOMEM;
    for (size_t i = 0; !rc && i < n; i++)
        rc = lpm_set(w->universe, &w->prefixes[i], (uint32_t)i);
    if (!rc)
        rc = list_ports(w);
out:
    VEC_FREE(&ps);
    return rc ? err_set(e, rc, "out of memory while numbering prefixes") : 0;
}

uint32_t universe_id(const struct world *w, const struct prefix *p)
{
    uint32_t id = lpm_exact(w->universe, p);
    return id == LPM_NONE ? NOWHERE : id;
}
