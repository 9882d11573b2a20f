/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What routers do with packets, kept once it was asked for: walks of the same snapshot pass the
 * same routers again and again.
 *
 * Forwarding follows from the router and the longest known prefix that has the destination,
 * with two exceptions that are told apart here: a destination that is itself the address of
 * some interface, and more than one registered owner within a prefix.
 *
 * Any number of threads ask and keep at once, without locks; what was kept stays until the end.
 * It never changes an answer, only when it comes.
 */
#ifndef RIALTO_AGGREGATOR_WAYS_H
#define RIALTO_AGGREGATOR_WAYS_H

#include "aggregator/forward.h"

#define WAYS_MEMORY ((size_t)160 << 20) /* bytes; what is beyond is found anew each time */

struct ways;

/** For a world that won't change any more; NULL when out of memory: nothing is kept. */
struct ways *ways_new(const struct world *w);
void ways_free(struct ways **s);

/** What a packet is to all routers alike. */
struct destination {
    struct addr addr;
    uint32_t prefix;         /* longest known one, or NOWHERE */
    const struct dom *owner; /* registered owner of the address, or NULL */
    bool plain;              /* no interface has the address: the prefix decides */
};

/** `s` NULL: nothing is kept of such packets. */
struct destination ways_destination(const struct ways *s, const struct world *w,
                                    const struct addr *a);

/** forward_lookup(), by what is kept where there is something. */
void ways_lookup(struct ways *s, const struct world *w, const struct instance *in,
                 const struct destination *dst, struct forwarding *out);

#endif
