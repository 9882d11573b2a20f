/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the simulation with every way to choose and to control; prints the table of
 * docs/transfers.md. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "sim.h"

#define MAX_SEEDS 100
#define STEADY    7 /* of the ways: those without outages and wrong paths */

static const struct way {
    const char *name;
    struct sim_options o;
} ways[] = {
    {"FTS 3.14, GeoIP", {.choice = CHOOSE_GEOIP, .control = CONTROL_FTS314}},
    {"FTS 3.12, GeoIP", {.choice = CHOOSE_GEOIP, .control = CONTROL_FTS312}},
    {"probing, GeoIP", {.choice = CHOOSE_GEOIP, .control = CONTROL_PROBING}},
    {"FTS 3.14, random", {.choice = CHOOSE_RANDOM, .control = CONTROL_FTS314}},
    {"FTS 3.14, Rialto", {.choice = CHOOSE_RIALTO, .control = CONTROL_FTS314}},
    {"planner, GeoIP", {.choice = CHOOSE_GEOIP, .control = CONTROL_PLANNER}},
    {"planner, Rialto", {.choice = CHOOSE_RIALTO, .control = CONTROL_PLANNER}},
    {"planner, Rialto, 10 % wrong",
     {.choice = CHOOSE_RIALTO, .control = CONTROL_PLANNER, .paths = PATHS_WRONG}},
    {"outages: FTS 3.14, GeoIP",
     {.choice = CHOOSE_GEOIP, .control = CONTROL_FTS314, .outages = true}},
    {"outages: planner, Rialto",
     {.choice = CHOOSE_RIALTO, .control = CONTROL_PLANNER, .outages = true}},
    {"outages: the same, 10 min old",
     {.choice = CHOOSE_RIALTO,
      .control = CONTROL_PLANNER,
      .paths = PATHS_STALE,
      .outages = true}},
};

static const double loads[] = {0.7, 1.0, 1.3};

static int by_value(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;
    return (a > b) - (a < b);
}

/* Median, and the middle half around it. */
static void tell(double *v, size_t n, double unit, int digits)
{
    qsort(v, n, sizeof(*v), by_value);
    printf(" %.*f (%.*f–%.*f) |", digits, v[n / 2] * unit, digits, v[n / 4] * unit, digits,
           v[n - 1 - n / 4] * unit);
}

static void run(const struct scenario *s, const struct sim_options *o, struct sim_result *out)
{
    struct err e = {0};
    if (sim_run(s, o, out, &e) < 0) {
        fprintf(stderr, "transfers: %s\n", e.msg);
        exit(1);
    }
}

/* What to run: seeds, transfers, and ways whose name has a text. */
struct task {
    const struct scenario *s;
    size_t seeds;
    uint32_t n;
    const char *only;
};

static void compare(const struct task *t, bool rigid)
{
    for (size_t l = 0; l < sizeof(loads) / sizeof(*loads); l++) {
        printf("\n| load %.1f%s | makespan, s | p95, s | median, s | over, %% |\n"
               "|---|---|---|---|---|\n",
               loads[l], rigid ? ", rigid" : "");
        for (size_t w = 0; w < sizeof(ways) / sizeof(*ways); w++) {
            if (!strstr(ways[w].name, t->only))
                continue;
            double makespan[MAX_SEEDS], p95[MAX_SEEDS], median[MAX_SEEDS], over[MAX_SEEDS];
            for (size_t i = 0; i < t->seeds; i++) {
                struct sim_options o = ways[w].o;
                struct sim_result r;
                o.rigid = rigid;
                o.load = loads[l];
                o.seed = i + 1;
                o.n_transfers = t->n;
                run(t->s, &o, &r);
                if (r.unfinished > 0)
                    fprintf(stderr, "transfers: %s, seed %zu: %u unfinished\n", ways[w].name,
                            i + 1, r.unfinished);
                makespan[i] = r.makespan;
                p95[i] = r.p95;
                median[i] = r.median;
                over[i] = r.over;
            }
            printf("| %s |", ways[w].name);
            tell(makespan, t->seeds, 1, 0);
            tell(p95, t->seeds, 1, 0);
            tell(median, t->seeds, 1, 0);
            tell(over, t->seeds, 100, 2);
            printf("\n");
            fflush(stdout);
        }
    }
}

static void steady(const struct task *t)
{
    printf("\n| full queues | sum below that of all targets, %% | each below its target, %% | "
           "sum below the optimum, %% | targets below the optimum, %% | over, %% |\n"
           "|---|---|---|---|---|---|\n");
    for (size_t w = 0; w < STEADY; w++) {
        if (!strstr(ways[w].name, t->only))
            continue;
        double gap[MAX_SEEDS], unfair[MAX_SEEDS], over[MAX_SEEDS];
        double below[MAX_SEEDS], price[MAX_SEEDS];
        for (size_t i = 0; i < t->seeds; i++) {
            struct sim_options o = ways[w].o;
            struct sim_result r;
            o.load = 1;
            o.seed = i + 1;
            o.n_transfers = t->n;
            o.backlog = o.rigid = true;
            o.horizon = 4 * 3600;
            run(t->s, &o, &r);
            gap[i] = r.gap;
            unfair[i] = r.unfair;
            below[i] = r.below;
            price[i] = r.price;
            over[i] = r.over;
        }
        printf("| %s |", ways[w].name);
        tell(gap, t->seeds, 100, 2);
        tell(unfair, t->seeds, 100, 2);
        tell(below, t->seeds, 100, 2);
        tell(price, t->seeds, 100, 2);
        tell(over, t->seeds, 100, 2);
        printf("\n");
        fflush(stdout);
    }
}

static void load_text(const char *path, struct buf *out)
{
    char chunk[65536];
    size_t n;
    FILE *f = fopen(path, "r");
    while (f && (n = fread(chunk, 1, sizeof(chunk), f)) > 0)
        buf_add(out, chunk, n);
    if (!f || ferror(f) || out->failed) {
        fprintf(stderr, "transfers: %s can't be read\n", path);
        exit(1);
    }
    fclose(f);
}

int main(int argc, char **argv)
{
    size_t seeds = 20;
    uint32_t n = 4000;
    struct buf text = {0};
    struct err e = {0};
    struct arena *a = arena_new(0);
    struct scenario *s;
    const char *part = "", *only = "";
    int option;
    while ((option = getopt(argc, argv, "s:n:p:w:")) != -1) {
        if (option == 's')
            seeds = strtoul(optarg, NULL, 10);
        else if (option == 'n')
            n = (uint32_t)strtoul(optarg, NULL, 10);
        else if (option == 'p')
            part = optarg;
        else if (option == 'w')
            only = optarg;
    }
    if (optind + 1 != argc || seeds == 0 || seeds > MAX_SEEDS || n == 0) {
        fprintf(stderr, "usage: rialto-bench-transfers [-s SEEDS] [-n TRANSFERS] "
                        "[-p rigid|elastic|queues] [-w PART-OF-A-NAME] SCENARIO\n");
        return 2;
    }
    load_text(argv[optind], &text);
    if (scenario_read(buf_cstr(&text), &s, a, &e) < 0) {
        fprintf(stderr, "transfers: %s: %s\n", argv[optind], e.msg);
        return 1;
    }
    const struct task task = {s, seeds, n, only};
    if (!*part || strcmp(part, "rigid") == 0)
        compare(&task, true);
    if (!*part || strcmp(part, "elastic") == 0)
        compare(&task, false);
    if (!*part || strcmp(part, "queues") == 0)
        steady(&task);
    buf_free(&text);
    arena_free(&a);
    return 0;
}
