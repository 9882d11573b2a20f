/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a world has in common with the one before it.
 *
 * Where facts are the same but for metrics of interior links, and for interfaces that went up
 * or down while all BGP sessions stay as they are, everything has the same number in both
 * worlds: domains, routers, ports, prefixes, speakers and their sessions. And what follows from
 * the interior of the domains that were not touched is the same.
 */
#ifndef RIALTO_AGGREGATOR_UNCHANGED_H
#define RIALTO_AGGREGATOR_UNCHANGED_H

#include "aggregator/world.h"

struct unchanged;

/** Compares w with w->before, if there is one: once sessions are known. 0 or ERR_NOMEM. */
int unchanged_find(struct world *w);

/** Can what became of BGP's routes in the world before tell what becomes of them in this one?
 */
bool unchanged_routes(const struct world *w);

/** Is everything else the same, too, that costs of paths follow from? */
bool unchanged_costs(const struct world *w);

enum { UNTOUCHED, TOUCHED_METRICS, TOUCHED_MORE };

/** By domain: is something different there, and if so, more than metrics? For
 * unchanged_routes. */
const uint8_t *unchanged_touched(const struct world *w);

/** A domain in a set of 64: several may share a bit. */
static inline uint64_t dom_bit(uint32_t dom)
{
    return UINT64_C(1) << (dom % 64);
}

#endif
