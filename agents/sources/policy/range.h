/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges of numbers as regular expressions, for lists of AS numbers and communities. */
#ifndef RIALTO_AGENTS_SOURCES_POLICY_RANGE_H
#define RIALTO_AGENTS_SOURCES_POLICY_RANGE_H

#include <stdint.h>

#include "base/buf.h"

/** Appends the numbers lo..hi as alternatives, "6451[2-9]|645[2-9][0-9]|..."; nothing if lo is
 * above hi. Both at most UINT32_MAX. */
void policy_range(struct buf *out, uint64_t lo, uint64_t hi);

#endif
