/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a source plugin is: one const struct agent_ops at the end of agents/sources/NAME.c, one
 * line add_agent(NAME) in agents/CMakeLists.txt, one page docs/sources/NAME.md.
 *
 * A source says what it read as batches of facts, one per scope (a router, a file, a commit).
 * It never opens databases or sockets itself and uses nothing global. The runner calls
 * collect() in one thread per source instance; when collect fails the runner reports scope "*"
 * of the source as failed. A failure of one scope is reported by the source through
 * sink->failed and does not end collect().
 */
#ifndef RIALTO_AGENTS_AGENT_H
#define RIALTO_AGENTS_AGENT_H

#include "base/clock.h"
#include "conf/conf.h"
#include "model/batch.h"

struct agent; /* one configured source */

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
    /** Frees what open made; idempotent. */
    void (*close)(struct agent *a);
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

/** All kinds of sources, NULL-terminated; generated from the build's list. */
const struct agent_ops *const *agent_kinds(void);

#endif
