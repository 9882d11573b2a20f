/* SPDX-License-Identifier: Apache-2.0 */
/* What the measuring programs share. */
#ifndef RIALTO_BENCH_H
#define RIALTO_BENCH_H

#include "aggregator/aggregator.h"

#define BENCH_NOW INT64_C(1800000000000000) /* the time that snapshots are built for */

struct intakes {
    struct intake **v;
    size_t n;
};

/** Milliseconds of CPU time that this thread has used. */
double bench_cpu_ms(void);
/** Milliseconds, monotonic. */
double bench_wall_ms(void);
/** Milliseconds of processor time of all threads. */
double bench_process_ms(void);

/** Loads all facts of the stores named, whatever their age; exits with a message on failure. */
struct intakes bench_load(char *const *paths, size_t n);
/** Builds a snapshot, which takes over the intakes, as rialtod does; exits with a message on
 * failure. `previous` may be NULL. */
struct snapshot *bench_build(struct intakes *in, const struct snapshot *previous);

/** The middle of n values, which are sorted by this. */
double bench_median(double *v, size_t n);

/** One line of the table: "what  figure ms  goal ms  met/MISSED"; a goal of 0 is none. */
void bench_tell(const char *what, double ms, double goal);

/** The same for a ratio that is to be at least `goal`: theirs / ours, with both beside it. */
void bench_ratio(const char *what, double theirs, double ours, double goal);

/** The same for a part of theirs that is to be at most `goal`: ours / theirs. */
void bench_most(const char *what, double ours, double theirs, double goal);

/** A figure in another unit that is to be at most `goal` (0: none); `note` explains it, in
 * brackets, or is "". */
void bench_within(const char *what, const char *unit, double figure, double goal,
                  const char *note);

#endif
