/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Costs that a change does not concern, taken over from the world before.
 *
 *     from A to B by way of domains  d1  d4  d7      passed: a bit for each
 *     what is different towards B    d2  d9          dirty
 *
 * A path whose domains are all as they were is the path that it was: in each of them routers do
 * what they did with packets to that destination. Its cells are copied.
 */
#ifndef RIALTO_AGGREGATOR_AGAIN_H
#define RIALTO_AGGREGATOR_AGAIN_H

#include "aggregator/walk.h"

#define FAMILIES   2          /* IPv4 is asked first */
#define PASSED_ALL UINT64_MAX /* not known which: found anew each time */

/** What a snapshot keeps of how its costs were composed. */
struct composed {
    size_t n_pids;
    bool measured;                        /* something was; cells tell what */
    uint64_t *passed;                     /* by destination, then by source: see dom_bit */
    struct walk_start *starts[FAMILIES];  /* by PID */
    struct cost_metric cells[PATH_COSTS]; /* a metric of each kind, with what was measured;
                                             value NULL: nothing was known */
};

/** Sets w->composed: where packets of each PID begin. 0 or ERR_NOMEM. */
int composed_new(struct world *w);

/** Notes the cells of metrics, for the next time. */
void composed_note(struct world *w);

/** What can be taken over; NULL: nothing. */
const struct composed *again_find(const struct world *w);

/** What is different for packets to one PID. */
struct again {
    const struct world *w;
    const struct composed *was;
    size_t to;
    uint64_t dirty;          /* domains in which something is */
    const struct dom *inner; /* a domain in which it is nothing but metrics, and
                                only interior routing leads there; or NULL */
    uint32_t ids[FAMILIES * LOOKUP_PREFIXES]; /* prefixes that have the PID's stand-ins */
    size_t n;
};

/** Begins anew for a PID. */
void again_aim(struct again *g, size_t to);

/** Are the costs from that PID what they were? */
bool again_keeps(const struct again *g, size_t from);

/** Copies what was passed, and cells of all metrics that had some. 0 or ERR_NOMEM. */
int again_copy(struct world *w, const struct composed *was);

#endif
