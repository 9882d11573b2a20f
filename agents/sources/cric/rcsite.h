/* SPDX-License-Identifier: Apache-2.0 */
/* CRIC's "rcsite" document: an object of sites by name. */
#ifndef RIALTO_AGENTS_RCSITE_H
#define RIALTO_AGENTS_RCSITE_H

#include "agents/agent.h"

/** States a whole document into the open batch. "line:column: reason" for what is no JSON. */
int rcsite_read(const struct agent *a, struct slice text, struct batch_sink *sink,
                struct err *e);

extern const struct agent_dialect rcsite_dialect;

#endif
