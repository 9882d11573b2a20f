/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of packets from end to end. */
#include "unit/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "unit/aggregator/world_builder.h"

/* west (64501) - mid (64502) - east (64503); a host network in west and in east. */
#define WEST                                                                                   \
    "domain 64501 prefixes=203.0.113.0/24;192.0.2.0/30\nport w1 lan 203.0.113.1/24\n"          \
    "port w1 a 192.0.2.1/30\nbgp w1 64501\npeer w1 192.0.2.2 64502\nnet w1 203.0.113.0/24\n"
#define MID_NAMES "domain 64502 prefixes=192.0.2.0/24\n"
#define MID                                                                                    \
    MID_NAMES                                                                                  \
    "port m1 a 192.0.2.2/30\nport m1 i 192.0.2.129/30\nport m2 i 192.0.2.130/30\n"             \
    "port m1 lo 10.0.0.1/32 kind=loopback\nport m2 lo 10.0.0.2/32 kind=loopback\n"             \
    "port m2 b 192.0.2.9/30\nospf m1 i 10\nospf m2 i 10\nospf m1 lo 0\nospf m2 lo 0\n"         \
    "bgp m1 64502\nbgp m2 64502\npeer m1 192.0.2.1 64501\npeer m2 192.0.2.10 64503\n"          \
    "peer m1 10.0.0.2 64502 local_addr=10.0.0.1 next_hop_self=1\n"                             \
    "peer m2 10.0.0.1 64502 local_addr=10.0.0.2 next_hop_self=1\n"
#define EAST                                                                                   \
    "domain 64503 prefixes=198.51.100.0/24\nport e1 b 192.0.2.10/30\n"                         \
    "port e1 lan 198.51.100.1/24\nbgp e1 64503\npeer e1 192.0.2.9 64502\n"                     \
    "net e1 198.51.100.0/24\n"

static void test_three_domains(void **state)
{
    (void)state;
    struct wb *b = wb_world("west", WEST, "mid", MID, "east", EAST, NULL);
    assert_string_equal(wb_hops_domains(b, "203.0.113.10", "198.51.100.10"),
                        "west/w1 mid/m1 mid/m2 east/e1: derived");
    assert_string_equal(wb_hops(b, "198.51.100.10", "203.0.113.10"), "e1 m2 m1 w1: derived");
    wb_free(&b);
}

static void test_what_a_hop_tells(void **state)
{
    (void)state;
    struct wb *b = wb_world("west", WEST, "mid", MID, "east", EAST, NULL);
    struct path *p = wb_path(b, "203.0.113.10", "198.51.100.10", NULL);
    const struct path_leg *leg = &p->legs[0];
    struct addr in = wb_addr("192.0.2.2"), out = wb_addr("192.0.2.1");
    assert_int_equal(p->n_legs, 1);
    assert_int_equal(leg->n_as, 3);
    assert_int_equal(leg->as_path[1], 64502);
    assert_false(addr_is_set(&leg->hops[0].in));
    assert_null(leg->hops[0].link);
    assert_true(addr_eq(&leg->hops[0].out, &out));
    assert_true(addr_eq(&leg->hops[1].in, &in));
    assert_string_equal(leg->hops[1].in_name, "a");
    assert_string_equal(leg->hops[1].out_name, "i");
    assert_string_equal(leg->hops[1].link->name, "m1|w1");
    assert_true(leg->hops[1].forward == (leg->hops[1].link->end[1].node->name[0] == 'm'));
    assert_false(addr_is_set(&leg->hops[3].out));
    for (size_t i = 0; i < leg->n_hops; i++)
        assert_true(leg->hops[i].n_evidence > 0);
    assert_null(p->why);
    wb_free(&b);
}

static void test_a_trace_confirms(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("west",
                 WEST "from tr traceroute\n"
                      "trace 203.0.113.10 198.51.100.10 203.0.113.1 192.0.2.2 192.0.2.130 "
                      "192.0.2.10 198.51.100.10",
                 "mid", MID, "east", EAST, NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"),
                        "w1+ m1+ m2+ e1+: derived");
    assert_int_equal(wb_disagreements(b, "path"), 0);
    wb_free(&b);
}

/* mid tells nothing at all, a traceroute passed it: its routers are known by address, and whose
 * they are is deduced. */
static void test_bridged_by_a_trace(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("west",
                 WEST "domain name=mid asns=64502 prefixes=192.0.2.0/24\n"
                      "from tr traceroute\n"
                      "trace 203.0.113.10 198.51.100.10 203.0.113.1 192.0.2.2 192.0.2.130 "
                      "192.0.2.10 198.51.100.10",
                 "east", EAST, NULL);
    assert_string_equal(wb_hops_domains(b, "203.0.113.10", "198.51.100.10"),
                        "west/w1+ mid/?192.0.2.2 mid/?192.0.2.130 east/e1+: derived");
    /* another host of the same network goes the same way, though nobody looked */
    assert_string_equal(wb_hops_domains(b, "203.0.113.10", "198.51.100.99"),
                        "west/w1 mid/?192.0.2.2 mid/?192.0.2.130 east/e1: derived");
    wb_free(&b);
}

/* Who it is follows; by which of its links it was entered does not. */
static void test_silent_hops(void **state)
{
    (void)state;
    struct wb *b = wb_world("west",
                            WEST "domain name=mid asns=64502 prefixes=192.0.2.0/24\n"
                                 "from tr traceroute\n"
                                 "trace 203.0.113.10 198.51.100.10 203.0.113.1 192.0.2.2 * "
                                 "192.0.2.10 198.51.100.10",
                            "east", EAST, NULL);
    assert_string_equal(wb_hops_domains(b, "203.0.113.10", "198.51.100.10"),
                        "west/w1+ mid/?192.0.2.2 mid/?192.0.2.9? east/e1+: assumed");
    wb_free(&b);
}

/* Only the AS path of a table leads through the silent domain. */
static void test_bridged_by_an_as_path(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("west",
                 WEST "from lg looking-glass\n"
                      "seen w1 198.51.100.0/24 192.0.2.2 64502,64503 192.0.2.2 best=1 "
                      "external=1\n"
                      "rib w1 198.51.100.0/24 bgp 192.0.2.2 a\n"
                      "rib w1 203.0.113.0/24 connected - lan",
                 "east", EAST, NULL);
    struct path *p = wb_path(b, "203.0.113.10", "198.51.100.10", NULL);
    assert_true(p->reached);
    assert_int_equal(p->legs[0].n_as, 3);
    assert_int_equal(p->legs[0].as_path[0], 64501);
    assert_int_equal(p->legs[0].as_path[1], 64502);
    assert_int_equal(p->legs[0].as_path[2], 64503);
    assert_string_equal(p->legs[0].hops[p->legs[0].n_hops - 1].router, "e1");
    wb_free(&b);
}

/* Of a router without configuration BGP's routes alone were shown: it is known where they lead,
 * and of other destinations nothing. */
static void test_routes_of_bgp_alone(void **state)
{
    static const char facts[] =
        "domain 64500 prefixes=192.0.2.0/24;198.51.100.0/23\nport r2 x 192.0.2.2/30\n"
        "port r2 lan 198.51.100.1/24\nport r2 lan2 198.51.101.1/24\nfrom lg looking-glass\n"
        "port r1 lan 192.0.2.129/25\nport r1 x 192.0.2.1/30\n"
        "rib r1 198.51.100.0/24 bgp 192.0.2.2 x\n";
    (void)state;
    struct wb *b = wb_world("one", facts, NULL);
    assert_string_equal(wb_hops(b, "192.0.2.130", "198.51.100.7"), "r1 r2: derived");
    assert_string_equal(wb_hops(b, "192.0.2.130", "198.51.101.7"), "??: assumed");
    wb_free(&b);
}

static void test_no_route_observed(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("west", WEST "from lg looking-glass\nrib w1 203.0.113.0/24 connected - lan",
                 "mid", MID, "east", EAST, NULL);
    struct path *p = wb_path(b, "203.0.113.10", "198.51.100.10", NULL);
    assert_false(p->reached);
    assert_true(p->known);
    assert_string_equal(p->why, "w1 has no route");
    assert_int_equal(p->legs[0].n_hops, 1);
    wb_free(&b);
}

static void test_no_route_derived(void **state)
{
    (void)state;
    struct wb *b = wb_world("west", WEST, "mid", MID, "east", EAST, NULL);
    struct path *p = wb_path(b, "203.0.113.10", "198.18.9.9", NULL);
    assert_false(p->reached);
    assert_true(p->known);
    assert_int_equal(p->cls, CLASS_DERIVED);
    wb_free(&b);
}

static void test_loop(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 lan 203.0.113.1/24\nport r1 a 192.0.2.1/30\n"
                            "port r2 a 192.0.2.2/30\nstatic r1 198.18.0.0/16 192.0.2.2\n"
                            "static r2 198.18.0.0/16 192.0.2.1",
                            NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.18.1.1"),
                        "r1 r2: derived; packets go round in a loop");
    wb_free(&b);
}

#define DIAMOND                                                                                \
    "port r1 lan 203.0.113.1/24\nport r1 a 192.0.2.1/30\nport r2 a 192.0.2.2/30\n"             \
    "port r1 b 192.0.2.5/30\nport r3 b 192.0.2.6/30\nport r2 c 192.0.2.9/30\n"                 \
    "port r4 c 192.0.2.10/30\nport r3 d 192.0.2.13/30\nport r4 d 192.0.2.14/30\n"              \
    "port r4 lan 198.51.100.1/24\nospf r1 a 10\nospf r2 a 10\nospf r1 b 10\nospf r3 b 10\n"    \
    "ospf r2 c 10\nospf r4 c 10\nospf r3 d 10\nospf r4 d 10\nospf r4 lan 1\n"                  \
    "ospf r1 lan 1\n"

static void test_equal_cost_legs(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", DIAMOND, NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"),
                        "r1 r2 r4 | r1 r3 r4: derived");
    wb_free(&b);
}

static void test_parallel_links_are_legs(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 "port r1 lan 203.0.113.1/24\nport r1 a 192.0.2.1/30\n"
                 "port r2 a 192.0.2.2/30\nport r1 b 192.0.2.5/30\nport r2 b 192.0.2.6/30\n"
                 "port r2 lan 198.51.100.1/24\nospf r1 a 10\nospf r2 a 10\nospf r1 b 10\n"
                 "ospf r2 b 10\nospf r2 lan 1\n",
                 NULL);
    struct path *p = wb_path(b, "203.0.113.10", "198.51.100.10", NULL);
    assert_int_equal(p->n_legs, 2);
    assert_ptr_not_equal(p->legs[0].hops[1].link, p->legs[1].hops[1].link);
    wb_free(&b);
}

static void test_one_path_settled_by_a_trace(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 DIAMOND "igp node=r1 protocol=ospf family=4 maximum_paths=1\n"
                         "from tr traceroute\ntrace 203.0.113.10 198.51.100.10 203.0.113.1 "
                         "192.0.2.6 192.0.2.14 198.51.100.10",
                 NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"), "r1+ r3+ r4+: derived");
    wb_free(&b);
}

/* What was derived says r2, packets were seen to go by r3 all the way. */
static void test_a_trace_corrects(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 DIAMOND "ospf r1 b 50\nfrom tr traceroute\ntrace 203.0.113.10 198.51.100.10 "
                         "203.0.113.1 192.0.2.6 192.0.2.14 198.51.100.10",
                 NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"), "r1+ r3+ r4+: derived");
    wb_free(&b);
}

/* A responder that is not on the way (it answers from another interface) corrects nothing. */
static void test_off_path_responder(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 DIAMOND "ospf r1 b 50\nfrom tr traceroute\ntrace 203.0.113.10 198.51.100.10 "
                         "203.0.113.1 192.0.2.9 192.0.2.13 198.51.100.10",
                 NULL);
    struct path *p = wb_path(b, "203.0.113.10", "198.51.100.10", NULL);
    assert_int_equal(p->n_legs, 1);
    assert_string_equal(p->legs[0].hops[1].router, "r2"); /* 192.0.2.9 is r2's as well */
    assert_string_equal(p->legs[0].hops[2].router, "r4");
    wb_free(&b);
}

/* At one TTL now this router answers, now that: both legs stay. */
static void test_alternating_responders(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            DIAMOND "from tr traceroute\n"
                                    "trace 203.0.113.10 198.51.100.10 203.0.113.1 "
                                    "192.0.2.2/192.0.2.6 192.0.2.14/192.0.2.10 198.51.100.10",
                            NULL);
    struct path *p = wb_path(b, "203.0.113.10", "198.51.100.10", NULL);
    assert_int_equal(p->n_legs, 2);
    wb_free(&b);
}

static void test_families_go_their_own_ways(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 DIAMOND "port r1 a 2001:db8:1::1/64\nport r2 a 2001:db8:1::2/64\n"
                         "port r2 c 2001:db8:2::1/64\nport r4 c 2001:db8:2::2/64\n"
                         "port r1 lan 2001:db8:a::1/64\nport r4 lan 2001:db8:b::1/64\n"
                         "ospf3 r1 a 10\nospf3 r2 a 10\nospf3 r2 c 10\nospf3 r4 c 10\n"
                         "ospf3 r4 lan 1\nospf r1 a 99",
                 NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"), "r1 r3 r4: derived");
    assert_string_equal(wb_hops(b, "2001:db8:a::10", "2001:db8:b::10"), "r1 r2 r4: derived");
    struct path *p = wb_path(b, "203.0.113.10", "2001:db8:b::10", NULL);
    assert_false(p->known);
    assert_non_null(p->why);
    wb_free(&b);
}

/* The same prefix in two tables: each is walked within its own. */
static void test_two_tables(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 "port r1 h 203.0.113.1/25\nport r1 v 203.0.113.129/25 table=blue\n"
                 "port r1 a 192.0.2.1/30\nport r2 a 192.0.2.2/30\n"
                 "port r1 b 192.0.2.5/30 table=blue\nport r3 b 192.0.2.6/30 table=blue\n"
                 "port r2 lan 198.51.100.1/24\nport r3 lan 198.51.100.2/24 table=blue\n"
                 "static r1 198.51.100.0/24 192.0.2.2\n"
                 "static r1 198.51.100.0/24 192.0.2.6 table=blue",
                 NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"), "r1 r2: derived");
    assert_string_equal(wb_hops(b, "203.0.113.200", "198.51.100.10"), "r1 r3: derived");
    struct path *p = wb_path(b, "203.0.113.200", "198.51.100.10", "blue");
    assert_string_equal(p->legs[0].hops[1].table, "blue");
    p = wb_path(b, "203.0.113.200", "198.51.100.10", "");
    assert_false(p->reached); /* that source does not stand in the default table */
    wb_free(&b);
}

static void test_beginnings(void **state)
{
    (void)state;
    struct wb *b = wb_world("west", WEST, "mid", MID, "east", EAST, NULL);
    /* a router's own address, the same network, oneself */
    assert_string_equal(wb_hops(b, "192.0.2.2", "198.51.100.10"), "m1 m2 e1: derived");
    assert_string_equal(wb_hops(b, "203.0.113.10", "203.0.113.20"), "w1: derived");
    assert_string_equal(wb_hops(b, "203.0.113.10", "203.0.113.1"), "w1: derived");
    struct path *p = wb_path(b, "198.18.0.1", "198.51.100.10", NULL);
    assert_false(p->known);
    assert_string_equal(p->why, "nobody tells where the source is");
    wb_free(&b);
}

/* Two routers on the source's network: which of them is its gateway? */
static void test_rivals_on_the_network(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("west", WEST "port w2 lan 203.0.113.2/24\n", "mid", MID, "east", EAST, NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"), "w1? m1 m2 e1: assumed");
    wb_free(&b);
    b = wb_world("west",
                 WEST
                 "port w2 lan 203.0.113.2/24\nstatic w2 0.0.0.0/0 203.0.113.1\n"
                 "from tr traceroute\ntrace 203.0.113.10 198.51.100.10 203.0.113.2 203.0.113.1 "
                 "192.0.2.2 192.0.2.130 192.0.2.10 198.51.100.10",
                 "mid", MID, "east", EAST, NULL);
    struct path *p = wb_path(b, "203.0.113.10", "198.51.100.10", NULL);
    assert_string_equal(p->legs[0].hops[0].router, "w2");
    wb_free(&b);
}

static void test_age_and_round_trip(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("west",
                 WEST "from tr traceroute\ntrace 203.0.113.10 198.51.100.10 203.0.113.1 "
                      "192.0.2.2 192.0.2.130 192.0.2.10 198.51.100.10",
                 "mid", MID, "east", EAST, NULL);
    struct path *p = wb_path(b, "203.0.113.10", "198.51.100.10", NULL);
    assert_int_equal(p->oldest, 1000);
    assert_true(isnan(p->rtt)); /* the trace has no times */
    wb_free(&b);
}

/* A ladder of equal costs has far more paths than fit. */
static void build_ladder(struct wb *b, int rungs)
{
    char line[512];
    wb_say(b, "one", "port s0 lan 203.0.113.1/24");
    for (int i = 0; i < rungs; i++) {
        for (int k = 0; k < 2; k++) {
            int x = 10 + i * 4 + k * 2; /* two links in, two out, by way of x or y */
            snprintf(line, sizeof(line),
                     "port s%d o%d 10.%d.0.1/30\nport m%d%c i 10.%d.0.2/30\n"
                     "port m%d%c o 10.%d.0.1/30\nport s%d i%d 10.%d.0.2/30\n"
                     "ospf s%d o%d 1\nospf m%d%c i 1\nospf m%d%c o 1\nospf s%d i%d 1",
                     i, k, x, i, 'x' + k, x, i, 'x' + k, x + 1, i + 1, k, x + 1, i, k, i,
                     'x' + k, i, 'x' + k, i + 1, k);
            wb_say(b, "one", line);
        }
    }
    snprintf(line, sizeof(line), "port s%d lan 198.51.100.1/24\nospf s%d lan 1", rungs, rungs);
    wb_say(b, "one", line);
    wb_build(b);
}

static void test_very_many_paths(void **state)
{
    (void)state;
    struct wb *b = wb_new();
    build_ladder(b, 25);
    struct path *p = wb_path(b, "203.0.113.10", "198.51.100.10", NULL);
    assert_int_equal(p->n_legs, PATH_MAX_LEGS);
    assert_true(p->reached);
    wb_free(&b);
}

/* The search must end when memory does, not go through all 2^25 ways without keeping any. */
static void test_little_memory(void **state)
{
    (void)state;
    struct wb *b = wb_new();
    build_ladder(b, 25);
    struct path *p = NULL;
    struct arena *small = arena_new(100000);
    struct addr src = wb_addr("203.0.113.10"), dst = wb_addr("198.51.100.10");
    struct err e = {0};
    assert_int_equal(b->snap->paths->find(b->snap->paths,
                                          &(struct path_question){src, dst, NULL}, small, &p,
                                          &e),
                     ERR_NOMEM);
    arena_free(&small);
    wb_free(&b);
}

static void test_a_path_too_long(void **state)
{
    (void)state;
    struct wb *b = wb_new();
    build_ladder(b, 40);
    struct path *p = wb_path(b, "203.0.113.10", "198.51.100.10", NULL);
    assert_false(p->reached);
    assert_string_equal(p->why, "the path is too long");
    wb_free(&b);
}

/* A path with an AS that nobody registers (prepended by a policy) must not break the walk. */
static void test_unregistered_as_on_the_way(void **state)
{
    (void)state;
    struct wb *b = wb_world(
        "west", WEST, "mid",
        MID_NAMES "node node=m1\nport m1 a 192.0.2.2/30\nbgp m1 64502\n"
                  "peer m1 192.0.2.1 64501 export_policy=PRE local_asn=65123\n"
                  "term m1 PRE 5 permit set=as-path-prepend~65099~64503\n"
                  "net m1 198.51.100.0/24\nfrom tr traceroute\n"
                  "trace 203.0.113.10 198.51.100.10 * 192.0.2.2 198.18.1.1 198.51.100.10",
        "east", EAST, NULL);
    struct path *p = wb_path(b, "203.0.113.10", "198.51.100.10", NULL);
    assert_true(p->n_legs > 0);
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_domains),
        cmocka_unit_test(test_what_a_hop_tells),
        cmocka_unit_test(test_a_trace_confirms),
        cmocka_unit_test(test_bridged_by_a_trace),
        cmocka_unit_test(test_silent_hops),
        cmocka_unit_test(test_bridged_by_an_as_path),
        cmocka_unit_test(test_routes_of_bgp_alone),
        cmocka_unit_test(test_no_route_observed),
        cmocka_unit_test(test_no_route_derived),
        cmocka_unit_test(test_loop),
        cmocka_unit_test(test_equal_cost_legs),
        cmocka_unit_test(test_parallel_links_are_legs),
        cmocka_unit_test(test_one_path_settled_by_a_trace),
        cmocka_unit_test(test_a_trace_corrects),
        cmocka_unit_test(test_off_path_responder),
        cmocka_unit_test(test_alternating_responders),
        cmocka_unit_test(test_families_go_their_own_ways),
        cmocka_unit_test(test_two_tables),
        cmocka_unit_test(test_beginnings),
        cmocka_unit_test(test_rivals_on_the_network),
        cmocka_unit_test(test_age_and_round_trip),
        cmocka_unit_test(test_very_many_paths),
        cmocka_unit_test(test_a_path_too_long),
        cmocka_unit_test(test_unregistered_as_on_the_way),
        cmocka_unit_test(test_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
