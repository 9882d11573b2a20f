/* SPDX-License-Identifier: Apache-2.0 */
/* The operator API (docs/api.md): small JSON documents below /api/v1. */
#ifndef RIALTO_SERVER_OPERATOR_OPERATOR_H
#define RIALTO_SERVER_OPERATOR_OPERATOR_H

#include "server/server.h"

/** Answers a GET below /api/ of a caller who may. */
void operator_answer(struct server *s, struct edition *ed, const struct request *q,
                     struct reply *r);

/** Answers a GET of /metrics of a caller who may. */
void operator_metrics(struct server *s, struct edition *ed, const struct request *q,
                      struct reply *r);

/** What was counted, as the names of draft-ietf-alto-oam-yang say it. */
int operator_statistics(struct server *s, const struct view *v, const struct request *q,
                        struct buf *b, struct err *e);

/** How many PIDs, entities or base objects a resource has for the caller, and what they are
 * called in the draft ("num-map-pid"); the name is NULL for what has none. */
struct resource_entries {
    const char *name;
    size_t n;
};
int operator_entries(const struct resource *res, const struct view *v, const struct request *q,
                     struct resource_entries *out, struct err *e);

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
