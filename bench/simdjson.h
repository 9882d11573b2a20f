/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON as simdjson does (its DOM), to compare with. */
#ifndef RIALTO_BENCH_SIMDJSON_H
#define RIALTO_BENCH_SIMDJSON_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct simdjson_text;

/** Was it there when this was built? Else there are no texts either. */
bool bench_simdjson_is_there(void);

/** A copy of the text with the padding that it wants, and a parser that keeps its memory; NULL:
 * not there. */
struct simdjson_text *bench_simdjson_new(const char *text, size_t len);
void bench_simdjson_free(struct simdjson_text *t);

/** Parses all of it; how many members the member `name` of the root has, 0 where it fails. */
size_t bench_simdjson_members(struct simdjson_text *t, const char *name);

#ifdef __cplusplus
}
#endif

#endif
