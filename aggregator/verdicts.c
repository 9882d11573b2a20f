/* SPDX-License-Identifier: Apache-2.0 */
/* Traceroutes against the paths that are told: where they differ is reported. */
#include <string.h>

#include "aggregator/emit.h"
#include "aggregator/traces.h"
#include "aggregator/walk.h"

static bool on_leg(const struct path_leg *leg, const struct seen *s)
{
    for (size_t i = 0; i < leg->n_hops; i++)
        if (s->instance ? !strcmp(leg->hops[i].router, s->instance->router->name)
                        : addr_eq(&leg->hops[i].in, &s->addr) ||
                              (leg->hops[i].router[0] == '?' && i == 0))
            return true;
    return false;
}

static const struct seen *stranger(const struct trace *t, const struct path *p)
{
    for (size_t i = 0; i < t->n; i++) {
        bool found = !t->hops[i].instance || t->hops[i].several;
        for (size_t l = 0; l < p->n_legs && !found; l++)
            found = on_leg(&p->legs[l], &t->hops[i]);
        if (!found)
            return &t->hops[i];
    }
    return NULL;
}

static void report(struct world *w, const struct trace *t, const struct path *p,
                   const struct seen *s)
{
    char src[ADDR_TEXT], dst[ADDR_TEXT], at[ADDR_TEXT];
    const struct path_hop *last = p->n_legs ? &p->legs[0].hops[p->legs[0].n_hops - 1] : NULL;
    disagree(
        w,
        &(struct disagreement){
            .kind = "path",
            .subject = world_text(w, "%s -> %s", addr_format(&t->fact->source, src),
                                  addr_format(&t->fact->destination, dst)),
            .says_a = world_text(w, "a traceroute passed %s (%s)", addr_format(&s->addr, at),
                                 s->instance->router->name),
            .says_b = "the path told does not",
            .a = t->fact->origin,
            .b = last && last->n_evidence ? last->evidence[0].origin : NULL,
            .decision =
                "routing tables count more than traceroutes, these more than derived routes"});
}

int verdicts_build(struct world *w, struct err *e)
{
    for (size_t i = 0; i < w->traces->n; i++) {
        const struct trace *t = &w->traces->v[i];
        struct arena_mark mark = arena_mark(w->scratch);
        struct path *p;
        int rc = w->finder.find(
            &w->finder, &(struct path_question){t->fact->source, t->fact->destination, NULL},
            w->scratch, &p, e);
        const struct seen *s = rc || !p->known || !p->reached ? NULL : stranger(t, p);
        if (s)
            report(w, t, p, s);
        arena_rewind(w->scratch, mark);
        if (rc)
            return rc;
    }
    return 0;
}
