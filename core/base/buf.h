/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing byte buffer with a sticky out-of-memory flag: append without checking, ask once at
 * the end. Contents are always followed by a 0 byte.
 */
#ifndef RIALTO_BASE_BUF_H
#define RIALTO_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    char *data; /* NULL while empty */
    size_t len, cap;
    bool failed;
};

/** Appends bytes, a string, a character, a number, formatted text. */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_i64(struct buf *b, int64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * For what is written in place: room for n more bytes behind those that are there, or NULL (the
 * flag is set). buf_end() says where they end.
 */
char *buf_room(struct buf *b, size_t n);
void buf_end(struct buf *b, char *end);

/** Appends a JSON string with its quotes; invalid UTF-8 becomes U+FFFD, NULL gives null. */
void buf_json_str(struct buf *b, const char *s);

/** Appends bytes percent-encoded: only the unreserved ones stay (RFC 3986 section 2.3). */
void buf_percent(struct buf *b, const char *p, size_t n);

/**
 * Appends the shortest decimal that reads back as the same double ("1e+99", "0.1", "3"); JSON
 * has no infinities and no NaN: they give null.
 */
void buf_json_real(struct buf *b, double d);

/** The text, 0-terminated, "" while empty; borrowed until the next append. */
const char *buf_cstr(const struct buf *b);

/** Empties but keeps the room; frees. */
void buf_reset(struct buf *b);
void buf_free(struct buf *b);

/** Gives the bytes to the caller (free()) and empties the buffer. NULL when it failed. */
char *buf_take(struct buf *b, size_t *len);

#endif
