/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A shelf: the documents of one folder, decoded, with the view that was published beside them.
 * Made with an edition; lives in its arena and borrows from its snapshot.
 */
#ifndef RIALTO_SERVER_SHELF_H
#define RIALTO_SERVER_SHELF_H

#include "server/offer.h"

struct shelf_document {
    const struct snap_document *from;
    const struct atlas *atlas;            /* network-map; or NULL */
    const struct wire_table *table;       /* costs that no atlas has */
    const struct wire_entities *entities; /* property-map, endpoint-property */
    const struct wire_cdni *cdni;
};

struct shelf {
    const struct snap_document *from; /* the view */
    const struct wire_view *view;
    struct shelf_document *documents;
    size_t n;
    struct atlas *none; /* stands in where there is no network map */
};

/** Does the resource mean this document? Without any named, all of the shelf. */
bool shelf_means(const struct wire_view_resource *r, const struct shelf_document *d);

/** Are the table's costs of this very version of the network map? Those between endpoints and
 * those that name none are of any. */
bool shelf_fits(const struct wire_table *t, const struct atlas *map);

/** The network map of that resource id, or NULL. */
const struct atlas *shelf_map(const struct shelf *s, const char *id);

struct shelves {
    const char *own; /* the server's name: what its own ids begin with */
    struct shelf *v;
    size_t n;
    struct atlas *atlases; /* all there are, with room for one more for each document */
    size_t n_atlases;      /* grows */
};

/**
 * The shelf of every view that can be used; network maps beside one are marked as offered by
 * it. The name and the atlases are the caller's. What can't be used is logged.
 */
int shelves_read(struct shelves *out, const struct snapshot *s, struct arena *a, struct err *e);

#endif
