/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text to a tree of jansson, with the limits that untrusted input needs. Private to this
 * folder. */
#ifndef RIALTO_WIRE_TREE_H
#define RIALTO_WIRE_TREE_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"

/**
 * Parses a whole text: no duplicate names, no trailing text, nesting of at most `depth`.
 * Returns a new reference, or NULL with ERR_PARSE (with line and column), ERR_LIMIT (too deep)
 * or ERR_NOMEM.
 */
json_t *wire_tree(const char *text, size_t len, unsigned depth, struct err *e);

#endif
