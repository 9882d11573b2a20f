/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "wire/request_private.h"
#include "wire/tree.h"

static void cut(char *out, size_t size, const char *text)
{
    size_t n = text ? strnlen(text, size - 1) : 0;
    if (text && text[n])
        n = str_utf8_cut(text, n);
    memcpy(out, text ? text : "", n);
    out[n] = 0;
}

enum wire_code wire_refuse(struct wire_problem *p, enum wire_code code, const char *field,
                           const char *value, const char *text)
{
    p->code = code;
    cut(p->field, sizeof(p->field), field);
    cut(p->value, sizeof(p->value), value);
    cut(p->text, sizeof(p->text), text);
    return code;
}

enum wire_code request_no_memory(struct wire_problem *p)
{
    return wire_refuse(p, WIRE_NO_MEMORY, NULL, NULL, "out of memory");
}

/* RFC 7285 section 8.5.2: `value` is a string whatever the bad value is. */
enum wire_code request_bad_value(struct wire_problem *p, const char *field, const json_t *value,
                                 const char *text)
{
    char *dump =
        json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    wire_refuse(p, WIRE_VALUE, field, dump ? dump : json_string_value(value), text);
    free(dump);
    return WIRE_VALUE;
}

/* --- members --- */

/* A member of an object; absent: WIRE_OK with *out NULL, or refused when it is required. */
enum wire_code request_member(const json_t *object, const char *path, bool required,
                              const json_t **out, struct wire_problem *p)
{
    const char *name = strrchr(path, '/');
    *out = json_object_get(object, name ? name + 1 : path);
    if (!*out && required)
        return wire_refuse(p, WIRE_MISSING, path, NULL, "the member is required");
    return WIRE_OK;
}

enum wire_code request_object(const json_t *object, const char *path, bool required,
                              const json_t **out, struct wire_problem *p)
{
    enum wire_code rc = request_member(object, path, required, out, p);
    if (rc == WIRE_OK && *out && !json_is_object(*out))
        return wire_refuse(p, WIRE_TYPE, path, NULL, "an object is expected");
    return rc;
}

enum wire_code request_array(const struct wire_input *in, const json_t *object,
                             const char *path, const json_t **out, struct wire_problem *p)
{
    enum wire_code rc = request_member(object, path, false, out, p);
    if (rc != WIRE_OK || !*out)
        return rc;
    if (!json_is_array(*out))
        return wire_refuse(p, WIRE_TYPE, path, NULL, "an array is expected");
    if (json_array_size(*out) > in->limits->elements)
        return wire_refuse(p, WIRE_TOO_LARGE, path, NULL, "the list has too many elements");
    return WIRE_OK;
}

enum wire_code request_string(const struct wire_input *in, const json_t *object,
                              const char *path, const char **out, struct wire_problem *p)
{
    const json_t *value;
    enum wire_code rc = request_member(object, path, true, &value, p);
    if (rc != WIRE_OK)
        return rc;
    if (!json_is_string(value))
        return wire_refuse(p, WIRE_TYPE, path, NULL, "a string is expected");
    *out = arena_strdup(in->arena, json_string_value(value));
    return *out ? WIRE_OK : request_no_memory(p);
}

static enum wire_code add_name(const struct wire_input *in, struct map *seen, const char *name,
                               struct wire_names *out)
{
    union map_value *at = map_at_str(seen, name);
    if (!at)
        return WIRE_NO_MEMORY;
    if (at->u)
        return WIRE_OK;
    at->u = 1;
    out->v[out->n] = arena_strdup(in->arena, name);
    return out->v[out->n++] ? WIRE_OK : WIRE_NO_MEMORY;
}

/* A list of names; duplicates count once. */
enum wire_code request_names(const struct wire_input *in, const json_t *object,
                             const char *path, struct wire_names *out, struct wire_problem *p)
{
    const json_t *array;
    enum wire_code rc = request_array(in, object, path, &array, p);
    *out = (struct wire_names){0};
    if (rc != WIRE_OK || !array)
        return rc;
    struct map *seen = map_new();
    out->present = true;
    out->v = ARENA_ARRAY(in->arena, json_array_size(array) + 1, const char *);
    if (!seen || !out->v)
        rc = request_no_memory(p);
    for (size_t i = 0; rc == WIRE_OK && i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        if (!json_is_string(item))
            rc = request_bad_value(p, path, item, "a string is expected");
        else if (add_name(in, seen, json_string_value(item), out) != WIRE_OK)
            rc = request_no_memory(p);
    }
    map_free(&seen);
    return rc;
}

enum wire_code request_required_names(const struct wire_input *in, const json_t *object,
                                      const char *path, struct wire_names *out,
                                      struct wire_problem *p)
{
    enum wire_code rc = request_names(in, object, path, out, p);
    if (rc == WIRE_OK && !out->present)
        return wire_refuse(p, WIRE_MISSING, path, NULL, "the member is required");
    return rc;
}

/* --- addresses --- */

bool wire_typed_address(struct slice s, struct addr *out)
{
    bool six = slice_starts(s, "ipv6:");
    if (!six && !slice_starts(s, "ipv4:"))
        return false;
    s.p += 5;
    s.n -= 5;
    return addr_parse_as(six ? 6 : 4, s, out);
}

static enum wire_code add_endpoint(const struct wire_input *in, struct map *seen,
                                   const char *text, struct wire_endpoints *out)
{
    struct wire_endpoint *to = &out->v[out->n];
    union map_value *at = map_at(seen, &to->addr, sizeof(to->addr));
    if (!at)
        return WIRE_NO_MEMORY;
    if (at->u)
        return WIRE_OK;
    at->u = 1;
    to->text = arena_strdup(in->arena, text);
    out->n++;
    return to->text ? WIRE_OK : WIRE_NO_MEMORY;
}

enum wire_code request_endpoints(const struct wire_input *in, const json_t *object,
                                 const char *path, struct wire_endpoints *out,
                                 struct wire_problem *p)
{
    const json_t *array;
    enum wire_code rc = request_array(in, object, path, &array, p);
    *out = (struct wire_endpoints){0};
    if (rc != WIRE_OK || !array)
        return rc;
    struct map *seen = map_new();
    out->v = ARENA_ARRAY(in->arena, json_array_size(array) + 1, struct wire_endpoint);
    if (!seen || !out->v)
        rc = request_no_memory(p);
    for (size_t i = 0; rc == WIRE_OK && i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        const char *text = json_string_value(item);
        if (!text || !wire_typed_address(slice_of(text), &out->v[out->n].addr))
            rc = request_bad_value(p, path, item,
                                   "an address \"ipv4:A\" or \"ipv6:A\" is expected");
        else if (add_endpoint(in, seen, text, out) != WIRE_OK)
            rc = request_no_memory(p);
    }
    map_free(&seen);
    return rc;
}

/* --- requests --- */

enum wire_code request_parse(const struct wire_input *in, json_t **out, struct wire_problem *p)
{
    struct err e = {0};
    *out = wire_tree(in->text, in->len, in->limits->depth, &e);
    if (!*out)
        return wire_refuse(p, e.code == ERR_NOMEM ? WIRE_NO_MEMORY : WIRE_SYNTAX, NULL, NULL,
                           e.msg);
    if (json_is_object(*out))
        return WIRE_OK;
    json_decref(*out);
    *out = NULL;
    return wire_refuse(p, WIRE_TYPE, NULL, NULL, "an object is expected");
}

enum wire_code wire_network_filter(const struct wire_input *in, struct wire_network_filter *out,
                                   struct wire_problem *p)
{
    json_t *root;
    enum wire_code rc = request_parse(in, &root, p);
    if (rc == WIRE_OK)
        rc = request_required_names(in, root, "pids", &out->pids, p);
    if (rc == WIRE_OK)
        rc = request_names(in, root, "address-types", &out->address_types, p);
    json_decref(root);
    return rc;
}

enum wire_code wire_property_params(const struct wire_input *in,
                                    struct wire_property_params *out, struct wire_problem *p)
{
    json_t *root;
    const json_t *endpoints;
    enum wire_code rc = request_parse(in, &root, p);
    if (rc == WIRE_OK)
        rc = request_required_names(in, root, "properties", &out->properties, p);
    if (rc == WIRE_OK)
        rc = request_member(root, "endpoints", true, &endpoints, p);
    if (rc == WIRE_OK)
        rc = request_endpoints(in, root, "endpoints", &out->endpoints, p);
    if (rc == WIRE_OK && out->properties.n == 0)
        rc = wire_refuse(p, WIRE_VALUE, "properties", NULL, "at least one is needed");
    if (rc == WIRE_OK && out->endpoints.n == 0)
        rc = wire_refuse(p, WIRE_VALUE, "endpoints", NULL, "at least one is needed");
    json_decref(root);
    return rc;
}

enum wire_code wire_entity_params(const struct wire_input *in, struct wire_entity_params *out,
                                  struct wire_problem *p)
{
    json_t *root;
    enum wire_code rc = request_parse(in, &root, p);
    if (rc == WIRE_OK)
        rc = request_required_names(in, root, "entities", &out->entities, p);
    if (rc == WIRE_OK)
        rc = request_names(in, root, "properties", &out->properties, p);
    json_decref(root);
    return rc;
}
