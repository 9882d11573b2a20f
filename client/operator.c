/* SPDX-License-Identifier: Apache-2.0 */
/* The operators' API beside ALTO (docs/api.md). */
#include <string.h>

#include "client/private.h"

static void add_parameter(struct buf *b, const char *name, const char *text)
{
    buf_printf(b, "%c%s=", memchr(b->data, '?', b->len) ? '&' : '?', name);
    buf_percent(b, text, strlen(text));
}

int rialto_path(struct rialto *r, const struct rialto_path_query *q,
                struct rialto_document **out, struct rialto_error *e)
{
    struct buf b = {0};
    struct call call;
    int rc;

    buf_printf(&b, "%s/api/v1/path", r->base);
    if (!b.failed) {
        add_parameter(&b, "src", q->src);
        add_parameter(&b, "dst", q->dst);
        if (q->table)
            add_parameter(&b, "table", q->table);
    }
    *out = NULL;
    call = (struct call){.url = buf_cstr(&b), .accept = "application/json"};
    rc = b.failed ? error_nomem(e) : client_send(r, &call, out, e);
    buf_free(&b);
    if (rc == 0 && rialto_type(rialto_document_root(*out)) != RIALTO_OBJECT) {
        rialto_document_free(out);
        rc = error_set(e, RIALTO_E_REPLY, "the path is not a JSON object");
    }
    return rc;
}

/** Lists are {"NAME": [...]}; the status is an object. */
static bool has_shape(const struct rialto_value *root, const char *what)
{
    if (strcmp(what, "status") == 0)
        return rialto_type(root) == RIALTO_OBJECT;
    return rialto_type(rialto_get(root, what)) == RIALTO_ARRAY;
}

int rialto_operator(struct rialto *r, const char *what, struct rialto_document **out,
                    struct rialto_error *e)
{
    static const char *const known[] = {"domains", "sources",   "disagreements",
                                        "links",   "endpoints", "status"};
    bool ok = false;
    char *url;
    int rc;

    *out = NULL;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        ok |= strcmp(known[i], what) == 0;
    if (!ok)
        return error_set(e, RIALTO_E_ARGUMENT, "no such list: %s", what);
    url = arena_printf(r->request, "%s/api/v1/%s", r->base, what);
    if (!url)
        return error_nomem(e);
    rc = client_get(r, &(struct call){.url = url, .accept = "application/json"}, out, NULL, e);
    if (rc == 0 && !has_shape(rialto_document_root(*out), what)) {
        rialto_document_free(out);
        rc = error_set(e, RIALTO_E_REPLY, "the reply lacks the list \"%s\"", what);
    }
    return rc;
}
