/* SPDX-License-Identifier: Apache-2.0 */
/* What of YAML is read, and what is refused with which words. */
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "unit/cmocka_all.h"

static const struct conf_item items[] = {
    {.name = "a", .type = CONF_ANY},
    {.name = "b", .type = CONF_ANY},
    {0},
};

struct example {
    const char *text;
    const char *error; /* NULL: good */
};

static void expect(const char *text, size_t n, const char *error, int code)
{
    struct arena *a = arena_new(0);
    const struct conf *c;
    struct err e = {0};
    struct conf_input in = {"x.yaml", text, n};
    int rc = conf_parse(&in, items, a, &c, &e);

    assert_string_equal(e.msg, error != NULL ? error : "");
    assert_int_equal(rc == 0, error == NULL);
    assert_int_equal(rc == 0, c != NULL);
    if (code != 0)
        assert_int_equal(rc, code);
    arena_free(&a);
}

static void test_examples(void **state)
{
    static const struct example examples[] = {
        {"", NULL},
        {"# nothing\n", NULL},
        {"---\n", NULL},
        {"a: 1\n", NULL},
        {"{a: [1, {x: y}], b: \"\"}", NULL},
        {"a: 1\nb: 2\na: 3\n", "x.yaml:3:1: a: duplicate key (first at line 1)"},
        {"a: {k: 1, l: 2, k: 3}", "x.yaml:1:17: k: duplicate key (first at line 1)"},
        {"a: &x 1\n", "x.yaml:1:4: anchors are not supported"},
        {"a: &x [1]\n", "x.yaml:1:4: anchors are not supported"},
        {"a: *x\n", "x.yaml:1:4: aliases are not supported"},
        {"a: !!int 1\n", "x.yaml:1:4: tags are not supported"},
        {"a: !x {b: 1}\n", "x.yaml:1:4: tags are not supported"},
        {"a: !x [1]\n", "x.yaml:1:4: tags are not supported"},
        {"&k a: 1\n", "x.yaml:1:1: anchors are not supported"},
        {"? [a]\n: 1\n", "x.yaml:1:3: a key must be text"},
        {"a: 1\n---\nb: 2\n", "x.yaml:2:1: a second document is not supported"},
        {"just text\n", "x.yaml:1:1: expected keys with values (key: value)"},
        {"- 1\n- 2\n", "x.yaml:1:1: expected keys with values (key: value)"},
        {"a: \"x\\0y\"\n", "x.yaml:1:4: text holds a NUL character"},
        {"a: [1\nb: 2\n", "x.yaml:2:2: did not find expected ',' or ']'"},
        {"a: \xff\n", "x.yaml:1:4: invalid leading UTF-8 octet"},
        {"a: 1\n\tb: 2\n", "x.yaml:2:1: found a tab character that violates indentation"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
        expect(examples[i].text, strlen(examples[i].text), examples[i].error, 0);
}

static void test_utf16_is_refused(void **state)
{
    static const char text[] = "\xff\xfe"
                               "a\0:\0 \0001\0";

    (void)state;
    expect(text, sizeof(text) - 1, "x.yaml:1:1: invalid leading UTF-8 octet", ERR_PARSE);
}

static void test_depth(void **state)
{
    struct buf b = {0};

    (void)state;
    buf_str(&b, "a: "); /* the first level */
    for (int i = 0; i < 15; i++)
        buf_char(&b, '[');
    for (int i = 0; i < 15; i++)
        buf_char(&b, ']');
    expect(buf_cstr(&b), b.len, NULL, 0);
    buf_reset(&b);
    buf_str(&b, "a: ");
    for (int i = 0; i < 16; i++)
        buf_char(&b, '[');
    for (int i = 0; i < 16; i++)
        buf_char(&b, ']');
    expect(buf_cstr(&b), b.len, "x.yaml:1:19: nested too deeply (at most 16 levels)",
           ERR_LIMIT);
    buf_free(&b);
}

static void test_limits(void **state)
{
    char *text = malloc(1024 * 1024 + 1);
    struct buf b = {0};

    (void)state;
    memset(text, '\n', 1024 * 1024 + 1);
    expect(text, 1024 * 1024, NULL, 0);
    expect(text, 1024 * 1024 + 1, "x.yaml: larger than 1048576 bytes", ERR_LIMIT);
    free(text);

    buf_str(&b, "a:\n");
    for (int i = 0; i < 4096; i++)
        buf_printf(&b, " k%d: 1\n", i);
    expect(buf_cstr(&b), b.len, NULL, 0);
    buf_str(&b, " k: 1\n");
    expect(buf_cstr(&b), b.len, "x.yaml:4098:2: too many keys (at most 4096)", ERR_LIMIT);

    buf_reset(&b);
    buf_str(&b, "a: [");
    for (int i = 0; i < 262144; i++)
        buf_str(&b, "1,\n");
    buf_str(&b, "]");
    /* Two more values: the list, and the outermost mapping. */
    expect(buf_cstr(&b), b.len, "x.yaml:262143:1: too many values (at most 262144)", ERR_LIMIT);
    buf_free(&b);
}

/* Every beginning of a good text ends well or with an error that names the place. */
static void test_cut_off(void **state)
{
    static const char text[] =
        "a:\n  - {x: [1, 2], \"y\": 'z'}\n  - |\n    text\nb: >-\n  more\n";

    (void)state;
    for (size_t n = 0; n < sizeof(text); n++) {
        struct arena *a = arena_new(0);
        const struct conf *c;
        struct err e = {0};
        struct conf_input in = {"x.yaml", text, n};

        if (conf_parse(&in, items, a, &c, &e) != 0)
            assert_memory_equal(e.msg, "x.yaml:", 7);
        arena_free(&a);
    }
}

static void test_memory_runs_out(void **state)
{
    static const char text[] = "a:\n  - {x: [1, 2], y: z}\nb: [1, 2, 3]\n";
    bool good = false;

    (void)state;
    for (size_t limit = 16; limit < 20000 && !good; limit += 16) {
        struct arena *a = arena_new(limit);
        const struct conf *c;
        struct err e = {0};
        struct conf_input in = {"x.yaml", text, sizeof(text) - 1};
        int rc = conf_parse(&in, items, a, &c, &e);

        good = rc == 0;
        if (!good)
            assert_int_equal(rc, ERR_NOMEM);
        arena_free(&a);
    }
    assert_true(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples), cmocka_unit_test(test_utf16_is_refused),
        cmocka_unit_test(test_depth),    cmocka_unit_test(test_limits),
        cmocka_unit_test(test_cut_off),  cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
