/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The costs that a request asks for: which columns are computed, which pairs meet the
 * constraints, how it is all written. Lives in the request's arena.
 *
 *     asked_begin  ->  values of each pair  ->  asked_finish  ->  asked_put
 */
#ifndef RIALTO_SERVER_ASKED_H
#define RIALTO_SERVER_ASKED_H

#include "model/history.h"
#include "server/offer.h"
#include "server/resource.h"

/** One cost type between all pairs. */
struct asked_column {
    const struct offered_cost *type;
    const struct wire_calendar *when; /* all values of its calendar are asked for; or NULL */
    size_t width;
    double *value;   /* pair * width; NAN: no cost */
    size_t fallback; /* column that stands in; SIZE_MAX: none */
};

struct asked {
    const struct cost_offer *offer;
    const struct wire_cost_ask *ask;
    struct arena *arena;
    int64_t now;
    struct asked_column *columns; /* shown ones first, then those that are only tested */
    size_t n_shown, n_columns;
    size_t *tested; /* columns that constraints mean, by index */
    size_t n_tested;
    bool constrained;
    bool endpoints; /* between endpoints, else between PIDs */
    size_t n_srcs, n_dsts;
    bool *dropped; /* by pair */
};

/** What is asked, of whom, between what. */
struct asked_of {
    const struct cost_offer *offer;
    const struct wire_cost_ask *ask;
    bool endpoints;
    int64_t now;
};

/**
 * Understands a request: true, or refused in *reply (types that aren't offered or are too many,
 * constraints that can't be tested).
 */
bool asked_begin(struct asked *out, const struct asked_of *of, struct arena *a,
                 struct reply *reply);

/** Makes room for the values of all pairs, NAN. */
int asked_reserve(struct asked *k, size_t n_srcs, size_t n_dsts, struct err *e);

/** A pair, as documents know it; NULL or -1: not known. */
struct asked_pair {
    size_t pair;             /* index */
    const char *src, *dst;   /* canonical addresses */
    int src_pid, dst_pid;    /* in the offer's atlas */
    const struct path *path; /* of the merged view, that windows may be on; or NULL */
};

/** Fills every column's values of a pair from matrices and documents. */
void asked_fill(struct asked *k, const struct asked_pair *p);

/** The values of a calendar of the merged view, one for each interval. */
void asked_forecast(const struct asked_column *c, const struct snapshot *s,
                    const struct snap_forecast *f, double *out);

/** The value of one type between a pair, from matrices and documents; NAN: no cost. */
double asked_value(const struct cost_offer *offer, const struct offered_cost *type, int64_t now,
                   const struct asked_pair *p);

/** Names of the elements between a pair, from documents; NULL: no path. `from` gets where it
 * is from. */
const struct wire_elements *asked_path(const struct asked *k, const struct asked_pair *p,
                                       const struct cost_source **from);

/** Ranks, then drops the pairs that meet no group of constraints. */
int asked_finish(struct asked *k, struct err *e);

/** How many values a pair has, at least 1: what limits of pairs are divided by. */
size_t asked_weight(const struct asked *k);

/** Is there a path vector among what is asked? */
bool asked_paths(const struct asked *k);

/** Is there anything else? */
bool asked_others(const struct asked *k);

/** A tag that follows from the values alone, after asked_finish. ERR_NOMEM. */
int asked_tag(const struct asked *k, char out[33]);

/** Is one value asked for of each pair, as it is, and whatever it is? */
bool asked_is_single(const struct asked *k);

/** How an answer is put. */
struct asked_reply {
    const char *member; /* "cost-map" */
    const struct wire_vtag *vtag, *dependent;
    const char *const *srcs, *const *dsts;
    struct wire_cost_column paths; /* of the path vectors, where there are any */
};

int asked_put(const struct asked *k, const struct asked_reply *how, struct buf *b,
              struct err *e);

/** Values that are found as they are written, source by source. */
struct asked_rows {
    size_t n_srcs, n_dsts;
    struct wire_cost_rows of;
};

/**
 * Of a single value, after asked_begin() alone: what asked_tag() and asked_put() make of the
 * same values. The tag of how->vtag only says how long it is.
 */
int asked_put_rows(const struct asked *k, const struct asked_reply *how,
                   const struct asked_rows *rows, struct buf *b, struct err *e);

#endif
