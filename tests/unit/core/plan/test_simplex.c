/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/simplex.h"

#include <math.h>

#include "unit/cmocka_all.h"

struct program {
    size_t m, n;
    const double *cells;
    double optimum; /* < 0: unbounded */
};

static int exceeds(const struct program *g, double limit)
{
    struct arena *a = arena_new(0);
    struct packing *p = packing_new(g->m, g->n, 1000, a);
    assert_non_null(p);
    for (size_t i = 0; i < g->m * (g->n + 1); i++)
        p->cell[i] = g->cells[i];
    int result = packing_exceeds(p, limit, a);
    arena_free(&a);
    return result;
}

static double maximum(const struct program *g)
{
    struct arena *a = arena_new(0);
    struct packing *p = packing_new(g->m, g->n, 1000, a);
    double sum = -1;
    assert_non_null(p);
    for (size_t i = 0; i < g->m * (g->n + 1); i++)
        p->cell[i] = g->cells[i];
    int rc = packing_maximum(p, &sum, NULL, a);
    arena_free(&a);
    return rc == 0 ? sum : -1;
}

static const double triangle[] = {1, 1, 0, 2, 1, 0, 1, 2, 0, 1, 1, 2};
static const double single[] = {1, 5};
static const double open[] = {1, 0, 3};
static const double zero[] = {1, 1, 0, 1, 0, 4};
static const double nested[] = {1, 1, 1, 10, 1, 1, 0, 6, 1, 0, 0, 1};

/* x1+x2<=2, x1+x3<=2, x2+x3<=2: all 1; and so on. */
static const struct program programs[] = {
    {3, 3, triangle, 3}, {1, 1, single, 5},  {1, 2, open, -1},
    {2, 2, zero, 0},     {3, 3, nested, 10},
};

static void test_optimum(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
        const struct program *g = &programs[i];
        if (g->optimum < 0) {
            assert_int_equal(exceeds(g, 1e12), 1);
            assert_true(maximum(g) == -1);
            continue;
        }
        assert_int_equal(exceeds(g, g->optimum + 1e-6), 0);
        if (g->optimum > 0)
            assert_int_equal(exceeds(g, g->optimum - 1e-6), 1);
        assert_true(fabs(maximum(g) - g->optimum) < 1e-9);
    }
}

/* x1 + x2 <= 5, x2 + x3 <= 5, x2 >= nothing: the middle one is left out. */
static void test_values(void **state)
{
    static const double cells[] = {1, 1, 0, 5, 0, 1, 1, 5};
    struct arena *a = arena_new(0);
    struct packing *p = packing_new(2, 3, 1000, a);
    double sum, x[3] = {-1, -1, -1};
    (void)state;
    for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++)
        p->cell[i] = cells[i];
    assert_int_equal(packing_maximum(p, &sum, x, a), 0);
    assert_true(fabs(sum - 10) < 1e-9);
    assert_true(fabs(x[0] - 5) < 1e-9 && fabs(x[1]) < 1e-9 && fabs(x[2] - 5) < 1e-9);
    arena_free(&a);
}

/* Each pivot touches all cells: the triangle takes three. */
static void test_work(void **state)
{
    struct arena *a = arena_new(0);
    (void)state;
    for (uint64_t pivots = 0; pivots <= 4; pivots++) {
        struct packing *p = packing_new(3, 3, 1000, a);
        double sum;
        assert_non_null(p);
        for (size_t i = 0; i < 3 * 4; i++)
            p->cell[i] = triangle[i];
        p->work = pivots * 4 * 4 + 15;
        assert_int_equal(packing_maximum(p, &sum, NULL, a), pivots < 3 ? ERR_LIMIT : 0);
        assert_int_equal(p->work, pivots < 3 ? 15 : (pivots - 3) * 4 * 4 + 15);
    }
    arena_free(&a);
}

/* All bounds but the last one's are 0, so dozens of pivots bring nothing: Bland's rule ends
 * it. The last variable stands in the last row only, and is 1. */
static void test_degenerate(void **state)
{
    enum { N = 60 };
    struct arena *a = arena_new(0);
    struct packing *p = packing_new(N, N, 10000, a);
    double sum;
    (void)state;
    assert_non_null(p);
    for (size_t r = 0; r < N; r++) {
        for (size_t c = 0; c < N; c++)
            p->cell[r * (N + 1) + c] = (r * c + r + c) % 3 == 0 || r == c;
        p->cell[r * (N + 1) + N] = r == N - 1;
    }
    p->work = 1000 * (N + 1) * (N + 1);
    assert_int_equal(packing_maximum(p, &sum, NULL, a), 0);
    assert_true(fabs(sum - 1) < 1e-9);
    arena_free(&a);
}

static void test_no_columns(void **state)
{
    const struct program none = {1, 0, single + 1, 0};
    (void)state;
    assert_int_equal(exceeds(&none, 0), 0);
}

static void test_too_large(void **state)
{
    struct arena *a = arena_new(0);
    (void)state;
    assert_null(packing_new(100, 100, 1000, a));
    assert_null(packing_new(1, SIZE_MAX, 1000, a));
    assert_non_null(packing_new(9, 99, 1000, a));
    assert_null(packing_new(10, 99, 1000, a));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_optimum),    cmocka_unit_test(test_values),
        cmocka_unit_test(test_work),       cmocka_unit_test(test_degenerate),
        cmocka_unit_test(test_no_columns), cmocka_unit_test(test_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
