/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/view.h"

#include <string.h>

#include "wire/tree.h"

#define DEPTH    32
#define MAX_ID   64 /* RFC 7285 section 10.2 */
#define MAX_PATH 1024

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

static int read_flag(const json_t *from, const char *what, bool *out, struct err *e)
{
    *out = !json_is_false(from); /* absent: true */
    if (from && !json_is_boolean(from))
        return err_set(e, ERR_SCHEMA, "%s is neither true nor false", what);
    return 0;
}

static int read_documents(const json_t *resource, struct wire_view_resource *out,
                          struct arena *a, struct err *e)
{
    const json_t *one = json_object_get(resource, "document");
    const json_t *list = json_object_get(resource, "documents");
    size_t n = one ? 1 : json_array_size(list);
    int rc = n > 0 ? 0 : err_set(e, ERR_SCHEMA, "resource %s has no document", out->id);
    out->documents = ARENA_ARRAY(a, n + 1, const char *);
    if (!out->documents)
        return nomem(e);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = copy_text(one ? one : json_array_get(list, i), "document", a, &out->documents[i],
                       e);
    out->n_documents = n;
    return rc;
}

static int read_resource(const json_t *from, struct wire_view_resource *out, struct arena *a,
                         struct err *e)
{
    const json_t *kind = json_object_get(from, "kind");
    int rc = copy_text(json_object_get(from, "id"), "id", a, &out->id, e);
    if (rc == 0 && strlen(out->id) > MAX_ID)
        rc = err_set(e, ERR_SCHEMA, "id is longer than %d characters", MAX_ID);
    if (rc == 0)
        rc = copy_text(json_object_get(from, "path"), "path", a, &out->path, e);
    if (rc == 0 && (out->path[0] != '/' || strlen(out->path) > MAX_PATH))
        rc = err_set(e, ERR_SCHEMA, "path of %s is not absolute or too long", out->id);
    if (rc == 0 && kind)
        rc = copy_text(kind, "kind", a, &out->kind, e);
    if (rc == 0)
        rc = read_documents(from, out, a, e);
    return rc == 0 ? read_flag(json_object_get(from, "listed"), "listed", &out->listed, e) : rc;
}

static int read_view(const json_t *root, struct arena *a, struct wire_view *out, struct err *e)
{
    const json_t *list = json_object_get(root, "resources");
    const json_t *map = json_object_get(root, "default-network-map");
    size_t n = json_array_size(list);
    if (!json_is_array(list))
        return err_set(e, ERR_SCHEMA, "resources is missing or no array");
    int rc = read_flag(json_object_get(root, "merged"), "merged", &out->merged, e);
    if (rc == 0 && map)
        rc = copy_text(map, "default-network-map", a, &out->default_map, e);
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
