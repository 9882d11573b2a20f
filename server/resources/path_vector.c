/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path vectors between endpoints (RFC 9275 section 7.3). Besides `endpoints` the pairs may come
 * as `endpoint-flows`: groups of sources and destinations, each every source with every
 * destination.
 */
#include "server/anes.h"
#include "server/costs.h"
#include "server/edition.h"
#include "server/pairs.h"
#include "server/problem.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_path_vector, .atlas = atlas};
    if (!atlas->snapshot)
        return 0;
    return edition_add(ed, &r, "pathvector", "/pathvector/endpointcost", e);
}

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    const struct resource *anes = edition_of_kind(v->edition, "ane-map", r->atlas);
    buf_str(&d->capabilities,
            "{\"cost-type-names\":[\"" COST_NAME_PATH "\"],\"ane-property-names\":");
    anes_put_offered(anes_offered(v), &d->capabilities);
    buf_char(&d->capabilities, '}');
    if (anes)
        d->uses[d->n_uses++] = anes->id;
}

struct flow {
    const struct wire_endpoint *src, *dst;
};

static int add_flow(struct anes *s, const struct snapshot *snap, const struct flow *f,
                    struct arena *a, struct err *e)
{
    const struct wire_endpoint *src = f->src, *dst = f->dst;
    struct ane_pair pair = {{(const char *)&src->addr, sizeof(src->addr)},
                            {(const char *)&dst->addr, sizeof(dst->addr)},
                            src->text,
                            dst->text};
    struct path *path;
    if (src->addr.family != dst->addr.family || anes_has(s, &pair))
        return 0;
    int rc = snap->paths->find(snap->paths, &(struct path_question){src->addr, dst->addr, NULL},
                               a, &path, e);
    return rc == 0 ? anes_add(s, &pair, path, e) : rc;
}

static int collect(struct anes *s, const struct snapshot *snap,
                   const struct wire_cost_params *f, struct arena *a, struct err *e)
{
    int rc = 0;
    for (size_t g = 0; g < f->n_groups; g++) {
        const struct wire_endpoints *srcs = &f->groups[g].srcs, *dsts = &f->groups[g].dsts;
        for (size_t i = 0; i < srcs->n; i++) {
            for (size_t j = 0; rc == 0 && j < dsts->n; j++) {
                struct flow flow = {&srcs->v[i], &dsts->v[j]};
                rc = add_flow(s, snap, &flow, a, e);
            }
        }
    }
    return rc;
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct anes_reply how = {r->atlas, r->id, "ecs", MEDIA_ENDPOINT_COST, "endpoint-cost-map",
                             NULL};
    struct wire_cost_params f;
    struct wire_problem p;
    struct anes *s;
    unsigned wanted;
    if (wire_cost_params(&in, true, &f, &p) != WIRE_OK)
        return problem_alto(out, &p);
    if (!costs_is_path_vector(&f.cost_type, out) ||
        !anes_wanted(&f.properties, anes_offered(v), &wanted, out))
        return 0;
    if (f.constraints.n > 0) /* RFC 9275 section 9.2 */
        return problem_value(out, "constraints", NULL);
    if (pairs_complete(&f, q, v->settings->path_vector_pairs, &p) != WIRE_OK)
        return problem_alto(out, &p);
    int rc = anes_new(&s, v, wanted, q->arena, e);
    if (rc < 0)
        return rc;
    rc = collect(s, r->atlas->snapshot, &f, q->arena, e);
    if (rc == 0)
        rc = anes_finish(s, q, e);
    if (rc == 0)
        rc = anes_put(s, &how, q, out, e);
    anes_free(&s);
    return rc;
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
