/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shares within shares: known divisions of one link, and random networks against a
 * certificate written down from the definition, with none of the solver's code.
 */
#include "plan/share.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "random_net.h"
#include "unit/cmocka_all.h"

#define CLOSE 1e-9

static bool solve(const struct share *s, double *rate)
{
    struct arena *a = arena_new(0);
    struct err e = {0};
    bool settled;
    assert_int_equal(share_check(s, &e), 0);
    assert_int_equal(share_solve(s, rate, &settled, a, &e), 0);
    assert_int_equal(arena_used(a), 0);
    arena_free(&a);
    return settled;
}

static void assert_rates(const struct share *s, const double *want)
{
    double rate[NET_FLOWS];
    assert_true(solve(s, rate));
    for (size_t f = 0; f < s->n_flows; f++) {
        if (fabs(rate[f] - want[f]) > CLOSE * fmax(1, want[f]))
            fail_msg("flow %zu: %.17g is not %.17g", f, rate[f], want[f]);
    }
}

/* ---- one link of 60: atlas (2) with export (3) and user (1), cms (1) ---- */

static const struct share_group groups[] = {
    {SHARE_ROOT, 2}, /* 0 atlas */
    {SHARE_ROOT, 1}, /* 1 cms */
    {0, 3},          /* 2 atlas export */
    {0, 1},          /* 3 atlas user */
};
static const uint32_t only[] = {0};
static const struct share_link sixty[] = {{60, NULL}};

static void test_one_link(void **state)
{
    /* Caps of: export, export, user, cms. */
    static const struct {
        double cap[4], want[4];
    } cases[] = {
        {{INFINITY, INFINITY, INFINITY, INFINITY}, {15, 15, 10, 20}},
        {{5, INFINITY, INFINITY, INFINITY}, {5, 25, 10, 20}}, /* stays in export */
        {{5, 5, INFINITY, INFINITY}, {5, 5, 30, 20}},         /* stays in atlas */
        {{5, 5, 5, INFINITY}, {5, 5, 5, 45}},                 /* leaves atlas */
        {{INFINITY, INFINITY, INFINITY, 2}, {21.75, 21.75, 14.5, 2}},
        {{1, 2, 3, 4}, {1, 2, 3, 4}}, /* not full */
        {{0, 0, 0, 0}, {0, 0, 0, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const uint32_t group[] = {2, 2, 3, 1};
        struct share_flow flows[4];
        for (size_t f = 0; f < 4; f++)
            flows[f] = (struct share_flow){only, 1, group[f], 1, cases[i].cap[f]};
        assert_rates(&(struct share){sixty, 1, groups, 4, flows, 4}, cases[i].want);
    }
}

/* A group that is alone on a link has it all, however small its weight elsewhere; held back on
 * one link, it leaves its share of the other to its siblings. */
static void test_two_links(void **state)
{
    const struct share_link links[] = {{60, NULL}, {9, NULL}};
    const uint32_t both[] = {0, 1};
    const struct share_flow flows[] = {
        {both, 2, 2, 1, INFINITY}, /* export over both */
        {only, 1, 3, 1, INFINITY}, /* user over the first */
        {only, 1, 1, 1, INFINITY}, /* cms over the first */
    };
    (void)state;
    assert_rates(&(struct share){links, 2, groups, 4, flows, 3}, (double[]){9, 31, 20});
    assert_rates(&(struct share){links, 2, groups, 4, flows, 1}, (double[]){9});
}

static void test_weights_of_links(void **state)
{
    const double other[] = {1, 3, 1, 1};
    const struct share_link links[] = {{60, other}};
    const struct share_flow flows[] = {
        {only, 1, 2, 1, INFINITY}, {only, 1, 3, 1, INFINITY}, {only, 1, 1, 1, INFINITY}};
    (void)state;
    assert_rates(&(struct share){links, 1, groups, 4, flows, 3}, (double[]){7.5, 7.5, 45});
}

/* What is left of a sum of weights is not lost beside a weight that is far larger. */
static void test_unlike_weights(void **state)
{
    const double weights[] = {2, 1e6, 1e17, 1e300};
    const struct share_flow flows[] = {{only, 1, 0, 1, 7}, {only, 1, 1, 1, INFINITY}};
    (void)state;
    for (size_t i = 0; i < sizeof(weights) / sizeof(*weights); i++) {
        const struct share_group two[] = {{SHARE_ROOT, weights[i]},
                                          {SHARE_ROOT, 1 / weights[i]}};
        assert_rates(&(struct share){sixty, 1, two, 2, flows, 2}, (double[]){7, 53});
    }
}

/* Two links that lean on one another: each flow's bottleneck is the link where its own group is
 * more crowded. */
static void test_mutual(void **state)
{
    const struct share_link links[] = {{4, NULL}, {4, NULL}};
    const struct share_group two[] = {{SHARE_ROOT, 1}, {SHARE_ROOT, 1}};
    const uint32_t both[] = {0, 1}, second[] = {1};
    const struct share_flow flows[] = {{both, 2, 0, 1, INFINITY},
                                       {both, 2, 1, 1, INFINITY},
                                       {only, 1, 0, 1, INFINITY},
                                       {second, 1, 1, 1, INFINITY}};
    const double third = 4.0 / 3;
    (void)state;
    assert_rates(&(struct share){links, 2, two, 2, flows, 4},
                 (double[]){third, third, third, third});
}

/* ---- random networks ---- */

static bool inside(const struct share *s, uint32_t inner, uint32_t outer)
{
    while (inner != SHARE_ROOT && inner != outer)
        inner = s->groups[inner].parent;
    return inner == outer;
}

static bool crosses(const struct share_flow *f, uint32_t link)
{
    for (size_t i = 0; i < f->n_links; i++) {
        if (f->links[i] == link)
            return true;
    }
    return false;
}

static double group_rate(const struct share *s, const double *rate, uint32_t g, uint32_t link)
{
    double sum = 0;
    for (size_t f = 0; f < s->n_flows; f++) {
        if (crosses(&s->flows[f], link) && inside(s, s->flows[f].group, g))
            sum += rate[f];
    }
    return sum;
}

static double weight_on(const struct share *s, uint32_t g, uint32_t link)
{
    return s->links[link].weights ? s->links[link].weights[g] : s->groups[g].weight;
}

/* Has nothing with this parent more per weight on the link? */
static bool is_top(const struct share *s, const double *rate, const uint32_t link_parent[2],
                   double level)
{
    for (size_t f = 0; f < s->n_flows; f++) {
        if (s->flows[f].group == link_parent[1] && crosses(&s->flows[f], link_parent[0]) &&
            rate[f] / s->flows[f].weight > level * (1 + 1e-8) + 1e-12)
            return false;
    }
    for (uint32_t g = 0; g < s->n_groups; g++) {
        if (s->groups[g].parent == link_parent[1] &&
            group_rate(s, rate, g, link_parent[0]) / weight_on(s, g, link_parent[0]) >
                level * (1 + 1e-8) + 1e-12)
            return false;
    }
    return true;
}

static bool held_by(const struct share *s, const double *rate, uint32_t f, uint32_t link)
{
    double limit = s->links[link].limit;
    if (group_rate(s, rate, SHARE_ROOT, link) < limit * (1 - 1e-8))
        return false;
    uint32_t up = s->flows[f].group;
    bool top = is_top(s, rate, (uint32_t[]){link, up}, rate[f] / s->flows[f].weight);
    for (; top && up != SHARE_ROOT; up = s->groups[up].parent)
        top = is_top(s, rate, (uint32_t[]){link, s->groups[up].parent},
                     group_rate(s, rate, up, link) / weight_on(s, up, link));
    return top;
}

static void check_limits(const struct share *s, const double *rate)
{
    for (uint32_t l = 0; l < s->n_links; l++)
        assert_true(group_rate(s, rate, SHARE_ROOT, l) <= s->links[l].limit * (1 + 1e-12));
}

static void check_certificate(const struct share *s, const double *rate)
{
    struct arena *a = arena_new(0);
    struct share_holds holds[NET_FLOWS];
    assert_int_equal(share_bottlenecks(s, rate, holds, a, NULL), 0);
    for (uint32_t f = 0; f < s->n_flows; f++) {
        size_t n = 0;
        for (size_t i = 0; i < s->flows[f].n_links; i++) {
            uint32_t l = s->flows[f].links[i];
            bool reported = n < holds[f].n && holds[f].links[n] == l;
            assert_int_equal(held_by(s, rate, f, l), reported);
            n += reported;
        }
        assert_int_equal(n, holds[f].n);
        assert_true(n > 0 || fabs(rate[f] - s->flows[f].cap) <= CLOSE);
    }
    arena_free(&a);
}

static void test_random(void **state)
{
    const enum net_groups kinds[] = {NET_FLAT, NET_SAME, NET_PER_LINK};
    unsigned seed = 5;
    (void)state;
    for (size_t i = 0; i < 6000; i++) {
        struct random_net n;
        double rate[NET_FLOWS];
        random_net(&n, kinds[i % 3], &seed);
        assert_true(solve(&n.share, rate));
        check_limits(&n.share, rate);
        check_certificate(&n.share, rate);
    }
}

/* Without groups both solvers must say the same. */
static void test_flat_is_maxmin(void **state)
{
    unsigned seed = 3;
    (void)state;
    for (size_t i = 0; i < 2000; i++) {
        struct arena *a = arena_new(0);
        struct random_net n;
        double rate[NET_FLOWS];
        random_net(&n, NET_FLAT, &seed);
        assert_int_equal(maxmin_solve(&n.maxmin, rate, a, NULL), 0);
        assert_rates(&n.share, rate);
        arena_free(&a);
    }
}

static void test_refused(void **state)
{
    const struct share_group late[] = {{0, 1}}, weightless[] = {{SHARE_ROOT, 0}};
    const struct share_link negative[] = {{-1, NULL}}, open[] = {{INFINITY, NULL}};
    const double zeros[] = {1, 0, 1, 1};
    const struct share_link zero[] = {{1, zeros}};
    struct share_group deep[SHARE_MAX_DEPTH + 1] = {{SHARE_ROOT, 1}};
    for (uint32_t g = 1; g <= SHARE_MAX_DEPTH; g++)
        deep[g] = (struct share_group){g - 1, 1};
    const struct {
        const struct share_link *links;
        const struct share_group *groups;
        size_t n_groups;
        struct share_flow flow;
        const char *why;
    } cases[] = {
        {sixty, late, 1, {only, 1, 0, 1, 1}, "group 0: its parent must stand before it"},
        {sixty, weightless, 1, {only, 1, 0, 1, 1}, "group 0: a weight must be positive"},
        {sixty, deep, SHARE_MAX_DEPTH + 1, {only, 1, 0, 1, 1}, "group 8: more than 8 levels"},
        {negative, groups, 4, {only, 1, 0, 1, 1}, "link 0: a limit must not be negative"},
        {zero, groups, 4, {only, 1, 0, 1, 1}, "link 0, group 1: a weight must be positive"},
        {sixty, groups, 4, {only, 1, 4, 1, 1}, "flow 0: there is no group 4"},
        {sixty, groups, 4, {only, 1, 0, -1, 1}, "flow 0: a weight must be positive"},
        {sixty, groups, 4, {only, 1, 0, 1, NAN}, "flow 0: a cap must not be negative"},
        {sixty, groups, 4, {(uint32_t[]){1}, 1, 0, 1, 1}, "flow 0: there is no link 1"},
        {open, groups, 4, {only, 1, 0, 1, INFINITY}, "flow 0: nothing limits it"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct err e = {0};
        const struct share s = {cases[i].links, 1, cases[i].groups, cases[i].n_groups,
                                &cases[i].flow, 1};
        assert_true(share_check(&s, &e) < 0);
        assert_non_null(strstr(e.msg, cases[i].why));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_link),         cmocka_unit_test(test_two_links),
        cmocka_unit_test(test_weights_of_links), cmocka_unit_test(test_unlike_weights),
        cmocka_unit_test(test_mutual),           cmocka_unit_test(test_random),
        cmocka_unit_test(test_flat_is_maxmin),   cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
