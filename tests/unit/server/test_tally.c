/* SPDX-License-Identifier: Apache-2.0 */
/* Counters, and how much was counted in the last minutes. */
#include <pthread.h>

#include "server/tally.h"
#include "unit/cmocka_all.h"

#define SECOND ((int64_t)1000000)

static void count(struct tally *t, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        tally_request(t, true);
}

static void test_sums(void **state)
{
    struct tally *t = tally_new();
    (void)state;
    count(t, 3);
    tally_request(t, false);
    tally_message(t);
    tally_message(t);
    struct tally_sums sums = tally_sums(t);
    assert_int_equal(sums.succ, 3);
    assert_int_equal(sums.fail, 1);
    assert_int_equal(sums.messages, 2);
    struct tally *other = tally_hold(t);
    tally_release(&t);
    assert_null(t);
    assert_int_equal(tally_sums(other).succ, 3);
    tally_release(&other);
}

/* One request a second, looked at each second for an hour. */
static void test_window(void **state)
{
    const uint64_t window = TALLY_WINDOW / SECOND, step = TALLY_STEP / SECOND;
    struct tally *t = tally_new();
    (void)state;
    for (int64_t second = 0; second < 3600; second++) {
        int64_t now = second * SECOND;
        tally_sample(t, now);
        count(t, 1);
        uint64_t last = tally_last(t, now).succ, all = (uint64_t)second + 1;
        assert_true(last <= all && last <= window + step);
        assert_true(last >= (all < window ? all : window));
    }
    /* Nobody asks any more: it is over after the window. */
    for (int64_t second = 3600; second < 3600 + TALLY_WINDOW / SECOND + 2 * 15; second++)
        tally_sample(t, second * SECOND);
    assert_int_equal(tally_last(t, (3600 + 330) * SECOND).succ, 0);
    assert_int_equal(tally_sums(t).succ, 3600);
    tally_release(&t);
}

/* Samples that come late make the window longer, never shorter. */
static void test_late_samples(void **state)
{
    struct tally *t = tally_new();
    (void)state;
    tally_sample(t, 0);
    count(t, 5);
    tally_sample(t, 250 * SECOND);
    count(t, 7);
    assert_int_equal(tally_last(t, 299 * SECOND).succ, 12);
    assert_int_equal(tally_last(t, 549 * SECOND).succ, 12);
    assert_int_equal(tally_last(t, 550 * SECOND).succ, 7);
    tally_release(&t);
}

static void *many(void *self)
{
    count(self, 10000);
    return NULL;
}

static void test_threads(void **state)
{
    struct tally *t = tally_new();
    pthread_t threads[4];
    (void)state;
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, many, t), 0);
    for (unsigned i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(tally_sums(t).succ, 40000);
    tally_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_late_samples),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
