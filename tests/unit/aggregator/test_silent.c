/* SPDX-License-Identifier: Apache-2.0 */
/* Ways through domains that tell nothing: ghosts, and crossings that traceroutes showed. */
#include "unit/cmocka_all.h"

#include <stdio.h>

#include "base/buf.h"
#include "unit/aggregator/world_builder.h"

/* west (64501) - mid (64502, silent) - east (64503). */
#define REGISTRY "domain name=mid asns=64502 prefixes=192.0.2.0/24\n"
#define WEST                                                                                   \
    "domain 64501 prefixes=203.0.113.0/24\nport w1 lan 203.0.113.1/24\n"                       \
    "port w1 a 192.0.2.1/30\nbgp w1 64501\nnet w1 203.0.113.0/24\n"
#define EAST                                                                                   \
    "domain 64503 prefixes=198.51.100.0/24;198.51.101.0/24\nport e1 b 192.0.2.10/30\n"         \
    "port e1 lan 198.51.100.1/24\nport e1 lan2 198.51.101.1/24\nbgp e1 64503\n"                \
    "net e1 198.51.100.0/24\nnet e1 198.51.101.0/24\n"

/* Prefers what mid tells, tells it everything, and tells another neighbour only its customers'
 * routes. */
#define AS_PROVIDER(node, mid)                                                                 \
    "peer " node " " mid " 64502 import_policy=CUST\n"                                         \
    "term " node " CUST 10 permit set=local-preference~200;community-add~1:2\n"                \
    "term " node " UP 10 permit set=local-preference~80;community-add~1:1\n"                   \
    "list " node " FROM-UP community 5 permit 1:1\n"                                           \
    "term " node " PART 10 deny match=community~FROM-UP\n"                                     \
    "term " node " PART 20 permit\n"

/* Both ends have nobody else, so they are customers of the silent domain, and it carries their
 * packets. */
static void test_customers_are_carried(void **state)
{
    (void)state;
    struct wb *b = wb_world("west", REGISTRY WEST "peer w1 192.0.2.2 64502\n", "east",
                            EAST "peer e1 192.0.2.9 64502\n", NULL);
    struct path *p = wb_path(b, "203.0.113.10", "198.51.100.10", NULL);
    assert_true(p->reached);
    assert_int_equal(p->cls, CLASS_ASSUMED);
    assert_int_equal(p->legs[0].n_as, 3);
    assert_int_equal(p->legs[0].as_path[1], 64502);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"),
                        "w1 ?192.0.2.2? e1?: assumed");
    wb_free(&b);
}

/* A customer of both carries nobody's transit: no route, and nobody to say so for certain. */
static void test_a_customer_carries_no_transit(void **state)
{
    (void)state;
    struct wb *b = wb_world(
        "west",
        REGISTRY WEST "port w1 c 192.0.2.17/30\n" AS_PROVIDER(
            "w1", "192.0.2.2") "peer w1 192.0.2.18 64510 import_policy=UP export_policy=PART\n",
        "east",
        EAST "port e1 c 192.0.2.21/30\n" AS_PROVIDER(
            "e1", "192.0.2.9") "peer e1 192.0.2.22 64511 import_policy=UP export_policy=PART\n",
        NULL);
    struct path *p = wb_path(b, "203.0.113.10", "198.51.100.10", NULL);
    for (size_t i = 0; i < p->n_legs; i++)
        for (size_t k = 0; k < p->legs[i].n_as; k++)
            assert_int_not_equal(p->legs[i].as_path[k], 64502);
    wb_free(&b);
}

/* The silent domain's own space is announced by its ghost. */
static void test_own_space_is_reached(void **state)
{
    (void)state;
    struct wb *b = wb_world("west", REGISTRY WEST "peer w1 192.0.2.2 64502\n", NULL);
    struct path *p = wb_path(b, "203.0.113.10", "192.0.2.200", NULL);
    assert_true(p->reached);
    assert_int_equal(p->legs[0].n_as, 2);
    assert_int_equal(p->legs[0].as_path[1], 64502);
    wb_free(&b);
}

#define SEEN                                                                                   \
    "from lg looking-glass\n"                                                                  \
    "rib w1 198.51.100.0/24 bgp 192.0.2.2 a\nrib w1 203.0.113.0/24 connected - lan\n"          \
    "seen w1 198.51.100.0/24 192.0.2.2 64502,64503 192.0.2.2 best=1 external=1\n"              \
    "from tr traceroute\n"

/* A traceroute to another network went in and out at the same borders: it shows the routers
 * between. */
static void test_crossing_of_another_destination(void **state)
{
    (void)state;
    struct wb *b = wb_world("west",
                            REGISTRY WEST "peer w1 192.0.2.2 64502\n" SEEN
                                          "trace 203.0.113.10 198.51.101.10 203.0.113.1 "
                                          "192.0.2.2 192.0.2.130 192.0.2.10 198.51.101.10",
                            "east", EAST "peer e1 192.0.2.9 64502\n", NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"),
                        "w1 ?192.0.2.2 ?192.0.2.130 e1: derived");
    wb_free(&b);
}

/* An AS path that has more ASes than a path may have hops leads nowhere that is known. */
static void test_endless_as_path_is_not_reached(void **state)
{
    (void)state;
    struct buf facts = {0};
    buf_str(&facts, REGISTRY WEST "peer w1 192.0.2.2 64502\nfrom lg looking-glass\n"
                                  "rib w1 198.51.100.0/24 bgp 192.0.2.2 a\n"
                                  "rib w1 203.0.113.0/24 connected - lan\n"
                                  "seen w1 198.51.100.0/24 192.0.2.2 64502");
    for (int i = 0; i < PATH_MAX_HOPS; i++)
        buf_printf(&facts, ",%u", 4200000000U + (unsigned)i);
    buf_str(&facts, " 192.0.2.2 best=1 external=1\n");
    struct wb *b = wb_world("west", buf_cstr(&facts), NULL);
    struct path *p = wb_path(b, "203.0.113.10", "198.51.100.10", NULL);
    assert_false(p->reached);
    assert_string_equal(p->why, "the AS path breaks off before its end");
    buf_free(&facts);
    wb_free(&b);
}

/* One that went the other way shows them in reverse, entered by the other ends of the links. */
static void test_crossing_backwards(void **state)
{
    (void)state;
    struct wb *b = wb_world("west", REGISTRY WEST "peer w1 192.0.2.2 64502\n" SEEN, "east",
                            EAST "peer e1 192.0.2.9 64502\nfrom tr traceroute\n"
                                 "trace 198.51.101.10 203.0.113.77 198.51.101.1 192.0.2.9 "
                                 "192.0.2.129 192.0.2.1 203.0.113.77",
                            NULL);
    struct path *p = wb_path(b, "203.0.113.10", "198.51.100.10", NULL);
    assert_int_equal(p->legs[0].n_hops, 4);
    assert_string_equal(p->legs[0].hops[1].router, "?192.0.2.129");
    assert_string_equal(p->legs[0].hops[2].router, "?192.0.2.9");
    struct addr in = wb_addr("192.0.2.130");
    assert_true(addr_eq(&p->legs[0].hops[2].in, &in));
    assert_int_equal(p->cls, CLASS_DERIVED);
    wb_free(&b);
}

/* Silence between the borders: how many routers there are is not known, and the answer says so.
 */
static void test_without_a_crossing_it_is_assumed(void **state)
{
    (void)state;
    struct wb *b = wb_world("west", REGISTRY WEST "peer w1 192.0.2.2 64502\n" SEEN, "east",
                            EAST "peer e1 192.0.2.9 64502\n", NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"),
                        "w1 ?192.0.2.2? e1: assumed");
    wb_free(&b);
}

/* A domain whose routers took turns in a traceroute has other ways too. */
static void test_crossing_that_balances(void **state)
{
    (void)state;
    struct wb *b = wb_world("west",
                            REGISTRY WEST "peer w1 192.0.2.2 64502\n" SEEN
                                          "trace 203.0.113.10 198.51.101.10 203.0.113.1 "
                                          "192.0.2.2 192.0.2.130 192.0.2.10 198.51.101.10\n"
                                          "trace 203.0.113.11 198.51.101.11 203.0.113.1 "
                                          "192.0.2.2 192.0.2.130/192.0.2.134 * 198.51.101.11\n",
                            "east", EAST "peer e1 192.0.2.9 64502\n", NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"),
                        "w1 ?192.0.2.2? ?192.0.2.130? e1: assumed");
    wb_free(&b);
}

/* Two links from the silent domain to one router: by which it is entered its answer tells if it
 * would have sent the answer by the other, or if it is the one that it tells more of. */
static void test_entered_by_one_of_two_links(void **state)
{
    static const struct {
        const char *back, *path;
    } cases[] = {
        {"192.0.2.13 c", "w1 ?192.0.2.2 ?192.0.2.130 e1: derived"},
        {"192.0.2.9 b", "w1 ?192.0.2.2 ?192.0.2.130 e1?: assumed"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct buf east = {0};
        buf_printf(&east,
                   EAST "peer e1 192.0.2.9 64502 export_policy=WORSE\n"
                        "term e1 WORSE 10 permit set=med~7\nport e1 c 192.0.2.14/30\n"
                        "peer e1 192.0.2.13 64502\nfrom lg looking-glass\n"
                        "rib e1 198.51.100.0/24 connected - lan\n"
                        "rib e1 203.0.113.0/24 bgp %s",
                   cases[i].back);
        struct wb *b = wb_world("west",
                                REGISTRY WEST "peer w1 192.0.2.2 64502\n" SEEN
                                              "trace 203.0.113.10 198.51.100.77 203.0.113.1 "
                                              "192.0.2.2 192.0.2.130 192.0.2.10 198.51.100.77",
                                "east", buf_cstr(&east), NULL);
        assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"), cases[i].path);
        buf_free(&east);
        wb_free(&b);
    }
}

/*
 *           .-- ?a --.        w1's table has two ways; what follows each is what a traceroute
 *      w1 ──            ── e1    shows that passed it
 *           `-- ?b --'
 */
static void test_each_of_several_ways(void **state)
{
    static const char west[] =
        REGISTRY WEST "port w1 c 192.0.2.5/30\npeer w1 192.0.2.2 64502\n"
                      "peer w1 192.0.2.6 64502\nfrom lg looking-glass\n"
                      "rib w1 198.51.100.0/24 bgp 192.0.2.2,192.0.2.6 a;c\n"
                      "rib w1 203.0.113.0/24 connected - lan\nfrom tr traceroute\n"
                      "trace 203.0.113.10 198.51.100.10 203.0.113.1 192.0.2.2 192.0.2.10 "
                      "198.51.100.10\n";
    static const struct {
        const char *more, *path;
    } cases[] = {
        {"trace 203.0.113.11 198.51.100.11 203.0.113.1 192.0.2.6 192.0.2.130 192.0.2.10 "
         "198.51.100.11\n",
         "w1+ ?192.0.2.2 e1+ | w1+ ?192.0.2.6 ?192.0.2.130 e1: derived"},
        /* nothing shows the other: it may be the same router */
        {"", "w1+ ?192.0.2.2 e1+ | w1+ ?192.0.2.6? e1+: assumed"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        wb_say(b, "west", west);
        wb_say(b, "west", "from tr traceroute");
        wb_say(b, "west", cases[i].more);
        wb_say(b, "east", EAST "peer e1 192.0.2.9 64502\n");
        wb_build(b);
        assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"), cases[i].path);
        wb_free(&b);
    }
}

/* A traceroute that mixes ways, or went by another router, does not show what follows here. */
static void test_traceroutes_that_went_elsewhere(void **state)
{
    static const char west[] =
        REGISTRY "domain 64501 prefixes=203.0.113.0/24\nport w1 lan 203.0.113.1/24\n"
                 "port w1 i 10.0.0.1/30\nport w2 i 10.0.0.2/30\nport w1 j 10.0.0.5/30\n"
                 "port w3 j 10.0.0.6/30\nport w2 a 192.0.2.1/30\nport w3 c 192.0.2.5/30\n"
                 "bgp w2 64501\npeer w2 192.0.2.2 64502\nbgp w3 64501\n"
                 "peer w3 192.0.2.6 64502\nfrom lg looking-glass\n"
                 "rib w2 198.51.100.0/24 bgp 192.0.2.2 a\n"
                 "rib w3 198.51.100.0/24 bgp 192.0.2.6 c\n";
    static const struct {
        const char *more, *path;
    } cases[] = {
        {"rib w1 198.51.100.0/24 ospf 10.0.0.2 i\nfrom tr traceroute\n"
         "trace 203.0.113.10 198.51.100.10 203.0.113.1 10.0.0.2 192.0.2.130 "
         "192.0.2.134/192.0.2.138 198.51.100.10\n"
         "trace 203.0.113.11 198.51.100.11 203.0.113.1 10.0.0.2 192.0.2.2 198.51.100.11\n",
         "w1+ w2+ ?192.0.2.2: derived"},
        {"rib w1 198.51.100.0/24 ospf 10.0.0.2,10.0.0.6 i;j\nfrom tr traceroute\n"
         "trace 203.0.113.10 198.51.100.10 203.0.113.1 10.0.0.2 192.0.2.2 198.51.100.10\n"
         "trace 203.0.113.11 198.51.100.11 203.0.113.1 10.0.0.6 192.0.2.6 192.0.2.130 "
         "198.51.100.11\n",
         "w1+ w2+ ?192.0.2.2 | w1+ w3+ ?192.0.2.6 ?192.0.2.130: derived"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        wb_say(b, "west", west);
        wb_say(b, "west", "from lg looking-glass");
        wb_say(b, "west", cases[i].more);
        wb_build(b);
        assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"), cases[i].path);
        wb_free(&b);
    }
}

/* Where ways of several lengths are taken in turn the destination may answer too early: who it
 * was handed to is there all the same. */
static void test_destination_that_answers_early(void **state)
{
    (void)state;
    struct wb *b = wb_world("west",
                            REGISTRY WEST "peer w1 192.0.2.2 64502\n" SEEN
                                          "trace 203.0.113.10 198.51.100.10 203.0.113.1 "
                                          "198.51.100.10\n",
                            NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"),
                        "w1+ ?192.0.2.2?: assumed");
    wb_free(&b);
}

/*
 *      w1 ══ w2        two links as good; w2's table shows a route, w1's border is
 *      │     │         a better way, which a traceroute shows
 *      └ mid ┘
 */
static void test_packets_leave_at_a_nearer_border(void **state)
{
    (void)state;
    struct wb *b = wb_world(
        "west",
        REGISTRY WEST
        "domain name=east asns=64503 prefixes=198.51.100.0/24\n"
        "port w1 c 192.0.2.64/31\nport w1 d 192.0.2.66/31\n"
        "port w1 lo 192.0.2.71/32 kind=loopback\nospf w1 c 10\nospf w1 d 10\nospf w1 lo 0\n"
        "peer w1 192.0.2.2 64502\npeer w1 192.0.2.72 64501 local_addr=192.0.2.71\n"
        "port w2 c 192.0.2.65/31\nport w2 d 192.0.2.67/31\nport w2 b 192.0.2.5/30\n"
        "port w2 lo 192.0.2.72/32 kind=loopback\nospf w2 c 10\nospf w2 d 10\nospf w2 lo 0\n"
        "bgp w2 64501\npeer w2 192.0.2.6 64502 import_policy=LIKED\n"
        "term w2 LIKED 10 permit set=local-preference~200\n"
        "peer w2 192.0.2.71 64501 local_addr=192.0.2.72 next_hop_self=1\n"
        "from lg looking-glass\n"
        "seen w2 198.51.100.0/24 192.0.2.6 64502,64503 192.0.2.6 best=1 external=1\n"
        "from tr traceroute\n"
        "trace 203.0.113.10 198.51.100.10 203.0.113.1 192.0.2.2 192.0.2.130 198.51.100.10\n",
        NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"),
                        "w1+ ?192.0.2.2 ?192.0.2.130: derived");
    wb_free(&b);
}

/* From a silent domain that one neighbour tells of: where others are silent too, it may have
 * more. Packets that were seen to leave for several others by the known one speak for it. */
static void test_the_only_neighbour_that_tells(void **state)
{
    static const struct {
        const char *more;
        enum fact_class cls;
    } cases[] = {
        {"", CLASS_DERIVED},
        {"domain name=far asns=64509 prefixes=198.51.100.0/25\n", CLASS_ASSUMED},
        {"domain name=far asns=64509 prefixes=198.51.100.0/25\nfrom tr traceroute\n"
         "domain name=n1 asns=64511 prefixes=198.51.100.128/26\n"
         "domain name=n2 asns=64512 prefixes=198.51.100.192/26\n"
         "trace 192.0.2.201 198.51.100.1 192.0.2.193 192.0.2.1 198.51.100.1\n"
         "trace 192.0.2.202 198.51.100.129 192.0.2.193 192.0.2.1 198.51.100.129\n"
         "trace 192.0.2.203 198.51.100.193 192.0.2.193 192.0.2.1 198.51.100.193\n",
         CLASS_DERIVED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char west[2048];
        snprintf(west, sizeof(west), "%s%s",
                 REGISTRY WEST
                 "peer w1 192.0.2.2 64502\nfrom lg looking-glass\n"
                 "rib w1 203.0.113.0/24 connected - lan\nfrom tr traceroute\n"
                 "trace 203.0.113.10 192.0.2.200 203.0.113.1 192.0.2.2 192.0.2.200\n",
                 cases[i].more);
        struct wb *b = wb_world("west", west, NULL);
        struct path *p = wb_path(b, "192.0.2.200", "203.0.113.10", NULL);
        assert_int_equal(p->cls, cases[i].cls);
        wb_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_customers_are_carried),
        cmocka_unit_test(test_a_customer_carries_no_transit),
        cmocka_unit_test(test_own_space_is_reached),
        cmocka_unit_test(test_crossing_of_another_destination),
        cmocka_unit_test(test_endless_as_path_is_not_reached),
        cmocka_unit_test(test_crossing_backwards),
        cmocka_unit_test(test_without_a_crossing_it_is_assumed),
        cmocka_unit_test(test_crossing_that_balances),
        cmocka_unit_test(test_entered_by_one_of_two_links),
        cmocka_unit_test(test_each_of_several_ways),
        cmocka_unit_test(test_traceroutes_that_went_elsewhere),
        cmocka_unit_test(test_destination_that_answers_early),
        cmocka_unit_test(test_the_only_neighbour_that_tells),
        cmocka_unit_test(test_packets_leave_at_a_nearer_border),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
