/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/jnode.h"

#include <string.h>

#include "unit/cmocka_all.h"
#include "wire/jsniff.h"

static struct arena *arena;
static struct err e;

static const struct jnode *tree(const char *text, const char *const *without)
{
    struct jread *r;
    struct jread_limits limits;
    const struct jnode *n;

    jread_defaults(&limits);
    limits.unique_depth = 0;
    assert_int_equal(jread_new_bytes(&r, &limits, text, strlen(text), &e), 0);
    assert_int_equal(jnode_read(r, without, arena, &n, &e), 0);
    jread_free(&r);
    return n;
}

static int setup(void **state)
{
    (void)state;
    arena = arena_new(0);
    return arena == NULL;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void test_tree(void **state)
{
    const struct jnode *n =
        tree("{\"a\":{\"b\":[1,\"2\",null,{}],\"a\":true},\"a/b\":\"x\"}", NULL);
    const struct jnode *list = jnode_path(n, "a/b");
    double d;
    int64_t i;

    (void)state;
    assert_int_equal(n->n, 2);
    assert_int_equal(list->n, 4);
    assert_true(jnode_real(list->first, &d) && d == 1);
    assert_true(jnode_count(list->first->next, 5, &i) && i == 2);
    assert_false(jnode_count(list->first->next, 1, &i)); /* above the limit */
    assert_false(jnode_real(list->first->next->next, &d));
    assert_true(jnode_bool(jnode_path(n, "a/a"), false));
    assert_false(jnode_bool(jnode_path(n, "a/c"), false));
    assert_true(jnode_bool(jnode_path(n, "a/c"), true));
    assert_string_equal(jnode_str(jnode_get(n, "a/b")), "x");
    assert_null(jnode_str(jnode_get(n, "a")));
    /* what is not there leads nowhere */
    assert_null(jnode_path(n, "a/b/c"));
    assert_null(jnode_get(NULL, "a"));
    assert_null(jnode_first(NULL));
    assert_int_equal(jnode_slice(NULL).n, 0);
}

static void test_counts(void **state)
{
    static const struct {
        const char *text;
        int64_t want; /* -1: none */
    } cases[] = {{"5", 5},      {"5.0", 5},    {"\"7\"", 7}, {"5.5", -1}, {"-1", -1},
                 {"1e3", 1000}, {"\"x\"", -1}, {"true", -1}, {"[]", -1},  {"1001", -1}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int64_t n = -1;

        assert_int_equal(jnode_count(tree(cases[i].text, NULL), 1000, &n), cases[i].want >= 0);
        if (cases[i].want >= 0)
            assert_int_equal(n, cases[i].want);
    }
}

static void test_without(void **state)
{
    static const char *const without[] = {"secret", "big", NULL};
    const struct jnode *n =
        tree("{\"big\":[1,[2]],\"a\":{\"secret\":\"s\",\"b\":2},\"secret\":{}}", without);

    (void)state;
    assert_int_equal(n->n, 1);
    assert_null(jnode_get(n, "big"));
    assert_null(jnode_path(n, "a/secret"));
    assert_non_null(jnode_path(n, "a/b"));
}

/* The last one counts, as other readers have it. */
static void test_doubles(void **state)
{
    (void)state;
    assert_string_equal(jnode_str(jnode_get(tree("{\"a\":\"1\",\"a\":\"2\"}", NULL), "a")),
                        "2");
}

static void test_errors(void **state)
{
    static const char *const texts[] = {"{\"a\":", "[1,", "]", "", "{\"a\":1}}"};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct jread *r;
        const struct jnode *n;

        assert_int_equal(jread_new_bytes(&r, NULL, texts[i], strlen(texts[i]), &e), 0);
        assert_true(jnode_read(r, NULL, arena, &n, &e) < 0);
        jread_free(&r);
    }
}

static void test_sniff(void **state)
{
    struct jsniff s;

    (void)state;
    jsniff(slice_of("{\"a\":{\"b\":{\"c\":1}},\"d\":[{\"e\":1},[{\"f\":{}}]],\"g\":"), &s);
    assert_true(jsniff_has(&s, "", "a") && jsniff_has(&s, "a", "b") && jsniff_has(&s, "", "g"));
    assert_true(jsniff_has(&s, "d", "e") && jsniff_has(&s, "d", "f"));
    assert_false(jsniff_has(&s, "b", "c") || jsniff_has(&s, "", "b") || s.array);
    assert_true(jsniff_below(&s, "e"));
    assert_false(jsniff_below(&s, "a"));
    jsniff(slice_of("[{\"a\":1},{\"b\":{\"c\":2}}]"), &s);
    assert_true(s.array && jsniff_has(&s, "", "a") && jsniff_has(&s, "b", "c"));
    jsniff(slice_of("{\"a\":1}\n{\"b\":2}\n"), &s); /* one document behind the other */
    assert_true(jsniff_has(&s, "", "a") && jsniff_has(&s, "", "b"));
    jsniff(slice_of("\"text\""), &s);
    assert_int_equal(s.n, 0);
    jsniff(slice_of("% not JSON"), &s);
    assert_int_equal(s.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),    cmocka_unit_test(test_counts),
        cmocka_unit_test(test_without), cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_errors),  cmocka_unit_test(test_sniff),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
