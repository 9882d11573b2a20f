/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routers that never answer, in domains that tell nothing.
 *
 *     w1 .1─.2 a .17── .18 * .25── .26 c .9── .10 e1
 */
#include "unit/cmocka_all.h"

#include "unit/aggregator/world_builder.h"

#define WEST                                                                                   \
    "domain name=mid asns=64502 prefixes=192.0.2.0/24,198.18.0.0/24\n"                         \
    "domain 64501 prefixes=203.0.113.0/24\nport w1 lan 203.0.113.1/24\n"                       \
    "port w1 a 192.0.2.1/30\nbgp w1 64501\nnet w1 203.0.113.0/24\npeer w1 192.0.2.2 64502\n"   \
    "from lg looking-glass\n"                                                                  \
    "rib w1 198.51.100.0/24 bgp 192.0.2.2 a\nrib w1 198.18.0.0/24 bgp 192.0.2.2 a\n"           \
    "rib w1 203.0.113.0/24 connected - lan\nfrom tr traceroute\n"
#define EAST                                                                                   \
    "domain 64503 prefixes=198.51.100.0/24\nport e1 b 192.0.2.10/30\n"                         \
    "port e1 lan 198.51.100.1/24\nbgp e1 64503\nnet e1 198.51.100.0/24\n"                      \
    "peer e1 192.0.2.9 64502\n"
#define THERE "trace 203.0.113.10 198.18.0.10 203.0.113.1 192.0.2.2 * 198.18.0.10\n"

/* What is told of the way to the silent router's own network, and where it is entered. */
static void check(const char *more, const char *path, const char *in)
{
    struct wb *b = wb_new();
    wb_say(b, "west", WEST THERE);
    wb_say(b, "west", "from tr traceroute");
    wb_say(b, "west", more);
    wb_build(b);
    const struct path *p = wb_path(b, "203.0.113.10", "198.18.0.10", NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.18.0.10"), path);
    assert_int_equal(p->legs[0].n_hops, 3);
    struct addr told = p->legs[0].hops[2].in, want = in ? wb_addr(in) : (struct addr){0};
    assert_true(addr_eq(&told, &want));
    wb_free(&b);
}

static void test_nothing_tells(void **state)
{
    (void)state;
    check("", "w1+ ?192.0.2.2 ??: assumed", NULL);
}

/* a was entered at .17 by what came from the silent router's network: it has .18. */
static void test_the_way_back_tells(void **state)
{
    (void)state;
    check("trace 198.18.0.10 203.0.113.10 * 192.0.2.17 192.0.2.1 203.0.113.10\n",
          "w1+ ?192.0.2.2 ?192.0.2.18?: assumed", "192.0.2.18");
}

/* Another router begins the way back, or one that answers. */
static void test_other_ways_tell_nothing(void **state)
{
    (void)state;
    check("trace 198.18.0.10 203.0.113.10 * 192.0.2.33 192.0.2.37 203.0.113.10\n",
          "w1+ ?192.0.2.2 ??: assumed", NULL);
    check("trace 198.51.100.10 203.0.113.10 * 192.0.2.17 192.0.2.1 203.0.113.10\n",
          "w1+ ?192.0.2.2 ??: assumed", NULL);
}

/* Between two that answer it has the other end of the link behind it. */
static void test_the_link_behind(void **state)
{
    struct wb *b = wb_world("west",
                            WEST "trace 203.0.113.10 198.51.100.10 203.0.113.1 192.0.2.2 * "
                                 "192.0.2.26 192.0.2.10 198.51.100.10\n",
                            "east", EAST, NULL);
    (void)state;
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"),
                        "w1+ ?192.0.2.2 ?192.0.2.25? ?192.0.2.26 e1+: assumed");
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_tells),
        cmocka_unit_test(test_the_way_back_tells),
        cmocka_unit_test(test_other_ways_tell_nothing),
        cmocka_unit_test(test_the_link_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
