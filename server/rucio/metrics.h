/* SPDX-License-Identifier: Apache-2.0 */
/* Values of metrics between two addresses, as the configuration specifies them. */
#ifndef RIALTO_SERVER_RUCIO_METRICS_H
#define RIALTO_SERVER_RUCIO_METRICS_H

#include "server/offer.h"
#include "server/resource.h"
#include "server/rucio/settings.h"

/** A metric tied to what it is made of in one edition. */
struct metric {
    const struct rucio_metric *spec;
    const struct atlas *atlas;
    const struct cost_offer *offer;  /* cost-map, endpoint-cost: what it is one of */
    const struct offered_cost *cost; /* the same */
    bool by_path;                    /* of the very path, not of PIDs */
    size_t slot;                     /* by_path: where its values are kept */
    const char *unit;
};

/**
 * Finds a metric by its name: a specified one, else a cost metric of the merged map. `maps`:
 * the latter from the cost map, else as the endpoint cost service gives it. ERR_NOENT: unknown,
 * with what there is; ERR_STALE: what it is made of is not served.
 */
int metric_bind(const struct view *v, const char *name, bool maps, struct metric *out,
                struct err *e);

/** Paths that were found for one pair of addresses; zero-initialise for each. */
struct metric_pair {
    struct addr src, dst;
    const struct path *path, *shown; /* NULL: not yet asked for */
};

/** A value, and how sure it is. */
struct metric_value {
    double value; /* NAN: unknown */
    bool classed; /* cls says something */
    enum fact_class cls;
};

/** What values are computed with. */
struct metric_work {
    const struct view *view;
    struct arena *arena;
    int64_t now; /* microseconds since 1970, for calendars */
};

/**
 * The metric from src to dst, NAN where it is unknown; the pair keeps what other metrics need
 * as well.
 */
int metric_between(const struct metric *m, const struct metric_work *w,
                   struct metric_pair *pair, struct metric_value *out, struct err *e);

/** Of the best of all ways: what is specified to stand for an unknown value, or the value. */
double metric_or_missing(const struct metric *m, double value);

#endif
