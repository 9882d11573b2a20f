/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations of languages that are not read: told, so that a refusal can say which. */
#ifndef RIALTO_AGENTS_SOURCES_CONFIG_FOREIGN_H
#define RIALTO_AGENTS_SOURCES_CONFIG_FOREIGN_H

#include "base/str.h"

/**
 * What the text looks like, as in "looks like Cisco's ASA, which is not read"; how much so in
 * *weight, on the scale of config_dialect(). NULL, and 0: nothing that is known.
 */
const char *config_foreign(struct slice text, int *weight);

#endif
