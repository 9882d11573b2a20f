/* SPDX-License-Identifier: Apache-2.0 */
/* The resources that a view makes of the documents of its folder. */
#ifndef RIALTO_SERVER_VIEWS_H
#define RIALTO_SERVER_VIEWS_H

#include "server/edition.h"
#include "server/shelf.h"

/** Adds the resources of a view. What it can't offer is logged and left out. */
int views_offer(struct edition *ed, const struct shelf *s, struct err *e);

/** Id of the view's default network map, or NULL. */
const char *views_default_map(const struct shelf *s);

#endif
