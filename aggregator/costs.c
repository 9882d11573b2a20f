/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Costs between PIDs: of the path between addresses that stand for them (composed.c), or as
 * measured.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/again.h"
#include "aggregator/emit.h"
#include "aggregator/history.h"
#include "aggregator/lanes.h"
#include "aggregator/workers.h"
#include "base/map.h"
#include "base/vec.h"
#include "model/history.h"

static const struct {
    const char *name, *description, *source;
    enum cost_algebra algebra;
    bool integer;
    const char *parameters; /* RFC 9439 section 4.5.4: what a hop is */
} kinds[] = {
    {"bw-available", "bytes per second left beside the measured load", "estimation", COST_MIN,
     false, NULL},
    {"bw-residual", "bytes per second that the links of the path can carry", "nominal",
     COST_MIN, false, NULL},
    {"delay-ow", "one-way delay in microseconds", "nominal", COST_SUM, false, NULL},
    {"delay-rt", "round-trip delay in microseconds", "estimation", COST_SUM, false, NULL},
    {"hopcount", "links between routers", "estimation", COST_SUM, true,
     "{\"hop\":\"link between routers\"}"},
    {"priv:as-hopcount", "borders between autonomous systems", NULL, COST_SUM, true, NULL},
    {"routingcost", "sum of interior metrics and border weights", NULL, COST_SUM, false, NULL},
    {"tput", "bytes per second as measured", "estimation", COST_MIN, false, NULL},
};

#define N_KINDS      (sizeof(kinds) / sizeof(kinds[0]))
#define MAX_MEASURED 64       /* further metrics with statistical operators */
#define MAX_CELLS    16000000 /* of all of them together */
#define WORTH        64       /* PIDs: fewer are not worth a thread */
#define MAX_DIGITS   11       /* of a percentile, with its point */

/* ---- metrics */

int cost_cells(struct world *w, struct cost_metric *c)
{
    size_t n = w->snap->n_pids, cells = n * n;
    if (c->value)
        return 0;
    double *value = arena_room(w->arena, (cells + 1) * sizeof(*value));
    c->cls = arena_room(w->arena, cells + 1);
    c->measured = ARENA_ARRAY(w->arena, cells + 1, uint8_t);
    if (!value || !c->cls || !c->measured)
        return ERR_NOMEM;
    memset(c->cls, CLASS_ASSUMED, cells);
    for (size_t i = 0; i < cells; i++)
        value[i] = NAN;
    for (size_t i = 0; i < n; i++) {
        value[i * n + i] = c->algebra == COST_SUM ? 0 : NAN;
        c->cls[i * n + i] = CLASS_DERIVED;
    }
    c->value = value;
    return 0;
}

/* The number of "p95" or "p99.9"; -1: it is none from 0 to 100. */
static double percentile(const char *statistic)
{
    const char *digits = statistic + 1, *rest = digits + strspn(digits, "0123456789");
    if (statistic[0] != 'p' || rest == digits || strlen(digits) > MAX_DIGITS)
        return -1;
    if (*rest == '.' && rest[1])
        rest += 1 + strspn(rest + 1, "0123456789");
    double p = *rest ? -1 : strtod(digits, NULL);
    return p <= 100 ? p : -1;
}

/* RFC 9439 section 3.3: the operator's name, of several the common one; NULL: there is none.
 * "cur" is the metric itself. */
static const char *operator_of(const char *statistic)
{
    static const char *const words[] = {"min",    "max",    "mean", "median",
                                        "stddev", "stdvar", NULL};
    for (size_t i = 0; statistic && words[i]; i++)
        if (!strcmp(statistic, words[i]))
            return words[i];
    double p = statistic ? percentile(statistic) : -1;
    return p < 0 ? NULL : p == 0 ? "min" : p == 50 ? "median" : p == 100 ? "max" : statistic;
}

/* What "METRIC:OPERATOR" measures, by the metric before the colon; NULL: none that is known. */
static const char *base_description(const char *metric)
{
    static const struct {
        const char *name, *description;
    } measured[] = {
        {"delay-ow", "one-way delay in microseconds"},
        {"delay-rt", "round-trip delay in microseconds"},
        {"delay-variation", "variation of the delay in microseconds"},
        {"lossrate", "lost packets in per cent"},
        {"tput", "bytes per second as measured"},
    };
    for (size_t i = 0; i < sizeof(measured) / sizeof(*measured); i++)
        if (!strcmp(measured[i].name, metric))
            return measured[i].description;
    return NULL;
}

/* RFC 9439 section 3.3: a metric without operator is the median. */
static bool is_median(const struct fact_measurement *f)
{
    const char *op = operator_of(f->statistic);
    return !f->statistic || (op && !strcmp(op, "median"));
}

/* What may stand for the metric without operator. */
static bool is_typical(const struct fact_measurement *f)
{
    const char *op = operator_of(f->statistic);
    return is_median(f) || !strcmp(f->statistic, "cur") || (op && !strcmp(op, "mean"));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? a == b || !strcmp(a, b) : a == b;
}

/* Rows come in order, so most measure the same as the one before, at another time. */
static bool same_metric(const struct fact_measurement *a, const struct fact_measurement *b)
{
    return same_text(a->metric, b->metric) && same_text(a->statistic, b->statistic);
}

/* Names that measurements give besides those of `kinds`, each once and in order. */
static int measured_names(struct world *w, const char **out, size_t *n)
{
    const struct fact_measurement *last = NULL;
    struct map *seen = map_new();
    size_t room = MAX_CELLS / (w->snap->n_pids * w->snap->n_pids + 1);
    int rc = seen ? 0 : ERR_NOMEM;
    room = room < MAX_MEASURED ? room : MAX_MEASURED;
    *n = 0;
    FOR_ROWS(w, measurement, MEASUREMENT, f)
    for (int statistic = 0; statistic < 2 && !rc && f->metric; statistic++) {
        if (last && same_metric(last, f))
            break;
        last = statistic ? f : last;
        const char *op = operator_of(f->statistic);
        bool wanted = base_description(f->metric) && (statistic ? op != NULL : is_typical(f));
        const char *name = !wanted     ? NULL
                           : statistic ? world_text(w, "%s:%s", f->metric, op)
                                       : f->metric;
        union map_value *at = name ? map_at(seen, name, strlen(name)) : NULL;
        if (wanted && (!name || !at))
            rc = ERR_NOMEM;
        else if (at && !at->u++ && *n < room && snapshot_metric(w->snap, name) < 0)
            out[(*n)++] = name;
    }
    qsort(out, *n, sizeof(*out), by_name);
    map_free(&seen);
    return rc;
}

static int make_measured(struct world *w)
{
    struct snapshot *s = w->snap;
    const char *names[MAX_MEASURED];
    size_t n;
    int rc = measured_names(w, names, &n);
    for (size_t i = 0; !rc && i < n; i++) {
        const char *colon = strchr(names[i], ':');
        size_t base = colon ? (size_t)(colon - names[i]) : strlen(names[i]);
        const char *what = base_description(world_text(w, "%.*s", (int)base, names[i]));
        struct cost_metric *c = &s->metrics[s->n_metrics++];
        *c = (struct cost_metric){
            .name = names[i],
            .description = colon ? world_text(w, "%s, %s", what, colon + 1) : what,
            .cost_source = "estimation",
            .algebra = strncmp(names[i], "tput", 4) ? COST_SUM : COST_MIN};
        rc = c->description ? 0 : ERR_NOMEM;
    }
    return rc;
}

static int make_metrics(struct world *w)
{
    struct snapshot *s = w->snap;
    int rc = 0;
    s->metrics = ARENA_ARRAY(w->arena, N_KINDS + MAX_MEASURED, struct cost_metric);
    for (size_t m = 0; s->metrics && !rc && m < N_KINDS; m++) {
        struct cost_metric *c = &s->metrics[s->n_metrics++];
        *c = (struct cost_metric){.name = kinds[m].name,
                                  .description = kinds[m].description,
                                  .cost_source = kinds[m].source,
                                  .parameters = kinds[m].parameters,
                                  .algebra = kinds[m].algebra,
                                  .integer = kinds[m].integer};
    }
    if (!s->metrics || rc)
        return ERR_NOMEM;
    return make_measured(w);
}

/* ---- values */

/* Where measurements of one metric between two addresses go. */
struct place {
    int metric; /* of the snapshot; -1: none */
    struct addr src, dst;
    uint32_t src_pid, dst_pid;
    union map_value *pair, *cell; /* of the maps below; cell: NULL, where they have no PIDs */
    struct history_place history;
};

/* The latest of several measurements: of each cell, and of each pair of addresses. */
struct latest {
    struct map *cells;   /* metric and cell -> when + 1 */
    struct map *pairs;   /* metric and addresses -> index + 1 */
    struct map *medians; /* metric and domain: it has medians */
    struct {
        VEC(struct snap_measured);
    } list;
    struct {
        VEC(int64_t);
    } when; /* of the list */
    struct history history;
    struct {
        const struct fact_measurement *row; /* whose metrics these are; NULL: none */
        int metric[2];                      /* without and with operator; -1: none */
        struct place place[2];
    } last;
};

/* Until when a measurement may be told as the present value; FACT_NONE: as long as it is there.
 */
static int64_t current_until(const struct world *w, int64_t end)
{
    int64_t age = w->rules->current;
    return age == 0 || end == FACT_NONE || end > INT64_MAX - age ? FACT_NONE : end + age;
}

/* Finds the place of a measurement, unless it is that of the one before. ERR_NOMEM. */
static int find_place(struct world *w, struct latest *l, const struct fact_measurement *f,
                      struct place *p, int metric)
{
    struct {
        uint32_t metric;
        struct addr src, dst;
    } key;
    if (p->metric == metric && addr_eq(&p->src, &f->source) &&
        addr_eq(&p->dst, &f->destination))
        return 0;
    *p = (struct place){.metric = metric, .src = f->source, .dst = f->destination};
    p->src_pid = lpm_find(w->snap->pid_of, &f->source, NULL);
    p->dst_pid = lpm_find(w->snap->pid_of, &f->destination, NULL);
    memset(&key, 0, sizeof(key));
    key.metric = (uint32_t)metric;
    key.src = f->source;
    key.dst = f->destination;
    bool pids = p->src_pid != LPM_NONE && p->dst_pid != LPM_NONE;
    uint64_t cell[2] = {(uint64_t)metric, p->src_pid * w->snap->n_pids + p->dst_pid};
    p->pair = map_at(l->pairs, &key, sizeof(key));
    p->cell = pids ? map_at(l->cells, cell, sizeof(cell)) : NULL;
    if (p->pair && (p->cell || !pids))
        return 0;
    p->metric = -1;
    return ERR_NOMEM;
}

static int keep_pair(struct latest *l, const struct place *p, const struct snap_measured *m,
                     int64_t when)
{
    union map_value *at = p->pair;
    if (at->u && when < l->when.v[at->u - 1])
        return 0;
    struct snap_measured *slot = at->u ? &l->list.v[at->u - 1] : VEC_PUSH(&l->list);
    int64_t *slot_when = !slot ? NULL : at->u ? &l->when.v[at->u - 1] : VEC_PUSH(&l->when);
    if (!slot_when)
        return ERR_NOMEM;
    at->u = at->u ? at->u : l->list.n;
    *slot = *m;
    *slot_when = when;
    return 0;
}

static void keep_cell(struct world *w, const struct place *p, double value, int64_t when)
{
    size_t cell = p->src_pid * w->snap->n_pids + p->dst_pid;
    struct cost_metric *c = &w->snap->metrics[p->metric];
    if (!p->cell || (p->cell->u && when < (int64_t)(p->cell->u - 1)))
        return;
    p->cell->u = (uint64_t)when + 1;
    c->value[cell] = value;
    c->cls[cell] = CLASS_OBSERVED;
    c->measured[cell] = 1;
    c->cost_source = "estimation"; /* RFC 9439 section 3.1 */
}

static int take(struct world *w, struct latest *l, struct place *p, int metric,
                const struct fact_measurement *f)
{
    if (metric < 0 || isnan(f->value))
        return 0;
    int rc = find_place(w, l, f, p, metric);
    if (rc)
        return rc;
    const char *name = w->snap->metrics[metric].name;
    const struct snap_pattern of = {
        .metric = name, .src_pid = p->src_pid, .dst_pid = p->dst_pid};
    rc = history_note(w, &l->history, f, &of, &p->history);
    int64_t until = current_until(w, f->end);
    if (rc || (until != FACT_NONE && until <= w->now))
        return rc;
    int64_t when = f->end == FACT_NONE || f->end < 0 ? 0 : f->end;
    const struct snap_measured one = {name, f->source, f->destination, f->value};
    rc = keep_pair(l, p, &one, when);
    if (!rc)
        rc = cost_cells(w, &w->snap->metrics[metric]);
    if (!rc)
        keep_cell(w, p, f->value, when);
    return rc;
}

/* Do both count for the same metrics? */
static bool same_naming(const struct fact_measurement *a, const struct fact_measurement *b)
{
    return same_metric(a, b) && same_text(a->origin->domain, b->origin->domain);
}

/* Where it is noted that a domain has medians of a metric. */
static const char *median_key(struct world *w, const struct fact_measurement *f)
{
    return arena_printf(w->scratch, "%s%c%s", f->metric, 1, f->origin->domain);
}

static int note_medians(struct world *w, struct latest *l)
{
    const struct fact_measurement *last = NULL;
    FOR_ROWS(w, measurement, MEASUREMENT, f)
    {
        struct arena_mark mark = arena_mark(w->scratch);
        if (!f->metric || isnan(f->value) || (last && same_naming(last, f)) || !is_median(f))
            continue;
        const char *key = median_key(w, f);
        union map_value *at = key ? map_at_str(l->medians, key) : NULL;
        arena_rewind(w->scratch, mark);
        if (!at)
            return ERR_NOMEM;
        last = f;
    }
    return 0;
}

/* Where a domain has medians of a metric, its means count no more: what it tells under one name
 * has one meaning. Others may have means only. */
static bool is_without_operator(struct world *w, const struct latest *l,
                                const struct fact_measurement *f)
{
    if (is_median(f) || !is_typical(f))
        return is_median(f);
    const char *key = median_key(w, f);
    return key && !map_get_str(l->medians, key);
}

/* The metrics that a measurement counts for: without and with its operator. */
static int find_metrics(struct world *w, struct latest *l, const struct fact_measurement *f)
{
    if (l->last.row && same_naming(l->last.row, f))
        return 0;
    struct arena_mark mark = arena_mark(w->scratch);
    const char *op = operator_of(f->statistic);
    const char *named = op ? arena_printf(w->scratch, "%s:%s", f->metric, op) : NULL;
    if (op && !named)
        return ERR_NOMEM;
    l->last.row = f;
    l->last.metric[0] = is_without_operator(w, l, f) ? snapshot_metric(w->snap, f->metric) : -1;
    l->last.metric[1] = named ? snapshot_metric(w->snap, named) : -1;
    arena_rewind(w->scratch, mark);
    return 0;
}

static int take_rows(struct world *w, struct latest *l)
{
    int rc = note_medians(w, l);
    l->last.place[0].metric = l->last.place[1].metric = -1;
    FOR_ROWS(w, measurement, MEASUREMENT, f)
    {
        if (rc || !f->metric)
            continue;
        rc = find_metrics(w, l, f);
        for (int i = 0; !rc && i < 2; i++)
            rc = take(w, l, &l->last.place[i], l->last.metric[i], f);
    }
    return rc;
}

/* Measured end to end counts more than composed; of several measurements the latest. */
static int take_measurements(struct world *w)
{
    struct snapshot *s = w->snap;
    struct latest l = {.cells = map_new(), .pairs = map_new(), .medians = map_new()};
    int rc = l.cells && l.pairs && l.medians ? history_init(&l.history) : ERR_NOMEM;
    if (!rc)
        rc = take_rows(w, &l);
    if (!rc && l.list.n) {
        qsort(l.list.v, l.list.n, sizeof(*l.list.v), snapshot_measured_cmp);
        s->measured = arena_dup(w->arena, l.list.v, l.list.n * sizeof(*l.list.v));
        s->n_measured = s->measured ? l.list.n : 0;
        rc = s->measured ? 0 : ERR_NOMEM;
    }
    for (size_t i = 0; i < l.when.n; i++)
        if (current_until(w, l.when.v[i]) != FACT_NONE)
            world_changes_at(w, current_until(w, l.when.v[i]));
    if (!rc)
        rc = history_build(w, &l.history);
    map_free(&l.cells);
    map_free(&l.pairs);
    map_free(&l.medians);
    VEC_FREE(&l.list);
    VEC_FREE(&l.when);
    history_free(&l.history);
    return rc;
}

static bool says_anything(const struct snapshot *s, const struct cost_metric *c)
{
    for (size_t i = 0; c->value && i < s->n_pids; i++)
        for (size_t k = 0; k < s->n_pids; k++)
            if (i != k && (c->measured[i * s->n_pids + k] || c->value[i * s->n_pids + k] > 0))
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

/* Digests of metrics, shared among threads. */
struct digests {
    struct snapshot *s;
    size_t next;
};

static int digest(void *ctx, unsigned worker)
{
    struct digests *d = ctx;
    int rc = 0;
    (void)worker;
    for (size_t i; !rc && (i = workers_take(&d->next, 1)) < d->s->n_metrics;)
        rc = snapshot_digest(d->s, &d->s->metrics[i]);
    return rc;
}

static int digest_all(struct world *w)
{
    struct digests d = {w->snap, 0};
    return workers_run(lanes_for(w, w->snap->n_pids, WORTH), digest, &d);
}

int costs_build(struct world *w, struct err *e)
{
    int rc = make_metrics(w);
    if (rc)
        return err_set(e, rc, "out of memory while computing costs");
    snapshot_choose_stand_ins(w->snap);
    rc = composed_costs_build(w, e);
    if (!rc && (rc = take_measurements(w)))
        err_set(e, rc, "out of memory while computing costs");
    if (rc)
        return rc;
    composed_note(w);
    drop_silent_metrics(w->snap);
    rc = digest_all(w);
    return rc ? err_set(e, rc, "out of memory while computing costs") : 0;
}
