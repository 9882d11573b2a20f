/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast are costs between endpoints (RFC 7285 section 11.5) on a map of 250,000 prefixes and
 * 1.3 million costs? The answer without HTTP, against a few lines that do it with jansson and
 * the same tables.
 *
 *     rialto-bench-queries [-n RUNS]
 *
 * Goals: 100 by 100 in 1/80 of the time, and in 100 us.
 */
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bigmap.h"
#include "bench/documents.h"
#include "bench/served.h"
#include "net/lpm.h"

#define MAX_RUNS 1001
#define TIDY     ((size_t)1 << 20)
#define PATH     "/domain/bench/big-map/endpointcost"

struct bench {
    struct bigmap map;
    struct lpm *pids;
    struct served served;
};

static void die(const char *what)
{
    fprintf(stderr, "rialto-bench-queries: %s\n", what);
    exit(1);
}

static void start(struct bench *b)
{
    struct buf map = {0}, costs = {0};
    b->map = bigmap_new();
    b->pids = lpm_new();
    for (size_t i = 0; b->pids && i < BIGMAP_PREFIXES; i++)
        if (lpm_set(b->pids, &b->map.prefixes[i], b->map.owner[i]))
            die("no memory");
    if (!b->pids || lpm_seal(b->pids))
        die("no memory");
    bigmap_put_map(&b->map, &map);
    bigmap_put_costs(&b->map, b->map.value, &costs);
    const struct published v[] = {{"map.json", "network-map", buf_cstr(&map)},
                                  {"costs.json", "cost-map", buf_cstr(&costs)}};
    served_start(&b->served, documents_snapshot(v, 2));
    buf_free(&map);
    buf_free(&costs);
}

/* Endpoints anywhere in the map; destinations have costs. */
static void put_question(const struct bench *b, size_t n_srcs, size_t n_dsts, struct buf *out)
{
    struct addr srcs[100], dsts[100];
    uint64_t state = 7;
    for (size_t i = 0; i < n_srcs; i++)
        srcs[i] = b->map.prefixes[bigmap_random(&state) % BIGMAP_PREFIXES].addr;
    for (size_t i = 0; i < n_dsts;) {
        size_t k = bigmap_random(&state) % BIGMAP_PREFIXES;
        if (b->map.owner[k] < BIGMAP_DSTS)
            dsts[i++] = b->map.prefixes[k].addr;
    }
    buf_str(out, "{\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"routingcost\"},"
                 "\"endpoints\":{\"srcs\":");
    served_put_addrs(out, srcs, n_srcs);
    buf_str(out, ",\"dsts\":");
    served_put_addrs(out, dsts, n_dsts);
    buf_str(out, "}}");
}

static uint32_t pid_of(const struct bench *b, const json_t *endpoint)
{
    struct addr a;
    const char *text = json_string_value(endpoint);
    return text && addr_parse(slice_of(text + 5), &a) ? lpm_find(b->pids, &a, NULL) : LPM_NONE;
}

static size_t answer_jansson(const struct bench *b, const char *question)
{
    json_t *q = json_loads(question, JSON_REJECT_DUPLICATES, NULL), *src, *dst;
    json_t *ends = json_object_get(q, "endpoints"), *map = json_object();
    size_t i, j;
    json_array_foreach(json_object_get(ends, "srcs"), i, src)
    {
        json_t *row = json_object();
        uint32_t from = pid_of(b, src);
        json_array_foreach(json_object_get(ends, "dsts"), j, dst)
        {
            uint32_t to = pid_of(b, dst);
            if (from != LPM_NONE && to != LPM_NONE)
                json_object_set_new(row, json_string_value(dst),
                                    json_real(b->map.value[(size_t)from * BIGMAP_PIDS + to]));
        }
        json_object_set_new(map, json_string_value(src), row);
    }
    json_t *reply = json_pack("{s:{s:O},s:o}", "meta", "cost-type",
                              json_object_get(q, "cost-type"), "endpoint-cost-map", map);
    char *text = json_dumps(reply, JSON_COMPACT | JSON_REAL_PRECISION(6));
    size_t n = text ? strlen(text) : 0;
    free(text);
    json_decref(reply);
    json_decref(q);
    return n;
}

/* A large request makes malloc join what a tree left; else that falls on the next who asks. */
static void tidy(void)
{
    void *volatile p = malloc(TIDY);
    free(p);
}

static void compare(struct bench *b, size_t n_srcs, size_t n_dsts, size_t runs)
{
    static double mine[MAX_RUNS], other[MAX_RUNS];
    struct buf q = {0};
    char what[80];
    size_t ours = 0, theirs = 0;
    put_question(b, n_srcs, n_dsts, &q);
    const struct served_question question = {PATH, buf_cstr(&q), {.family = 4}};
    for (size_t i = 0; i < runs; i++) {
        mine[i] = served_ask(&b->served, &question, &ours);
        double begin = bench_cpu_ms();
        theirs = answer_jansson(b, question.body);
        other[i] = bench_cpu_ms() - begin;
        tidy();
    }
    if (ours < theirs * 9 / 10)
        die("answers are of quite different sizes");
    double all = bench_median(mine, runs), reference = bench_median(other, runs);
    snprintf(what, sizeof(what), "ecs-%zux%zu: jansson / ours", n_srcs, n_dsts);
    bench_ratio(what, reference, all, n_srcs > 1 ? 80 : 1);
    snprintf(what, sizeof(what), "ecs-%zux%zu: us without HTTP (CPU)", n_srcs, n_dsts);
    printf("%-46s %10.3f x  <=%-6.3g x  %s (%zu bytes)\n", what, all * 1e3, 100.0,
           all <= 0.1 ? "met" : "MISSED", ours);
    buf_free(&q);
}

int main(int argc, char **argv)
{
    struct bench b;
    size_t runs = argc == 3 ? strtoul(argv[2], NULL, 10) : 51;
    if (runs == 0 || runs > MAX_RUNS) {
        fprintf(stderr, "usage: rialto-bench-queries [-n RUNS]\n");
        return 2;
    }
    mallopt(M_MMAP_THRESHOLD, 1 << 30); /* as in a server that runs for long: memory is */
    mallopt(M_TRIM_THRESHOLD, 1 << 30); /* there, and stays */
    start(&b);
    compare(&b, 1, 3, runs);
    compare(&b, 1, 100, runs);
    compare(&b, 100, 100, runs);
    served_stop(&b.served);
    lpm_free(&b.pids);
    bigmap_free(&b.map);
    return 0;
}
