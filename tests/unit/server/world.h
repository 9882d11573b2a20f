/* SPDX-License-Identifier: Apache-2.0 */
/* The fixture's network as it changes: capacities, costs, prefixes, properties, documents. */
#ifndef RIALTO_TESTS_SERVER_WORLD_H
#define RIALTO_TESTS_SERVER_WORLD_H

#include "unit/server/fixture.h"

struct world {
    uint64_t random;
    unsigned capacity[4]; /* Gbit/s */
    double routing[9], hops[9];
    bool extra_prefix; /* of beta */
    bool extra_pid;    /* of the document's map */
    unsigned property; /* which values properties have */
    unsigned document_cost;
    bool no_document;
    unsigned shape; /* of the documents that a view offers */
    bool has_view;  /* there are such */
};

/** The network as the fixture has it. */
void world_start(struct world *w, uint64_t seed);

/** A number below n. */
unsigned world_below(struct world *w, unsigned n);

/** Changes one thing, or nothing. */
void world_change(struct world *w);

/** Publishes the network as it is, and makes an edition of it. The hub is told, no more. */
void world_publish(struct world *w, struct fixture *f);

#endif
