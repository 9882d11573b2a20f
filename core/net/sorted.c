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

/* By the bits of one part that differ. */
static inline void sort_part(struct sorted_items *items, enum part part, uint64_t differ)
{
    while (differ != 0) {
        unsigned shift = (unsigned)__builtin_ctzll(differ);
        struct sorted_item *from = items->v;
        deal(from, items->spare, items->n, part, shift);
        items->v = items->spare;
        items->spare = from;
        differ &= shift + DIGIT_BITS < 64 ? ~UINT64_C(0) << (shift + DIGIT_BITS) : 0;
    }
}

void sorted_order(struct sorted_items *items)
{
    struct sorted_item *v = items->v;
    uint64_t len = 0, low = 0, high = 0;
    for (size_t i = 1; i < items->n; i++) {
        len |= v[i].len ^ v[0].len;
        low |= v[i].key.low ^ v[0].key.low;
        high |= v[i].key.high ^ v[0].key.high;
    }
    sort_part(items, PART_LEN, len);
    sort_part(items, PART_LOW, low);
    sort_part(items, PART_HIGH, high);
}

/* --- making --- */

static uint64_t any_low(const struct sorted_item *items, size_t n)
{
    uint64_t any = 0;
    for (size_t i = 0; i < n; i++)
        any |= items[i].key.low;
    return any;
}

static size_t open_bytes(size_t n)
{
    return (n / SORTED_BLOCK + 1) * SORTED_OPEN * sizeof(uint32_t);
}

size_t sorted_size(size_t n, bool v6)
{
    return n * (v6 ? 13 : 9) + open_bytes(n);
}

static bool make_keys(struct sorted *s, const struct sorted_items *items, bool v6,
                      struct arena *a)
{
    if (!v6) {
        s->four = arena_room(a, items->n * sizeof(*s->four));
        return s->four;
    }
    s->high = arena_room(a, items->n * sizeof(*s->high));
    if (any_low(items->v, items->n) == 0)
        return s->high;
    s->low = arena_room(a, items->n * sizeof(*s->low));
    return s->high && s->low;
}

static bool make_room(struct sorted *s, size_t n, struct arena *a)
{
    s->value = arena_room(a, n * (s->wide ? sizeof(uint32_t) : sizeof(uint16_t)));
    s->above = arena_room(a, n * sizeof(*s->above));
    s->open = arena_room(a, open_bytes(n));
    s->len = arena_room(a, n);
    return s->value && s->above && s->open && s->len;
}

static void put_keys(struct sorted *s, const struct sorted_item *items, size_t n)
{
    for (size_t i = 0; s->four && i < n; i++)
        s->four[i] = (uint32_t)(items[i].key.high >> 32);
    for (size_t i = 0; s->high && i < n; i++)
        s->high[i] = items[i].key.high;
    for (size_t i = 0; s->low && i < n; i++)
        s->low[i] = items[i].key.low;
}

static void put_values(struct sorted *s, const struct sorted_item *items, size_t n)
{
    uint16_t *narrow = s->wide ? NULL : s->value;
    uint32_t *wide = s->wide ? s->value : NULL;
    for (size_t i = 0; narrow && i < n; i++)
        narrow[i] = (uint16_t)items[i].value;
    for (size_t i = 0; wide && i < n; i++)
        wide[i] = items[i].value;
    for (size_t i = 0; i < n; i++)
        s->len[i] = items[i].len;
}

/* What is open where a block begins: what is above its first one, and so on. */
static void list_open(struct sorted *s, uint32_t block, uint32_t above)
{
    uint32_t *open = s->open + (size_t)block * SORTED_OPEN;
    for (; above != SORTED_NONE; above = sorted_above(s, above))
        *open++ = above;
}

/* As sorted_above() reads it. */
static uint16_t tell_above(const struct sorted *s, uint32_t i, uint32_t above)
{
    uint32_t block = i / SORTED_BLOCK, at = 0;
    if (above == SORTED_NONE)
        return SORTED_FREE;
    if (above / SORTED_BLOCK == block)
        return (uint16_t)(above % SORTED_BLOCK);
    while (s->open[(size_t)block * SORTED_OPEN + at] != above)
        at++;
    return (uint16_t)(SORTED_LIST | at);
}

static int put_above(struct sorted *s)
{
    uint32_t above = SORTED_NONE;
    for (uint32_t i = 0; i < s->n; i++) {
        struct key key = sorted_key(s, i);
        while (above != SORTED_NONE && !sorted_covers(sorted_key(s, above), s->len[above], key))
            above = sorted_above(s, above);
        if (above != SORTED_NONE && s->len[above] == s->len[i])
            return ERR_CONFLICT;
        if (i % SORTED_BLOCK == 0)
            list_open(s, i / SORTED_BLOCK, above);
        s->above[i] = tell_above(s, i, above);
        above = i;
    }
    return 0;
}

int sorted_make(struct sorted *out, const struct sorted_items *items, bool v6, struct arena *a)
{
    const size_t n = items->n;
    *out = (struct sorted){.most = items->most, .wide = items->most >= UINT16_MAX};
    assert(n < SORTED_NONE);
    if (!make_keys(out, items, v6, a) || !make_room(out, n, a))
        return ERR_NOMEM;
    out->n = (uint32_t)n;
    put_keys(out, items->v, n);
    put_values(out, items->v, n);
    return put_above(out);
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
        i = sorted_above(s, i);
    return i;
}
