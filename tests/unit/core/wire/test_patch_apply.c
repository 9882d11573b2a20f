/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/patch_apply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/cmocka_all.h"

struct example {
    const char *text, *patch, *want; /* want NULL: `code`, with `part` in its message */
    int code;
    const char *part;
};

static void check(enum wire_patch kind, const struct example *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct buf out = {0};
        struct err e = {0};
        int rc;

        buf_str(&out, "before:");
        rc = wire_patch_apply(kind, slice_of(v[i].text), slice_of(v[i].patch), &out, &e);
        if (v[i].want != NULL && rc != 0)
            print_error("%s: %s\n", v[i].patch, e.msg);
        assert_int_equal(rc, v[i].want != NULL ? 0 : v[i].code);
        if (v[i].want != NULL)
            assert_string_equal(buf_cstr(&out) + 7, v[i].want);
        else
            assert_non_null(strstr(e.msg, v[i].part));
        assert_int_equal(out.len, 7 + (v[i].want != NULL ? strlen(v[i].want) : 0));
        buf_free(&out);
    }
}

#define CHECK(kind, v) check((kind), (v), sizeof(v) / sizeof(*(v)))

/* RFC 7396 appendix A, where both are objects or arrays; and texts of our own. */
static void test_merge(void **state)
{
    static const struct example all[] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}", 0, NULL},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}", 0, NULL},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}", 0, NULL},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}", 0, NULL},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}", 0, NULL},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}", 0, NULL},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}",
         0, NULL},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}", 0, NULL},
        {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]", 0, NULL},
        {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]", 0, NULL},
        {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}", 0, NULL},
        {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}", 0, NULL},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}", 0, NULL},
        /* numbers keep their values, members their places */
        {"{ \"z\" : 0.1 , \"b\" : [ 265, -1.50 ], \"a\":1e30 }", "{\"b2\":true}",
         "{\"z\":0.1,\"b\":[265,-1.5],\"a\":1e+30,\"b2\":true}", 0, NULL},
        {"{\"a\":\"\\u00e9\\n\\\"\"}", "{}", "{\"a\":\"\xc3\xa9\\n\\\"\"}", 0, NULL},
        {"{\"a\":", "{}", NULL, ERR_PARSE, "the text"},
        {"{}", "{\"a\":1,\"a\":2}", NULL, ERR_PARSE, "the patch"},
        {"{}", "{} x", NULL, ERR_PARSE, "the patch"},
    };

    (void)state;
    CHECK(WIRE_PATCH_MERGE, all);
}

#define OP(op, rest) "[{\"op\":\"" op "\"," rest "}]"

/* RFC 6902 appendix A. */
static void test_json(void **state)
{
    static const struct example all[] = {
        {"{\"foo\":\"bar\"}", OP("add", "\"path\":\"/baz\",\"value\":\"qux\""),
         "{\"foo\":\"bar\",\"baz\":\"qux\"}", 0, NULL},
        {"{\"foo\":[\"bar\",\"baz\"]}", OP("add", "\"path\":\"/foo/1\",\"value\":\"qux\""),
         "{\"foo\":[\"bar\",\"qux\",\"baz\"]}", 0, NULL},
        {"{\"foo\":[\"bar\"]}", OP("add", "\"path\":\"/foo/-\",\"value\":[\"abc\"]"),
         "{\"foo\":[\"bar\",[\"abc\"]]}", 0, NULL},
        {"{\"baz\":\"qux\",\"foo\":\"bar\"}", OP("remove", "\"path\":\"/baz\""),
         "{\"foo\":\"bar\"}", 0, NULL},
        {"{\"foo\":[\"bar\",\"qux\",\"baz\"]}", OP("remove", "\"path\":\"/foo/1\""),
         "{\"foo\":[\"bar\",\"baz\"]}", 0, NULL},
        {"{\"baz\":\"qux\",\"foo\":\"bar\"}",
         OP("replace", "\"path\":\"/baz\",\"value\":\"boo\""),
         "{\"baz\":\"boo\",\"foo\":\"bar\"}", 0, NULL},
        {"{\"foo\":{\"bar\":\"baz\",\"waldo\":\"fred\"},\"qux\":{\"corge\":\"grault\"}}",
         OP("move", "\"from\":\"/foo/waldo\",\"path\":\"/qux/thud\""),
         "{\"foo\":{\"bar\":\"baz\"},\"qux\":{\"corge\":\"grault\",\"thud\":\"fred\"}}", 0,
         NULL},
        {"{\"foo\":[\"all\",\"grass\",\"cows\",\"eat\"]}",
         OP("move", "\"from\":\"/foo/1\",\"path\":\"/foo/3\""),
         "{\"foo\":[\"all\",\"cows\",\"eat\",\"grass\"]}", 0, NULL},
        {"{\"baz\":\"qux\",\"foo\":[\"a\",2,\"c\"]}",
         "[{\"op\":\"test\",\"path\":\"/baz\",\"value\":\"qux\"},"
         "{\"op\":\"test\",\"path\":\"/foo/1\",\"value\":2}]",
         "{\"baz\":\"qux\",\"foo\":[\"a\",2,\"c\"]}", 0, NULL},
        {"{\"baz\":\"qux\"}", OP("test", "\"path\":\"/baz\",\"value\":\"bar\""), NULL,
         ERR_CONFLICT, "operation 1: what is tested for"},
        {"{\"foo\":\"bar\"}", OP("add", "\"path\":\"/child\",\"value\":{\"grandchild\":{}}"),
         "{\"foo\":\"bar\",\"child\":{\"grandchild\":{}}}", 0, NULL},
        {"{\"foo\":\"bar\"}", OP("add", "\"path\":\"/baz\",\"value\":\"qux\",\"xyz\":123"),
         "{\"foo\":\"bar\",\"baz\":\"qux\"}", 0, NULL},
        {"{\"foo\":\"bar\"}", OP("add", "\"path\":\"/baz/bat\",\"value\":\"qux\""), NULL,
         ERR_CONFLICT, "leads through"},
        {"{\"foo\":\"bar\"}",
         "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\",\"op\":\"remove\"}]", NULL,
         ERR_PARSE, "the patch"},
        {"{\"/\":9,\"~1\":10}", OP("test", "\"path\":\"/~01\",\"value\":10"),
         "{\"/\":9,\"~1\":10}", 0, NULL},
        {"{\"/\":9,\"~1\":10}", OP("test", "\"path\":\"/~01\",\"value\":\"10\""), NULL,
         ERR_CONFLICT, "tested"},
    };

    (void)state;
    CHECK(WIRE_PATCH_JSON, all);
}

static void test_json_more(void **state)
{
    static const struct example all[] = {
        {"{\"a\":1}", "[]", "{\"a\":1}", 0, NULL},
        {"{\"a\":1}", OP("replace", "\"path\":\"\",\"value\":[2]"), "[2]", 0, NULL},
        {"{\"a\":1}", OP("add", "\"path\":\"\",\"value\":{}"), "{}", 0, NULL},
        {"{\"a\":[1,2]}", OP("replace", "\"path\":\"/a/0\",\"value\":3"), "{\"a\":[3,2]}", 0,
         NULL},
        {"{\"\":1,\"a/b\":2}", OP("replace", "\"path\":\"/a~1b\",\"value\":3"),
         "{\"\":1,\"a/b\":3}", 0, NULL},
        {"{\"\":1}", OP("remove", "\"path\":\"/\""), "{}", 0, NULL},
        {"{\"a\":{\"b\":1}}", OP("copy", "\"from\":\"/a\",\"path\":\"/a/c\""),
         "{\"a\":{\"b\":1,\"c\":{\"b\":1}}}", 0, NULL},
        {"{\"a\":{\"b\":1}}",
         "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/c\"},"
         "{\"op\":\"replace\",\"path\":\"/a/b\",\"value\":2}]",
         "{\"a\":{\"b\":2},\"c\":{\"b\":1}}", 0, NULL},
        {"{\"a\":[1,2,3]}", OP("move", "\"from\":\"/a/2\",\"path\":\"/a/0\""),
         "{\"a\":[3,1,2]}", 0, NULL},
        {"{\"a\":1}", OP("move", "\"from\":\"/a\",\"path\":\"/a\""), "{\"a\":1}", 0, NULL},
        {"{\"a\":{}}", OP("move", "\"from\":\"/a\",\"path\":\"/a/b\""), NULL, ERR_CONFLICT,
         "into itself"},
        {"{\"a\":1}", OP("move", "\"from\":\"/x\",\"path\":\"/a\""), NULL, ERR_CONFLICT,
         "copied or moved"},
        {"{\"a\":{\"x\":[1.0,{\"y\":2}]}}",
         OP("test", "\"path\":\"/a\",\"value\":{\"x\":[1,{\"y\":2.0}]}"),
         "{\"a\":{\"x\":[1,{\"y\":2}]}}", 0, NULL},
        {"{\"a\":[1]}", OP("test", "\"path\":\"/a\",\"value\":[1,2]"), NULL, ERR_CONFLICT,
         "tested"},
        {"{\"a\":[1,2]}", OP("add", "\"path\":\"/a/3\",\"value\":0"), NULL, ERR_CONFLICT,
         "no such place"},
        {"{\"a\":[1,2]}", OP("add", "\"path\":\"/a/01\",\"value\":0"), NULL, ERR_CONFLICT,
         "no such place"},
        {"{\"a\":[1,2]}", OP("remove", "\"path\":\"/a/-\""), NULL, ERR_CONFLICT, "removed"},
        {"{\"a\":[1,2]}", OP("remove", "\"path\":\"/a/2\""), NULL, ERR_CONFLICT, "removed"},
        {"{\"a\":1}", OP("remove", "\"path\":\"\""), NULL, ERR_CONFLICT, "whole"},
        {"{\"a\":1}", OP("replace", "\"path\":\"/b\",\"value\":0"), NULL, ERR_CONFLICT,
         "replaced"},
        {"{\"a\":1}", OP("replace", "\"path\":\"b\",\"value\":0"), NULL, ERR_SCHEMA,
         "begin with /"},
        {"{\"a\":1}", OP("replace", "\"path\":\"/~2\",\"value\":0"), NULL, ERR_SCHEMA, "~"},
        {"{\"a\":1}", OP("add", "\"path\":\"/b\""), NULL, ERR_SCHEMA, "without value"},
        {"{\"a\":1}", OP("copy", "\"path\":\"/b\""), NULL, ERR_SCHEMA, "without from"},
        {"{\"a\":1}", OP("spoil", "\"path\":\"/b\""), NULL, ERR_SCHEMA, "RFC 6902"},
        {"{\"a\":1}", "[{\"path\":\"/b\"}]", NULL, ERR_SCHEMA, "without op"},
        {"{\"a\":1}", "[7]", NULL, ERR_SCHEMA, "without op"},
        {"{\"a\":1}", "{}", NULL, ERR_SCHEMA, "is an array"},
    };

    (void)state;
    CHECK(WIRE_PATCH_JSON, all);
}

/* Places, moves and numbers to the letter of RFC 6901 and RFC 6902. */
static void test_json_letter(void **state)
{
    static const struct example all[] = {
        /* "-" is the place behind the last element: only something new can go there */
        {"{\"a\":[1,2]}", OP("copy", "\"from\":\"/a/0\",\"path\":\"/a/-\""), "{\"a\":[1,2,1]}",
         0, NULL},
        {"{\"a\":[1,2]}", OP("move", "\"from\":\"/a/0\",\"path\":\"/a/-\""), "{\"a\":[2,1]}", 0,
         NULL},
        {"{\"a\":[1,2]}", OP("replace", "\"path\":\"/a/-\",\"value\":0"), NULL, ERR_CONFLICT,
         "replaced"},
        {"{\"a\":[1,2]}", OP("test", "\"path\":\"/a/-\",\"value\":2"), NULL, ERR_CONFLICT,
         "tested"},
        {"{\"a\":[1,2]}", OP("copy", "\"from\":\"/a/-\",\"path\":\"/b\""), NULL, ERR_CONFLICT,
         "copied or moved"},
        {"{\"a\":[[1],2]}", OP("add", "\"path\":\"/a/-/0\",\"value\":0"), NULL, ERR_CONFLICT,
         "leads through"},
        {"{\"-\":1}", OP("replace", "\"path\":\"/-\",\"value\":0"), "{\"-\":0}", 0, NULL},
        /* indices: digits without a 0 before them, nothing else */
        {"{\"a\":[1,2]}", OP("replace", "\"path\":\"/a/00\",\"value\":0"), NULL, ERR_CONFLICT,
         "replaced"},
        {"{\"a\":[1,2]}", OP("replace", "\"path\":\"/a/+1\",\"value\":0"), NULL, ERR_CONFLICT,
         "replaced"},
        {"{\"a\":[1,2]}", OP("remove", "\"path\":\"/a/-1\""), NULL, ERR_CONFLICT, "removed"},
        {"{\"a\":[1,2]}", OP("remove", "\"path\":\"/a/1e0\""), NULL, ERR_CONFLICT, "removed"},
        {"{\"a\":[1,2]}", OP("remove", "\"path\":\"/a/\""), NULL, ERR_CONFLICT, "removed"},
        {"{\"a\":[1,2]}", OP("add", "\"path\":\"/a/18446744073709551617\",\"value\":0"), NULL,
         ERR_CONFLICT, "no such place"},
        {"{\"01\":[7]}", OP("remove", "\"path\":\"/01/0\""), "{\"01\":[]}", 0, NULL},
        /* moves: a name that only begins alike is no child; what is nested there is */
        {"{\"a\":1,\"ab\":{}}", OP("move", "\"from\":\"/a\",\"path\":\"/ab/c\""),
         "{\"ab\":{\"c\":1}}", 0, NULL},
        {"{\"a\":{\"b\":{}}}", OP("move", "\"from\":\"/a\",\"path\":\"/a/b/c\""), NULL,
         ERR_CONFLICT, "into itself"},
        {"{\"a\":1}", OP("move", "\"from\":\"\",\"path\":\"/b\""), NULL, ERR_CONFLICT,
         "into itself"},
        {"{\"a\":{\"b\":1}}", OP("move", "\"from\":\"/a/b\",\"path\":\"\""), "1", 0, NULL},
        {"{\"a\":1,\"b\":2}", OP("move", "\"from\":\"/a\",\"path\":\"/b\""), "{\"b\":1}", 0,
         NULL},
        /* numbers are the same when their values are, and only then */
        {"{\"a\":1e2}", OP("test", "\"path\":\"/a\",\"value\":100"), "{\"a\":100}", 0, NULL},
        {"{\"a\":-0.0}", OP("test", "\"path\":\"/a\",\"value\":0"), "{\"a\":-0}", 0, NULL},
        {"{\"a\":9007199254740993}", OP("test", "\"path\":\"/a\",\"value\":9007199254740992.0"),
         NULL, ERR_CONFLICT, "tested"},
        {"{\"a\":9223372036854775807}",
         OP("test", "\"path\":\"/a\",\"value\":9223372036854775808.0"), NULL, ERR_CONFLICT,
         "tested"},
        {"{\"a\":1}", OP("test", "\"path\":\"/a\",\"value\":true"), NULL, ERR_CONFLICT,
         "tested"},
        {"{\"a\":null}", OP("test", "\"path\":\"/a\",\"value\":null"), "{\"a\":null}", 0, NULL},
        {"{}", OP("test", "\"path\":\"/a\",\"value\":null"), NULL, ERR_CONFLICT, "tested"},
        {"{\"a\":{\"x\":1,\"y\":[2]}}",
         OP("test", "\"path\":\"/a\",\"value\":{\"y\":[2],\"x\":1}"),
         "{\"a\":{\"x\":1,\"y\":[2]}}", 0, NULL},
        /* names given twice, in both */
        {"{\"a\":1}", OP("add", "\"path\":\"/b\",\"value\":{\"x\":1,\"x\":2}"), NULL, ERR_PARSE,
         "the patch"},
        {"{\"a\":1,\"a\":2}", "[]", NULL, ERR_PARSE, "the text"},
    };

    (void)state;
    CHECK(WIRE_PATCH_JSON, all);
}

/* Each `copy` of the whole into itself doubles it, and nests it deeper. */
static void test_limits(void **state)
{
    struct buf patch = {0}, text = {0}, out = {0};
    struct err e = {0};

    (void)state;
    buf_char(&patch, '[');
    for (int i = 0; i < 40; i++)
        buf_printf(&patch, "%s{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/%d\"}",
                   i > 0 ? "," : "", i);
    buf_char(&patch, ']');
    assert_int_equal(wire_patch_apply(WIRE_PATCH_JSON, slice_of("{\"a\":{}}"),
                                      slice_of(buf_cstr(&patch)), &out, &e),
                     ERR_LIMIT);
    assert_non_null(strstr(e.msg, "copies too much"));
    buf_reset(&patch);
    buf_str(&patch, "[{\"op\":\"add\",\"path\":\"/");
    for (int i = 0; i < 1025; i++)
        buf_char(&patch, 'x');
    buf_str(&patch, "\",\"value\":1}]");
    assert_int_equal(
        wire_patch_apply(WIRE_PATCH_JSON, slice_of("{}"), slice_of(buf_cstr(&patch)), &out, &e),
        ERR_LIMIT);
    for (int i = 0; i <= WIRE_PATCH_DEPTH; i++)
        buf_char(&text, '[');
    assert_int_equal(
        wire_patch_apply(WIRE_PATCH_MERGE, slice_of(buf_cstr(&text)), slice_of("{}"), &out, &e),
        ERR_LIMIT);
    assert_int_equal(out.len, 0);
    buf_free(&text);
    buf_free(&patch);
}

/* Appends an array of n numbers. */
static void put_numbers(struct buf *b, size_t n)
{
    buf_char(b, '[');
    for (size_t i = 0; i < n; i++)
        buf_str(b, i > 0 ? ",1" : "1");
    buf_char(b, ']');
}

/* Appends n times both operations. */
static void put_pairs(struct buf *b, size_t n, const char *one, const char *other)
{
    buf_char(b, '[');
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%s%s,%s", i > 0 ? "," : "", one, other);
    buf_char(b, ']');
}

/* Little to say, and much to do. */
static void test_work(void **state)
{
    static const struct {
        const char *one, *other;
        size_t n;
        const char *part; /* NULL: it is done */
    } all[] = {
        /* all elements behind the first one move each time */
        {"{\"op\":\"add\",\"path\":\"/a/0\",\"value\":1}",
         "{\"op\":\"remove\",\"path\":\"/a/0\"}", WIRE_PATCH_MOVED / 800000 / 2 - 2, NULL},
        {"{\"op\":\"add\",\"path\":\"/a/0\",\"value\":1}",
         "{\"op\":\"remove\",\"path\":\"/a/0\"}", WIRE_PATCH_MOVED / 800000 / 2 + 2,
         "too much work"},
        /* all of it is looked through each time */
        {"{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/b\"}",
         "{\"op\":\"move\",\"from\":\"/b\",\"path\":\"/a\"}", WIRE_PATCH_SEEN / 100001 / 2,
         NULL},
        {"{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/b\"}",
         "{\"op\":\"move\",\"from\":\"/b\",\"path\":\"/a\"}", WIRE_PATCH_SEEN / 100001 / 2 + 1,
         "too much work"},
    };
    struct buf text = {0};

    (void)state;
    buf_str(&text, "{\"a\":");
    put_numbers(&text, 100000);
    buf_char(&text, '}');
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        struct buf patch = {0}, out = {0};
        struct err e = {0};
        int rc;

        put_pairs(&patch, all[i].n, all[i].one, all[i].other);
        rc = wire_patch_apply(WIRE_PATCH_JSON, slice_of(buf_cstr(&text)),
                              slice_of(buf_cstr(&patch)), &out, &e);
        assert_int_equal(rc, all[i].part != NULL ? ERR_LIMIT : 0);
        if (all[i].part != NULL)
            assert_non_null(strstr(e.msg, all[i].part));
        else
            assert_string_equal(buf_cstr(&out), buf_cstr(&text));
        buf_free(&patch);
        buf_free(&out);
    }
    buf_free(&text);
}

/* A value of 40 levels fits at level 24 and not at 25. */
static void test_depth(void **state)
{
    struct buf text = {0}, patch = {0}, out = {0};
    struct err e = {0};

    (void)state;
    for (int i = 0; i < 25; i++)
        buf_str(&text, "{\"a\":");
    buf_str(&text, "0");
    for (int i = 0; i < 25; i++)
        buf_str(&text, "}");
    for (int level = 24; level <= 25; level++) {
        buf_reset(&patch);
        buf_str(&patch, "[{\"op\":\"replace\",\"path\":\"");
        for (int i = 0; i < level; i++)
            buf_str(&patch, "/a");
        buf_str(&patch, "\",\"value\":");
        for (int i = 0; i < 40; i++)
            buf_char(&patch, '[');
        for (int i = 0; i < 40; i++)
            buf_char(&patch, ']');
        buf_str(&patch, "}]");
        assert_int_equal(wire_patch_apply(WIRE_PATCH_JSON, slice_of(buf_cstr(&text)),
                                          slice_of(buf_cstr(&patch)), &out, &e),
                         level == 24 ? 0 : ERR_LIMIT);
    }
    assert_non_null(strstr(e.msg, "nested too deeply"));
    buf_free(&text);
    buf_free(&patch);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge),       cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_more),   cmocka_unit_test(test_limits),
        cmocka_unit_test(test_depth),       cmocka_unit_test(test_work),
        cmocka_unit_test(test_json_letter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
