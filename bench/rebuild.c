/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long from stores to a snapshot?
 *
 *     rialto-bench-rebuild [-n RUNS] STORE...
 *
 * Each run loads all stores and aggregates them anew; loading and aggregating alternate, so
 * that a busy machine hurts both alike. Goals: 50 ms to rebuild 8 domains, 500 ms for 30. In
 * between the goal of the next larger number counts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/bench.h"

#define MAX_RUNS 1000

static double goal_for(size_t domains)
{
    return domains <= 8 ? 50 : domains <= 30 ? 500 : 0;
}

int main(int argc, char **argv)
{
    static double load[MAX_RUNS], rebuild[MAX_RUNS], wall[MAX_RUNS];
    size_t runs = 11, facts = 0;
    char what[80];
    for (int c; (c = getopt(argc, argv, "n:")) != -1;) {
        runs = c == 'n' ? strtoul(optarg, NULL, 10) : 0;
        if (!runs || runs > MAX_RUNS)
            return 2;
    }
    size_t n = (size_t)(argc - optind);
    if (!n) {
        fprintf(stderr, "usage: rialto-bench-rebuild [-n RUNS] STORE...\n");
        return 2;
    }
    for (size_t i = 0; i < runs; i++) {
        double start = bench_cpu_ms();
        struct intakes in = bench_load(argv + optind, n);
        load[i] = bench_cpu_ms() - start;
        facts = 0;
        for (size_t k = 0; k < n; k++)
            facts += facts_count(&in.v[k]->facts);
        start = bench_cpu_ms();
        wall[i] = bench_wall_ms();
        struct snapshot *s = bench_build(&in);
        rebuild[i] = bench_cpu_ms() - start;
        wall[i] = bench_wall_ms() - wall[i];
        snapshot_free(&s);
    }
    snprintf(what, sizeof(what), "load %zu stores, %zu facts (CPU)", n, facts);
    bench_tell(what, bench_median(load, runs), 0);
    snprintf(what, sizeof(what), "rebuild %zu domains (CPU)", n);
    bench_tell(what, bench_median(rebuild, runs), goal_for(n));
    snprintf(what, sizeof(what), "rebuild %zu domains (wall clock)", n);
    bench_tell(what, bench_median(wall, runs), 0);
    return 0;
}
