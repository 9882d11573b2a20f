/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Costs between PIDs: of the path between a representative address of each, or as measured.
 *
 * A PID stands for its storage endpoints, else for the first host of its first prefix. IPv4 is
 * asked first.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/emit.h"
#include "aggregator/walk.h"

static const struct {
    const char *name, *description, *source;
    enum cost_algebra algebra;
    bool integer;
} kinds[] = {
    {"bw-available", "bytes per second left beside the measured load", "estimation", COST_MIN,
     false},
    {"bw-residual", "bytes per second that the links of the path can carry", "nominal",
     COST_MIN, false},
    {"delay-ow", "one-way delay in microseconds", "nominal", COST_SUM, false},
    {"delay-rt", "round-trip delay in microseconds", "estimation", COST_SUM, false},
    {"hopcount", "links between routers", NULL, COST_SUM, true},
    {"priv:as-hopcount", "borders between autonomous systems", NULL, COST_SUM, true},
    {"routingcost", "sum of interior metrics and border weights", NULL, COST_SUM, false},
    {"tput", "bytes per second as measured", "estimation", COST_MIN, false},
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct sample {
    struct addr v[2]; /* IPv4, IPv6; none where the PID has none */
};

static void sample_endpoints(const struct world *w, struct sample *samples)
{
    const struct snapshot *s = w->snap;
    for (size_t i = 0; i < s->n_endpoints; i++)
        for (size_t k = 0; k < s->endpoints[i].n_addrs; k++) {
            const struct addr *a = &s->endpoints[i].addrs[k];
            uint32_t pid = lpm_find(s->pid_of, a, NULL);
            struct addr *slot = pid == LPM_NONE ? NULL : &samples[pid].v[a->family == 6];
            if (slot && (!slot->family || addr_cmp(a, slot) < 0))
                *slot = *a;
        }
}

static void sample_prefixes(const struct world *w, struct sample *samples)
{
    const struct snapshot *s = w->snap;
    for (size_t i = 0; i < s->n_pids; i++)
        for (size_t k = 0; k < s->pids[i].n_prefixes; k++) {
            const struct prefix *p = &s->pids[i].prefixes[k];
            struct addr *slot = &samples[i].v[p->addr.family == 6];
            if (slot->family || !p->len)
                continue;
            *slot = p->addr;
            if (p->len < addr_bits(&p->addr))
                slot->b[p->addr.family == 6 ? 15 : 3] |= 1;
        }
}

static int make_metrics(struct world *w)
{
    struct snapshot *s = w->snap;
    size_t cells = s->n_pids * s->n_pids;
    s->metrics = ARENA_ARRAY(w->arena, N_KINDS, struct cost_metric);
    for (size_t m = 0; s->metrics && m < N_KINDS; m++) {
        struct cost_metric *c = &s->metrics[s->n_metrics++];
        *c = (struct cost_metric){.name = kinds[m].name,
                                  .description = kinds[m].description,
                                  .cost_source = kinds[m].source,
                                  .algebra = kinds[m].algebra,
                                  .integer = kinds[m].integer,
                                  .value = ARENA_ARRAY(w->arena, cells + 1, double),
                                  .cls = ARENA_ARRAY(w->arena, cells + 1, enum fact_class)};
        if (!c->value || !c->cls)
            return ERR_NOMEM;
        for (size_t i = 0; i < cells; i++)
            c->value[i] = NAN;
    }
    return s->metrics ? 0 : ERR_NOMEM;
}

static int find_path(struct world *w, const struct sample *a, const struct sample *b,
                     struct path **out, struct err *e)
{
    *out = NULL;
    for (int f = 0; f < 2; f++) {
        if (!a->v[f].family || !b->v[f].family)
            continue;
        int rc = paths_find_quietly(w, &(struct path_question){a->v[f], b->v[f], NULL},
                                    w->scratch, out, e);
        if (rc || (*out)->reached)
            return rc;
    }
    return 0;
}

static int fill_row(struct world *w, const struct sample *samples, size_t from, struct err *e)
{
    struct snapshot *s = w->snap;
    for (size_t to = 0; to < s->n_pids; to++) {
        size_t cell = from * s->n_pids + to;
        struct arena_mark mark = arena_mark(w->scratch);
        struct path *p = NULL;
        int rc = from == to ? 0 : find_path(w, &samples[from], &samples[to], &p, e);
        for (size_t m = 0; !rc && m < s->n_metrics; m++) {
            struct cost_metric *c = &s->metrics[m];
            if (from == to)
                c->value[cell] = c->algebra == COST_SUM ? 0 : NAN;
            else if (p && p->reached)
                c->value[cell] = snapshot_path_cost(s, c->name, p);
            c->cls[cell] = p ? p->cls : CLASS_DERIVED;
        }
        arena_rewind(w->scratch, mark);
        if (rc)
            return rc;
    }
    return 0;
}

static bool is_typical(const struct fact_measurement *f)
{
    return !f->statistic || !strcmp(f->statistic, "cur") || !strcmp(f->statistic, "mean") ||
           !strcmp(f->statistic, "median");
}

/* Measured end to end counts more than composed; of several measurements the latest. */
static int take_measurements(struct world *w)
{
    struct snapshot *s = w->snap;
    size_t cells = s->n_pids * s->n_pids;
    int64_t *latest = calloc(cells * s->n_metrics + 1, sizeof(*latest));
    if (!latest)
        return ERR_NOMEM;
    for (size_t i = 0; i < cells * s->n_metrics; i++)
        latest[i] = FACT_NONE;
    FOR_ROWS(w, measurement, MEASUREMENT, f)
    {
        uint32_t a = lpm_find(s->pid_of, &f->source, NULL);
        uint32_t b = lpm_find(s->pid_of, &f->destination, NULL);
        int m = f->metric ? snapshot_metric(s, f->metric) : -1;
        if (a == LPM_NONE || b == LPM_NONE || m < 0 || isnan(f->value) || !is_typical(f))
            continue;
        size_t cell = a * s->n_pids + b;
        int64_t *when = &latest[(size_t)m * cells + cell];
        if (f->end < *when)
            continue;
        *when = f->end;
        s->metrics[m].value[cell] = f->value;
        s->metrics[m].cls[cell] = CLASS_OBSERVED;
    }
    free(latest);
    return 0;
}

static bool says_anything(const struct snapshot *s, const struct cost_metric *c)
{
    for (size_t i = 0; i < s->n_pids; i++)
        for (size_t k = 0; k < s->n_pids; k++)
            if (i != k && c->value[i * s->n_pids + k] > 0)
                return true; /* a path without links has no delay: that says nothing */
    return false;
}

static void drop_silent_metrics(struct snapshot *s)
{
    size_t kept = 0;
    for (size_t m = 0; m < s->n_metrics; m++)
        if (says_anything(s, &s->metrics[m]) || !strcmp(s->metrics[m].name, "routingcost"))
            s->metrics[kept++] = s->metrics[m];
    s->n_metrics = kept;
}

int costs_build(struct world *w, struct err *e)
{
    struct sample *samples = calloc(w->snap->n_pids + 1, sizeof(*samples));
    int rc = samples ? make_metrics(w) : ERR_NOMEM;
    if (rc) {
        err_set(e, rc, "out of memory while computing costs");
        goto out;
    }
    sample_endpoints(w, samples);
    sample_prefixes(w, samples);
    for (size_t i = 0; !rc && i < w->snap->n_pids; i++)
        rc = fill_row(w, samples, i, e);
    if (!rc && (rc = take_measurements(w)))
        err_set(e, rc, "out of memory while computing costs");
    if (!rc)
        drop_silent_metrics(w->snap);
out:
    free(samples);
    return rc;
}
