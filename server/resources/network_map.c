/* SPDX-License-Identifier: Apache-2.0 */
/* The network map, full (RFC 7285 section 11.2.1). */
#include "server/edition.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_network_map, .atlas = atlas};
    return edition_add(ed, &r, "networkmap", "/networkmap", e);
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    const struct atlas *atlas = r->atlas;
    struct wire_network_map m = {.vtag = {atlas->map_id, atlas->tag},
                                 .pids = atlas->pids,
                                 .n = atlas->n_pids,
                                 .v4 = true,
                                 .v6 = true};
    (void)v;
    (void)q;
    (void)e;
    wire_put_network_map(&out->body, &m);
    out->entries = m.n;
    return 0;
}

const struct resource_ops resource_network_map = {
    .kind = "network-map",
    .media_type = MEDIA_NETWORK_MAP,
    .cached = true,
    .list = list,
    .answer = answer,
};
