/* SPDX-License-Identifier: Apache-2.0 */
/* How pairs of storages should share what was granted. */
#ifndef RIALTO_SERVER_FTS_PLAN_H
#define RIALTO_SERVER_FTS_PLAN_H

#include "server/fts/ask.h"
#include "server/fts/granted.h"
#include "server/fts/routes.h"

/** The plan of one pair. */
struct fts_target {
    double rate;        /* bits per second; NAN: nothing is known that limits it, or no path */
    double connections; /* NAN: not known what one gets */
    uint32_t *holds;    /* links that hold it back: of the routes, ascending by path */
    size_t n_holds;
};

struct fts_plan {
    struct fts_target *targets; /* as the pairs */
    double *limits; /* per link: the least of what is granted; INFINITY: not known */
    double *excess; /* per link: load beyond what the pairs explain; NAN: can't be told */
    bool *used;     /* per grant: is it valid, and of a link that pairs cross? */
    bool *known;    /* per link of the request: do pairs cross it? */
    bool settled;
};

/** What is planned for: pairs, their routes (one for each), and the time. */
struct fts_question {
    const struct fts_ask *ask;
    const struct fts_routes *routes;
    const struct fts_route *route;
    int64_t now;                       /* microseconds since 1970 */
    const struct fts_granted *granted; /* what domains grant besides; NULL: nothing */
};

/**
 * Plans. Grants that are not valid now are left out; links without a grant are granted whole.
 * The lesser of what the request and the domains grant counts; weights of the domains prevail.
 * Weights of groups that no pair belongs to say nothing. Loads of links that are known correct
 * what is planned for the pairs that are believed there (plan/strays.h). ERR_CONFLICT: two
 * grants of one link, or a share of one whose capacity is not known. ERR_SCHEMA: two loads of
 * one link, or one load of two directions or of parallel links. ERR_LIMIT: too many pairs for
 * the largest throughput.
 */
int fts_plan_make(const struct fts_question *q, struct fts_plan *out, struct err *e);

#endif
