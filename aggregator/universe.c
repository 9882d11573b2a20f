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
        }
    FOR_ROWS(w, route, ROUTE, f) rc = rc ? rc : add(ps, &f->prefix);
    FOR_ROWS(w, origination, ORIGINATION, f) rc = rc ? rc : add(ps, &f->prefix);
    return rc;
}

static int cmp(const void *a, const void *b)
{
    return prefix_cmp(a, b);
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
out:
    VEC_FREE(&ps);
    return rc ? err_set(e, rc, "out of memory while numbering prefixes") : 0;
}

uint32_t universe_id(const struct world *w, const struct prefix *p)
{
    uint32_t id = lpm_exact(w->universe, p);
    return id == LPM_NONE ? NOWHERE : id;
}
