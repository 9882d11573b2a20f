/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by props.c and inherit.c alone. */
#ifndef RIALTO_SERVER_PROPS_PRIVATE_H
#define RIALTO_SERVER_PROPS_PRIVATE_H

#include "server/props.h"

#define PROPS_MAX_COLUMNS 64
#define PROPS_MAX_NAMED   16 /* properties of one PID or link */
#define PROPS_DOMAINS     2

/* One value of one prefix. */
struct props_entry {
    struct prefix prefix;
    size_t column;
    const char *json;
};

struct props_list {
    VEC(const char *);
};

struct props_names {
    struct {
        VEC(struct named_entity);
    } entities;
    struct map *by_name; /* -> index + 1 */
    struct props_list names;
};

struct props {
    const struct atlas *atlas;
    struct arena *arena;
    const char *columns[PROPS_MAX_COLUMNS];
    struct lpm *table[PROPS_MAX_COLUMNS]; /* prefix -> index of entry */
    size_t n_columns;
    struct {
        VEC(struct props_entry);
    } entries; /* by prefix: family, address, length */
    struct props_names named[PROPS_DOMAINS];
    struct map *by_link; /* link's id -> index of its entity + 1 */
};

#endif
