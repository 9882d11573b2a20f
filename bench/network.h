/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A made-up network of any size, for sizes that no capture has: domains of eight routers in a
 * ring with chords (OSPF, BGP among all), each next to three others, every router with a
 * network of its own in both families. Every fifth domain tells nothing of its inside;
 * traceroutes between all pairs of domains pass through it as packets would.
 */
#ifndef RIALTO_BENCH_NETWORK_H
#define RIALTO_BENCH_NETWORK_H

#include "bench/bench.h"

#define NETWORK_DOMAINS_MAX 32

/** The facts of a network of n domains, at most NETWORK_DOMAINS_MAX. */
struct intakes network_make(unsigned n);

#endif
