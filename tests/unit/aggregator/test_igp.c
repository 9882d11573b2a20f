/* SPDX-License-Identifier: Apache-2.0 */
/* Shortest paths inside a domain. */
#include "unit/cmocka_all.h"

#include <string.h>

#include "aggregator/igp.h"
#include "unit/aggregator/world_builder.h"

/* A square: r1-r2-r4 and r1-r3-r4, each link 10, and r4's network. */
#define SQUARE                                                                                 \
    "port r1 a 192.0.2.1/30\nport r2 a 192.0.2.2/30\n"                                         \
    "port r1 b 192.0.2.5/30\nport r3 b 192.0.2.6/30\n"                                         \
    "port r2 c 192.0.2.9/30\nport r4 c 192.0.2.10/30\n"                                        \
    "port r3 d 192.0.2.13/30\nport r4 d 192.0.2.14/30\n"                                       \
    "port r4 lan 198.51.100.1/24\n"

static int64_t dist(const struct wb *b, const char *from, const char *to, unsigned family)
{
    return igp_distance(b->world, wb_instance(b, "one", from, ""),
                        wb_instance(b, "one", to, ""), family);
}

static struct igp_route way(const struct wb *b, const char *from, const char *prefix)
{
    struct igp_route r;
    igp_route_to(b->world, wb_instance(b, "one", from, ""), wb_id(b, prefix), &r);
    return r;
}

/* Names of the routers that the first hops lead to, in order. */
static size_t first_hops(const struct wb *b, const char *from, const struct igp_route *r,
                         const char **out)
{
    struct instance *in = wb_instance(b, "one", from, "");
    const struct igp_neighbour *x;
    size_t n = 0;
    for (size_t i = 0; (x = igp_neighbour(b->world, in, i)); i++)
        if (wire_set_next(&r->first, i) == i)
            out[n++] = x->next->router->name;
    return n;
}

static void test_equal_cost(void **state)
{
    (void)state;
    const char *hops[8];
    struct wb *b = wb_world("one",
                            SQUARE "ospf r1 a 10\nospf r2 a 10\nospf r1 b 10\nospf r3 b 10\n"
                                   "ospf r2 c 10\nospf r4 c 10\nospf r3 d 10\nospf r4 d 10\n"
                                   "ospf r4 lan 5 passive=1",
                            NULL);
    struct igp_route r = way(b, "r1", "198.51.100.0/24");
    assert_int_equal(dist(b, "r1", "r4", 4), 20);
    assert_int_equal(r.metric, 25);
    assert_int_equal(first_hops(b, "r1", &r, hops), 2);
    assert_string_equal(hops[0], "r2");
    assert_string_equal(hops[1], "r3");
    assert_false(r.tied);
    assert_int_equal(dist(b, "r1", "r4", 6), IGP_UNREACHED);
    r = way(b, "r4", "198.51.100.0/24");
    assert_true(r.local);
    wb_free(&b);
}

/* A metric of zero there and back: the way round by the neighbour is as short, but no way. */
static void test_metric_of_zero(void **state)
{
    static const char ends[] = "ospf r2 c 10\nospf r4 c 10\nospf r3 d 5\nospf r4 d 5\n"
                               "ospf r4 lan 5 passive=1\nospf r1 a 0\nospf r2 a 0\n";
    (void)state;
    for (int near = 0; near < 2; near++) {
        const char *hops[8];
        struct wb *b = wb_new();
        wb_say(b, "one", SQUARE);
        wb_say(b, "one", ends);
        wb_say(b, "one", near ? "ospf r1 b 5\nospf r3 b 5" : "ospf r1 b 50\nospf r3 b 50");
        wb_build(b);
        assert_int_equal(dist(b, "r1", "r4", 4), 10);
        assert_int_equal(dist(b, "r2", "r4", 4), 10);
        struct igp_route r = way(b, "r2", "198.51.100.0/24");
        assert_int_equal(first_hops(b, "r2", &r, hops), near ? 2 : 1);
        assert_string_equal(hops[near], "r4");
        r = way(b, "r1", "198.51.100.0/24");
        assert_int_equal(first_hops(b, "r1", &r, hops), near ? 2 : 1);
        assert_string_equal(hops[0], "r2");
        wb_free(&b);
    }
}

static void test_metric_of_each_direction(void **state)
{
    (void)state;
    const char *hops[8];
    struct wb *b = wb_world("one",
                            SQUARE "ospf r1 a 10\nospf r2 a 100\nospf r1 b 30\nospf r3 b 1\n"
                                   "ospf r2 c 10\nospf r4 c 100\nospf r3 d 10\nospf r4 d 1\n"
                                   "ospf r4 lan 0 passive=1\nospf r1 a 10",
                            NULL);
    assert_int_equal(dist(b, "r1", "r4", 4), 20); /* 10 + 10 by r2 */
    assert_int_equal(dist(b, "r4", "r1", 4), 2);  /* 1 + 1 by r3 */
    struct igp_route r = way(b, "r1", "198.51.100.0/24");
    assert_int_equal(first_hops(b, "r1", &r, hops), 1);
    assert_string_equal(hops[0], "r2");
    wb_free(&b);
}

static void test_one_path_only(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            SQUARE "ospf r1 a 10\nospf r2 a 10\nospf r1 b 10\nospf r3 b 10\n"
                                   "ospf r2 c 10\nospf r4 c 10\nospf r3 d 10\nospf r4 d 10\n"
                                   "ospf r4 lan 5 passive=1\n"
                                   "igp node=r1 protocol=ospf family=4 maximum_paths=1",
                            NULL);
    assert_true(way(b, "r1", "198.51.100.0/24").tied);
    assert_false(way(b, "r1", "198.51.100.0/24").several);
    assert_false(way(b, "r2", "198.51.100.0/24").tied);
    wb_free(&b);
}

static void test_passive_and_down(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 SQUARE "ospf r1 a 1 passive=1\nospf r2 a 1\nospf r1 b 30\nospf r3 b 30\n"
                        "ospf r2 c 10\nospf r4 c 10\nospf r3 d 10\nospf r4 d 10\n"
                        "ospf r4 lan 5\nport r4 lan - up=0",
                 NULL);
    assert_int_equal(dist(b, "r1", "r4", 4), 40);
    assert_int_equal(dist(b, "r1", "r2", 4), 50); /* all the way round */
    assert_int_equal(way(b, "r1", "198.51.100.0/24").metric, IGP_UNREACHED); /* down */
    assert_int_equal(way(b, "r4", "192.0.2.0/30").metric, 11);               /* by r2: 10 + 1 */
    wb_free(&b);
}

static void test_areas(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            SQUARE "ospf r1 a 10 area=0\nospf r2 a 10 area=1\n"
                                   "ospf r1 b 10 area=0\nospf r3 b 10 area=0\n",
                            NULL);
    assert_int_equal(dist(b, "r1", "r2", 4), IGP_UNREACHED);
    assert_int_equal(dist(b, "r1", "r3", 4), 10);
    wb_free(&b);
}

/* Each family has its own metrics, and OSPF goes before IS-IS for the same prefix. */
static void test_families_and_protocols(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 a 192.0.2.1/30,2001:db8::1/64\n"
                            "port r2 a 192.0.2.2/30,2001:db8::2/64\n"
                            "port r2 lan 198.51.100.1/24,2001:db8:1::1/64\n"
                            "ospf r1 a 7\nospf r2 a 7\nospf3 r1 a 9\nospf3 r2 a 9\n"
                            "isis r1 a 2\nisis r2 a 2\n"
                            "ospf r2 lan 1\nospf3 r2 lan 1\nisis r2 lan 1",
                            NULL);
    struct igp_route r4 = way(b, "r1", "198.51.100.0/24"), r6 = way(b, "r1", "2001:db8:1::/64");
    assert_int_equal(r4.proto, IGP_OSPF);
    assert_int_equal(r4.metric, 8);
    assert_int_equal(r6.metric, 10);
    assert_int_equal(igp_admin_distance(IGP_OSPF), 110);
    assert_int_equal(igp_admin_distance(IGP_ISIS), 115);
    wb_free(&b);
}

static void test_redistributed_and_default(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 SQUARE "ospf r1 a 10\nospf r2 a 10\nospf r2 c 10\nospf r4 c 10\n"
                        "redist r4 ospf connected metric=50\n"
                        "origination node=r2 into=ospf how=default family=4 metric=1",
                 NULL);
    struct igp_route r = way(b, "r1", "198.51.100.0/24");
    assert_int_equal(r.metric, 70); /* 10 + 10 + 50 */
    assert_int_equal(way(b, "r1", "0.0.0.0/0").metric, 11);
    size_t n;
    assert_non_null(igp_attached(b->world, wb_id(b, "198.51.100.0/24"), &n));
    assert_int_equal(n, 1);
    assert_null(igp_attached(b->world, NOWHERE, &n));
    wb_free(&b);
}

/* What comes in by redistribution: static routes as well, as far as the policy lets them; of
 * other protocols nobody knows what there is, so that all who hear of it are in doubt. */
static void test_what_is_brought_in(void **state)
{
    (void)state;
    static const struct {
        const char *more, *prefix;
        int64_t metric; /* from r1; -1: not there */
        bool unsure, doubt;
    } cases[] = {
        {"redist r4 ospf static metric=7", "203.0.113.0/24", 27, false, false},
        {"redist r4 ospf static policy=NO", "203.0.113.0/24", -1, false, false},
        {"redist r4 ospf static policy=SET", "203.0.113.0/24", 25, false, false},
        {"redist r4 ospf static policy=SOME", "203.0.113.0/24", -1, false, true},
        {"redist r4 ospf static policy=MAYBE", "203.0.113.0/24", 40, true, false},
        {"redist r4 ospf connected policy=NO", "198.51.100.0/24", -1, false, false},
        {"redist r4 ospf bgp", "203.0.113.0/24", -1, false, true},
        {"igp node=r4 protocol=eigrp family=4", "203.0.113.0/24", -1, false, true},
        {"igp node=r4 protocol=rip family=6", "203.0.113.0/24", -1, false, false},
        {"igp node=r3 protocol=rip family=4", "203.0.113.0/24", -1, false, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        wb_say(b, "one",
               SQUARE "ospf r1 a 10\nospf r2 a 10\nospf r2 c 10\nospf r4 c 10\n"
                      "static r4 203.0.113.0/24 198.51.100.9\nterm r4 NO 5 deny\n"
                      "term r4 SET 5 permit match=source-protocol~static set=med~5\n"
                      "term r4 SOME 5 permit match=unknown~x\n"
                      "term r4 MAYBE 5 deny match=unknown~x\nterm r4 MAYBE 10 permit");
        wb_say(b, "one", cases[i].more);
        wb_build(b);
        struct igp_route r = way(b, "r1", cases[i].prefix);
        assert_int_equal(r.metric, cases[i].metric < 0 ? IGP_UNREACHED : cases[i].metric);
        assert_int_equal(r.unsure, cases[i].unsure);
        assert_int_equal(igp_in_doubt(b->world, wb_instance(b, "one", "r1", ""), 4),
                         cases[i].doubt);
        wb_free(&b);
    }
}

/* RFC 2328, section 16.4.1: inside before type 1 before type 2, and of that the metric outside
 * before the way. IS-IS knows no such thing. */
static void test_types_of_external_routes(void **state)
{
    (void)state;
    static const struct {
        const char *by_r2, *by_r3; /* r2 is 10 away, r3 is 30 */
        const char *next;
    } cases[] = {
        {"origination node=r2 into=ospf how=default family=4 metric=1",
         "origination node=r3 into=ospf how=default family=4 metric=1", "r2"},
        {"origination node=r2 into=ospf how=default family=4 metric=2",
         "origination node=r3 into=ospf how=default family=4 metric=1", "r3"},
        {"origination node=r2 into=ospf how=default family=4 metric=100 metric_type=1",
         "origination node=r3 into=ospf how=default family=4 metric=1", "r2"},
        {"origination node=r2 into=ospf how=default family=4 metric=2 metric_type=1",
         "origination node=r3 into=ospf how=default family=4 metric=1 metric_type=1", "r2"},
        {"origination node=r2 into=isis how=default family=4 metric=2",
         "origination node=r3 into=isis how=default family=4 metric=1", "r2"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *hops[8];
        struct wb *b = wb_new();
        wb_say(b, "one",
               SQUARE "ospf r1 a 10\nospf r2 a 10\nospf r1 b 30\nospf r3 b 30\n"
                      "isis r1 a 10\nisis r2 a 10\nisis r1 b 30\nisis r3 b 30");
        wb_say(b, "one", cases[i].by_r2);
        wb_say(b, "one", cases[i].by_r3);
        wb_build(b);
        struct igp_route r = way(b, "r1", "0.0.0.0/0");
        assert_int_equal(first_hops(b, "r1", &r, hops), 1);
        assert_string_equal(hops[0], cases[i].next);
        wb_free(&b);
    }
}

/* Of a loopback OSPF tells the address, unless it is a point-to-point network; IS-IS the
 * network.
 */
static void test_loopbacks(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            SQUARE "port r2 lo 203.0.113.1/28 kind=loopback\n"
                                   "port r2 lo1 203.0.113.17/28 kind=loopback\n"
                                   "port r2 lo2 203.0.113.33/28 kind=loopback\n"
                                   "ospf r1 a 10\nospf r2 a 10\nospf r2 lo 1\n"
                                   "ospf r2 lo1 1 network=point-to-point\n"
                                   "isis r1 a 10\nisis r2 a 10\nisis r2 lo2 1",
                            NULL);
    assert_int_equal(way(b, "r1", "203.0.113.1/32").metric, 11);
    assert_int_equal(way(b, "r1", "203.0.113.0/28").metric, IGP_UNREACHED);
    assert_int_equal(way(b, "r1", "203.0.113.16/28").metric, 11);
    assert_int_equal(way(b, "r1", "203.0.113.17/32").metric, IGP_UNREACHED);
    assert_int_equal(way(b, "r1", "203.0.113.32/28").metric, 11);
    wb_free(&b);
}

/* Different MTUs keep neighbours from becoming adjacent, unless they are told not to look:
 * nobody tells. Those of different platforms can't be compared. */
static void test_different_mtus(void **state)
{
    (void)state;
    static const struct {
        const char *more;
        int64_t r1_r2;
        bool unsure;
    } cases[] = {
        {"port r1 a 192.0.2.1/30 mtu=9000\nport r2 a 192.0.2.2/30 mtu=9000", 10, false},
        {"port r1 a 192.0.2.1/30 mtu=9000\nport r2 a 192.0.2.2/30 mtu=1500", 60, true},
        {"port r1 a 192.0.2.1/30 mtu=9000", 60, true},
        {"port r1 a 192.0.2.1/30 mtu=1500", 10, false},
        {"port r1 a 192.0.2.1/30 mtu=9000\nnode node=r2 platform=junos", 10, false},
        {"port r1 a 192.0.2.1/30 mtu=9000\nnode node=r1 platform=sros\nnode node=r2 "
         "platform=sros",
         10, false}, /* what it is where nobody says it is not known */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        wb_say(b, "one",
               SQUARE "ospf r1 a 10\nospf r2 a 10\nospf r2 c 10\nospf r4 c 10\nospf r4 d 20\n"
                      "ospf r3 d 20\nospf r3 b 30\nospf r1 b 30");
        wb_say(b, "one",
               strstr(cases[i].more, "platform") ? "node node=r1 platform=ios"
                                                 : "node node=r1 platform=ios\n"
                                                   "node node=r2 platform=ios");
        wb_say(b, "one", cases[i].more);
        wb_build(b);
        assert_int_equal(dist(b, "r1", "r2", 4), cases[i].r1_r2);
        assert_int_equal(way(b, "r1", "198.51.100.0/24").unsure,
                         false); /* nobody announces it */
        assert_int_equal(way(b, "r3", "192.0.2.0/30").unsure, cases[i].unsure);
        wb_free(&b);
    }
}

static void test_never_across_domains(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", "port r1 a 192.0.2.1/30\nospf r1 a 10", "two",
                            "port r2 a 192.0.2.2/30\nospf r2 a 10", NULL);
    assert_int_equal(igp_distance(b->world, wb_instance(b, "one", "r1", ""),
                                  wb_instance(b, "two", "r2", ""), 4),
                     IGP_UNREACHED);
    wb_free(&b);
}

static void test_declared_metrics_stand_for_a_protocol(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 a 192.0.2.1/30\nport r2 a 192.0.2.2/30\n"
                            "link a_node=r1 a_interface=a b_node=r2 b_interface=a metric_ab=3 "
                            "metric_ba=4",
                            NULL);
    assert_int_equal(dist(b, "r1", "r2", 4), 3);
    assert_int_equal(dist(b, "r2", "r1", 4), 4);
    wb_free(&b);
}

static void test_default_metric_and_negative(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 a 192.0.2.1/30\nport r2 a 192.0.2.2/30\n"
                            "ospf r1 a -\nospf r2 a -5",
                            NULL);
    assert_int_equal(dist(b, "r1", "r2", 4), 10);
    assert_int_equal(dist(b, "r2", "r1", 4), 0); /* never shorter than nothing */
    wb_free(&b);
}

/* Metrics that would overflow a sum. */
static void test_huge_metrics(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            SQUARE "ospf r1 a 9223372036854775807\nospf r2 a 10\n"
                                   "ospf r2 c 9223372036854775807\nospf r4 c 10\n"
                                   "ospf r4 lan 9223372036854775807\n",
                            NULL);
    assert_true(dist(b, "r1", "r4", 4) >= 0);
    assert_true(way(b, "r1", "198.51.100.0/24").metric >= 0);
    wb_free(&b);
}

/*
 *       .== r2 ==. 10         r4 is reached by r2, over two links, and by r3 at equal cost;
 *     r1         r4           r5 behind it by r4 only.
 *       `-- r3 --' 10
 */
static void test_ways_that_ospfv3_of_frr_loses(void **state)
{
    static const char map[] =
        "port r1 a 2001:db8:0:1::1/64\nport r2 a 2001:db8:0:1::2/64\n"
        "port r1 b 2001:db8:0:2::1/64\nport r2 b 2001:db8:0:2::2/64\n"
        "port r1 c 2001:db8:0:3::1/64\nport r3 c 2001:db8:0:3::2/64\n"
        "port r2 d 2001:db8:0:4::1/64\nport r4 d 2001:db8:0:4::2/64\n"
        "port r3 e 2001:db8:0:5::1/64\nport r4 e 2001:db8:0:5::2/64\n"
        "port r4 lan 2001:db8:4::1/64\nospf3 r4 lan 10 passive=1 family=6\n"
        "port r2 lan 2001:db8:2::1/64\nospf3 r2 lan 10 passive=1 family=6\n"
        "ospf3 r1 a 10 family=6\nospf3 r2 a 10 family=6\nospf3 r1 b 10 family=6\n"
        "ospf3 r2 b 10 family=6\nospf3 r1 c 10 family=6\nospf3 r3 c 10 family=6\n"
        "ospf3 r2 d 10 family=6\nospf3 r4 d 10 family=6\nospf3 r3 e 10 family=6\n"
        "ospf3 r4 e 10 family=6\n";
    static const struct {
        const char *more, *prefix;
        size_t ways;
        bool tied;
    } cases[] = {
        /* r3's way comes first or last, of those over r2 one is lost if it is not the first */
        {"node node=r1 platform=frr", "2001:db8:4::/64", 2, true},
        {"node node=r1 platform=frr", "2001:db8:2::/64", 2, false},
        {"node node=r1 platform=junos", "2001:db8:4::/64", 3, false},
        {"node node=r2 platform=frr", "2001:db8:4::/64", 3, false},
        /* farther than r2's by one router: then r2's comes first and loses nothing */
        {"node node=r1 platform=frr\nport r3 f 2001:db8:0:6::1/64\n"
         "port r6 f 2001:db8:0:6::2/64\nport r6 g 2001:db8:0:7::1/64\n"
         "port r4 g 2001:db8:0:7::2/64\nospf3 r3 f 5 family=6\nospf3 r6 f 5 family=6\n"
         "ospf3 r6 g 5 family=6\nospf3 r4 g 5 family=6\nport r3 e - up=0",
         "2001:db8:4::/64", 3, false},
        /* nearer than r2's: of these one is lost */
        {"node node=r1 platform=frr\nport r1 h 2001:db8:0:8::1/64\n"
         "port r4 h 2001:db8:0:8::2/64\nospf3 r1 h 20 family=6\nospf3 r4 h 20 family=6\n"
         "port r3 e - up=0",
         "2001:db8:4::/64", 2, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *hops[8];
        struct wb *b = wb_new();
        wb_say(b, "one", map);
        wb_say(b, "one", cases[i].more);
        wb_build(b);
        struct igp_route r = way(b, "r1", cases[i].prefix);
        if (first_hops(b, "r1", &r, hops) != cases[i].ways || r.tied != cases[i].tied ||
            r.several != cases[i].tied)
            fail_msg("case %zu: %zu ways%s", i, first_hops(b, "r1", &r, hops),
                     r.tied ? ", of several" : "");
        wb_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_cost),
        cmocka_unit_test(test_metric_of_zero),
        cmocka_unit_test(test_metric_of_each_direction),
        cmocka_unit_test(test_one_path_only),
        cmocka_unit_test(test_ways_that_ospfv3_of_frr_loses),
        cmocka_unit_test(test_passive_and_down),
        cmocka_unit_test(test_areas),
        cmocka_unit_test(test_families_and_protocols),
        cmocka_unit_test(test_redistributed_and_default),
        cmocka_unit_test(test_what_is_brought_in),
        cmocka_unit_test(test_types_of_external_routes),
        cmocka_unit_test(test_loopbacks),
        cmocka_unit_test(test_different_mtus),
        cmocka_unit_test(test_never_across_domains),
        cmocka_unit_test(test_declared_metrics_stand_for_a_protocol),
        cmocka_unit_test(test_default_metric_and_negative),
        cmocka_unit_test(test_huge_metrics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
