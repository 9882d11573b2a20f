/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long from stores to a snapshot?
 *
 *     rialto-bench-rebuild [-n RUNS] STORE...
 *     rialto-bench-rebuild [-n RUNS] -d DOMAINS      a made-up network (network.h), nothing
 * loaded
 *
 * Each run loads all stores and aggregates them anew; loading and aggregating alternate, so
 * that a busy machine hurts both alike. Goals: 50 ms to rebuild 8 domains, 500 ms for 30. In
 * between the goal of the next larger number counts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/network.h"

#define MAX_RUNS 1000

static double goal_for(size_t domains)
{
    return domains <= 8 ? 50 : domains <= 30 ? 500 : 0;
}

struct options {
    size_t runs;
    unsigned made_up; /* domains; 0: stores are given */
    char **stores;
    size_t n;
};

static bool read_options(struct options *o, int argc, char **argv)
{
    for (int c; (c = getopt(argc, argv, "n:d:")) != -1;) {
        unsigned long v = optarg ? strtoul(optarg, NULL, 10) : 0;
        if (c == 'n' && v && v <= MAX_RUNS)
            o->runs = v;
        else if (c == 'd' && v > 5 && v <= NETWORK_DOMAINS_MAX)
            o->made_up = (unsigned)v;
        else
            return false;
    }
    o->stores = argv + optind;
    o->n = (size_t)(argc - optind);
    return (o->n > 0) != (o->made_up > 0);
}

/* Milliseconds of each run. */
struct figures {
    double load[MAX_RUNS], rebuild[MAX_RUNS], wall[MAX_RUNS];
};

static void tell(const struct options *o, size_t domains, size_t facts, struct figures *f)
{
    char what[80];
    const char *kind = o->made_up ? "made-up " : "";
    snprintf(what, sizeof(what), "%s %zu domains, %zu facts (CPU)",
             o->made_up ? "make" : "load", domains, facts);
    bench_tell(what, bench_median(f->load, o->runs), 0);
    snprintf(what, sizeof(what), "rebuild %zu %sdomains (CPU)", domains, kind);
    bench_tell(what, bench_median(f->rebuild, o->runs), goal_for(domains));
    snprintf(what, sizeof(what), "rebuild %zu %sdomains (wall clock)", domains, kind);
    bench_tell(what, bench_median(f->wall, o->runs), 0);
}

int main(int argc, char **argv)
{
    static struct figures f;
    struct options o = {.runs = 11};
    size_t facts = 0, domains = 0;
    if (!read_options(&o, argc, argv)) {
        fprintf(stderr,
                "usage: rialto-bench-rebuild [-n RUNS] STORE... | -d DOMAINS (6 to %d)\n",
                NETWORK_DOMAINS_MAX);
        return 2;
    }
    for (size_t i = 0; i < o.runs; i++) {
        double start = bench_cpu_ms();
        struct intakes in = o.made_up ? network_make(o.made_up) : bench_load(o.stores, o.n);
        f.load[i] = bench_cpu_ms() - start;
        domains = in.n;
        facts = 0;
        for (size_t k = 0; k < in.n; k++)
            facts += facts_count(&in.v[k]->facts);
        start = bench_cpu_ms();
        f.wall[i] = bench_wall_ms();
        struct snapshot *s = bench_build(&in, NULL);
        f.rebuild[i] = bench_cpu_ms() - start;
        f.wall[i] = bench_wall_ms() - f.wall[i];
        snapshot_free(&s);
    }
    tell(&o, domains, facts, &f);
    return 0;
}
