/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long from a change of one link's weight to a new cost map that can be sent?
 *
 *     rialto-bench-link [-n RUNS]
 *
 * The network is that of bench/backbone.h: 900 routers, 3,000 links, 930 PIDs. The whole way is
 * measured, and its parts: interior paths alone, the snapshot (all of it is made anew), the
 * body from there. Goal: 100 ms for all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/igp.h"
#include "bench/backbone.h"
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

int main(int argc, char **argv)
{
    size_t runs = argc == 3 ? strtoul(argv[2], NULL, 10) : 1;
    double inside[MAX_RUNS], built[MAX_RUNS], sent[MAX_RUNS], all[MAX_RUNS];
    char etag[36] = "";
    struct served b = {0};
    size_t len = 0, pids = 0;
    if (runs == 0 || runs > MAX_RUNS) {
        fprintf(stderr, "usage: rialto-bench-link [-n RUNS]\n");
        return 2;
    }
    for (size_t i = 0; i <= runs; i++) { /* the first run has nothing before it */
        struct backbone shape = backbone_large;
        shape.metric = 11 + 500 * (unsigned)(i % 2);
        struct intakes in = backbone_make(&shape);
        double start = bench_cpu_ms();
        struct snapshot *snap = bench_build(&in);
        double snapped = bench_cpu_ms();
        if (i == 0)
            served_start(&b, snap);
        else
            served_publish(&b, snap);
        struct edition *ed;
        const struct body *out = body(&b, &ed);
        double done = bench_cpu_ms();
        if (strcmp(etag, out->etag) == 0)
            die("the map did not change", NULL);
        memcpy(etag, out->etag, sizeof(etag));
        len = out->len;
        pids = snap->n_pids;
        edition_release(&ed);
        size_t k = i ? i - 1 : 0;
        inside[k] = interior(snap);
        built[k] = snapped - start;
        sent[k] = done - snapped;
        all[k] = done - start;
    }
    printf("link-to-body: %zu PIDs, a map of %zu bytes\n", pids, len);
    bench_tell("link-to-body: interior paths (CPU)", bench_median(inside, runs), 0);
    bench_tell("link-to-body: snapshot (CPU)", bench_median(built, runs), 0);
    bench_tell("link-to-body: from snapshot to body (CPU)", bench_median(sent, runs), 0);
    bench_tell("link-to-body: all of it (CPU)", bench_median(all, runs), 100);
    served_stop(&b);
    return 0;
}
