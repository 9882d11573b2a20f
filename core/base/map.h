/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hash map from byte strings to pointers or numbers. Keys are copied. Iteration is in insertion
 * order, so that what is built from it does not depend on the hash seed. Not thread-safe.
 */
#ifndef RIALTO_BASE_MAP_H
#define RIALTO_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map;

union map_value {
    void *p;
    const void *cp;
    uint64_t u;
};

struct map_entry {
    const void *key; /* borrowed; 0-terminated whatever the length */
    size_t len;
    union map_value value;
};

/** An empty map; NULL when out of memory. */
struct map *map_new(void);

/** Frees map and keys (not what values point at) and nulls the pointer. */
void map_free(struct map **m);

/** Sets or replaces; 0 or ERR_NOMEM. */
int map_set(struct map *m, const void *key, size_t len, union map_value value);

/**
 * The place of a key's value, made with zero when it is new; NULL when out of memory. Places
 * and entries stay where they are as long as the map lives.
 */
union map_value *map_at(struct map *m, const void *key, size_t len);

/** The value's place, or NULL when the key is unknown. */
const union map_value *map_get(const struct map *m, const void *key, size_t len);

/** The same for 0-terminated string keys. */
union map_value *map_at_str(struct map *m, const char *key);
const union map_value *map_get_str(const struct map *m, const char *key);

/** Number of entries, and the i-th in order of insertion (i < map_count). */
size_t map_count(const struct map *m);
const struct map_entry *map_entry(const struct map *m, size_t i);

#endif
