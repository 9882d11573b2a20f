/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths between many pairs as JSON, and no more: followed by what a snapshot keeps, or by a
 * tree of shortest paths that is made for each source when it is asked for. The second is what
 * the first is measured against.
 */
#ifndef RIALTO_BENCH_LISTS_H
#define RIALTO_BENCH_LISTS_H

#include "model/snapshot.h"

/** Between `n` hosts and `n` others, each on the network of a router. */
struct lists_ask {
    const struct snapshot *snap;
    const struct addr *srcs, *dsts;
    const struct node *const *from, *const *to; /* their routers */
    size_t n;
};

struct lists;

struct lists *lists_new(const struct lists_ask *ask);
void lists_free(struct lists **l);

/** Writes the lists into a warm buffer; how many links there are in them. Exits if there is a
 * pair without a path. */
size_t lists_kept(struct lists *l);
size_t lists_on_demand(struct lists *l);

/** Bytes that were written last. */
size_t lists_bytes(const struct lists *l);

#endif
