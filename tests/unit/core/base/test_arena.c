/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "unit/cmocka_all.h"

static bool is_zero(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] != 0)
            return false;
    }
    return true;
}

static void test_zeroed_and_aligned(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    for (size_t size = 0; size < 5000; size = size * 2 + 1) {
        unsigned char *p = arena_alloc(a, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
        assert_true(is_zero(p, size));
        memset(p, 0xff, size);
    }
    arena_free(&a);
    assert_null(a);
    arena_free(&a);
}

/* Room that was expected is asked for piece by piece, and more than that is there too. */
static void test_expected(void **state)
{
    (void)state;
    enum { PIECE = 1000, N = 9000 };
    struct arena *a = arena_new((size_t)N * 1024);
    arena_expect(a, (size_t)8 << 20);
    assert_int_equal(arena_used(a), 0);
    unsigned char *first = arena_room(a, PIECE), *last = first;
    for (unsigned i = 1; i < N; i++) {
        memset(last, 0xff, PIECE);
        last = arena_room(a, PIECE);
        assert_non_null(last);
    }
    assert_true(is_zero(arena_alloc(a, PIECE), PIECE));
    assert_int_equal(first[PIECE - 1], 0xff);
    arena_expect(a, SIZE_MAX); /* over the limit: nothing happens */
    assert_null(arena_room(a, SIZE_MAX));
    arena_free(&a);
}

/* What is given back may be asked for again, and is no longer counted. */
static void test_shrink(void **state)
{
    (void)state;
    struct arena *a = arena_new(4096);
    unsigned char *first = arena_room(a, 4000);
    assert_null(arena_room(a, 1000));
    memset(first, 0x55, 100);
    arena_shrink(a, first, 4000, 100);
    assert_true(arena_used(a) < 200);
    unsigned char *second = arena_alloc(a, 3000);
    assert_non_null(second);
    arena_shrink(a, second, 3000, 3000);
    memset(second, 0xff, 3000);
    assert_int_equal(first[99], 0x55);
    assert_true(arena_used(a) < 3300);
    arena_free(&a);
}

static void test_do_not_overlap(void **state)
{
    (void)state;
    enum { N = 3000 };
    struct arena *a = arena_new(0);
    unsigned char *p[N];
    for (unsigned i = 0; i < N; i++) {
        p[i] = arena_alloc(a, i % 97 + 1);
        memset(p[i], (int)(i % 251), i % 97 + 1);
    }
    for (unsigned i = 0; i < N; i++) {
        for (unsigned j = 0; j < i % 97 + 1; j++)
            assert_int_equal(p[i][j], i % 251);
    }
    arena_free(&a);
}

static void test_limit(void **state)
{
    (void)state;
    struct arena *a = arena_new(1000);
    assert_null(arena_alloc(a, 1001));
    assert_non_null(arena_alloc(a, 900));
    assert_null(arena_alloc(a, 200));
    assert_non_null(arena_alloc(a, 64));
    assert_true(arena_used(a) <= 1000);
    arena_free(&a);
}

static void test_limit_is_reached(void **state)
{
    (void)state;
    struct arena *a = arena_new(4096);
    for (int i = 0; i < 64; i++)
        assert_non_null(arena_alloc(a, 64));
    assert_int_equal(arena_used(a), 4096);
    assert_null(arena_alloc(a, 0));
    arena_free(&a);
}

static void test_overflow(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    assert_null(arena_alloc(a, SIZE_MAX));
    assert_null(arena_alloc(a, SIZE_MAX - 40));
    assert_null(arena_array(a, SIZE_MAX / 2, 3));
    assert_null(arena_strndup(a, "x", SIZE_MAX));
    assert_int_equal(arena_used(a), 0);
    uint32_t *array = ARENA_ARRAY(a, 100, uint32_t);
    assert_non_null(array);
    assert_int_equal(array[99], 0);
    arena_free(&a);
}

static void test_rewind(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct arena_mark start = arena_mark(a);
    char *kept = arena_strdup(a, "kept");
    struct arena_mark m = arena_mark(a);
    size_t used = arena_used(a);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 200; i++) {
            unsigned char *p = arena_alloc(a, 1000);
            assert_true(is_zero(p, 1000));
            memset(p, 0xee, 1000);
        }
        arena_rewind(a, m);
        assert_int_equal(arena_used(a), used);
    }
    assert_string_equal(kept, "kept");
    assert_true(is_zero(arena_alloc(a, 64), 64));
    arena_rewind(a, start);
    assert_int_equal(arena_used(a), 0);
    assert_non_null(arena_alloc(a, 8));
    arena_free(&a);
}

static void test_limit_after_rewind(void **state)
{
    (void)state;
    struct arena *a = arena_new(10000);
    struct arena_mark m = arena_mark(a);
    for (int i = 0; i < 100; i++) {
        assert_non_null(arena_alloc(a, 9000));
        assert_null(arena_alloc(a, 9000));
        arena_rewind(a, m);
    }
    arena_free(&a);
}

static void test_strings(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    assert_string_equal(arena_strdup(a, ""), "");
    assert_string_equal(arena_strdup(a, "abc"), "abc");
    assert_null(arena_strdup(a, NULL));
    assert_string_equal(arena_strndup(a, "abcdef", 3), "abc");
    assert_string_equal(arena_strndup(a, "ab", 30), "ab");
    assert_null(arena_strndup(a, NULL, 3));
    assert_string_equal(arena_printf(a, "%s-%d", "x", 42), "x-42");
    assert_memory_equal(arena_dup(a, "a\0b", 3), "a\0b", 3);
    assert_null(arena_dup(a, NULL, 3));
    char *long_text = arena_printf(a, "%09999d", 1);
    assert_int_equal(strlen(long_text), 9999);
    arena_free(&a);
}

static void test_strings_respect_limit(void **state)
{
    (void)state;
    struct arena *a = arena_new(64);
    assert_null(arena_printf(a, "%0100d", 1));
    assert_null(arena_strndup(a,
                              "0123456789012345678901234567890123456789"
                              "0123456789012345678901234567890123456789",
                              80));
    assert_non_null(arena_strdup(a, "short"));
    arena_free(&a);
}

static void test_lists_grow(void **state)
{
    struct arena *a = arena_new(1000);
    size_t *v = NULL, n = 0, cap = 0;
    (void)state;
    while (n < 20 && arena_grow(a, (void **)&v, n, &cap, sizeof(*v))) {
        v[n] = n;
        n++;
    }
    assert_int_equal(n, 20);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(v[i], i);
    while (n < 1000 && arena_grow(a, (void **)&v, n, &cap, sizeof(*v)))
        v[n++] = 0;
    assert_in_range(n, 20, 999); /* no memory: what is there stays */
    assert_int_equal(v[19], 19);
    arena_free(&a);
}

/* What was in one is in the other, and what is allocated next disturbs neither. */
static void test_join(void **state)
{
    (void)state;
    for (int filled = 0; filled < 4; filled++) {
        struct arena *a = arena_new(0), *b = arena_new(0);
        char *mine = filled & 1 ? arena_printf(a, "%05000d", 1) : NULL;
        char *yours = filled & 2 ? arena_printf(b, "%06000d", 2) : NULL;
        size_t used = arena_used(a) + arena_used(b);
        arena_join(a, &b);
        assert_null(b);
        assert_int_equal(arena_used(a), used);
        for (int i = 0; i < 100; i++)
            memset(arena_alloc(a, 100), 'x', 100);
        assert_true(!mine || (strlen(mine) == 5000 && mine[4999] == '1'));
        assert_true(!yours || (strlen(yours) == 6000 && yours[5999] == '2'));
        arena_join(a, &b); /* nothing */
        arena_free(&a);
    }
}

/* A full arena takes over what is there, but hands out nothing more. */
static void test_join_beyond_the_limit(void **state)
{
    struct arena *a = arena_new(1000), *b = arena_new(0);
    (void)state;
    struct arena_mark mark = arena_mark(a);
    arena_alloc(b, 2000);
    arena_join(a, &b);
    assert_null(arena_alloc(a, 16));
    arena_rewind(a, mark);
    assert_non_null(arena_alloc(a, 16));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zeroed_and_aligned),
        cmocka_unit_test(test_do_not_overlap),
        cmocka_unit_test(test_expected),
        cmocka_unit_test(test_shrink),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_limit_is_reached),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_rewind),
        cmocka_unit_test(test_limit_after_rewind),
        cmocka_unit_test(test_lists_grow),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_strings_respect_limit),
        cmocka_unit_test(test_join),
        cmocka_unit_test(test_join_beyond_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
