/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long from a change of one link's weight to a new cost map that can be sent?
 *
 *     rialto-bench-link [-n RUNS] [-o NETWORK]     only that one: "one domain", "30 domains"
 *
 * The networks are those of bench/backbone.h: 900 routers, 3,000 links, 900 PIDs and more, once
 * one domain with shortest paths alone, once 30 domains with BGP among and within them. The
 * whole way is measured, and its parts: interior paths alone, the snapshot (what a change
 * does not concern is taken over), the body from there. Goals: 100 ms for all; for the one
 * domain also 1.6 of the time that Boost takes for its shortest paths alone, by one thread,
 * where it was there at build time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aggregator/igp.h"
#include "bench/backbone.h"
#include "bench/boost.h"
#include "bench/served.h"
#include "server/edition.h"

#define MAX_RUNS 101
#define PATH     "/costmap/num/routingcost"

static void die(const char *what, const struct err *e)
{
    fprintf(stderr, "rialto-bench-link: %s: %s\n", what, e ? e->msg : "failed");
    exit(1);
}

/* Interior paths of a world that is there, once more. */
static double interior(const struct snapshot *s)
{
    struct world w = *(const struct world *)(const void *)((const char *)s->paths -
                                                           offsetof(struct world, finder));
    struct err e = {0};
    w.arena = arena_new(0);
    w.scratch = arena_new(0);
    w.threads = 1;
    double start = bench_cpu_ms();
    if (!w.arena || !w.scratch || igp_build(&w, &e))
        die("igp_build", &e);
    double used = bench_cpu_ms() - start;
    arena_free(&w.arena);
    arena_free(&w.scratch);
    return used;
}

static const struct body *body(struct served *b, struct edition **ed)
{
    struct err e = {0};
    *ed = server_edition(b->server);
    const struct resource *r = edition_find(*ed, PATH);
    const struct body *out = r ? edition_body(*ed, r, &e) : NULL;
    if (!out)
        die(PATH, &e);
    return out;
}

/* One network, and what its change took. What several threads do is measured by the clock, and
 * by what all of them used. */
struct trial {
    const char *name;
    struct intakes (*make)(unsigned metric);
    struct boost_graph *boost; /* of the same routers; NULL: not compared with it */
    double inside[MAX_RUNS], built[MAX_RUNS], sent[MAX_RUNS], all[MAX_RUNS], used[MAX_RUNS],
        theirs[MAX_RUNS];
    char etag[36];
    uint32_t routers; /* of that graph */
    size_t len, pids;
};

static struct intakes make_domains(unsigned metric)
{
    struct backbone shape = backbone_large;
    shape.metric = metric;
    return backbone_make(&shape);
}

/* From each router to all, by the clock. */
static double boost_all(struct boost_graph *g, uint32_t n)
{
    int64_t *dist = calloc(n, sizeof(*dist));
    double start = bench_wall_ms();
    if (!dist)
        die("no memory", NULL);
    for (uint32_t i = 0; i < n; i++)
        boost_run(g, i, dist);
    double took = bench_wall_ms() - start;
    free(dist);
    return took;
}

/* The first run (k < 0) has nothing before it and is not counted. */
static void change(struct trial *t, struct served *b, int k)
{
    struct intakes in = t->make(11 + 500 * (unsigned)(k & 1));
    struct edition *old = k < 0 ? NULL : server_edition(b->server);
    double start = bench_wall_ms(), used = bench_process_ms();
    struct snapshot *snap = bench_build(&in, old ? edition_snapshot(old) : NULL);
    double snapped = bench_wall_ms();
    if (k < 0)
        served_start(b, snap);
    else
        served_publish(b, snap);
    struct edition *ed;
    const struct body *out = body(b, &ed);
    double done = bench_wall_ms();
    used = bench_process_ms() - used;
    if (strcmp(t->etag, out->etag) == 0)
        die("the map did not change", NULL);
    if (old)
        edition_release(&old);
    memcpy(t->etag, out->etag, sizeof(t->etag));
    t->len = out->len;
    t->pids = snap->n_pids;
    edition_release(&ed);
    if (k < 0)
        return;
    t->inside[k] = interior(snap);
    t->theirs[k] = t->boost ? boost_all(t->boost, t->routers) : 0;
    t->built[k] = snapped - start;
    t->sent[k] = done - snapped;
    t->all[k] = done - start;
    t->used[k] = used;
}

static void tell(const char *name, const char *what, double *values, size_t n, double goal)
{
    char line[100];
    snprintf(line, sizeof(line), "link-to-body, %s: %s", name, what);
    bench_tell(line, bench_median(values, n), goal);
}

/* The one domain is a graph that Boost can search as well. */
static void take_boost(struct trial *t)
{
    struct spf_graph g = backbone_graph(11);
    t->boost = boost_new(&g);
    t->routers = g.n;
    free(g.begin);
    free(g.edges);
}

static void measure(struct trial *t, size_t runs)
{
    struct served b = {0};
    for (int k = -1; k < (int)runs; k++)
        change(t, &b, k);
    printf("link-to-body, %s: %zu PIDs, a map of %zu bytes\n", t->name, t->pids, t->len);
    tell(t->name, "interior paths on one core (CPU)", t->inside, runs, 0);
    tell(t->name, "snapshot", t->built, runs, 0);
    tell(t->name, "from snapshot to body", t->sent, runs, 0);
    tell(t->name, "all of it", t->all, runs, 100);
    tell(t->name, "all of it (CPU of all threads)", t->used, runs, 0);
    if (t->boost)
        bench_most("link-to-body, one domain: time / Boost's SPF", bench_median(t->all, runs),
                   bench_median(t->theirs, runs), 1.6);
    served_stop(&b);
    boost_free(t->boost);
}

int main(int argc, char **argv)
{
    size_t runs = 1;
    const char *only = NULL;
    static struct trial trials[] = {{.name = "one domain", .make = backbone_interior},
                                    {.name = "30 domains", .make = make_domains}};
    for (int c; (c = getopt(argc, argv, "n:o:")) != -1;) {
        if (c == 'n')
            runs = strtoul(optarg, NULL, 10);
        else if (c == 'o')
            only = optarg;
        else
            return 2;
    }
    if (runs == 0 || runs > MAX_RUNS) {
        fprintf(stderr, "rialto-bench-link: 1 to %d runs\n", MAX_RUNS);
        return 2;
    }
    if (!boost_is_there())
        printf(
            "SKIPPED: built without Boost (libboost-graph-dev, g++): not compared with it\n");
    take_boost(&trials[0]);
    for (size_t i = 0; i < sizeof(trials) / sizeof(*trials); i++)
        if (!only || !strcmp(only, trials[i].name))
            measure(&trials[i], runs);
    return 0;
}
