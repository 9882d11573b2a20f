/* SPDX-License-Identifier: Apache-2.0 */
/* The filtered cost map (RFC 7285 section 11.3.2): numerical and ordinal, with constraints. */
#include "server/costs.h"
#include "server/edition.h"
#include "server/problem.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_cost_map_filtered, .atlas = atlas};
    if (atlas->n_metrics == 0)
        return 0;
    return edition_add(ed, &r, "costmap-filtered", "/costmap/filtered", e);
}

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    (void)v;
    costs_capabilities(r->atlas, &d->capabilities);
    d->uses[d->n_uses++] = r->atlas->map_id;
}

static double *gather(const struct atlas *atlas, size_t metric, const struct chosen *srcs,
                      const struct chosen *dsts, struct arena *a)
{
    double *value = ARENA_ARRAY(a, srcs->n * dsts->n + 1, double);
    for (size_t i = 0; value && i < srcs->n; i++) {
        const double *row = atlas->metrics[metric].value + (size_t)srcs->v[i] * atlas->n_pids;
        for (size_t j = 0; j < dsts->n; j++)
            value[i * dsts->n + j] = row[dsts->v[j]];
    }
    return value;
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    const struct atlas *atlas = r->atlas;
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_cost_filter f = {0};
    struct wire_problem p;
    struct chosen srcs, dsts;
    if (wire_cost_filter(&in, &f, &p) != WIRE_OK)
        return problem_alto(out, &p);
    int metric = costs_metric(atlas, &f.cost_type, out);
    if (metric < 0)
        return 0;
    int rc = costs_choose(atlas, &f.srcs, &srcs, q->arena, e);
    if (rc == 0)
        rc = costs_choose(atlas, &f.dsts, &dsts, q->arena, e);
    if (rc < 0)
        return rc;
    if (dsts.n > 0 && srcs.n > v->settings->pairs / dsts.n) {
        wire_refuse(&p, WIRE_TOO_LARGE, "pids", NULL, NULL);
        return problem_alto(out, &p);
    }
    double *value = gather(atlas, (size_t)metric, &srcs, &dsts, q->arena);
    if (!value)
        return err_set(e, ERR_NOMEM, "no memory for costs");
    bool ordinal = f.cost_type.mode[0] == 'o';
    if (ordinal)
        rc = costs_rank(value, srcs.n * dsts.n, atlas->metrics[metric].more_is_better, q->arena,
                        e);
    costs_constrain(value, srcs.n * dsts.n, &f.constraints);
    struct wire_vtag map = {atlas->map_id, atlas->tag};
    struct wire_meta meta = {.dependent = &map,
                             .n_dependent = 1,
                             .mode = f.cost_type.mode,
                             .metric = f.cost_type.metric};
    struct wire_costs costs = {srcs.names, dsts.names, srcs.n, dsts.n, value};
    wire_put_costs(&out->body, &meta, "cost-map", &costs);
    return rc;
}

const struct resource_ops resource_cost_map_filtered = {
    .kind = "filtered-cost-map",
    .media_type = MEDIA_COST_MAP,
    .accepts = MEDIA_COST_FILTER,
    .slow = true,
    .list = list,
    .describe = describe,
    .answer = answer,
};
