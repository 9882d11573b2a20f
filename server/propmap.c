/* SPDX-License-Identifier: Apache-2.0 */
#include "server/propmap.h"

#include <string.h>

#include "base/map.h"
#include "server/policy.h"

bool propmap_wants(const struct prop_selection *sel, const char *name)
{
    if (sel && sel->without && strcmp(sel->without, name) == 0)
        return false;
    if (!sel || !sel->names || sel->names->n == 0)
        return true;
    for (size_t i = 0; i < sel->names->n; i++) {
        if (strcmp(sel->names->v[i], name) == 0)
            return true;
    }
    return false;
}

int propmap_begin(struct propmap *m, struct buf *out, const struct wire_meta *meta,
                  struct err *e)
{
    *m = (struct propmap){.out = out, .seen = map_new()};
    if (!m->seen)
        return err_set(e, ERR_NOMEM, "no memory for a property map");
    wire_put_head(out, meta, "property-map");
    buf_char(out, '{');
    return 0;
}

void propmap_end(struct propmap *m)
{
    buf_str(m->out, "}}");
    map_free(&m->seen);
}

/* Starts an entity, unless it is there already. */
static bool open_entity(struct propmap *m, const char *id)
{
    union map_value *at = map_at_str(m->seen, id);
    m->out->failed |= !at;
    if (!at || at->u)
        return false;
    at->u = 1;
    if (m->n++ > 0)
        buf_char(m->out, ',');
    buf_json_str(m->out, id);
    buf_str(m->out, ":{");
    return true;
}

static void put_property(struct buf *b, bool *some, const char *name, const char *json)
{
    if (*some)
        buf_char(b, ',');
    *some = true;
    buf_json_str(b, name);
    buf_char(b, ':');
    buf_str(b, json);
}

void propmap_named(struct propmap *m, const char *domain, const struct named_entity *entity,
                   const struct prop_selection *sel)
{
    struct buf id = {0};
    size_t wanted = 0;
    bool some = false;
    for (size_t i = 0; i < entity->n; i++)
        wanted += propmap_wants(sel, entity->names[i]);
    if (wanted == 0)
        return;
    buf_printf(&id, "%s:%s", domain, entity->name);
    m->out->failed |= id.failed;
    if (!id.failed && open_entity(m, id.data)) {
        for (size_t i = 0; i < entity->n; i++) {
            if ((!sel || !sel->bare) && propmap_wants(sel, entity->names[i]))
                put_property(m->out, &some, entity->names[i], entity->json[i]);
        }
        buf_char(m->out, '}');
    }
    buf_free(&id);
}

void propmap_link(struct propmap *m, const struct view *v, const struct named_entity *link,
                  const struct prop_selection *sel)
{
    struct prop_selection told = sel ? *sel : (struct prop_selection){0};
    if (!may_show_capacity(v, link->link))
        told.without = "max-reservable-bandwidth";
    if (may_name_link(v, link->link))
        propmap_named(m, ".ane", link, &told);
}

void propmap_addresses(struct propmap *m, const struct prop_entities *list,
                       const char *const *columns, const struct prop_selection *sel)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct prop_entity *entity = &list->v[i];
        bool some = false;
        if (!open_entity(m, entity->id))
            continue;
        for (size_t k = 0; k < entity->n; k++) {
            if (!sel || !sel->bare)
                put_property(m->out, &some, columns[entity->v[k].column], entity->v[k].json);
        }
        buf_char(m->out, '}');
    }
}

void propmap_put_mapping(struct buf *b, const char *domain, const char *const *names, size_t n,
                         bool comma)
{
    if (comma)
        buf_char(b, ',');
    buf_json_str(b, domain);
    buf_char(b, ':');
    wire_put_strings(b, names, n);
}
