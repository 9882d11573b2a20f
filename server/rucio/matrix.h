/* SPDX-License-Identifier: Apache-2.0 */
/* Costs from every storage element to every site, or to every other one. */
#ifndef RIALTO_SERVER_RUCIO_MATRIX_H
#define RIALTO_SERVER_RUCIO_MATRIX_H

#include "server/resource.h"
#include "server/rucio/places.h"

#define MATRIX_MAX_CELLS ((size_t)16 << 20)

enum matrix_to { MATRIX_SITES, MATRIX_RSES };

/** Names of rows and columns, and costs; all in the request's arena. */
struct matrix {
    enum matrix_to to; /* what the columns are; set by the caller */
    const struct place *const *srcs, *const *dsts;
    size_t n_srcs, n_dsts;
    double *value;      /* row of a source; NAN: unknown */
    double least, most; /* of what is known, the diagonal of equal names aside */
    size_t n_unknown;
    bool more_is_better;
};

/**
 * Computes it with the configured metric. 1; 0 after refusing in *out (503): something is
 * unknown, or a name can't be written, and the configuration wants a whole table or none; or a
 * negative code.
 */
int matrix_compute(struct matrix *m, const struct view *v, const struct request *q,
                   struct reply *out, struct err *e);

/** How far a cost is between the nearest (0) and the farthest (1); unknown: NAN. */
double matrix_share(const struct matrix *m, double cost);

#endif
