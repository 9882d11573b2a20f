/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measurements of past days as patterns over the hours (model/history.h): collected while costs
 * are built, then made into patterns of the snapshot.
 */
#ifndef RIALTO_AGGREGATOR_HISTORY_H
#define RIALTO_AGGREGATOR_HISTORY_H

#include "aggregator/world.h"
#include "base/vec.h"

/** One measurement; it belongs to the interval that the middle of its window is in. */
struct history_sample {
    const struct fact_measurement *fact;
    int64_t when;
    uint32_t metric; /* of the snapshot */
    uint32_t src_pid, dst_pid;
    uint32_t slot; /* interval of the day or of the week */
};

struct history {
    VEC(struct history_sample);
};

/** Notes a measurement if the rules look back on it. src_pid, dst_pid: LPM_NONE where it has
 * none. ERR_NOMEM. */
int history_note(struct world *w, struct history *h, const struct history_sample *sample);

/** Makes the patterns of the snapshot. ERR_NOMEM. */
int history_build(struct world *w, struct history *h);

#endif
