/* SPDX-License-Identifier: Apache-2.0 */
/* Views that domains publish with their documents: ids and paths of resources. */
#ifndef RIALTO_SERVER_VIEWS_H
#define RIALTO_SERVER_VIEWS_H

#include "server/resource.h"
#include "wire/view.h"

/**
 * Gives the atlas atlases[n] the view that was published together with its network map `d`, if
 * there is one that can be used. Ids and paths in views of the n atlases before it are taken.
 */
int views_apply(const struct snapshot *s, const struct snap_document *d, struct atlas *atlases,
                size_t n, struct arena *a);

/** What the view of its atlas says of a resource, or NULL. */
const struct wire_view_resource *views_offer(const struct resource *r);

/** The atlas that is to be offered instead of the merged one, or NULL. */
const struct atlas *views_alone(const struct atlas *atlases, size_t n);

#endif
