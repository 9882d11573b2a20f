/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From rates to whole numbers of connections: schedulers such as FTS decide how many transfers
 * run on a pair of storages, not how fast they are. Pure.
 */
#ifndef RIALTO_PLAN_CONNECTIONS_H
#define RIALTO_PLAN_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/** What a flow should get, what one of its connections gets, and the range of their number. */
struct connections_flow {
    const uint32_t *links; /* each < n_links of the problem */
    size_t n_links;
    double target, each; /* rates, >= 0; each == 0: unknown, the flow starts with `least` */
    uint32_t least, most;
    double carry; /* connections that it had too few (or, negative, too many) before */
};

struct connections {
    const double *limit; /* per link */
    size_t n_links;
    const struct connections_flow *flows;
    size_t n_flows;
    double slack; /* part of a limit by which rounding may exceed it; 0: none */
    bool fill;    /* beyond what is wanted, up to `most`, where there is still room */
    const bool
        *enforced; /* per link: the network itself keeps flows to the limit; NULL: none */
};

/** Times its limit that the last connections of an enforced link may come to: see below. */
#define CONNECTIONS_TAIL 2

/**
 * Rounds down, then adds one connection here and there, to flows without any first, then to
 * those that lost most by rounding, as long as no link comes above its limit. `least` holds
 * even where it brings a link above its limit; the others on that link then give way, those
 * that are furthest above their own `least` first. 0, ERR_NOMEM.
 *
 * With whole connections at full speed the last ones of a link leave it half empty. Where the
 * limit is enforced, connections too many only make one another slower: once all work over
 * such a link (everybody's `most`) comes to no more than CONNECTIONS_TAIL times its limit, all
 * of it may run at once.
 */
int connections_round(const struct connections *c, uint32_t *number, struct arena *a,
                      struct err *e);

/** Connections that may be carried over, either way. */
#define CONNECTIONS_CARRY 100

/** The carry for the next round, when the flow has achieved this rate since the last one. */
double connections_carry(const struct connections_flow *flow, double achieved);

#endif
