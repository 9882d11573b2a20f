/* SPDX-License-Identifier: Apache-2.0 */
/* Routers that take turns, and those that were seen often enough not to. */
#include "unit/cmocka_all.h"

#include "base/buf.h"
#include "unit/aggregator/world_builder.h"

/* w1 (west) - mid (64502, silent) - e1 (east). */
#define WEST                                                                                   \
    "domain name=mid asns=64502 prefixes=192.0.2.0/24\n"                                       \
    "domain name=far asns=64505 prefixes=198.18.0.0/24\n"                                      \
    "domain 64501 prefixes=203.0.113.0/24\nport w1 lan 203.0.113.1/24\n"                       \
    "port w1 a 192.0.2.1/30\nbgp w1 64501\nnet w1 203.0.113.0/24\npeer w1 192.0.2.2 64502\n"   \
    "from lg looking-glass\n"                                                                  \
    "rib w1 198.51.100.0/24 bgp 192.0.2.2 a\nrib w1 203.0.113.0/24 connected - lan\n"          \
    "seen w1 198.51.100.0/24 192.0.2.2 64502,64503 192.0.2.2 best=1 external=1\n"              \
    "from tr traceroute\n"
#define EAST                                                                                   \
    "domain 64503 prefixes=198.51.100.0/24\nport e1 b 192.0.2.10/30\n"                         \
    "port e1 lan 198.51.100.1/24\nbgp e1 64503\nnet e1 198.51.100.0/24\n"                      \
    "peer e1 192.0.2.9 64502\n"                                                                \
    "port e2 b 192.0.2.34/30\nbgp e2 64503\npeer e2 192.0.2.33 64502\n"
/* mid is seen to balance load, on the way to itself */
#define BALANCES                                                                               \
    "trace 203.0.113.10 192.0.2.200 203.0.113.1 192.0.2.2 192.0.2.138/192.0.2.142 "            \
    "192.0.2.200\n"

/* So many pairs went by mid's two routers, then `last`; what is told of the first pair. */
static void check(size_t pairs, const char *last, const char *path)
{
    struct buf west = {0};
    buf_str(&west, WEST BALANCES);
    for (size_t i = 0; i < pairs; i++)
        buf_printf(&west,
                   "trace 203.0.113.%zu 198.51.100.%zu 203.0.113.1 192.0.2.2 192.0.2.130 "
                   "192.0.2.10 198.51.100.%zu\n",
                   10 + i, 10 + i, 10 + i);
    buf_str(&west, last);
    struct wb *b = wb_world("west", buf_cstr(&west), "east", EAST, NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"), path);
    buf_free(&west);
    wb_free(&b);
}

static void test_often_enough(void **state)
{
    (void)state;
    check(3, "", "w1+ ?192.0.2.2 ?192.0.2.130? e1?: assumed");
    check(5, "", "w1+ ?192.0.2.2 ?192.0.2.130? e1+: assumed");
    check(6, "", "w1+ ?192.0.2.2 ?192.0.2.130 e1+: derived");
}

/* The same pair again says nothing more. */
static void test_pairs_count_once(void **state)
{
    (void)state;
    check(3,
          "trace 203.0.113.10 198.51.100.10 203.0.113.1 192.0.2.2 192.0.2.130 192.0.2.10 "
          "198.51.100.10 observed=999\n",
          "w1+ ?192.0.2.2 ?192.0.2.130? e1?: assumed");
}

/* To another domain, but by the same exit: interior routing leads there by .134 as well. */
static void test_another_way_to_the_same_exit(void **state)
{
    (void)state;
    check(6,
          "trace 203.0.113.77 198.18.0.10 203.0.113.1 192.0.2.2 192.0.2.134 192.0.2.130 "
          "198.18.0.1 198.18.0.10\n",
          "w1+ ?192.0.2.2 ?192.0.2.130? e1+: assumed");
}

/* One that went another way, by whatever router, or by one that was silent. */
static void test_seen_elsewhere(void **state)
{
    static const char *const others[] = {"192.0.2.134", "192.0.2.130/192.0.2.134", "*"};
    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        struct buf last = {0};
        buf_printf(&last,
                   "trace 203.0.113.77 198.51.100.77 203.0.113.1 192.0.2.2 %s 192.0.2.10 "
                   "198.51.100.77\n",
                   others[i]);
        check(6, buf_cstr(&last), "w1+ ?192.0.2.2 ?192.0.2.130? e1+: assumed");
        buf_free(&last);
    }
}

/* Both links of e1 to mid are taken: the answer that came by one of them is not all. */
static void test_two_links_in_turn(void **state)
{
    static const char east[] =
        EAST "port e1 c 192.0.2.14/30\npeer e1 192.0.2.13 64502\nport e1 up 192.0.2.22/30\n"
             "peer e1 192.0.2.21 64504\nfrom lg looking-glass\n"
             "rib e1 198.51.100.0/24 connected - lan\nrib e1 203.0.113.0/24 bgp 192.0.2.21 up";
    static const char first[] = WEST "trace 203.0.113.10 198.51.100.10 203.0.113.1 192.0.2.2 "
                                     "192.0.2.130 192.0.2.10 198.51.100.10\n";
    static const struct {
        const char *more, *path;
    } cases[] = {
        {"", "w1+ ?192.0.2.2 ?192.0.2.130 e1+: derived"},
        {"trace 203.0.113.11 198.51.100.11 203.0.113.1 192.0.2.2 192.0.2.130 192.0.2.14 "
         "198.51.100.11\n",
         "w1+ ?192.0.2.2 ?192.0.2.130 e1?: assumed"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        wb_say(b, "west", first);
        wb_say(b, "west", "from tr traceroute");
        wb_say(b, "west", cases[i].more);
        wb_say(b, "east", east);
        wb_build(b);
        assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"), cases[i].path);
        wb_free(&b);
    }
}

/*
 * Nothing is configured, a table tells the AS path 64501 64502 64503: .9 hands packets on to
 * .13 and .17 in turn.
 */
static void test_ways_that_are_alike(void **state)
{
    static const char world[] =
        "domain name=mid asns=64502 prefixes=192.0.2.0/24\n"
        "domain name=east asns=64503 prefixes=198.51.100.0/24\n"
        "domain name=other asns=64504 prefixes=198.18.0.0/24\n"
        "domain 64501 prefixes=203.0.113.0/24\nfrom lg looking-glass\nbgp w1 64501\n"
        "seen w1 198.51.100.0/24 192.0.2.9 64502,64503 192.0.2.9 best=1 external=1\n"
        "from tr traceroute\n"
        "trace 203.0.113.10 198.51.100.10 203.0.113.1 192.0.2.9 192.0.2.13 198.51.100.1 "
        "198.51.100.10\n";
    static const struct {
        const char *more, *path;
    } cases[] = {
        {"trace 203.0.113.11 198.51.100.11 203.0.113.1 192.0.2.9 192.0.2.17 198.51.100.1 "
         "198.51.100.11\n",
         "?203.0.113.1 ?192.0.2.9 ?192.0.2.13 ?198.51.100.1: derived"},
        /* by another domain */
        {"trace 203.0.113.11 198.51.100.11 203.0.113.1 192.0.2.9 198.18.0.17 198.51.100.1 "
         "198.51.100.11\n",
         "?203.0.113.1 ?192.0.2.9 ?192.0.2.13? ?198.51.100.1: assumed"},
        /* longer */
        {"trace 203.0.113.11 198.51.100.11 203.0.113.1 192.0.2.9 192.0.2.17 198.51.100.1 "
         "198.51.100.5 198.51.100.11\n",
         "?203.0.113.1 ?192.0.2.9 ?192.0.2.13? ?198.51.100.1: assumed"},
        /* of two lengths within one: .17 answers at two TTLs */
        {"trace 203.0.113.11 198.51.100.11 203.0.113.1 192.0.2.9 192.0.2.17 "
         "192.0.2.21/192.0.2.17 198.51.100.11\n",
         "?203.0.113.1 ?192.0.2.9 ?192.0.2.13? ?198.51.100.1: assumed"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        wb_say(b, "west", world);
        wb_say(b, "west", "from tr traceroute");
        wb_say(b, "west", cases[i].more);
        wb_build(b);
        assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"), cases[i].path);
        wb_free(&b);
    }
}

/* w1 hands packets to w2 and w3 in turn, which is longer: the trace that mixes both shows the
 * destination right behind .2, others show who is between. */
static void test_an_end_too_early(void **state)
{
    static const char west[] =
        "domain name=mid asns=64502 prefixes=192.0.2.0/24\n"
        "domain 64501 prefixes=203.0.113.0/24\nport w1 lan 203.0.113.1/24\n"
        "port w1 i 10.0.0.1/30\nport w2 i 10.0.0.2/30\nport w1 j 10.0.0.5/30\n"
        "port w3 j 10.0.0.6/30\nport w2 a 192.0.2.1/30\nbgp w2 64501\n"
        "peer w2 192.0.2.2 64502\nfrom lg looking-glass\n"
        "rib w1 198.51.100.0/24 ospf 10.0.0.2 i\nrib w2 198.51.100.0/24 bgp 192.0.2.2 a\n"
        "from tr traceroute\n"
        "trace 203.0.113.10 198.51.100.10 203.0.113.1 10.0.0.2/10.0.0.6 192.0.2.2 "
        "198.51.100.10\n";
    static const struct {
        const char *more, *path;
    } cases[] = {
        {"", "w1+ w2+ ?192.0.2.2: derived"},
        {"trace 203.0.113.11 198.51.100.11 203.0.113.1 10.0.0.2 192.0.2.2 192.0.2.130 "
         "198.51.100.11\n",
         "w1+ w2+ ?192.0.2.2: assumed"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        wb_say(b, "west", west);
        wb_say(b, "west", "from tr traceroute");
        wb_say(b, "west", cases[i].more);
        wb_build(b);
        assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"), cases[i].path);
        wb_free(&b);
    }
}

/* Without AS paths nothing is certain of whose the routers are: the step is assumed. */
static void test_ways_without_as_paths(void **state)
{
    (void)state;
    struct wb *b = wb_world(
        "watcher",
        "domain name=mid asns=64502 prefixes=192.0.2.0/24\n"
        "domain name=east asns=64503 prefixes=198.51.100.0/24\n"
        "domain name=west asns=64501 prefixes=203.0.113.0/24\nfrom tr traceroute\n"
        "trace 203.0.113.10 198.51.100.10 203.0.113.1 192.0.2.9 192.0.2.13 198.51.100.1 "
        "198.51.100.10\n"
        "trace 203.0.113.11 198.51.100.11 203.0.113.1 192.0.2.9 192.0.2.17 198.51.100.1 "
        "198.51.100.11\n",
        NULL);
    assert_int_equal(wb_path(b, "203.0.113.10", "198.51.100.10", NULL)->cls, CLASS_ASSUMED);
    wb_free(&b);
}

/* The same router, and once silence behind it: somebody else may be silent. */
static void test_silence_may_be_another_way(void **state)
{
    (void)state;
    struct wb *b = wb_world("west",
                            WEST "trace 203.0.113.10 198.51.100.10 203.0.113.1 192.0.2.2 "
                                 "192.0.2.130 192.0.2.10 198.51.100.10\n"
                                 "trace 203.0.113.11 198.51.100.11 203.0.113.1 192.0.2.2 * "
                                 "192.0.2.10 198.51.100.11\n",
                            "east", EAST, NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"),
                        "w1+ ?192.0.2.2 ?192.0.2.130? e1+: assumed");
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_often_enough),
        cmocka_unit_test(test_pairs_count_once),
        cmocka_unit_test(test_another_way_to_the_same_exit),
        cmocka_unit_test(test_seen_elsewhere),
        cmocka_unit_test(test_two_links_in_turn),
        cmocka_unit_test(test_ways_that_are_alike),
        cmocka_unit_test(test_an_end_too_early),
        cmocka_unit_test(test_ways_without_as_paths),
        cmocka_unit_test(test_silence_may_be_another_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
