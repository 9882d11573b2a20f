/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks made up from a seed, and made worse: a backbone of domains with OSPF and BGP inside
 * and between them, tables and traceroutes of some routers, then facts changed at random. The
 * same seed gives the same facts.
 */
#ifndef RIALTO_TESTS_RANDOM_WORLD_H
#define RIALTO_TESTS_RANDOM_WORLD_H

#include "unit/aggregator/world_builder.h"
#include "unit/core/model/random_facts.h"

/** Adds the facts of a random network to an empty world; `damage` facts are changed. */
void random_world(struct wb *b, uint64_t seed, unsigned damage);

/** An address that means something in the world of random_world, or nothing at all. */
struct addr random_world_addr(struct random *r);

#endif
