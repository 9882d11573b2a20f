/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "model/batch.h"

static const struct origin router_a = {.domain = "one",
                                       .source = "lg",
                                       .kind = "looking-glass",
                                       .scope = "a",
                                       .expires = FACT_NONE};
static const struct origin router_b = {.domain = "one",
                                       .source = "lg",
                                       .kind = "looking-glass",
                                       .scope = "b",
                                       .expires = FACT_NONE};

struct env {
    struct arena *arena;
    struct memory_sink m;
};

static int setup(void **state)
{
    static struct env env;
    env.arena = arena_new(0);
    memory_sink_init(&env.m, env.arena);
    *state = &env;
    return env.arena == NULL;
}

static int teardown(void **state)
{
    struct env *env = *state;
    memory_sink_free(&env->m);
    arena_free(&env->arena);
    return 0;
}

static void begin(struct env *env, const struct origin *o, const char *version)
{
    struct batch_head head = {.origin = *o, .version = version};
    assert_int_equal(env->m.sink.begin(&env->m.sink, &head, NULL), 0);
}

static void put_node(struct env *env, const char *name)
{
    struct fact_node node;
    fact_init(FACT_NODE, &node);
    node.node = name;
    assert_int_equal(env->m.sink.put(&env->m.sink, FACT_NODE, &node, NULL), 0);
}

static int refuse_put(struct batch_sink *s, enum fact_kind kind, const void *fact,
                      struct err *e)
{
    (void)s, (void)kind, (void)fact;
    return err_set(e, ERR_SCHEMA, "refused");
}

/* One fact is a batch; one that is refused leaves none behind, and the next may begin. */
static void one_fact(void **state)
{
    struct env *env = *state;
    struct batch_sink *sink = &env->m.sink;
    int (*put)(struct batch_sink *, enum fact_kind, const void *, struct err *) = sink->put;
    struct batch_head head = {.origin = router_a, .version = "1"};
    struct fact_node node;
    struct err e = {0};
    fact_init(FACT_NODE, &node);
    node.node = "r1";
    assert_int_equal(batch_write_one(sink, &head, FACT_NODE, &node, &e), 0);
    assert_int_equal(env->m.n, 1);
    assert_int_equal(FACTS_N(&env->m.v[0].facts, NODE), 1);
    sink->put = refuse_put;
    assert_int_equal(batch_write_one(sink, &head, FACT_NODE, &node, &e), ERR_SCHEMA);
    assert_string_equal(e.msg, "refused");
    sink->put = put;
    assert_null(env->m.open);
    assert_int_equal(env->m.n, 1);
    assert_int_equal(batch_write_one(sink, &head, FACT_NODE, &node, &e), 0);
    assert_int_equal(env->m.n, 2);
}

static void committed_batches_stay(void **state)
{
    struct env *env = *state;
    char name[] = "r1";
    begin(env, &router_a, "v1");
    put_node(env, name);
    env->m.sink.ignore(&env->m.sink, "line 3", "unknown statement");
    assert_int_equal(env->m.sink.commit(&env->m.sink, NULL), 0);
    name[0] = 'X';
    assert_int_equal(env->m.n, 1);
    assert_string_equal(FACTS(&env->m.v[0].facts, node, NODE)[0].node, "r1");
    assert_string_equal(FACTS(&env->m.v[0].facts, node, NODE)[0].origin->scope, "a");
    assert_int_equal(FACTS(&env->m.v[0].facts, node, NODE)[0].origin->epoch, 1);
    assert_int_equal(env->m.v[0].n_ignored, 1);
    assert_string_equal(env->m.v[0].ignored[0].reason, "unknown statement");
}

static void aborted_batches_leave_nothing(void **state)
{
    struct env *env = *state;
    begin(env, &router_a, NULL);
    put_node(env, "r1");
    env->m.sink.abort(&env->m.sink);
    env->m.sink.abort(&env->m.sink); /* harmless */
    assert_int_equal(env->m.n, 0);
    assert_null(env->m.open);
}

static void epochs_count_per_scope(void **state)
{
    struct env *env = *state;
    const struct origin *const scopes[] = {&router_a, &router_b, &router_a};
    for (int i = 0; i < 3; i++) {
        begin(env, scopes[i], NULL);
        assert_int_equal(env->m.sink.commit(&env->m.sink, NULL), 0);
    }
    assert_int_equal(env->m.v[1].head.origin.epoch, 1);
    assert_int_equal(env->m.v[2].head.origin.epoch, 2);
}

static void versions_scopes_failures(void **state)
{
    struct env *env = *state;
    struct batch_sink *s = &env->m.sink;
    struct strs names;
    struct err why = {ERR_TIMEOUT, "no answer"};
    begin(env, &router_b, "v7");
    assert_int_equal(s->commit(s, NULL), 0);
    begin(env, &router_a, NULL);
    assert_int_equal(s->commit(s, NULL), 0);
    assert_string_equal(s->version(s, &router_b, env->arena), "v7");
    assert_null(s->version(s, &router_a, env->arena));
    assert_int_equal(s->scopes(s, &router_a, env->arena, &names, NULL), 0);
    assert_int_equal(names.n, 2);
    assert_string_equal(names.v[0], "a");
    assert_string_equal(names.v[1], "b");
    assert_int_equal(s->failed(s, &router_b, &why, NULL), 0);
    assert_null(s->version(s, &router_b, env->arena));
    assert_string_equal(s->reached(s, &router_b, env->arena), "v7");
    assert_true(env->m.v[2].failed);
    assert_string_equal(env->m.v[2].why.msg, "no answer");
    assert_int_equal(s->retire(s, &router_b, NULL), 0);
    assert_int_equal(s->scopes(s, &router_a, env->arena, &names, NULL), 0);
    assert_int_equal(names.n, 1);
    assert_null(s->reached(s, &router_b, env->arena));
    assert_int_equal(env->m.n, 1);
}

static void a_full_arena_is_reported(void **state)
{
    struct arena *tiny = arena_new(16);
    struct memory_sink m;
    struct batch_head head = {.origin = router_a, .version = "a version that has no room here"};
    struct err e = {0};
    (void)state;
    memory_sink_init(&m, tiny);
    assert_int_equal(m.sink.begin(&m.sink, &head, &e), ERR_NOMEM);
    memory_sink_free(&m);
    arena_free(&tiny);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_fact, setup, teardown),
        cmocka_unit_test_setup_teardown(committed_batches_stay, setup, teardown),
        cmocka_unit_test_setup_teardown(aborted_batches_leave_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(epochs_count_per_scope, setup, teardown),
        cmocka_unit_test_setup_teardown(versions_scopes_failures, setup, teardown),
        cmocka_unit_test(a_full_arena_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
