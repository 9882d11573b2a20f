/* SPDX-License-Identifier: Apache-2.0 */
/* A server without HTTP around it, on a snapshot: for what it costs to answer alone. */
#ifndef RIALTO_BENCH_SERVED_H
#define RIALTO_BENCH_SERVED_H

#include "server/server.h"

struct served {
    struct board *board;
    struct settings *settings;
    struct server *server;
    const struct snapshot *snap; /* borrowed from the board */
};

/** Takes the snapshot over; exits with a message on failure. */
void served_start(struct served *b, struct snapshot *snap);
/** The same with a configuration of its own. */
void served_configure(struct served *b, struct snapshot *snap, const char *config);
void served_stop(struct served *b);

/** Makes another snapshot, which is taken over, the current one. */
void served_publish(struct served *b, struct snapshot *snap);

/** What is asked of one of the services for pairs of endpoints. */
struct served_question {
    const char *path, *body;
    struct addr client;
};

/** Milliseconds of CPU for the answer, its bytes into *len unless NULL; exits if it is not a
 * good one. */
double served_ask(const struct served *b, const struct served_question *q, size_t *len);

/** Addresses as members of a JSON array. */
void served_put_addrs(struct buf *out, const struct addr *v, size_t n);

/** A question for path vectors, with bandwidths; append-only. */
void served_put_vector_question(struct buf *out, const struct addr *srcs, size_t n_srcs,
                                const struct addr *dsts, size_t n_dsts);

#endif
