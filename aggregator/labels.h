/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which domains a packet passes where routers are known by address only, or not at all.
 *
 * An address on a border belongs to one of the two domains it joins, so the owner of its space
 * is a hint and no proof. AS paths that routers tell, the ends of the segment, and what all
 * traceroutes together say of an address (owners.c) decide.
 */
#ifndef RIALTO_AGGREGATOR_LABELS_H
#define RIALTO_AGGREGATOR_LABELS_H

#include "aggregator/traces.h"

/** The domain of one hop. */
struct label {
    struct dom *dom; /* NULL: unknown */
    enum fact_class cls;
    const char *doubt; /* why it is assumed, if it is (walk.h) */
};

/** What is known around a segment. */
struct label_ends {
    const struct dom *from; /* domain of the known router before; NULL: the walk begins here */
    const struct dom
        *first; /* domain that the first hop must be in (of the source); NULL: free */
    const struct dom *handed_to; /* domain that `from` hands the packet to; NULL: unknown */
    const struct dom
        *to;       /* domain at the end: of the destination or of the next known router */
    bool open_end; /* `to` is a router behind the segment, not the destination */
    const struct asns *as_path; /* of the route at `from`, or NULL */
    const struct addr *dst;
};

/** Hops of a trace, one after the other. */
struct stretch {
    const struct seen *hops;
    size_t n;
};

/** Labels the hops of a stretch, one each. */
void labels_find(const struct world *w, const struct stretch *s, const struct label_ends *e,
                 struct label *out);

/** Finds out which domains are neighbours; once owners are known. */
int adjacency_build(struct world *w, struct err *e);

#define AS_GUESS_MAX 32

struct as_guess {
    uint32_t asns[AS_GUESS_MAX];
    size_t n;
    bool cut; /* there were more than AS_GUESS_MAX */
    const struct session
        *via; /* a known router's session by which d hands the packet on; NULL: unknown */
    enum fact_class cls;
};

/**
 * ASes from domain d to the destination, d's own first: what the route says (as_path), what d's
 * routers chose, what the BGP tables of others show of d's choice, or the shortest way over
 * known adjacencies. False: nothing is known.
 */
bool as_guess_from(const struct world *w, const struct dom *d, const struct asns *as_path,
                   const struct addr *dst, struct as_guess *out);

/** AS paths that tables show towards dst, as seen by domain d's own routers; up to max; returns
 * how many. */
size_t as_paths_of(const struct world *w, const struct dom *d, const struct addr *dst,
                   const struct asns **out, size_t max);

#endif
