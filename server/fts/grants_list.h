/* SPDX-License-Identifier: Apache-2.0 */
/* GET /fts/grants: what is granted, as far as the client may see it. */
#ifndef RIALTO_SERVER_FTS_GRANTS_LIST_H
#define RIALTO_SERVER_FTS_GRANTS_LIST_H

#include "server/fts/document.h"
#include "server/fts/specification.h"
#include "server/resource.h"

/**
 * Fills the reply. Users see what their class is granted, who may hand in for a domain what it
 * grants, operators all.
 */
int fts_grants_list(const struct view *v, const struct request *q, struct reply *r,
                    struct err *e);

#endif
