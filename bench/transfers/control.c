/* SPDX-License-Identifier: Apache-2.0 */
/* Who decides: which replica is read, and how many transfers may run. */
#include <math.h>

#include "plan/connections.h"
#include "plan/share.h"
#include "sim.h"

#define SE_LIMIT 200   /* FTS's default of transfers into and out of a storage */
#define SLACK    0.015 /* of a grant that rounding may exceed it by: less than SIM_OVER */
#define MOST     1000  /* transfers of a lane that the planner allows */

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

/* ---- The planner ---- */

const double sim_weight[SIM_EXPERIMENTS] = {2, 1};

static double work_of(const struct sim_lane *l)
{
    return (double)l->n_queued + (double)l->running.n;
}

int sim_targets(struct sim *x, const struct scenario_path *paths, double *rate, struct err *e)
{
    struct share_group experiments[SIM_EXPERIMENTS];
    struct arena_mark here = arena_mark(x->arena);
    struct share_link *links = ARENA_ARRAY(x->arena, x->s->n_links, struct share_link);
    struct share_flow *flows = ARENA_ARRAY(x->arena, x->lanes.n + 1, struct share_flow);
    int rc = links && flows ? 0 : err_set(e, ERR_NOMEM, "no memory for targets");
    for (uint32_t v = 0; v < SIM_EXPERIMENTS; v++)
        experiments[v] = (struct share_group){SHARE_ROOT, sim_weight[v]};
    for (uint32_t l = 0; rc == 0 && l < x->s->n_links; l++)
        links[l] = (struct share_link){x->grant[l], NULL};
    for (size_t i = 0; rc == 0 && i < x->lanes.n; i++) {
        const struct sim_lane *l = &x->lanes.v[i];
        flows[i] = (struct share_flow){paths[l->pair].links, paths[l->pair].n, l->experiment, 1,
                                       work_of(l) * x->pairs[l->pair].each};
    }
    bool settled;
    const struct share s = {links,           x->s->n_links, experiments,
                            SIM_EXPERIMENTS, flows,         x->lanes.n};
    if (rc == 0)
        rc = share_solve(&s, rate, &settled, x->arena, e);
    arena_rewind(x->arena, here);
    return rc;
}

/* What a lane should have, made up for what it did not get since the last plan. */
static struct connections_flow wanted_of(const struct sim *x, struct sim_lane *l, double rate)
{
    const struct scenario_path *p = &x->believed[l->pair];
    struct connections_flow f = {.links = p->links,
                                 .n_links = p->n,
                                 .target = l->target,
                                 .each = x->pairs[l->pair].each,
                                 .least = (uint32_t)l->running.n,
                                 .most = (uint32_t)fmin(work_of(l), MOST),
                                 .carry = l->carry};
    l->carry = f.carry = work_of(l) > 0 ? connections_carry(&f, l->moved / SIM_PLAN) : 0;
    l->moved = 0;
    f.target = rate;
    return f;
}

/* Only what can't be stopped stays; new transfers start where the grants have room for them. */
int sim_plan(struct sim *x, struct err *e)
{
    struct arena_mark here = arena_mark(x->arena);
    size_t n = x->lanes.n;
    double *rate = ARENA_ARRAY(x->arena, n + 1, double);
    uint32_t *number = ARENA_ARRAY(x->arena, n + 1, uint32_t);
    struct connections_flow *flows = ARENA_ARRAY(x->arena, n + 1, struct connections_flow);
    int rc = rate && number && flows ? sim_targets(x, x->believed, rate, e)
                                     : err_set(e, ERR_NOMEM, "no memory for a plan");
    for (size_t i = 0; rc == 0 && i < n; i++)
        flows[i] = wanted_of(x, &x->lanes.v[i], rate[i]);
    const struct connections c = {x->grant, x->s->n_links, flows, n, SLACK, true};
    if (rc == 0)
        rc = connections_round(&c, number, x->arena, e);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        x->lanes.v[i].allowed = number[i];
        x->lanes.v[i].target = rate[i];
    }
    arena_rewind(x->arena, here);
    return rc;
}

void sim_optimize(struct sim *x)
{
    for (size_t i = 0; i < x->in_use.n; i++)
        run_optimizer(x, &x->pairs[x->in_use.v[i]]);
}
