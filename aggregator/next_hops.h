/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What routers know of BGP's next hops: thousands of routes have the same few, so how a router
 * gets to one is found once and kept.
 *
 * It follows from links, interior routing and sessions alone. While a snapshot is made one
 * thread notes; later all threads read, and what was not noted is found anew each time.
 */
#ifndef RIALTO_AGGREGATOR_NEXT_HOPS_H
#define RIALTO_AGGREGATOR_NEXT_HOPS_H

#include "aggregator/forward.h"

struct next_hop {
    bool measured;
    int64_t metric;                /* see bgp_next_hop_metric; if measured */
    const struct forwarding *ways; /* hops, class and tie of the ways there; NULL: not noted */
    bool leads;                    /* there is a way; if noted */
};

/** Begins to keep; 0 or ERR_NOMEM. Without it nothing is kept. */
int next_hops_init(struct world *w);

/** What is known of the address at the instance; NULL: nothing yet. */
const struct next_hop *next_hop_find(const struct world *w, const struct instance *in,
                                     const struct addr *address);

/** Where it can be noted; NULL: nothing is kept, the snapshot is finished, or no memory. */
struct next_hop *next_hop_note(const struct world *w, const struct instance *in,
                               const struct addr *address);

#endif
