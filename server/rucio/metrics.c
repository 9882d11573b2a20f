/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rucio/metrics.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "server/asked.h"
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

static const struct offered_cost *find_cost(const struct cost_offer *offer, const char *metric)
{
    for (size_t i = 0; i < offer->n; i++) {
        const struct offered_cost *type = &offer->v[i];
        if (!type->paths && strcmp(type->mode, "numerical") == 0 &&
            strcmp(type->metric, metric) == 0)
            return type;
    }
    return NULL;
}

/* Names that a statement can have, one by one; NULL behind the last. */
static const char *name_at(const struct view *v, const struct cost_offer *offer, size_t i)
{
    const struct rucio_settings *r = v->settings->rucio;
    if (i < r->n_metrics)
        return r->metrics[i].name;
    i -= r->n_metrics;
    for (size_t k = 0; offer && k < offer->n; k++) {
        const struct offered_cost *type = &offer->v[k];
        if (!type->paths && strcmp(type->mode, "numerical") == 0 && i-- == 0)
            return type->metric;
    }
    return NULL;
}

/* "known are: as_hopcount, delay_ow, routingcost", and the nearest one. */
static int unknown_metric(const struct view *v, const char *name, struct err *e)
{
    const struct atlas *atlas = merged(v->edition);
    const struct cost_offer *offer = atlas ? atlas->costs : NULL;
    size_t best = SIZE_MAX;
    const char *like = NULL, *other;
    struct buf known = {0};
    for (size_t i = 0; (other = name_at(v, offer, i)); i++) {
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

/* The cost type that is meant: by its name, the resource's only one, or routingcost. */
static int bind_cost(struct metric *m, const struct resource *r, struct err *e)
{
    const struct rucio_metric *spec = m->spec;
    const struct cost_offer *offer = r ? resource_costs(r) : m->atlas->costs;
    if (!offer || offer->n == 0)
        return err_set(e, ERR_STALE, "metric '%s': resource '%s' has no costs", spec->name,
                       r ? r->id : "");
    bool one = r && !spec->cost_metric && strcmp(r->ops->kind, "cost-map") == 0;
    const char *cost = spec->cost_metric                 ? spec->cost_metric
                       : one && r->metric < offer->n     ? offer->v[r->metric].metric
                       : find_cost(offer, "routingcost") ? "routingcost"
                                                         : offer->v[0].metric;
    m->offer = offer;
    m->cost = find_cost(offer, cost);
    return m->cost ? 0
                   : err_set(e, ERR_STALE, "metric '%s': there are no costs '%s' at present",
                             spec->name, cost);
}

/* The resource that a specification names, and its cost. */
static int bind_resource(const struct view *v, struct metric *m, struct err *e)
{
    const struct rucio_metric *spec = m->spec;
    const struct resource *r =
        spec->resource_id ? edition_by_id(v->edition, spec->resource_id) : NULL;
    if (spec->resource_id && (!r || !r->atlas))
        return err_set(e, ERR_STALE, "metric '%s': there is no resource '%s' at present",
                       spec->name, spec->resource_id);
    m->atlas = r ? r->atlas : merged(v->edition);
    if (!m->atlas)
        return err_set(e, ERR_STALE, "no data yet");
    m->by_path = spec->type != RUCIO_COST_MAP && m->atlas->snapshot;
    m->slot = m->atlas->snapshot ? m->atlas->costs->n : 0;
    m->slot += (size_t)(spec - v->settings->rucio->metrics);
    m->unit = spec->unit;
    if (spec->type == RUCIO_PATH_VECTOR)
        return m->by_path ? 0
                          : err_set(e, ERR_STALE,
                                    "metric '%s': resource '%s' has no paths that are computed "
                                    "here",
                                    spec->name, spec->resource_id);
    if (spec->map_id && strcmp(spec->map_id, m->atlas->map_id) != 0)
        return err_set(e, ERR_STALE, "metric '%s': its costs are of network map '%s', not '%s'",
                       spec->name, m->atlas->map_id, spec->map_id);
    return bind_cost(m, r, e);
}

int metric_bind(const struct view *v, const char *name, bool maps, struct metric *out,
                struct err *e)
{
    *out = (struct metric){.spec = specified(v->settings->rucio, name)};
    if (out->spec)
        return bind_resource(v, out, e);
    out->atlas = merged(v->edition);
    out->offer = out->atlas ? out->atlas->costs : NULL;
    out->cost = out->offer ? find_cost(out->offer, name) : NULL;
    if (!out->cost)
        return unknown_metric(v, name, e);
    out->by_path = !maps;
    out->slot = (size_t)(out->cost - out->offer->v);
    out->unit = units_of_cost(name);
    return 0;
}

/* --- costs of maps and documents --- */

static int pid_of(const struct atlas *atlas, const struct addr *a)
{
    uint32_t pid = atlas->pid_of ? lpm_find(atlas->pid_of, a, NULL) : LPM_NONE;
    return pid == LPM_NONE ? -1 : (int)pid;
}

static const char *typed(const struct addr *a, char out[8 + ADDR_TEXT])
{
    char text[ADDR_TEXT];
    snprintf(out, 8 + ADDR_TEXT, "ipv%u:%s", (unsigned)a->family, addr_format(a, text));
    return out;
}

static void map_cost(const struct metric *m, const struct metric_pair *pair, int64_t now,
                     struct metric_value *out)
{
    const struct atlas *atlas = m->atlas;
    char src[8 + ADDR_TEXT], dst[8 + ADDR_TEXT];
    const struct asked_pair p = {.src = typed(&pair->src, src),
                                 .dst = typed(&pair->dst, dst),
                                 .src_pid = pid_of(atlas, &pair->src),
                                 .dst_pid = pid_of(atlas, &pair->dst)};
    out->value = asked_value(m->offer, m->cost, now, &p);
    int metric = atlas->snapshot ? snapshot_metric(atlas->snapshot, m->cost->metric) : -1;
    if (metric >= 0 && p.src_pid >= 0 && p.dst_pid >= 0) {
        out->classed = true;
        out->cls = atlas->snapshot->metrics[metric]
                       .cls[(size_t)p.src_pid * atlas->n_pids + (size_t)p.dst_pid];
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
        out->value = snapshot_path_cost(m->atlas->snapshot, m->cost->metric, pair->path);
    }
    return rc;
}

/* As the endpoint cost service has it: measured from end to end counts more than composed. */
static void take_measured(const struct metric *m, const struct metric_pair *pair,
                          struct metric_value *out)
{
    struct snap_between between = {&pair->src, &pair->dst, out->value, out->cls, BASIS_NONE};
    if (!m->cost)
        return;
    out->value = snapshot_cost_between(m->atlas->snapshot, m->cost->metric, &between);
    if (isnan(out->value))
        return;
    out->classed = true;
    out->cls = between.cls;
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
        take_measured(m, pair, out);
    if (rc == 0)
        path_cache_put(cache, &key, out);
    return rc;
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
            map_cost(m, pair, w->now, out);
    }
    if (rc < 0)
        return rc;
    if (m->spec && m->spec->type != RUCIO_PATH_VECTOR && !isnan(out->value))
        out->value =
            transform_apply(m->spec->transformer, &(struct transform_value){NULL, out->value});
    return 0;
}

double metric_or_missing(const struct metric *m, double value)
{
    return isnan(value) && m->spec ? m->spec->missing : value;
}
