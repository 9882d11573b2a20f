/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/workers.h"

#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

struct worker {
    int (*job)(void *ctx, unsigned worker);
    void *ctx;
    unsigned number;
    bool runs; /* on a thread of its own */
    pthread_t thread;
    int rc;
};

unsigned workers_default(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : (unsigned)n;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    w->rc = w->job(w->ctx, w->number);
    return NULL;
}

int workers_run(unsigned n, int (*job)(void *ctx, unsigned worker), void *ctx)
{
    struct worker workers[WORKERS_MAX] = {0};
    int rc = 0;
    for (unsigned i = 0; i < n; i++)
        workers[i] = (struct worker){.job = job, .ctx = ctx, .number = i};
    for (unsigned i = 1; i < n; i++)
        workers[i].runs = !pthread_create(&workers[i].thread, NULL, work, &workers[i]);
    work(&workers[0]);
    for (unsigned i = 0; i < n; i++) {
        if (workers[i].runs)
            pthread_join(workers[i].thread, NULL);
        rc = rc ? rc : workers[i].rc;
    }
    return rc;
}

size_t workers_take(size_t *next, size_t step)
{
    return __atomic_fetch_add(next, step, __ATOMIC_RELAXED);
}
