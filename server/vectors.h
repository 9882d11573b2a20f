/* SPDX-License-Identifier: Apache-2.0 */
/* What both path vector resources do: paths of pairs beside other costs of them (RFC 9275
 * section 7, RFC 8189). */
#ifndef RIALTO_SERVER_VECTORS_H
#define RIALTO_SERVER_VECTORS_H

#include "server/anes.h"

/** A request that was understood, over n_srcs * n_dsts pairs. */
struct vectors {
    const struct view *view;
    const struct request *request;
    struct asked *asked;
    unsigned wanted; /* properties of elements */
    size_t n_srcs, n_dsts;
    void *self;
    /** Fills the values of the other cost types. */
    int (*fill)(void *self, struct asked *k, struct err *e);
    /** Adds the path of a pair, if it has one. */
    int (*add)(void *self, struct anes *s, size_t i, size_t j, struct err *e);
};

/** The whole reply; of *how, `asked` and `flow_of` are filled in. */
int vectors_answer(const struct vectors *x, struct anes_reply *how, struct reply *out,
                   struct err *e);

/** How many pairs a request may have: fewer where each has a vector for every interval. */
size_t vectors_limit(const struct view *v, const struct asked *k);

/** Appends capabilities in braces, and `uses`. */
void vectors_describe(const struct resource *r, const struct view *v, struct description *d);

#endif
