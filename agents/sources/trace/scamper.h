/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RIALTO_AGENTS_TRACE_SCAMPER_H
#define RIALTO_AGENTS_TRACE_SCAMPER_H

#include "agents/sources/trace/json.h"

/** Reads one line of scamper's JSON. */
int scamper_object(struct trace_json *p, struct err *e);

#endif
