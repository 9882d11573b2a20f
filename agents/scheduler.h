/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When sources are read, and by which thread. Each source is read by one thread at a time,
 * first at once and then at its interval. So that many sources do not meet at the same instant
 * again and again, each waiting time varies by a twentieth, by a rule that is the same in every
 * run.
 *
 * A source that takes what others send (agent_ops.serve) has a thread and a spool of its own
 * besides, from start to stop; not when sources are read once.
 */
#ifndef RIALTO_AGENTS_SCHEDULER_H
#define RIALTO_AGENTS_SCHEDULER_H

#include <pthread.h>
#include <stdatomic.h>

#include "agents/instance.h"

struct scheduler;

struct scheduler_setup {
    struct agent *const *agents;
    const int64_t *intervals; /* of each, microseconds */
    size_t n;
    size_t threads;
    bool once;               /* read each source once, then be done */
    struct batch_sink *sink; /* where all facts go */
    pthread_mutex_t *lock;   /* guards the sink */
    const struct clock *clock;
    atomic_bool *cancelled; /* the flag that the agents look at */
};

/** How reading every source once went. */
struct scheduler_result {
    size_t good, failed; /* sources; one with failed scopes has failed */
};

/** Starts the threads. What the setup points at must outlive the scheduler. */
int scheduler_start(struct scheduler **out, const struct scheduler_setup *setup, struct err *e);

/** With setup.once: waits until every source was read, frees, nulls the pointer. */
struct scheduler_result scheduler_finish(struct scheduler **s);

/**
 * Sets *cancelled, waits at most `patience` microseconds for the threads, frees, nulls the
 * pointer. false: a thread is still in a source; nothing may be freed then and the program
 * should exit.
 */
bool scheduler_stop(struct scheduler **s, int64_t patience);

/** When run number `run` (from 1) of a source is due, after one that was due at `last`. */
int64_t scheduler_due(const struct agent *a, uint64_t run, int64_t last, int64_t interval);

#endif
