/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long does a path-vector request take, one source to five destinations?
 *
 *     rialto-bench-path [-n RUNS] STORE...
 *
 * Sources and destinations are the storage endpoints of the snapshot, each the source once per
 * run. Measured are finding the five paths alone, and the whole answer of the endpoint cost
 * service with path vector (RFC 9275), without HTTP around it; the two alternate. Goal: 1 ms of
 * CPU per request.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "server/server.h"

#define N_DSTS   5
#define GOAL_MS  1
#define RESOURCE "/pathvector/endpointcost"

struct query {
    struct addr src, dst[N_DSTS];
    char body[1024];
};

struct queries {
    VEC(struct query);
};

struct addr_list {
    VEC(struct addr);
};

struct bench {
    struct board *board;
    struct settings *settings;
    struct server *server;
    const struct snapshot *snap; /* borrowed from the board */
};

/* ---- what to ask */

static void write_body(struct query *q)
{
    char text[ADDR_TEXT];
    const char *kind = q->src.family == 4 ? "ipv4" : "ipv6";
    int n = snprintf(q->body, sizeof(q->body),
                     "{\"cost-type\":{\"cost-mode\":\"array\",\"cost-metric\":\"ane-path\"},"
                     "\"endpoints\":{\"srcs\":[\"%s:%s\"],\"dsts\":[",
                     kind, addr_format(&q->src, text));
    for (int i = 0; i < N_DSTS; i++)
        n += snprintf(q->body + n, sizeof(q->body) - (size_t)n, "%s\"%s:%s\"", i ? "," : "",
                      kind, addr_format(&q->dst[i], text));
    snprintf(q->body + n, sizeof(q->body) - (size_t)n,
             "]},\"ane-property-names\":[\"max-reservable-bandwidth\"]}");
}

static struct queries queries_of(const struct snapshot *s, uint8_t family)
{
    struct queries qs = {0};
    struct addr_list all = {0};
    for (size_t i = 0; i < s->n_endpoints; i++)
        for (size_t k = 0; k < s->endpoints[i].n_addrs; k++) {
            struct addr *a = s->endpoints[i].addrs[k].family == family ? VEC_PUSH(&all) : NULL;
            if (a)
                *a = s->endpoints[i].addrs[k];
        }
    for (size_t i = 0; all.n > N_DSTS && i < all.n; i++) {
        struct query *q = VEC_PUSH(&qs);
        if (!q)
            break;
        q->src = all.v[i];
        for (size_t k = 0; k < N_DSTS; k++)
            q->dst[k] = all.v[(i + 1 + k) % all.n];
        write_body(q);
    }
    VEC_FREE(&all);
    return qs;
}

/* ---- asking */

static double find_paths(const struct bench *b, const struct query *q)
{
    struct arena *a = arena_new(REQUEST_MEMORY);
    double start = bench_cpu_ms();
    for (int i = 0; i < N_DSTS; i++) {
        struct path *p;
        struct err e;
        if (b->snap->paths->find(b->snap->paths,
                                 &(struct path_question){q->src, q->dst[i], NULL}, a, &p, &e)) {
            fprintf(stderr, "find: %s\n", e.msg);
            exit(1);
        }
    }
    double used = bench_cpu_ms() - start;
    arena_free(&a);
    return used;
}

static double answer(const struct bench *b, const struct query *q)
{
    struct edition *ed = server_edition(b->server);
    struct reply reply = {0};
    double start = bench_cpu_ms();
    struct request r = {
        .method = "POST",
        .path = RESOURCE,
        .body = q->body,
        .len = strlen(q->body),
        .content_type = "application/alto-endpointcostparams+json",
        .host = "alto.example.net",
        .client = q->src,
        .caller = {.class = b->settings->n_classes ? b->settings->classes : NULL},
        .clock = clock_system(),
        .arena = arena_new(REQUEST_MEMORY)};
    server_answer(b->server, ed, &r, &reply);
    double used = bench_cpu_ms() - start;
    if (reply.status != 200) {
        fprintf(stderr, "%s: status %d: %.400s\n", RESOURCE, reply.status,
                buf_cstr(&reply.body));
        exit(1);
    }
    edition_release(&ed);
    buf_free(&reply.body);
    arena_free(&r.arena);
    return used;
}

/* How many of the pairs asked for are known to arrive: the figures mean little without. */
static void tell_reached(const struct bench *b, const struct queries *qs, uint8_t family)
{
    struct arena *a = arena_new(0);
    size_t reached = 0;
    for (size_t i = 0; i < qs->n; i++)
        for (int k = 0; k < N_DSTS; k++) {
            struct path *p;
            struct err e;
            if (!b->snap->paths->find(
                    b->snap->paths,
                    &(struct path_question){qs->v[i].src, qs->v[i].dst[k], NULL}, a, &p, &e))
                reached += p->reached;
        }
    printf("IPv%u: %zu of %zu pairs asked for arrive\n", family, reached, qs->n * N_DSTS);
    arena_free(&a);
}

static void measure(const struct bench *b, uint8_t family, size_t runs)
{
    struct queries qs = queries_of(b->snap, family);
    double *found = calloc(runs * qs.n + 1, sizeof(double));
    double *answered = calloc(runs * qs.n + 1, sizeof(double));
    char what[80];
    size_t n = 0;
    for (size_t i = 0; found && answered && i < runs; i++)
        for (size_t k = 0; k < qs.n; k++, n++) {
            found[n] = find_paths(b, &qs.v[k]);
            answered[n] = answer(b, &qs.v[k]);
        }
    if (n) {
        tell_reached(b, &qs, family);
        snprintf(what, sizeof(what), "IPv%u: find 1 x %d paths (CPU)", family, N_DSTS);
        bench_tell(what, bench_median(found, n), 0);
        snprintf(what, sizeof(what), "IPv%u: answer 1 x %d path vectors (CPU)", family, N_DSTS);
        bench_tell(what, bench_median(answered, n), GOAL_MS);
    } else {
        printf("IPv%u: fewer than %d endpoints with addresses, nothing to ask\n", family,
               N_DSTS + 1);
    }
    free(found);
    free(answered);
    VEC_FREE(&qs);
}

static void start(struct bench *b, char **stores, size_t n)
{
    static const char config[] = "stores: [/nowhere/*.db]\nlisten: 127.0.0.1:0\n";
    struct err e = {0};
    struct intakes in = bench_load(stores, n);
    b->board = board_new();
    if (!b->board || settings_parse("bench", config, sizeof(config) - 1, &b->settings, &e)) {
        fprintf(stderr, "settings: %s\n", e.msg);
        exit(1);
    }
    board_publish(b->board, bench_build(&in));
    if (server_new(&b->server, b->board, b->settings, clock_system(), &e)) {
        fprintf(stderr, "server: %s\n", e.msg);
        exit(1);
    }
    server_set_state(b->server, &(struct server_state){.generation = 1, .loaded = true});
    b->snap = board_acquire(b->board);
}

int main(int argc, char **argv)
{
    struct bench b = {0};
    size_t runs = 101;
    for (int c; (c = getopt(argc, argv, "n:")) != -1;) {
        runs = c == 'n' ? strtoul(optarg, NULL, 10) : 0;
        if (!runs || runs > 100000)
            return 2;
    }
    if (optind == argc) {
        fprintf(stderr, "usage: rialto-bench-path [-n RUNS] STORE...\n");
        return 2;
    }
    start(&b, argv + optind, (size_t)(argc - optind));
    measure(&b, 4, runs);
    measure(&b, 6, runs);
    board_release(b.board, b.snap);
    server_free(&b.server);
    settings_release(&b.settings);
    board_free(&b.board);
    return 0;
}
