/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a resource offers: cost types with where their values come from, and for resources of a
 * view what the view says. Made with an edition, immutable then.
 */
#ifndef RIALTO_SERVER_OFFER_H
#define RIALTO_SERVER_OFFER_H

#include "server/atlas.h"
#include "wire/cdni.h"
#include "wire/tables.h"
#include "wire/view.h"

struct props;

/** A document with values of a cost type. */
struct cost_source {
    const struct wire_table *table;
    size_t type;          /* of the table */
    const char *document; /* its name */
};

struct offered_cost {
    const char *name, *mode, *metric;
    const char *description, *context; /* context: JSON text of cost-context; or NULL */
    const struct atlas_metric *matrix; /* between the PIDs of the offer's atlas; or NULL */
    struct cost_source *sources;       /* in the order of the documents */
    size_t n_sources;
    bool ranked; /* ranks of numerical values */
    /* Published ranks: what stands in where they don't cover all pairs of a request; or NULL */
    const struct offered_cost *fallback;
    bool more_is_better; /* rank 1 is the largest */
    bool paths;          /* path vectors (RFC 9275 section 6.5) */
    bool testable;
    double interval;    /* seconds; of its calendar */
    unsigned intervals; /* 0: no calendar */
};

/** The cost types of a resource. */
struct cost_offer {
    const struct atlas *atlas;
    struct offered_cost *v;
    size_t n;
    unsigned max_types; /* RFC 8189; 0: one at a time */
    bool constraints;   /* on every type */
    bool some_testable; /* on those that say so */
};

/** What a view's resource is made of. */
struct offer {
    const struct wire_view_resource *view;
    struct cost_offer costs;
    const struct props *props;    /* property maps, endpoint properties; or NULL */
    const struct wire_cdni *cdni; /* or NULL */
    const char *tag;              /* of its documents; of property maps: of what they tell */
};

/** Finds a type that the client named, or NULL. */
const struct offered_cost *offer_find(const struct cost_offer *o,
                                      const struct wire_cost_type *type);

/** What requests to the resource may say. */
struct wire_dialect offer_dialect(const struct cost_offer *o);

/** The types of an atlas: each metric numerical and in ranks, all combined and tested. On the
 * merged view some have calendars: bandwidths under announced maintenance, what was measured.
 */
int offer_of_atlas(struct cost_offer *out, const struct atlas *atlas, struct arena *a,
                   struct err *e);

/** The same, numbers only, with path vectors in front; these can't be tested. */
int offer_of_paths(struct cost_offer *out, const struct atlas *atlas, struct arena *a,
                   struct err *e);

/** Appends the capabilities (RFC 7285 section 11.3.2.4, RFC 8189 section 4.1.1, RFC 8896
 * section 4.1) without braces. */
void offer_put(const struct cost_offer *o, struct buf *b);

/** Do single values come from calendars of documents, so that they change as time goes on? */
bool offer_is_timed(const struct cost_offer *o);

/**
 * When values may become others though nothing new is known: the next time that an interval of
 * a calendar begins or its last one ends, in microseconds since 1970. 0: never.
 */
int64_t offer_changes_at(const struct cost_offer *o, int64_t now);

/** Do larger values of the metric mean better ones? */
bool offer_more_is_better(const char *metric);

#endif
