/* SPDX-License-Identifier: Apache-2.0 */
#include "server/views.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "server/costs.h"
#include "server/props.h"
#include "server/shelf_props.h"

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for a view");
}

static bool equal(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* --- which kind, of which network map --- */

static const char *kind_of(const struct shelf *s, const struct wire_view_resource *r)
{
    const struct shelf_document *d = NULL;
    for (size_t i = 0; r->documents.n > 0 && i < s->n; i++)
        d = equal(s->documents[i].from->name, r->documents.v[0]) ? &s->documents[i] : d;
    if (r->kind || !d)
        return r->kind;
    if (strcmp(d->from->kind, "ane-path") == 0)
        return d->table && d->table->endpoints ? "path-vector" : "path-vector-cost-map";
    if (strcmp(d->from->kind, "calendar") == 0)
        return d->table && d->table->endpoints ? "endpoint-cost" : "filtered-cost-map";
    return d->from->kind;
}

static const struct resource_ops *ops_of(const char *kind)
{
    for (size_t i = 0; kind && resource_kinds[i]; i++) {
        if (strcmp(resource_kinds[i]->kind, kind) == 0)
            return resource_kinds[i];
    }
    return NULL;
}

/* The map among the documents; else the one that is used; else the one that the costs name;
 * else the only one. */
static const struct atlas *map_of(const struct shelf *s, const struct wire_view_resource *r)
{
    const struct atlas *found = NULL, *only = NULL;
    size_t maps = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct shelf_document *d = &s->documents[i];
        maps += d->atlas != NULL;
        only = d->atlas ? d->atlas : only;
        if (d->atlas && r->documents.n > 0 && shelf_means(r, d))
            found = found ? found : d->atlas;
    }
    for (size_t i = 0; !found && i < r->uses.n; i++)
        found = shelf_map(s, r->uses.v[i]);
    for (size_t i = 0; !found && i < s->n; i++) {
        for (size_t k = 0; r->documents.n > 0 && s->documents[i].atlas &&
                           k < s->documents[i].atlas->n_metrics;
             k++) {
            const struct snap_document *from = s->documents[i].atlas->metrics[k].from;
            if (from && wire_view_has(&r->documents, from->name))
                found = s->documents[i].atlas;
        }
    }
    return found ? found : maps == 1 ? only : s->none;
}

/* --- cost types --- */

/* What cost types are looked for in. */
struct finder {
    const struct shelf *shelf;
    const struct wire_view_resource *view;
    struct cost_offer *out;
    struct arena *arena;
};

/* Does the resource mean the document's costs? */
static bool has_table(const struct finder *f, const struct shelf_document *d)
{
    return d->table && shelf_means(f->view, d) && shelf_fits(d->table, f->out->atlas);
}

/* Documents with values of this very type. */
static int add_sources(const struct finder *f, const char *mode, struct offered_cost *to)
{
    const struct shelf *s = f->shelf;
    for (size_t i = 0; i < s->n; i++) {
        const struct wire_table *t = s->documents[i].table;
        for (size_t k = 0; has_table(f, &s->documents[i]) && k < t->n_types; k++) {
            if (!equal(t->types[k].mode, mode) || !equal(t->types[k].metric, to->metric))
                continue;
            if (!to->sources)
                to->sources = ARENA_ARRAY(f->arena, s->n * 64 + 1, struct cost_source);
            if (!to->sources)
                return ERR_NOMEM;
            if (to->n_sources < s->n * 64)
                to->sources[to->n_sources++] =
                    (struct cost_source){t, k, s->documents[i].from->name};
        }
    }
    return 0;
}

static void add_matrix(const struct finder *f, const char *mode, struct offered_cost *to)
{
    const struct atlas *atlas = f->out->atlas;
    const struct wire_view_names *documents = &f->view->documents;
    for (size_t i = 0; i < atlas->n_metrics; i++) {
        const struct atlas_metric *m = &atlas->metrics[i];
        if (equal(m->name, to->metric) && equal(m->mode, mode) && m->from &&
            (documents->n == 0 || wire_view_has(documents, m->from->name)))
            to->matrix = m;
    }
}

static int rank_values(const struct finder *f, struct offered_cost *to)
{
    to->ranked = true;
    add_matrix(f, "numerical", to);
    return add_sources(f, "numerical", to);
}

/* Ranks are made of numbers where nobody published ranks, or not of all pairs. */
static int find_values(const struct finder *f, struct offered_cost *to)
{
    int rc = add_sources(f, to->mode, to);
    add_matrix(f, to->mode, to);
    if (rc < 0 || strcmp(to->mode, "ordinal") != 0)
        return rc;
    if (!to->matrix && to->n_sources == 0)
        return rank_values(f, to);
    struct offered_cost *fallback = ARENA_NEW(f->arena, struct offered_cost);
    if (!fallback)
        return ERR_NOMEM;
    *fallback = *to;
    fallback->sources = NULL;
    fallback->n_sources = 0;
    fallback->matrix = NULL;
    rc = rank_values(f, fallback);
    to->fallback = fallback->matrix || fallback->n_sources > 0 ? fallback : NULL;
    return rc;
}

/* Ranks are made of single values. */
static void announce_calendar(const struct wire_view_resource *r, struct offered_cost *to)
{
    if (to->ranked)
        return;
    for (size_t i = 0; i < r->n_calendars; i++) {
        if (!wire_view_has(&r->calendars[i].types, to->name))
            continue;
        to->interval = r->calendars[i].size;
        to->intervals = r->calendars[i].n;
        return;
    }
    for (size_t i = 0; r->n_calendars == 0 && i < to->n_sources; i++) {
        const struct wire_calendar *c =
            to->sources[i].table->types[to->sources[i].type].calendar;
        if (!c)
            continue;
        to->interval = c->size;
        to->intervals = c->n;
        return;
    }
}

static int add_type(const struct finder *f, const struct wire_view_type *type)
{
    struct cost_offer *out = f->out;
    const struct wire_view_resource *r = f->view;
    struct offered_cost *to = &out->v[out->n++];
    *to = (struct offered_cost){.name = type->name,
                                .mode = type->mode,
                                .metric = type->metric,
                                .description = type->description,
                                .context = type->context,
                                .testable = wire_view_has(&r->testable, type->name),
                                .more_is_better = offer_more_is_better(type->metric)};
    to->paths =
        strcmp(type->mode, COST_MODE_ARRAY) == 0 && strcmp(type->metric, COST_METRIC_ANES) == 0;
    int rc = find_values(f, to);
    announce_calendar(r, to);
    return rc;
}

/* A type that the view gives no name gets that of the server. */
static int name_type(const struct finder *f, const char *mode, const char *metric,
                     struct wire_view_type *out)
{
    const struct wire_view *view = f->shelf->view;
    for (size_t i = 0; i < view->n_types; i++) {
        const struct wire_view_type *t = &view->types[i];
        if (equal(t->mode, mode) && equal(t->metric, metric)) {
            *out = *t;
            return 0;
        }
    }
    const char *prefix = equal(mode, "numerical") ? "num"
                         : equal(mode, "ordinal") ? "ord"
                                                  : mode;
    *out = (struct wire_view_type){arena_printf(f->arena, "%s-%s", prefix, metric), mode,
                                   metric, NULL, NULL};
    return out->name ? 0 : ERR_NOMEM;
}

static int add_found(const struct finder *f, const char *mode, const char *metric)
{
    const struct wire_cost_type key = {metric, mode};
    struct wire_view_type type;
    if (offer_find(f->out, &key))
        return 0;
    int rc = name_type(f, mode, metric, &type);
    return rc == 0 ? add_type(f, &type) : rc;
}

/* Where the view names no types: those that the documents have. */
static int add_all_types(const struct finder *f)
{
    const struct shelf *s = f->shelf;
    const struct wire_view_resource *r = f->view;
    int rc = 0;
    for (size_t i = 0; i < f->out->atlas->n_metrics; i++) {
        const struct atlas_metric *m = &f->out->atlas->metrics[i];
        if (rc == 0 && m->from &&
            (r->documents.n == 0 || wire_view_has(&r->documents, m->from->name)))
            rc = add_found(f, m->mode, m->name);
    }
    for (size_t i = 0; i < s->n; i++) {
        const struct wire_table *t = s->documents[i].table;
        for (size_t k = 0; rc == 0 && has_table(f, &s->documents[i]) && k < t->n_types; k++)
            rc = add_found(f, t->types[k].mode, t->types[k].metric);
    }
    return rc;
}

/* Costs of another network map that the resource names all the same. */
static void complain(const struct finder *f)
{
    const struct snap_document *view = f->shelf->from;
    for (size_t i = 0; i < f->shelf->n; i++) {
        const struct shelf_document *d = &f->shelf->documents[i];
        if (d->table && f->view->documents.n > 0 && shelf_means(f->view, d) && !has_table(f, d))
            log_warn("documents",
                     "%s of view %s/%s is served without %s: that depends on "
                     "network map %s, version %s",
                     f->view->id, view->domain, view->name, d->from->name, d->table->map_id,
                     d->table->map_tag);
    }
}

static int offer_costs(struct edition *ed, const struct shelf *s,
                       const struct wire_view_resource *r, struct cost_offer *out,
                       struct err *e)
{
    const struct finder f = {s, r, out, edition_arena(ed)};
    size_t max = r->types.n + out->atlas->n_metrics + 1;
    for (size_t i = 0; i < s->n; i++)
        max += s->documents[i].table ? s->documents[i].table->n_types : 0;
    complain(&f);
    out->v = ARENA_ARRAY(f.arena, max, struct offered_cost);
    out->max_types = r->max_types;
    out->constraints = r->constraints && r->testable.n == 0;
    out->some_testable = r->testable.n > 0;
    int rc = out->v ? 0 : ERR_NOMEM;
    for (size_t i = 0; rc == 0 && i < r->types.n; i++) {
        const struct wire_view_type *type = wire_view_type(s->view, r->types.v[i]);
        rc = type ? add_type(&f, type) : 0;
    }
    if (rc == 0 && r->types.n == 0)
        rc = add_all_types(&f);
    for (size_t i = 0; rc == 0 && r->listed && i < out->n; i++) {
        out->v[i].name = edition_cost_name(ed, r->directory, &out->v[i]);
        rc = out->v[i].name ? 0 : ERR_NOMEM;
    }
    return rc < 0 ? nomem(e) : 0;
}

/* --- resources --- */

/* A hash of the documents that the resource is made of. */
static const char *tag_of(const struct shelf *s, const struct wire_view_resource *r,
                          struct arena *a)
{
    struct hash *h = hash_new();
    char *tag = h ? arena_alloc(a, 33) : NULL;
    for (size_t i = 0; tag && i < s->n; i++) {
        if (shelf_means(r, &s->documents[i]))
            hash_add(h, s->documents[i].from->body, strlen(s->documents[i].from->body));
    }
    if (tag)
        hash_hex(h, tag);
    hash_free(&h);
    return tag;
}

/* Of what the properties are, wherever they follow from, and of the versions that the map
 * depends on: they stand in it. */
static const char *tag_of_properties(const struct shelf *s, const struct wire_view_resource *r,
                                     const struct props *props, struct arena *a)
{
    struct hash *h = hash_new();
    char *tag = h ? arena_alloc(a, 33) : NULL;
    if (tag)
        props_hash(props, h);
    for (size_t i = 0; tag && i < r->uses.n; i++) {
        const struct atlas *map = shelf_map(s, r->uses.v[i]);
        const struct wire_view_resource *other = wire_view_resource(s->view, r->uses.v[i]);
        const char *used = map ? map->tag : other ? tag_of(s, other, a) : "";
        if (used)
            hash_add(h, used, strlen(used) + 1);
        else
            tag = NULL;
    }
    if (tag)
        hash_hex(h, tag);
    hash_free(&h);
    return tag;
}

/* The advertisement, and under which id it is offered in full. */
static void find_cdni(const struct shelf *s, const struct wire_view_resource *r,
                      struct offer *out)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->documents[i].cdni && shelf_means(r, &s->documents[i]))
            out->cdni = s->documents[i].cdni;
    }
}

static bool has_costs(const char *kind)
{
    static const char *const kinds[] = {"cost-map", "filtered-cost-map", "endpoint-cost",
                                        "path-vector", "path-vector-cost-map"};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (strcmp(kinds[i], kind) == 0)
            return true;
    }
    return false;
}

static bool has_properties(const char *kind)
{
    return strcmp(kind, "property-map") == 0 || strcmp(kind, "filtered-property-map") == 0 ||
           strcmp(kind, "endpoint-property") == 0;
}

/* Why a resource that could be named can't be served; NULL: it can. */
static const char *missing(const struct resource *r, const char *kind)
{
    if (strstr(kind, "network-map") && r->atlas->n_pids == 0)
        return "its network map is not there";
    if (strcmp(kind, "cost-map") == 0 && r->offer->costs.n != 1)
        return "a full cost map has one cost type";
    if (has_costs(kind) && r->offer->costs.n == 0)
        return "it has no cost type";
    if (strcmp(kind, "endpoint-property") == 0 && r->offer->view->properties.n == 0)
        return "it names no properties";
    if (strstr(kind, "property-map") && r->offer->view->n_mappings == 0)
        return "it has no mappings";
    if (strstr(kind, "cdni") && !r->offer->cdni)
        return "its advertisement is not there";
    return NULL;
}

static int offer_one(struct edition *ed, const struct shelf *s,
                     const struct wire_view_resource *view, struct err *e)
{
    struct arena *a = edition_arena(ed);
    struct offer *offer = ARENA_NEW(a, struct offer);
    struct resource r = {.ops = ops_of(kind_of(s, view)),
                         .atlas = map_of(s, view),
                         .offer = offer,
                         .unlisted = !view->listed,
                         .directory = view->directory};
    if (!r.ops)
        return err_set(e, ERR_NOENT, "no document, or no such kind");
    if (!offer)
        return nomem(e);
    offer->view = view;
    offer->costs.atlas = r.atlas;
    int rc = 0;
    if (has_costs(r.ops->kind))
        rc = offer_costs(ed, s, view, &offer->costs, e);
    if (rc == 0 && has_properties(r.ops->kind))
        rc = shelf_props(ed, s, view, &offer->props, e);
    if (rc == 0) {
        offer->tag =
            offer->props ? tag_of_properties(s, view, offer->props, a) : tag_of(s, view, a);
        rc = offer->tag ? 0 : nomem(e);
    }
    if (rc == 0 && strstr(r.ops->kind, "cdni"))
        find_cdni(s, view, offer);
    const char *why = rc == 0 ? missing(&r, r.ops->kind) : NULL;
    if (why)
        rc = err_set(e, ERR_NOENT, "%s", why);
    return rc == 0 ? edition_offer(ed, &r, s->from->domain, e) : rc;
}

int views_offer(struct edition *ed, const struct shelf *s, struct err *e)
{
    for (size_t i = 0; i < s->view->n_resources; i++) {
        struct err why = {0};
        int rc = offer_one(ed, s, &s->view->resources[i], &why);
        if (rc == ERR_NOMEM)
            return err_set(e, rc, "%s", why.msg);
        if (rc < 0)
            log_warn("documents", "%s of view %s/%s is not served: %s",
                     s->view->resources[i].id, s->from->domain, s->from->name, why.msg);
    }
    return 0;
}

const char *views_default_map(const struct shelf *s)
{
    if (s->view->default_map)
        return s->view->default_map;
    for (size_t i = 0; i < s->n; i++) {
        if (s->documents[i].atlas)
            return s->documents[i].atlas->map_id;
    }
    return NULL;
}
