/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network map with what is computed on it: PIDs, their prefixes, costs between them. One is
 * the merged view of all domains, the others are what domains publish as ALTO documents.
 * Resources are made for each atlas alike. Lives in an edition's arena and borrows from its
 * snapshot.
 */
#ifndef RIALTO_SERVER_ATLAS_H
#define RIALTO_SERVER_ATLAS_H

#include <stdbool.h>

#include "model/snapshot.h"
#include "model/thousandths.h"

struct cost_offer;

/** How a cost type ranks and is shown. */
struct atlas_metric {
    const char *name;                          /* cost-metric */
    const char *description, *context;         /* context: JSON of cost-context; or NULL */
    const char *slug;                          /* the name, fit for ids */
    const char *numerical_name, *ordinal_name; /* cost-type-names; NULL: not offered */
    bool more_is_better;                       /* bandwidth: rank 1 is the largest */
    const char *mode;                          /* of `value` */
    const struct snap_document *from;          /* where it is from; NULL: merged */
    /* n_pids * n_pids, row = source; one of the two is set. */
    const double *value;         /* NAN: no cost */
    const uint32_t *thousandths; /* model/thousandths.h */
};

/** One of a metric's costs. */
static inline double atlas_value(const struct atlas_metric *m, size_t cell)
{
    return m->thousandths ? thousandths_value(m->thousandths[cell]) : m->value[cell];
}

struct atlas {
    const char *id;       /* prefix of its resource ids */
    const char *path;     /* prefix of its paths: "" or "/domain/x" */
    const char *map_id;   /* resource id of the network map */
    const char *tag;      /* its tag */
    const char *cost_tag; /* changes with the costs */
    /* Id and tag that the network map's document gives itself; NULL: it is of none. */
    const char *given_id, *given_tag;
    const struct pid *pids; /* sorted by name */
    size_t n_pids;
    const char *const *names; /* of the PIDs, in order */
    const struct lpm *pid_of;
    struct atlas_metric *metrics;
    size_t n_metrics;
    const struct snapshot *snapshot;  /* merged atlas: for paths and properties; else NULL */
    const struct snap_document *from; /* the network map; NULL: merged, or no map at all */
    bool viewed;                      /* offered as a view says, not by itself */
    const struct cost_offer *costs;   /* its cost types */
    const struct cost_offer *vectors; /* the same with path vectors; or NULL */
    struct lpm *owned;                /* table to free with the atlas, or NULL */
};

/** The atlas of all domains. `name` is the configured prefix of ids. */
int atlas_of_snapshot(struct atlas *out, const struct snapshot *s, const char *name,
                      struct arena *a, struct err *e);

/** PID by name (index), or -1. */
int atlas_pid(const struct atlas *atlas, const char *name);

/** Metric of that name that offers the mode (index), or -1. */
int atlas_metric(const struct atlas *atlas, const char *metric, const char *mode);

/** Fills slug and cost type names of a metric. */
int atlas_name_metric(struct atlas_metric *m, struct arena *a, struct err *e);

/** A name fit for resource ids: letters, digits and "-_:@"; everything else becomes "_". NULL:
 * no memory. */
char *atlas_slug(const char *text, struct arena *a);

#endif
