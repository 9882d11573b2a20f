/* SPDX-License-Identifier: Apache-2.0 */
/* Compression of whole bodies (RFC 1952). The only user of libdeflate. */
#ifndef RIALTO_WIRE_GZIP_H
#define RIALTO_WIRE_GZIP_H

#include <stddef.h>

#include "base/err.h"

/**
 * Compresses n bytes; *out is the caller's (free()). Large bodies are compressed quickly,
 * others well. ERR_NOMEM.
 */
int wire_gzip(const void *p, size_t n, char **out, size_t *out_n);

#endif
