/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/gzip.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "unit/cmocka_all.h"

/* What is compressed well and what is compressed quickly: both come back. */
static void test_round_trip(void **state)
{
    static const size_t sizes[] = {1, 1000, 100000, (size_t)9 << 20};
    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        char *text = malloc(sizes[i]), *back = malloc(sizes[i]), *packed = NULL;
        size_t n = 0;
        assert_true(text && back);
        for (size_t k = 0; k < sizes[i]; k++)
            text[k] = (char)('a' + k * k % 23);
        assert_int_equal(wire_gzip(text, sizes[i], &packed, &n), 0);
        assert_true(sizes[i] < 1000 || n < sizes[i]);
        struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
        assert_int_equal(libdeflate_gzip_decompress(d, packed, n, back, sizes[i], NULL),
                         LIBDEFLATE_SUCCESS);
        libdeflate_free_decompressor(d);
        assert_memory_equal(text, back, sizes[i]);
        free(text);
        free(back);
        free(packed);
    }
}

static int unpack(const char *packed, size_t n, size_t limit)
{
    struct err e = {0};
    char *back = NULL;
    size_t m = 0;
    int rc = wire_gunzip((struct slice){packed, n}, limit, &back, &m, &e);
    assert_int_equal(rc, e.code);
    assert_true((rc == 0) == (back != NULL));
    free(back);
    return rc;
}

static void test_unpack(void **state)
{
    char text[1000], *packed = NULL, *back = NULL;
    size_t n = 0, m = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)('a' + i * i % 23);
    assert_int_equal(wire_gzip(text, sizeof(text), &packed, &n), 0);
    assert_int_equal(wire_gunzip((struct slice){packed, n}, sizeof(text), &back, &m, NULL), 0);
    assert_int_equal(m, sizeof(text));
    assert_memory_equal(back, text, m);
    free(back);
    assert_int_equal(unpack(packed, n, sizeof(text) - 1), ERR_LIMIT);
    /* cut off anywhere, or with a byte changed, it is damaged or as it was (a name in the
     * header) */
    for (size_t i = 0; i < n; i++)
        assert_int_not_equal(unpack(packed, i, 1 << 20), 0);
    packed[n - 5] = (char)(packed[n - 5] ^ 1); /* of the checksum */
    assert_int_equal(unpack(packed, n, 1 << 20), ERR_PARSE);
    free(packed);
    assert_int_equal(unpack("plain text, not gzip", 20, (size_t)-1), ERR_PARSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip),
                                       cmocka_unit_test(test_unpack)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
