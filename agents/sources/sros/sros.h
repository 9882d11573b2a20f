/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations of Nokia SR OS: of MD-CLI, with braces, as `admin show configuration` prints
 * them, flat, a whole path on each line, or as JSON (`info json`); or of the classic CLI
 * (`admin display-config`).
 *
 * What is not followed is noted by its place and by keywords of the language, never by a value;
 * descriptions and comments are not kept at all.
 */
#ifndef RIALTO_AGENTS_SOURCES_SROS_SROS_H
#define RIALTO_AGENTS_SOURCES_SROS_SROS_H

#include "model/batch.h"

struct sros;

/**
 * Reads a configuration. `path` names the file in messages; `node` is the router's name if the
 * file has none. Both and the text are borrowed until sros_free. ERR_PARSE for text that is
 * binary or cut off; ERR_LIMIT beyond the limits of
 * agents/sources/tree/tree.h; ERR_NOENT without a statement below `configure`.
 */
int sros_read(const char *path, const char *node, struct slice text, struct sros **out,
              struct err *e);

/** States the configuration's facts and notes to a sink with an open batch; once. */
int sros_state(struct sros *s, struct batch_sink *sink, struct err *e);

/** Frees it and nulls the pointer; NULL is allowed. */
void sros_free(struct sros **s);

#endif
