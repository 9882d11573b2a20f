/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <string.h>

#include "unit/cmocka_all.h"

/* Values of XXH3_128bits as printed by `xxhsum -H2`: tags must not change between versions. */
static void test_known_values(void **state)
{
    (void)state;
    char hex[33];
    struct hash *h = hash_new();
    hash_hex(h, hex);
    assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
    hash_add(h, "abc", 3);
    hash_hex(h, hex);
    assert_string_equal(hex, "06b05ab6733a618578af5f94892f3950");
    hash_free(&h);
    assert_null(h);
    hash_free(&h);
    assert_true(hash_bytes("abc", 3, 0) == UINT64_C(0x78af5f94892f3950));
    assert_true(hash_bytes("abc", 3, 0) != hash_bytes("abc", 3, 1));
    assert_true(hash_bytes("", 0, 0) == hash_bytes(NULL, 0, 0));
}

static void test_pieces_do_not_matter(void **state)
{
    (void)state;
    enum { SIZE = 5000 };
    char text[SIZE], whole[33], pieces[33];
    for (size_t i = 0; i < SIZE; i++)
        text[i] = (char)(i * 31 + i / 7);
    struct hash *h = hash_new();
    hash_add(h, text, SIZE);
    hash_hex(h, whole);
    hash_free(&h);
    for (size_t step = 1; step < SIZE; step = step * 3 + 1) {
        h = hash_new();
        for (size_t at = 0; at < SIZE; at += step) {
            hash_add(h, text + at, at + step > SIZE ? SIZE - at : step);
            hash_add(h, NULL, 0);
            hash_hex(h, pieces); /* asking early changes nothing */
        }
        assert_string_equal(pieces, whole);
        hash_free(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_pieces_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
