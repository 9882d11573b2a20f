/* SPDX-License-Identifier: Apache-2.0 */
/* The filtered cost map (RFC 7285 section 11.3.2): with constraints, several cost types (RFC
 * 8189) and calendars (RFC 8896). */
#include "server/asked.h"
#include "server/edition.h"
#include "server/problem.h"
#include "server/stand_ins.h"

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
    buf_char(&d->capabilities, '{');
    offer_put(resource_costs(r), &d->capabilities);
    buf_char(&d->capabilities, '}');
    resource_put_uses(r, d);
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    const struct atlas *atlas = r->atlas;
    const struct wire_dialect dialect = offer_dialect(resource_costs(r));
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_vtag map = {atlas->map_id, atlas->tag};
    struct wire_cost_filter f;
    struct wire_problem p;
    struct chosen srcs, dsts;
    struct asked k;
    if (wire_cost_filter(&in, &dialect, &f, &p) != WIRE_OK)
        return problem_alto(out, &p);
    const struct asked_of of = {resource_costs(r), &f.ask, false, q->now};
    if (!asked_begin(&k, &of, q->arena, out))
        return 0;
    int rc = costs_choose(atlas, &f.srcs, &srcs, q->arena, e);
    if (rc == 0)
        rc = costs_choose(atlas, &f.dsts, &dsts, q->arena, e);
    if (rc < 0)
        return rc;
    if (dsts.n > 0 && srcs.n > v->settings->pairs / dsts.n / asked_weight(&k)) {
        wire_refuse(&p, WIRE_TOO_LARGE, "pids", NULL, NULL);
        return problem_alto(out, &p);
    }
    rc = asked_reserve(&k, srcs.n, dsts.n, e);
    if (rc < 0)
        return rc;
    rc = asked_fill_pids(&k, &srcs, &dsts, e);
    if (rc == 0)
        rc = asked_finish(&k, e);
    struct asked_reply how = {
        .member = "cost-map", .dependent = &map, .srcs = srcs.names, .dsts = dsts.names};
    return rc == 0 ? asked_put(&k, &how, &out->body, e) : rc;
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
