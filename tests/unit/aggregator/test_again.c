/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever was there before, a snapshot is the same: networks that change at random, each
 * snapshot made by the one before and from nothing.
 */
#include "unit/cmocka_all.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/bgp.h"
#include "aggregator/bgp_routes.h"
#include "unit/aggregator/random_world.h"

#define DOMAINS  7
#define ROUTERS  5
#define LINKS    8 /* of a domain: a ring, and chords */
#define BORDERS  20
#define NETWORKS 10
#define CHANGES  50 /* of each */

struct wire_made {
    unsigned a, b, metric[2];
    bool down;
};

struct border_made {
    unsigned d, a, e, b, pref[2], med[2]; /* med 0: none is told */
    bool down;
};

struct network {
    struct random r;
    bool here[DOMAINS];
    unsigned style[DOMAINS]; /* how its routers are configured */
    bool has_net[DOMAINS][ROUTERS], doubts, traced;
    bool plain; /* there is no BGP */
    struct wire_made links[DOMAINS][LINKS];
    struct border_made borders[BORDERS];
    unsigned measured;
};

static unsigned below(struct network *n, unsigned limit)
{
    return (unsigned)random_below(&n->r, limit);
}

static void say(struct wb *b, unsigned d, const char *fmt, ...)
{
    char text[1024], name[16];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    snprintf(name, sizeof(name), "d%u", d);
    wb_say(b, name, text);
}

/* ---- what there is */

static void begin(struct network *n, uint64_t seed)
{
    *n = (struct network){.r = {.state = seed * 0x9e3779b97f4a7c15u + 1}};
    n->doubts = below(n, 8) == 0;
    n->traced = below(n, 4) == 0;
    n->plain = below(n, 3) == 0;
    for (unsigned d = 0; d < DOMAINS; d++) {
        n->here[d] = true;
        n->style[d] = below(n, 16);
        for (unsigned i = 0; i < ROUTERS; i++)
            n->has_net[d][i] = below(n, 3) > 0;
        for (unsigned i = 0; i < LINKS; i++) {
            struct wire_made *l = &n->links[d][i];
            l->a = i < ROUTERS ? i : below(n, ROUTERS);
            l->b = i < ROUTERS ? (i + 1) % ROUTERS : (l->a + 2) % ROUTERS;
            l->metric[0] = l->metric[1] = 1 + below(n, 4);
        }
    }
    for (unsigned i = 0; i < BORDERS; i++) {
        unsigned d = i % DOMAINS, e = (d + 1 + below(n, DOMAINS - 1)) % DOMAINS;
        struct border_made x = {.d = d, .a = below(n, ROUTERS), .e = e, .b = below(n, ROUTERS)};
        for (unsigned k = 0; k < 2; k++) {
            x.pref[k] = below(n, 3) ? 100 : 95 + below(n, 10);
            x.med[k] = below(n, 3) ? 0 : 1 + below(n, 3);
        }
        n->borders[i] = x;
    }
}

/* ---- what changes */

static void change_link(struct network *n)
{
    struct wire_made *l = &n->links[below(n, DOMAINS)][below(n, LINKS)];
    if (below(n, 4) == 0)
        l->down = !l->down;
    else
        l->metric[below(n, 2)] = below(n, 7);
}

static void change_border(struct network *n)
{
    struct border_made *x = &n->borders[below(n, BORDERS)];
    unsigned what = below(n, 4), end = below(n, 2);
    if (what == 0)
        x->down = !x->down;
    else if (what == 1)
        x->med[end] = below(n, 4);
    else
        x->pref[end] = below(n, 2) ? 100 : 95 + below(n, 10);
}

static void change(struct network *n)
{
    unsigned what = below(n, 20), d = below(n, DOMAINS), i = below(n, ROUTERS);
    if (what == 0)
        n->here[d] = !n->here[d];
    else if (what == 1)
        n->has_net[d][i] = !n->has_net[d][i];
    else if (what == 2)
        n->style[d] = below(n, 16);
    else if (what == 3)
        n->measured = below(n, 100);
    else if (what < 6)
        change_border(n);
    else
        change_link(n);
    if (below(n, 8) == 0)
        change_link(n);
}

/* ---- as facts */

static void say_speaker(struct wb *b, const struct network *n, unsigned d, unsigned i)
{
    unsigned style = n->style[d];
    say(b, d, "bgp r%u %u%s%s", i, 64500 + d, style & 1 ? " compare_routerid=1" : "",
        style & 2 ? " always_compare_med=1" : "");
    if (n->has_net[d][i])
        say(b, d, "net r%u 100.%u.%u.0/24", i, d, i);
    for (unsigned k = 0; k < ROUTERS; k++)
        if (k != i && (!(style & 4) || !i || !k))
            say(b, d, "peer r%u 100.%u.255.%u %u local_addr=100.%u.255.%u%s%s", i, d, k + 1,
                64500 + d, d, i + 1, style & 8 ? "" : " next_hop_self=1",
                style & 4 && !i ? " rr_client=1" : "");
}

static void say_router(struct wb *b, const struct network *n, unsigned d, unsigned i)
{
    say(b, d,
        "port r%u lo 100.%u.255.%u/32 kind=loopback\nospf r%u lo 0\n"
        "port r%u lan 100.%u.%u.1/24 speed=1000000000",
        i, d, i + 1, i, i, d, i);
    if (!n->plain)
        say_speaker(b, n, d, i);
    else if (n->has_net[d][i])
        say(b, d, "ospf r%u lan 1 passive=1", i);
}

static void say_link(struct wb *b, const struct network *n, unsigned d, unsigned i)
{
    const struct wire_made *l = &n->links[d][i];
    const unsigned ends[2] = {l->a, l->b};
    for (unsigned end = 0; end < 2; end++)
        say(b, d, "port r%u i%u 100.%u.100.%u/30%s speed=%u000000\nospf r%u i%u %u", ends[end],
            i, d, i * 4 + 1 + end, l->down && !end ? " up=0" : " up=1", 1 + i, ends[end], i,
            l->metric[end]);
}

static void say_end(struct wb *b, const struct network *n, unsigned i, unsigned end)
{
    const struct border_made *x = &n->borders[i];
    unsigned d = end ? x->e : x->d, e = end ? x->d : x->e, at = end ? x->b : x->a;
    if (!n->here[d] || n->plain)
        return;
    /* borders without next_hop_self: their networks have to be known inside */
    say(b, d, "port r%u x%u 100.200.%u.%u/30 up=%u speed=10000000\nospf r%u x%u 1 passive=1",
        at, i, i, 1 + end, x->down && end ? 0 : 1, at, i);
    say(b, d, "peer r%u 100.200.%u.%u %u import_policy=IN%u%s", at, i, 2 - end, 64500 + e, i,
        x->med[end] ? " export_policy=OUT" : "");
    /* a community tells others by which border a route came, and they prefer some of these */
    say(b, d,
        "term r%u IN%u 5 permit match=community~ODD "
        "set=local-preference~%u;community-add~65000:%u\n"
        "term r%u IN%u 10 permit set=local-preference~%u;community-add~65000:%u",
        at, i, x->pref[end] + 2, i, at, i, x->pref[end], i);
    for (unsigned k = 1; k < BORDERS; k += 3)
        say(b, d, "list r%u ODD community %u permit 65000:%u", at, k, k);
    if (x->med[end])
        say(b, d, "term r%u OUT %u permit set=med~%u", at, i + 1, x->med[end]);
}

static void say_rest(struct wb *b, const struct network *n)
{
    if (n->doubts)
        say(b, 0, "term r0 IN0 1 permit match=unheard-of~1");
    if (n->traced)
        say(b, 0,
            "from tr traceroute\ntrace 100.0.0.10 100.3.1.10 100.0.0.1 100.200.0.2 100.3.1.10");
    if (n->measured)
        say(b, 0,
            "from ps perfsonar\nmeasurement source=100.0.0.9 destination=100.1.%u.9 "
            "metric=delay-ow value=%u end=1500",
            n->measured % ROUTERS, n->measured);
}

static struct wb *world_of(const struct network *n)
{
    struct wb *b = wb_new();
    for (unsigned d = 0; d < DOMAINS; d++) {
        say(b, d, "domain %u prefixes=100.%u.0.0/16", 64500 + d, d);
        for (unsigned i = 0; n->here[d] && i < ROUTERS; i++)
            say_router(b, n, d, i);
        for (unsigned i = 0; n->here[d] && i < LINKS; i++)
            say_link(b, n, d, i);
    }
    for (unsigned i = 0; i < 2 * BORDERS; i++)
        say_end(b, n, i / 2, i % 2);
    say_rest(b, n);
    return b;
}

static void build(struct wb *b, unsigned threads, const struct wb *previous)
{
    struct err e = {0};
    const struct aggregation how = {
        b->intakes, b->n, 2000, &history_default, threads, previous ? previous->snap : NULL};
    if (aggregate_by(&how, &b->snap, &e))
        fail_msg("%s", e.msg);
    b->world =
        (struct world *)((char *)(uintptr_t)b->snap->paths - offsetof(struct world, finder));
    b->n = 0; /* the snapshot has them */
}

/* ---- the same? */

static void assert_same_choices(const struct world *a, const struct world *b, uint32_t prefix,
                                size_t speaker)
{
    const struct choices x = bgp_choices_of(a, a->bgp->speakers[speaker], prefix);
    const struct choices y = bgp_choices_of(b, b->bgp->speakers[speaker], prefix);
    assert_int_equal(x.n, y.n);
    for (size_t i = 0; i < x.n; i++) {
        assert_int_equal(x.v[i].slot, y.v[i].slot);
        assert_int_equal(x.v[i].row, y.v[i].row);
        assert_int_equal(x.v[i].cls, y.v[i].cls);
        assert_int_equal(x.v[i].settled, y.v[i].settled);
        assert_int_equal(x.v[i].tied, y.v[i].tied);
        assert_true(bgp_routes_same(choice_attrs(a, &x.v[i]), choice_attrs(b, &y.v[i])));
    }
}

static void assert_same_costs(const struct snapshot *x, const struct snapshot *y)
{
    assert_int_equal(x->n_metrics, y->n_metrics);
    for (size_t m = 0; m < x->n_metrics; m++)
        for (size_t i = 0; i < x->n_pids * x->n_pids; i++) {
            double p = x->metrics[m].value[i], q = y->metrics[m].value[i];
            if (p != q && !(isnan(p) && isnan(q)))
                fail_msg("%s: %g and %g", x->metrics[m].name, p, q);
            assert_int_equal(x->metrics[m].cls[i], y->metrics[m].cls[i]);
        }
}

static size_t assert_same(const struct wb *fresh, const struct wb *next)
{
    const struct world *a = fresh->world, *b = next->world;
    size_t replayed = 0;
    assert_int_equal(a->bgp->n_speakers, b->bgp->n_speakers);
    assert_int_equal(a->n_prefixes, b->n_prefixes);
    for (uint32_t p = 0; p < a->n_prefixes; p++) {
        assert_int_equal(!a->bgp->chosen[p], !b->bgp->chosen[p]);
        replayed += b->bgp->chosen[p] && b->bgp->chosen[p]->replayed;
        for (size_t s = 0; s < a->bgp->n_speakers; s++)
            assert_same_choices(a, b, p, s);
    }
    assert_same_costs(fresh->snap, next->snap);
    assert_string_equal(fresh->snap->tag, next->snap->tag);
    return replayed;
}

/* Ways as they are walked, with their words. */
static void assert_same_paths(struct network *n, struct wb *fresh, struct wb *next)
{
    for (unsigned i = 0; i < 4; i++) {
        char src[40], dst[40];
        snprintf(src, sizeof(src), "100.%u.%u.7", below(n, DOMAINS), below(n, ROUTERS));
        snprintf(dst, sizeof(dst), "100.%u.%u.8", below(n, DOMAINS), below(n, ROUTERS));
        char *one = strdup(wb_hops_domains(fresh, src, dst));
        assert_string_equal(one, wb_hops_domains(next, src, dst));
        free(one);
    }
}

/* Replayed prefixes, of all that could be. */
static size_t go_through(uint64_t seed)
{
    struct network n;
    struct wb *last = NULL;
    size_t replayed = 0;
    begin(&n, seed);
    for (unsigned i = 0; i < CHANGES; i++) {
        struct wb *fresh = world_of(&n), *next = world_of(&n);
        build(fresh, 1, NULL);
        build(next, 1 + i % 3, last);
        if (last)
            wb_free(&last); /* nothing of it is borrowed */
        last = next;
        replayed += assert_same(fresh, next);
        assert_same_paths(&n, fresh, next);
        wb_free(&fresh);
        change(&n);
    }
    wb_free(&last);
    return replayed;
}

static void test_any_sequence_of_changes(void **state)
{
    size_t replayed = 0;
    (void)state;
    const char *more = getenv("RIALTO_NETWORKS");
    size_t networks = more ? strtoul(more, NULL, 10) : NETWORKS;
    for (uint64_t seed = 1; seed <= networks; seed++)
        replayed += go_through(seed);
    print_message("replayed: %zu\n", replayed);
    assert_true(replayed > networks * CHANGES); /* else it shows nothing */
}

/* ---- a choice in one domain that makes another choose otherwise */

/*
 *     origin ── left ── a1 ╮            a3 takes the way by the nearer of a1 and a2, which
 *        │ ╰─── right ─ a2 ┴ a3 ── b1   leave their marks; b1 likes the mark of a1 so much
 *        ╰───── other ──────────── b1   that it takes a longer way for it
 */
#define CHOICE_ROUTER(node, loopback, asn)                                                     \
    "port " node " lo " loopback "/32 kind=loopback\nospf " node " lo 0\nbgp " node " " asn    \
    " compare_routerid=1\n"
#define CHOICE_INNER(node, own, peer)                                                          \
    "peer " node " " peer " 64501 local_addr=" own " next_hop_self=1\n"

static struct wb *choice(unsigned metric)
{
    struct wb *b = wb_new();
    char text[400];
    wb_say(b, "origin",
           "domain 64510 prefixes=203.0.113.0/24\nport o lan 203.0.113.1/24\n"
           "port o l 192.0.2.1/30\nport o r 192.0.2.5/30\nport o x 192.0.2.9/30\n"
           "bgp o 64510\nnet o 203.0.113.0/24\npeer o 192.0.2.2 64511\n"
           "peer o 192.0.2.6 64512\npeer o 192.0.2.10 64513");
    wb_say(b, "left",
           "domain 64511\nport l o 192.0.2.2/30\nport l a 192.0.2.13/30\nbgp l 64511\n"
           "peer l 192.0.2.1 64510\npeer l 192.0.2.14 64501");
    wb_say(b, "right",
           "domain 64512\nport r o 192.0.2.6/30\nport r a 192.0.2.17/30\nbgp r 64512\n"
           "peer r 192.0.2.5 64510\npeer r 192.0.2.18 64501");
    wb_say(b, "other",
           "domain 64513\nport x o 192.0.2.10/30\nport x b 192.0.2.21/30\nbgp x 64513\n"
           "peer x 192.0.2.9 64510\npeer x 192.0.2.22 64502");
    wb_say(b, "a",
           "domain 64501 prefixes=198.18.0.0/24\n" CHOICE_ROUTER("a1", "198.18.0.1", "64501")
               CHOICE_ROUTER("a2", "198.18.0.2", "64501") CHOICE_ROUTER(
                   "a3", "198.18.0.3",
                   "64501") "port a1 l 192.0.2.14/30\n"
                            "port a2 r 192.0.2.18/30\nport a3 b 192.0.2.25/30\n"
                            "port a1 i 198.18.0.9/30\nport a3 i 198.18.0.10/30\nospf a1 i 1\n"
                            "port a2 j 198.18.0.13/30\nport a3 j 198.18.0.14/30\nospf a2 j "
                            "5\nospf a3 j 5\n"
                            "peer a1 192.0.2.13 64511 import_policy=IN\nterm a1 IN 5 permit "
                            "set=community-add~64501:1\npeer a2 192.0.2.17 64512\n"
                            "peer a3 192.0.2.26 64502\n" CHOICE_INNER("a1", "198.18.0.1",
                                                                      "198.18.0.3")
                                CHOICE_INNER("a2", "198.18.0.2", "198.18.0.3")
                                    CHOICE_INNER("a3", "198.18.0.3", "198.18.0.1")
                                        CHOICE_INNER("a3", "198.18.0.3", "198.18.0.2"));
    snprintf(text, sizeof(text), "ospf a3 i %u", metric);
    wb_say(b, "a", text);
    wb_say(b, "b",
           "domain 64502 prefixes=198.18.1.0/24\nport b1 lan 198.18.1.1/24\n"
           "port b1 a 192.0.2.26/30\nport b1 x 192.0.2.22/30\n"
           "bgp b1 64502\nnet b1 198.18.1.0/24\npeer b1 192.0.2.21 64513\n"
           "peer b1 192.0.2.25 64501 import_policy=IN\n"
           "list b1 MARK community 5 permit 64501:1\n"
           "term b1 IN 5 permit match=community~MARK set=local-preference~200\n"
           "term b1 IN 10 permit");
    return b;
}

static void test_what_follows_elsewhere(void **state)
{
    static const unsigned metrics[] = {9, 1, 2, 9, 8, 1};
    struct wb *last = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof(metrics) / sizeof(*metrics); i++) {
        struct wb *fresh = choice(metrics[i]), *next = choice(metrics[i]);
        build(fresh, 1, NULL);
        build(next, 1, last);
        const char *way = wb_hops(next, "198.18.1.7", "203.0.113.7");
        assert_string_equal(way, metrics[i] < 5 ? "b1 a3 a1 l o: derived" : "b1 x o: derived");
        size_t replayed = assert_same(fresh, next);
        assert_true(!last == !replayed);
        if (last)
            wb_free(&last);
        wb_free(&fresh);
        last = next;
    }
    wb_free(&last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_follows_elsewhere),
        cmocka_unit_test(test_any_sequence_of_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
