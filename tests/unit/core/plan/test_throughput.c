/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/throughput.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random_net.h"
#include "unit/cmocka_all.h"

#define NETS 600

static double sum_of(const double *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[i];
    return sum;
}

/*
 *   link 0, 10 ── a (no more than 1) ── b ── c        fair: 1, 4.5, 4.5, 5.5
 *   link 1, 10 ──────────────────────────── c ── d    c is guaranteed a third of link 0
 */
static void test_long_way_gives(void **state)
{
    static const uint32_t first[] = {0}, both[] = {0, 1}, second[] = {1};
    const struct share_link links[] = {{10, NULL}, {10, NULL}};
    const struct share_flow flows[] = {{first, 1, SHARE_ROOT, 1, 1},
                                       {first, 1, SHARE_ROOT, 1, INFINITY},
                                       {both, 2, SHARE_ROOT, 1, INFINITY},
                                       {second, 1, SHARE_ROOT, 1, INFINITY},
                                       {first, 1, SHARE_ROOT, 1, 0}};
    const double least[] = {1, 10 / 3.0, 10 / 3.0, 5, 0};
    const double most[] = {1, 10 - 1 - 10 / 3.0, 10 / 3.0, 20 / 3.0, 0};
    const struct share s = {links, 2, NULL, 0, flows, 5};
    struct arena *a = arena_new(0);
    struct share_holds holds[5];
    double rate[5];
    (void)state;
    assert_int_equal(share_guarantee(&s, rate, a, NULL), 0);
    for (size_t f = 0; f < 5; f++)
        assert_true(fabs(rate[f] - least[f]) < 1e-9);
    assert_int_equal(throughput_solve(&s, rate, a, NULL), 0);
    for (size_t f = 0; f < 5; f++)
        assert_true(fabs(rate[f] - most[f]) < 1e-9);
    assert_int_equal(arena_used(a), 0);
    assert_int_equal(throughput_bottlenecks(&s, rate, holds, a, NULL), 0);
    assert_int_equal(holds[2].n, 2);
    assert_int_equal(holds[3].links[0], 1);
    arena_free(&a);
}

static void check_limits(const struct share *s, const double *rate, size_t net)
{
    double load[NET_LINKS] = {0};
    for (size_t f = 0; f < s->n_flows; f++) {
        for (size_t i = 0; i < s->flows[f].n_links; i++)
            load[s->flows[f].links[i]] += rate[f];
        if (rate[f] > s->flows[f].cap * (1 + 1e-9))
            fail_msg("net %zu: flow %zu is above its cap", net, f);
    }
    for (size_t l = 0; l < s->n_links; l++) {
        if (load[l] > s->links[l].limit * (1 + 1e-9) + 1e-9)
            fail_msg("net %zu: link %zu carries %g of %g", net, l, load[l], s->links[l].limit);
    }
}

/* Fair rates keep the guarantees, too: the largest sum is no smaller than theirs. */
static void test_random(void **state)
{
    static const enum net_groups kinds[] = {NET_FLAT, NET_SAME, NET_PER_LINK};
    unsigned seed = 11;
    size_t more = 0;
    (void)state;
    for (size_t i = 0; i < NETS; i++) {
        struct random_net n;
        struct arena *a = arena_new(0);
        double fair[NET_FLOWS], least[NET_FLOWS], most[NET_FLOWS];
        bool settled;
        random_net(&n, kinds[i % 3], &seed);
        const struct share *s = &n.share;
        assert_int_equal(share_solve(s, fair, &settled, a, NULL), 0);
        assert_int_equal(share_guarantee(s, least, a, NULL), 0);
        assert_int_equal(throughput_solve(s, most, a, NULL), 0);
        check_limits(s, most, i);
        for (size_t f = 0; f < s->n_flows; f++) {
            double slip = 1e-9 * fmax(1, least[f]);
            if ((settled && fair[f] < least[f] - slip) || most[f] < least[f] - slip)
                fail_msg("net %zu: flow %zu: %g, %g, guaranteed %g", i, f, fair[f], most[f],
                         least[f]);
        }
        double gain = sum_of(most, s->n_flows) - sum_of(fair, s->n_flows);
        assert_true(!settled || gain > -1e-6);
        more += gain > 1e-3;
        arena_free(&a);
    }
    assert_true(more > NETS / 10);
}

static void test_too_large(void **state)
{
    static const uint32_t first[] = {0};
    const struct share_link link = {1, NULL};
    const size_t n = THROUGHPUT_MAX_CELLS;
    struct arena *a = arena_new(0);
    struct share_flow *flows = ARENA_ARRAY(a, n, struct share_flow);
    double *rate = ARENA_ARRAY(a, n, double);
    struct err e = {0};
    (void)state;
    for (size_t f = 0; f < n; f++)
        flows[f] = (struct share_flow){first, 1, SHARE_ROOT, 1, INFINITY};
    const struct share s = {&link, 1, NULL, 0, flows, n};
    assert_int_equal(throughput_solve(&s, rate, a, &e), ERR_LIMIT);
    assert_non_null(strstr(e.msg, "too many"));
    arena_free(&a);
}

/* A programme that is small and takes many pivots: it is given up. */
static void test_too_much_work(void **state)
{
    enum { FLOWS = 2000, LINKS = 1000, HOPS = 8 };
    struct arena *a = arena_new(0);
    struct share_link *links = ARENA_ARRAY(a, LINKS, struct share_link);
    struct share_flow *flows = ARENA_ARRAY(a, FLOWS, struct share_flow);
    uint32_t *hops = ARENA_ARRAY(a, (size_t)FLOWS * HOPS, uint32_t);
    double *rate = ARENA_ARRAY(a, FLOWS, double);
    unsigned seed = 7;
    struct err e = {0};
    (void)state;
    for (size_t l = 0; l < LINKS; l++)
        links[l].limit = 10 + rand_r(&seed) % 990;
    for (size_t f = 0; f < FLOWS; f++) {
        uint32_t first = (uint32_t)rand_r(&seed) % LINKS;
        for (uint32_t i = 0; i < HOPS; i++) /* far from each other: no link twice */
            hops[f * HOPS + i] =
                (first + i * LINKS / HOPS + (uint32_t)rand_r(&seed) % (LINKS / HOPS)) % LINKS;
        flows[f] = (struct share_flow){&hops[f * HOPS], HOPS, SHARE_ROOT, 1, INFINITY};
    }
    const struct share s = {links, LINKS, NULL, 0, flows, FLOWS};
    assert_int_equal(share_check(&s, &e), 0);
    assert_int_equal(throughput_solve(&s, rate, a, &e), ERR_LIMIT);
    assert_non_null(strstr(e.msg, "takes too long"));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_long_way_gives),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_too_much_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
