/* SPDX-License-Identifier: Apache-2.0 */
/* A source that does as it is told, and a clock that stands still. */
#ifndef RIALTO_TESTS_AGENTS_STUB_H
#define RIALTO_TESTS_AGENTS_STUB_H

#include "agents/instance.h"

enum stub_does { STUB_GOOD, STUB_NOTHING, STUB_SCOPE_FAILS, STUB_FAILS, STUB_LEAVES_OPEN };

/** Shared by the sources of one test, found by their names. */
struct stub_script {
    const char *name;
    enum stub_does does;
    atomic_int runs;
    int patience;      /* calls of serve() that end at once; then it goes on until cancelled;
                          -1: it takes nothing */
    atomic_int served; /* calls of serve() */
};

/** Terminated by a name that is NULL. Set before sources are made. */
extern struct stub_script *stub_scripts;

extern const struct agent_ops stub_ops;
extern const struct clock stub_clock;

/** A source of domain "one". */
struct agent *stub_agent(const char *name, const atomic_bool *cancelled);

#endif
