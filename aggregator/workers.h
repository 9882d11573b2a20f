/* SPDX-License-Identifier: Apache-2.0 */
/* Several threads on one piece of work that falls into parts, none of which needs another. */
#ifndef RIALTO_AGGREGATOR_WORKERS_H
#define RIALTO_AGGREGATOR_WORKERS_H

#include <stddef.h>

#define WORKERS_MAX 8

/** One for each processor, at most WORKERS_MAX. */
unsigned workers_default(void);

/**
 * Calls job(ctx, 0) here and job(ctx, 1) to job(ctx, n - 1) on threads of their own, and waits
 * for all. Jobs take parts until none is left (see workers_take), so it is all the same how
 * many of the threads could be had. n is 1 to WORKERS_MAX. Returns what the first of them that
 * failed returned, or 0.
 */
int workers_run(unsigned n, int (*job)(void *ctx, unsigned worker), void *ctx);

/** The next `step` parts that nobody took, from the return value on; each part once. */
size_t workers_take(size_t *next, size_t step);

#endif
