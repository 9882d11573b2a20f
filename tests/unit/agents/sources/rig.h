/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one source over a memory sink, with a clock that stands still unless the test moves it.
 */
#ifndef RIALTO_TESTS_RIG_H
#define RIALTO_TESTS_RIG_H

#include <stdatomic.h>

#include "agents/instance.h"

struct rig {
    struct agent *agent;
    struct arena *arena;
    struct memory_sink sink;
    struct clock clock;
    int64_t now; /* microseconds, of both clocks */
    atomic_bool cancelled;
};

/** Opens a source with options as YAML text. 0 or a code, with the source's message in *e. */
int rig_open(struct rig *r, const struct agent_ops *ops, const char *yaml, int64_t expires,
             struct err *e);
void rig_close(struct rig *r);

/** Collects once; must succeed. */
void rig_collect(struct rig *r);

/** The latest batch (or failure) of a scope, NULL: none. */
const struct memory_batch *rig_scope(const struct rig *r, const char *scope);

/** All facts of a batch: "KIND JSON\n" each, and "ignored WHERE: REASON\n"; to be freed. */
char *rig_facts(const struct memory_batch *b);

/** The latest batch of a scope must hold these facts; a failed one its reason: "failed: ...\n".
 */
void rig_expect(const struct rig *r, const char *scope, const char *want);

/** Writes a file below a folder; sets its time to `when` microseconds. */
void rig_write(const char *folder, const char *name, const char *text, int64_t when);

/** A new empty folder below the temporary one, and its removal with plain files in it. */
char *rig_folder(void);
void rig_remove(char *folder);

#endif
