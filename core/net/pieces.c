/* SPDX-License-Identifier: Apache-2.0 */
#include "net/pieces.h"

#include <assert.h>

#include "base/err.h"

#define STEP     7 /* bits of an address behind the 7 that starts tell */
#define WORD     8 /* bytes that are read at once, over the end of what is wanted */
#define IN_GROUP (((size_t)1 << PIECES_GROUP) - 1)
#define MOST     ((PIECES_STARTS + 1) * (1 + sizeof(uint32_t))) /* bytes of a piece */

_Static_assert((IN_GROUP + 1) * MOST <= PIECES_OFFSET, "offsets in a group fit");
_Static_assert(PIECES_AHEAD > PIECES_STARTS, "pack() reads as many ranges as there may be");
_Static_assert(MOST >= 2 * sizeof(uint32_t), "a fine piece has room");

static size_t value_size(uint32_t most)
{
    return most < UINT16_MAX ? sizeof(uint16_t) : sizeof(uint32_t);
}

/* Two ranges begin for each prefix, at most. Each takes a start and a value, and another value
 * where the next piece begins; the first piece of a group takes one in any case. A fine piece
 * has all of some prefix, and takes less than its two ranges may. */
static size_t most_bytes(size_t prefixes, size_t value)
{
    size_t some = (2 * prefixes + 1) * (1 + 2 * value) + PIECES_GROUPS * value + MOST;
    return (some < PIECES_N * MOST ? some : PIECES_N * MOST) + WORD;
}

size_t pieces_size(size_t n, uint32_t most)
{
    return sizeof(struct pieces) + PIECES_GROUPS * sizeof(uint32_t) +
           PIECES_N * sizeof(uint16_t) + most_bytes(n, value_size(most));
}

bool pieces_start(struct pieces_maker *m, size_t prefixes, uint32_t most, struct arena *a)
{
    size_t size = value_size(most);
    *m = (struct pieces_maker){.most = most, .room = most_bytes(prefixes, size)};
    m->to = ARENA_NEW(a, struct pieces);
    m->group = arena_room(a, PIECES_GROUPS * sizeof(*m->group));
    m->entry = arena_room(a, PIECES_N * sizeof(*m->entry));
    m->bytes = arena_room(a, m->room);
    if (!m->to || !m->group || !m->entry || !m->bytes)
        return false;
    *m->to = (struct pieces){.group = m->group,
                             .entry = m->entry,
                             .bytes = m->bytes,
                             .shift = size == sizeof(uint16_t) ? 1 : 2,
                             .mask = size == sizeof(uint16_t) ? UINT16_MAX : UINT32_MAX};
    return true;
}

void pieces_drop(struct pieces_maker *m)
{
    VEC_FREE(&m->ranges);
    VEC_FREE(&m->plain);
}

/* --- a group --- */

/* Of the pieces of a group: which of its ranges begin there, from first[i] to first[i + 1]; and
 * the bits of their addresses that starts don't tell. */
struct group {
    uint32_t first[IN_GROUP + 2], within[IN_GROUP + 1];
    size_t begin; /* its bytes */
    size_t same;  /* + 1: where the last value is in them; 0: nowhere */
};

/* Without a branch for each: which piece the next range is in can't be foreseen. */
static void sort_out(const struct pieces_maker *m, struct group *g)
{
    *g = (struct group){.begin = m->n};
    for (size_t i = 1; i < m->ranges.n; i++) {
        uint32_t start = m->ranges.v[i].start;
        g->first[(start >> PIECES_SHIFT & IN_GROUP) + 1]++;
        g->within[start >> PIECES_SHIFT & IN_GROUP] |= start & ((1U << STEP) - 1);
    }
    g->first[0] = 1; /* the one before begins with the group */
    for (size_t i = 0; i <= IN_GROUP; i++)
        g->first[i + 1] += g->first[i];
}

/* Starts and values of as many ranges as there may be; the next piece takes the place of what
 * is too much, as the next value does of four bytes where two are enough. One more than the
 * value, so that UINT32_MAX is 0. */
static void pack(struct pieces_maker *m, const struct range4 *v, size_t n)
{
    unsigned char *starts = m->bytes + m->n, *values = starts + n - 1;
#pragma GCC unroll 8
    for (size_t i = 0; i < PIECES_STARTS; i++)
        starts[i] = (unsigned char)(v[i + 1].start >> STEP & 0x7f);
#pragma GCC unroll 8
    for (size_t i = 0; i <= PIECES_STARTS; i++) {
        uint32_t value = v[i].value + 1;
        memcpy(values + (i << m->to->shift), &value, sizeof(value));
    }
    m->n += n - 1 + (n << m->to->shift);
}

/* Its ranges become plain ones. */
static bool refer(struct pieces_maker *m, uint32_t piece, const struct range4 *v, size_t n)
{
    const uint32_t which[2] = {(uint32_t)m->plain.n, (uint32_t)n};
    if (vec_reserve((void **)&m->plain.v, &m->plain.cap, m->plain.n + n, sizeof(*v)) < 0)
        return false;
    memcpy(m->plain.v + m->plain.n, v, n * sizeof(*v));
    m->plain.v[m->plain.n].start = piece << PIECES_SHIFT;
    m->plain.n += n;
    memcpy(m->bytes + m->n, which, sizeof(which));
    m->n += sizeof(which);
    return true;
}

/* A piece of a group: its entry, and bytes. */
static bool put_piece(struct pieces_maker *m, struct group *g, size_t i)
{
    uint32_t piece = (uint32_t)(m->filling << PIECES_GROUP | i);
    const struct range4 *v = m->ranges.v + g->first[i];
    size_t n = g->first[i + 1] - g->first[i], size = (size_t)1 << m->to->shift;
    if (n == 0 && g->same > 0) {
        m->entry[piece] = (uint16_t)(g->same - 1);
        return true;
    }
    bool goes_on = n == 0 || v->start != piece << PIECES_SHIFT;
    v -= goes_on; /* the range that the piece begins in */
    n += goes_on;
    bool fine = n > PIECES_STARTS + 1 || g->within[i] != 0;
    m->entry[piece] =
        (uint16_t)((fine ? PIECES_FINE : (n - 1) << PIECES_COUNT) | (m->n - g->begin));
    assert(m->n + MOST + WORD <= m->room);
    if (fine) {
        g->same = 0;
        return refer(m, piece, v, n);
    }
    pack(m, v, n);
    g->same = m->n - g->begin - size + 1;
    return true;
}

/* The group has all its ranges; the next one begins with the last of them. */
static bool close_group(struct pieces_maker *m)
{
    struct group g;
    sort_out(m, &g);
    m->group[m->filling] = (uint32_t)g.begin;
    for (size_t i = 0; i <= IN_GROUP; i++) {
        if (!put_piece(m, &g, i))
            return false;
    }
    m->filling++;
    m->ranges.v[0] = m->ranges.v[m->ranges.n - 1];
    m->ranges.v[0].start = (uint32_t)(m->filling << (PIECES_SHIFT + PIECES_GROUP));
    m->ranges.n = 1;
    return true;
}

/* --- all of it --- */

bool pieces_add_any(struct pieces_maker *m, uint32_t start, uint32_t value)
{
    const size_t group = start >> (PIECES_SHIFT + PIECES_GROUP);
    assert(value == UINT32_MAX || value <= m->most);
    while (m->filling < group) {
        if (!close_group(m))
            return false;
    }
    if (m->ranges.n + PIECES_AHEAD >= m->ranges.cap &&
        vec_reserve((void **)&m->ranges.v, &m->ranges.cap, m->ranges.n + PIECES_AHEAD + 1,
                    sizeof(*m->ranges.v)) < 0)
        return false;
    if (m->ranges.n == 1 && m->ranges.v[0].start == start)
        m->ranges.n = 0; /* it begins with the group */
    assert(m->ranges.n > 0 || (start & ((1U << (PIECES_SHIFT + PIECES_GROUP)) - 1)) == 0);
    m->ranges.v[m->ranges.n++] = (struct range4){start, value};
    return true;
}

/* Behind the last one: more of the same. */
static bool add_tail(struct pieces_maker *m)
{
    struct range4 last = {UINT32_MAX, 0};
    if (m->plain.n > 0)
        last.value = m->plain.v[m->plain.n - 1].value;
    for (unsigned i = 0; i < PIECES_TAIL; i++) {
        struct range4 *r = VEC_PUSH(&m->plain);
        if (!r)
            return false;
        *r = last;
    }
    return true;
}

struct pieces *pieces_end(struct pieces_maker *m, struct arena *a)
{
    struct pieces *p = m->to;
    bool ok = m->ranges.n > 0;
    while (ok && m->filling < PIECES_GROUPS)
        ok = close_group(m);
    ok = ok && add_tail(m);
    if (ok) {
        arena_shrink(a, m->bytes, m->room, m->n + WORD);
        p->plain = arena_dup(a, m->plain.v, m->plain.n * sizeof(*m->plain.v));
        ok = p->plain;
    }
    pieces_drop(m);
    return ok ? p : NULL;
}
