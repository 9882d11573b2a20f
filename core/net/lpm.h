/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Longest-prefix match for both families, kept apart. Values are 32-bit numbers (indices of the
 * caller). Filled once, then read by any number of threads.
 */
#ifndef RIALTO_NET_LPM_H
#define RIALTO_NET_LPM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

#define LPM_NONE UINT32_MAX

struct lpm;

/** An empty table on the heap; NULL when out of memory. */
struct lpm *lpm_new(void);
void lpm_free(struct lpm **t);

/** Sets the value (not LPM_NONE or the number below it) of a prefix, replacing an earlier one;
 * 0 or ERR_NOMEM. */
int lpm_set(struct lpm *t, const struct prefix *p, uint32_t value);

/**
 * Nothing is set any more for now: the table takes less memory and is faster to search, above
 * all by lpm_find() without a length. Setting more undoes that, which takes long. 0 or
 * ERR_NOMEM, with the table as it was.
 */
int lpm_seal(struct lpm *t);

/** Prefixes of one value. */
struct lpm_run {
    const struct prefix *v;
    size_t n;
};

/**
 * Fills an empty table at once and seals it: the prefixes of run i get the value i. 0,
 * ERR_NOMEM, or ERR_CONFLICT: a prefix stands twice; the table is still empty then.
 */
int lpm_load(struct lpm *t, const struct lpm_run *runs, size_t n);

/** Bytes held. */
size_t lpm_memory(const struct lpm *t);

/**
 * Value of the longest prefix that has the address, its length into *len unless that is NULL;
 * or LPM_NONE, with *len untouched.
 */
uint32_t lpm_find(const struct lpm *t, const struct addr *a, uint8_t *len);

/** lpm_find() of n addresses that stand `stride` bytes apart: faster than one after the other.
 */
void lpm_find_many(const struct lpm *t, const struct addr *first, size_t stride, size_t n,
                   uint32_t *out);

/** Value of the longest prefix that covers p, itself included, or LPM_NONE. */
uint32_t lpm_cover(const struct lpm *t, const struct prefix *p, uint8_t *len);

/** Value of exactly this prefix, or LPM_NONE. */
uint32_t lpm_exact(const struct lpm *t, const struct prefix *p);

/** Values of all prefixes that have the address, longest first, at most max; how many. */
size_t lpm_all(const struct lpm *t, const struct addr *a, uint32_t *out, size_t max);

#endif
