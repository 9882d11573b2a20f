/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/runner.h"

#include <string.h>

#include "unit/agents/stub.h"
#include "unit/cmocka_all.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct bench {
    struct arena *arena;
    struct memory_sink memory;
    struct spool *spool;
    struct agent *agent;
    struct run_state state;
    struct stub_script script[2];
    atomic_bool cancelled;
};

static void bench_open(struct bench *b)
{
    struct err e = {0};

    memset(b, 0, sizeof(*b));
    b->arena = arena_new(0);
    memory_sink_init(&b->memory, b->arena);
    assert_int_equal(spool_new(&b->spool, &b->memory.sink, &lock, SPOOL_LIMIT, &e), 0);
    b->script[0].name = "s";
    stub_scripts = b->script;
    b->agent = stub_agent("s", &b->cancelled);
}

static void bench_close(struct bench *b)
{
    agent_free(&b->agent);
    spool_free(&b->spool);
    memory_sink_free(&b->memory);
    arena_free(&b->arena);
}

static enum run_result run(struct bench *b, enum stub_does does)
{
    b->script[0].does = does;
    return run_source(b->agent, b->spool, &b->state);
}

static const struct memory_batch *last(const struct bench *b)
{
    return &b->memory.v[b->memory.n - 1];
}

static void test_good(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    assert_int_equal(run(&b, STUB_GOOD), RUN_GOOD);
    assert_int_equal(b.memory.n, 1);
    assert_string_equal(last(&b)->head.origin.scope, "x");
    assert_string_equal(last(&b)->head.origin.source, "s");
    assert_string_equal(last(&b)->head.origin.kind, "stub");
    assert_int_equal(last(&b)->head.origin.collected_at, 1000);
    bench_close(&b);
}

static void test_scope_fails(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    assert_int_equal(run(&b, STUB_SCOPE_FAILS), RUN_PARTLY);
    assert_string_equal(last(&b)->head.origin.scope, "y");
    assert_true(last(&b)->failed);
    bench_close(&b);
}

static void test_source_fails(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    assert_int_equal(run(&b, STUB_GOOD), RUN_GOOD);
    assert_int_equal(run(&b, STUB_FAILS), RUN_FAILED);
    assert_int_equal(b.memory.n, 2);
    assert_string_equal(last(&b)->head.origin.scope, "*");
    assert_true(last(&b)->failed);
    assert_string_equal(last(&b)->why.msg, "no answer");
    /* It works again, but has scopes whose batches say so themselves. */
    assert_int_equal(run(&b, STUB_NOTHING), RUN_GOOD);
    assert_int_equal(b.memory.n, 2);
    bench_close(&b);
}

/* Nothing but the failure was known of the source: with its end nothing is left. */
static void test_failure_is_taken_back(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    assert_int_equal(run(&b, STUB_FAILS), RUN_FAILED);
    assert_int_equal(b.memory.n, 1);
    assert_int_equal(run(&b, STUB_NOTHING), RUN_GOOD);
    assert_int_equal(b.memory.n, 0);
    bench_close(&b);
}

static void test_open_batch_is_aborted(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    assert_int_equal(run(&b, STUB_LEAVES_OPEN), RUN_GOOD);
    assert_int_equal(b.memory.n, 0);
    assert_int_equal(run(&b, STUB_GOOD), RUN_GOOD); /* the spool is free again */
    assert_int_equal(b.memory.n, 1);
    bench_close(&b);
}

static void test_cancelled(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    atomic_store(&b.cancelled, true);
    assert_int_equal(run(&b, STUB_FAILS), RUN_CANCELLED);
    assert_int_equal(b.memory.n, 0); /* stopping is no failure of the source */
    bench_close(&b);
}

static bool always(struct agent *a)
{
    (void)a;
    return true;
}

static int fail_at_the_end(struct batch_sink *s, bool on, struct err *e)
{
    (void)s;
    return on ? 0 : err_set(e, ERR_IO, "disk full");
}

/* What is written together, and too late to be the source's affair, fails the run. */
static void test_not_written(void **state)
{
    struct agent_ops ops = stub_ops;
    struct agent_setup setup;
    struct err e = {0};
    struct bench b;

    (void)state;
    bench_open(&b);
    ops.together = always;
    setup = (struct agent_setup){.ops = &ops,
                                 .domain = "one",
                                 .name = "s",
                                 .expires = FACT_NONE,
                                 .clock = &stub_clock,
                                 .cancelled = &b.cancelled};
    agent_free(&b.agent);
    assert_int_equal(agent_new(&b.agent, &setup, &e), 0);
    assert_int_equal(run(&b, STUB_GOOD), RUN_GOOD); /* this sink writes one by one */
    b.memory.sink.together = fail_at_the_end;
    assert_int_equal(run(&b, STUB_GOOD), RUN_FAILED);
    assert_string_equal(last(&b)->head.origin.scope, "*");
    assert_string_equal(last(&b)->why.msg, "disk full");
    assert_int_equal(run(&b, STUB_NOTHING), RUN_GOOD); /* nothing to write */
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_scope_fails),
        cmocka_unit_test(test_source_fails),
        cmocka_unit_test(test_failure_is_taken_back),
        cmocka_unit_test(test_open_batch_is_aborted),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
