/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/traces.h"

#include <stdlib.h>
#include <string.h>

#include "aggregator/forward.h"

struct pair_key {
    struct addr src, dst;
};

static struct pair_key pair_key(const struct addr *src, const struct addr *dst)
{
    struct pair_key k;
    memset(&k, 0, sizeof(k));
    k.src = *src;
    k.dst = *dst;
    return k;
}

/* ---- mapping answers to routers */

/* The last hop before i that answered, or -1. */
static int answered_before(const struct trace *t, size_t i)
{
    while (i-- > 0)
        if (t->hops[i].addr.family)
            return (int)i;
    return -1;
}

/* Private addresses mean something only within a domain: that of the known router before. Two
 * domains may use the same, so what follows a router that is not known is not known either. */
static struct port *port_near(const struct world *w, const struct trace *t, size_t i)
{
    const struct addr *a = &t->hops[i].addr;
    struct port *p = topo_port_at(w, NULL, a);
    if (p || !addr_is_private(a))
        return p;
    int k = answered_before(t, i);
    if (k < 0)
        return topo_port_at(w, registry_owner(w, &t->fact->source), a);
    return t->hops[k].port ? topo_port_at(w, t->hops[k].port->instance->router->dom, a) : NULL;
}

/* Several answers at one TTL: of one router, or of several? */
static bool of_several(const struct world *w, const struct hop *h, const struct seen *s)
{
    for (size_t i = 0; i < h->n; i++) {
        if (addr_eq(&h->v[i].addr, &s->addr))
            continue;
        const struct port *p = topo_port_at(w, NULL, &h->v[i].addr);
        if (!p || !s->port || p->instance->router != s->port->instance->router)
            return true;
    }
    return false;
}

static bool refused(const struct hop *h)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->v[i].note && h->v[i].note[0] == '!')
            return true;
    return false;
}

#define MAX_TTL 255

/* TTLs of which nothing is told did not answer: some programs leave them out, or begin later.
 */
static size_t pass_silence(const struct trace *t, const struct hop *h)
{
    return h->ttl > (int64_t)t->n && h->ttl <= MAX_TTL ? (size_t)h->ttl - 1 : t->n;
}

/* Room for the hops and the TTLs left out. */
static size_t room_for(const struct hops *hs)
{
    size_t room = 0;
    for (size_t i = 0; i < hs->n; i++) {
        room++;
        if (hs->v[i].ttl > (int64_t)room && hs->v[i].ttl <= MAX_TTL)
            room = (size_t)hs->v[i].ttl;
    }
    return room + 1;
}

static bool answers_at(const struct hop *h, const struct addr *a)
{
    for (size_t i = 0; i < h->n; i++)
        if (addr_eq(&h->v[i].addr, a))
            return true;
    return false;
}

/* Does an address answer at two TTLs? */
static bool is_uneven(const struct fact_observed_path *f)
{
    bool uneven = false;
    for (size_t i = 0; i < f->hops.n && !uneven; i++) {
        const struct hop *h = &f->hops.v[i];
        for (size_t k = 0; k < h->n && !uneven; k++)
            for (size_t j = i + 1; j < f->hops.n && !uneven; j++)
                uneven = answers_at(&f->hops.v[j], &h->v[k].addr);
    }
    return uneven;
}

static int map_hops(struct world *w, struct trace *t)
{
    const struct hops *hs = &t->fact->hops;
    const struct hop **at = ARENA_ARRAY(w->scratch, room_for(hs), const struct hop *);
    t->hops = ARENA_ARRAY(w->arena, room_for(hs), struct seen);
    if (!t->hops || !at)
        return ERR_NOMEM;
    size_t answered = 0;
    t->uneven = is_uneven(t->fact);
    for (size_t i = 0; i < hs->n; i++) {
        const struct hop *h = &hs->v[i];
        t->n = pass_silence(t, h);
        if (h->n && addr_eq(&h->v[0].addr, &t->fact->destination)) {
            t->reached = !refused(h);
            answered = t->n;
            break;
        }
        if (h->n) {
            t->hops[t->n].addr = h->v[0].addr;
            answered = t->n + 1;
        }
        at[t->n++] = h;
    }
    t->reached = t->reached || t->fact->reached == 1;
    t->n =
        answered > t->n || !t->reached ? answered : t->n; /* silence at the end says nothing */
    for (size_t i = 0; i < t->n; i++)
        if (t->hops[i].addr.family) {
            t->hops[i].port = port_near(w, t, i);
            t->hops[i].several = of_several(w, at[i], &t->hops[i]);
            t->split = t->split || t->hops[i].several;
            if (t->hops[i].port)
                t->hops[i].instance = t->hops[i].port->instance;
        }
    return 0;
}

/* The wire between two instances on which the second has that address; NULL if it is on none.
 */
static struct wire *wire_into(const struct instance *from, const struct port *at)
{
    for (size_t i = 0; i < at->n_wires; i++)
        if (wire_other(at->wires[i], at)->instance == from)
            return at->wires[i];
    return NULL;
}

static void mark_ingress(struct world *w, struct trace *t)
{
    for (size_t i = 1; i < t->n; i++) {
        struct seen *a = &t->hops[i - 1], *b = &t->hops[i];
        if (!b->port || !a->instance || a->several || b->several)
            continue;
        b->ingress = wire_into(a->instance, b->port) != NULL;
        if (!b->ingress && w->traces->inbound[b->instance->router->index] != 1)
            w->traces->inbound[b->instance->router->index] = 2;
    }
}

/* The only known router on the network of an address, or NULL. */
static struct instance *only_router_at(const struct world *w, const struct addr *a)
{
    struct port *const *p = universe_network(w, a);
    struct instance *in = p ? (*p)->instance : NULL;
    for (; p && *p; p++)
        if ((*p)->instance != in)
            return NULL;
    return in && in->router->configured ? in : NULL;
}

/* Private addresses backwards from what is known: the last before the destination is on its
 * network, and each one before is at the other end of the link by which the next was entered.
 */
static void map_backwards(const struct world *w, struct trace *t)
{
    const struct instance *home = t->reached ? only_router_at(w, &t->fact->destination) : NULL;
    for (size_t i = t->n; i-- > 0;) {
        struct seen *s = &t->hops[i], *next = i + 1 < t->n ? s + 1 : NULL;
        const struct instance *near = next ? next->instance : home;
        if (s->port || s->several || !near || !addr_is_private(&s->addr))
            continue;
        struct port *p = topo_port_at(w, near->router->dom, &s->addr);
        bool fits = p && (next ? next->port && wire_into(p->instance, next->port) != NULL
                               : p->instance == home);
        if (fits) {
            s->port = p;
            s->instance = p->instance;
        }
    }
}

/* A silent router is known if only one fits: on the network of either end, or at the other end
 * of the link by which the next one was entered. */
static void fill_silence(const struct world *w, struct trace *t)
{
    struct seen *first = t->n ? &t->hops[0] : NULL, *last = t->n ? &t->hops[t->n - 1] : NULL;
    if (first && !first->addr.family)
        first->instance = only_router_at(w, &t->fact->source);
    if (last && last != first && !last->addr.family && t->reached)
        last->instance = only_router_at(w, &t->fact->destination);
    for (size_t i = t->n; i-- > 1;) {
        struct seen *gap = &t->hops[i - 1], *next = &t->hops[i];
        if (gap->addr.family || gap->instance || !next->port || next->several ||
            next->port->n_wires != 1)
            continue;
        struct instance *in = wire_other(next->port->wires[0], next->port)->instance;
        bool before = i < 2 || t->hops[i - 2].instance != in;
        if (before && in->router->configured)
            gap->instance = in;
    }
}

/* ---- indices */

static int cmp_trace(const void *va, const void *vb)
{
    const struct trace *a = va, *b = vb;
    int c = addr_cmp(&a->fact->source, &b->fact->source);
    if (!c)
        c = addr_cmp(&a->fact->destination, &b->fact->destination);
    if (!c)
        c = (a->fact->observed < b->fact->observed) - (a->fact->observed > b->fact->observed);
    return c ? c : fact_cmp(FACT_OBSERVED_PATH, a->fact, b->fact);
}

static int index_traces(struct world *w)
{
    struct trace_world *t = w->traces;
    t->by_prefix = ARENA_ARRAY(w->arena, w->n_prefixes + 1, uint32_t *);
    t->n_by_prefix = ARENA_ARRAY(w->arena, w->n_prefixes + 1, size_t);
    if (!t->by_prefix || !t->n_by_prefix)
        return ERR_NOMEM;
    for (size_t i = 0; i < t->n; i++)
        t->n_by_prefix[t->v[i].prefix]++;
    for (size_t p = 0; p < w->n_prefixes; p++) {
        size_t n = t->n_by_prefix[p];
        if (n && !(t->by_prefix[p] = ARENA_ARRAY(w->arena, n, uint32_t)))
            return ERR_NOMEM;
        t->n_by_prefix[p] = 0;
    }
    for (size_t i = 0; i < t->n; i++) {
        const struct trace *x = &t->v[i];
        struct pair_key k = pair_key(&x->fact->source, &x->fact->destination);
        union map_value *at = map_at(t->by_pair, &k, sizeof(k));
        if (!at)
            return ERR_NOMEM;
        if (!at->u)
            at->u = i + 1;
        t->by_prefix[x->prefix][t->n_by_prefix[x->prefix]++] = (uint32_t)i;
    }
    return 0;
}

int traces_build(struct world *w, struct err *e)
{
    struct trace_world *t = w->traces = ARENA_NEW(w->arena, struct trace_world);
    int rc = t ? 0 : ERR_NOMEM;
    if (rc)
        goto out;
    t->v = ARENA_ARRAY(w->arena, w->rows[FACT_OBSERVED_PATH].n + 1, struct trace);
    t->inbound = ARENA_ARRAY(w->arena, w->n_routers + 1, uint8_t);
    t->by_pair = map_new();
    t->low_blocks = map_new();
    rc = t->v && t->inbound && t->by_pair && t->low_blocks ? 0 : ERR_NOMEM;
    FOR_ROWS(w, observed_path, OBSERVED_PATH, f)
    {
        if (rc || !f->source.family || f->source.family != f->destination.family)
            continue;
        struct trace *x = &t->v[t->n++];
        struct arena_mark mark = arena_mark(w->scratch);
        x->fact = f;
        x->prefix = lpm_find(w->universe, &f->destination, NULL);
        rc = map_hops(w, x);
        arena_rewind(w->scratch, mark);
    }
    if (rc)
        goto out;
    qsort(t->v, t->n, sizeof(*t->v), cmp_trace);
    for (size_t i = 0; i < t->n; i++) {
        map_backwards(w, &t->v[i]);
        fill_silence(w, &t->v[i]);
        mark_ingress(w, &t->v[i]);
    }
    rc = index_traces(w);
out:
    return rc ? err_set(e, rc, "out of memory while reading traceroutes") : 0;
}

/* ---- who answers from where */

/* Did the probe come in from a router that is not known, and is the answer's address that of a
 * border? */
static bool comes_in(const struct world *w, const struct trace *t, size_t i)
{
    const struct seen *before = i ? &t->hops[i - 1] : NULL, *s = &t->hops[i];
    const struct speaker *sp = bgp_speaker(w, s->instance, s->addr.family);
    if (!before || before->instance || before->several || s->several)
        return false;
    for (size_t k = 0; sp && k < sp->n_sessions; k++)
        if (sp->sessions[k]->external && sp->sessions[k]->port == s->port &&
            session_blind(sp->sessions[k]))
            return true;
    return false;
}

/* The answer came from a link that the router would not use to send it: so it is where the
 * probe came in. */
static void judge(struct world *w, const struct trace *t, size_t i)
{
    const struct seen *s = &t->hops[i];
    uint8_t *verdict = &w->traces->inbound[s->instance->router->index];
    struct forwarding f;
    if (*verdict == 2 || !(s->ingress || comes_in(w, t, i)))
        return;
    forward_lookup(w, s->instance, &t->fact->source, &f);
    if (f.kind != FORWARD_ON)
        return;
    for (size_t k = 0; k < f.n; k++)
        if (f.hops[k].out == s->port)
            return;
    *verdict = 1;
}

void traces_judge_responders(struct world *w)
{
    for (size_t i = 0; i < w->traces->n; i++)
        for (size_t k = 0; k < w->traces->v[i].n; k++)
            if (w->traces->v[i].hops[k].port)
                judge(w, &w->traces->v[i], k);
}

/* ---- questions */

const struct trace *trace_of_pair(const struct world *w, const struct addr *src,
                                  const struct addr *dst)
{
    if (!w->traces->n)
        return NULL;
    struct pair_key k = pair_key(src, dst);
    const union map_value *v = map_get(w->traces->by_pair, &k, sizeof(k));
    return v && v->u ? &w->traces->v[v->u - 1] : NULL;
}

int trace_find(const struct trace *t, const struct instance *in)
{
    for (size_t i = t->n; i-- > 0;)
        if (t->hops[i].instance == in && !t->hops[i].several)
            return (int)i;
    return -1;
}

int trace_find_addr(const struct trace *t, const struct addr *a)
{
    for (size_t i = t->n; a->family && i-- > 0;)
        if (addr_eq(&t->hops[i].addr, a))
            return (int)i;
    return -1;
}

/* Does the hop after the speaker's router show that packets went to the far end of this
 * session? */
static int pin_of(const struct world *w, const struct session *x, const struct addr *next_hop,
                  const struct seen *after)
{
    if (!after->addr.family || after->several)
        return after->instance && x->wire &&
                       wire_other(x->wire, x->port)->instance == after->instance &&
                       wires_between(x->local->instance, after->instance) == 1
                   ? 1
                   : -1;
    if (!x->wire)
        return addr_eq(&after->addr, next_hop) ? 1 : after->instance ? 0 : -1;
    const struct port *far = wire_other(x->wire, x->port);
    if (!after->instance)
        return -1;
    if (after->instance != far->instance)
        return 0;
    if (wires_between(x->local->instance, far->instance) == 1)
        return 1;
    if (w->traces->inbound[far->instance->router->index] != 1)
        return -1; /* parallel links, and it may answer from either */
    return after->port == far;
}

int traces_pin(const struct world *w, const struct speaker *s, uint32_t prefix,
               const struct session *from, const struct addr *next_hop)
{
    const struct trace_world *t = w->traces;
    int result = -1;
    if (!t || !from)
        return -1;
    for (size_t i = 0; i < t->n_by_prefix[prefix]; i++) {
        const struct trace *x = &t->v[t->by_prefix[prefix][i]];
        int at = trace_find(x, s->instance);
        if (at < 0 || (size_t)at + 1 >= x->n)
            continue;
        int r = pin_of(w, from, next_hop, &x->hops[at + 1]);
        if (r >= 0)
            result = r; /* traces are in canonical order; the last has the word */
        if (r == 1)
            break;
    }
    return result;
}
