/* SPDX-License-Identifier: Apache-2.0 */
/* Decoder of views: as which resources a folder's ALTO documents are offered
 * (docs/sources/documents.md). */
#ifndef RIALTO_WIRE_VIEW_H
#define RIALTO_WIRE_VIEW_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct wire_view_names {
    const char **v;
    size_t n;
};

struct wire_view_type {
    const char *name, *mode, *metric;
    const char *description, *context; /* context: JSON text; or NULL */
};

/** Calendars that a resource offers (RFC 8896 section 4.1). */
struct wire_view_calendar {
    struct wire_view_names types;
    double size; /* seconds */
    unsigned n;  /* intervals */
};

/** Properties of an entity domain (RFC 9240 section 7.4). */
struct wire_view_mapping {
    const char *domain;
    struct wire_view_names properties;
};

struct wire_view_resource {
    const char *id, *path;
    const char *kind;      /* NULL: that of the document */
    const char *directory; /* id of the directory that lists it; NULL: the server's */
    const char *default_map;
    struct wire_view_names documents, types, testable, uses, properties;
    struct wire_view_names clients; /* classes of clients; empty: everybody */
    struct wire_view_calendar *calendars;
    size_t n_calendars;
    struct wire_view_mapping *mappings;
    size_t n_mappings;
    unsigned max_types; /* RFC 8189; 0: not offered */
    bool listed, constraints;
};

struct wire_view {
    bool merged;             /* are the merged resources offered as well? */
    const char *default_map; /* id, or NULL */
    struct wire_view_type *types;
    size_t n_types;
    struct wire_view_resource *resources;
    size_t n_resources;
};

/** Reads a view. Members that the server has no use for are passed over: who publishes a view
 * checks it. ERR_PARSE, ERR_SCHEMA. */
int wire_read_view(struct slice text, struct arena *a, struct wire_view *out, struct err *e);

/** Cost type of that name, or NULL. */
const struct wire_view_type *wire_view_type(const struct wire_view *view, const char *name);

/** Resource of that id, or NULL. */
const struct wire_view_resource *wire_view_resource(const struct wire_view *view,
                                                    const char *id);

bool wire_view_has(const struct wire_view_names *names, const char *name);

#endif
