/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The information resource directory (RFC 7285 section 9): what each resource says of itself,
 * as far as the caller may know of it.
 */
#include <string.h>

#include "server/auth.h"
#include "server/costs.h"
#include "server/edition.h"

/* One directory for all: it is made with the merged atlas. */
static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_ird, .atlas = atlas};
    return atlas->snapshot ? edition_add(ed, &r, "directory", "/directory", e) : 0;
}

static void put_cost_type(struct buf *b, bool *some, const char *name, const char *mode,
                          const struct atlas_metric *m)
{
    if (!name)
        return;
    if (*some)
        buf_char(b, ',');
    *some = true;
    buf_json_str(b, name);
    buf_printf(b, ":{\"cost-mode\":\"%s\",\"cost-metric\":", mode);
    buf_json_str(b, m->name);
    if (m->cost_source)
        buf_printf(b, ",\"cost-context\":{\"cost-source\":\"%s\"}", m->cost_source);
    if (m->description) {
        buf_str(b, ",\"description\":");
        buf_json_str(b, m->description);
    }
    buf_char(b, '}');
}

/* Names of cost types are common to all atlases: one of a name suffices. */
static bool named_before(const struct edition *ed, size_t before, const struct atlas_metric *m)
{
    for (size_t i = 0; i < before; i++) {
        const struct atlas *atlas = edition_resource(ed, i)->atlas;
        for (size_t k = 0; edition_lists(ed, atlas) && k < atlas->n_metrics; k++) {
            if (&atlas->metrics[k] != m && strcmp(atlas->metrics[k].name, m->name) == 0)
                return true;
        }
    }
    return false;
}

static void put_cost_types(const struct edition *ed, const struct atlas *merged,
                           unsigned visible, struct buf *b)
{
    bool some = false;
    buf_str(b, "\"cost-types\":{");
    for (size_t i = 0; i < edition_count(ed); i++) {
        const struct resource *r = edition_resource(ed, i);
        if (r->ops != &resource_network_map || !edition_lists(ed, r->atlas))
            continue; /* one of these for each atlas */
        for (size_t k = 0; k < r->atlas->n_metrics; k++) {
            const struct atlas_metric *m = &r->atlas->metrics[k];
            if (named_before(ed, i, m))
                continue;
            put_cost_type(b, &some, m->numerical_name, "numerical", m);
            put_cost_type(b, &some, m->ordinal_name, "ordinal", m);
        }
    }
    if ((visible & GRANT_PATH_VECTOR) && edition_lists(ed, merged))
        buf_printf(b,
                   "%s\"" COST_NAME_PATH "\":{\"cost-mode\":\"" COST_MODE_ARRAY
                   "\",\"cost-metric\":\"" COST_METRIC_ANES "\"}",
                   some ? "," : "");
    buf_char(b, '}');
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
    bool some = false;
    seen.grants = auth_visible(v->settings, &q->caller);
    buf_str(b, "{\"meta\":{");
    put_cost_types(ed, r->atlas, seen.grants, b);
    buf_str(b, ",\"default-alto-network-map\":");
    buf_json_str(b, edition_default_map(ed));
    buf_str(b, "},\"resources\":{");
    for (size_t i = 0; i < edition_count(ed); i++) {
        const struct resource *other = edition_resource(ed, i);
        if (other == r || other->unlisted ||
            (other->ops->grants & seen.grants) != other->ops->grants)
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
