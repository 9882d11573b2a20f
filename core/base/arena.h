/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory in regions with a stated lifetime: batch, build, snapshot, request.
 *
 * Not thread-safe; one owner at a time. Allocations are aligned for any type and zeroed. With
 * RIALTO_ARENA_DEBUG each allocation is a malloc of its own: address sanitizers see overruns.
 */
#ifndef RIALTO_BASE_ARENA_H
#define RIALTO_BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

/** Where an arena stood, to go back to. */
struct arena_mark {
    void *block;
    size_t used, total;
};

/** A new arena that will hold at most `limit` bytes (0: no limit). NULL when out of memory. */
struct arena *arena_new(size_t limit);

/** Frees the arena and all it holds, and nulls the caller's pointer. NULL is allowed. */
void arena_free(struct arena **a);

/** `size` zeroed bytes, or NULL when the limit or memory is exhausted. */
void *arena_alloc(struct arena *a, size_t size);

/** There are many arenas like this new one, and little in most: room is made in small steps. */
void arena_expect_little(struct arena *a);

/** So many bytes will be asked for soon, in pieces: room for all of them is made at once. */
void arena_expect(struct arena *a, size_t size);

/** The same but not zeroed: for much that is written at once. */
void *arena_room(struct arena *a, size_t size);

/** What was asked for last, of `had` bytes, keeps `size` of them; the rest may be asked for
 * again. */
void arena_shrink(struct arena *a, void *last, size_t had, size_t size);

/** An array of n zeroed elements; NULL also when n * size overflows. */
void *arena_array(struct arena *a, size_t n, size_t size);

/** Copies of bytes, of a string, of at most n bytes of a string. NULL gives NULL. */
void *arena_dup(struct arena *a, const void *p, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);

/** A formatted string in the arena, or NULL. */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/** Makes room for element n of *v, whose elements have `size` bytes: doubles *cap where it is
 * full; what was there stays in the arena. False: no memory. */
bool arena_grow(struct arena *a, void **v, size_t n, size_t *cap, size_t size);

/** Remember a point, and free everything allocated since. */
struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);

/** All that *from holds belongs to `a` from here on, beyond its limit if need be; *from is
 * gone. Rewinding `a` to a mark of before frees it or, where that mark is in the same block,
 * keeps it. */
void arena_join(struct arena *a, struct arena **from);

/** Bytes handed out so far. */
size_t arena_used(const struct arena *a);

#define ARENA_NEW(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))

#endif
