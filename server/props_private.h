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
    /* Of documents: */
    struct prop_domain *domains;
    size_t n_domains;
};

/* Without anything in it; columns; entries, which are indexed when all are there. */
int props_blank(struct props **out, struct arena *a, struct err *e);
int props_add_column(struct props *p, const char *name, struct err *e);
int props_add_entry(struct props *p, const struct prefix *prefix, size_t column,
                    const char *json, struct err *e);
int props_index(struct props *p, struct err *e);

/* "ipv4:192.0.2.0/24", "ipv6:2001:db8::1". */
bool props_typed_prefix(const char *entity, struct prefix *out);

#endif
