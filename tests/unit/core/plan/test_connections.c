/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/connections.h"

#include <math.h>

#include "unit/cmocka_all.h"

static const uint32_t first[] = {0}, both[] = {0, 1};

static void round_to(const struct connections *c, uint32_t *n)
{
    struct arena *a = arena_new(0);
    assert_int_equal(connections_round(c, n, a, NULL), 0);
    assert_int_equal(arena_used(a), 0);
    arena_free(&a);
}

static void test_rounding(void **state)
{
    const double limit[] = {10, 3};
    /* Three flows of which the limit of 10 allows 3 + 3 + 4 connections; the second link holds
     * the second flow at 3; the lowest flow of equal claims goes first. */
    const struct {
        struct connections_flow flow[3];
        uint32_t want[3];
    } cases[] = {
        {{{first, 1, 3.4, 1, 0, 99, 0},
          {both, 2, 3, 1, 0, 99, 0},
          {first, 1, 3.6, 1, 0, 99, 0}},
         {3, 3, 4}},
        {{{first, 1, 3.5, 1, 0, 99, 0},
          {both, 2, 3, 1, 0, 99, 0},
          {first, 1, 3.5, 1, 0, 99, 0}},
         {4, 3, 3}},
        /* one that would have none comes first */
        {{{first, 1, 8.9, 1, 0, 99, 0},
          {both, 2, 0.1, 1, 0, 99, 0},
          {first, 1, 1, 1, 0, 99, 0}},
         {8, 1, 1}},
        /* nor fits where one connection is more than the limit */
        {{{first, 1, 2, 4, 0, 99, 0}, {both, 2, 2, 4, 0, 99, 0}, {first, 1, 5, 1, 0, 99, 0}},
         {1, 0, 5}},
        /* range */
        {{{first, 1, 8, 1, 0, 2, 0}, {both, 2, 0, 1, 1, 99, 0}, {first, 1, 1, 0, 3, 99, 0}},
         {2, 1, 3}},
        /* what was missed before is made up for; there is room for a part more */
        {{{first, 1, 2.2, 1, 0, 99, 0.9},
          {first, 1, 2, 1, 0, 99, -0.5},
          {both, 2, 0, 1, 0, 9, 0}},
         {4, 2, 0}},
        /* the third must keep 8, so the first gives way, and the second not on its own link */
        {{{first, 1, 6, 1, 1, 99, 0}, {both, 2, 1, 1, 1, 99, 0}, {first, 1, 3, 1, 8, 99, 0}},
         {1, 1, 8}},
        /* rounding of the target itself */
        {{{first, 1, 2.9999999999, 1, 0, 99, 0},
          {first, 1, 0.3, 0.1, 0, 99, 0},
          {first, 1, 0, 1, 0, 99, 0}},
         {3, 3, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        uint32_t n[3];
        round_to(&(struct connections){limit, 2, cases[i].flow, 3, 0, false, NULL}, n);
        for (size_t f = 0; f < 3; f++) {
            if (n[f] != cases[i].want[f])
                fail_msg("case %zu, flow %zu: %u", i, f, n[f]);
        }
    }
}

/* Over many rounds each flow gets its target, although none fits exactly at any time. */
static void test_carry_evens_out(void **state)
{
    const double limit[] = {2};
    struct connections_flow flows[3];
    uint32_t n[3], sum[3] = {0};
    (void)state;
    for (size_t f = 0; f < 3; f++)
        flows[f] = (struct connections_flow){first, 1, 2.0 / 3, 1, 0, 9, 0};
    for (size_t i = 0; i < 300; i++) {
        round_to(&(struct connections){limit, 1, flows, 3, 0, false, NULL}, n);
        assert_true(n[0] + n[1] + n[2] <= 2);
        for (size_t f = 0; f < 3; f++) {
            sum[f] += n[f];
            flows[f].carry = connections_carry(&flows[f], n[f] * flows[f].each);
            assert_true(fabs(flows[f].carry) <= 1 + 1e-9);
        }
    }
    for (size_t f = 0; f < 3; f++)
        assert_in_range(sum[f], 198, 202);
}

/* 3.75 connections: 4 exceed the limit by a fifteenth. */
static void test_slack(void **state)
{
    const double limit[] = {3.75};
    const struct connections_flow f = {first, 1, 3.75, 1, 0, 9, 0};
    uint32_t n[1];
    (void)state;
    round_to(&(struct connections){limit, 1, &f, 1, 0.06, false, NULL}, n);
    assert_int_equal(n[0], 3);
    round_to(&(struct connections){limit, 1, &f, 1, 0.07, false, NULL}, n);
    assert_int_equal(n[0], 4);
}

/* Two that want little take turns until the link, the second link, or their queues are full. */
static void test_fill(void **state)
{
    const double limit[] = {10, 3};
    const struct connections_flow flows[] = {{first, 1, 1, 1, 0, 99, 0},
                                             {both, 2, 1, 1, 0, 99, 0},
                                             {first, 1, 0, 1, 0, 2, 0},
                                             {first, 1, 0, 0, 1, 9, 0}};
    uint32_t n[4];
    (void)state;
    round_to(&(struct connections){limit, 2, flows, 4, 0, true, NULL}, n);
    assert_int_equal(n[0], 5);
    assert_int_equal(n[1], 3);
    assert_int_equal(n[2], 2);
    assert_int_equal(n[3], 1);
}

static void test_carry_is_bounded(void **state)
{
    const struct connections_flow f = {first, 1, 3, 1, 0, 9, CONNECTIONS_CARRY - 1};
    const struct connections_flow unknown = {.target = 3};
    (void)state;
    assert_true(connections_carry(&f, 2.5) == CONNECTIONS_CARRY - 0.5);
    assert_true(connections_carry(&f, 0) == CONNECTIONS_CARRY);
    assert_true(connections_carry(&f, 1000) == -CONNECTIONS_CARRY);
    assert_true(connections_carry(&unknown, 2) == 0);
}

/* Work for 8 on a link of 4 may all run if the network enforces the limit; for 9 not. The
 * second link, which nobody enforces, lets one of the second flow run in either case. */
static void test_tail(void **state)
{
    const double limit[] = {4, 1};
    const bool enforced[] = {true, false};
    struct connections_flow flows[] = {{first, 1, 2, 1, 0, 5, 0}, {both, 2, 1, 1, 0, 3, 0}};
    struct connections c = {.limit = limit,
                            .n_links = 2,
                            .flows = flows,
                            .n_flows = 2,
                            .fill = true,
                            .enforced = enforced};
    uint32_t n[2];
    (void)state;
    round_to(&c, n);
    assert_int_equal(n[0], 5);
    assert_int_equal(n[1], 1);
    flows[0].most = 6;
    round_to(&c, n);
    assert_int_equal(n[0], 3);
    assert_int_equal(n[1], 1);
    c.enforced = NULL;
    flows[0].most = 5;
    round_to(&c, n);
    assert_int_equal(n[0], 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_slack),
        cmocka_unit_test(test_fill),
        cmocka_unit_test(test_tail),
        cmocka_unit_test(test_carry_evens_out),
        cmocka_unit_test(test_carry_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
