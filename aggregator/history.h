/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measurements of past days as patterns over the hours (model/history.h): collected while costs
 * are built, then made into patterns of the snapshot.
 */
#ifndef RIALTO_AGGREGATOR_HISTORY_H
#define RIALTO_AGGREGATOR_HISTORY_H

#include "aggregator/world.h"
#include "base/map.h"
#include "base/vec.h"

/** Measurements that make one pattern, and what is said of it. */
struct history_groups {
    struct map *by_key; /* -> index + 1 */
    VEC(struct snap_pattern);
};

/** One measurement; it belongs to the interval that the middle of its window is in. */
struct history_sample {
    int64_t when;
    double value;
    uint32_t pair, pids; /* groups; NOWHERE: none */
};

/** The groups of one metric between two addresses. */
struct history_place {
    bool known;
    uint32_t pair, pids; /* NOWHERE: none */
};

struct history {
    struct history_groups pairs, pids;
    struct {
        VEC(struct history_sample);
    } samples;
};

/** An empty history. ERR_NOMEM. */
int history_init(struct history *h);
void history_free(struct history *h);

/**
 * Notes a measurement if the rules look back on it. `of` says of which metric, and between
 * which PIDs (LPM_NONE: none); *place is found the first time, to be given again for others of
 * the same. ERR_NOMEM.
 */
int history_note(struct world *w, struct history *h, const struct fact_measurement *f,
                 const struct snap_pattern *of, struct history_place *place);

/** Makes the patterns of the snapshot. ERR_NOMEM. */
int history_build(struct world *w, struct history *h);

#endif
