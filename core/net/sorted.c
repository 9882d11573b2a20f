/* SPDX-License-Identifier: Apache-2.0 */
#include "net/sorted.h"

#include <assert.h>

#include "base/err.h"

#define DIGIT_BITS 12
#define DIGITS     ((size_t)1 << DIGIT_BITS)
#define DIGIT_MASK (DIGITS - 1)

/* --- sorting: by digits from the least significant on, those that differ --- */

enum part { PART_LEN, PART_LOW, PART_HIGH };

static inline uint64_t part_of(const struct sorted_item *item, enum part part)
{
    return part == PART_LEN ? item->len : part == PART_LOW ? item->key.low : item->key.high;
}

/* Stable, by one digit. */
static inline void deal(const struct sorted_item *from, struct sorted_item *to, size_t n,
                        enum part part, unsigned shift)
{
    size_t at[DIGITS] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++)
        at[part_of(&from[i], part) >> shift & DIGIT_MASK]++;
    for (size_t d = 0; d < DIGITS; d++) {
        size_t count = at[d];
        at[d] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        to[at[part_of(&from[i], part) >> shift & DIGIT_MASK]++] = from[i];
}

/* By one part; returns where the sorted ones are. */
static inline struct sorted_item *
sort_part(struct sorted_item *items, struct sorted_item **spare, size_t n, enum part part)
{
    uint64_t differ = 0;
    for (size_t i = 1; i < n; i++)
        differ |= part_of(&items[i], part) ^ part_of(&items[0], part);
    while (differ != 0) {
        unsigned shift = (unsigned)__builtin_ctzll(differ);
        deal(items, *spare, n, part, shift);
        struct sorted_item *sorted = *spare;
        *spare = items;
        items = sorted;
        differ &= shift + DIGIT_BITS < 64 ? ~UINT64_C(0) << (shift + DIGIT_BITS) : 0;
    }
    return items;
}

struct sorted_item *sorted_order(struct sorted_item *items, struct sorted_item *spare, size_t n)
{
    items = sort_part(items, &spare, n, PART_LEN);
    items = sort_part(items, &spare, n, PART_LOW);
    return sort_part(items, &spare, n, PART_HIGH);
}

/* --- making --- */

static bool any_low(const struct sorted_item *items, size_t n)
{
    uint64_t any = 0;
    for (size_t i = 0; i < n; i++)
        any |= items[i].key.low;
    return any != 0;
}

static bool make_room(struct sorted *s, size_t n, bool low, struct arena *a)
{
    s->high = arena_room(a, n * sizeof(*s->high));
    s->low = low ? arena_room(a, n * sizeof(*s->low)) : NULL;
    s->value = arena_room(a, n * sizeof(*s->value));
    s->above = arena_room(a, n * sizeof(*s->above));
    s->len = arena_room(a, n);
    return s->high && (s->low || !low) && s->value && s->above && s->len;
}

int sorted_make(struct sorted *out, const struct sorted_item *items, size_t n, struct arena *a)
{
    *out = (struct sorted){0};
    assert(n < SORTED_NONE);
    if (!make_room(out, n, any_low(items, n), a))
        return ERR_NOMEM;
    uint32_t above = SORTED_NONE;
    for (uint32_t i = 0; i < n; i++) {
        const struct sorted_item *item = &items[i];
        while (above != SORTED_NONE &&
               !sorted_covers(sorted_key(out, above), out->len[above], item->key))
            above = out->above[above];
        if (above != SORTED_NONE && out->len[above] == item->len)
            return ERR_CONFLICT;
        out->high[i] = item->key.high;
        if (out->low)
            out->low[i] = item->key.low;
        out->value[i] = item->value;
        out->len[i] = item->len;
        out->above[i] = above;
        above = i;
    }
    out->n = (uint32_t)n;
    return 0;
}

/* --- finding --- */

static bool is_behind(const struct sorted *s, uint32_t i, struct key k, unsigned bits)
{
    struct key at = sorted_key(s, i);
    if (at.high != k.high)
        return at.high > k.high;
    return at.low != k.low ? at.low > k.low : s->len[i] > bits;
}

uint32_t sorted_find(const struct sorted *s, struct key k, unsigned bits)
{
    uint32_t low = 0, high = s->n; /* what is before low is not behind k, from high on all is */
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (is_behind(s, mid, k, bits))
            high = mid;
        else
            low = mid + 1;
    }
    uint32_t i = low > 0 ? low - 1 : SORTED_NONE;
    while (i != SORTED_NONE && !sorted_covers(sorted_key(s, i), s->len[i], k))
        i = s->above[i];
    return i;
}
