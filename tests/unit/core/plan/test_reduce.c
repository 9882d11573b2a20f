/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reduction against published cases, and against an independent judge: on small random systems,
 * the largest sum that the kept rows allow for each original row is found by trying every
 * vertex of the region. On random networks of some size: against a program for each row, with
 * none of what makes that quick.
 */
#include "plan/reduce.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/simplex.h"
#include "unit/cmocka_all.h"

#define MAX_FLOWS 5
#define MAX_ROWS  12
#define TINY      1e-7

struct system {
    struct reduce_row rows[64];
    uint32_t flows[64][64];
    size_t n_rows, n_flows;
};

static void add_row(struct system *s, const uint32_t *flows, size_t n, double bound)
{
    struct reduce_row *row = &s->rows[s->n_rows];
    assert_true(s->n_rows < 64 && n < 64);
    if (n > 0)
        memcpy(s->flows[s->n_rows], flows, n * sizeof(*flows));
    *row = (struct reduce_row){.flows = s->flows[s->n_rows], .n_flows = n, .bound = bound};
    s->n_rows++;
}

static void reduce(struct system *s, enum reduce_steps steps)
{
    struct arena *a = arena_new(0);
    struct err e = {0};
    const struct reduce_system system = {s->rows, s->n_rows, s->n_flows};
    assert_int_equal(reduce_rows(&system, steps, a, &e), 0);
    arena_free(&a);
}

static bool kept(const struct system *s, size_t r)
{
    return s->rows[r].into == r && !s->rows[r].removed;
}

static size_t count_kept(const struct system *s)
{
    size_t n = 0;
    for (size_t r = 0; r < s->n_rows; r++)
        n += kept(s, r);
    return n;
}

/* --- the judge: vertices by brute force --- */

struct planes {
    double a[MAX_ROWS + MAX_FLOWS][MAX_FLOWS + 1]; /* a.x <= b */
    size_t m, n;
};

static bool solve(double m[MAX_FLOWS][MAX_FLOWS + 1], size_t n, double *x)
{
    for (size_t c = 0; c < n; c++) {
        size_t p = c;
        for (size_t r = c + 1; r < n; r++) {
            if (fabs(m[r][c]) > fabs(m[p][c]))
                p = r;
        }
        if (fabs(m[p][c]) < 1e-9)
            return false;
        for (size_t k = 0; k <= n; k++) {
            double t = m[c][k];
            m[c][k] = m[p][k];
            m[p][k] = t;
        }
        for (size_t r = 0; r < n; r++) {
            double f = r == c ? 0 : m[r][c] / m[c][c];
            for (size_t k = c; f != 0 && k <= n; k++)
                m[r][k] -= f * m[c][k];
        }
    }
    for (size_t c = 0; c < n; c++)
        x[c] = m[c][n] / m[c][c];
    return true;
}

static bool feasible(const struct planes *p, const double *x)
{
    for (size_t r = 0; r < p->m; r++) {
        double sum = 0;
        for (size_t c = 0; c < p->n; c++)
            sum += p->a[r][c] * x[c];
        if (sum > p->a[r][p->n] + TINY)
            return false;
    }
    return true;
}

/* The largest sum over `row` at any vertex; flows are boxed, so that there is one. */
static double largest(const struct planes *p, const struct reduce_row *row)
{
    double best = 0;
    for (unsigned pick = 0; pick < 1u << p->m; pick++) {
        double m[MAX_FLOWS][MAX_FLOWS + 1], x[MAX_FLOWS], sum = 0;
        size_t k = 0;
        if ((size_t)__builtin_popcount(pick) != p->n)
            continue;
        for (size_t r = 0; r < p->m; r++) {
            if (pick & 1u << r)
                memcpy(m[k++], p->a[r], sizeof(m[0]));
        }
        if (!solve(m, p->n, x) || !feasible(p, x))
            continue;
        for (size_t i = 0; i < row->n_flows; i++)
            sum += x[row->flows[i]];
        best = fmax(best, sum);
    }
    return best;
}

static void add_plane(struct planes *p, const struct reduce_row *row, double bound)
{
    for (size_t i = 0; i < row->n_flows; i++)
        p->a[p->m][row->flows[i]] = 1;
    p->a[p->m++][p->n] = bound;
}

static void judge(const struct system *s)
{
    struct planes p = {.n = s->n_flows};
    for (size_t r = 0; r < s->n_rows; r++) {
        if (kept(s, r))
            add_plane(&p, &s->rows[r], s->rows[r].merged);
    }
    for (uint32_t f = 0; f < s->n_flows; f++) {
        p.a[p.m][f] = -1;
        p.m++;
    }
    for (size_t r = 0; r < s->n_rows; r++)
        assert_true(largest(&p, &s->rows[r]) <= s->rows[r].bound + 1e-5);
}

static void random_system(struct system *s, unsigned *seed, bool zeros)
{
    *s = (struct system){.n_flows = 2 + rand_r(seed) % 2};
    size_t n = 2 + (size_t)rand_r(seed) % 4;
    /* One row over all flows: the region is bounded, and vertices are all there is to try. */
    uint32_t all[MAX_FLOWS] = {0, 1, 2, 3, 4};
    add_row(s, all, s->n_flows, 20);
    for (size_t r = 0; r < n; r++) {
        uint32_t flows[MAX_FLOWS];
        size_t k = 0;
        for (uint32_t f = 0; f < s->n_flows; f++) {
            if (rand_r(seed) % 2)
                flows[k++] = f;
        }
        add_row(s, flows, k, rand_r(seed) % (zeros ? 4 : 12) + (zeros ? 0 : 1));
    }
}

static void test_random(void **state)
{
    unsigned seed = 7;
    (void)state;
    for (int i = 0; i < 1500; i++) {
        struct system s;
        random_system(&s, &seed, i % 2 == 0);
        reduce(&s, REDUCE_REDUNDANT);
        judge(&s);
    }
}

/* --- networks --- */

#define NET_SIZE  6 /* routers a side of a grid */
#define NET_ROWS  ((size_t)4 * NET_SIZE * NET_SIZE)
#define NET_FLOWS 120
#define N_NETS    150

/* Flows go along a row of the grid, then along a column: links share many of them. */
struct net {
    struct reduce_row rows[NET_ROWS];
    uint32_t flows[NET_ROWS][NET_FLOWS];
    size_t n_flows;
};

static void cross_link(struct net *n, unsigned router, unsigned direction, uint32_t flow)
{
    struct reduce_row *row = &n->rows[4 * router + direction];
    n->flows[4 * router + direction][row->n_flows++] = flow;
}

static void random_path(struct net *n, uint32_t flow, unsigned *seed)
{
    unsigned x = (unsigned)rand_r(seed) % NET_SIZE, y = (unsigned)rand_r(seed) % NET_SIZE;
    unsigned to_x = (unsigned)rand_r(seed) % NET_SIZE, to_y = (unsigned)rand_r(seed) % NET_SIZE;
    for (; x != to_x; x += to_x > x ? 1 : -1)
        cross_link(n, y * NET_SIZE + x, to_x > x ? 0 : 1, flow);
    for (; y != to_y; y += to_y > y ? 1 : -1)
        cross_link(n, y * NET_SIZE + x, to_y > y ? 2 : 3, flow);
}

static void make_net(struct net *n, unsigned *seed)
{
    unsigned kinds = 1 + (unsigned)rand_r(seed) % 4;
    memset(n, 0, sizeof(*n));
    n->n_flows = 10 + (size_t)rand_r(seed) % (NET_FLOWS - 10);
    for (uint32_t f = 0; f < n->n_flows; f++)
        random_path(n, f, seed);
    for (size_t r = 0; r < NET_ROWS; r++) {
        unsigned kind = (unsigned)rand_r(seed) % 60;
        n->rows[r].flows = n->flows[r];
        n->rows[r].bound = kind == 0   ? INFINITY
                           : kind == 1 ? 0
                                       : 100e9 * (1 + (unsigned)rand_r(seed) % kinds);
    }
}

static bool counts(const struct reduce_row *rows, size_t r)
{
    return rows[r].into == r && !rows[r].removed && isfinite(rows[r].merged);
}

/* Flows that rows of capacity 0 other than `but` hold at 0. */
static void find_fixed(const struct net *n, size_t but, bool *fixed)
{
    memset(fixed, 0, NET_FLOWS * sizeof(*fixed));
    for (size_t r = 0; r < NET_ROWS; r++) {
        for (size_t i = 0;
             r != but && counts(n->rows, r) && n->rows[r].merged == 0 && i < n->rows[r].n_flows;
             i++)
            fixed[n->rows[r].flows[i]] = true;
    }
}

/* By a program over all flows that can have a rate in row u, one for each. */
static bool follows_from_others(const struct net *n, size_t u, struct arena *a)
{
    const struct reduce_row *row = &n->rows[u];
    double unit = row->merged > 0 ? row->merged : 1;
    bool fixed[NET_FLOWS];
    uint32_t column[NET_FLOWS], columns = 0;
    find_fixed(n, u, fixed);
    memset(column, 0, sizeof(column));
    for (size_t i = 0; i < row->n_flows; i++) {
        if (!fixed[row->flows[i]])
            column[row->flows[i]] = ++columns;
    }
    if (columns == 0)
        return true;
    struct packing *p = packing_new(NET_ROWS, columns, SIZE_MAX, a);
    assert_non_null(p);
    for (size_t r = 0; r < NET_ROWS; r++) {
        bool other = r != u && counts(n->rows, r);
        for (size_t i = 0; other && i < n->rows[r].n_flows; i++) {
            if (column[n->rows[r].flows[i]])
                p->cell[r * (columns + 1) + column[n->rows[r].flows[i]] - 1] = 1;
        }
        p->cell[r * (columns + 1) + columns] = other ? n->rows[r].merged / unit : 0;
    }
    return packing_exceeds(p, row->merged / unit * (1 + 1e-9), a) == 0;
}

/* What reduce_rows() is said to do, as simply as it can be done. */
static void reduce_simply(struct net *n, struct arena *a)
{
    for (size_t r = 0; r < NET_ROWS; r++) {
        n->rows[r].removed = n->rows[r].n_flows == 0;
        n->rows[r].merged = n->rows[r].bound;
        n->rows[r].into = (uint32_t)r;
        for (size_t v = 0; v < r && n->rows[r].into == r; v++) {
            if (n->rows[r].n_flows == 0 || n->rows[v].n_flows != n->rows[r].n_flows ||
                memcmp(n->flows[v], n->flows[r], n->rows[r].n_flows * sizeof(uint32_t)) != 0)
                continue;
            n->rows[r].into = n->rows[v].into;
            n->rows[n->rows[r].into].merged =
                fmin(n->rows[n->rows[r].into].merged, n->rows[r].bound);
        }
    }
    for (size_t size = NET_FLOWS; size > 0; size--) {
        for (size_t r = 0; r < NET_ROWS; r++) {
            if (n->rows[r].n_flows == size && counts(n->rows, r))
                n->rows[r].removed = follows_from_others(n, r, a);
        }
    }
}

static void test_networks(void **state)
{
    static struct net quick, simple;
    unsigned seed = 11;
    size_t removed = 0, left = 0;
    (void)state;
    for (int i = 0; i < N_NETS; i++) {
        struct arena *a = arena_new(0);
        struct err e = {0};
        make_net(&quick, &seed);
        simple = quick;
        for (size_t r = 0; r < NET_ROWS; r++)
            simple.rows[r].flows = simple.flows[r];
        const struct reduce_system system = {quick.rows, NET_ROWS, quick.n_flows};
        assert_int_equal(reduce_rows(&system, REDUCE_REDUNDANT, a, &e), 0);
        reduce_simply(&simple, a);
        for (size_t r = 0; r < NET_ROWS; r++) {
            assert_int_equal(quick.rows[r].into, simple.rows[r].into);
            assert_int_equal(quick.rows[r].removed, simple.rows[r].removed);
            assert_true(quick.rows[r].merged == simple.rows[r].merged);
            removed += quick.rows[r].removed && quick.rows[r].n_flows > 0;
            left += counts(quick.rows, r);
        }
        arena_free(&a);
    }
    assert_true(removed > N_NETS && left > N_NETS);
}

/* --- published cases --- */

static void load_case(struct system *s, const json_t *c)
{
    const json_t *rows = json_object_get(c, "constraints");
    *s = (struct system){.n_flows = (size_t)json_integer_value(json_object_get(c, "n"))};
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *set = json_array_get(json_array_get(rows, i), 0);
        uint32_t flows[64];
        for (size_t k = 0; k < json_array_size(set); k++)
            flows[k] = (uint32_t)json_integer_value(json_array_get(set, k));
        add_row(s, flows, json_array_size(set),
                json_number_value(json_array_get(json_array_get(rows, i), 1)));
    }
}

static bool among(const struct system *s, size_t r, const json_t *expected)
{
    for (size_t i = 0; i < json_array_size(expected); i++) {
        const json_t *set = json_array_get(json_array_get(expected, i), 0);
        bool same = json_array_size(set) == s->rows[r].n_flows &&
                    json_number_value(json_array_get(json_array_get(expected, i), 1)) ==
                        s->rows[r].merged;
        for (size_t k = 0; same && k < json_array_size(set); k++)
            same = json_integer_value(json_array_get(set, k)) == s->rows[r].flows[k];
        if (same)
            return true;
    }
    return false;
}

static void check_case(const json_t *c)
{
    struct system s;
    const json_t *expected = json_object_get(c, "minimal");
    load_case(&s, c);
    reduce(&s, REDUCE_AGGREGATE);
    assert_int_equal(count_kept(&s), json_array_size(json_object_get(c, "after-aggregation")));
    load_case(&s, c);
    reduce(&s, REDUCE_REDUNDANT);
    assert_int_equal(count_kept(&s), json_array_size(expected));
    if (json_is_true(json_object_get(c, "has_zero")))
        return; /* several answers are right; test_random judges regions */
    for (size_t r = 0; r < s.n_rows; r++) {
        if (kept(&s, r))
            assert_true(among(&s, r, expected));
    }
}

static void test_published(void **state)
{
    const char *shared = getenv("RIALTO_SHARED");
    char path[4096];
    (void)state;
    if (!shared) {
        print_message("RIALTO_SHARED is not set: published cases are skipped\n");
        skip();
    }
    snprintf(path, sizeof(path), "%s/spec/vectors/minimal-constraints.json", shared);
    json_t *root = json_load_file(path, 0, NULL);
    assert_non_null(root);
    const json_t *cases = json_object_get(root, "cases");
    assert_true(json_array_size(cases) > 10);
    for (size_t i = 0; i < json_array_size(cases); i++)
        check_case(json_array_get(cases, i));
    json_decref(root);
}

/* --- details --- */

static void test_zero_triangle(void **state)
{
    struct system s = {.n_flows = 3};
    (void)state;
    add_row(&s, (uint32_t[]){0, 1}, 2, 0);
    add_row(&s, (uint32_t[]){0, 2}, 2, 0);
    add_row(&s, (uint32_t[]){1, 2}, 2, 0);
    reduce(&s, REDUCE_REDUNDANT);
    assert_int_equal(count_kept(&s), 2);
}

static void test_identity_stays(void **state)
{
    struct system s = {.n_flows = 1};
    (void)state;
    add_row(&s, (uint32_t[]){0}, 1, 10);
    add_row(&s, (uint32_t[]){0}, 1, 5);
    add_row(&s, (uint32_t[]){0}, 1, 100);
    s.rows[1].identity = "one";
    s.rows[2].identity = "two";
    reduce(&s, REDUCE_REDUNDANT);
    assert_int_equal(s.rows[1].into, 0);
    assert_string_equal(s.rows[0].merged_identity, "one");
    assert_true(s.rows[0].merged == 5);
    assert_int_equal(s.rows[2].into, 2);
    assert_false(s.rows[2].removed);
    assert_string_equal(s.rows[2].merged_identity, "two");
}

static void test_unknown_bound(void **state)
{
    struct system s = {.n_flows = 2};
    (void)state;
    add_row(&s, (uint32_t[]){0, 1}, 2, INFINITY);
    add_row(&s, (uint32_t[]){0}, 1, 5);
    add_row(&s, (uint32_t[]){1}, 1, 5);
    add_row(&s, (uint32_t[]){1}, 1, INFINITY);
    reduce(&s, REDUCE_REDUNDANT);
    assert_true(kept(&s, 0)); /* nobody knows that it never binds */
    assert_int_equal(s.rows[3].into, 2);
    assert_true(s.rows[2].merged == 5);
    assert_int_equal(count_kept(&s), 3);
}

static void test_empty(void **state)
{
    struct system s = {.n_flows = 0};
    (void)state;
    reduce(&s, REDUCE_REDUNDANT);
    add_row(&s, NULL, 0, 5);
    reduce(&s, REDUCE_REDUNDANT);
    assert_int_equal(count_kept(&s), 0);
}

static void test_large_numbers(void **state)
{
    struct system s = {.n_flows = 2};
    (void)state;
    add_row(&s, (uint32_t[]){0, 1}, 2, 800e9);
    add_row(&s, (uint32_t[]){0}, 1, 400e9);
    add_row(&s, (uint32_t[]){1}, 1, 400e9);
    reduce(&s, REDUCE_REDUNDANT);
    assert_true(s.rows[0].removed);
    assert_int_equal(count_kept(&s), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),        cmocka_unit_test(test_published),
        cmocka_unit_test(test_zero_triangle), cmocka_unit_test(test_identity_stays),
        cmocka_unit_test(test_unknown_bound), cmocka_unit_test(test_empty),
        cmocka_unit_test(test_large_numbers), cmocka_unit_test(test_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
