/* SPDX-License-Identifier: Apache-2.0 */
/* Cost maps, full: one for each metric, numerical (RFC 7285 section 11.2.3). */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
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

/* RFC 7285 asks for no tag of cost maps; those who follow changes need one (RFC 8895 section
 * 8.2). It is of the costs alone: as long as they stay, so does it. */
static int tag_of(const struct atlas *atlas, const struct atlas_metric *m, char out[33])
{
    struct hash *h = hash_new();
    if (!h)
        return ERR_NOMEM;
    hash_add(h, atlas->tag, strlen(atlas->tag) + 1);
    hash_add(h, m->value, atlas->n_pids * atlas->n_pids * sizeof(*m->value));
    hash_hex(h, out);
    hash_free(&h);
    return 0;
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    const struct atlas *atlas = r->atlas;
    const struct atlas_metric *m = &atlas->metrics[r->metric];
    char tag[33];
    struct wire_vtag map = {atlas->map_id, atlas->tag}, own = {r->id, tag};
    struct wire_meta meta = {.vtag = &own,
                             .dependent = &map,
                             .n_dependent = 1,
                             .mode = "numerical",
                             .metric = m->name};
    struct wire_costs costs = {.srcs = atlas->names,
                               .dsts = atlas->names,
                               .n_srcs = atlas->n_pids,
                               .n_dsts = atlas->n_pids,
                               .value = m->value};
    (void)v;
    (void)q;
    if (tag_of(atlas, m, tag) < 0)
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
