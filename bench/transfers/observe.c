/* SPDX-License-Identifier: Apache-2.0 */
/* What can be seen of a run from outside: loads of links, and why grants were not used. */
#include <math.h>

#include "sim.h"

/* What holds back the transfers that wait at a link; the greater counts. */
enum waiting { NOTHING, ELSEWHERE, WHOLE, LATE };

static bool has_room(const struct sim *x, uint32_t link, double each)
{
    return x->load[link] + each <= x->grant[link];
}

/* Why does the lane's next transfer not run, seen from the k-th link of its path? */
static enum waiting waits_for(const struct sim *x, const struct scenario_path *p, uint32_t k,
                              double each)
{
    for (uint32_t i = 0; i < p->n; i++) {
        if (i != k && !has_room(x, p->links[i], each))
            return ELSEWHERE;
    }
    return has_room(x, p->links[k], each) ? LATE : WHOLE;
}

static void look_at(struct sim *x, uint32_t link, double dt)
{
    struct sim_idle *idle = &x->idle[link];
    double could = 0, running = 0, spare = fmax(0, x->grant[link] - x->load[link]) * dt;
    enum waiting why = NOTHING;
    for (size_t i = 0; i < x->lanes.n && spare > 0; i++) {
        const struct sim_lane *l = &x->lanes.v[i];
        const struct scenario_path *p = &x->paths[l->pair];
        double each = x->pairs[l->pair].each;
        for (uint32_t k = 0; k < p->n; k++) {
            if (p->links[k] != link)
                continue;
            could += ((double)l->n_queued + (double)l->running.n) * each;
            running += (double)l->running.n * each;
            enum waiting w = l->n_queued > 0 ? waits_for(x, p, k, each) : NOTHING;
            why = w > why ? w : why;
        }
    }
    double starved = fmin(spare, fmax(0, x->grant[link] - could) * dt);
    *(x->next_file < x->n_files ? &idle->starved : &idle->ending) += starved;
    spare -= starved;
    double crowded = fmax(0, fmin(running, x->grant[link]) - x->load[link]) * dt;
    idle->crowded += fmin(spare, crowded);
    spare -= fmin(spare, crowded);
    idle->elsewhere += why == ELSEWHERE || why == NOTHING ? spare : 0;
    idle->whole += why == WHOLE ? spare : 0;
    idle->late += why == LATE ? spare : 0;
}

void sim_observe(struct sim *x, double dt)
{
    for (uint32_t l = 0; l < x->s->n_links; l++) {
        x->carried[l] += x->load[l] * dt;
        if (x->o->idle)
            look_at(x, l, dt);
    }
}

void sim_measure_loads(struct sim *x)
{
    for (uint32_t l = 0; l < x->s->n_links; l++) {
        x->measured[l] = x->carried[l] / sim_interval(x);
        x->carried[l] = 0;
    }
}

double sim_bound(struct sim *x, uint32_t *link)
{
    struct arena_mark here = arena_mark(x->arena);
    double *later = ARENA_ARRAY(x->arena, x->s->n_links + 1, double), bound = 0;
    for (uint32_t f = x->n_files; later && f-- > 0;) {
        const struct sim_file *file = &x->files[f];
        for (uint32_t k = 0; k < file->way.n; k++) {
            uint32_t l = file->way.links[k];
            later[l] += file->bytes;
            double ready = file->arrival - x->files[0].arrival + later[l] / x->grant[l];
            if (ready > bound) {
                bound = ready;
                *link = l;
            }
        }
    }
    arena_rewind(x->arena, here);
    return later ? bound : NAN;
}

/* Transfers under way on a link alone. */
struct alone {
    struct sim_running *v; /* file: whose speed it is */
    size_t n;
    double load;
};

/* Takes out the one that ends first; returns when. */
static double end_first(struct sim *x, struct alone *on)
{
    size_t first = 0;
    for (size_t i = 1; i < on->n; i++)
        first = on->v[i].end < on->v[first].end ? i : first;
    double end = on->v[first].end;
    on->load -= x->pairs[x->files[on->v[first].file].pair].each;
    on->v[first] = on->v[--on->n];
    return end;
}

static bool crosses(const struct scenario_path *p, uint32_t link)
{
    uint32_t k = 0;
    while (k < p->n && p->links[k] != link)
        k++;
    return k < p->n;
}

double sim_in_order(struct sim *x, uint32_t link)
{
    struct arena_mark here = arena_mark(x->arena);
    struct alone on = {.v = ARENA_ARRAY(x->arena, x->n_files + 1, struct sim_running)};
    double now = 0, ready = 0;
    for (uint32_t f = 0; on.v && f < x->n_files; f++) {
        const struct sim_file *file = &x->files[f];
        double each = x->pairs[file->pair].each;
        if (!crosses(&file->way, link))
            continue;
        now = fmax(now, file->arrival);
        while (on.n > 0 && on.load + each > x->grant[link] * SIM_OVER)
            now = fmax(now, end_first(x, &on));
        on.v[on.n++] = (struct sim_running){now + file->bytes / each, f};
        on.load += each;
        ready = fmax(ready, now + file->bytes / each);
    }
    arena_rewind(x->arena, here);
    return on.v ? ready - x->files[0].arrival : NAN;
}
