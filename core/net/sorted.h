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
 * one. For lpm.c alone.
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

struct sorted {
    uint32_t n;
    uint64_t *high, *low;    /* keys; low NULL: all of it is 0 */
    uint32_t *value, *above; /* SORTED_NONE: none is above */
    uint8_t *len;
};

/**
 * Sorts items, which are left in any order, by key and length. `spare` has room for as many.
 * Returns whichever of the two arrays has them sorted.
 */
struct sorted_item *sorted_order(struct sorted_item *items, struct sorted_item *spare,
                                 size_t n);

/** Of sorted items, fewer than SORTED_NONE. ERR_NOMEM; ERR_CONFLICT: two are the same prefix.
 */
int sorted_make(struct sorted *out, const struct sorted_item *items, size_t n, struct arena *a);

/** About how many bytes n of them take. */
static inline size_t sorted_size(size_t n)
{
    return n * 17;
}

static inline struct key sorted_key(const struct sorted *s, uint32_t i)
{
    return (struct key){s->high[i], s->low ? s->low[i] : 0};
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
