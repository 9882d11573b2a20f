/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a text as one of the formats of traces and gives what it says in few words, a trace a
 * block:
 *
 *     198.51.100.1 > 192.0.2.9 at 2025-11-22T02:07:09Z reached      "-": not told; cut, no
 *     1 3/0 192.0.2.1 0.5 AS64500 {L=16} !X, 192.0.2.2              probes/lost, responders
 *     2 3/3
 *     ignored x: line 3: why
 */
#ifndef RIALTO_TESTS_TRACE_READING_H
#define RIALTO_TESTS_TRACE_READING_H

#include "agents/sources/trace/dialects.h"

/** To be freed. A refusal gives its message. `dialect` NULL: as guessed. */
char *trace_reading(const char *dialect, const char *text, size_t n);

/** The text must read so. */
void trace_expect(const char *dialect, const char *text, const char *want);

/** Every beginning of the text is read or refused; then the text with each byte changed. */
void trace_expect_robust(const char *dialect, const char *text);

#endif
