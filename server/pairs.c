/* SPDX-License-Identifier: Apache-2.0 */
#include "server/pairs.h"

#include "base/buf.h"

static bool fill_empty(struct wire_endpoints *list, const struct request *q)
{
    char text[ADDR_TEXT];
    if (list->n > 0)
        return true;
    list->v = ARENA_ARRAY(q->arena, 1, struct wire_endpoint);
    if (!list->v)
        return false;
    list->v[0].addr = q->client;
    list->v[0].text = arena_printf(q->arena, "ipv%u:%s", (unsigned)q->client.family,
                                   addr_format(&q->client, text));
    list->n = 1;
    return list->v[0].text != NULL;
}

enum wire_code pairs_complete(struct wire_cost_params *f, const struct request *q, size_t max,
                              struct wire_problem *p)
{
    size_t total = 0;
    for (size_t i = 0; i < f->n_groups; i++) {
        struct wire_flows *g = &f->groups[i];
        if (!fill_empty(&g->srcs, q) || !fill_empty(&g->dsts, q))
            return wire_refuse(p, WIRE_NO_MEMORY, NULL, NULL, NULL);
        if (g->srcs.n > max || g->dsts.n > max / g->srcs.n ||
            (total += g->srcs.n * g->dsts.n) > max)
            return wire_refuse(p, WIRE_TOO_LARGE, f->flows ? "endpoint-flows" : "endpoints",
                               NULL, NULL);
    }
    return WIRE_OK;
}

size_t pairs_count(const struct wire_cost_params *f)
{
    size_t total = 0;
    for (size_t i = 0; i < f->n_groups; i++)
        total += f->groups[i].srcs.n * f->groups[i].dsts.n;
    return total;
}

const char **pairs_texts(const struct wire_endpoints *list, struct arena *a)
{
    const char **texts = ARENA_ARRAY(a, list->n + 1, const char *);
    for (size_t i = 0; texts && i < list->n; i++)
        texts[i] = list->v[i].text;
    return texts;
}
