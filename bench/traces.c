/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast are traces read? 1,000,000 made-up hops in each of three formats, parsed into a sink
 * that only counts, and from text into a store.
 *
 *     rialto-bench-traces
 *
 * Goal: 10 million hops per minute.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/instance.h"
#include "agents/sources/trace/dialects.h"
#include "bench/bench.h"
#include "store/store.h"

#define TRACES 100000 /* in a file */
#define HOPS   10     /* of a trace */
#define GOAL   6000.0 /* ms for 1,000,000 hops */

extern const struct agent_ops agent_traceroute;

static void die(const char *what)
{
    fprintf(stderr, "rialto-bench-traces: %s\n", what);
    exit(1);
}

/* --- made-up files --- */

static void make_text(struct buf *out, unsigned destination)
{
    buf_printf(out, "traceroute to x (203.0.%u.%u), 30 hops max, 60 byte packets\n",
               destination >> 8 & 255, destination & 255);
    for (int i = 1; i < HOPS; i++)
        buf_printf(out,
                   " %d  r%d.example.org (10.11.%d.1)  0.%d21 ms  0.014 ms 10.12.%d.1 "
                   "(10.12.%d.1)  0.011 ms\n",
                   i, i, i, i, i, i);
    buf_printf(out, "%d  x (203.0.%u.%u)  0.085 ms *  0.015 ms\n", HOPS, destination >> 8 & 255,
               destination & 255);
}

static void make_scamper(struct buf *out, unsigned destination)
{
    buf_printf(
        out,
        "{\"type\":\"trace\",\"version\":\"0.1\", \"userid\":0, \"method\":\"udp-paris\", "
        "\"src\":\"203.0.113.1\", \"dst\":\"203.0.%u.%u\", \"stop_reason\":\"COMPLETED\", "
        "\"start\":{\"sec\":1795307590, \"usec\":838226, \"ftime\":\"2026-11-22\"}, "
        "\"hop_count\":%d, \"attempts\":2, \"firsthop\":1, \"hops\":[",
        destination >> 8 & 255, destination & 255, HOPS);
    for (int i = 1; i <= HOPS; i++)
        buf_printf(out,
                   "%s{\"addr\":\"10.11.%d.1\", \"probe_ttl\":%d, \"probe_id\":1, "
                   "\"probe_size\":44, \"tx\":{\"sec\":1795307590, \"usec\":838508}, "
                   "\"rtt\":0.040, \"reply_ttl\":64, \"reply_tos\":192, \"reply_ipid\":13843, "
                   "\"reply_size\":72, \"icmp_type\":11, \"icmp_code\":0, \"icmp_q_ttl\":1, "
                   "\"icmp_q_ipl\":44, \"icmp_q_tos\":0}",
                   i > 1 ? "," : "", i, i);
    buf_str(out, "]}\n");
}

static void make_atlas(struct buf *out, unsigned destination)
{
    buf_printf(out,
               "{\"fw\":5020,\"af\":4,\"dst_addr\":\"203.0.%u.%u\",\"src_addr\":\"192.0.2.1\","
               "\"prb_id\":1,\"msm_id\":2,\"timestamp\":1619118621,\"type\":\"traceroute\","
               "\"result\":[",
               destination >> 8 & 255, destination & 255);
    for (int i = 1; i <= HOPS; i++) {
        buf_printf(out, "%s{\"hop\":%d,\"result\":[", i > 1 ? "," : "", i);
        for (int k = 0; k < 3; k++)
            buf_printf(out, "%s{\"from\":\"10.11.%d.1\",\"ttl\":64,\"size\":76,\"rtt\":1.0%d}",
                       k > 0 ? "," : "", i, k);
        buf_str(out, "]}");
    }
    buf_str(out, "]}\n");
}

/* --- reading them --- */

static int count_begin(struct batch_sink *s, const struct batch_head *head, struct err *e)
{
    (void)s;
    (void)head;
    (void)e;
    return 0;
}

static size_t hops_seen;

static int count_put(struct batch_sink *s, enum fact_kind kind, const void *fact, struct err *e)
{
    (void)s;
    (void)kind;
    (void)e;
    hops_seen += ((const struct fact_observed_path *)fact)->hops.n;
    return 0;
}

static void count_ignore(struct batch_sink *s, const char *where, const char *reason)
{
    (void)s;
    (void)where;
    die(reason);
}

static int count_commit(struct batch_sink *s, struct err *e)
{
    (void)s;
    (void)e;
    return 0;
}

static double read_ms(const struct buf *text, struct batch_sink *sink)
{
    struct agent_setup setup = {.ops = &agent_traceroute,
                                .domain = "bench",
                                .name = "bench",
                                .expires = FACT_NONE,
                                .clock = clock_system(),
                                .unopened = true};
    struct agent_file f = {.name = "bench",
                           .path = "bench",
                           .text = {text->data, text->len},
                           .observed = FACT_NONE};
    struct agent *a = NULL;
    struct err e = {0};
    double start;

    if (text->failed || agent_new(&a, &setup, &e) != 0)
        die("out of memory");
    start = bench_cpu_ms();
    f.dialect = agent_dialect_guess(trace_dialects, &f);
    if (f.dialect == NULL || f.dialect->read(a, &f, sink, &e) != 0)
        die(e.msg);
    start = bench_cpu_ms() - start;
    agent_free(&a);
    return start;
}

static void bench_format(const char *what, void (*make)(struct buf *, unsigned), double goal)
{
    struct batch_sink sink = {
        .begin = count_begin, .put = count_put, .ignore = count_ignore, .commit = count_commit};
    struct buf text = {0};
    double ms;

    for (unsigned i = 0; i < TRACES; i++)
        make(&text, i);
    hops_seen = 0;
    ms = read_ms(&text, &sink);
    if (hops_seen != (size_t)TRACES * HOPS)
        die("not all hops were read");
    bench_tell(what, ms, goal);
    buf_free(&text);
}

static void bench_store(void)
{
    char folder[] = "/tmp/rialto-bench-XXXXXX", path[64];
    struct buf text = {0};
    struct store *s = NULL;
    struct err e = {0};

    if (mkdtemp(folder) == NULL)
        die("no temporary folder");
    snprintf(path, sizeof(path), "%s/store.db", folder);
    for (unsigned i = 0; i < TRACES; i++)
        make_text(&text, i);
    if (store_open(&s, path, STORE_WRITE, clock_system(), &e) != 0)
        die(e.msg);
    bench_tell("1,000,000 hops of text into a store (CPU)", read_ms(&text, store_sink(s)),
               GOAL);
    store_close(&s);
    for (const char *const *end = (const char *const[]){"", "-wal", "-shm", NULL}; *end != NULL;
         end++) {
        snprintf(path, sizeof(path), "%s/store.db%s", folder, *end);
        unlink(path);
    }
    rmdir(folder);
    buf_free(&text);
}

int main(void)
{
    bench_format("1,000,000 hops of text (CPU)", make_text, GOAL);
    bench_format("1,000,000 hops of scamper JSON (CPU)", make_scamper, GOAL);
    bench_format("1,000,000 hops of Atlas JSON (CPU)", make_atlas, GOAL);
    bench_store();
    return 0;
}
