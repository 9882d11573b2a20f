/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prefixes of one family in order, each with the nearest one that covers it:
 *
 *     i   prefix        above
 *     0   10.0.0.0/8    -
 *     1   10.0.0.0/16   0
 *     2   10.64.0.0/10  0
 *
 * What covers an address is the last prefix that begins at or before it, or stands above that
 * one. A number of what is above has 2 bytes: it counts from where its block of 2^15 prefixes
 * begins; of the few that are in no block of theirs, each block lists those that are open where
 * it begins, and the number is a place in that list. For lpm.c alone.
 */
#ifndef RIALTO_NET_SORTED_H
#define RIALTO_NET_SORTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define SORTED_NONE UINT32_MAX

/** The bits of an address from the left; IPv4 takes the first 32. */
struct key {
    uint64_t high, low;
};

struct sorted_item {
    struct key key;
    uint32_t value;
    uint8_t len;
};

/** Prefixes of one family, with room to sort them. */
struct sorted_items {
    struct sorted_item *v, *spare;
    size_t n;
    uint32_t most; /* no value is above */
};

struct sorted {
    uint32_t n, most;     /* no value is above `most` */
    uint32_t *four;       /* keys of IPv4; or */
    uint64_t *high, *low; /* keys; low NULL: all of it is 0 */
    void *value;          /* each of 2 bytes, or of 4 if `most` has more: */
    bool wide;
    uint16_t *above; /* see sorted_above() */
    uint32_t *open;  /* SORTED_OPEN of each block, the innermost first */
    uint8_t *len;
};

#define SORTED_BLOCK ((uint32_t)1 << 15) /* prefixes */
#define SORTED_OPEN  128                 /* prefixes around one of another block, at most */
#define SORTED_LIST  0x8000U             /* what is above is in the block's list */
#define SORTED_FREE  0xffffU             /* nothing is above */

/** Sorts items by key and length; which of the two arrays they are in then may change. */
void sorted_order(struct sorted_items *items);

/** Of sorted items, fewer than SORTED_NONE. ERR_NOMEM; ERR_CONFLICT: two are the same prefix.
 */
int sorted_make(struct sorted *out, const struct sorted_items *items, bool v6, struct arena *a);

/** About how many bytes n of them take. */
size_t sorted_size(size_t n, bool v6);

static inline struct key sorted_key(const struct sorted *s, uint32_t i)
{
    if (s->four)
        return (struct key){(uint64_t)s->four[i] << 32, 0};
    return (struct key){s->high[i], s->low ? s->low[i] : 0};
}

static inline uint32_t sorted_value(const struct sorted *s, uint32_t i)
{
    return s->wide ? ((const uint32_t *)s->value)[i] : ((const uint16_t *)s->value)[i];
}

/** The nearest one that covers prefix i; or SORTED_NONE. */
static inline uint32_t sorted_above(const struct sorted *s, uint32_t i)
{
    const uint32_t at = s->above[i], block = i / SORTED_BLOCK;
    if (at < SORTED_LIST)
        return block * SORTED_BLOCK + at;
    return at == SORTED_FREE ? SORTED_NONE
                             : s->open[(size_t)block * SORTED_OPEN + (at & ~SORTED_LIST)];
}

/** The longest prefix of at most `bits` that covers the first `bits` of k, which ends with
 * zeros behind them; or SORTED_NONE. */
uint32_t sorted_find(const struct sorted *s, struct key k, unsigned bits);

/** Is the prefix of that length and key one that has k? */
static inline bool sorted_covers(struct key outer, unsigned len, struct key k)
{
    if (len <= 64)
        return len == 0 || (outer.high ^ k.high) >> (64 - len) == 0;
    return outer.high == k.high && (outer.low ^ k.low) >> (128 - len) == 0;
}

#endif
