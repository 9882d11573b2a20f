/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path vectors as they come (RFC 9275 section 6.5: multipart/related, costs first, then the
 * properties of the network elements) and as they are kept: one document
 * (docs/sources/documents.md).
 */
#ifndef RIALTO_AGENTS_ALTO_PARTS_H
#define RIALTO_AGENTS_ALTO_PARTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/** Appends one document that holds both parts of the body. `type` is its media type, with the
 * boundary. ERR_PARSE, ERR_SCHEMA. */
int parts_join(struct slice body, const char *type, struct arena *a, struct buf *out,
               struct err *e);

#endif
