/* SPDX-License-Identifier: Apache-2.0 */
/* Packing linear programs: the largest sum of x >= 0 under rows of 0/1 coefficients. */
#ifndef RIALTO_PLAN_SIMPLEX_H
#define RIALTO_PLAN_SIMPLEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/** A packing program: cell[r * (n + 1) + c] is the coefficient of x_c in row r, the last column
 * its bound (>= 0). */
struct packing {
    double *cell; /* (m + 1) * (n + 1); the last row is for the solver. Changed by solving. */
    size_t m, n;
    uint64_t
        work; /* cells that pivots may still touch, each all of them; at first UINT64_MAX */
};

/** Zeroed cells for m rows and n columns; NULL when out of memory or larger than max_cells. */
struct packing *packing_new(size_t m, size_t n, size_t max_cells, struct arena *a);

/** Can the weighted sum of x (weights all 1) exceed `limit`? Stops as soon as that is known.
 * ERR_LIMIT: not within p->work. ERR_NOMEM. */
int packing_exceeds(struct packing *p, double limit, struct arena *a);

/** The largest sum of x into *sum, and an x that has it into x[n] (may be NULL): 0; 1: it is
 * unbounded; ERR_LIMIT: not found within p->work; ERR_NOMEM. */
int packing_maximum(struct packing *p, double *sum, double *x, struct arena *a);

#endif
