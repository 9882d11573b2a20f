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
#define BASE      0 /* of the ways: what makespans are compared with */

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
    {"planner, Rialto, 10 % wrong, loads",
     {.choice = CHOOSE_RIALTO,
      .control = CONTROL_PLANNER,
      .paths = PATHS_WRONG,
      .loads = true}},
    {"outages: FTS 3.14, GeoIP",
     {.choice = CHOOSE_GEOIP, .control = CONTROL_FTS314, .outages = true}},
    {"outages: planner, Rialto",
     {.choice = CHOOSE_RIALTO, .control = CONTROL_PLANNER, .outages = true}},
    {"outages: the same, 10 min old",
     {.choice = CHOOSE_RIALTO,
      .control = CONTROL_PLANNER,
      .paths = PATHS_STALE,
      .outages = true}},
    {"outages: the same, 10 min old, loads",
     {.choice = CHOOSE_RIALTO,
      .control = CONTROL_PLANNER,
      .paths = PATHS_STALE,
      .loads = true,
      .outages = true}},
    {"full queues: planner, GeoIP, throughput",
     {.choice = CHOOSE_GEOIP, .control = CONTROL_PLANNER, .throughput = true}},
    {"full queues: planner, Rialto, throughput",
     {.choice = CHOOSE_RIALTO, .control = CONTROL_PLANNER, .throughput = true}},
    {"full queues: planner, Rialto, throughput, every 4 s",
     {.choice = CHOOSE_RIALTO, .control = CONTROL_PLANNER, .throughput = true, .every = 4}},
};

#define WAYS (sizeof(ways) / sizeof(*ways))

/* Full queues are run without outages and wrong paths. */
static bool is_steady(const struct way *w)
{
    return !w->o.outages && w->o.paths == PATHS_EXACT;
}

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

static bool is_asked_for(const struct task *t, const struct way *w)
{
    return strstr(w->name, t->only) != NULL;
}

static struct sim_result run_one(const struct task *t, const struct way *w,
                                 const struct sim_options *as)
{
    struct sim_options o = w->o;
    struct sim_result r;
    o.n_transfers = t->n;
    o.load = as->load;
    o.seed = as->seed;
    o.rigid = as->rigid;
    o.idle = as->idle;
    o.backlog = as->backlog;
    o.horizon = as->horizon;
    run(t->s, &o, &r);
    if (r.unfinished > 0 && !o.backlog)
        fprintf(stderr, "transfers: %s, seed %llu: %u unfinished\n", w->name,
                (unsigned long long)o.seed, r.unfinished);
    return r;
}

/* The makespan, also as part of that of FTS alone with the same transfers. */
static void compare_way(const struct task *t, const struct way *w, const struct sim_options *as,
                        double *base)
{
    double makespan[MAX_SEEDS], more[MAX_SEEDS], p95[MAX_SEEDS], median[MAX_SEEDS],
        over[MAX_SEEDS], bound[MAX_SEEDS];
    for (size_t i = 0; i < t->seeds; i++) {
        struct sim_options o = *as;
        o.seed = i + 1;
        struct sim_result r = run_one(t, w, &o);
        if (w == &ways[BASE])
            base[i] = r.makespan;
        makespan[i] = r.makespan;
        more[i] = r.makespan / base[i] - 1;
        p95[i] = r.p95;
        median[i] = r.median;
        over[i] = r.over;
        bound[i] = r.bound;
    }
    if (is_asked_for(t, w)) {
        printf("| %s |", w->name);
        tell(makespan, t->seeds, 1, 0);
        tell(more, t->seeds, 100, 1);
        tell(p95, t->seeds, 1, 0);
        tell(median, t->seeds, 1, 0);
        tell(over, t->seeds, 100, 2);
        printf("\n");
    }
    for (size_t i = 0; i < t->seeds; i++)
        more[i] = bound[i] / base[i] - 1;
    if (w == &ways[BASE]) {
        printf("| nobody within the grants, GeoIP |");
        tell(bound, t->seeds, 1, 0);
        tell(more, t->seeds, 100, 1);
        printf(" | | |\n");
    }
    fflush(stdout);
}

static void compare(const struct task *t, bool rigid)
{
    double base[MAX_SEEDS];
    for (size_t l = 0; l < sizeof(loads) / sizeof(*loads); l++) {
        const struct sim_options as = {.rigid = rigid, .load = loads[l]};
        printf("\n| load %.1f%s | makespan, s | to FTS, %% | p95, s | median, s | over, %% |\n"
               "|---|---|---|---|---|---|\n",
               loads[l], rigid ? ", rigid" : "");
        for (size_t w = 0; w < WAYS; w++) {
            if ((w == BASE || is_asked_for(t, &ways[w])) && !ways[w].o.throughput)
                compare_way(t, &ways[w], &as, base);
        }
    }
}

#define REASONS 8

static void explain_way(const struct task *t, const struct way *way,
                        const struct sim_options *as)
{
    double v[REASONS][MAX_SEEDS];
    for (size_t i = 0; i < t->seeds; i++) {
        struct sim_options o = *as;
        o.seed = i + 1;
        struct sim_result r = run_one(t, way, &o);
        v[0][i] = r.idle.starved;
        v[1][i] = r.idle.ending;
        v[2][i] = r.idle.crowded;
        v[3][i] = r.idle.elsewhere;
        v[4][i] = r.idle.whole;
        v[5][i] = r.idle.late;
        v[6][i] = r.makespan - r.bound;
        v[7][i] = r.in_order - r.bound;
    }
    printf("| %s | %.1f |", way->name, as->load);
    for (size_t c = 0; c < REASONS; c++)
        tell(v[c], t->seeds, 1, 0);
    printf("\n");
    fflush(stdout);
}

/* What the busiest link's grant was not used for. */
static void explain(const struct task *t, bool rigid)
{
    printf("\n| %s, seconds of the busiest grant that were idle | load | starved | ending | "
           "crowded | elsewhere | room for a whole one | late | makespan above its bound, s | "
           "in order above it, s |\n|---|---|---|---|---|---|---|---|---|---|\n",
           rigid ? "rigid" : "elastic");
    for (size_t k = 0; k < WAYS * sizeof(loads) / sizeof(*loads); k++) {
        const struct way *way = &ways[k % WAYS];
        const struct sim_options as = {.rigid = rigid, .idle = true, .load = loads[k / WAYS]};
        if (is_steady(way) && !way->o.throughput && is_asked_for(t, way))
            explain_way(t, way, &as);
    }
}

static void steady(const struct task *t)
{
    printf(
        "\n| full queues | sum below that of all targets, %% | each below its target, %% | "
        "sum below the optimum, %% | targets below the optimum, %% | guarantees missed, %% | "
        "over, %% |\n|---|---|---|---|---|---|---|\n");
    for (size_t w = 0; w < WAYS; w++) {
        double v[6][MAX_SEEDS];
        if (!is_steady(&ways[w]) || !is_asked_for(t, &ways[w]))
            continue;
        for (size_t i = 0; i < t->seeds; i++) {
            const struct sim_options as = {
                .rigid = true, .backlog = true, .load = 1, .seed = i + 1, .horizon = 4 * 3600};
            struct sim_result r = run_one(t, &ways[w], &as);
            v[0][i] = r.gap;
            v[1][i] = r.unfair;
            v[2][i] = r.below;
            v[3][i] = r.price;
            v[4][i] = r.missed;
            v[5][i] = r.over;
        }
        printf("| %s |", ways[w].name);
        for (size_t c = 0; c < 6; c++)
            tell(v[c], t->seeds, 100, 2);
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
                        "[-p rigid|elastic|idle|queues] [-w PART-OF-A-NAME] SCENARIO\n");
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
    if (!*part || strcmp(part, "idle") == 0)
        explain(&task, true);
    if (!*part || strcmp(part, "idle") == 0)
        explain(&task, false);
    if (!*part || strcmp(part, "queues") == 0)
        steady(&task);
    buf_free(&text);
    arena_free(&a);
    return 0;
}
