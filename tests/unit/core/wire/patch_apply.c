/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/core/wire/patch_apply.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* As the pseudo-code of RFC 7396 section 2 has it. */
json_t *merge_apply(json_t *target, const json_t *patch)
{
    const char *name;
    json_t *value;
    if (!json_is_object(patch)) {
        json_decref(target);
        return json_deep_copy(patch);
    }
    if (!json_is_object(target)) {
        json_decref(target);
        target = json_object();
    }
    json_object_foreach((json_t *)(uintptr_t)patch, name, value)
    {
        if (json_is_null(value))
            json_object_del(target, name);
        else
            json_object_set_new(target, name,
                                merge_apply(json_incref(json_object_get(target, name)), value));
    }
    return target;
}

/* RFC 6901: the first token of a pointer, decoded; the rest in *rest. */
static void next_token(const char *pointer, char *token, const char **rest)
{
    const char *p = pointer + 1;
    for (; *p && *p != '/'; p++) {
        char c = *p;
        if (c == '~')
            c = *++p == '1' ? '/' : '~';
        *token++ = c;
    }
    *token = 0;
    *rest = p;
}

static bool change_member(json_t *object, const char *name, const char *op, json_t *value)
{
    if (strcmp(op, "add") != 0 && !json_object_get(object, name))
        return false;
    return (value ? json_object_set(object, name, value) : json_object_del(object, name)) == 0;
}

static bool change_element(json_t *array, const char *name, const char *op, json_t *value)
{
    char *end;
    size_t size = json_array_size(array);
    size_t i = strcmp(name, "-") == 0 ? size : strtoul(name, &end, 10);
    if (strcmp(op, "add") == 0)
        return i <= size && json_array_insert(array, i, value) == 0;
    if (i >= size)
        return false;
    return (value ? json_array_set(array, i, value) : json_array_remove(array, i)) == 0;
}

static bool operate(json_t *at, const char *pointer, const char *op, json_t *value)
{
    const char *rest;
    char *token = malloc(strlen(pointer) + 1);
    next_token(pointer, token, &rest);
    bool ok;
    if (*rest) {
        json_t *child = json_is_object(at) ? json_object_get(at, token)
                                           : json_array_get(at, strtoul(token, NULL, 10));
        ok = child && operate(child, rest, op, value);
    } else if (json_is_object(at)) {
        ok = change_member(at, token, op, value);
    } else {
        ok = json_is_array(at) && change_element(at, token, op, value);
    }
    free(token);
    return ok;
}

json_t *json_patch_apply(json_t *target, const json_t *patch)
{
    size_t i;
    json_t *item;
    json_array_foreach(patch, i, item)
    {
        const char *op = json_string_value(json_object_get(item, "op"));
        const char *path = json_string_value(json_object_get(item, "path"));
        json_t *value = json_deep_copy(json_object_get(item, "value"));
        bool ok = op && path && (!value == !strcmp(op, "remove"));
        if (ok && *path == 0) {
            json_decref(target);
            target = json_incref(value);
        } else {
            ok = ok && operate(target, path, op, value);
        }
        json_decref(value);
        if (!ok) {
            json_decref(target);
            return NULL;
        }
    }
    return target;
}
