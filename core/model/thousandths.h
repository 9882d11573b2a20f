/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Costs as whole thousandths: half the memory of numbers, and decimal as they are told. A
 * matrix is of these only where each of its costs is one exactly, that is of at most three
 * decimals and below a million.
 */
#ifndef RIALTO_MODEL_THOUSANDTHS_H
#define RIALTO_MODEL_THOUSANDTHS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define THOUSANDTHS_END  1000000000U /* all costs are below */
#define THOUSANDTHS_NONE UINT32_MAX  /* no cost */

/** The cost as a number; the quotient is rounded as who reads the decimal rounds it. */
static inline double thousandths_value(uint32_t n)
{
    return n == THOUSANDTHS_NONE ? NAN : n / 1000.0;
}

/** The other way round; false: the cost is none. NAN is THOUSANDTHS_NONE. */
static inline bool thousandths_of(double cost, uint32_t *out)
{
    if (cost >= 0 && cost < THOUSANDTHS_END / 1000) {
        *out = (uint32_t)(cost * 1000 + 0.5);
        return *out / 1000.0 == cost;
    }
    *out = THOUSANDTHS_NONE;
    return isnan(cost);
}

#endif
