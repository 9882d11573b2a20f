/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sink in front of a shared one: keeps a batch in memory while its source is still reading,
 * and passes it on in one go at commit, under the shared sink's lock. So slow sources do not
 * hold the store's one transaction open, and several can read at the same time.
 *
 * A batch larger than the limit spills: what was kept and all that follows goes straight to the
 * shared sink, whose lock is then held until the batch ends.
 *
 * Failures of scopes are logged here, as the runner's part; what they are of is only known
 * here.
 *
 * scopes() leaves out "*", by which the runner marks the failure of a whole source.
 */
#ifndef RIALTO_AGENTS_SPOOL_H
#define RIALTO_AGENTS_SPOOL_H

#include <pthread.h>

#include "model/batch.h"

#define SPOOL_LIMIT ((size_t)64 << 20) /* bytes of one batch kept in memory */

struct spool;

/** What went through since spool_reset(). */
struct spool_counts {
    size_t batches, facts, ignored, failed, retired;
};

/** A spool in front of `inner`; the lock guards every call of inner. One thread at a time. */
int spool_new(struct spool **out, struct batch_sink *inner, pthread_mutex_t *lock, size_t limit,
              struct err *e);

/** Aborts an open batch and frees; nulls the pointer. NULL is allowed. */
void spool_free(struct spool **s);

/** The sink for sources; borrowed. abort() without a batch does nothing. */
struct batch_sink *spool_sink(struct spool *s);

/** Counts so far, and setting them to 0. */
struct spool_counts spool_counts(const struct spool *s);
void spool_reset(struct spool *s);

#endif
