/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text without copies: a slice borrows; parsers walk slices.
 */
#ifndef RIALTO_BASE_STR_H
#define RIALTO_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
    const char *p;
    size_t n;
};

/** A slice of a whole string (NULL gives the empty slice). */
struct slice slice_of(const char *s);

bool slice_eq(struct slice a, const char *s);
bool slice_starts(struct slice a, const char *prefix);

/** Without white space at both ends. */
struct slice slice_trim(struct slice s);

/** Takes the next line (without \n or \r\n) off *rest; false when nothing is left. */
bool slice_line(struct slice *rest, struct slice *line);

/** Takes the next word, separated by blanks or tabs, off *rest; false when nothing is left. */
bool slice_word(struct slice *rest, struct slice *word);

/**
 * Takes what stands before `sep` off *rest (the last piece has no separator); false at the end.
 * "a," has the pieces "a" and "", and "" has one, the empty piece. At the end rest->p is NULL.
 */
bool slice_split(struct slice *rest, char sep, struct slice *piece);

/** Decimal without sign, blanks or overflow, at most `max`; false otherwise. */
bool slice_u64(struct slice s, uint64_t max, uint64_t *out);

/** A finite decimal number ("-1.5e3") of at most 255 characters; false otherwise. */
bool slice_real(struct slice s, double *out);

/** Length of the UTF-8 character at p (at most n bytes); 0 when there is none, or NUL. */
size_t str_utf8_len(const char *p, size_t n);

/** Is the text valid UTF-8 without NUL? */
bool str_is_utf8(const char *p, size_t n);

/** How many of the first n bytes to keep so that no character of UTF-8 is cut: s has more. */
size_t str_utf8_cut(const char *s, size_t n);

/** Compares as people sort names: digits by value. A total order, 0 only for equal text. */
int str_natural_cmp(const char *a, const char *b);

/**
 * Number of single-letter changes, or swaps of neighbours, from a to b; SIZE_MAX for text of
 * more than STR_DISTANCE_MAX bytes.
 */
#define STR_DISTANCE_MAX 40
size_t str_distance(const char *a, const char *b);

/**
 * RFC 3339 time "2026-11-22T02:07:09Z" (also with offset, fractions) to microseconds since
 * 1970; false if it is none. What is finer than a microsecond is dropped.
 */
bool str_time(struct slice s, int64_t *us);

/** Microseconds since 1970 as "2026-11-22T02:07:09Z", rounded down, into out[32]; returns it.
 */
const char *str_time_format(int64_t us, char *out);

#endif
