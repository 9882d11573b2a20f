/* SPDX-License-Identifier: Apache-2.0 */
/* What domains grant to schedulers of transfers. */
#include <string.h>

#include "client/private.h"

#define MEDIA_JSON "application/json"

int rialto_fts_grants(struct rialto *r, struct rialto_document **out, struct rialto_error *e)
{
    struct call call = {.accept = MEDIA_JSON};
    int rc;

    *out = NULL;
    call.url = arena_printf(r->request, "%s/fts/grants", r->base);
    rc = call.url ? client_send(r, &call, out, e) : error_nomem(e);
    if (rc == 0 &&
        rialto_type(rialto_get(rialto_document_root(*out), "grants")) != RIALTO_ARRAY) {
        rialto_document_free(out);
        rc = error_set(e, RIALTO_E_REPLY, "the reply lacks the list \"grants\"");
    }
    return rc;
}

/** The version that is there, as an entity tag; *out stays as it is where there is none. */
static int read_version(struct rialto *r, const char *url, const char **out,
                        struct rialto_error *e)
{
    struct call call = {.url = url, .accept = MEDIA_JSON};
    struct rialto_error why = {0};
    struct answer a = {0};
    int rc = client_call(r, &call, &a, &why);

    if (rc != 0 && why.status == 404)
        return 0;
    if (rc == 0 && !a.etag)
        rc = error_set(&why, RIALTO_E_REPLY, "the reply has no ETag");
    if (rc == 0)
        *out = a.etag;
    if (rc != 0 && e)
        *e = why;
    return rc;
}

int rialto_fts_put_grants(struct rialto *r, const struct rialto_hand_in *what,
                          struct rialto_document **out, struct rialto_error *e)
{
    struct call call = {.method = "PUT",
                        .accept = MEDIA_JSON,
                        .media = MEDIA_JSON,
                        .body = what->document,
                        .len = strlen(what->document),
                        .created = true};
    struct buf url = {0};
    const char *version = "";
    int rc;

    *out = NULL;
    buf_printf(&url, "%s/fts/grants/", r->base);
    buf_percent(&url, what->domain, strlen(what->domain));
    rc = url.failed ? error_nomem(e) : read_version(r, buf_cstr(&url), &version, e);
    if (rc == 0) {
        buf_str(&url, what->dry_run ? "?dry_run=true" : "");
        call.url = buf_cstr(&url);
        call.match = version;
        rc = url.failed ? error_nomem(e) : client_send(r, &call, out, e);
    }
    buf_free(&url);
    arena_rewind(r->request, r->empty);
    return rc;
}
