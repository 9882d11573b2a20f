/* SPDX-License-Identifier: Apache-2.0 */
/* Routes that come to a table by something that is not followed. */
#ifndef RIALTO_AGENTS_SOURCES_RULES_UNTOLD_H
#define RIALTO_AGENTS_SOURCES_RULES_UNTOLD_H

#include "agents/sources/rules/rules.h"
#include "agents/sources/tree/tree.h"

/** A statement's word, and what brings the routes. A table of them, at most 32, ends with a
 * NULL word. */
struct rules_untold {
    const char *word, *by;
};

/** States once for each `by` that a statement below n is about, that the table may have routes
 * that nobody tells. n NULL: nothing. */
void rules_untold(struct rules *r, const struct tree_node *n, const char *table,
                  const struct rules_untold *words);

/** States it of one. */
void rules_put_untold(struct rules *r, const char *table, const char *by);

#endif
