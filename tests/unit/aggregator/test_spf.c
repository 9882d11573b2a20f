/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/spf.h"

#include <stdlib.h>
#include <string.h>

#include "unit/cmocka_all.h"

#define NODES 40
#define EDGES 120

struct graph {
    uint32_t begin[NODES + 1];
    struct spf_edge edges[EDGES];
    struct spf_graph g;
};

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

/* Edges from anywhere to anywhere; some nodes are reached by none. */
static void make(struct graph *x, uint32_t seed, uint32_t widest)
{
    uint32_t at[EDGES];
    memset(x, 0, sizeof(*x));
    for (uint32_t i = 0; i < EDGES; i++) {
        at[i] = next_random(&seed) % (NODES - 5);
        x->begin[at[i] + 1]++;
    }
    for (uint32_t i = 0; i < NODES; i++)
        x->begin[i + 1] += x->begin[i];
    uint32_t filled[NODES] = {0};
    for (uint32_t i = 0; i < EDGES; i++) {
        struct spf_edge *e = &x->edges[x->begin[at[i]] + filled[at[i]]++];
        *e =
            (struct spf_edge){next_random(&seed) % (NODES - 2), next_random(&seed) % widest, i};
    }
    x->g = (struct spf_graph){NODES, x->begin, x->edges};
}

/* Bellman and Ford. */
static void expect(const struct spf_graph *g, uint32_t source, int64_t *dist)
{
    for (uint32_t i = 0; i < g->n; i++)
        dist[i] = i == source ? 0 : SPF_UNREACHED;
    for (uint32_t round = 0; round < g->n; round++)
        for (uint32_t i = 0; i < g->n; i++)
            for (uint32_t k = g->begin[i]; dist[i] != SPF_UNREACHED && k < g->begin[i + 1]; k++)
                if (dist[i] + g->edges[k].metric < dist[g->edges[k].to])
                    dist[g->edges[k].to] = dist[i] + g->edges[k].metric;
}

/* Narrow metrics go by buckets, wide ones by the heap; zero is a metric. */
static void test_distances(void **state)
{
    static const uint32_t widest[] = {1, 2, 100, 4096, 4097, UINT32_MAX};
    int64_t got[NODES], wanted[NODES];
    struct graph x;
    struct spf *s;
    (void)state;
    for (uint32_t seed = 0; seed < 120; seed++) {
        make(&x, seed, widest[seed % 6]);
        assert_int_equal(spf_new(&s, &x.g), 0);
        for (uint32_t i = 0; i < NODES; i++) {
            spf_run(s, i, got);
            expect(&x.g, i, wanted);
            assert_memory_equal(got, wanted, sizeof(got));
        }
        spf_free(&s);
        assert_null(s);
    }
}

static void test_one_node(void **state)
{
    uint32_t begin[2] = {0, 0};
    struct spf_graph g = {1, begin, NULL};
    int64_t dist;
    struct spf *s;
    (void)state;
    assert_int_equal(spf_new(&s, &g), 0);
    spf_run(s, 0, &dist);
    assert_int_equal(dist, 0);
    spf_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_distances),
                                       cmocka_unit_test(test_one_node)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
