/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/igp_private.h"

#include <string.h>

#define METRIC_DEFAULT 10

int igp_proto_of(const char *name)
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
            g->paths[f][p] = ARENA_ARRAY(w->arena, w->n_doms + 1, struct paths);
            g->single[f][p] = ARENA_ARRAY(w->arena, w->n_instances + 1, uint8_t);
            ok = ok && g->ifs[f][p] && g->paths[f][p] && g->single[f][p];
        }
    for (int f = 0; f < 2; f++) {
        g->doubt[f] = ARENA_ARRAY(w->arena, w->n_instances + 1, bool);
        g->unsettled[f] = ARENA_ARRAY(w->arena, w->n_doms + 1, bool);
        g->leaks[f] = ARENA_ARRAY(w->arena, w->n_instances + 1, bool);
        ok = ok && g->doubt[f] && g->leaks[f] && g->unsettled[f];
    }
    for (int fa = 0; fa < 4; fa++) {
        g->nameless[fa / 2][fa % 2] = ARENA_ARRAY(w->arena, w->n_instances + 1, bool);
        ok = ok && g->nameless[fa / 2][fa % 2];
    }
    g->adjacent = ARENA_ARRAY(w->arena, w->n_instances + 1, struct igp_neighbour *);
    g->n_adjacent = ARENA_ARRAY(w->arena, w->n_instances + 1, size_t);
    g->first_slot = ARENA_ARRAY(w->arena, w->n_instances + 1, uint32_t);
    g->place = ARENA_ARRAY(w->arena, w->n_instances + 1, uint32_t);
    g->of_dom = ARENA_ARRAY(w->arena, w->n_doms + 1, struct members);
    g->attach = ARENA_ARRAY(w->arena, w->n_prefixes + 1, struct igp_attach *);
    g->n_attach = ARENA_ARRAY(w->arena, w->n_prefixes + 1, size_t);
    ok = ok && g->adjacent && g->n_adjacent && g->first_slot && g->place;
    return ok && g->of_dom && g->attach && g->n_attach ? 0 : ERR_NOMEM;
}

/* Do routes of that kind, which are not followed, come by BGP, or into its reach at once? */
static bool passes_through_bgp(const char *kind)
{
    return kind &&
           (!strcmp(kind, "vpn") || !strcmp(kind, "leaked") || !strcmp(kind, "bgp range"));
}

static void read_settings(struct world *w, struct igp_world *g)
{
    FOR_ROWS(w, igp, IGP, f)
    {
        int p = igp_proto_of(f->protocol);
        struct router *r = topo_router(w, registry_dom(w, f->origin->domain), f->node);
        if (!r)
            continue;
        unsigned fi = igp_family((unsigned)f->family);
        if (p < 0 || !f->interface || !*f->interface) {
            struct instance *in = topo_instance(r, f->table);
            if (p < 0) {
                if (in)
                    g->doubt[fi][in->index] = true;
                if (in && passes_through_bgp(f->protocol))
                    g->leaks[fi][in->index] = true;
                continue;
            }
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
        i->whole = f->network && !strcmp(f->network, "point-to-point");
        i->metric = f->metric != FACT_NONE            ? igp_clamp(f->metric)
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
    return there != FACT_NONE  ? igp_clamp(there)
           : back != FACT_NONE ? igp_clamp(back)
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

static struct igp_neighbour neighbour_by(const struct instance *in, struct wire *l)
{
    struct port *out = l->a->instance == in ? l->a : l->b;
    return (struct igp_neighbour){l, out, wire_other(l, out)->instance};
}

static int list_neighbours(struct world *w, struct igp_world *g)
{
    for (size_t i = 0; i < w->n_instances; i++) {
        struct instance *in = w->instances[i];
        size_t n = 0;
        for (size_t p = 0; p < in->n_ports; p++)
            n += in->ports[p]->n_wires;
        g->adjacent[i] = ARENA_ARRAY(w->arena, n + 1, struct igp_neighbour);
        if (!g->adjacent[i])
            return ERR_NOMEM;
        for (size_t p = 0; p < in->n_ports; p++)
            for (size_t k = 0; k < in->ports[p]->n_wires; k++)
                if (g->n_adjacent[i] < IGP_MAX_WIRES)
                    g->adjacent[i][g->n_adjacent[i]++] =
                        neighbour_by(in, in->ports[p]->wires[k]);
        g->first_slot[i + 1] = g->first_slot[i] + (uint32_t)g->n_adjacent[i];
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

/* What an interface's MTU is where nobody says it; 0: not known. */
static int64_t default_mtu(const char *platform)
{
    static const struct {
        const char *platform;
        int64_t bytes;
    } known[] = {{"ios", 1500}, {"nxos", 1500}, {"eos", 1500}, {"ios-xr", 1514}};
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (!strcmp(platform, known[i].platform))
            return known[i].bytes;
    return 0;
}

/*
 * RFC 2328, section 10.6: a router refuses the database of a neighbour with a larger MTU, so
 * that they never become adjacent, unless it is told not to look. Only of one platform numbers
 * can be compared: some count the frame's header.
 */
static bool differ_in_mtu(const struct wire *l)
{
    const char *a = l->a->instance->router->platform, *b = l->b->instance->router->platform;
    if ((!l->a->mtu && !l->b->mtu) || !a || !b || strcmp(a, b) != 0)
        return false;
    int64_t mtu_a = l->a->mtu ? l->a->mtu : default_mtu(a);
    int64_t mtu_b = l->b->mtu ? l->b->mtu : default_mtu(b);
    return mtu_a && mtu_b && mtu_a != mtu_b;
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

static void add_edges(struct igp_world *g, const struct instance *in, int fp,
                      struct spf_graph *to)
{
    int f = fp / IGP_PROTOS, p = fp % IGP_PROTOS;
    uint32_t *end = &to->begin[g->place[in->index] + 1];
    *end = end[-1];
    for (size_t k = 0; k < g->n_adjacent[in->index]; k++) {
        const struct igp_neighbour *x = &g->adjacent[in->index][k];
        if (!adjacent_by(g, x->wire, f, p))
            continue;
        if (p == IGP_OSPF && differ_in_mtu(x->wire)) {
            g->unsettled[f][in->router->dom->index] = true;
            continue;
        }
        int64_t metric = g->ifs[f][p][x->out->index].metric;
        to->edges[(*end)++] = (struct spf_edge){.to = g->place[x->next->index],
                                                .metric = metric > 0 ? (uint32_t)metric : 0,
                                                .tag = (uint32_t)k};
    }
}

static int make_graph(struct world *w, struct igp_world *g, size_t dom, int fp)
{
    const struct members *m = &g->of_dom[dom];
    struct spf_graph *to = &g->paths[fp / IGP_PROTOS][fp % IGP_PROTOS][dom].graph;
    size_t room = 0;
    for (size_t i = 0; i < m->n; i++)
        room += g->n_adjacent[m->v[i]->index];
    to->n = (uint32_t)m->n;
    to->begin = ARENA_ARRAY(w->arena, m->n + 1, uint32_t);
    to->edges = ARENA_ARRAY(w->arena, room + 1, struct spf_edge);
    if (!to->begin || !to->edges)
        return ERR_NOMEM;
    for (size_t i = 0; i < m->n; i++)
        add_edges(g, m->v[i], fp, to);
    return 0;
}

static bool has_free_edges(const struct spf_graph *g)
{
    for (uint32_t i = 0; i < g->begin[g->n]; i++)
        if (g->edges[i].metric == 0)
            return true;
    return false;
}

/* One search for the nodes that ways beginning by an edge lead to. */
struct spread {
    const struct paths *paths;
    int64_t *dist; /* from the source */
    uint32_t source, *stack;
};

/* All that shortest ways from the source by an edge reach, without coming back to it. */
static void spread(const struct spread *s, const struct spf_edge *by, struct wire_set *first)
{
    const struct spf_graph *g = &s->paths->graph;
    uint64_t bit = UINT64_C(1) << (by->tag % 64);
    size_t word = by->tag / 64, n = 0;
    if (by->to != s->source && s->dist[by->to] == by->metric) {
        first[by->to].bits[word] |= bit;
        s->stack[n++] = by->to;
    }
    while (n) {
        uint32_t at = s->stack[--n];
        for (uint32_t i = g->begin[at]; i < g->begin[at + 1]; i++) {
            const struct spf_edge *e = &g->edges[i];
            if (e->to == s->source || s->dist[e->to] != s->dist[at] + e->metric ||
                first[e->to].bits[word] & bit)
                continue;
            first[e->to].bits[word] |= bit;
            s->stack[n++] = e->to;
        }
    }
}

/* From one position in the domain's list to another. */
static int64_t distance(const struct paths *p, uint32_t from, uint32_t to)
{
    if (!p->dist)
        return from == to ? 0 : IGP_UNREACHED;
    return p->dist[(size_t)to * p->graph.n + from];
}

static int spread_all(struct world *w, struct paths *p)
{
    uint32_t n = p->graph.n;
    struct arena_mark here = arena_mark(w->scratch);
    struct spread s = {p, ARENA_ARRAY(w->scratch, n + 1, int64_t), 0,
                       ARENA_ARRAY(w->scratch, n + 1, uint32_t)};
    p->first = ARENA_ARRAY(w->arena, (size_t)n * n, struct wire_set);
    if (!s.dist || !s.stack || !p->first)
        return ERR_NOMEM;
    for (; s.source < n; s.source++) {
        for (uint32_t i = 0; i < n; i++)
            s.dist[i] = distance(p, s.source, i);
        for (uint32_t i = p->graph.begin[s.source]; i < p->graph.begin[s.source + 1]; i++)
            spread(&s, &p->graph.edges[i], p->first + (size_t)s.source * n);
    }
    arena_rewind(w->scratch, here);
    return 0;
}

/* The same domain's in the snapshot before, or NULL. */
static const struct paths *paths_before(const struct world *w, size_t dom, int fp)
{
    const union map_value *at =
        w->before ? map_get_str(w->before->dom_by_name, w->doms[dom]->name) : NULL;
    const struct dom *d = at ? at->cp : NULL;
    return d ? &w->before->igp->paths[fp / IGP_PROTOS][fp % IGP_PROTOS][d->index] : NULL;
}

/* OSPFv3 of FRR loses ways of equal cost. */
static int narrow(struct world *w, struct igp_world *g, size_t dom, struct paths *p)
{
    const struct members *m = &g->of_dom[dom];
    struct arena_mark here = arena_mark(w->scratch);
    bool *concerned = ARENA_ARRAY(w->scratch, m->n + 1, bool), any = false;
    int rc = concerned ? 0 : ERR_NOMEM;
    for (size_t i = 0; !rc && i < m->n; i++) {
        const char *platform = m->v[i]->router->platform;
        any |= concerned[i] = platform && !strcmp(platform, "frr");
    }
    if (any)
        rc = igp_narrow(w, p, concerned);
    arena_rewind(w->scratch, here);
    return rc;
}

static int find_paths(struct world *w, struct igp_world *g, int fp)
{
    int rc = 0;
    for (size_t d = 0; !rc && d < w->n_doms; d++) {
        struct paths *p = &g->paths[fp / IGP_PROTOS][fp % IGP_PROTOS][d];
        rc = make_graph(w, g, d, fp);
        if (!rc && p->graph.begin[p->graph.n])
            rc = igp_search(w, p, paths_before(w, d, fp));
        if (!rc && p->dist && has_free_edges(&p->graph))
            rc = spread_all(w, p);
        else if (!rc && p->dist && fp == IGP_PROTOS + IGP_OSPF)
            rc = narrow(w, g, d, p);
    }
    return rc;
}

static const struct paths *paths_of(const struct igp_world *g, const struct instance *in,
                                    unsigned f, unsigned p)
{
    return &g->paths[f][p][in->router->dom->index];
}

/* Adds the wires by which shortest ways begin. */
static void join_first(const struct paths *p, uint32_t from, uint32_t to, struct wire_set *out)
{
    const struct spf_graph *g = &p->graph;
    if (p->first) {
        const struct wire_set *set = &p->first[(size_t)from * g->n + to];
        for (size_t k = 0; k < IGP_MAX_WIRES / 64; k++)
            out->bits[k] |= set->bits[k];
        return;
    }
    if (from == to || !p->dist)
        return;
    const int64_t *rest = p->dist + (size_t)to * g->n;
    int64_t all = rest[from];
    uint64_t bits = 0;
    uint32_t word = 0;
    for (uint32_t i = g->begin[from]; all != IGP_UNREACHED && i < g->begin[from + 1]; i++) {
        const struct spf_edge *e = &g->edges[i];
        uint64_t leads = rest[e->to] == all - e->metric; /* a jump would be guessed wrong */
        if (e->tag / 64 != word) {
            out->bits[word] |= bits;
            word = e->tag / 64;
            bits = 0;
        }
        bits |= leads << (e->tag % 64);
    }
    out->bits[word] |= bits;
}

/* The same without those that are not used. True: nothing tells which these are. */
static bool join_used(const struct paths *p, uint32_t from, uint32_t to, struct wire_set *out)
{
    const struct wire_set *used = igp_narrowed(p, from, to);
    for (size_t k = 0; used && k < IGP_MAX_WIRES / 64; k++)
        out->bits[k] |= used->bits[k];
    if (!used)
        join_first(p, from, to, out);
    return used != NULL;
}

/* What one router may have of routes that nobody told, all may that it speaks with. */
static int spread_doubt(struct world *w, struct igp_world *g)
{
    for (int f = 0; f < 2; f++) {
        bool *first = arena_dup(w->scratch, g->doubt[f], (w->n_instances + 1) * sizeof(bool));
        if (!first)
            return ERR_NOMEM;
        for (size_t i = 0; i < w->n_instances; i++) {
            const struct members *m = &g->of_dom[w->instances[i]->router->dom->index];
            for (size_t k = 0; first[i] && k < m->n; k++)
                g->doubt[f][m->v[k]->index] |=
                    igp_distance(w, m->v[k], w->instances[i], f ? 6 : 4) != IGP_UNREACHED;
        }
    }
    return 0;
}

static bool runs(const struct igp_world *g, const struct port *p, unsigned f, bool active)
{
    for (int k = 0; k < IGP_PROTOS; k++) {
        const struct igp_if *i = &g->ifs[f][k][p->index];
        if (i->on && !(active && i->passive))
            return true;
    }
    return false;
}

/* Has nobody told a network on it? An unnumbered interface has the address of another. */
static bool is_nameless(const struct port *p, unsigned family)
{
    for (size_t i = 0; i < p->n_addrs; i++)
        if (p->addrs[i].addr.family == family &&
            (p->addrs[i].len < addr_bits(&p->addrs[i].addr) || p->n_wires))
            return false;
    return true;
}

static void find_nameless(const struct world *w, struct igp_world *g)
{
    for (size_t i = 0; i < w->n_ports; i++) {
        const struct port *p = w->ports[i];
        if (p->loopback || p->down || p->declared)
            continue;
        for (unsigned f = 0; f < 2; f++)
            for (int active = 0; active < 2; active++)
                g->nameless[f][active][p->instance->index] |=
                    is_nameless(p, f ? 6 : 4) && runs(g, p, f, active);
    }
}

int igp_build(struct world *w, struct err *e)
{
    struct igp_world *g = w->igp = ARENA_NEW(w->arena, struct igp_world);
    int rc = g ? alloc_all(w, g) : ERR_NOMEM;
    if (rc)
        goto out;
    read_settings(w, g);
    read_declared(w, g);
    find_nameless(w, g);
    rc = list_neighbours(w, g);
    for (int fp = 0; !rc && fp < 2 * IGP_PROTOS; fp++)
        rc = find_paths(w, g, fp);
    if (!rc)
        rc = igp_attach_all(w);
    if (!rc)
        rc = spread_doubt(w, g);
out:
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
        int64_t d = distance(paths_of(g, from, igp_family(family), (unsigned)p),
                             g->place[from->index], g->place[to->index]);
        best = d < best ? d : best;
    }
    return best;
}

int64_t igp_metric(const struct world *w, const struct port *p, unsigned family)
{
    for (int k = 0; k < IGP_PROTOS; k++) {
        const struct igp_if *i = &w->igp->ifs[igp_family(family)][k][p->index];
        if (i->on && !i->passive)
            return i->metric;
    }
    return FACT_NONE;
}

bool igp_has_nameless(const struct world *w, const struct instance *in, unsigned family,
                      bool active)
{
    return w->igp->nameless[igp_family(family)][active][in->index];
}

bool igp_untold(const struct world *w, const struct instance *from, const struct instance *to,
                unsigned family)
{
    return from != to && from->router->dom == to->router->dom &&
           igp_distance(w, from, to, family) == IGP_UNREACHED &&
           igp_has_nameless(w, from, family, true) && igp_has_nameless(w, to, family, true);
}

bool igp_leaks(const struct world *w, const struct instance *in, unsigned family)
{
    return w->igp->leaks[igp_family(family)][in->index];
}

bool igp_in_doubt(const struct world *w, const struct instance *in, unsigned family)
{
    return w->igp->doubt[igp_family(family)][in->index];
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

/* A way under way: what counts before the whole metric. */
struct rank {
    enum igp_proto proto;
    enum igp_grade grade;
    int64_t outside, metric;
};

static int cmp_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int cmp_rank(const struct rank *a, const struct rank *b)
{
    int c = cmp_number(a->proto, b->proto);
    if (!c)
        c = cmp_number(a->grade, b->grade);
    if (!c && a->grade == IGP_TYPE_2)
        c = cmp_number(a->outside, b->outside);
    return c ? c : cmp_number(a->metric, b->metric);
}

void igp_route_to(const struct world *w, const struct instance *from, uint32_t prefix,
                  struct igp_route *r)
{
    const struct igp_world *g = w->igp;
    size_t n;
    const struct igp_attach *a = igp_attached(w, prefix, &n);
    unsigned f = n ? igp_family(w->prefixes[prefix].addr.family) : 0;
    struct rank best = {0};
    memset(r, 0, sizeof(*r));
    r->metric = IGP_UNREACHED;
    for (size_t i = 0; i < n; i++) {
        if (a[i].instance->router->dom != from->router->dom)
            continue;
        const struct paths *s = paths_of(g, from, f, a[i].proto);
        uint32_t at = g->place[a[i].instance->index];
        int64_t d = distance(s, g->place[from->index], at);
        if (d == IGP_UNREACHED)
            continue;
        struct rank this = {a[i].proto, a[i].grade, a[i].metric, d + a[i].metric};
        int c = r->metric == IGP_UNREACHED ? -1 : cmp_rank(&this, &best);
        if (c < 0) {
            best = this;
            *r = (struct igp_route){.metric = this.metric, .proto = this.proto};
        }
        if (c <= 0) {
            r->several |= join_used(s, g->place[from->index], at, &r->first);
            r->local = r->local || a[i].instance == from;
            r->unsure = r->unsure || a[i].unsure;
        }
    }
    if (r->metric != IGP_UNREACHED && r->proto == IGP_OSPF)
        r->unsure = r->unsure || g->unsettled[f][from->router->dom->index];
    if (r->metric != IGP_UNREACHED && !r->local)
        r->tied |= g->single[f][r->proto][from->index] && wire_set_count(&r->first) > 1;
    r->tied = r->tied || r->several;
    r->several =
        r->several && wire_set_count(&r->first) > 1 && !g->single[f][r->proto][from->index];
}

static bool same_attach(const struct igp_attach *a, const struct igp_attach *b)
{
    return a->instance->index == b->instance->index && a->metric == b->metric &&
           a->proto == b->proto && a->grade == b->grade && a->unsure == b->unsure;
}

bool igp_same_attached(const struct world *w, const struct dom *d, uint32_t prefix)
{
    size_t n, n_was;
    const struct igp_attach *a = igp_attached(w, prefix, &n);
    const struct igp_attach *was = igp_attached(w->before, prefix, &n_was);
    bool same = n == n_was;
    for (size_t i = 0; same && i < n; i++)
        same = a[i].instance->router->dom == d
                   ? same_attach(&a[i], &was[i])
                   : was[i].instance->router->dom->index != d->index;
    return same;
}

/* source ..─> from ──metric──> to ..─> destination: is that as short as any way? */
static bool leads_over(const struct paths *p, uint32_t source, uint32_t destination,
                       const struct igp_change *x, uint32_t metric)
{
    int64_t all = distance(p, source, destination), first = distance(p, source, x->from);
    int64_t rest = distance(p, x->to, destination);
    return all != IGP_UNREACHED && first != IGP_UNREACHED && rest != IGP_UNREACHED &&
           first + metric + rest == all;
}

/* Ways are the same where none went over what has changed, and none does now. */
static bool same_ways(const struct paths *p, const struct paths *was, uint32_t from,
                      uint32_t to)
{
    const struct igp_changes *c = &p->changes;
    bool same = c->known && !p->first && !was->first && !p->n_narrowed && !was->n_narrowed;
    for (size_t i = 0; same && i < c->n; i++)
        same = !leads_over(p, from, to, &c->v[i], c->v[i].now) &&
               !leads_over(was, from, to, &c->v[i], c->v[i].before);
    return same;
}

bool igp_same_ways(const struct world *w, const struct instance *from, uint32_t prefix)
{
    const struct igp_world *g = w->igp;
    size_t n;
    const struct igp_attach *a = igp_attached(w, prefix, &n);
    unsigned f = igp_family(w->prefixes[prefix].addr.family);
    bool same = true;
    for (size_t i = 0; same && i < n; i++)
        if (a[i].instance->router->dom == from->router->dom)
            same = same_ways(paths_of(g, from, f, a[i].proto),
                             paths_of(w->before->igp, from, f, a[i].proto),
                             g->place[from->index], g->place[a[i].instance->index]);
    return same;
}

const struct igp_neighbour *igp_neighbour(const struct world *w, const struct instance *in,
                                          size_t i)
{
    return i < w->igp->n_adjacent[in->index] ? &w->igp->adjacent[in->index][i] : NULL;
}

uint32_t igp_first_slot(const struct world *w, size_t instance)
{
    return w->igp->first_slot[instance];
}

size_t wire_set_next(const struct wire_set *s, size_t i)
{
    for (; i < IGP_MAX_WIRES; i = (i / 64 + 1) * 64) {
        uint64_t rest = s->bits[i / 64] >> (i % 64);
        if (rest)
            return i + (size_t)__builtin_ctzll(rest);
    }
    return IGP_MAX_WIRES;
}
