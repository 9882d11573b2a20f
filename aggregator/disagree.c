/* SPDX-License-Identifier: Apache-2.0 */
/* What sources disagree about: kept, bounded, reported. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "aggregator/world.h"

#define MAX_DISAGREEMENTS 10000

const char *world_text(const struct world *w, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char line[512];
    int n = vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    const char *s = n > 0 ? arena_strdup(w->arena, line) : NULL;
    return s ? s : "";
}

void disagree(struct world *w, const struct disagreement *d)
{
    if (w->n_disagreements == w->cap_disagreements) {
        size_t cap = w->cap_disagreements ? w->cap_disagreements * 2 : 16;
        struct disagreement *v = ARENA_ARRAY(w->arena, cap, struct disagreement);
        if (!v || cap > MAX_DISAGREEMENTS)
            return;
        if (w->n_disagreements)
            memcpy(v, w->disagreements, w->n_disagreements * sizeof(*v));
        w->disagreements = v;
        w->cap_disagreements = cap;
    }
    struct disagreement *n = &w->disagreements[w->n_disagreements++];
    *n = *d;
    n->subject = arena_strdup(w->arena, d->subject);
    n->says_a = arena_strdup(w->arena, d->says_a);
    n->says_b = arena_strdup(w->arena, d->says_b);
    n->decision = arena_strdup(w->arena, d->decision);
}
