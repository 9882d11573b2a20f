/* SPDX-License-Identifier: Apache-2.0 */
/* Cost maps, full: one for each metric, numerical; those of views of whatever type they say
 * (RFC 7285 section 11.2.3). */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "server/asked.h"
#include "server/edition.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < atlas->costs->n; i++) {
        struct resource r = {.ops = &resource_cost_map, .atlas = atlas, .metric = i};
        const struct offered_cost *type = &atlas->costs->v[i];
        char id[96], path[96];
        if (type->ranked)
            continue;
        snprintf(id, sizeof(id), "costmap-%s", type->matrix->slug);
        snprintf(path, sizeof(path), "/costmap/num/%s", type->matrix->slug);
        rc = edition_add(ed, &r, id, path, e);
    }
    return rc;
}

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    (void)v;
    buf_str(&d->capabilities, "{\"cost-type-names\":[");
    buf_json_str(&d->capabilities, resource_costs(r)->v[r->metric].name);
    buf_str(&d->capabilities, "]}");
    resource_put_uses(r, d);
}

/* RFC 7285 asks for no tag of cost maps; those who follow changes need one (RFC 8895 section
 * 8.2). It is of the costs alone: as long as they stay, so does it. */
static int tag_of(const struct atlas *atlas, const struct wire_costs *c, char out[33])
{
    const size_t n = c->n_srcs * c->n_dsts;
    struct hash *h = hash_new();
    if (!h)
        return ERR_NOMEM;
    hash_add(h, atlas->tag, strlen(atlas->tag) + 1);
    if (c->thousandths)
        hash_add(h, c->thousandths, n * sizeof(*c->thousandths));
    else
        hash_add(h, c->value, n * sizeof(*c->value));
    hash_hex(h, out);
    hash_free(&h);
    return 0;
}

/* What is not a matrix: ranks, or what documents tell of pairs. */
static int compute(const struct resource *r, const struct wire_vtag *map,
                   const struct request *q, struct reply *out, struct err *e)
{
    const struct atlas *atlas = r->atlas;
    const struct offered_cost *type = &resource_costs(r)->v[r->metric];
    struct wire_cost_type name = {type->metric, type->mode};
    const struct wire_cost_ask ask = {.types = {&name, 1, true}};
    const struct asked_of of = {resource_costs(r), &ask, false, q->now};
    char tag[33];
    const struct wire_vtag own = {r->id, tag};
    struct asked_reply how = {.member = "cost-map",
                              .vtag = &own,
                              .dependent = map,
                              .srcs = atlas->names,
                              .dsts = atlas->names};
    struct asked k;
    if (!asked_begin(&k, &of, q->arena, out))
        return err_set(e, ERR_SCHEMA, "the cost type is not offered");
    int rc = asked_reserve(&k, atlas->n_pids, atlas->n_pids, e);
    for (size_t i = 0; rc == 0 && i < atlas->n_pids * atlas->n_pids; i++) {
        struct asked_pair pair = {.pair = i,
                                  .src_pid = (int)(i / atlas->n_pids),
                                  .dst_pid = (int)(i % atlas->n_pids)};
        asked_fill(&k, &pair);
    }
    if (rc == 0)
        rc = asked_finish(&k, e);
    const struct wire_costs costs = {.n_srcs = atlas->n_pids,
                                     .n_dsts = atlas->n_pids,
                                     .value = rc == 0 ? k.columns[0].value : NULL};
    if (rc == 0 && tag_of(atlas, &costs, tag) < 0)
        rc = err_set(e, ERR_NOMEM, "no memory for a cost map");
    return rc == 0 ? asked_put(&k, &how, &out->body, e) : rc;
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    const struct atlas *atlas = r->atlas;
    const struct offered_cost *type = &resource_costs(r)->v[r->metric];
    char tag[33];
    struct wire_vtag map = {atlas->map_id, atlas->tag}, own = {r->id, tag};
    struct wire_meta meta = {.vtag = &own,
                             .dependent = &map,
                             .n_dependent = 1,
                             .mode = type->mode,
                             .metric = type->metric};
    (void)v;
    if (!type->matrix || type->ranked || type->n_sources > 0)
        return compute(r, &map, q, out, e);
    struct wire_costs costs = {.srcs = atlas->names,
                               .dsts = atlas->names,
                               .n_srcs = atlas->n_pids,
                               .n_dsts = atlas->n_pids,
                               .value = type->matrix->value,
                               .thousandths = type->matrix->thousandths};
    if (tag_of(atlas, &costs, tag) < 0)
        return err_set(e, ERR_NOMEM, "no memory for a cost map");
    wire_put_costs(&out->body, &meta, "cost-map", &costs);
    return 0;
}

const struct resource_ops resource_cost_map = {
    .kind = "cost-map",
    .media_type = MEDIA_COST_MAP,
    .cached = true,
    .list = list,
    .describe = describe,
    .answer = answer,
};
