/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/aggregator/random_world.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_ROUTERS 4 /* of a domain */

struct maker {
    struct wb *b;
    struct random r;
    unsigned n_doms, routers[8], links;
    bool tells[8]; /* its configurations are read */
};

static unsigned below(struct maker *m, unsigned n)
{
    return (unsigned)random_below(&m->r, n);
}

static void say(struct maker *m, unsigned d, const char *fmt, ...)
{
    char text[1024], name[16];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    snprintf(name, sizeof(name), "d%u", d);
    wb_say(m->b, name, text);
}

static void make_domain(struct maker *m, unsigned d)
{
    m->routers[d] = 1 + below(m, MAX_ROUTERS);
    m->tells[d] = below(m, 4) > 0;
    say(m, d, "domain %u prefixes=198.18.%u.0/24;2001:db8:%x::/48", 64500 + d, d, d);
    for (unsigned i = 0; m->tells[d] && i < m->routers[d]; i++) {
        say(m, d,
            "port r%u lo 198.18.%u.%u/32 kind=loopback\nospf r%u lo 0\n"
            "port r%u lan 198.18.%u.%u/27,2001:db8:%x:%u::1/64 speed=1000000000\n"
            "ospf r%u lan 1 passive=1\nbgp r%u %u%s\nnet r%u 198.18.%u.%u/27\n"
            "net r%u 2001:db8:%x:%u::/64",
            i, d, 250 + i, i, i, d, 64 + i * 32 + 1, d, i, i, i, 64500 + d,
            below(m, 2) ? " compare_routerid=1" : "", i, d, 64 + i * 32, i, d, i);
        for (unsigned k = 0; k < m->routers[d]; k++)
            if (k != i)
                say(m, d, "peer r%u 198.18.%u.%u %u local_addr=198.18.%u.%u next_hop_self=1%s",
                    i, d, 250 + k, 64500 + d, d, 250 + i, below(m, 4) ? "" : " rr_client=1");
    }
}

/* A link between two routers: numbered from the first one's domain. */
static void make_link(struct maker *m, unsigned d, unsigned i, unsigned e, unsigned k)
{
    unsigned n = m->links++, at = n % 16 * 4;
    char near[64], far[64];
    snprintf(near, sizeof(near), "198.18.%u.%u", d, at + 1);
    snprintf(far, sizeof(far), "198.18.%u.%u", d, at + 2);
    if (m->tells[d])
        say(m, d, "port r%u x%u %s/30", i, n, near);
    if (m->tells[e])
        say(m, e, "port r%u x%u %s/30", k, n, far);
    if (d == e && m->tells[d])
        say(m, d, "ospf r%u x%u %u\nospf r%u x%u %u", i, n, 1 + below(m, 3), k, n,
            1 + below(m, 3));
    if (d != e && m->tells[d])
        say(m, d, "peer r%u %s %u%s", i, far, 64500 + e, below(m, 3) ? "" : " import_policy=P");
    if (d != e && m->tells[e])
        say(m, e, "peer r%u %s %u", k, near, 64500 + d);
}

static void make_links(struct maker *m)
{
    for (unsigned d = 0; d < m->n_doms; d++) {
        for (unsigned i = 1; i < m->routers[d]; i++)
            make_link(m, d, i, d, below(m, i));
        if (d)
            make_link(m, d, below(m, m->routers[d]), below(m, d), 0);
        say(m, d, "term r0 P 5 permit set=local-preference~%u", 90 + below(m, 20));
    }
    for (unsigned n = below(m, 6); n > 0; n--) {
        unsigned d = below(m, m->n_doms), e = below(m, m->n_doms);
        unsigned i = below(m, m->routers[d]), k = below(m, m->routers[e]);
        if (d != e || i != k)
            make_link(m, d, i, e, k);
    }
}

struct addr random_world_addr(struct random *r)
{
    struct addr a = {.family = random_below(r, 5) ? 4 : 6};
    unsigned d = (unsigned)random_below(r, 7);
    if (a.family == 4) {
        a.b[0] = 198;
        a.b[1] = random_below(r, 20) ? 18 : 19;
        a.b[2] = (uint8_t)d;
        a.b[3] = (uint8_t)random_below(r, 256);
    } else {
        a.b[0] = 0x20;
        a.b[1] = 0x01;
        a.b[2] = 0x0d;
        a.b[3] = 0xb8;
        a.b[5] = (uint8_t)d;
        a.b[7] = (uint8_t)random_below(r, 4);
        a.b[15] = (uint8_t)random_below(r, 4);
    }
    return a;
}

static void make_trace(struct maker *m)
{
    char line[1024], text[ADDR_TEXT];
    int n = snprintf(line, sizeof(line), "from tr traceroute\ntrace");
    for (unsigned i = below(m, 9) + 2; i > 0; i--) {
        struct addr a = random_world_addr(&m->r);
        if (a.family != 4)
            continue;
        n += snprintf(line + n, sizeof(line) - (size_t)n, " %s",
                      below(m, 8) ? addr_format(&a, text) : "198.18.0.1");
        if (!below(m, 6) && n > 60)
            n += snprintf(line + n, sizeof(line) - (size_t)n, " *");
    }
    wb_say_loosely(m->b, "d0", line);
}

static void make_rows(struct maker *m)
{
    unsigned d = below(m, m->n_doms), e = below(m, m->n_doms), other = below(m, m->n_doms);
    say(m, d,
        "from lg looking-glass\n"
        "seen r0 198.18.%u.64/27 198.18.%u.%u %u,%u 198.18.%u.%u best=%u external=1\n"
        "rib r0 198.18.%u.64/27 bgp 198.18.%u.%u -",
        e, d, below(m, 16) * 4 + 2, 64500 + other, 64500 + e, d, below(m, 16) * 4 + 2,
        below(m, 2), e, d, below(m, 16) * 4 + 2);
}

/* One field of one fact becomes another of its kind, absent, or a number at the edge. */
static void break_fact(struct maker *m)
{
    struct intake *in = m->b->intakes[below(m, (unsigned)m->b->n)];
    enum fact_kind kind = (enum fact_kind)below(m, FACT_KIND_COUNT);
    struct fact_rows *rows = &in->facts.rows[kind];
    const struct fact_kind_info *info = fact_kind_info(kind);
    if (!rows->n)
        return;
    char *fact = (char *)rows->v + below(m, (unsigned)rows->n) * info->size;
    const struct fact_field *f = &info->fields[below(m, (unsigned)info->n_fields)];
    union any_fact other;
    random_fact(&m->r, kind, FILL_SOME, &other);
    if (below(m, 2)) { /* the value of a namesake */
        const char *from = (char *)rows->v + below(m, (unsigned)rows->n) * info->size;
        memcpy(&other, from, info->size);
    }
    size_t end = f + 1 < info->fields + info->n_fields ? f[1].offset : info->size;
    memcpy(fact + f->offset, (char *)&other + f->offset, end - f->offset);
}

void random_world(struct wb *b, uint64_t seed, unsigned damage)
{
    struct maker m = {.b = b, .r = {.state = seed * 0x9e3779b97f4a7c15u + 1, .arena = NULL}};
    for (int i = 0; i < 8; i++)
        random_below(&m.r, 2); /* seeds that are near give numbers that are not */
    m.n_doms = 1 + below(&m, 6);
    for (unsigned d = 0; d < m.n_doms; d++)
        make_domain(&m, d);
    make_links(&m);
    for (unsigned n = below(&m, 12); n > 0; n--)
        make_trace(&m);
    for (unsigned n = below(&m, 4); n > 0; n--)
        make_rows(&m);
    m.r.arena = b->intakes[0]->facts.arena;
    for (unsigned i = 0; i < damage; i++)
        break_fact(&m);
}
