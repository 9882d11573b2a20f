/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/connections.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define ROUNDING 1e-9 /* relative: 2.9999999999 connections are 3 */

struct claim {
    double lost; /* part of a connection that rounding down took; 2 more where none is left */
    uint32_t flow;
};

static double wanted(const struct connections_flow *f)
{
    if (!(f->each > 0))
        return f->least;
    return fmin(fmax(f->target / f->each + f->carry, 0), f->most);
}

static uint32_t rounded_down(const struct connections_flow *f)
{
    uint32_t n = (uint32_t)floor(wanted(f) * (1 + ROUNDING));
    n = n > f->most ? f->most : n;
    return n < f->least ? f->least : n;
}

static int most_lost_first(const void *pa, const void *pb)
{
    const struct claim *a = pa, *b = pb;
    if (a->lost != b->lost)
        return a->lost > b->lost ? -1 : 1;
    return a->flow < b->flow ? -1 : a->flow > b->flow;
}

/* What links carry, and what they may. */
struct links {
    double *load, *allowed;
};

static bool fits(const struct links *l, const struct connections_flow *f)
{
    for (size_t i = 0; i < f->n_links; i++) {
        if (l->load[f->links[i]] + f->each > l->allowed[f->links[i]])
            return false;
    }
    return true;
}

static bool crosses(const struct connections_flow *f, size_t link)
{
    for (size_t i = 0; i < f->n_links; i++) {
        if (f->links[i] == link)
            return true;
    }
    return false;
}

static void add_load(const struct connections_flow *f, double rate, double *load)
{
    for (size_t i = 0; i < f->n_links; i++)
        load[f->links[i]] += rate;
}

static void allow(const struct connections *c, const struct links *l)
{
    for (size_t i = 0; i < c->n_links; i++)
        l->allowed[i] = c->limit[i] * (1 + c->slack + ROUNDING);
    if (!c->enforced)
        return;
    /* The load is borrowed to sum up what all could use. */
    for (size_t f = 0; f < c->n_flows; f++)
        add_load(&c->flows[f], c->flows[f].most * c->flows[f].each, l->load);
    for (size_t i = 0; i < c->n_links; i++) {
        double all = CONNECTIONS_TAIL * c->limit[i];
        if (c->enforced[i] && l->load[i] <= all * (1 + ROUNDING))
            l->allowed[i] = fmax(all * (1 + ROUNDING), l->allowed[i]);
        l->load[i] = 0;
    }
}

/* The flow on the link that has most to give; NULL: none has any. */
static uint32_t *richest(const struct connections *c, uint32_t *number, size_t link,
                         const struct connections_flow **who)
{
    uint32_t *best = NULL;
    double most = 0;
    for (size_t f = 0; f < c->n_flows; f++) {
        const struct connections_flow *flow = &c->flows[f];
        double spare = (number[f] - flow->least) * flow->each;
        if (number[f] > flow->least && spare > most && crosses(flow, link)) {
            best = &number[f];
            *who = flow;
            most = spare;
        }
    }
    return best;
}

static void give_way(const struct connections *c, uint32_t *number, const struct links *at)
{
    for (size_t l = 0; l < c->n_links; l++) {
        const struct connections_flow *flow;
        uint32_t *n;
        while (at->load[l] > at->allowed[l] && (n = richest(c, number, l, &flow))) {
            --*n;
            add_load(flow, -flow->each, at->load);
        }
    }
}

/* One more for each in turn, as long as any fits. */
static void fill_up(const struct connections *c, uint32_t *number, const struct links *at)
{
    for (bool any = c->fill; any;) {
        any = false;
        for (size_t i = 0; i < c->n_flows; i++) {
            const struct connections_flow *flow = &c->flows[i];
            if (number[i] < flow->most && flow->each > 0 && fits(at, flow)) {
                number[i]++;
                add_load(flow, flow->each, at->load);
                any = true;
            }
        }
    }
}

int connections_round(const struct connections *c, uint32_t *number, struct arena *a,
                      struct err *e)
{
    struct arena_mark here = arena_mark(a);
    const struct links at = {ARENA_ARRAY(a, c->n_links + 1, double),
                             ARENA_ARRAY(a, c->n_links + 1, double)};
    struct claim *claims = ARENA_ARRAY(a, c->n_flows + 1, struct claim);
    size_t n = 0;
    if (!at.load || !at.allowed || !claims) {
        arena_rewind(a, here);
        return err_set(e, ERR_NOMEM, "no memory for numbers of connections");
    }
    allow(c, &at);
    for (uint32_t f = 0; f < c->n_flows; f++) {
        const struct connections_flow *flow = &c->flows[f];
        number[f] = rounded_down(flow);
        add_load(flow, number[f] * flow->each, at.load);
        double lost = wanted(flow) - number[f];
        if (lost > ROUNDING && number[f] < flow->most)
            claims[n++] = (struct claim){lost + (number[f] == 0 ? 2 : 0), f};
    }
    give_way(c, number, &at);
    qsort(claims, n, sizeof(*claims), most_lost_first);
    for (size_t i = 0; i < n; i++) {
        const struct connections_flow *flow = &c->flows[claims[i].flow];
        if (fits(&at, flow)) {
            number[claims[i].flow]++;
            add_load(flow, flow->each, at.load);
        }
    }
    fill_up(c, number, &at);
    arena_rewind(a, here);
    return 0;
}

double connections_carry(const struct connections_flow *flow, double achieved)
{
    if (!(flow->each > 0))
        return 0;
    double carry = flow->carry + (flow->target - achieved) / flow->each;
    return fmax(-CONNECTIONS_CARRY, fmin(CONNECTIONS_CARRY, carry));
}
