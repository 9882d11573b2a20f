/* SPDX-License-Identifier: Apache-2.0 */
/* What stands for dpdk.c where DPDK is not. */
#include <stdio.h>

#include "bench/dpdk.h"

bool dpdk_is_there(void)
{
    printf("SKIPPED: built without DPDK (libdpdk-dev): not compared with rte_lpm\n");
    return false;
}

struct dpdk_table *dpdk_new(const struct prefix *v, size_t n, uint32_t values)
{
    (void)v;
    (void)n;
    (void)values;
    return NULL;
}

void dpdk_free(struct dpdk_table **t)
{
    *t = NULL;
}

void dpdk_addresses(const struct addr *v, size_t n, uint32_t *out)
{
    (void)v;
    (void)n;
    *out = 0;
}

uint64_t dpdk_sum(const struct dpdk_table *t, const uint32_t *addresses, size_t n)
{
    (void)t;
    (void)addresses;
    return n;
}

uint64_t dpdk_sum_many(const struct dpdk_table *t, const uint32_t *addresses, size_t n)
{
    return dpdk_sum(t, addresses, n);
}
