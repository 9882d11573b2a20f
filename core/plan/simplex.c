/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Primal simplex on a condensed tableau: n columns hold what is not in the basis, m rows what
 * is. As all bounds are >= 0, x = 0 is a feasible start and no first phase is needed. The
 * column with the largest gain comes in, which takes few pivots; where many of them bring
 * nothing, Bland's rule (smallest index first, both ways) keeps degenerate programs from
 * cycling.
 */
#include "plan/simplex.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>

#define EPSILON 1e-9
#define PATIENCE                                                                               \
    20 /* pivots in sequence that bring nothing: then Bland's rule, until one does */

struct packing *packing_new(size_t m, size_t n, size_t max_cells, struct arena *a)
{
    if (n >= max_cells || m + 1 > max_cells / (n + 1))
        return NULL;
    struct packing *p = ARENA_NEW(a, struct packing);
    if (!p)
        return NULL;
    p->m = m;
    p->n = n;
    p->work = UINT64_MAX;
    p->cell = ARENA_ARRAY(a, (m + 1) * (n + 1), double);
    return p->cell ? p : NULL;
}

static double *row_of(struct packing *p, size_t r)
{
    return p->cell + r * (p->n + 1);
}

/* The column to bring in: largest gain, or any with Bland's rule; of equal ones the smallest
 * variable. */
static size_t entering(struct packing *p, const size_t *column_var, bool bland)
{
    const double *gain = row_of(p, p->m);
    size_t best = SIZE_MAX;
    for (size_t c = 0; c < p->n; c++) {
        if (gain[c] <= EPSILON)
            continue;
        double more = best == SIZE_MAX ? 1 : bland ? 0 : gain[c] - gain[best];
        if (more > 0 || (more == 0 && column_var[c] < column_var[best]))
            best = c;
    }
    return best;
}

/* The row that limits the column first; SIZE_MAX: none does. */
static size_t leaving(struct packing *p, size_t column, const size_t *row_var)
{
    size_t best = SIZE_MAX;
    double least = INFINITY;
    for (size_t r = 0; r < p->m; r++) {
        const double *row = row_of(p, r);
        if (row[column] <= EPSILON)
            continue;
        double ratio = row[p->n] / row[column];
        bool tie = best != SIZE_MAX && fabs(ratio - least) <= EPSILON * fmax(1, fabs(least));
        if ((tie && row_var[r] < row_var[best]) || (!tie && ratio < least)) {
            best = r;
            least = ratio;
        }
    }
    return best;
}

static void pivot(struct packing *p, size_t r, size_t c)
{
    double *pr = row_of(p, r);
    double inverse = 1 / pr[c];
    pr[c] = 1;
    for (size_t j = 0; j <= p->n; j++)
        pr[j] *= inverse;
    for (size_t i = 0; i <= p->m; i++) {
        double *row = row_of(p, i);
        double factor = row[c];
        if (i == r || factor == 0)
            continue;
        row[c] = 0;
        for (size_t j = 0; j <= p->n; j++)
            row[j] -= factor * pr[j];
    }
}

static bool may_pivot(struct packing *p)
{
    uint64_t cells = (uint64_t)(p->m + 1) * (p->n + 1);
    if (p->work < cells)
        return false;
    p->work -= cells;
    return true;
}

/* The sum of x, or the first one above the limit, into *sum: 0; 1: it has no bound. row_var[m]:
 * whose values stand in the rows. */
static int solve(struct packing *p, double limit, double *sum, size_t *row_var, struct arena *a)
{
    size_t *column_var = ARENA_ARRAY(a, p->n + 1, size_t), useless = 0;
    if (!column_var || !row_var)
        return ERR_NOMEM;
    double *gain = row_of(p, p->m);
    for (size_t c = 0; c < p->n; c++) {
        column_var[c] = c;
        gain[c] = 1;
    }
    gain[p->n] = 0;
    for (size_t r = 0; r < p->m; r++)
        row_var[r] = p->n + r;
    for (;;) {
        *sum = -gain[p->n];
        if (*sum > limit)
            return 0;
        size_t c = entering(p, column_var, useless >= PATIENCE);
        if (c == SIZE_MAX)
            return 0;
        size_t r = leaving(p, c, row_var);
        if (r == SIZE_MAX)
            return 1;
        if (!may_pivot(p))
            return ERR_LIMIT;
        pivot(p, r, c);
        useless = -gain[p->n] > *sum ? 0 : useless + 1;
        size_t var = column_var[c];
        column_var[c] = row_var[r];
        row_var[r] = var;
    }
}

int packing_exceeds(struct packing *p, double limit, struct arena *a)
{
    double sum = 0;
    int rc = solve(p, limit, &sum, ARENA_ARRAY(a, p->m + 1, size_t), a);
    return rc == 0 ? sum > limit : rc;
}

int packing_maximum(struct packing *p, double *sum, double *x, struct arena *a)
{
    size_t *row_var = ARENA_ARRAY(a, p->m + 1, size_t);
    int rc = solve(p, INFINITY, sum, row_var, a);
    for (size_t c = 0; rc == 0 && x && c < p->n; c++)
        x[c] = 0;
    for (size_t r = 0; rc == 0 && x && r < p->m; r++) {
        if (row_var[r] < p->n)
            x[row_var[r]] = row_of(p, r)[p->n];
    }
    return rc;
}
