/* SPDX-License-Identifier: Apache-2.0 */
/* Following by an update stream (RFC 8895): one connection for all resources. */
#ifndef RIALTO_AGENTS_ALTO_STREAM_H
#define RIALTO_AGENTS_ALTO_STREAM_H

#include "agents/sources/alto/subjects.h"

/** Follows f->by until the stream ends; always returns a code. ERR_CANCELLED: it is of no
 * interest why. */
int follow_stream(struct follow *f, struct err *e);

#endif
