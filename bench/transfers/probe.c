/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control by probing: who knows no paths tries numbers of connections, and follows what all
 * pairs together achieve (plan/probing.h). A minute with one set of steps, a minute with the
 * opposite one; FTS's range, and FTS's limits of storages.
 */
#include <math.h>

#include "sim.h"

#define LEAST    2
#define MOST     130
#define START    10   /* what FTS lets run of a pair that it has no value of */
#define WIDTH    2    /* connections */
#define GAIN     1    /* connections per unit of utility */
#define PENALTY  100  /* per link that carries twice its grant */
#define FLOOR    25e3 /* bytes per second that count as nothing */
#define INTERVAL FTS_INTERVAL

static void add_knobs(struct sim *x)
{
    struct probing *p = &x->probe.p;
    for (; p->n < x->in_use.n; p->n++)
        p->knobs[p->n] = (struct probing_knob){LEAST, MOST, START, START, START};
}

static void apply(struct sim *x, bool up)
{
    for (size_t i = 0; i < x->probe.p.n; i++) {
        const struct probing_knob *k = &x->probe.p.knobs[i];
        x->pairs[x->in_use.v[i]].value = up ? k->up : k->down;
    }
}

/* Of the minute that has passed. */
static double utility_of(struct sim *x)
{
    uint32_t slot = (x->minute + SIM_MINUTES - 1) % SIM_MINUTES;
    for (size_t i = 0; i < x->probe.p.n; i++)
        x->probe.rate[i] = x->pairs[x->in_use.v[i]].moved[slot] / INTERVAL;
    const struct probing_goal goal = {.weight = x->probe.weight,
                                      .load = x->load,
                                      .limit = x->grant,
                                      .n_flows = x->probe.p.n,
                                      .n_links = x->s->n_links,
                                      .penalty = PENALTY};
    return probing_utility(&goal, x->probe.rate, FLOOR);
}

int sim_probe_new(struct sim *x, struct err *e)
{
    size_t pairs = (size_t)x->s->n_sites * x->s->n_sites;
    struct sim_probe *b = &x->probe;
    b->p = (struct probing){.width = WIDTH, .gain = GAIN, .seed = x->o->seed};
    b->p.knobs = ARENA_ARRAY(x->arena, pairs, struct probing_knob);
    b->weight = ARENA_ARRAY(x->arena, pairs, double);
    b->rate = ARENA_ARRAY(x->arena, pairs, double);
    if (!b->p.knobs || !b->weight || !b->rate)
        return err_set(e, ERR_NOMEM, "no memory for probing");
    for (size_t i = 0; i < pairs; i++)
        b->weight[i] = 1;
    return 0;
}

void sim_probe(struct sim *x)
{
    struct sim_probe *b = &x->probe;
    if (b->interval == 1) {
        b->utility = utility_of(x);
        b->interval = 2;
        apply(x, false);
        return;
    }
    if (b->interval == 2)
        probing_end(&b->p, b->utility, utility_of(x));
    add_knobs(x);
    probing_begin(&b->p);
    apply(x, true);
    b->interval = 1;
}
