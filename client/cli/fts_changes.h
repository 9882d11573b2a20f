/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What FTS's configuration of links has to become, so that pairs of storages have the numbers
 * of connections of a plan. Pure: nothing is sent.
 *
 * A link of FTS is ours when its symbolic name starts with the prefix; every other one is
 * somebody else's and stays. FTS keeps one row per pair, whoever made it.
 */
#ifndef RIALTO_CLI_FTS_CHANGES_H
#define RIALTO_CLI_FTS_CHANGES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "client/rialto.h"

#define FTS_PREFIX     "rialto-"
#define FTS_MAX_PREFIX 32  /* bytes */
#define FTS_MAX_SE     150 /* bytes of a storage: of FTS's columns */
#define FTS_NAME       150 /* bytes of a symbolic name, with its 0 */

enum fts_action {
    FTS_KEEP,    /* ours, and as it should be */
    FTS_PIN,     /* to be set */
    FTS_RELEASE, /* ours, to be deleted */
    FTS_LEAVE    /* not ours to change, or nothing is known */
};

/** One pair. Strings and values are borrowed from the documents or the arena. */
struct fts_change {
    const char *source, *dest;
    const char *name;                /* symbolic name */
    const struct rialto_value *row;  /* what FTS has for exactly this pair, or NULL */
    const struct rialto_value *base; /* what holds without it: of "*", or NULL */
    double now;                      /* where it is pinned by us; NAN: nowhere */
    double active;                   /* what FTS's optimizer chose; NAN: not known */
    double plan;                     /* connections planned; NAN: none */
    double set;                      /* what it is to be pinned at; NAN: no pin */
    enum fts_action action;
    const char *why;
};

struct fts_changes {
    VEC(struct fts_change);
    size_t count[FTS_LEAVE + 1]; /* by action */
};

/** What FTS's optimizer saw of a pair: numbers that it did not see are NAN. */
struct fts_seen {
    const char *source, *dest;
    double throughput;     /* bytes per second, of all transfers */
    double active, queued; /* transfers */
};

/** What changes are made of. */
struct fts_given {
    const struct rialto_value *plan;    /* rialto_fts_plan(); NULL: everything is released */
    const struct rialto_value *links;   /* rialto_fts_links() */
    const struct rialto_value *current; /* rialto_fts_current(); NULL: not known */
    const struct fts_seen *seen; /* of pairs; NULL: nobody looked, their averages count */
    size_t n_seen;
    const char *prefix; /* of our symbolic names */
    double
        step; /* part of the present number that one run may add or take; at least 1 may be */
};

/** The changes: pairs of the plan in its order, then ours that are in it no more. NULL of
 * memory: false. fts_changes_free() in any case. */
bool fts_changes_make(struct fts_changes *out, const struct fts_given *given, struct arena *a);
void fts_changes_free(struct fts_changes *c);

/** Is it one of our links? */
bool fts_is_ours(const struct rialto_value *link, const char *prefix);

/** The body that has FTS do the change; for FTS_PIN. */
void fts_pin_body(struct buf *b, const struct fts_change *c);

/** The body that restores a row as FTS said it. */
void fts_row_body(struct buf *b, const struct rialto_value *row);

/** Is the row of rialto_fts_current() of a pair to be planned: is it of two storages, and was
 * it decided on since `since` (microseconds since 1970)? */
bool fts_is_recent(const struct rialto_value *row, int64_t since, struct arena *a);

/** Of the rows of rialto_fts_evolution() of a pair what the newest since `since` says. */
struct fts_seen fts_seen_of(const struct rialto_value *rows, int64_t since, struct arena *a);

/**
 * The body of a request for a plan of the pairs that FTS's optimizer has decided on since
 * `since` (microseconds since 1970); the number of pairs.
 */
size_t fts_question(struct buf *b, const struct fts_given *given, int64_t since,
                    struct arena *a);

#endif
