/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What measured loads say of believed paths. Paths change, and a planner hears of it late, or
 * never. But rates of pairs are measured, and so may be what they all carry on a link:
 *
 *      measured load of a link  =  Σ rates of the flows that are believed there  +  excess
 *
 * A positive excess are strays: flows that cross the link and are believed elsewhere. They take
 * room from those that are known there. A negative one are flows that are believed there and
 * are not: their room stays theirs, as no sum may go above a limit, whatever is believed. Which
 * flow strays can't be told for sure; those whose believed way has a link that lacks half of
 * its load are the likely ones, and give way, too, where a link carries more than its limit.
 * Pure.
 */
#ifndef RIALTO_PLAN_STRAYS_H
#define RIALTO_PLAN_STRAYS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/** Part of a limit by which load and rates may differ and still agree. */
#define STRAYS_NOISE 0.01

/** Part of a limit that stays free where there are strays: their rates change unseen. */
#define STRAYS_MARGIN 0.05

/** A flow, the links that it is believed to cross, and what it was measured to get. */
struct strays_flow {
    const uint32_t *links; /* each < n_links, no doubles */
    size_t n_links;
    double rate; /* on each of them; NAN: not known; then they are not judged */
};

struct strays {
    const double *load, *limit; /* per link, of the flows alone; load NAN: not measured */
    size_t n_links;
    const struct strays_flow *flows;
    size_t n_flows;
};

/**
 * Into excess[n_links] what the load is above the rates (0: no more than noise; NAN: one of
 * them, or the limit, is not known); into room[n_links] the limits that hold for the flows
 * believed there; into keep[n_flows] the part of its present rate that a flow should not
 * exceed, INFINITY where it is free. 0, ERR_NOMEM.
 */
int strays_find(const struct strays *s, double *excess, double *room, double *keep,
                struct arena *a);

#endif
