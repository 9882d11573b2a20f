/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t system_now(void *self)
{
    (void)self;
    return read_clock(CLOCK_REALTIME);
}

static int64_t system_mono(void *self)
{
    (void)self;
    return read_clock(CLOCK_MONOTONIC);
}

/* Without randomness nothing that asks for it is safe, so its absence ends the program. */
static void system_random(void *self, void *p, size_t n)
{
    (void)self;
    unsigned char *out = p;
    while (n > 0) {
        ssize_t got = getrandom(out, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            abort();
        out += got;
        n -= (size_t)got;
    }
}

int64_t clock_coarse_us(void)
{
    return read_clock(CLOCK_MONOTONIC_COARSE);
}

static const struct clock the_system = {
    .now_us = system_now,
    .mono_us = system_mono,
    .random = system_random,
};

const struct clock *clock_system(void)
{
    return &the_system;
}
