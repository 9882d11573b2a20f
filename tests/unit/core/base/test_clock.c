/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <string.h>

#include "unit/cmocka_all.h"

static void test_clocks(void **state)
{
    (void)state;
    const struct clock *c = clock_system();
    assert_ptr_equal(c, clock_system());
    assert_true(c->now_us(c->self) > INT64_C(1577836800000000)); /* 2020 */
    int64_t before = c->mono_us(c->self);
    assert_true(c->mono_us(c->self) >= before);
}

static void test_random(void **state)
{
    (void)state;
    const struct clock *c = clock_system();
    unsigned char a[1000] = {0}, b[1000] = {0};
    c->random(c->self, a, 999);
    c->random(c->self, b, 999);
    assert_memory_not_equal(a, b, 999);
    assert_memory_not_equal(a + 900, b + 900, 99); /* up to the end */
    assert_int_equal(a[999], 0);
    c->random(c->self, a, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
