/* SPDX-License-Identifier: Apache-2.0 */
#include "model/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct history_rules history_default = {
    .calendar = {HISTORY_INTERVAL, 24},
    .days = 28,
    .least = 3,
    .values = HISTORY_VALUES,
};

bool history_wants(const struct history_rules *r, const char *metric)
{
    if (!r->metrics)
        return true;
    for (size_t i = 0; i < r->n_metrics; i++) {
        size_t n = strlen(r->metrics[i]);
        if (strncmp(metric, r->metrics[i], n) == 0 && (!metric[n] || metric[n] == ':'))
            return true;
    }
    return false;
}

struct snap_calendar snapshot_calendar(const struct snapshot *s)
{
    return s->calendar.interval > 0 ? s->calendar : history_default.calendar;
}

static bool has_pattern(const struct snap_patterns *list, const char *metric)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->v[i].metric, metric) == 0)
            return true;
    }
    return false;
}

bool snapshot_has_calendar(const struct snapshot *s, const char *metric)
{
    if (strncmp(metric, "bw-", 3) == 0 && snapshot_has_windows(s))
        return true;
    return has_pattern(&s->pid_patterns, metric) || has_pattern(&s->address_patterns, metric);
}

static int cmp_u32(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

int snapshot_pattern_cmp(const void *va, const void *vb)
{
    const struct snap_pattern *a = va, *b = vb;
    int c = strcmp(a->metric, b->metric);
    c = c ? c : addr_cmp(&a->src, &b->src);
    c = c ? c : addr_cmp(&a->dst, &b->dst);
    c = c ? c : cmp_u32(a->src_pid, b->src_pid);
    return c ? c : cmp_u32(a->dst_pid, b->dst_pid);
}

static const struct snap_pattern *find(const struct snap_patterns *list,
                                       const struct snap_pattern *wanted)
{
    return list->n ? bsearch(wanted, list->v, list->n, sizeof(*wanted), snapshot_pattern_cmp)
                   : NULL;
}

const struct snap_pattern *snapshot_pattern_of_pids(const struct snapshot *s,
                                                    const char *metric, uint32_t src,
                                                    uint32_t dst)
{
    const struct snap_pattern wanted = {.metric = metric, .src_pid = src, .dst_pid = dst};
    return find(&s->pid_patterns, &wanted);
}

const struct snap_pattern *snapshot_pattern_between(const struct snapshot *s,
                                                    const char *metric,
                                                    const struct snap_between *b)
{
    const struct snap_pattern wanted = {.metric = metric, .src = *b->src, .dst = *b->dst};
    if (b->basis == BASIS_PIDS)
        return snapshot_pattern_of_pids(s, metric, lpm_find(s->pid_of, b->src, NULL),
                                        lpm_find(s->pid_of, b->dst, NULL));
    return b->basis == BASIS_ADDRESSES ? find(&s->address_patterns, &wanted) : NULL;
}

/* The week's value, where it was measured in enough weeks, else the day's. */
static double usual(const struct snap_pattern *p, int64_t interval, int64_t start)
{
    int64_t per_day = HISTORY_DAY / interval, at = start / interval;
    double week = p->week ? p->week[at % (HISTORY_WEEK * per_day)] : NAN;
    return isnan(week) ? p->day[at % per_day] : week;
}

double snapshot_forecast(const struct snapshot *s, const struct snap_forecast *f,
                         const struct snap_span *when)
{
    double value = f->present;
    if (!f->pattern && strncmp(f->metric, "bw-", 3) != 0)
        return NAN;
    if (f->pattern) {
        double seen = usual(f->pattern, snapshot_calendar(s).interval, when->from);
        value = isnan(seen) ? f->present : seen;
    }
    return f->path ? snapshot_value_in(s, f->metric, f->path, when, value) : value;
}
