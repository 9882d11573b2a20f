/* SPDX-License-Identifier: Apache-2.0 */
/* Do two questions for costs between endpoints say the same? */
#ifndef RIALTO_TESTS_SAME_QUESTION_H
#define RIALTO_TESTS_SAME_QUESTION_H

#include <string.h>

#include "wire/request_plain.h"

static inline bool same_endpoints(const struct wire_endpoints *a,
                                  const struct wire_endpoints *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++)
        same = addr_eq(&a->v[i].addr, &b->v[i].addr) && strcmp(a->v[i].text, b->v[i].text) == 0;
    return same;
}

static inline bool same_names(const struct wire_names *a, const struct wire_names *b)
{
    bool same = a->present == b->present && a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++)
        same = strcmp(a->v[i], b->v[i]) == 0;
    return same;
}

static inline bool same_ask(const struct wire_cost_ask *a, const struct wire_cost_ask *b)
{
    bool same = a->types.n == b->types.n && a->types.present == b->types.present &&
                a->multi == b->multi && a->testable.n == b->testable.n &&
                a->n_any == b->n_any && !a->calendared == !b->calendared &&
                strcmp(a->constraints_field, b->constraints_field) == 0;
    for (size_t i = 0; same && i < a->types.n; i++)
        same = strcmp(a->types.v[i].mode, b->types.v[i].mode) == 0 &&
               strcmp(a->types.v[i].metric, b->types.v[i].metric) == 0;
    return same;
}

/* Of questions without `endpoint-flows`. */
static inline bool same_question(const struct wire_cost_params *a,
                                 const struct wire_cost_params *b)
{
    return same_ask(&a->ask, &b->ask) && !a->flows && !b->flows && a->n_groups == 1 &&
           b->n_groups == 1 && same_endpoints(&a->groups->srcs, &b->groups->srcs) &&
           same_endpoints(&a->groups->dsts, &b->groups->dsts) &&
           same_names(&a->properties, &b->properties);
}

#endif
