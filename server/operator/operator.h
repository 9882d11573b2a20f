/* SPDX-License-Identifier: Apache-2.0 */
/* The operator API (docs/api.md): small JSON documents below /api/v1. */
#ifndef RIALTO_SERVER_OPERATOR_OPERATOR_H
#define RIALTO_SERVER_OPERATOR_OPERATOR_H

#include "server/server.h"

/** Answers a GET below /api/ of a caller who may. */
void operator_answer(struct server *s, struct edition *ed, const struct request *q,
                     struct reply *r);

/** Bodies, each a whole document, as the client may see it; with its working memory. */
void operator_domains(const struct view *v, struct arena *a, struct buf *b);
void operator_sources(const struct view *v, struct arena *a, struct buf *b);
void operator_disagreements(const struct view *v, struct arena *a, struct buf *b);
void operator_links(const struct view *v, struct arena *a, struct buf *b);
void operator_endpoints(const struct view *v, struct arena *a, struct buf *b);

/** One path; the reply may be a refusal. */
int operator_path(const struct view *v, const struct request *q, struct reply *r,
                  struct err *e);

/** JSON values: text or null, time or null, number or null for FACT_NONE. */
void operator_put_time(struct buf *b, int64_t us);
void operator_put_int(struct buf *b, int64_t n);

#endif
