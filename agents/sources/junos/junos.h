/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations of Junos, as `show configuration` prints them, with braces or as `set`
 * commands: read as a whole, then stated as facts.
 *
 * What is not followed is noted by its place and by keywords of the language, never by a value,
 * so that no secret can end up in a note; descriptions and comments are not kept at all.
 */
#ifndef RIALTO_AGENTS_SOURCES_JUNOS_JUNOS_H
#define RIALTO_AGENTS_SOURCES_JUNOS_JUNOS_H

#include "model/batch.h"

struct junos;

/**
 * Reads a configuration. `path` names the file in messages; `node` is the router's name if the
 * file has none. Both and the text are borrowed until junos_free. ERR_PARSE for text that is
 * binary, cut off or in a form that is not read; ERR_LIMIT beyond the limits of
 * agents/sources/tree/tree.h; ERR_NOENT without a statement about routing or interfaces.
 */
int junos_read(const char *path, const char *node, struct slice text, struct junos **out,
               struct err *e);

/** States the configuration's facts and notes to a sink with an open batch; once. */
int junos_state(struct junos *j, struct batch_sink *sink, struct err *e);

/** Frees it and nulls the pointer; NULL is allowed. */
void junos_free(struct junos **j);

#endif
