/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGN      alignof(max_align_t)
#define MIN_BLOCK  ((size_t)4096)
#define LITTLE     ((size_t)512)
#define MAX_BLOCK  ((size_t)1 << 20)
#define HUGE_PAGE  ((size_t)2 << 20)
#define HUGE_BLOCK ((size_t)4 << 20)

struct block {
    struct block *prev;
    size_t size;
    alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct block *top; /* the block that is being filled */
    size_t used;       /* of the top block */
    size_t total;      /* handed out, from all blocks */
    size_t limit;
    size_t next_size; /* of the next ordinary block: grows with the arena */
};

struct arena *arena_new(size_t limit)
{
    struct arena *a = malloc(sizeof(*a)); /* each request has one: calloc() is slower */
    if (a == NULL)
        return NULL;
    *a = (struct arena){.limit = limit == 0 ? SIZE_MAX : limit, .next_size = MIN_BLOCK};
    return a;
}

static void pop_until(struct arena *a, const struct block *last)
{
    while (a->top != last) {
        assert(a->top != NULL);
        struct block *prev = a->top->prev;
        free(a->top);
        a->top = prev;
    }
}

void arena_free(struct arena **a)
{
    if (*a == NULL)
        return;
    pop_until(*a, NULL);
    free(*a);
    *a = NULL;
}

/* How much to ask from the system for a request that the top block can't satisfy. */
static size_t block_size(struct arena *a, size_t need)
{
#ifdef RIALTO_ARENA_DEBUG
    (void)a;
    return need;
#else
    if (need > a->next_size / 2)
        return need;
    size_t size = a->next_size;
    if (a->next_size < MAX_BLOCK)
        a->next_size *= 2;
    return size;
#endif
}

/* A large block in few large pages: the first touch of each page costs far more than clearing
 * it. */
static struct block *new_block(size_t size)
{
    if (size < HUGE_BLOCK || size > SIZE_MAX / 2)
        return malloc(size);
    size_t rounded = (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    void *p = aligned_alloc(HUGE_PAGE, rounded);
    if (p != NULL)
        (void)madvise(p, rounded, MADV_HUGEPAGE); /* else in small ones */
    return p;
}

static int push_block(struct arena *a, size_t need)
{
    size_t size = block_size(a, need);
    struct block *b = new_block(sizeof(*b) + size);
    if (b == NULL)
        return -1;
    b->prev = a->top;
    b->size = size;
    a->top = b;
    a->used = 0;
    return 0;
}

/* Has the top block room? Never in debug mode, where each allocation is a block of its own. */
static int has_room(const struct arena *a, size_t size)
{
#ifdef RIALTO_ARENA_DEBUG
    (void)a, (void)size;
    return 0;
#else
    return a->top != NULL && a->top->size - a->used >= size;
#endif
}

void arena_expect_little(struct arena *a)
{
    a->next_size = LITTLE;
}

void arena_expect(struct arena *a, size_t size)
{
#ifndef RIALTO_ARENA_DEBUG
    if (a->total <= a->limit && size <= a->limit - a->total && !has_room(a, size))
        (void)push_block(a, size); /* else in pieces, as without this call */
#else
    (void)a, (void)size;
#endif
}

static size_t aligned(size_t size)
{
    return size == 0 ? ALIGN : (size + ALIGN - 1) / ALIGN * ALIGN;
}

void *arena_room(struct arena *a, size_t size)
{
    if (size > PTRDIFF_MAX - ALIGN)
        return NULL;
    size_t rounded = aligned(size);
    if (a->total > a->limit || rounded > a->limit - a->total)
        return NULL;

#ifdef RIALTO_ARENA_DEBUG
    size_t need = size;
#else
    size_t need = rounded;
#endif
    if (!has_room(a, need) && push_block(a, need) != 0)
        return NULL;
    void *p = a->top->data + a->used;
    a->used += need;
    a->total += rounded;
    return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
    void *p = arena_room(a, size);
    if (p != NULL)
        memset(p, 0, size);
    return p;
}

void arena_shrink(struct arena *a, void *last, size_t had, size_t size)
{
    size_t less = aligned(had) - aligned(size);
    assert(size <= had);
#ifdef RIALTO_ARENA_DEBUG
    assert(last == a->top->data);
#else
    assert((unsigned char *)last + aligned(had) == a->top->data + a->used);
    a->used -= less;
#endif
    a->total -= less;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(n, size, &bytes))
        return NULL;
    return arena_alloc(a, bytes);
}

void *arena_dup(struct arena *a, const void *p, size_t size)
{
    if (p == NULL)
        return NULL;
    void *copy = arena_room(a, size);
    if (copy != NULL)
        memcpy(copy, p, size);
    return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return s == NULL ? NULL : arena_dup(a, s, strlen(s) + 1);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    if (s == NULL || n == SIZE_MAX)
        return NULL;
    n = strnlen(s, n);
    char *copy = arena_alloc(a, n + 1);
    if (copy != NULL)
        memcpy(copy, s, n);
    return copy;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *s = n >= 0 ? arena_alloc(a, (size_t)n + 1) : NULL;
    if (s != NULL)
        vsnprintf(s, (size_t)n + 1, fmt, ap);
    return s;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *s = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return s;
}

bool arena_grow(struct arena *a, void **v, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return true;
    size_t want = n < 4 ? 4 : n * 2;
    void *bigger = arena_array(a, want, size);
    if (bigger == NULL)
        return false;
    if (n > 0)
        memcpy(bigger, *v, n * size);
    *v = bigger;
    *cap = want;
    return true;
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){.block = a->top, .used = a->used, .total = a->total};
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
    pop_until(a, m.block);
    a->used = m.used;
    a->total = m.total;
}

/* The other's blocks go below the top one, which is still being filled. */
void arena_join(struct arena *a, struct arena **from)
{
    struct arena *gone = *from;
    *from = NULL;
    if (gone == NULL)
        return;
    struct block *last = gone->top;
    while (last != NULL && last->prev != NULL)
        last = last->prev;
    if (a->top == NULL) {
        a->top = gone->top;
        a->used = gone->used;
    } else if (last != NULL) {
        last->prev = a->top->prev;
        a->top->prev = gone->top;
    }
    a->total += gone->total;
    free(gone);
}

size_t arena_used(const struct arena *a)
{
    return a->total;
}
