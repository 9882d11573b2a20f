/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sink that prints: facts as they come, into a file without a name, so that memory stays
 * bounded; what a reading said is copied out when it ends, and nothing of a batch that was
 * given up.
 */
#ifndef RIALTO_AGENTS_TRIAL_SINK_H
#define RIALTO_AGENTS_TRIAL_SINK_H

#include <stdio.h>

#include "base/buf.h"
#include "model/batch.h"

#define TRIAL_IGNORED 1000 /* remarks of a batch that are printed; more are counted */

enum trial_form {
    TRIAL_TEXT,    /* for people, with every fact */
    TRIAL_SUMMARY, /* for people, with the number of facts of each kind */
    TRIAL_JSON,
};

struct trial_sink {
    struct batch_sink sink; /* first member */
    enum trial_form form;
    FILE *stage;       /* what the reading said so far */
    struct buf line;   /* of the fact being printed */
    struct buf remark; /* what the open batch passed over */
    struct buf failed; /* scopes that could not be read */
    long start;        /* of the open batch in the stage; -1: none is open */
    size_t n_batches, n_facts, n_ignored, n_failed;
    size_t batch_facts, batch_ignored;
    size_t counts[FACT_KIND_COUNT], batch_counts[FACT_KIND_COUNT];
    bool broken; /* the stage can't be written */
};

/** Readies a sink. ERR_IO without room for temporary files. */
int trial_sink_init(struct trial_sink *t, enum trial_form form, struct err *e);

/** Gives up an open batch, copies what was said to `out` and forgets it. 0 or ERR_IO. */
int trial_sink_flush(struct trial_sink *t, FILE *out, struct err *e);

/** Forgets what was said since the last flush. */
void trial_sink_reset(struct trial_sink *t);

void trial_sink_free(struct trial_sink *t);

#endif
