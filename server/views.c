/* SPDX-License-Identifier: Apache-2.0 */
#include "server/views.h"

#include <string.h>

#include "base/log.h"
#include "server/updates.h"

static bool equal(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* Documents of one folder come from one source of a domain. */
static bool together(const struct snap_document *a, const struct snap_document *b)
{
    return strcmp(a->domain, b->domain) == 0 && a->origin && b->origin &&
           equal(a->origin->source, b->origin->source);
}

static bool has_document(const struct wire_view_resource *r, const char *name)
{
    for (size_t i = 0; i < r->n_documents; i++) {
        if (equal(r->documents[i], name))
            return true;
    }
    return false;
}

static bool is_of_atlas(const struct wire_view_resource *offer, const struct atlas *atlas)
{
    bool of = has_document(offer, atlas->document);
    for (size_t i = 0; i < atlas->n_metrics; i++)
        of |= has_document(offer, atlas->metrics[i].document);
    return of;
}

static bool matches(const struct wire_view_resource *offer, const struct resource *r)
{
    bool map = has_document(offer, r->atlas->document);
    const char *kind = offer->kind ? offer->kind : map ? "network-map" : "cost-map";
    if (strcmp(kind, r->ops->kind) != 0)
        return false;
    if (strcmp(kind, "network-map") == 0 || strcmp(kind, "filtered-network-map") == 0)
        return map;
    if (strcmp(kind, "cost-map") == 0)
        return has_document(offer, r->atlas->metrics[r->metric].document);
    return is_of_atlas(offer, r->atlas);
}

const struct wire_view_resource *views_offer(const struct resource *r)
{
    const struct wire_view *view = r->atlas->view;
    for (size_t i = 0; view && i < view->n_resources; i++) {
        if (matches(&view->resources[i], r))
            return &view->resources[i];
    }
    return NULL;
}

/* Paths that are the server's own. */
static bool is_reserved(const char *path)
{
    return strcmp(path, "/directory") == 0 || strcmp(path, "/livez") == 0 ||
           strncmp(path, STREAM_PATH, strlen(STREAM_PATH)) == 0 ||
           strncmp(path, VIEW_PATH, strlen(VIEW_PATH)) == 0 || strcmp(path, "/readyz") == 0 ||
           strncmp(path, "/api/", 5) == 0 || strncmp(path, "/domain/", 8) == 0;
}

static bool is_taken(const struct wire_view_resource *r, const struct atlas *earlier, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct wire_view *view = earlier[i].view;
        for (size_t k = 0; view && k < view->n_resources; k++) {
            if (strcmp(view->resources[k].id, r->id) == 0 ||
                strcmp(view->resources[k].path, r->path) == 0)
                return true;
        }
    }
    return false;
}

static int read_view(const struct snap_document *d, struct atlas *atlases, size_t n,
                     struct arena *a)
{
    struct wire_view *view = ARENA_NEW(a, struct wire_view);
    struct err e = {0};
    int rc = view ? wire_read_view(slice_of(d->body), a, view, &e) : ERR_NOMEM;
    for (size_t i = 0; rc == 0 && i < view->n_resources; i++) {
        const struct wire_view_resource *r = &view->resources[i];
        if (is_reserved(r->path))
            rc = err_set(&e, ERR_CONFLICT, "path %s is the server's own", r->path);
        else if (is_taken(r, atlases, n))
            rc = err_set(&e, ERR_CONFLICT, "%s or %s is taken by another view", r->id, r->path);
    }
    if (rc == ERR_NOMEM)
        return rc;
    if (rc < 0)
        log_warn("documents", "view %s/%s is not used: %s", d->domain, d->name, e.msg);
    else
        atlases[n].view = view;
    atlases[n].view_document = d;
    return 0;
}

static int find_view(const struct snapshot *s, const struct snap_document *d,
                     struct atlas *atlases, size_t n, struct arena *a)
{
    for (size_t i = 0; i < s->n_documents; i++) {
        const struct snap_document *view = &s->documents[i];
        if (strcmp(view->kind, "view") != 0 || !together(view, d))
            continue;
        for (size_t k = 0; k < n; k++) {
            if (atlases[k].view_document == view) { /* another map of the same folder */
                atlases[n].view = atlases[k].view;
                atlases[n].view_document = view;
                return 0;
            }
        }
        return read_view(view, atlases, n, a);
    }
    return 0;
}

int views_apply(const struct snapshot *s, const struct snap_document *d, struct atlas *atlases,
                size_t n, struct arena *a)
{
    struct atlas *out = &atlases[n];
    int rc = find_view(s, d, atlases, n, a);
    const struct resource map = {.ops = &resource_network_map, .atlas = out};
    const struct wire_view_resource *offer = rc == 0 ? views_offer(&map) : NULL;
    if (offer)
        out->map_id = offer->id;
    return rc;
}

const struct atlas *views_alone(const struct atlas *atlases, size_t n)
{
    const struct atlas *alone = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct wire_view *view = atlases[i].view;
        if (!view || view->merged)
            continue;
        if (equal(view->default_map, atlases[i].map_id))
            return &atlases[i];
        alone = alone ? alone : &atlases[i];
    }
    return alone;
}
