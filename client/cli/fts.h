/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of `rialto fts` share. */
#ifndef RIALTO_CLI_FTS_H
#define RIALTO_CLI_FTS_H

#include <signal.h>

#include "client/cli/cli.h"
#include "client/cli/fts_changes.h"

#define FTS_MAX_QUESTION ((size_t)16 << 20) /* bytes of a file of pairs, or of loads */
#define FTS_MAX_LOOKS    5000 /* pairs whose rates FTS is asked for, each by itself */

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
    const char *second; /* another text, where there are two */
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

/* ---- What was measured ---- */

/** Where loads of links come from: a file, or a URL. */
struct fts_loads {
    const char *name;       /* NULL: nowhere */
    struct rialto *monitor; /* of a URL */
};

/** 0, or what the program exits with after telling why. */
int fts_loads_open(struct fts_loads *l, struct cli *c, const char *name);
void fts_loads_close(struct fts_loads *l);

/** The loads as they are now (rialto_fts_check_loads()). 0 or enum rialto_code. */
int fts_loads_get(const struct fts_loads *l, struct fts_stop *stop, struct cli *c,
                  struct rialto_document **out, struct rialto_error *e);

/** Puts them behind the links that the question tells of itself, how many into *own. 0 or enum
 * rialto_code; then the question is as it was. */
int fts_loads_join(struct buf *question, const struct rialto_value *loads, size_t *own,
                   struct rialto_error *e);

/** Loads that a plan was told, and the plan, or NULL. */
struct fts_told {
    const struct rialto_value *loads, *plan;
    size_t own;
};

/** Of when they are, how many, and which no pair crosses: a line, and a member of JSON. */
void fts_loads_put_text(struct buf *b, const struct fts_told *t);
void fts_loads_put_json(struct buf *b, const struct fts_told *t);

/** Whom to ask for the rates of pairs. */
struct fts_looking {
    struct rialto *fts;
    struct fts_stop *stop;
    struct arena *arena;
    int64_t since; /* microseconds since 1970: older looks of FTS's optimizer are none */
};

/** What FTS saw of each recent pair of rialto_fts_current(), into the arena; names are borrowed
 * from there. One request for each. 0 or enum rialto_code. */
int fts_look(const struct fts_looking *how, const struct rialto_value *current,
             struct fts_seen **out, size_t *n, struct rialto_error *e);

/** The commands: the arguments behind `fts`. */
int fts_plan(struct cli *c);
int fts_apply(struct cli *c);

#endif
