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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
