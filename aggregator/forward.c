/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/forward.h"

#include <string.h>

#include "aggregator/next_hops.h"
#include "aggregator/traces.h"

#define DISTANCE_STATIC 1 /* where none is said */
#define RESOLVE_DEPTH   8 /* static routes whose next hops are behind others */
#define DISTANCE_NONE   256

struct rib_world {
    const struct fact_route **
        *installed;    /* by instance, then by prefix number; NULL: no table seen */
    uint8_t *whole[2]; /* by family, by instance: a table was seen, not only BGP's routes */
    const struct fact_route ***configured; /* by instance, then by prefix: static routes */
};

/* ---- reading */

static int64_t distance_of(const struct fact_route *f)
{
    return f->distance == FACT_NONE ? DISTANCE_STATIC : f->distance;
}

static int put_row(struct world *w, const struct fact_route ****table,
                   const struct instance *in, const struct fact_route *f)
{
    uint32_t id = universe_id(w, &f->prefix);
    if (id == NOWHERE)
        return 0;
    const struct fact_route ***rows = &(*table)[in->index];
    if (!*rows && !(*rows = ARENA_ARRAY(w->arena, w->n_prefixes, const struct fact_route *)))
        return ERR_NOMEM;
    const struct fact_route *old = (*rows)[id];
    if (!old || distance_of(f) < distance_of(old))
        (*rows)[id] = f;
    return 0;
}

/* A router also has networks of its own: where only BGP's routes are shown, others are not. */
static bool is_bgp(const struct fact_route *f)
{
    return f->protocol && !strcmp(f->protocol, "bgp");
}

int rib_build(struct world *w, struct err *e)
{
    struct rib_world *r = w->rib = ARENA_NEW(w->arena, struct rib_world);
    int rc = r ? 0 : ERR_NOMEM;
    if (!rc) {
        r->installed = ARENA_ARRAY(w->arena, w->n_instances + 1, const struct fact_route **);
        r->configured = ARENA_ARRAY(w->arena, w->n_instances + 1, const struct fact_route **);
        r->whole[0] = ARENA_ARRAY(w->arena, w->n_instances + 1, uint8_t);
        r->whole[1] = ARENA_ARRAY(w->arena, w->n_instances + 1, uint8_t);
        rc = r->installed && r->configured && r->whole[0] && r->whole[1] ? 0 : ERR_NOMEM;
    }
    FOR_ROWS(w, route, ROUTE, f)
    {
        if (rc || !f->layer || !f->prefix.addr.family)
            continue;
        struct instance *in = topo_instance(
            topo_router(w, registry_dom(w, f->origin->domain), f->node), f->table);
        if (!in)
            continue;
        if (!strcmp(f->layer, "rib")) {
            if (!is_bgp(f))
                r->whole[f->prefix.addr.family == 6][in->index] = 1;
            rc = f->best == 1 ? put_row(w, &r->installed, in, f) : 0;
        } else if (!strcmp(f->layer, "config")) {
            rc = put_row(w, &r->configured, in, f);
        }
    }
    return rc ? err_set(e, rc, "out of memory while reading routing tables") : 0;
}

bool rib_known(const struct world *w, const struct instance *in, unsigned family)
{
    return w->rib->whole[family == 6][in->index];
}

bool rib_leads(const struct world *w, const struct instance *in, const struct addr *dst)
{
    const struct fact_route **rows = w->rib->installed[in->index];
    uint32_t ids[LOOKUP_PREFIXES];
    size_t n = rows ? lpm_all(w->universe, dst, ids, LOOKUP_PREFIXES) : 0;
    for (size_t i = 0; i < n; i++)
        if (rows[ids[i]])
            return true;
    return false;
}

/* ---- next hops */

#define DOUBT_INTERIOR ASSUMED "interior routing does not tell which way for certain"

static void doubt(struct forwarding *f, const char *rule)
{
    f->cls = CLASS_ASSUMED;
    f->doubt = f->doubt ? f->doubt : rule;
}

static void add_hop(struct forwarding *f, struct forward_hop h)
{
    if (h.wire && !h.next)
        h.next = wire_other(h.wire, h.out)->instance;
    for (size_t i = 0; i < f->n; i++)
        if (f->hops[i].out == h.out && f->hops[i].wire == h.wire && f->hops[i].next == h.next &&
            addr_eq(&f->hops[i].next_addr, &h.next_addr))
            return;
    if (f->n < BGP_MAX_PATHS)
        f->hops[f->n++] = h;
}

/* Who a link-local address on a border stands for: the only neighbour there that tells nothing.
 */
static const struct session *only_neighbour(const struct world *w, const struct instance *in,
                                            const struct port *out, unsigned family)
{
    const struct speaker *s = out && w->bgp ? bgp_speaker(w, in, family) : NULL;
    const struct session *only = NULL;
    for (size_t i = 0; s && i < s->n_sessions; i++) {
        const struct session *x = s->sessions[i];
        if (!x->external || x->port != out)
            continue;
        if (only || !session_blind(x))
            return NULL;
        only = x;
    }
    return only;
}

static void add_by_address(const struct world *w, const struct instance *in, struct port *out,
                           const struct addr *nh, struct forwarding *f)
{
    struct forward_hop h = {.out = out, .next_addr = *nh};
    if (out)
        h.wire = port_wire_to(out, nh);
    const struct session *there =
        !h.wire && addr_is_special(nh) ? only_neighbour(w, in, out, nh->family) : NULL;
    if (there) {
        h.next_addr = there->peer_addr;
        h.next_dom = registry_by_asn(w, there->peer_asn);
    } else if (!h.wire) {
        struct port *p = topo_port_at(w, in->router->dom, nh);
        if (p && p->instance != in)
            h.next = p->instance;
        else
            h.next_dom = registry_owner(w, nh);
    }
    add_hop(f, h);
}

static struct port *port_towards(const struct instance *in, const struct addr *a)
{
    for (size_t i = 0; i < in->n_ports; i++)
        if (!in->ports[i]->down && !in->ports[i]->loopback &&
            (port_subnet(in->ports[i], a) ||
             (!addr_is_special(a) && port_wire_to(in->ports[i], a))))
            return in->ports[i];
    return NULL;
}

static void add_first_wires(const struct world *w, const struct instance *in,
                            const struct igp_route *r, struct forwarding *f)
{
    uint32_t slot = igp_first_slot(w, in->index);
    for (size_t i = 0; (i = wire_set_next(&r->first, i)) < IGP_MAX_WIRES; i++) {
        const struct igp_neighbour *x = igp_neighbour(w, in, i);
        if (x)
            add_hop(f, (struct forward_hop){.out = x->out,
                                            .wire = x->wire,
                                            .next = x->next,
                                            .adjacent = true,
                                            .slot = slot + (uint32_t)i});
    }
    f->tied = f->tied || r->tied;
    f->several = f->several || r->several;
}

/* The static route by which a next hop is reached, if there is one of this very prefix and it
 * is the best; a default route leads to no next hop. */
const struct fact_route *rib_static(const struct world *w, const struct instance *in,
                                    uint32_t id)
{
    const struct fact_route **rows = w->rib->configured[in->index];
    const struct fact_route *st = rows && w->prefixes[id].len ? rows[id] : NULL;
    struct igp_route r;
    if (!st || st->discard == 1 || (st->protocol && strcmp(st->protocol, "static") != 0))
        return NULL;
    igp_route_to(w, in, id, &r);
    bool inside = r.metric != IGP_UNREACHED && !r.local;
    return inside && igp_admin_distance(r.proto) < distance_of(st) ? NULL : st;
}

static bool find_ways(const struct world *w, const struct instance *in, const struct addr *nh,
                      struct forwarding *f, int depth);

/* As a static route says: by an interface, or by its own next hops. */
static bool by_static(const struct world *w, const struct instance *in,
                      const struct fact_route *st, struct forwarding *f, int depth)
{
    bool leads = false;
    for (size_t i = 0; i < st->next_hops.n; i++) {
        const char *name = i < st->interfaces.n ? st->interfaces.v[i] : "";
        struct port *out = *name ? topo_port(in->router, name) : NULL;
        if (!st->next_hops.v[i].family)
            continue;
        if (out)
            add_by_address(w, in, out, &st->next_hops.v[i], f);
        leads |= out || find_ways(w, in, &st->next_hops.v[i], f, depth + 1);
    }
    return leads;
}

/* Through a connected network, or as interior routing or static routes lead there. */
static bool find_ways(const struct world *w, const struct instance *in, const struct addr *nh,
                      struct forwarding *f, int depth)
{
    uint32_t ids[129];
    struct port *out = port_towards(in, nh);
    if (out) {
        add_by_address(w, in, out, nh, f);
        return true;
    }
    size_t n = depth < RESOLVE_DEPTH ? lpm_all(w->universe, nh, ids, 129) : 0;
    for (size_t i = 0; i < n; i++) {
        const struct fact_route *st = rib_static(w, in, ids[i]);
        struct igp_route r;
        if (st && by_static(w, in, st, f, depth))
            return true;
        igp_route_to(w, in, ids[i], &r);
        if (r.metric == IGP_UNREACHED || r.local || !w->prefixes[ids[i]].len)
            continue;
        add_first_wires(w, in, &r, f);
        if (r.unsure)
            doubt(f, DOUBT_INTERIOR);
        return true;
    }
    struct port *p = topo_port_at(w, in->router->dom, nh);
    if (!p || !igp_untold(w, in, p->instance, nh->family))
        return false;
    doubt(f, ASSUMED "by links that nobody told of");
    add_hop(f, (struct forward_hop){.next = p->instance, .next_addr = *nh});
    return true;
}

static bool join_ways(struct forwarding *f, const struct forwarding *ways, bool leads)
{
    for (size_t i = 0; i < ways->n; i++)
        add_hop(f, ways->hops[i]);
    f->tied = f->tied || ways->tied;
    f->several = f->several || ways->several;
    if (ways->cls == CLASS_ASSUMED)
        doubt(f, ways->doubt);
    return leads;
}

/* A next hop that may be far away; false: nothing leads there. */
static bool resolve(const struct world *w, const struct instance *in, const struct addr *nh,
                    struct forwarding *f)
{
    const struct next_hop *known = next_hop_find(w, in, nh);
    if (known && known->ways)
        return join_ways(f, known->ways, known->leads);
    struct forwarding ways;
    memset(&ways, 0, offsetof(struct forwarding, hops));
    bool leads = find_ways(w, in, nh, &ways, 0);
    struct next_hop *note = next_hop_note(w, in, nh);
    if (note) {
        note->ways = arena_dup(w->arena, &ways, forwarding_size(&ways));
        note->leads = leads;
    }
    return join_ways(f, &ways, leads);
}

bool forward_reaches(const struct world *w, const struct instance *in, const struct addr *nh)
{
    struct forwarding f;
    memset(&f, 0, offsetof(struct forwarding, hops));
    return find_ways(w, in, nh, &f, 0);
}

void forward_note(const struct world *w, const struct instance *in, const struct addr *next_hop)
{
    struct forwarding f;
    memset(&f, 0, offsetof(struct forwarding, hops));
    resolve(w, in, next_hop, &f);
}

/* ---- a table that was seen */

static void deliver_or_cross(const struct instance *in, struct port *out,
                             const struct addr *dst, struct forwarding *f)
{
    struct wire *l = out ? port_wire_to(out, dst) : NULL;
    (void)in;
    if (l && dst->family) {
        struct addr far = wire_addr(l, wire_other(l, out), dst->family);
        if (addr_eq(&far, dst)) {
            f->kind = FORWARD_ON;
            add_hop(f, (struct forward_hop){.out = out, .wire = l, .next_addr = *dst});
            return;
        }
    }
    f->kind = FORWARD_DELIVER;
    f->lan = out;
}

/*
 * A static route that names an interface alone: all that is not of the interface's own networks
 * goes to who is at the other end of a point-to-point link, as its router answers for it.
 */
static void deliver_or_pass_on(const struct instance *in, struct port *out,
                               const struct addr *dst, struct forwarding *f)
{
    struct wire *l = out && !port_subnet(out, dst) ? port_wire_to(out, NULL) : NULL;
    if (!l) {
        deliver_or_cross(in, out, dst, f);
        return;
    }
    f->kind = FORWARD_ON;
    add_hop(f, (struct forward_hop){.out = out, .wire = l});
}

static void from_table(const struct world *w, const struct instance *in, const struct addr *dst,
                       const struct fact_route *r, struct forwarding *f)
{
    f->cls = r->origin->confidence;
    f->origin = r->origin;
    f->protocol = r->protocol ? r->protocol : "route";
    if (r->discard == 1) {
        f->kind = FORWARD_DROP;
        return;
    }
    f->kind = FORWARD_ON;
    size_t n = r->next_hops.n > r->interfaces.n ? r->next_hops.n : r->interfaces.n;
    for (size_t i = 0; i < n; i++) {
        const char *name =
            i < r->interfaces.n && r->interfaces.v[i][0] ? r->interfaces.v[i] : NULL;
        struct port *out = name ? topo_port(in->router, name) : NULL;
        struct addr nh = i < r->next_hops.n ? r->next_hops.v[i] : (struct addr){0};
        bool nowhere = nh.family && !addr_is_special(&nh);
        static const uint8_t zero[16];
        if (nh.family && !memcmp(nh.b, zero, 16))
            nh.family = 0;
        if (!nh.family) {
            if (!strcmp(f->protocol, "static"))
                deliver_or_pass_on(in, out, dst, f);
            else
                deliver_or_cross(in, out, dst, f);
            if (f->kind == FORWARD_DELIVER)
                return;
        } else if (out || !name) {
            if (out)
                add_by_address(w, in, out, &nh, f);
            else if (!resolve(w, in, &nh, f))
                add_by_address(w, in, NULL, &nh, f);
        } else if (nowhere) {
            add_by_address(w, in, NULL, &nh, f);
        }
    }
    if (!f->n)
        f->kind = FORWARD_UNKNOWN;
}

/* The route of a table that was seen, if it has one of this very prefix. */
static bool look_at_row(const struct world *w, const struct instance *in,
                        const struct addr *dst, uint32_t id, struct forwarding *f)
{
    const struct fact_route **rows = w->rib->installed[in->index];
    const struct choices c =
        rows && rows[id] && is_bgp(rows[id]) ? bgp_choices(w, in, id) : (struct choices){0};
    if (!rows || !rows[id])
        return false;
    f->prefix = id;
    from_table(w, in, dst, rows[id], f);
    if (c.n)
        f->as_path = &choice_attrs(w, &c.v[0])->as_path;
    return true;
}

static bool look_in_table(const struct world *w, const struct instance *in,
                          const struct lookup *to, struct forwarding *f)
{
    if (!rib_known(w, in, to->dst.family))
        return false;
    for (size_t i = 0; i < to->n; i++)
        if (look_at_row(w, in, &to->dst, to->ids[i], f))
            return true;
    f->kind = FORWARD_DROP;
    f->cls = CLASS_OBSERVED;
    return true;
}

/* ---- what follows from configurations */

static struct port *connected(const struct world *w, const struct instance *in, uint32_t id)
{
    struct port *const *p = w->ports_on[id];
    while (p && *p && (*p)->instance != in)
        p++;
    return p ? *p : NULL;
}

/* To a next hop that may be far away; the usual one of a session was looked up. */
static void use_next_hop(const struct world *w, const struct instance *in,
                         const struct session *from, const struct addr *nh,
                         struct forwarding *f)
{
    const struct next_hop *via = from ? from->usual_via : NULL;
    if (via && via->ways && addr_eq(nh, &from->usual_hop))
        join_ways(f, via->ways, via->leads);
    else
        resolve(w, in, nh, f);
}

static void use_bgp(const struct world *w, const struct instance *in, const struct choices *c,
                    struct forwarding *f)
{
    const struct speaker *s = bgp_speaker(w, in, w->prefixes[f->prefix].addr.family);
    f->kind = FORWARD_ON;
    f->protocol = "bgp";
    f->as_path = &choice_attrs(w, &c->v[0])->as_path;
    f->settled = choice_settled(&c->v[0]);
    f->cls = CLASS_OBSERVED;
    for (size_t i = 0; i < c->n; i++) {
        const struct choice *ch = &c->v[i];
        if (ch->cls == CLASS_ASSUMED && !ch->tied)
            doubt(f, ASSUMED "the route depends on what a silent domain tells");
        else if (ch->cls > f->cls)
            f->cls = ch->cls;
        f->tied = f->tied || ch->tied;
        const struct session *from = choice_from(s, ch);
        const struct origin *seen = choice_seen(w, f->prefix, ch);
        const struct addr *nh = &choice_attrs(w, ch)->next_hop;
        f->origin = seen ? seen : from && from->fact ? from->fact->origin : f->origin;
        if (from && from->external && from->port) {
            struct forward_hop h = {.out = from->port,
                                    .wire = from->wire,
                                    .next_addr = *nh,
                                    .next_dom = registry_by_asn(w, from->peer_asn)};
            add_hop(f, h);
        } else {
            use_next_hop(w, in, from, nh, f);
        }
    }
    if (f->cls == CLASS_OBSERVED)
        f->cls =
            CLASS_DERIVED; /* the table shows the route; where packets go follows from it */
    if (!f->n)
        f->kind = FORWARD_UNKNOWN;
}

static void use_static(const struct world *w, const struct instance *in,
                       const struct fact_route *r, const struct addr *dst, struct forwarding *f)
{
    f->kind = FORWARD_ON;
    f->cls = CLASS_DERIVED;
    f->protocol = "static";
    f->origin = r->origin;
    if (r->discard == 1) {
        f->kind = FORWARD_DROP;
        return;
    }
    size_t n = r->next_hops.n > r->interfaces.n ? r->next_hops.n : r->interfaces.n;
    for (size_t i = 0; i < n; i++) {
        const char *name =
            i < r->interfaces.n && r->interfaces.v[i][0] ? r->interfaces.v[i] : NULL;
        struct port *out = name ? topo_port(in->router, name) : NULL;
        if (i < r->next_hops.n && r->next_hops.v[i].family) {
            if (out)
                add_by_address(w, in, out, &r->next_hops.v[i], f);
            else
                resolve(w, in, &r->next_hops.v[i], f);
        } else if (out) {
            deliver_or_pass_on(in, out, dst, f);
        }
    }
    if (f->kind == FORWARD_ON && !f->n)
        f->kind = FORWARD_UNKNOWN;
}

struct instance *forward_announcer(const struct world *w, const struct dom *d,
                                   const char *table, uint32_t prefix)
{
    struct instance *found = NULL;
    for (size_t k = 0; k < w->n_instances; k++) {
        struct instance *in = w->instances[k];
        bool ours = in->router->dom == d && (!table || !strcmp(table, in->table));
        const struct choices c = ours ? bgp_choices(w, in, prefix) : (struct choices){0};
        if (!c.n || c.v[0].slot != NOWHERE ||
            !igp_has_nameless(w, in, w->prefixes[prefix].addr.family, false))
            continue;
        if (found)
            return NULL;
        found = in;
    }
    return found;
}

/* Who decides about a prefix at an instance, and by what. */
struct contest {
    enum {
        WINS_NOBODY,
        WINS_ROW,
        WINS_LAN,
        WINS_STATIC,
        WINS_BGP,
        WINS_IGP,
        WINS_ORIGIN
    } winner;
    struct port *lan;
    const struct fact_route *st;
    struct choices bgp;
    struct igp_route igp;
};

/* The best of the protocols that have this very prefix, by administrative distance. */
static void hold(const struct world *w, const struct instance *in, uint32_t id,
                 struct contest *c)
{
    unsigned family = w->prefixes[id].addr.family;
    const struct fact_route **seen = w->rib->installed[in->index];
    const struct fact_route **configured = w->rib->configured[in->index];
    c->winner = seen && seen[id] ? WINS_ROW : WINS_LAN;
    c->lan = connected(w, in, id);
    if (c->winner == WINS_ROW || c->lan)
        return;
    c->st = configured ? configured[id] : NULL;
    c->bgp = bgp_choices(w, in, id);
    igp_route_to(w, in, id, &c->igp);
    const struct speaker *s = c->bgp.n ? bgp_speaker(w, in, family) : NULL;
    const struct session *from = s ? choice_from(s, &c->bgp.v[0]) : NULL;
    int d_static = c->st ? (int)distance_of(c->st) : DISTANCE_NONE;
    int d_igp = c->igp.metric == IGP_UNREACHED || c->igp.local
                    ? DISTANCE_NONE
                    : igp_admin_distance(c->igp.proto);
    int d_bgp = !from            ? DISTANCE_NONE
                : from->external ? s->distance_external
                                 : s->distance_internal;
    bool own = s && !from && igp_has_nameless(w, in, family, false);
    if (d_static < DISTANCE_NONE && d_static <= d_igp && d_static <= d_bgp)
        c->winner = WINS_STATIC;
    else if (d_bgp < DISTANCE_NONE && d_bgp <= d_igp)
        c->winner = WINS_BGP;
    else if (d_igp < DISTANCE_NONE)
        c->winner = WINS_IGP;
    else
        c->winner = own ? WINS_ORIGIN : WINS_NOBODY;
}

/* Announced as its own: on a network that nobody told the addresses of. */
static void use_origin(const struct world *w, const struct instance *in, uint32_t id,
                       struct forwarding *f)
{
    bool only = forward_announcer(w, in->router->dom, in->table, id) == in;
    f->kind = only ? FORWARD_DELIVER : FORWARD_UNKNOWN;
    f->announced = !only;
    doubt(f, ASSUMED "on a network that nobody told the addresses of");
    f->protocol = "bgp";
}

static void use_igp(const struct world *w, const struct instance *in, const struct igp_route *r,
                    struct forwarding *f, struct wire_set *first)
{
    bool guess = r->unsure || (in->router->declared && in->router->dom->unmetered);
    f->kind = FORWARD_ON;
    f->cls = CLASS_DERIVED;
    if (guess)
        doubt(f, DOUBT_INTERIOR);
    f->protocol = in->router->declared && !in->router->configured ? "declared links"
                  : r->proto == IGP_OSPF                          ? "ospf"
                                                                  : "isis";
    if (first) {
        *first = r->first;
        f->tied = f->tied || r->tied;
        f->several = f->several || r->several;
    } else {
        add_first_wires(w, in, r, f);
    }
}

/* False: another prefix decides. */
static bool look_at_prefix(const struct world *w, const struct instance *in,
                           const struct addr *dst, struct forwarding *f, struct wire_set *first)
{
    struct contest c;
    hold(w, in, f->prefix, &c);
    switch (c.winner) {
    case WINS_ROW:
        look_at_row(w, in, dst, f->prefix, f);
        if (f->cls < CLASS_DERIVED)
            f->cls = CLASS_DERIVED; /* that no longer prefix is better, follows */
        break;
    case WINS_LAN:
        f->cls = CLASS_DERIVED;
        f->protocol = "connected";
        f->origin = c.lan->origin;
        deliver_or_cross(in, c.lan, dst, f);
        break;
    case WINS_STATIC:
        use_static(w, in, c.st, dst, f);
        break;
    case WINS_BGP:
        use_bgp(w, in, &c.bgp, f);
        break;
    case WINS_IGP:
        use_igp(w, in, &c.igp, f, first);
        return !wire_set_empty(&c.igp.first);
    case WINS_ORIGIN:
        use_origin(w, in, f->prefix, f);
        return true;
    case WINS_NOBODY:
        return false;
    }
    return f->kind != FORWARD_UNKNOWN;
}

static bool has_address(const struct instance *in, const struct addr *a)
{
    for (size_t i = 0; i < in->n_ports; i++)
        for (size_t k = 0; k < in->ports[i]->n_addrs; k++)
            if (addr_eq(&in->ports[i]->addrs[k].addr, a))
                return true;
    return false;
}

/* An address of another table of the router is none of this one. */
static bool is_own(const struct world *w, const struct instance *in, const struct lookup *to)
{
    const struct port *p =
        to->everywhere ? to->port : topo_port_at(w, in->router->dom, &to->dst);
    return p && p->instance->router == in->router &&
           (p->instance == in || has_address(in, &to->dst));
}

/* Might a domain that says nothing have told this table of a route, or anybody of one that is
 * not followed? `own`: of a route to the domain's own networks, which only its own routers
 * tell. */
static bool may_hear_more(const struct world *w, const struct instance *in, unsigned family,
                          bool own)
{
    const struct speaker *self = bgp_speaker(w, in, family);
    if (self && !own && self->hears_more)
        return true;
    bool silent = false, listens = false, told = false;
    for (size_t i = 0; i < w->n_doms; i++)
        silent = silent || (!w->doms[i]->has_nodes && w->doms[i]->asns.n);
    for (size_t i = 0; i < w->bgp->n_speakers; i++) {
        const struct speaker *s = w->bgp->speakers[i];
        if (s->ghost || s->family != family || s->instance->router->dom != in->router->dom ||
            strcmp(s->instance->table, in->table))
            continue;
        told = told || s->hears_own;
        for (size_t k = 0; k < s->n_sessions; k++)
            listens = listens || s->sessions[k]->external;
    }
    return own ? told : silent && listens;
}

/* Might the destination be on a network of the domain that nobody told the addresses of? */
static bool may_have_longer(const struct world *w, const struct instance *in,
                            const struct lookup *to)
{
    return to->owner == in->router->dom && igp_has_nameless(w, in, to->dst.family, false);
}

/* Might there be a longer prefix in the table that nobody told? Asked where a route is for
 * whatever has none of its own: a default one, or one that discards. */
static bool may_be_longer(const struct world *w, const struct instance *in, uint32_t id,
                          const struct forwarding *f)
{
    unsigned family = w->prefixes[id].addr.family;
    if (f->kind == FORWARD_DROP)
        return igp_in_doubt(w, in, family) || may_hear_more(w, in, family, false);
    return w->prefixes[id].len == 0 && igp_in_doubt(w, in, family);
}

/* A static route whose next hops nothing leads to is out of use; but BGP's routes may lead
 * there. */
static bool may_lead(const struct world *w, const struct instance *in, uint32_t id,
                     const struct forwarding *f)
{
    return f->protocol && !strcmp(f->protocol, "static") &&
           bgp_speaker(w, in, w->prefixes[id].addr.family);
}

void lookup_prepare(const struct world *w, const struct addr *dst, struct lookup *out)
{
    out->dst = *dst;
    out->owner = registry_owner(w, dst);
    out->everywhere = !addr_is_private(dst) && !addr_is_special(dst);
    out->port = out->everywhere ? topo_port_at(w, NULL, dst) : NULL;
    out->n = lpm_all(w->universe, dst, out->ids, LOOKUP_PREFIXES);
}

void forward_lookup(const struct world *w, const struct instance *in, const struct addr *dst,
                    struct forwarding *out)
{
    struct lookup to;
    lookup_prepare(w, dst, &to);
    forward_to(w, in, &to, out);
}

/* Nothing is known; of routes that were tried nothing is left. */
static void forget(struct forwarding *f)
{
    memset(f, 0, offsetof(struct forwarding, hops));
    f->prefix = NOWHERE;
    f->cls = CLASS_ASSUMED;
}

void forward_briefly(const struct world *w, const struct instance *in, const struct lookup *to,
                     struct forwarding *out, struct wire_set *first)
{
    const struct addr *dst = &to->dst;
    const struct asns *as_path = NULL; /* of a route whose next hop nothing leads to */
    forget(out);
    if (is_own(w, in, to)) {
        out->kind = FORWARD_DELIVER;
        out->cls = CLASS_DERIVED;
        out->protocol = "local";
        return;
    }
    if (look_in_table(w, in, to, out))
        return;
    bool unsure = false; /* of there being no longer prefix */
    for (size_t i = 0; i < to->n; i++) {
        forget(out);
        out->prefix = to->ids[i];
        if (look_at_prefix(w, in, dst, out, first)) {
            unsure = unsure || may_be_longer(w, in, to->ids[i], out);
            if (out->tied)
                doubt(out, NULL);
            if (unsure || may_have_longer(w, in, to))
                doubt(out, ASSUMED "there may be a longer prefix that nobody told");
            return;
        }
        unsure = unsure || bgp_in_doubt(w, in, to->ids[i]) || may_lead(w, in, to->ids[i], out);
        as_path = as_path ? as_path : out->as_path;
    }
    forget(out);
    out->as_path = as_path;
    bool told = in->router->configured && !unsure && !igp_in_doubt(w, in, dst->family) &&
                !may_hear_more(w, in, dst->family, to->owner == in->router->dom) &&
                !igp_has_nameless(w, in, dst->family, false);
    out->kind = told ? FORWARD_DROP : FORWARD_UNKNOWN;
    if (out->kind != FORWARD_DROP)
        return;
    out->cls = CLASS_DERIVED;
    if (may_hear_more(w, in, dst->family,
                      false)) /* of a part of the space, by another's number */
        doubt(out, ASSUMED "a silent domain may announce a part of the domain's own space");
}

void forward_to(const struct world *w, const struct instance *in, const struct lookup *to,
                struct forwarding *out)
{
    forward_briefly(w, in, to, out, NULL);
}
