/* SPDX-License-Identifier: Apache-2.0 */
/* The decision process of one speaker: RFC 4271 section 9.1.2, in the order FRR takes the
 * steps. */
#ifndef RIALTO_AGGREGATOR_BGP_SELECT_H
#define RIALTO_AGGREGATOR_BGP_SELECT_H

#include "aggregator/bgp.h"

/** A route that a speaker may choose. */
struct candidate {
    const struct session *from; /* NULL: own */
    const char *source;         /* own: the protocol it came from; NULL: BGP's own network */
    struct attrs attrs;
    struct addr router_id;        /* of who sent it */
    const struct fact_route *row; /* the row of a table that shows it; NULL: computed */
    bool present;
    bool measured;      /* igp_metric is set */
    int64_t igp_metric; /* to the next hop; set by select */
    uint32_t route;     /* number of attrs, where from is told something */
};

struct selection {
    const struct candidate *used[BGP_MAX_PATHS]; /* first: the best, which is told to others */
    size_t n;
    const struct candidate *equal[BGP_MAX_PATHS]; /* as good up to the tie-breakers */
    size_t n_equal;
    bool by_age;   /* equal external routes: the older wins */
    bool unsure;   /* the outcome depends on something unknown */
    uint8_t slack; /* by how much the AS path of the best may be shorter than it is */
};

/** Chooses among candidates, of equals the first; n == 0 in the result when there is none. */
void bgp_select(const struct world *w, const struct speaker *s, struct candidate *const *c,
                size_t n, struct selection *out);

/** Router id of a speaker: configured, or what its platform would take. */
struct addr bgp_router_id(const struct speaker *s);

#endif
