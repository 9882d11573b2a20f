/* SPDX-License-Identifier: Apache-2.0 */
/* Dijkstra's algorithm as Boost has it, to compare with. */
#ifndef RIALTO_BENCH_BOOST_H
#define RIALTO_BENCH_BOOST_H

#include <stdbool.h>
#include <stdint.h>

#include "aggregator/spf.h"

#ifdef __cplusplus
extern "C" {
#endif

struct boost_graph;

/** Was it there when this was built? Else there are no graphs either. */
bool boost_is_there(void);

/** A copy of the graph; NULL: not there. */
struct boost_graph *boost_new(const struct spf_graph *g);
void boost_free(struct boost_graph *b);

/** Distances as spf_run() gives them. */
void boost_run(struct boost_graph *b, uint32_t source, int64_t *dist);

#ifdef __cplusplus
}
#endif

#endif
