/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/throughput.h"

#include <math.h>

#include "plan/simplex.h"

#define NO_ROW    UINT32_MAX
#define TOLERANCE 1e-9 /* part of a limit: so near to it a link is full */

struct programme {
    const struct share *s;
    double *least, *spare; /* per flow: its guarantee; per link: what guarantees leave */
    uint32_t *row, *cap;   /* per link, and per flow; NO_ROW: it holds nobody */
    size_t rows;
};

static int prepare(struct programme *g, struct arena *a, struct err *e)
{
    const struct share *s = g->s;
    g->least = ARENA_ARRAY(a, s->n_flows + 1, double);
    g->spare = ARENA_ARRAY(a, s->n_links + 1, double);
    g->row = ARENA_ARRAY(a, s->n_links + 1, uint32_t);
    g->cap = ARENA_ARRAY(a, s->n_flows + 1, uint32_t);
    if (!g->least || !g->spare || !g->row || !g->cap)
        return err_set(e, ERR_NOMEM, "no memory for the largest throughput");
    return share_guarantee(s, g->least, a, e);
}

/* A cap that is no lower than what some link leaves anyway needs no row. */
static void number_rows(struct programme *g)
{
    const struct share *s = g->s;
    for (size_t l = 0; l < s->n_links; l++) {
        g->spare[l] = s->links[l].limit;
        g->row[l] = NO_ROW;
    }
    for (size_t f = 0; f < s->n_flows; f++) {
        for (size_t i = 0; i < s->flows[f].n_links; i++) {
            uint32_t l = s->flows[f].links[i];
            g->spare[l] -= g->least[f];
            if (g->row[l] == NO_ROW && isfinite(s->links[l].limit))
                g->row[l] = (uint32_t)g->rows++;
        }
    }
    for (size_t f = 0; f < s->n_flows; f++) {
        double room = INFINITY;
        for (size_t i = 0; i < s->flows[f].n_links; i++)
            room = fmin(room, g->spare[s->flows[f].links[i]]);
        bool holds = s->flows[f].cap - g->least[f] < room;
        g->cap[f] = holds ? (uint32_t)g->rows++ : NO_ROW;
    }
}

static void fill(const struct programme *g, struct packing *p)
{
    const struct share *s = g->s;
    for (size_t l = 0; l < s->n_links; l++) {
        if (g->row[l] != NO_ROW)
            p->cell[g->row[l] * (p->n + 1) + p->n] = fmax(0, g->spare[l]);
    }
    for (size_t f = 0; f < s->n_flows; f++) {
        for (size_t i = 0; i < s->flows[f].n_links; i++) {
            uint32_t row = g->row[s->flows[f].links[i]];
            if (row != NO_ROW)
                p->cell[row * (p->n + 1) + f] = 1;
        }
        if (g->cap[f] != NO_ROW) {
            double *cap = &p->cell[g->cap[f] * (p->n + 1)];
            cap[f] = 1;
            cap[p->n] = fmax(0, s->flows[f].cap - g->least[f]);
        }
    }
}

int throughput_solve(const struct share *s, double *rate, struct arena *a, struct err *e)
{
    struct arena_mark here = arena_mark(a);
    struct programme g = {.s = s};
    double sum;
    int rc = prepare(&g, a, e);
    if (rc < 0)
        goto out;
    number_rows(&g);
    if (s->n_flows + 1 > THROUGHPUT_MAX_CELLS / (g.rows + 1)) {
        rc = err_set(e, ERR_LIMIT,
                     "%zu pairs over %zu links and limits are too many for the largest "
                     "throughput",
                     s->n_flows, g.rows);
        goto out;
    }
    struct packing *p = packing_new(g.rows, s->n_flows, THROUGHPUT_MAX_CELLS, a);
    if (p) {
        fill(&g, p);
        p->work = THROUGHPUT_MAX_WORK;
        rc = packing_maximum(p, &sum, rate, a);
    }
    if (rc == ERR_LIMIT)
        err_set(e, rc,
                "the largest throughput of %zu pairs over %zu links and limits takes "
                "too long: ask for fewer pairs, or for max-min",
                s->n_flows, g.rows);
    else if (!p || rc != 0) /* every pair crosses a link with a limit, or has a cap: bounded */
        rc = err_set(e, ERR_NOMEM, "no memory for the largest throughput");
    for (size_t f = 0; rc == 0 && f < s->n_flows; f++)
        rate[f] = fmin(s->flows[f].cap, rate[f] + g.least[f]);
out:
    arena_rewind(a, here);
    return rc;
}

int throughput_bottlenecks(const struct share *s, const double *rate, struct share_holds *holds,
                           struct arena *a, struct err *e)
{
    double *load = ARENA_ARRAY(a, s->n_links + 1, double);
    for (size_t f = 0; load && f < s->n_flows; f++) {
        for (size_t i = 0; i < s->flows[f].n_links; i++)
            load[s->flows[f].links[i]] += rate[f];
    }
    for (size_t f = 0; f < s->n_flows; f++) {
        const struct share_flow *flow = &s->flows[f];
        uint32_t *links = ARENA_ARRAY(a, flow->n_links + 1, uint32_t);
        if (!load || !links)
            return err_set(e, ERR_NOMEM, "no memory for bottlenecks");
        holds[f] = (struct share_holds){.links = links};
        for (size_t i = 0; i < flow->n_links; i++) {
            uint32_t l = flow->links[i];
            if (load[l] >= s->links[l].limit * (1 - TOLERANCE))
                links[holds[f].n++] = l;
        }
    }
    return 0;
}
