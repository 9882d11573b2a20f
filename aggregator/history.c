/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/history.h"

#define LEAST_WEEKS 3 /* before a week's own pattern counts */

/* ---- collecting */

int history_init(struct history *h)
{
    *h = (struct history){.pairs.by_key = map_new(), .pids.by_key = map_new()};
    return h->pairs.by_key && h->pids.by_key ? 0 : ERR_NOMEM;
}

void history_free(struct history *h)
{
    map_free(&h->pairs.by_key);
    map_free(&h->pids.by_key);
    VEC_FREE(&h->pairs);
    VEC_FREE(&h->pids);
    VEC_FREE(&h->samples);
}

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

/* Whole days are looked back on, so that patterns stay what they are until midnight. */
static bool looks_back_on(struct world *w, int64_t when)
{
    int64_t span = w->rules->days * HISTORY_DAY;
    if (when == FACT_NONE || when < day_of(w->now) - span)
        return false;
    bool later = when - w->now > HISTORY_DAY; /* a clock is wrong, or will be right */
    world_changes_at(w, later ? when - HISTORY_DAY : day_of(when) + span + HISTORY_DAY);
    return !later;
}

/* The group of measurements that a pattern is made of. -1: no memory. */
static int64_t group_of(struct history_groups *g, const struct snap_pattern *of)
{
    struct {
        const char *metric; /* the snapshot's own text */
        struct addr src, dst;
        uint32_t src_pid, dst_pid;
    } key;
    memset(&key, 0, sizeof(key));
    key.metric = of->metric;
    key.src = of->src;
    key.dst = of->dst;
    key.src_pid = of->src_pid;
    key.dst_pid = of->dst_pid;
    union map_value *at = map_at(g->by_key, &key, sizeof(key));
    if (at && at->u == 0) {
        struct snap_pattern *group = VEC_PUSH(g);
        if (!group)
            return -1;
        *group = *of;
        at->u = g->n;
    }
    return at ? (int64_t)at->u - 1 : -1;
}

static int find_place(struct history *h, const struct fact_measurement *f,
                      const struct snap_pattern *of, struct history_place *place)
{
    bool pids = of->src_pid != LPM_NONE && of->dst_pid != LPM_NONE;
    const struct snap_pattern pair = {
        .metric = of->metric, .src = f->source, .dst = f->destination};
    int64_t of_pair = group_of(&h->pairs, &pair), of_pids = pids ? group_of(&h->pids, of) : 0;
    if (of_pair < 0 || of_pids < 0)
        return ERR_NOMEM;
    *place =
        (struct history_place){true, (uint32_t)of_pair, pids ? (uint32_t)of_pids : NOWHERE};
    return 0;
}

int history_note(struct world *w, struct history *h, const struct fact_measurement *f,
                 const struct snap_pattern *of, struct history_place *place)
{
    int64_t when = time_of(f, w->rules->calendar.interval);
    if (!history_wants(w->rules, of->metric) || !looks_back_on(w, when))
        return 0;
    if (!place->known && find_place(h, f, of, place))
        return ERR_NOMEM;
    struct history_sample *to = VEC_PUSH(&h->samples);
    if (!to)
        return ERR_NOMEM;
    *to = (struct history_sample){when, f->value, place->pair, place->pids};
    return 0;
}

/* ---- patterns */

/* When something was measured, and what. */
struct seen {
    int64_t when;
    double value;
};

/* The measurements of one interval of the day or of the week. */
struct slot {
    size_t first, n; /* in `values` */
    int64_t day;     /* of the last one */
    unsigned days;   /* different ones */
};

/* A list of patterns under way. */
struct making {
    struct world *w;
    struct snap_patterns *out;
    size_t n_values;    /* of all patterns */
    struct slot *slots; /* scratch: as many as a week has */
    double *values;     /* scratch: as many as there are samples */
};

/* A day or a week: its intervals and what they come to. */
struct period {
    unsigned n, least; /* least: days on which one must have been measured */
    double *value;
};

#define CMP(a, b) (((a) > (b)) - ((a) < (b)))

static int by_time(const void *va, const void *vb)
{
    const struct seen *a = va, *b = vb;
    int c = CMP(a->when, b->when);
    return c ? c : CMP(a->value, b->value);
}

static int by_value(const void *va, const void *vb)
{
    const double *a = va, *b = vb;
    return CMP(*a, *b);
}

static double median(double *v, size_t n)
{
    qsort(v, n, sizeof(*v), by_value);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static struct slot *slot_of(const struct making *m, const struct period *p, int64_t when)
{
    return &m->slots[when / m->w->rules->calendar.interval % p->n];
}

/* The medians of a period, from what was seen in order of time. How many there are. */
static size_t fill(struct making *m, const struct seen *v, size_t n, const struct period *p)
{
    size_t known = 0, first = 0;
    for (size_t i = 0; i < p->n; i++)
        m->slots[i] = (struct slot){.day = -1};
    for (size_t i = 0; i < n; i++) {
        struct slot *slot = slot_of(m, p, v[i].when);
        slot->n++;
        slot->days += slot->day != day_of(v[i].when);
        slot->day = day_of(v[i].when);
    }
    for (size_t i = 0; i < p->n; i++) {
        m->slots[i].first = first;
        first += m->slots[i].n;
        m->slots[i].n = 0;
    }
    for (size_t i = 0; i < n; i++) {
        struct slot *slot = slot_of(m, p, v[i].when);
        m->values[slot->first + slot->n++] = v[i].value;
    }
    for (size_t i = 0; i < p->n; i++) {
        const struct slot *slot = &m->slots[i];
        bool enough = slot->days >= p->least && slot->n > 0;
        p->value[i] = enough ? median(m->values + slot->first, slot->n) : NAN;
        known += enough;
    }
    return known;
}

/* Several sources may tell of one measurement. */
static size_t drop_doubles(struct seen *v, size_t n)
{
    size_t kept = 0;
    qsort(v, n, sizeof(*v), by_time);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || by_time(&v[kept - 1], &v[i]) != 0)
            v[kept++] = v[i];
    }
    return kept;
}

/* Less than half of a day known: no pattern. Whether there is room is told by what one may take
 * at most, so that those that are left out are the last ones. */
static int add(struct making *m, struct seen *v, size_t n, const struct snap_pattern *of)
{
    const struct history_rules *r = m->w->rules;
    struct arena *a = m->w->arena;
    struct period day = {.n = (unsigned)(HISTORY_DAY / r->calendar.interval)}, week = {0};
    struct arena_mark mark = arena_mark(a);
    week.n = HISTORY_WEEK * day.n;
    day.least = r->least;
    week.least = r->least > LEAST_WEEKS ? r->least : LEAST_WEEKS;
    bool room = m->n_values + day.n + week.n <= r->values;
    n = drop_doubles(v, n);
    day.value = ARENA_ARRAY(a, day.n, double);
    bool enough = day.value && 2 * fill(m, v, n, &day) >= day.n;
    if (day.value && (!enough || !room)) {
        m->out->left_out += enough;
        arena_rewind(a, mark);
        return 0;
    }
    mark = arena_mark(a);
    week.value = ARENA_ARRAY(a, week.n, double);
    if (!day.value || !week.value)
        return ERR_NOMEM;
    if (fill(m, v, n, &week) == 0) {
        arena_rewind(a, mark);
        week.value = NULL;
    }
    m->n_values += day.n + (week.value ? week.n : 0);
    struct snap_pattern *to = &m->out->v[m->out->n++];
    *to = *of;
    to->day = day.value;
    to->week = week.value;
    return 0;
}

static uint32_t group_in(const struct history *h, const struct history_groups *g, size_t i)
{
    return g == &h->pairs ? h->samples.v[i].pair : h->samples.v[i].pids;
}

/* The samples of a list by group; those of group i are `first[i]` to `first[i + 1]`. */
static void deal(const struct history *h, const struct history_groups *g, struct seen *out,
                 size_t *first)
{
    for (size_t i = 0; i < h->samples.n; i++) {
        uint32_t group = group_in(h, g, i);
        if (group != NOWHERE)
            first[group + 2]++;
    }
    for (size_t i = 2; i < g->n + 2; i++)
        first[i] += first[i - 1];
    for (size_t i = 0; i < h->samples.n; i++) {
        uint32_t group = group_in(h, g, i);
        if (group != NOWHERE)
            out[first[group + 1]++] =
                (struct seen){h->samples.v[i].when, h->samples.v[i].value};
    }
}

static int make(struct world *w, const struct history *h, const struct history_groups *g,
                struct snap_patterns *out)
{
    size_t week = (size_t)(HISTORY_WEEK * HISTORY_DAY / w->rules->calendar.interval);
    struct making m = {.w = w,
                       .out = out,
                       .slots = calloc(week, sizeof(*m.slots)),
                       .values = calloc(h->samples.n + 1, sizeof(*m.values))};
    struct seen *seen = calloc(h->samples.n + 1, sizeof(*seen));
    size_t *first = calloc(g->n + 2, sizeof(*first));
    out->v = ARENA_ARRAY(w->arena, g->n + 1, struct snap_pattern);
    int rc = m.slots && m.values && seen && first && out->v ? 0 : ERR_NOMEM;
    if (rc == 0)
        deal(h, g, seen, first);
    for (size_t i = 0; rc == 0 && i < g->n; i++)
        rc = add(&m, seen + first[i], first[i + 1] - first[i], &g->v[i]);
    if (rc == 0)
        qsort(out->v, out->n, sizeof(*out->v), snapshot_pattern_cmp);
    free(m.slots);
    free(m.values);
    free(seen);
    free(first);
    return rc;
}

int history_build(struct world *w, struct history *h)
{
    int rc = make(w, h, &h->pairs, &w->snap->address_patterns);
    return rc == 0 ? make(w, h, &h->pids, &w->snap->pid_patterns) : rc;
}
