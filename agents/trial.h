/* SPDX-License-Identifier: Apache-2.0 */
/* `rialto-agent try`: what a source would say, printed instead of stored. */
#ifndef RIALTO_AGENTS_TRIAL_H
#define RIALTO_AGENTS_TRIAL_H

#include "agents/trial_sink.h"

/** What to try: a configuration, or files as a kind of source reads them. */
struct trial {
    const char *config;  /* NULL: files */
    const char *source;  /* of the configuration; NULL: all of its sources */
    const char *kind;    /* of source, for files */
    const char *dialect; /* of the kind; NULL or "auto": told by each file's content */
    char *const *files;  /* files and folders, NULL-terminated */
    enum trial_form form;
};

/**
 * Reads once and prints on `out`; complaints about the request itself go to standard error.
 * Returns an exit code of rialto-agent: EXIT_SOURCES when something could not be read.
 */
int trial_run(const struct trial *t, FILE *out);

/** `try` and its options: argv[0] is the word itself. An exit code. */
int trial_command(int argc, char **argv);

#endif
