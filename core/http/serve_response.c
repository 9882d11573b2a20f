/* SPDX-License-Identifier: Apache-2.0 */
#include "http/serve_response.h"

#include <stdatomic.h>
#include <stdlib.h>

void response_add_headers(struct MHD_Response *response, const struct serve_reply *r)
{
    for (size_t i = 0; i < r->n_headers; i++)
        MHD_add_response_header(response, r->headers[i][0], r->headers[i][1]);
}

/* Never asked: a 304 has no body. */
static ssize_t nothing(void *self, uint64_t at, char *p, size_t room)
{
    (void)self, (void)at, (void)p, (void)room;
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

/* Content-Length of a 304 is that of the 200 (RFC 9110 section 8.6); the library tells the size
   of what it is given, and sends none of it. */
static struct MHD_Response *of_unsent(const struct serve_reply *r)
{
    return MHD_create_response_from_callback(r->unsent, 1, nothing, NULL, NULL);
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
    bool owns = false;
    if (r->status == 304) {
        response = of_unsent(r);
    } else if (r->release) {
        response = MHD_create_response_from_buffer_with_free_callback_cls(
            r->len, (void *)(uintptr_t)r->body, r->release, r->owner);
        owns = true;
    } else {
        response = of_buffer(r, MHD_RESPMEM_MUST_COPY);
    }
    if (!response)
        return NULL;
    if (owns)
        r->release = NULL;
    response_add_headers(response, r);
    return response;
}

static struct serve_response *make(const struct serve_reply *r)
{
    struct serve_response *p = calloc(1, sizeof(*p));
    if (!p)
        return NULL;
    p->len = r->len;
    p->mhd = r->status == 304 ? of_unsent(r) : of_buffer(r, MHD_RESPMEM_PERSISTENT);
    if (p->mhd) {
        response_add_headers(p->mhd, r);
        return p;
    }
    free(p);
    return NULL;
}

/* Those that are being sent keep it. */
static void drop(struct serve_response *p)
{
    if (p)
        MHD_destroy_response(p->mhd);
    free(p);
}

bool serve_slot_has(const struct serve_slot *s)
{
    return atomic_load_explicit(&s->made, memory_order_acquire) != NULL;
}

void serve_slot_use(struct serve_slot *s, struct serve_reply *r,
                    void (*fill)(void *self, struct serve_reply *r), void *self)
{
    struct serve_response *there = NULL;
    r->prepared = atomic_load_explicit(&s->made, memory_order_acquire);
    if (r->prepared)
        return;
    fill(self, r);
    r->prepared = make(r);
    if (r->prepared && !atomic_compare_exchange_strong(&s->made, &there, r->prepared)) {
        drop(r->prepared); /* another thread was faster */
        r->prepared = there;
    }
}

void serve_slot_empty(struct serve_slot *s)
{
    drop(atomic_exchange(&s->made, NULL));
}
