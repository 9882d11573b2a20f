/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The linear programme that plans are held against: the most that all lanes with work can have
 * together,
 *
 *      max Σ x    under    Σ (x of the lanes over a link) <= its grant,    g <= x <= cap,
 *
 * where g is what hierarchical fairness gives everybody at least: the smallest of a lane's
 * equal shares of the links on its way, were all others there as hungry. Without g the optimum
 * starves whoever crosses many links. Lanes of one pair have the same links: they are one
 * column.
 */
#include <math.h>

#include "plan/simplex.h"
#include "sim.h"

#define MAX_CELLS ((size_t)16 << 20)

/* Who is there. */
struct crowd {
    uint32_t (*lanes)[SIM_EXPERIMENTS]; /* per link */
    double *spare, *least;              /* grant less guarantees, per link; per lane */
    uint32_t *row;                      /* per link, SIM_NONE: nobody crosses it */
    size_t rows;
};

static bool has_work(const struct sim *x, size_t lane)
{
    const struct sim_lane *l = &x->lanes.v[lane];
    return l->n_queued + l->running.n > 0 && x->paths[l->pair].n > 0;
}

static double cap_of(const struct sim *x, const struct sim_lane *l)
{
    return ((double)l->n_queued + (double)l->running.n) * x->pairs[l->pair].each;
}

static int crowd_new(struct crowd *c, struct sim *x)
{
    c->lanes = arena_array(x->arena, x->s->n_links, sizeof(*c->lanes));
    c->spare = ARENA_ARRAY(x->arena, x->s->n_links, double);
    c->row = ARENA_ARRAY(x->arena, x->s->n_links, uint32_t);
    c->least = ARENA_ARRAY(x->arena, x->lanes.n + 1, double);
    return c->lanes && c->spare && c->row && c->least ? 0 : ERR_NOMEM;
}

static void count_lanes(struct crowd *c, const struct sim *x)
{
    for (uint32_t l = 0; l < x->s->n_links; l++) {
        c->spare[l] = x->grant[l];
        c->row[l] = SIM_NONE;
    }
    for (size_t i = 0; i < x->lanes.n; i++) {
        const struct scenario_path *p = &x->paths[x->lanes.v[i].pair];
        for (uint32_t k = 0; has_work(x, i) && k < p->n; k++) {
            c->lanes[p->links[k]][x->lanes.v[i].experiment]++;
            if (c->row[p->links[k]] == SIM_NONE)
                c->row[p->links[k]] = (uint32_t)c->rows++;
        }
    }
}

static double equal_share(const struct crowd *c, const struct sim *x, uint32_t link, uint32_t v)
{
    double all = 0;
    for (uint32_t i = 0; i < SIM_EXPERIMENTS; i++)
        all += c->lanes[link][i] > 0 ? sim_weight[i] : 0;
    return x->grant[link] * sim_weight[v] / all / c->lanes[link][v];
}

/* Every lane's guarantee, taken off the links. */
static double guarantee(struct crowd *c, const struct sim *x)
{
    double sum = 0;
    for (size_t i = 0; i < x->lanes.n; i++) {
        const struct sim_lane *l = &x->lanes.v[i];
        const struct scenario_path *p = &x->paths[l->pair];
        if (!has_work(x, i))
            continue;
        c->least[i] = cap_of(x, l);
        for (uint32_t k = 0; k < p->n; k++)
            c->least[i] = fmin(c->least[i], equal_share(c, x, p->links[k], l->experiment));
        for (uint32_t k = 0; k < p->n; k++)
            c->spare[p->links[k]] -= c->least[i];
        sum += c->least[i];
    }
    return sum;
}

static void fill(struct packing *p, const struct crowd *c, const struct sim *x)
{
    for (uint32_t l = 0; l < x->s->n_links; l++) {
        if (c->row[l] != SIM_NONE)
            p->cell[c->row[l] * (p->n + 1) + p->n] = fmax(0, c->spare[l]);
    }
    for (size_t i = 0; i < x->in_use.n; i++) {
        const struct sim_pair *pair = &x->pairs[x->in_use.v[i]];
        const struct scenario_path *path = &x->paths[x->in_use.v[i]];
        double *cap = &p->cell[(c->rows + i) * (p->n + 1)];
        for (uint32_t v = 0; v < SIM_EXPERIMENTS; v++) {
            uint32_t lane = pair->lane[v];
            if (lane != SIM_NONE && has_work(x, lane))
                cap[p->n] += fmax(0, cap_of(x, &x->lanes.v[lane]) - c->least[lane]);
        }
        cap[i] = 1;
        for (uint32_t k = 0; cap[p->n] > 0 && k < path->n; k++)
            p->cell[c->row[path->links[k]] * (p->n + 1) + i] = 1;
    }
}

int sim_optimum(struct sim *x, double *sum, struct err *e)
{
    struct arena_mark here = arena_mark(x->arena);
    struct crowd c = {0};
    struct packing *p = NULL;
    double more = 0;
    int rc = crowd_new(&c, x);
    if (rc == 0) {
        count_lanes(&c, x);
        *sum = guarantee(&c, x);
        p = packing_new(c.rows + x->in_use.n, x->in_use.n, MAX_CELLS, x->arena);
        rc = p ? 0 : ERR_NOMEM;
    }
    if (rc == 0) {
        fill(p, &c, x);
        rc = packing_maximum(p, &more, x->arena) == 0 ? 0 : ERR_NOMEM;
    }
    *sum += more;
    arena_rewind(x->arena, here);
    return rc == 0 ? 0 : err_set(e, rc, "no memory for the optimum");
}
