/* SPDX-License-Identifier: Apache-2.0 */
#include "sim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define QUANTUM           2.0    /* seconds between two moments: FTS's scheduler */
#define FASTEST           25e6   /* bytes per second of one connection: 0.2 Gbit/s */
#define WINDOW            4e6    /* bytes of a connection's window */
#define OTHER_CONNECTIONS 40     /* that other traffic has on a link */
#define OTHER_SHARE       0.2    /* of a link that it wants, on average */
#define OTHER_PERIOD      300    /* seconds until it wants something else */
#define OUTAGE_PERIOD     900    /* seconds between outages */
#define OUTAGE            1200   /* seconds that one lasts */
#define LONGEST           200000 /* seconds: then a run is given up */
#define WARM_UP           900    /* seconds that a run with a backlog does not count */
#define WRONG             0.1    /* of the pairs, with PATHS_WRONG */

/* What only the run itself needs. */
struct run {
    struct sim x;
    struct maxmin_flow *flows; /* lanes that run, then other traffic */
    uint32_t *lane_of, *own;   /* per flow; the link of other traffic */
    double *rate, *capacity, *other;
    bool *down;
    double outage_ends, over, lasted, moved;
    double *served; /* bytes per lane, with a backlog */
};

double sim_uniform(struct sim *x)
{
    uint64_t z = x->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

uint32_t sim_below(struct sim *x, uint32_t n)
{
    return (uint32_t)(sim_uniform(x) * n);
}

uint32_t sim_pair_of(const struct sim *x, uint32_t source, uint32_t destination)
{
    return source * x->s->n_sites + destination;
}

/* ---- Paths ---- */

static void find_paths(struct run *r, const bool *down)
{
    for (uint32_t i = 0; i < r->x.s->n_sites; i++)
        scenario_paths(r->x.s, i, down, r->x.paths + (size_t)i * r->x.s->n_sites, r->x.arena);
}

/* What Rialto believes: the paths as they are, were, or those to some other site. */
static void believe(struct sim *x)
{
    size_t n = (size_t)x->s->n_sites * x->s->n_sites;
    size_t kept = sizeof(x->older) / sizeof(*x->older);
    if (x->o->paths == PATHS_STALE) {
        struct scenario_path *last = x->older[kept - 1];
        memmove(x->older + 1, x->older, (kept - 1) * sizeof(*x->older));
        x->older[0] = last;
        memcpy(last, x->paths, n * sizeof(*last));
        memcpy(x->believed, x->older[kept - 1], n * sizeof(*last));
    } else if (x->o->paths == PATHS_EXACT) {
        memcpy(x->believed, x->paths, n * sizeof(*x->paths));
    }
}

static void believe_wrongly(struct sim *x)
{
    uint32_t n = x->s->n_sites;
    for (uint32_t p = 0; x->o->paths == PATHS_WRONG && p < n * n; p++) {
        uint32_t other = p / n * n + sim_below(x, n);
        if (sim_uniform(x) < WRONG && x->paths[other].n > 0)
            x->believed[p] = x->paths[other];
    }
}

/* Is any site cut off from another? */
static bool is_cut(const struct sim *x)
{
    uint32_t n = x->s->n_sites;
    for (uint32_t p = 0; p < n * n; p++) {
        if (x->paths[p].n == 0 && p / n != p % n)
            return true;
    }
    return false;
}

/* A link between networks, rather one with much load. */
static uint32_t draw_link(struct sim *x)
{
    uint32_t best = SIM_NONE;
    double most = 0;
    for (uint32_t l = 0; l < x->s->n_links; l++) {
        double chance = x->load[l] * sim_uniform(x);
        if (!x->s->links[l].access && chance > most) {
            most = chance;
            best = l;
        }
    }
    return best;
}

/* One link between networks fails, if no site is cut off; the one before is mended. */
static void fail_link(struct run *r)
{
    struct sim *x = &r->x;
    for (int attempt = 0; attempt < 100; attempt++) {
        uint32_t l = draw_link(x);
        if (l == SIM_NONE)
            break;
        memset(r->down, 0, x->s->n_links);
        r->down[l] = r->down[l ^ 1] = true;
        find_paths(r, r->down);
        if (!is_cut(x))
            return;
    }
    find_paths(r, NULL);
}

/* ---- Queues ---- */

static int push_running(struct sim_lane *l, double end, uint32_t file)
{
    struct sim_running *at = VEC_PUSH(&l->running);
    if (!at)
        return ERR_NOMEM;
    size_t i = l->running.n - 1;
    for (; i > 0 && l->running.v[(i - 1) / 2].end > end; i = (i - 1) / 2)
        l->running.v[i] = l->running.v[(i - 1) / 2];
    l->running.v[i] = (struct sim_running){end, file};
    return 0;
}

static uint32_t pop_running(struct sim_lane *l)
{
    struct sim_running *h = l->running.v, last = h[--l->running.n];
    uint32_t file = h[0].file;
    size_t n = l->running.n, i = 0;
    for (size_t child = 1; child < n; child = 2 * i + 1) {
        child += child + 1 < n && h[child + 1].end < h[child].end;
        if (h[child].end >= last.end)
            break;
        h[i] = h[child];
        i = child;
    }
    h[i] = last;
    return file;
}

static struct sim_lane *lane_for(struct sim *x, uint32_t pair, uint32_t experiment)
{
    struct sim_pair *p = &x->pairs[pair];
    if (p->lane[experiment] != SIM_NONE)
        return &x->lanes.v[p->lane[experiment]];
    bool is_new = true;
    for (uint32_t v = 0; v < SIM_EXPERIMENTS; v++)
        is_new &= p->lane[v] == SIM_NONE;
    uint32_t *used = is_new ? VEC_PUSH(&x->in_use) : NULL;
    struct sim_lane *l = is_new && !used ? NULL : VEC_PUSH(&x->lanes);
    if (!l)
        return NULL;
    if (used)
        *used = pair;
    p->lane[experiment] = (uint32_t)x->lanes.n - 1;
    l->pair = pair;
    l->experiment = experiment;
    l->first = l->last = SIM_NONE;
    return l;
}

static void commit(struct sim *x, const struct scenario_path *p, double bytes)
{
    for (uint32_t i = 0; i < p->n; i++)
        x->committed[p->links[i]] = fmax(0, x->committed[p->links[i]] + bytes);
}

static int submit(struct sim *x, uint32_t f)
{
    struct sim_file *file = &x->files[f];
    uint32_t pair = sim_pair_of(x, sim_choose(x, file), file->destination);
    struct sim_lane *l = lane_for(x, pair, file->experiment);
    if (!l)
        return ERR_NOMEM;
    file->pair = pair;
    file->next = SIM_NONE;
    if (l->last == SIM_NONE)
        l->first = f;
    else
        x->files[l->last].next = f;
    l->last = f;
    l->n_queued++;
    file->way = x->believed[pair];
    commit(x, &file->way, file->bytes);
    return 0;
}

static int start_next(struct sim *x, struct sim_lane *l)
{
    uint32_t f = l->first;
    struct sim_pair *p = &x->pairs[l->pair];
    if (x->o->backlog) {
        f = sim_below(x, x->n_files);
    } else {
        l->first = x->files[f].next;
        l->last = l->first == SIM_NONE ? SIM_NONE : l->last;
        l->n_queued--;
    }
    x->out_running[p->source]++;
    x->in_running[p->destination]++;
    return push_running(l, l->service + x->files[f].bytes, f);
}

/* A slot goes to one of the experiments that wait, drawn by lot as FTS does. */
static int start_all(struct sim *x)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < x->in_use.n; i++) {
        const struct sim_pair *p = &x->pairs[x->in_use.v[i]];
        for (uint32_t stopped = 0; rc == 0 && stopped != (1u << SIM_EXPERIMENTS) - 1;) {
            uint32_t v = sim_below(x, SIM_EXPERIMENTS);
            uint32_t lane = p->lane[v];
            if (lane == SIM_NONE || x->lanes.v[lane].n_queued == 0 || sim_slots(x, lane) == 0)
                stopped |= 1u << v;
            else
                rc = start_next(x, &x->lanes.v[lane]);
        }
    }
    return rc;
}

static void finish_file(struct sim *x, struct sim_lane *l)
{
    struct sim_pair *p = &x->pairs[l->pair];
    struct sim_file *f = &x->files[pop_running(l)];
    uint32_t slot = x->minute % SIM_MINUTES;
    f->done = x->now;
    x->n_done++;
    x->out_running[p->source]--;
    x->in_running[p->destination]--;
    p->finished[slot] += 1;
    p->took[slot] += x->now - f->arrival;
    p->sizes[slot] += f->bytes;
    commit(x, &f->way, -f->bytes);
}

/* ---- Rates ---- */

static size_t add_lanes(struct run *r)
{
    struct sim *x = &r->x;
    size_t n = 0;
    for (uint32_t i = 0; i < x->lanes.n; i++) {
        const struct sim_lane *l = &x->lanes.v[i];
        if (l->running.n == 0)
            continue;
        const struct scenario_path *p = &x->paths[l->pair];
        r->lane_of[n] = i;
        r->flows[n++] = (struct maxmin_flow){p->links, p->n, (double)l->running.n,
                                             (double)l->running.n * x->pairs[l->pair].each};
    }
    return n;
}

/* Other traffic on the links that lanes use: it competes, or has taken its part before. */
static size_t add_others(struct run *r, size_t lanes)
{
    struct sim *x = &r->x;
    size_t n = lanes;
    for (uint32_t l = 0; l < x->s->n_links; l++) {
        r->own[l] = SIM_NONE;
        r->capacity[l] = x->s->links[l].capacity - (x->o->rigid ? r->other[l] : 0);
    }
    for (size_t i = 0; i < lanes && !x->o->rigid; i++) {
        for (size_t k = 0; k < r->flows[i].n_links; k++) {
            uint32_t l = r->flows[i].links[k];
            if (r->own[l] != SIM_NONE)
                continue;
            r->own[l] = l;
            r->flows[n++] = (struct maxmin_flow){&r->own[l], 1, OTHER_CONNECTIONS, r->other[l]};
        }
    }
    return n;
}

static int share_links(struct run *r, struct err *e)
{
    struct sim *x = &r->x;
    size_t lanes = add_lanes(r);
    const struct maxmin m = {r->capacity, x->s->n_links, r->flows, add_others(r, lanes)};
    const struct maxmin ours = {r->capacity, x->s->n_links, r->flows, lanes};
    int rc = maxmin_solve(&m, r->rate, x->arena, e);
    maxmin_load(&ours, r->rate, x->load);
    for (size_t i = 0; i < x->lanes.n; i++)
        x->lanes.v[i].rate = 0;
    for (size_t i = 0; i < lanes; i++)
        x->lanes.v[r->lane_of[i]].rate = r->rate[i];
    return rc;
}

static bool is_over(const struct sim *x)
{
    for (uint32_t l = 0; l < x->s->n_links; l++) {
        if (x->load[l] > x->grant[l] * SIM_OVER)
            return true;
    }
    return false;
}

/* The next moment at which something happens, on the grid. */
static double next_moment(const struct sim *x)
{
    double next = (floor(x->now / sim_interval(x)) + 1) * sim_interval(x);
    if (x->next_file < x->n_files && !x->o->backlog)
        next = fmin(next, x->files[x->next_file].arrival);
    for (size_t i = 0; i < x->lanes.n; i++) {
        const struct sim_lane *l = &x->lanes.v[i];
        if (l->rate > 0)
            next = fmin(next, x->now + (l->running.v[0].end - l->service) *
                                           (double)l->running.n / l->rate);
    }
    return fmax(ceil(next / QUANTUM) * QUANTUM, x->now + QUANTUM);
}

static void move_on(struct run *r, double to)
{
    struct sim *x = &r->x;
    double dt = to - x->now;
    bool counts = !x->o->backlog || x->now >= WARM_UP;
    if (counts)
        r->lasted += dt;
    r->over += counts && is_over(x) ? dt : 0;
    sim_observe(x, dt);
    x->now = to;
    for (size_t i = 0; i < x->lanes.n; i++) {
        struct sim_lane *l = &x->lanes.v[i];
        if (l->running.n == 0)
            continue;
        double bytes = l->rate * dt;
        l->service += bytes / (double)l->running.n;
        l->moved += bytes;
        x->pairs[l->pair].moved[x->minute % SIM_MINUTES] += bytes;
        if (counts)
            r->moved += bytes;
        if (counts && r->served)
            r->served[i] += bytes;
        while (l->running.n > 0 && l->running.v[0].end <= l->service + 1)
            finish_file(x, l);
    }
}

/* ---- One run ---- */

static int by_arrival(const void *pa, const void *pb)
{
    const struct sim_file *a = pa, *b = pb;
    return (a->arrival > b->arrival) - (a->arrival < b->arrival);
}

static void draw_file(struct sim *x, struct sim_file *f)
{
    const struct scenario *s = x->s;
    const struct scenario_transfer *t = &s->transfers[sim_below(x, s->n_transfers)];
    *f = (struct sim_file){.arrival = t->start,
                           .bytes = t->bytes,
                           .done = -1,
                           .destination = t->destination,
                           .experiment = sim_below(x, SIM_EXPERIMENTS)};
    f->replicas[0] = t->source;
    for (uint32_t i = 1; i < SIM_REPLICAS; i++) {
        do {
            f->replicas[i] = s->transfers[sim_below(x, s->n_transfers)].source;
        } while (f->replicas[i] == f->destination);
    }
}

/* Draws transfers and squeezes the time between them so that the busiest link gets the load. */
static void draw_files(struct sim *x)
{
    struct sim_options geoip = *x->o;
    const struct sim_options *o = x->o;
    double last = 0, needed = 0;
    for (uint32_t i = 0; i < x->n_files; i++)
        draw_file(x, &x->files[i]);
    geoip.choice = CHOOSE_GEOIP;
    x->o = &geoip;
    for (uint32_t i = 0; i < x->n_files; i++) {
        struct sim_file *f = &x->files[i];
        commit(x, &x->believed[sim_pair_of(x, sim_choose(x, f), f->destination)], f->bytes);
        last = fmax(last, f->arrival);
    }
    x->o = o;
    for (uint32_t l = 0; l < x->s->n_links; l++) {
        needed = fmax(needed, x->committed[l] / x->grant[l]);
        x->committed[l] = 0;
    }
    for (uint32_t i = 0; i < x->n_files; i++)
        x->files[i].arrival *= needed / o->load / last;
    qsort(x->files, x->n_files, sizeof(*x->files), by_arrival);
}

static int prepare(struct run *r, struct err *e)
{
    struct sim *x = &r->x;
    uint32_t sites = x->s->n_sites, links = x->s->n_links;
    size_t pairs = (size_t)sites * sites, flows = pairs * SIM_EXPERIMENTS + links;
    x->n_files = x->o->n_transfers;
    x->files = ARENA_ARRAY(x->arena, x->n_files, struct sim_file);
    x->pairs = ARENA_ARRAY(x->arena, pairs, struct sim_pair);
    x->paths = ARENA_ARRAY(x->arena, pairs, struct scenario_path);
    x->believed = ARENA_ARRAY(x->arena, pairs, struct scenario_path);
    x->out_running = ARENA_ARRAY(x->arena, sites, uint32_t);
    x->in_running = ARENA_ARRAY(x->arena, sites, uint32_t);
    x->grant = ARENA_ARRAY(x->arena, links, double);
    x->load = ARENA_ARRAY(x->arena, links, double);
    x->committed = ARENA_ARRAY(x->arena, links, double);
    x->carried = ARENA_ARRAY(x->arena, links, double);
    x->measured = ARENA_ARRAY(x->arena, links, double);
    x->idle = ARENA_ARRAY(x->arena, links, struct sim_idle);
    r->flows = ARENA_ARRAY(x->arena, flows, struct maxmin_flow);
    r->lane_of = ARENA_ARRAY(x->arena, flows, uint32_t);
    r->own = ARENA_ARRAY(x->arena, links, uint32_t);
    r->rate = ARENA_ARRAY(x->arena, flows, double);
    r->capacity = ARENA_ARRAY(x->arena, links, double);
    r->other = ARENA_ARRAY(x->arena, links, double);
    r->down = ARENA_ARRAY(x->arena, links, bool);
    r->served = x->o->backlog ? ARENA_ARRAY(x->arena, flows, double) : NULL;
    bool ok = x->files && x->pairs && x->paths && x->believed && x->out_running &&
              x->in_running && x->grant && x->load && x->committed && x->carried &&
              x->measured && x->idle && r->flows && r->lane_of && r->own && r->rate &&
              r->capacity && r->other && r->down;
    for (size_t i = 0; ok && i < sizeof(x->older) / sizeof(*x->older); i++)
        ok = (x->older[i] = ARENA_ARRAY(x->arena, pairs, struct scenario_path)) != NULL;
    return ok ? 0 : err_set(e, ERR_NOMEM, "no memory for a simulation");
}

static void set_up(struct run *r)
{
    struct sim *x = &r->x;
    uint32_t n = x->s->n_sites;
    for (uint32_t l = 0; l < x->s->n_links; l++) {
        x->grant[l] = SIM_GRANT * x->s->links[l].capacity;
    }
    find_paths(r, NULL);
    memcpy(x->believed, x->paths, (size_t)n * n * sizeof(*x->paths));
    for (size_t i = 0; i < sizeof(x->older) / sizeof(*x->older); i++)
        memcpy(x->older[i], x->paths, (size_t)n * n * sizeof(*x->paths));
    for (uint32_t p = 0; p < n * n; p++) {
        double rtt = 0.004 + scenario_distance(x->s, p / n, p % n) * 2 * 1.5 / 200e3;
        x->pairs[p] = (struct sim_pair){.source = p / n,
                                        .destination = p % n,
                                        .lane = {SIM_NONE, SIM_NONE},
                                        .each = fmin(FASTEST, WINDOW / rtt)};
    }
    draw_files(x);
    uint64_t random = x->random;
    believe_wrongly(x);
    x->random = random; /* nothing else is different for those who believe wrongly */
}

/* With a backlog every lane that the transfers would make is full from the beginning. */
static int fill_lanes(struct sim *x)
{
    for (uint32_t i = 0; i < x->n_files; i++) {
        const struct sim_file *f = &x->files[i];
        struct sim_lane *l =
            lane_for(x, sim_pair_of(x, sim_choose(x, f), f->destination), f->experiment);
        if (!l)
            return ERR_NOMEM;
        l->n_queued = 100000;
    }
    x->next_file = x->n_files;
    return 0;
}

/* Once a minute: other traffic, outages, what is known, what is decided. */
static void tick(struct run *r)
{
    struct sim *x = &r->x;
    x->minute = (uint32_t)(x->now / FTS_INTERVAL);
    for (size_t i = 0; i < x->in_use.n; i++) {
        struct sim_pair *p = &x->pairs[x->in_use.v[i]];
        uint32_t slot = x->minute % SIM_MINUTES;
        p->moved[slot] = p->finished[slot] = p->took[slot] = p->sizes[slot] = 0;
    }
    for (uint32_t l = 0; fmod(x->now, OTHER_PERIOD) == 0 && l < x->s->n_links; l++)
        r->other[l] = x->s->links[l].capacity *
                      (x->o->rigid ? 1 - SIM_GRANT : OTHER_SHARE * (0.5 + sim_uniform(x)));
    if (x->o->outages && x->now > 0 && fmod(x->now, OUTAGE_PERIOD) == 0) {
        fail_link(r);
        r->outage_ends = x->now + OUTAGE;
    } else if (r->outage_ends > 0 && x->now >= r->outage_ends) {
        find_paths(r, NULL);
        r->outage_ends = 0;
    }
    believe(x);
    if (x->o->control == CONTROL_PROBING)
        sim_probe(x);
    else
        sim_optimize(x);
}

static int advance(struct run *r, struct err *e)
{
    struct sim *x = &r->x;
    int rc = 0;
    while (rc == 0 && x->next_file < x->n_files && x->files[x->next_file].arrival <= x->now)
        rc = submit(x, x->next_file++);
    if (rc == 0 && fmod(x->now, FTS_INTERVAL) == 0)
        tick(r);
    if (rc == 0 && x->o->control == CONTROL_PLANNER && fmod(x->now, sim_interval(x)) == 0)
        rc = sim_plan(x, e);
    if (rc == 0)
        rc = start_all(x);
    if (rc < 0)
        return err_set(e, rc, "no memory for a simulation");
    rc = share_links(r, e);
    if (rc == 0)
        move_on(r, next_moment(x));
    return rc;
}

static int by_value(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;
    return (a > b) - (a < b);
}

static double sum_of(const double *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[i];
    return sum;
}

/* How far below what is wanted the lanes stayed, each by itself. */
static double missing(const struct run *r, const double *want)
{
    double got = 0;
    for (size_t i = 0; i < r->x.lanes.n; i++)
        got += fmin(want[i], r->served[i] / r->lasted);
    return 1 - got / sum_of(want, r->x.lanes.n);
}

/* How far below their targets the lanes that the grants hold back stayed, all together. */
static int measure_gap(struct run *r, struct sim_result *out, struct err *e)
{
    struct sim *x = &r->x;
    size_t n = x->lanes.n;
    double *fair = ARENA_ARRAY(x->arena, n + 1, double);
    double *least = ARENA_ARRAY(x->arena, n + 1, double);
    double *best = ARENA_ARRAY(x->arena, n + 1, double);
    if (!fair || !least || !best)
        return err_set(e, ERR_NOMEM, "no memory for results");
    int rc = sim_targets(x, fair, e);
    if (rc == 0)
        rc = sim_guarantees(x, least, e);
    if (rc == 0)
        rc = sim_optimum(x, best, e);
    if (rc < 0)
        return rc;
    double got = sum_of(r->served, n) / r->lasted;
    out->below = 1 - got / sum_of(best, n);
    out->price = 1 - sum_of(fair, n) / sum_of(best, n);
    out->gap = 1 - got / sum_of(fair, n);
    out->unfair = missing(r, fair);
    out->missed = missing(r, least);
    return 0;
}

static int measure(struct run *r, struct sim_result *out, struct err *e)
{
    struct sim *x = &r->x;
    double *took = ARENA_ARRAY(x->arena, x->n_files + 1, double);
    uint32_t n = 0;
    *out = (struct sim_result){.over = r->over / r->lasted, .goodput = r->moved / r->lasted};
    if (!took)
        return err_set(e, ERR_NOMEM, "no memory for results");
    for (uint32_t i = 0; i < x->n_files; i++) {
        const struct sim_file *f = &x->files[i];
        out->makespan = fmax(out->makespan, f->done - x->files[0].arrival);
        if (f->done >= 0)
            took[n++] = f->done - f->arrival;
    }
    qsort(took, n, sizeof(*took), by_value);
    out->unfinished = x->n_files - n;
    uint32_t slowest = 0;
    out->bound = sim_bound(x, &slowest);
    out->in_order = sim_in_order(x, slowest);
    out->idle = x->idle[slowest];
    for (double *v = &out->idle.starved; v <= &out->idle.whole; v++)
        *v /= x->grant[slowest];
    for (uint32_t l = 0; l < x->s->n_links; l++)
        out->committed = fmax(out->committed, x->committed[l]);
    out->p95 = n > 0 ? took[(size_t)(0.95 * (n - 1))] : NAN;
    out->median = n > 0 ? took[n / 2] : NAN;
    return x->o->backlog ? measure_gap(r, out, e) : 0;
}

int sim_run(const struct scenario *s, const struct sim_options *o, struct sim_result *out,
            struct err *e)
{
    struct run r = {.x = {.s = s, .o = o, .arena = arena_new(0), .random = o->seed}};
    int rc = r.x.arena ? prepare(&r, e) : err_set(e, ERR_NOMEM, "no memory for a simulation");
    if (rc == 0)
        rc = sim_probe_new(&r.x, e);
    if (rc == 0)
        set_up(&r);
    if (rc == 0 && o->backlog)
        rc = fill_lanes(&r.x);
    double end = o->backlog ? o->horizon : LONGEST;
    while (rc == 0 && r.x.now < end && (o->backlog || r.x.n_done < r.x.n_files))
        rc = advance(&r, e);
    if (rc == 0)
        rc = measure(&r, out, e);
    for (size_t i = 0; i < r.x.lanes.n; i++)
        VEC_FREE(&r.x.lanes.v[i].running);
    VEC_FREE(&r.x.lanes);
    VEC_FREE(&r.x.in_use);
    arena_free(&r.x.arena);
    return rc;
}
