/* SPDX-License-Identifier: Apache-2.0 */
/* Decoder of views: as which resources a folder's ALTO documents are offered
 * (docs/sources/documents.md). */
#ifndef RIALTO_WIRE_VIEW_H
#define RIALTO_WIRE_VIEW_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct wire_view_resource {
    const char *id, *path;
    const char *kind; /* NULL: that of the document */
    const char **documents;
    size_t n_documents;
    bool listed;
};

struct wire_view {
    bool merged;             /* are the merged resources offered as well? */
    const char *default_map; /* id, or NULL */
    struct wire_view_resource *resources;
    size_t n_resources;
};

/** Reads a view. Members that the server has no use for are passed over: who publishes a view
 * checks it. ERR_PARSE, ERR_SCHEMA. */
int wire_read_view(struct slice text, struct arena *a, struct wire_view *out, struct err *e);

#endif
