/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A strict pull reader of JSON (RFC 8259) for documents too large to hold: tokens one by one
 * from any source of bytes, memory bounded by the longest string. Small documents are read with
 * jansson instead.
 *
 * Refused: what RFC 8259 refuses, byte-order marks, invalid UTF-8, lone surrogates, NUL in
 * strings, nesting and strings above the limits, and bytes behind the last document.
 * Errors read "line:column: reason"; columns count bytes.
 *
 * After an error the reader gives the same error again. Not thread-safe.
 */
#ifndef RIALTO_WIRE_JSON_H
#define RIALTO_WIRE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum jread_token {
    JREAD_END, /* nothing follows but white space */
    JREAD_OBJECT,
    JREAD_OBJECT_END,
    JREAD_ARRAY,
    JREAD_ARRAY_END,
    JREAD_KEY,
    JREAD_STRING,
    JREAD_NUMBER,
    JREAD_TRUE,
    JREAD_FALSE,
    JREAD_NULL,
};

/**
 * Gives the next bytes: at most `room` into p, their number in *got (0: the end). 0 or a code
 * with *e set.
 */
typedef int jread_source(void *payload, void *p, size_t room, size_t *got, struct err *e);

struct jread_limits {
    unsigned max_depth;    /* nesting of objects and arrays; 1 to JREAD_DEPTH */
    size_t max_string;     /* bytes of one key, string or number as written */
    size_t max_keys;       /* keys of one object whose keys must be unique */
    unsigned unique_depth; /* objects from this depth on (outermost: 1) refuse duplicate keys;
                              0: none do. Shallower ones may be too large to remember. */
    bool many;             /* several documents may follow one another */
};

#define JREAD_DEPTH 64

struct jread;

/** Depth 32, strings of 64 KiB, unique keys everywhere, 10,000 of them in an object. */
void jread_defaults(struct jread_limits *l);

/** A reader of what `source` gives. `l` is copied; NULL: the defaults. */
int jread_new(struct jread **out, const struct jread_limits *l, jread_source *source,
              void *payload, struct err *e);

/** A reader of bytes in memory, which the caller keeps. */
int jread_new_bytes(struct jread **out, const struct jread_limits *l, const void *p, size_t n,
                    struct err *e);

/** Frees the reader and nulls the pointer. NULL is allowed. */
void jread_free(struct jread **r);

/** The next token. Text of keys, strings and numbers is in jread_text(). */
int jread_next(struct jread *r, enum jread_token *t, struct err *e);

/** The next token's kind without taking it. */
int jread_peek(struct jread *r, enum jread_token *t, struct err *e);

/**
 * Text of the token taken last, borrowed until the next call. Keys and strings are decoded and
 * followed by a 0 byte.
 */
struct slice jread_text(const struct jread *r);

/** Takes the next token, which must be of that kind (ERR_SCHEMA otherwise). */
int jread_expect(struct jread *r, enum jread_token t, struct err *e);

/** In an object: takes the next key (1), or its end (0); or a negative code. */
int jread_key(struct jread *r, struct slice *key, struct err *e);

/** In an array: is there another element (1), or was its end taken (0)? Or a negative code. */
int jread_element(struct jread *r, struct err *e);

/** Takes a value of that type; ERR_SCHEMA when it is another. Text is borrowed as in
 * jread_text(). */
int jread_str(struct jread *r, struct slice *out, struct err *e);
int jread_bool(struct jread *r, bool *out, struct err *e);
/** A whole number without fraction or exponent that fits. */
int jread_i64(struct jread *r, int64_t *out, struct err *e);
int jread_real(struct jread *r, double *out, struct err *e);

/** Passes over one value with all that it holds. */
int jread_skip(struct jread *r, struct err *e);

/**
 * From now on objects at this depth or deeper (outermost: 1) refuse duplicate keys; 0: none do.
 * Returns what was set before.
 */
unsigned jread_unique(struct jread *r, unsigned depth);

/** How many objects and arrays are open. */
unsigned jread_depth(const struct jread *r);

/** An error at the reader's place: "line:column: text". Returns code. */
int jread_fail(const struct jread *r, struct err *e, int code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/** Line and column that jread_fail() would name. */
void jread_place(const struct jread *r, uint64_t *line, uint64_t *column);

/** A token's kind in words: "an object", "a string". */
const char *jread_token_name(enum jread_token t);

#endif
