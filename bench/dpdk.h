/* SPDX-License-Identifier: Apache-2.0 */
/* Longest-prefix match as DPDK's rte_lpm has it (DIR-24-8, IPv4), to compare with. */
#ifndef RIALTO_BENCH_DPDK_H
#define RIALTO_BENCH_DPDK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

struct dpdk_table;

/** Was it there when this was built, and does it start here? Else there are no tables either.
 * Tells on standard output what is missing. */
bool dpdk_is_there(void);

/** Adds all prefixes, of IPv4 and at most 24 bits; the i-th has the value i % values. NULL: not
 * there, or no memory. */
struct dpdk_table *dpdk_new(const struct prefix *v, size_t n, uint32_t values);
void dpdk_free(struct dpdk_table **t);

/** Addresses as it takes them. */
void dpdk_addresses(const struct addr *v, size_t n, uint32_t *out);

/** The sum of what is found for each address; UINT32_MAX where nothing is. One by one, or in
 * bulks of 64. */
uint64_t dpdk_sum(const struct dpdk_table *t, const uint32_t *addresses, size_t n);
uint64_t dpdk_sum_many(const struct dpdk_table *t, const uint32_t *addresses, size_t n);

#endif
