/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/view.h"

#include <string.h>

#include "wire/entities_private.h"
#include "wire/tree.h"

#define DEPTH     32
#define MAX_ID    64 /* RFC 7285 section 10.2 */
#define MAX_PATH  1024
#define MAX_COUNT 100000 /* of cost types, or of intervals */

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for a view");
}

static int copy_text(const json_t *from, const char *what, struct arena *a, const char **out,
                     struct err *e)
{
    const char *text = json_string_value(from);
    if (!text || !*text)
        return err_set(e, ERR_SCHEMA, "%s is missing or no text", what);
    *out = arena_strdup(a, text);
    return *out ? 0 : nomem(e);
}

/* *out keeps its value when the member is absent. */
static int read_flag(const json_t *from, const char *what, bool *out, struct err *e)
{
    if (json_is_boolean(from))
        *out = json_is_true(from);
    if (from && !json_is_boolean(from))
        return err_set(e, ERR_SCHEMA, "%s is neither true nor false", what);
    return 0;
}

/* A list of names; absent: empty. */
static int read_names(const json_t *list, const char *what, struct arena *a,
                      struct wire_view_names *out, struct err *e)
{
    int rc = 0;
    if (list && !json_is_array(list))
        return err_set(e, ERR_SCHEMA, "%s is no array", what);
    out->v = ARENA_ARRAY(a, json_array_size(list) + 1, const char *);
    if (!out->v)
        return nomem(e);
    for (; rc == 0 && out->n < json_array_size(list); out->n++)
        rc = copy_text(json_array_get(list, out->n), what, a, &out->v[out->n], e);
    return rc;
}

static int read_documents(const json_t *resource, struct wire_view_resource *out,
                          struct arena *a, struct err *e)
{
    const json_t *one = json_object_get(resource, "document");
    const json_t *list = json_object_get(resource, "documents");
    bool none = out->kind &&
                (strcmp(out->kind, "directory") == 0 ||
                 strcmp(out->kind, "update-stream") == 0 || strcmp(out->kind, "tips") == 0);
    if (list && !one)
        return read_names(list, "documents", a, &out->documents, e);
    if (!one && !none)
        return err_set(e, ERR_SCHEMA, "resource %s has no document", out->id);
    out->documents.v = ARENA_ARRAY(a, 1, const char *);
    if (!out->documents.v)
        return nomem(e);
    out->documents.n = one ? 1 : 0;
    return one ? copy_text(one, "document", a, out->documents.v, e) : 0;
}

static int read_count(const json_t *from, const char *what, unsigned *out, struct err *e)
{
    if (!from)
        return 0;
    if (!json_is_integer(from) || json_integer_value(from) < 1 ||
        json_integer_value(from) > MAX_COUNT)
        return err_set(e, ERR_SCHEMA, "%s is no number from 1 to %d", what, MAX_COUNT);
    *out = (unsigned)json_integer_value(from);
    return 0;
}

static int read_calendars(const json_t *list, struct wire_view_resource *out, struct arena *a,
                          struct err *e)
{
    int rc = 0;
    out->calendars = ARENA_ARRAY(a, json_array_size(list) + 1, struct wire_view_calendar);
    if (!out->calendars)
        return nomem(e);
    for (; rc == 0 && out->n_calendars < json_array_size(list); out->n_calendars++) {
        const json_t *from = json_array_get(list, out->n_calendars);
        struct wire_view_calendar *to = &out->calendars[out->n_calendars];
        to->size = json_number_value(json_object_get(from, "time-interval-size"));
        rc = read_names(json_object_get(from, "cost-types"), "cost-types", a, &to->types, e);
        if (rc == 0)
            rc = read_count(json_object_get(from, "number-of-intervals"), "number-of-intervals",
                            &to->n, e);
        if (rc == 0 && (to->n == 0 || !(to->size > 0)))
            rc = err_set(e, ERR_SCHEMA, "a calendar of %s has no intervals", out->id);
    }
    return rc;
}

static int read_mappings(const json_t *from, struct wire_view_resource *out, struct arena *a,
                         struct err *e)
{
    const char *domain;
    json_t *list;
    if (from && !json_is_object(from))
        return err_set(e, ERR_SCHEMA, "mappings of %s is no object", out->id);
    out->mappings = ARENA_ARRAY(a, json_object_size(from) + 1, struct wire_view_mapping);
    if (!out->mappings)
        return nomem(e);
    json_object_foreach((json_t *)(uintptr_t)from, domain, list)
    {
        struct wire_view_mapping *to = &out->mappings[out->n_mappings++];
        to->domain = arena_strdup(a, domain);
        int rc = to->domain ? read_names(list, "mappings", a, &to->properties, e) : nomem(e);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* What the resource is called. */
static int read_names_of(const json_t *from, struct wire_view_resource *out, struct arena *a,
                         struct err *e)
{
    static const char *const optional[] = {"kind", "directory", "default-network-map"};
    const char **const to[] = {&out->kind, &out->directory, &out->default_map};
    int rc = copy_text(json_object_get(from, "id"), "id", a, &out->id, e);
    if (rc == 0 && strlen(out->id) > MAX_ID)
        rc = err_set(e, ERR_SCHEMA, "id is longer than %d characters", MAX_ID);
    if (rc == 0)
        rc = copy_text(json_object_get(from, "path"), "path", a, &out->path, e);
    if (rc == 0 && (out->path[0] != '/' || strlen(out->path) > MAX_PATH))
        rc = err_set(e, ERR_SCHEMA, "path of %s is not absolute or too long", out->id);
    for (size_t i = 0; rc == 0 && i < sizeof(optional) / sizeof(*optional); i++) {
        const json_t *text = json_object_get(from, optional[i]);
        rc = text ? copy_text(text, optional[i], a, to[i], e) : 0;
    }
    return rc;
}

static int read_resource(const json_t *from, struct wire_view_resource *out, struct arena *a,
                         struct err *e)
{
    static const char *const lists[] = {"cost-types", "testable-cost-types", "uses",
                                        "properties", "clients"};
    struct wire_view_names *const to[] = {&out->types, &out->testable, &out->uses,
                                          &out->properties, &out->clients};
    out->listed = true;
    int rc = read_names_of(from, out, a, e);
    if (rc == 0)
        rc = read_documents(from, out, a, e);
    for (size_t i = 0; rc == 0 && i < sizeof(lists) / sizeof(*lists); i++)
        rc = read_names(json_object_get(from, lists[i]), lists[i], a, to[i], e);
    if (rc == 0 && json_object_get(from, "clients") && out->clients.n == 0)
        rc = err_set(e, ERR_SCHEMA, "clients of %s names nobody", out->id);
    if (rc == 0)
        rc = read_calendars(json_object_get(from, "calendars"), out, a, e);
    if (rc == 0)
        rc = read_mappings(json_object_get(from, "mappings"), out, a, e);
    if (rc == 0)
        rc = read_count(json_object_get(from, "max-cost-types"), "max-cost-types",
                        &out->max_types, e);
    if (rc == 0)
        rc = read_flag(json_object_get(from, "listed"), "listed", &out->listed, e);
    return rc == 0 ? read_flag(json_object_get(from, "cost-constraints"), "cost-constraints",
                               &out->constraints, e)
                   : rc;
}

static int read_type(const char *name, const json_t *from, struct wire_view_type *out,
                     struct arena *a, struct err *e)
{
    const json_t *description = json_object_get(from, "description");
    const json_t *context = json_object_get(from, "cost-context");
    out->name = arena_strdup(a, name);
    int rc = out->name
                 ? copy_text(json_object_get(from, "cost-mode"), "cost-mode", a, &out->mode, e)
                 : nomem(e);
    if (rc == 0)
        rc = copy_text(json_object_get(from, "cost-metric"), "cost-metric", a, &out->metric, e);
    if (rc == 0 && description)
        rc = copy_text(description, "description", a, &out->description, e);
    if (rc == 0 && context && !(out->context = wire_json_text(context, a)))
        rc = nomem(e);
    return rc;
}

static int read_types(const json_t *from, struct wire_view *out, struct arena *a, struct err *e)
{
    const char *name;
    json_t *type;
    if (from && !json_is_object(from))
        return err_set(e, ERR_SCHEMA, "cost-types is no object");
    out->types = ARENA_ARRAY(a, json_object_size(from) + 1, struct wire_view_type);
    if (!out->types)
        return nomem(e);
    json_object_foreach((json_t *)(uintptr_t)from, name, type)
    {
        int rc = read_type(name, type, &out->types[out->n_types++], a, e);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int read_view(const json_t *root, struct arena *a, struct wire_view *out, struct err *e)
{
    const json_t *list = json_object_get(root, "resources");
    const json_t *map = json_object_get(root, "default-network-map");
    size_t n = json_array_size(list);
    out->merged = true;
    if (!json_is_array(list))
        return err_set(e, ERR_SCHEMA, "resources is missing or no array");
    int rc = read_flag(json_object_get(root, "merged"), "merged", &out->merged, e);
    if (rc == 0 && map)
        rc = copy_text(map, "default-network-map", a, &out->default_map, e);
    if (rc == 0)
        rc = read_types(json_object_get(root, "cost-types"), out, a, e);
    out->resources = ARENA_ARRAY(a, n + 1, struct wire_view_resource);
    if (!out->resources)
        return nomem(e);
    for (; rc == 0 && out->n_resources < n; out->n_resources++)
        rc = read_resource(json_array_get(list, out->n_resources),
                           &out->resources[out->n_resources], a, e);
    return rc;
}

int wire_read_view(struct slice text, struct arena *a, struct wire_view *out, struct err *e)
{
    json_t *root = wire_tree(text.p, text.n, DEPTH, e);
    *out = (struct wire_view){0};
    if (!root)
        return e ? e->code : ERR_PARSE;
    int rc = read_view(root, a, out, e);
    json_decref(root);
    return rc;
}

const struct wire_view_type *wire_view_type(const struct wire_view *view, const char *name)
{
    for (size_t i = 0; i < view->n_types; i++) {
        if (strcmp(view->types[i].name, name) == 0)
            return &view->types[i];
    }
    return NULL;
}

const struct wire_view_resource *wire_view_resource(const struct wire_view *view,
                                                    const char *id)
{
    for (size_t i = 0; i < view->n_resources; i++) {
        if (strcmp(view->resources[i].id, id) == 0)
            return &view->resources[i];
    }
    return NULL;
}

bool wire_view_has(const struct wire_view_names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++) {
        if (strcmp(names->v[i], name) == 0)
            return true;
    }
    return false;
}
