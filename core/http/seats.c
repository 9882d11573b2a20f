/* SPDX-License-Identifier: Apache-2.0 */
#include "http/seats.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SLICE       100000 /* ns: the shortest that the kernel gives (Linux 6.12 and later) */
#define KEEP_POLICY 0x08   /* SCHED_FLAG_KEEP_POLICY: who runs in real time goes on so */

struct seats {
    cpu_set_t allowed;
    bool fixed; /* as many processors as threads */
    unsigned max;
    atomic_uint n_taken;
    _Atomic(pthread_t) taken[]; /* who has come, in the order of the processors */
};

/* As in linux/sched/types.h, which can't be had together with sched.h. */
struct slice_attr {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

struct seats *seats_new(unsigned threads)
{
    struct seats *p = calloc(1, sizeof(*p) + threads * sizeof(p->taken[0]));
    if (!p)
        return NULL;
    p->max = threads;
    p->fixed = sched_getaffinity(0, sizeof(p->allowed), &p->allowed) == 0 &&
               (unsigned)CPU_COUNT(&p->allowed) == threads;
    return p;
}

static bool has_come(const struct seats *p)
{
    unsigned n = atomic_load(&p->n_taken);
    for (unsigned i = 0; i < n && i < p->max; i++)
        if (pthread_equal(atomic_load_explicit(&p->taken[i], memory_order_relaxed),
                          pthread_self()))
            return true;
    return false;
}

/* Older kernels take no notice of the length of a slice. */
static void shorten_slice(void)
{
    struct slice_attr a = {.size = sizeof(a),
                           .flags = KEEP_POLICY,
                           .nice = getpriority(PRIO_PROCESS, 0),
                           .runtime = SLICE};
    (void)syscall(SYS_sched_setattr, 0, &a, 0);
}

/* This thread alone runs on the nth of the processors that are allowed. */
static void settle(const struct seats *p, unsigned n)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &p->allowed) && n-- == 0) {
            CPU_SET(cpu, &one);
            break;
        }
    (void)sched_setaffinity(0, sizeof(one), &one);
}

void seats_take(struct seats *p)
{
    if (has_come(p))
        return;
    unsigned seat = atomic_fetch_add(&p->n_taken, 1);
    if (seat >= p->max)
        return;
    atomic_store_explicit(&p->taken[seat], pthread_self(), memory_order_relaxed);
    shorten_slice();
    if (p->fixed)
        settle(p, seat);
}
