/* SPDX-License-Identifier: Apache-2.0 */
/* What schedulers ask: pairs of storages with their state, grants, weights. */
#ifndef RIALTO_SERVER_FTS_ASK_H
#define RIALTO_SERVER_FTS_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

#define FTS_MAX_PAIRS       20000
#define FTS_MAX_GRANTS      2000
#define FTS_MAX_WEIGHTS     2000
#define FTS_MAX_KNOWN       20000  /* links that something is said of */
#define FTS_MAX_CONNECTIONS 100000 /* of one pair */

/** One queue of transfers. Numbers that were not given are NAN. */
struct fts_pair {
    const char *source_se, *dest_se; /* "davs://host" */
    const char *vo, *activity;       /* or NULL; an activity has a vo */
    double weight;                   /* among the pairs of its activity; 1 */
    double queued, active;           /* transfers */
    double throughput;               /* bits per second, of all that are active */
    double per_connection;           /* bits per second, of one transfer */
    double min_active, max_active;
    unsigned scitag; /* instead of vo and activity, which it becomes; 0: none */
};

struct scitags;

/** The weight of an experiment ("atlas") or of one of its activities ("atlas/T0 Export"). */
struct fts_weight {
    const char *name;
    double weight;
};

struct fts_weights {
    VEC(struct fts_weight);
};

/** What an operator grants: of one link or, together, of several. */
struct fts_grant {
    struct {
        VEC(const char *);
    } links;
    double share, limit; /* of the capacity, 0 to 1; bits per second; one is NAN */
    int64_t from, until; /* microseconds since 1970; FACT_NONE: open */
    struct fts_weights weights;
};

/** What the one who asks knows of links, one or both directions of one. */
struct fts_known {
    const char *link;
    double load;   /* bits per second that these transfers were measured to carry; NAN */
    bool enforced; /* the network itself keeps them to the limit */
};

/** What a plan is to reach within the grants. */
enum fts_objective { FTS_MAX_MIN, FTS_THROUGHPUT };

struct fts_ask {
    struct {
        VEC(struct fts_pair);
    } pairs;
    struct {
        VEC(struct fts_grant);
    } grants;
    struct {
        VEC(struct fts_known);
    } known;
    struct fts_weights weights;
    enum fts_objective objective;
    const char *user; /* whose grants of domains count; NULL: the client's own */
};

/**
 * Reads {"pairs":[…],"grants":[…],"links":[…],"weights":{…},"objective":"…","user":"…"}.
 * Strict: unknown members, doubles of pairs, negative or overlarge numbers are refused; errors
 * read "line:column: what". Strings live in the arena; fts_ask_free() frees the rest, also
 * after an error.
 */
int fts_ask_read(const char *text, size_t len, struct fts_ask *out, struct arena *a,
                 struct err *e);

/** The same with a registry of SciTags: ids become names. Without one (NULL) ids are refused.
 */
int fts_ask_read_tagged(const struct scitags *tags, struct slice text, struct fts_ask *out,
                        struct arena *a, struct err *e);
void fts_ask_free(struct fts_ask *ask);

#endif
