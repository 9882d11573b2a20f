/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/served.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"

static void give_up(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

void served_publish(struct served *b, struct snapshot *snap)
{
    static uint64_t generation;
    if (b->snap)
        board_release(b->board, b->snap);
    board_publish(b->board, snap);
    b->snap = board_acquire(b->board);
    struct err e = {0};
    if (b->server && server_refresh(b->server, &e))
        give_up("publish", e.msg);
    if (b->server)
        server_set_state(b->server,
                         &(struct server_state){.generation = ++generation, .loaded = true});
}

void served_start(struct served *b, struct snapshot *snap)
{
    served_configure(b, snap, "stores: [/nowhere/*.db]\nlisten: 127.0.0.1:0\n");
}

void served_configure(struct served *b, struct snapshot *snap, const char *config)
{
    struct err e = {0};
    *b = (struct served){.board = board_new()};
    if (!b->board || settings_parse("bench", config, strlen(config), &b->settings, &e))
        give_up("settings", e.msg);
    served_publish(b, snap);
    if (server_new(&b->server, b->board, b->settings, clock_system(), &e))
        give_up("server", e.msg);
    server_set_state(b->server, &(struct server_state){.generation = 1, .loaded = true});
}

void served_stop(struct served *b)
{
    board_release(b->board, b->snap);
    server_free(&b->server);
    settings_release(&b->settings);
    board_free(&b->board);
}

double served_ask(const struct served *b, const struct served_question *q, size_t *len)
{
    struct edition *ed = server_edition(b->server);
    struct reply reply = {0};
    double start = bench_cpu_ms();
    struct request r = {
        .method = "POST",
        .path = q->path,
        .body = q->body,
        .len = strlen(q->body),
        .content_type = "application/alto-endpointcostparams+json",
        .host = "alto.example.net",
        .client = q->client,
        .caller = {.class = b->settings->n_classes ? b->settings->classes : NULL},
        .clock = clock_system(),
        .arena = arena_new(REQUEST_MEMORY)};
    server_answer(b->server, ed, &r, &reply);
    double used = bench_cpu_ms() - start;
    if (reply.status != 200)
        give_up(q->path, reply.body.len > 0 ? buf_cstr(&reply.body) : "no answer");
    if (len)
        *len = reply.body.len;
    edition_release(&ed);
    buf_free(&reply.body);
    arena_free(&r.arena);
    return used;
}

void served_put_addrs(struct buf *out, const struct addr *v, size_t n)
{
    char text[ADDR_TEXT];
    buf_char(out, '[');
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s\"ipv%u:%s\"", i ? "," : "", (unsigned)v[i].family,
                   addr_format(&v[i], text));
    buf_char(out, ']');
}

void served_put_vector_question(struct buf *out, const struct addr *srcs, size_t n_srcs,
                                const struct addr *dsts, size_t n_dsts)
{
    buf_str(out, "{\"cost-type\":{\"cost-mode\":\"array\",\"cost-metric\":\"ane-path\"},"
                 "\"endpoints\":{\"srcs\":");
    served_put_addrs(out, srcs, n_srcs);
    buf_str(out, ",\"dsts\":");
    served_put_addrs(out, dsts, n_dsts);
    buf_str(out, "},\"ane-property-names\":[\"max-reservable-bandwidth\"]}");
}
