/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "wire/json.h"

/* Bytes given in pieces of a certain size, so that tokens fall across refills. */
struct pieces {
    const char *p;
    size_t n, size;
    int fail_after; /* pieces; negative: never */
};

static int give(void *payload, void *p, size_t room, size_t *got, struct err *e)
{
    struct pieces *s = payload;

    if (s->fail_after == 0)
        return err_set(e, ERR_IO, "the disk burns");
    s->fail_after--;
    *got = s->n < s->size ? s->n : s->size;
    *got = *got < room ? *got : room;
    memcpy(p, s->p, *got);
    s->p += *got;
    s->n -= *got;
    return 0;
}

/* All tokens of a text as one line, or the error's text. */
static char *tokens_of(const char *text, size_t n, size_t size, const struct jread_limits *l)
{
    static const char *const marks[] = {
        "$", "{", "}", "[", "]", "k:", "s:", "n:", "T", "F", "N"};
    struct pieces pieces = {text, n, size, -1};
    struct buf out = {0};
    struct jread *r;
    struct err e = {0};
    enum jread_token t;

    assert_int_equal(jread_new(&r, l, give, &pieces, &e), 0);
    do {
        if (jread_next(r, &t, &e) < 0) {
            struct err again = {0};
            int code = e.code;

            assert_int_equal(jread_next(r, &t, &again), code);
            assert_string_equal(again.msg, e.msg);
            buf_reset(&out);
            buf_str(&out, e.msg);
            break;
        }
        buf_str(&out, marks[t]);
        if (t == JREAD_KEY || t == JREAD_STRING || t == JREAD_NUMBER) {
            struct slice s = jread_text(r);

            if (t != JREAD_NUMBER)
                assert_int_equal(s.p[s.n], '\0');
            buf_add(&out, s.p, s.n);
        }
        buf_char(&out, ' ');
    } while (t != JREAD_END);
    jread_free(&r);
    assert_null(r);
    return buf_take(&out, &(size_t){0});
}

static void check_with(const char *text, size_t n, const struct jread_limits *l,
                       const char *want)
{
    static const size_t sizes[] = {1, 2, 3, 7, 100000};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char *got = tokens_of(text, n, sizes[i], l);

        assert_string_equal(got, want);
        free(got);
    }
}

static void check(const char *text, const char *want)
{
    check_with(text, strlen(text), NULL, want);
}

static void test_values(void **state)
{
    (void)state;
    check("{}", "{ } $ ");
    check(" [ ] \n", "[ ] $ ");
    check("null", "N $ ");
    check("\"\"", "s: $ ");
    check("[true,false,null]", "[ T F N ] $ ");
    check("{\"a\" : 1, \"b\":[{\"c\":\"d\"}] }", "{ k:a n:1 k:b [ { k:c s:d } ] } $ ");
    check("[0,-0,12,-3.5,1e5,2E-7,0.25e+1]",
          "[ n:0 n:-0 n:12 n:-3.5 n:1e5 n:2E-7 n:0.25e+1 ] $ ");
}

static void test_strings(void **state)
{
    (void)state;
    check("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "s:\"\\/\b\f\n\r\t $ ");
    check("\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"",
          "s:A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 $ ");
    check("\"\xc3\xa9\xf0\x9f\x98\x80\"", "s:\xc3\xa9\xf0\x9f\x98\x80 $ ");
    check("{\"192.0.2.0\\/24\":1}", "{ k:192.0.2.0/24 n:1 } $ ");
}

static void test_refused(void **state)
{
    (void)state;
    check("", "1:1: the input is empty");
    check(" \n ", "2:2: the input is empty");
    check("[", "1:2: the input ends where a value should stand");
    check("[1", "1:3: the input ends inside an array");
    check("[1,]", "1:4: unexpected character 0x5d");
    check("{\"a\":1,}", "1:8: a key is missing");
    check("{1:2}", "1:2: a key is missing");
    check("{\"a\" 1}", "1:6: a colon is missing behind a key");
    check("{\"a\":}", "1:6: unexpected character 0x7d");
    check("{\"a\":1", "1:7: the input ends inside an object");
    check("[1 2]", "1:4: neither a comma nor the end of an array");
    check("{\"a\":1]", "1:7: neither a comma nor the end of an object");
    check("[}", "1:2: unexpected character 0x7d");
    check("{} x", "1:4: more bytes behind the document");
    check("{}{}", "1:3: more bytes behind the document");
    check("\xef\xbb\xbf{}", "1:1: unexpected character 0xef");
    check("nul", "1:1: neither a number nor true, false or null");
    check("[01]", "1:2: neither a number nor true, false or null");
    check("[1.]", "1:2: neither a number nor true, false or null");
    check("[.5]", "1:2: neither a number nor true, false or null");
    check("[+1]", "1:2: neither a number nor true, false or null");
    check("[1e]", "1:2: neither a number nor true, false or null");
    check("[-]", "1:2: neither a number nor true, false or null");
    check("[NaN]", "1:2: neither a number nor true, false or null");
    check("{\"a\":1,\n \"b\":2,\n\"a\":3}", "3:4: duplicate key \"a\"");
    check("{\"a\":1,\"\\u0061\":3}", "1:16: duplicate key \"a\"");
}

static void test_refused_strings(void **state)
{
    (void)state;
    check("\"abc", "1:5: the input ends inside a string");
    check("\"abc\\", "1:6: the input ends inside a string");
    check("\"a\nb\"", "1:3: control character 0x0a in a string");
    check("\"\\x\"", "1:4: invalid escape in a string");
    check("\"\\u12\"", "1:6: invalid escape in a string");
    check("\"\\ud83d\"", "1:8: invalid escape in a string");
    check("\"\\ude00\"", "1:8: invalid escape in a string");
    check("\"\\ud83d\\u0041\"", "1:14: invalid escape in a string");
    check("\"\\u0000\"", "1:8: invalid escape in a string");
    check("\"\xff\"", "1:3: a string that is not UTF-8");
    check("\"\xc0\x80\"", "1:4: a string that is not UTF-8");
    check("\"\xed\xa0\x80\"", "1:5: a string that is not UTF-8");
    check_with("\"a\0b\"", 5, NULL, "1:3: control character 0x00 in a string");
}

static void test_limits(void **state)
{
    struct jread_limits l;

    (void)state;
    jread_defaults(&l);
    l.max_depth = 2;
    check_with("[[1]]", 5, &l, "[ [ n:1 ] ] $ ");
    check_with("[[{}]]", 6, &l, "1:3: nested deeper than 2");
    jread_defaults(&l);
    l.max_string = 4;
    check_with("[\"abcd\",1234]", 13, &l, "[ s:abcd n:1234 ] $ ");
    check_with("[\"abcde\"]", 9, &l, "1:8: a string of more than 4 bytes");
    check_with("[12345]", 7, &l, "1:7: a number of more than 4 bytes");
    jread_defaults(&l);
    l.max_keys = 1;
    check_with("{\"a\":{\"b\":1}}", 13, &l, "{ k:a { k:b n:1 } } $ ");
    check_with("{\"a\":1,\"b\":2}", 13, &l, "1:11: an object with more than 1 keys");
}

static void test_unique_by_depth(void **state)
{
    struct jread_limits l;

    (void)state;
    jread_defaults(&l);
    l.unique_depth = 2;
    check_with("{\"a\":1,\"a\":2}", 13, &l, "{ k:a n:1 k:a n:2 } $ ");
    check_with("{\"a\":{\"b\":1,\"b\":2}}", 19, &l, "1:16: duplicate key \"b\"");
    check_with("{\"a\":{\"b\":1},\"c\":{\"b\":2}}", 25, &l,
               "{ k:a { k:b n:1 } k:c { k:b n:2 } } $ ");
    l.unique_depth = 0;
    check_with("{\"a\":{\"b\":1,\"b\":2}}", 19, &l, "{ k:a { k:b n:1 k:b n:2 } } $ ");
}

static void test_many_documents(void **state)
{
    struct jread_limits l;

    (void)state;
    jread_defaults(&l);
    l.many = true;
    check_with("{}\n[1]\n", 7, &l, "{ } [ n:1 ] $ ");
    check_with("{}]", 3, &l, "1:3: unexpected character 0x5d");
}

/* Strings longer than the window's first size arrive whole. */
static void test_long_string(void **state)
{
    struct jread_limits l;
    struct buf text = {0};
    struct jread *r;
    struct slice s;
    struct err e = {0};

    (void)state;
    jread_defaults(&l);
    l.max_string = 1 << 20;
    buf_str(&text, "   [\"");
    for (int i = 0; i < 1000000; i++)
        buf_char(&text, (char)('a' + i % 26));
    buf_str(&text, "\"]");

    struct pieces p = {text.data, text.len, 1000, -1};

    assert_int_equal(jread_new(&r, &l, give, &p, &e), 0);
    assert_int_equal(jread_expect(r, JREAD_ARRAY, &e), 0);
    assert_int_equal(jread_str(r, &s, &e), 0);
    assert_int_equal(s.n, 1000000);
    assert_memory_equal(s.p, text.data + 5, s.n);
    jread_free(&r);
    buf_free(&text);
}

static struct jread *reader(const char *text)
{
    struct jread *r;

    assert_int_equal(jread_new_bytes(&r, NULL, text, strlen(text), NULL), 0);
    return r;
}

static void test_typed(void **state)
{
    struct jread *r =
        reader("{\"a\":-9223372036854775808,\"b\":2.5,\"c\":true,\"d\":[1,[2],{}],\"e\":9}");
    struct slice key;
    struct err e = {0};
    int64_t i;
    double d;
    bool b;

    (void)state;
    assert_int_equal(jread_expect(r, JREAD_OBJECT, &e), 0);
    assert_int_equal(jread_key(r, &key, &e), 1);
    assert_true(slice_eq(key, "a"));
    assert_int_equal(jread_i64(r, &i, &e), 0);
    assert_true(i == INT64_MIN);
    assert_int_equal(jread_key(r, &key, &e), 1);
    assert_int_equal(jread_real(r, &d, &e), 0);
    assert_true(d == 2.5);
    assert_int_equal(jread_key(r, &key, &e), 1);
    assert_int_equal(jread_bool(r, &b, &e), 0);
    assert_true(b);
    assert_int_equal(jread_key(r, &key, &e), 1);
    assert_int_equal(jread_depth(r), 1);
    assert_int_equal(jread_skip(r, &e), 0);
    assert_int_equal(jread_depth(r), 1);
    assert_int_equal(jread_key(r, &key, &e), 1);
    assert_true(slice_eq(key, "e"));
    assert_int_equal(jread_skip(r, &e), 0);
    assert_int_equal(jread_key(r, &key, &e), 0);
    assert_int_equal(jread_expect(r, JREAD_END, &e), 0);
    assert_int_equal(jread_expect(r, JREAD_END, &e), 0);
    jread_free(&r);
}

/* A value that was looked at is skipped as one that was not. */
static void test_skip_after_peek(void **state)
{
    struct jread *r = reader("[[1,2],3]");
    enum jread_token t;
    int64_t i;

    (void)state;
    assert_int_equal(jread_expect(r, JREAD_ARRAY, NULL), 0);
    assert_int_equal(jread_element(r, NULL), 1);
    assert_int_equal(jread_peek(r, &t, NULL), 0);
    assert_int_equal(t, JREAD_ARRAY);
    assert_int_equal(jread_skip(r, NULL), 0);
    assert_int_equal(jread_element(r, NULL), 1);
    assert_int_equal(jread_i64(r, &i, NULL), 0);
    assert_int_equal(i, 3);
    assert_int_equal(jread_element(r, NULL), 0);
    jread_free(&r);
}

static void check_schema(const char *text, int (*read)(struct jread *, struct err *),
                         const char *want)
{
    struct jread *r = reader(text);
    struct err e = {0};

    assert_int_equal(read(r, &e), ERR_SCHEMA);
    assert_string_equal(e.msg, want);
    jread_free(&r);
}

static int as_i64(struct jread *r, struct err *e)
{
    int64_t v;

    return jread_i64(r, &v, e);
}

static int as_bool(struct jread *r, struct err *e)
{
    bool v;

    return jread_bool(r, &v, e);
}

static int as_real(struct jread *r, struct err *e)
{
    double v;

    return jread_real(r, &v, e);
}

static void test_wrong_types(void **state)
{
    (void)state;
    check_schema("\"1\"", as_i64, "1:4: a string where a number should stand");
    check_schema("1.0", as_i64, "1:4: not a whole number of 64 bits");
    check_schema("9223372036854775808", as_i64, "1:20: not a whole number of 64 bits");
    check_schema("-9223372036854775809", as_i64, "1:21: not a whole number of 64 bits");
    check_schema("1", as_bool, "1:2: a number where true or false should stand");
    check_schema("1e999", as_real, "1:6: not a finite number");
}

static void test_source_error(void **state)
{
    struct pieces p = {"[1,2,3]", 7, 2, 2};
    struct jread *r;
    struct err e = {0};

    (void)state;
    assert_int_equal(jread_new(&r, NULL, give, &p, &e), 0);
    assert_int_equal(jread_skip(r, &e), ERR_IO);
    assert_string_equal(e.msg, "the disk burns");
    jread_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),         cmocka_unit_test(test_strings),
        cmocka_unit_test(test_refused),        cmocka_unit_test(test_refused_strings),
        cmocka_unit_test(test_limits),         cmocka_unit_test(test_unique_by_depth),
        cmocka_unit_test(test_many_documents), cmocka_unit_test(test_long_string),
        cmocka_unit_test(test_typed),          cmocka_unit_test(test_skip_after_peek),
        cmocka_unit_test(test_wrong_types),    cmocka_unit_test(test_source_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
