/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/tree.h"

#include <stdbool.h>

/* The parser's own limit is fixed at 2048 levels of recursion, so depth is counted before. */
static bool too_deep(const char *text, size_t len, unsigned max)
{
    unsigned depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{') && ++depth > max)
            return true;
        else if (!quoted && (c == ']' || c == '}') && depth > 0)
            depth--;
    }
    return false;
}

json_t *wire_tree(const char *text, size_t len, unsigned depth, struct err *e)
{
    json_error_t error = {0};
    if (too_deep(text, len, depth)) {
        err_set(e, ERR_LIMIT, "nested deeper than %u levels", depth);
        return NULL;
    }
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    /* Whole numbers may be of any length (RFC 8259 section 6); the parser's have 64 bits. */
    if (!root && json_error_code(&error) == json_error_numeric_overflow)
        root = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
    if (!root && json_error_code(&error) == json_error_out_of_memory)
        err_set(e, ERR_NOMEM, "no memory to parse");
    else if (!root)
        err_set(e, ERR_PARSE, "line %d, column %d: %s", error.line, error.column, error.text);
    return root;
}
