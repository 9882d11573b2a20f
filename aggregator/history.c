/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/history.h"

#include <math.h>
#include <stdlib.h>

#include "model/history.h"

#define LEAST_WEEKS        3       /* before a week's own pattern counts */
#define MAX_PATTERN_VALUES 4000000 /* of one list: 32 MB; further pairs have no pattern */

/* ---- collecting */

static int64_t day_of(int64_t when)
{
    return when / HISTORY_DAY * HISTORY_DAY;
}

/* The middle of the window; a longer one than an interval tells of none. */
static int64_t time_of(const struct fact_measurement *f, int64_t interval)
{
    int64_t start = f->start == FACT_NONE ? f->end : f->start;
    int64_t end = f->end == FACT_NONE ? f->start : f->end;
    if (start == FACT_NONE || start < 0 || end < start || end - start > interval)
        return FACT_NONE;
    return start + (end - start) / 2;
}

int history_note(struct world *w, struct history *h, const struct history_sample *sample)
{
    const struct history_rules *r = w->rules;
    int64_t when = time_of(sample->fact, r->calendar.interval), span = r->days * HISTORY_DAY;
    if (when != FACT_NONE &&
        when - w->now > HISTORY_DAY) { /* a clock is wrong, or will be right */
        world_changes_at(w, when - HISTORY_DAY);
        return 0;
    }
    if (when == FACT_NONE || when < day_of(w->now) - span ||
        !history_wants(r, w->snap->metrics[sample->metric].name))
        return 0;
    struct history_sample *to = VEC_PUSH(h);
    if (!to)
        return ERR_NOMEM;
    *to = *sample;
    to->when = when;
    /* Whole days are looked back on, so that patterns stay what they are until midnight. */
    world_changes_at(w, day_of(when) + span + HISTORY_DAY);
    return 0;
}

/* ---- order */

#define CMP(a, b) (((a) > (b)) - ((a) < (b)))

static int by_time(const struct history_sample *a, const struct history_sample *b)
{
    int c = CMP(a->slot, b->slot);
    c = c ? c : CMP(a->when, b->when);
    return c ? c : CMP(a->fact->value, b->fact->value);
}

static int by_addresses(const void *va, const void *vb)
{
    const struct history_sample *a = va, *b = vb;
    int c = CMP(a->metric, b->metric);
    c = c ? c : addr_cmp(&a->fact->source, &b->fact->source);
    return c ? c : addr_cmp(&a->fact->destination, &b->fact->destination);
}

static int by_pids(const void *va, const void *vb)
{
    const struct history_sample *a = va, *b = vb;
    int c = CMP(a->metric, b->metric);
    c = c ? c : CMP(a->src_pid, b->src_pid);
    return c ? c : CMP(a->dst_pid, b->dst_pid);
}

static int by_slot(const void *a, const void *b)
{
    return by_time(a, b);
}

static int by_value(const void *va, const void *vb)
{
    const double *a = va, *b = vb;
    return CMP(*a, *b);
}

/* ---- patterns */

/* A list of patterns under way. */
struct making {
    struct world *w;
    struct snap_patterns *out;
    struct {
        VEC(struct snap_pattern);
    } list;
    double *values; /* scratch: as many as there are samples */
    size_t n_values;
};

static double median(double *v, size_t n)
{
    qsort(v, n, sizeof(*v), by_value);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* The slots of a day or a week, and what they come to. */
struct slots {
    int64_t interval;
    unsigned n;
    unsigned least; /* days on which one must have been measured */
    double *value;
};

/* The median of one slot; several sources may tell of one measurement. NAN: too few days. */
static double typical(const struct history_sample *v, size_t n, unsigned least, double *values)
{
    unsigned days = 0;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && by_time(&v[i - 1], &v[i]) == 0)
            continue;
        days += i == 0 || day_of(v[i - 1].when) != day_of(v[i].when);
        values[kept++] = v[i].fact->value;
    }
    return days < least ? NAN : median(values, kept);
}

/* How many slots have values. */
static size_t fill(struct making *m, struct history_sample *v, size_t n,
                   const struct slots *slots)
{
    size_t known = 0;
    for (size_t i = 0; i < slots->n; i++)
        slots->value[i] = NAN;
    for (size_t i = 0; i < n; i++)
        v[i].slot = (uint32_t)(v[i].when / slots->interval % slots->n);
    qsort(v, n, sizeof(*v), by_slot);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i; j < n && v[j].slot == v[i].slot;)
            j++;
        double *value = &slots->value[v[i].slot];
        *value = typical(v + i, j - i, slots->least, m->values);
        known += !isnan(*value);
    }
    return known;
}

/* Less than half of a day known: no pattern. */
static int add(struct making *m, struct history_sample *v, size_t n, struct snap_pattern *p)
{
    const struct history_rules *r = m->w->rules;
    struct arena *a = m->w->arena;
    struct slots day = {r->calendar.interval, 0, r->least, NULL}, week = day;
    struct arena_mark mark = arena_mark(a);
    day.n = (unsigned)(HISTORY_DAY / day.interval);
    week.n = HISTORY_WEEK * day.n;
    week.least = r->least > LEAST_WEEKS ? r->least : LEAST_WEEKS;
    if (m->n_values + day.n + week.n > MAX_PATTERN_VALUES)
        return 0;
    day.value = ARENA_ARRAY(a, day.n, double);
    if (day.value && 2 * fill(m, v, n, &day) < day.n) {
        arena_rewind(a, mark);
        return 0;
    }
    mark = arena_mark(a);
    week.value = ARENA_ARRAY(a, week.n, double);
    struct snap_pattern *to = day.value && week.value ? VEC_PUSH(&m->list) : NULL;
    if (!to)
        return ERR_NOMEM;
    if (fill(m, v, n, &week) == 0) {
        arena_rewind(a, mark);
        week.value = NULL;
    }
    m->n_values += day.n + (week.value ? week.n : 0);
    *to = *p;
    to->metric = m->w->snap->metrics[v->metric].name;
    to->day = day.value;
    to->week = week.value;
    return 0;
}

static int keep(struct making *m)
{
    m->out->n = m->list.n;
    m->out->v = ARENA_ARRAY(m->w->arena, m->list.n + 1, struct snap_pattern);
    if (!m->out->v)
        return ERR_NOMEM;
    for (size_t i = 0; i < m->list.n; i++)
        m->out->v[i] = m->list.v[i];
    qsort(m->out->v, m->out->n, sizeof(*m->out->v), snapshot_pattern_cmp);
    return 0;
}

/* One pattern of each run of samples that are equal in the order. */
static int make(struct world *w, struct history *h, struct snap_patterns *out,
                int (*order)(const void *, const void *))
{
    struct making m = {.w = w, .out = out, .values = calloc(h->n + 1, sizeof(double))};
    int rc = m.values ? 0 : ERR_NOMEM;
    if (h->n > 0)
        qsort(h->v, h->n, sizeof(*h->v), order);
    for (size_t i = 0, j; rc == 0 && i < h->n; i = j) {
        const struct history_sample first = h->v[i];
        struct snap_pattern p = {0};
        for (j = i; j < h->n && order(&first, &h->v[j]) == 0;)
            j++;
        if (order == by_addresses) {
            p.src = first.fact->source;
            p.dst = first.fact->destination;
        } else {
            p.src_pid = first.src_pid;
            p.dst_pid = first.dst_pid;
        }
        if (order == by_addresses || (p.src_pid != LPM_NONE && p.dst_pid != LPM_NONE))
            rc = add(&m, h->v + i, j - i, &p);
    }
    if (rc == 0)
        rc = keep(&m);
    VEC_FREE(&m.list);
    free(m.values);
    return rc;
}

int history_build(struct world *w, struct history *h)
{
    int rc = make(w, h, &w->snap->address_patterns, by_addresses);
    return rc == 0 ? make(w, h, &w->snap->pid_patterns, by_pids) : rc;
}
