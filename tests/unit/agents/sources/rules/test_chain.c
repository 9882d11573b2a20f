/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agents/sources/rules/chain.h"
#include "base/str.h"
#include "unit/cmocka_all.h"

#define SUFFIX ", then BGP's own routes"

/* The name of a chain of n policies called `name`. */
static const char *chain_name(struct rules *r, const char *name, size_t n)
{
    const struct rules_policy policy = {.name = name}, *v[RULES_MAX_CHAIN];

    for (size_t i = 0; i < n; i++)
        v[i] = &policy;
    return rules_chain_name(r, v, n, SUFFIX);
}

static void test_short(void **state)
{
    struct rules r = {.arena = arena_new(1 << 20)};

    (void)state;
    assert_non_null(r.arena);
    assert_string_equal(chain_name(&r, "P", 1), "P" SUFFIX);
    assert_string_equal(chain_name(&r, "P", 3), "P P P" SUFFIX);
    arena_free(&r.arena);
}

/* Wherever the cut falls, the name stays text, of its own, and no longer than allowed. */
static void test_long(void **state)
{
    static const char *const fills[] = {"x", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x8c\x89"};
    struct rules r = {.arena = arena_new(1 << 20)};
    char name[8 + 4 * 200 + 1];

    (void)state;
    assert_non_null(r.arena);
    for (size_t lead = 0; lead < 8; lead++) {
        for (size_t i = 0; i < sizeof(fills) / sizeof(*fills); i++) {
            const char *one, *two;

            memset(name, 'a', lead);
            name[lead] = '\0';
            for (size_t k = 0; k < 200; k++)
                strcat(name, fills[i]);
            one = chain_name(&r, name, 2);
            two = chain_name(&r, name, 3);
            assert_true(str_is_utf8(one, strlen(one)));
            assert_true(strlen(one) <= RULES_MAX_CHAIN_NAME);
            assert_non_null(strstr(one, "..."));
            assert_non_null(strstr(one, SUFFIX));
            assert_string_not_equal(one, two);
        }
    }
    assert_int_equal(r.rc, 0);
    arena_free(&r.arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short),
        cmocka_unit_test(test_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
