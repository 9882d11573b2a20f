/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/igraph.h"

#include <igraph.h>
#include <math.h>
#include <stdlib.h>

struct igraph_copy {
    igraph_t graph;
    igraph_vector_t metrics;
    igraph_matrix_t dist;
};

bool bench_igraph_is_there(void)
{
    return true;
}

static bool fill(struct igraph_copy *c, const struct spf_graph *g)
{
    igraph_vector_int_t ends;
    uint32_t n = g->begin[g->n];
    if (igraph_vector_int_init(&ends, 2 * (igraph_integer_t)n) != IGRAPH_SUCCESS)
        return false;
    for (uint32_t i = 0; i < g->n; i++) {
        for (uint32_t k = g->begin[i]; k < g->begin[i + 1]; k++) {
            VECTOR(ends)[2 * k] = i;
            VECTOR(ends)[2 * k + 1] = g->edges[k].to;
            VECTOR(c->metrics)[k] = g->edges[k].metric;
        }
    }
    bool ok = igraph_create(&c->graph, &ends, g->n, true) == IGRAPH_SUCCESS;
    igraph_vector_int_destroy(&ends);
    return ok;
}

struct igraph_copy *bench_igraph_new(const struct spf_graph *g)
{
    struct igraph_copy *c = calloc(1, sizeof(*c));
    igraph_set_error_handler(igraph_error_handler_ignore);
    if (!c || igraph_vector_init(&c->metrics, g->begin[g->n]) != IGRAPH_SUCCESS) {
        free(c);
        return NULL;
    }
    if (igraph_matrix_init(&c->dist, 0, 0) == IGRAPH_SUCCESS) {
        if (fill(c, g))
            return c;
        igraph_matrix_destroy(&c->dist);
    }
    igraph_vector_destroy(&c->metrics);
    free(c);
    return NULL;
}

void bench_igraph_free(struct igraph_copy **g)
{
    if (*g) {
        igraph_destroy(&(*g)->graph);
        igraph_vector_destroy(&(*g)->metrics);
        igraph_matrix_destroy(&(*g)->dist);
    }
    free(*g);
    *g = NULL;
}

bool bench_igraph_run(struct igraph_copy *g, uint32_t first, uint32_t n)
{
    igraph_vs_t from;
    if (igraph_vs_range(&from, first, first + (igraph_integer_t)n) != IGRAPH_SUCCESS)
        return false;
    bool ok = igraph_distances_dijkstra(&g->graph, &g->dist, from, igraph_vss_all(),
                                        &g->metrics, IGRAPH_OUT) == IGRAPH_SUCCESS;
    igraph_vs_destroy(&from);
    return ok;
}

void bench_igraph_distances_of(const struct igraph_copy *g, uint32_t i, int64_t *dist)
{
    for (igraph_integer_t k = 0; k < igraph_vcount(&g->graph); k++) {
        double d = MATRIX(g->dist, i, k);
        dist[k] = isfinite(d) ? (int64_t)d : SPF_UNREACHED;
    }
}
