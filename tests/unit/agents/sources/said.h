/* SPDX-License-Identifier: Apache-2.0 */
/* What a configuration says, as lines of text, for tests of its parsers. */
#ifndef RIALTO_TESTS_SAID_H
#define RIALTO_TESTS_SAID_H

#include "model/batch.h"

/** Something that was read and can be stated. */
typedef int said_state(void *c, struct batch_sink *sink, struct err *e);

/** All facts as "KIND JSON\n" and notes as "ignored WHERE: REASON\n"; to be freed. */
char *said_of(said_state *state, void *c);

/** The text must hold each of these lines (or beginnings of lines), NULL-terminated; one that
 * begins with '-' must not be there. */
void said_expect(const char *text, const char *const lines[]);

#endif
