/* SPDX-License-Identifier: Apache-2.0 */
/* How large expressions become once repeats are written out. */
#include "unit/cmocka_all.h"

#include <string.h>

#include "base/expression.h"

static const struct expression_limits limits = {.repeat = 32, .repeats = 2, .size = 256};

static void test_sizes(void **state)
{
    static const struct {
        const char *text;
        size_t size;
    } cases[] = {{"", 0},
                 {"abc", 3},
                 {"a+", 2},
                 {"a+++", 8},
                 {"(a+)+", 6},     /* (aa*), twice, each with its parentheses */
                 {"[^]+]{3}x", 4}, /* a bracket is one character */
                 {"[[:digit:]]+", 2},
                 {"a{2,}", 3},
                 {"a{,4}b*c?", 6},
                 {"\\.\\+", 2},
                 {"_64500_", 7},
                 {"a{33}", 0},
                 {"a{1}b{1}c{1}", 0}, /* one repeat too many */
                 {"(a", 0},
                 {"a)", 0},
                 {"[a", 0},
                 {"(a)\\1", 0},
                 {"a++++++++", 256},
                 {"a+++++++++", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        size_t size = expression_size(cases[i].text, &limits);
        if (size != cases[i].size)
            fail_msg("%s: %zu", cases[i].text, size);
    }
}

static void test_depth(void **state)
{
    char text[4 * EXPRESSION_DEPTH] = "";
    (void)state;
    for (size_t i = 0; i < EXPRESSION_DEPTH; i++)
        strcat(text, "(");
    strcat(text, "a");
    assert_int_equal(expression_size(text, &limits), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
