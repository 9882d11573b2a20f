/* SPDX-License-Identifier: Apache-2.0 */
/* Processors of serving threads. */
#include "http/seats.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "unit/cmocka_all.h"

#define MAX_THREADS 1025

struct comer {
    struct seats *seats;
    pthread_t thread;
    pthread_barrier_t *here; /* nobody goes before all have come: ids of threads are reused */
    cpu_set_t allowed;
};

static void *come(void *self)
{
    struct comer *c = self;
    seats_take(c->seats);
    seats_take(c->seats);
    sched_getaffinity(0, sizeof(c->allowed), &c->allowed);
    pthread_barrier_wait(c->here);
    return NULL;
}

/* How many come of how many that are expected; where they may run then. */
static void let_come(unsigned n, unsigned expected, struct comer *comers)
{
    struct seats *seats = seats_new(expected);
    pthread_barrier_t here;
    assert_non_null(seats);
    assert_int_equal(pthread_barrier_init(&here, NULL, n), 0);
    for (unsigned i = 0; i < n; i++) {
        comers[i] = (struct comer){.seats = seats, .here = &here};
        assert_int_equal(pthread_create(&comers[i].thread, NULL, come, &comers[i]), 0);
    }
    for (unsigned i = 0; i < n; i++)
        pthread_join(comers[i].thread, NULL);
    pthread_barrier_destroy(&here);
    free(seats);
}

static unsigned processors(cpu_set_t *allowed)
{
    assert_int_equal(sched_getaffinity(0, sizeof(*allowed), allowed), 0);
    return (unsigned)CPU_COUNT(allowed);
}

/* As many threads as processors: each has its own, all are used, and nobody else has moved. */
static void test_one_each(void **state)
{
    static struct comer comers[MAX_THREADS];
    cpu_set_t before, after, used;
    unsigned n = processors(&before);
    (void)state;
    let_come(n, n, comers);
    CPU_ZERO(&used);
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(CPU_COUNT(&comers[i].allowed), 1);
        CPU_OR(&used, &used, &comers[i].allowed);
    }
    assert_true(CPU_EQUAL(&used, &before));
    processors(&after);
    assert_true(CPU_EQUAL(&after, &before));
}

/* More or fewer threads than processors run where the kernel likes. */
static void test_left_alone(void **state)
{
    static struct comer comers[MAX_THREADS];
    cpu_set_t before;
    unsigned n = processors(&before);
    (void)state;
    for (unsigned more = 0; more < 2; more++) {
        unsigned threads = more ? n + 1 : n - 1;
        if (threads == 0)
            continue;
        let_come(threads, threads, comers);
        for (unsigned i = 0; i < threads; i++)
            assert_true(CPU_EQUAL(&comers[i].allowed, &before));
    }
}

/* One that was not expected is left alone. */
static void test_one_more(void **state)
{
    static struct comer comers[MAX_THREADS];
    cpu_set_t before;
    unsigned n = processors(&before), alone = 0;
    (void)state;
    let_come(n + 1, n, comers);
    for (unsigned i = 0; i <= n; i++)
        alone += CPU_EQUAL(&comers[i].allowed, &before) ? 1 : 0;
    if (n > 1)
        assert_int_equal(alone, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_each),
        cmocka_unit_test(test_left_alone),
        cmocka_unit_test(test_one_more),
    };
    return cmocka_run_group_tests_name("seats", tests, NULL, NULL);
}
