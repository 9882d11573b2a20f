/* SPDX-License-Identifier: Apache-2.0 */
/* What a configuration of IOS and its like must say, for tests of their parser. */
#ifndef RIALTO_TESTS_IOS_EXPECT_H
#define RIALTO_TESTS_IOS_EXPECT_H

#include "agents/sources/ios/ios.h"
#include "unit/agents/sources/said.h"

/** A file f of the router n and lines that it must or must not state, as said_expect() has
 * them. */
void ios_expect(enum ios_platform platform, const char *text, const char *const lines[]);

#endif
