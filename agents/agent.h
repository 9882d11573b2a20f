/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a source plugin is: one const struct agent_ops at the end of agents/sources/NAME.c, one
 * line add_agent(NAME) in agents/CMakeLists.txt, one page docs/sources/NAME.md.
 *
 * A source says what it read as batches of facts, one per scope (a router, a file, a commit).
 * It never opens databases or sockets itself and uses nothing global. The runner calls
 * collect() in one thread at a time, and serve() in a thread of its own; when collect fails the
 * runner reports scope "*" of the source as failed. A failure of one scope is reported by the
 * source through sink->failed and does not end collect().
 */
#ifndef RIALTO_AGENTS_AGENT_H
#define RIALTO_AGENTS_AGENT_H

#include "base/clock.h"
#include "base/str.h"
#include "conf/conf.h"
#include "model/batch.h"

struct agent; /* one configured source */
struct agent_dialect;

/** A file to be read alone: by `rialto-agent try`, or one of many that a source goes through.
 */
struct agent_file {
    const char *name;    /* the scope; without folders and ending, the name of a router */
    const char *path;    /* as it was given, for messages */
    struct slice text;   /* all of it; borrowed */
    const char *version; /* for the batch; NULL: unknown */
    int64_t observed;    /* microseconds since 1970 when it was true; FACT_NONE: unknown */
    const struct agent_dialect *dialect; /* what it is read as */
};

/** A format that a kind of source reads. Its parser's home is where this is defined. */
struct agent_dialect {
    const char *name;    /* as written in the configuration: "junos", "mtr" */
    const char *summary; /* what writes it, for help */
    /** How much the file looks like it (f->dialect): 0 not at all, 100 beyond doubt. Looks at
     * the beginning only (AGENT_HEAD bytes); never fails. */
    int (*likeness)(const struct agent_file *f);
    /**
     * States what the file says as one batch, scope f->name. Returns 0, or a code with *e =
     * "line:column: reason" (or a path into the document) and nothing published. A readable
     * file that has nothing to say makes no batch and is ERR_NOENT, with the reason.
     */
    int (*read)(struct agent *a, const struct agent_file *f, struct batch_sink *sink,
                struct err *e);
    const void *parser; /* what `read` needs, when several dialects share it; may be NULL */
};

#define AGENT_HEAD ((size_t)64 << 10)

struct agent_ops {
    const char *name;    /* the kind, as written in the configuration: "looking-glass" */
    const char *summary; /* one sentence for help */
    const struct conf_item *options; /* typed, documented, checked before open() */
    size_t state_size; /* zeroed by the runner, lives open..close: agent_state() */
    /** Reads options, checks them (conf_err points at the line); no I/O but looking whether
     * files exist. */
    int (*open)(struct agent *a, struct err *e);
    /** Reads the source once. May block; must look at agent_cancelled() between steps. */
    int (*collect)(struct agent *a, struct batch_sink *sink, struct err *e);
    /** Does collect() make many small batches, of which a crash may take some that it can read
     * again? Then they are written together. NULL: no. */
    bool (*together)(struct agent *a);
    /**
     * Takes what others send, or follows what changes at others, until agent_cancelled(); NULL:
     * this kind does neither. In a thread of its own with a sink of its own, beside collect():
     * what both touch needs a lock. Its failures are told by sink->failed(), with another scope
     * than "*". When it returns 0 before it was cancelled it is called again after the source's
     * interval; 1: this source takes nothing, never again; a code: the sink failed, as 0.
     */
    int (*serve)(struct agent *a, struct batch_sink *sink, struct err *e);
    /** Frees what open made; idempotent. */
    void (*close)(struct agent *a);
    /** Formats of single files, NULL-terminated; NULL: the kind reads none. Their read() uses
     * no state and no options. */
    const struct agent_dialect *const *dialects;
    /** Why none of the dialects' likeness() takes a file, as in "looks like X, which is not
     * read": static text, or NULL. The slot may be NULL. */
    const char *(*unlike)(const struct agent_file *f);
};

/** The plugin's own memory. */
void *agent_state(struct agent *a);
/** The source's options, checked against ops->options. */
const struct conf *agent_conf(const struct agent *a);
/** The domain spoken for, the source's name in the configuration. */
const char *agent_domain(const struct agent *a);
const char *agent_name(const struct agent *a);
/** Arena that lives from open to close (small things only). */
struct arena *agent_arena(struct agent *a);
/** Clock and randomness. */
const struct clock *agent_clock(const struct agent *a);
/** The program is stopping: return soon. */
bool agent_cancelled(const struct agent *a);

/**
 * A head for a batch of this source: domain, source, kind, collected_at = now, observed_at =
 * now, confidence observed, no expiry unless the source's `expires` option sets one. The caller
 * sets scope, mode and version.
 */
struct batch_head agent_batch(const struct agent *a, const char *scope, enum batch_mode mode);

#define AGENT_VERSION_TEXT 64

/**
 * A version for batch_head.version from what was read: the same bytes give the same text, until
 * the program itself changes (it may then understand more of them). Returns 0 or ERR_NOMEM.
 */
int agent_version(const void *p, size_t n, char out[AGENT_VERSION_TEXT], struct err *e);

/** The dialect of that name, or NULL; a table that is NULL is empty. */
const struct agent_dialect *agent_dialect_find(const struct agent_dialect *const *table,
                                               const char *name);

/** The dialect that the file looks most like (the earlier one of equals), or NULL. */
const struct agent_dialect *agent_dialect_guess(const struct agent_dialect *const *table,
                                                const struct agent_file *f);

/** A head for the batch of a file: scope, version and time are the file's; facts are believed
 * from when they were true. */
struct batch_head agent_file_batch(const struct agent *a, const struct agent_file *f,
                                   enum batch_mode mode);

/** When a file was written, for agent_file.observed; FACT_NONE: it can't be looked at. */
int64_t agent_written_at(const char *path);

/** The beginning of a file, as likeness() may look at it. */
struct slice agent_file_head(const struct agent_file *f);

/** All kinds of sources, NULL-terminated; generated from the build's list. */
const struct agent_ops *const *agent_kinds(void);

#endif
