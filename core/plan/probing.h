/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zero-order control: when only what transfers achieve is observed, and not why.
 *
 * An epoch is two intervals. In the first all numbers of connections are moved by a small step,
 * each up or down at random; in the second by the opposite step. The difference of the two
 * utilities, divided by the difference of the numbers, is a finite-difference estimate of
 * the gradient (simultaneous perturbation; Spall 1992), along which the point moves on. Steps
 * are rounded at random, so that a small step counts on average. Pure: the state is the
 * caller's, randomness is a seed.
 */
#ifndef RIALTO_PLAN_PROBING_H
#define RIALTO_PLAN_PROBING_H

#include <stddef.h>
#include <stdint.h>

/** One number of connections that is controlled. */
struct probing_knob {
    double least, most; /* the range; set by the caller */
    double point;       /* where the control is now; set by the caller at first */
    uint32_t up, down;  /* what to apply in the first and in the second interval */
};

struct probing {
    struct probing_knob *knobs;
    size_t n;
    double width;   /* size of the step to either side, in connections */
    double gain;    /* how far to follow the gradient, in connections per unit of utility */
    uint64_t epoch; /* counts up; with the seed decides all that is random */
    uint64_t seed;
};

/** Draws the steps of this epoch: sets `up` and `down` of every knob, within its range. */
void probing_begin(struct probing *p);

/** Moves the points by what the two intervals achieved, and ends the epoch. A utility that is
 * not finite (nothing was measured) leaves them where they are. */
void probing_end(struct probing *p, double utility_up, double utility_down);

/** What is wanted of rates: proportional fairness within limits. */
struct probing_goal {
    const double *weight;       /* per flow */
    const double *load, *limit; /* per link, as measured, and as granted (> 0) */
    size_t n_flows, n_links;
    double penalty; /* per unit that a link's load exceeds its limit, as part of the limit */
};

/** The sum of weight times log(rate), less the penalties. Rates below `floor_rate` count as it.
 */
double probing_utility(const struct probing_goal *g, const double *rate, double floor_rate);

#endif
