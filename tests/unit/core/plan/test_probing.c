/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/probing.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "unit/cmocka_all.h"

#define KNOBS 3

/* Rates of three pairs of 1, 1 and 0.5 per connection; limit of 60 shared by all, 20 for the
 * second: the best is 30, 15, 15 with weights 2, 1, 1. */
static double achieved(const struct probing_knob *knobs, bool up)
{
    static const double each[] = {1, 1, 0.5}, weight[] = {2, 1, 1}, limit[] = {60, 20};
    double rate[KNOBS], load[2];
    for (size_t i = 0; i < KNOBS; i++)
        rate[i] = each[i] * (up ? knobs[i].up : knobs[i].down);
    load[0] = rate[0] + rate[1] + rate[2];
    load[1] = rate[1];
    return probing_utility(&(struct probing_goal){weight, load, limit, KNOBS, 2, 20}, rate,
                           0.1);
}

static struct probing start(struct probing_knob *knobs, uint64_t seed)
{
    for (size_t i = 0; i < KNOBS; i++)
        knobs[i] = (struct probing_knob){1, 130, 66, 0, 0};
    return (struct probing){knobs, KNOBS, 1, 2, 0, seed};
}

static void test_finds_the_optimum(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct probing_knob knobs[KNOBS];
        struct probing p = start(knobs, seed);
        double mean[KNOBS] = {0};
        for (size_t epoch = 0; epoch < 3000; epoch++) {
            probing_begin(&p);
            probing_end(&p, achieved(knobs, true), achieved(knobs, false));
            for (size_t i = 0; epoch >= 2000 && i < KNOBS; i++)
                mean[i] += knobs[i].point / 1000;
        }
        assert_true(fabs(mean[0] - 30) < 4.5);
        assert_true(fabs(mean[1] - 15) < 3);
        assert_true(fabs(mean[2] - 30) < 6);
    }
}

static void test_stays_in_range(void **state)
{
    struct probing_knob knobs[KNOBS];
    struct probing p = start(knobs, 4);
    (void)state;
    for (size_t i = 0; i < KNOBS; i++) {
        knobs[i].least = 2;
        knobs[i].most = 5;
        knobs[i].point = 3;
    }
    for (size_t epoch = 0; epoch < 500; epoch++) {
        probing_begin(&p);
        for (size_t i = 0; i < KNOBS; i++) {
            assert_in_range(knobs[i].up, 2, 5);
            assert_in_range(knobs[i].down, 2, 5);
        }
        probing_end(&p, epoch % 2 ? 1e9 : -1e9, 0);
        for (size_t i = 0; i < KNOBS; i++)
            assert_true(knobs[i].point >= 2 && knobs[i].point <= 5);
    }
}

static void test_nothing_measured(void **state)
{
    struct probing_knob knobs[KNOBS];
    struct probing p = start(knobs, 9);
    (void)state;
    probing_begin(&p);
    probing_end(&p, NAN, 1);
    probing_begin(&p);
    probing_end(&p, INFINITY, 1);
    for (size_t i = 0; i < KNOBS; i++)
        assert_true(knobs[i].point == 66);
    assert_int_equal(p.epoch, 2);
}

/* The same seed gives the same steps, another one others; both ways are taken. */
static void test_seeds(void **state)
{
    struct probing_knob a[KNOBS], b[KNOBS], c[KNOBS];
    struct probing pa = start(a, 1), pb = start(b, 1), pc = start(c, 2);
    size_t ups = 0, differ = 0;
    (void)state;
    for (size_t epoch = 0; epoch < 100; epoch++) {
        probing_begin(&pa);
        probing_begin(&pb);
        probing_begin(&pc);
        assert_memory_equal(a, b, sizeof(a));
        ups += a[0].up > a[0].down;
        differ += memcmp(a, c, sizeof(a)) != 0;
        probing_end(&pa, 0, 0);
        probing_end(&pb, 0, 0);
        probing_end(&pc, 0, 0);
    }
    assert_in_range(ups, 25, 75);
    assert_true(differ > 50);
}

/* A step of a tenth of a connection counts on average. */
static void test_random_rounding(void **state)
{
    struct probing_knob k[1] = {{0, 10, 3.1, 0, 0}};
    struct probing p = {k, 1, 0, 1, 0, 77};
    double sum = 0;
    (void)state;
    for (size_t epoch = 0; epoch < 4000; epoch++) {
        probing_begin(&p);
        sum += k[0].up;
        probing_end(&p, 0, 0);
    }
    assert_true(fabs(sum / 4000 - 3.1) < 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_the_optimum), cmocka_unit_test(test_stays_in_range),
        cmocka_unit_test(test_nothing_measured),  cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_random_rounding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
