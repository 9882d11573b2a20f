/* SPDX-License-Identifier: Apache-2.0 */
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "agents/sources/rules/rules.h"
#include "unit/cmocka_all.h"

static bool fits(const char *expression, const char *text)
{
    regex_t re;
    bool hit;

    assert_int_equal(regcomp(&re, expression, REG_EXTENDED | REG_NOSUB), 0);
    hit = regexec(&re, text, 0, NULL, 0) == 0;
    regfree(&re);
    return hit;
}

static void test_as_paths(void **state)
{
    static const struct {
        const char *expression, *path;
        bool hit;
    } cases[] = {
        {"65000", "65000", true},
        {"65000", "65000 1", false},
        {"65000", "165000", false},
        {"65000 .*", "65000 1 2", true},
        {"65000.*", "65000", true},
        {".* 65100", "1 2 65100", true},
        {".*100", "65100", false},
        {"65.*", "65100", false},
        {".* 5 .*", "1 5 2", true},
        {".* 5 .*", "1 55 2", false},
        {"(1|2) 3", "2 3", true},
        {"(1|2) 3", "1 2 3", false},
        {"1{2}", "1 1", true},
        {"1{2,3} 2", "1 1 1 2", true},
        {"1{2,3} 2", "1 2", false},
        {"[64512-65534]+", "64512 65534 65000", true},
        {"[64512-65534]+", "64512 65535", false},
        {"64512-65534", "64999", true},
        {"64512-65534", "64511", false},
        {"[1 5-7] 9", "6 9", true},
        {".*([64512-65534])+.*", "3356 64999 1", true},
        {"1.10", "65546", true},
        {"()", "", true},
        {"()", "1", false},
        {".*", "", true},
        {".", "1 2", false},
        {"^1 .*$", "1 7", true},
        {"1 2?", "1", true},
    };
    static const char *const untold[] = {"(1",    "1)",     "*",      "1 x",           "[",
                                         "[]",    "{2}",    "1{900}", "((1{64}){64})", "5-3",
                                         "1 $ 2", "1 |* 2", ""};
    struct arena *arena = arena_new(1 << 20);
    struct rules r = {.arena = arena};
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *text = rules_as_path(&r, cases[i].expression);

        if (text == NULL || fits(text, cases[i].path) != cases[i].hit)
            fail_msg("%s as %s on %s", cases[i].expression, text, cases[i].path);
    }
    for (size_t i = 0; i < sizeof(untold) / sizeof(*untold); i++) {
        const char *text = rules_as_path(&r, untold[i]);

        if (text != NULL)
            fail_msg("%s as %s", untold[i], text);
    }
    arena_free(&arena);
}

/** Every range of small numbers is just that range. */
static void test_ranges(void **state)
{
    struct arena *arena = arena_new(64 << 20);
    struct rules r = {.arena = arena};
    char text[32], path[16];
    (void)state;

    for (int lo = 1; lo < 130; lo += 7) {
        for (int hi = lo; hi < 1300; hi += 111) {
            const char *re;

            snprintf(text, sizeof(text), "%d-%d", lo, hi);
            re = rules_as_path(&r, text);
            assert_non_null(re);
            for (int n = hi - 3 > 0 ? hi - 3 : 1; n < hi + 3; n++) {
                snprintf(path, sizeof(path), "%d", n);
                assert_int_equal(fits(re, path), n >= lo && n <= hi);
            }
            snprintf(path, sizeof(path), "%d", lo - 1);
            assert_false(fits(re, path));
        }
    }
    arena_free(&arena);
}

static void test_communities(void **state)
{
    static const struct {
        const char *word;
        enum rules_community kind;
        const char *out;
    } cases[] = {
        {"65000:1", RULES_COMMUNITY, "65000:1"},
        {"no-export", RULES_COMMUNITY, "65535:65281"},
        {"no-export-subconfed", RULES_COMMUNITY, "65535:65283"},
        {"large:1:2:3", RULES_LARGE_COMMUNITY, "1:2:3"},
        {"4200000000:2:3", RULES_LARGE_COMMUNITY, "4200000000:2:3"},
        {"target:65000:1", RULES_EXTENDED, NULL},
        {"origin:65000:1", RULES_EXTENDED, NULL},
        {"70000:1", RULES_NO_COMMUNITY, NULL},
        {"secret", RULES_NO_COMMUNITY, NULL},
        {"65000:(", RULES_NO_COMMUNITY, NULL},
        {"(1|2)+:(3|4)+", RULES_COMMUNITIES, "(^| )((1|2)+:(3|4)+)( |$)"},
        {"65000:1++++", RULES_NO_COMMUNITY, NULL}, /* each doubles what it takes */
        {"65000:(((1+)+)+)+", RULES_NO_COMMUNITY, NULL},
    };
    struct arena *arena = arena_new(1 << 20);
    struct rules r = {.arena = arena};
    const char *out;
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        out = NULL;
        assert_int_equal(rules_community(&r, cases[i].word, &out), cases[i].kind);
        if (cases[i].out != NULL)
            assert_string_equal(out, cases[i].out);
    }
    assert_int_equal(rules_community(&r, "65000:*", &out), RULES_COMMUNITIES);
    assert_true(fits(out, "1:1 65000:77"));
    assert_false(fits(out, "1:1 165000:77"));
    assert_int_equal(rules_community(&r, "^65000:1.*$", &out), RULES_COMMUNITIES);
    assert_true(fits(out, "65000:199 2:2"));
    assert_false(fits(out, "65000:299"));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_paths),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_communities),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
