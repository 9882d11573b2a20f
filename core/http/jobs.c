/* SPDX-License-Identifier: Apache-2.0 */
#include "http/jobs.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>

#define LOW 10 /* steps of nice: a tenth of the time where others want it too */

struct jobs {
    struct jobs_config config;
    pthread_t *threads;
    unsigned n_threads;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake;
    struct job *first, *last;
    size_t n;
    bool stopping;
};

/* On Linux both are a thread's own. Where they are not allowed it goes on as it is. */
static void step_back(void)
{
    const struct sched_param none = {0};
    sched_setscheduler(0, SCHED_BATCH, &none);
    setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + LOW);
}

static void *work(void *self)
{
    struct jobs *j = self;
    if (j->config.low)
        step_back();
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
        pthread_mutex_unlock(&j->lock);
        j->config.run(job);
        pthread_mutex_lock(&j->lock);
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
    j->threads = calloc(c->threads, sizeof(*j->threads));
    while (j->threads && j->n_threads < c->threads &&
           pthread_create(&j->threads[j->n_threads], NULL, work, j) == 0)
        j->n_threads++;
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

void jobs_stop(struct jobs *j)
{
    pthread_mutex_lock(&j->lock);
    j->stopping = true;
    pthread_cond_broadcast(&j->wake);
    pthread_mutex_unlock(&j->lock);
    for (unsigned i = 0; i < j->n_threads; i++)
        pthread_join(j->threads[i], NULL);
    j->n_threads = 0;
}

void jobs_free(struct jobs **j)
{
    if (!*j)
        return;
    pthread_cond_destroy(&(*j)->wake);
    pthread_mutex_destroy(&(*j)->lock);
    free((*j)->threads);
    free(*j);
    *j = NULL;
}
