/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast does a change reach those who follow, and what does it cost to have them? Update
 * streams (RFC 8895) and TIPS requests that wait (RFC 9569), against two threads with epoll
 * that send as many bytes; the two take turns, each with as many connections.
 *
 *     rialto-bench-streams [-n RUNS] [-c CONNECTIONS] [TEST]
 *
 * Goals: 15,000 idle ones of 30 KB each, reached at 0.7 of epoll's rate by 1.7 KB; 50 by 1.7 MB
 * at 0.75.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/crowd.h"
#include "bench/events.h"

#define MAX_RUNS  101
#define SPARE     200 /* descriptors for other things */
#define CROWD     15000
#define SMALL_MAP 100 /* prefixes: 1.7 KB */
#define LARGE_MAP 104000
#define LARGE     50

struct test {
    const char *name;
    size_t connections, prefixes;
    bool polls;
    double goal;
    double memory; /* KB of a connection, at most; 0: not measured */
};

static double rate(struct crowd *c, const char *name)
{
    struct crowd_result r = crowd_event(c);
    if (!r.ok) {
        fprintf(stderr, "rialto-bench-streams: %s: some did not get the event\n", name);
        exit(1);
    }
    return r.spread;
}

static void tell_memory(const struct test *t, double kilobytes)
{
    char what[80];
    snprintf(what, sizeof(what), "%s: KB of each", t->name);
    printf("%-46s %10.3f x  <=%-6.3g x  %s\n", what, kilobytes, t->memory,
           kilobytes <= t->memory ? "met" : "MISSED");
}

static void tell(const struct test *t, double ours, double theirs, size_t bytes)
{
    double count = (double)t->connections;
    char what[80];
    snprintf(what, sizeof(what), "%s: rate / epoll", t->name);
    printf("%-46s %10.3f x  >=%-6.3g x  %s (%zu connections, %zu bytes: %.0f/s, %.0f MB/s; "
           "theirs %.0f/s)\n",
           what, theirs / ours, t->goal, theirs / ours >= t->goal ? "met" : "MISSED",
           t->connections, bytes, count / ours * 1e3, count * (double)bytes / ours / 1e3,
           count / theirs * 1e3);
}

static void run(const struct test *t, size_t runs)
{
    double ours[MAX_RUNS], theirs[MAX_RUNS];
    struct buf map = {0};
    events_put_map(&map, t->prefixes, 1);
    struct events_server rialto = events_rialto(t->prefixes), raw = events_raw(map.len);
    struct crowd_plan plan = {rialto.port, t->connections, map.len - SPARE, t->polls,
                              rialto.publish_fd};
    double before = events_memory(&rialto);
    struct crowd *of_rialto = crowd_start(&plan);
    if (t->memory > 0)
        tell_memory(t, (events_memory(&rialto) - before) / (double)t->connections);
    struct crowd_plan other = {raw.port, t->connections, map.len, false, raw.publish_fd};
    struct crowd *of_raw = crowd_start(&other);
    for (size_t i = 0; i < runs; i++) {
        ours[i] = rate(of_rialto, t->name);
        theirs[i] = rate(of_raw, "epoll");
    }
    tell(t, bench_median(ours, runs), bench_median(theirs, runs), map.len);
    crowd_stop(&of_rialto);
    crowd_stop(&of_raw);
    events_stop(&rialto);
    events_stop(&raw);
    buf_free(&map);
}

/* As many as descriptors allow; that there are fewer is said. */
static size_t allowed(size_t wanted)
{
    struct rlimit limit = {0};
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < wanted + SPARE && geteuid() == 0)
        limit.rlim_max = wanted + SPARE;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= wanted + SPARE)
        return wanted;
    size_t less = limit.rlim_cur > 2 * SPARE ? limit.rlim_cur - SPARE : SPARE;
    printf("SKIPPED: %zu connections need %zu descriptors (ulimit -n): measured with %zu\n",
           wanted, wanted + SPARE, less);
    return less;
}

int main(int argc, char **argv)
{
    size_t runs = 5, wanted = CROWD;
    for (int c; (c = getopt(argc, argv, "n:c:")) != -1;) {
        if (c == 'n')
            runs = strtoul(optarg, NULL, 10);
        else if (c == 'c')
            wanted = strtoul(optarg, NULL, 10);
        if (c == '?' || runs == 0 || runs > MAX_RUNS || wanted == 0 || wanted > CROWD) {
            fprintf(stderr, "usage: rialto-bench-streams [-n RUNS] [-c CONNECTIONS] [TEST]\n");
            return 2;
        }
    }
    size_t crowd = allowed(wanted);
    setvbuf(stdout, NULL, _IOLBF, 0);
    const struct test tests[] = {{"sse-idle", crowd, SMALL_MAP, false, 0.7, 30},
                                 {"sse-bulk", LARGE, LARGE_MAP, false, 0.75, 0},
                                 {"tips-idle", crowd, SMALL_MAP, true, 0.7, 30},
                                 {"tips-bulk", LARGE, LARGE_MAP, true, 0.75, 0}};
    const char *only = optind < argc ? argv[optind] : NULL;
    for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
        if (!only || strcmp(only, tests[i].name) == 0)
            run(&tests[i], runs);
    }
    return 0;
}
