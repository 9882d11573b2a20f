/* SPDX-License-Identifier: Apache-2.0 */
/* Many connections to one server, in a process of their own: all wait for the same event. */
#ifndef RIALTO_BENCH_CROWD_H
#define RIALTO_BENCH_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How an event reached them all. */
struct crowd_result {
    double delay, spread; /* milliseconds until the first has some; from then to the last */
    bool ok;              /* all got it */
};

struct crowd_plan {
    uint16_t port;
    size_t n;
    size_t bytes;   /* that an event of a stream has at least */
    bool replies;   /* who opens a stream has the beginning of the reply at once */
    bool polls;     /* each waits by a request for the next edge of a TIPS view */
    bool at_once;   /* the one behind it is asked for as soon as the reply is there; else once
                       all have theirs and nothing more comes */
    int publish_fd; /* a byte written here makes the server publish */
};

struct crowd;

/** Starts the process; its connections wait when this returns. Exits when that fails. */
struct crowd *crowd_start(const struct crowd_plan *plan);

/** Has the server publish, and measures. */
struct crowd_result crowd_event(struct crowd *c);
void crowd_stop(struct crowd **c);

#endif
