/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations of BIRD (bird.conf of versions 1.6, 2 and 3): read as a whole, then stated as
 * facts.
 *
 * BIRD takes addresses and neighbours from the kernel, so its configuration knows less than
 * others': addresses of sessions, names of interfaces, metrics, and the filters, which are
 * programs. Those are compiled into policy terms; what the terms can't say becomes `unknown`.
 * Notes name places and keywords of the language, never values.
 */
#ifndef RIALTO_AGENTS_SOURCES_BIRD_BIRD_H
#define RIALTO_AGENTS_SOURCES_BIRD_BIRD_H

#include "model/batch.h"

#define BIRD_MAX_TOKENS 2000000      /* of a file */
#define BIRD_MAX_NOTES  200          /* notes kept of a file; further ones are counted */
#define BIRD_MAX_MEMORY (512u << 20) /* bytes that one parsed file may take */
#define BIRD_MAX_DEPTH  64           /* blocks and parentheses in one another */
#define BIRD_MAX_CALLS  16           /* functions that call functions */
#define BIRD_MAX_LIST   65536        /* entries of one list */

struct bird;

/**
 * Reads a configuration. `path` names the file in messages; `node` is the router's name if the
 * file has none. Both and the text are borrowed until bird_free. Fails with ERR_PARSE
 * ("path:line:col: reason") on text that is not of the language, with ERR_LIMIT beyond the
 * limits above.
 */
int bird_read(const char *path, const char *node, struct slice text, struct bird **out,
              struct err *e);

/** States the configuration's facts and notes to a sink with an open batch. */
int bird_state(struct bird *c, struct batch_sink *sink, struct err *e);

/** How many protocols were read; 0: this is no configuration of BIRD. */
size_t bird_understood(const struct bird *c);

/** Frees it and nulls the pointer; NULL is allowed. */
void bird_free(struct bird **c);

#endif
