/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The costs of paths from many sources to one destination.
 *
 * What packets do behind a router depends on their destination, not on where they came from: so
 * all paths to one address are a tree (with equal ways, a graph without loops), and what the
 * way costs from a router on is found once for all sources behind it.
 *
 *     s1 ─> r1 ─┐
 *               ├─> r3 ─> r4 ─> destination      costs of r3 are found once
 *     s2 ─> r2 ─┘
 *
 * Only where known routers forward all the way. Traceroutes of the very pair, domains that tell
 * nothing, loops, and equal ways whose costs are no whole numbers (so that the order of adding
 * them up would show) are left to the walk (walk.h), which finds the same where both can tell.
 */
#ifndef RIALTO_AGGREGATOR_TREES_H
#define RIALTO_AGGREGATOR_TREES_H

#include "aggregator/walk.h"

struct tree;

/** A tree of that world; NULL when out of memory. The world has to outlive it. */
struct tree *tree_new(const struct world *w);
void tree_free(struct tree **t);

/** Begins anew for a destination. */
void tree_aim(struct tree *t, const struct addr *dst);

/** What the path costs; as the path that a walk finds would have it. */
struct tree_costs {
    bool reached;
    enum fact_class cls;
    double value[PATH_COSTS]; /* NAN where unknown, or not reached */
    uint64_t passed;          /* domains of its routers (dom_bit) */
};

/** False: ask the walk. `from` is where packets of the source begin, of the same family. */
bool tree_costs(struct tree *t, const struct walk_start *from, struct tree_costs *out);

#endif
