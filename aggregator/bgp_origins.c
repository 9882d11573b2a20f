/* SPDX-License-Identifier: Apache-2.0 */
/* Where prefixes come from: networks, redistribution, aggregates, silent domains. */
#include <string.h>

#include "aggregator/bgp_sim_private.h"
#include "aggregator/igp.h"

#define WEIGHT_OWN 32768

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
        struct igp_route r;
        igp_route_to(m->w, in, id, &r);
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
        if (!s || s->lists_own || !f->how)
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

/* Does redistribution bring in routes that nobody told? */
static bool brings_untold(const struct sim *m, const struct speaker *s,
                          const struct fact_origination *f)
{
    static const char *const told[] = {"connected", "static",    "local",
                                       "bgp",       "aggregate", "kernel"};
    const char *what = f->protocol ? f->protocol : "connected";
    for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++)
        if (!strcmp(what, told[i]))
            return false;
    bool followed = !strncmp(what, "ospf", 4) || !strcmp(what, "isis");
    return !followed || igp_in_doubt(m->w, s->instance, s->family);
}

/* Might routes to the domain's own networks come over the session from outside? Their AS paths
 * hold its number, by which they are refused. */
static bool takes_back(const struct session *x)
{
    const struct dom *d = x->local->instance->router->dom;
    bool one = d->asns.n == 1 && d->asns.v[0] == x->local->asn;
    return !x->external || !one || (x->fact && x->fact->allow_own_as > 0);
}

/* Has it a neighbour of whom nothing is known? */
static bool has_stranger(const struct speaker *s)
{
    for (size_t i = 0; !s->ghost && i < s->n_sessions; i++) {
        const struct session *x = s->sessions[i];
        if (!x->remote && x->fact && x->fact->shutdown != 1 && x->fact->established != 0)
            return true;
    }
    return false;
}

/* Might it hear of its domain's own networks from one who tells nothing? */
static bool has_own_from_others(const struct speaker *s)
{
    bool may = false;
    for (size_t i = 0; !s->ghost && i < s->n_sessions; i++) {
        const struct session *x = s->sessions[i];
        may |= (!x->remote || x->remote->local->ghost) && takes_back(x);
    }
    return may;
}

/* What a speaker may hear its neighbours may, too. Have there been any? */
static bool tell_neighbours(const struct speaker *s)
{
    bool more = false;
    for (size_t k = 0; k < s->n_sessions; k++) {
        struct session *y = s->sessions[k]->remote;
        bool own = y && s->hears_own && takes_back(y);
        more |=
            y && ((s->hears_more && !y->local->hears_more) || (own && !y->local->hears_own));
        if (y) {
            y->local->hears_more |= s->hears_more;
            y->local->hears_own |= own;
        }
    }
    return more;
}

/* Whoever has a way of sessions from where such routes come in may hear of them. */
static void find_untold(struct sim *m)
{
    struct bgp_world *b = m->w->bgp;
    for (size_t i = 0; i < b->n_speakers; i++) {
        struct speaker *s = b->speakers[i];
        bool leaks = !s->ghost && igp_leaks(m->w, s->instance, s->family);
        s->hears_more = leaks || has_stranger(s);
        s->hears_own = leaks || has_own_from_others(s);
    }
    FOR_ROWS(m->w, origination, ORIGINATION, f)
    {
        struct speaker *s = f->into && !strcmp(f->into, "bgp") ? speaker_of(m->w, f) : NULL;
        if (s && f->how && !strcmp(f->how, "redistribute") && brings_untold(m, s, f))
            s->hears_more = s->hears_own = true;
    }
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < b->n_speakers; i++)
            more |= tell_neighbours(b->speakers[i]);
    }
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
    struct igp_route inside;
    igp_route_to(m->w, in, m->prefix, &inside);
    if (inside.metric != IGP_UNREACHED)
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
        const struct candidate *c = m->state[i].in ? m->state[i].in[t->n_sessions] : NULL;
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
    struct candidate *c = sim_lives(m, s) ? sim_candidate(m, s, s->n_sessions) : NULL;
    if (!c)
        return;
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
    m->state[s->index].doubt |= !c->present && c->attrs.unsure;
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
                   bgp_choices_of(m->w, o->speaker, id).n;
        if (part)
            originate(m, o, false);
    }
}

bool sim_summarised(const struct sim *m, const struct speaker *s)
{
    for (size_t i = 0; i < m->aggregates.n; i++)
        if (m->aggregates.v[i].speaker == s && m->aggregates.v[i].fact->summary_only == 1 &&
            prefix_covers(&m->aggregates.v[i].fact->prefix, &m->w->prefixes[m->prefix]) &&
            m->aggregates.v[i].fact->prefix.len < m->w->prefixes[m->prefix].len)
            return true;
    return false;
}

int sim_read_origins(struct sim *m)
{
    find_untold(m);
    int rc = read_originations(m);
    return rc ? rc : read_ghosts(m);
}

void sim_originate(struct sim *m)
{
    for (int second = 0; second < 2; second++)
        for (size_t i = 0; i < m->origins[m->prefix].n; i++)
            originate(m, &m->origins[m->prefix].v[i], second);
    originate_aggregates(m);
}
