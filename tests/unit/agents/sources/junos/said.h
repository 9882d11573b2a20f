/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RIALTO_TESTS_JUNOS_SAID_H
#define RIALTO_TESTS_JUNOS_SAID_H

#include "unit/agents/sources/said.h"

/** What a file f of the router n says, a configuration of Junos; to be freed. */
char *junos_said(const char *text);

#endif
