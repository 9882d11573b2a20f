/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A made-up network as large as the largest that publish their sizes: domains of many routers,
 * each a ring with chords (OSPF, BGP among all), every domain next to three others. All tell
 * everything, IPv4 alone. Every router has a network of its own, 100.DOMAIN.ROUTER.0/24.
 */
#ifndef RIALTO_BENCH_BACKBONE_H
#define RIALTO_BENCH_BACKBONE_H

#include "aggregator/spf.h"
#include "bench/bench.h"

#define BACKBONE_DOMAINS_MAX 32
#define BACKBONE_ROUTERS_MAX 64

struct backbone {
    unsigned domains; /* at least 7 or 1 */
    unsigned routers; /* of each */
    unsigned links;   /* inside each, at least as many as routers */
    unsigned metric;  /* of the first link of the first domain; 0: as made up */
};

/** 900 routers, 3,000 links, 30 domains. */
extern const struct backbone backbone_large;

/** Its facts, an intake a domain. */
struct intakes backbone_make(const struct backbone *shape);

/** One domain of as many routers and links without BGP: shortest paths are all there is.
 * `metric` is that of the first link. */
struct intakes backbone_interior(unsigned metric);

/** The routers of that domain as a graph, whose two arrays are the caller's. */
struct spf_graph backbone_graph(unsigned metric);

/** A host on the network of the i-th router, counted over all domains. */
struct addr backbone_host(const struct backbone *shape, unsigned i);

/** Writes a store for each domain, FOLDER/dNN.db; exits with a message on failure. */
void backbone_store(const struct backbone *shape, const char *folder);

#endif
