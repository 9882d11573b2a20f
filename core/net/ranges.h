/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Longest-prefix match as ranges: the prefixes of a family cut its addresses into ranges of one
 * value each. A directory of the leading bits says among which few ranges to search:
 *
 *     prefixes   10.0.0.0/8 = 1,  10.64.0.0/10 = 2
 *     ranges     0 -   10.0.0.0 1   10.64.0.0 2   10.128.0.0 1   11.0.0.0 -
 *     directory  of 10.64/18: range 2 ...
 *
 * For lpm.c alone.
 */
#ifndef RIALTO_NET_RANGES_H
#define RIALTO_NET_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RANGES_DEEPER (UINT32_MAX - 1) /* IPv6: there are prefixes longer than 64 bits here */

struct ranges;

/** Ranges of addresses whose first 64 bits (IPv4: all 32) are keys; ends with `none`. */
struct ranges *ranges_new(bool v6, uint32_t none);
void ranges_free(struct ranges **r);

/** From this key on the value is another; keys never fall. False: no memory. */
bool ranges_begin(struct ranges *r, uint64_t key, uint32_t value);

/** All are told. False: no memory. */
bool ranges_finish(struct ranges *r);

/** Value of the range that has the key. */
uint32_t ranges_find(const struct ranges *r, uint64_t key);

/** Bytes held. */
size_t ranges_memory(const struct ranges *r);

#endif
