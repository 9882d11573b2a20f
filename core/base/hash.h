/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content hashing for tags and deduplication (xxHash3, 128 bit; not cryptographic). Values are
 * the same on every machine and in every run.
 */
#ifndef RIALTO_BASE_HASH_H
#define RIALTO_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash; /* a running hash */

#define HASH_KEY 16 /* bytes */

/** SipHash-2-4: who does not know the key can't tell the values from random ones. */
uint64_t hash_keyed(const uint8_t key[HASH_KEY], const void *p, size_t n);

/** 64-bit hash of bytes. */
uint64_t hash_bytes(const void *p, size_t n, uint64_t seed);

/** A running 128-bit hash; NULL when out of memory. */
struct hash *hash_new(void);
void hash_add(struct hash *h, const void *p, size_t n);

/** The hash so far as 32 hex digits and a 0 into out. */
void hash_hex(const struct hash *h, char out[33]);
void hash_free(struct hash **h);

#endif
