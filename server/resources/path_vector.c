/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path vectors between endpoints (RFC 9275 section 7.3). Besides `endpoints` the pairs may come
 * as `endpoint-flows`: groups of sources and destinations, each every source with every
 * destination.
 */
#include "server/costs.h"
#include "server/edition.h"
#include "server/pairs.h"
#include "server/problem.h"
#include "server/vectors.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_path_vector, .atlas = atlas};
    if (!atlas->snapshot)
        return 0;
    return edition_add(ed, &r, "pathvector", "/pathvector/endpointcost", e);
}

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    vectors_describe(r, v, d);
    for (size_t i = 0; r->offer && i < r->offer->view->uses.n; i++)
        d->uses[d->n_uses++] = r->offer->view->uses.v[i];
}

#define TRAILS_BLOCK ((size_t)64 * PATH_MAX_LINKS) /* links */

/* The links of a pair (model/path.h). */
struct trail {
    const uint32_t *links; /* NULL: it is not told */
    size_t n;
};

/* What is free of a block of links. */
struct trail_room {
    uint32_t *at;
    size_t n;
};

/* One group of endpoints. */
struct group {
    const struct resource *r;
    const struct wire_flows *flows;
    struct asked *asked;
    struct pairs_known known;  /* to documents */
    const struct path **found; /* by pair, for other costs already; or NULL */
    bool looked;               /* for trails */
    struct trail *trails;      /* by pair; or NULL */
    struct arena *arena;
};

/* RFC 9275 section 8.4: pairs that no packet can be sent between are left out, whatever other
 * costs they may have. */
static bool same_family(struct group *g, size_t i, size_t j)
{
    bool same = g->flows->srcs.v[i].addr.family == g->flows->dsts.v[j].addr.family;
    if (!same && g->asked->dropped)
        g->asked->dropped[i * g->flows->dsts.n + j] = true;
    return same;
}

/* One pair of a group. */
struct flow {
    size_t i, j;
    struct ane_pair pair;
};

static int add_told(struct group *g, struct anes *s, const struct flow *f, struct err *e)
{
    size_t i = f->i, j = f->j;
    const struct asked_pair at = {.pair = i * g->flows->dsts.n + j,
                                  .src = g->known.srcs[i],
                                  .dst = g->known.dsts[j],
                                  .src_pid = g->known.src_pids[i],
                                  .dst_pid = g->known.dst_pids[j]};
    const struct cost_source *from;
    const struct wire_elements *path = asked_path(g->asked, &at, &from);
    return path ? anes_add_named(s, &f->pair, path, from, e) : 0;
}

/* NULL where there are none, or no memory: then paths are found one by one. */
static struct path_end *find_ends(const struct group *g)
{
    const struct pathfinder *pf = g->r->atlas->snapshot->paths;
    size_t n_srcs = g->flows->srcs.n, n = n_srcs + g->flows->dsts.n;
    struct path_end *ends = ARENA_ARRAY(g->arena, n, struct path_end);
    for (size_t i = 0; ends && i < n; i++) {
        bool src = i < n_srcs;
        pf->end(pf, src ? &g->flows->srcs.v[i].addr : &g->flows->dsts.v[i - n_srcs].addr,
                &ends[i]);
    }
    return ends;
}

/* All trails to one destination. False: no memory. */
static bool find_trails_to(const struct group *g, const struct path_end *srcs,
                           const struct path_end *dst, struct trail *out,
                           struct trail_room *room)
{
    const struct pathfinder *pf = g->r->atlas->snapshot->paths;
    for (size_t i = 0; i < g->flows->srcs.n; i++, out += g->flows->dsts.n) {
        if (room->n < PATH_MAX_LINKS) {
            room->at = arena_room(g->arena, TRAILS_BLOCK * sizeof(*room->at));
            room->n = TRAILS_BLOCK;
        }
        if (!room->at)
            return false;
        size_t n = pf->trail(pf, &srcs[i], dst, room->at);
        if (n == PATH_UNTOLD)
            continue;
        *out = (struct trail){room->at, n};
        room->at += n;
        room->n -= n;
    }
    return true;
}

/*
 * Destination by destination, though pairs come source by source: what routers do with packets
 * to one then stays in the nearest cache. NULL where there are none, or no memory: then paths
 * are found one by one.
 */
static struct trail *find_trails(const struct group *g)
{
    const struct pathfinder *pf = g->r->atlas->snapshot->paths;
    size_t n_srcs = g->flows->srcs.n, n_dsts = g->flows->dsts.n;
    struct path_end *ends = find_ends(g);
    struct trail *trails = ends ? ARENA_ARRAY(g->arena, n_srcs * n_dsts, struct trail) : NULL;
    struct trail_room room = {0};
    for (size_t j = 0; trails && j < n_dsts; j++) {
        if (pf->expect && j + 1 < n_dsts)
            pf->expect(pf, &ends[n_srcs + j + 1]);
        if (!find_trails_to(g, ends, &ends[n_srcs + j], &trails[j], &room))
            return NULL;
    }
    return trails;
}

static int add_found(struct group *g, struct anes *s, const struct flow *f, struct err *e)
{
    const struct snapshot *snap = g->r->atlas->snapshot;
    const struct path_question question = {g->flows->srcs.v[f->i].addr,
                                           g->flows->dsts.v[f->j].addr, NULL};
    struct path *path;
    if (g->found)
        return anes_add(s, &f->pair, g->found[f->i * g->flows->dsts.n + f->j], e);
    if (!g->looked && anes_take_trails(s))
        g->trails = find_trails(g);
    g->looked = true;
    const struct trail *trail = g->trails ? &g->trails[f->i * g->flows->dsts.n + f->j] : NULL;
    if (trail && trail->links)
        return anes_add_trail(s, &f->pair, trail->links, trail->n, e);
    const struct arena_mark here = arena_mark(g->arena);
    size_t before = anes_elements(s);
    int rc = path_find_quietly(snap->paths, &question, g->arena, &path, e);
    if (rc == 0)
        rc = anes_add(s, &f->pair, path, e);
    if (rc == 0 && anes_elements(s) == before)
        arena_rewind(g->arena, here);
    return rc;
}

/* The same pair may be in several groups. */
static int add(void *self, struct anes *s, size_t i, size_t j, struct err *e)
{
    struct group *g = self;
    const struct wire_endpoint *src = &g->flows->srcs.v[i], *dst = &g->flows->dsts.v[j];
    const struct flow f = {i,
                           j,
                           {{(const char *)&src->addr, sizeof(src->addr)},
                            {(const char *)&dst->addr, sizeof(dst->addr)},
                            src->text,
                            dst->text}};
    if (!same_family(g, i, j) || anes_has(s, &f.pair))
        return 0;
    return g->r->offer ? add_told(g, s, &f, e) : add_found(g, s, &f, e);
}

static int fill(void *self, struct asked *k, struct err *e)
{
    struct group *g = self;
    if (g->r->offer)
        return pairs_fill(k, g->flows, e);
    if (asked_paths(k)) {
        size_t pairs = g->flows->srcs.n * g->flows->dsts.n;
        g->found = ARENA_ARRAY(g->arena, pairs + 1, const struct path *);
        if (!g->found)
            return err_set(e, ERR_NOMEM, "no memory for path vectors");
    }
    return pairs_fill_paths(k, g->r->atlas->snapshot, g->flows, g->found, e);
}

static int answer_group(const struct vectors *of, const struct wire_flows *flows,
                        struct anes_reply *how, struct reply *out, struct err *e)
{
    const struct resource *r = how->resource;
    struct arena *a = of->request->arena;
    struct group g = {.r = r, .flows = flows, .asked = of->asked, .arena = a};
    struct vectors x = *of;
    int rc = pairs_know(&g.known, flows, r->atlas, a, e);
    x.n_srcs = flows->srcs.n;
    x.n_dsts = flows->dsts.n;
    x.self = &g;
    x.fill = fill;
    x.add = add;
    how->srcs = pairs_texts(&flows->srcs, a);
    how->dsts = pairs_texts(&flows->dsts, a);
    if (rc == 0 && (!how->srcs || !how->dsts))
        rc = err_set(e, ERR_NOMEM, "no memory for path vectors");
    return rc == 0 ? vectors_answer(&x, how, out, e) : rc;
}

/* Groups have path vectors only; which pairs there are need not be a product. */
static int answer_groups(const struct vectors *of, const struct wire_cost_params *f,
                         struct anes_reply *how, struct reply *out, struct err *e)
{
    const struct resource *r = how->resource;
    struct arena *a = of->request->arena;
    struct anes *s;
    int rc = anes_new(&s, of->view, of->wanted, a, e);
    if (rc < 0)
        return rc;
    if (anes_when(of->asked))
        rc = anes_calendar(s, anes_when(of->asked), e);
    for (size_t k = 0; rc == 0 && k < f->n_groups; k++) {
        struct group g = {.r = r, .flows = &f->groups[k], .asked = of->asked, .arena = a};
        size_t n = g.flows->dsts.n;
        rc = pairs_know(&g.known, g.flows, r->atlas, a, e);
        for (size_t i = 0; rc == 0 && i < g.flows->srcs.n * n; i++)
            rc = add(&g, s, i / n, i % n, e);
    }
    if (rc == 0)
        rc = anes_finish(s, of->request, e);
    if (rc == 0)
        rc = anes_put(s, how, of->request, out, e);
    anes_free(&s);
    return rc;
}

/* `endpoint-flows` may leave the cost type out: there is but one that it can mean. */
static bool complete_ask(struct wire_cost_params *f, struct wire_cost_type *paths,
                         struct reply *out)
{
    if (f->ask.types.n == 0) {
        f->ask.types = (struct wire_cost_types){paths, 1, false};
        f->ask.calendared = NULL; /* there were no flags: one for each type */
    }
    if (!f->flows || (!f->ask.multi && f->ask.n_any == 0))
        return true;
    problem_value(out, f->ask.multi ? "multi-cost-types" : f->ask.constraints_field, NULL);
    return false;
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    struct wire_dialect dialect = offer_dialect(resource_costs(r));
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_cost_params f;
    struct wire_problem p;
    struct wire_cost_type paths = {COST_METRIC_ANES, COST_MODE_ARRAY};
    struct asked k;
    struct vectors of = {.view = v, .request = q, .asked = &k};
    struct anes_reply how = {.resource = r,
                             .part = "ecs",
                             .media = MEDIA_ENDPOINT_COST,
                             .member = "endpoint-cost-map",
                             .properties = &f.properties};
    dialect.flows = true;
    if (wire_cost_params(&in, &dialect, &f, &p) != WIRE_OK)
        return problem_alto(out, &p);
    const struct asked_of asked = {resource_costs(r), &f.ask, true, q->now};
    if (!complete_ask(&f, &paths, out) || !asked_begin(&k, &asked, q->arena, out) ||
        !anes_wanted(r, v, &f.properties, &of.wanted, out))
        return 0;
    if (pairs_complete(&f, q, vectors_limit(v, &k), &p) != WIRE_OK)
        return problem_alto(out, &p);
    if (f.flows && !asked_others(&k))
        return answer_groups(&of, &f, &how, out, e);
    if (f.flows)
        return problem_value(out, "endpoint-flows", NULL);
    return answer_group(&of, f.groups, &how, out, e);
}

const struct resource_ops resource_path_vector = {
    .kind = "path-vector",
    .media_type = MEDIA_ENDPOINT_COST_PV,
    .accepts = MEDIA_COST_PARAMS,
    .grants = GRANT_PATH_VECTOR,
    .slow = true,
    .list = list,
    .describe = describe,
    .answer = answer,
};
