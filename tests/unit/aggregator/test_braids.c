/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domains that tell nothing and balance load: all their ways are told.
 *
 *               .17 ── .18 b .25 ──.
 *     w1 .1─.2 a                    .26 d .9 ─ .10 e1
 *               .21 ── .22 c .29 ── .30
 */
#include "unit/cmocka_all.h"

#include "aggregator/braids.h"
#include "aggregator/traces.h"
#include "base/buf.h"
#include "unit/aggregator/world_builder.h"

#define WEST                                                                                   \
    "domain name=mid asns=64502 prefixes=192.0.2.0/24\n"                                       \
    "domain 64501 prefixes=203.0.113.0/24\nport w1 lan 203.0.113.1/24\n"                       \
    "port w1 a 192.0.2.1/30\nbgp w1 64501\nnet w1 203.0.113.0/24\npeer w1 192.0.2.2 64502\n"   \
    "from lg looking-glass\n"                                                                  \
    "rib w1 198.51.100.0/24 bgp 192.0.2.2 a\nrib w1 203.0.113.0/24 connected - lan\n"          \
    "seen w1 198.51.100.0/24 192.0.2.2 64502,64503 192.0.2.2 best=1 external=1\n"              \
    "from tr traceroute\n"
#define EAST                                                                                   \
    "domain 64503 prefixes=198.51.100.0/24\nport e1 b 192.0.2.10/30\n"                         \
    "port e1 lan 198.51.100.1/24\nbgp e1 64503\nnet e1 198.51.100.0/24\n"                      \
    "peer e1 192.0.2.9 64502\n"
#define BY_B     "192.0.2.2 192.0.2.18 192.0.2.26"
#define BY_C     "192.0.2.2 192.0.2.22 192.0.2.30"
#define MIXED    "192.0.2.2 192.0.2.18/192.0.2.22 192.0.2.26/192.0.2.30"
#define TOLD_B   "w1+ ?192.0.2.2+ ?192.0.2.18? ?192.0.2.26? e1?"
#define TOLD_C   "w1+ ?192.0.2.2+ ?192.0.2.22? ?192.0.2.30? e1?"
#define TOLD_ALL TOLD_B " | " TOLD_C ": assumed"

struct scene {
    struct buf west, east;
    const char *into; /* address at which e1 is entered */
    unsigned pair;    /* number of the next pair of hosts */
};

static struct scene scene_new(void)
{
    struct scene s = {.into = "192.0.2.10", .pair = 10};
    buf_str(&s.west, WEST);
    buf_str(&s.east, EAST);
    return s;
}

/* So many pairs of hosts whose packets show that between w1 and e1. */
static void pass(struct scene *s, unsigned pairs, const char *hops)
{
    for (; pairs; pairs--, s->pair++)
        buf_printf(&s->west,
                   "trace 203.0.113.%u 198.51.100.%u 203.0.113.1 %s %s 198.51.100.%u\n",
                   s->pair, s->pair, hops, s->into, s->pair);
}

/* The same the other way, from behind e1. */
static void pass_back(struct scene *s, unsigned pairs, const char *hops)
{
    for (; pairs; pairs--, s->pair++)
        buf_printf(&s->west,
                   "trace 198.51.100.%u 203.0.113.%u 198.51.100.1 %s 192.0.2.1 203.0.113.%u\n",
                   s->pair, s->pair, hops, s->pair);
}

static void pass_back_both(struct scene *s)
{
    pass_back(s, 6, "192.0.2.9 192.0.2.25 192.0.2.17");
    pass_back(s, 6, "192.0.2.9 192.0.2.29 192.0.2.21");
    pass_back(s, 1, "192.0.2.9 192.0.2.25/192.0.2.29 192.0.2.17/192.0.2.21");
}

/* What is told of the first pair. */
static void check(struct scene *s, const char *path)
{
    struct wb *b = wb_world("west", buf_cstr(&s->west), "east", buf_cstr(&s->east), NULL);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"), path);
    wb_free(&b);
    buf_free(&s->west);
    buf_free(&s->east);
}

/* Each traceroute goes one way, and all together both. */
static void test_both_ways(void **state)
{
    struct scene s = scene_new();
    (void)state;
    pass(&s, 6, BY_B);
    pass(&s, 6, BY_C);
    pass(&s, 1, MIXED);
    pass_back_both(&s);
    check(&s, TOLD_ALL);
}

/* .18 and .30 answered the first pair: that way does not exist. */
static void test_a_mixed_way_is_none(void **state)
{
    struct scene s = scene_new();
    (void)state;
    pass(&s, 1, "192.0.2.2 192.0.2.18 192.0.2.30");
    pass(&s, 7, BY_B);
    pass(&s, 6, BY_C);
    pass(&s, 1, MIXED);
    pass_back_both(&s);
    check(&s, TOLD_ALL);
}

/* Nobody takes turns: what the traceroute of the pair shows is the way. */
static void test_no_turns(void **state)
{
    struct scene s = scene_new();
    (void)state;
    pass(&s, 6, BY_B);
    check(&s, "w1+ ?192.0.2.2 ?192.0.2.18 ?192.0.2.26 e1+: derived");
}

/* Few went but one way, and the way back shows another: links mostly cost the same both ways.
 */
static void test_the_way_back(void **state)
{
    struct scene s = scene_new();
    (void)state;
    pass(&s, 4, BY_B);
    pass_back_both(&s);
    check(&s, TOLD_ALL);
}

/* Enough went one way: that back has another cost. */
static void test_enough_went_one_way(void **state)
{
    struct scene s = scene_new();
    (void)state;
    pass(&s, 8, BY_B);
    pass_back_both(&s);
    check(&s, "w1+ ?192.0.2.2 ?192.0.2.18 ?192.0.2.26 e1+: derived");
}

/* Somebody was silent once, but eight pairs went the only way that is left. Unless another's
 * packets came to e2, which no session with d is known of: then there may be more ways. */
static void test_another_exit(void **state)
{
    (void)state;
    for (int strange = 0; strange < 2; strange++) {
        struct scene s = scene_new();
        buf_str(&s.east, "port e2 b 192.0.2.34/30\nbgp e2 64503\n");
        pass(&s, 8, BY_B);
        pass(&s, 1, "192.0.2.2 * 192.0.2.26");
        s.into = "192.0.2.34";
        pass(&s, (unsigned)strange, BY_B);
        pass_back_both(&s);
        check(&s, strange ? "w1+ ?192.0.2.2 ?192.0.2.18? ?192.0.2.26 e1+: assumed"
                          : "w1+ ?192.0.2.2 ?192.0.2.18 ?192.0.2.26 e1+: derived");
    }
}

/* A router that no way explains: the traceroute of the pair is all that is told. */
static void test_an_unknown_router(void **state)
{
    struct scene s = scene_new();
    (void)state;
    pass(&s, 1, "192.0.2.2 192.0.2.130 192.0.2.26");
    pass(&s, 6, BY_B);
    pass(&s, 6, BY_C);
    pass(&s, 1, MIXED);
    check(&s, "w1+ ?192.0.2.2 ?192.0.2.130? ?192.0.2.26? e1+: assumed");
}

/* d has two links to e1, which are as good: it uses both, as it does inside. */
static void test_links_out(void **state)
{
    struct scene s = scene_new();
    (void)state;
    buf_str(&s.east, "port e1 c 192.0.2.14/30\npeer e1 192.0.2.13 64502\n"
                     "from lg looking-glass\nrib e1 198.51.100.0/24 connected - lan\n"
                     "rib e1 203.0.113.0/24 bgp 192.0.2.9 b\n");
    pass(&s, 6, BY_B);
    s.into = "192.0.2.14";
    pass(&s, 6, BY_C);
    pass(&s, 6, BY_B);
    pass(&s, 1, MIXED);
    pass_back_both(&s);
    check(&s, TOLD_B " | " TOLD_B " | " TOLD_C " | " TOLD_C ": assumed");
}

/* Addresses of one router, and those of two. */
static void test_routers(void **state)
{
    struct scene s = scene_new();
    (void)state;
    pass(&s, 4, BY_B);
    pass(&s, 4, BY_C);
    pass(&s, 1, MIXED);
    pass_back_both(&s);
    struct wb *b = wb_world("west", buf_cstr(&s.west), "east", buf_cstr(&s.east), NULL);
    static const char *const routers[4][3] = {{"192.0.2.2", "192.0.2.17", "192.0.2.21"},
                                              {"192.0.2.18", "192.0.2.25", "192.0.2.25"},
                                              {"192.0.2.22", "192.0.2.29", "192.0.2.29"},
                                              {"192.0.2.9", "192.0.2.26", "192.0.2.30"}};
    const struct braids *all = b->world->traces->braids;
    uint32_t first[4];
    assert_non_null(all);
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 3; k++) {
            struct addr a = wb_addr(routers[i][k]);
            uint32_t n = braid_node_at(all, &a, NULL);
            assert_int_not_equal(n, NOWHERE);
            if (!k)
                first[i] = all->nodes.v[n].router;
            assert_int_equal(all->nodes.v[n].router, first[i]);
        }
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(first[i], first[k]);
    wb_free(&b);
    buf_free(&s.west);
    buf_free(&s.east);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ways),
        cmocka_unit_test(test_a_mixed_way_is_none),
        cmocka_unit_test(test_no_turns),
        cmocka_unit_test(test_the_way_back),
        cmocka_unit_test(test_enough_went_one_way),
        cmocka_unit_test(test_another_exit),
        cmocka_unit_test(test_an_unknown_router),
        cmocka_unit_test(test_links_out),
        cmocka_unit_test(test_routers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
