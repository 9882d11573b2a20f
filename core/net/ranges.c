/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ranges.h"

#include <assert.h>
#include <stdlib.h>

#include "base/vec.h"

#define SHIFT4 14 /* 18 bits of an IPv4 address are in the directory, the rest are not */
#define SHIFT6 43 /* 18 bits behind the first three of an IPv6 address are */
#define GLOBAL 1  /* these three bits: 2000::/3, where addresses are in use (RFC 4291) */
#define TAIL   3

/* Beginning and value beside each other: a lookup waits for memory, not for the processor. */
struct range4 {
    uint32_t start, value;
};

struct range6 {
    uint32_t high, low, value; /* start in halves: 12 bytes, not 16 */
};

struct ranges {
    bool v6;
    struct {
        VEC(struct range4);
    } four;
    struct {
        VEC(struct range6);
    } six;
    uint32_t *directory; /* of each piece of address space, the range that it begins in; one
                            more */
    size_t n_pieces;
};

struct ranges *ranges_new(bool v6, uint32_t none)
{
    struct ranges *r = calloc(1, sizeof(*r));
    if (!r)
        return NULL;
    r->v6 = v6;
    r->n_pieces = v6 ? (size_t)1 << (61 - SHIFT6) : (size_t)1 << (32 - SHIFT4);
    if (!ranges_begin(r, 0, none))
        ranges_free(&r);
    return r;
}

void ranges_free(struct ranges **r)
{
    if (!*r)
        return;
    VEC_FREE(&(*r)->four);
    VEC_FREE(&(*r)->six);
    free((*r)->directory);
    free(*r);
    *r = NULL;
}

static uint64_t start6(const struct range6 *r)
{
    return (uint64_t)r->high << 32 | r->low;
}

static size_t count(const struct ranges *r)
{
    return r->v6 ? r->six.n : r->four.n;
}

static uint64_t start_of(const struct ranges *r, size_t i)
{
    return r->v6 ? start6(&r->six.v[i]) : r->four.v[i].start;
}

static uint32_t value_of(const struct ranges *r, size_t i)
{
    return r->v6 ? r->six.v[i].value : r->four.v[i].value;
}

bool ranges_begin(struct ranges *r, uint64_t key, uint32_t value)
{
    size_t n = count(r);
    assert(n == 0 || start_of(r, n - 1) <= key);
    if (n > 0 && start_of(r, n - 1) == key) /* nothing was between */
        n = r->v6 ? --r->six.n : --r->four.n;
    if (n > 0 && value_of(r, n - 1) == value)
        return true;
    struct range4 *four = r->v6 ? NULL : VEC_PUSH(&r->four);
    struct range6 *six = r->v6 ? VEC_PUSH(&r->six) : NULL;
    if (four)
        *four = (struct range4){(uint32_t)key, value};
    if (six)
        *six = (struct range6){(uint32_t)(key >> 32), (uint32_t)key, value};
    return four || six;
}

/* First address of a piece. */
static uint64_t piece_start(const struct ranges *r, size_t piece)
{
    return r->v6 ? ((uint64_t)GLOBAL << 61) + ((uint64_t)piece << SHIFT6)
                 : (uint64_t)piece << SHIFT4;
}

/* What grew by doubling gives back what it has too much. */
static void trim(void **v, size_t n, size_t *cap, size_t size)
{
    void *less = realloc(*v, n * size);
    if (less) {
        *v = less;
        *cap = n;
    }
}

/* The search looks behind the last one: more of the same. */
static bool add_tail(struct ranges *r)
{
    uint32_t value = value_of(r, count(r) - 1);
    bool ok = true;
    for (unsigned i = 0; ok && i < TAIL; i++) {
        struct range4 *four = r->v6 ? NULL : VEC_PUSH(&r->four);
        struct range6 *six = r->v6 ? VEC_PUSH(&r->six) : NULL;
        ok = four || six;
        if (four)
            *four = (struct range4){UINT32_MAX, value};
        if (six)
            *six = (struct range6){UINT32_MAX, UINT32_MAX, value};
    }
    return ok;
}

bool ranges_finish(struct ranges *r)
{
    size_t at = 0, n = count(r);
    r->directory = calloc(r->n_pieces + 1, sizeof(*r->directory));
    if (!r->directory)
        return false;
    for (size_t piece = 0; piece <= r->n_pieces; piece++) {
        uint64_t start = piece_start(r, piece);
        while (at + 1 < n && start_of(r, at + 1) <= start)
            at++;
        r->directory[piece] = (uint32_t)at;
    }
    if (!add_tail(r))
        return false;
    if (r->v6)
        trim((void **)&r->six.v, r->six.n, &r->six.cap, sizeof(*r->six.v));
    else
        trim((void **)&r->four.v, r->four.n, &r->four.cap, sizeof(*r->four.v));
    return true;
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

uint32_t ranges_find(const struct ranges *r, uint64_t key)
{
    if (!r->v6) {
        const uint32_t *d = r->directory + (key >> SHIFT4);
        return search4(&r->four.v[d[0]], d[1] - d[0] + 1, (uint32_t)key);
    }
    if (key >> 61 != GLOBAL)
        return search6(r->six.v, r->six.n - TAIL, key);
    const uint32_t *d = r->directory + (key >> SHIFT6 & (((uint64_t)1 << (61 - SHIFT6)) - 1));
    return search6(&r->six.v[d[0]], d[1] - d[0] + 1, key);
}

size_t ranges_memory(const struct ranges *r)
{
    return sizeof(*r) + r->four.cap * sizeof(*r->four.v) + r->six.cap * sizeof(*r->six.v) +
           (r->n_pieces + 1) * sizeof(*r->directory);
}
