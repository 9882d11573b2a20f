/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk through domains that nothing tells of.
 *
 *     known router -> ? -> ? -> known router
 *
 * First a traceroute that passed the same place on its way to the same destination: forwarding
 * depends on the destination only, so what came after is what comes after. Without one, the AS
 * path of the route tells which domains follow, and the sessions of the next known domain where
 * it is entered.
 */
#include <string.h>

#include "aggregator/labels.h"
#include "aggregator/walk.h"

struct segment {
    const struct trace *trace;
    size_t start; /* first hop that is not known yet */
    size_t end;   /* a known router that forwards, or trace->n */
    size_t depth; /* of the known router before it, from the source */
    bool own;
    bool only; /* all traceroutes together tell no other way (braid_walk.c), */
    bool sure; /* and enough went it */
};

/* ---- finding a traceroute that helps */

static int start_in(const struct walk *x, const struct trace *t, const struct beyond *b)
{
    int at = trace_find_addr(t, &b->next_addr);
    if (at >= 0)
        return at;
    at = b->from ? trace_find(t, b->from) : -1;
    if (at >= 0)
        return at + 1;
    if (t != x->own)
        return -1;
    return x->n <= t->n ? (int)x->n : -1; /* as many hops as were walked */
}

/* From a known router right into a third domain: who was handed to is not shown. */
static bool lacks_neighbour(const struct beyond *b, const struct dom *into)
{
    return b->from && b->next_addr.family && b->dom && into != b->dom &&
           into != b->from->router->dom;
}

static bool usable(const struct walk *x, const struct trace *t, const struct beyond *b,
                   struct segment *s)
{
    int start = t && t->fact->observed != FACT_NONE ? start_in(x, t, b) : -1;
    if (start < 0)
        return false;
    *s = (struct segment){
        .trace = t, .start = (size_t)start, .own = t == x->own, .depth = x->n ? x->n - 1 : 0};
    for (s->end = s->start; s->end < t->n; s->end++) {
        const struct instance *in = t->hops[s->end].instance;
        if (in && in != b->from && walk_forwards(x, in))
            return s->end > s->start || !lacks_neighbour(b, in->router->dom);
        if (t->hops[s->end].several && !s->own)
            return false;
    }
    return t->reached;
}

/* A traceroute that does not show the router that packets are handed to may have gone another
 * way, if there are several, or if it did not pass the router that hands them over. */
static bool may_be_astray(const struct trace *t, const struct beyond *b)
{
    return b->next_addr.family && trace_find_addr(t, &b->next_addr) < 0 &&
           (b->split || t->split || (b->from && trace_find(t, b->from) < 0));
}

static bool find_sure_segment(const struct walk *x, const struct beyond *b, bool astray,
                              struct segment *s)
{
    const struct trace_world *tw = x->w->traces;
    size_t n = x->to.prefix == NOWHERE ? 0 : tw->n_by_prefix[x->to.prefix];
    if (x->own && may_be_astray(x->own, b) == astray && usable(x, x->own, b, s))
        return true;
    if (!b->from && !b->next_addr.family)
        return false;
    for (int exact = 1; exact >= 0; exact--)
        for (size_t i = 0; i < n; i++) {
            const struct trace *t = &tw->v[tw->by_prefix[x->to.prefix][i]];
            if (t != x->own && may_be_astray(t, b) == astray &&
                addr_eq(&t->fact->destination, &x->dst) == (exact == 1) && usable(x, t, b, s))
                return true;
        }
    return false;
}

static bool find_segment(const struct walk *x, const struct beyond *b, struct segment *s)
{
    return find_sure_segment(x, b, false, s) || find_sure_segment(x, b, true, s);
}

/* ---- entering a known domain again */

/* The port by which a known router was entered from outside. The address that answered, if it
 * is of a border; else its only border towards that domain; else unknown. */
static struct port *entry_of(const struct walk *x, const struct seen *s, const struct dom *from,
                             size_t *places)
{
    const struct speaker *sp = bgp_speaker(x->w, s->instance, x->dst.family);
    struct port *last = NULL, *answered = NULL;
    *places = 0;
    for (size_t i = 0; sp && i < sp->n_sessions; i++) {
        const struct session *y = sp->sessions[i];
        if (!y->external || !y->port || !session_blind(y) ||
            (from && !entry_faces(x->w, y, from)))
            continue;
        *places += last != y->port;
        last = y->port;
        if (y->port == s->port)
            answered = y->port;
    }
    return answered ? answered : *places == 1 ? last : NULL;
}

static void arrive_at(struct walk *x, const struct segment *g, const struct dom *from,
                      struct arrival *via)
{
    const struct seen *s = &g->trace->hops[g->end];
    bool direct = g->end == g->start && g->end > 0 && g->trace->hops[g->end - 1].instance;
    size_t places = 1;
    via->into = direct && s->port ? s->port : entry_of(x, s, from, &places);
    struct port *preferred = places > 1 ? entry_preferred(x, s->instance, from) : NULL;
    bool answered = via->into != NULL;
    if (!answered)
        via->into = !from ? s->port : preferred;
    const struct ifaddr *a = via->into ? port_addr(via->into, x->dst.family) : NULL;
    if (a)
        via->addr = a->addr;
    via->cls = s->addr.family || s->instance ? CLASS_OBSERVED : CLASS_DERIVED;
    if (!g->own && via->cls < CLASS_DERIVED)
        via->cls = CLASS_DERIVED;
    bool tells = x->w->traces->inbound[s->instance->router->index] == 1;
    bool turns = g->end > g->start && turns_seen(x->w, g->trace, g->end - 1);
    if (!via->into)
        arrival_doubt(via, ASSUMED "nothing tells by which link it is entered");
    else if (places > 1 && !tells && !(answered && via->into == preferred))
        arrival_doubt(via, ASSUMED "it is entered by one of several links");
    else if (places > 1 && turns)
        arrival_doubt(via, ASSUMED "packets were seen to come in by several links");
}

const char *walk_answered(struct walk *x, const struct trace *t, const struct addr *a)
{
    return a->family
               ? walk_text(x, "%s answered a traceroute %s -> %s", walk_addr(x, a),
                           walk_addr(x, &t->fact->source), walk_addr(x, &t->fact->destination))
               : walk_text(x, "a hop of the traceroute %s -> %s did not answer",
                           walk_addr(x, &t->fact->source), walk_addr(x, &t->fact->destination));
}

/* Where nothing is configured a path is what answered. */
static bool is_silent(const struct walk *x, const struct segment *g, size_t i)
{
    const struct seen *s = &g->trace->hops[i];
    return x->w->configured && !s->addr.family && !s->instance;
}

/* A silent router at a border has the address that its known neighbour speaks to: handed to at
 * the beginning, the session of the port that was entered at the end. Others have one of the
 * link behind them. */
static struct addr silent_name(const struct walk *x, const struct segment *g, size_t i,
                               const struct addr *handed_to, const struct port *entered)
{
    const struct seen *end = g->end < g->trace->n ? &g->trace->hops[g->end] : NULL;
    const struct speaker *sp =
        end && entered ? bgp_speaker(x->w, end->instance, x->dst.family) : NULL;
    if (i == g->start && handed_to->family)
        return *handed_to;
    for (size_t k = 0; sp && i + 1 == g->end && k < sp->n_sessions; k++)
        if (sp->sessions[k]->port == entered && session_blind(sp->sessions[k]))
            return sp->sessions[k]->peer_addr;
    return is_silent(x, g, i) ? silence_name(x->w, g->trace, i) : (struct addr){0};
}

/* Did packets to the same destinations also go on elsewhere from the router before hop i? Or
 * those to others, in a domain that is seen to balance load? */
static bool is_one_of_ways(const struct walk *x, const struct segment *g, size_t i)
{
    const struct trace_world *tw = x->w->traces;
    const struct seen *hops = g->trace->hops;
    if (i == 0 || x->to.prefix == NOWHERE || !hops[i].addr.family)
        return false;
    const struct dom *d = hops[i - 1].dom;
    if (d && d->balances && turns_at(x->w, &hops[i - 1], &hops[i]))
        return true;
    for (size_t k = 0; k < tw->n_by_prefix[x->to.prefix]; k++) {
        const struct trace *t = &tw->v[tw->by_prefix[x->to.prefix][k]];
        int at = trace_find_addr(t, &hops[i - 1].addr);
        const struct seen *next = at >= 0 && (size_t)at + 1 < t->n ? &t->hops[at + 1] : NULL;
        if (next && (next->several || !addr_eq(&next->addr, &hops[i].addr)))
            return true;
    }
    return false;
}

/* Is there but one way to hop i? Tables of known routers say what they do, a first router is
 * that of the source's network. */
static bool is_sure_step(const struct walk *x, const struct segment *g, size_t i)
{
    const struct instance *before = i ? g->trace->hops[i - 1].instance : NULL;
    return i == 0 || (i == g->start && before && walk_forwards(x, before)) ||
           turns_never(x->w, g->trace, i - 1);
}

/* Does something tell whose the routers of a trace are: AS paths, or addresses of their own? */
static bool owners_told(const struct world *w, const struct trace *t)
{
    bool told = true;
    for (size_t k = 0; !w->bgp->n_speakers && told && k < t->n; k++)
        told = !t->hops[k].bare;
    return told;
}

/* Is it certain where packets go at hop i, although they may go several ways there? Where no AS
 * path is known that depends on whose the routers are. And where nothing is configured a path
 * is what a traceroute saw, so that one of several ways that are alike will do. */
static bool is_told(const struct walk *x, const struct segment *g, size_t i)
{
    const struct world *w = x->w;
    return owners_told(w, g->trace) &&
           (is_sure_step(x, g, i) ||
            (!w->configured && i > 0 && turns_level(w, g->trace, i - 1)));
}

/* Known routers use ways of several lengths in turn before this place: a traceroute through
 * them shows routers of several depths at one TTL, so that the next in it need not be the next.
 */
static bool is_mixed(const struct walk *x, const struct beyond *b, const struct segment *g,
                     size_t i)
{
    if (!x->uneven || !i || g->depth < x->uneven || turns_never(x->w, g->trace, i - 1))
        return false;
    return i > g->start || !b->next_addr.family ||
           !addr_eq(&g->trace->hops[i].addr, &b->next_addr);
}

static struct arrival arrival_seen(struct walk *x, const struct segment *g, size_t i,
                                   const struct label *label, const struct addr *name)
{
    const struct seen *s = &g->trace->hops[i];
    struct arrival via = {.addr = s->addr,
                          .name = s->addr.family ? s->addr : *name,
                          .cls = !s->addr.family || !g->own ? CLASS_DERIVED : CLASS_OBSERVED};
    bool bounded =
        g->end < g->trace->n || (g->start > 0 && g->trace->hops[g->start - 1].instance);
    via.evidence[via.n_evidence++] =
        (struct evidence){g->trace->fact->origin, walk_answered(x, g->trace, &s->addr)};
    if (label->cls > via.cls)
        via.cls = label->cls;
    if (label->cls == CLASS_ASSUMED)
        arrival_doubt(&via, label->doubt);
    const char *turns = g->trace->split           ? ASSUMED "the traceroute mixes several ways"
                        : is_one_of_ways(x, g, i) ? ASSUMED
                            "packets were seen to go on elsewhere as well"
                        : bounded && label->dom && label->dom->balances ? ASSUMED
                            "in a domain that balances load too few packets were seen"
                                                                        : NULL;
    if (turns && !g->sure && !is_told(x, g, i))
        arrival_doubt(&via, turns);
    if (i > g->start && ingress_elsewhere(x->w, s - 1, s)) {
        via.addr = ingress_seen(x->w, s - 1, s);
        if (!via.addr.family)
            arrival_doubt(&via, ASSUMED "it answered from elsewhere than where it was entered");
    }
    if (bounded && !via.name.family)
        arrival_doubt(&via, ASSUMED "a silent router among known ones");
    return via;
}

/* The way back may show where a silent router is entered. */
static void enter_silence(const struct walk *x, const struct segment *g, size_t i,
                          struct arrival *via)
{
    via->addr = silence_entry(x->w, g->trace, i);
    if (!via->addr.family)
        return;
    via->name = via->name.family ? via->name : via->addr;
    arrival_doubt(via, ASSUMED "a silent router is known by the way back alone");
}

/* Did packets leave a known router by another border than its table says? Then by both. */
static bool left_elsewhere(const struct walk *x, const struct beyond *b, const struct addr *to)
{
    const struct session *s = b->from && x->n ? walk_border_to(x->w, b->from, to) : NULL;
    const char *out = s ? x->steps[x->n - 1].hop.out_name : NULL;
    return out && strcmp(out, s->port->name) != 0;
}

/* The first router of a segment is entered where its known neighbour hands packets over. */
static void hand_over(const struct walk *x, const struct beyond *b, const struct segment *g,
                      struct arrival *via)
{
    bool elsewhere = left_elsewhere(x, b, &via->addr);
    if (elsewhere)
        arrival_doubt(via, ASSUMED "packets left by another border than routes say");
    else if (via->addr.family && g->start < g->end && may_be_astray(g->trace, b))
        arrival_doubt(via, ASSUMED "no traceroute shows the router that they are handed to");
    if (!b->next_addr.family || (elsewhere && !b->split))
        return;
    via->addr = b->next_addr;
    if (elsewhere)
        via->name = b->next_addr;
}

/* A router that packets are handed to, and that no traceroute shows. */
static void push_handed_to(struct walk *x, const struct beyond *b)
{
    struct arrival via = {.addr = b->next_addr, .name = b->next_addr};
    if (b->has_evidence)
        via.evidence[via.n_evidence++] = b->evidence;
    arrival_doubt(&via, ASSUMED "no traceroute shows the router that they are handed to");
    walk_push(x, NULL, b->dom, &via);
}

static bool hands_on(const struct trace *t, uint32_t router)
{
    for (size_t i = 0; router && i + 1 < t->n; i++)
        if (t->hops[i].router == router)
            return true;
    return false;
}

/* One that mixes ways may end too early: at another router than others to the same network, or
 * at one that others show to hand packets on. */
static bool ends_like_others(const struct walk *x, const struct segment *g)
{
    const struct trace_world *tw = x->w->traces;
    const struct trace *t = g->trace;
    uint32_t last = t->n ? t->hops[t->n - 1].router : 0;
    bool uneven = x->uneven && g->depth >= x->uneven;
    for (size_t i = 0; t->n && i < tw->n_by_prefix[t->prefix]; i++) {
        const struct trace *o = &tw->v[tw->by_prefix[t->prefix][i]];
        if (o->reached && o->n &&
            ((t->split && o->hops[o->n - 1].router != last) || (uneven && hands_on(o, last))))
            return false;
    }
    return true;
}

/* Is a known router the only one of its domain that is entered from another, and by one link?
 * Who hands packets to it hands all of them there: a border router that has a way out of the
 * domain does not share packets with ways inside, nor with other domains. */
static bool is_only_border(const struct walk *x, const struct dom *from,
                           const struct instance *in)
{
    size_t places = 0;
    for (size_t i = 0; i < x->w->bgp->n_speakers && places < 2; i++) {
        const struct speaker *s = x->w->bgp->speakers[i];
        bool ours = s->family == x->dst.family && s->instance->router->dom == in->router->dom;
        for (size_t k = 0; ours && k < s->n_sessions; k++)
            if (entry_faces(x->w, s->sessions[k], from))
                places += s->instance == in ? 1 : 2;
    }
    return places == 1;
}

/* The routers of the segment, then on from the known one behind it. */
static void walk_segment(struct walk *x, const struct beyond *b, const struct segment *g)
{
    size_t depth = x->n;
    struct label labels[PATH_MAX_HOPS];
    struct label_ends ends = {.from = b->from ? b->from->router->dom : NULL,
                              .first = b->from ? NULL : b->dom,
                              .handed_to = b->from ? b->dom : NULL,
                              .as_path = b->as_path,
                              .dst = &x->dst,
                              .to = g->end < g->trace->n
                                        ? g->trace->hops[g->end].instance->router->dom
                                        : registry_owner(x->w, &x->dst)};
    size_t n = g->end - g->start;
    if (n > PATH_MAX_HOPS) {
        walk_finish_assumed(x, NULL, "the path is too long", false);
        return;
    }
    ends.open_end = g->end < g->trace->n;
    struct stretch stretch = {g->trace->hops + g->start, n};
    labels_find(x->w, &stretch, &ends, labels);
    struct arrival last = {0};
    if (ends.open_end)
        arrive_at(x, g, n ? labels[n - 1].dom : NULL, &last);
    if (ends.open_end && n && labels[n - 1].dom && labels[n - 1].dom->balances && !g->only &&
        !is_sure_step(x, g, g->end) &&
        !is_only_border(x, labels[n - 1].dom, g->trace->hops[g->end].instance))
        arrival_doubt(&last, ASSUMED "the domain before balances load");
    if (ends.open_end && is_mixed(x, b, g, g->end))
        arrival_doubt(&last, ASSUMED "the traceroute passed ways of several lengths");
    for (size_t i = 0; i < n; i++) {
        struct addr name = silent_name(x, g, g->start + i, &b->next_addr, last.into);
        struct arrival via = arrival_seen(x, g, g->start + i, &labels[i], &name);
        if (is_mixed(x, b, g, g->start + i))
            arrival_doubt(&via, ASSUMED "the traceroute passed ways of several lengths");
        if (i == 0)
            hand_over(x, b, g, &via);
        if (!via.addr.family && is_silent(x, g, g->start + i))
            enter_silence(x, g, g->start + i, &via);
        if (!via.addr.family && !g->trace->hops[g->start + i].addr.family &&
            (ends.open_end || x->w->configured))
            arrival_doubt(&via, ASSUMED "a silent router has no name");
        if (x->n > 0 && i == 0 && b->from && b->has_evidence && via.n_evidence < WALK_EVIDENCE)
            via.evidence[via.n_evidence++] = b->evidence;
        struct instance *in = g->trace->hops[g->start + i].instance;
        if (!walk_push(x, in, in ? in->router->dom : labels[i].dom, &via))
            break;
    }
    if (n == 0 && g->end == g->trace->n && b->next_addr.family &&
        !addr_eq(&b->next_addr, &x->dst))
        push_handed_to(x, b);
    if (g->end == g->trace->n) {
        if (ends_like_others(x, g))
            walk_finish(x, CLASS_OBSERVED, NULL, true);
        else
            walk_finish_assumed(x, ASSUMED "others to the network end at another router", NULL,
                                true);
    } else {
        if (last.n_evidence < WALK_EVIDENCE)
            last.evidence[last.n_evidence++] =
                (struct evidence){g->trace->fact->origin,
                                  walk_answered(x, g->trace, &g->trace->hops[g->end].addr)};
        walk_known(x, g->trace->hops[g->end].instance, &last);
    }
    walk_pop(x, depth);
}

/* ---- without a traceroute: by AS path */

struct entry {
    struct instance *in;
    struct port *port;
    struct addr last; /* address of the router before, at that border */
    size_t seen;      /* traceroutes that came this way */
};

static size_t traces_through(const struct world *w, const struct port *p,
                             const struct dom *from, uint32_t prefix)
{
    const struct trace_world *tw = w->traces;
    size_t hits = 0;
    for (size_t i = 0; i < tw->n; i++) {
        const struct trace *t = &tw->v[i];
        for (size_t k = 1; k < t->n; k++)
            if (t->hops[k].port == p && !t->hops[k - 1].instance &&
                t->hops[k - 1].addr.family && t->hops[k - 1].dom == from)
                hits += t->prefix == prefix ? 100 : 1;
    }
    return hits;
}

/* Where a known domain is entered from an unknown one. Returns the number of places. */
static size_t find_entry(const struct walk *x, const struct dom *into, const struct dom *from,
                         struct entry *best)
{
    size_t places = 0;
    *best = (struct entry){0};
    for (size_t i = 0; i < x->w->bgp->n_speakers; i++) {
        const struct speaker *s = x->w->bgp->speakers[i];
        if (s->family != x->dst.family || s->instance->router->dom != into)
            continue;
        for (size_t k = 0; k < s->n_sessions; k++) {
            if (!entry_faces(x->w, s->sessions[k], from) || !walk_forwards(x, s->instance))
                continue;
            size_t seen = traces_through(x->w, s->sessions[k]->port, from, x->to.prefix);
            if (!places++ || seen > best->seen)
                *best = (struct entry){s->instance, s->sessions[k]->port,
                                       s->sessions[k]->peer_addr, seen};
        }
    }
    return places;
}

/* The routers of an unknown domain on the way to the border where the next is entered. */
static bool push_crossing(struct walk *x, struct dom *d, const struct beyond *b,
                          const struct entry *out, enum fact_class *cls)
{
    struct crossing c;
    struct crossing_ends e = {.out = out->port, .last = out->last};
    bool first = x->n == 0 || (b->from && x->steps[x->n - 1].at == b->from);
    if (first) {
        e.from = b->from;
        e.in = b->next_addr;
    }
    if (first && out->port && crossing_find(x, &e, &c)) {
        if (c.reversed && *cls < CLASS_DERIVED)
            *cls = CLASS_DERIVED;
        if (d->balances || b->split) {
            *cls = CLASS_ASSUMED;
            e.doubt = ASSUMED "one of several ways through the domain";
        } else if (c.reversed && c.n > 2) {
            *cls = CLASS_ASSUMED;
            e.doubt =
                ASSUMED "it was seen to be crossed the other way only, by several routers";
        } else if (c.reversed && e.from && !e.in.family) {
            *cls = CLASS_ASSUMED;
            e.doubt = ASSUMED "the link by which it is entered is not known";
        } else if (*cls == CLASS_ASSUMED) {
            e.doubt = ASSUMED "the AS path is a guess";
        }
        return crossing_walk(x, &c, &e, d, *cls);
    }
    *cls = CLASS_ASSUMED;
    const struct addr *a = first && e.in.family ? &e.in : &out->last;
    struct arrival via = {.name = *a};
    if (first && x->n)
        via.addr = e.in;
    via.evidence[via.n_evidence++] =
        b->has_evidence && first
            ? b->evidence
            : (struct evidence){NULL, walk_text(x, "%s tells nothing of its inside", d->name)};
    arrival_doubt(&via, ASSUMED "how many routers there are is not known");
    return walk_push(x, NULL, d, &via) != NULL;
}

static bool place_by_session(const struct walk *x, const struct session *s, const struct dom *d,
                             struct entry *en)
{
    if (!s || !s->port || s->local->instance->router->dom != d ||
        !walk_forwards(x, s->local->instance))
        return false;
    *en = (struct entry){s->local->instance, s->port, s->peer_addr, 0};
    return true;
}

static void enter(struct walk *x, const struct dom *from, const struct entry *en,
                  enum fact_class cls, bool only)
{
    struct arrival via = {.into = en->port, .cls = cls};
    const struct ifaddr *a = port_addr(en->port, x->dst.family);
    via.addr = a ? a->addr : (struct addr){0};
    via.evidence[via.n_evidence++] = (struct evidence){
        en->port->origin,
        walk_text(x, "%s enters %s here%s", from->name, en->in->router->dom->name,
                  only ? ", its only place" : ", or at another place")};
    if (cls == CLASS_ASSUMED)
        arrival_doubt(&via, only ? ASSUMED "the AS path is a guess"
                                 : ASSUMED "one of several places where the domain is entered");
    walk_known(x, en->in, &via);
}

/* From domain d on, along the ASes given (the first of them d's own), into a known domain or to
 * the end. */
static void walk_by_as_path(struct walk *x, const struct beyond *b, const struct as_guess *g)
{
    size_t depth = x->n, i = 0;
    enum fact_class cls = g->cls > b->cls ? g->cls : b->cls;
    struct dom *d = g->n ? registry_by_asn(x->w, g->asns[0]) : NULL;
    while (d && i < g->n) {
        size_t next = i + 1; /* prepended ASes are passed over */
        while (next < g->n && registry_by_asn(x->w, g->asns[next]) == d)
            next++;
        struct dom *to = next < g->n ? registry_by_asn(x->w, g->asns[next]) : NULL;
        struct entry en = {0};
        size_t places = to ? find_entry(x, to, d, &en) : 0;
        if (places > 1 && !en.seen && i == 0)
            place_by_session(x, g->via, to, &en);
        enum fact_class how = places > 1 ? CLASS_ASSUMED : cls;
        if (!push_crossing(x, d, b, &en, &how))
            break;
        if (places) {
            enter(x, d, &en, places > 1 ? CLASS_ASSUMED : cls, places == 1);
            walk_pop(x, depth);
            return;
        }
        d = to;
        i = next;
    }
    bool whole = g->n && i >= g->n && !g->cut;
    walk_finish_assumed(x, ASSUMED "how many routers there are is not known",
                        whole ? NULL : "the AS path breaks off before its end", whole);
    walk_pop(x, depth);
}

void walk_unseen(struct walk *x, const struct beyond *b)
{
    struct segment s;
    struct as_guess g;
    if (x->out_of_memory)
        return;
    if (find_segment(x, b, &s)) {
        struct stretch stretch = {s.trace->hops + s.start, s.end - s.start};
        enum braid_result told = braid_walk(x, b, &stretch, s.trace);
        s.only = told == BRAID_ONLY || told == BRAID_SURE;
        s.sure = told == BRAID_SURE;
        if (told != BRAID_TOLD)
            walk_segment(x, b, &s);
        return;
    }
    if (as_guess_from(x->w, b->dom, b->as_path, &x->dst, &g)) {
        walk_by_as_path(x, b, &g);
        return;
    }
    walk_finish_assumed(x, NULL, "nothing tells where packets go from here", false);
}
