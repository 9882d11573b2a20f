/* SPDX-License-Identifier: Apache-2.0 */
/* Finding resources in the information resource directory (RFC 7285 section 9.2). */
#include <string.h>

#include "client/private.h"

int rialto_directory(struct rialto *r, struct rialto_document **out, struct rialto_error *e)
{
    const struct call call = {.url = r->directory_url, .accept = MEDIA_DIRECTORY};
    int rc = client_get(r, &call, out, NULL, e);

    if (rc == 0 &&
        rialto_type(rialto_get(rialto_document_root(*out), "resources")) != RIALTO_OBJECT) {
        rialto_document_free(out);
        rc = error_set(e, RIALTO_E_REPLY, "the directory has no \"resources\"");
    }
    if (rc != 0)
        return rc;
    rialto_document_free(&r->directory);
    r->directory = document_ref(*out);
    return 0;
}

int directory_load(struct rialto *r, struct rialto_error *e)
{
    struct rialto_document *d;
    int rc;

    if (r->directory)
        return 0;
    rc = rialto_directory(r, &d, e);
    rialto_document_free(&d);
    return rc;
}

static const struct rialto_value *resources(const struct rialto *r)
{
    return rialto_get(rialto_document_root(r->directory), "resources");
}

static bool has_media(struct rialto *r, const struct rialto_value *entry, const struct want *w)
{
    const char *media = rialto_text(rialto_get(entry, "media-type"));
    const char *accepts = rialto_text(rialto_get(entry, "accepts"));
    const char *type;

    if (!media || !media_is(media, w->media) || !rialto_text(rialto_get(entry, "uri")))
        return false;
    if (w->accepts ? !accepts || !media_is(accepts, w->accepts) : accepts != NULL)
        return false;
    if (!w->type)
        return true;
    type = media_parameter(r->request, media, "type");
    return type && media_is(type, w->type);
}

/** RFC 9439 section 6.3: routingcost is an estimation, or not to be used. */
static bool is_usable(const struct rialto_value *type, const char *metric)
{
    const char *source =
        rialto_text(rialto_get(rialto_get(type, "cost-context"), "cost-source"));

    return !source || strcmp(metric, "routingcost") != 0 || strcmp(source, "estimation") == 0;
}

/** The cost type of that mode, with that metric or name, that the resource offers; NULL: none.
 */
static const struct rialto_value *
cost_type(const struct rialto *r, const struct rialto_value *entry, const struct want *w)
{
    const struct rialto_value *types =
        rialto_get(rialto_get(rialto_document_root(r->directory), "meta"), "cost-types");
    struct rialto_cursor c = {0};

    while (rialto_next(rialto_get(rialto_get(entry, "capabilities"), "cost-type-names"), &c)) {
        const char *name = rialto_text(c.value);
        const struct rialto_value *type = name ? rialto_get(types, name) : NULL;
        const char *mode = rialto_text(rialto_get(type, "cost-mode"));
        const char *metric = rialto_text(rialto_get(type, "cost-metric"));
        if (mode && metric && strcmp(mode, w->mode) == 0 && is_usable(type, metric) &&
            (strcmp(metric, w->metric) == 0 || strcmp(name, w->metric) == 0))
            return type;
    }
    return NULL;
}

static bool uses(const struct rialto_value *entry, const char *id)
{
    struct rialto_cursor c = {0};

    while (rialto_next(rialto_get(entry, "uses"), &c)) {
        const char *used = rialto_text(c.value);
        if (used && strcmp(used, id) == 0)
            return true;
    }
    return false;
}

/** Completes what was found: `id` and `entry` are there. */
static int fill(struct rialto *r, const struct rialto_value *type, struct found *out,
                struct rialto_error *e)
{
    const char *uri = rialto_text(rialto_get(out->entry, "uri"));

    out->metric = rialto_text(rialto_get(type, "cost-metric"));
    out->mode = rialto_text(rialto_get(type, "cost-mode"));
    out->url = url_resolve(r->request, r->directory_url, uri);
    if (!out->url)
        return error_set(e, RIALTO_E_REPLY, "the directory's URI of %s is no http URL: %s",
                         out->id, uri);
    return 0;
}

static const char *default_map(const struct rialto *r)
{
    return rialto_text(rialto_get(rialto_get(rialto_document_root(r->directory), "meta"),
                                  "default-alto-network-map"));
}

int directory_find(struct rialto *r, const struct want *w, struct found *out,
                   struct rialto_error *e)
{
    const struct rialto_value *best = NULL, *best_type = NULL;
    const char *best_id = NULL, *map;
    struct rialto_cursor c = {0};

    if (directory_load(r, e) != 0)
        return e ? e->code : RIALTO_E_REPLY;
    map = default_map(r);
    while (rialto_next(resources(r), &c)) {
        const struct rialto_value *type = NULL;
        if (!has_media(r, c.value, w) || (w->mode && !(type = cost_type(r, c.value, w))))
            continue;
        if (best && !(map && uses(c.value, map) && !uses(best, map)))
            continue;
        best = c.value;
        best_type = type;
        best_id = c.key;
    }
    if (!best)
        return error_set(e, RIALTO_E_UNSUPPORTED, "the server offers no %s%s%s", w->media,
                         w->metric ? " for metric " : "", w->metric ? w->metric : "");
    *out = (struct found){.id = best_id, .entry = best};
    return fill(r, best_type, out, e);
}

int directory_map(struct rialto *r, const char *id, struct found *out, struct rialto_error *e)
{
    const struct want w = {.media = MEDIA_NETWORK_MAP};
    const struct rialto_value *entry;

    if (directory_load(r, e) != 0)
        return e ? e->code : RIALTO_E_REPLY;
    if (!id)
        id = default_map(r);
    if (!id)
        return directory_find(r, &w, out, e);
    entry = rialto_get(resources(r), id);
    if (!entry || !has_media(r, entry, &w))
        return error_set(e, RIALTO_E_UNSUPPORTED, "the server offers no network map %s", id);
    *out = (struct found){.id = id, .entry = entry};
    return fill(r, NULL, out, e);
}
