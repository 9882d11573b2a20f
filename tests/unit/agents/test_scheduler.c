/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/scheduler.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "unit/agents/stub.h"
#include "unit/cmocka_all.h"

#define MINUTE INT64_C(60000000)
#define N      8

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct bench {
    struct arena *arena;
    struct memory_sink memory;
    struct stub_script scripts[N + 1];
    char names[N][8];
    struct agent *agents[N];
    int64_t intervals[N];
    atomic_bool cancelled;
    struct scheduler_setup setup;
};

static void bench_open(struct bench *b, size_t threads)
{
    memset(b, 0, sizeof(*b));
    b->arena = arena_new(0);
    memory_sink_init(&b->memory, b->arena);
    for (int i = 0; i < N; i++) {
        snprintf(b->names[i], sizeof(b->names[i]), "s%d", i);
        b->scripts[i].name = b->names[i];
        b->intervals[i] = MINUTE;
    }
    stub_scripts = b->scripts;
    for (int i = 0; i < N; i++)
        b->agents[i] = stub_agent(b->names[i], &b->cancelled);
    b->setup = (struct scheduler_setup){
        .agents = b->agents,
        .intervals = b->intervals,
        .n = N,
        .threads = threads,
        .once = true,
        .sink = &b->memory.sink,
        .lock = &lock,
        .clock = clock_system(),
        .cancelled = &b->cancelled,
    };
}

static void bench_close(struct bench *b)
{
    for (int i = 0; i < N; i++)
        agent_free(&b->agents[i]);
    memory_sink_free(&b->memory);
    arena_free(&b->arena);
}

static void test_once(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= 12; threads += 11) {
        struct scheduler_result result;
        struct scheduler *s;
        struct bench b;
        struct err e = {0};

        bench_open(&b, threads);
        b.scripts[2].does = STUB_FAILS;
        b.scripts[5].does = STUB_SCOPE_FAILS;
        assert_int_equal(scheduler_start(&s, &b.setup, &e), 0);
        result = scheduler_finish(&s);
        assert_null(s);
        assert_int_equal(result.good, N - 2);
        assert_int_equal(result.failed, 2);
        assert_int_equal(b.memory.n, N);
        for (int i = 0; i < N; i++)
            assert_int_equal(b.scripts[i].runs, 1);
        bench_close(&b);
    }
}

static void test_no_sources(void **state)
{
    struct scheduler_result result;
    struct scheduler *s;
    struct bench b;
    struct err e = {0};

    (void)state;
    bench_open(&b, 2);
    b.setup.n = 0;
    assert_int_equal(scheduler_start(&s, &b.setup, &e), 0);
    result = scheduler_finish(&s);
    assert_int_equal(result.good + result.failed, 0);
    b.setup.once = false; /* waits, until it is stopped */
    assert_int_equal(scheduler_start(&s, &b.setup, &e), 0);
    assert_true(scheduler_stop(&s, 10 * MINUTE));
    bench_close(&b);
}

/* Threads that wait for a far time or for work come back at once. */
static void test_stop(void **state)
{
    struct scheduler *s;
    struct bench b;
    struct err e = {0};

    (void)state;
    bench_open(&b, 3);
    b.setup.once = false;
    assert_int_equal(scheduler_start(&s, &b.setup, &e), 0);
    assert_true(scheduler_stop(&s, 10 * MINUTE));
    assert_null(s);
    assert_true(atomic_load(&b.cancelled));
    for (int i = 0; i < N; i++)
        assert_true(b.scripts[i].runs <= 1);
    bench_close(&b);
}

/* With an interval of nothing but its least, each source is read again and again. */
static void test_repeats(void **state)
{
    struct scheduler *s;
    struct bench b;
    struct err e = {0};

    (void)state;
    bench_open(&b, 2);
    b.setup.once = false;
    for (int i = 0; i < N; i++)
        b.intervals[i] = 10;
    assert_int_equal(scheduler_start(&s, &b.setup, &e), 0);
    for (int i = 0; i < N; i++) {
        while (atomic_load(&b.scripts[i].runs) < 3)
            sched_yield();
    }
    assert_true(scheduler_stop(&s, 10 * MINUTE));
    bench_close(&b);
}

/* Besides being read, a source may take what others send: in a thread of its own, so that one
 * thread that reads is enough for all. */
static void test_serves(void **state)
{
    struct scheduler *s;
    struct bench b;
    struct err e = {0};

    (void)state;
    bench_open(&b, 1);
    b.setup.once = false;
    b.intervals[0] = b.intervals[1] = 10;
    b.scripts[0].patience = 3; /* it has trouble at first */
    b.scripts[1].patience = -1;
    for (int i = 0; i < N; i++)
        b.scripts[i].does = STUB_NOTHING;
    assert_int_equal(scheduler_start(&s, &b.setup, &e), 0);
    for (int i = 0; i < N; i++) {
        while (atomic_load(&b.scripts[i].served) < (i == 0 ? 4 : 1))
            sched_yield();
        while (atomic_load(&b.scripts[i].runs) < 1)
            sched_yield();
    }
    assert_true(scheduler_stop(&s, 10 * MINUTE));
    assert_int_equal(b.scripts[0].served, 4);
    assert_int_equal(b.scripts[1].served, 1); /* it takes nothing: never again */
    assert_int_equal(b.scripts[2].served, 1);
    assert_int_equal(b.memory.n, N - 1); /* what came last was kept */
    bench_close(&b);
}

/* Who reads once does not wait for others. */
static void test_once_serves_nobody(void **state)
{
    struct scheduler *s;
    struct bench b;
    struct err e = {0};

    (void)state;
    bench_open(&b, 2);
    assert_int_equal(scheduler_start(&s, &b.setup, &e), 0);
    scheduler_finish(&s);
    for (int i = 0; i < N; i++)
        assert_int_equal(b.scripts[i].served, 0);
    bench_close(&b);
}

static void test_due(void **state)
{
    struct bench b;
    bool differs = false;

    (void)state;
    bench_open(&b, 1);
    for (uint64_t run = 1; run < 1000; run++) {
        int64_t due = scheduler_due(b.agents[0], run, 5000, MINUTE);

        assert_in_range(due, 5000 + MINUTE * 95 / 100, 5000 + MINUTE * 105 / 100);
        assert_int_equal(due, scheduler_due(b.agents[0], run, 5000, MINUTE));
        differs = differs || due != scheduler_due(b.agents[1], run, 5000, MINUTE);
    }
    assert_true(differs);
    assert_int_equal(scheduler_due(b.agents[0], 1, 7, 5), 12); /* too short to vary */
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once),   cmocka_unit_test(test_no_sources),
        cmocka_unit_test(test_stop),   cmocka_unit_test(test_repeats),
        cmocka_unit_test(test_serves), cmocka_unit_test(test_once_serves_nobody),
        cmocka_unit_test(test_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
