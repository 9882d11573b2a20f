/* SPDX-License-Identifier: Apache-2.0 */
/* Costs to come: patterns of past days under windows of maintenance. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "model/graph.h"
#include "model/history.h"

#define HOUR HISTORY_INTERVAL

/* a --ab-- b ... c: between b and c no link is known, only what their interfaces carry. */
static struct domain one = {.name = "one"};
static struct node a = {.name = "a", .domain = &one}, b = {.name = "b", .domain = &one};
static struct link ab = {.name = "a|b",
                         .end = {{.node = &a, .capacity = 8000}, {.node = &b, .capacity = 0}}};
static struct path_hop hops[] = {
    {.router = "a", .domain = "one"},
    {.router = "b", .domain = "one", .link = &ab, .forward = true, .out_capacity = 3},
    {.router = "c", .domain = "one", .in_capacity = 400},
};
static struct path_leg leg = {.hops = hops, .n_hops = 3};
static const struct path path = {.known = true, .reached = true, .legs = &leg, .n_legs = 1};
static const struct origin by_one = {.domain = "one"};

static struct snapshot under(struct fact_maintenance *window, const char *entity, double share)
{
    *window = (struct fact_maintenance){
        .entity = entity, .start = HOUR, .end = 2 * HOUR, .share = share, .origin = &by_one};
    return (struct snapshot){.maintenance = window, .n_maintenance = 1};
}

static struct snap_span hour(int64_t n)
{
    return (struct snap_span){n * HOUR, (n + 1) * HOUR};
}

static bool same(double x, double y)
{
    return x == y || (isnan(x) && isnan(y));
}

static void a_path_in_a_window(void **state)
{
    static const struct {
        const char *entity;
        double share;
        int64_t capacity[3]; /* of the link into each hop */
    } cases[] = {
        {"link:a|b", 0.5, {0, 4000, 3}},
        {"link:a|b", 0, {0, PATH_CLOSED, 3}},
        {"link:a|b", NAN, {0, PATH_CLOSED, 3}},
        {"link:a|b", 0.00001, {0, PATH_CLOSED, 3}}, /* less than a bit per second */
        {"node:c", 0.5, {0, 8000, 1}},
        {"node:c", 0, {0, 8000, PATH_CLOSED}},
        {"node:b", 0.25, {0, 2000, PATH_CLOSED}},
    };
    struct arena *arena = arena_new(1 << 20);
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fact_maintenance window;
        const struct snapshot s = under(&window, cases[i].entity, cases[i].share);
        const struct snap_span in = hour(1), after = hour(2);
        const struct path *p = snapshot_path_in(&s, &path, &in, arena);
        assert_non_null(p);
        for (size_t k = 1; k < 3; k++)
            assert_int_equal(path_link_capacity(&p->legs[0], k), cases[i].capacity[k]);
        assert_ptr_equal(snapshot_path_in(&s, &path, &after, arena), &path);
        assert_false(snapshot_windows_equal(&s, &in, &after));
        struct snapshot then = s;
        then.as_of = after.from - 1;
        assert_true(snapshot_has_calendar(&then, "bw-residual"));
        assert_false(snapshot_has_calendar(&then, "hopcount"));
        then.as_of = after.from;
        assert_false(snapshot_has_calendar(&then, "bw-residual"));
        assert_true(snapshot_windows_equal(&s, &after, &(struct snap_span){0, HOUR}));
        assert_int_equal(path_link_capacity(&leg, 1), 8000); /* the path is as it was */
        assert_int_equal(path_link_capacity(&leg, 2), 3);
    }
    arena_free(&arena);
}

/* Windows count before what was measured, this before what is now. */
static void what_is_to_come(void **state)
{
    static double day[24], week[168];
    static const struct snap_pattern days = {.day = day};
    static const struct snap_pattern weeks = {.day = day, .week = week};
    static const struct {
        const char *metric;
        const struct snap_pattern *pattern;
        double present, share; /* share: of the link */
        double at[4];          /* in the first hours; the window is in the second */
    } cases[] = {
        {"tput", &days, 9, 1, {100, 101, 9, 103}},
        {"tput", &days, 9, 0.5, {100, 101, 9, 103}}, /* 500 bytes per second are left */
        {"tput", &days, 9, 0.01, {100, 10, 9, 103}},
        {"tput:p95", &days, 9, 0, {100, 0, 9, 103}},
        {"delay-ow", &days, 9, 0.01, {100, 101, 9, 103}},
        {"delay-ow", &days, 9, 0, {100, NAN, 9, 103}}, /* by another way */
        {"delay-ow", &weeks, 9, 1, {100, 55, 9, 103}},
        {"delay-ow", NULL, 9, 1, {NAN, NAN, NAN, NAN}},
        {"bw-residual", NULL, 900, 0.5, {900, 500, 900, 900}},
        {"bw-residual", NULL, NAN, 0.5, {NAN, NAN, NAN, NAN}},
    };
    (void)state;
    for (size_t i = 0; i < 168; i++)
        week[i] = NAN;
    for (size_t i = 0; i < 24; i++)
        day[i] = i == 2 ? NAN : 100.0 + (double)i;
    week[1] = 55;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fact_maintenance window;
        const struct snapshot s = under(&window, "link:a|b", cases[i].share);
        const struct snap_forecast f = {cases[i].metric, cases[i].present, cases[i].pattern,
                                        &path};
        for (int64_t h = 0; h < 4; h++) {
            const struct snap_span when = hour(h), next_day = hour(h + 24);
            double value = snapshot_forecast(&s, &f, &when);
            if (!same(value, cases[i].at[h]))
                fail_msg("case %zu, hour %d: %g", i, (int)h, value);
            if (!cases[i].pattern || !cases[i].pattern->week)
                continue;
            assert_true(same(snapshot_forecast(&s, &f, &next_day),
                             isnan(day[h]) ? cases[i].present : day[h]));
        }
    }
}

/* The pattern is of what the single value was taken from. */
static void patterns_are_found(void **state)
{
    static double day[24];
    const struct addr src = {.family = 4, .b = {192, 0, 2, 1}};
    const struct addr dst = {.family = 4, .b = {192, 0, 2, 2}};
    struct snap_pattern of_addresses[] = {
        {.metric = "delay-rt", .src = dst, .dst = src, .day = day},
        {.metric = "tput", .src = src, .dst = dst, .day = day}};
    struct snap_pattern of_pids[] = {
        {.metric = "tput", .src_pid = 0, .dst_pid = 0, .day = day},
        {.metric = "tput", .src_pid = 0, .dst_pid = 1, .day = day}};
    struct snapshot s = {.address_patterns = {.v = of_addresses, .n = 2},
                         .pid_patterns = {.v = of_pids, .n = 2}};
    struct snap_between between = {&src, &dst, NAN, CLASS_DERIVED, BASIS_ADDRESSES};
    (void)state;
    s.pid_of = lpm_new();
    lpm_set(s.pid_of, &(struct prefix){src, 32}, 0);
    lpm_set(s.pid_of, &(struct prefix){dst, 32}, 1);
    assert_int_equal(lpm_seal(s.pid_of), 0);
    assert_ptr_equal(snapshot_pattern_between(&s, "tput", &between), &of_addresses[1]);
    assert_null(snapshot_pattern_between(&s, "delay-rt", &between));
    between.basis = BASIS_PIDS;
    assert_ptr_equal(snapshot_pattern_between(&s, "tput", &between), &of_pids[1]);
    between.basis = BASIS_PATH;
    assert_null(snapshot_pattern_between(&s, "tput", &between));
    assert_null(snapshot_pattern_of_pids(&s, "tput", 1, 0));
    assert_true(snapshot_has_calendar(&s, "delay-rt"));
    assert_false(snapshot_has_calendar(&s, "bw-residual")); /* without windows */
    lpm_free(&s.pid_of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_in_a_window),
        cmocka_unit_test(what_is_to_come),
        cmocka_unit_test(patterns_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
