/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"

#include <stdint.h>

#include "base/err.h"
#include "unit/cmocka_all.h"

struct pair {
    uint64_t a;
    char b;
};

static void test_push(void **state)
{
    (void)state;
    struct {
        VEC(struct pair);
    } v = {0};
    for (uint64_t i = 0; i < 10000; i++) {
        struct pair *p = VEC_PUSH(&v);
        assert_non_null(p);
        assert_int_equal(p->a, 0);
        assert_int_equal(p->b, 0);
        *p = (struct pair){i, (char)(i % 100)};
    }
    assert_int_equal(v.n, 10000);
    assert_true(v.cap >= v.n);
    for (uint64_t i = 0; i < v.n; i++)
        assert_int_equal(v.v[i].a, i);
    VEC_FREE(&v);
    assert_null(v.v);
    assert_int_equal(v.n, 0);
    assert_int_equal(v.cap, 0);
    VEC_FREE(&v);
}

static void test_reserve(void **state)
{
    (void)state;
    struct {
        VEC(int);
    } v = {0};
    assert_int_equal(vec_reserve((void **)&v.v, &v.cap, 1000, sizeof(int)), 0);
    assert_true(v.cap >= 1000);
    int *before = v.v;
    for (int i = 0; i < 1000; i++)
        *VEC_PUSH(&v) = i;
    assert_ptr_equal(v.v, before);
    assert_int_equal(v.v[999], 999);
    VEC_FREE(&v);
}

static void test_overflow(void **state)
{
    (void)state;
    struct {
        VEC(struct pair);
    } v = {0};
    *VEC_PUSH(&v) = (struct pair){1, 'x'};
    size_t cap = v.cap;
    assert_int_equal(vec_reserve((void **)&v.v, &v.cap, SIZE_MAX, sizeof(*v.v)), ERR_NOMEM);
    assert_int_equal(vec_reserve((void **)&v.v, &v.cap, SIZE_MAX / 16, sizeof(*v.v)),
                     ERR_NOMEM);
    assert_int_equal(v.cap, cap);
    assert_int_equal(v.v[0].a, 1);
    VEC_FREE(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_push),
        cmocka_unit_test(test_reserve),
        cmocka_unit_test(test_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
