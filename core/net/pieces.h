/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges of IPv4 addresses with a value each, many of them in little memory. The leading 18
 * bits of an address say in which piece of the address space it is; nearly all pieces have a
 * few ranges, none of which begins within a /25:
 *
 *     address    | 18 bits: its piece | 7 bits | 7 bits |
 *
 *     groups     of 64 pieces each: where in the bytes they begin
 *     entries    of a piece:  | fine 1 bit | starts 3 | offset in its group's bytes 12 |
 *     bytes      of a piece:  s1 s2 s3 v0  v1  v2  v3     here with three starts
 *
 * A start is one byte, the 7 bits at which another value begins; a value has 2 bytes, or 4 if
 * one of the table needs them. An address has the value v[i], where i is how many starts are at
 * or before its 7 bits. All of them are compared as one word, without a branch: so the
 * processor needs not foresee what it can't, and waits for several addresses' memory at a time.
 * A piece of one value has no starts, and shares that value's bytes with the piece before.
 *
 * What does not fit, more than 7 starts or some within a /25, is fine: its bytes say which
 * plain ranges to search by halving. For ranges.c alone.
 */
#ifndef RIALTO_NET_PIECES_H
#define RIALTO_NET_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/vec.h"

#define PIECES_SHIFT  14 /* bits of an address behind those that tell the piece */
#define PIECES_N      ((size_t)1 << (32 - PIECES_SHIFT))
#define PIECES_GROUP  6 /* 2^6 pieces have a beginning in common */
#define PIECES_GROUPS (PIECES_N >> PIECES_GROUP)
#define PIECES_STARTS 7 /* at most, unless it is fine */
#define PIECES_TAIL   3 /* plain ranges behind the last one, which the search looks at */
#define PIECES_AHEAD  8 /* ranges that are read behind the last one, whatever they are */
#define PIECES_FINE   0x8000U
#define PIECES_COUNT  12 /* of starts: an entry's bits above these, which are the offset */
#define PIECES_OFFSET ((1U << PIECES_COUNT) - 1)

/* Beginning and value beside each other: a lookup waits for memory, not for the processor. */
struct range4 {
    uint32_t start, value;
};

struct pieces {
    const uint32_t *group;
    const uint16_t *entry;
    const unsigned char *bytes;
    const struct range4 *plain; /* of pieces that are fine */
    uint32_t mask;              /* of the bits of a value */
    uint8_t shift;              /* a value has 2 or 4 bytes: 1 or 2 */
};

/** Filling, from the lowest address up. */
struct pieces_maker {
    uint32_t most;     /* no value is above, but UINT32_MAX may be among them */
    struct pieces *to; /* in the arena, with its arrays: */
    uint32_t *group;
    uint16_t *entry;
    unsigned char *bytes;
    size_t n, room; /* bytes that are there, and fit */
    size_t filling; /* the group: */
    struct {
        VEC(struct range4);
    } ranges, plain; /* its ranges; those of fine pieces of all */
};

/** For so many prefixes, with values up to `most`: makes room in the arena. False: no memory.
 */
bool pieces_start(struct pieces_maker *m, size_t prefixes, uint32_t most, struct arena *a);

/** As pieces_add(), which is for most. */
bool pieces_add_any(struct pieces_maker *m, uint32_t start, uint32_t value);

/** From this address on it is this value. The first one is of address 0; addresses rise, values
 * change. False: no memory. */
static inline bool pieces_add(struct pieces_maker *m, uint32_t start, uint32_t value)
{
    if (start >> (PIECES_SHIFT + PIECES_GROUP) != m->filling || m->ranges.n < 2 ||
        m->ranges.n + PIECES_AHEAD >= m->ranges.cap)
        return pieces_add_any(m, start, value);
    m->ranges.v[m->ranges.n++] = (struct range4){start, value};
    return true;
}

/** What was added, in the arena, of which nothing else was asked for; or NULL: no memory. */
struct pieces *pieces_end(struct pieces_maker *m, struct arena *a);

/** Frees what a maker holds outside the arena. */
void pieces_drop(struct pieces_maker *m);

/** How many bytes it takes for n prefixes, at most, unless many are fine. */
size_t pieces_size(size_t n, uint32_t most);

/**
 * The last of n ranges that begins at or before the key, as the first does. Those behind the
 * n-th begin behind the key, or have its value. Nearly always n is a few: these are compared
 * without a branch.
 */
static inline uint32_t range4_search(const struct range4 *r, size_t n, uint32_t key)
{
    while (n > PIECES_TAIL + 1) {
        size_t half = n / 2;
        r += r[half].start <= key ? half : 0;
        n -= half;
    }
    return r[(r[1].start <= key) + (r[2].start <= key) + (r[3].start <= key)].value;
}

/** Of a piece that is fine, by its bytes: the first range, and how many. */
static inline uint32_t pieces_fine(const struct pieces *p, const unsigned char *at,
                                   uint32_t key)
{
    uint32_t first, n;
    memcpy(&first, at, sizeof(first));
    memcpy(&n, at + sizeof(first), sizeof(n));
    return range4_search(p->plain + first, n, key);
}

/** Where the bytes of an address's piece are. */
static inline const unsigned char *pieces_at(const struct pieces *p, uint32_t key)
{
    return p->bytes + p->group[key >> (PIECES_SHIFT + PIECES_GROUP)] +
           (p->entry[key >> PIECES_SHIFT] & PIECES_OFFSET);
}

/** How many of the first n (at most 7) bytes of a word, all below 128, are at most x, which is
 * as well. Of 128 + x - byte the first bit tells; nothing is borrowed from one of the n. */
static inline unsigned pieces_count(uint64_t word, unsigned n, uint64_t x)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t at_most = ((x | 0x80) * ones - word) & (ones << 7) & ((UINT64_C(1) << 8 * n) - 1);
    return (unsigned)((at_most >> 7) * ones >> 56);
}

/** The value of an address. */
static inline uint32_t pieces_find(const struct pieces *p, uint32_t key)
{
    const uint32_t entry = p->entry[key >> PIECES_SHIFT];
    const unsigned char *at = pieces_at(p, key);
    uint64_t starts;
    uint32_t value;
    if (__builtin_expect(entry & PIECES_FINE, 0))
        return pieces_fine(p, at, key);
    unsigned n = entry >> PIECES_COUNT;
    memcpy(&starts, at, sizeof(starts));
    unsigned i = pieces_count(starts, n, key >> 7 & 0x7f);
    memcpy(&value, at + n + ((size_t)i << p->shift), sizeof(value));
    return (value & p->mask) - 1; /* one more is stored: UINT32_MAX as 0 */
}

#endif
