/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "aggregator/workers.h"
#include "store/store.h"

static double now_ms(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

double bench_cpu_ms(void)
{
    return now_ms(CLOCK_THREAD_CPUTIME_ID);
}

double bench_process_ms(void)
{
    return now_ms(CLOCK_PROCESS_CPUTIME_ID);
}

double bench_wall_ms(void)
{
    return now_ms(CLOCK_MONOTONIC);
}

static void give_up(const char *where, const struct err *e)
{
    fprintf(stderr, "%s: %s\n", where, e->msg);
    exit(1);
}

struct intakes bench_load(char *const *paths, size_t n)
{
    struct intakes in = {calloc(n + 1, sizeof(*in.v)), n};
    struct err e = {0};
    err_set(&e, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < n; i++) {
        struct store *s = NULL;
        int64_t expiry;
        if (!in.v || !(in.v[i] = intake_new()) ||
            store_open(&s, paths[i], STORE_READ, clock_system(), &e) ||
            store_load(s, 0, in.v[i], &expiry, &e)) /* at time 0 nothing has expired */
            give_up(paths[i], &e);
        store_close(&s);
    }
    return in;
}

struct snapshot *bench_build(struct intakes *in, const struct snapshot *previous)
{
    struct snapshot *s = NULL;
    struct err e = {0};
    const struct aggregation how = {
        in->v, in->n, BENCH_NOW, &history_default, workers_default(), previous};
    if (aggregate_by(&how, &s, &e))
        give_up("aggregate", &e);
    free(in->v);
    *in = (struct intakes){0};
    return s;
}

static int cmp_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double *v, size_t n)
{
    qsort(v, n, sizeof(*v), cmp_double);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

void bench_tell(const char *what, double ms, double goal)
{
    if (goal > 0)
        printf("%-46s %10.3f ms %8.0f ms  %s\n", what, ms, goal, ms <= goal ? "met" : "MISSED");
    else
        printf("%-46s %10.3f ms %8s     \n", what, ms, "-");
}

void bench_ratio(const char *what, double theirs, double ours, double goal)
{
    double ratio = theirs / ours;
    printf("%-46s %10.3f x  >=%-6.3g x  %s (%.3f ms, theirs %.3f ms)\n", what, ratio, goal,
           ratio >= goal ? "met" : "MISSED", ours, theirs);
}

void bench_most(const char *what, double ours, double theirs, double goal)
{
    double part = ours / theirs;
    printf("%-46s %10.3f x  <=%-6.3g x  %s (%.3f ms, theirs %.3f ms)\n", what, part, goal,
           part <= goal ? "met" : "MISSED", ours, theirs);
}

void bench_within(const char *what, const char *unit, double figure, double goal,
                  const char *note)
{
    char told[16] = "-";
    if (goal > 0)
        snprintf(told, sizeof(told), "<=%g", goal);
    printf("%-46s %10.3f %-2s %-8s %-2s %s %s\n", what, figure, unit, told,
           goal > 0 ? unit : "",
           goal <= 0        ? ""
           : figure <= goal ? "met"
                            : "MISSED",
           note);
}
