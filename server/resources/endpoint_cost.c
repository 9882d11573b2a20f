/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The endpoint cost service (RFC 7285 section 11.5): on the merged view the cost of the very
 * path between two addresses, on a domain's documents that between the endpoints, else between
 * their PIDs. Several cost types by RFC 8189, calendars by RFC 8896.
 */
#include "server/asked.h"
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

/* RFC 7285 section 11.5.1.5: it uses nothing. */
static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    (void)v;
    buf_char(&d->capabilities, '{');
    offer_put(resource_costs(r), &d->capabilities);
    buf_char(&d->capabilities, '}');
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    const struct wire_dialect dialect = offer_dialect(resource_costs(r));
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_cost_params f;
    struct wire_problem p;
    struct asked k;
    if (wire_cost_params(&in, &dialect, &f, &p) != WIRE_OK)
        return problem_alto(out, &p);
    const struct asked_of of = {resource_costs(r), &f.ask, true, q->now};
    if (!asked_begin(&k, &of, q->arena, out))
        return 0;
    if (pairs_complete(&f, q, v->settings->pairs / asked_weight(&k), &p) != WIRE_OK)
        return problem_alto(out, &p);
    const struct wire_flows *g = f.groups;
    /* The tag is not asked for by RFC 7285; clients that want one for every map find it. */
    char tag[33] = "00000000000000000000000000000000";
    struct wire_vtag vtag = {r->id, tag};
    struct asked_reply how = {.member = "endpoint-cost-map",
                              .vtag = &vtag,
                              .srcs = pairs_texts(&g->srcs, q->arena),
                              .dsts = pairs_texts(&g->dsts, q->arena)};
    if (!how.srcs || !how.dsts)
        return err_set(e, ERR_NOMEM, "no memory for costs");
    int rc = pairs_put(&k, g, &how, &out->body, e);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    rc = asked_reserve(&k, g->srcs.n, g->dsts.n, e);
    if (rc == 0 && r->atlas->snapshot)
        rc = pairs_fill_paths(&k, r->atlas->snapshot, g, NULL, e);
    else if (rc == 0)
        rc = pairs_fill(&k, g, e);
    if (rc == 0)
        rc = asked_finish(&k, e);
    if (rc == 0 && asked_tag(&k, tag) < 0)
        rc = err_set(e, ERR_NOMEM, "no memory for costs");
    return rc == 0 ? asked_put(&k, &how, &out->body, e) : rc;
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
