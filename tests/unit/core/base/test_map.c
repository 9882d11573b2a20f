/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include <stdio.h>
#include <string.h>

#include "unit/cmocka_all.h"

static void test_empty(void **state)
{
    (void)state;
    struct map *m = map_new();
    assert_int_equal(map_count(m), 0);
    assert_null(map_get_str(m, "x"));
    assert_null(map_get(m, "", 0));
    map_free(&m);
    assert_null(m);
    map_free(&m);
}

static void test_set_get_replace(void **state)
{
    (void)state;
    struct map *m = map_new();
    assert_int_equal(map_set(m, "ab", 2, (union map_value){.u = 1}), 0);
    assert_int_equal(map_set(m, "abc", 3, (union map_value){.u = 2}), 0);
    assert_int_equal(map_set(m, "", 0, (union map_value){.u = 3}), 0);
    assert_int_equal(map_set(m, NULL, 0, (union map_value){.u = 4}), 0);
    assert_int_equal(map_set(m, "ab", 2, (union map_value){.u = 5}), 0);
    assert_int_equal(map_count(m), 3);
    assert_int_equal(map_get_str(m, "ab")->u, 5);
    assert_int_equal(map_get_str(m, "abc")->u, 2);
    assert_int_equal(map_get(m, "", 0)->u, 4);
    assert_null(map_get_str(m, "a"));
    assert_null(map_get(m, "ab\0", 3));
    map_free(&m);
}

static void test_at_makes_zero(void **state)
{
    (void)state;
    struct map *m = map_new();
    union map_value *v = map_at_str(m, "n");
    assert_int_equal(v->u, 0);
    v->u++;
    map_at_str(m, "n")->u++;
    assert_int_equal(map_get_str(m, "n")->u, 2);
    assert_int_equal(map_count(m), 1);
    map_free(&m);
}

static void test_binary_keys_are_copied(void **state)
{
    (void)state;
    struct map *m = map_new();
    char key[] = {'a', 0, 'b'};
    map_set(m, key, 3, (union map_value){.cp = "v"});
    key[2] = 'c';
    assert_null(map_get(m, key, 3));
    const struct map_entry *e = map_entry(m, 0);
    assert_int_equal(e->len, 3);
    assert_memory_equal(e->key, "a\0b", 4); /* with the 0 behind it */
    assert_string_equal(e->value.cp, "v");
    map_free(&m);
}

static void test_many_in_order(void **state)
{
    (void)state;
    enum { N = 100000 };
    struct map *m = map_new();
    char key[32];
    union map_value *first = map_at_str(m, "key0");
    for (unsigned i = 0; i < N; i++) {
        snprintf(key, sizeof(key), "key%u", i);
        map_at_str(m, key)->u = i;
    }
    assert_int_equal(map_count(m), N);
    assert_ptr_equal(map_at_str(m, "key0"), first);
    for (unsigned i = 0; i < N; i++) {
        snprintf(key, sizeof(key), "key%u", i);
        assert_int_equal(map_get_str(m, key)->u, i);
        assert_string_equal(map_entry(m, i)->key, key);
        snprintf(key, sizeof(key), "kez%u", i);
        assert_null(map_get_str(m, key));
    }
    map_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),         cmocka_unit_test(test_set_get_replace),
        cmocka_unit_test(test_at_makes_zero), cmocka_unit_test(test_binary_keys_are_copied),
        cmocka_unit_test(test_many_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
