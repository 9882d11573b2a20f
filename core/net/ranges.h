/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Longest-prefix match as ranges: the prefixes of a family cut its addresses into ranges of one
 * value each. Where there are many, a directory of the leading bits says among which few to
 * search:
 *
 *     prefixes   2000::/8 = 1,  2040::/10 = 2
 *     ranges     :: -   2000:: 1   2040:: 2   2080:: 1   2100:: -
 *     directory  of 2040::/21: range 2 ...
 *
 * That is IPv6; ranges of IPv4 are packed (pieces.h). For lpm.c alone.
 */
#ifndef RIALTO_NET_RANGES_H
#define RIALTO_NET_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/sorted.h"

#define RANGES_DEEPER (UINT32_MAX - 1) /* IPv6: there are prefixes longer than 64 bits here */

struct ranges;

/** Of prefixes in order; what no prefix has is `none`. NULL: no memory. */
struct ranges *ranges_new(const struct sorted *prefixes, bool v6, uint32_t none,
                          struct arena *a);

/** About how many bytes it takes for n prefixes, with values up to `most`. */
size_t ranges_size(size_t n, bool v6, uint32_t most);

/** Value of the range that has a key: the first 64 bits of an address, IPv4: all 32. */
uint32_t ranges_find(const struct ranges *r, uint64_t key);

/** The same of n keys: what memory takes is waited for once for some of them, not for each. */
void ranges_find_many(const struct ranges *r, const uint64_t *keys, size_t n, uint32_t *out);

#endif
