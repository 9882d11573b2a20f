/* SPDX-License-Identifier: Apache-2.0 */
/* In which language a file is written, told by its contents. */
#ifndef RIALTO_AGENTS_SOURCES_CONFIG_DIALECT_H
#define RIALTO_AGENTS_SOURCES_CONFIG_DIALECT_H

#include "base/str.h"

/**
 * "frr", or the name of a dialect that is recognised though not read ("bird", "junos", "ios",
 * ...); NULL for a file that is no router's configuration. Looks at the first 64 KiB.
 */
const char *config_dialect(struct slice text);

#endif
