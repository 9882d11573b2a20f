/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/walk.h"

#include <stdio.h>
#include <string.h>

bool instance_forwards(const struct world *w, const struct instance *in, unsigned family)
{
    return rib_known(w, in, family) || in->router->configured;
}

/* Of a domain that declares its links only the ways to its own sites are known. */
static bool leads_home(const struct walk *x, const struct instance *in)
{
    struct port *const *p = universe_network(x->w, &x->dst);
    for (; in->router->declared && p && *p; p++)
        if ((*p)->site && (*p)->instance->router->dom == in->router->dom)
            return true;
    return false;
}

bool walk_forwards(const struct walk *x, const struct instance *in)
{
    return instance_forwards(x->w, in, x->dst.family) || rib_leads(x->w, in, &x->dst) ||
           leads_home(x, in);
}

/* ---- the stack */

void step_believe(struct step *s, const struct origin *o, const char *text)
{
    if (s->hop.n_evidence < WALK_EVIDENCE && text)
        s->evidence[s->hop.n_evidence++] = (struct evidence){o, text};
}

void arrival_doubt(struct arrival *via, const char *rule)
{
    via->cls = CLASS_ASSUMED;
    if (via->n_evidence < WALK_EVIDENCE && rule)
        via->evidence[via->n_evidence++] = (struct evidence){NULL, rule};
}

static uint32_t asn_of(const struct world *w, const struct instance *in, const struct dom *d,
                       unsigned family)
{
    const struct speaker *s = in ? bgp_speaker(w, in, family) : NULL;
    return s && s->asn ? s->asn : dom_asn(d);
}

static const char *name_of(struct walk *x, const struct instance *in, const struct arrival *via)
{
    if (in)
        return in->router->name;
    const struct addr *a = via->name.family ? &via->name : &via->addr;
    char text[ADDR_TEXT];
    const char *name = a->family ? arena_printf(x->a, "?%s", addr_format(a, text)) : "?";
    x->out_of_memory = x->out_of_memory || !name;
    return name ? name : "?";
}

uint32_t walk_asn(const struct world *w, const struct instance *in, unsigned family)
{
    return asn_of(w, in, in->router->dom, family);
}

struct step *walk_push(struct walk *x, struct instance *in, struct dom *dom,
                       const struct arrival *via)
{
    if (x->n == PATH_MAX_HOPS)
        return NULL;
    struct step *s = &x->steps[x->n];
    memset(s, 0, sizeof(*s));
    s->at = in;
    s->dom = dom;
    s->hop = (struct path_hop){.router = name_of(x, in, via),
                               .domain = dom ? dom->name : NULL,
                               .table = in ? in->table : NULL,
                               .asn = asn_of(x->w, in, dom, x->dst.family),
                               .cls = via->cls};
    if (x->n) {
        s->hop.in = via->addr;
        s->hop.in_name = via->into ? via->into->name : NULL;
        s->hop.in_capacity = via->into ? via->into->capacity : 0;
        s->hop.link = via->wire ? via->wire->link : NULL;
        s->hop.forward = via->wire && via->into == via->wire->b;
    }
    for (size_t i = 0; i < via->n_evidence; i++)
        step_believe(s, via->evidence[i].origin, via->evidence[i].text);
    x->n++;
    return s;
}

void walk_pop(struct walk *x, size_t to)
{
    x->n = to;
}

/* ---- words */

const char *walk_addr(struct walk *x, const struct addr *a)
{
    char text[ADDR_TEXT];
    const char *s = x->quiet ? NULL : arena_strdup(x->a, addr_format(a, text));
    return s ? s : "";
}

static const char *route_words(struct walk *x, const struct forwarding *f,
                               const struct forward_hop *h)
{
    char prefix[PREFIX_TEXT] = "?", via[ADDR_TEXT] = "";
    if (x->quiet)
        return "";
    if (f->prefix != NOWHERE)
        prefix_format(&x->w->prefixes[f->prefix], prefix);
    if (h && h->next_addr.family)
        addr_format(&h->next_addr, via);
    else if (h && h->wire && h->out) {
        struct addr far = wire_addr(h->wire, wire_other(h->wire, h->out), x->dst.family);
        addr_format(&far, via);
    }
    return walk_text(x, "route %s%s%s (%s)%s%s", prefix, *via ? " via " : "", via,
                     f->protocol ? f->protocol : "unknown", f->settled ? "; " : "",
                     f->settled ? f->settled : "");
}

/* ---- traceroutes as evidence for one router's choice */

static bool same_router(const struct instance *a, const struct instance *b)
{
    return a && b && a->router == b->router;
}

/* Does the trace, from position k on, lead hop by hop over known links to the destination? */
static bool chain_holds(const struct trace *t, size_t k)
{
    if (!t->reached)
        return false;
    for (size_t i = k; i + 1 < t->n; i++) {
        const struct seen *a = &t->hops[i], *b = &t->hops[i + 1];
        if (a->several || b->several || !a->instance || !b->instance || !b->ingress)
            return false;
    }
    return !t->hops[t->n - 1].several;
}

/* Which of the next hops did the trace take after position k? -1: it does not tell. */
static int taken(const struct trace *t, size_t k, const struct forwarding *f)
{
    const struct seen *b = k + 1 < t->n ? &t->hops[k + 1] : NULL;
    int found = -1;
    if (!b || b->several)
        return -1;
    for (size_t i = 0; i < f->n; i++) {
        const struct forward_hop *h = &f->hops[i];
        bool hit = b->instance ? same_router(b->instance, h->next)
                               : b->addr.family && addr_eq(&b->addr, &h->next_addr);
        if (hit && h->wire && b->port &&
            wires_between(h->wire->a->instance, h->wire->b->instance) != 1)
            hit = b->port == wire_other(h->wire, h->out); /* parallel: by address */
        if (hit && found >= 0)
            return -1;
        if (hit)
            found = (int)i;
    }
    return found;
}

static const char *trace_words(struct walk *x, const struct trace *t)
{
    return walk_text(x, "traceroute %s -> %s", walk_addr(x, &t->fact->source),
                     walk_addr(x, &t->fact->destination));
}

struct confirmation {
    const struct trace *trace;
    int hop;                      /* index of the next hop it took */
    struct wire *wire;            /* another link that it took instead */
    const struct session *border; /* another border that it took instead */
    bool against;                 /* it went elsewhere, where to is not clear */
};

const struct session *walk_border_to(const struct world *w, const struct instance *in,
                                     const struct addr *a)
{
    const struct speaker *s = bgp_speaker(w, in, a->family);
    for (size_t i = 0; s && i < s->n_sessions; i++)
        if (s->sessions[i]->external && s->sessions[i]->port && session_blind(s->sessions[i]) &&
            addr_eq(&s->sessions[i]->peer_addr, a))
            return s->sessions[i];
    return NULL;
}

/* Might this be where one of the next hops leads? */
static bool is_among(const struct seen *b, const struct forwarding *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (b->instance ? same_router(b->instance, f->hops[i].next)
                        : addr_eq(&b->addr, &f->hops[i].next_addr))
            return true;
    return false;
}

static bool contradicts(const struct walk *x, const struct trace *t, size_t k,
                        const struct forwarding *f, struct confirmation *c)
{
    const struct seen *b = k + 1 < t->n ? &t->hops[k + 1] : NULL;
    if (!b || !b->addr.family || b->several || is_among(b, f))
        return false;
    c->against = c->against || t == x->own;
    if (!b->instance) {
        c->border = walk_border_to(x->w, x->steps[x->n - 1].at, &b->addr);
        c->trace = c->border ? t : c->trace;
        return c->border != NULL;
    }
    if (f->n > 1) /* one more of several as good? */
        return false;
    if (!b->port || !chain_holds(t, k))
        return false;
    for (size_t i = 0; i < b->port->n_wires; i++) {
        struct wire *l = b->port->wires[i];
        if (wire_other(l, b->port)->instance == x->steps[x->n - 1].at && wire_up(l)) {
            c->wire = l;
            c->trace = t;
            return true;
        }
    }
    return false;
}

/* The pair's own traceroute first, then others to the same prefix. */
static void ask_traces(struct walk *x, const struct instance *in, const struct forwarding *f,
                       struct confirmation *c)
{
    const struct trace_world *tw = x->w->traces;
    size_t n = x->to.prefix == NOWHERE ? 0 : tw->n_by_prefix[x->to.prefix];
    *c = (struct confirmation){.hop = -1};
    for (size_t i = 0; i <= n; i++) {
        const struct trace *t = i == 0 ? x->own : &tw->v[tw->by_prefix[x->to.prefix][i - 1]];
        int k = t && t->fact->observed != FACT_NONE ? trace_find(t, in) : -1;
        if (k < 0)
            continue;
        int hop = taken(t, (size_t)k, f);
        if (hop >= 0) {
            c->hop = hop;
            c->trace = t;
            c->wire = NULL;
            return;
        }
        if (!c->wire && !c->border)
            contradicts(x, t, (size_t)k, f, c);
    }
}

/* ---- forwarding on */

static const char *forward_doubt(const struct forwarding *f)
{
    return f->doubt  ? f->doubt
           : f->tied ? ASSUMED "one of several routes that are as good"
                     : ASSUMED "the route rests on what nobody told";
}

struct arrival walk_arrive(struct walk *x, const struct forwarding *f,
                           const struct forward_hop *h, const struct trace *seen)
{
    struct arrival a = {.wire = h->wire, .cls = f->cls};
    a.into = h->wire ? wire_other(h->wire, h->out) : NULL;
    a.addr = h->wire ? wire_addr(h->wire, a.into, x->dst.family) : h->next_addr;
    if (!a.addr.family || addr_is_special(&a.addr))
        a.addr = a.into && port_addr(a.into, x->dst.family)
                     ? port_addr(a.into, x->dst.family)->addr
                     : (struct addr){0};
    if (!a.into && h->next) {
        a.into = topo_port_at(x->w, h->next->router->dom, &a.addr);
        if (a.into && a.into->instance != h->next)
            a.into = NULL;
    }
    a.evidence[a.n_evidence++] = (struct evidence){f->origin, route_words(x, f, h)};
    if (!seen && f->cls == CLASS_ASSUMED)
        arrival_doubt(&a, forward_doubt(f));
    if (seen) {
        a.evidence[a.n_evidence++] =
            (struct evidence){seen->fact->origin, trace_words(x, seen)};
        a.cls = CLASS_OBSERVED;
    }
    return a;
}

void walk_leave(struct step *s, const struct port *out, unsigned family)
{
    const struct ifaddr *a = out ? port_addr(out, family) : NULL;
    s->hop.out = a ? a->addr : (struct addr){0};
    s->hop.out_name = out ? out->name : NULL;
    s->hop.out_capacity = out ? out->capacity : 0;
}

static void follow(struct walk *x, size_t depth, const struct forwarding *f,
                   const struct forward_hop *h, const struct trace *seen)
{
    struct instance *in = x->steps[depth].at;
    walk_leave(&x->steps[depth], h->out, x->dst.family);
    struct arrival via = walk_arrive(x, f, h, seen);
    if (h->next && walk_forwards(x, h->next)) {
        walk_known(x, h->next, &via);
        return;
    }
    struct beyond b = {.from = in,
                       .next_addr = via.addr,
                       .dom = h->next ? h->next->router->dom : h->next_dom,
                       .as_path = f->as_path,
                       .cls = via.cls,
                       .evidence = via.evidence[0],
                       .has_evidence = true,
                       .split = !seen && f->n > 1};
    walk_unseen(x, &b);
}

/* All of them, each with the traceroute that took it. */
static void take_all(const struct forwarding *f, const struct confirmation *c,
                     struct decision *out)
{
    for (size_t i = 0; i < f->n; i++)
        out->ways[out->n++] = (struct onward){&f->hops[i], c->hop == (int)i ? c->trace : NULL};
}

void walk_decide(struct walk *x, struct instance *in, struct forwarding *f,
                 struct decision *out)
{
    struct confirmation c = {.hop = -1};
    out->n = 0;
    if (f->cls != CLASS_OBSERVED)
        ask_traces(x, in, f, &c);
    if (c.wire) { /* packets were seen to go elsewhere: they are right */
        out->other = (struct forward_hop){
            .wire = c.wire, .out = c.wire->a->instance == in ? c.wire->a : c.wire->b};
        out->other.next = wire_other(c.wire, out->other.out)->instance;
    } else if (c.border && c.hop < 0) {
        out->other =
            (struct forward_hop){.out = c.border->port,
                                 .next_addr = c.border->peer_addr,
                                 .next_dom = registry_by_asn(x->w, c.border->peer_asn)};
        f->as_path = NULL;
    } else if (c.hop >= 0 && f->tied && !f->several) { /* one of several as good was seen */
        out->other = f->hops[c.hop];
    } else {
        if (c.against && c.hop < 0 && f->cls < CLASS_ASSUMED) {
            f->cls = CLASS_ASSUMED;
            f->doubt = ASSUMED "this pair's packets were seen elsewhere";
        }
        take_all(f, &c, out);
        return;
    }
    out->ways[out->n++] = (struct onward){&out->other, c.trace};
}

static void forward_on(struct walk *x, struct instance *in, struct forwarding *f)
{
    struct decision d;
    size_t depth = x->n - 1;
    walk_decide(x, in, f, &d);
    for (size_t i = 0; i < d.n; i++) {
        follow(x, depth, f, d.ways[i].hop, d.ways[i].seen);
        if (x->path->n_legs == PATH_MAX_LEGS || x->out_of_memory)
            return;
    }
}

static bool been_at(const struct walk *x, const struct instance *in)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->steps[i].at == in)
            return true;
    return false;
}

/* Did a traceroute to the destination's network pass here? */
static bool is_traced(const struct walk *x, const struct instance *in)
{
    const struct trace_world *tw = x->w->traces;
    size_t n = x->to.prefix == NOWHERE ? 0 : tw->n_by_prefix[x->to.prefix];
    if (x->own && trace_find(x->own, in) >= 0)
        return true;
    for (size_t i = 0; i < n; i++)
        if (trace_find(&tw->v[tw->by_prefix[x->to.prefix][i]], in) >= 0)
            return true;
    return false;
}

static void finish_by(struct walk *x, const struct forwarding *f, const char *why)
{
    if (f->cls == CLASS_ASSUMED)
        walk_finish_assumed(x, forward_doubt(f), why, true);
    else
        walk_finish(x, f->cls, why, true);
}

void walk_known(struct walk *x, struct instance *in, const struct arrival *via)
{
    size_t depth = x->n;
    struct forwarding f;
    if (x->out_of_memory)
        return; /* every leg would fail: don't even look for them */
    if (been_at(x, in)) {
        walk_finish(x, via->cls, "packets go round in a loop", true);
        return;
    }
    struct step *s = walk_push(x, in, in->router->dom, via);
    if (!s) {
        walk_finish_assumed(x, NULL, "the path is too long", false);
        return;
    }
    ways_lookup(x->w->ways, x->w, in, &x->to, &f);
    switch (f.kind) {
    case FORWARD_DELIVER:
        walk_leave(s, NULL, x->dst.family);
        step_believe(s, f.origin,
                     walk_text(x, "%s delivers: %s", in->router->name,
                               f.lan                    ? f.lan->name
                               : f.cls == CLASS_ASSUMED ? "a network that it announces"
                                                        : "its own address"));
        finish_by(x, &f, NULL);
        break;
    case FORWARD_DROP:
        finish_by(x, &f, walk_text(x, "%s has no route", in->router->name));
        break;
    case FORWARD_UNKNOWN:
        if (f.announced && !is_traced(x, in)) {
            walk_finish_assumed(x, ASSUMED "it announces the network, and so do others", NULL,
                                true);
            break;
        }
        walk_unseen(x,
                    &(struct beyond){.from = in, .as_path = f.as_path, .cls = CLASS_ASSUMED});
        break;
    case FORWARD_ON:
        forward_on(x, in, &f);
        break;
    }
    walk_pop(x, depth);
}
