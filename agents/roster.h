/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration with its sources opened: what is swapped as a whole on reload. */
#ifndef RIALTO_AGENTS_ROSTER_H
#define RIALTO_AGENTS_ROSTER_H

#include <stdatomic.h>

#include "agents/instance.h"
#include "agents/settings.h"

struct roster {
    struct settings *settings;
    struct agent **agents; /* one per source, in order */
    int64_t *intervals;
    atomic_bool cancelled; /* what the agents look at */
};

/**
 * Reads and checks a configuration and opens its sources; neither files of facts nor networks
 * nor stores are touched. The first thing that is wrong is in *e.
 */
int roster_open(struct roster **out, const char *path, const struct clock *clock,
                struct err *e);

/** Closes the sources and frees all; nulls the pointer. NULL is allowed. */
void roster_free(struct roster **r);

#endif
