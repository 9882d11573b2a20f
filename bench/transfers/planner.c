/* SPDX-License-Identifier: Apache-2.0 */
/* The planner: rates for all lanes from what is granted and believed, and whole transfers from
 * rates. Only what can't be stopped stays; others start where the grants have room for them. */
#include <math.h>

#include "plan/connections.h"
#include "plan/share.h"
#include "plan/strays.h"
#include "plan/throughput.h"
#include "sim.h"

#define SLACK 0.015 /* of a grant that rounding may exceed it by: less than SIM_OVER */
#define MOST  1000  /* transfers of a lane that the planner allows */

const double sim_weight[SIM_EXPERIMENTS] = {2, 1};

/* What is shared, over these paths. */
struct problem {
    const struct scenario_path *paths;
    const double *limit;
    struct share_group experiments[SIM_EXPERIMENTS];
    struct share share;
};

double sim_interval(const struct sim *x)
{
    return x->o->every > 0 ? x->o->every : SIM_PLAN;
}

static double work_of(const struct sim_lane *l)
{
    return (double)l->n_queued + (double)l->running.n;
}

static int state_problem(struct sim *x, struct problem *p, struct err *e)
{
    struct share_link *links = ARENA_ARRAY(x->arena, x->s->n_links + 1, struct share_link);
    struct share_flow *flows = ARENA_ARRAY(x->arena, x->lanes.n + 1, struct share_flow);
    if (!links || !flows)
        return err_set(e, ERR_NOMEM, "no memory for targets");
    for (uint32_t v = 0; v < SIM_EXPERIMENTS; v++)
        p->experiments[v] = (struct share_group){SHARE_ROOT, sim_weight[v]};
    for (uint32_t l = 0; l < x->s->n_links; l++)
        links[l] = (struct share_link){p->limit[l], NULL};
    for (size_t i = 0; i < x->lanes.n; i++) {
        const struct sim_lane *l = &x->lanes.v[i];
        const struct scenario_path *path = &p->paths[l->pair];
        flows[i] = (struct share_flow){path->links, path->n, l->experiment, 1,
                                       work_of(l) * x->pairs[l->pair].each};
    }
    p->share = (struct share){links,           x->s->n_links, p->experiments,
                              SIM_EXPERIMENTS, flows,         x->lanes.n};
    return 0;
}

enum wanted { FAIR, GUARANTEED, MOST_OF_ALL };

static int solve(struct sim *x, struct problem *p, enum wanted what, double *rate,
                 struct err *e)
{
    struct arena_mark here = arena_mark(x->arena);
    bool settled;
    int rc = state_problem(x, p, e);
    if (rc == 0 && what == FAIR)
        rc = share_solve(&p->share, rate, &settled, x->arena, e);
    else if (rc == 0 && what == GUARANTEED)
        rc = share_guarantee(&p->share, rate, x->arena, e);
    else if (rc == 0)
        rc = throughput_solve(&p->share, rate, x->arena, e);
    arena_rewind(x->arena, here);
    return rc;
}

static int solve_truly(struct sim *x, enum wanted what, double *rate, struct err *e)
{
    struct problem p = {.paths = x->paths, .limit = x->grant};
    return solve(x, &p, what, rate, e);
}

int sim_targets(struct sim *x, double *rate, struct err *e)
{
    return solve_truly(x, FAIR, rate, e);
}

int sim_guarantees(struct sim *x, double *rate, struct err *e)
{
    return solve_truly(x, GUARANTEED, rate, e);
}

int sim_optimum(struct sim *x, double *rate, struct err *e)
{
    return solve_truly(x, MOST_OF_ALL, rate, e);
}

/* What a lane should have, made up for what it did not get since the last plan. */
static struct connections_flow wanted_of(const struct sim *x, struct sim_lane *l)
{
    const struct scenario_path *p = &x->believed[l->pair];
    struct connections_flow f = {.links = p->links,
                                 .n_links = p->n,
                                 .target = l->target,
                                 .each = x->pairs[l->pair].each,
                                 .least = (uint32_t)l->running.n,
                                 .most = (uint32_t)fmin(work_of(l), MOST),
                                 .carry = l->carry};
    l->measured = l->moved / sim_interval(x);
    l->carry = f.carry = work_of(l) > 0 ? connections_carry(&f, l->measured) : 0;
    l->moved = 0;
    return f;
}

/* Limits of links, and of the lanes that may not be where they are believed to be. */
static int find_strays(struct sim *x, struct connections_flow *flows, double *room)
{
    size_t n = x->lanes.n;
    struct strays_flow *seen = ARENA_ARRAY(x->arena, n + 1, struct strays_flow);
    double *excess = ARENA_ARRAY(x->arena, x->s->n_links + 1, double);
    double *keep = ARENA_ARRAY(x->arena, n + 1, double);
    if (!seen || !excess || !keep)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        seen[i] =
            (struct strays_flow){flows[i].links, flows[i].n_links, x->lanes.v[i].measured};
    const struct strays s = {x->measured, x->grant, x->s->n_links, seen, n};
    int rc = strays_find(&s, excess, room, keep, x->arena);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        double most = fmax(flows[i].least, keep[i] * seen[i].rate / flows[i].each);
        if (isfinite(keep[i]))
            flows[i].most = (uint32_t)fmin(flows[i].most, most);
    }
    return rc;
}

/* A lane that runs more than it should have starts nothing for those that end before the next
 * plan: others wait for their room. */
static uint32_t renewed(const struct connections_flow *f, uint32_t number)
{
    double due = fmax(0, ceil(f->target / f->each + f->carry));
    return number > f->least || due >= number ? number : (uint32_t)due;
}

/* Rigid traffic holds the transfers to their grants, whatever starts. */
static int start_as_planned(struct sim *x, struct connections *c, struct err *e)
{
    uint32_t *number = ARENA_ARRAY(x->arena, c->n_flows + 1, uint32_t);
    bool *enforced = ARENA_ARRAY(x->arena, c->n_links + 1, bool);
    if (!number || !enforced)
        return err_set(e, ERR_NOMEM, "no memory for a plan");
    for (size_t l = 0; l < c->n_links; l++)
        enforced[l] = x->o->rigid;
    c->enforced = enforced;
    int rc = connections_round(c, number, x->arena, e);
    for (size_t i = 0; rc == 0 && i < c->n_flows; i++)
        x->lanes.v[i].allowed = renewed(&c->flows[i], number[i]);
    return rc;
}

int sim_plan(struct sim *x, struct err *e)
{
    struct arena_mark here = arena_mark(x->arena);
    size_t n = x->lanes.n;
    double *rate = ARENA_ARRAY(x->arena, n + 1, double);
    double *room = arena_dup(x->arena, x->grant, x->s->n_links * sizeof(*room));
    struct connections_flow *flows = ARENA_ARRAY(x->arena, n + 1, struct connections_flow);
    int rc = rate && room && flows ? 0 : ERR_NOMEM;
    for (size_t i = 0; rc == 0 && i < n; i++)
        flows[i] = wanted_of(x, &x->lanes.v[i]);
    sim_measure_loads(x);
    if (rc == 0 && x->o->loads)
        rc = find_strays(x, flows, room);
    if (rc < 0)
        return err_set(e, rc, "no memory for a plan");
    struct problem p = {.paths = x->believed, .limit = room};
    rc = solve(x, &p, x->o->throughput ? MOST_OF_ALL : FAIR, rate, e);
    for (size_t i = 0; rc == 0 && i < n; i++)
        flows[i].target = x->lanes.v[i].target = rate[i];
    struct connections c = {room, x->s->n_links, flows, n, SLACK, true, NULL};
    if (rc == 0)
        rc = start_as_planned(x, &c, e);
    arena_rewind(x->arena, here);
    return rc;
}
