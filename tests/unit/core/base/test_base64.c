/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include "unit/cmocka_all.h"

/* The text's bytes; "!" behind them where it is broken. */
static void check(const char *text, const char *want)
{
    struct base64 b = base64_of(slice_of(text));
    char got[64];
    size_t n = 0;
    uint8_t byte;

    while (base64_next(&b, &byte))
        got[n++] = (char)byte;
    if (b.broken)
        got[n++] = '!';
    got[n] = '\0';
    assert_string_equal(got, want);
    assert_false(base64_next(&b, &byte));
}

/* RFC 4648 section 10 */
static void test_vectors(void **state)
{
    static const char *const pairs[][2] = {{"", ""},
                                           {"Zg==", "f"},
                                           {"Zm8=", "fo"},
                                           {"Zm9v", "foo"},
                                           {"Zm9vYg==", "foob"},
                                           {"Zm9vYmE=", "fooba"},
                                           {"Zm9vYmFy", "foobar"}};

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        check(pairs[i][0], pairs[i][1]);
    check("+/+/", "\xfb\xff\xbf");
}

static void test_layout(void **state)
{
    (void)state;
    check("Zm9v\r\n  Ym\tFy \n", "foobar");
    check("Zm8", "fo"); /* without padding */
    check("Z", "");
}

static void test_broken(void **state)
{
    (void)state;
    check("Zm9v*mFy", "foo!");
    check("Zm=9v", "f!");
    check("-_-_", "!"); /* the alphabet for URLs is another one */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_broken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
