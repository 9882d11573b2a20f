/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/entities.h"

#include <stdlib.h>
#include <string.h>

#include "wire/entities_private.h"
#include "wire/tree.h"

#define DEPTH 32

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for properties");
}

const char *wire_json_text(const json_t *value, struct arena *a)
{
    char *dump = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    const char *text = dump ? arena_strdup(a, dump) : NULL;
    free(dump);
    return text;
}

static int read_entity(const char *id, const json_t *from, struct arena *a,
                       struct wire_entity *out, struct err *e)
{
    const char *name;
    json_t *value;
    if (!json_is_object(from))
        return err_set(e, ERR_SCHEMA, "entity '%s' is no object", id);
    out->id = arena_strdup(a, id);
    out->v = ARENA_ARRAY(a, json_object_size(from) + 1, struct wire_property);
    if (!out->id || !out->v)
        return nomem(e);
    json_object_foreach((json_t *)(uintptr_t)from, name, value)
    {
        struct wire_property *to = &out->v[out->n++];
        to->name = arena_strdup(a, name);
        to->json = wire_json_text(value, a);
        if (!to->name || !to->json)
            return nomem(e);
    }
    return 0;
}

int wire_entities_of(const json_t *from, struct arena *a, struct wire_entities *out,
                     struct err *e)
{
    const char *id;
    json_t *entity;
    *out = (struct wire_entities){0};
    if (!json_is_object(from))
        return err_set(e, ERR_SCHEMA, "the entities are missing or no object");
    out->v = ARENA_ARRAY(a, json_object_size(from) + 1, struct wire_entity);
    if (!out->v)
        return nomem(e);
    json_object_foreach((json_t *)(uintptr_t)from, id, entity)
    {
        int rc = read_entity(id, entity, a, &out->v[out->n++], e);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int wire_read_entities(struct slice text, const char *member, struct arena *a,
                       struct wire_entities *out, struct err *e)
{
    json_t *root = wire_tree(text.p, text.n, DEPTH, e);
    *out = (struct wire_entities){0};
    if (!root)
        return e ? e->code : ERR_PARSE;
    int rc = wire_entities_of(json_object_get(root, member), a, out, e);
    json_decref(root);
    return rc;
}

const char *wire_entity_property(const struct wire_entity *entity, const char *name)
{
    for (size_t i = 0; i < entity->n; i++) {
        if (strcmp(entity->v[i].name, name) == 0)
            return entity->v[i].json;
    }
    return NULL;
}
