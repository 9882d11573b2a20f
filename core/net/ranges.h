/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Longest-prefix match as ranges: the prefixes of a family cut its addresses into ranges of one
 * value each. Where there are many, a directory of the leading bits says among which few to
 * search:
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

#include "net/sorted.h"

#define RANGES_DEEPER (UINT32_MAX - 1) /* IPv6: there are prefixes longer than 64 bits here */

struct ranges;

/** Of prefixes in order; what no prefix has is `none`. NULL: no memory. */
struct ranges *ranges_new(const struct sorted *prefixes, bool v6, uint32_t none,
                          struct arena *a);

/** About how many bytes it takes for n prefixes. */
size_t ranges_size(size_t n, bool v6);

/**
 * Before ranges_find() of many keys, each step for all of them: what memory takes is waited for
 * once, not for every key.
 */
enum ranges_step { RANGES_DIRECTORY, RANGES_RANGE };
void ranges_expect(const struct ranges *r, uint64_t key, enum ranges_step step);

/** Value of the range that has a key: the first 64 bits of an address, IPv4: all 32. */
uint32_t ranges_find(const struct ranges *r, uint64_t key);

#endif
