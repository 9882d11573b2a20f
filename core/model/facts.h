/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts: what sources state, each with its provenance.
 *
 * The kinds and fields are listed once, in model/facts.def; this header turns the list into C
 * structs and into descriptors (fact_kind_info) by which store, JSON and tests treat every kind
 * alike. Strings and lists in a fact are borrowed from whoever made it (an arena).
 */
#ifndef RIALTO_MODEL_FACTS_H
#define RIALTO_MODEL_FACTS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "model/facts.def"
#include "net/addr.h"

#define FACT_NONE INT64_MIN /* an absent whole number or time */

enum fact_type {
    FACT_TYPE_STR,
    FACT_TYPE_I64,
    FACT_TYPE_REAL,
    FACT_TYPE_ADDR,
    FACT_TYPE_PREFIX,
    FACT_TYPE_TIME,
    FACT_TYPE_STRS,
    FACT_TYPE_ADDRS,
    FACT_TYPE_IFADDRS,
    FACT_TYPE_ASNS,
    FACT_TYPE_HOPS,
};

struct strs {
    const char **v;
    size_t n;
};

struct addrs {
    struct addr *v;
    size_t n;
};

struct ifaddrs_list {
    struct ifaddr *v;
    size_t n;
};

struct asns {
    uint32_t *v;
    size_t n;
};

/** One answer to a probe. */
struct responder {
    struct addr addr;
    double rtt;        /* milliseconds, smallest seen; NAN: unknown */
    int64_t asn;       /* as the tool said; FACT_NONE: it did not */
    const char *label; /* MPLS labels as text; NULL: none */
    const char *note;  /* "!H", "!N", "!X", ... ; NULL: none */
};

/** All answers at one TTL. None: nobody answered; several: load balancing or a change. */
struct hop {
    int64_t ttl;
    int64_t probes; /* probes sent at this TTL */
    int64_t lost;   /* probes without answer */
    struct responder *v;
    size_t n;
};

struct hops {
    struct hop *v;
    size_t n;
};

#define FACT_C_STR     const char *
#define FACT_C_I64     int64_t
#define FACT_C_REAL    double
#define FACT_C_ADDR    struct addr
#define FACT_C_PREFIX  struct prefix
#define FACT_C_TIME    int64_t
#define FACT_C_STRS    struct strs
#define FACT_C_ADDRS   struct addrs
#define FACT_C_IFADDRS struct ifaddrs_list
#define FACT_C_ASNS    struct asns
#define FACT_C_HOPS    struct hops

struct origin;

/* struct fact_node { const struct origin *origin; const char *node; ... }; so for every kind */
#define FACT_MEMBER(type, name, doc) FACT_C_##type name;
#define FACT_STRUCT(kind, KIND, doc)                                                           \
    struct fact_##kind {                                                                       \
        const struct origin *origin; /* set by who loads or collects it; not a field */        \
        FACT_FIELDS_##kind(FACT_MEMBER)                                                        \
    };
FACT_KINDS(FACT_STRUCT)
#undef FACT_STRUCT
#undef FACT_MEMBER

enum fact_kind {
#define FACT_ENUM(kind, KIND, doc) FACT_##KIND,
    FACT_KINDS(FACT_ENUM)
#undef FACT_ENUM
        FACT_KIND_COUNT
};

struct fact_field {
    const char *name;
    enum fact_type type;
    size_t offset; /* into struct fact_<kind> */
    const char *doc;
};

struct fact_kind_info {
    const char *name; /* "bgp_session" */
    const char *doc;
    size_t size; /* of the struct */
    const struct fact_field *fields;
    size_t n_fields;
};

/** How sure a statement is. Greater is weaker. */
enum fact_class { CLASS_OBSERVED, CLASS_DERIVED, CLASS_ASSUMED };

/** "observed", "derived", "assumed". */
const char *fact_class_name(enum fact_class c);

/** What a batch means for what was known of its scope. */
enum batch_mode {
    BATCH_REPLACE, /* everything known of the scope now */
    BATCH_APPEND,  /* more of it; earlier facts stay until they expire */
    BATCH_DELTA,   /* changes to it: replaces facts of equal key, kept in order */
};

/** Where facts come from: shared by all facts of one batch. */
struct origin {
    const char *domain;   /* who states it */
    const char *source;   /* the source's name in the agent's configuration, e.g. "lg" */
    const char *kind;     /* the source's kind, e.g. "looking-glass" */
    const char *scope;    /* what was read as one: a router, a file, a commit */
    int64_t epoch;        /* grows with every batch of the scope */
    int64_t observed_at;  /* microseconds since 1970: when it was true; FACT_NONE: unknown */
    int64_t expires;      /* microseconds since 1970; FACT_NONE: never */
    int64_t collected_at; /* when the agent read it */
    int stale;            /* 1: a newer attempt to read the scope failed */
    enum fact_class confidence;
};

/** Descriptor of a kind; kind < FACT_KIND_COUNT. */
const struct fact_kind_info *fact_kind_info(enum fact_kind kind);

/** Does the field (an index) belong to what identifies a fact of its kind? (model/keys.def) */
bool fact_field_is_key(enum fact_kind kind, size_t field);

/** Kind by name ("route"), or -1. */
int fact_kind_by_name(const char *name);

/** Sets all fields to "absent", origin to NULL. `fact` points at a struct of that kind. */
void fact_init(enum fact_kind kind, void *fact);

/** Copies a fact deeply into the arena (origin as it is). ERR_NOMEM when the arena is full. */
int fact_copy(enum fact_kind kind, void *dst, const void *src, struct arena *a, struct err *e);

/** Total order over facts of one kind by their fields, origin left out. */
int fact_cmp(enum fact_kind kind, const void *a, const void *b);

/** Appends the fact as a JSON object of its present fields, in the order of the list. */
void fact_json(enum fact_kind kind, const void *fact, struct buf *out);

/** Has the fact this field? Empty lists and numbers that are not finite count as absent. */
bool fact_field_present(const struct fact_field *field, const void *fact);

/** Appends one present field as a JSON value, as in fact_json. */
void fact_field_json(const struct fact_field *field, const void *fact, struct buf *out);

/** Facts of every kind: growable arrays of structs. */
struct fact_rows {
    void *v; /* struct fact_<kind>[n] */
    size_t n, cap;
};

struct facts {
    struct fact_rows rows[FACT_KIND_COUNT];
    struct arena *arena; /* owns texts and lists of the facts; NULL: they are borrowed */
};

/** Appends a deep copy (into fs->arena; shallow if that is NULL). 0, ERR_NOMEM. */
int facts_add(struct facts *fs, enum fact_kind kind, const void *fact, struct err *e);

/**
 * Room for one more fact of a kind behind the last one, all of its fields absent; `more` are
 * expected after it. It counts once rows.n is raised. NULL: no memory.
 */
void *facts_room(struct facts *fs, enum fact_kind kind, size_t more);

/** Gives back what the arrays have room for beyond their facts. */
void facts_fit(struct facts *fs);

/** Frees the arrays (not the arena). */
void facts_free(struct facts *fs);

/** How many facts of all kinds. */
size_t facts_count(const struct facts *fs);

/* FACTS(fs, route) is the array, FACTS_N(fs, ROUTE) its length:
 *     const struct fact_route *r = FACTS(fs, route, ROUTE); for (i < FACTS_N(fs, ROUTE)) ... */
#define FACTS(fs, kind, KIND) ((struct fact_##kind *)(fs)->rows[FACT_##KIND].v)
#define FACTS_N(fs, KIND)     ((fs)->rows[FACT_##KIND].n)

#endif
