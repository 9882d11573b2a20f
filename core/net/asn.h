/* SPDX-License-Identifier: Apache-2.0 */
/* Autonomous system numbers: text, ranges. */
#ifndef RIALTO_NET_ASN_H
#define RIALTO_NET_ASN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/** "64496", "AS64496", asdot "1.10"; 0 and above 2^32-1 are refused. */
bool asn_parse(struct slice s, uint32_t *out);

/** For private use (RFC 6996)? */
bool asn_is_private(uint32_t asn);

#endif
