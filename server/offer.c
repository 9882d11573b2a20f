/* SPDX-License-Identifier: Apache-2.0 */
#include "server/offer.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "model/history.h"
#include "server/costs.h"

#define MAX_TYPES 16 /* of one request on the merged maps */

bool offer_more_is_better(const char *metric)
{
    return strncmp(metric, "bw-", 3) == 0 || strcmp(metric, "tput") == 0 ||
           strncmp(metric, "tput:", 5) == 0;
}

const struct offered_cost *offer_find(const struct cost_offer *o,
                                      const struct wire_cost_type *type)
{
    for (size_t i = 0; i < o->n; i++) {
        if (strcmp(o->v[i].metric, type->metric) == 0 && strcmp(o->v[i].mode, type->mode) == 0)
            return &o->v[i];
    }
    return NULL;
}

struct wire_dialect offer_dialect(const struct cost_offer *o)
{
    struct wire_dialect d = {.multi = o->max_types > 0};
    for (size_t i = 0; i < o->n; i++)
        d.calendars |= o->v[i].intervals > 0;
    return d;
}

/* --- of an atlas --- */

static void add(struct cost_offer *o, const struct atlas_metric *m, bool ranked)
{
    const char *name = ranked ? m->ordinal_name : m->numerical_name;
    if (!name)
        return;
    o->v[o->n++] = (struct offered_cost){.name = name,
                                         .mode = ranked ? "ordinal" : "numerical",
                                         .metric = m->name,
                                         .description = m->description,
                                         .context = m->context,
                                         .matrix = m,
                                         .ranked = ranked,
                                         .more_is_better = m->more_is_better,
                                         .testable = true};
}

static int types_of_atlas(struct cost_offer *out, const struct atlas *atlas, struct arena *a,
                          struct err *e)
{
    *out = (struct cost_offer){.atlas = atlas};
    out->v = ARENA_ARRAY(a, 2 * atlas->n_metrics + 1, struct offered_cost);
    return out->v ? 0 : err_set(e, ERR_NOMEM, "no memory for cost types");
}

static void finish(struct cost_offer *o)
{
    o->max_types = (unsigned)(o->n < MAX_TYPES ? o->n : MAX_TYPES);
}

/* Ranks have no calendar; of paths, capacities change under maintenance. */
static void add_calendars(struct cost_offer *o)
{
    const struct snapshot *s = o->atlas->snapshot;
    for (size_t i = 0; s && i < o->n; i++) {
        struct offered_cost *type = &o->v[i];
        const struct snap_calendar c = snapshot_calendar(s);
        bool has =
            type->paths ? snapshot_has_windows(s) : snapshot_has_calendar(s, type->metric);
        if (type->ranked || !has)
            continue;
        type->interval = (double)c.interval / 1e6;
        type->intervals = c.n;
    }
}

int offer_of_atlas(struct cost_offer *out, const struct atlas *atlas, struct arena *a,
                   struct err *e)
{
    int rc = types_of_atlas(out, atlas, a, e);
    for (size_t i = 0; rc == 0 && i < atlas->n_metrics; i++) {
        add(out, &atlas->metrics[i], false);
        add(out, &atlas->metrics[i], true);
    }
    out->constraints = true;
    add_calendars(out);
    finish(out);
    return rc;
}

int offer_of_paths(struct cost_offer *out, const struct atlas *atlas, struct arena *a,
                   struct err *e)
{
    int rc = types_of_atlas(out, atlas, a, e);
    if (rc < 0)
        return rc;
    out->v[out->n++] = (struct offered_cost){.name = COST_NAME_PATH,
                                             .mode = COST_MODE_ARRAY,
                                             .metric = COST_METRIC_ANES,
                                             .paths = true};
    for (size_t i = 0; i < atlas->n_metrics; i++)
        add(out, &atlas->metrics[i], false);
    out->some_testable = out->n > 1;
    add_calendars(out);
    finish(out);
    return 0;
}

/* --- in the directory --- */

static void put_names(const struct cost_offer *o, bool testable, struct buf *b)
{
    const char *comma = "";
    buf_char(b, '[');
    for (size_t i = 0; i < o->n; i++) {
        if (testable && !o->v[i].testable)
            continue;
        buf_str(b, comma);
        buf_json_str(b, o->v[i].name);
        comma = ",";
    }
    buf_char(b, ']');
}

static bool equal_calendars(const struct offered_cost *a, const struct offered_cost *b)
{
    return a->intervals == b->intervals && !(a->interval < b->interval) &&
           !(a->interval > b->interval);
}

/* Types with equal calendars stand together; a type stands in one element only. */
static void put_calendars(const struct cost_offer *o, struct buf *b)
{
    const char *comma = ",\"calendar-attributes\":[";
    for (size_t i = 0; i < o->n; i++) {
        size_t first = 0;
        while (first < i && !equal_calendars(&o->v[first], &o->v[i]))
            first++;
        if (o->v[i].intervals == 0 || first < i)
            continue;
        buf_printf(b, "%s{\"cost-type-names\":[", comma);
        for (size_t k = i; k < o->n; k++) {
            if (!equal_calendars(&o->v[k], &o->v[i]))
                continue;
            buf_str(b, k > i ? "," : "");
            buf_json_str(b, o->v[k].name);
        }
        buf_str(b, "],\"time-interval-size\":");
        wire_put_cost(b, o->v[i].interval);
        buf_printf(b, ",\"number-of-intervals\":%u}", o->v[i].intervals);
        comma = ",";
    }
    if (strcmp(comma, ",") == 0)
        buf_char(b, ']');
}

void offer_put(const struct cost_offer *o, struct buf *b)
{
    if (o->constraints)
        buf_str(b, "\"cost-constraints\":true,");
    if (o->max_types > 0)
        buf_printf(b, "\"max-cost-types\":%u,", o->max_types);
    buf_str(b, "\"cost-type-names\":");
    put_names(o, false, b);
    if (o->some_testable) { /* never beside cost-constraints, RFC 8189 section 4.1.1 */
        buf_str(b, ",\"testable-cost-type-names\":");
        put_names(o, true, b);
    }
    put_calendars(o, b);
}

/* The first boundary of an interval after `now`; 0: the calendar is over. */
static int64_t boundary_after(const struct wire_calendar *c, int64_t now)
{
    double size = c->size * 1e6, end = (double)c->n * (c->repeated > 0 ? c->repeated : 1);
    if (now < c->start)
        return c->start;
    double next = floor((double)(now - c->start) / size) + 1;
    return next > end ? 0 : c->start + (int64_t)ceil(next * size);
}

static void take_earlier(int64_t at, int64_t *first)
{
    if (at != 0 && (*first == 0 || at < *first))
        *first = at;
}

static const struct wire_calendar *calendar_of(const struct cost_source *s)
{
    return s->table->types[s->type].calendar;
}

bool offer_is_timed(const struct cost_offer *o)
{
    for (size_t i = 0; i < o->n; i++) {
        for (const struct offered_cost *type = &o->v[i]; type; type = type->fallback) {
            for (size_t k = 0; k < type->n_sources; k++) {
                if (calendar_of(&type->sources[k]))
                    return true;
            }
        }
    }
    return false;
}

static void take_sources(const struct offered_cost *type, int64_t now, int64_t *first)
{
    for (size_t k = 0; k < type->n_sources; k++) {
        const struct wire_calendar *c = calendar_of(&type->sources[k]);
        if (c)
            take_earlier(boundary_after(c, now), first);
    }
}

int64_t offer_changes_at(const struct cost_offer *o, int64_t now)
{
    int64_t first = 0;
    for (size_t i = 0; i < o->n; i++) {
        const struct offered_cost *type = &o->v[i];
        const struct wire_calendar own = {0, type->interval, UINT_MAX, 0};
        if (type->intervals > 0 && o->atlas->snapshot)
            take_earlier(boundary_after(&own, now), &first);
        for (; type; type = type->fallback)
            take_sources(type, now, &first);
    }
    return first;
}
