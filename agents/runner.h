/* SPDX-License-Identifier: Apache-2.0 */
/* Reads one source once, and sees to what is true of every source: failures, remarks, log
 * lines. */
#ifndef RIALTO_AGENTS_RUNNER_H
#define RIALTO_AGENTS_RUNNER_H

#include "agents/instance.h"
#include "agents/spool.h"

enum run_result {
    RUN_GOOD,      /* everything was read */
    RUN_PARTLY,    /* some scopes failed; they keep their last good facts */
    RUN_FAILED,    /* the source as a whole failed: scope "*" says why */
    RUN_CANCELLED, /* the program is stopping; nothing is recorded */
};

/** What the runner keeps of a source between runs; zero at first. */
struct run_state {
    bool cleared; /* the last run went well: nothing is said of scope "*" */
};

/**
 * Collects once into the spool and logs how it went. A batch that the source left open is
 * aborted. When collect() fails, scope "*" of the source is marked failed; the next success
 * takes that back.
 */
enum run_result run_source(struct agent *a, struct spool *spool, struct run_state *state);

#endif
