/* SPDX-License-Identifier: Apache-2.0 */
/* What handlers ask of a request. */
#include <string.h>
#include <strings.h>

#include "http/serve_private.h"

const char *serve_header(const struct serve_request *q, const char *name)
{
    return MHD_lookup_connection_value(q->call->connection, MHD_HEADER_KIND, name);
}

struct header_search {
    const char *name;
    struct buf *out;
    unsigned n;
};

static enum MHD_Result each_header(void *self, enum MHD_ValueKind kind, const char *key,
                                   const char *value)
{
    struct header_search *h = self;
    (void)kind;
    if (strcasecmp(key, h->name) != 0)
        return MHD_YES;
    if (h->n++ > 0 && h->out)
        buf_str(h->out, ", ");
    if (h->out)
        buf_str(h->out, value ? value : "");
    return MHD_YES;
}

unsigned serve_header_all(const struct serve_request *q, const char *name, struct buf *out)
{
    struct header_search h = {.name = name, .out = out};
    MHD_get_connection_values(q->call->connection, MHD_HEADER_KIND, each_header, &h);
    return h.n;
}

const char *serve_argument(const struct serve_request *q, const char *name)
{
    return MHD_lookup_connection_value(q->call->connection, MHD_GET_ARGUMENT_KIND, name);
}

bool serve_digest_user(const struct serve_request *q, char *out, size_t size)
{
    return digest_user(serve_header(q, "Authorization"), out, size);
}

static bool is_target(void *self, const char *uri, size_t n)
{
    const struct serve_call *call = self;
    return calls_target_hash(call->server, uri, n) == call->target;
}

enum serve_auth serve_digest(const struct serve_request *q, const char *realm, const char *user,
                             const char *password)
{
    struct digest_request r = {.authorization = serve_header(q, "Authorization"),
                               .method = q->method,
                               .is_target = is_target,
                               .self = q->call};
    return digest_check(q->call->server->digest, &r, realm, user, password);
}
