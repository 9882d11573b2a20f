/* SPDX-License-Identifier: Apache-2.0 */
#include "model/intake.h"

#include <stdlib.h>

#define ARENA_LIMIT ((size_t)16 << 30) /* more than this is a mistake */

struct intake *intake_new(void)
{
    struct intake *i = calloc(1, sizeof(*i));
    if (i && !(i->facts.arena = arena_new(ARENA_LIMIT))) {
        free(i);
        return NULL;
    }
    return i;
}

struct intake *intake_hold(struct intake *i)
{
    atomic_fetch_add_explicit(&i->others, 1, memory_order_relaxed);
    return i;
}

void intake_free(struct intake **i)
{
    struct intake *of = *i;
    *i = NULL;
    if (!of || atomic_fetch_sub_explicit(&of->others, 1, memory_order_acq_rel) > 0)
        return;
    facts_free(&of->facts);
    arena_free(&of->facts.arena);
    free(of);
}

void intake_list_free(struct intake_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        intake_free(&list->v[i]);
    VEC_FREE(list);
}
