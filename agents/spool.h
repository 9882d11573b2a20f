/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sink in front of a shared one: keeps a batch in memory while its source is still reading,
 * and passes it on in one go at commit, under the shared sink's lock. So slow sources do not
 * hold the store's one transaction open, and several can read at the same time.
 *
 * Many small batches can be written together (spool_together): up to SPOOL_TOGETHER of them are
 * kept and passed on in one piece, so that the disk is waited for once.
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

#define SPOOL_LIMIT    ((size_t)64 << 20) /* bytes of one batch kept in memory */
#define SPOOL_TOGETHER 64                 /* batches */

struct spool;

/** What went through since spool_reset(). */
struct spool_counts {
    size_t batches, facts, ignored, failed, retired;
};

/** A spool in front of `inner`; the lock guards every call of inner. One thread at a time. */
int spool_new(struct spool **out, struct batch_sink *inner, pthread_mutex_t *lock, size_t limit,
              struct err *e);

/**
 * Whether batches may be written together, where `inner` can do that: commit() then comes back
 * before its batch would survive a crash, and one that the store refuses becomes a failure of
 * its scope. With false, those that wait are written. When that or a commit() fails, up to
 * SPOOL_TOGETHER batches before it are not there, and all calls fail until the next call of
 * this.
 */
int spool_together(struct spool *s, bool on, struct err *e);

/** Aborts an open batch, drops those that wait and frees; nulls the pointer. NULL is allowed.
 */
void spool_free(struct spool **s);

/** The sink for sources; borrowed. abort() without a batch does nothing. */
struct batch_sink *spool_sink(struct spool *s);

/** Counts so far, and setting them to 0. */
struct spool_counts spool_counts(const struct spool *s);
void spool_reset(struct spool *s);

#endif
