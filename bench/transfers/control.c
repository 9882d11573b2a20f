/* SPDX-License-Identifier: Apache-2.0 */
/* Who decides: which replica is read, and how many transfers may run. */
#include <math.h>

#include "sim.h"

#define SE_LIMIT 200 /* FTS's default of transfers into and out of a storage */

/* ---- Choice of the replica ---- */

/* Seconds until the file would be there, if every link on the way did its committed work first.
 */
static double expected(const struct sim *x, const struct sim_file *f, uint32_t source)
{
    const struct scenario_path *p = &x->believed[sim_pair_of(x, source, f->destination)];
    double worst = p->n > 0 ? 0 : INFINITY;
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t l = p->links[i];
        worst = fmax(worst, (x->committed[l] + f->bytes) / x->grant[l]);
    }
    double each = x->pairs[sim_pair_of(x, source, f->destination)].each;
    return worst + f->bytes / each + p->n * 1e-3;
}

uint32_t sim_choose(struct sim *x, const struct sim_file *f)
{
    if (x->o->choice == CHOOSE_RANDOM)
        return f->replicas[sim_below(x, SIM_REPLICAS)];
    uint32_t best = 0;
    double least = INFINITY;
    for (uint32_t i = 0; i < SIM_REPLICAS; i++) {
        double cost = x->o->choice == CHOOSE_RIALTO
                          ? expected(x, f, f->replicas[i])
                          : scenario_distance(x->s, f->replicas[i], f->destination);
        if (cost < least) {
            least = cost;
            best = i;
        }
    }
    return f->replicas[best];
}

/* ---- FTS ---- */

static uint32_t running_of(const struct sim *x, const struct sim_pair *p)
{
    uint32_t n = 0;
    for (uint32_t v = 0; v < SIM_EXPERIMENTS; v++)
        n += p->lane[v] == SIM_NONE ? 0 : (uint32_t)x->lanes.v[p->lane[v]].running.n;
    return n;
}

static uint32_t queued_of(const struct sim *x, const struct sim_pair *p)
{
    uint32_t n = 0;
    for (uint32_t v = 0; v < SIM_EXPERIMENTS; v++)
        n += p->lane[v] == SIM_NONE ? 0 : x->lanes.v[p->lane[v]].n_queued;
    return n;
}

static uint32_t at_most(uint32_t limit, uint32_t used)
{
    return used < limit ? limit - used : 0;
}

uint32_t sim_slots(const struct sim *x, uint32_t lane)
{
    const struct sim_lane *l = &x->lanes.v[lane];
    const struct sim_pair *p = &x->pairs[l->pair];
    if (x->o->control == CONTROL_PLANNER)
        return at_most(l->allowed, (uint32_t)l->running.n);
    uint32_t slots = at_most(p->value > 0 ? p->value : 10, running_of(x, p));
    uint32_t out = at_most(SE_LIMIT, x->out_running[p->source]);
    uint32_t in = at_most(SE_LIMIT, x->in_running[p->destination]);
    slots = slots < out ? slots : out;
    return slots < in ? slots : in;
}

static double sum_minutes(const struct sim *x, const double *of, double seconds)
{
    uint32_t n = (uint32_t)(seconds / 60);
    double sum = 0;
    for (uint32_t i = 1; i <= n && i <= x->minute; i++)
        sum += of[(x->minute - i) % SIM_MINUTES];
    return sum;
}

static struct fts_state state_of(const struct sim *x, const struct sim_pair *p)
{
    double n = sum_minutes(x, p->finished, 1800);
    double window = fts_window(n > 0 ? sum_minutes(x, p->took, 1800) / n : 0);
    return (struct fts_state){.throughput = sum_minutes(x, p->moved, window) / window,
                              .success = 100,
                              .file_size = n > 0 ? sum_minutes(x, p->sizes, 1800) / n : 0,
                              .queue = queued_of(x, p),
                              .since = p->has_before ? p->before.since + FTS_INTERVAL
                                                     : FTS_INTERVAL};
}

static void run_optimizer(const struct sim *x, struct sim_pair *p)
{
    if (queued_of(x, p) + running_of(x, p) == 0)
        return;
    struct fts_cycle c = {.now = state_of(x, p),
                          .before = p->has_before ? &p->before : NULL,
                          .range = {2, 130, false, 2},
                          .value = p->value,
                          .stateless = x->o->control == CONTROL_FTS314};
    double ema;
    uint32_t value = fts_decide(&c, &ema);
    if (value == FTS_SKIP) {
        p->before.since += FTS_INTERVAL;
        return;
    }
    p->value = value;
    p->before = c.now;
    p->before.ema = ema;
    p->before.since = 0;
    p->has_before = true;
}

void sim_optimize(struct sim *x)
{
    for (size_t i = 0; i < x->in_use.n; i++)
        run_optimizer(x, &x->pairs[x->in_use.v[i]]);
}
