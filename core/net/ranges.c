/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ranges.h"

#include <assert.h>
#include <string.h>

#include "net/pieces.h"

#define SHIFT6 43 /* 18 bits behind the first three of an IPv6 address are in the directory */
#define GLOBAL 1  /* these three bits: 2000::/3, where addresses are in use (RFC 4291) */
#define TAIL   PIECES_TAIL
#define FEW    64 /* ranges are searched without a directory, which takes up to 1 MiB */

struct range6 {
    uint32_t high, low, value; /* start in halves: 12 bytes, not 16 */
};

/* One of the three. */
struct ranges {
    struct pieces *pieces; /* IPv4 */
    struct range4 *four;   /* IPv4, few */
    struct range6 *six;
    size_t n;
    uint32_t *directory; /* IPv6: of each piece of address space, the range that it begins in;
                            one more. NULL: there are few */
};

static uint64_t start6(const struct range6 *r)
{
    return (uint64_t)r->high << 32 | r->low;
}

/* --- prefixes to ranges --- */

struct sweep {
    struct ranges *r;
    const struct sorted *s;
    struct pieces_maker maker;
    uint32_t none,
        open; /* the innermost prefix that has not ended; SORTED_NONE: none has not */
    bool v6, some, failed;
    uint64_t key;         /* the last range, which is none if another begins there as well */
    uint32_t value, last; /* its value, and that of the one before, if there are `some` */
};

/* Behind the last one, where room was made. */
static inline void push(struct sweep *w, uint64_t key, uint32_t value)
{
    struct ranges *r = w->r;
    if (r->six)
        r->six[r->n++] = (struct range6){(uint32_t)(key >> 32), (uint32_t)key, value};
    else if (r->four)
        r->four[r->n++] = (struct range4){(uint32_t)key, value};
    else
        w->failed = w->failed || !pieces_add(&w->maker, (uint32_t)key, value);
}

static inline void keep(struct sweep *w)
{
    if (w->some && w->last == w->value)
        return;
    push(w, w->key, w->value);
    w->last = w->value;
    w->some = true;
}

/* From this key on the value is another; keys never fall. */
static inline void begin(struct sweep *w, uint64_t key, uint32_t value)
{
    assert(w->key <= key);
    if (w->key != key)
        keep(w);
    w->key = key;
    w->value = value;
}

static inline uint64_t key_of(const struct sweep *w, uint32_t i)
{
    uint64_t high = sorted_key(w->s, i).high;
    return w->v6 ? high : high >> 32;
}

static uint32_t value_open(const struct sweep *w)
{
    return w->open == SORTED_NONE ? w->none : sorted_value(w->s, w->open);
}

/* Behind the last address of a prefix of that length the value is the open one's. */
static inline void end(struct sweep *w, uint64_t key, unsigned len)
{
    uint64_t most = UINT64_MAX >> (w->v6 ? 0 : 32);
    uint64_t last = key | (len == 0 ? most : most >> (len - 1) >> 1);
    if (last != most)
        begin(w, last + 1, value_open(w));
}

/* Ends what is open until `until` is. */
static inline void end_until(struct sweep *w, uint32_t until)
{
    while (w->open != until) {
        uint32_t i = w->open;
        w->open = sorted_above(w->s, i);
        end(w, key_of(w, i), w->s->len[i]);
    }
}

static bool is_deep(const struct sweep *w, uint32_t i)
{
    return w->s->len[i] > 64;
}

static bool same_high(const struct sweep *w, uint32_t i, uint32_t k)
{
    return sorted_key(w->s, i).high == sorted_key(w->s, k).high;
}

/* All of these 64 bits need a look into the prefixes. */
static void put_deep(struct sweep *w, uint32_t i)
{
    const struct sorted *s = w->s;
    uint32_t above = sorted_above(s, i);
    if (i == 0 || !is_deep(w, i - 1) || !same_high(w, i - 1, i)) {
        while (above != SORTED_NONE && is_deep(w, above))
            above = sorted_above(s, above);
        end_until(w, above);
        begin(w, key_of(w, i), RANGES_DEEPER);
    }
    if (i + 1 == s->n || !same_high(w, i + 1, i))
        end(w, key_of(w, i), 64);
}

static inline void put(struct sweep *w, uint32_t i)
{
    end_until(w, sorted_above(w->s, i));
    w->open = i;
    begin(w, key_of(w, i), sorted_value(w->s, i));
}

static void put_all(struct sweep *w)
{
    w->open = SORTED_NONE;
    w->value = w->none; /* from 0 on */
    for (uint32_t i = 0; i < w->s->n && !w->failed; i++) {
        if (is_deep(w, i))
            put_deep(w, i);
        else
            put(w, i);
    }
    end_until(w, SORTED_NONE);
    keep(w);
}

/* --- the directory of IPv6 --- */

static size_t pieces6(void)
{
    return (size_t)1 << (61 - SHIFT6);
}

/* The first piece that begins at or behind a key; one too many when none does. */
static size_t piece_from(uint64_t key)
{
    uint64_t first = (uint64_t)GLOBAL << 61;
    uint64_t behind = key > first ? key - first : 0;
    uint64_t piece = (behind >> SHIFT6) + ((behind & ((UINT64_C(1) << SHIFT6) - 1)) != 0);
    return piece <= pieces6() ? (size_t)piece : pieces6() + 1;
}

static size_t directory_bytes(void)
{
    return (pieces6() + 2) * sizeof(uint32_t);
}

/* Each range is told to the first piece behind it, then each piece to the next. */
static bool make_directory(struct ranges *r, struct arena *a)
{
    uint32_t last = 0;
    r->directory = arena_alloc(a, directory_bytes());
    if (!r->directory)
        return false;
    for (size_t i = 0; i < r->n; i++)
        r->directory[piece_from(start6(&r->six[i]))] = (uint32_t)i;
    for (size_t piece = 0; piece <= pieces6(); piece++) {
        last = r->directory[piece] > last ? r->directory[piece] : last;
        r->directory[piece] = last;
    }
    return true;
}

/* --- making --- */

/* Two begin for each prefix, at most. */
static size_t most_ranges(size_t n)
{
    return 2 * n + 1 + TAIL;
}

static bool is_packed(size_t n, bool v6)
{
    return !v6 && n > FEW / 2;
}

size_t ranges_size(size_t n, bool v6, uint32_t most)
{
    size_t six = n > FEW / 2 ? directory_bytes() : 0;
    if (v6)
        return sizeof(struct ranges) + most_ranges(n) * sizeof(struct range6) + six;
    return sizeof(struct ranges) +
           (is_packed(n, v6) ? pieces_size(n, most) : most_ranges(n) * sizeof(struct range4));
}

static bool make_packed(struct sweep *w, struct arena *a)
{
    if (!pieces_start(&w->maker, w->s->n, w->s->most, a))
        return false;
    put_all(w);
    if (w->failed)
        pieces_drop(&w->maker);
    else
        w->r->pieces = pieces_end(&w->maker, a);
    return w->r->pieces;
}

/* The search looks behind the last one: more of the same. */
static bool make_plain(struct sweep *w, struct arena *a)
{
    struct ranges *r = w->r;
    void *v =
        arena_room(a, most_ranges(w->s->n) * (w->v6 ? sizeof(*r->six) : sizeof(*r->four)));
    r->six = w->v6 ? v : NULL;
    r->four = w->v6 ? NULL : v;
    if (!v)
        return false;
    put_all(w);
    if (w->v6 && r->n > FEW && !make_directory(r, a))
        return false;
    for (unsigned i = 0; i < TAIL; i++)
        push(w, UINT64_MAX, w->last);
    return true;
}

struct ranges *ranges_new(const struct sorted *prefixes, bool v6, uint32_t none,
                          struct arena *a)
{
    struct ranges *r = ARENA_NEW(a, struct ranges);
    struct sweep w = {.r = r, .s = prefixes, .none = none, .v6 = v6};
    if (!r || !(is_packed(prefixes->n, v6) ? make_packed(&w, a) : make_plain(&w, a)))
        return NULL;
    return r;
}

/* --- finding --- */

/* As range4_search(). */
static uint32_t search6(const struct range6 *r, size_t n, uint64_t key)
{
    while (n > TAIL + 1) {
        size_t half = n / 2;
        r += start6(&r[half]) <= key ? half : 0;
        n -= half;
    }
    return r[(start6(&r[1]) <= key) + (start6(&r[2]) <= key) + (start6(&r[3]) <= key)].value;
}

/* Where the directory tells of a key; NULL: nowhere. */
static const uint32_t *piece_of(const struct ranges *r, uint64_t key)
{
    if (!r->directory || key >> 61 != GLOBAL)
        return NULL;
    return r->directory + (key >> SHIFT6 & (((uint64_t)1 << (61 - SHIFT6)) - 1));
}

uint32_t ranges_find(const struct ranges *r, uint64_t key)
{
    if (r->pieces)
        return pieces_find(r->pieces, (uint32_t)key);
    if (r->four)
        return range4_search(r->four, r->n - TAIL, (uint32_t)key);
    const uint32_t *d = piece_of(r, key);
    size_t first = d ? d[0] : 0, n = d ? d[1] - d[0] + 1 : r->n - TAIL;
    return search6(&r->six[first], n, key);
}

/* What is read of a key, in this order. */
enum step { STEP_DIRECTORY, STEP_RANGE };

static void expect(const struct ranges *r, uint64_t key, enum step step)
{
    const uint32_t *d = piece_of(r, key);
    if (step == STEP_DIRECTORY)
        __builtin_prefetch(d); /* of no key: nothing */
    else if (d)
        __builtin_prefetch(&r->six[d[0]]);
}

/* All entries are read side by side, as no bytes of a piece are waited for between them. */
static void find_packed(const struct pieces *p, const uint64_t *keys, size_t n, uint32_t *out)
{
    for (size_t i = 0; i < n; i++)
        __builtin_prefetch(pieces_at(p, (uint32_t)keys[i]));
    for (size_t i = 0; i < n; i++)
        out[i] = pieces_find(p, (uint32_t)keys[i]);
}

void ranges_find_many(const struct ranges *r, const uint64_t *keys, size_t n, uint32_t *out)
{
    if (r->pieces) {
        find_packed(r->pieces, keys, n, out);
        return;
    }
    for (enum step step = STEP_DIRECTORY; r->directory && step <= STEP_RANGE; step++) {
        for (size_t i = 0; i < n; i++)
            expect(r, keys[i], step);
    }
    for (size_t i = 0; i < n; i++)
        out[i] = ranges_find(r, keys[i]);
}
