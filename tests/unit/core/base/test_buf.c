/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/cmocka_all.h"

static void test_append(void **state)
{
    (void)state;
    struct buf b = {0};
    assert_string_equal(buf_cstr(&b), "");
    buf_str(&b, "");
    buf_printf(&b, "%s", "");
    assert_string_equal(buf_cstr(&b), "");
    buf_str(&b, "ab");
    buf_char(&b, 'c');
    buf_add(&b, "d\0e", 3);
    buf_printf(&b, "<%d>", 5);
    assert_int_equal(b.len, 9);
    assert_memory_equal(b.data, "abcd\0e<5>", 10);
    buf_free(&b);
    assert_null(b.data);
}

static void test_numbers(void **state)
{
    static const struct {
        int64_t v;
        const char *text;
    } cases[] = {{0, "0"},
                 {7, "7"},
                 {-1, "-1"},
                 {1234567890, "1234567890"},
                 {INT64_MAX, "9223372036854775807"},
                 {INT64_MIN, "-9223372036854775808"}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct buf b = {0};
        buf_i64(&b, cases[i].v);
        assert_string_equal(buf_cstr(&b), cases[i].text);
        buf_free(&b);
    }
}

static void test_grows(void **state)
{
    (void)state;
    struct buf b = {0};
    for (int i = 0; i < 5000; i++) {
        buf_printf(&b, "%04d", i);
        assert_int_equal(b.data[b.len], 0);
    }
    assert_int_equal(b.len, 20000);
    assert_memory_equal(b.data + 4 * 4321, "4321", 4);
    buf_free(&b);
}

static void test_reset(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_reset(&b);
    buf_str(&b, "text");
    size_t cap = b.cap;
    buf_reset(&b);
    assert_string_equal(buf_cstr(&b), "");
    assert_int_equal(b.cap, cap);
    buf_free(&b);
}

static void test_take(void **state)
{
    (void)state;
    struct buf b = {0};
    size_t n = 99;
    char *p = buf_take(&b, &n);
    assert_string_equal(p, "");
    assert_int_equal(n, 0);
    free(p);
    buf_str(&b, "gift");
    p = buf_take(&b, &n);
    assert_string_equal(p, "gift");
    assert_int_equal(n, 4);
    assert_null(b.data);
    assert_int_equal(b.len, 0);
    free(p);
}

static void test_failure_sticks(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_str(&b, "x");
    buf_add(&b, "", SIZE_MAX - 1); /* fails before it reads */
    assert_true(b.failed);
    buf_str(&b, "more");
    assert_string_equal(buf_cstr(&b), "x");
    assert_null(buf_take(&b, NULL));
    assert_false(b.failed);
}

static void check_json(const char *text, const char *expected)
{
    struct buf b = {0};
    buf_json_str(&b, text);
    assert_string_equal(buf_cstr(&b), expected);
    buf_free(&b);
}

static void test_json_str(void **state)
{
    (void)state;
    check_json(NULL, "null");
    check_json("", "\"\"");
    check_json("plain/text", "\"plain/text\"");
    check_json("a\"b\\c", "\"a\\\"b\\\\c\"");
    check_json("\b\t\n\v\f\r", "\"\\b\\t\\n\\u000b\\f\\r\"");
    check_json("\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\"");
    check_json("Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x8c\x89",
               "\"Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x8c\x89\"");
}

/* Of any length, behind anything: there is room for the quotes and the closing 0. */
static void test_json_str_lengths(void **state)
{
    char text[300];
    (void)state;
    for (size_t n = 0; n < sizeof(text); n++) {
        for (size_t before = 0; before < 3; before++) {
            struct buf b = {0};
            memset(text, 'x', n);
            text[n] = 0;
            buf_add(&b, "[[", before);
            buf_json_str(&b, text);
            assert_int_equal(b.len, before + n + 2);
            assert_memory_equal(buf_cstr(&b) + before + 1, text, n);
            assert_string_equal(buf_cstr(&b) + before + n + 1, "\"");
            assert_int_equal(b.data[before], '"');
            buf_free(&b);
        }
    }
}

/* Whatever stands where: strings are looked at in pieces. */
static void test_json_str_places(void **state)
{
    static const struct {
        char c;
        const char *json;
    } cases[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\x1f', "\\u001f"}, {'\xff', "\xef\xbf\xbd"},
                 {' ', " "},    {'!', "!"},     {'\x7f', "\x7f"},    {'[', "["}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        for (size_t n = 1; n <= 20; n++) {
            for (size_t at = 0; at < n; at++) {
                char text[21] = "abcdefghijklmnopqrst", expected[30];
                text[n] = 0;
                text[at] = cases[i].c;
                snprintf(expected, sizeof(expected), "\"%.*s%s%s\"", (int)at, text,
                         cases[i].json, text + at + 1);
                check_json(text, expected);
            }
        }
    }
}

static void test_json_str_invalid(void **state)
{
    (void)state;
#define BAD "\xef\xbf\xbd"
    check_json("a\xff", "\"a" BAD "\"");
    check_json("\xc0\x80x", "\"" BAD BAD "x\"");               /* overlong NUL */
    check_json("\xed\xa0\x80", "\"" BAD BAD BAD "\"");         /* surrogate */
    check_json("\xf4\x90\x80\x80", "\"" BAD BAD BAD BAD "\""); /* above U+10FFFF */
    check_json("\xe2\x82", "\"" BAD BAD "\"");                 /* cut */
    check_json("\x80\n", "\"" BAD "\\n\"");
}

static void test_percent(void **state)
{
    struct buf b = {0};

    (void)state;
    buf_percent(&b, "aZ09-._~ /?&=%\xc3\xbc\0", 17);
    assert_string_equal(buf_cstr(&b), "aZ09-._~%20%2F%3F%26%3D%25%C3%BC%00");
    buf_free(&b);
}

static void check_real(double d, const char *expected)
{
    struct buf b = {0};
    buf_json_real(&b, d);
    assert_string_equal(buf_cstr(&b), expected);
    buf_free(&b);
}

static void test_json_real(void **state)
{
    (void)state;
    check_real(0, "0");
    check_real(-0.0, "-0");
    check_real(3, "3");
    check_real(0.1, "0.1");
    check_real(-1.5, "-1.5");
    check_real(0.1 + 0.2, "0.30000000000000004");
    check_real(1.0 / 3, "0.3333333333333333");
    check_real(1e99, "1e+99");
    check_real(9007199254740993.0, "9007199254740992");
    check_real(5e-324, "5e-324");
    check_real(DBL_MAX, "1.7976931348623157e+308");
    check_real(DBL_MIN, "2.2250738585072014e-308");
    check_real(INFINITY, "null");
    check_real(NAN, "null");
}

static void test_json_real_round_trip(void **state)
{
    (void)state;
    uint64_t x = 88172645463325252U;
    struct buf b = {0};
    for (int i = 0; i < 20000; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        double d;
        memcpy(&d, &x, sizeof(d));
        if (!isfinite(d))
            continue;
        buf_reset(&b);
        buf_json_real(&b, d);
        double back = strtod(buf_cstr(&b), NULL);
        assert_memory_equal(&back, &d, sizeof(d));
    }
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_grows),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_take),
        cmocka_unit_test(test_failure_sticks),
        cmocka_unit_test(test_json_str),
        cmocka_unit_test(test_json_str_lengths),
        cmocka_unit_test(test_json_str_places),
        cmocka_unit_test(test_json_str_invalid),
        cmocka_unit_test(test_percent),
        cmocka_unit_test(test_json_real),
        cmocka_unit_test(test_json_real_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
