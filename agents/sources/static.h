/* SPDX-License-Identifier: Apache-2.0 */
/* Facts that an operator writes down: see docs/sources/static.md. */
#ifndef RIALTO_AGENTS_SOURCES_STATIC_H
#define RIALTO_AGENTS_SOURCES_STATIC_H

#include "conf/conf.h"
#include "model/facts.h"

#define STATIC_MAX_BYTES ((size_t)1 << 20)

/** What the file may hold; also its manual. */
extern const struct conf_item static_items[];

struct static_text {
    const char *name; /* of the file, for messages */
    const char *p;
    size_t n;
    const char *domain; /* that the agent speaks for */
};

/**
 * Reads a text into facts (out->arena must be set; it owns everything). All or nothing: after
 * an error what is in *out is not to be used. *e has "file:line:column: key: reason".
 */
int static_read(const struct static_text *text, struct facts *out, struct err *e);

#endif
