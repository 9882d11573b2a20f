/* SPDX-License-Identifier: Apache-2.0 */
/* ALTO documents that domains publish, as atlases of their own. */
#ifndef RIALTO_SERVER_DOCUMENTS_H
#define RIALTO_SERVER_DOCUMENTS_H

#include "server/atlas.h"

/**
 * Makes an atlas of each network map among the snapshot's documents, with the costs of the
 * domain's cost maps that depend on it. `out` has room for all documents; *n grows. What can't
 * be used is logged and left out.
 */
int documents_read(const struct snapshot *s, struct atlas *out, size_t *n, struct arena *a,
                   struct err *e);

#endif
