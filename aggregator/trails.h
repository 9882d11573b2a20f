/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths of many pairs at once, where forwarding alone decides: what each router does with
 * packets to a prefix as one word, so that paths to a destination are a tree that fits the
 * nearest caches.
 *
 *     row of a prefix       router 0       router 1       router 2
 *                           link 7 to 2    not asked      delivers
 *
 * A step is plain where a router's next hops are over known links to routers that forward, all
 * of them others, and no traceroute could tell otherwise. Several next hops are kept in the
 * order of legs (by the name of the router), so that following one after the other gives the
 * legs as a walk sorts them. Whatever is not plain is left to the walk (walk.h),
 * which gives the same links and all that is known of them.
 *
 * Any number of threads ask at once, without locks; rows are made when they are asked for
 * first.
 */
#ifndef RIALTO_AGGREGATOR_TRAILS_H
#define RIALTO_AGGREGATOR_TRAILS_H

#include "aggregator/world.h"

#define TRAILS_MEMORY ((size_t)48 << 20) /* bytes of rows; what is beyond is walked */

struct trails;

/** For a world that won't change any more; NULL when out of memory: all is walked. */
struct trails *trails_new(const struct world *w);
void trails_free(struct trails **t);

/** pathfinder.end(), .trail() and .expect(); `start`: where packets from the address begin if
 * no traceroute tells, or NULL. */
void trails_end(const struct world *w, const struct addr *a, const struct instance *start,
                struct path_end *out);
size_t trails_find(const struct world *w, const struct path_end *src,
                   const struct path_end *dst, uint32_t out[PATH_MAX_LINKS]);
void trails_expect(const struct world *w, const struct path_end *dst);

#endif
