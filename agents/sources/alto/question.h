/* SPDX-License-Identifier: Apache-2.0 */
/* Questions for path vectors (RFC 9275), as they are configured and as they are asked. */
#ifndef RIALTO_AGENTS_ALTO_QUESTION_H
#define RIALTO_AGENTS_ALTO_QUESTION_H

#include "agents/sources/alto/ird.h"
#include "base/buf.h"
#include "conf/conf.h"

struct question {
    const char *name;     /* of the document that the answer becomes, without .json */
    const char *resource; /* whom to ask; NULL: the first that can answer */
    const struct conf *sources, *destinations;
    const struct conf *properties; /* NULL: all that are offered */
    bool endpoints;                /* addresses, not PIDs */
};

/** What one question may say. */
extern const struct conf_item question_items[];

/** Reads and checks one; it borrows the configuration. */
int question_read(const struct conf *c, struct question *q, struct err *e);

/** Can the resource answer it? */
bool question_fits(const struct question *q, const struct ird_resource *i);

/** Appends the request's body (RFC 9275 sections 7.2.3 and 7.3.3). */
void question_put(const struct question *q, const struct ird_resource *i, struct buf *b);

#endif
