/* SPDX-License-Identifier: Apache-2.0 */
/* The property map of addresses and PIDs, full (RFC 9240 section 7). */
#include "server/edition.h"
#include "server/propmap.h"
#include "server/viewmap.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_property_map, .atlas = atlas};
    return atlas->snapshot ? edition_add(ed, &r, "propmap", "/propmap", e) : 0;
}

static void describe_merged(const struct resource *r, const struct view *v,
                            struct description *d)
{
    const struct props *p = edition_props(v->edition);
    const char *const *columns, *const *pids;
    size_t n = props_columns(p, &columns), n_pids = props_names(p, PROPS_PID, &pids);
    struct buf domain = {0};
    buf_str(&d->capabilities, "{\"mappings\":{");
    propmap_put_mapping(&d->capabilities, "ipv4", columns, n, false);
    propmap_put_mapping(&d->capabilities, "ipv6", columns, n, true);
    buf_printf(&domain, "%s.pid", r->atlas->map_id);
    if (n_pids > 0)
        propmap_put_mapping(&d->capabilities, buf_cstr(&domain), pids, n_pids, true);
    buf_str(&d->capabilities, "}}");
    d->capabilities.failed |= domain.failed;
    buf_free(&domain);
    d->uses[d->n_uses++] = r->atlas->map_id;
}

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    if (r->offer)
        viewmap_describe(r, d);
    else
        describe_merged(r, v, d);
}

static int put_addresses(const struct props *p, struct propmap *m, struct arena *a,
                         struct err *e)
{
    const char *const *columns;
    size_t n = props_columns(p, &columns);
    bool *wanted = ARENA_ARRAY(a, n + 1, bool);
    struct prop_entities entities = {0};
    struct props_query query = {p, wanted, a};
    int rc = wanted ? 0 : err_set(e, ERR_NOMEM, "no memory for a property map");
    for (size_t i = 0; wanted && i < n; i++)
        wanted[i] = true;
    if (rc == 0)
        rc = props_all(&query, 4, &entities, e);
    if (rc == 0)
        rc = props_all(&query, 6, &entities, e);
    if (rc == 0)
        propmap_addresses(m, &entities, columns, NULL);
    VEC_FREE(&entities);
    return rc;
}

/* The first map that it depends on is the network map, whose PIDs it has. */
static int put_merged(const struct wire_meta *meta, const struct view *v, struct arena *a,
                      struct reply *out, struct err *e)
{
    const struct props *p = edition_props(v->edition);
    const struct named_entity *pids;
    size_t n = props_named(p, PROPS_PID, &pids);
    const char *domain = arena_printf(a, "%s.pid", meta->dependent[0].id);
    struct propmap m;
    int rc = propmap_begin(&m, &out->body, meta, e);
    if (rc == 0 && !domain)
        rc = err_set(e, ERR_NOMEM, "no memory for a property map");
    if (rc == 0)
        rc = put_addresses(p, &m, a, e);
    for (size_t i = 0; rc == 0 && i < n; i++)
        propmap_named(&m, domain, &pids[i], NULL);
    propmap_end(&m);
    out->entries = m.n;
    return rc;
}

/* The tag is of the properties alone: the hash of the map without one. */
static int answer_merged(const struct resource *r, const struct view *v,
                         const struct request *q, struct reply *out, struct err *e)
{
    struct wire_vtag map = {r->atlas->map_id, r->atlas->tag}, own = {r->id, ""};
    const struct wire_meta meta = {.vtag = &own, .dependent = &map, .n_dependent = 1};
    char etag[36] = "";
    int rc = put_merged(&meta, v, q->arena, out, e);
    if (rc < 0)
        return rc;
    if (out->body.failed || edition_etag(out->body.data, out->body.len, etag) < 0)
        return err_set(e, ERR_NOMEM, "no memory for a property map");
    etag[33] = 0; /* the quote behind it */
    own.tag = etag + 1;
    buf_reset(&out->body);
    return put_merged(&meta, v, q->arena, out, e);
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    return r->offer ? viewmap_full(r, v, q, out, e) : answer_merged(r, v, q, out, e);
}

const struct resource_ops resource_property_map = {
    .kind = "property-map",
    .media_type = MEDIA_PROPERTY_MAP,
    .cached = true,
    .list = list,
    .describe = describe,
    .answer = answer,
};
