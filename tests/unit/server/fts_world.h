/* SPDX-License-Identifier: Apache-2.0 */
/* The fixture's network with grants, and an inbox in a temporary file. */
#ifndef RIALTO_TESTS_SERVER_FTS_WORLD_H
#define RIALTO_TESTS_SERVER_FTS_WORLD_H

#include "server/inbox_store.h"
#include "unit/server/fixture.h"

struct fts_world {
    struct fixture f;
    char folder[64];
    struct inbox_store *store;
    const struct inbox *inbox; /* of requests; NULL: none */
    struct fact_grant grants[32];
    struct fact_link_group groups[8];
    size_t n_grants, n_groups;
    const char *hidden;  /* domain that hides its interior from users; or NULL */
    const char *unknown; /* link, "a|b", whose capacity nobody says; or NULL */
};

/** Starts the fixture with an inbox. */
void fts_world_start(struct fts_world *w, const char *config);
void fts_world_stop(struct fts_world *w);

/** A grant of a domain ("one" has r1, "two" the others): of bits, or of a share below 1. */
struct fact_grant *fts_world_grant(struct fts_world *w, const char *domain, const char *entity,
                                   double amount);
/** A group of two links. */
void fts_world_group(struct fts_world *w, const char *domain, const char *name, const char *a,
                     const char *b);

/** Publishes the network with these grants and with what is in the inbox. */
void fts_world_publish(struct fts_world *w);

/** A request with the inbox; arguments are name, value, ..., NULL. */
struct answer fts_world_ask(struct fts_world *w, struct request q,
                            const char *const *arguments);

#endif
