/* SPDX-License-Identifier: Apache-2.0 */
/* Compression of whole bodies (RFC 1952). The only user of libdeflate. */
#ifndef RIALTO_WIRE_GZIP_H
#define RIALTO_WIRE_GZIP_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

/**
 * Compresses n bytes; *out is the caller's (free()). Large bodies are compressed quickly,
 * others well. ERR_NOMEM.
 */
int wire_gzip(const void *p, size_t n, char **out, size_t *out_n);

/**
 * What was compressed, of at most `limit` bytes; *out is the caller's (free()). ERR_PARSE: no
 * such data; ERR_LIMIT; ERR_NOMEM.
 */
int wire_gunzip(struct slice packed, size_t limit, char **out, size_t *out_n, struct err *e);

#endif
