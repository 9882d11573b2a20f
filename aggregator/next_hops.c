/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/next_hops.h"

#include <string.h>

#include "aggregator/igp.h"
#include "aggregator/unchanged.h"

struct key {
    struct addr address;
    uint32_t instance;
};

int next_hops_init(struct world *w)
{
    w->next_hops = map_new();
    return w->next_hops ? 0 : ERR_NOMEM;
}

static struct key key_of(const struct instance *in, const struct addr *address)
{
    struct key k;
    memset(&k, 0, sizeof(k)); /* padding is compared, too */
    k.address = *address;
    k.instance = in->index;
    return k;
}

const struct next_hop *next_hop_find(const struct world *w, const struct instance *in,
                                     const struct addr *address)
{
    if (!w->next_hops)
        return NULL;
    struct key k = key_of(in, address);
    const union map_value *at = map_get(w->next_hops, &k, sizeof(k));
    return at ? at->cp : NULL;
}

struct next_hop *next_hop_note(const struct world *w, const struct instance *in,
                               const struct addr *address)
{
    if (!w->next_hops || !w->scratch)
        return NULL;
    struct key k = key_of(in, address);
    union map_value *at = map_at(w->next_hops, &k, sizeof(k));
    if (at && !at->p)
        at->p = ARENA_NEW(w->arena, struct next_hop);
    return at ? at->p : NULL;
}

void next_hops_look(const struct world *w)
{
    for (size_t i = 0; i < map_count(w->next_hops); i++) {
        struct key k;
        memcpy(&k, map_entry(w->next_hops, i)->key, sizeof(k));
        forward_note(w, w->instances[k.instance], &k.address);
    }
}

int next_hops_join(struct world *w, const struct map *other)
{
    for (size_t i = 0; i < map_count(other); i++) {
        const struct map_entry *from = map_entry(other, i);
        const struct next_hop *found = from->value.cp;
        union map_value *at = map_at(w->next_hops, from->key, from->len);
        if (!at)
            return ERR_NOMEM;
        struct next_hop *to = at->p;
        if (!to) {
            *at = from->value;
            continue;
        }
        if (!to->measured)
            to->metric = found->metric;
        if (!to->ways) {
            to->ways = found->ways;
            to->leads = found->leads;
        }
        to->measured = to->measured || found->measured;
    }
    return 0;
}

/* ---- of the world before */

/* The same way: what it leads over has the same numbers. */
static const struct forwarding *translate(struct world *w, const struct forwarding *f)
{
    struct forwarding *out = arena_dup(w->arena, f, forwarding_size(f));
    for (size_t i = 0; out && i < out->n; i++) {
        struct forward_hop *h = &out->hops[i];
        h->out = h->out ? w->ports[h->out->index] : NULL;
        h->wire = h->wire ? w->wires[h->wire->index] : NULL;
        h->next = h->next ? w->instances[h->next->index] : NULL;
        h->next_dom = h->next_dom ? w->doms[h->next_dom->index] : NULL;
    }
    return out;
}

int next_hops_take_over(struct world *w)
{
    const uint8_t *touched = unchanged_touched(w);
    for (size_t i = 0; i < map_count(w->before->next_hops); i++) {
        const struct map_entry *from = map_entry(w->before->next_hops, i);
        const struct next_hop *was = from->value.cp;
        struct key k;
        memcpy(&k, from->key, sizeof(k));
        if (touched[w->instances[k.instance]->router->dom->index])
            continue;
        union map_value *at = map_at(w->next_hops, from->key, from->len);
        if (at && at->p)
            continue;
        struct next_hop *n = at ? arena_dup(w->arena, was, sizeof(*was)) : NULL;
        if (!n || (n->ways && !(n->ways = translate(w, n->ways))))
            return ERR_NOMEM;
        at->p = n;
    }
    return 0;
}

/* ---- how far away it is */

static bool at_other_end(const struct port *p, const struct addr *nh)
{
    return !addr_is_special(nh) && port_wire_to(p, nh);
}

/* Is it a neighbour on a link whose subnet is not known? */
static bool is_neighbour(const struct world *w, const struct instance *in,
                         const struct addr *nh)
{
    const struct speaker *s = w->bgp->by_instance[nh->family == 6][in->index];
    for (size_t i = 0; s && i < s->n_sessions; i++)
        if (s->sessions[i]->external && s->sessions[i]->port && !s->sessions[i]->port->down &&
            addr_eq(&s->sessions[i]->peer_addr, nh))
            return true;
    return false;
}

static int64_t find_next_hop(const struct world *w, const struct instance *in,
                             const struct addr *nh)
{
    uint32_t ids[129];
    for (size_t i = 0; i < in->n_ports; i++)
        if (!in->ports[i]->down &&
            (port_subnet(in->ports[i], nh) || at_other_end(in->ports[i], nh)))
            return 0;
    if (is_neighbour(w, in, nh))
        return 0;
    size_t n = lpm_all(w->universe, nh, ids, 129);
    for (size_t i = 0; i < n; i++) {
        struct igp_route r;
        igp_route_to(w, in, ids[i], &r);
        if (rib_static(w, in, ids[i]) && forward_reaches(w, in, nh))
            return 0;
        if (r.metric != IGP_UNREACHED && w->prefixes[ids[i]].len)
            return r.metric;
    }
    const struct port *p = topo_port_at(w, in->router->dom, nh);
    return p && igp_untold(w, in, p->instance, nh->family) ? IGP_UNTOLD : IGP_UNREACHED;
}

int64_t bgp_next_hop_metric(const struct world *w, const struct instance *in,
                            const struct addr *nh)
{
    if (in->index == NOWHERE)
        return 0; /* a ghost reaches whoever tells it something */
    const struct next_hop *known = next_hop_find(w, in, nh);
    if (known && known->measured)
        return known->metric;
    int64_t metric = find_next_hop(w, in, nh);
    struct next_hop *note = next_hop_note(w, in, nh);
    if (note) {
        note->metric = metric;
        note->measured = true;
    }
    return metric;
}
