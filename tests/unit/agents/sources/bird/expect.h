/* SPDX-License-Identifier: Apache-2.0 */
/* What a bird.conf must say, for tests of its parser. */
#ifndef RIALTO_TESTS_BIRD_EXPECT_H
#define RIALTO_TESTS_BIRD_EXPECT_H

#include "unit/agents/sources/said.h"

/** A file f of the router n and lines that it must or must not state, as said_expect() has
 * them. */
void bird_expect(const char *text, const char *const lines[]);

/** The same of a filter's body, from line 3 on, as the import filter of a session. */
void bird_expect_filter(const char *body, const char *const lines[]);

/** A filter's body and all the terms it must become, in order. */
void bird_expect_terms(const char *body, const char *const terms[]);

#endif
