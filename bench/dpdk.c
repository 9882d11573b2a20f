/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/dpdk.h"

#include <rte_config.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lpm.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define MEMORY "256" /* MiB: a table takes 64, its rules little */
#define GROUPS 256   /* tables of prefixes longer than 24 bits: there are none */
#define BULK   64

struct dpdk_table {
    struct rte_lpm *lpm;
};

/* Memory without huge pages is what any machine has; no device is looked for. */
static bool start(void)
{
    char program[] = "rialto-bench-lookup", no_huge[] = "--no-huge", no_pci[] = "--no-pci",
         alone[] = "--no-shconf", quiet[] = "--log-level=*:error", silent[] = "--no-telemetry",
         m[] = "-m", memory[] = MEMORY;
    char *args[] = {program, no_huge, no_pci, alone, quiet, silent, m, memory, NULL};
    cpu_set_t cores; /* it keeps this thread to one core, which is not wanted here */
    bool known = sched_getaffinity(0, sizeof(cores), &cores) == 0;
    bool ok = rte_eal_init(sizeof(args) / sizeof(*args) - 1, args) >= 0;
    if (known)
        sched_setaffinity(0, sizeof(cores), &cores);
    if (!ok)
        printf("SKIPPED: DPDK does not start (%s): not compared with rte_lpm\n",
               rte_strerror(rte_errno));
    return ok;
}

bool dpdk_is_there(void)
{
    static int state; /* 1: started; -1: it does not */
    if (state == 0)
        state = start() ? 1 : -1;
    return state > 0;
}

static uint32_t number(const struct addr *a)
{
    return (uint32_t)a->b[0] << 24 | (uint32_t)a->b[1] << 16 | (uint32_t)a->b[2] << 8 | a->b[3];
}

struct dpdk_table *dpdk_new(const struct prefix *v, size_t n, uint32_t values)
{
    const struct rte_lpm_config config = {.max_rules = (uint32_t)n + 1, .number_tbl8s = GROUPS};
    struct dpdk_table *t = calloc(1, sizeof(*t));
    bool ok =
        t && dpdk_is_there() && (t->lpm = rte_lpm_create("bench", SOCKET_ID_ANY, &config));
    for (size_t i = 0; ok && i < n; i++)
        ok = rte_lpm_add(t->lpm, number(&v[i].addr), v[i].len, (uint32_t)(i % values)) == 0;
    if (!ok && t)
        dpdk_free(&t);
    return t;
}

void dpdk_free(struct dpdk_table **t)
{
    if (*t)
        rte_lpm_free((*t)->lpm);
    free(*t);
    *t = NULL;
}

void dpdk_addresses(const struct addr *v, size_t n, uint32_t *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = number(&v[i]);
}

uint64_t dpdk_sum(const struct dpdk_table *t, const uint32_t *addresses, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t value;
        sum += rte_lpm_lookup(t->lpm, addresses[i], &value) == 0 ? value : UINT32_MAX;
    }
    return sum;
}

uint64_t dpdk_sum_many(const struct dpdk_table *t, const uint32_t *addresses, size_t n)
{
    uint32_t value[BULK];
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i += BULK) {
        size_t k = n - i < BULK ? n - i : BULK;
        rte_lpm_lookup_bulk(t->lpm, addresses + i, value, (unsigned)k);
        for (size_t j = 0; j < k; j++)
            sum += value[j] & RTE_LPM_LOOKUP_SUCCESS ? value[j] & 0xffffff : UINT32_MAX;
    }
    return sum;
}
