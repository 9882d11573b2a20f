/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries stand in insertion order in segments that double in size and never move, so a value's
 * place stays valid; an open-addressing table with linear probing finds them by hash. The seed
 * is random: who chooses keys can't know which collide.
 */
#include "base/map.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"

#define FIRST_BITS  3 /* the first segment has 8 entries, the k-th 8 << k */
#define FIRST_SLOTS ((size_t)16)
#define SEGMENTS    (32 - FIRST_BITS)

struct slot {
    uint32_t hash;
    uint32_t number; /* of the entry plus one; 0: free */
};

struct map {
    struct map_entry *segment[SEGMENTS];
    size_t count;
    struct slot *slots;
    size_t n_slots; /* a power of two */
    struct arena *keys;
    uint64_t seed;
};

struct map *map_new(void)
{
    struct map *m = calloc(1, sizeof(*m));
    if (m == NULL)
        return NULL;
    m->keys = arena_new(0);
    if (m->keys == NULL) {
        free(m);
        return NULL;
    }
    const struct clock *system = clock_system();
    system->random(system->self, &m->seed, sizeof(m->seed));
    return m;
}

void map_free(struct map **m)
{
    if (*m == NULL)
        return;
    for (size_t k = 0; k < SEGMENTS; k++)
        free((*m)->segment[k]);
    free((*m)->slots);
    arena_free(&(*m)->keys);
    free(*m);
    *m = NULL;
}

/* Entry i is number i + 8 of a row in which segment k starts at 8 << k. */
static unsigned segment_of(size_t i, size_t *offset)
{
    size_t place = i + ((size_t)1 << FIRST_BITS);
    unsigned high = 63U - (unsigned)__builtin_clzll(place);
    *offset = place - ((size_t)1 << high);
    return high - FIRST_BITS;
}

static struct map_entry *entry_at(const struct map *m, size_t i)
{
    size_t offset = 0;
    unsigned k = segment_of(i, &offset);
    return &m->segment[k][offset];
}

/* The slot of the key, or the free one where it belongs. The table is never full. */
static struct slot *probe(const struct map *m, uint32_t hash, const void *key, size_t len)
{
    for (size_t i = hash;; i++) {
        struct slot *s = &m->slots[i & (m->n_slots - 1)];
        if (s->number == 0)
            return s;
        if (s->hash != hash)
            continue;
        const struct map_entry *e = entry_at(m, s->number - 1);
        if (e->len == len && (len == 0 || memcmp(e->key, key, len) == 0))
            return s;
    }
}

static int grow_slots(struct map *m)
{
    size_t n = m->n_slots == 0 ? FIRST_SLOTS : m->n_slots * 2;
    struct slot *slots = calloc(n, sizeof(*slots));
    if (slots == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < m->n_slots; i++) {
        if (m->slots[i].number == 0)
            continue;
        size_t at = m->slots[i].hash & (n - 1);
        while (slots[at].number != 0)
            at = (at + 1) & (n - 1);
        slots[at] = m->slots[i];
    }
    free(m->slots);
    m->slots = slots;
    m->n_slots = n;
    return 0;
}

/* A new entry at the end, not counted yet; NULL when out of memory or of numbers. */
static struct map_entry *new_entry(struct map *m, const void *key, size_t len)
{
    size_t offset = 0;
    unsigned k = segment_of(m->count, &offset);
    if (k >= SEGMENTS || len == SIZE_MAX)
        return NULL;
    if (m->segment[k] == NULL) {
        m->segment[k] = calloc((size_t)1 << (k + FIRST_BITS), sizeof(struct map_entry));
        if (m->segment[k] == NULL)
            return NULL;
    }
    char *copy = arena_alloc(m->keys, len + 1);
    if (copy == NULL)
        return NULL;
    if (len > 0)
        memcpy(copy, key, len);
    struct map_entry *e = &m->segment[k][offset];
    *e = (struct map_entry){.key = copy, .len = len};
    return e;
}

union map_value *map_at(struct map *m, const void *key, size_t len)
{
    if (m->count >= m->n_slots / 4 * 3 && grow_slots(m) != 0)
        return NULL;
    uint32_t hash = (uint32_t)hash_bytes(key, len, m->seed);
    struct slot *s = probe(m, hash, key, len);
    if (s->number != 0)
        return &entry_at(m, s->number - 1)->value;

    struct map_entry *e = new_entry(m, key, len);
    if (e == NULL)
        return NULL;
    m->count++;
    *s = (struct slot){.hash = hash, .number = (uint32_t)m->count};
    return &e->value;
}

int map_set(struct map *m, const void *key, size_t len, union map_value value)
{
    union map_value *place = map_at(m, key, len);
    if (place == NULL)
        return ERR_NOMEM;
    *place = value;
    return 0;
}

const union map_value *map_get(const struct map *m, const void *key, size_t len)
{
    if (m->count == 0)
        return NULL;
    const struct slot *s = probe(m, (uint32_t)hash_bytes(key, len, m->seed), key, len);
    return s->number == 0 ? NULL : &entry_at(m, s->number - 1)->value;
}

union map_value *map_at_str(struct map *m, const char *key)
{
    return map_at(m, key, strlen(key));
}

const union map_value *map_get_str(const struct map *m, const char *key)
{
    return map_get(m, key, strlen(key));
}

size_t map_count(const struct map *m)
{
    return m->count;
}

const struct map_entry *map_entry(const struct map *m, size_t i)
{
    assert(i < m->count);
    return entry_at(m, i);
}
