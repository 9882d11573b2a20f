/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/cdni.h"

#include <stdlib.h>
#include <string.h>

#include "wire/entities_private.h"
#include "wire/request_private.h"
#include "wire/tree.h"

#define DEPTH 32

/* Mandatory properties of the registered payload types (RFC 8008 sections 5.3 to 5.7). */
static const struct {
    const char *type, *property;
    bool is_list; /* of texts; else it is one text */
} mandatory[] = {
    {"FCI.DeliveryProtocol", "delivery-protocols", true},
    {"FCI.AcquisitionProtocol", "acquisition-protocols", true},
    {"FCI.RedirectionMode", "redirection-modes", true},
    {"FCI.Logging", "record-type", false},
    {"FCI.Metadata", "metadata", true},
};

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for a CDNI advertisement");
}

static const char *sorted_text(const json_t *value, struct arena *a)
{
    char *dump = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
    const char *text = dump ? arena_strdup(a, dump) : NULL;
    free(dump);
    return text;
}

static bool are_texts(const json_t *list)
{
    size_t n = json_array_size(list), i = 0;
    while (i < n && json_is_string(json_array_get(list, i)))
        i++;
    return json_is_array(list) && i == n;
}

/* The value's mandatory property; the whole value where the type is not known; NULL: missing,
 * or of another kind. */
static const json_t *needed(const char *type, const json_t *value)
{
    for (size_t i = 0; i < sizeof(mandatory) / sizeof(*mandatory); i++) {
        if (strcmp(mandatory[i].type, type) != 0)
            continue;
        const json_t *property = json_object_get(value, mandatory[i].property);
        bool fits = mandatory[i].is_list ? are_texts(property) : json_is_string(property);
        return fits ? property : NULL;
    }
    return value;
}

/* ERR_SCHEMA when the value is not one of the type. */
static int read_needs(const json_t *value, struct arena *a, struct wire_capability *out,
                      struct err *e)
{
    const json_t *from = needed(out->type, value);
    size_t n = json_is_array(from) ? json_array_size(from) : 1;
    if (!json_is_object(value) || !from || json_is_null(from))
        return err_set(e, ERR_SCHEMA, "the value is not that of a %s", out->type);
    out->needs = ARENA_ARRAY(a, n + 1, const char *);
    if (!out->needs)
        return nomem(e);
    for (; out->n_needs < n; out->n_needs++) {
        out->needs[out->n_needs] =
            sorted_text(json_is_array(from) ? json_array_get(from, out->n_needs) : from, a);
        if (!out->needs[out->n_needs])
            return nomem(e);
    }
    return 0;
}

static int read_footprint(const json_t *from, struct arena *a, struct wire_footprint *out,
                          struct err *e)
{
    const char *type = json_string_value(json_object_get(from, "footprint-type"));
    const json_t *list = json_object_get(from, "footprint-value");
    if (!type || !json_is_array(list))
        return err_set(e, ERR_SCHEMA, "a footprint needs footprint-type and footprint-value");
    out->type = arena_strdup(a, type);
    out->v = ARENA_ARRAY(a, json_array_size(list) + 1, const char *);
    if (!out->type || !out->v)
        return nomem(e);
    for (; out->n < json_array_size(list); out->n++) {
        const char *text = json_string_value(json_array_get(list, out->n));
        if (!text)
            return err_set(e, ERR_SCHEMA, "a value of a %s footprint is no text", type);
        out->v[out->n] = arena_strdup(a, text);
        if (!out->v[out->n])
            return nomem(e);
    }
    return 0;
}

static int read_capability(const json_t *from, struct arena *a, struct wire_capability *out,
                           struct err *e)
{
    const char *type = json_string_value(json_object_get(from, "capability-type"));
    const json_t *value = json_object_get(from, "capability-value");
    const json_t *list = json_object_get(from, "footprints");
    if (!type || !value)
        return err_set(e, ERR_SCHEMA, "a capability needs capability-type and its value");
    if (list && !json_is_array(list))
        return err_set(e, ERR_SCHEMA, "the footprints are no array");
    out->type = arena_strdup(a, type);
    out->value = wire_json_text(value, a);
    out->whole = wire_json_text(from, a);
    out->footprints = ARENA_ARRAY(a, json_array_size(list) + 1, struct wire_footprint);
    if (!out->type || !out->value || !out->whole || !out->footprints)
        return nomem(e);
    int rc = read_needs(value, a, out, e);
    for (; rc == 0 && out->n_footprints < json_array_size(list); out->n_footprints++)
        rc = read_footprint(json_array_get(list, out->n_footprints), a,
                            &out->footprints[out->n_footprints], e);
    return rc;
}

static int read_all(const json_t *list, struct arena *a, struct wire_cdni *out, struct err *e)
{
    if (!json_is_array(list))
        return err_set(e, ERR_SCHEMA, "capabilities-with-footprints is missing or no array");
    out->v = ARENA_ARRAY(a, json_array_size(list) + 1, struct wire_capability);
    if (!out->v)
        return nomem(e);
    for (size_t i = 0; i < json_array_size(list); i++) {
        int rc = read_capability(json_array_get(list, i), a, &out->v[out->n++], e);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int wire_read_cdni(struct slice text, struct arena *a, struct wire_cdni *out, struct err *e)
{
    json_t *root = wire_tree(text.p, text.n, DEPTH, e);
    *out = (struct wire_cdni){0};
    if (!root)
        return e ? e->code : ERR_PARSE;
    const json_t *ad = json_object_get(root, "cdni-advertisement");
    int rc = read_all(json_object_get(ad, "capabilities-with-footprints"), a, out, e);
    json_decref(root);
    return rc;
}

#define FIELD "cdni-capabilities"

static enum wire_code wanted(const struct wire_input *in, const json_t *item,
                             struct wire_capability *out, struct wire_problem *p)
{
    const json_t *type, *value;
    struct err e = {0};
    if (!json_is_object(item))
        return request_bad_value(p, FIELD, item, "an object is expected");
    enum wire_code rc = request_member(item, FIELD "/capability-type", true, &type, p);
    if (rc == WIRE_OK)
        rc = request_member(item, FIELD "/capability-value", true, &value, p);
    if (rc != WIRE_OK)
        return rc;
    /* RFC 9241 section 5.6: null is a wrong value, not a wrong type. */
    if (!json_is_string(type))
        return request_bad_value(p, FIELD "/capability-type", type, "a type is expected");
    if (json_is_null(value))
        return request_bad_value(p, FIELD "/capability-value", value, "a value is expected");
    out->type = arena_strdup(in->arena, json_string_value(type));
    if (!out->type)
        return request_no_memory(p);
    int code = read_needs(value, in->arena, out, &e);
    if (code == ERR_NOMEM)
        return request_no_memory(p);
    return code < 0 ? request_bad_value(p, FIELD, item, e.msg) : WIRE_OK;
}

enum wire_code wire_cdni_filter(const struct wire_input *in, struct wire_cdni *out,
                                struct wire_problem *p)
{
    json_t *root;
    const json_t *list = NULL;
    enum wire_code rc = request_parse(in, &root, p);
    *out = (struct wire_cdni){0};
    if (rc == WIRE_OK)
        rc = request_array(in, root, FIELD, &list, p);
    if (rc == WIRE_OK && !list)
        rc = wire_refuse(p, WIRE_MISSING, FIELD, NULL, "the member is required");
    if (rc == WIRE_OK) {
        out->v = ARENA_ARRAY(in->arena, json_array_size(list) + 1, struct wire_capability);
        rc = out->v ? WIRE_OK : request_no_memory(p);
    }
    for (size_t i = 0; rc == WIRE_OK && i < json_array_size(list); i++)
        rc = wanted(in, json_array_get(list, i), &out->v[out->n++], p);
    json_decref(root);
    return rc;
}

static bool needs(const struct wire_capability *c, const char *text)
{
    for (size_t i = 0; i < c->n_needs; i++) {
        if (strcmp(c->needs[i], text) == 0)
            return true;
    }
    return false;
}

bool wire_capability_has(const struct wire_capability *c, const struct wire_capability *w)
{
    if (strcmp(c->type, w->type) != 0)
        return false;
    for (size_t i = 0; i < w->n_needs; i++) {
        if (!needs(c, w->needs[i]))
            return false;
    }
    return true;
}
