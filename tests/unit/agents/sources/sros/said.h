/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RIALTO_TESTS_SROS_SAID_H
#define RIALTO_TESTS_SROS_SAID_H

#include "unit/agents/sources/said.h"

/** What a file f of the router n says, a configuration of SR OS; to be freed. */
char *sros_said(const char *text);

/** A text that is refused, and what the message holds. */
struct sros_refusal {
    const char *text, *message;
    int code;
};

/** All n are refused as they should be. */
void sros_refused(const struct sros_refusal *v, size_t n);

#endif
