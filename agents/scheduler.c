/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/scheduler.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agents/runner.h"
#include "base/hash.h"
#include "base/log.h"

struct job {
    struct agent *agent;
    int64_t interval;
    int64_t due; /* on the monotonic clock; INT64_MAX: never again */
    uint64_t runs;
    bool running;
    struct run_state state;
    struct scheduler *owner; /* for the thread that serves it */
};

struct scheduler {
    struct scheduler_setup setup;
    struct job *jobs;
    pthread_t *threads;
    struct spool **spools; /* one per thread */
    size_t n_places;       /* for threads and spools */
    size_t n_threads;      /* started */
    size_t next_spool;     /* the one that the next thread takes */
    size_t n_ended;        /* threads that came back */
    pthread_mutex_t lock;  /* guards all below and the jobs */
    pthread_cond_t changed;
    struct scheduler_result result;
};

int64_t scheduler_due(const struct agent *a, uint64_t run, int64_t last, int64_t interval)
{
    const char *domain = agent_domain(a), *name = agent_name(a);
    uint64_t h = hash_bytes(name, strlen(name), hash_bytes(domain, strlen(domain), run));
    int64_t span = interval / 10;

    return last + interval - span / 2 + (span > 0 ? (int64_t)(h % (uint64_t)span) : 0);
}

static int64_t now_of(const struct scheduler *s)
{
    return s->setup.clock->mono_us(s->setup.clock->self);
}

/* The idle job that is due first, in the order of the configuration; NULL: none ever. */
static struct job *first_job(struct scheduler *s)
{
    struct job *best = NULL;

    for (size_t i = 0; i < s->setup.n; i++) {
        struct job *j = &s->jobs[i];

        if (!j->running && j->due != INT64_MAX && (best == NULL || j->due < best->due))
            best = j;
    }
    return best;
}

/* Waits for a change at most so long; the condition variable runs by the monotonic clock. */
static int wait_for(struct scheduler *s, int64_t us)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += us / 1000000;
    at.tv_nsec += us % 1000000 * 1000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_nsec -= 1000000000;
        at.tv_sec++;
    }
    return pthread_cond_timedwait(&s->changed, &s->lock, &at);
}

/* Waits for the next job; NULL when there is no more work. The lock is held. */
static struct job *take(struct scheduler *s)
{
    for (;;) {
        struct job *j = first_job(s);
        int64_t now = now_of(s);

        if (atomic_load(s->setup.cancelled))
            return NULL;
        if (j == NULL && s->setup.once)
            return NULL;
        if (j == NULL)
            pthread_cond_wait(&s->changed, &s->lock);
        else if (j->due > now)
            wait_for(s, j->due - now);
        else
            return j;
    }
}

static void done(struct scheduler *s, struct job *j, enum run_result result)
{
    int64_t now = now_of(s), due = scheduler_due(j->agent, ++j->runs, j->due, j->interval);

    if (result == RUN_GOOD)
        s->result.good++;
    else
        s->result.failed++;
    j->running = false;
    /* A run that took longer than its interval is not made up for. */
    j->due = s->setup.once ? INT64_MAX : due > now ? due : now + j->interval;
    pthread_cond_broadcast(&s->changed);
}

static void *work(void *arg)
{
    struct scheduler *s = arg;
    struct spool *spool;
    struct job *j;

    pthread_mutex_lock(&s->lock);
    spool = s->spools[s->next_spool++];
    while ((j = take(s)) != NULL) {
        enum run_result result;

        j->running = true;
        pthread_mutex_unlock(&s->lock);
        result = run_source(j->agent, spool, &j->state);
        pthread_mutex_lock(&s->lock);
        done(s, j, result);
    }
    s->n_ended++;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* Waits until the next call of serve(), true; or until the end, false. The lock is held. */
static bool wait_to_serve(struct scheduler *s, int64_t interval)
{
    int64_t until = now_of(s) + interval, left;

    while (!atomic_load(s->setup.cancelled) && (left = until - now_of(s)) > 0)
        wait_for(s, left);
    return !atomic_load(s->setup.cancelled);
}

/* The thread of a source to which others send. */
static void *serve(void *arg)
{
    struct job *j = arg;
    struct scheduler *s = j->owner;
    struct spool *spool;
    int rc = 0;

    pthread_mutex_lock(&s->lock);
    spool = s->spools[s->next_spool++];
    while (rc <= 0 && !atomic_load(s->setup.cancelled)) {
        struct err e = {0};

        pthread_mutex_unlock(&s->lock);
        rc = agent_ops_of(j->agent)->serve(j->agent, spool_sink(spool), &e);
        spool_sink(spool)->abort(spool_sink(spool));
        if (rc < 0)
            log_error("source", "%s: %s", agent_name(j->agent), e.msg);
        pthread_mutex_lock(&s->lock);
        if (rc <= 0 && !wait_to_serve(s, j->interval))
            break;
    }
    s->n_ended++;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static bool is_served(const struct scheduler_setup *setup, size_t i)
{
    return !setup->once && agent_ops_of(setup->agents[i])->serve != NULL;
}

static void scheduler_free(struct scheduler **out)
{
    struct scheduler *s = *out;

    for (size_t i = 0; s->spools != NULL && i < s->n_places; i++)
        spool_free(&s->spools[i]);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s->spools);
    free(s->threads);
    free(s->jobs);
    free(s);
    *out = NULL;
}

static struct scheduler *scheduler_new(const struct scheduler_setup *setup, struct err *e)
{
    struct scheduler *s = calloc(1, sizeof(*s));
    pthread_condattr_t attr;

    if (s == NULL)
        goto no_memory;
    s->setup = *setup;
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &attr);
    pthread_condattr_destroy(&attr);
    s->jobs = calloc(setup->n + 1, sizeof(*s->jobs));
    s->n_places = setup->threads;
    for (size_t i = 0; i < setup->n; i++)
        s->n_places += is_served(setup, i);
    s->threads = calloc(s->n_places, sizeof(*s->threads));
    s->spools = calloc(s->n_places, sizeof(struct spool *));
    if (s->jobs == NULL || s->threads == NULL || s->spools == NULL)
        goto no_memory;
    for (size_t i = 0; i < s->n_places; i++) {
        if (spool_new(&s->spools[i], setup->sink, setup->lock, SPOOL_LIMIT, e) != 0)
            goto no_memory;
    }
    return s;
no_memory:
    err_set(e, ERR_NOMEM, "scheduler: out of memory");
    if (s != NULL)
        scheduler_free(&s);
    return NULL;
}

static int start_thread(struct scheduler *s, void *(*run)(void *), void *arg)
{
    int rc = pthread_create(&s->threads[s->n_threads], NULL, run, arg);

    s->n_threads += rc == 0;
    return rc;
}

int scheduler_start(struct scheduler **out, const struct scheduler_setup *setup, struct err *e)
{
    struct scheduler *s = scheduler_new(setup, e);
    int rc = 0;

    assert(setup->threads > 0);
    *out = s;
    if (s == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < setup->n; i++) {
        s->jobs[i].agent = setup->agents[i];
        s->jobs[i].interval = setup->intervals[i];
        s->jobs[i].due = now_of(s);
        s->jobs[i].owner = s;
    }
    while (s->n_threads < setup->threads && rc == 0)
        rc = start_thread(s, work, s);
    for (size_t i = 0; i < setup->n && rc == 0; i++) {
        if (is_served(setup, i))
            rc = start_thread(s, serve, &s->jobs[i]);
    }
    if (rc == 0)
        return 0;
    rc = err_set(e, ERR_NOMEM, "scheduler: no thread: %s", strerror(rc));
    atomic_store(setup->cancelled, true);
    scheduler_finish(out);
    return rc;
}

struct scheduler_result scheduler_finish(struct scheduler **out)
{
    struct scheduler *s = *out;
    struct scheduler_result result;

    for (size_t i = 0; i < s->n_threads; i++)
        pthread_join(s->threads[i], NULL);
    result = s->result;
    scheduler_free(out);
    return result;
}

bool scheduler_stop(struct scheduler **out, int64_t patience)
{
    struct scheduler *s = *out;
    const struct clock *clock = clock_system();
    int64_t left, until = clock->mono_us(clock->self) + patience;
    bool ended;

    pthread_mutex_lock(&s->lock);
    atomic_store(s->setup.cancelled, true);
    pthread_cond_broadcast(&s->changed);
    while (s->n_ended < s->n_threads && (left = until - clock->mono_us(clock->self)) > 0)
        wait_for(s, left);
    ended = s->n_ended == s->n_threads;
    pthread_mutex_unlock(&s->lock);
    if (ended)
        scheduler_finish(out);
    return ended;
}
