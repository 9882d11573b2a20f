/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/tree/tree.h"

#include <stdlib.h>
#include <string.h>

#include "agents/sources/tree/notes.h"
#include "base/buf.h"
#include "unit/cmocka_all.h"

/** "a(b(c)d)": a node, what is below it. */
static void write_node(const struct tree_node *n, struct buf *out)
{
    for (const struct tree_node *c = n->first; c != NULL; c = c->next) {
        buf_printf(out, "%s%s", c->prev != NULL ? " " : "", c->word);
        if (c->first != NULL) {
            buf_char(out, '(');
            write_node(c, out);
            buf_char(out, ')');
        }
    }
}

static char *shape(const struct tree *t)
{
    struct buf out = {0};

    buf_str(&out, "");
    write_node(&t->root, &out);
    return buf_take(&out, &(size_t){0});
}

static void test_forms(void **state)
{
    static const struct {
        enum tree_form form;
        const char *text, *shape;
    } cases[] = {
        {TREE_BRACES, "a { b c; d; }", "a(b(c) d)"},
        {TREE_SET, "set a b c\nset a d\n", "a(b(c) d)"},
        {TREE_LINES, "a {\n b c\n d\n}\n", "a(b(c) d)"},
        {TREE_LINES, "/a b c\n/a d", "a(b(c) d)"},
        {TREE_BRACES, "a { b [ c d ]; e [ f ]; }", "a(b(c d) e(f))"},
        {TREE_SET, "set a b [ c d ]\nset a e f", "a(b(c d) e(f))"},
        {TREE_LINES, "a {\n b [c d]\n e [\"f\"\n]\n}", "a(b(c d) e(f))"},
        {TREE_BRACES, "a { /* x; } */ b \"c; } [ \\\"d\"; ## e\n }", "a(b(c; } [ \"d))"},
        {TREE_BRACES, "inactive: a b c;\nd { inactive: e; f; inactive: g { h; } }", "d(f)"},
        {TREE_BRACES, "a { inactive: b c d; b c e; b f; inactive: b g h; }", "a(b(c(e) f))"},
        {TREE_BRACES, "inactive: a b c; a;", "a"},
        {TREE_BRACES, "inactive: a b { c; } a b2 { }", "a(b2)"},
        {TREE_BRACES, "a { inactive: b c; }", "a"},
        {TREE_BRACES, "a { inactive: b [ c d ]; e; }", "a(e)"},
        {TREE_SET, "set a b c\nset a d\ndeactivate a b\n", "a(d)"},
        {TREE_SET, "set a b\ndeactivate a b\nactivate a b", "a(b)"},
        {TREE_SET, "set a b\nset a c\ndelete a b\nset a b d", "a(c b(d))"},
        {TREE_BRACES, "u@r> show configuration\n{master:0}\na b;\n\n{master:0}\n", "a(b)"},
        {TREE_BRACES, "protect: a b;", "a(b)"},
        {TREE_BRACES,
         "\xef\xbb\xbf"
         "a \"b\xe9\";",
         "a(b?)"},
        {TREE_BRACES, "a \"x [0-9]+\" b[1-3];", "a(x [0-9]+(b[1-3]))"},
        {TREE_BRACES, "a b;\r\n\tc d;\r\n", "a(b) c(d)"},
        {TREE_BRACES, "", ""},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct tree *t = tree_new();
        struct err e = {0};
        char *got;

        assert_int_equal(tree_read(t, "f", slice_of(cases[i].text), cases[i].form, &e), 0);
        tree_prune(t);
        got = shape(t);
        assert_string_equal(got, cases[i].shape);
        free(got);
        tree_free(&t);
        assert_null(t);
    }
}

static void test_errors(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"a {\n b;\n", "f:3:1: the text ends inside the block opened in line 1"},
        {"a;\n}\n", "f:2:1: a block is closed that was never opened"},
        {"a \"b\n", "f:1:3: a quoted text has no end"},
        {"a;\n b /* c", "f:2:4: a comment has no end"},
        {"{ a; b c }", "f:1:1: a block without a name"},
        {"a [ b c", "a list has no end"},
        {"a b\x01;", "f:1:4: a control character"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct tree *t = tree_new();
        struct err e = {0};

        assert_int_equal(tree_read(t, "f", slice_of(cases[i].text), TREE_BRACES, &e),
                         ERR_PARSE);
        if (strstr(e.msg, cases[i].message) == NULL)
            fail_msg("%s: %s", cases[i].text, e.msg);
        tree_free(&t);
    }
}

/** Deep nesting, in blocks and in words. */
static void test_limits(void **state)
{
    struct buf text = {0};
    (void)state;

    for (int kind = 0; kind < 3; kind++) {
        struct tree *t = tree_new();
        struct err e = {0};

        buf_reset(&text);
        for (int i = 0; i < 300; i++)
            buf_str(&text, kind == 0 ? "a {" : "a ");
        for (int i = 0; kind == 2 && i < 2 * TREE_MAX_WORD; i++)
            buf_char(&text, 'x');
        assert_int_not_equal(
            tree_read(t, "f", (struct slice){text.data, text.len}, TREE_BRACES, &e), 0);
        assert_true(e.msg[0] != '\0');
        tree_free(&t);
    }
    buf_free(&text);
}

static void test_values(void **state)
{
    struct tree *t = tree_new();
    struct tree_node *a, *group;
    struct err e = {0};
    (void)state;

    assert_int_equal(
        tree_read(t, "f", slice_of("a { n 5; n 7; } g { n 9; m 70000; }"), TREE_BRACES, &e), 0);
    a = tree_get(t, &t->root, "a");
    group = tree_get(t, &t->root, "g");
    assert_string_equal(tree_value(t, a, "n"), "7"); /* the last word counts */
    tree_merge(t, a, group);
    assert_string_equal(tree_value(t, a, "n"), "7"); /* what is inherited doesn't */
    assert_int_equal(tree_number(t, a, "m", 70000), 70000);
    assert_int_equal(tree_number(t, a, "m", 69999), TREE_NONE);
    assert_null(tree_value(t, a, "m n o"));
    assert_null(tree_get(t, NULL, "a"));
    tree_free(&t);
}

/** The last value of its own counts, else the first that is inherited; all are seen, later ones
 * too. */
static void test_leaf(void **state)
{
    struct tree *t = tree_new();
    struct tree_node *n = tree_add(t, &t->root, slice_of("a"), 1);
    static const struct {
        const char *word, *leaf;
        bool inherited;
    } steps[] = {{"g", "g", true},  {"h", "g", true}, {"x", "x", false},
                 {"y", "y", false}, {"i", "y", true}, {"j", "y", true}};
    (void)state;

    assert_null(tree_leaf(NULL));
    assert_null(tree_leaf(n));
    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        tree_add(t, n, slice_of(steps[i].word), 1)->inherited = steps[i].inherited;
        assert_string_equal(tree_leaf(n), steps[i].leaf);
        for (const struct tree_node *c = n->first; c != NULL; c = c->next)
            assert_true(c->seen);
    }
    tree_free(&t);
}

static void test_move(void **state)
{
    struct tree *t = tree_new();
    struct tree_node *a, *b, *x;
    struct err e = {0};
    (void)state;

    assert_int_equal(
        tree_read(t, "f", slice_of("a { x { n 5; } y; } b { y; z; }"), TREE_BRACES, &e), 0);
    a = tree_get(t, &t->root, "a");
    b = tree_get(t, &t->root, "b");
    x = tree_get(t, a, "x");
    assert_true(tree_move(t, x, b, slice_of("w")));
    assert_null(tree_find(t, a, slice_of("x")));
    assert_string_equal(tree_value(t, b, "w n"), "5");
    assert_ptr_equal(b->last, x);
    assert_string_equal(a->first->word, "y");
    assert_false(tree_move(t, x, b, slice_of("z"))); /* there is one */
    assert_null(tree_find(t, b, slice_of("w")));
    tree_free(&t);
}

static void test_glob(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool fits;
    } cases[] = {
        {"*", "", true},
        {"ge-*", "ge-0/0/0", true},
        {"ge-*", "xe-0/0/0", false},
        {"*.0", "ae0.0", true},
        {"*.0", "ae0.10", false},
        {"ge-[01]/?/*", "ge-1/2/33", true},
        {"ge-[!01]/?/*", "ge-1/2/33", false},
        {"[]a]", "]", true},
        {"[a", "a", true},
        {"a*b*c", "aXbXbXc", true},
        {"a*b*c", "aXbXbX", false},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        if (tree_glob(cases[i].pattern, cases[i].text) != cases[i].fits)
            fail_msg("%s %s", cases[i].pattern, cases[i].text);
    }
}

static void test_notes(void **state)
{
    struct memory_sink sink;
    struct tree *t = tree_new();
    struct tree_notes notes = {0};
    struct err e = {0};
    struct batch_head head = {.origin = {"d", "s", "config", "f", .expires = FACT_NONE}};
    (void)state;

    assert_int_equal(
        tree_read(t, "f", slice_of("a { x 1;\ny 2;\nsecret 3;\nother; }"), TREE_BRACES, &e), 0);
    assert_int_equal(tree_notes_init(&notes, t->arena, "f"), 0);
    tree_get(t, &t->root, "a");
    tree_note_unseen(&notes, &t->root, "top", " x ", " y ");
    memory_sink_init(&sink, t->arena);
    sink.sink.begin(&sink.sink, &head, &e);
    tree_notes_state(&notes, &sink.sink);
    assert_int_equal(sink.open->n_ignored, 2);
    assert_string_equal(sink.open->ignored[0].where, "f:2");
    assert_string_equal(sink.open->ignored[0].reason, "top: y is not followed");
    assert_string_equal(sink.open->ignored[1].reason,
                        "top: a statement that is not understood (2 times)");
    sink.sink.abort(&sink.sink);
    memory_sink_free(&sink);
    tree_notes_free(&notes);
    tree_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),  cmocka_unit_test(test_errors),
        cmocka_unit_test(test_limits), cmocka_unit_test(test_values),
        cmocka_unit_test(test_leaf),   cmocka_unit_test(test_move),
        cmocka_unit_test(test_glob),   cmocka_unit_test(test_notes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
