/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/lanes.h"

#include "aggregator/next_hops.h"

#define LANE_LIMIT ((size_t)8 << 30) /* bytes: more is a mistake */

unsigned lanes_for(const struct world *w, size_t parts, size_t worth)
{
    return parts < worth || w->threads < 1 ? 1 : w->threads;
}

int lane_open(const struct world *w, struct world *out)
{
    *out = *w;
    out->arena = arena_new(LANE_LIMIT);
    out->scratch = arena_new(LANE_LIMIT);
    out->next_hops = map_new();
    return out->arena && out->scratch && out->next_hops ? 0 : ERR_NOMEM;
}

int lane_join(struct world *w, struct world *lane)
{
    int rc = next_hops_join(w, lane->next_hops);
    arena_join(w->arena, &lane->arena);
    return rc;
}

void lane_close(struct world *lane)
{
    map_free(&lane->next_hops);
    arena_free(&lane->scratch);
    arena_free(&lane->arena);
}
