/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/repack.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "unit/cmocka_all.h"

#define SEED 42
#define ROWS 200

/* A map whose rows are of `cells` costs; those that are a multiple of `every` say `version`. */
static void put_map(struct buf *b, unsigned cells, unsigned every, unsigned version)
{
    buf_reset(b);
    buf_str(b, "{\"cost-map\":{");
    for (unsigned i = 0; i < ROWS; i++) {
        buf_printf(b, "%s\"row-%u\":{", i ? "," : "", i);
        for (unsigned k = 0; k < cells; k++)
            buf_printf(b, "%s\"pid-%u\":%u", k ? "," : "", k,
                       (i * 7919 + k * 104729) % 9973 + (i % every == 1 ? version : 0));
        buf_char(b, '}');
    }
    buf_str(b, "}}");
    assert_false(b->failed);
}

static void assert_unpacks(const struct repack *r, const struct buf *text)
{
    size_t n, got = 0;
    const char *packed = repack_text(r, &n);
    char *back = malloc(text->len + 1);
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    assert_non_null(back);
    assert_int_equal(libdeflate_gzip_decompress(d, packed, n, back, text->len + 1, &got),
                     LIBDEFLATE_SUCCESS);
    assert_int_equal(got, text->len);
    assert_memory_equal(back, text->data, got);
    libdeflate_free_decompressor(d);
    free(back);
}

static struct repack *pack(const struct buf *text, uint64_t seed, struct repack *before)
{
    struct repack *r;
    assert_int_equal(repack(text->data, text->len, seed, before, &r), 0);
    assert_unpacks(r, text);
    return r;
}

static size_t size_of(const struct repack *r)
{
    size_t n;
    repack_text(r, &n);
    return n;
}

/* Bytes that two results have in common at their ends. */
static size_t common_end(const struct repack *a, const struct repack *b)
{
    size_t n, m, k = 0;
    const char *p = repack_text(a, &n), *q = repack_text(b, &m);
    n -= 8; /* checksum and length */
    m -= 8;
    while (k < n && k < m && p[n - 1 - k] == q[m - 1 - k])
        k++;
    return k;
}

/* Long rows and short ones; one row in fifty changes, and its length. */
static void test_editions(void **state)
{
    static const unsigned cells[] = {400, 2000};
    struct buf text = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++) {
        put_map(&text, cells[i], 199, 0);
        assert_true(text.len >= REPACK_FROM);
        struct repack *first = pack(&text, SEED, NULL);
        for (unsigned version = 1; version < 4; version++) {
            put_map(&text, cells[i], 199, version * 100000);
            struct repack *next = pack(&text, SEED, first);
            /* From the second on, what is behind the changed row is taken over. */
            if (version > 1)
                assert_true(common_end(first, next) > size_of(next) / 2);
            repack_release(&first);
            first = next;
        }
        repack_release(&first);
    }
    buf_free(&text);
}

/* The same body is the same result; another seed, or too much that is new, is as without. */
static void test_what_is_not_taken_over(void **state)
{
    struct buf text = {0}, other = {0};
    (void)state;
    put_map(&text, 400, 199, 0);
    put_map(&other, 400, 2, 5);
    struct repack *a = pack(&text, SEED, NULL), *same = pack(&text, SEED, a);
    struct repack *alone = pack(&other, SEED, NULL), *after = pack(&other, SEED, a);
    struct repack *unlike = pack(&text, SEED + 1, a);
    assert_ptr_equal(a, same);
    assert_int_equal(size_of(alone), size_of(after));
    assert_ptr_not_equal(a, unlike);
    assert_int_equal(size_of(a), size_of(unlike));
    repack_release(&a);
    repack_release(&same);
    repack_release(&alone);
    repack_release(&after);
    repack_release(&unlike);
    buf_free(&text);
    buf_free(&other);
}

/* Short bodies, and long ones without any place to cut at. */
static void test_other_shapes(void **state)
{
    static const size_t sizes[] = {0, 1, 5000, REPACK_FROM, REPACK_FROM + 12345};
    struct buf text = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        buf_reset(&text);
        buf_str(&text, "");
        for (size_t k = 0; k < sizes[i]; k++)
            buf_char(&text, (char)('a' + k * k / 7 % 23));
        if (sizes[i] == 0)
            continue;
        struct repack *a = pack(&text, SEED, NULL);
        text.data[sizes[i] / 2] = '!';
        struct repack *b = pack(&text, SEED, a), *c;
        text.data[sizes[i] / 2] = '?';
        c = pack(&text, SEED, b);
        repack_release(&a);
        repack_release(&b);
        repack_release(&c);
    }
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_editions),
                                       cmocka_unit_test(test_what_is_not_taken_over),
                                       cmocka_unit_test(test_other_shapes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
