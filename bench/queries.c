/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast are costs between endpoints (RFC 7285 section 11.5) on a map of 250,000 prefixes and
 * 1.3 million costs? The answer without HTTP, against a few lines that do it with jansson and
 * the same tables.
 *
 *     rialto-bench-queries [-n RUNS]
 *
 * The two take turns in blocks of a few answers, to different questions: each finds the caches
 * as it leaves them itself, as in a server that does one of the two. One by one, jansson's
 * trees would empty them for ours.
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

#define MAX_RUNS  1001
#define BLOCK     5  /* answers */
#define QUESTIONS 20 /* different ones */
#define TIDY      ((size_t)1 << 20)
#define PATH      "/domain/bench/big-map/endpointcost"

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
static void put_question(const struct bench *b, size_t n_srcs, size_t n_dsts, uint64_t state,
                         struct buf *out)
{
    struct addr srcs[100], dsts[100];
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

/* Times of answers, and how long these were altogether. */
struct turns {
    double v[MAX_RUNS * BLOCK];
    size_t n, bytes;
};

/* What is asked, `of` sources by destinations: questions one after the other, again and again.
 */
struct asking {
    size_t srcs, dsts, questions;
    const char *of;
};

static void answer_block(const struct bench *b, const struct buf *questions, size_t n,
                         struct turns *t)
{
    for (size_t k = 0; k < BLOCK; k++) {
        size_t len = 0;
        const struct served_question question = {
            PATH, buf_cstr(&questions[t->n % n]), {.family = 4}};
        t->v[t->n++] = served_ask(&b->served, &question, &len);
        t->bytes += len;
    }
}

static void answer_block_jansson(const struct bench *b, const struct buf *questions, size_t n,
                                 struct turns *t)
{
    for (size_t k = 0; k < BLOCK; k++) {
        double begin = bench_cpu_ms();
        t->bytes += answer_jansson(b, buf_cstr(&questions[t->n % n]));
        t->v[t->n++] = bench_cpu_ms() - begin;
    }
}

static void compare(struct bench *b, const struct asking *a, size_t runs)
{
    static struct turns mine, other;
    struct buf questions[QUESTIONS] = {0};
    char what[80], note[40];
    mine.n = mine.bytes = other.n = other.bytes = 0;
    for (size_t i = 0; i < QUESTIONS; i++)
        put_question(b, a->srcs, a->dsts, i + 7, &questions[i]);
    for (size_t i = 0; i < runs; i++) {
        answer_block(b, questions, a->questions, &mine);
        answer_block_jansson(b, questions, a->questions, &other);
        tidy();
    }
    if (mine.bytes < other.bytes * 9 / 10)
        die("answers are of quite different sizes");
    double all = bench_median(mine.v, mine.n), reference = bench_median(other.v, other.n);
    snprintf(what, sizeof(what), "%s: jansson / ours", a->of);
    bench_ratio(what, reference, all, a->srcs > 1 ? 80 : 1);
    snprintf(what, sizeof(what), "%s: us without HTTP (CPU)", a->of);
    snprintf(note, sizeof(note), "(%zu bytes)", mine.bytes / mine.n);
    bench_within(what, "us", all * 1e3, 100, note);
    for (size_t i = 0; i < QUESTIONS; i++)
        buf_free(&questions[i]);
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
    compare(&b, &(struct asking){1, 3, QUESTIONS, "ecs-1x3"}, runs);
    compare(&b, &(struct asking){1, 100, QUESTIONS, "ecs-1x100"}, runs);
    compare(&b, &(struct asking){100, 100, QUESTIONS, "ecs-100x100"}, runs);
    compare(&b, &(struct asking){100, 100, 1, "ecs-100x100, one question"}, runs);
    served_stop(&b.served);
    lpm_free(&b.pids);
    bigmap_free(&b.map);
    return 0;
}
