/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text that is written in small pieces to memory that no cache holds. Pieces go to a stage,
 * which stays in the nearest cache, and from there in whole cache lines to where they belong:
 *
 *     stage   |....................|......      full: whole lines move, the rest goes to the
 * front |  lines_move text    ..|===|===|===|===|               lines of 64 bytes
 *
 * A processor first reads each line that is written in part; lines that are written as a whole
 * need not be read, and large texts go past the caches, where they would only drive out what is
 * read next. For the encoders of this folder alone.
 */
#ifndef RIALTO_WIRE_LINES_H
#define RIALTO_WIRE_LINES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define LINES_LINE 64                /* bytes that memory moves at once */
#define LINES_FULL 512               /* bytes in the stage that are worth moving */
#define LINES_PAST ((size_t)4 << 20) /* texts from this size on go past the caches */

struct lines {
    char *stage; /* borrowed: room for LINES_FULL + LINES_LINE bytes and the longest piece */
    char *to;    /* what is in the stage goes here */
    bool past;   /* the caches */
};

#ifdef __SSE2__
static inline void lines_put(char *to, const char *from)
{
    for (size_t i = 0; i < LINES_LINE; i += 16)
        _mm_stream_si128((__m128i *)(void *)(to + i),
                         _mm_loadu_si128((const __m128i *)(const void *)(from + i)));
}

/* Other threads see the text no earlier than what is written behind it. */
static inline void lines_done(const struct lines *l)
{
    if (l->past)
        _mm_sfence();
}
#else
static inline void lines_put(char *to, const char *from)
{
    memcpy(to, from, LINES_LINE);
}

static inline void lines_done(const struct lines *l)
{
    (void)l;
}
#endif

/** Moves what is in the stage up to `at`, but for a part of a line. Returns the place where to
 * go on in the stage. */
static inline char *lines_move(struct lines *l, const char *at)
{
    const char *from = l->stage;
    size_t part = -(uintptr_t)l->to % LINES_LINE; /* up to the first whole line */
    if (!l->past || part > (size_t)(at - from))
        part = (size_t)(at - from);
    memcpy(l->to, from, part);
    from += part;
    l->to += part;
    for (; at - from >= LINES_LINE; from += LINES_LINE, l->to += LINES_LINE)
        lines_put(l->to, from);
    size_t rest = (size_t)(at - from);
    memmove(l->stage, from, rest);
    return l->stage + rest;
}

/** Called behind each piece: moves only what is worth it. */
static inline char *lines_next(struct lines *l, char *at)
{
    return at - l->stage < LINES_FULL ? at : lines_move(l, at);
}

/** Moves all. Returns the end of the text. */
static inline char *lines_end(struct lines *l, const char *at)
{
    const char *rest = lines_move(l, at);
    memcpy(l->to, l->stage, (size_t)(rest - l->stage));
    lines_done(l);
    return l->to + (rest - l->stage);
}

#endif
