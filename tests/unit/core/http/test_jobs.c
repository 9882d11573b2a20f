/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that work off a queue. */
#include "http/jobs.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

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
    pthread_cond_broadcast(&b->changed);
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

static void wait_until_done(struct board *b, unsigned n)
{
    pthread_mutex_lock(&b->lock);
    while (b->n_done < n)
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

/* Has this process the right to take priority back? Tried in one that is over then. */
static bool may_rise(void)
{
    int status = 1;
    pid_t child = fork();
    if (child == 0) {
        int lower = getpriority(PRIO_PROCESS, 0) + 10;
        setpriority(PRIO_PROCESS, 0, lower);
        lower = getpriority(PRIO_PROCESS, 0); /* 19 at most */
        _exit(setpriority(PRIO_PROCESS, 0, lower - 1) == 0 ? 0 : 1);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Those that stand back do so alone: whoever started them goes on as before. They give way at
 * once only if something can be done against waiting for ever. */
static void test_low(void **state)
{
    int before = getpriority(PRIO_PROCESS, 0), policy = sched_getscheduler(0);
    int behind = may_rise() ? SCHED_IDLE : SCHED_BATCH;
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
        assert_int_equal(b->policy, low ? behind : policy);
        assert_int_equal(getpriority(PRIO_PROCESS, 0), before);
        jobs_free(&j);
    }
}

/* What is at the same job at two looks is raised, for this job alone. */
static void test_raised(void **state)
{
    static const struct {
        unsigned looks;
        bool raised;
    } cases[] = {{0, false}, {1, false}, {2, true}, {1, false}, {3, true}, {0, false}};
    struct board *b = new_board();
    struct note notes[sizeof(cases) / sizeof(*cases)];
    int behind = may_rise() ? SCHED_IDLE : SCHED_BATCH;
    struct jobs *j;
    struct err e = {0};
    (void)state;
    assert_int_equal(jobs_start(&j, &(struct jobs_config){1, 1, true, run}, &e), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        pthread_mutex_lock(&b->lock);
        b->hold = true;
        b->n_done = 0;
        pthread_mutex_unlock(&b->lock);
        notes[i] = (struct note){.board = b};
        assert_true(jobs_add(j, &notes[i].job, accepted));
        wait_until_running(b, 1);
        for (unsigned k = 0; k < cases[i].looks; k++)
            jobs_look(j);
        go_on(b);
        wait_until_done(b, 1);
        assert_int_equal(b->policy, cases[i].raised ? SCHED_BATCH : behind);
    }
    jobs_stop(j);
    jobs_free(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queue),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_low),
        cmocka_unit_test(test_raised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
