/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "unit/cmocka_all.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static void assert_slice(struct slice s, const char *expected)
{
    if (!slice_eq(s, expected))
        fail_msg("\"%.*s\" instead of \"%s\"", (int)s.n, s.p, expected);
}

static void test_slice(void **state)
{
    (void)state;
    assert_int_equal(slice_of(NULL).n, 0);
    assert_true(slice_eq(slice_of(NULL), ""));
    assert_true(slice_eq(slice_of("ab"), "ab"));
    assert_false(slice_eq(slice_of("ab"), "abc"));
    assert_false(slice_eq(slice_of("ab"), "aB"));
    assert_true(slice_starts(slice_of("abc"), "ab"));
    assert_true(slice_starts(slice_of("abc"), ""));
    assert_false(slice_starts(slice_of("a"), "ab"));
    assert_false(slice_starts(slice_of("abc"), "bc"));
    assert_slice(slice_trim(slice_of(" \t\r\n a b \v\f")), "a b");
    assert_slice(slice_trim(slice_of("  ")), "");
    assert_slice(slice_trim(slice_of(NULL)), "");
}

static void test_lines(void **state)
{
    (void)state;
    struct slice rest = slice_of("one\r\ntwo\n\n\r\nfi\rve\nlast"), line;
    static const char *const expected[] = {"one", "two", "", "", "fi\rve", "last"};
    for (size_t i = 0; i < N_OF(expected); i++) {
        assert_true(slice_line(&rest, &line));
        assert_slice(line, expected[i]);
    }
    assert_false(slice_line(&rest, &line));

    rest = slice_of("x\n");
    assert_true(slice_line(&rest, &line));
    assert_false(slice_line(&rest, &line));
    rest = slice_of(NULL);
    assert_false(slice_line(&rest, &line));
    rest = slice_of("x\r");
    assert_true(slice_line(&rest, &line));
    assert_slice(line, "x\r"); /* a lone \r is no line end */
}

static void test_words(void **state)
{
    (void)state;
    struct slice rest = slice_of(" \tset  x\t1 "), word;
    assert_true(slice_word(&rest, &word));
    assert_slice(word, "set");
    assert_true(slice_word(&rest, &word));
    assert_slice(word, "x");
    assert_true(slice_word(&rest, &word));
    assert_slice(word, "1");
    assert_false(slice_word(&rest, &word));
    assert_false(slice_word(&rest, &word));
}

static void test_split(void **state)
{
    (void)state;
    struct slice rest = slice_of(",a,,b,"), piece;
    static const char *const expected[] = {"", "a", "", "b", ""};
    for (size_t i = 0; i < N_OF(expected); i++) {
        assert_true(slice_split(&rest, ',', &piece));
        assert_slice(piece, expected[i]);
    }
    assert_false(slice_split(&rest, ',', &piece));
    rest = slice_of("");
    assert_true(slice_split(&rest, ',', &piece));
    assert_slice(piece, "");
    assert_false(slice_split(&rest, ',', &piece));
    rest = slice_of(NULL);
    assert_false(slice_split(&rest, ',', &piece));
}

static void test_u64(void **state)
{
    (void)state;
    uint64_t v = 77;
    assert_true(slice_u64(slice_of("0"), 0, &v));
    assert_int_equal(v, 0);
    assert_true(slice_u64(slice_of("18446744073709551615"), UINT64_MAX, &v));
    assert_true(v == UINT64_MAX);
    assert_true(slice_u64(slice_of("255"), 255, &v));
    static const char *const bad[] = {"",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "0x10",
                                      "256",
                                      "a",
                                      "18446744073709551616",
                                      "99999999999999999999999"};
    v = 77;
    for (size_t i = 0; i < N_OF(bad); i++)
        assert_false(slice_u64(slice_of(bad[i]), 255, &v));
    assert_false(slice_u64(slice_of("18446744073709551616"), UINT64_MAX, &v));
    assert_int_equal(v, 77);
}

static void test_real(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } good[] = {{"0", 0},       {"-1.5", -1.5}, {"12.50", 12.5}, {"1e3", 1000}, {"1E-2", 0.01},
                {"2.5e+1", 25}, {"007", 7},     {"1e-999", 0},   {"0.1", 0.1}};
    static const char *const bad[] = {"",    "-",   ".5",    "5.",       "+1",    "1e",
                                      "1e+", "inf", "nan",   "0x1p3",    "1e999", " 1",
                                      "1 ",  "1,5", "1.2.3", "infinity", "1e5.5", "--1"};
    double d = 0;
    for (size_t i = 0; i < N_OF(good); i++) {
        assert_true(slice_real(slice_of(good[i].text), &d));
        assert_true(d == good[i].value);
    }
    for (size_t i = 0; i < N_OF(bad); i++) {
        if (slice_real(slice_of(bad[i]), &d))
            fail_msg("accepted %s", bad[i]);
    }
    assert_false(slice_real((struct slice){"1\0", 2}, &d));
    assert_true(slice_real((struct slice){"123", 2}, &d));
    assert_true(d == 12);
    char many[400];
    memset(many, '1', sizeof(many));
    assert_false(slice_real((struct slice){many, 256}, &d));
    assert_true(slice_real((struct slice){many, 255}, &d));
}

static void test_utf8(void **state)
{
    (void)state;
    static const char *const good[] = {"",
                                       "a",
                                       "\x7f",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xe2\x82",
                                      "a\xffz",
                                      "\xe2\x28\xa1",
                                      "\xf0\x90\x80"};
    for (size_t i = 0; i < N_OF(good); i++)
        assert_true(str_is_utf8(good[i], strlen(good[i])));
    for (size_t i = 0; i < N_OF(bad); i++)
        assert_false(str_is_utf8(bad[i], strlen(bad[i])));
    assert_false(str_is_utf8("a\0b", 3));
    for (size_t i = 0; i < 17; i++) { /* wherever it stands in longer text */
        char text[] = "abcdefgh\x7fjklmnopq";
        assert_true(str_is_utf8(text, 17));
        text[i] = '\0';
        assert_false(str_is_utf8(text, 17));
        text[i] = '\x80';
        assert_false(str_is_utf8(text, 17));
    }
    assert_int_equal(str_utf8_len("\xe2\x82\xacx", 4), 3);
    assert_int_equal(str_utf8_len("\xe2\x82\xac", 2), 0);
    assert_int_equal(str_utf8_len("", 0), 0);
    assert_int_equal(str_utf8_cut("abc", 2), 2);
    assert_int_equal(str_utf8_cut("a\xe2\x82\xac", 3), 1);
    assert_int_equal(str_utf8_cut("a\xe2\x82\xacx", 4), 4);
    assert_int_equal(str_utf8_cut("\xe2\x82\xac", 1), 0);
}

static void test_natural(void **state)
{
    (void)state;
    /* In order; every pair is compared both ways, so the order is total and transitive. */
    static const char *const sorted[] = {"",
                                         "007",
                                         "07",
                                         "7",
                                         "8",
                                         "10",
                                         "99999999999999999999999998",
                                         "99999999999999999999999999",
                                         "a",
                                         "a0",
                                         "a1",
                                         "a01b",
                                         "a1b",
                                         "a2",
                                         "a10",
                                         "a10b2",
                                         "a10b10",
                                         "ab",
                                         "eth0",
                                         "eth1/2/3",
                                         "eth1/10/3",
                                         "eth2",
                                         "\xc3\xbc"};
    for (size_t i = 0; i < N_OF(sorted); i++) {
        for (size_t j = 0; j < N_OF(sorted); j++) {
            int order = str_natural_cmp(sorted[i], sorted[j]);
            if ((order > 0) - (order < 0) != (i > j) - (i < j))
                fail_msg("\"%s\" and \"%s\": %d", sorted[i], sorted[j], order);
        }
    }
}

static void check_time(const char *text, int64_t expected)
{
    int64_t us = 0;
    if (!str_time(slice_of(text), &us))
        fail_msg("refused %s", text);
    if (us != expected)
        fail_msg("%s is %lld", text, (long long)us);
}

static void test_time(void **state)
{
    (void)state;
    check_time("1970-01-01T00:00:00Z", 0);
    check_time("1969-12-31T23:59:59Z", -1000000);
    check_time("2026-11-22T02:07:09Z", 1795313229000000);
    check_time("2026-11-22t02:07:09z", 1795313229000000);
    check_time("2026-11-22T03:07:09+01:00", 1795313229000000);
    check_time("2026-11-21T22:37:09.5-03:30", 1795313229500000);
    check_time("2026-11-22T02:07:09.0000019Z", 1795313229000001);
    check_time("2000-02-29T12:00:00Z", 951825600000000);
    check_time("1990-12-31T23:59:60Z", 662688000000000); /* RFC 3339 section 5.8 */
    check_time("1990-12-31T15:59:60-08:00", 662688000000000);
    check_time("0000-01-01T00:00:00Z", -62167219200000000);
    check_time("9999-12-31T23:59:59.999999Z", 253402300799999999);
}

static void test_time_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2026-11-22",
        "2026-11-22 02:07:09Z",
        "2026-11-22T02:07:09",
        "2026-11-22T02:07:09.Z",
        "2026-11-22T02:07Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+0100",
        "2026-01-01T00:00:00+01:60",
        "2026-01-01T00:00:00Zx",
        "+026-01-01T00:00:00Z",
        "2026-1-01T00:00:00Z",
        " 2026-01-01T00:00:00Z",
    };
    int64_t us = 0;
    for (size_t i = 0; i < N_OF(bad); i++) {
        if (str_time(slice_of(bad[i]), &us))
            fail_msg("accepted %s", bad[i]);
    }
}

static void test_time_format(void **state)
{
    (void)state;
    char text[32];
    assert_string_equal(str_time_format(0, text), "1970-01-01T00:00:00Z");
    assert_string_equal(str_time_format(-1, text), "1969-12-31T23:59:59Z");
    assert_string_equal(str_time_format(1795313229999999, text), "2026-11-22T02:07:09Z");
    assert_string_equal(str_time_format(INT64_MAX, text), "294247-01-10T04:00:54Z");
    assert_string_equal(str_time_format(INT64_MIN, text), "-290308-12-21T19:59:05Z");
}

/* Every day of 800 years against the C library's calendar, there and back. */
static void test_time_round_trip(void **state)
{
    (void)state;
    for (int64_t day = -146097; day <= 146097; day++) {
        time_t t = (time_t)(day * 86400 + 3661);
        struct tm tm;
        char text[32], expected[64];
        int64_t us = 0;
        gmtime_r(&t, &tm);
        strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &tm);
        str_time_format((int64_t)t * 1000000, text);
        assert_string_equal(text, expected);
        assert_true(str_time(slice_of(text), &us));
        assert_true(us == (int64_t)t * 1000000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slice),       cmocka_unit_test(test_lines),
        cmocka_unit_test(test_words),       cmocka_unit_test(test_split),
        cmocka_unit_test(test_u64),         cmocka_unit_test(test_real),
        cmocka_unit_test(test_utf8),        cmocka_unit_test(test_natural),
        cmocka_unit_test(test_time),        cmocka_unit_test(test_time_refused),
        cmocka_unit_test(test_time_format), cmocka_unit_test(test_time_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
