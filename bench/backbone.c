/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/backbone.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/store.h"
#include "unit/aggregator/world_builder.h"

#define NEIGHBOURS   3
#define INTERIOR     900 /* routers of a network of one domain */
#define CHORDS       2100
#define FIRST_AS     64600
#define LINKS_A_BYTE 64 /* of four addresses each */

const struct backbone backbone_large = {30, 30, 97, 0};

static void say(struct wb *b, unsigned domain, const char *fmt, ...)
{
    char text[400], name[16];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    snprintf(name, sizeof(name), "d%02u", domain);
    wb_say(b, name, text);
}

static void make_router(struct wb *b, const struct backbone *shape, unsigned d, unsigned r)
{
    say(b, d,
        "port r%u lo 100.%u.255.%u/32 kind=loopback\nospf r%u lo 0\n"
        "port r%u lan 100.%u.%u.1/24 speed=10000000000\n"
        "bgp r%u %u compare_routerid=1\nnet r%u 100.%u.%u.0/24",
        r, d, r + 1, r, r, d, r, r, FIRST_AS + d, r, d, r);
    for (unsigned k = 0; k < shape->routers; k++)
        if (k != r)
            say(b, d, "peer r%u 100.%u.255.%u %u local_addr=100.%u.255.%u next_hop_self=1", r,
                d, k + 1, FIRST_AS + d, d, r + 1);
}

static void make_link(struct wb *b, unsigned d, const unsigned ends[2], unsigned number,
                      unsigned metric)
{
    for (unsigned end = 0; end < 2; end++)
        say(b, d, "port r%u i%u 100.%u.%u.%u/30 speed=%u00000000000\nospf r%u i%u %u",
            ends[end], number, d, 100 + number / LINKS_A_BYTE,
            number % LINKS_A_BYTE * 4 + 1 + end, 1 + number % 4, ends[end], number, metric);
}

/* A ring, then chords between routers that are not neighbours in it. */
static void make_links(struct wb *b, const struct backbone *shape, unsigned d)
{
    unsigned state = d + 1, n = shape->routers;
    for (unsigned i = 0; i < shape->links; i++) {
        state = state * 1664525U + 1013904223U;
        unsigned r = i < n ? i : (state >> 8) % n;
        unsigned k = i < n ? (i + 1) % n : (r + 2 + (state >> 16) % (n - 3)) % n;
        unsigned metric = 10 + (state >> 12) % 90;
        if (d == 0 && i == 0 && shape->metric)
            metric = shape->metric;
        make_link(b, d, (unsigned[]){r, k}, i, metric);
    }
}

static void make_border(struct wb *b, const struct backbone *shape, unsigned d, unsigned number)
{
    unsigned e = (d + 1 + 2 * number) % shape->domains, at[2] = {d, e};
    unsigned router[2] = {number * 7 % shape->routers, (number * 11 + 3) % shape->routers};
    for (unsigned end = 0; end < 2; end++)
        say(b, at[end],
            "port r%u x%u_%u 100.%u.200.%u/30 speed=400000000000\npeer r%u 100.%u.200.%u %u",
            router[end], d, number, d, number * 4 + 1 + end, router[end], d,
            number * 4 + 2 - end, FIRST_AS + at[!end]);
}

static struct intakes hand_over(struct wb *b)
{
    struct intakes in = {calloc(b->n, sizeof(*in.v)), b->n};
    for (size_t i = 0; in.v && i < b->n; i++)
        in.v[i] = b->intakes[i];
    b->n = in.v ? 0 : b->n;
    wb_free(&b);
    return in;
}

struct intakes backbone_make(const struct backbone *shape)
{
    struct wb *b = wb_new();
    for (unsigned d = 0; d < shape->domains; d++)
        say(b, d, "domain %u prefixes=100.%u.0.0/16", FIRST_AS + d, d);
    for (unsigned d = 0; d < shape->domains; d++) {
        for (unsigned r = 0; r < shape->routers; r++)
            make_router(b, shape, d, r);
        make_links(b, shape, d);
        for (unsigned k = 0; k < NEIGHBOURS && shape->domains > 1; k++)
            make_border(b, shape, d, k);
    }
    return hand_over(b);
}

/* The i-th link of the one domain: routers at its ends, and its metric. */
struct chord {
    unsigned end[2], metric;
};

static struct chord chord_of(unsigned i, unsigned metric, unsigned *state)
{
    *state = *state * 1664525U + 1013904223U;
    unsigned a = i % INTERIOR;
    unsigned z = i < INTERIOR ? (i + 1) % INTERIOR
                              : (a + 2 + (*state >> 16) % (INTERIOR - 3)) % INTERIOR;
    return (struct chord){{a, z}, i ? 10 + (*state >> 12) % 90 : metric};
}

struct intakes backbone_interior(unsigned metric)
{
    struct wb *b = wb_new();
    unsigned state = 1;
    say(b, 0, "domain %u prefixes=100.0.0.0/8", FIRST_AS);
    for (unsigned r = 0; r < INTERIOR; r++)
        say(b, 0, "port r%u lan 100.%u.%u.1/24 speed=10000000000\nospf r%u lan 0 passive=1", r,
            r >> 8, r & 255, r);
    for (unsigned i = 0; i < INTERIOR + CHORDS; i++) {
        struct chord l = chord_of(i, metric, &state);
        for (unsigned end = 0; end < 2; end++)
            say(b, 0, "port r%u i%u 100.%u.%u.%u/30 speed=%u00000000000\nospf r%u i%u %u",
                l.end[end], i, 128 + (i >> 14), i >> 6 & 255, i % LINKS_A_BYTE * 4 + 1 + end,
                1 + i % 4, l.end[end], i, l.metric);
    }
    return hand_over(b);
}

struct spf_graph backbone_graph(unsigned metric)
{
    struct spf_graph g = {INTERIOR, calloc(INTERIOR + 2, sizeof(*g.begin)),
                          calloc((size_t)2 * (INTERIOR + CHORDS), sizeof(*g.edges))};
    unsigned state = 1, again = 1;
    if (!g.begin || !g.edges) {
        fprintf(stderr, "bench: out of memory\n");
        exit(1);
    }
    for (unsigned i = 0; i < INTERIOR + CHORDS; i++) {
        struct chord l = chord_of(i, metric, &state);
        g.begin[l.end[0] + 2]++;
        g.begin[l.end[1] + 2]++;
    }
    for (unsigned i = 2; i <= INTERIOR; i++)
        g.begin[i] += g.begin[i - 1];
    for (unsigned i = 0; i < INTERIOR + CHORDS; i++) {
        struct chord l = chord_of(i, metric, &again);
        for (unsigned end = 0; end < 2; end++)
            g.edges[g.begin[l.end[end] + 1]++] = (struct spf_edge){l.end[!end], l.metric, i};
    }
    return g;
}

struct addr backbone_host(const struct backbone *shape, unsigned i)
{
    return (struct addr){.family = 4,
                         .b = {100, (uint8_t)(i / shape->routers % shape->domains),
                               (uint8_t)(i % shape->routers), 10}};
}

static int store_facts(const struct facts *facts, const struct batch_head *head,
                       const char *path, struct err *e)
{
    struct store *s = NULL;
    int rc = store_open(&s, path, STORE_WRITE, clock_system(), e);
    struct batch_sink *sink = rc == 0 ? store_sink(s) : NULL;
    if (rc == 0)
        rc = sink->begin(sink, head, e);
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        size_t size = fact_kind_info((enum fact_kind)k)->size;
        for (size_t i = 0; rc == 0 && i < facts->rows[k].n; i++)
            rc = sink->put(sink, (enum fact_kind)k, (char *)facts->rows[k].v + i * size, e);
    }
    if (rc == 0)
        rc = sink->commit(sink, e);
    store_close(&s);
    return rc;
}

void backbone_store(const struct backbone *shape, const char *folder)
{
    struct intakes in = backbone_make(shape);
    int64_t now = clock_system()->now_us(clock_system()->self);
    for (size_t i = 0; i < in.n; i++) {
        char path[1000], domain[32];
        struct err e = {0};
        snprintf(path, sizeof(path), "%s/d%02zu.db", folder, i);
        snprintf(domain, sizeof(domain), "d%02zu", i);
        struct batch_head head = {.origin = {.domain = domain,
                                             .source = "config",
                                             .kind = "config",
                                             .scope = "all",
                                             .observed_at = now,
                                             .expires = FACT_NONE,
                                             .collected_at = now,
                                             .confidence = CLASS_OBSERVED}};
        if (store_facts(&in.v[i]->facts, &head, path, &e)) {
            fprintf(stderr, "%s: %s\n", path, e.msg);
            exit(1);
        }
        intake_free(&in.v[i]);
    }
    free(in.v);
}
