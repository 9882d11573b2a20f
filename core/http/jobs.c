/* SPDX-License-Identifier: Apache-2.0 */
#include "http/jobs.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"

#define LOW 10 /* steps of nice: a tenth of the time where others want it too */

struct worker {
    struct jobs *jobs;
    pthread_t thread;
    /* of what follows, with the lock: */
    pid_t tid;
    unsigned n_jobs, looked_at; /* that it has begun; how many it had at the last look */
    bool runs, yields, raised;
};

struct jobs {
    struct jobs_config config;
    struct worker *workers;
    unsigned n_threads;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake;
    struct job *first, *last;
    size_t n;
    bool stopping;
};

static bool set_policy(pid_t tid, int policy)
{
    const struct sched_param none = {0};
    return sched_setscheduler(tid, policy, &none) == 0;
}

/* May this thread take back what it gave up? It tries with one step of nice. */
static bool may_rise(void)
{
    int nice = getpriority(PRIO_PROCESS, 0);
    bool ok = setpriority(PRIO_PROCESS, 0, nice - 1) == 0;
    if (ok)
        setpriority(PRIO_PROCESS, 0, nice);
    return ok;
}

/*
 * Policy and priority are a thread's own on Linux. Who has SCHED_IDLE gives way at once to
 * whoever wakes up, where others keep a processor to the end of their slice, but it has a
 * three-hundredth of one where others take all: so only who may be raised again takes it. Where
 * nothing is allowed the thread goes on as it is.
 */
static bool step_back(void)
{
    bool batch = set_policy(0, SCHED_BATCH);
    setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + LOW);
    return batch && may_rise() && set_policy(0, SCHED_IDLE);
}

static void begin(struct worker *w)
{
    bool low = w->jobs->config.low, yields = low && step_back();
    if (low && !yields && w == w->jobs->workers)
        log_info("http",
                 "lengthy answers keep a processor for whole time slices: to give way at "
                 "once they need the right to rise again (LimitNICE=+9 or CAP_SYS_NICE)");
    pthread_mutex_lock(&w->jobs->lock);
    w->tid = gettid();
    w->yields = yields;
    pthread_mutex_unlock(&w->jobs->lock);
}

static void run(struct worker *w, struct job *job)
{
    struct jobs *j = w->jobs;
    w->n_jobs++;
    w->runs = true;
    pthread_mutex_unlock(&j->lock);
    j->config.run(job);
    pthread_mutex_lock(&j->lock);
    w->runs = false;
    if (w->raised)
        w->raised = !set_policy(w->tid, SCHED_IDLE);
}

static void *work(void *self)
{
    struct worker *w = self;
    struct jobs *j = w->jobs;
    begin(w);
    pthread_mutex_lock(&j->lock);
    for (;;) {
        struct job *job = j->first;
        if (!job && j->stopping)
            break;
        if (!job) {
            pthread_cond_wait(&j->wake, &j->lock);
            continue;
        }
        j->first = job->next;
        if (!j->first)
            j->last = NULL;
        j->n--;
        run(w, job);
    }
    pthread_mutex_unlock(&j->lock);
    return NULL;
}

int jobs_start(struct jobs **out, const struct jobs_config *c, struct err *e)
{
    struct jobs *j = calloc(1, sizeof(*j));
    *out = j;
    if (!j)
        return err_set(e, ERR_NOMEM, "can't start threads");
    j->config = *c;
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->wake, NULL);
    j->workers = calloc(c->threads, sizeof(*j->workers));
    while (j->workers && j->n_threads < c->threads) {
        struct worker *w = &j->workers[j->n_threads];
        w->jobs = j;
        if (pthread_create(&w->thread, NULL, work, w) != 0)
            break;
        j->n_threads++;
    }
    if (j->n_threads == c->threads)
        return 0;
    jobs_stop(j);
    jobs_free(out);
    return err_set(e, ERR_NOMEM, "can't start threads");
}

bool jobs_add(struct jobs *j, struct job *job, void (*accepted)(struct job *job))
{
    pthread_mutex_lock(&j->lock);
    bool ok = j->n < j->config.max && !j->stopping;
    if (ok) {
        accepted(job);
        job->next = NULL;
        if (j->last)
            j->last->next = job;
        else
            j->first = job;
        j->last = job;
        j->n++;
        pthread_cond_signal(&j->wake);
    }
    pthread_mutex_unlock(&j->lock);
    return ok;
}

void jobs_look(struct jobs *j)
{
    pthread_mutex_lock(&j->lock);
    for (unsigned i = 0; i < j->n_threads; i++) {
        struct worker *w = &j->workers[i];
        if (w->yields && w->runs && !w->raised && w->looked_at == w->n_jobs)
            w->raised = set_policy(w->tid, SCHED_BATCH);
        w->looked_at = w->n_jobs;
    }
    pthread_mutex_unlock(&j->lock);
}

void jobs_stop(struct jobs *j)
{
    pthread_mutex_lock(&j->lock);
    j->stopping = true;
    pthread_cond_broadcast(&j->wake);
    pthread_mutex_unlock(&j->lock);
    for (unsigned i = 0; i < j->n_threads; i++)
        pthread_join(j->workers[i].thread, NULL);
    j->n_threads = 0;
}

void jobs_free(struct jobs **j)
{
    if (!*j)
        return;
    pthread_cond_destroy(&(*j)->wake);
    pthread_mutex_destroy(&(*j)->lock);
    free((*j)->workers);
    free(*j);
    *j = NULL;
}
