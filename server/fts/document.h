/* SPDX-License-Identifier: Apache-2.0 */
/* The document in which a domain hands in its grants, and the facts that it becomes. */
#ifndef RIALTO_SERVER_FTS_DOCUMENT_H
#define RIALTO_SERVER_FTS_DOCUMENT_H

#include "base/str.h"
#include "model/grants.h"
#include "server/scitags.h"

#define DOCUMENT_GROUPS 1000

/**
 * Reads {"groups":{NAME:[LINK,…]},"grants":[{"link" or "group","user","share" or "limit",
 * "weights","from","until"}]}. Strict: unknown members, groups that are empty or not defined,
 * ids of SciTags that are not known, and grants that contradict each other are refused; errors
 * read "line:column: what". Facts get the origin; out->arena (to be set) owns everything.
 */
int fts_document_read(struct slice text, const struct scitags *tags,
                      const struct origin *origin, struct facts *out, struct err *e);

/** Writes the members of one grant, without braces; also of one that says too little. */
void fts_grant_put(const struct fact_grant *f, struct buf *out);

/** Writes the document: what fts_document_read() made these facts of. */
void fts_document_put(const struct facts *facts, struct buf *out);

#endif
