/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of distances, and Rucio's own REST API. */
#include <stdlib.h>
#include <string.h>

#include "client/private.h"

#define MEDIA_CSV  "text/csv"
#define MEDIA_JSON "application/json"

/** "site,rse,0.5": what Rucio takes; one line that is not so and it refuses the table. */
static bool is_line(struct slice line)
{
    struct slice part[3] = {0}, rest = line;
    double distance;
    size_t n = 0;

    while (n < 3 && slice_split(&rest, ',', &part[n]))
        n++;
    return n == 3 && !rest.p && part[0].n > 0 && part[1].n > 0 &&
           slice_real(part[2], &distance) && distance >= 0 && distance <= 1;
}

static int check_table(const char *text, size_t len, struct rialto_error *e)
{
    struct slice rest = {text, len}, line;
    size_t n = 0;

    if (len == 0 || text[len - 1] != '\n' || strlen(text) != len)
        return error_set(e, RIALTO_E_REPLY, "the table is empty or cut off");
    while (slice_line(&rest, &line)) {
        n++;
        if (!is_line(line))
            return error_set(e, RIALTO_E_REPLY,
                             "the table's line %zu is not SITE,RSE,DISTANCE with a distance "
                             "from 0 to 1",
                             n);
    }
    return 0;
}

void rialto_table_free(struct rialto_table **t)
{
    if (!*t)
        return;
    free((*t)->text);
    free((*t)->etag);
    free(*t);
    *t = NULL;
}

static int keep_table(const struct answer *a, struct rialto_table **out, struct rialto_error *e)
{
    struct rialto_table *t = calloc(1, sizeof(*t));

    *out = t;
    if (!t)
        return error_nomem(e);
    t->unchanged = a->status == 304;
    t->len = t->unchanged ? 0 : a->len;
    t->text = strndup(t->len ? a->body : "", t->len);
    t->etag = a->etag ? strdup(a->etag) : NULL;
    if (t->text && (t->etag || !a->etag))
        return 0;
    rialto_table_free(out);
    return error_nomem(e);
}

int rialto_rucio_table(struct rialto *r, const char *etag, struct rialto_table **out,
                       struct rialto_error *e)
{
    struct call call = {.accept = MEDIA_CSV, .etag = etag};
    struct answer a;
    int rc;

    *out = NULL;
    call.url = arena_printf(r->request, "%s/rucio/custom-distance.csv", r->base);
    rc = call.url ? client_call(r, &call, &a, e) : error_nomem(e);
    if (rc == 0 && a.status == 200 && (!a.media || !media_is(a.media, MEDIA_CSV)))
        rc = error_set(e, RIALTO_E_REPLY, "the reply is %s where " MEDIA_CSV " was asked for",
                       a.media ? a.media : "of no media type");
    if (rc == 0 && a.status == 200)
        rc = check_table(a.body, a.len, e);
    if (rc == 0)
        rc = keep_table(&a, out, e);
    arena_rewind(r->request, r->empty);
    return rc;
}

/** A JSON document that has an object of this name. */
static int get_object(struct rialto *r, const char *path, const char *name,
                      struct rialto_document **out, struct rialto_error *e)
{
    struct call call = {.accept = MEDIA_JSON};
    int rc;

    *out = NULL;
    call.url = arena_printf(r->request, "%s%s", r->base, path);
    rc = call.url ? client_send(r, &call, out, e) : error_nomem(e);
    if (rc == 0 && rialto_type(rialto_get(rialto_document_root(*out), name)) != RIALTO_OBJECT) {
        rialto_document_free(out);
        rc = error_set(e, RIALTO_E_REPLY, "the reply lacks the object \"%s\"", name);
    }
    return rc;
}

int rialto_rucio_distances(struct rialto *r, struct rialto_document **out,
                           struct rialto_error *e)
{
    return get_object(r, "/rucio/distances.json", "distances", out, e);
}

int rialto_rucio_export(struct rialto *r, struct rialto_document **out, struct rialto_error *e)
{
    int rc = get_object(r, "/export", "distances", out, e);

    return rc == 0 ? 0 : (error_in(e, "Rucio"), rc);
}

int rialto_rucio_import(struct rialto *r, const char *document, struct rialto_error *e)
{
    struct call call = {.accept = MEDIA_JSON,
                        .media = MEDIA_JSON,
                        .body = document,
                        .len = strlen(document),
                        .created = true};
    struct answer a;
    int rc;

    call.url = arena_printf(r->request, "%s/import", r->base);
    rc = call.url ? client_call(r, &call, &a, e) : error_nomem(e);
    arena_rewind(r->request, r->empty);
    return rc == 0 ? 0 : (error_in(e, "Rucio"), rc);
}
