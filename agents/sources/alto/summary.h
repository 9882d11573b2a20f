/* SPDX-License-Identifier: Apache-2.0 */
/* What a server says of a TIPS view when it is opened (RFC 9569 section 6.2). */
#ifndef RIALTO_AGENTS_ALTO_SUMMARY_H
#define RIALTO_AGENTS_ALTO_SUMMARY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define SUMMARY_MAX_SEQ (INT64_C(1) << 53) /* larger numbers are not exact everywhere */

struct summary {
    const char *uri;    /* of the view, absolute; edges stand below it */
    int64_t start, end; /* the oldest and the newest version */
    int64_t i, j;       /* the edge to begin with; i 0: the whole of version j */
};

/**
 * Reads one that came from the address `base`. ERR_PARSE, ERR_SCHEMA: what is recommended is
 * no edge of the view, or the view is nowhere that may be asked.
 */
int summary_read(struct slice text, const char *base, struct arena *a, struct summary *out,
                 struct err *e);

#endif
