/* SPDX-License-Identifier: Apache-2.0 */
/* Following another ALTO server by an update stream (RFC 8895) or TIPS (RFC 9569). */
#ifndef RIALTO_AGENTS_ALTO_FOLLOW_H
#define RIALTO_AGENTS_ALTO_FOLLOW_H

#include "agents/agent.h"
#include "agents/sources/alto/ird.h"

#define FOLLOW_MAX   64                  /* resources of a stream */
#define FOLLOW_VIEWS 32                  /* resources of TIPS: each is a connection */
#define FOLLOW_TEXTS ((size_t)256 << 20) /* bytes of their texts, and of answers under way */

/** What directories offer that is kept or followed, in one number, never 0. */
uint64_t alto_offer(const struct ird *d);

/** agent_ops.serve of this kind. */
int alto_follow(struct agent *a, struct batch_sink *sink, struct err *e);

#endif
