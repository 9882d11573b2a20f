/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weighted max-min fair rates by water filling (Bertsekas, Gallager: Data Networks, 6.5.2).
 *
 * The water rises for all flows at once, each by its weight; where a link is full its flows
 * stay, and the others rise on. A flow that stands for n connections has n times the weight:
 * this is also what n fair connections of TCP get of the links that they share. Pure.
 */
#ifndef RIALTO_PLAN_MAXMIN_H
#define RIALTO_PLAN_MAXMIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/** Rates and levels that differ by less than this part of themselves are equal. */
#define MAXMIN_TOLERANCE 1e-9

/** One flow. Links may be in any order, without doubles. */
struct maxmin_flow {
    const uint32_t *links; /* each < n_links of the network */
    size_t n_links;
    double weight; /* > 0 and finite */
    double cap;    /* >= 0; INFINITY: as much as it gets */
};

/** Links with their capacities (>= 0; INFINITY: never full), and the flows over them. */
struct maxmin {
    const double *capacity;
    size_t n_links;
    const struct maxmin_flow *flows;
    size_t n_flows;
};

/** Checks what is said above, and that every flow has a cap or a link of finite capacity.
 * ERR_INVAL names the first flow or link that is wrong. */
int maxmin_check(const struct maxmin *m, struct err *e);

/**
 * The max-min fair rates of a network that was checked, into rate[n_flows]. Scratch memory is
 * taken from the arena and given back. Deterministic; O(E log L) for E crossings of links.
 * 0, ERR_NOMEM.
 */
int maxmin_solve(const struct maxmin *m, double *rate, struct arena *a, struct err *e);

/** Sums the rates on every link into load[n_links]. */
void maxmin_load(const struct maxmin *m, const double *rate, double *load);

/** For every link the largest rate per weight among its flows, into level[n_links]. */
void maxmin_level(const struct maxmin *m, const double *rate, double *level);

/**
 * Is the link a bottleneck of the flow: full, and no flow on it has more per weight? Rates are
 * max-min fair if and only if every flow has a bottleneck or is at its cap.
 */
bool maxmin_is_bottleneck(const struct maxmin *m, const double *rate, const double *load,
                          const double *level, const uint32_t flow_link[2]);

#endif
