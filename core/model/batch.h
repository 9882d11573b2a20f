/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch: what one source read of one scope at one time. All or nothing.
 *
 * Sources write facts into a sink as they parse; the sink stages them (in the store, in memory,
 * or as JSON lines for `rialto-agent try`) and publishes when the batch ends well.
 */
#ifndef RIALTO_MODEL_BATCH_H
#define RIALTO_MODEL_BATCH_H

#include "model/facts.h"

/** What is said of a batch besides its facts. Strings are borrowed for the call. */
struct batch_head {
    struct origin origin; /* epoch is given by the sink */
    enum batch_mode mode;
    const char *version;  /* what was read (commit, ETag, ...), to skip it next time; or NULL */
    int64_t epoch_wanted; /* that the batch must get, so that nobody's was in between: else
                             begin is ERR_CONFLICT; 0: any */
};

/**
 * Where batches go. One batch at a time per sink: begin, put..., ignore..., then commit or
 * abort. All calls return 0 or a code with *e set; after a failed put only abort is allowed.
 */
struct batch_sink {
    int (*begin)(struct batch_sink *s, const struct batch_head *head, struct err *e);
    /** Stages a fact; copied before return. */
    int (*put)(struct batch_sink *s, enum fact_kind kind, const void *fact, struct err *e);
    /** Says that a part of the input was passed over, and why; kept (bounded) and counted. */
    void (*ignore)(struct batch_sink *s, const char *where, const char *reason);
    /** Publishes atomically; when it returns 0 the batch survives a crash. */
    int (*commit)(struct batch_sink *s, struct err *e);
    void (*abort)(struct batch_sink *s);
    /** The scope could not be read: its last good batch is marked stale, with the reason. */
    int (*failed)(struct batch_sink *s, const struct origin *o, const struct err *why,
                  struct err *e);
    /** The scope is gone for good (a file or router was removed): its facts leave. */
    int (*retire)(struct batch_sink *s, const struct origin *o, struct err *e);
    /** Version of the last good batch of the scope, copied into a; NULL if none or stale. */
    const char *(*version)(struct batch_sink *s, const struct origin *o, struct arena *a);
    /** The same also of a scope that is stale, or whose facts have expired: how far it was
     * read. NULL if it never was, or is gone. */
    const char *(*reached)(struct batch_sink *s, const struct origin *o, struct arena *a);
    /**
     * With `on`, what follows may become durable in one piece: commit(), failed() and retire()
     * promise a crash nothing until together(false) is 0; each batch still fails alone. When it
     * is not 0, nothing of it all was written. NULL: each batch is always written by itself.
     */
    int (*together)(struct batch_sink *s, bool on, struct err *e);
    /** Names of all scopes that (domain, source) has, in order; to find those that vanished. */
    int (*scopes)(struct batch_sink *s, const struct origin *o, struct arena *a,
                  struct strs *out, struct err *e);
};

/** A batch of one fact, begun and committed. Not 0: nothing was written. */
int batch_write_one(struct batch_sink *s, const struct batch_head *head, enum fact_kind kind,
                    const void *fact, struct err *e);

struct ignored {
    const char *where, *reason;
};

struct memory_batch {
    struct batch_head head;
    struct facts facts;
    struct ignored *ignored;
    size_t n_ignored, cap_ignored;
    int failed; /* 1: the scope failed with `why` */
    struct err why;
};

/** A sink that keeps everything in memory, for tests and `try`. */
struct memory_sink {
    struct batch_sink sink; /* first member */
    struct arena *arena;    /* owns all that it holds */
    struct memory_batch *v; /* committed or failed batches, in order */
    size_t n, cap;
    struct memory_batch *open; /* NULL between batches */
};

/** Readies a memory sink; facts live in arena a, which the caller owns. */
void memory_sink_init(struct memory_sink *m, struct arena *a);
/** Frees arrays (not the arena). */
void memory_sink_free(struct memory_sink *m);

#endif
