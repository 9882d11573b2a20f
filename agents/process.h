/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that is run without a shell: nothing of the environment, a process group of its
 * own, so that it and its children can be killed, an absolute deadline.
 */
#ifndef RIALTO_AGENTS_PROCESS_H
#define RIALTO_AGENTS_PROCESS_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

struct process {
    const struct clock *clock;
    int64_t deadline; /* of the monotonic clock */
    bool (*cancelled)(void *payload);
    void *payload;
    pid_t pid;
    int out; /* what it prints; -1: closed */
};

/** What it gets besides its arguments. */
struct process_input {
    int in;             /* its standard input; -1: nothing */
    bool quiet;         /* what it prints as errors is dropped, not read */
    unsigned long cpu;  /* seconds; 0: no limit */
    unsigned long room; /* bytes of memory; 0: no limit */
};

#define PROCESS_PATH 4096

/** Where a program is: a name without a folder is looked for where Debian keeps such programs,
 * never in PATH. NULL: nowhere. */
const char *process_find(const char *name, char room[PROCESS_PATH]);

/** Starts argv[0], a path. */
int process_start(struct process *p, char *const argv[], const struct process_input *in,
                  struct err *e);

/** Reads what it prints, at least a byte; *got 0 is the end. */
int process_read(struct process *p, void *to, size_t room, size_t *got, struct err *e);

/** Waits for its end; kills it at the deadline, or at once. ERR_TIMEOUT: killed too late. */
int process_end(struct process *p, bool at_once, int *status);

#endif
