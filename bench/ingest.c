/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long does a full table take from FRR's JSON to facts, and how much memory?
 *
 *     rialto-bench-ingest [-n ROUTES]
 *
 * Makes the answer to `show bgp ipv4 unicast json` itself, ROUTES prefixes (a million) with two
 * paths for every fourth, in a file without a name. Then three children read it: the parser as
 * the source runs it, with facts counted and dropped; the same into a new store; and jansson's
 * json_loadb() for comparison. Goals: 6 s and 100 MB for a million into a store, and less than
 * jansson in both for parsing.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agents/sources/lg/lg.h"
#include "bench/bench.h"
#include "store/store.h"

#define SCRATCH ((size_t)16 << 20)

/* --- the table --- */

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

static void write_path(FILE *f, unsigned prefix, bool best, unsigned *state)
{
    unsigned hops = 2 + next_random(state) % 5, peer = 1 + next_random(state) % 200;

    fprintf(f,
            "{\"valid\":true,%s\"pathFrom\":\"external\",\"prefix\":\"%u.%u.%u.0\","
            "\"prefixLen\":24,\"network\":\"%u.%u.%u.0\\/24\",\"version\":%u,\"metric\":%u,"
            "\"locPrf\":100,\"weight\":0,\"peerId\":\"192.0.2.%u\",\"path\":\"",
            best ? "\"bestpath\":true,\"selectionReason\":\"AS Path\"," : "",
            1 + (prefix >> 16), prefix >> 8 & 255, prefix & 255, 1 + (prefix >> 16),
            prefix >> 8 & 255, prefix & 255, prefix, next_random(state) % 200, peer);
    for (unsigned i = 0; i < hops; i++)
        fprintf(f, "%s%u", i > 0 ? " " : "", 1 + next_random(state) % 400000);
    fprintf(
        f,
        "\",\"origin\":\"IGP\",\"nexthops\":[{\"ip\":\"192.0.2.%u\",\"hostname\":\"peer%u\","
        "\"afi\":\"ipv4\",\"used\":true}]}",
        peer, peer);
}

static FILE *make_table(unsigned routes)
{
    FILE *f = tmpfile();
    unsigned state = 1;

    if (f == NULL)
        return NULL;
    fputs("{\n \"vrfId\": 0,\n \"vrfName\": \"default\",\n \"tableVersion\": 7,\n"
          " \"routerId\": \"192.0.2.254\",\n \"defaultLocPrf\": 100,\n \"localAS\": 64500,\n"
          " \"routes\": { ",
          f);
    for (unsigned i = 0; i < routes; i++) {
        fprintf(f, "%s\"%u.%u.%u.0/24\": [", i > 0 ? "," : "", 1 + (i >> 16), i >> 8 & 255,
                i & 255);
        write_path(f, i, true, &state);
        if (i % 4 == 0) {
            fputc(',', f);
            write_path(f, i, false, &state);
        }
        fputs("]\n", f);
    }
    fputs("} }\n", f);
    return fflush(f) == 0 ? f : NULL;
}

/* --- the readers --- */

static int count_fact(struct batch_sink *s, enum fact_kind kind, const void *fact,
                      struct err *e)
{
    (void)s;
    (void)kind;
    (void)fact;
    (void)e;
    return 0;
}

static int read_chunk(void *payload, void *p, size_t room, size_t *got, struct err *e)
{
    (void)e;
    *got = fread(p, 1, room, payload);
    return 0;
}

static int parse(FILE *f, struct batch_sink *sink, struct err *e)
{
    struct lg *lg = calloc(1, sizeof(*lg));
    struct arena *scratch = arena_new(SCRATCH);
    struct jread_limits limits;
    struct jread *r = NULL;
    int rc = ERR_NOMEM;

    if (lg != NULL && scratch != NULL) {
        lg->node = "r1";
        lg->platform = "frr";
        lg->sink = sink;
        lg->arena = scratch;
        lg_json_limits(&limits);
        rc = jread_new(&r, &limits, read_chunk, f, e);
        if (rc == 0)
            rc = lg_frr_bgp(lg, r, e);
        if (rc == 0)
            rc = lg_finish(lg, e);
        lg_reset(lg);
    }
    jread_free(&r);
    arena_free(&scratch);
    free(lg);
    return rc;
}

static int read_only(FILE *f, struct err *e)
{
    struct batch_sink sink = {.put = count_fact};

    return parse(f, &sink, e);
}

static int read_to_store(FILE *f, struct err *e)
{
    char path[] = "/tmp/rialto-bench-XXXXXX", db[64];
    struct batch_head head = {.origin = {.domain = "d",
                                         .source = "s",
                                         .kind = "looking-glass",
                                         .scope = "r1",
                                         .observed_at = BENCH_NOW,
                                         .expires = FACT_NONE,
                                         .collected_at = BENCH_NOW,
                                         .confidence = CLASS_OBSERVED}};
    struct store *s = NULL;
    int rc;

    if (mkdtemp(path) == NULL)
        return err_set(e, ERR_IO, "%s", path);
    snprintf(db, sizeof(db), "%s/d.db", path);
    rc = store_open(&s, db, STORE_WRITE, clock_system(), e);
    if (rc == 0)
        rc = store_sink(s)->begin(store_sink(s), &head, e);
    if (rc == 0)
        rc = parse(f, store_sink(s), e);
    if (rc == 0)
        rc = store_sink(s)->commit(store_sink(s), e);
    store_close(&s);
    unlink(db);
    strcat(db, "-wal");
    unlink(db);
    strcpy(strrchr(db, '-'), "-shm");
    unlink(db);
    rmdir(path);
    return rc;
}

static int read_jansson(FILE *f, struct err *e)
{
    size_t n = (size_t)lseek(fileno(f), 0, SEEK_END);
    char *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fileno(f), 0);
    json_error_t why = {.text = "no memory"};
    json_t *all = p != MAP_FAILED ? json_loadb(p, n, 0, &why) : NULL;

    if (all == NULL)
        return err_set(e, ERR_PARSE, "%s", why.text);
    json_decref(all);
    munmap(p, n);
    return 0;
}

/* --- measuring --- */

struct cost {
    double ms, wall, mb;
};

static double milliseconds(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

/* What it costs a process of its own. */
static struct cost measure(FILE *f, int (*read)(FILE *, struct err *))
{
    struct rusage used = {0};
    double start = bench_wall_ms();
    int status = 1;
    pid_t child;

    rewind(f);
    fflush(stdout);
    child = fork();
    if (child == 0) {
        struct err e = {0};
        int rc = read(f, &e);

        if (rc < 0)
            fprintf(stderr, "rialto-bench-ingest: %s\n", e.msg);
        _exit(rc < 0);
    }
    if (child < 0 || wait4(child, &status, 0, &used) != child || status != 0)
        exit(1);
    return (struct cost){milliseconds(used.ru_utime) + milliseconds(used.ru_stime),
                         bench_wall_ms() - start, (double)used.ru_maxrss / 1024};
}

static void tell_ratio(const char *what, double ours, double theirs)
{
    printf("%-46s %10.2f    %8s     %s\n", what, ours / theirs, "< 1",
           ours < theirs ? "met" : "MISSED");
}

static void tell_memory(const char *what, double mb, double goal)
{
    printf("%-46s %10.1f MB %8.0f MB  %s\n", what, mb, goal, mb <= goal ? "met" : "MISSED");
}

int main(int argc, char **argv)
{
    unsigned routes = argc == 3 && strcmp(argv[1], "-n") == 0
                          ? (unsigned)strtoul(argv[2], NULL, 10)
                          : 1000000;
    FILE *f = argc == 1 || argc == 3 ? make_table(routes) : NULL;
    struct cost parsed, stored, theirs;
    char what[80];

    if (f == NULL || routes == 0 || routes > 14000000) {
        fprintf(stderr, "usage: rialto-bench-ingest [-n ROUTES] (1 to 14000000)\n");
        return 2;
    }
    printf("FRR's JSON, %u prefixes, %.0f MB\n", routes, (double)ftello(f) / 1e6);
    parsed = measure(f, read_only);
    stored = measure(f, read_to_store);
    theirs = measure(f, read_jansson);
    snprintf(what, sizeof(what), "parse %u prefixes (CPU)", routes);
    bench_tell(what, parsed.ms, 0);
    snprintf(what, sizeof(what), "parse and store %u prefixes (CPU)", routes);
    bench_tell(what, stored.ms, 6000);
    bench_tell("parse and store (wall clock)", stored.wall, 0);
    bench_tell("jansson on the same file (CPU)", theirs.ms, 0);
    tell_memory("peak of parsing", parsed.mb, 100);
    tell_memory("peak of parsing and storing", stored.mb, 100);
    tell_ratio("time of parsing to jansson's", parsed.ms, theirs.ms);
    tell_ratio("memory of parsing to jansson's", parsed.mb, theirs.mb);
    fclose(f);
    return 0;
}
