/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of sources share: a source from a line of configuration, a clock, files, facts as
 * text. */
#ifndef RIALTO_TESTS_AGENTS_FIXTURE_H
#define RIALTO_TESTS_AGENTS_FIXTURE_H

#include "agents/instance.h"
#include "agents/settings.h"
#include "model/batch.h"

#define FIXTURE_NOW INT64_C(1795312029000000) /* 2026-11-22T01:47:09Z */

/** One source of domain "one", read into memory. */
struct fixture {
    char folder[64]; /* temporary; relative paths of the configuration start here */
    struct settings *settings;
    struct agent *agent;
    struct arena *arena;
    struct memory_sink memory;
    int64_t now;
    struct clock clock;
    atomic_bool cancelled;
};

/** A temporary folder and an empty sink; a failed test ends the program. */
void fixture_open(struct fixture *f);
/** Removes the folder with the files in it. */
void fixture_close(struct fixture *f);

/** The source that `source` (a YAML flow mapping) configures: 0, or the code with *e set. */
int fixture_agent(struct fixture *f, const char *source, struct err *e);

/** Collects once; 0 or the code with *e set. */
int fixture_collect(struct fixture *f, struct err *e);

void fixture_write(struct fixture *f, const char *name, const char *text);
void fixture_remove(struct fixture *f, const char *name);

/** The last batch of a scope, or NULL. */
const struct memory_batch *fixture_batch(struct fixture *f, const char *scope);

/** Appends each fact as "kind {...}\n". */
void fixture_print(const struct facts *facts, struct buf *out);

/** A file of tests/data, as text. */
void fixture_data(const char *name, struct buf *out);

#endif
