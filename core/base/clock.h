/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time and randomness are passed in: programs use clock_system(), tests use their own.
 */
#ifndef RIALTO_BASE_CLOCK_H
#define RIALTO_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct clock {
    int64_t (*now_us)(void *self);                 /* microseconds since 1970, UTC */
    int64_t (*mono_us)(void *self);                /* monotonic microseconds, any origin */
    void (*random)(void *self, void *p, size_t n); /* unpredictable bytes */
    void *self;
};

/** The machine's clocks and getrandom(2); borrowed for ever. */
const struct clock *clock_system(void);

/** The machine's monotonic clock as of its last tick: up to 10 ms behind, a fifth of the price.
 */
int64_t clock_coarse_us(void);

#endif
