/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By which address a router was entered that answers from elsewhere.
 *
 *     a ──x1── r ──y1── k        k is known and has the link of y: the address y1 at a place
 *                                behind a is not of the link by which r was entered. Others
 *                                who came from a may have seen x1.
 *
 * What all agree on is noted once, for each two routers in a row.
 */
#include "aggregator/traces.h"
#include "base/map.h"

struct step_key {
    uint32_t from, to; /* numbers of routers */
    uint32_t family;
};

static const struct addr disagreed; /* family 0 */

bool ingress_elsewhere(const struct world *w, const struct seen *before,
                       const struct seen *here)
{
    bool may = !here->instance && before->addr.family && !addr_is_private(&here->addr);
    struct addr mate = may ? trace_mate(w, &here->addr) : (struct addr){0};
    const struct port *p = mate.family ? topo_port_at(w, NULL, &mate) : NULL;
    return p && !p->loopback && p->instance != before->instance;
}

static bool note(struct world *w, const struct seen *before, const struct seen *here)
{
    struct step_key key = {before->router, here->router, here->addr.family};
    if (!key.from || !key.to || here->several || ingress_elsewhere(w, before, here))
        return true;
    union map_value *at = map_at(w->traces->ingress, &key, sizeof(key));
    if (!at)
        return false;
    const struct addr *known = at->cp;
    at->cp = !known || addr_eq(known, &here->addr) ? &here->addr : &disagreed;
    return true;
}

int ingress_build(struct world *w, struct err *e)
{
    struct trace_world *t = w->traces;
    bool good = (t->ingress = map_new()) != NULL;
    for (size_t i = 0; i < t->n && good; i++)
        for (size_t k = 1; k < t->v[i].n && good; k++)
            good = note(w, &t->v[i].hops[k - 1], &t->v[i].hops[k]);
    return good ? 0 : err_set(e, ERR_NOMEM, "out of memory for where routers were entered");
}

struct addr ingress_seen(const struct world *w, const struct seen *before,
                         const struct seen *here)
{
    struct step_key key = {before->router, here->router, here->addr.family};
    const union map_value *at = map_get(w->traces->ingress, &key, sizeof(key));
    return at ? *(const struct addr *)at->cp : disagreed;
}
