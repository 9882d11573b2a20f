/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For schedulers of transfers, such as FTS (docs/fts.md): what pairs of storages share, as
 * constraints and as rows of FTS's own tables, and a plan of how to share it.
 */
#ifndef RIALTO_SERVER_FTS_FTS_H
#define RIALTO_SERVER_FTS_FTS_H

#include "server/resource.h"

#define FTS_PATH "/fts/"

/** Answers what is below /fts/, of a caller with GRANT_PATH_VECTOR. */
void fts_answer(const struct view *v, const struct request *q, struct reply *r);

/** The method that a path below /fts/ wants: "GET" or "POST"; NULL: there is no such path. */
const char *fts_method(const char *path);

#endif
