/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shortest paths in a graph of routers: distances from one to all, by Dijkstra's algorithm.
 *
 * What is yet to be settled stands in buckets, one for each distance (Dial); metrics that are
 * too wide for that use a heap. Of the ways themselves nothing is kept: by which edge a
 * shortest path begins follows from distances,
 *
 *     s --metric--> n ..dist(n,t)..> t      is one if      metric + dist(n,t) = dist(s,t)
 */
#ifndef RIALTO_AGGREGATOR_SPF_H
#define RIALTO_AGGREGATOR_SPF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define SPF_UNREACHED INT64_MAX

struct spf_edge {
    uint32_t to, metric;
    uint32_t tag; /* of the caller */
};

struct spf_graph {
    uint32_t n;
    uint32_t *begin; /* edges of node i: from begin[i] to before begin[i + 1] */
    struct spf_edge *edges;
};

/** Room to search one graph in, again and again. */
struct spf;

/** The graph is borrowed. 0 or ERR_NOMEM. */
int spf_new(struct spf **out, const struct spf_graph *g);
void spf_free(struct spf **s);

/** Writes the distance from `source` to each node, SPF_UNREACHED where there is no way. */
void spf_run(struct spf *s, uint32_t source, int64_t *dist);

#endif
