/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of a prefix, told by what became of it in the world before.
 *
 *     domains:    lives          lives  <── told the same as before ── does not live
 *                   └── what they tell each other is simulated ──┘
 *
 * The simulation is a sequence of steps, each of which follows from what the speaker was told.
 * A domain in which nothing is different takes the same steps as long as others tell it the
 * same in the same rounds: then only what it told others counts, which was kept (struct event).
 * So the domains in which something is different are simulated, and hear from the others what
 * they heard before. If what they tell the others is what they told before, the whole is what a
 * simulation of all would have been, step by step. Else those who are told something else have
 * to live too, and it begins again.
 *
 * That it is the same sequence matters: policies may allow of several stable states, and in
 * which of them all come to rest must not depend on what was before.
 */
#include <string.h>

#include "aggregator/bgp_sim_private.h"
#include "aggregator/unchanged.h"

#define MAX_ATTEMPTS 6

/* Speakers that live, in order. */
struct living {
    uint32_t *v;
    size_t n;
};

enum verdict { HOLDS, SPREADS, FAILS };

static bool lives(const struct sim *m, uint32_t speaker)
{
    return m->live[m->home[speaker]];
}

static uint32_t hearer(const struct sim *m, const struct event *e)
{
    return m->outlets[e->from][e->slot].to;
}

static const struct event *behind(const struct event *v, size_t n)
{
    return n ? v + n : v;
}

/* ---- again */

static int wake_all(struct sim *m, struct living *l)
{
    const struct bgp_world *b = m->w->bgp;
    unsigned family = m->w->prefixes[m->prefix].addr.family;
    l->n = 0;
    for (uint32_t i = 0; i < b->n_speakers; i++) {
        if (b->speakers[i]->family != family || !lives(m, i))
            continue;
        l->v[l->n++] = i;
        if (sim_wake(m, b->speakers[i]))
            return ERR_NOMEM;
    }
    return 0;
}

/* What a domain that does not live told before. True when somebody hears it. */
static bool retell(struct sim *m, const struct event *e)
{
    if (lives(m, e->from))
        return false;
    struct event *kept = VEC_PUSH(&m->events);
    if (kept)
        *kept = *e;
    m->out_of_memory = m->out_of_memory || !kept;
    if (!lives(m, hearer(m, e)))
        return false;
    sim_hear(m, m->w->bgp->speakers[e->from], &m->outlets[e->from][e->slot], e->route);
    return true;
}

/* False: it takes too long. */
static bool run(struct sim *m, const struct chosen *old, const struct living *l)
{
    const struct event *e = old->events, *end = behind(e, old->n_events);
    bool changed = true;
    for (m->round = 0; changed || e < end; m->round++) {
        if (m->round == sim_max_rounds(m) / 2)
            return false;
        changed = false;
        for (size_t i = 0; i <= l->n; i++) {
            for (; e < end && e->round == m->round && (i == l->n || e->from < l->v[i]); e++)
                changed |= retell(m, e);
            if (i < l->n && m->state[l->v[i]].dirty)
                changed |= sim_step(m, m->w->bgp->speakers[l->v[i]]);
        }
    }
    return true;
}

/* ---- is it what was told before? */

static int in_order(const struct event *a, const struct event *b)
{
    if (a->round != b->round)
        return a->round < b->round ? -1 : 1;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return (a->slot > b->slot) - (a->slot < b->slot);
}

/* The next one that a domain that lives tells one that does not. */
static const struct event *outward(const struct sim *m, const struct event *e,
                                   const struct event *end)
{
    while (e < end && (!lives(m, e->from) || lives(m, hearer(m, e))))
        e++;
    return e < end ? e : NULL;
}

/* Notes who was told something else. True: nobody. */
static bool compare(const struct sim *m, const struct chosen *old, uint8_t *others)
{
    const struct event *old_end = behind(old->events, old->n_events), *x, *y;
    const struct event *end = behind(m->events.v, m->events.n);
    bool same = true;
    x = outward(m, old->events, old_end);
    y = outward(m, m->events.v, end);
    while (x || y) {
        int c = !y ? -1 : !x ? 1 : in_order(x, y);
        if (c || x->route != y->route) {
            others[m->home[hearer(m, c > 0 ? y : x)]] = 1;
            same = false;
        }
        const struct event *next_x = c <= 0 ? outward(m, x + 1, old_end) : x;
        y = c >= 0 ? outward(m, y + 1, end) : y;
        x = next_x;
    }
    return same;
}

/* ---- as often as it takes */

static int attempt(struct sim *m, const struct chosen *old, struct living *l, uint8_t *others,
                   enum verdict *out)
{
    sim_reset(m);
    if (wake_all(m, l))
        return ERR_NOMEM;
    sim_begin(m);
    bool rests = run(m, old, l);
    *out = !rests || sim_in_doubt(m) ? FAILS : compare(m, old, others) ? HOLDS : SPREADS;
    return m->out_of_memory ? ERR_NOMEM : 0;
}

/* Few enough for it to be of use? */
static bool are_few(const uint8_t *live, size_t n)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += live[i] != 0;
    return 2 * found < n;
}

int sim_replay(struct sim *m, bool *done)
{
    const struct chosen *old = m->before ? m->before->chosen[m->prefix] : NULL;
    size_t n_doms = m->w->n_doms;
    *done = false;
    if (!old || !old->firm || sim_is_aggregate(m, m->prefix))
        return 0;
    uint8_t *live = arena_dup(m->mem, unchanged_touched(m->w), n_doms);
    uint8_t *others = ARENA_ARRAY(m->mem, n_doms, uint8_t);
    struct living l = {ARENA_ARRAY(m->mem, m->w->bgp->n_speakers + 1, uint32_t), 0};
    int rc = live && others && l.v ? 0 : ERR_NOMEM;
    m->live = live;
    for (unsigned i = 0; !rc && !*done && i < MAX_ATTEMPTS && are_few(live, n_doms); i++) {
        struct arena_mark mark = arena_mark(m->mem);
        enum verdict v;
        rc = attempt(m, old, &l, others, &v);
        if (!rc && v == FAILS)
            return 0;
        if (!rc && v == HOLDS) {
            *done = true;
            rc = sim_keep(m, true);
        }
        for (size_t d = 0; d < n_doms; d++)
            live[d] |= others[d];
        if (!*done)
            arena_rewind(m->mem, mark);
    }
    return rc;
}
