/* SPDX-License-Identifier: Apache-2.0 */
/* Replies as libmicrohttpd knows them; shared by serve.c and serve_response.c alone. */
#ifndef RIALTO_HTTP_SERVE_RESPONSE_H
#define RIALTO_HTTP_SERVE_RESPONSE_H

#include <microhttpd.h>

#include "http/serve.h"

struct serve_response {
    struct MHD_Response *mhd;
    size_t len;
};

/** A response with the reply's headers and body, which it takes over; NULL: no memory. Not of
 * kept connections. */
struct MHD_Response *response_of(struct serve_reply *r);

/** Adds the headers of a reply. */
void response_add_headers(struct MHD_Response *response, const struct serve_reply *r);

#endif
