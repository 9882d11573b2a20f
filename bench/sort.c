/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long does POST /rucio/sort take for 500 hosts?
 *
 *     rialto-bench-sort [-n RUNS] -d DOMAINS | STORE...
 *
 * Hosts are spread over the networks of all PIDs, of the stores or of a made-up network of that
 * many domains. Each client asks for the first time, when no path is known yet, and then again.
 * Without HTTP around it. Goal: 5 ms of CPU in 99 of 100 requests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/network.h"
#include "server/server.h"

#define N_HOSTS  500
#define GOAL_MS  5
#define RESOURCE "/rucio/sort"

struct bench {
    struct board *board;
    struct settings *settings;
    struct server *server;
    const struct snapshot *snap; /* borrowed from the board */
};

/* The i-th address: of the networks of all PIDs in turn. False: they have none. */
static bool address(const struct snapshot *s, size_t i, struct addr *out)
{
    size_t n = 0;
    for (size_t p = 0; p < s->n_pids; p++)
        for (size_t k = 0; k < s->pids[p].n_prefixes; k++)
            n += s->pids[p].prefixes[k].addr.family == 4 && s->pids[p].prefixes[k].len >= 8;
    size_t want = n ? i % n : 0, host = n ? i / n : 0;
    for (size_t p = 0; n && p < s->n_pids; p++)
        for (size_t k = 0; k < s->pids[p].n_prefixes; k++) {
            const struct prefix *prefix = &s->pids[p].prefixes[k];
            if (prefix->addr.family != 4 || prefix->len < 8 || want-- > 0)
                continue;
            *out = prefix->addr;
            out->b[3] = (uint8_t)(out->b[3] + 1 + host % 13);
            return true;
        }
    return false;
}

static void write_body(const struct snapshot *s, size_t client, struct buf *b)
{
    struct addr a;
    char text[ADDR_TEXT];
    buf_reset(b);
    address(s, client, &a);
    buf_printf(b, "{\"client\":{\"ip\":\"%s\"},\"by\":[\"priv:as-hopcount\",\"routingcost\"],",
               addr_format(&a, text));
    for (size_t i = 0; i < N_HOSTS; i++) {
        address(s, i, &a);
        buf_printf(b, "%s\"%s\"", i ? "," : "\"hosts\":[", addr_format(&a, text));
    }
    buf_str(b, "]}");
}

static double answer(const struct bench *b, const struct buf *body)
{
    struct edition *ed = server_edition(b->server);
    struct reply reply = {0};
    double start = bench_cpu_ms();
    struct request r = {
        .method = "POST",
        .path = RESOURCE,
        .body = body->data,
        .len = body->len,
        .content_type = "application/json",
        .host = "alto.example.net",
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

static void tell(const char *what, double *v, size_t n)
{
    char line[80];
    double median = bench_median(v, n); /* sorts */
    snprintf(line, sizeof(line), "sort %d hosts, %s: median (CPU)", N_HOSTS, what);
    bench_tell(line, median, 0);
    snprintf(line, sizeof(line), "sort %d hosts, %s: 99 of 100 (CPU)", N_HOSTS, what);
    bench_tell(line, v[n * 99 / 100], GOAL_MS);
}

static void measure(const struct bench *b, size_t runs)
{
    double *first = calloc(runs, sizeof(double)), *again = calloc(runs, sizeof(double));
    struct buf body = {0};
    struct addr a;
    if (!address(b->snap, 0, &a)) {
        printf("no PID has an IPv4 network, nothing to ask\n");
        runs = 0;
    }
    for (size_t i = 0; first && again && i < runs; i++) {
        write_body(b->snap, 7 * i, &body);
        first[i] = answer(b, &body);
        again[i] = answer(b, &body);
    }
    if (runs) {
        tell("new client", first, runs);
        tell("known client", again, runs);
    }
    buf_free(&body);
    free(first);
    free(again);
}

static void start(struct bench *b, struct intakes *in)
{
    static const char config[] = "stores: [/nowhere/*.db]\nlisten: 127.0.0.1:0\n";
    struct err e = {0};
    b->board = board_new();
    if (!b->board || settings_parse("bench", config, sizeof(config) - 1, &b->settings, &e)) {
        fprintf(stderr, "settings: %s\n", e.msg);
        exit(1);
    }
    board_publish(b->board, bench_build(in, NULL));
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
    size_t runs = 101, domains = 0;
    for (int c; (c = getopt(argc, argv, "n:d:")) != -1;) {
        size_t n = c == '?' ? 0 : strtoul(optarg, NULL, 10);
        if (n == 0 || n > (c == 'd' ? NETWORK_DOMAINS_MAX : 100000))
            return 2;
        *(c == 'd' ? &domains : &runs) = n;
    }
    if ((optind == argc) != (domains > 0)) {
        fprintf(stderr, "usage: rialto-bench-sort [-n RUNS] -d DOMAINS | STORE...\n");
        return 2;
    }
    struct intakes in = domains ? network_make((unsigned)domains)
                                : bench_load(argv + optind, (size_t)(argc - optind));
    start(&b, &in);
    measure(&b, runs);
    board_release(b.board, b.snap);
    server_free(&b.server);
    settings_release(&b.settings);
    board_free(&b.board);
    return 0;
}
