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
 *
 * And routers that never do: interior routing leads all packets to one border router the same
 * ways, whatever their destination. Here addresses are compared, because parallel links are
 * several ways as well, and silence may be anybody.
 */
#include "aggregator/traces.h"

#define SEVERAL UINT64_MAX

/* Pairs that must have gone the same way before it is taken to be the only one: of two that are
 * taken in turn six pairs show but one in one case of 32. */
#define ENOUGH 6

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

/* ---- steps that are always the same */

/* What packets have in common that a router hands on: the router of its domain where they leave
 * it, or the domain behind it where they leave here; or the domain they go to. */
enum bound_for { BY_EXIT, TO_NEXT, TO_DOMAIN };

struct course {
    uint32_t router, family, kind, to;
};

/* Where it hands them, as the first pair showed, and how many did. */
struct handing {
    const struct seen *next;
    uint32_t pairs;
    bool several;
};

/* The last router of the domain that a trace passes from position k on; k: itself. */
static size_t exit_of(const struct trace *t, size_t k)
{
    size_t last = k;
    for (size_t i = k + 1; i < t->n && (!t->hops[i].addr.family || t->hops[i].dom); i++) {
        if (t->hops[i].dom && t->hops[i].dom != t->hops[k].dom)
            break;
        if (t->hops[i].dom)
            last = i;
    }
    return last;
}

static uint32_t number_of(const struct dom *d)
{
    return d ? d->index + 1 : 0;
}

static struct course course_of(const struct world *w, const struct trace *t, size_t k,
                               enum bound_for kind)
{
    struct course c = {t->hops[k].router, t->fact->destination.family, kind, 0};
    const struct seen *next = &t->hops[k + 1];
    size_t last = exit_of(t, k);
    if (kind == TO_DOMAIN) {
        c.to = number_of(registry_owner(w, &t->fact->destination));
    } else if (last > k) {
        c.to = t->hops[last].router;
    } else {
        c.kind = TO_NEXT;
        c.to = number_of(next->instance ? next->instance->router->dom : next->dom);
    }
    return c;
}

static bool note_course(struct world *w, const struct trace *t, size_t k, enum bound_for kind)
{
    struct course c = course_of(w, t, k, kind);
    union map_value *at = map_at(w->traces->courses, &c, sizeof(c));
    const struct seen *from = &t->hops[k], *to = from + 1;
    if (at && !at->p)
        at->p = ARENA_NEW(w->arena, struct handing);
    struct handing *h = at ? at->p : NULL;
    if (!h)
        return false;
    h->next = h->next ? h->next : to;
    h->pairs++;
    h->several = h->several || to->several || from->several ||
                 !addr_eq(&h->next->addr, &to->addr); /* silence is another, too */
    return true;
}

static bool note_courses(struct world *w, const struct trace *t)
{
    bool good = true;
    if (trace_of_pair(w, &t->fact->source, &t->fact->destination) != t)
        return true;
    for (size_t k = 0; k + 1 < t->n && good; k++)
        good = !t->hops[k].router ||
               (note_course(w, t, k, BY_EXIT) && note_course(w, t, k, TO_DOMAIN));
    return good;
}

static const struct handing *handing_at(const struct world *w, const struct trace *t, size_t k,
                                        enum bound_for kind)
{
    struct course c = course_of(w, t, k, kind);
    const union map_value *at = map_get(w->traces->courses, &c, sizeof(c));
    return at ? at->p : NULL;
}

bool turns_never(const struct world *w, const struct trace *t, size_t k)
{
    const struct handing *by_exit, *to_domain;
    if (!is_step(t, k))
        return false;
    by_exit = handing_at(w, t, k, BY_EXIT);
    to_domain = handing_at(w, t, k, TO_DOMAIN);
    return by_exit && to_domain && !by_exit->several && !to_domain->several &&
           by_exit->pairs >= ENOUGH;
}

bool turns_seen(const struct world *w, const struct trace *t, size_t k)
{
    const struct handing *by_exit = handing_at(w, t, k, BY_EXIT);
    const struct handing *to_domain = handing_at(w, t, k, TO_DOMAIN);
    return !is_step(t, k) || (by_exit && by_exit->several) || (to_domain && to_domain->several);
}

/* ---- ways that are alike */

static const struct dom *dom_at(const struct seen *s)
{
    return s->instance ? s->instance->router->dom : s->dom;
}

/* From k of one trace and m of another on. */
static bool alike(const struct trace *a, size_t k, const struct trace *b, size_t m)
{
    bool same = a->n - k == b->n - m;
    for (; same && k < a->n; k++, m++) {
        const struct dom *x = dom_at(&a->hops[k]), *y = dom_at(&b->hops[m]);
        same = !x || !y || x == y;
    }
    return same;
}

bool turns_level(const struct world *w, const struct trace *t, size_t k)
{
    const struct trace_world *tw = w->traces;
    bool level = t->hops[k].router && t->reached;
    for (size_t i = 0; level && i < tw->n_by_prefix[t->prefix]; i++) {
        const struct trace *o = &tw->v[tw->by_prefix[t->prefix][i]];
        for (size_t m = 0; level && o->reached && m < o->n; m++)
            if (o->hops[m].router == t->hops[k].router)
                level = !o->uneven && alike(t, k, o, m);
    }
    return level;
}

int turns_build(struct world *w, struct err *e)
{
    struct trace_world *t = w->traces;
    struct map *next = map_new();
    bool good = next && (t->turns = map_new()) != NULL && (t->courses = map_new()) != NULL;
    for (size_t i = 0; i < t->n && good; i++)
        good = collect(next, &t->v[i]);
    for (size_t i = 0; i < t->n && good; i++)
        good = keep(t, next, &t->v[i]) && note_courses(w, &t->v[i]);
    map_free(&next);
    return good ? 0 : err_set(e, ERR_NOMEM, "out of memory while finding who takes turns");
}

bool turns_at(const struct world *w, const struct seen *from, const struct seen *to)
{
    uint32_t step[2] = {from->router, to->router};
    return from->router && to->router && map_get(w->traces->turns, step, sizeof(step)) != NULL;
}
