/* SPDX-License-Identifier: Apache-2.0 */
/* A temporary folder with git repositories in it, made by the git program. */
#ifndef RIALTO_TESTS_SCRATCH_H
#define RIALTO_TESTS_SCRATCH_H

#include <stdbool.h>

struct scratch {
    char path[64];
};

/** Makes the folder; false when there is no git program (said on standard output). */
bool scratch_open(struct scratch *s);

/** Removes it with all that is in it. */
void scratch_close(struct scratch *s);

/** Runs a shell command within it; must succeed. Git knows an author and no settings of the
 * user. */
void scratch_run(const struct scratch *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** Writes a file below it; folders in between are made. */
void scratch_write(const struct scratch *s, const char *name, const char *text);

#endif
