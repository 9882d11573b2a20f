/* SPDX-License-Identifier: Apache-2.0 */
#include "model/grants.h"

#include <string.h>

#include "unit/cmocka_all.h"

static void entities(void **state)
{
    static const struct {
        const char *text;
        bool good;
        enum grant_of of;
        const char *a, *b;
    } cases[] = {
        {"link:r1|r2", true, GRANT_OF_BOTH, "r1", "r2"},
        {"link:r1>r2", true, GRANT_OF_ONE, "r1", "r2"},
        {"link:one:r1:e0", true, GRANT_OF_ID, "one:r1:e0", ""},
        {"group:a|b", true, GRANT_OF_GROUP, "a|b", ""},
        {"link:", false, GRANT_OF_ID, NULL, NULL},
        {"link:|r2", false, GRANT_OF_ID, NULL, NULL},
        {"link:r1>", false, GRANT_OF_ID, NULL, NULL},
        {"group:", false, GRANT_OF_ID, NULL, NULL},
        {"pid:x", false, GRANT_OF_ID, NULL, NULL},
        {"", false, GRANT_OF_ID, NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct grant_target t;
        assert_int_equal(grant_entity(cases[i].text, &t), cases[i].good);
        if (!cases[i].good)
            continue;
        assert_int_equal(t.of, cases[i].of);
        assert_true(slice_eq(t.a, cases[i].a));
        assert_true(slice_eq(t.b, cases[i].b));
    }
}

static void directions(void **state)
{
    const struct node nodes[] = {{.name = "r1"}, {.name = "r2"}};
    const struct link link = {.name = "r1|r2",
                              .id = "one:r1:e0|two:r2:e1",
                              .end = {{.node = &nodes[0]}, {.node = &nodes[1]}}};
    static const struct {
        const char *name;
        unsigned directions;
    } cases[] = {
        {"r1|r2", 3},     {"r2|r1", 3}, {"r1>r2", 1}, {"r2>r1", 2},  {"one:r1:e0|two:r2:e1", 3},
        {"one:r1:e0", 0}, {"r1|r3", 0}, {"r1", 0},    {"r11|r2", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct grant_target t;
        assert_true(grant_link(cases[i].name, &t));
        assert_int_equal(grant_directions(&t, &link), cases[i].directions);
    }
}

static void weights(void **state)
{
    static const struct {
        const char *text, *name;
        double weight;
    } cases[] = {
        {"atlas=2", "atlas", 2},
        {"atlas/T0 Export=0.5", "atlas/T0 Export", 0.5},
        {"a=b=1e6", "a=b", 1e6},
        {"a/b/c=1e-6", "a/b/c", 1e-6}, /* activities may have slashes, experiments may not */
        {"a=1000001", NULL, 0},
        {"a=0", NULL, 0},
        {"a=-1", NULL, 0},
        {"a=x", NULL, 0},
        {"=1", NULL, 0},
        {"/b=1", NULL, 0},
        {"a/=1", NULL, 0},
        {"a", NULL, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct slice name;
        double weight;
        assert_int_equal(grant_weight(cases[i].text, &name, &weight), cases[i].name != NULL);
        if (cases[i].name) {
            assert_true(slice_eq(name, cases[i].name));
            assert_true(weight == cases[i].weight);
        }
    }
}

static void force(void **state)
{
    const struct fact_grant always = {.start = FACT_NONE, .end = FACT_NONE};
    const struct fact_grant some = {.start = 10, .end = 20};
    (void)state;
    assert_true(grant_is_in_force(&always, 0));
    assert_false(grant_is_in_force(&some, 9));
    assert_true(grant_is_in_force(&some, 10));
    assert_true(grant_is_in_force(&some, 19));
    assert_false(grant_is_in_force(&some, 20));
}

/* A second grant beside one of link:a|b to u, from 10 to 20. */
static void contradictions(void **state)
{
    static const struct {
        const char *entity, *user;
        int64_t start, end;
        bool conflict;
    } cases[] = {
        {"link:a|b", "u", 19, FACT_NONE, true},  {"link:b|a", "u", FACT_NONE, FACT_NONE, true},
        {"link:b>a", "u", FACT_NONE, 11, true},  {"link:a|b", "u", 20, FACT_NONE, false},
        {"link:a|b", "u", FACT_NONE, 10, false}, {"link:a|b", "v", 10, 20, false},
        {"link:a|c", "u", 10, 20, false},        {"link:a", "u", 10, 20, false},
        {"group:a", "u", 10, 20, false},
    };
    const struct fact_grant first = {.entity = "link:a|b", .user = "u", .start = 10, .end = 20};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct fact_grant second = {.entity = cases[i].entity,
                                          .user = cases[i].user,
                                          .start = cases[i].start,
                                          .end = cases[i].end};
        struct grant_book *book = grant_book_new();
        size_t other = 0;
        assert_non_null(book);
        assert_int_equal(grant_book_add(book, &first, 7, &other), 0);
        assert_int_equal(grant_book_add(book, &second, 8, &other),
                         cases[i].conflict ? ERR_CONFLICT : 0);
        assert_int_equal(other, cases[i].conflict ? 7 : 0);
        grant_book_free(&book);
        assert_null(book);
    }
}

/* Two directions of one link are two grants; one of both after them meets the last. */
static void both_directions(void **state)
{
    static const struct {
        const char *entity;
        int rc;
    } steps[] = {{"link:a>b", 0},
                 {"link:b>a", 0},
                 {"link:a>b", ERR_CONFLICT},
                 {"link:a|b", ERR_CONFLICT},
                 {"group:g", 0},
                 {"group:g", ERR_CONFLICT},
                 {"link:g", 0},
                 {"link:g", ERR_CONFLICT}};
    struct fact_grant grants[8];
    struct grant_book *book = grant_book_new();
    (void)state;
    for (size_t i = 0; i < 8; i++) {
        size_t other;
        grants[i] = (struct fact_grant){
            .entity = steps[i].entity, .user = "u", .start = FACT_NONE, .end = FACT_NONE};
        assert_int_equal(grant_book_add(book, &grants[i], i, &other), steps[i].rc);
    }
    grant_book_free(&book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entities),       cmocka_unit_test(directions),
        cmocka_unit_test(weights),        cmocka_unit_test(force),
        cmocka_unit_test(contradictions), cmocka_unit_test(both_directions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
