/* SPDX-License-Identifier: Apache-2.0 */
#include "server/asked.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "server/costs.h"
#include "server/problem.h"

#define HASHED 512 /* values at once */

/* --- understanding --- */

static bool refuse_type(const struct asked *k, const struct wire_cost_type *type,
                        const char *list, struct reply *reply)
{
    bool mode = false;
    if (k->ask->multi || list) {
        problem_value(reply, list ? list : "multi-cost-types", type->metric);
        return false;
    }
    for (size_t i = 0; i < k->offer->n; i++)
        mode |= strcmp(k->offer->v[i].mode, type->mode) == 0;
    if (mode)
        problem_value(reply, "cost-type/cost-metric", type->metric);
    else
        problem_value(reply, "cost-type/cost-mode", type->mode);
    return false;
}

/* Of the merged view: from the interval on that has begun. */
static const struct wire_calendar *coming(const struct asked *k,
                                          const struct offered_cost *type)
{
    struct wire_calendar *c = ARENA_NEW(k->arena, struct wire_calendar);
    int64_t size = (int64_t)(type->interval * 1e6);
    if (c)
        *c = (struct wire_calendar){k->now - k->now % size, type->interval, type->intervals, 0};
    return c;
}

/* The first calendar of the type that is of use here. */
static const struct wire_calendar *calendar_of(const struct asked *k,
                                               const struct offered_cost *type)
{
    if (type->intervals > 0 && k->offer->atlas->snapshot)
        return coming(k, type);
    for (size_t i = 0; type->intervals > 0 && !type->paths && i < type->n_sources; i++) {
        const struct cost_source *s = &type->sources[i];
        if (s->table->types[s->type].calendar && (k->endpoints || !s->table->endpoints))
            return s->table->types[s->type].calendar;
    }
    return NULL;
}

static bool show(struct asked *k, struct reply *reply)
{
    for (size_t i = 0; i < k->ask->types.n; i++) {
        const struct offered_cost *type = offer_find(k->offer, &k->ask->types.v[i]);
        struct asked_column *c = &k->columns[k->n_columns++];
        if (!type)
            return refuse_type(k, &k->ask->types.v[i], NULL, reply);
        *c = (struct asked_column){.type = type, .width = 1, .fallback = SIZE_MAX};
        if (k->ask->calendared && k->ask->calendared[i])
            c->when = calendar_of(k, type);
        if (c->when)
            c->width = c->when->n;
    }
    k->n_shown = k->n_columns;
    if (!k->ask->multi || k->n_shown <= k->offer->max_types)
        return true;
    problem_value(reply, "multi-cost-types", NULL);
    return false;
}

static bool may_test(const struct asked *k, const struct offered_cost *type)
{
    return !type->paths && (k->offer->some_testable ? type->testable : k->offer->constraints);
}

/* The column with the single values of a type; a new one unless it is shown anyway. */
static size_t tested_column(struct asked *k, const struct offered_cost *type)
{
    for (size_t i = 0; i < k->n_columns; i++) {
        if (k->columns[i].type == type && !k->columns[i].when)
            return i;
    }
    k->columns[k->n_columns] =
        (struct asked_column){.type = type, .width = 1, .fallback = SIZE_MAX};
    return k->n_columns++;
}

static bool find_tested(struct asked *k, struct reply *reply)
{
    const struct wire_cost_types *list =
        k->ask->testable.n > 0 ? &k->ask->testable : &k->ask->types;
    for (size_t i = 0; i < list->n; i++) {
        const struct offered_cost *type = offer_find(k->offer, &list->v[i]);
        if (list == &k->ask->testable && (!type || !may_test(k, type)))
            return refuse_type(k, &list->v[i], "testable-cost-types", reply);
        k->tested[k->n_tested++] =
            type && may_test(k, type) ? tested_column(k, type) : SIZE_MAX;
    }
    return true;
}

/* Every constraint must mean a type that can be tested. */
static bool check_constraints(struct asked *k, struct reply *reply)
{
    for (size_t i = 0; i < k->ask->n_any; i++) {
        const struct wire_constraints *all = &k->ask->any[i];
        for (size_t j = 0; j < all->n; j++) {
            k->constrained = true;
            if (k->tested[all->v[j].index] != SIZE_MAX)
                continue;
            problem_value(reply, k->ask->constraints_field, all->v[j].text);
            return false;
        }
    }
    return true;
}

/* Ranks that were published may not be of all pairs; then all are ranked anew. */
static void add_fallbacks(struct asked *k)
{
    size_t n = k->n_columns;
    for (size_t i = 0; i < n; i++) {
        const struct offered_cost *type = k->columns[i].type->fallback;
        if (type && !k->columns[i].when)
            k->columns[i].fallback = tested_column(k, type);
    }
}

bool asked_begin(struct asked *k, const struct asked_of *of, struct arena *a,
                 struct reply *reply)
{
    size_t n = of->ask->types.n + of->ask->testable.n;
    *k = (struct asked){.offer = of->offer,
                        .ask = of->ask,
                        .arena = a,
                        .now = of->now,
                        .endpoints = of->endpoints};
    k->columns = ARENA_ARRAY(a, 4 * n + 1, struct asked_column);
    k->tested = ARENA_ARRAY(a, n + 1, size_t);
    if (!k->columns || !k->tested) {
        problem_status(reply, 503);
        return false;
    }
    if (!show(k, reply))
        return false;
    bool calendar = false;
    for (size_t i = 0; i < k->n_shown; i++)
        calendar |= k->columns[i].when != NULL;
    /* RFC 8896 section 5.2.1: with calendars there are no constraints. */
    if (!calendar && of->ask->unread) {
        problem_alto(reply, of->ask->unread);
        return false;
    }
    bool tests = !calendar && (of->ask->n_any > 0 || of->ask->testable.n > 0);
    if (tests && (!find_tested(k, reply) || !check_constraints(k, reply)))
        return false;
    add_fallbacks(k);
    return true;
}

bool asked_paths(const struct asked *k)
{
    for (size_t i = 0; i < k->n_shown; i++) {
        if (k->columns[i].type->paths)
            return true;
    }
    return false;
}

bool asked_others(const struct asked *k)
{
    for (size_t i = 0; i < k->n_columns; i++) {
        if (!k->columns[i].type->paths)
            return true;
    }
    return false;
}

size_t asked_weight(const struct asked *k)
{
    size_t width = 0;
    for (size_t i = 0; i < k->n_columns; i++)
        width += k->columns[i].width;
    return width > 0 ? width : 1;
}

/* --- values --- */

int asked_reserve(struct asked *k, size_t n_srcs, size_t n_dsts, struct err *e)
{
    size_t pairs = n_srcs * n_dsts;
    k->n_srcs = n_srcs;
    k->n_dsts = n_dsts;
    k->dropped = ARENA_ARRAY(k->arena, pairs + 1, bool);
    for (size_t i = 0; i < k->n_columns; i++) {
        struct asked_column *c = &k->columns[i];
        size_t n = c->type->paths ? 0 : pairs;
        c->value = n <= SIZE_MAX / sizeof(double) / c->width - 1
                       ? ARENA_ARRAY(k->arena, n * c->width + 1, double)
                       : NULL;
        if (!c->value)
            return err_set(e, ERR_NOMEM, "no memory for costs");
        for (size_t v = 0; v < n * c->width; v++)
            c->value[v] = NAN;
    }
    return k->dropped ? 0 : err_set(e, ERR_NOMEM, "no memory for costs");
}

static const struct wire_cell *cell_of(const struct asked *k, const struct cost_source *s,
                                       const struct asked_pair *p)
{
    const struct atlas *atlas = k->offer->atlas;
    if (s->table->endpoints)
        return p->src && p->dst ? wire_table_cell(s->table, p->src, p->dst) : NULL;
    if (p->src_pid < 0 || p->dst_pid < 0)
        return NULL;
    return wire_table_cell(s->table, atlas->names[p->src_pid], atlas->names[p->dst_pid]);
}

/* The interval of a calendar that a time is in, or -1 when it is over or has not begun. */
static long interval_at(const struct wire_calendar *c, int64_t now)
{
    double at = (double)(now - c->start) / 1e6 / c->size;
    double end = (double)c->n * (c->repeated > 0 ? c->repeated : 1);
    return at < 0 || at >= end ? -1 : (long)fmod(floor(at), c->n);
}

/* What one document says, as single value. */
static double single_value(const struct asked *k, const struct cost_source *s,
                           const struct asked_pair *p)
{
    const struct wire_table_type *type = &s->table->types[s->type];
    const struct wire_cell *cell = cell_of(k, s, p);
    long at = type->calendar ? interval_at(type->calendar, k->now) : 0;
    return cell && cell->value && at >= 0 ? cell->value[type->at + (size_t)at] : NAN;
}

static double matrix_value(const struct asked *k, const struct offered_cost *type,
                           const struct asked_pair *p)
{
    return atlas_value(type->matrix,
                       (size_t)p->src_pid * k->offer->atlas->n_pids + (size_t)p->dst_pid);
}

/* Documents between endpoints are finer than those between PIDs; calendars are asked last. */
static double value_of(const struct asked *k, const struct offered_cost *type,
                       const struct asked_pair *p)
{
    double value = NAN;
    if (type->n_sources == 0 && type->matrix && p->src_pid >= 0 && p->dst_pid >= 0)
        return matrix_value(k, type, p);
    for (int pass = 0; pass < 4; pass++) {
        for (size_t i = 0; i < type->n_sources && isnan(value); i++) {
            const struct cost_source *s = &type->sources[i];
            bool calendar = s->table->types[s->type].calendar != NULL;
            if ((calendar ? 2 : 0) + (s->table->endpoints ? 0 : 1) == pass)
                value = single_value(k, s, p);
        }
        if (pass == 1 && isnan(value) && type->matrix && p->src_pid >= 0 && p->dst_pid >= 0)
            value = matrix_value(k, type, p);
    }
    return value;
}

double asked_value(const struct cost_offer *offer, const struct offered_cost *type, int64_t now,
                   const struct asked_pair *p)
{
    const struct asked k = {.offer = offer, .now = now};
    return value_of(&k, type, p);
}

static void calendar_values(const struct asked *k, const struct asked_column *c,
                            const struct asked_pair *p, double *out)
{
    for (size_t i = 0; i < c->type->n_sources; i++) {
        const struct cost_source *s = &c->type->sources[i];
        const struct wire_table_type *type = &s->table->types[s->type];
        if (!type->calendar || type->calendar->n != c->when->n ||
            type->calendar->start != c->when->start)
            continue;
        const struct wire_cell *cell = cell_of(k, s, p);
        if (!cell || !cell->value)
            continue;
        memcpy(out, cell->value + type->at, c->width * sizeof(*out));
        return;
    }
}

void asked_forecast(const struct asked_column *c, const struct snapshot *s,
                    const struct snap_forecast *f, double *out)
{
    int64_t size = (int64_t)(c->when->size * 1e6);
    for (unsigned i = 0; i < c->when->n; i++) {
        int64_t start = c->when->start + i * size;
        out[i] = snapshot_forecast(s, f, &(struct snap_span){start, start + size});
    }
}

/* What was measured has a pattern, what was composed has none. */
static void forecast_pids(const struct asked *k, const struct asked_column *c,
                          const struct asked_pair *p, double *out)
{
    const struct snapshot *s = k->offer->atlas->snapshot;
    int m = snapshot_metric(s, c->type->metric);
    struct snap_forecast f = {
        .metric = c->type->metric, .present = value_of(k, c->type, p), .path = p->path};
    if (m >= 0 && s->metrics[m].measured &&
        s->metrics[m].measured[(size_t)p->src_pid * s->n_pids + (size_t)p->dst_pid])
        f.pattern =
            snapshot_pattern_of_pids(s, f.metric, (uint32_t)p->src_pid, (uint32_t)p->dst_pid);
    asked_forecast(c, s, &f, out);
}

void asked_fill(struct asked *k, const struct asked_pair *p)
{
    for (size_t i = 0; i < k->n_columns; i++) {
        const struct asked_column *c = &k->columns[i];
        double *to = c->value + p->pair * c->width;
        if (c->type->paths)
            continue;
        if (c->when && k->offer->atlas->snapshot)
            forecast_pids(k, c, p, to);
        else if (c->when)
            calendar_values(k, c, p, to);
        else
            *to = value_of(k, c->type, p);
    }
}

const struct wire_elements *asked_path(const struct asked *k, const struct asked_pair *p,
                                       const struct cost_source **from)
{
    for (size_t c = 0; c < k->n_shown; c++) {
        const struct offered_cost *type = k->columns[c].type;
        for (size_t i = 0; type->paths && i < type->n_sources; i++) {
            const struct wire_cell *cell = cell_of(k, &type->sources[i], p);
            *from = &type->sources[i];
            if (cell && cell->paths)
                return cell->paths;
        }
    }
    return NULL;
}

/* Where numbers rank more pairs than the published ranks do, and none of these gets lost. */
static void use_fallback(const struct asked *k, struct asked_column *c)
{
    const double *other = k->columns[c->fallback].value;
    size_t pairs = k->n_srcs * k->n_dsts;
    bool more = false, all = true;
    for (size_t i = 0; i < pairs; i++) {
        more |= isnan(c->value[i]) && !isnan(other[i]);
        all &= isnan(c->value[i]) || !isnan(other[i]);
    }
    if (more && all)
        memcpy(c->value, other, pairs * sizeof(*other));
}

int asked_finish(struct asked *k, struct err *e)
{
    size_t pairs = k->n_srcs * k->n_dsts;
    double *cost = ARENA_ARRAY(k->arena, k->n_tested + 1, double);
    int rc = cost ? 0 : err_set(e, ERR_NOMEM, "no memory for costs");
    for (size_t i = 0; rc == 0 && i < k->n_columns; i++) {
        const struct asked_column *c = &k->columns[i];
        if (c->type->ranked && !c->when)
            rc = costs_rank(c->value, pairs, c->type->more_is_better, k->arena, e);
    }
    for (size_t i = 0; rc == 0 && i < k->n_columns; i++) {
        if (k->columns[i].fallback != SIZE_MAX)
            use_fallback(k, &k->columns[i]);
    }
    for (size_t pair = 0; rc == 0 && k->constrained && pair < pairs; pair++) {
        for (size_t i = 0; i < k->n_tested; i++)
            cost[i] = k->tested[i] == SIZE_MAX ? NAN : k->columns[k->tested[i]].value[pair];
        k->dropped[pair] = !wire_constraints_hold(k->ask, cost);
    }
    return rc;
}

static void hash_type(struct hash *h, const struct asked_column *c)
{
    hash_add(h, c->type->metric, strlen(c->type->metric) + 1);
    hash_add(h, c->type->mode, strlen(c->type->mode) + 1);
    if (c->when) /* the same values may come to mean another day */
        hash_add(h, &c->when->start, sizeof(c->when->start));
}

/*
 * A row of values, so that it makes no difference whether they come as numbers or as
 * thousandths: what these can tell is hashed as such, in pieces. Before others stands a word
 * that is none of them.
 */
static void hash_numbers(struct hash *h, const double *value, size_t n)
{
    static const uint32_t finer = THOUSANDTHS_NONE - 1;
    uint32_t v[HASHED];
    for (size_t i = 0, some = 0; i < n; i += some) {
        bool able = true;
        some = n - i < HASHED ? n - i : HASHED;
        for (size_t k = 0; able && k < some; k++)
            able = thousandths_of(value[i + k], &v[k]);
        if (able) {
            hash_add(h, v, some * sizeof(*v));
            continue;
        }
        hash_add(h, &finer, sizeof(finer));
        hash_add(h, value + i, some * sizeof(*value));
    }
}

int asked_tag(const struct asked *k, char out[33])
{
    struct hash *h = hash_new();
    size_t pairs = k->n_srcs * k->n_dsts;
    if (!h)
        return ERR_NOMEM;
    for (size_t i = 0; i < k->n_shown; i++) {
        const struct asked_column *c = &k->columns[i];
        hash_type(h, c);
        size_t row = k->n_dsts * c->width;
        for (size_t j = 0; !c->type->paths && j < k->n_srcs; j++)
            hash_numbers(h, c->value + j * row, row);
    }
    hash_add(h, k->dropped, pairs * sizeof(*k->dropped));
    hash_hex(h, out);
    hash_free(&h);
    return 0;
}

/* --- writing --- */

bool asked_is_single(const struct asked *k)
{
    const struct asked_column *c = k->columns;
    return k->n_columns == 1 && !k->ask->multi && !k->constrained && !c->when &&
           !c->type->ranked && !c->type->paths && c->fallback == SIZE_MAX;
}

struct hashed_rows {
    const struct asked_rows *from;
    struct hash *hash;
};

static const double *hash_row(void *self, size_t i)
{
    const struct hashed_rows *r = self;
    const double *row = r->from->of.row(r->from->of.self, i);
    hash_numbers(r->hash, row, r->from->n_dsts);
    return row;
}

static const uint32_t *hash_thousandths(void *self, size_t i)
{
    const struct hashed_rows *r = self;
    const uint32_t *row = r->from->of.thousandths(r->from->of.self, i);
    hash_add(r->hash, row, r->from->n_dsts * sizeof(*row));
    return row;
}

/* No pair is dropped: see asked_tag(). */
static void hash_none_dropped(struct hash *h, size_t pairs)
{
    static const bool none[1024];
    for (; pairs > sizeof(none); pairs -= sizeof(none))
        hash_add(h, none, sizeof(none));
    hash_add(h, none, pairs);
}

int asked_put_rows(const struct asked *k, const struct asked_reply *how,
                   const struct asked_rows *rows, struct buf *b, struct err *e)
{
    struct hashed_rows from = {rows, hash_new()};
    const struct wire_costs costs = {
        .srcs = how->srcs, .dsts = how->dsts, .n_srcs = rows->n_srcs, .n_dsts = rows->n_dsts};
    const struct wire_cost_rows hashed = {hash_row, &from,
                                          rows->of.thousandths ? hash_thousandths : NULL};
    char tag[33];
    size_t tag_at = 0;
    const struct wire_meta meta = {.vtag = how->vtag,
                                   .tag_at = &tag_at,
                                   .mode = k->columns[0].type->mode,
                                   .metric = k->columns[0].type->metric};
    if (!from.hash)
        return err_set(e, ERR_NOMEM, "no memory for costs");
    hash_type(from.hash, k->columns);
    wire_put_cost_rows(b, &meta, how->member, &costs, &hashed);
    hash_none_dropped(from.hash, rows->n_srcs * rows->n_dsts);
    hash_hex(from.hash, tag);
    hash_free(&from.hash);
    if (!b->failed)
        memcpy(b->data + tag_at, tag, strlen(tag));
    return 0;
}

/* One value for each pair: the common case is written the fast way. */
static void put_single(const struct asked *k, const struct asked_reply *how,
                       const struct wire_meta *meta, struct buf *b)
{
    double *value = k->columns[0].value;
    for (size_t i = 0; k->constrained && i < k->n_srcs * k->n_dsts; i++) {
        if (k->dropped[i])
            value[i] = NAN;
    }
    struct wire_costs costs = {how->srcs, how->dsts, k->n_srcs, k->n_dsts, value, NULL};
    wire_put_costs(b, meta, how->member, &costs);
}

static int describe_calendars(const struct asked *k, struct wire_meta *meta, struct err *e)
{
    struct wire_meta_calendar *list =
        ARENA_ARRAY(k->arena, k->n_shown + 1, struct wire_meta_calendar);
    if (!list)
        return err_set(e, ERR_NOMEM, "no memory for costs");
    for (size_t i = 0; i < k->n_shown; i++) {
        if (k->columns[i].when)
            list[meta->n_calendars++] =
                (struct wire_meta_calendar){k->columns[i].type->name, k->columns[i].when};
    }
    if (meta->n_calendars == 1)
        list[0].name = NULL;
    meta->calendars = list;
    return 0;
}

int asked_put(const struct asked *k, const struct asked_reply *how, struct buf *b,
              struct err *e)
{
    struct wire_meta meta = {
        .vtag = how->vtag, .dependent = how->dependent, .n_dependent = how->dependent ? 1 : 0};
    struct wire_cost_column *columns =
        ARENA_ARRAY(k->arena, k->n_shown + 1, struct wire_cost_column);
    if (!columns)
        return err_set(e, ERR_NOMEM, "no memory for costs");
    meta.mode = k->ask->multi ? NULL : k->columns[0].type->mode;
    meta.metric = k->columns[0].type->metric;
    meta.multi = k->ask->types.v;
    meta.n_multi = k->ask->multi ? k->ask->types.n : 0;
    int rc = describe_calendars(k, &meta, e);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < k->n_shown; i++) {
        const struct asked_column *c = &k->columns[i];
        columns[i] = (struct wire_cost_column){
            .value = c->value, .width = c->width, .calendar = c->when != NULL};
        if (c->type->paths)
            columns[i] = how->paths;
    }
    if (!k->ask->multi && !columns[0].calendar && !columns[0].put) {
        put_single(k, how, &meta, b);
        return 0;
    }
    struct wire_cost_cells cells = {how->srcs, how->dsts,  k->n_srcs,     k->n_dsts,
                                    columns,   k->n_shown, k->ask->multi, k->dropped};
    wire_put_cells(b, &meta, how->member, &cells);
    return 0;
}
