/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of FRR's dialect. */
#ifndef RIALTO_AGENTS_LG_FRR_H
#define RIALTO_AGENTS_LG_FRR_H

#include "agents/sources/lg/lg.h"

/** Does the text look like one of FRR's answers about neighbours, and their states? */
bool lg_frr_has_state(struct slice text);

/** Reads such an answer: BGP sessions, OSPF and IS-IS adjacencies, OSPF interfaces. */
int lg_frr_state(struct lg *lg, struct slice text, struct err *e);

#endif
