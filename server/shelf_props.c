/* SPDX-License-Identifier: Apache-2.0 */
#include "server/shelf_props.h"

#include <string.h>

#include "base/map.h"
#include "server/footprints.h"
#include "server/props_private.h"

#define CDNI_PROPERTY ".cdni-capabilities"
#define PID_PROPERTY  ".pid"

/* What properties are made from, and where they go. */
struct maker {
    const struct shelf *shelf;
    const struct wire_view_resource *view;
    struct props *props;
    const char *domain; /* "MAP.ipv4" or "MAP.ipv6", whose addresses props has; or NULL */
    struct footprints *footprints;
    struct arena *arena;
};

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for properties");
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n > m && strcmp(text + n - m, end) == 0;
}

static const char *quoted(const char *text, struct arena *a)
{
    struct buf b = {0};
    buf_json_str(&b, text);
    const char *copy = b.failed ? NULL : arena_strdup(a, buf_cstr(&b));
    buf_free(&b);
    return copy;
}

/* The network map in "MAP.pid", or NULL. */
static const struct atlas *map_in(const struct maker *m, const char *name)
{
    if (!ends_with(name, PID_PROPERTY))
        return NULL;
    const char *id = arena_strndup(m->arena, name, strlen(name) - strlen(PID_PROPERTY));
    return shelf_map(m->shelf, id);
}

/* --- columns of addresses --- */

static int add_pids(const struct maker *m, const struct atlas *atlas, size_t column,
                    struct err *e)
{
    for (size_t i = 0; i < atlas->n_pids; i++) {
        const char *json = quoted(atlas->pids[i].name, m->arena);
        for (size_t k = 0; k < atlas->pids[i].n_prefixes; k++) {
            int rc = props_add_entry(m->props, &atlas->pids[i].prefixes[k], column, json, e);
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

static bool is_of(const char *id, const char *domain)
{
    size_t n = strlen(domain);
    return strncmp(id, domain, n) == 0 && id[n] == ':';
}

/* "ipv4:PREFIX" of the domain whose addresses these are; NULL: it is of another one. */
static const char *typed_in(const struct maker *m, const char *id)
{
    if (!m->domain)
        return id;
    return is_of(id, m->domain) ? id + strlen(m->domain) - strlen("ipv4") : NULL;
}

static int add_stated(const struct maker *m, const struct wire_entities *list, const char *name,
                      size_t column, struct err *e)
{
    struct prefix p;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < list->n; i++) {
        const char *json = wire_entity_property(&list->v[i], name);
        const char *typed = typed_in(m, list->v[i].id);
        if (json && typed && props_typed_prefix(typed, &p))
            rc = props_add_entry(m->props, &p, column, json, e);
    }
    return rc;
}

static int add_capabilities(const struct maker *m, size_t column, struct err *e)
{
    const struct footprint *v;
    size_t n = footprints_prefixes(m->footprints, &v);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = props_add_entry(m->props, &v[i].prefix, column, v[i].json, e);
    return rc;
}

static int fill_column(const struct maker *m, const char *name, size_t column, struct err *e)
{
    const struct atlas *map = map_in(m, name);
    int rc = map ? add_pids(m, map, column, e) : 0;
    for (size_t i = 0; rc == 0 && i < m->shelf->n; i++) {
        const struct shelf_document *d = &m->shelf->documents[i];
        if (!shelf_means(m->view, d))
            continue;
        if (d->entities)
            rc = add_stated(m, d->entities, name, column, e);
    }
    if (rc == 0 && ends_with(name, CDNI_PROPERTY))
        rc = add_capabilities(m, column, e);
    return rc;
}

static int add_columns(const struct maker *m, const struct wire_view_names *list, struct err *e)
{
    for (size_t i = 0; i < list->n; i++) {
        if (props_column(m->props, list->v[i]) >= 0)
            continue;
        int column = props_add_column(m->props, list->v[i], e);
        int rc = column < 0 ? column : fill_column(m, list->v[i], (size_t)column, e);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* --- named entities --- */

struct entity_list {
    VEC(struct wire_entity);
};

static struct wire_entity *entity_of(const struct maker *m, struct map *seen,
                                     struct entity_list *list, const char *id)
{
    union map_value *at = map_at_str(seen, id);
    if (!at)
        return NULL;
    if (at->u != 0)
        return &list->v[at->u - 1];
    struct wire_entity *entity = VEC_PUSH(list);
    if (!entity)
        return NULL;
    at->u = list->n;
    entity->id = id;
    entity->v = ARENA_ARRAY(m->arena, PROPS_MAX_COLUMNS, struct wire_property);
    return entity->v ? entity : NULL;
}

static void set(struct wire_entity *entity, const char *name, const char *json)
{
    if (entity->n < PROPS_MAX_COLUMNS && !wire_entity_property(entity, name))
        entity->v[entity->n++] = (struct wire_property){name, json};
}

static int named_of_document(const struct maker *m, const struct wire_entities *from,
                             const struct wire_view_mapping *mapping, struct map *seen,
                             struct entity_list *out)
{
    for (size_t i = 0; i < from->n; i++) {
        struct wire_entity *entity = NULL;
        if (!is_of(from->v[i].id, mapping->domain))
            continue;
        for (size_t k = 0; k < mapping->properties.n; k++) {
            const char *json = wire_entity_property(&from->v[i], mapping->properties.v[k]);
            if (json && !(entity = entity_of(m, seen, out, from->v[i].id)))
                return ERR_NOMEM;
            if (json)
                set(entity, mapping->properties.v[k], json);
        }
    }
    return 0;
}

static const char *cdni_property(const struct wire_view_mapping *mapping)
{
    for (size_t i = 0; i < mapping->properties.n; i++) {
        if (ends_with(mapping->properties.v[i], CDNI_PROPERTY))
            return mapping->properties.v[i];
    }
    return NULL;
}

/* RFC 9241 section 6.1: ASes, countries, and PIDs as footprints. */
static int named_of_footprint(const struct maker *m, const struct wire_footprint *f,
                              const struct wire_view_mapping *mapping, struct map *seen,
                              struct entity_list *out)
{
    const char *name = cdni_property(mapping);
    bool pid = strcmp(f->type, "altopid") == 0 && ends_with(mapping->domain, PID_PROPERTY);
    if (!name || (!pid && strcmp(f->type, mapping->domain) != 0))
        return 0;
    for (size_t i = 0; i < f->n; i++) {
        const char *id = arena_printf(m->arena, "%s:%s", mapping->domain, f->v[i]);
        struct wire_entity *entity = id ? entity_of(m, seen, out, id) : NULL;
        const char *json = footprints_named(m->footprints, f->type, f->v[i]);
        if (!entity || !json)
            return ERR_NOMEM;
        set(entity, name, json);
    }
    return 0;
}

static int fill_domain(const struct maker *m, const struct wire_view_mapping *mapping,
                       struct prop_domain *out)
{
    struct entity_list list = {0};
    struct map *seen = map_new();
    int rc = seen ? 0 : ERR_NOMEM;
    for (size_t i = 0; rc == 0 && i < m->shelf->n; i++) {
        const struct shelf_document *d = &m->shelf->documents[i];
        if (!shelf_means(m->view, d))
            continue;
        if (d->entities)
            rc = named_of_document(m, d->entities, mapping, seen, &list);
        for (size_t k = 0; rc == 0 && d->cdni && k < d->cdni->n; k++) {
            const struct wire_capability *c = &d->cdni->v[k];
            for (size_t f = 0; rc == 0 && f < c->n_footprints; f++)
                rc = named_of_footprint(m, &c->footprints[f], mapping, seen, &list);
        }
    }
    out->n = list.n;
    out->v =
        rc == 0 && list.n > 0 ? arena_dup(m->arena, list.v, list.n * sizeof(*list.v)) : NULL;
    if (rc == 0 && list.n > 0 && !out->v)
        rc = ERR_NOMEM;
    VEC_FREE(&list);
    map_free(&seen);
    return rc;
}

/* RFC 9240 section 6.1.4: addresses of a network map are entities of their own. */
static int add_own(struct edition *ed, const struct maker *m, struct prop_domain *d,
                   struct err *e)
{
    struct maker own = *m;
    own.domain = d->name;
    int rc = props_blank(&own.props, m->arena, e);
    rc = rc == 0 ? edition_keep(ed, own.props, e) : (props_free(&own.props), rc);
    d->own = own.props;
    if (rc == 0)
        rc = add_columns(&own, d->properties, e);
    return rc == 0 ? props_index(own.props, e) : rc;
}

static int add_domain(struct edition *ed, const struct maker *m,
                      const struct wire_view_mapping *mapping, struct err *e)
{
    struct prop_domain *d = &m->props->domains[m->props->n_domains++];
    *d = (struct prop_domain){.name = mapping->domain, .properties = &mapping->properties};
    bool own = ends_with(d->name, ".ipv4") || ends_with(d->name, ".ipv6");
    d->addresses = own || strcmp(d->name, "ipv4") == 0 || strcmp(d->name, "ipv6") == 0;
    d->map = map_in(m, mapping->domain);
    if (own)
        return add_own(ed, m, d, e);
    if (d->addresses)
        return add_columns(m, &mapping->properties, e);
    return fill_domain(m, mapping, d) < 0 ? nomem(e) : 0;
}

int shelf_props(struct edition *ed, const struct shelf *s, const struct wire_view_resource *r,
                const struct props **out, struct err *e)
{
    struct maker m = {.shelf = s, .view = r, .arena = edition_arena(ed)};
    int rc = props_blank(&m.props, m.arena, e);
    rc = rc == 0 ? edition_keep(ed, m.props, e) : (props_free(&m.props), rc);
    *out = m.props;
    if (rc < 0)
        return rc;
    m.props->domains = ARENA_ARRAY(m.arena, r->n_mappings + 1, struct prop_domain);
    rc = m.props->domains ? footprints_new(&m.footprints, s, r, m.arena, e) : nomem(e);
    for (size_t i = 0; rc == 0 && i < r->n_mappings; i++)
        rc = add_domain(ed, &m, &r->mappings[i], e);
    if (rc == 0)
        rc = add_columns(&m, &r->properties, e);
    footprints_free(&m.footprints);
    return rc == 0 ? props_index(m.props, e) : rc;
}
