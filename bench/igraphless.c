/* SPDX-License-Identifier: Apache-2.0 */
/* What stands for igraph.c where igraph is not. */
#include <stddef.h>

#include "bench/igraph.h"

bool bench_igraph_is_there(void)
{
    return false;
}

struct igraph_copy *bench_igraph_new(const struct spf_graph *g)
{
    (void)g;
    return NULL;
}

void bench_igraph_free(struct igraph_copy **g)
{
    *g = NULL;
}

bool bench_igraph_run(struct igraph_copy *g, uint32_t first, uint32_t n)
{
    (void)g;
    (void)first;
    (void)n;
    return false;
}

void bench_igraph_distances_of(const struct igraph_copy *g, uint32_t i, int64_t *dist)
{
    (void)g;
    (void)i;
    (void)dist;
}
