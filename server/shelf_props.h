/* SPDX-License-Identifier: Apache-2.0 */
/* Properties of entities that the documents of a shelf tell (RFC 9240), with what follows from
 * its network maps (`MAP.pid`) and CDNI advertisements (`ID.cdni-capabilities`, RFC 9241
 * section 6). */
#ifndef RIALTO_SERVER_SHELF_PROPS_H
#define RIALTO_SERVER_SHELF_PROPS_H

#include "server/edition.h"
#include "server/shelf.h"

/** Those of a resource of the view, by its mappings or property names; kept by the edition. */
int shelf_props(struct edition *ed, const struct shelf *s, const struct wire_view_resource *r,
                const struct props **out, struct err *e);

#endif
