/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/cells.h"

#include <stdlib.h>

#include "wire/encode.h"

#define FEW  64 /* names */
#define NAME 24 /* bytes that one takes, likely */

#define DIGIT(d) ((char)('0' + (d)))
#define WHOLE(a, b, c)                                                                         \
    {                                                                                          \
        {(a)   ? DIGIT(a)                                                                      \
         : (b) ? DIGIT(b)                                                                      \
               : DIGIT(c),                                                                     \
         (a) ? DIGIT(b) : DIGIT(c), DIGIT(c)},                                                 \
            (a)   ? 3                                                                          \
            : (b) ? 2                                                                          \
                  : 1                                                                          \
    }
#define FRACTION(a, b, c)                                                                      \
    {                                                                                          \
        {'.', DIGIT(a), DIGIT(b), DIGIT(c)}, (c) ? 4 : (b) ? 3 : (a) ? 2 : 0                   \
    }
#define TEN(of, a, b)                                                                          \
    of(a, b, 0), of(a, b, 1), of(a, b, 2), of(a, b, 3), of(a, b, 4), of(a, b, 5), of(a, b, 6), \
        of(a, b, 7), of(a, b, 8), of(a, b, 9)
#define HUNDRED(of, a)                                                                         \
    TEN(of, a, 0), TEN(of, a, 1), TEN(of, a, 2), TEN(of, a, 3), TEN(of, a, 4), TEN(of, a, 5),  \
        TEN(of, a, 6), TEN(of, a, 7), TEN(of, a, 8), TEN(of, a, 9)
#define THOUSAND(of)                                                                           \
    HUNDRED(of, 0), HUNDRED(of, 1), HUNDRED(of, 2), HUNDRED(of, 3), HUNDRED(of, 4),            \
        HUNDRED(of, 5), HUNDRED(of, 6), HUNDRED(of, 7), HUNDRED(of, 8), HUNDRED(of, 9)

const struct cells_digits cells_whole[1000] = {THOUSAND(WHOLE)};
const struct cells_digits cells_fraction[1000] = {THOUSAND(FRACTION)};

void cells_put_member(struct buf *b, const char *name)
{
    buf_char(b, ',');
    buf_json_str(b, name);
    buf_char(b, ':');
}

bool cells_names(struct cells_names *out, const struct wire_costs *c,
                 void (*put)(struct buf *b, const char *name))
{
    bool fits = c->n_dsts < SIZE_MAX / sizeof(*out->at) - 1;
    *out = (struct cells_names){.at = fits ? malloc((c->n_dsts + 1) * sizeof(*out->at)) : NULL};
    if (out->at)
        out->at[0] = 0;
    if (c->n_dsts < FEW)
        (void)buf_room(&out->text, CELLS_PIECE + c->n_dsts * NAME); /* all at once */
    for (size_t j = 0; out->at && j < c->n_dsts; j++) {
        put(&out->text, c->dsts[j]);
        out->at[j + 1] = out->text.len;
    }
    /* What is read over the end of the last one. */
    return buf_room(&out->text, CELLS_PIECE) && out->at && !out->text.failed;
}

void cells_names_free(struct cells_names *n)
{
    buf_free(&n->text);
    free(n->at);
    n->at = NULL;
}

char *cells_other_cost(struct buf *b, char *p, double cost)
{
    buf_end(b, p);
    wire_put_cost(b, cost);
    return b->data + b->len;
}
