/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compression of a body that is mostly what an earlier one was (RFC 1952). The only user of
 * zlib.
 *
 * A large body is cut into blocks, at places that its content tells, so that a change moves
 * none but those near it. Each block is compressed for itself (after a full flush), so those of
 * the earlier body can be taken over as they are:
 *
 *     earlier   | a | b | c | d |        a, c, d: copied, checksums combined
 *     now       | a | B | c | d |        B: compressed
 *
 * The result is one gzip member, some per cent longer than without blocks.
 */
#ifndef RIALTO_WIRE_REPACK_H
#define RIALTO_WIRE_REPACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define REPACK_FROM ((size_t)1 << 20) /* bytes; shorter bodies are always compressed as one */

/** A compressed body, and what its blocks were. Counted; immutable. */
struct repack;

/**
 * Compresses n bytes. `before` (NULL: none) is what this returned for an earlier body: where at
 * least three quarters of this one are blocks of that, it is compressed by blocks, else
 * quickly. An equal body is the same again. Only bodies compressed with the same seed, which
 * nobody else should know, can be compared. 0 or ERR_NOMEM.
 */
int repack(const void *p, size_t n, uint64_t seed, struct repack *before, struct repack **out);

const char *repack_text(const struct repack *r, size_t *n);
struct repack *repack_hold(struct repack *r);
void repack_release(struct repack **r);

#endif
