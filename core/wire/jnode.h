/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JSON value as a tree in an arena, for documents that are small or come as many small parts:
 * a reader (wire/json.h) walks the large outside, and takes the parts one by one as trees.
 *
 * Functions that look into a tree take NULL for a value that is not there, so that a path into
 * a document can be followed without asking at each step.
 */
#ifndef RIALTO_WIRE_JNODE_H
#define RIALTO_WIRE_JNODE_H

#include "base/arena.h"
#include "wire/json.h"

struct jnode {
    enum jread_token type; /* OBJECT, ARRAY, STRING, NUMBER, TRUE, FALSE or NULL */
    struct slice key;      /* of a member of an object; 0-terminated */
    struct slice text;     /* a string decoded, a number as written; 0-terminated */
    struct jnode *first;   /* members or elements, in order */
    struct jnode *next;    /* the one behind it in the same object or array */
    size_t n;              /* how many members or elements */
};

/**
 * Takes one value off the reader. Members whose key is in `without` (NULL-terminated, or NULL)
 * are passed over at any depth and never kept.
 */
int jnode_read(struct jread *r, const char *const *without, struct arena *a,
               const struct jnode **out, struct err *e);

/** Member of an object, the last of that key; NULL when there is none or it is no object. */
const struct jnode *jnode_get(const struct jnode *o, const char *key);

/** Follows keys separated by '/': "summary/summary/throughput-bits". */
const struct jnode *jnode_path(const struct jnode *o, const char *path);

/** First element of an array or member of an object, else NULL. */
const struct jnode *jnode_first(const struct jnode *n);

bool jnode_is(const struct jnode *n, enum jread_token type);

/** A string's text, or NULL. */
const char *jnode_str(const struct jnode *n);

/** A string as a slice; empty when it is none. */
struct slice jnode_slice(const struct jnode *n);

/** A finite number, also when it is written as a string. */
bool jnode_real(const struct jnode *n, double *out);

/** A whole number from 0 to max, also when it is written as a string or as "5.0". */
bool jnode_count(const struct jnode *n, int64_t max, int64_t *out);

/** True, false; `absent` when it is neither. */
bool jnode_bool(const struct jnode *n, bool absent);

#endif
