/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small network made by hand, with a pathfinder that knows it, and a server for it without
 * sockets.
 *
 *     10.1.0.0/16 -- r1 --100G-- r2 --10G-- r3 -- 10.3.0.0/16          domains: one (r1), two
 * (r2 to r4) 2001:db8:1::/48            10.2.0.0/16                           pids: alpha beta
 * gamma (nothing for rest) r1 --40G-- r4 --40G-- r3: second leg of paths to 10.3.4.0/24
 */
#ifndef RIALTO_TESTS_SERVER_FIXTURE_H
#define RIALTO_TESTS_SERVER_FIXTURE_H

#include <jansson.h>

#include "server/server.h"

struct fixture {
    struct board *board;
    struct server *server;
    struct settings *settings;
    struct clock clock;
    int64_t now;
    uint64_t random;
    const struct client_class *class; /* of the requests to come */
    struct addr client;
};

/** A sealed snapshot of the network; NULL when out of memory. */
struct snapshot *fixture_snapshot(int64_t as_of);

/** A server with the snapshot. `config`: YAML besides `stores`; NULL: none. */
void fixture_start(struct fixture *f, const char *config);
void fixture_stop(struct fixture *f);

/** Publishes these documents, of one folder of domain two, instead of the snapshot's own; until
 * one without a name. Quotes are written as '. */
void fixture_publish(struct fixture *f, const struct snap_document *documents);

/** What a request got. */
struct answer {
    struct reply reply;
    struct arena *arena;
    const char *text; /* body */
    size_t len;
};

/** Any request; NULL headers are absent. */
struct answer fixture_request(struct fixture *f, struct request q);
struct answer fixture_get(struct fixture *f, const char *path);
/** POST with the Content-Type that the resource wants. */
struct answer fixture_post(struct fixture *f, const char *path, const char *body);
void answer_free(struct answer *a);

/** The reply's header of that name, or NULL. */
const char *answer_header(const struct answer *a, const char *name);

/** Status as expected, and the body parsed; free with json_decref. */
json_t *answer_json(struct answer *a, int status);

/** Asserts an ALTO error; NULL: not checked. Frees the answer. */
void answer_is_error(struct answer a, int status, const char *code, const char *field,
                     const char *value);

/** Member by path "a/b/c" (keys without slash), or NULL. */
const json_t *json_at(const json_t *root, const char *path);

#endif
