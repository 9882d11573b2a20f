/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of `rialto fts` share. */
#ifndef RIALTO_CLI_FTS_H
#define RIALTO_CLI_FTS_H

#include <signal.h>

#include "client/cli/cli.h"
#include "client/cli/fts_changes.h"

#define FTS_MAX_QUESTION ((size_t)16 << 20) /* bytes of a file of pairs */

/** Reads a file ("-": standard input) of 1 to `most` bytes of text; false after telling why
 * not. */
bool fts_read_file(struct cli *c, const char *name, size_t most, struct buf *out);

/** Signals that end the program, seen between requests: all stay blocked while one is under
 * way.
 */
struct fts_stop {
    sigset_t signals;
    bool stopped;
};

/** From now on SIGINT and SIGTERM are only seen by the functions below. */
void fts_stop_begin(struct fts_stop *s);

/** Was there one? */
bool fts_stop_asked(struct fts_stop *s);

/** Sleeps until that monotonic time (microseconds) or until there is one. */
void fts_stop_wait(struct fts_stop *s, int64_t until);

/** FTS, and what came of changing it. */
struct fts_push {
    struct rialto *fts;
    struct fts_stop *stop;
    struct rialto_error *error; /* the first failure */
    size_t done;                /* requests that changed something, and were not undone */
    struct {
        VEC(const char *);
    } left; /* symbolic names that are not as they should be */
};

/** A request to FTS or Rialto that may be repeated: its effect is the same once or twice. */
struct fts_request {
    int (*send)(const struct fts_request *q, struct rialto_error *e);
    struct rialto *to;
    const char *text;
    struct rialto_document **out;
};

/** Sends it, up to three times while there is no connection. */
int fts_send(const struct fts_request *q, struct fts_stop *stop, struct rialto_error *e);

/**
 * Does all changes, or none: when one fails, or the program is to end, those that were done are
 * undone in reverse order. What could not be undone is in p->left. 0 or enum rialto_code.
 */
int fts_push_all(struct fts_push *p, const struct fts_changes *changes);

/** Deletes all that are to be released, whatever fails; what stays is in p->left. */
int fts_push_release(struct fts_push *p, const struct fts_changes *changes);

void fts_push_free(struct fts_push *p);

/** The commands: the arguments behind `fts`. */
int fts_plan(struct cli *c);
int fts_apply(struct cli *c);

#endif
