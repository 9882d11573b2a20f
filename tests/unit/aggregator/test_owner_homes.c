/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses whose domain is told: who has a host, or a session, beside it. */
#include "unit/cmocka_all.h"

#include <stdio.h>

#include "aggregator/traces.h"
#include "unit/aggregator/world_builder.h"

/*
 *   one ── x ── two        y answers from its link to z, so x seems to be at the other end of
 *           \              that: z itself. But x is the last router before two's hosts.
 *            y ══ z
 */
#define S4 "203.0.113.10"
#define DOMAINS                                                                                \
    "domain name=one asns=64496 prefixes=203.0.113.0/24\n"                                     \
    "domain name=two asns=64497 prefixes=198.51.100.0/24\n"                                    \
    "domain name=mid asns=64500 prefixes=192.0.2.0/24;198.18.0.0/24\n"                         \
    "from tr traceroute\n"
#define BY_X                                                                                   \
    "trace " S4 " 192.0.2.200 203.0.113.1 203.0.113.6 192.0.2.6 192.0.2.10 192.0.2.200\n"
#define AT_X "trace " S4 " 198.51.100.10 203.0.113.1 203.0.113.6 198.51.100.10\n"

static const struct seen *hop(const struct wb *b, const char *dst, size_t at)
{
    struct addr s = wb_addr(S4), d = wb_addr(dst);
    const struct trace *t = trace_of_pair(b->world, &s, &d);
    assert_non_null(t);
    assert_true(at < t->n);
    return &t->hops[at];
}

static void test_hosts_tell_routers_apart(void **state)
{
    static const struct {
        const char *traces;
        bool one;
    } cases[] = {
        {DOMAINS BY_X "trace " S4 " 198.18.0.10 203.0.113.1 192.0.2.5 198.18.0.10\n", true},
        {DOMAINS BY_X AT_X "trace " S4 " 198.18.0.10 203.0.113.1 192.0.2.5 198.18.0.10\n",
         false},
        {DOMAINS BY_X AT_X "trace " S4 " 198.51.100.20 203.0.113.1 192.0.2.5 198.51.100.20\n",
         true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_world("watcher", cases[i].traces, NULL);
        const char *z = i == 2 ? "198.51.100.20" : "198.18.0.10";
        assert_int_equal(hop(b, "192.0.2.200", 1)->router == hop(b, z, 1)->router,
                         cases[i].one);
        wb_free(&b);
    }
}

/* Most of the traceroutes to a network end at one router: what others say of its end counts for
 * nothing, and an end of two networks tells of neither. */
static void test_ends_that_tell_nothing(void **state)
{
    static const char many[] =
        "trace 203.0.113.11 198.51.100.10 203.0.113.1 198.51.100.1 198.51.100.10\n"
        "trace 203.0.113.12 198.51.100.10 203.0.113.1 198.51.100.1 198.51.100.10\n"
        "trace 203.0.113.13 198.51.100.10 203.0.113.1 198.51.100.1 198.51.100.10\n"
        "trace 203.0.113.14 198.51.100.10 203.0.113.1 198.51.100.1 198.51.100.10\n"
        "trace 203.0.113.15 198.51.100.10 203.0.113.1 198.51.100.1 198.51.100.10\n"
        "trace 203.0.113.16 198.51.100.10 203.0.113.1 198.51.100.1 198.51.100.10\n"
        "trace 203.0.113.17 198.51.100.10 203.0.113.1 198.51.100.1 198.51.100.10\n"
        "trace 203.0.113.18 198.51.100.10 203.0.113.1 198.51.100.1 198.51.100.10\n";
    static const char also[] = "trace " S4 " 198.18.0.20 203.0.113.1 203.0.113.6 198.18.0.20\n";
    static const char world[] =
        DOMAINS BY_X AT_X "trace " S4 " 198.18.0.10 203.0.113.1 192.0.2.5 198.18.0.10\n";
    const char *more[] = {many, also};
    (void)state;
    for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++) {
        struct wb *b = wb_new();
        wb_say(b, "watcher", world);
        wb_say(b, "watcher", more[i]);
        wb_build(b);
        assert_int_equal(hop(b, "192.0.2.200", 1)->router, hop(b, "198.18.0.10", 1)->router);
        wb_free(&b);
    }
}

/*
 * A table tells the AS path one, mid, two. A router on the way has an address of mid's space; a
 * host of far's stands behind it, though: packets go another way than was told.
 */
static void test_a_told_router_is_no_other(void **state)
{
    static const struct {
        const char *host, *path;
    } cases[] = {
        {"", "one/?203.0.113.1 mid/?192.0.2.2 two/?198.51.100.1: derived"},
        {"trace 198.18.0.10 198.51.100.20 192.0.2.2 198.51.100.1 198.51.100.20",
         "one/?203.0.113.1 far/?192.0.2.2 two/?198.51.100.1: derived"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        wb_say(b, "one",
               "domain name=one asns=64496 prefixes=203.0.113.0/24\n"
               "domain name=two asns=64497 prefixes=198.51.100.0/24\n"
               "domain name=mid asns=64500 prefixes=192.0.2.0/24\n"
               "domain name=far asns=64501 prefixes=198.18.0.0/24\n"
               "from lg looking-glass\nbgp w1 64496\n"
               "seen w1 198.51.100.0/24 192.0.2.9 64500,64497 192.0.2.9 best=1 external=1\n"
               "seen w1 198.18.0.0/24 192.0.2.13 64501 192.0.2.13 external=1\n"
               "from tr traceroute\n"
               "trace " S4 " 198.51.100.10 203.0.113.1 192.0.2.2 198.51.100.1 198.51.100.10\n");
        wb_say(b, "one", "from tr traceroute");
        if (*cases[i].host)
            wb_say(b, "one", cases[i].host);
        wb_build(b);
        assert_string_equal(wb_hops_domains(b, S4, "198.51.100.10"), cases[i].path);
        wb_free(&b);
    }
}

/*
 *   one ── x ─── r (two)      the link of r has a number of one's: x is one's, as r is two's
 *   mid ── z ─── s (far)      the link of s has one of mid's: z is mid's
 *
 * y answers after x, from its link to z. If s were mid's z could be one's, and x itself.
 */
static void test_no_domain_fits_both(void **state)
{
    static const struct {
        const char *host;
        bool one;
    } cases[] = {{"198.18.1.10", false}, {"192.0.2.250", true}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char lines[200];
        struct wb *b = wb_new();
        wb_say(b, "watcher",
               "domain name=far asns=64501 prefixes=198.18.1.0/24\n" DOMAINS "trace " S4
               " 198.51.100.10 203.0.113.1 203.0.113.6 203.0.113.130 198.51.100.10\n"
               "trace 203.0.113.11 198.51.100.10 203.0.113.1 203.0.113.6 203.0.113.130 "
               "198.51.100.10\n"
               "trace " S4 " 198.18.0.10 203.0.113.1 203.0.113.6 192.0.2.6 198.18.0.10\n");
        snprintf(lines, sizeof(lines), "trace 192.0.2.200 %s 192.0.2.1 192.0.2.5 192.0.2.34 %s",
                 cases[i].host, cases[i].host);
        wb_say(b, "watcher", lines);
        wb_build(b);
        struct addr from = wb_addr("192.0.2.200"), to = wb_addr(cases[i].host);
        const struct trace *t = trace_of_pair(b->world, &from, &to);
        assert_non_null(t);
        assert_int_equal(hop(b, "198.51.100.10", 1)->router == t->hops[1].router, cases[i].one);
        wb_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts_tell_routers_apart),
        cmocka_unit_test(test_ends_that_tell_nothing),
        cmocka_unit_test(test_a_told_router_is_no_other),
        cmocka_unit_test(test_no_domain_fits_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
