/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of endpoints in requests. */
#ifndef RIALTO_SERVER_PAIRS_H
#define RIALTO_SERVER_PAIRS_H

#include "server/asked.h"
#include "server/request.h"

/**
 * Puts the client's own address where a list is empty (RFC 7285 section 11.5.1.3) and refuses
 * more than `max` pairs.
 */
enum wire_code pairs_complete(struct wire_cost_params *f, const struct request *q, size_t max,
                              struct wire_problem *p);

/** The endpoints as the client wrote them; NULL: no memory. */
const char **pairs_texts(const struct wire_endpoints *list, struct arena *a);

/** The endpoints of a group, as documents know them. */
struct pairs_known {
    const char **srcs, **dsts; /* canonical */
    int *src_pids, *dst_pids;  /* in the offer's atlas; -1: in none */
};
int pairs_know(struct pairs_known *out, const struct wire_flows *g, const struct atlas *atlas,
               struct arena *a, struct err *e);

/**
 * Puts the whole answer at once where it is one value of each pair, from a matrix between PIDs:
 * the same as by pairs_fill(), asked_finish() and asked_put(). 1; 0: it is another answer.
 */
int pairs_put(const struct asked *k, const struct wire_flows *g, const struct asked_reply *how,
              struct buf *b, struct err *e);

/** Fills all pairs of a group from documents. */
int pairs_fill(struct asked *k, const struct wire_flows *g, struct err *e);

/** The same from the very paths of the merged view. `kept` gets these, by pair, in the
 * request's arena; NULL stays where the families differ. Or it is NULL: they are not needed any
 * more. */
int pairs_fill_paths(struct asked *k, const struct snapshot *s, const struct wire_flows *g,
                     const struct path **kept, struct err *e);

#endif
