/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast does the store take measurements, and give them back? Against SQLite's bare loop of
 * prepared INSERTs into a table of the same columns without any key.
 *
 *     rialto-bench-store [-n RUNS]
 *
 * Goals: a batch appended at 0.85 of that rate, changes of random keys at 0.25, and all that is
 * current loaded in 200 ns each.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "store/store.h"

#define MAX_RUNS     101
#define ROWS         200000
#define CHANGES      50000
#define HOSTS        1140 /* ROWS pairs of them */
#define DIGITS_OF(n) #n
#define DIGITS(n)    DIGITS_OF(n)
#define STRIDE       99991 /* prime to ROWS: visits all in an order that looks random */

struct bench {
    char folder[64];
    struct fact_measurement *facts;
    struct store *store;
};

static void die(const char *what, const struct err *e)
{
    fprintf(stderr, "rialto-bench-store: %s: %s\n", what, e ? e->msg : "failed");
    exit(1);
}

static struct addr host(size_t i)
{
    return (struct addr){.family = 4, .b = {100, 64, (uint8_t)(i / 256), (uint8_t)i}};
}

static void make_facts(struct bench *b)
{
    b->facts = calloc(ROWS, sizeof(*b->facts));
    for (size_t i = 0; b->facts && i < ROWS; i++) {
        struct fact_measurement *f = &b->facts[i];
        fact_init(FACT_MEASUREMENT, f);
        f->source = host(i / HOSTS);
        f->destination = host(i % HOSTS);
        f->metric = "delay-ow";
        f->statistic = "mean";
        f->value = 1000 + (double)(i * STRIDE % 100000) / 10;
        f->start = BENCH_NOW;
        f->end = BENCH_NOW + 60000000;
        f->samples = 600;
    }
    if (!b->facts)
        die("no memory", NULL);
}

static double put(struct bench *b, enum batch_mode mode, size_t n, size_t stride)
{
    const struct batch_head head = {.origin = {.domain = "d",
                                               .source = "s",
                                               .kind = "perfsonar",
                                               .scope = "all",
                                               .observed_at = BENCH_NOW,
                                               .expires = FACT_NONE,
                                               .collected_at = BENCH_NOW,
                                               .confidence = CLASS_OBSERVED},
                                    .mode = mode};
    struct batch_sink *sink = store_sink(b->store);
    struct err e = {0};
    double start = bench_cpu_ms();
    int rc = sink->begin(sink, &head, &e);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = sink->put(sink, FACT_MEASUREMENT, &b->facts[i * stride % ROWS], &e);
    if (rc == 0)
        rc = sink->commit(sink, &e);
    if (rc < 0)
        die("batch", &e);
    return bench_cpu_ms() - start;
}

/* As another program does, which read nothing before. */
static double load(struct bench *b, size_t run)
{
    struct intake *in = intake_new();
    struct store *reader;
    struct err e = {0};
    char path[100];
    int64_t expiry;
    snprintf(path, sizeof(path), "%s/%zu.db", b->folder, run);
    if (store_open(&reader, path, STORE_READ, clock_system(), &e))
        die(path, &e);
    double start = bench_cpu_ms();
    if (!in || store_load(reader, 0, in, &expiry, &e))
        die("load", &e);
    double used = bench_cpu_ms() - start;
    if (FACTS_N(&in->facts, MEASUREMENT) != ROWS)
        die("not all that is current was loaded", NULL);
    intake_free(&in);
    store_close(&reader);
    return used;
}

static void open_store(struct bench *b, size_t run)
{
    char path[100];
    struct err e = {0};
    snprintf(path, sizeof(path), "%s/%zu.db", b->folder, run);
    if (store_open(&b->store, path, STORE_WRITE, clock_system(), &e))
        die(path, &e);
}

/* ---- SQLite alone */

static void run_sql(sqlite3 *db, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        die(why ? why : sql, NULL);
}

static void bind(sqlite3_stmt *s, const struct fact_measurement *f, size_t nr)
{
    char src[ADDR_TEXT], dst[ADDR_TEXT];
    sqlite3_bind_int64(s, 1, 1);
    sqlite3_bind_int64(s, 2, (sqlite3_int64)nr);
    sqlite3_bind_text(s, 3, addr_format(&f->source, src), -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(s, 4, addr_format(&f->destination, dst), -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(s, 5, f->metric, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 6, f->statistic, -1, SQLITE_STATIC);
    sqlite3_bind_double(s, 7, f->value);
    sqlite3_bind_int64(s, 8, f->start);
    sqlite3_bind_int64(s, 9, f->end);
    sqlite3_bind_int64(s, 10, f->samples);
    sqlite3_bind_null(s, 11);
}

static double append_bare(struct bench *b, size_t run)
{
    char path[100];
    sqlite3 *db;
    sqlite3_stmt *s;
    snprintf(path, sizeof(path), "%s/bare-%zu.db", b->folder, run);
    if (sqlite3_open(path, &db) != SQLITE_OK)
        die(path, NULL);
    run_sql(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                "CREATE TABLE t (batch INTEGER, nr INTEGER, source TEXT, destination TEXT,"
                " metric TEXT, statistic TEXT, value REAL, start INTEGER, \"end\" INTEGER,"
                " samples INTEGER, clock_error REAL) STRICT");
    if (sqlite3_prepare_v2(db, "INSERT INTO t VALUES (?,?,?,?,?,?,?,?,?,?,?)", -1, &s, NULL) !=
        SQLITE_OK)
        die("prepare", NULL);
    double start = bench_cpu_ms();
    run_sql(db, "BEGIN");
    for (size_t i = 0; i < ROWS; i++) {
        bind(s, &b->facts[i], i);
        if (sqlite3_step(s) != SQLITE_DONE)
            die("step", NULL);
        sqlite3_reset(s);
    }
    run_sql(db, "COMMIT");
    double used = bench_cpu_ms() - start;
    sqlite3_finalize(s);
    sqlite3_close(db);
    return used;
}

/*
 * The least that loading can be: numbers alone, a pair of hosts and a value, from a table by
 * its key; the goal was set by such a table. Ours have ten columns, texts among them.
 */
static double load_bare(struct bench *b, size_t run)
{
    char path[100];
    sqlite3 *db;
    sqlite3_stmt *s;
    double sum = 0;
    snprintf(path, sizeof(path), "%s/pairs-%zu.db", b->folder, run);
    if (sqlite3_open(path, &db) != SQLITE_OK)
        die(path, NULL);
    run_sql(db, "PRAGMA journal_mode = WAL;"
                "CREATE TABLE t (source INTEGER, destination INTEGER, value REAL,"
                " PRIMARY KEY (source, destination)) STRICT, WITHOUT ROWID;"
                "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE"
                " i + 1 < " DIGITS(ROWS) ") INSERT INTO t SELECT i / " DIGITS(
                    HOSTS) ", i % " DIGITS(HOSTS) ", i * 0.1 FROM n");
    if (sqlite3_prepare_v2(db, "SELECT source, destination, value FROM t", -1, &s, NULL) !=
        SQLITE_OK)
        die("prepare", NULL);
    double start = bench_cpu_ms();
    while (sqlite3_step(s) == SQLITE_ROW)
        sum += (double)(sqlite3_column_int64(s, 0) * HOSTS + sqlite3_column_int64(s, 1)) +
               sqlite3_column_double(s, 2);
    double used = bench_cpu_ms() - start;
    if (sum <= 0)
        die("nothing was loaded", NULL);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return used;
}

static void remove_folder(const struct bench *b)
{
    char command[100];
    snprintf(command, sizeof(command), "rm -r '%s'", b->folder);
    if (system(command) != 0)
        fprintf(stderr, "rialto-bench-store: %s stays\n", b->folder);
}

int main(int argc, char **argv)
{
    size_t runs = argc == 3 ? strtoul(argv[2], NULL, 10) : 5;
    double log[MAX_RUNS], latest[MAX_RUNS], loaded[MAX_RUNS], bare[MAX_RUNS], pairs[MAX_RUNS];
    struct bench b = {.folder = "/tmp/rialto-bench-XXXXXX"};
    if (runs == 0 || runs > MAX_RUNS || (argc != 1 && argc != 3)) {
        fprintf(stderr, "usage: rialto-bench-store [-n RUNS]\n");
        return 2;
    }
    if (!mkdtemp(b.folder))
        die(b.folder, NULL);
    make_facts(&b);
    for (size_t i = 0; i < runs; i++) {
        open_store(&b, i);
        log[i] = put(&b, BATCH_APPEND, ROWS, 1);
        bare[i] = append_bare(&b, i);
        loaded[i] = load(&b, i) * 1e6 / ROWS;
        pairs[i] = load_bare(&b, i) * 1e6 / ROWS;
        store_close(&b.store);
        open_store(&b, runs + i);
        put(&b, BATCH_DELTA, ROWS, 1);
        latest[i] = put(&b, BATCH_DELTA, CHANGES, STRIDE) * ROWS / CHANGES;
        store_close(&b.store);
    }
    double theirs = bench_median(bare, runs);
    bench_ratio("sqlite-log: rate / bare append", theirs, bench_median(log, runs), 0.85);
    bench_ratio("sqlite-latest, random keys: rate / bare append", theirs,
                bench_median(latest, runs), 0.25);
    double each = bench_median(loaded, runs);
    char note[80];
    snprintf(note, sizeof(note), "(SQLite alone, pairs of numbers: %.0f ns)",
             bench_median(pairs, runs));
    bench_within("sqlite-load: a measurement", "ns", each, 200, note);
    free(b.facts);
    remove_folder(&b);
    return 0;
}
