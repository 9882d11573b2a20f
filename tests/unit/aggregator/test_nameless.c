/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routers whose configuration tells no subnets and no addresses inside the domain: what follows
 * from it, and what is only likely.
 */
#include "unit/cmocka_all.h"

#include "unit/aggregator/world_builder.h"

/* west (64501): w1 - b1 ... b2 - e1: east (64503), b1 and b2 of mid (64502). */
#define WEST                                                                                   \
    "domain 64501 prefixes=203.0.113.0/24\nport w1 lan 203.0.113.1/24\n"                       \
    "port w1 a 192.0.2.1/30\nbgp w1 64501\nnet w1 203.0.113.0/24\npeer w1 192.0.2.2 64502\n"
#define EAST                                                                                   \
    "domain 64503 prefixes=198.51.100.0/24\nport e1 lan 198.51.100.1/24\n"                     \
    "port e1 b 192.0.2.10/30\nbgp e1 64503\nnet e1 198.51.100.0/24\npeer e1 192.0.2.9 64502\n"
#define BORDER(node, own, other, asn)                                                          \
    "port " node " x " own "/32\nborder node=" node " interface=x addr=" own " peer_asn=" asn  \
    " peer_addr=" other "\nbgp " node " 64502\n"                                               \
    "peer " node " " other " " asn " local_interface=x local_addr=" own "\n"
#define INSIDE(node, own, other)                                                               \
    "port " node " lo " own "/32 kind=loopback\nospf " node " lo 0 passive=1\n"                \
    "interface node=" node " name=in\nospf " node " in 10\n"                                   \
    "peer " node " " other " 64502 local_addr=" own " next_hop_self=1\n"
#define MID                                                                                    \
    "domain 64502 prefixes=192.0.2.0/24,100.65.0.0/16\n" BORDER(                               \
        "b1", "192.0.2.2", "192.0.2.1", "64501") INSIDE("b1", "192.0.2.129", "192.0.2.130")    \
        BORDER("b2", "192.0.2.9", "192.0.2.10", "64503")                                       \
            INSIDE("b2", "192.0.2.130", "192.0.2.129")

/* Both sides name each other's address, so the border is a link; inside the domain there is a
 * way, most likely. */
static void test_borders_join_and_the_inside_is_assumed(void **state)
{
    (void)state;
    struct wb *b = wb_world("west", WEST, "mid", MID, "east", EAST, NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"), "w1 b1? b2? e1: assumed");
    assert_int_equal(wb_port(b, "mid", "b1", "x")->n_wires, 1);
    wb_free(&b);
}

/* The far side has another address: no link. */
static void test_a_border_that_the_other_side_denies(void **state)
{
    (void)state;
    struct wb *b = wb_world("west", "domain 64501\nport w1 a 192.0.2.1/32\nbgp w1 64501\n",
                            "mid", MID, NULL);
    assert_int_equal(wb_port(b, "mid", "b1", "x")->n_wires, 0);
    wb_free(&b);
}

/* A network that is announced once it is in the table, which can't be told: assumed, and at the
 * only router that announces it. */
static void test_a_network_that_may_be_there(void **state)
{
    (void)state;
    struct wb *b = wb_world("west", WEST, "mid", MID "net b1 100.65.1.0/24 import_check=1\n",
                            "east", EAST, NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "100.65.1.10"), "w1 b1?: assumed");
    wb_free(&b);
}

/* Without such interfaces the table is known, and the network is not in it. */
static void test_a_network_that_is_not_there(void **state)
{
    (void)state;
    struct wb *b = wb_world(
        "west", WEST, "mid",
        "domain 64502 prefixes=192.0.2.0/24,100.65.0.0/16\n" BORDER(
            "b1", "192.0.2.2", "192.0.2.1", "64501") "net b1 100.65.1.0/24 import_check=1\n",
        NULL);
    struct path *p = wb_path(b, "203.0.113.10", "100.65.1.10", NULL);
    assert_false(p->reached);
    wb_free(&b);
}

/* A filter by where a route comes from lets own networks out only. */
static void test_exports_by_source(void **state)
{
    (void)state;
    struct wb *b = wb_world(
        "west", WEST, "mid",
        "domain 64502 prefixes=192.0.2.0/24,100.65.0.0/16\n" BORDER(
            "b1", "192.0.2.2", "192.0.2.1",
            "64501") "port b1 lan 100.65.1.1/24\nport b1 y 192.0.2.9/30\n"
                     "redist b1 bgp connected\npeer b1 192.0.2.10 64503 export_policy=OWN\n"
                     "term b1 OWN 10 deny match=source-protocol~bgp\nterm b1 OWN 20 permit\n",
        "east", EAST, NULL);
    assert_string_equal(wb_hops(b, "198.51.100.10", "100.65.1.10"), "e1 b1: derived");
    assert_false(wb_path(b, "198.51.100.10", "203.0.113.10", NULL)->reached);
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_borders_join_and_the_inside_is_assumed),
        cmocka_unit_test(test_a_border_that_the_other_side_denies),
        cmocka_unit_test(test_a_network_that_may_be_there),
        cmocka_unit_test(test_a_network_that_is_not_there),
        cmocka_unit_test(test_exports_by_source),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
