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

/** Lines, ended. */
#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

/** A text to be read, and what must and must not be in what it says. */
struct said_example {
    const char *text;
    const char *has[6];
    const char *has_not[3];
};

/** Checks n examples; `said` gives what a text says, to be freed. */
void said_check(const struct said_example *v, size_t n, char *(*said)(const char *text));

#endif
