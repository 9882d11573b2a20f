/* SPDX-License-Identifier: Apache-2.0 */
/* Cost maps, full: one for each metric, numerical (RFC 7285 section 11.2.3). */
#include <stdio.h>

#include "server/edition.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < atlas->n_metrics; i++) {
        struct resource r = {.ops = &resource_cost_map, .atlas = atlas, .metric = i};
        char id[96], path[96];
        if (!atlas->metrics[i].numerical_name)
            continue;
        snprintf(id, sizeof(id), "costmap-%s", atlas->metrics[i].slug);
        snprintf(path, sizeof(path), "/costmap/num/%s", atlas->metrics[i].slug);
        rc = edition_add(ed, &r, id, path, e);
    }
    return rc;
}

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    (void)v;
    buf_str(&d->capabilities, "{\"cost-type-names\":[");
    buf_json_str(&d->capabilities, r->atlas->metrics[r->metric].numerical_name);
    buf_str(&d->capabilities, "]}");
    d->uses[d->n_uses++] = r->atlas->map_id;
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    const struct atlas *atlas = r->atlas;
    const struct atlas_metric *m = &atlas->metrics[r->metric];
    struct wire_vtag map = {atlas->map_id, atlas->tag};
    struct wire_meta meta = {
        .dependent = &map, .n_dependent = 1, .mode = "numerical", .metric = m->name};
    struct wire_costs costs = {.srcs = atlas->names,
                               .dsts = atlas->names,
                               .n_srcs = atlas->n_pids,
                               .n_dsts = atlas->n_pids,
                               .value = m->value};
    (void)v;
    (void)q;
    (void)e;
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
