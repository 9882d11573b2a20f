/* SPDX-License-Identifier: Apache-2.0 */
/* The filtered network map (RFC 7285 section 11.3.1). */
#include <string.h>

#include "server/costs.h"
#include "server/edition.h"
#include "server/problem.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_network_map_filtered, .atlas = atlas};
    return edition_add(ed, &r, "networkmap-filtered", "/networkmap/filtered", e);
}

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    (void)v;
    resource_put_uses(r, d);
}

/* No types, or none but unknown ones, are different things. */
static bool has_type(const struct wire_names *types, const char *name)
{
    for (size_t i = 0; i < types->n; i++) {
        if (strcmp(types->v[i], name) == 0)
            return true;
    }
    return types->n == 0;
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    const struct atlas *atlas = r->atlas;
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_network_filter f = {0};
    struct wire_problem p;
    struct chosen pids;
    if (wire_network_filter(&in, &f, &p) != WIRE_OK)
        return problem_alto(out, &p);
    int rc = costs_choose(atlas, &f.pids, &pids, q->arena, e);
    if (rc < 0)
        return rc;
    /* RFC 7285 section 11.3.1.6: the tag is that of the full map. */
    struct wire_network_map m = {.vtag = {atlas->map_id, atlas->tag},
                                 .pids = atlas->pids,
                                 .which = pids.v,
                                 .n = pids.n,
                                 .v4 = has_type(&f.address_types, "ipv4"),
                                 .v6 = has_type(&f.address_types, "ipv6")};
    wire_put_network_map(&out->body, &m);
    return 0;
}

const struct resource_ops resource_network_map_filtered = {
    .kind = "filtered-network-map",
    .media_type = MEDIA_NETWORK_MAP,
    .accepts = MEDIA_NETWORK_FILTER,
    .slow = true,
    .list = list,
    .describe = describe,
    .answer = answer,
};
