/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Properties of entities (RFC 9240): of addresses and prefixes, with inheritance; of PIDs; of
 * links that may be named to some (entity domain "ane"). Made with an edition, immutable then.
 */
#ifndef RIALTO_SERVER_PROPS_H
#define RIALTO_SERVER_PROPS_H

#include "server/atlas.h"
#include "server/settings.h"
#include "wire/encode.h"
#include "wire/view.h"

struct hash;
struct props;

int props_new(struct props **out, const struct atlas *atlas, const struct settings *settings,
              struct arena *a, struct err *e);
void props_free(struct props **p);

/* --- addresses --- */

/** Names of the properties of addresses and prefixes; the first is the PID. */
size_t props_columns(const struct props *p, const char *const **names);

/** Column of that name, or -1. */
int props_column(const struct props *p, const char *name);

/** JSON text of an address's value, by longest prefix; NULL: none. */
const char *props_of_address(const struct props *p, size_t column, const struct addr *a);

/** Entities of a property map under way: each once, in order. */
struct prop_value {
    size_t column;
    const char *json;
};
struct prop_entity {
    const char *id; /* "ipv4:192.0.2.0/24" */
    struct prop_value *v;
    size_t n;
};
struct prop_entities {
    VEC(struct prop_entity);
};

/** What is asked for. */
struct props_query {
    const struct props *props;
    const bool *wanted;  /* by column */
    struct arena *arena; /* of what is added */
};

/**
 * Adds what a filtered property map tells of a prefix (RFC 9240 section 8.6): its own or
 * inherited values, and the entities below it that differ.
 */
int props_of_prefix(const struct props_query *q, const struct prefix *prefix,
                    struct prop_entities *out, struct err *e);

/**
 * For qsort() of what begins with a prefix: narrow ones first. Asked about in this order each
 * tells all of its values, whatever wider ones would tell of it.
 */
int props_narrow_first(const void *a, const void *b);

/** Adds every entity of one family that has a value in a wanted column. */
int props_all(const struct props_query *q, unsigned family, struct prop_entities *out,
              struct err *e);

/** The same, with neighbours of equal values told as the prefix that is both (RFC 9240 section
 * 7.6 leaves values out that are inherited). */
int props_all_merged(const struct props_query *q, unsigned family, struct prop_entities *out,
                     struct err *e);

/* --- domains of documents --- */

/** An entity domain with the properties that are offered of it. */
struct prop_domain {
    const char *name; /* "ipv4", "asn", "my-map.pid", ".ane" */
    const struct wire_view_names *properties;
    const struct atlas *map; /* PIDs: only these are entities; or NULL */
    bool addresses;          /* in the columns, of `own` where it is not NULL */
    struct props *own;       /* addresses of "MAP.ipv4" and "MAP.ipv6" */
    struct wire_entity *v;   /* no addresses: with whole ids */
    size_t n;
};

/** The domains of properties that were made of documents. */
size_t props_domains(const struct props *p, const struct prop_domain **v);

/** Adds all that properties of documents tell: the same for the same entities and values. */
void props_hash(const struct props *p, struct hash *h);

/* --- names: PIDs and links --- */

/** A named entity with its properties. */
struct named_entity {
    const char *name;
    const char **names, **json; /* properties */
    size_t n;
    const struct link *link; /* ane: which link; else NULL */
};

enum props_domain { PROPS_PID, PROPS_ANE };

/** All entities of a domain, and all property names that occur there. */
size_t props_named(const struct props *p, enum props_domain d, const struct named_entity **v);
size_t props_names(const struct props *p, enum props_domain d, const char *const **names);

/** By name, or NULL. */
const struct named_entity *props_find(const struct props *p, enum props_domain d,
                                      const char *name);

/** The entity of a link, by its id, or NULL when nobody may see a name of it. */
const struct named_entity *props_of_link(const struct props *p, const char *id);

#endif
