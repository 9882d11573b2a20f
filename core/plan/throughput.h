/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The most that a network can carry, when nobody is left with less than its guarantee:
 *
 *      max Σ x    under    Σ (x of the flows over a link) <= its limit,    g <= x <= cap,
 *
 * where g is the smallest of the parts of links that a flow would have if all others there were
 * as hungry as it (share_guarantee() of plan/share.h). Beyond the guarantee nothing is fair:
 * whoever crosses few links gets what is left, since it costs others least. Pure.
 */
#ifndef RIALTO_PLAN_THROUGHPUT_H
#define RIALTO_PLAN_THROUGHPUT_H

#include "plan/share.h"

/** Cells of the simplex tableau, one for each flow and each link or cap that may hold it. */
#define THROUGHPUT_MAX_CELLS ((size_t)4 << 20)

/** Cells that all pivots together may touch: about a second. */
#define THROUGHPUT_MAX_WORK (UINT64_C(4) << 30)

/**
 * Rates of a problem that was checked by share_check(), into rate[n_flows]. Deterministic; of
 * several optima one. Scratch memory is given back. 0; ERR_LIMIT: more cells than
 * THROUGHPUT_MAX_CELLS, or more work than THROUGHPUT_MAX_WORK; ERR_NOMEM.
 */
int throughput_solve(const struct share *s, double *rate, struct arena *a, struct err *e);

/** For every flow the full links that it crosses, into holds[n_flows]: without one it is at its
 * cap. 0, ERR_NOMEM. */
int throughput_bottlenecks(const struct share *s, const double *rate, struct share_holds *holds,
                           struct arena *a, struct err *e);

#endif
