/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast are shortest paths? Distances from many routers to all, in made-up graphs of 900
 * routers with 3,000 links and of 10,000 with 40,000, against Boost's dijkstra and igraph's on
 * the same graph. What was not there at build time is not compared with.
 *
 *     rialto-bench-spf [-n RUNS]
 *
 * Goals: 0.65 and 0.5 of Boost's time; 3.5 and 5 times as fast as igraph.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "aggregator/spf.h"
#include "bench/bench.h"
#include "bench/boost.h"
#include "bench/igraph.h"

#define MAX_RUNS 101
#define AT_ONCE  100 /* sources that igraph gets in one call: divides those of all sizes */

struct size {
    const char *name;
    uint32_t nodes, links, sources;
    double of_boost;  /* at most, of its time */
    double of_igraph; /* at least, of its speed */
};

static const struct size sizes[] = {{"spf-900", 900, 3000, 900, 0.65, 3.5},
                                    {"spf-10k", 10000, 40000, 1700, 0.5, 5}};

static void die(const char *what)
{
    fprintf(stderr, "rialto-bench-spf: %s\n", what);
    exit(1);
}

static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

struct ends {
    uint32_t a, b, metric;
};

/* A ring, so that all is reached, and chords. */
static struct ends *make_links(const struct size *z)
{
    struct ends *v = calloc(z->links, sizeof(*v));
    uint64_t state = z->nodes;
    for (uint32_t i = 0; v && i < z->links; i++) {
        v[i].a = i < z->nodes ? i : next_random(&state) % z->nodes;
        v[i].b = i < z->nodes ? (i + 1) % z->nodes : next_random(&state) % z->nodes;
        v[i].metric = 1 + next_random(&state) % 1000;
    }
    return v;
}

/* Edges of both directions, by the node that they leave. */
static struct spf_graph make_graph(const struct size *z)
{
    struct ends *links = make_links(z);
    struct spf_graph g = {z->nodes, calloc(z->nodes + 2, sizeof(*g.begin)),
                          calloc(2 * (size_t)z->links, sizeof(*g.edges))};
    if (!links || !g.begin || !g.edges)
        die("no memory");
    for (uint32_t i = 0; i < z->links; i++) {
        g.begin[links[i].a + 2]++;
        g.begin[links[i].b + 2]++;
    }
    for (uint32_t i = 2; i <= z->nodes; i++)
        g.begin[i] += g.begin[i - 1];
    for (uint32_t i = 0; i < z->links; i++) {
        const struct ends *l = &links[i];
        g.edges[g.begin[l->a + 1]++] = (struct spf_edge){l->b, l->metric, i};
        g.edges[g.begin[l->b + 1]++] = (struct spf_edge){l->a, l->metric, i};
    }
    free(links);
    return g;
}

static uint64_t sum(uint64_t so_far, const int64_t *dist, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        so_far = so_far * 31 + (uint64_t)dist[i];
    return so_far;
}

static double ours(const struct size *z, const struct spf_graph *g, int64_t *dist,
                   uint64_t *out)
{
    double start = bench_cpu_ms(), used = 0;
    struct spf *s;
    if (spf_new(&s, g))
        die("no memory");
    for (uint32_t i = 0; i < z->sources; i++) {
        spf_run(s, i, dist);
        used += bench_cpu_ms() - start;
        *out = sum(*out, dist, g->n);
        start = bench_cpu_ms();
    }
    spf_free(&s);
    return used;
}

static double boosts(const struct size *z, struct boost_graph *b, int64_t *dist, uint64_t *out)
{
    double used = 0;
    for (uint32_t i = 0; i < z->sources; i++) {
        double start = bench_cpu_ms();
        boost_run(b, i, dist);
        used += bench_cpu_ms() - start;
        *out = sum(*out, dist, z->nodes);
    }
    return used;
}

static double igraphs(const struct size *z, struct igraph_copy *g, int64_t *dist, uint64_t *out)
{
    double used = 0;
    for (uint32_t i = 0; i < z->sources; i += AT_ONCE) {
        double start = bench_cpu_ms();
        if (!bench_igraph_run(g, i, AT_ONCE))
            die("igraph fails");
        used += bench_cpu_ms() - start;
        for (uint32_t k = 0; k < AT_ONCE; k++) {
            bench_igraph_distances_of(g, k, dist);
            *out = sum(*out, dist, z->nodes);
        }
    }
    return used;
}

/* Milliseconds of every run. */
struct times {
    double ours[MAX_RUNS], boost[MAX_RUNS], igraph[MAX_RUNS];
};

static void tell(const struct size *z, struct times *t, size_t runs)
{
    char what[80];
    double mine = bench_median(t->ours, runs);
    snprintf(what, sizeof(what), "%s, %u sources (CPU)", z->name, (unsigned)z->sources);
    bench_tell(what, mine, 0);
    snprintf(what, sizeof(what), "%s: time / Boost", z->name);
    if (boost_is_there())
        bench_most(what, mine, bench_median(t->boost, runs), z->of_boost);
    snprintf(what, sizeof(what), "%s: igraph / ours", z->name);
    if (bench_igraph_is_there())
        bench_ratio(what, bench_median(t->igraph, runs), mine, z->of_igraph);
}

static void compare(const struct size *z, size_t runs)
{
    struct spf_graph g = make_graph(z);
    struct boost_graph *b = boost_new(&g);
    struct igraph_copy *i = bench_igraph_new(&g);
    int64_t *dist = calloc(z->nodes, sizeof(*dist));
    static struct times t;
    for (size_t r = 0; r < runs; r++) {
        uint64_t expected = 0, boost = 0, igraph = 0;
        t.ours[r] = ours(z, &g, dist, &expected);
        if (b)
            t.boost[r] = boosts(z, b, dist, &boost);
        if (i)
            t.igraph[r] = igraphs(z, i, dist, &igraph);
        if ((b && boost != expected) || (i && igraph != expected))
            die("distances differ");
    }
    tell(z, &t, runs);
    boost_free(b);
    bench_igraph_free(&i);
    free(dist);
    free(g.begin);
    free(g.edges);
}

int main(int argc, char **argv)
{
    size_t runs = argc == 3 ? strtoul(argv[2], NULL, 10) : 5;
    if (runs == 0 || runs > MAX_RUNS) {
        fprintf(stderr, "usage: rialto-bench-spf [-n RUNS]\n");
        return 2;
    }
    if (!boost_is_there())
        printf(
            "SKIPPED: built without Boost (libboost-graph-dev, g++): not compared with it\n");
    if (!bench_igraph_is_there())
        printf("SKIPPED: built without igraph (libigraph-dev): not compared with it\n");
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        compare(&sizes[i], runs);
    return 0;
}
