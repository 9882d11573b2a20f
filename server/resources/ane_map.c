/* SPDX-License-Identifier: Apache-2.0 */
/* Links that the configuration or their domains let be named: the property map that defines
 * persistent ANEs (RFC 9275 section 6.2.4). */
#include "server/edition.h"
#include "server/propmap.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_ane_map, .atlas = atlas};
    const struct named_entity *links;
    if (!atlas->snapshot || props_named(edition_props(ed), PROPS_ANE, &links) == 0)
        return 0;
    return edition_add(ed, &r, "anes", "/anes", e);
}

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    const char *const *names;
    size_t n = props_names(edition_props(v->edition), PROPS_ANE, &names);
    (void)r;
    buf_str(&d->capabilities, "{\"mappings\":{");
    propmap_put_mapping(&d->capabilities, ".ane", names, n, false);
    buf_str(&d->capabilities, "}}");
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    struct wire_vtag own = {r->id, r->atlas->cost_tag};
    struct wire_meta meta = {.vtag = &own};
    const struct named_entity *links;
    size_t n = props_named(edition_props(v->edition), PROPS_ANE, &links);
    struct propmap m;
    (void)q;
    int rc = propmap_begin(&m, &out->body, &meta, e);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < n; i++)
        propmap_link(&m, v, &links[i], NULL);
    propmap_end(&m);
    out->entries = m.n;
    return 0;
}

const struct resource_ops resource_ane_map = {
    .kind = "ane-map",
    .media_type = MEDIA_PROPERTY_MAP,
    .grants = GRANT_PATH_VECTOR,
    .list = list,
    .describe = describe,
    .answer = answer,
};
