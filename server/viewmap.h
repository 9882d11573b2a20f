/* SPDX-License-Identifier: Apache-2.0 */
/* Property maps made of documents, with the mappings of their view (RFC 9240). */
#ifndef RIALTO_SERVER_VIEWMAP_H
#define RIALTO_SERVER_VIEWMAP_H

#include "server/resource.h"

void viewmap_describe(const struct resource *r, struct description *d);

/** The full map (RFC 9240 section 7.6). */
int viewmap_full(const struct resource *r, const struct view *v, const struct request *q,
                 struct reply *out, struct err *e);

/** Part of it (RFC 9240 section 8.6). */
int viewmap_filtered(const struct resource *r, const struct view *v, const struct request *q,
                     struct reply *out, struct err *e);

#endif
