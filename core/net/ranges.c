/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ranges.h"

#include <assert.h>
#include <string.h>

#define SHIFT4 14 /* 18 bits of an IPv4 address are in the directory, the rest are not */
#define SHIFT6 43 /* 18 bits behind the first three of an IPv6 address are */
#define GLOBAL 1  /* these three bits: 2000::/3, where addresses are in use (RFC 4291) */
#define TAIL   3
#define FEW    64 /* ranges are searched without a directory, which takes 1 MiB */

/* Beginning and value beside each other: a lookup waits for memory, not for the processor. */
struct range4 {
    uint32_t start, value;
};

struct range6 {
    uint32_t high, low, value; /* start in halves: 12 bytes, not 16 */
};

struct ranges {
    bool v6;
    struct range4 *four; /* one of the two */
    struct range6 *six;
    size_t n;
    uint32_t *directory; /* of each piece of address space, the range that it begins in; one
                            more. NULL: there are few */
};

static uint64_t start6(const struct range6 *r)
{
    return (uint64_t)r->high << 32 | r->low;
}

static uint64_t start_of(const struct ranges *r, size_t i)
{
    return r->v6 ? start6(&r->six[i]) : r->four[i].start;
}

static uint32_t value_of(const struct ranges *r, size_t i)
{
    return r->v6 ? r->six[i].value : r->four[i].value;
}

/* Behind the last one, where room was made. */
static void push(struct ranges *r, uint64_t key, uint32_t value)
{
    if (r->v6)
        r->six[r->n++] = (struct range6){(uint32_t)(key >> 32), (uint32_t)key, value};
    else
        r->four[r->n++] = (struct range4){(uint32_t)key, value};
}

/* From this key on the value is another; keys never fall. */
static void begin(struct ranges *r, uint64_t key, uint32_t value)
{
    assert(r->n == 0 || start_of(r, r->n - 1) <= key);
    r->n -= r->n > 0 && start_of(r, r->n - 1) == key; /* nothing was between */
    if (r->n == 0 || value_of(r, r->n - 1) != value)
        push(r, key, value);
}

/* --- prefixes to ranges --- */

struct sweep {
    struct ranges *r;
    const struct sorted *s;
    uint32_t none,
        open; /* the innermost prefix that has not ended; SORTED_NONE: none has not */
};

static uint64_t key_of(const struct sweep *w, uint32_t i)
{
    return w->r->v6 ? w->s->high[i] : w->s->high[i] >> 32;
}

static uint32_t value_open(const struct sweep *w)
{
    return w->open == SORTED_NONE ? w->none : w->s->value[w->open];
}

/* Behind the last address of a prefix of that length the value is the open one's. */
static void end(struct sweep *w, uint64_t key, unsigned len)
{
    uint64_t most = UINT64_MAX >> (w->r->v6 ? 0 : 32);
    uint64_t last = key | (len == 0 ? most : most >> (len - 1) >> 1);
    if (last != most)
        begin(w->r, last + 1, value_open(w));
}

/* Ends what is open until `until` is. */
static void end_until(struct sweep *w, uint32_t until)
{
    while (w->open != until) {
        uint32_t i = w->open;
        w->open = w->s->above[i];
        end(w, key_of(w, i), w->s->len[i]);
    }
}

static bool is_deep(const struct sweep *w, uint32_t i)
{
    return w->s->len[i] > 64;
}

/* All of these 64 bits need a look into the prefixes. */
static void put_deep(struct sweep *w, uint32_t i)
{
    const struct sorted *s = w->s;
    uint32_t above = s->above[i];
    if (i == 0 || !is_deep(w, i - 1) || s->high[i - 1] != s->high[i]) {
        while (above != SORTED_NONE && is_deep(w, above))
            above = s->above[above];
        end_until(w, above);
        begin(w->r, s->high[i], RANGES_DEEPER);
    }
    if (i + 1 == s->n || s->high[i + 1] != s->high[i])
        end(w, s->high[i], 64);
}

static void put(struct sweep *w, uint32_t i)
{
    end_until(w, w->s->above[i]);
    w->open = i;
    begin(w->r, key_of(w, i), w->s->value[i]);
}

static void put_all(struct ranges *r, const struct sorted *s, uint32_t none)
{
    struct sweep w = {.r = r, .s = s, .none = none, .open = SORTED_NONE};
    begin(r, 0, none);
    for (uint32_t i = 0; i < s->n; i++) {
        if (is_deep(&w, i))
            put_deep(&w, i);
        else
            put(&w, i);
    }
    end_until(&w, SORTED_NONE);
}

/* --- the directory --- */

static size_t pieces(bool v6)
{
    return v6 ? (size_t)1 << (61 - SHIFT6) : (size_t)1 << (32 - SHIFT4);
}

/* The first piece that begins at or behind a key; one too many when none does. */
static size_t piece_from(const struct ranges *r, uint64_t key)
{
    unsigned shift = r->v6 ? SHIFT6 : SHIFT4;
    uint64_t first = r->v6 ? (uint64_t)GLOBAL << 61 : 0;
    uint64_t behind = key > first ? key - first : 0;
    uint64_t piece = (behind >> shift) + ((behind & ((UINT64_C(1) << shift) - 1)) != 0);
    size_t n = pieces(r->v6);
    return piece <= n ? (size_t)piece : n + 1;
}

static size_t directory_bytes(bool v6)
{
    return (pieces(v6) + 2) * sizeof(uint32_t);
}

/* Each range is told to the first piece behind it, then each piece to the next. */
static bool make_directory(struct ranges *r, struct arena *a)
{
    size_t n = pieces(r->v6);
    uint32_t last = 0;
    r->directory = arena_alloc(a, directory_bytes(r->v6));
    if (!r->directory)
        return false;
    for (size_t i = 0; i < r->n; i++)
        r->directory[piece_from(r, start_of(r, i))] = (uint32_t)i;
    for (size_t piece = 0; piece <= n; piece++) {
        last = r->directory[piece] > last ? r->directory[piece] : last;
        r->directory[piece] = last;
    }
    return true;
}

/* The search looks behind the last one: more of the same. */
static void add_tail(struct ranges *r)
{
    uint32_t value = value_of(r, r->n - 1);
    for (unsigned i = 0; i < TAIL; i++)
        push(r, UINT64_MAX, value);
}

/* Two begin for each prefix, at most. */
static size_t bytes_of(size_t n, bool v6)
{
    return (2 * n + 1 + TAIL) * (v6 ? sizeof(struct range6) : sizeof(struct range4));
}

size_t ranges_size(size_t n, bool v6)
{
    return sizeof(struct ranges) + bytes_of(n, v6) + (n > FEW / 2 ? directory_bytes(v6) : 0);
}

struct ranges *ranges_new(const struct sorted *prefixes, bool v6, uint32_t none,
                          struct arena *a)
{
    struct ranges *r = ARENA_NEW(a, struct ranges);
    void *v = arena_room(a, bytes_of(prefixes->n, v6));
    if (!r || !v)
        return NULL;
    r->v6 = v6;
    r->four = v6 ? NULL : v;
    r->six = v6 ? v : NULL;
    put_all(r, prefixes, none);
    if (r->n > FEW && !make_directory(r, a))
        return NULL;
    add_tail(r);
    return r;
}

/*
 * The last of n ranges that begins at or before the key, as the first does. Nearly always n is
 * a few: these are compared without a branch, which no processor could foresee. Those behind
 * the n-th begin behind the key.
 */
static uint32_t search4(const struct range4 *r, size_t n, uint32_t key)
{
    while (n > TAIL + 1) {
        size_t half = n / 2;
        r += r[half].start <= key ? half : 0;
        n -= half;
    }
    return r[(r[1].start <= key) + (r[2].start <= key) + (r[3].start <= key)].value;
}

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
    if (!r->directory)
        return NULL;
    if (!r->v6)
        return r->directory + (key >> SHIFT4);
    if (key >> 61 != GLOBAL)
        return NULL;
    return r->directory + (key >> SHIFT6 & (((uint64_t)1 << (61 - SHIFT6)) - 1));
}

void ranges_expect(const struct ranges *r, uint64_t key, enum ranges_step step)
{
    const uint32_t *d = piece_of(r, key);
    if (step == RANGES_DIRECTORY)
        __builtin_prefetch(d); /* of no address: nothing */
    else if (d && r->v6)
        __builtin_prefetch(&r->six[d[0]]);
    else if (d)
        __builtin_prefetch(&r->four[d[0]]);
}

uint32_t ranges_find(const struct ranges *r, uint64_t key)
{
    const uint32_t *d = piece_of(r, key);
    size_t first = d ? d[0] : 0, n = d ? d[1] - d[0] + 1 : r->n - TAIL;
    return r->v6 ? search6(&r->six[first], n, key) : search4(&r->four[first], n, (uint32_t)key);
}
