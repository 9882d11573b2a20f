/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What traceroutes that mix ways tell of who stands before whom.
 *
 *     TTL   3     4     5        probes from one place to one network, all traceroutes together
 *           a     b c   d
 *
 * d answered from the link by which it was entered. The other end m of that link is of b's
 * router or of c's: one of the set {b c} that stands before d. From elsewhere, or to other
 * networks, other sets stand before it; each has to hold an address of m's router.
 */
#ifndef RIALTO_AGGREGATOR_BRAID_SETS_H
#define RIALTO_AGGREGATOR_BRAID_SETS_H

#include "aggregator/braids.h"

/** One of these is of the router of `mate`: members, each once. */
struct braid_set {
    uint32_t mate;     /* a node */
    uint32_t behind;   /* whose answer says so: not its own router's; NOWHERE: a known one's */
    uint32_t first, n; /* in members */
    uint32_t weight;   /* traceroutes among which it must be; 0: told already */
    uint32_t prefix, trace; /* to which they went, and one that shows it */
    uint32_t out;           /* index of the known instance that answered; NOWHERE: none did */
};

struct braid_sets {
    struct {
        VEC(struct braid_set);
    } sets; /* in order of mate */
    struct {
        VEC(uint32_t);
    } members;         /* nodes */
    struct map *apart; /* pair of nodes -> traceroutes that tell their routers apart (signed) */
};

/** The key of a pair in `apart`. */
static inline uint64_t braid_pair(uint32_t a, uint32_t b)
{
    return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

/** Reads all traceroutes; makes nodes. `out` all zero; 0 or ERR_NOMEM; braid_sets_free() in any
 * case. */
int braid_sets_read(struct world *w, struct braids *b, struct braid_sets *out);
void braid_sets_free(struct braid_sets *s);

#endif
