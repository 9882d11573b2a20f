/* SPDX-License-Identifier: Apache-2.0 */
/* CRIC's "rcsite" document: an object of sites by name. */
#ifndef RIALTO_AGENTS_RCSITE_H
#define RIALTO_AGENTS_RCSITE_H

#include "agents/agent.h"

extern const struct agent_dialect rcsite_dialect;

#endif
