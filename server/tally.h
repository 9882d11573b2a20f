/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one resource, or the whole server, was asked: counters that never wait for each other.
 * Counted, so that editions share the tallies of resources that are in both.
 */
#ifndef RIALTO_SERVER_TALLY_H
#define RIALTO_SERVER_TALLY_H

#include <stdbool.h>
#include <stdint.h>

/** What "last" means: so many microseconds, and up to a step more. */
#define TALLY_WINDOW ((int64_t)300000000)
#define TALLY_STEP   ((int64_t)15000000)

struct tally;

struct tally_sums {
    uint64_t succ, fail; /* requests */
    uint64_t messages;   /* sent by update streams */
};

/** NULL: no memory. */
struct tally *tally_new(void);
struct tally *tally_hold(struct tally *t);
void tally_release(struct tally **t);

/** Any thread. */
void tally_request(struct tally *t, bool ok);
void tally_message(struct tally *t);

/** Since the tally was made; any thread. */
struct tally_sums tally_sums(const struct tally *t);

/** Notes what the sums are now, at least TALLY_STEP after the time before. tally_sample() and
 * tally_last() of one tally are for one thread at a time. */
void tally_sample(struct tally *t, int64_t mono);

/** How much was counted in the last TALLY_WINDOW. */
struct tally_sums tally_last(const struct tally *t, int64_t mono);

#endif
