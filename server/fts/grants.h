/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grants over REST: what is granted (GET /fts/grants), and the document in which a domain
 * hands in its own (GET, PUT, DELETE /fts/grants/DOMAIN), of which each accepted version is
 * kept in the inbox.
 */
#ifndef RIALTO_SERVER_FTS_GRANTS_H
#define RIALTO_SERVER_FTS_GRANTS_H

#include "server/resource.h"

#define FTS_GRANTS "/fts/grants"

/** Is it such a path? */
bool fts_is_grants(const char *path);

/** Methods that the path knows, as Allow lists them. */
const char *fts_grants_methods(const char *path);

/** Which grants of clients let a method be tried; any of them is enough. */
unsigned fts_grants_need(const char *path, const char *method);

/** Answers a request whose method is known and whose class has one of those grants. */
void fts_grants_answer(const struct view *v, const struct request *q, struct reply *r);

#endif
