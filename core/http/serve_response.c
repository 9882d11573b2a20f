/* SPDX-License-Identifier: Apache-2.0 */
#include "http/serve_response.h"

#include <stdlib.h>

void response_add_headers(struct MHD_Response *response, const struct serve_reply *r)
{
    for (size_t i = 0; i < r->n_headers; i++)
        MHD_add_response_header(response, r->headers[i][0], r->headers[i][1]);
}

/* The library never writes to a buffer. */
static struct MHD_Response *of_buffer(const struct serve_reply *r,
                                      enum MHD_ResponseMemoryMode mode)
{
    return MHD_create_response_from_buffer(r->len, (void *)(uintptr_t)r->body, mode);
}

struct MHD_Response *response_of(struct serve_reply *r)
{
    struct MHD_Response *response;
    if (r->release)
        response = MHD_create_response_from_buffer_with_free_callback_cls(
            r->len, (void *)(uintptr_t)r->body, r->release, r->owner);
    else
        response = of_buffer(r, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return NULL;
    r->release = NULL; /* now the response's */
    response_add_headers(response, r);
    return response;
}

struct serve_response *serve_response_new(const struct serve_reply *r)
{
    struct serve_response *p = calloc(1, sizeof(*p));
    if (!p)
        return NULL;
    p->len = r->len;
    p->mhd = of_buffer(r, MHD_RESPMEM_PERSISTENT);
    if (p->mhd)
        response_add_headers(p->mhd, r);
    else
        serve_response_free(&p);
    return p;
}

/* Those that are being sent keep it. */
void serve_response_free(struct serve_response **r)
{
    if (*r && (*r)->mhd)
        MHD_destroy_response((*r)->mhd);
    free(*r);
    *r = NULL;
}
