/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routers that hand packets to one destination on to several neighbours in turn.
 *
 *     ... r ── a ...      two traceroutes to one network
 *     ... r ── b ...
 *
 * What r does for one destination it does for others that leave it by a or b.
 * A traceroute through such a step shows one of several ways. Routers are compared, not
 * addresses: one may have been entered by another link, or have answered from elsewhere.
 */
#include "aggregator/traces.h"

#define SEVERAL UINT64_MAX

/* From one answering router to the next. */
static bool is_step(const struct trace *t, size_t k)
{
    return k + 1 < t->n && t->hops[k].router &&
           (t->hops[k + 1].router || t->hops[k + 1].several);
}

/* What a router does with packets to a prefix: the next router, or SEVERAL. */
static union map_value *next_of(struct map *next, const struct trace *t, size_t k)
{
    uint32_t key[2] = {t->prefix, t->hops[k].router};
    return map_at(next, key, sizeof(key));
}

static bool collect(struct map *next, const struct trace *t)
{
    for (size_t k = 0; k + 1 < t->n; k++) {
        const struct seen *to = &t->hops[k + 1];
        union map_value *at = is_step(t, k) ? next_of(next, t, k) : NULL;
        if (!at && is_step(t, k))
            return false;
        if (at)
            at->u = to->several || (at->u && at->u != to->router) ? SEVERAL : to->router;
    }
    return true;
}

static bool keep(struct trace_world *w, struct map *next, const struct trace *t)
{
    for (size_t k = 0; k + 1 < t->n; k++) {
        const union map_value *at = is_step(t, k) ? next_of(next, t, k) : NULL;
        uint32_t step[2] = {t->hops[k].router, t->hops[k + 1].router};
        if (at && at->u == SEVERAL && !map_at(w->turns, step, sizeof(step)))
            return false;
    }
    return true;
}

int turns_build(struct world *w, struct err *e)
{
    struct trace_world *t = w->traces;
    struct map *next = map_new();
    bool good = next && (t->turns = map_new()) != NULL;
    for (size_t i = 0; i < t->n && good; i++)
        good = collect(next, &t->v[i]);
    for (size_t i = 0; i < t->n && good; i++)
        good = keep(t, next, &t->v[i]);
    map_free(&next);
    return good ? 0 : err_set(e, ERR_NOMEM, "out of memory while finding who takes turns");
}

bool turns_at(const struct world *w, const struct seen *from, const struct seen *to)
{
    uint32_t step[2] = {from->router, to->router};
    return from->router && to->router && map_get(w->traces->turns, step, sizeof(step)) != NULL;
}
