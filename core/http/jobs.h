/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that work off a queue, which holds only so much. Thread-safe. */
#ifndef RIALTO_HTTP_JOBS_H
#define RIALTO_HTTP_JOBS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/** Stands in what is to be done. */
struct job {
    struct job *next;
};

struct jobs_config {
    unsigned threads;
    size_t max; /* that wait */
    bool low;   /* whoever else has something to do goes first, if the system allows it */
    void (*run)(struct job *job);
};

struct jobs;

/** Starts the threads. */
int jobs_start(struct jobs **out, const struct jobs_config *c, struct err *e);

/** False: too many wait, or it is over. `accepted` is called before a thread has it. */
bool jobs_add(struct jobs *j, struct job *job, void (*accepted)(struct job *job));

/**
 * Called now and then. Whoever is low and at the same job as at the call before gets a share of
 * the processors until this is done, however busy others are.
 */
void jobs_look(struct jobs *j);

/** No more from now on; what waits is done when this returns. */
void jobs_stop(struct jobs *j);

/** Frees what was stopped and nulls the pointer. */
void jobs_free(struct jobs **j);

#endif
