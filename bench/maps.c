/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast are maps of 250,000 prefixes and 1.3 million costs written, read and compared? Most
 * figures are how many times faster than the same done with jansson, the two alternating; some
 * against memcpy() of a body, and against simdjson where it was there at build time.
 *
 *     rialto-bench-maps [-n RUNS]          the table
 *     rialto-bench-maps -w FOLDER          writes the documents, for other benches
 */
#include <arpa/inet.h>
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/bigmap.h"
#include "bench/simdjson.h"
#include "wire/document.h"
#include "wire/patch.h"

#define MAX_RUNS 101
#define PEAK     "5" /* to clear_refs: forget the largest size so far (proc(5)) */

struct bench {
    struct bigmap map;
    struct buf map_text, text, changed; /* documents */
    struct buf out;                     /* kept warm */
    struct wire_map_document pids;
    struct arena *arena;
    struct simdjson_text *simdjson; /* of text; NULL: not compared with it */
    size_t runs;
};

static void die(const char *what, const struct err *e)
{
    fprintf(stderr, "rialto-bench-maps: %s: %s\n", what, e ? e->msg : "failed");
    exit(1);
}

/* One way to do a thing. Returns a number that both ways have to agree on. */
typedef size_t way(struct bench *b);

struct pair {
    way *ours, *theirs;
};

/* The two in turns: medians of both. */
static double in_turns(struct bench *b, const char *what, struct pair p, double *theirs)
{
    double mine[MAX_RUNS], other[MAX_RUNS];
    for (size_t i = 0; i < b->runs; i++) {
        double start = bench_cpu_ms();
        size_t n = p.ours(b);
        mine[i] = bench_cpu_ms() - start;
        start = bench_cpu_ms();
        if (p.theirs(b) != n)
            die(what, NULL);
        other[i] = bench_cpu_ms() - start;
        malloc_trim(0); /* else the next call of malloc tidies up what a tree left */
    }
    *theirs = bench_median(other, b->runs);
    return bench_median(mine, b->runs);
}

static void faster(struct bench *b, const char *what, struct pair p, double goal)
{
    double theirs, ours = in_turns(b, what, p, &theirs);
    bench_ratio(what, theirs, ours, goal);
}

static void part(struct bench *b, const char *what, struct pair p, double goal)
{
    double theirs, ours = in_turns(b, what, p, &theirs);
    bench_most(what, ours, theirs, goal);
}

/* --- writing --- */

static size_t write_ours(struct bench *b)
{
    buf_reset(&b->out);
    bigmap_put_costs(&b->map, b->map.value, &b->out);
    return b->out.failed ? 0 : BIGMAP_PIDS;
}

/* No memory is kept from one to the next. */
static size_t write_cold(struct bench *b)
{
    struct buf kept = b->out;
    b->out = (struct buf){0};
    size_t n = write_ours(b);
    buf_free(&b->out);
    b->out = kept;
    return n;
}

static json_t *tree_of(const struct bigmap *m, const double *value)
{
    json_t *map = json_object();
    for (size_t i = 0; i < BIGMAP_PIDS; i++) {
        json_t *row = json_object();
        for (size_t j = 0; j < BIGMAP_DSTS; j++)
            json_object_set_new_nocheck(row, m->names[j],
                                        json_real(value[i * BIGMAP_PIDS + j]));
        json_object_set_new_nocheck(map, m->names[i], row);
    }
    return map;
}

static size_t write_jansson(struct bench *b)
{
    json_t *map = tree_of(&b->map, b->map.value);
    size_t n = json_object_size(map);
    char *text = json_dumps(map, JSON_COMPACT | JSON_REAL_PRECISION(6));
    free(text);
    json_decref(map);
    return text ? n : 0;
}

static size_t copy_body(struct bench *b)
{
    static char *to;
    if (!to && !(to = malloc(b->text.len)))
        die("memcpy", NULL);
    memcpy(to, b->text.data, b->text.len);
    return to[1] ? BIGMAP_PIDS : 0;
}

/* --- reading --- */

static size_t read_ours(struct bench *b)
{
    struct err e = {0};
    struct arena_mark here = arena_mark(b->arena);
    struct wire_cost_document doc;
    if (wire_read_cost_map((struct slice){b->text.data, b->text.len}, &b->pids, b->arena, &doc,
                           &e) < 0)
        die("wire_read_cost_map", &e);
    if (memcmp(doc.thousandths, b->map.thousandths, BIGMAP_DSTS * sizeof(*doc.thousandths)))
        die("costs differ", NULL);
    arena_rewind(b->arena, here);
    return 1;
}

static size_t read_jansson(struct bench *b)
{
    json_t *root = json_loadb(b->text.data, b->text.len, JSON_REJECT_DUPLICATES, NULL);
    bool ok = json_object_size(json_object_get(root, "cost-map")) == BIGMAP_PIDS;
    json_decref(root);
    return ok;
}

static size_t read_simdjson(struct bench *b)
{
    return bench_simdjson_members(b->simdjson, "cost-map") == BIGMAP_PIDS;
}

/* KiB of this process, by the name that the kernel gives the figure. */
static double resident(const char *name)
{
    char line[200];
    double kib = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f && fgets(line, sizeof(line), f)) {
        if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
            kib = strtod(line + strlen(name) + 1, NULL);
    }
    if (!f || kib <= 0)
        die("/proc/self/status", NULL);
    fclose(f);
    return kib;
}

/* By how much the process is larger at most while it reads. */
static void tell_memory(struct bench *b)
{
    malloc_trim(0);
    FILE *f = fopen("/proc/self/clear_refs", "we");
    if (!f || fputs(PEAK, f) < 0 || fclose(f) != 0)
        die("/proc/self/clear_refs", NULL);
    double before = resident("VmRSS");
    read_ours(b);
    double more = resident("VmHWM") - before, body = (double)b->text.len / 1024;
    char note[80];
    snprintf(note, sizeof(note), "(%.1f MiB, body %.1f MiB)", more / 1024, body / 1024);
    bench_within("costmap-parse: new memory / body", "x", more / body, 0.6, note);
}

static size_t load_map(struct bench *b)
{
    struct err e = {0};
    struct arena_mark here = arena_mark(b->arena);
    struct wire_map_document doc;
    struct lpm *table = lpm_new();
    struct lpm_run runs[BIGMAP_PIDS];
    if (!table || wire_read_network_map((struct slice){b->map_text.data, b->map_text.len},
                                        b->arena, &doc, &e) < 0)
        die("wire_read_network_map", &e);
    for (size_t i = 0; i < BIGMAP_PIDS; i++)
        runs[i] = (struct lpm_run){doc.pids[i].prefixes, doc.pids[i].n_prefixes};
    if (doc.n_pids != BIGMAP_PIDS || lpm_load(table, runs, BIGMAP_PIDS) < 0)
        die("lpm_load", NULL);
    size_t n = doc.n_pids;
    lpm_free(&table);
    arena_rewind(b->arena, here);
    return n;
}

/* A prefix as they read it: inet_pton(), then the length. */
static bool parse_prefix(const char *text, struct prefix *out)
{
    char address[INET6_ADDRSTRLEN];
    const char *slash = strchr(text, '/');
    size_t n = slash ? (size_t)(slash - text) : sizeof(address);
    *out = (struct prefix){.addr.family = 4};
    if (n >= sizeof(address))
        return false;
    memcpy(address, text, n);
    address[n] = 0;
    out->len = (uint8_t)strtoul(slash + 1, NULL, 10);
    return inet_pton(AF_INET, address, out->addr.b) == 1;
}

static int by_prefix(const void *a, const void *b)
{
    return prefix_cmp(a, b);
}

static size_t load_map_jansson(struct bench *b)
{
    struct prefix *v = malloc(BIGMAP_PREFIXES * sizeof(*v));
    json_t *root = json_loadb(b->map_text.data, b->map_text.len, JSON_REJECT_DUPLICATES, NULL);
    json_t *map = json_object_get(root, "network-map"), *pid, *item;
    const char *name;
    size_t n = 0, i, pids = json_object_size(map);
    json_object_foreach(map, name, pid)
    {
        json_array_foreach(json_object_get(pid, "ipv4"), i, item)
        {
            if (!v || !parse_prefix(json_string_value(item), &v[n++]))
                die("prefix", NULL);
        }
    }
    qsort(v, n, sizeof(*v), by_prefix);
    free(v);
    json_decref(root);
    return pids;
}

/* --- comparing --- */

static size_t patch_ours(struct bench *b, enum wire_patch kind)
{
    struct wire_costs from = bigmap_costs(&b->map, b->map.value);
    struct wire_costs to = bigmap_costs(&b->map, b->map.changed);
    buf_reset(&b->out);
    return wire_patch_costs(kind, &(struct wire_cost_body){{b->text.data, b->text.len}, &from},
                            &(struct wire_cost_body){{b->changed.data, b->changed.len}, &to},
                            &b->out) == 1;
}

static size_t merge_ours(struct bench *b)
{
    return patch_ours(b, WIRE_PATCH_MERGE);
}

static size_t json_ours(struct bench *b)
{
    return patch_ours(b, WIRE_PATCH_JSON);
}

static void compare_rows(json_t *out, const char *src, json_t *was, json_t *is, bool merge)
{
    const char *dst;
    json_t *cost, *row = merge ? json_object() : NULL;
    json_object_foreach(is, dst, cost)
    {
        if (json_equal(cost, json_object_get(was, dst)))
            continue;
        if (merge) {
            json_object_set_nocheck(row, dst, cost);
            continue;
        }
        json_t *path = json_sprintf("/cost-map/%s/%s", src, dst);
        json_array_append_new(
            out, json_pack("{s:s,s:o,s:O}", "op", "replace", "path", path, "value", cost));
    }
    if (merge)
        json_object_set_new_nocheck(out, src, row);
}

static size_t patch_jansson(struct bench *b, bool merge)
{
    json_t *from = json_loadb(b->text.data, b->text.len, 0, NULL);
    json_t *to = json_loadb(b->changed.data, b->changed.len, 0, NULL);
    json_t *was = json_object_get(from, "cost-map"), *is = json_object_get(to, "cost-map");
    json_t *out = merge ? json_object() : json_array(), *row;
    const char *src;
    json_object_foreach(is, src, row)
        compare_rows(out, src, json_object_get(was, src), row, merge);
    char *text = json_dumps(out, JSON_COMPACT | JSON_REAL_PRECISION(6));
    size_t ok = text && strlen(text) > 1000;
    free(text);
    json_decref(out);
    json_decref(from);
    json_decref(to);
    return ok;
}

static size_t merge_jansson(struct bench *b)
{
    return patch_jansson(b, true);
}

static size_t json_jansson(struct bench *b)
{
    return patch_jansson(b, false);
}

/* As patch_ours() counts: one body. */
static size_t copy_one(struct bench *b)
{
    return copy_body(b) == BIGMAP_PIDS;
}

static void write_file(const char *folder, const char *name, const struct buf *text)
{
    char path[1000];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "we");
    if (!f || fwrite(text->data, 1, text->len, f) != text->len || fclose(f) != 0)
        die(path, NULL);
}

static void start(struct bench *b)
{
    struct err e = {0};
    b->map = bigmap_new();
    b->arena = arena_new(0);
    bigmap_put_map(&b->map, &b->map_text);
    bigmap_put_costs(&b->map, b->map.value, &b->text);
    bigmap_put_costs(&b->map, b->map.changed, &b->changed);
    if (!b->arena || b->map_text.failed || b->text.failed || b->changed.failed)
        die("no memory", NULL);
    if (wire_read_network_map((struct slice){b->map_text.data, b->map_text.len}, b->arena,
                              &b->pids, &e) < 0)
        die("network map", &e);
}

static void stop(struct bench *b)
{
    bench_simdjson_free(b->simdjson);
    buf_free(&b->map_text);
    buf_free(&b->text);
    buf_free(&b->changed);
    buf_free(&b->out);
    arena_free(&b->arena);
    bigmap_free(&b->map);
}

static void measure(struct bench *b)
{
    static const struct pair written = {write_ours, write_jansson},
                             cold = {write_cold, write_jansson},
                             copied = {write_ours, copy_body}, read = {read_ours, read_jansson},
                             read_fast = {read_ours, read_simdjson},
                             loaded = {load_map, load_map_jansson},
                             merge = {merge_ours, merge_jansson},
                             merge_copy = {merge_ours, copy_one},
                             json = {json_ours, json_jansson},
                             json_copy = {json_ours, copy_one};
    faster(b, "costmap-write: jansson / ours", written, 80);
    faster(b, "costmap-write, cold: jansson / ours", cold, 25);
    faster(b, "costmap-write: memcpy / ours", copied, 1.0 / 3);
    faster(b, "costmap-parse: jansson / ours", read, 35);
    if (b->simdjson)
        faster(b, "costmap-parse: simdjson / ours", read_fast, 0.75);
    tell_memory(b);
    faster(b, "netmap-load: jansson / ours", loaded, 6);
    faster(b, "diff-merge: jansson / ours", merge, 400);
    part(b, "diff-merge: time / memcpy of a body", merge_copy, 2);
    faster(b, "diff-patch: jansson / ours", json, 250);
    part(b, "diff-patch: time / memcpy of a body", json_copy, 2);
}

int main(int argc, char **argv)
{
    struct bench b = {.runs = 5};
    const char *folder = NULL;
    for (int c; (c = getopt(argc, argv, "n:w:")) != -1;) {
        if (c == 'w')
            folder = optarg;
        else if (c == 'n')
            b.runs = strtoul(optarg, NULL, 10);
        if (c == '?' || b.runs == 0 || b.runs > MAX_RUNS) {
            fprintf(stderr, "usage: rialto-bench-maps [-n RUNS] | -w FOLDER\n");
            return 2;
        }
    }
    start(&b);
    if (folder) {
        write_file(folder, "map.json", &b.map_text);
        write_file(folder, "costs.json", &b.text);
    } else {
        if (!bench_simdjson_is_there())
            printf("SKIPPED: built without simdjson (libsimdjson-dev, g++): not compared with "
                   "it\n");
        b.simdjson = bench_simdjson_new(b.text.data, b.text.len);
        measure(&b);
    }
    stop(&b);
    return 0;
}
