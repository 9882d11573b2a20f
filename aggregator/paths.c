/* SPDX-License-Identifier: Apache-2.0 */
/* The pathfinder of a snapshot: where the walk begins, and how its legs become an answer. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/trails.h"
#include "aggregator/walk.h"

const char *walk_text(struct walk *x, const char *fmt, ...)
{
    if (x->quiet)
        return "";
    char line[400];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    const char *s = n >= 0 ? arena_strdup(x->a, line) : NULL;
    if (!s)
        x->out_of_memory = true;
    return s ? s : "";
}

/* ---- legs */

static bool leg_as_path(struct walk *x, struct path_leg *leg)
{
    leg->as_path = ARENA_ARRAY(x->a, leg->n_hops + 1, uint32_t);
    for (size_t i = 0; leg->as_path && i < leg->n_hops; i++) {
        uint32_t asn = leg->hops[i].asn;
        if (asn && (!leg->n_as || leg->as_path[leg->n_as - 1] != asn))
            leg->as_path[leg->n_as++] = asn;
    }
    return leg->as_path != NULL;
}

static void note_age(struct path *p, const struct path_hop *h)
{
    for (size_t i = 0; i < h->n_evidence; i++) {
        const struct origin *o = h->evidence[i].origin;
        if (o && o->observed_at != FACT_NONE &&
            (p->oldest == FACT_NONE || o->observed_at < p->oldest))
            p->oldest = o->observed_at;
    }
}

void walk_finish(struct walk *x, enum fact_class cls, const char *why, bool known)
{
    struct path *p = x->path;
    if (p->n_legs == PATH_MAX_LEGS || x->out_of_memory)
        return;
    struct path_leg *leg = &p->legs[p->n_legs];
    *leg = (struct path_leg){.n_hops = x->n, .cls = cls};
    leg->hops = ARENA_ARRAY(x->a, x->n + 1, struct path_hop);
    if (!leg->hops) {
        x->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < x->n; i++) {
        struct path_hop *h = &leg->hops[i];
        *h = x->steps[i].hop;
        h->evidence =
            arena_dup(x->a, x->steps[i].evidence, h->n_evidence * sizeof(struct evidence));
        if (h->cls > leg->cls)
            leg->cls = h->cls;
        note_age(p, h);
    }
    if (!leg_as_path(x, leg))
        x->out_of_memory = true;
    if (why && !p->why)
        p->why = why;
    p->known = p->known && known;
    p->n_legs++;
}

void walk_finish_assumed(struct walk *x, const char *rule, const char *why, bool known)
{
    struct step *top = x->n ? &x->steps[x->n - 1] : NULL;
    size_t before = top ? top->hop.n_evidence : 0;
    if (top)
        step_believe(top, NULL, rule);
    walk_finish(x, CLASS_ASSUMED, why, known);
    if (top)
        top->hop.n_evidence = before; /* another leg may part here */
}

static int cmp_hop(const struct path_hop *a, const struct path_hop *b)
{
    int c = strcmp(a->router, b->router);
    c = c ? c : addr_cmp(&a->in, &b->in);
    if (c || a->in.family)
        return c;
    /* parallel links without addresses */
    return str_natural_cmp(a->in_name ? a->in_name : "", b->in_name ? b->in_name : "");
}

static int cmp_leg(const void *va, const void *vb)
{
    const struct path_leg *a = va, *b = vb;
    for (size_t i = 0; i < a->n_hops && i < b->n_hops; i++) {
        int c = cmp_hop(&a->hops[i], &b->hops[i]);
        if (c)
            return c;
    }
    return (a->n_hops > b->n_hops) - (a->n_hops < b->n_hops);
}

static void settle_legs(struct path *p)
{
    size_t kept = 0;
    if (p->n_legs > 1)
        qsort(p->legs, p->n_legs, sizeof(*p->legs), cmp_leg);
    for (size_t i = 0; i < p->n_legs; i++)
        if (!kept || cmp_leg(&p->legs[kept - 1], &p->legs[i]))
            p->legs[kept++] = p->legs[i];
    p->n_legs = kept;
    p->reached = p->known && kept && !p->why;
    p->cls = CLASS_OBSERVED;
    for (size_t i = 0; i < kept; i++)
        if (p->legs[i].cls > p->cls)
            p->cls = p->legs[i].cls;
    if (!p->known)
        p->cls = CLASS_ASSUMED;
}

/* ---- the beginning */

struct place {
    struct port *port;
    size_t rivals; /* other routers on the same network */
};

static bool table_fits(const struct walk *x, const struct port *p)
{
    return !x->table || !strcmp(x->table, p->instance->table);
}

static struct instance *owner_of_source(const struct walk *x)
{
    struct port *own = topo_port_at(x->w, NULL, &x->src);
    return own && table_fits(x, own) ? own->instance : NULL;
}

/* The network the source is on: the longest subnet of a known port. Of several routers on it
 * the one that answered the source's traceroutes first. */
static struct place find_place(const struct walk *x)
{
    const struct world *w = x->w;
    struct place best = {0};
    const struct instance *first = x->own && x->own->n ? x->own->hops[0].instance : NULL;
    struct port *const *p = universe_network(w, &x->src);
    for (; p && *p; p++) {
        if (!table_fits(x, *p))
            continue;
        best.rivals += best.port && best.port->instance != (*p)->instance;
        if (!best.port || (*p)->instance == first)
            best.port = *p;
    }
    return best;
}

static enum fact_class class_of_place(const struct walk *x, const struct place *at)
{
    if (x->own && x->own->n && x->own->hops[0].instance == at->port->instance)
        return CLASS_OBSERVED;
    return at->rivals ? CLASS_ASSUMED : CLASS_DERIVED;
}

void walk_start(const struct world *w, const struct addr *src, struct walk_start *out)
{
    const struct walk x = {.w = w, .src = *src};
    struct place at = find_place(&x);
    *out = (struct walk_start){.own = owner_of_source(&x),
                               .near = at.port ? at.port->instance : NULL};
    if (at.port)
        out->near_cls = class_of_place(&x, &at);
}

/* The only router of the domain that announces the source's network as its own. */
static struct instance *announcer(const struct walk *x, const struct dom *d)
{
    uint32_t ids[129];
    size_t n = d ? lpm_all(x->w->universe, &x->src, ids, 129) : 0;
    struct instance *found = NULL;
    for (size_t i = 0; i < n && !found; i++)
        found = forward_announcer(x->w, d, x->table, ids[i]);
    return found;
}

static void begin(struct walk *x)
{
    struct instance *own = owner_of_source(x);
    struct arrival via = {.cls = CLASS_DERIVED};
    if (own && walk_forwards(x, own)) {
        walk_known(x, own, &via);
        return;
    }
    struct place at = find_place(x);
    if (at.port && walk_forwards(x, at.port->instance)) {
        via.cls = class_of_place(x, &at);
        via.evidence[via.n_evidence++] =
            (struct evidence){at.port->origin, walk_text(x, "%s is on its network %s",
                                                         walk_addr(x, &x->src), at.port->name)};
        if (via.cls == CLASS_ASSUMED)
            arrival_doubt(&via, ASSUMED "others are on the source's network as well");
        walk_known(x, at.port->instance, &via);
        return;
    }
    struct dom *d = registry_owner(x->w, &x->src);
    struct instance *near = announcer(x, d);
    if (near && instance_forwards(x->w, near, x->dst.family)) {
        via.evidence[via.n_evidence++] = (struct evidence){
            NULL, walk_text(x, "%s is the only router of %s that announces its network",
                            near->router->name, d->name)};
        arrival_doubt(&via, ASSUMED "the source's network is not told");
        walk_known(x, near, &via);
        return;
    }
    if (!d && !x->own) {
        walk_finish_assumed(x, NULL, "nobody tells where the source is", false);
        return;
    }
    walk_unseen(x, &(struct beyond){.dom = d, .cls = CLASS_DERIVED});
}

static double own_rtt(const struct trace *t, const struct addr *dst)
{
    double best = NAN;
    const struct hops *hs = t ? &t->fact->hops : NULL;
    for (size_t i = 0; hs && i < hs->n; i++)
        for (size_t k = 0; k < hs->v[i].n; k++) {
            const struct responder *r = &hs->v[i].v[k];
            if (addr_eq(&r->addr, dst) && !isnan(r->rtt) && !(best <= r->rtt))
                best = r->rtt;
        }
    return best;
}

/* Where two legs meet again after ways of several lengths: the lesser depth; 0: nowhere. */
static size_t meeting(const struct path_leg *a, const struct path_leg *b)
{
    for (size_t i = 1; i < a->n_hops; i++)
        for (size_t k = 1; k < b->n_hops; k++)
            if (i != k && a->hops[i].router[1] && !strcmp(a->hops[i].router, b->hops[k].router))
                return i < k ? i : k;
    return 0;
}

static size_t first_meeting(const struct path *p)
{
    size_t first = 0;
    for (size_t i = 0; i < p->n_legs; i++)
        for (size_t k = i + 1; k < p->n_legs; k++) {
            size_t at = meeting(&p->legs[i], &p->legs[k]);
            first = at && (!first || at < first) ? at : first;
        }
    return first;
}

/* That ways of several lengths are used in turn is known when all have been walked; what
 * traceroutes tell behind them is judged by it then. */
static void begin_judged(struct walk *x)
{
    begin(x);
    x->uneven = x->out_of_memory || !x->path->n_legs ? 0 : first_meeting(x->path);
    if (!x->uneven)
        return;
    x->path->n_legs = 0;
    x->path->known = true;
    x->path->why = NULL;
    x->path->oldest = FACT_NONE;
    begin(x);
}

static int find_in(struct walk x, const struct path_question *q, struct path **out,
                   struct err *e)
{
    struct step steps[PATH_MAX_HOPS]; /* on the stack: most paths use little of it */
    struct path_leg legs[PATH_MAX_LEGS];
    const struct world *w = x.w;
    const struct addr *src = &q->src, *dst = &q->dst;
    x.src = *src;
    x.dst = *dst;
    x.table = q->table;
    x.path = *out = ARENA_NEW(x.a, struct path);
    x.steps = steps;
    if (!x.path)
        return err_set(e, ERR_NOMEM, "out of memory while finding a path");
    *x.path = (struct path){
        .src = *src, .dst = *dst, .known = true, .oldest = FACT_NONE, .legs = legs};
    x.own = trace_of_pair(w, src, dst);
    x.path->rtt = own_rtt(x.own, dst);
    x.to = ways_destination(w->ways, w, dst);
    if (src->family == dst->family)
        begin_judged(&x);
    else
        walk_finish(&x, CLASS_OBSERVED, "the addresses are of different families", false);
    settle_legs(x.path);
    x.path->legs = arena_dup(x.a, legs, x.path->n_legs * sizeof(*legs));
    x.out_of_memory = x.out_of_memory || !x.path->legs;
    return x.out_of_memory ? err_set(e, ERR_NOMEM, "out of memory while finding a path") : 0;
}

static const struct world *world_of(const struct pathfinder *pf)
{
    return (const struct world *)(const void *)((const char *)pf -
                                                offsetof(struct world, finder));
}

static int find(const struct pathfinder *pf, const struct path_question *q, struct arena *a,
                struct path **out, struct err *e)
{
    return find_in((struct walk){.w = world_of(pf), .a = a}, q, out, e);
}

static int find_quietly(const struct pathfinder *pf, const struct path_question *q,
                        struct arena *a, struct path **out, struct err *e)
{
    return paths_find_quietly(world_of(pf), q, a, out, e);
}

int paths_find_quietly(const struct world *w, const struct path_question *q, struct arena *a,
                       struct path **out, struct err *e)
{
    return find_in((struct walk){.w = w, .a = a, .quiet = true}, q, out, e);
}

/* As begin() does where there is no traceroute; what a destination might change is not plain.
 */
static void find_end(const struct pathfinder *pf, const struct addr *a, struct path_end *out)
{
    const struct walk x = {.w = world_of(pf), .src = *a, .dst = {.family = a->family}};
    const struct port *own = topo_port_at(x.w, NULL, a);
    const struct port *at = own ? own : find_place(&x).port;
    trails_end(x.w, a, at ? at->instance : NULL, out);
}

static size_t find_trail(const struct pathfinder *pf, const struct path_end *src,
                         const struct path_end *dst, uint32_t out[PATH_MAX_LINKS])
{
    return trails_find(world_of(pf), src, dst, out);
}

static void expect_trails(const struct pathfinder *pf, const struct path_end *dst)
{
    trails_expect(world_of(pf), dst);
}

void paths_init(struct world *w)
{
    lpm_seal(w->universe); /* without memory for that it is slower, no more */
    w->ways = ways_new(w);
    w->trails = w->ways ? trails_new(w) : NULL;
    w->finder = (struct pathfinder){find, find_quietly, find_end, find_trail, expect_trails};
    w->snap->paths = &w->finder;
}
