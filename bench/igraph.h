/* SPDX-License-Identifier: Apache-2.0 */
/* Dijkstra's algorithm as igraph has it, to compare with. */
#ifndef RIALTO_BENCH_IGRAPH_H
#define RIALTO_BENCH_IGRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "aggregator/spf.h"

struct igraph_copy;

/** Was it there when this was built? Else there are no graphs either. */
bool bench_igraph_is_there(void);

/** A copy of the graph; NULL: not there, or no memory. */
struct igraph_copy *bench_igraph_new(const struct spf_graph *g);
void bench_igraph_free(struct igraph_copy **g);

/** Finds the distances from `n` sources, the first of them `first`, at once: it looks up the
 * edges of nodes but once for all. False: it failed. */
bool bench_igraph_run(struct igraph_copy *g, uint32_t first, uint32_t n);

/** Of those that were found last, from the i-th source to each node, as spf_run() gives them.
 */
void bench_igraph_distances_of(const struct igraph_copy *g, uint32_t i, int64_t *dist);

#endif
