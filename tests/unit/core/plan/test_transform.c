/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/transform.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "unit/cmocka_all.h"

static double applied(const char *pipeline, const char *text, double number)
{
    struct arena *a = arena_new(0);
    struct transform *t;
    struct err e = {0};
    int rc = transform_parse(pipeline, text ? TRANSFORM_TEXT : TRANSFORM_NUMBER, a, &t, &e);
    if (rc < 0)
        print_message("%s: %s\n", pipeline, e.msg);
    assert_int_equal(rc, 0);
    double result = transform_apply(t, &(struct transform_value){text, number});
    arena_free(&a);
    return result;
}

static void pipelines_calculate(void **state)
{
    static const struct {
        const char *pipeline, *text;
        double number, result;
    } cases[] = {
        {"tolist | len", "43 293", 0, 2},
        {"tolist|len", "43", 0, 1},
        {"tolist | len", "", 0, 0},
        {"len", "Z\xc3\xbcrich", 0, 6},
        {"tolist | len | mul 10 | add 1", "a b c", 0, 31},
        {"number | div 4", "10", 0, 2.5},
        {"", NULL, 7, 7},
        {"neg | abs | sub 2.5", NULL, 7, 4.5},
        {"div 1000 | round", NULL, 2500, 3},
        {"floor | max 3", NULL, 2.9, 3},
        {"ceil | min 3", NULL, 7.1, 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_true(applied(cases[i].pipeline, cases[i].text, cases[i].number) ==
                    cases[i].result);
    assert_true(isnan(applied("number", "ten", 0)));
    assert_true(isnan(applied("max 3", NULL, NAN)));
    assert_true(isnan(applied("mul 1e308 | mul 1e308", NULL, 1e308)));
}

static void trends_follow_from_the_steps(void **state)
{
    static const struct {
        const char *pipeline;
        int trend;
    } cases[] = {
        {"", 1},
        {"neg", -1},
        {"neg | add 5 | neg | max 3", 1},
        {"mul -2 | round", -1},
        {"div -2", -1},
        {"abs", 0},
        {"mul 0 | neg", 0},
        {"sub 1 | floor", 1},
    };
    struct arena *a = arena_new(0);
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct transform *t;
        assert_int_equal(transform_parse(cases[i].pipeline, TRANSFORM_NUMBER, a, &t, NULL), 0);
        assert_int_equal(transform_trend(t), cases[i].trend);
    }
    arena_free(&a);
}

static void mistakes_are_told_where_they_are(void **state)
{
    static const struct {
        const char *pipeline;
        enum transform_type input;
        const char *message;
    } wrong[] = {
        {"tolist", TRANSFORM_TEXT,
         "column 7: the result is a list, a number is expected (tolist | len?)"},
        {"", TRANSFORM_TEXT,
         "column 1: the result is a text, a number is expected (tolist | len?)"},
        {"len | tolist", TRANSFORM_TEXT, "column 7: 'tolist': can't be applied to a number"},
        {"tolist | abs", TRANSFORM_TEXT, "column 10: 'abs': can't be applied to a list"},
        {"mul", TRANSFORM_NUMBER, "column 1: 'mul': a number is expected behind it"},
        {"mul x", TRANSFORM_NUMBER, "column 5: 'x': one number is expected"},
        {"mul 1 2", TRANSFORM_NUMBER, "column 5: '1': one number is expected"},
        {"len 2", TRANSFORM_TEXT, "column 5: '2': nothing is expected there"},
        {"div 0", TRANSFORM_NUMBER, "column 5: '0': a division by zero"},
        {"abs |", TRANSFORM_NUMBER, "column 6: a step is missing"},
    };
    struct arena *a = arena_new(0);
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct transform *t;
        struct err e = {0};
        assert_int_equal(transform_parse(wrong[i].pipeline, wrong[i].input, a, &t, &e),
                         ERR_PARSE);
        assert_string_equal(e.msg, wrong[i].message);
    }
    struct transform *t;
    struct err e = {0};
    assert_int_equal(transform_parse("exec rm", TRANSFORM_NUMBER, a, &t, &e), ERR_PARSE);
    assert_non_null(strstr(e.msg, "column 1: 'exec': no such step"));
    char many[TRANSFORM_MAX_STEPS * 4 + 8] = "abs";
    for (int i = 0; i < TRANSFORM_MAX_STEPS; i++)
        strcat(many, "|abs");
    assert_int_equal(transform_parse(many, TRANSFORM_NUMBER, a, &t, &e), ERR_LIMIT);
    arena_free(&a);
}

static double folded(enum transform_fold how, const double *v, size_t n)
{
    struct fold f = fold_start(how);
    for (size_t i = 0; i < n; i++)
        fold_add(&f, v[i]);
    return fold_result(&f);
}

static void folds_of_all_of_nothing_and_of_the_unknown(void **state)
{
    static const double values[] = {3, 1, 4}, gap[] = {3, NAN, 4};
    static const double expected[] = {8, 1, 4, 12, 3, 4, 3};
    (void)state;
    for (int how = FOLD_SUM; how <= FOLD_COUNT; how++) {
        assert_true(folded(how, values, 3) == expected[how]);
        bool ends = how == FOLD_FIRST || how == FOLD_LAST;
        assert_int_equal(isnan(folded(how, gap, 3)), !ends);
    }
    assert_null(transform_folds[FOLD_COUNT + 1]);
    assert_string_equal(transform_folds[FOLD_COUNT], "count");
    assert_true(folded(FOLD_SUM, NULL, 0) == 0 && folded(FOLD_COUNT, NULL, 0) == 0);
    assert_true(folded(FOLD_PRODUCT, NULL, 0) == 1);
    assert_true(isnan(folded(FOLD_MIN, NULL, 0)) && isnan(folded(FOLD_LAST, NULL, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pipelines_calculate),
        cmocka_unit_test(trends_follow_from_the_steps),
        cmocka_unit_test(mistakes_are_told_where_they_are),
        cmocka_unit_test(folds_of_all_of_nothing_and_of_the_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
