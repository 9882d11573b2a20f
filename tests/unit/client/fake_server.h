/* SPDX-License-Identifier: Apache-2.0 */
/* A web server of canned replies on loopback, for tests of the client. Counts what it is asked.
 */
#ifndef TEST_FAKE_SERVER_H
#define TEST_FAKE_SERVER_H

#include <stddef.h>

enum fake_mode {
    FAKE_PLAIN,
    FAKE_CUT,    /* promises more bytes than it sends */
    FAKE_HUGE,   /* 3 MiB of "[[[[..." from nowhere */
    FAKE_SILENT, /* hangs up without a reply */
};

/** A reply to one method and path with query. The body is a file below tests/data/cli/server,
 * or text. */
struct fake_route {
    const char *method, *path;
    int status; /* 0: 200 */
    const char *type;
    const char *file, *text;
    const char *etag;
    enum fake_mode mode;
};

struct fake;

/** Starts a server of routes (ended by a NULL method; borrowed). Fails the test if it can't. */
struct fake *fake_start(const struct fake_route *routes);

/** Stops it and joins its threads. */
void fake_stop(struct fake *f);

/** Replaces the routes from the next request on. */
void fake_routes(struct fake *f, const struct fake_route *routes);

/** "http://127.0.0.1:PORT" */
const char *fake_url(const struct fake *f);

/** How many connections, requests and replies 304 so far. */
size_t fake_connections(struct fake *f);
size_t fake_requests(struct fake *f);
size_t fake_unchanged(struct fake *f);

/** The last request: its first line and headers, and its body; valid until the next. */
const char *fake_last_head(struct fake *f);
const char *fake_last_body(struct fake *f);

/** Reads a file below tests/data/cli; free() it. Fails the test if it can't. */
char *fake_file(const char *name, size_t *len);

/** All that a good server offers. */
extern const struct fake_route fake_good[];

#endif
