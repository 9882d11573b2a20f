/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From facts to a snapshot: a pure function, no I/O, no clock.
 */
#ifndef RIALTO_AGGREGATOR_AGGREGATOR_H
#define RIALTO_AGGREGATOR_AGGREGATOR_H

#include "model/history.h"
#include "model/intake.h"
#include "model/snapshot.h"

/**
 * Builds the snapshot of all facts given, as of `now` (microseconds since 1970). The order of
 * intakes does not matter. On success the snapshot takes over the intakes (it borrows their
 * text) and lets go of them when it is destroyed; on failure the caller keeps them. The
 * snapshot is sealed, its pathfinder set.
 */
int aggregate(struct intake *const *intakes, size_t n, int64_t now, struct snapshot **out,
              struct err *e);

/** What is aggregated, and how. */
struct aggregation {
    struct intake *const *intakes;
    size_t n;
    int64_t now;
    const struct history_rules *rules; /* of calendars */
    unsigned threads; /* to work with: 1 (0 means the same) to WORKERS_MAX (workers.h). The
                         snapshot is the same for any number. */
    const struct snapshot *previous; /* one that was made before, borrowed, or NULL: what has
                                        not changed since need not be found again. The snapshot
                                        is the same without it. */
};

/** The same by rules of one's own; aggregate() takes history_default. */
int aggregate_by(const struct aggregation *how, struct snapshot **out, struct err *e);

#endif
