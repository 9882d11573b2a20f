/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast does a change reach those who follow, and what does it cost to have them? Update
 * streams (RFC 8895) and TIPS requests that wait (RFC 9569), against two threads with epoll
 * that send as many bytes; the two take turns, each with as many connections.
 *
 * A poll is over with its reply, and its client asks for the next edge at once: epoll's threads
 * read requests too, then (`tips-`). `tips-sent` is how it was measured before: epoll only
 * sends, and the next requests come when all have their replies.
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
    bool polls, at_once;
    double goal;
    double memory; /* KB of a connection, at most; 0: not measured */
};

/* Of one server, with its crowd. */
struct side {
    struct events_server server;
    struct crowd *crowd;
    double spread[MAX_RUNS], cpu[MAX_RUNS]; /* milliseconds */
};

static void run_once(struct side *s, size_t i, const char *name)
{
    double before = events_cpu_ms(&s->server);
    struct crowd_result r = crowd_event(s->crowd);
    if (!r.ok) {
        fprintf(stderr, "rialto-bench-streams: %s: some did not get the event\n", name);
        exit(1);
    }
    s->spread[i] = r.spread;
    s->cpu[i] = events_cpu_ms(&s->server) - before;
}

static void stop(struct side *s)
{
    crowd_stop(&s->crowd);
    events_stop(&s->server);
}

static void tell_memory(const struct test *t, double kilobytes)
{
    char what[80];
    snprintf(what, sizeof(what), "%s: each", t->name);
    bench_within(what, "KB", kilobytes, t->memory, "");
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

/* Processor time of the servers, of all that an event makes them do; of small ones, since a
 * large map takes long to be compared with the one before. */
static void tell_cpu(const struct test *t, double ours, double theirs)
{
    double count = (double)t->connections;
    char what[80];
    snprintf(what, sizeof(what), "%s: CPU / epoll", t->name);
    printf("%-46s %10.3f x  %-9s (%.1f us each; theirs %.1f us)\n", what, ours / theirs, "-",
           ours / count * 1e3, theirs / count * 1e3);
}

static void run(const struct test *t, size_t runs)
{
    static struct side ours, theirs;
    struct buf map = {0};
    events_put_map(&map, t->prefixes, 1);
    ours.server = events_rialto(t->prefixes);
    theirs.server = events_raw(map.len, t->at_once);
    struct crowd_plan plan = {.port = ours.server.port,
                              .n = t->connections,
                              .bytes = map.len - SPARE,
                              .replies = !t->polls,
                              .polls = t->polls,
                              .at_once = t->at_once,
                              .publish_fd = ours.server.publish_fd};
    double before = events_memory(&ours.server);
    ours.crowd = crowd_start(&plan);
    plan.port = theirs.server.port;
    plan.publish_fd = theirs.server.publish_fd;
    plan.replies = false;
    plan.polls = t->at_once;
    theirs.crowd = crowd_start(&plan);
    for (size_t i = 0; i < runs; i++) {
        run_once(&ours, i, t->name);
        run_once(&theirs, i, "epoll");
    }
    if (t->memory > 0) /* now that buffers were used */
        tell_memory(t, (events_memory(&ours.server) - before) / (double)t->connections);
    tell(t, bench_median(ours.spread, runs), bench_median(theirs.spread, runs), map.len);
    if (t->prefixes == SMALL_MAP)
        tell_cpu(t, bench_median(ours.cpu, runs), bench_median(theirs.cpu, runs));
    stop(&ours);
    stop(&theirs);
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
    const struct test tests[] = {
        {"sse-idle", crowd, SMALL_MAP, false, false, 0.7, 30},
        {"sse-bulk", LARGE, LARGE_MAP, false, false, 0.75, 0},
        {"tips-idle", crowd, SMALL_MAP, true, true, 0.7, 30},
        {"tips-bulk", LARGE, LARGE_MAP, true, true, 0.75, 0},
        {"tips-sent", crowd, SMALL_MAP, true, false, 0.7, 0},
    };
    const char *only = optind < argc ? argv[optind] : NULL;
    for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
        if (!only || strcmp(only, tests[i].name) == 0)
            run(&tests[i], runs);
    }
    return 0;
}
