/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calendars of costs (RFC 8896) on the merged view: what measurements of past days tell of the
 * hours to come, under the windows of maintenance that are announced.
 */
#ifndef RIALTO_MODEL_HISTORY_H
#define RIALTO_MODEL_HISTORY_H

#include "model/snapshot.h"

#define HISTORY_INTERVAL ((int64_t)3600 * 1000000) /* unless rules say otherwise */
#define HISTORY_DAY      ((int64_t)86400 * 1000000)
#define HISTORY_WEEK     7 /* days */

/** How patterns are made of measurements. */
struct history_rules {
    /* Metrics that have patterns, each with its statistical operators; NULL: all that are
     * measured. */
    const char *const *metrics;
    size_t n_metrics;
    struct snap_calendar calendar;
    unsigned days;   /* so many days are looked back on */
    unsigned least;  /* on so many different ones an interval must have been measured */
    int64_t current; /* how old a present value may be, us; 0: as long as it is believed */
    size_t values;   /* of all patterns between addresses, and between PIDs, at most */
};

#define HISTORY_VALUES ((size_t)4000000) /* 32 MB; further pairs have no pattern */

/** Hours, a day, four weeks back, three days at least; HISTORY_VALUES. */
extern const struct history_rules history_default;

/** Has the metric patterns by these rules? "delay-ow" stands for "delay-ow:p95", too. */
bool history_wants(const struct history_rules *r, const char *metric);

/** The intervals of the snapshot's calendars. */
struct snap_calendar snapshot_calendar(const struct snapshot *s);

/** Has the metric a calendar: from windows of maintenance or from measurements? */
bool snapshot_has_calendar(const struct snapshot *s, const char *metric);

/** Order of patterns: by metric, source, destination; then by PIDs. */
int snapshot_pattern_cmp(const void *a, const void *b);

/** The pattern of a metric between two PIDs, or NULL. */
const struct snap_pattern *snapshot_pattern_of_pids(const struct snapshot *s,
                                                    const char *metric, uint32_t src,
                                                    uint32_t dst);

/** The pattern of what a cost was taken from (snapshot_cost_between), or NULL. */
const struct snap_pattern *snapshot_pattern_between(const struct snapshot *s,
                                                    const char *metric,
                                                    const struct snap_between *b);

/** What is known of a cost to come. */
struct snap_forecast {
    const char *metric;
    double present;                     /* the single value; NAN: none */
    const struct snap_pattern *pattern; /* or NULL */
    const struct path *path;            /* that windows may be on; or NULL */
};

/**
 * The value in an interval of the snapshot's calendar. Windows count before measurements, these
 * before the present value. Of what is measured there is none without pattern; NAN: none.
 */
double snapshot_forecast(const struct snapshot *s, const struct snap_forecast *f,
                         const struct snap_span *when);

#endif
