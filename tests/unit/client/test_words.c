/* SPDX-License-Identifier: Apache-2.0 */
/* What the program makes of numbers, times and foreign text. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/cli.h"
#include "unit/cmocka_all.h"

static void expect(struct buf *b, const char *want)
{
    assert_string_equal(buf_cstr(b), want);
    buf_reset(b);
}

static void ages_are_human(void **state)
{
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {
        {0, "just now"},     {0.9, "just now"},      {1, "1 s ago"},    {59.9, "59 s ago"},
        {60, "1 min ago"},   {3599, "59 min ago"},   {3600, "1 h ago"}, {172799, "47 h ago"},
        {172800, "2 d ago"}, {8640000, "100 d ago"}, {-90, "in 1 min"}, {-0.5, "just now"},
    };
    struct buf b = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        text_age(&b, cases[i].seconds);
        expect(&b, cases[i].text);
    }
    text_since(&b, "1970-01-01T00:00:00Z", 120000000);
    expect(&b, "2 min ago");
    text_since(&b, "yesterday", 0);
    expect(&b, "-");
    text_since(&b, NULL, 0);
    expect(&b, "-");
    buf_free(&b);
}

static void rates_have_units(void **state)
{
    static const struct {
        double bits;
        const char *text;
    } cases[] = {
        {0, "-"},
        {-1, "-"},
        {999, "999 bit/s"},
        {1000, "1 kbit/s"},
        {2.5e6, "2.5 Mbit/s"},
        {1e11, "100 Gbit/s"},
        {1.2e12, "1.2 Tbit/s"},
        {4e15, "4000 Tbit/s"},
    };
    struct buf b = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        text_rate(&b, cases[i].bits);
        expect(&b, cases[i].text);
    }
    buf_free(&b);
}

static void foreign_text_is_harmless(void **state)
{
    static const struct {
        const char *text, *safe;
    } cases[] = {
        {"plain", "plain"},
        {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
        {"\033[31m\a\n\t", "\\u001b[31m\\u0007\\u000a\\u0009"},
        {"\x7f\xc2\x9b", "\\u007f\\u009b"},
        {"\xe2\x80\xae"
         "abc",
         "\\u202eabc"},             /* right to left */
        {"\xff\xc3", "\\xff\\xc3"}, /* no UTF-8 */
        {"\xc0\x9b", "\\xc0\\x9b"}, /* overlong */
        {NULL, "-"},
    };
    struct buf b = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        text_safe(&b, cases[i].text);
        expect(&b, cases[i].safe);
    }
    buf_free(&b);
}

static void widths_are_columns(void **state)
{
    (void)state;
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("gr\xc3\xbc\xc3\x9f"), 4);
    assert_int_equal(text_width("u\xcc\x88"), 1);                /* combining diaeresis */
    assert_int_equal(text_width("\xe6\x97\xa5\xe6\x9c\xac"), 4); /* two wide characters */
}

/** The same table plain and coloured: columns stay aligned, escapes do not count. */
static void tables_are_aligned(void **state)
{
    static const char *const titles[] = {"NAME", ">N", "LAST", NULL};
    const struct cli plain = {0}, coloured = {.colour = true};
    struct buf b = {0};

    (void)state;
    for (int colour = 0; colour < 2; colour++) {
        struct table t = {0};
        table_titles(&t, titles);
        table_text(&t, "\xe6\x97\xa5");
        table_text(&t, "5");
        table_text(&t, "x");
        table_paint(&t, PAINT_RED);
        table_text(&t, "longer\033");
        table_text(&t, "12345");
        table_text(&t, NULL);
        table_print(&t, colour ? &coloured : &plain, &b);
        if (!colour)
            expect(&b, "NAME              N  LAST\n"
                       "\xe6\x97\xa5                5  x\n"
                       "longer\\u001b  12345  -\n");
    }
    assert_non_null(strstr(buf_cstr(&b), "\033[31mx\033[0m"));
    assert_non_null(strstr(buf_cstr(&b), "\033[1mNAME\033[0m  "));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ages_are_human),           cmocka_unit_test(rates_have_units),
        cmocka_unit_test(foreign_text_is_harmless), cmocka_unit_test(widths_are_columns),
        cmocka_unit_test(tables_are_aligned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
