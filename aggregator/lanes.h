/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worlds for several threads: what is only read is shared; memory, scratch and notes of next
 * hops are each thread's own, until they are joined.
 */
#ifndef RIALTO_AGGREGATOR_LANES_H
#define RIALTO_AGGREGATOR_LANES_H

#include "aggregator/world.h"

/** How many threads to use for so many parts, of which fewer than `worth` are not worth one. */
unsigned lanes_for(const struct world *w, size_t parts, size_t worth);

/** A world of one thread. 0 or ERR_NOMEM; lane_close in any case. */
int lane_open(const struct world *w, struct world *out);

/** What was allocated in the lane's arena belongs to the world from here on, and notes of next
 * hops to its map. 0 or ERR_NOMEM. */
int lane_join(struct world *w, struct world *lane);

/** Frees what was not joined. All zero: nothing was opened. */
void lane_close(struct world *lane);

#endif
