/* SPDX-License-Identifier: Apache-2.0 */
/* What igp.c, which knows protocols, igp_search.c, which knows graphs, and igp_attach.c, which
 * knows what prefixes are where, share. */
#ifndef RIALTO_AGGREGATOR_IGP_PRIVATE_H
#define RIALTO_AGGREGATOR_IGP_PRIVATE_H

#include "aggregator/igp.h"
#include "aggregator/spf.h"

/* Between two nodes not all ways of least cost are used: the first hops of those that are. */
struct narrowed {
    uint32_t from, to;
    struct wire_set first;
};

#define IGP_CHANGES 16 /* metrics: if more changed, all is searched */

struct igp_change {
    uint32_t from, to, before, now;
};

struct igp_changes {
    bool known; /* there was the same graph but for these */
    struct igp_change v[IGP_CHANGES];
    size_t n;
};

/* What a protocol knows of a domain; nodes are positions in the domain's list. */
struct paths {
    struct spf_graph graph;
    int64_t *dist; /* n * n, a row per destination; NULL: there are no adjacencies */
    struct igp_changes changes; /* of metrics, since the world before */
    struct wire_set *first;    /* n * n where a metric of zero lets ways turn back; else NULL */
    struct narrowed *narrowed; /* by from, to */
    size_t n_narrowed, room;
};

/* An interface's part in one protocol. */
struct igp_if {
    bool on, passive, whole; /* whole: of a loopback its network is told, not its address */
    int64_t metric;
    const char *area;
};

struct members {
    struct instance **v;
    size_t n;
};

struct igp_world {
    struct igp_if *ifs[2][IGP_PROTOS]; /* by port */
    struct igp_neighbour **adjacent;   /* by instance: by all wires of all ports */
    size_t *n_adjacent;
    uint32_t *first_slot;               /* by instance: see igp_first_slot */
    uint32_t *place;                    /* by instance: position in its domain's list */
    struct members *of_dom;             /* by domain */
    struct paths *paths[2][IGP_PROTOS]; /* by domain */
    struct igp_attach **attach;         /* by prefix */
    size_t *n_attach;
    uint8_t *single[2][IGP_PROTOS]; /* by instance: the process uses one path only */
    bool *nameless[2][2];           /* by family, active, instance: igp_has_nameless */
    bool *unsettled[2];             /* by family, domain: OSPF's adjacencies are guessed */
    bool *leaks[2];                 /* by family, instance: igp_leaks */
    bool *doubt[2];                 /* by family, instance: igp_in_doubt */
};

static inline unsigned igp_family(unsigned family)
{
    return family == 6;
}

/* Metrics are of 32 bits in every protocol; what is not would overflow sums. */
static inline int64_t igp_clamp(int64_t m)
{
    return m < 0 ? 0 : m > UINT32_MAX ? UINT32_MAX : m;
}

/** Which protocol a name means; -1: none that is followed. */
int igp_proto_of(const char *name);

/** The prefixes that protocols carry: of their interfaces, and those brought in. 0 or
 * ERR_NOMEM. What can't be told is noted as doubt. */
int igp_attach_all(struct world *w);

/**
 * Distances between all nodes of the graph. `before` is what was found for the same domain
 * earlier, or NULL: what a change of a few metrics does not concern is taken over, which gives
 * the same numbers. 0 or ERR_NOMEM.
 */
int igp_search(struct world *w, struct paths *p, const struct paths *before);

/**
 * Finds where routers merge ways as OSPFv3 of FRR does and lose some; `concerned`: by node, who
 * does. Metrics are above zero, distances are known. 0 or ERR_NOMEM.
 */
int igp_narrow(struct world *w, struct paths *p, const bool *concerned);

/** First hops of the ways that are used between two nodes; NULL: of all of least cost. */
const struct wire_set *igp_narrowed(const struct paths *p, uint32_t from, uint32_t to);

#endif
