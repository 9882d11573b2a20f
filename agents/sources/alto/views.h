/* SPDX-License-Identifier: Apache-2.0 */
/* Following by TIPS (RFC 9569): a view of each resource, whose next edge is waited for. */
#ifndef RIALTO_AGENTS_ALTO_VIEWS_H
#define RIALTO_AGENTS_ALTO_VIEWS_H

#include "agents/sources/alto/subjects.h"

/** Follows f->by until it is time to end: ERR_CANCELLED; or another code. Trouble of one view
 * is told and mended here. */
int follow_views(struct follow *f, struct err *e);

#endif
