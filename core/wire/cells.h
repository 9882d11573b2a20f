/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells of a cost map, `"name":number`, written where room was made before. A map may have
 * millions of them: they are copied in pieces of fixed size, over the end of what is wanted.
 * For the encoders of this folder alone.
 */
#ifndef RIALTO_WIRE_CELLS_H
#define RIALTO_WIRE_CELLS_H

#include <string.h>

#include "base/buf.h"
#include "model/thousandths.h"

#define CELLS_PIECE 32 /* bytes that are copied at once */
#define CELLS_COST  32 /* room for a number, and for one character before and behind it */

struct wire_costs;

/** Names as they are written, one behind the other: name i is text[at[i]] to text[at[i + 1]].
 */
struct cells_names {
    struct buf text;
    size_t *at;
};

/** Names of destinations, each as `put` appends it. False: no memory. */
bool cells_names(struct cells_names *out, const struct wire_costs *c,
                 void (*put)(struct buf *b, const char *name));
void cells_names_free(struct cells_names *n);

/** Appends ,"NAME": for cells_names. The comma of a row's first cell takes the place of what
 * opens the row, which is put back. */
void cells_put_member(struct buf *b, const char *name);

/** Room that a row of n cells needs. */
static inline size_t cells_room(const struct cells_names *names, size_t n)
{
    return names->text.len + n * CELLS_COST + 2 * CELLS_PIECE;
}

/* Three digits: without those that don't count, and how many are left. */
struct cells_digits {
    char text[7];
    uint8_t n;
};
extern const struct cells_digits cells_whole[1000];    /* "7", "42", "100" */
extern const struct cells_digits cells_fraction[1000]; /* "", ".007", ".42", ".1" */

/** Copies n bytes and some behind them; returns the place behind the n. Most have one piece. */
static inline char *cells_copy(char *p, const char *from, size_t n)
{
    memcpy(p, from, CELLS_PIECE);
    for (size_t i = CELLS_PIECE; i < n; i += CELLS_PIECE)
        memcpy(p + i, from + i, CELLS_PIECE);
    return p + n;
}

/** Copies name i. */
static inline char *cells_name(char *p, const struct cells_names *names, size_t i)
{
    return cells_copy(p, names->text.data + names->at[i], names->at[i + 1] - names->at[i]);
}

/** Writes a cost that is so many thousandths, below THOUSANDTHS_END. */
static inline char *cells_thousandths(char *p, uint32_t thousandths)
{
    uint32_t whole = thousandths / 1000;
    const struct cells_digits *d = &cells_whole[whole < 1000 ? whole : whole / 1000];
    memcpy(p, d, sizeof(*d)); /* and what is behind the text: one piece */
    p += d->n;
    if (whole >= 1000) {
        memcpy(p, &cells_fraction[whole % 1000].text[1], 3);
        p += 3;
    }
    d = &cells_fraction[thousandths % 1000];
    memcpy(p, d, sizeof(*d)); /* and what is behind the text: one piece */
    return p + d->n;
}

/**
 * Writes a cost of at most six digits before the point and three behind it, which nearly all
 * are; NULL: it is none of these. The quotient is rounded as a reader rounds the decimal, so
 * that what is written reads back the same.
 */
static inline char *cells_cost(char *p, double cost)
{
    uint32_t n;
    return thousandths_of(cost, &n) && n != THOUSANDTHS_NONE ? cells_thousandths(p, n) : NULL;
}

/** The same for any cost, into the buffer that p is in and that has the room. */
char *cells_other_cost(struct buf *b, char *p, double cost);

static inline char *cells_any_cost(struct buf *b, char *p, double cost)
{
    char *end = cells_cost(p, cost);
    return end ? end : cells_other_cost(b, p, cost);
}

#endif
