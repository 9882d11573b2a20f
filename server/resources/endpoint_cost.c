/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The endpoint cost service (RFC 7285 section 11.5): on the merged view the cost of the very
 * path between two addresses, on a domain's documents that between their PIDs.
 */
#include <math.h>

#include "server/costs.h"
#include "server/edition.h"
#include "server/pairs.h"
#include "server/problem.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_endpoint_cost, .atlas = atlas};
    if (atlas->n_metrics == 0)
        return 0;
    return edition_add(ed, &r, "endpointcost", "/endpointcost", e);
}

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    (void)v;
    costs_capabilities(r->atlas, &d->capabilities);
}

/* Which costs, of which map. */
struct work {
    const struct atlas *atlas;
    size_t metric;
    struct arena *arena;
};

static double pid_cost(const struct work *w, const struct addr *src, const struct addr *dst)
{
    const struct atlas *atlas = w->atlas;
    uint32_t i = lpm_find(atlas->pid_of, src, NULL), j = lpm_find(atlas->pid_of, dst, NULL);
    if (i == LPM_NONE || j == LPM_NONE)
        return NAN;
    return atlas->metrics[w->metric].value[(size_t)i * atlas->n_pids + j];
}

static int path_cost(const struct work *w, const struct addr *src, const struct addr *dst,
                     double *out, struct err *e)
{
    const struct snapshot *s = w->atlas->snapshot;
    struct arena_mark here = arena_mark(w->arena);
    struct path *path;
    *out = NAN;
    if (src->family != dst->family)
        return 0;
    int rc =
        s->paths->find(s->paths, &(struct path_question){*src, *dst, NULL}, w->arena, &path, e);
    if (rc == 0 && path->known && path->reached)
        *out = snapshot_path_cost(s, w->atlas->metrics[w->metric].name, path);
    arena_rewind(w->arena, here);
    return rc;
}

static int fill(const struct work *w, const struct wire_flows *g, double *value, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < g->srcs.n; i++) {
        for (size_t j = 0; rc == 0 && j < g->dsts.n; j++) {
            const struct addr *src = &g->srcs.v[i].addr, *dst = &g->dsts.v[j].addr;
            double *to = &value[i * g->dsts.n + j];
            if (w->atlas->snapshot)
                rc = path_cost(w, src, dst, to, e);
            else
                *to = pid_cost(w, src, dst);
        }
    }
    return rc;
}

static void put(const struct resource *r, const struct wire_cost_params *f,
                const struct wire_costs *costs, struct buf *b)
{
    /* The tag is not asked for by RFC 7285; clients that want one for every map find it. */
    struct wire_vtag vtag = {r->id, r->atlas->cost_tag};
    struct wire_meta meta = {
        .vtag = &vtag, .mode = f->cost_type.mode, .metric = f->cost_type.metric};
    wire_put_costs(b, &meta, "endpoint-cost-map", costs);
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_cost_params f;
    struct wire_problem p;
    struct wire_costs costs;
    if (wire_cost_params(&in, false, &f, &p) != WIRE_OK)
        return problem_alto(out, &p);
    int metric = costs_metric(r->atlas, &f.cost_type, out);
    if (metric < 0)
        return 0;
    if (pairs_complete(&f, q, v->settings->pairs, &p) != WIRE_OK)
        return problem_alto(out, &p);
    const struct wire_flows *g = f.groups;
    size_t n = g->srcs.n * g->dsts.n;
    double *value = ARENA_ARRAY(q->arena, n + 1, double);
    costs = (struct wire_costs){pairs_texts(&g->srcs, q->arena),
                                pairs_texts(&g->dsts, q->arena), g->srcs.n, g->dsts.n, value};
    if (!value || !costs.srcs || !costs.dsts)
        return err_set(e, ERR_NOMEM, "no memory for costs");
    struct work w = {r->atlas, (size_t)metric, q->arena};
    int rc = fill(&w, g, value, e);
    if (rc == 0 && f.cost_type.mode[0] == 'o')
        rc = costs_rank(value, n, r->atlas->metrics[metric].more_is_better, q->arena, e);
    if (rc < 0)
        return rc;
    costs_constrain(value, n, &f.constraints);
    put(r, &f, &costs, &out->body);
    return 0;
}

const struct resource_ops resource_endpoint_cost = {
    .kind = "endpoint-cost",
    .media_type = MEDIA_ENDPOINT_COST,
    .accepts = MEDIA_COST_PARAMS,
    .slow = true,
    .list = list,
    .describe = describe,
    .answer = answer,
};
