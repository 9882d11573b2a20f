/* SPDX-License-Identifier: Apache-2.0 */
/* What a parser of configurations states, as lines of text to look for. */
#ifndef RIALTO_UNIT_FACT_LINES_H
#define RIALTO_UNIT_FACT_LINES_H

#include "model/batch.h"

/** States everything to an open sink; what junos_state and its like are. */
typedef int fact_lines_state(void *parsed, struct batch_sink *sink, struct err *e);

/** "KIND JSON" and "ignored WHERE: REASON" lines; to be freed. */
char *fact_lines(fact_lines_state *state, void *parsed);

/** Fails unless the lines have this text; or if they have it. */
void expect_text(const char *lines, const char *text);
void expect_no_text(const char *lines, const char *text);

#endif
