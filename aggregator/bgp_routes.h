/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes as they were told or chosen, each kept once and known by a number: thousands of
 * prefixes are told with the same attributes, and a number means the same in the next world.
 *
 * While a world is made threads add routes at once. A route stays where it is, so who got its
 * number may look at it without a lock.
 */
#ifndef RIALTO_AGGREGATOR_BGP_ROUTES_H
#define RIALTO_AGGREGATOR_BGP_ROUTES_H

#include "aggregator/policy.h"

struct bgp_routes;

/** An empty set, to be found in w->arena; NULL when out of memory. */
struct bgp_routes *bgp_routes_new(struct world *w);

/** Puts in all routes of an earlier world's set, with the numbers they have there; before any
 * other. False when out of memory. */
bool bgp_routes_take_over(struct bgp_routes *r, const struct bgp_routes *before);

/** Nothing will be added any more: lets go of what that takes. */
void bgp_routes_close(struct bgp_routes *r);

/** The number of that route, copied if it is new; NOWHERE: out of memory. Any thread; `memory`
 * is the caller's, for a moment. */
uint32_t bgp_routes_add(struct bgp_routes *r, const struct attrs *a, struct arena *memory);

/** The route of a number. */
const struct attrs *bgp_routes_at(const struct bgp_routes *r, uint32_t number);

/** How many there are. */
size_t bgp_routes_count(const struct bgp_routes *r);

/** Are so many of no use any more, perhaps, that it is better begun from nothing? */
bool bgp_routes_worn(const struct bgp_routes *r);

/** Are two routes the same, to all that could be asked of them? */
bool bgp_routes_same(const struct attrs *a, const struct attrs *b);

#endif
