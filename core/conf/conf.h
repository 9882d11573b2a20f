/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration: one typed table per program, from which parser, checks and help come.
 *
 * The syntax is a subset of YAML (libyaml's events): mappings, sequences, scalars; no anchors,
 * tags, aliases, multiple documents. At most 1 MiB, 16 levels, 262,144 values, 4,096 keys per
 * mapping. Errors read "file:line:col: field: reason (hint)". Unknown and duplicate keys are
 * errors, with a suggestion.
 *
 * A parsed tree keeps positions, so that later checks (an address out of range, a missing file)
 * can point at the line as well.
 */
#ifndef RIALTO_CONF_CONF_H
#define RIALTO_CONF_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum conf_type {
    CONF_STRING, /* any scalar */
    CONF_INT,    /* min..max */
    CONF_REAL,
    CONF_BOOL,     /* true, false */
    CONF_DURATION, /* "10s", "5m", "2h", "7d": microseconds */
    CONF_SIZE,     /* "64k", "8M", "1G": bytes, powers of 1024 */
    CONF_RATE,     /* "100G", "10M": bits per second, powers of 1000 */
    CONF_ENUM,     /* one of `choices` */
    CONF_PATH,     /* file name, made absolute relative to the configuration file */
    CONF_LIST, /* sequence of scalars of type `element`; a single scalar counts as a list of one
                */
    CONF_MAP,  /* mapping with `items` */
    CONF_MAPS, /* sequence of mappings with `items` */
    CONF_DICT, /* mapping of free keys to mappings with `items` */
    CONF_ANY,  /* not checked here; its reader does (conf_check on the subtree) */
};

/** One key. Tables end with an item whose name is NULL. */
struct conf_item {
    const char *name;
    enum conf_type type;
    enum conf_type element; /* CONF_LIST */
    bool required;
    const char *def;            /* default as text, or NULL: absent */
    int64_t min, max;           /* CONF_INT, DURATION (us), SIZE, RATE; both 0: no check */
    const char *const *choices; /* CONF_ENUM, NULL-terminated */
    const struct conf_item
        *items;       /* CONF_MAP, CONF_MAPS, CONF_DICT; NULL: only the shape is checked */
    const char *help; /* one sentence */
};

struct conf; /* a node of the tree: mapping, sequence or scalar; borrowed from the arena */

/**
 * Reads and checks a file against a table. The tree lives in a. *e has "file:line:col: ..." on
 * failure.
 */
int conf_load(const char *path, const struct conf_item *items, struct arena *a,
              const struct conf **out, struct err *e);

/**
 * Reads a whole regular file of at most `limit` bytes, for those who parse it themselves.
 * Directories, devices and pipes are refused. *e begins with the path.
 */
int conf_read_file(const char *path, size_t limit, struct buf *out, struct err *e);

/** A text that is no file, or has been read already. */
struct conf_input {
    const char *name; /* stands for the file in messages; relative paths start in its folder */
    const char *text;
    size_t len;
};

/** The same as conf_load for text. */
int conf_parse(const struct conf_input *in, const struct conf_item *items, struct arena *a,
               const struct conf **out, struct err *e);

/** Checks a subtree (of a CONF_ANY key) against another table. */
int conf_check(const struct conf *c, const struct conf_item *items, struct arena *a,
               struct err *e);

/** An error at this node's place: "file:line:col: text". Returns ERR_SCHEMA. */
int conf_err(const struct conf *c, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/** Child of a mapping by key, or NULL when absent (defaults apply in the typed getters). */
const struct conf *conf_get(const struct conf *map, const char *key);
bool conf_has(const struct conf *map, const char *key);

/**
 * Values by key of a checked mapping; the table's default when the key is absent. Wrong use (an
 * undeclared key or another type) is a bug and asserts. Strings are NULL when absent without
 * default.
 */
const char *conf_str(const struct conf *map, const char *key);
int64_t conf_int(const struct conf *map,
                 const char *key); /* INT, DURATION, SIZE, RATE; INT64_MIN when absent */
double conf_real(const struct conf *map, const char *key); /* NAN when absent */
bool conf_bool(const struct conf *map, const char *key);

/** Elements of a LIST, MAPS or DICT, and their number (0 for NULL); i-th element, its key
 * (DICT), its text (scalars). */
size_t conf_count(const struct conf *list);
const struct conf *conf_at(const struct conf *list, size_t i);
const char *conf_key(const struct conf *dict, size_t i);
const char *conf_text(const struct conf *scalar);

/** Line of a node in its file, from 1. */
size_t conf_line(const struct conf *c);

/**
 * Appends a node as JSON. Scalars in quotes are strings; those without are numbers, true, false
 * or null when JSON reads them so, and strings otherwise.
 */
void conf_json(const struct conf *c, struct buf *out);

/** Appends the reference of a table: keys, types, defaults, help; as Markdown. */
void conf_manual(const struct conf_item *items, struct buf *out);

#endif
