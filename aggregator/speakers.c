/* SPDX-License-Identifier: Apache-2.0 */
/* Who speaks BGP with whom. */
#include <stdlib.h>
#include <string.h>

#include "aggregator/bgp.h"
#include "aggregator/bgp_select.h"
#include "aggregator/igp.h"
#include "aggregator/lanes.h"
#include "aggregator/workers.h"

#define WORTH         64 /* speakers: fewer are not worth a thread */
#define PATHS_DEFAULT 64 /* multipath of a platform that was not told otherwise */

static int64_t or_default(int64_t v, int64_t def)
{
    return v == FACT_NONE ? def : v;
}

static struct instance *instance_of(const struct world *w, const char *domain, const char *node,
                                    const char *table)
{
    return topo_instance(topo_router(w, registry_dom((struct world *)w, domain), node), table);
}

static struct speaker *speaker_at(struct world *w, struct instance *in, unsigned family)
{
    struct speaker **slot = &w->bgp->by_instance[family == 6][in->index];
    if (*slot)
        return *slot;
    struct speaker *s = ARENA_NEW(w->arena, struct speaker);
    if (!s)
        return NULL;
    s->instance = in;
    s->family = family;
    s->local_pref = 100;
    s->max_external = s->max_internal = PATHS_DEFAULT;
    s->distance_external = 20;
    s->distance_internal = 200;
    return *slot = s;
}

static void read_settings(struct speaker *s, const struct fact_bgp *f)
{
    if (f->asn > 0)
        s->asn = (uint32_t)f->asn;
    if (f->router_id.family)
        s->router_id = f->router_id;
    s->local_pref = or_default(f->local_pref, s->local_pref);
    s->compare_routerid = s->compare_routerid || f->compare_routerid == 1;
    s->deterministic_med = s->deterministic_med || f->deterministic_med == 1;
    s->always_compare_med = s->always_compare_med || f->always_compare_med == 1;
    s->multipath_relax = s->multipath_relax || f->multipath_relax == 1;
    s->ignore_as_path = s->ignore_as_path || f->ignore_as_path == 1;
    s->ebgp_requires_policy = s->ebgp_requires_policy || f->ebgp_requires_policy == 1;
    if (f->maximum_paths > 0)
        s->max_external = (unsigned)f->maximum_paths;
    if (f->maximum_paths_ibgp > 0)
        s->max_internal = (unsigned)f->maximum_paths_ibgp;
    s->distance_external = (int)or_default(f->distance_external, s->distance_external);
    s->distance_internal = (int)or_default(f->distance_internal, s->distance_internal);
    if (!s->origin)
        s->origin = f->origin;
}

/* Some systems keep what they announce of their own in the tables of other protocols. */
static bool is_own_route(const struct fact_route *f)
{
    return !f->as_path.n && !f->peer.family && f->external == FACT_NONE;
}

static int read_speakers(struct world *w)
{
    FOR_ROWS(w, bgp, BGP, f)
    {
        struct instance *in = instance_of(w, f->origin->domain, f->node, f->table);
        for (unsigned family = 4; in && family <= 6; family += 2) {
            if (f->family != FACT_NONE && f->family != family)
                continue;
            struct speaker *s = speaker_at(w, in, family);
            if (!s)
                return ERR_NOMEM;
            read_settings(s, f);
        }
    }
    FOR_ROWS(w, route, ROUTE, f)
    {
        if (!f->layer || strcmp(f->layer, "bgp") || f->rd)
            continue;
        struct instance *in = instance_of(w, f->origin->domain, f->node, f->table);
        if (!in || !f->prefix.addr.family)
            continue;
        struct speaker *s = speaker_at(w, in, f->prefix.addr.family);
        if (!s)
            return ERR_NOMEM;
        s->has_table = true;
        s->lists_own = s->lists_own || is_own_route(f);
        if (!s->asn)
            s->asn = dom_asn(in->router->dom);
        if (!s->origin)
            s->origin = f->origin;
    }
    return 0;
}

static int number_speakers(struct world *w)
{
    struct bgp_world *b = w->bgp;
    b->speakers = ARENA_ARRAY(w->arena, 2 * w->n_instances + 1, struct speaker *);
    if (!b->speakers)
        return ERR_NOMEM;
    for (size_t i = 0; i < w->n_instances; i++)
        for (int f = 0; f < 2; f++)
            if (b->by_instance[f][i]) {
                b->by_instance[f][i]->index = (uint32_t)b->n_speakers;
                b->speakers[b->n_speakers++] = b->by_instance[f][i];
            }
    return 0;
}

/* ---- sessions */

struct session *bgp_add_session(struct world *w, struct speaker *s)
{
    struct session *n = ARENA_NEW(w->arena, struct session);
    void *v = s->sessions;
    if (!n || !arena_grow(w->arena, &v, s->n_sessions, &s->room, sizeof(n)))
        return NULL;
    s->sessions = v;
    n->local = s;
    n->slot = (uint32_t)s->n_sessions;
    s->sessions[s->n_sessions++] = n;
    return n;
}

/* The link to the neighbour from the port with the session's own address, where the subnet is
 * not known. */
static void find_wire(struct session *x)
{
    const struct instance *in = x->local->instance;
    for (size_t i = 0; x->local_addr.family && i < in->n_ports && !x->port; i++) {
        struct port *p = in->ports[i];
        struct wire *l = p->loopback ? NULL : port_wire_to(p, &x->peer_addr);
        if (!l || addr_is_special(&x->peer_addr) || !port_subnet(p, &x->local_addr))
            continue;
        x->port = p;
        x->wire = l;
    }
    /* or the one that is configured for it: the other side may tell nothing */
    struct port *named =
        x->fact && x->external ? instance_port(in, x->fact->local_interface) : NULL;
    if (!x->port && named && !named->loopback && x->fact->multihop == FACT_NONE)
        x->port = named;
}

/* Where the session leaves: the port that shares a subnet with the neighbour. */
static void find_port(struct session *x)
{
    const struct instance *in = x->local->instance;
    for (size_t i = 0; i < in->n_ports && !x->port; i++) {
        struct port *p = in->ports[i];
        const struct ifaddr *own = p->loopback ? NULL : port_subnet(p, &x->peer_addr);
        if (!own || addr_eq(&own->addr, &x->peer_addr))
            continue;
        x->port = p;
        x->wire = port_wire_to(p, &x->peer_addr);
        if (!x->local_addr.family)
            x->local_addr = own->addr;
    }
    if (!x->port)
        find_wire(x);
}

static void find_local(struct session *x)
{
    const struct fact_bgp_session *f = x->fact;
    const struct instance *in = x->local->instance;
    if (f->local_addr.family)
        x->local_addr = f->local_addr;
    if (f->local_interface && !x->local_addr.family) {
        const struct port *p = instance_port(in, f->local_interface);
        const struct ifaddr *a =
            p ? port_addr(p, x->peer_addr.family ? x->peer_addr.family : x->local->family)
              : NULL;
        if (a)
            x->local_addr = a->addr;
    }
    if (x->peer_addr.family) {
        find_port(x);
    } else if (f->local_interface) { /* unnumbered: whoever is at the other end */
        x->port = instance_port(in, f->local_interface);
        x->wire = x->port ? port_wire_to(x->port, NULL) : NULL;
        if (x->wire)
            x->peer_addr = wire_addr(x->wire, wire_other(x->wire, x->port), x->local->family);
    }
}

/* Sessions of one instance follow each other. */
static bool of_same_instance(const struct fact_bgp_session *f, const struct fact_bgp_session *g)
{
    return g && f->node && g->node && !strcmp(f->node, g->node) &&
           !strcmp(f->origin->domain, g->origin->domain) &&
           !strcmp(f->table ? f->table : "", g->table ? g->table : "");
}

static int read_sessions(struct world *w)
{
    const struct fact_bgp_session *last = NULL;
    struct instance *in = NULL;
    FOR_ROWS(w, bgp_session, BGP_SESSION, f)
    {
        if (!of_same_instance(f, last))
            in = instance_of(w, f->origin->domain, f->node, f->table);
        last = f;
        struct speaker *s = in ? w->bgp->by_instance[f->family == 6][in->index] : NULL;
        bool unicast = f->family == 4 || f->family == 6;
        if (!s || !unicast || f->shutdown == 1)
            continue;
        struct session *x = bgp_add_session(w, s);
        if (!x)
            return ERR_NOMEM;
        x->fact = f;
        x->peer_addr = f->peer_addr;
        x->peer_asn = f->peer_asn > 0 ? (uint32_t)f->peer_asn : f->external == 0 ? s->asn : 0;
        x->external = f->external != FACT_NONE ? f->external == 1 : x->peer_asn != s->asn;
    }
    return 0;
}

static struct session *session_by_peer(const struct speaker *s, const struct addr *peer)
{
    for (size_t i = 0; i < s->n_sessions; i++)
        if (addr_eq(&s->sessions[i]->peer_addr, peer))
            return s->sessions[i];
    return NULL;
}

/* Neighbours that only a table tells of. */
static int read_seen_sessions(struct world *w)
{
    FOR_ROWS(w, route, ROUTE, f)
    {
        if (!f->layer || strcmp(f->layer, "bgp") || f->rd || !f->peer.family)
            continue;
        struct instance *in = instance_of(w, f->origin->domain, f->node, f->table);
        struct speaker *s =
            in ? w->bgp->by_instance[f->prefix.addr.family == 6][in->index] : NULL;
        if (!s || session_by_peer(s, &f->peer))
            continue;
        struct session *x = bgp_add_session(w, s);
        if (!x)
            return ERR_NOMEM;
        x->peer_addr = f->peer;
        x->external = f->external == 1;
        x->peer_asn = !x->external ? s->asn : f->as_path.n ? f->as_path.v[0] : 0;
        find_port(x);
    }
    return 0;
}

static bool owns(const struct instance *in, const struct addr *a)
{
    for (size_t i = 0; i < in->n_ports; i++)
        for (size_t k = 0; k < in->ports[i]->n_addrs; k++)
            if (addr_eq(&in->ports[i]->addrs[k].addr, a))
                return true;
    return false;
}

static bool halves_fit(const struct session *x, const struct session *y)
{
    uint32_t mine =
        x->fact && x->fact->local_asn > 0 ? (uint32_t)x->fact->local_asn : x->local->asn;
    if (y->peer_asn && y->peer_asn != mine && y->external)
        return false;
    if (y->local->family != x->local->family)
        return false;
    if (x->local_addr.family && y->local_addr.family)
        return addr_eq(&x->local_addr, &y->peer_addr) && addr_eq(&y->local_addr, &x->peer_addr);
    return owns(x->local->instance, &y->peer_addr) && owns(y->local->instance, &x->peer_addr);
}

static bool can_establish(const struct world *w, const struct session *x,
                          const struct session *y)
{
    if (x->wire && !wire_up(x->wire))
        return false;
    if (x->wire)
        return true;
    bool multihop = x->fact && x->fact->multihop > 1;
    if (x->external && !multihop)
        return false;
    return x->external ||
           igp_distance(w, x->local->instance, y->local->instance, x->peer_addr.family) !=
               IGP_UNREACHED ||
           igp_untold(w, x->local->instance, y->local->instance, x->peer_addr.family);
}

static void find_remote(const struct world *w, struct session *x)
{
    const struct speaker *s = x->local;
    const struct port *at = x->wire ? wire_other(x->wire, x->port)
                            : x->peer_addr.family == 0
                                ? NULL
                                : topo_port_at(w, s->instance->router->dom, &x->peer_addr);
    const struct speaker *t =
        at ? w->bgp->by_instance[s->family == 6][at->instance->index] : NULL;
    for (size_t j = 0; t && !x->remote && j < t->n_sessions; j++)
        if (t->sessions[j]->fact && halves_fit(x, t->sessions[j]) &&
            halves_fit(t->sessions[j], x) && can_establish(w, x, t->sessions[j]))
            x->remote = t->sessions[j];
}

/* ---- one speaker each, shared among threads */

struct round {
    const struct world *w;
    size_t next;
};

static int find_locals(void *ctx, unsigned worker)
{
    struct round *r = ctx;
    const struct bgp_world *b = r->w->bgp;
    (void)worker;
    for (size_t i; (i = workers_take(&r->next, 1)) < b->n_speakers;)
        for (size_t k = 0; k < b->speakers[i]->n_sessions; k++)
            find_local(b->speakers[i]->sessions[k]);
    return 0;
}

/* Of others only what find_locals found is looked at. */
static int find_remotes(void *ctx, unsigned worker)
{
    struct round *r = ctx;
    const struct bgp_world *b = r->w->bgp;
    (void)worker;
    for (size_t i; (i = workers_take(&r->next, 1)) < b->n_speakers;)
        for (size_t k = 0; k < b->speakers[i]->n_sessions; k++)
            find_remote(r->w, b->speakers[i]->sessions[k]);
    return 0;
}

static int share(const struct world *w, int (*job)(void *ctx, unsigned worker))
{
    struct round r = {w, 0};
    return workers_run(lanes_for(w, w->bgp->n_speakers, WORTH), job, &r);
}

static int join_halves(struct world *w)
{
    int rc = share(w, find_remotes);
    for (size_t i = 0; i < w->bgp->n_speakers; i++)
        for (size_t k = 0; k < w->bgp->speakers[i]->n_sessions; k++) {
            const struct session *x = w->bgp->speakers[i]->sessions[k];
            if (x->remote && x->wire)
                x->wire->session = true;
        }
    return rc;
}

int bgp_speakers_build(struct world *w, struct err *e)
{
    struct bgp_world *b = w->bgp = ARENA_NEW(w->arena, struct bgp_world);
    int rc = b ? 0 : ERR_NOMEM;
    for (int f = 0; !rc && f < 2; f++) {
        b->by_instance[f] = ARENA_ARRAY(w->arena, w->n_instances + 1, struct speaker *);
        rc = b->by_instance[f] ? 0 : ERR_NOMEM;
    }
    if (rc || (rc = read_speakers(w)) || (rc = number_speakers(w)) || (rc = read_sessions(w)) ||
        (rc = share(w, find_locals)) || (rc = read_seen_sessions(w)))
        return err_set(e, rc, "out of memory while joining BGP sessions");
    for (size_t i = 0; i < b->n_speakers; i++)
        b->speakers[i]->router_id = bgp_router_id(b->speakers[i]);
    if ((rc = join_halves(w)))
        return err_set(e, rc, "out of memory while joining BGP sessions");
    if ((rc = policy_build(w, &b->policies, e)))
        return rc;
    return ghosts_build(w, e);
}

const struct speaker *bgp_speaker(const struct world *w, const struct instance *in,
                                  unsigned family)
{
    return w->bgp->by_instance[family == 6][in->index];
}
