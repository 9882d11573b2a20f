/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/network.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "unit/aggregator/world_builder.h"

#define ROUTERS 8

static void say(struct wb *b, unsigned domain, const char *fmt, ...)
{
    char text[2000], name[16];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    snprintf(name, sizeof(name), "d%02u", domain);
    wb_say(b, name, text);
}

/* 10.D is private: the domains stand in 100.D.0.0/16 (and 2001:db8:D::/48). */
static void make_router(struct wb *b, unsigned d, unsigned r)
{
    say(b, d,
        "port r%u lo 100.%u.255.%u/32,2001:db8:%x:ff::%x/128 kind=loopback\nospf r%u lo 0\n"
        "ospf3 r%u lo 0\nport r%u lan 100.%u.%u.1/24,2001:db8:%x:%x::1/64 speed=10000000000\n"
        "bgp r%u %u compare_routerid=1\nnet r%u 100.%u.%u.0/24\nnet r%u 2001:db8:%x:%x::/64",
        r, d, r + 1, d, r + 1, r, r, r, d, r, d, r, r, 64600 + d, r, d, r, r, d, r);
    for (unsigned k = 0; k < ROUTERS; k++)
        if (k != r)
            say(b, d,
                "peer r%u 100.%u.255.%u %u local_addr=100.%u.255.%u next_hop_self=1\n"
                "peer r%u 2001:db8:%x:ff::%x %u local_addr=2001:db8:%x:ff::%x next_hop_self=1",
                r, d, k + 1, 64600 + d, d, r + 1, r, d, k + 1, 64600 + d, d, r + 1);
}

static void make_link(struct wb *b, unsigned d, unsigned r, unsigned k, unsigned number)
{
    for (unsigned end = 0; end < 2; end++) {
        unsigned at = end ? k : r;
        say(b, d,
            "port r%u i%u 100.%u.100.%u/30,2001:db8:%x:64%02x::%u/64 speed=100000000000\n"
            "ospf r%u i%u %u\nospf3 r%u i%u %u",
            at, number, d, number * 4 + 1 + end, d, number, end + 1, at, number,
            10 + number % 3, at, number, 10 + number % 3);
    }
}

static bool silent(unsigned d)
{
    return d % 5 == 4;
}

static void make_border(struct wb *b, unsigned d, unsigned e, unsigned number, bool all)
{
    unsigned r = number * 2 % ROUTERS, k = (number * 3 + 1) % ROUTERS;
    const char *const port = "port r%u x%u_%u 100.%u.101.%u/30,2001:db8:%x:65%02x::%u/64\n"
                             "peer r%u 100.%u.101.%u %u\npeer r%u 2001:db8:%x:65%02x::%u %u";
    if (all || !silent(d))
        say(b, d, port, r, d, number, d, number * 4 + 1, d, number, 1, r, d, number * 4 + 2,
            64600 + e, r, d, number, 2, 64600 + e);
    if (all || !silent(e))
        say(b, e, port, k, d, number, d, number * 4 + 2, d, number, 2, k, d, number * 4 + 1,
            64600 + d, k, d, number, 1, 64600 + d);
}

static void make_all(struct wb *b, unsigned n, bool everything)
{
    for (unsigned d = 0; d < n; d++) {
        bool tells = everything || !silent(d);
        say(b, d, "domain %u prefixes=100.%u.0.0/16;2001:db8:%x::/48", 64600 + d, d, d);
        for (unsigned r = 0; tells && r < ROUTERS; r++) {
            make_router(b, d, r);
            make_link(b, d, r, (r + 1) % ROUTERS, r);
        }
        for (unsigned r = 0; tells && r < ROUTERS / 2; r += 2)
            make_link(b, d, r, r + ROUTERS / 2, ROUTERS + r);
        for (unsigned k = 0; k < 3; k++) {
            unsigned e = (d + 1 + 2 * k) % n;
            if (e != d)
                make_border(b, d, e, k, everything);
        }
    }
}

/* What a traceroute between two domains would show, in the network that tells everything. */
static void make_trace(struct wb *truth, struct wb *b, unsigned d, unsigned e, unsigned family)
{
    char src[ADDR_TEXT], dst[ADDR_TEXT], text[ADDR_TEXT], line[2000];
    const char *form = family == 4 ? "100.%u.%u.%u" : "2001:db8:%x:%x::%x";
    snprintf(src, sizeof(src), form, d, e % ROUTERS, 10);
    snprintf(dst, sizeof(dst), form, e, d % ROUTERS, 10);
    const struct path *p = wb_path(truth, src, dst, NULL);
    if (!p->reached)
        return;
    int n = snprintf(line, sizeof(line), "from traces traceroute\ntrace %s %s", src, dst);
    for (size_t i = 0; i < p->legs[0].n_hops; i++) {
        const struct addr *in = &p->legs[0].hops[i].in;
        char first[ADDR_TEXT];
        snprintf(first, sizeof(first), form, d, e % ROUTERS, 1);
        n += snprintf(line + n, sizeof(line) - (size_t)n, " %s",
                      i ? addr_format(in, text) : first);
    }
    snprintf(line + n, sizeof(line) - (size_t)n, " %s", dst);
    say(b, d, "%s", line);
}

struct intakes network_make(unsigned n)
{
    struct wb *truth = wb_new(), *b = wb_new();
    make_all(truth, n, true);
    wb_build(truth);
    make_all(b, n, false);
    for (unsigned d = 0; d < n; d++)
        for (unsigned e = 0; e < n; e++)
            if (d != e) {
                make_trace(truth, b, d, e, 4);
                make_trace(truth, b, d, e, 6);
            }
    struct intakes in = {calloc(b->n, sizeof(*in.v)), b->n};
    for (size_t i = 0; in.v && i < b->n; i++)
        in.v[i] = b->intakes[i];
    b->n = in.v ? 0 : b->n; /* handed over */
    wb_free(&b);
    wb_free(&truth);
    return in;
}
