/* SPDX-License-Identifier: Apache-2.0 */
/* One configured source, from open to close: what stands behind `struct agent` of
 * agents/agent.h. */
#ifndef RIALTO_AGENTS_INSTANCE_H
#define RIALTO_AGENTS_INSTANCE_H

#include <stdatomic.h>

#include "agents/agent.h"

/** What a source is made from; everything is borrowed and must outlive it. */
struct agent_setup {
    const struct agent_ops *ops;
    const char *domain;
    const char *name;
    int64_t expires; /* microseconds that facts are believed; FACT_NONE: for ever */
    const struct conf *conf;
    bool unopened; /* not to be opened: only good for the dialects' read() */
    const struct clock *clock;
    const atomic_bool *cancelled; /* NULL: never */
};

/**
 * Makes a source and lets it read its options. *e is the plugin's own message (file:line:col).
 * The plugin does not touch what it reads yet.
 */
int agent_new(struct agent **out, const struct agent_setup *setup, struct err *e);

/** Closes and frees a source; nulls the pointer. NULL is allowed. */
void agent_free(struct agent **a);

/** The plugin behind a source. */
const struct agent_ops *agent_ops_of(const struct agent *a);

/** Origin of a scope of this source, for failed(), retire(), version() and scopes(). */
struct origin agent_origin(const struct agent *a, const char *scope);

#endif
