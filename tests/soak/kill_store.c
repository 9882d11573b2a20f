/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill-store ROUNDS SEED: a process writes batches and says so after each commit; it is killed
 * (SIGKILL) at a random point; then the store must hold every batch that was acknowledged and
 * none in part.
 *
 * Every tenth round begins with an empty file and kills early, while the file is made.
 *
 * Batch n of scope "replaced" has 20 + n % 180 routes of metric n; batch n of scope "appended"
 * has one route of metric n. They are written in turn and each is acknowledged by its number on
 * a pipe.
 */
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/store.h"

#define MAX_DELAY_US   60000
#define EARLY_DELAY_US 6000
#define FRESH_EVERY    10

struct ack {
    int64_t replaced, appended; /* last acknowledged epochs */
};

struct tally {
    int64_t rounds, batches,
        cut_open; /* cut_open: the last batch written was not acknowledged yet */
};

static size_t routes_of(int64_t epoch)
{
    return 20 + (size_t)epoch % 180;
}

static void die(const char *what, const struct err *e)
{
    fprintf(stderr, "kill-store: %s: %s\n", what, e != NULL ? e->msg : "");
    exit(2);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static int64_t write_batch(struct batch_sink *sink, const char *scope, enum batch_mode mode,
                           int64_t epoch)
{
    struct batch_head head = {
        .mode = mode,
        .origin = {
            .domain = "d", .source = "s", .kind = "k", .scope = scope, .expires = FACT_NONE}};
    struct fact_route route;
    struct err e = {0};
    size_t n = mode == BATCH_REPLACE ? routes_of(epoch) : 1;
    fact_init(FACT_ROUTE, &route);
    route.node = scope;
    route.metric = epoch;
    if (!prefix_parse(slice_of("192.0.2.0/24"), &route.prefix) ||
        sink->begin(sink, &head, &e) != 0)
        die("begin", &e);
    for (size_t i = 0; i < n; i++)
        if (sink->put(sink, FACT_ROUTE, &route, &e) != 0)
            die("put", &e);
    if (sink->commit(sink, &e) != 0)
        die("commit", &e);
    return epoch;
}

/* The child: never returns. */
static void write_for_ever(const char *path, struct ack from, int pipe_out)
{
    struct store *s;
    struct err e = {0};
    if (store_open(&s, path, STORE_WRITE, clock_system(), &e) != 0)
        die("open", &e);
    struct batch_sink *sink = store_sink(s);
    for (;;) {
        from.replaced = write_batch(sink, "replaced", BATCH_REPLACE, from.replaced + 1);
        if (write(pipe_out, &from, sizeof(from)) != sizeof(from))
            die("acknowledge", NULL);
        from.appended = write_batch(sink, "appended", BATCH_APPEND, from.appended + 1);
        if (write(pipe_out, &from, sizeof(from)) != sizeof(from))
            die("acknowledge", NULL);
    }
}

/* Starts a writer, kills it after the delay; the last acknowledgement is what counts. */
static struct ack run_and_kill(const char *path, struct ack from, uint64_t delay_us)
{
    int ends[2];
    struct ack got, last = from;
    if (pipe(ends) != 0)
        die("pipe", NULL);
    pid_t child = fork();
    if (child < 0)
        die("fork", NULL);
    if (child == 0) {
        close(ends[0]);
        write_for_ever(path, from, ends[1]);
    }
    close(ends[1]);
    struct timespec t = {0, (long)delay_us * 1000};
    nanosleep(&t, NULL);
    kill(child, SIGKILL);
    while (read(ends[0], &got, sizeof(got)) == sizeof(got))
        last = got;
    close(ends[0]);
    int status;
    if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status) ||
        WTERMSIG(status) != SIGKILL)
        die("the writer ended by itself", NULL);
    return last;
}

static bool sound(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    bool good = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
                sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &st, NULL) == SQLITE_OK &&
                sqlite3_step(st) == SQLITE_ROW &&
                strcmp((const char *)sqlite3_column_text(st, 0), "ok") == 0;
    sqlite3_finalize(st);
    sqlite3_close(db);
    return good;
}

/* What the store holds, checked for being whole; -1 in *bad when it is not. */
static struct ack inspect(const struct facts *facts, bool *bad)
{
    const struct fact_route *v = FACTS(facts, route, ROUTE);
    struct ack seen = {0};
    size_t replaced = 0;
    int64_t sum = 0;
    for (size_t i = 0; i < FACTS_N(facts, ROUTE); i++) {
        bool is_replaced = strcmp(v[i].node, "replaced") == 0;
        int64_t *epoch = is_replaced ? &seen.replaced : &seen.appended;
        if (v[i].metric != v[i].origin->epoch ||
            (is_replaced && replaced && *epoch != v[i].metric))
            *bad = true;
        replaced += is_replaced;
        sum += is_replaced ? 0 : v[i].metric;
        if (v[i].metric > *epoch)
            *epoch = v[i].metric;
    }
    if (replaced != (seen.replaced > 0 ? routes_of(seen.replaced) : 0) ||
        sum != seen.appended * (seen.appended + 1) / 2 ||
        FACTS_N(facts, ROUTE) != replaced + (size_t)seen.appended)
        *bad = true;
    return seen;
}

/* Opens what the kill left behind and compares it with the acknowledgements. */
static struct ack verify(const char *path, struct ack acknowledged, struct tally *t)
{
    struct store *s;
    struct err e = {0};
    struct intake in = {.facts.arena = arena_new(0)};
    int64_t next;
    bool bad = false;
    if (store_open(&s, path, STORE_WRITE, clock_system(), &e) != 0 ||
        store_load(s, 0, &in, &next, &e) != 0)
        die("after the kill", &e);
    struct ack seen = inspect(&in.facts, &bad);
    int64_t more =
        seen.replaced - acknowledged.replaced + seen.appended - acknowledged.appended;
    if (bad || seen.replaced < acknowledged.replaced || seen.appended < acknowledged.appended ||
        more > 1) {
        fprintf(stderr, "kill-store: acknowledged %lld/%lld, found %lld/%lld%s\n",
                (long long)acknowledged.replaced, (long long)acknowledged.appended,
                (long long)seen.replaced, (long long)seen.appended, bad ? ", not whole" : "");
        exit(1);
    }
    t->cut_open += more;
    facts_free(&in.facts);
    arena_free(&in.facts.arena);
    store_close(&s);
    if (!sound(path)) {
        fprintf(stderr, "kill-store: the file is damaged\n");
        exit(1);
    }
    return seen;
}

static void remove_store(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        char name[80];
        snprintf(name, sizeof(name), "%s%s", path, ends[i]);
        unlink(name);
    }
}

static void round_of(const char *path, uint64_t *state, struct ack *now, struct tally *t)
{
    uint64_t delay = next_random(state);
    if (t->rounds % FRESH_EVERY == FRESH_EVERY - 1) {
        remove_store(path);
        *now = (struct ack){0};
        delay %= EARLY_DELAY_US;
    }
    delay %= MAX_DELAY_US;
    struct ack before = *now;
    *now = verify(path, run_and_kill(path, before, delay), t);
    int64_t batches = now->replaced - before.replaced + now->appended - before.appended;
    t->batches += batches;
    t->rounds++;
    printf("round %lld: killed after %llu us, %lld batches, store at %lld/%lld: good\n",
           (long long)t->rounds, (unsigned long long)delay, (long long)batches,
           (long long)now->replaced, (long long)now->appended);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: kill-store ROUNDS SEED\n");
        return 2;
    }
    uint64_t state = strtoull(argv[2], NULL, 10) + 88172645463325252ULL;
    long rounds = strtol(argv[1], NULL, 10);
    char folder[] = "/tmp/rialto-kill-XXXXXX", path[64];
    struct ack now = {0};
    struct tally t = {0};
    if (mkdtemp(folder) == NULL)
        die("a temporary folder", NULL);
    snprintf(path, sizeof(path), "%s/d.db", folder);
    while (t.rounds < rounds)
        round_of(path, &state, &now, &t);
    printf("%lld kills, %lld batches; none lost, none partial; %lld were published but killed "
           "before the acknowledgement\n",
           (long long)t.rounds, (long long)t.batches, (long long)t.cut_open);
    remove_store(path);
    return rmdir(folder) != 0 || (t.batches == 0 && rounds >= 5);
}
