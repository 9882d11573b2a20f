/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The optimizer of FTS: how many transfers may run between two storages. Restated from its
 * behaviour, for comparison. Up to 3.13 it remembered the state of the last cycle; 3.14 starts
 * afresh each time, so that what it compares with is the present itself.
 */
#ifndef RIALTO_BENCH_FTS_H
#define RIALTO_BENCH_FTS_H

#include <stdbool.h>
#include <stdint.h>

#define FTS_INTERVAL    60  /* seconds between two cycles */
#define FTS_STEADY      300 /* seconds after which an unchanged state is looked at again */
#define FTS_MAX_STREAMS 16  /* OptimizerMaxStreams */
#define FTS_EMA         0.1 /* share of the newest throughput in the moving average */
#define FTS_SKIP        UINT32_MAX

/** What is seen of a pair in one cycle. */
struct fts_state {
    double throughput, ema; /* bytes per second */
    double success;         /* per cent */
    double file_size;       /* mean, bytes */
    uint32_t queue, retries;
    double since; /* seconds since the last decision */
};

struct fts_range {
    uint32_t least, most;
    bool specific; /* configured for this pair, not the default for all */
    int mode;      /* optimizer_mode: 2 by default */
};

/** The throughput of a storage and its limit, the same unit; a limit of 0: none. */
struct fts_limit {
    double throughput, limit;
};

/** One cycle's input. */
struct fts_cycle {
    struct fts_state now;
    const struct fts_state *before; /* NULL: first cycle, or a version without memory that has
                                       no decision yet */
    struct fts_range range;
    uint32_t value; /* decided last; 0: never */
    bool stateless; /* 3.14 */
    struct fts_limit source, destination;
};

/** The new value, or FTS_SKIP where it is not even looked at; the new moving average to *ema.
 */
uint32_t fts_decide(const struct fts_cycle *c, double *ema);

/** Seconds over which throughput is averaged, by the mean duration of recent files (0: none).
 */
double fts_window(double mean_duration);

#endif
