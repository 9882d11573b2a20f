/* SPDX-License-Identifier: Apache-2.0 */
#include "server/shelf.h"

#include <string.h>

#include "base/log.h"
#include "server/resource.h"
#include "server/updates.h"

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for documents");
}

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

bool shelf_means(const struct wire_view_resource *r, const struct shelf_document *d)
{
    return r->documents.n == 0 || wire_view_has(&r->documents, d->from->name);
}

bool shelf_fits(const struct wire_table *t, const struct atlas *map)
{
    return t->endpoints || !t->map_id ||
           (equal(t->map_id, map->given_id) && equal(t->map_tag, map->given_tag));
}

const struct atlas *shelf_map(const struct shelf *s, const char *id)
{
    for (size_t i = 0; id && i < s->n; i++) {
        if (s->documents[i].atlas && equal(s->documents[i].atlas->map_id, id))
            return s->documents[i].atlas;
    }
    return NULL;
}

/* --- documents --- */

/* Plain cost maps are matrices of their atlas already. */
static bool is_matrix(const struct snap_document *d, const struct atlas *atlases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < atlases[i].n_metrics; k++) {
            if (atlases[i].metrics[k].from == d)
                return true;
        }
    }
    return false;
}

static int read_costs(const struct snap_document *d, const struct wire_view *view,
                      struct shelf_document *out, struct arena *a, struct err *e)
{
    struct wire_table *table = ARENA_NEW(a, struct wire_table);
    out->table = table;
    return table ? wire_read_table(slice_of(d->body), view, a, table, e) : nomem(e);
}

/* RFC 7285 section 11.2.3.6: costs are of one version of a network map. */
static int check_version(const struct wire_table *t, const struct snap_document *d,
                         const struct atlas *atlases, size_t n, struct err *e)
{
    bool there = t->endpoints || !t->map_id;
    for (size_t i = 0; !there && i < n; i++)
        there = atlases[i].from && together(atlases[i].from, d) && shelf_fits(t, &atlases[i]);
    return there ? 0
                 : err_set(e, ERR_CONFLICT,
                           "it depends on network map %s, version %s, which is not there",
                           t->map_id, t->map_tag);
}

static int read_properties(const struct snap_document *d, struct shelf_document *out,
                           struct arena *a, struct err *e)
{
    struct wire_entities *entities = ARENA_NEW(a, struct wire_entities);
    bool map = strcmp(d->kind, "property-map") == 0;
    out->entities = entities;
    return entities ? wire_read_entities(slice_of(d->body),
                                         map ? "property-map" : "endpoint-properties", a,
                                         entities, e)
                    : nomem(e);
}

static int read_document(const struct snap_document *d, const struct wire_view *view,
                         struct shelf_document *out, struct arena *a, struct err *e)
{
    static const char *const costs[] = {"cost-map", "endpoint-cost", "calendar", "ane-path"};
    out->from = d;
    for (size_t i = 0; i < sizeof(costs) / sizeof(*costs); i++) {
        if (strcmp(d->kind, costs[i]) == 0)
            return read_costs(d, view, out, a, e);
    }
    if (strcmp(d->kind, "property-map") == 0 || strcmp(d->kind, "endpoint-property") == 0)
        return read_properties(d, out, a, e);
    if (strcmp(d->kind, "cdni-advertisement") != 0)
        return 0;
    struct wire_cdni *cdni = ARENA_NEW(a, struct wire_cdni);
    out->cdni = cdni;
    return cdni ? wire_read_cdni(slice_of(d->body), a, cdni, e) : nomem(e);
}

static void forget(struct shelf_document *d)
{
    *d = (struct shelf_document){0};
}

/* --- shelves --- */

/* Under what the view offers the network map. */
static const char *map_id(const struct wire_view *view, const char *document)
{
    for (size_t i = 0; i < view->n_resources; i++) {
        const struct wire_view_resource *r = &view->resources[i];
        if (wire_view_has(&r->documents, document) &&
            (!r->kind || strcmp(r->kind, "network-map") == 0))
            return r->id;
    }
    return NULL;
}

static int fill(struct shelf *shelf, const struct snapshot *s, struct atlas *atlases, size_t n,
                struct arena *a)
{
    shelf->documents = ARENA_ARRAY(a, s->n_documents + 1, struct shelf_document);
    if (!shelf->documents)
        return ERR_NOMEM;
    for (size_t i = 0; i < s->n_documents; i++) {
        const struct snap_document *d = &s->documents[i];
        struct shelf_document *to = &shelf->documents[shelf->n];
        struct err why = {0};
        if (!together(d, shelf->from) || strcmp(d->kind, "view") == 0)
            continue;
        to->from = d;
        for (size_t k = 0; k < n; k++) {
            if (atlases[k].from != d)
                continue;
            to->atlas = &atlases[k];
            atlases[k].viewed = true;
            const char *id = map_id(shelf->view, d->name);
            atlases[k].map_id = id ? id : atlases[k].map_id;
        }
        int rc = to->atlas || is_matrix(d, atlases, n)
                     ? 0
                     : read_document(d, shelf->view, to, a, &why);
        if (rc == 0 && to->table)
            rc = check_version(to->table, d, atlases, n, &why);
        if (rc == ERR_NOMEM)
            return rc;
        if (rc < 0) {
            log_warn("documents", "%s/%s is not served: %s", d->domain, d->name, why.msg);
            forget(to);
        } else {
            shelf->n++;
        }
    }
    return 0;
}

/* Paths that are the server's own. */
static bool is_reserved(const char *path)
{
    return strcmp(path, "/directory") == 0 || strcmp(path, "/livez") == 0 ||
           strcmp(path, "/readyz") == 0 || strcmp(path, "/metrics") == 0 ||
           strncmp(path, "/api/", 5) == 0 || strncmp(path, "/domain/", 8) == 0 ||
           strncmp(path, STREAM_PATH, strlen(STREAM_PATH)) == 0 ||
           strncmp(path, VIEW_PATH, strlen(VIEW_PATH)) == 0;
}

static bool is_own_id(const char *id, const char *own)
{
    size_t n = strlen(own);
    return strncmp(id, own, n) == 0 && id[n] == '-';
}

static bool is_taken(const struct wire_view_resource *r, const struct shelf *earlier, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct wire_view *view = earlier[i].view;
        for (size_t k = 0; k < view->n_resources; k++) {
            if (strcmp(view->resources[k].id, r->id) == 0 ||
                strcmp(view->resources[k].path, r->path) == 0)
                return true;
        }
    }
    return false;
}

/* Streams and TIPS may follow any number of resources. */
static bool uses_too_many(const struct wire_view_resource *r)
{
    return r->uses.n > DESCRIPTION_USES && !equal(r->kind, "update-stream") &&
           !equal(r->kind, "tips");
}

static int read_view(const struct snap_document *d, struct shelves *to, struct arena *a,
                     struct err *e)
{
    struct wire_view *view = ARENA_NEW(a, struct wire_view);
    int rc = view ? wire_read_view(slice_of(d->body), a, view, e) : nomem(e);
    for (size_t i = 0; rc == 0 && i < view->n_resources; i++) {
        const struct wire_view_resource *r = &view->resources[i];
        if (is_reserved(r->path))
            rc = err_set(e, ERR_CONFLICT, "path %s is the server's own", r->path);
        else if (is_own_id(r->id, to->own))
            rc = err_set(e, ERR_CONFLICT, "ids that begin with %s- are the server's own",
                         to->own);
        else if (is_taken(r, to->v, to->n))
            rc = err_set(e, ERR_CONFLICT, "%s or %s is taken by another view", r->id, r->path);
        else if (uses_too_many(r))
            rc = err_set(e, ERR_LIMIT, "%s uses more than %d resources", r->id,
                         DESCRIPTION_USES);
    }
    to->v[to->n] = (struct shelf){.from = d, .view = view};
    return rc;
}

static int make_atlas(struct shelf *shelf, struct atlas *out, struct arena *a)
{
    const char *domain = atlas_slug(shelf->from->domain, a);
    *out = (struct atlas){.viewed = true, .owned = lpm_new()};
    out->id = domain;
    out->path = domain ? arena_printf(a, "/domain/%s", domain) : NULL;
    out->map_id = out->tag = out->cost_tag = "";
    out->names = ARENA_ARRAY(a, 1, const char *);
    out->pid_of = out->owned;
    shelf->none = out;
    return out->path && out->names && out->owned ? 0 : ERR_NOMEM;
}

int shelves_read(struct shelves *out, const struct snapshot *s, struct arena *a, struct err *e)
{
    size_t maps = out->n_atlases;
    out->v = ARENA_ARRAY(a, s->n_documents + 1, struct shelf);
    if (!out->v)
        return nomem(e);
    for (size_t i = 0; i < s->n_documents; i++) {
        const struct snap_document *d = &s->documents[i];
        struct shelf *shelf = &out->v[out->n];
        struct err why = {0};
        if (strcmp(d->kind, "view") != 0)
            continue;
        int rc = read_view(d, out, a, &why);
        if (rc < 0 && rc != ERR_NOMEM) {
            log_warn("documents", "view %s/%s is not used: %s", d->domain, d->name, why.msg);
            continue;
        }
        if (rc == 0)
            rc = make_atlas(shelf, &out->atlases[out->n_atlases++], a);
        if (rc == 0)
            rc = fill(shelf, s, out->atlases, maps, a);
        if (rc < 0)
            return nomem(e);
        out->n++;
    }
    return 0;
}
