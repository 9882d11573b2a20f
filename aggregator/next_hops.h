/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What routers know of BGP's next hops: thousands of routes have the same few, so how a router
 * gets to one is found once and kept.
 *
 * It follows from links, interior routing and sessions alone. While a snapshot is made each
 * thread notes in a map of its own; later all read one, and what was not noted is found anew
 * each time.
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

/** Notes the ways to all next hops that something is noted of. */
void next_hops_look(const struct world *w);

/** Takes over what another thread noted in its map about this world, where nothing is noted
 * yet; what was noted has to live as long as the world. 0 or ERR_NOMEM. */
int next_hops_join(struct world *w, const struct map *other);

/** Takes over what was noted in the world before of routers in domains that were not touched
 * (unchanged.h). 0 or ERR_NOMEM. */
int next_hops_take_over(struct world *w);

#endif
