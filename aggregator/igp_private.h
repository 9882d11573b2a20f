/* SPDX-License-Identifier: Apache-2.0 */
/* What igp.c, which knows protocols, and igp_search.c, which knows graphs, share. */
#ifndef RIALTO_AGGREGATOR_IGP_PRIVATE_H
#define RIALTO_AGGREGATOR_IGP_PRIVATE_H

#include "aggregator/igp.h"
#include "aggregator/spf.h"

/* What a protocol knows of a domain; nodes are positions in the domain's list. */
struct paths {
    struct spf_graph graph;
    int64_t *dist;          /* n * n, a row per destination; NULL: there are no adjacencies */
    struct wire_set *first; /* n * n where a metric of zero lets ways turn back; else NULL */
};

/**
 * Distances between all nodes of the graph. `before` is what was found for the same domain
 * earlier, or NULL: what a change of a few metrics does not concern is taken over, which gives
 * the same numbers. 0 or ERR_NOMEM.
 */
int igp_search(struct world *w, struct paths *p, const struct paths *before);

#endif
