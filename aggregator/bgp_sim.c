/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Propagation of one prefix at a time, until no speaker changes its mind.
 *
 *     originations ─┐                      ┌─> export policy ─> import policy ─┐
 *     candidates  ──┴─> select ─> choices ─┘                                   │
 *     candidates of the neighbour  <───────────────────────────────────────────┘
 *
 * A speaker whose own table was seen takes part with that table: its choices are given, and
 * what it told its neighbours follows from them.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/bgp.h"
#include "aggregator/bgp_select.h"
#include "aggregator/igp.h"

#define WEIGHT_OWN 32768

struct origination {
    struct speaker *speaker;
    const struct fact_origination *fact;
};

struct origination_list {
    VEC(struct origination);
};

/* What one speaker knows of the prefix at hand. */
struct state {
    struct candidate *in; /* by session; then one for its own */
    struct candidate *rows;
    size_t n_rows;
    struct selection sel;
    const char *settled;
    bool dirty, open; /* open: an equal choice that nothing settled */
    bool doubt;       /* a route was kept away by a condition that can't be told */
};

struct sim {
    struct world *w;
    struct arena *mem; /* per prefix */
    struct state *state;
    uint32_t prefix;
    struct origination_list *origins; /* by prefix */
    struct origination_list aggregates;
};

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

int64_t bgp_next_hop_metric(const struct world *w, const struct instance *in,
                            const struct addr *nh)
{
    uint32_t ids[129];
    if (in->index == NOWHERE)
        return 0; /* a ghost reaches whoever tells it something */
    for (size_t i = 0; i < in->n_ports; i++)
        if (!in->ports[i]->down &&
            (port_subnet(in->ports[i], nh) || at_other_end(in->ports[i], nh)))
            return 0;
    if (is_neighbour(w, in, nh))
        return 0;
    size_t n = lpm_all(w->universe, nh, ids, 129);
    for (size_t i = 0; i < n; i++) {
        struct igp_route r = igp_route_to(w, in, ids[i]);
        if (r.metric != IGP_UNREACHED && w->prefixes[ids[i]].len)
            return r.metric;
    }
    const struct port *p = topo_port_at(w, in->router->dom, nh);
    return p && igp_untold(w, in, p->instance, nh->family) ? IGP_UNTOLD : IGP_UNREACHED;
}

/* ---- where prefixes come from */

static struct speaker *speaker_of(const struct world *w, const struct fact_origination *f)
{
    struct router *r =
        topo_router(w, registry_dom((struct world *)w, f->origin->domain), f->node);
    struct instance *in = topo_instance(r, f->table);
    return in ? w->bgp->by_instance[f->family == 6][in->index] : NULL;
}

static int add_origin(struct sim *m, uint32_t id, struct speaker *s,
                      const struct fact_origination *f)
{
    if (id == NOWHERE || m->w->prefixes[id].addr.family != s->family)
        return 0;
    struct origination *o = VEC_PUSH(&m->origins[id]);
    if (o)
        *o = (struct origination){s, f};
    return o ? 0 : ERR_NOMEM;
}

/* Where only a border, or a session with a neighbour on the link, names an interface's address,
 * its subnet is not told: the length of a host's stands for none. */
static bool is_without_length(const struct sim *m, const struct speaker *s,
                              const struct port *p, const struct ifaddr *a)
{
    if (a->len < addr_bits(&a->addr) || p->loopback)
        return false;
    for (size_t i = 0; i < s->n_sessions; i++) {
        const struct session *x = s->sessions[i];
        if (x->external && x->port == p && addr_eq(&x->local_addr, &a->addr))
            return true;
    }
    FOR_ROWS(m->w, border, BORDER, f)
    if (f->interface && !strcmp(f->interface, p->name) && addr_eq(&f->addr, &a->addr) &&
        topo_router(m->w, registry_dom(m->w, f->origin->domain), f->node) ==
            s->instance->router)
        return true;
    return false;
}

static int redistribute(struct sim *m, struct speaker *s, const struct fact_origination *f)
{
    const struct instance *in = s->instance;
    const char *what = f->protocol ? f->protocol : "";
    for (size_t i = 0; !strcmp(what, "connected") && i < in->n_ports; i++)
        for (size_t k = 0; k < in->ports[i]->n_addrs && !in->ports[i]->down; k++) {
            const struct ifaddr *a = &in->ports[i]->addrs[k];
            struct prefix net = prefix_of(&a->addr, a->len);
            if (a->addr.family == s->family && !addr_is_special(&a->addr) &&
                !is_without_length(m, s, in->ports[i], a) &&
                add_origin(m, universe_id(m->w, &net), s, f))
                return ERR_NOMEM;
        }
    FOR_ROWS(m->w, route, ROUTE, r)
    if (!strcmp(what, "static") && r->layer && !strcmp(r->layer, "config") &&
        (!r->protocol || !strcmp(r->protocol, "static")) &&
        r->prefix.addr.family == s->family &&
        topo_instance(topo_router(m->w, registry_dom(m->w, r->origin->domain), r->node),
                      r->table) == in &&
        add_origin(m, universe_id(m->w, &r->prefix), s, f))
        return ERR_NOMEM;
    bool igp = !strncmp(what, "ospf", 4) || !strcmp(what, "isis");
    for (uint32_t id = 0; igp && id < m->w->n_prefixes; id++) {
        if (m->w->prefixes[id].addr.family != s->family)
            continue;
        struct igp_route r = igp_route_to(m->w, in, id);
        if (r.metric != IGP_UNREACHED && (r.proto == IGP_ISIS) == !strcmp(what, "isis") &&
            add_origin(m, id, s, f))
            return ERR_NOMEM;
    }
    return 0;
}

static int read_originations(struct sim *m)
{
    FOR_ROWS(m->w, origination, ORIGINATION, f)
    {
        struct speaker *s = f->into && !strcmp(f->into, "bgp") ? speaker_of(m->w, f) : NULL;
        int rc = 0;
        if (!s || s->has_table || !f->how)
            continue;
        if (!strcmp(f->how, "network")) {
            rc = add_origin(m, universe_id(m->w, &f->prefix), s, f);
        } else if (!strcmp(f->how, "redistribute")) {
            rc = redistribute(m, s, f);
        } else if (!strcmp(f->how, "aggregate")) {
            struct origination *o = VEC_PUSH(&m->aggregates);
            rc = o ? 0 : ERR_NOMEM;
            if (o)
                *o = (struct origination){s, f};
        }
        if (rc)
            return rc;
    }
    return 0;
}

/* A domain that tells nothing announces the address space that it registered. */
static int read_ghosts(struct sim *m)
{
    struct world *w = m->w;
    struct fact_origination *f = ARENA_NEW(w->arena, struct fact_origination);
    if (!f)
        return ERR_NOMEM;
    fact_init(FACT_ORIGINATION, f);
    f->how = "network";
    for (size_t d = 0; d < w->n_doms; d++)
        for (size_t k = 0; k < w->doms[d]->n_prefixes; k++) {
            const struct prefix *p = &w->doms[d]->prefixes[k];
            struct speaker *s = w->bgp->ghosts[p->addr.family == 6][d];
            if (s && add_origin(m, universe_id(w, p), s, f))
                return ERR_NOMEM;
        }
    return 0;
}

static uint32_t row_prefix(const struct world *w, const struct fact_route *f)
{
    return !f->layer || strcmp(f->layer, "bgp") || f->rd ? NOWHERE : universe_id(w, &f->prefix);
}

/* Counts, makes room, fills. */
static int read_rows(struct world *w)
{
    struct rows *rows = w->bgp->rows = ARENA_ARRAY(w->arena, w->n_prefixes + 1, struct rows);
    if (!rows)
        return ERR_NOMEM;
    FOR_ROWS(w, route, ROUTE, f)
    {
        uint32_t id = row_prefix(w, f);
        if (id != NOWHERE)
            rows[id].n++;
    }
    for (size_t i = 0; i < w->n_prefixes; i++) {
        if (rows[i].n && !(rows[i].v = ARENA_ARRAY(w->arena, rows[i].n, const void *)))
            return ERR_NOMEM;
        rows[i].n = 0;
    }
    FOR_ROWS(w, route, ROUTE, f)
    {
        uint32_t id = row_prefix(w, f);
        if (id != NOWHERE)
            rows[id].v[rows[id].n++] = f;
    }
    return 0;
}

/* ---- candidates */

static enum bgp_origin origin_of(const char *text)
{
    return !text || !strcasecmp(text, "igp") ? ORIGIN_IGP
           : !strcasecmp(text, "egp")        ? ORIGIN_EGP
                                             : ORIGIN_INCOMPLETE;
}

static const struct session *session_from(const struct speaker *s, const struct addr *peer)
{
    for (size_t i = 0; peer->family && i < s->n_sessions; i++)
        if (addr_eq(&s->sessions[i]->peer_addr, peer))
            return s->sessions[i];
    return NULL;
}

static void from_row(const struct speaker *s, const struct fact_route *f, struct candidate *c)
{
    c->row = f;
    c->present = true;
    c->from = session_from(s, &f->peer);
    c->router_id = f->peer_router_id;
    c->attrs =
        (struct attrs){.as_path = f->as_path,
                       .local_pref = f->local_pref == FACT_NONE ? s->local_pref : f->local_pref,
                       .med = f->med,
                       .weight = f->weight == FACT_NONE ? 0 : f->weight,
                       .origin = origin_of(f->bgp_origin),
                       .communities = f->communities};
    for (size_t i = 0; i < f->next_hops.n && !c->attrs.next_hop.family; i++)
        c->attrs.next_hop = f->next_hops.v[i];
}

/* The selection of a speaker is what its table marks as best; the one with a reason is told to
 * others. */
static void load_table(struct sim *m, struct speaker *s, struct state *st)
{
    const struct rows *rows = &m->w->bgp->rows[m->prefix];
    st->rows = ARENA_ARRAY(m->mem, rows->n + 1, struct candidate);
    for (size_t i = 0; st->rows && i < rows->n; i++) {
        const struct fact_route *f = rows->v[i];
        const struct router *r =
            topo_router(m->w, registry_dom(m->w, f->origin->domain), f->node);
        if (topo_instance(r, f->table) != s->instance)
            continue;
        struct candidate *c = &st->rows[st->n_rows++];
        from_row(s, f, c);
        if (f->best != 1 || st->sel.n == BGP_MAX_PATHS)
            continue;
        st->sel.used[st->sel.n++] = c;
        if (f->reason && st->sel.n > 1) {
            st->sel.used[st->sel.n - 1] = st->sel.used[0];
            st->sel.used[0] = c;
        }
    }
}

/* Is the prefix in the instance's table? 1 yes, 0 no, -1 can't be told. */
static int in_table(const struct sim *m, const struct speaker *s)
{
    const struct instance *in = s->instance;
    for (size_t i = 0; i < in->n_ports; i++)
        for (size_t k = 0; k < in->ports[i]->n_addrs; k++) {
            struct prefix net =
                prefix_of(&in->ports[i]->addrs[k].addr, in->ports[i]->addrs[k].len);
            if (prefix_eq(&net, &m->w->prefixes[m->prefix]) && !in->ports[i]->down)
                return 1;
        }
    if (igp_route_to(m->w, in, m->prefix).metric != IGP_UNREACHED)
        return 1;
    FOR_ROWS(m->w, route, ROUTE, r)
    if (r->layer && !strcmp(r->layer, "config") &&
        prefix_eq(&r->prefix, &m->w->prefixes[m->prefix]) &&
        topo_instance(topo_router(m->w, registry_dom(m->w, r->origin->domain), r->node),
                      r->table) == in)
        return 1;
    return igp_has_nameless(m->w, in, s->family, false) ? -1 : 0;
}

/* Is the prefix surely brought in by another speaker of the domain? */
static bool brought_elsewhere(const struct sim *m, const struct speaker *s)
{
    for (size_t i = 0; i < m->w->bgp->n_speakers; i++) {
        const struct speaker *t = m->w->bgp->speakers[i];
        const struct candidate *c = m->state[i].in ? &m->state[i].in[t->n_sessions] : NULL;
        if (c && c->present && !c->attrs.unsure &&
            t->instance->router->dom == s->instance->router->dom)
            return true;
    }
    return false;
}

/* Makes the speaker's own candidate. What is not sure to be in its table waits for the second
 * round: it stands only where no speaker of the domain surely has the prefix. */
static void originate(struct sim *m, const struct origination *o, bool second)
{
    struct speaker *s = o->speaker;
    struct candidate *c = &m->state[s->index].in[s->n_sessions];
    const struct fact_origination *f = o->fact;
    bool checked = !strcmp(f->how, "network") && f->import_check == 1;
    int there = checked && !c->present ? in_table(m, s) : 1;
    if (c->present || !there || (there < 0) != second || (second && brought_elsewhere(m, s)))
        return;
    *c = (struct candidate){
        .present = true,
        .source = f->protocol,
        .attrs = {.local_pref = s->local_pref,
                  .med = f->metric,
                  .weight = WEIGHT_OWN,
                  .origin = strcmp(f->how, "redistribute") ? ORIGIN_IGP : ORIGIN_INCOMPLETE,
                  .unsure = second}};
    struct policy_context pc = {.router = s->instance->router,
                                .prefix = &m->w->prefixes[m->prefix],
                                .source_protocol = f->protocol};
    c->present = policy_apply(m->w->bgp->policies, &pc, f->policy, &c->attrs, m->mem);
    m->state[s->index].dirty = true;
}

/* An aggregate stands while a longer prefix inside it is chosen; those were simulated before.
 */
static void originate_aggregates(struct sim *m)
{
    for (size_t i = 0; i < m->aggregates.n; i++) {
        const struct origination *o = &m->aggregates.v[i];
        if (!prefix_eq(&o->fact->prefix, &m->w->prefixes[m->prefix]))
            continue;
        bool part = false;
        for (uint32_t id = 0; id < m->w->n_prefixes && !part; id++)
            part = id != m->prefix && prefix_covers(&o->fact->prefix, &m->w->prefixes[id]) &&
                   m->w->bgp->chosen[id] && m->w->bgp->chosen[id][o->speaker->index].n;
        if (part)
            originate(m, o, false);
    }
}

static bool summarised(const struct sim *m, const struct speaker *s)
{
    for (size_t i = 0; i < m->aggregates.n; i++)
        if (m->aggregates.v[i].speaker == s && m->aggregates.v[i].fact->summary_only == 1 &&
            prefix_covers(&m->aggregates.v[i].fact->prefix, &m->w->prefixes[m->prefix]) &&
            m->aggregates.v[i].fact->prefix.len < m->w->prefixes[m->prefix].len)
            return true;
    return false;
}

/* ---- from one speaker to the next */

static bool carries(const struct attrs *a, const char *numeric, const char *word)
{
    for (size_t i = 0; i < a->communities.n; i++)
        if (!strcmp(a->communities.v[i], numeric) || !strcmp(a->communities.v[i], word))
            return true;
    return false;
}

static bool may_tell(const struct candidate *c, const struct session *x)
{
    if (carries(&c->attrs, "65535:65282", "no-advertise") ||
        (x->external && carries(&c->attrs, "65535:65281", "no-export")))
        return false;
    if (c->from == x)
        return false;
    if (x->external || !c->from || c->from->external)
        return true;
    return (c->from->fact && c->from->fact->rr_client == 1) || x->fact->rr_client == 1;
}

static uint32_t addr_number(const struct addr *a)
{
    return (uint32_t)a->b[0] << 24 | (uint32_t)a->b[1] << 16 | (uint32_t)a->b[2] << 8 | a->b[3];
}

static struct asns with_first(struct sim *m, const struct asns *list, uint32_t first)
{
    uint32_t *v = ARENA_ARRAY(m->mem, list->n + 1, uint32_t);
    if (!v)
        return *list;
    v[0] = first;
    if (list->n)
        memcpy(v + 1, list->v, list->n * sizeof(*v));
    return (struct asns){v, list->n + 1};
}

static bool has_asn(const struct asns *list, uint32_t asn, int64_t more_than)
{
    int64_t seen = 0;
    for (size_t i = 0; i < list->n; i++)
        seen += list->v[i] == asn;
    return seen > more_than;
}

static struct addr own_next_hop(const struct session *x)
{
    if (x->local_addr.family == x->local->family || !x->port)
        return x->local_addr;
    const struct ifaddr *a = port_addr(x->port, x->local->family);
    return a ? a->addr : x->local_addr;
}

static void reflect(struct sim *m, const struct candidate *c, const struct session *x,
                    struct attrs *a)
{
    if (!c->from || c->from->external || x->external)
        return;
    if (!a->originator.family)
        a->originator = c->router_id;
    struct addr own = bgp_router_id(x->local);
    a->clusters = with_first(m, &a->clusters, addr_number(&own));
}

static void leave_as(struct sim *m, const struct session *x, struct attrs *a)
{
    const struct fact_bgp_session *f = x->fact;
    uint32_t own = f->local_asn > 0 ? (uint32_t)f->local_asn : x->local->asn;
    if (f->remove_private_as == 1 || f->as_override == 1) {
        uint32_t *v = ARENA_ARRAY(m->mem, a->as_path.n + 1, uint32_t);
        size_t n = 0;
        for (size_t i = 0; v && i < a->as_path.n; i++) {
            uint32_t as = a->as_path.v[i];
            if (f->remove_private_as == 1 && as >= 64512 && as <= 65534)
                continue;
            v[n++] = f->as_override == 1 && as == x->peer_asn ? own : as;
        }
        if (v)
            a->as_path = (struct asns){v, n};
    }
    a->as_path = with_first(m, &a->as_path, own);
    a->local_pref = FACT_NONE;
    a->originator = (struct addr){0};
    a->clusters = (struct asns){0};
}

static bool lists_permit(struct sim *m, const struct session *x, const struct attrs *a, bool in)
{
    const struct fact_bgp_session *f = x->fact;
    struct policy_context pc = {x->local->instance->router, &m->w->prefixes[m->prefix],
                                &x->peer_addr, NULL};
    const struct policy_set *ps = m->w->bgp->policies;
    return policy_prefix_list(ps, &pc, in ? f->import_list : f->export_list) &&
           policy_as_path_list(ps, &pc, in ? f->import_as_path : f->export_as_path,
                               &a->as_path);
}

/* What x's speaker tells over session x of its best route. */
static bool export_route(struct sim *m, const struct candidate *c, const struct session *x,
                         struct attrs *a)
{
    const struct fact_bgp_session *f = x->fact;
    if (!f || !may_tell(c, x) || summarised(m, x->local))
        return false;
    if (x->local->ghost && c->from && c->from->relation != RELATION_CUSTOMER &&
        x->relation != RELATION_CUSTOMER)
        return false;
    *a = c->attrs;
    a->weight = 0;
    a->next_hop_self = false;
    bool outside = !c->from || c->from->external;
    if (x->external && c->from)
        a->med = FACT_NONE;
    if (x->external || !a->next_hop.family || (outside && f->next_hop_self == 1) ||
        f->next_hop_self == 2 || !c->from)
        a->next_hop = own_next_hop(x);
    reflect(m, c, x, a);
    if (!lists_permit(m, x, a, false) ||
        (x->external && x->local->ebgp_requires_policy && !f->export_policy))
        return false;
    struct policy_context pc = {x->local->instance->router, &m->w->prefixes[m->prefix],
                                &x->peer_addr,
                                c->from     ? NULL
                                : c->source ? c->source
                                            : "local"};
    if (!policy_apply(m->w->bgp->policies, &pc, f->export_policy, a, m->mem))
        return false;
    if (a->next_hop_self)
        a->next_hop = own_next_hop(x);
    if (x->external)
        leave_as(m, x, a);
    policy_put_outside(a, m->mem);
    if (f->send_community == 0)
        a->communities = (struct strs){0};
    return true;
}

/* What the receiving side y makes of it. */
static bool import_route(struct sim *m, const struct session *y, struct attrs *a)
{
    const struct fact_bgp_session *f = y->fact;
    const struct speaker *s = y->local;
    int64_t own = f->allow_own_as > 0 ? f->allow_own_as : 0;
    struct addr id = bgp_router_id(s);
    if (s->ghost) {
        static const int64_t prefs[] = {100, 200, 100, 80}; /* by relation */
        a->local_pref = prefs[y->relation];
        a->weight = 0;
        return !has_asn(&a->as_path, s->asn, 0);
    }
    if (has_asn(&a->as_path, s->asn, own) ||
        (!y->external &&
         (addr_eq(&a->originator, &id) || has_asn(&a->clusters, addr_number(&id), 0))))
        return false;
    if (y->external || a->local_pref == FACT_NONE)
        a->local_pref = s->local_pref;
    a->weight = f->weight > 0 ? f->weight : 0;
    a->next_hop_self = false;
    if (!lists_permit(m, y, a, true) ||
        (y->external && s->ebgp_requires_policy && !f->import_policy))
        return false;
    struct policy_context pc = {s->instance->router, &m->w->prefixes[m->prefix], &y->peer_addr,
                                NULL};
    bool taken = policy_apply(m->w->bgp->policies, &pc, f->import_policy, a, m->mem);
    policy_put_outside(a, m->mem);
    return taken;
}

/* ---- settling equal choices by what others saw */

static bool same_asns(const struct asns *a, const struct asns *b)
{
    return a->n == b->n && (!a->n || !memcmp(a->v, b->v, a->n * sizeof(*a->v)));
}

/* Does a neighbour's table show what speaker s told it, and would candidate c have been told
 * so? 1 yes, 0 it shows something else, -1 no neighbour with a table heard of it. */
static int told_so(struct sim *m, const struct speaker *s, const struct candidate *c)
{
    int result = -1;
    for (size_t i = 0; i < s->n_sessions && result != 1; i++) {
        const struct session *x = s->sessions[i];
        if (!x->remote || !x->remote->local->has_table)
            continue;
        const struct state *there = &m->state[x->remote->local->index];
        for (size_t k = 0; k < there->n_rows; k++) {
            struct attrs a;
            if (there->rows[k].from != x->remote)
                continue;
            bool same = export_route(m, c, x, &a) &&
                        same_asns(&a.as_path, &there->rows[k].attrs.as_path);
            result = same ? 1 : 0;
        }
    }
    return result;
}

static void prefer(struct selection *sel, const struct candidate *c)
{
    sel->used[0] = c;
    sel->n = 1;
}

/* Keeps only equal candidates that the test says yes to, if there are any. */
static size_t narrow(struct sim *m, const struct speaker *s, const struct candidate **v,
                     size_t n, bool by_trace)
{
    size_t kept = 0;
    const struct candidate *yes[BGP_MAX_PATHS];
    for (size_t i = 0; i < n; i++) {
        int r = by_trace ? traces_pin(m->w, s, m->prefix, v[i]->from, &v[i]->attrs.next_hop)
                         : told_so(m, s, v[i]);
        if (r == 1)
            yes[kept++] = v[i];
    }
    if (kept)
        memcpy(v, yes, kept * sizeof(*v));
    return kept ? kept : n;
}

static bool tell_alike(struct sim *m, const struct selection *sel, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct attrs *a = &sel->equal[0]->attrs, *b = &sel->equal[i]->attrs;
        if (!same_asns(&a->as_path, &b->as_path) || a->med != b->med ||
            a->communities.n != b->communities.n)
            return false;
        for (size_t k = 0; k < a->communities.n; k++)
            if (strcmp(a->communities.v[k], b->communities.v[k]))
                return false;
    }
    (void)m;
    return true;
}

static void settle(struct sim *m, const struct speaker *s, struct state *st)
{
    struct selection *sel = &st->sel;
    st->open = false;
    st->settled = NULL;
    if (!sel->by_age)
        return;
    bool multipath = sel->n > 1;
    size_t n = narrow(m, s, sel->equal, sel->n_equal, false);
    if (n < sel->n_equal)
        st->settled = "a neighbour's table shows this route";
    if (!multipath && n > 1) {
        size_t k = narrow(m, s, sel->equal, n, true);
        if (k < n)
            st->settled = "a traceroute left by this route";
        n = k;
    }
    bool alike = tell_alike(m, sel, n);
    if (!multipath) {
        prefer(sel, sel->equal[0]);
        st->open = n > 1;
    }
    if (!alike)
        sel->unsure = true;
}

/* ---- the loop */

static bool same_attrs(const struct attrs *a, const struct attrs *b)
{
    if (!same_asns(&a->as_path, &b->as_path) || a->local_pref != b->local_pref ||
        a->med != b->med || a->weight != b->weight || a->origin != b->origin ||
        a->unsure != b->unsure || !addr_eq(&a->next_hop, &b->next_hop) ||
        !addr_eq(&a->originator, &b->originator) || !same_asns(&a->clusters, &b->clusters) ||
        a->communities.n != b->communities.n)
        return false;
    for (size_t i = 0; i < a->communities.n; i++)
        if (strcmp(a->communities.v[i], b->communities.v[i]))
            return false;
    return true;
}

/* A default route of the speaker's own making, told over this session only. */
static bool default_route(struct sim *m, const struct session *x, struct attrs *a)
{
    if (!x->fact || x->fact->default_originate != 1 || m->w->prefixes[m->prefix].len)
        return false;
    *a = (struct attrs){
        .local_pref = x->local->local_pref, .med = FACT_NONE, .next_hop = own_next_hop(x)};
    if (x->external)
        leave_as(m, x, a);
    return true;
}

/* Hands the best route over session x; true when the other side's candidate changed. */
static bool tell(struct sim *m, const struct state *st, const struct session *x)
{
    struct session *y = x->remote;
    if (!y)
        return false;
    struct candidate *c = &m->state[y->local->index].in[y->slot];
    struct candidate next = {.from = y, .router_id = bgp_router_id(x->local)};
    bool untold = false; /* kept away by a condition that can't be told */
    if (st->sel.n) {
        next.present = export_route(m, st->sel.used[0], x, &next.attrs);
        untold = !next.present && next.attrs.unsure && !st->sel.used[0]->attrs.unsure;
        bool guessed = x->local->ghost && (st->sel.used[0]->from || x->local->n_sessions > 1);
        next.attrs.unsure = next.attrs.unsure || st->sel.unsure || guessed;
    }
    if (default_route(m, x, &next.attrs))
        next.present = true;
    bool sure = next.present && !next.attrs.unsure;
    next.present = next.present && import_route(m, y, &next.attrs);
    untold = untold || (sure && !next.present && next.attrs.unsure);
    if (untold && !m->state[y->local->index].doubt)
        m->state[y->local->index].doubt = m->state[y->local->index].dirty = true;
    if (next.present == (c->from != NULL) &&
        (!next.present || same_attrs(&next.attrs, &c->attrs)))
        return false;
    if (!next.present)
        next = (struct candidate){0};
    *c = next;
    m->state[y->local->index].dirty = true;
    return true;
}

/* Tables seldom show communities, and policies go by them: what the neighbour told, or what the
 * own import policy adds. */
static void complete_rows(struct sim *m, const struct speaker *s, struct state *st)
{
    for (size_t i = 0; i < st->n_rows; i++) {
        struct candidate *c = &st->rows[i];
        if (!c->from || !c->from->fact || c->row->communities.n)
            continue;
        const struct candidate *told = &st->in[c->from->slot];
        if (told->from && same_asns(&told->attrs.as_path, &c->attrs.as_path)) {
            c->attrs.communities = told->attrs.communities;
            continue;
        }
        struct attrs a = c->attrs;
        struct policy_context pc = {s->instance->router, &m->w->prefixes[m->prefix],
                                    &c->from->peer_addr, NULL};
        a.communities = (struct strs){0};
        policy_apply(m->w->bgp->policies, &pc, c->from->fact->import_policy, &a, m->mem);
        c->attrs.communities = a.communities;
    }
}

/* What a ghost told a neighbour whose table is known limits what it can have chosen. */
static void believe_tables(struct sim *m, const struct speaker *s, struct state *st)
{
    bool any = false;
    for (size_t i = 0; i < s->n_sessions; i++)
        any = any || (st->in[i].present && told_so(m, s, &st->in[i]) == 1);
    for (size_t i = 0; any && i < s->n_sessions; i++)
        st->in[i].present = st->in[i].present && told_so(m, s, &st->in[i]) == 1;
}

static bool step(struct sim *m, struct speaker *s)
{
    struct state *st = &m->state[s->index];
    bool changed = false;
    st->dirty = false;
    if (s->has_table) {
        complete_rows(m, s, st);
    } else {
        for (size_t i = 0; i < s->n_sessions; i++)
            st->in[i].present = st->in[i].from != NULL;
        if (s->ghost)
            believe_tables(m, s, st);
        bgp_select(m->w, s, st->in, s->n_sessions + 1, &st->sel);
        st->sel.unsure = st->sel.unsure || st->doubt;
        settle(m, s, st);
    }
    for (size_t i = 0; i < s->n_sessions; i++)
        changed |= tell(m, st, s->sessions[i]);
    return changed;
}

static bool gives_default(const struct speaker *s)
{
    for (size_t i = 0; i < s->n_sessions; i++)
        if (s->sessions[i]->fact && s->sessions[i]->fact->default_originate == 1)
            return true;
    return false;
}

static int start(struct sim *m)
{
    struct bgp_world *b = m->w->bgp;
    unsigned family = m->w->prefixes[m->prefix].addr.family;
    m->state = ARENA_ARRAY(m->mem, b->n_speakers + 1, struct state);
    if (!m->state)
        return ERR_NOMEM;
    for (size_t i = 0; i < b->n_speakers; i++) {
        struct speaker *s = b->speakers[i];
        struct state *st = &m->state[i];
        if (s->family != family)
            continue;
        st->in = ARENA_ARRAY(m->mem, s->n_sessions + 1, struct candidate);
        if (!st->in)
            return ERR_NOMEM;
        if (s->has_table && m->w->bgp->rows[m->prefix].n) {
            load_table(m, s, st);
            st->dirty = true;
        }
    }
    for (int second = 0; second < 2; second++)
        for (size_t i = 0; i < m->origins[m->prefix].n; i++)
            originate(m, &m->origins[m->prefix].v[i], second);
    originate_aggregates(m);
    for (size_t i = 0; !m->w->prefixes[m->prefix].len && i < b->n_speakers; i++)
        m->state[i].dirty =
            m->state[i].dirty || (m->state[i].in && gives_default(b->speakers[i]));
    return 0;
}

/* True when it came to rest. */
static bool run(struct sim *m)
{
    struct bgp_world *b = m->w->bgp;
    size_t rounds = 4 * b->n_speakers + 64;
    for (bool changed = true; changed && rounds; rounds--) {
        changed = false;
        for (size_t i = 0; i < b->n_speakers; i++)
            if (m->state[i].dirty)
                changed |= step(m, b->speakers[i]);
    }
    return rounds > 0;
}

/* ---- results */

static struct attrs keep_attrs(struct world *w, const struct attrs *a)
{
    struct attrs k = *a;
    if (a->as_path.n)
        k.as_path.v = arena_dup(w->arena, a->as_path.v, a->as_path.n * sizeof(uint32_t));
    k.communities = (struct strs){0};
    k.clusters = (struct asns){0};
    return k;
}

static int keep(struct sim *m, bool at_rest)
{
    struct bgp_world *b = m->w->bgp;
    struct choices *out = b->chosen[m->prefix] =
        ARENA_ARRAY(m->w->arena, b->n_speakers + 1, struct choices);
    if (!out)
        return ERR_NOMEM;
    for (size_t i = 0; i < b->n_speakers; i++) {
        const struct state *st = &m->state[i];
        out[i].v = st->sel.n ? ARENA_ARRAY(m->w->arena, st->sel.n, struct choice) : NULL;
        for (size_t k = 0; out[i].v && k < st->sel.n; k++) {
            const struct candidate *c = st->sel.used[k];
            out[i].v[out[i].n++] =
                (struct choice){.from = c->from,
                                .attrs = keep_attrs(m->w, &c->attrs),
                                .cls = c->row                                   ? CLASS_OBSERVED
                                       : st->sel.unsure || st->open || !at_rest ? CLASS_ASSUMED
                                                                                : CLASS_DERIVED,
                                .seen = c->row ? c->row->origin : NULL,
                                .settled = st->settled,
                                .tied = st->open};
        }
    }
    return 0;
}

static int simulate_prefix(struct sim *m, uint32_t prefix)
{
    m->prefix = prefix;
    bool aggregate = false;
    for (size_t i = 0; i < m->aggregates.n; i++)
        aggregate |= prefix_eq(&m->aggregates.v[i].fact->prefix, &m->w->prefixes[prefix]);
    if (!m->origins[prefix].n && !m->w->bgp->rows[prefix].n && !aggregate &&
        m->w->prefixes[prefix].len)
        return 0;
    struct arena_mark mark = arena_mark(m->mem);
    int rc = start(m);
    if (!rc)
        rc = keep(m, run(m));
    arena_rewind(m->mem, mark);
    return rc;
}

/* Longer prefixes first: aggregates depend on them. */
static int simulate_all(struct sim *m)
{
    int rc = 0;
    for (int len = 128; !rc && len >= 0; len--)
        for (uint32_t id = 0; !rc && id < m->w->n_prefixes; id++)
            if (m->w->prefixes[id].len == len)
                rc = simulate_prefix(m, id);
    return rc;
}

int bgp_simulate(struct world *w, struct err *e)
{
    struct sim m = {.w = w, .mem = w->scratch};
    size_t n = w->n_prefixes + 1;
    m.origins = calloc(n, sizeof(*m.origins));
    w->bgp->chosen = ARENA_ARRAY(w->arena, n, struct choices *);
    int rc = m.origins && w->bgp->chosen ? 0 : ERR_NOMEM;
    if (rc || (rc = read_originations(&m)) || (rc = read_ghosts(&m)) || (rc = read_rows(w)) ||
        (rc = simulate_all(&m)))
        err_set(e, rc, "out of memory while simulating BGP");
    for (size_t i = 0; i < n; i++) {
        if (m.origins)
            VEC_FREE(&m.origins[i]);
    }
    free(m.origins);
    VEC_FREE(&m.aggregates);
    return rc;
}

const struct choices *bgp_choices(const struct world *w, const struct instance *in,
                                  uint32_t prefix)
{
    unsigned family = w->prefixes[prefix].addr.family;
    const struct speaker *s = w->bgp->by_instance[family == 6][in->index];
    const struct choices *all = w->bgp->chosen[prefix];
    return s && all && all[s->index].n ? &all[s->index] : NULL;
}
