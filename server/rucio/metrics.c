/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rucio/metrics.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "server/edition.h"
#include "server/policy.h"
#include "server/rucio/cache.h"
#include "server/rucio/units.h"

/* --- binding --- */

static const struct rucio_metric *specified(const struct rucio_settings *r, const char *name)
{
    for (size_t i = 0; i < r->n_metrics; i++) {
        if (strcmp(r->metrics[i].name, name) == 0)
            return &r->metrics[i];
    }
    return NULL;
}

static const struct atlas *merged(const struct edition *ed)
{
    for (size_t i = 0; i < edition_count(ed); i++) {
        const struct atlas *atlas = edition_resource(ed, i)->atlas;
        if (atlas && atlas->snapshot)
            return atlas;
    }
    return NULL;
}

/* "known are: as_hopcount, delay_ow, routingcost", and the nearest one. */
static int unknown_metric(const struct view *v, const char *name, struct err *e)
{
    const struct rucio_settings *r = v->settings->rucio;
    const struct atlas *atlas = merged(v->edition);
    size_t n_costs = atlas ? atlas->n_metrics : 0, best = SIZE_MAX;
    const char *like = NULL;
    struct buf known = {0};
    for (size_t i = 0; i < r->n_metrics + n_costs; i++) {
        const char *other =
            i < r->n_metrics ? r->metrics[i].name : atlas->metrics[i - r->n_metrics].name;
        size_t d = str_distance(name, other);
        if (d < best && d <= strlen(other) / 3 + 1) {
            best = d;
            like = other;
        }
        if (known.len < 200)
            buf_printf(&known, "%s%s", i ? ", " : "", other);
    }
    err_set(e, ERR_NOENT, "unknown metric '%.60s' (%s%s%sknown are %s)", name,
            like ? "do you mean " : "", like ? like : "", like ? "? " : "", buf_cstr(&known));
    buf_free(&known);
    return ERR_NOENT;
}

static const struct atlas_metric *cost_of(const struct atlas *atlas, const char *name)
{
    int i = atlas_metric(atlas, name, "numerical");
    return i < 0 ? NULL : &atlas->metrics[i];
}

/* The resource that a specification names, and its cost. */
static int bind_resource(const struct view *v, struct metric *m, struct err *e)
{
    const struct rucio_metric *spec = m->spec;
    const struct resource *r =
        spec->resource_id ? edition_by_id(v->edition, spec->resource_id) : NULL;
    if (spec->resource_id && !r)
        return err_set(e, ERR_STALE, "metric '%s': there is no resource '%s' at present",
                       spec->name, spec->resource_id);
    m->atlas = r ? r->atlas : merged(v->edition);
    if (!m->atlas)
        return err_set(e, ERR_STALE, "no data yet");
    m->by_path = spec->type != RUCIO_COST_MAP && m->atlas->snapshot;
    m->slot = m->atlas->n_metrics + (size_t)(spec - v->settings->rucio->metrics);
    if (spec->type == RUCIO_PATH_VECTOR)
        return m->by_path
                   ? 0
                   : err_set(e, ERR_STALE, "metric '%s': resource '%s' is no path vector",
                             spec->name, spec->resource_id);
    if (spec->map_id && strcmp(spec->map_id, m->atlas->map_id) != 0)
        return err_set(e, ERR_STALE, "metric '%s': its costs are of network map '%s', not '%s'",
                       spec->name, m->atlas->map_id, spec->map_id);
    bool one = r && strcmp(r->ops->kind, "cost-map") == 0;
    const char *cost = spec->cost_metric ? spec->cost_metric
                       : one             ? m->atlas->metrics[r->metric].name
                                         : "routingcost";
    m->cost = cost_of(m->atlas, cost);
    if (m->cost)
        m->slot = (size_t)(m->cost - m->atlas->metrics);
    return m->cost ? 0
                   : err_set(e, ERR_STALE, "metric '%s': there are no costs '%s' at present",
                             spec->name, cost);
}

int metric_bind(const struct view *v, const char *name, bool maps, struct metric *out,
                struct err *e)
{
    *out = (struct metric){.spec = specified(v->settings->rucio, name)};
    if (out->spec)
        return bind_resource(v, out, e);
    out->atlas = merged(v->edition);
    out->cost = out->atlas ? cost_of(out->atlas, name) : NULL;
    if (!out->cost)
        return unknown_metric(v, name, e);
    out->by_path = !maps;
    out->slot = (size_t)(out->cost - out->atlas->metrics);
    out->own = (struct rucio_metric){.name = out->cost->name,
                                     .type = maps ? RUCIO_COST_MAP : RUCIO_ENDPOINT_COST,
                                     .unit = units_of_cost(out->cost->name),
                                     .missing = NAN};
    return 0;
}

/* --- costs of maps --- */

static void map_cost(const struct metric *m, const struct metric_pair *pair,
                     struct metric_value *out)
{
    const struct atlas *atlas = m->atlas;
    uint32_t i = lpm_find(atlas->pid_of, &pair->src, NULL),
             j = lpm_find(atlas->pid_of, &pair->dst, NULL);
    if (i == LPM_NONE || j == LPM_NONE)
        return;
    size_t at = (size_t)i * atlas->n_pids + j;
    out->value = m->cost->value[at];
    int of_snapshot = atlas->snapshot ? snapshot_metric(atlas->snapshot, m->cost->name) : -1;
    if (of_snapshot >= 0) {
        out->classed = true;
        out->cls = atlas->snapshot->metrics[of_snapshot].cls[at];
    }
}

/* --- values of paths --- */

static int find_path(const struct metric *m, struct metric_pair *pair, struct arena *a,
                     struct err *e)
{
    const struct pathfinder *paths = m->atlas->snapshot->paths;
    struct path *path;
    if (pair->path)
        return 0;
    int rc =
        paths->find(paths, &(struct path_question){pair->src, pair->dst, NULL}, a, &path, e);
    pair->path = path;
    return rc;
}

/*
 * The ASes entered along a leg, one value for each border. Hops of unknown AS between two of
 * one AS are taken as of that AS; between two different ones they could hide a third, so what
 * is entered then is unknown.
 */
static double fold_as_path(const struct metric *m, const struct path_leg *leg)
{
    struct fold fold = fold_start(m->spec->fold);
    uint32_t last = leg->n_hops > 0 ? leg->hops[0].asn : 0;
    char text[16];
    bool gap = false;
    if (last == 0)
        return NAN;
    for (size_t i = 1; i < leg->n_hops; i++) {
        uint32_t asn = leg->hops[i].asn;
        if (asn != 0 && asn != last) {
            snprintf(text, sizeof(text), "%" PRIu32, asn);
            fold_add(&fold, gap ? NAN
                                : transform_apply(m->spec->transformer,
                                                  &(struct transform_value){text, NAN}));
            last = asn;
        }
        gap = asn == 0;
    }
    return gap ? NAN : fold_result(&fold);
}

static double fold_hops(const struct metric *m, const struct path_leg *leg)
{
    struct fold fold = fold_start(m->spec->fold);
    char text[ADDR_TEXT];
    for (size_t i = 1; i < leg->n_hops; i++) {
        struct transform_value value = {NULL, NAN};
        if (m->spec->property == RUCIO_BANDWIDTH) {
            int64_t bits = path_link_capacity(leg, i);
            value.number = bits > 0 ? (double)bits : NAN;
        } else if (addr_is_set(&leg->hops[i].in)) {
            value.text = addr_format(&leg->hops[i].in, text);
        } else {
            continue; /* an element without the property says nothing */
        }
        fold_add(&fold, transform_apply(m->spec->transformer, &value));
    }
    return fold_result(&fold);
}

/* Packets are spread over the legs: the mean; but the extreme of extremes. */
static double fold_path(const struct metric *m, const struct path *path)
{
    enum transform_fold how = m->spec->fold;
    struct fold all = fold_start(how == FOLD_MIN || how == FOLD_MAX      ? how
                                 : how == FOLD_FIRST || how == FOLD_LAST ? FOLD_FIRST
                                                                         : FOLD_SUM);
    if (!path->known || !path->reached || path->n_legs == 0)
        return NAN;
    for (size_t i = 0; i < path->n_legs; i++)
        fold_add(&all, m->spec->property == RUCIO_AS_PATH ? fold_as_path(m, &path->legs[i])
                                                          : fold_hops(m, &path->legs[i]));
    return all.how == FOLD_SUM ? all.value / (double)path->n_legs : all.value;
}

static int compute_path_value(const struct metric *m, const struct metric_work *w,
                              struct metric_pair *pair, struct metric_value *out, struct err *e)
{
    int rc = find_path(m, pair, w->arena, e);
    if (rc < 0 || !pair->path->known || !pair->path->reached)
        return rc;
    out->classed = true;
    out->cls = pair->path->cls;
    if (m->spec && m->spec->type == RUCIO_PATH_VECTOR) {
        if (!pair->shown)
            rc = shown_path(w->view, pair->path, w->arena, &pair->shown, e);
        if (rc == 0)
            out->value = fold_path(m, pair->shown);
    } else {
        out->value = snapshot_path_cost(m->atlas->snapshot, m->cost->name, pair->path);
    }
    return rc;
}

static int path_value(const struct metric *m, const struct metric_work *w,
                      struct metric_pair *pair, struct metric_value *out, struct err *e)
{
    struct path_cache *cache = edition_costs(w->view->edition);
    bool same = edition_snapshot(w->view->edition)->n_policies == 0;
    const struct path_cache_key key = {&pair->src, &pair->dst, same ? NULL : w->view->class,
                                       m->slot};
    if (path_cache_get(cache, &key, out))
        return 0;
    int rc = compute_path_value(m, w, pair, out, e);
    if (rc == 0)
        path_cache_put(cache, &key, out);
    return rc;
}

const char *metric_unit(const struct metric *m)
{
    return m->spec ? m->spec->unit : m->own.unit;
}

int metric_between(const struct metric *m, const struct metric_work *w,
                   struct metric_pair *pair, struct metric_value *out, struct err *e)
{
    int rc = 0;
    *out = (struct metric_value){.value = NAN};
    if (pair->src.family == pair->dst.family) {
        if (m->by_path)
            rc = path_value(m, w, pair, out, e);
        else
            map_cost(m, pair, out);
    }
    if (rc < 0)
        return rc;
    if (m->spec && m->spec->type != RUCIO_PATH_VECTOR && !isnan(out->value))
        out->value =
            transform_apply(m->spec->transformer, &(struct transform_value){NULL, out->value});
    if (isnan(out->value) && m->spec)
        out->value = m->spec->missing;
    return 0;
}
