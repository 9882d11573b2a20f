/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that work off a queue. */
#include "http/jobs.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include "unit/cmocka_all.h"

#define N 5

/* What the jobs of a test share. */
struct board {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool hold;
    unsigned running, n_done;
    unsigned done[N];
    int nice, policy;
};

struct note {
    struct job job; /* first, so that it is found by it */
    struct board *board;
    unsigned number;
    bool accepted;
};

static struct board *new_board(void)
{
    static struct board b;
    b = (struct board){.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    return &b;
}

static void run(struct job *job)
{
    struct note *n = (struct note *)(void *)job;
    struct board *b = n->board;
    pthread_mutex_lock(&b->lock);
    b->running++;
    pthread_cond_broadcast(&b->changed);
    while (b->hold)
        pthread_cond_wait(&b->changed, &b->lock);
    b->running--;
    b->done[b->n_done++] = n->number;
    b->nice = getpriority(PRIO_PROCESS, 0);
    b->policy = sched_getscheduler(0);
    pthread_mutex_unlock(&b->lock);
}

static void accepted(struct job *job)
{
    ((struct note *)(void *)job)->accepted = true;
}

static void wait_until_running(struct board *b, unsigned n)
{
    pthread_mutex_lock(&b->lock);
    while (b->running < n)
        pthread_cond_wait(&b->changed, &b->lock);
    pthread_mutex_unlock(&b->lock);
}

static void go_on(struct board *b)
{
    pthread_mutex_lock(&b->lock);
    b->hold = false;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
}

/* One runs, three wait, the fifth is too much; they are done in order, before it is over. */
static void test_queue(void **state)
{
    struct board *b = new_board();
    struct note notes[N];
    struct jobs *j;
    struct err e = {0};
    (void)state;
    b->hold = true;
    assert_int_equal(jobs_start(&j, &(struct jobs_config){1, 3, false, run}, &e), 0);
    for (unsigned i = 0; i < N; i++) {
        notes[i] = (struct note){.board = b, .number = i};
        assert_int_equal(jobs_add(j, &notes[i].job, accepted), i < 4);
        assert_int_equal(notes[i].accepted, i < 4);
        if (i == 0)
            wait_until_running(b, 1);
    }
    go_on(b);
    jobs_stop(j);
    assert_int_equal(b->n_done, 4);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(b->done[i], i);
    assert_false(jobs_add(j, &notes[4].job, accepted));
    assert_false(notes[4].accepted);
    jobs_free(&j);
    assert_null(j);
    jobs_free(&j);
}

static void test_threads(void **state)
{
    struct board *b = new_board();
    struct note notes[N];
    struct jobs *j;
    struct err e = {0};
    (void)state;
    b->hold = true;
    assert_int_equal(jobs_start(&j, &(struct jobs_config){N, N, false, run}, &e), 0);
    for (unsigned i = 0; i < N; i++) {
        notes[i] = (struct note){.board = b, .number = i};
        assert_true(jobs_add(j, &notes[i].job, accepted));
    }
    wait_until_running(b, N); /* all at once */
    go_on(b);
    jobs_stop(j);
    assert_int_equal(b->n_done, N);
    jobs_free(&j);
}

/* Those that stand back do so alone: whoever started them goes on as before. */
static void test_low(void **state)
{
    int before = getpriority(PRIO_PROCESS, 0), policy = sched_getscheduler(0);
    (void)state;
    for (unsigned low = 0; low < 2; low++) {
        struct board *b = new_board();
        struct note note = {.board = b};
        struct jobs *j;
        struct err e = {0};
        assert_int_equal(jobs_start(&j, &(struct jobs_config){1, 1, low == 1, run}, &e), 0);
        assert_true(jobs_add(j, &note.job, accepted));
        jobs_stop(j);
        int lower = before + 10 < 19 ? before + 10 : 19;
        assert_int_equal(b->nice, low ? lower : before);
        assert_int_equal(b->policy, low ? SCHED_BATCH : policy);
        assert_int_equal(getpriority(PRIO_PROCESS, 0), before);
        jobs_free(&j);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queue),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_low),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
