/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations of FRR (versions 7 to 10), as `show running-config` prints them or frr.conf
 * holds them: read as a whole, then stated as facts.
 *
 * Statements that are not understood are passed over and noted. A note names the place and
 * keywords of the language, never a value, so that no password can end up in one; descriptions
 * are not kept at all.
 */
#ifndef RIALTO_AGENTS_SOURCES_FRR_FRR_H
#define RIALTO_AGENTS_SOURCES_FRR_FRR_H

#include "model/batch.h"

#define FRR_MAX_LINE   (64 * 1024)  /* bytes of a line */
#define FRR_MAX_LINES  1000000      /* lines of a file */
#define FRR_MAX_NOTES  200          /* notes kept of a file; further ones are counted */
#define FRR_MAX_MEMORY (256u << 20) /* bytes that one parsed file may take */

struct frr;

/**
 * Reads a configuration. `path` names the file in messages; `node` is the router's name if the
 * file has no hostname. Both and the text are borrowed until frr_free. Fails with ERR_PARSE
 * ("path:line:col: reason") on text that is binary or cut off, with ERR_LIMIT beyond the limits
 * above; never on statements.
 */
int frr_read(const char *path, const char *node, struct slice text, struct frr **out,
             struct err *e);

/** States the configuration's facts and notes to a sink with an open batch. */
int frr_state(struct frr *c, struct batch_sink *sink, struct err *e);

/** How many statements were understood; 0: this is no FRR configuration. */
size_t frr_understood(const struct frr *c);

/** Frees it and nulls the pointer; NULL is allowed. */
void frr_free(struct frr **c);

#endif
