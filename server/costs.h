/* SPDX-License-Identifier: Apache-2.0 */
/* What the cost resources share: choosing PIDs, ranking. */
#ifndef RIALTO_SERVER_COSTS_H
#define RIALTO_SERVER_COSTS_H

#include "server/resource.h"

/** The cost type of path vectors (RFC 9275 section 6.5). */
#define COST_MODE_ARRAY  "array"
#define COST_METRIC_ANES "ane-path"
#define COST_NAME_PATH   "path-vector"

/** PIDs of an atlas, by index, in the order asked for. */
struct chosen {
    uint32_t *v;
    size_t n;
    const char **names;
};

/**
 * The PIDs of a list; unknown ones are left out. An absent or empty list means all, a list of
 * only unknown ones none (RFC 7285 sections 11.3.1.6 and 11.3.2.6).
 */
int costs_choose(const struct atlas *atlas, const struct wire_names *list, struct chosen *out,
                 struct arena *a, struct err *e);

/** Turns values into ranks 1, 2, ... in place; equal values share one, NAN stays. */
int costs_rank(double *value, size_t n, bool more_is_better, struct arena *a, struct err *e);

#endif
