/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <string.h>

#include "unit/cmocka_all.h"

static void test_set(void **state)
{
    (void)state;
    struct err e = {0};
    assert_int_equal(err_set(&e, ERR_PARSE, "line %d", 7), ERR_PARSE);
    assert_int_equal(e.code, ERR_PARSE);
    assert_string_equal(e.msg, "line 7");
    assert_int_equal(err_set(NULL, ERR_IO, "ignored"), ERR_IO);
}

static void test_set_from_itself(void **state)
{
    (void)state;
    struct err e = {0};
    err_set(&e, ERR_IO, "disk");
    err_set(&e, ERR_REMOTE, "server: %s", e.msg);
    assert_string_equal(e.msg, "server: disk");
}

static void test_in(void **state)
{
    (void)state;
    struct err e = {0};
    err_set(&e, ERR_NOENT, "no such node");
    assert_int_equal(err_in(&e, "domain %s", "alpha"), ERR_NOENT);
    assert_string_equal(e.msg, "domain alpha: no such node");
    assert_int_equal(err_in(NULL, "x"), ERR_INTERNAL);
}

static void test_long_is_cut(void **state)
{
    (void)state;
    struct err e = {0};
    char text[2000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    err_set(&e, ERR_LIMIT, "%s", text);
    assert_int_equal(strlen(e.msg), sizeof(e.msg) - 1);
    err_in(&e, "%s", "where");
    assert_int_equal(strlen(e.msg), sizeof(e.msg) - 1);
    assert_memory_equal(e.msg, "where: xxx", 10);
    err_in(&e, "%s", text);
    assert_int_equal(strlen(e.msg), sizeof(e.msg) - 1);
}

static void test_users_are_hidden(void **state)
{
    static const char *const cases[][2] = {
        {"GET https://me:pass@h.example/x?a@b: no", "GET https://h.example/x?a@b: no"},
        {"\"ftp://a@b@h\" and http://c:d@h:80", "\"ftp://h\" and http://h:80"},
        {"http://h/a@b, a@b ://", "http://h/a@b, a@b ://"},
        {"at http://h:80: x@y", "at http://h:80: x@y"},
    };
    char text[490];
    struct err e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        err_set(&e, ERR_REMOTE, "%s", cases[i][0]);
        assert_string_equal(e.msg, cases[i][1]);
        err_in(&e, "%s", cases[i][0]);
        assert_memory_equal(e.msg, cases[i][1], strlen(cases[i][1]));
    }
    memset(text, 'x', sizeof(text) - 1); /* the message ends within the password */
    text[sizeof(text) - 1] = '\0';
    err_set(&e, ERR_REMOTE, "%s://u:password-of-some-length@h", text);
    assert_null(strstr(e.msg, "pass"));
}

static void test_clear(void **state)
{
    (void)state;
    struct err e = {0};
    err_set(&e, ERR_IO, "x");
    err_clear(&e);
    assert_int_equal(e.code, 0);
    assert_string_equal(e.msg, "");
}

static void test_text(void **state)
{
    (void)state;
    static const int codes[] = {
#define ERR(name, value, text) ERR_##name,
#include "base/errs.def"
#undef ERR
    };
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        assert_true(codes[i] < 0);
        assert_string_not_equal(err_text(codes[i]), err_text(-99999));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(err_text(codes[i]), err_text(codes[j]));
    }
    assert_string_equal(err_text(0), "no error");
    assert_string_equal(err_text(12345), "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_set_from_itself),
        cmocka_unit_test(test_in),
        cmocka_unit_test(test_long_is_cut),
        cmocka_unit_test(test_users_are_hidden),
        cmocka_unit_test(test_clear),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
