/* SPDX-License-Identifier: Apache-2.0 */
#include "server/request.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#define MAX_HOST 300

const char *request_argument(const struct request *q, const char *name)
{
    return q->argument ? q->argument(q->argument_self, name) : NULL;
}

void reply_header(struct reply *r, const char *name, const char *value)
{
    assert(r->n_headers < REPLY_HEADERS);
    r->headers[r->n_headers][0] = name;
    r->headers[r->n_headers++][1] = value;
}

static bool valid_host(const char *host)
{
    size_t n = strlen(host);
    for (size_t i = 0; i < n; i++) {
        if (!isalnum((unsigned char)host[i]) && !strchr("-._:[]", host[i]))
            return false;
    }
    return n > 0 && n < MAX_HOST;
}

const char *request_base(const struct request *q, const struct settings *settings)
{
    if (settings->public_url)
        return settings->public_url;
    if (!q->host || !valid_host(q->host))
        return "";
    return arena_printf(q->arena, "%s://%s", q->tls ? "https" : "http", q->host);
}
