/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The information resource directory (RFC 7285 section 9): what each resource says of itself,
 * as far as the caller may know of it.
 */
#include <string.h>

#include "base/map.h"
#include "server/auth.h"
#include "server/edition.h"
#include "server/offer.h"

/* One directory for all: it is made with the merged atlas. */
static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_ird, .atlas = atlas};
    return atlas->snapshot ? edition_add(ed, &r, "directory", "/directory", e) : 0;
}

/* The server's own directory, or one of a view: it lists what names it. */
static bool lists(const struct resource *directory, const struct resource *r,
                  const struct view *v)
{
    const char *own = directory->offer ? directory->id : NULL;
    bool here = own ? r->directory && strcmp(r->directory, own) == 0 : !r->directory;
    return here && r != directory && !r->unlisted &&
           (r->ops->grants & v->grants) == r->ops->grants && resource_is_for(r, v->class);
}

static void put_cost_type(struct buf *b, const struct offered_cost *type)
{
    buf_json_str(b, type->name);
    buf_str(b, ":{\"cost-mode\":");
    buf_json_str(b, type->mode);
    buf_str(b, ",\"cost-metric\":");
    buf_json_str(b, type->metric);
    if (type->context)
        buf_printf(b, ",\"cost-context\":%s", type->context);
    if (type->description) {
        buf_str(b, ",\"description\":");
        buf_json_str(b, type->description);
    }
    buf_char(b, '}');
}

/* A name stands once: what it means is the same wherever it is used (RFC 7285 section 9.2.2).
 */
static int put_cost_types(const struct resource *directory, const struct edition *ed,
                          const struct view *v, struct buf *b)
{
    struct map *seen = map_new();
    const char *comma = "\"cost-types\":{";
    for (size_t i = 0; seen && i < edition_count(ed); i++) {
        const struct resource *r = edition_resource(ed, i);
        const struct cost_offer *costs = resource_costs(r);
        if (!costs || !lists(directory, r, v))
            continue;
        bool one = r->ops == &resource_cost_map;
        for (size_t k = one ? r->metric : 0; k < (one ? r->metric + 1 : costs->n); k++) {
            union map_value *at = map_at_str(seen, costs->v[k].name);
            b->failed |= !at;
            if (!at || at->u)
                continue;
            at->u = 1;
            buf_str(b, comma);
            put_cost_type(b, &costs->v[k]);
            comma = ",";
        }
    }
    buf_str(b, strcmp(comma, ",") == 0 ? "}" : "");
    bool ok = seen != NULL;
    map_free(&seen);
    return ok ? 0 : ERR_NOMEM;
}

static int put_resource(const struct resource *r, const struct view *v, const char *base,
                        const struct request *q, struct buf *b)
{
    struct description d = {0};
    if (r->ops->describe)
        r->ops->describe(r, v, &d);
    struct wire_entry entry = {.id = r->id,
                               .uri = arena_printf(q->arena, "%s%s", base, r->path),
                               .media_type = r->ops->media_type,
                               .accepts = r->ops->accepts,
                               .capabilities = buf_cstr(&d.capabilities),
                               .uses = d.more_uses.n > 0 ? d.more_uses.v : d.uses,
                               .n_uses = d.more_uses.n > 0 ? d.more_uses.n : d.n_uses};
    bool failed = d.capabilities.failed || !entry.uri;
    if (!failed)
        wire_put_entry(b, &entry);
    description_free(&d);
    return failed ? ERR_NOMEM : 0;
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    const struct edition *ed = v->edition;
    struct buf *b = &out->body;
    struct view seen = *v;
    const char *base = request_base(q, v->settings);
    const char *map = r->offer ? r->offer->view->default_map : edition_default_map(ed);
    bool some = false;
    seen.grants = auth_visible(v->settings, &q->caller);
    buf_str(b, "{\"meta\":{");
    if (put_cost_types(r, ed, &seen, b) < 0)
        return err_set(e, ERR_NOMEM, "no memory for the directory");
    if (map) {
        buf_str(b, b->len > 0 && b->data[b->len - 1] == '}' ? "," : "");
        buf_str(b, "\"default-alto-network-map\":");
        buf_json_str(b, map);
    }
    buf_str(b, "},\"resources\":{");
    for (size_t i = 0; i < edition_count(ed); i++) {
        const struct resource *other = edition_resource(ed, i);
        if (!lists(r, other, &seen))
            continue;
        if (some)
            buf_char(b, ',');
        some = true;
        if (!base || put_resource(other, &seen, base, q, b) < 0)
            return err_set(e, ERR_NOMEM, "no memory for the directory");
    }
    buf_str(b, "}}");
    return 0;
}

const struct resource_ops resource_ird = {
    .kind = "directory",
    .media_type = MEDIA_DIRECTORY,
    .list = list,
    .answer = answer,
};
