/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base64 (RFC 4648 section 4), read byte by byte:
 *
 *     struct base64 b = base64_of(text);
 *     while (base64_next(&b, &byte))
 *         ...
 *     if (b.broken) ...
 */
#ifndef RIALTO_BASE_BASE64_H
#define RIALTO_BASE_BASE64_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/** What is left of a text. */
struct base64 {
    struct slice text;
    uint32_t bits;
    int have;
    bool broken; /* something that is no base64 stands there */
};

/** Begins at the text's first byte. Padding may be there or not; white space is passed over. */
struct base64 base64_of(struct slice text);

/** The next byte; false at the end, or where the text is broken. */
bool base64_next(struct base64 *b, uint8_t *out);

#endif
