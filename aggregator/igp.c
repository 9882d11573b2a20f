/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/igp.h"

#include <stdlib.h>
#include <string.h>

#define METRIC_DEFAULT      10
#define METRIC_REDISTRIBUTE 20

/* An interface's part in one protocol. */
struct igp_if {
    bool on, passive;
    int64_t metric;
    const char *area;
};

struct edge {
    uint32_t to;   /* index of the neighbour instance */
    uint32_t wire; /* position in the instance's adjacency list */
    int64_t metric;
};

struct edges {
    struct edge *v;
    size_t n;
};

struct spf {
    int64_t *dist; /* by position of the instance in its domain's list */
    struct wire_set *first;
};

struct members {
    struct instance **v;
    size_t n;
};

struct igp_world {
    struct igp_if *ifs[2][IGP_PROTOS];  /* by port */
    struct edges *edges[2][IGP_PROTOS]; /* by instance */
    struct wire ***adjacent;            /* by instance: its wires, all ports */
    size_t *n_adjacent;
    uint32_t *place;                /* by instance: position in its domain's list */
    struct members *of_dom;         /* by domain */
    struct spf *spf[2][IGP_PROTOS]; /* by instance */
    struct igp_attach **attach;     /* by prefix */
    size_t *n_attach;
    uint8_t *single[2][IGP_PROTOS]; /* by instance: the process uses one path only */
};

static unsigned fam_index(unsigned family)
{
    return family == 6;
}

static int proto_of(const char *name)
{
    if (name && (!strcmp(name, "ospf") || !strcmp(name, "ospf3")))
        return IGP_OSPF;
    return name && !strcmp(name, "isis") ? IGP_ISIS : -1;
}

static int alloc_all(struct world *w, struct igp_world *g)
{
    bool ok = true;
    for (int f = 0; f < 2; f++)
        for (int p = 0; p < IGP_PROTOS; p++) {
            g->ifs[f][p] = ARENA_ARRAY(w->arena, w->n_ports + 1, struct igp_if);
            g->edges[f][p] = ARENA_ARRAY(w->arena, w->n_instances + 1, struct edges);
            g->spf[f][p] = ARENA_ARRAY(w->arena, w->n_instances + 1, struct spf);
            g->single[f][p] = ARENA_ARRAY(w->arena, w->n_instances + 1, uint8_t);
            ok = ok && g->ifs[f][p] && g->edges[f][p] && g->spf[f][p] && g->single[f][p];
        }
    g->adjacent = ARENA_ARRAY(w->arena, w->n_instances + 1, struct wire **);
    g->n_adjacent = ARENA_ARRAY(w->arena, w->n_instances + 1, size_t);
    g->place = ARENA_ARRAY(w->arena, w->n_instances + 1, uint32_t);
    g->of_dom = ARENA_ARRAY(w->arena, w->n_doms + 1, struct members);
    g->attach = ARENA_ARRAY(w->arena, w->n_prefixes + 1, struct igp_attach *);
    g->n_attach = ARENA_ARRAY(w->arena, w->n_prefixes + 1, size_t);
    return ok && g->adjacent && g->n_adjacent && g->place && g->of_dom && g->attach &&
                   g->n_attach
               ? 0
               : ERR_NOMEM;
}

/* Metrics are of 32 bits in every protocol; what is not would overflow sums. */
static int64_t clamp_metric(int64_t m)
{
    return m < 0 ? 0 : m > UINT32_MAX ? UINT32_MAX : m;
}

static void read_settings(struct world *w, struct igp_world *g)
{
    FOR_ROWS(w, igp, IGP, f)
    {
        int p = proto_of(f->protocol);
        struct router *r = topo_router(w, registry_dom(w, f->origin->domain), f->node);
        if (p < 0 || !r)
            continue;
        unsigned fi = fam_index((unsigned)f->family);
        if (!f->interface || !*f->interface) {
            struct instance *in = topo_instance(r, f->table);
            if (in && f->maximum_paths == 1)
                g->single[fi][p][in->index] = 1;
            continue;
        }
        struct port *port = topo_port(r, f->interface);
        if (!port)
            continue;
        struct igp_if *i = &g->ifs[fi][p][port->index];
        i->on = true;
        i->passive = i->passive || f->passive == 1;
        i->area = f->area;
        i->metric = f->metric != FACT_NONE            ? clamp_metric(f->metric)
                    : p == IGP_OSPF && port->loopback ? 0
                                                      : METRIC_DEFAULT;
    }
}

static bool is_declared(const struct wire *l)
{
    return l->a->declared && l->b->declared;
}

static int64_t declared_metric(int64_t there, int64_t back)
{
    return there != FACT_NONE  ? clamp_metric(there)
           : back != FACT_NONE ? clamp_metric(back)
                               : METRIC_DEFAULT;
}

/* Declared metrics stand for a protocol where none is configured. */
static void read_declared(struct world *w, struct igp_world *g)
{
    for (size_t i = 0; i < w->n_ports; i++)
        for (int f = 0; w->ports[i]->site && f < 2; f++)
            g->ifs[f][IGP_OSPF][i].on = g->ifs[f][IGP_OSPF][i].passive = true;
    for (size_t i = 0; i < w->n_wires; i++) {
        const struct wire *l = w->wires[i];
        bool unmetered = l->metric_ab == FACT_NONE && l->metric_ba == FACT_NONE;
        if (l->inter || (unmetered && !is_declared(l)))
            continue;
        l->a->instance->router->dom->unmetered |= unmetered;
        for (int f = 0; f < 2; f++) {
            struct igp_if *a = &g->ifs[f][IGP_OSPF][l->a->index];
            struct igp_if *b = &g->ifs[f][IGP_OSPF][l->b->index];
            if (a->on || b->on || g->ifs[f][IGP_ISIS][l->a->index].on)
                continue;
            a->on = b->on = true;
            a->metric = declared_metric(l->metric_ab, l->metric_ba);
            b->metric = declared_metric(l->metric_ba, l->metric_ab);
        }
    }
}

static int list_neighbours(struct world *w, struct igp_world *g)
{
    for (size_t i = 0; i < w->n_instances; i++) {
        struct instance *in = w->instances[i];
        size_t n = 0;
        for (size_t p = 0; p < in->n_ports; p++)
            n += in->ports[p]->n_wires;
        g->adjacent[i] = ARENA_ARRAY(w->arena, n + 1, struct wire *);
        if (!g->adjacent[i])
            return ERR_NOMEM;
        for (size_t p = 0; p < in->n_ports; p++)
            for (size_t k = 0; k < in->ports[p]->n_wires; k++)
                if (g->n_adjacent[i] < IGP_MAX_WIRES)
                    g->adjacent[i][g->n_adjacent[i]++] = in->ports[p]->wires[k];
        struct members *m = &g->of_dom[in->router->dom->index];
        g->place[i] = (uint32_t)m->n++;
    }
    for (size_t d = 0; d < w->n_doms; d++)
        if (!(g->of_dom[d].v = ARENA_ARRAY(w->arena, g->of_dom[d].n + 1, struct instance *)))
            return ERR_NOMEM;
    for (size_t i = 0; i < w->n_instances; i++)
        g->of_dom[w->instances[i]->router->dom->index].v[g->place[i]] = w->instances[i];
    return 0;
}

static bool adjacent_by(const struct igp_world *g, const struct wire *l, int f, int p)
{
    const struct igp_if *a = &g->ifs[f][p][l->a->index], *b = &g->ifs[f][p][l->b->index];
    if (!a->on || !b->on || a->passive || b->passive || l->inter || !wire_up(l))
        return false;
    bool numbered = f == 0 ? l->a4.addr.family && l->b4.addr.family : true;
    bool declared = l->metric_ab != FACT_NONE || l->metric_ba != FACT_NONE || is_declared(l);
    if (!numbered && !declared)
        return false;
    return p != IGP_OSPF || !a->area || !b->area || !strcmp(a->area, b->area);
}

static int make_edges(struct world *w, struct igp_world *g, int f, int p)
{
    for (size_t i = 0; i < w->n_instances; i++) {
        struct edges *es = &g->edges[f][p][i];
        es->v = ARENA_ARRAY(w->arena, g->n_adjacent[i] + 1, struct edge);
        if (!es->v)
            return ERR_NOMEM;
        for (size_t k = 0; k < g->n_adjacent[i]; k++) {
            const struct wire *l = g->adjacent[i][k];
            struct port *near = l->a->instance == w->instances[i] ? l->a : l->b;
            if (!adjacent_by(g, l, f, p))
                continue;
            es->v[es->n++] = (struct edge){.to = wire_other(l, near)->instance->index,
                                           .wire = (uint32_t)k,
                                           .metric = g->ifs[f][p][near->index].metric};
        }
    }
    return 0;
}

/* ---- Dijkstra, with the set of first hops of all shortest paths */

struct queued {
    int64_t dist;
    uint32_t node;
};

struct queue {
    VEC(struct queued);
};

static bool before(const struct queued *a, const struct queued *b)
{
    return a->dist != b->dist ? a->dist < b->dist : a->node < b->node;
}

static int queue_push(struct queue *q, struct queued x)
{
    struct queued *room = VEC_PUSH(q);
    if (!room)
        return ERR_NOMEM;
    size_t i = q->n - 1;
    for (; i && before(&x, &q->v[(i - 1) / 2]); i = (i - 1) / 2)
        q->v[i] = q->v[(i - 1) / 2];
    q->v[i] = x;
    return 0;
}

static struct queued queue_pop(struct queue *q)
{
    struct queued top = q->v[0], last = q->v[--q->n];
    size_t i = 0;
    for (size_t c = 1; c < q->n; c = 2 * i + 1) {
        if (c + 1 < q->n && before(&q->v[c + 1], &q->v[c]))
            c++;
        if (!before(&q->v[c], &last))
            break;
        q->v[i] = q->v[c];
        i = c;
    }
    if (q->n)
        q->v[i] = last;
    return top;
}

static bool wire_set_join(struct wire_set *to, const struct wire_set *from)
{
    bool changed = false;
    for (size_t k = 0; k < IGP_MAX_WIRES / 64; k++) {
        changed = changed || (from->bits[k] & ~to->bits[k]);
        to->bits[k] |= from->bits[k];
    }
    return changed;
}

/* One run of the algorithm. */
struct search {
    struct spf *spf;
    struct queue *queue;
    uint32_t source;
};

/* One edge seen from a settled node: a shorter way replaces, an equal one joins. */
static int relax(const struct igp_world *g, struct search *r, const struct edge *x,
                 const struct queued *at)
{
    struct spf *s = r->spf;
    uint32_t to = g->place[x->to];
    int64_t d = at->dist + (x->metric > 0 ? x->metric : 0);
    if (d > s->dist[to])
        return 0;
    struct wire_set via = {{0}};
    if (at->node == r->source)
        via.bits[x->wire / 64] |= UINT64_C(1) << (x->wire % 64);
    else
        via = s->first[g->place[at->node]];
    if (d < s->dist[to]) {
        s->dist[to] = d;
        s->first[to] = via;
        return queue_push(r->queue, (struct queued){d, x->to});
    }
    return wire_set_join(&s->first[to], &via) ? queue_push(r->queue, (struct queued){d, x->to})
                                              : 0;
}

static int run_spf(struct world *w, struct igp_world *g, struct queue *q, uint32_t source,
                   int fp)
{
    int f = fp / IGP_PROTOS, p = fp % IGP_PROTOS;
    size_t n = g->of_dom[w->instances[source]->router->dom->index].n;
    struct spf *s = &g->spf[f][p][source];
    struct search search = {s, q, source};
    s->dist = ARENA_ARRAY(w->arena, n, int64_t);
    s->first = ARENA_ARRAY(w->arena, n, struct wire_set);
    if (!s->dist || !s->first)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        s->dist[i] = IGP_UNREACHED;
    s->dist[g->place[source]] = 0;
    if (queue_push(q, (struct queued){0, source}))
        return ERR_NOMEM;
    while (q->n) {
        struct queued at = queue_pop(q);
        if (at.dist > s->dist[g->place[at.node]])
            continue;
        const struct edges *es = &g->edges[f][p][at.node];
        for (size_t k = 0; k < es->n; k++)
            if (es->v[k].to != source && relax(g, &search, &es->v[k], &at))
                return ERR_NOMEM;
    }
    return 0;
}

/* ---- prefixes */

static int add_attach(struct world *w, uint32_t id, const struct igp_attach *a)
{
    struct igp_world *g = w->igp;
    if (id == NOWHERE)
        return 0;
    struct igp_attach *v = ARENA_ARRAY(w->arena, g->n_attach[id] + 1, struct igp_attach);
    if (!v)
        return ERR_NOMEM;
    if (g->n_attach[id])
        memcpy(v, g->attach[id], g->n_attach[id] * sizeof(*v));
    v[g->n_attach[id]++] = *a;
    g->attach[id] = v;
    return 0;
}

static int attach_port(struct world *w, struct port *p, int f, int proto, int64_t metric)
{
    for (size_t k = 0; k < p->n_addrs && !p->down; k++) {
        if (fam_index(p->addrs[k].addr.family) != (unsigned)f ||
            addr_is_special(&p->addrs[k].addr))
            continue;
        struct prefix net = prefix_of(&p->addrs[k].addr, p->addrs[k].len);
        struct igp_attach a = {p->instance, p, metric, (enum igp_proto)proto};
        if (add_attach(w, universe_id(w, &net), &a))
            return ERR_NOMEM;
    }
    return 0;
}

static int attach_redistributed(struct world *w, const struct fact_origination *f, int proto)
{
    struct router *r = topo_router(w, registry_dom(w, f->origin->domain), f->node);
    struct instance *in = topo_instance(r, f->table);
    int fi = (int)fam_index((unsigned)f->family);
    int64_t metric = f->metric != FACT_NONE ? clamp_metric(f->metric) : METRIC_REDISTRIBUTE;
    if (!in || !f->how)
        return 0;
    if (!strcmp(f->how, "default")) {
        struct prefix all = {.addr = {.family = fi ? 6 : 4}};
        struct igp_attach a = {in, NULL, metric, (enum igp_proto)proto};
        return add_attach(w, universe_id(w, &all), &a);
    }
    if (strcmp(f->how, "redistribute") || !f->protocol || strcmp(f->protocol, "connected"))
        return 0;
    for (size_t k = 0; k < in->n_ports; k++)
        if (!w->igp->ifs[fi][proto][in->ports[k]->index].on &&
            attach_port(w, in->ports[k], fi, proto, metric))
            return ERR_NOMEM;
    return 0;
}

static int attach_all(struct world *w)
{
    struct igp_world *g = w->igp;
    for (size_t i = 0; i < w->n_ports; i++)
        for (int f = 0; f < 2; f++)
            for (int p = 0; p < IGP_PROTOS; p++) {
                const struct igp_if *x = &g->ifs[f][p][i];
                if (x->on && attach_port(w, w->ports[i], f, p, x->metric))
                    return ERR_NOMEM;
            }
    FOR_ROWS(w, origination, ORIGINATION, f)
    if (proto_of(f->into) >= 0 && attach_redistributed(w, f, proto_of(f->into)))
        return ERR_NOMEM;
    return 0;
}

int igp_build(struct world *w, struct err *e)
{
    struct queue q = {0};
    struct igp_world *g = w->igp = ARENA_NEW(w->arena, struct igp_world);
    int rc = g ? alloc_all(w, g) : ERR_NOMEM;
    if (rc)
        goto out;
    read_settings(w, g);
    read_declared(w, g);
    rc = list_neighbours(w, g);
    for (int fp = 0; !rc && fp < 2 * IGP_PROTOS; fp++) {
        rc = make_edges(w, g, fp / IGP_PROTOS, fp % IGP_PROTOS);
        for (uint32_t i = 0; !rc && i < w->n_instances; i++)
            rc = run_spf(w, g, &q, i, fp);
    }
    if (!rc)
        rc = attach_all(w);
out:
    VEC_FREE(&q);
    return rc ? err_set(e, rc, "out of memory while computing interior paths") : 0;
}

/* ---- questions */

int64_t igp_distance(const struct world *w, const struct instance *from,
                     const struct instance *to, unsigned family)
{
    const struct igp_world *g = w->igp;
    int64_t best = IGP_UNREACHED;
    if (from->router->dom != to->router->dom)
        return best;
    for (int p = 0; p < IGP_PROTOS; p++) {
        int64_t d = g->spf[fam_index(family)][p][from->index].dist[g->place[to->index]];
        best = d < best ? d : best;
    }
    return best;
}

int64_t igp_metric(const struct world *w, const struct port *p, unsigned family)
{
    for (int k = 0; k < IGP_PROTOS; k++) {
        const struct igp_if *i = &w->igp->ifs[fam_index(family)][k][p->index];
        if (i->on && !i->passive)
            return i->metric;
    }
    return FACT_NONE;
}

static bool runs(const struct world *w, const struct port *p, unsigned family, bool active)
{
    for (int k = 0; k < IGP_PROTOS; k++) {
        const struct igp_if *i = &w->igp->ifs[fam_index(family)][k][p->index];
        if (i->on && !(active && i->passive))
            return true;
    }
    return false;
}

bool igp_has_nameless(const struct world *w, const struct instance *in, unsigned family,
                      bool active)
{
    for (size_t i = 0; i < in->n_ports; i++) {
        const struct port *p = in->ports[i];
        if (!p->loopback && !p->down && !p->declared && !port_addr(p, family) &&
            runs(w, p, family, active))
            return true;
    }
    return false;
}

bool igp_untold(const struct world *w, const struct instance *from, const struct instance *to,
                unsigned family)
{
    return from != to && from->router->dom == to->router->dom &&
           igp_distance(w, from, to, family) == IGP_UNREACHED &&
           igp_has_nameless(w, from, family, true) && igp_has_nameless(w, to, family, true);
}

const struct igp_attach *igp_attached(const struct world *w, uint32_t prefix, size_t *n)
{
    *n = prefix == NOWHERE ? 0 : w->igp->n_attach[prefix];
    return *n ? w->igp->attach[prefix] : NULL;
}

static size_t wire_set_count(const struct wire_set *s)
{
    size_t n = 0;
    for (size_t k = 0; k < IGP_MAX_WIRES / 64; k++)
        n += (size_t)__builtin_popcountll(s->bits[k]);
    return n;
}

struct igp_route igp_route_to(const struct world *w, const struct instance *from,
                              uint32_t prefix)
{
    const struct igp_world *g = w->igp;
    struct igp_route r = {.metric = IGP_UNREACHED};
    size_t n;
    const struct igp_attach *a = igp_attached(w, prefix, &n);
    unsigned f = n ? fam_index(w->prefixes[prefix].addr.family) : 0;
    for (size_t i = 0; i < n; i++) {
        if (a[i].instance->router->dom != from->router->dom)
            continue;
        const struct spf *s = &g->spf[f][a[i].proto][from->index];
        uint32_t at = g->place[a[i].instance->index];
        int64_t d = s->dist[at];
        if (d == IGP_UNREACHED)
            continue;
        d += a[i].metric;
        bool nearer = r.metric == IGP_UNREACHED || a[i].proto < r.proto ||
                      (a[i].proto == r.proto && d < r.metric);
        if (nearer)
            r = (struct igp_route){.metric = d, .proto = a[i].proto};
        if (nearer || (d == r.metric && a[i].proto == r.proto)) {
            wire_set_join(&r.first, &s->first[at]);
            r.local = r.local || a[i].instance == from;
        }
    }
    if (r.metric != IGP_UNREACHED && !r.local)
        r.tied = g->single[f][r.proto][from->index] && wire_set_count(&r.first) > 1;
    return r;
}

struct wire *igp_wire(const struct world *w, const struct instance *in, size_t i)
{
    return i < w->igp->n_adjacent[in->index] ? w->igp->adjacent[in->index][i] : NULL;
}
