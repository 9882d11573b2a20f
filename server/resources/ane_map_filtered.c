/* SPDX-License-Identifier: Apache-2.0 */
/* Links that may be named, filtered (RFC 9240 section 8, RFC 9275 section 6.4.3). */
#include <string.h>

#include "server/edition.h"
#include "server/policy.h"
#include "server/problem.h"
#include "server/propmap.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_ane_map_filtered, .atlas = atlas};
    const struct named_entity *links;
    if (!atlas->snapshot || props_named(edition_props(ed), PROPS_ANE, &links) == 0)
        return 0;
    return edition_add(ed, &r, "anes-filtered", "/anes/filtered", e);
}

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    resource_ane_map.describe(r, v, d);
}

/* ".ane:NAME", or "MAP.ane:NAME" as a persistent-entity-id has it. */
static const struct named_entity *find(const struct view *v, const char *map, const char *text)
{
    const struct named_entity *link = NULL;
    size_t n = map ? strlen(map) : 0;
    if (n > 0 && strncmp(text, map, n) == 0)
        text += n;
    if (strncmp(text, ".ane:", 5) == 0)
        link = props_find(edition_props(v->edition), PROPS_ANE, text + 5);
    return link && may_name_link(v, link->link) ? link : NULL;
}

static bool known_property(const struct props *p, const char *name)
{
    const char *const *names;
    size_t n = props_names(p, PROPS_ANE, &names);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    const struct props *p = edition_props(v->edition);
    const struct resource *map = edition_of_kind(v->edition, "ane-map", r->atlas);
    const char *map_id = map ? map->id : NULL;
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_entity_params f = {0};
    struct wire_problem problem;
    struct wire_meta meta = {0};
    const struct named_entity *links;
    size_t n = props_named(p, PROPS_ANE, &links);
    struct propmap m;
    if (wire_entity_params(&in, &f, &problem) != WIRE_OK)
        return problem_alto(out, &problem);
    for (size_t i = 0; i < f.properties.n; i++) {
        if (!known_property(p, f.properties.v[i]))
            return problem_value(out, "properties", f.properties.v[i]);
    }
    for (size_t i = 0; i < f.entities.n; i++) {
        if (!find(v, map_id, f.entities.v[i]))
            return problem_value(out, "entities", f.entities.v[i]);
    }
    struct prop_selection sel = {.names = &f.properties, .bare = !f.properties.present};
    int rc = propmap_begin(&m, &out->body, &meta, e);
    if (rc < 0)
        return rc;
    for (size_t i = 0; f.entities.n == 0 && i < n; i++)
        propmap_link(&m, v, &links[i], &sel);
    for (size_t i = 0; i < f.entities.n; i++)
        propmap_link(&m, v, find(v, map_id, f.entities.v[i]), &sel);
    propmap_end(&m);
    return 0;
}

const struct resource_ops resource_ane_map_filtered = {
    .kind = "filtered-ane-map",
    .media_type = MEDIA_PROPERTY_MAP,
    .accepts = MEDIA_PROPERTY_PARAMS,
    .grants = GRANT_PATH_VECTOR,
    .slow = true,
    .list = list,
    .describe = describe,
    .answer = answer,
};
