/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <xxhash.h>

struct hash {
    XXH3_state_t *state;
};

uint64_t hash_bytes(const void *p, size_t n, uint64_t seed)
{
    return XXH3_64bits_withSeed(p, n, seed);
}

struct hash *hash_new(void)
{
    struct hash *h = malloc(sizeof(*h));
    if (h == NULL)
        return NULL;
    h->state = XXH3_createState();
    if (h->state == NULL) {
        free(h);
        return NULL;
    }
    XXH3_128bits_reset(h->state);
    return h;
}

void hash_add(struct hash *h, const void *p, size_t n)
{
    if (n > 0)
        XXH3_128bits_update(h->state, p, n);
}

void hash_hex(const struct hash *h, char out[33])
{
    static const char digits[] = "0123456789abcdef";
    XXH128_canonical_t bytes; /* big-endian, whatever the machine is */
    static_assert(sizeof(bytes.digest) == 16, "128 bits");
    XXH128_canonicalFromHash(&bytes, XXH3_128bits_digest(h->state));
    for (size_t i = 0; i < sizeof(bytes.digest); i++) {
        out[2 * i] = digits[bytes.digest[i] >> 4];
        out[2 * i + 1] = digits[bytes.digest[i] & 15];
    }
    out[32] = '\0';
}

void hash_free(struct hash **h)
{
    if (*h == NULL)
        return;
    XXH3_freeState((*h)->state);
    free(*h);
    *h = NULL;
}
