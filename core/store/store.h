/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts in, facts out. The only place that knows SQL.
 *
 * One file per domain; one writing process (the agent), any number of readers. A batch that was
 * committed survives a crash; one that was not is never seen, not even in part. Files made by a
 * newer version are refused (ERR_VERSION). A handle belongs to one thread at a time.
 */
#ifndef RIALTO_STORE_STORE_H
#define RIALTO_STORE_STORE_H

#include "base/clock.h"
#include "model/batch.h"
#include "model/intake.h"

/*
 * Limits; what is beyond is refused by put with ERR_LIMIT, and the batch can only be aborted.
 * Texts must be UTF-8 and numbers finite (ERR_INVAL).
 */
#define STORE_NAME_MAX       1024 /* bytes of a domain, source, kind or scope; at least 1 */
#define STORE_TEXT_MAX       (1 << 20)  /* bytes of a text field or of one text in a list */
#define STORE_BODY_MAX       (64 << 20) /* bytes of a document */
#define STORE_LIST_MAX       100000     /* items of a list */
#define STORE_LIST_TEXT_MAX  (16 << 20) /* bytes of a list as JSON */
#define STORE_HOPS_MAX       256        /* hops of an observed path; TTLs end at 255 */
#define STORE_RESPONDERS_MAX 256        /* answers at one TTL */
#define STORE_FACTS_MAX      20000000   /* facts of a batch */
#define STORE_IGNORED_KEPT   100  /* parts passed over kept with a batch; all are counted */
#define STORE_NOTE_MAX       1000 /* bytes kept of a reason and of a place passed over */

struct store;

enum store_access { STORE_READ, STORE_WRITE };

/**
 * Opens (STORE_WRITE: creates or migrates) the file. STORE_READ of a missing file is ERR_NOENT;
 * of one with an older schema ERR_VERSION (its agent migrates it). The clock is borrowed.
 */
int store_open(struct store **out, const char *path, enum store_access access,
               const struct clock *clock, struct err *e);
void store_close(struct store **s);

/**
 * The sink that writes into this store; borrowed. One batch at a time. Facts are staged inside
 * one transaction that commits with synchronous=FULL; other writers of the file wait for its
 * end. A failed commit is an abort.
 *
 * The epoch of a batch is that of the scope's last good one + 1, and never goes back. A batch
 * of changes (BATCH_DELTA) replaces facts of its scope whose key (model/keys.def) is equal; of
 * equal ones within the batch the last stays.
 *
 * Scope "*" stands for the whole source: failed() marks all its scopes stale, retire() removes
 * all. A good batch of a scope clears its own mark and that of "*"; other scopes wait for their
 * own batch.
 */
struct batch_sink *store_sink(struct store *s);

/**
 * Loads every current fact and the state of all scopes into *out (out->facts.arena must be set,
 * it owns everything). One consistent view of the file. What had expired at `now` is left out;
 * *next_expiry gets the earliest later expiry, or FACT_NONE.
 */
int store_load(struct store *s, int64_t now, struct intake *out, int64_t *next_expiry,
               struct err *e);

/**
 * The same in pieces, which are added to *out: one with the state of all scopes, then one for
 * the facts of each current batch. The store holds those as well, and the next call gives the
 * same pieces again for batches that are as they were; only the others are read. Pieces with
 * facts are not to be written to. On failure *out is as it was.
 */
int store_load_pieces(struct store *s, int64_t now, struct intake_list *out,
                      int64_t *next_expiry, struct err *e);

/**
 * One batch of a scope as it was written, current, replaced or expired: that of of->epoch, or
 * the last good one (0). *out gets its facts and one scope: origin and version. ERR_NOENT: it
 * never was, or was pruned.
 */
int store_load_batch(struct store *s, const struct origin *of, struct intake *out,
                     struct err *e);

/** Deletes the batches of a scope before the last `keep` ones. */
int store_prune_scope(struct store *s, const struct origin *of, int keep, struct err *e);

/** A number that changes whenever another connection committed (PRAGMA data_version). */
int store_version(struct store *s, int64_t *version, struct err *e);

/**
 * Deletes batches that were replaced longer ago than `keep_us` or whose facts all expired that
 * long ago; returns how many in *deleted (may be NULL).
 */
int store_prune(struct store *s, int64_t keep_us, int64_t *deleted, struct err *e);

/** Schema number that this build writes. */
int store_schema_version(void);

#endif
