/* SPDX-License-Identifier: Apache-2.0 */
#include "server/request.h"

#include <assert.h>

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
