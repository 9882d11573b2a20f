/* SPDX-License-Identifier: Apache-2.0 */
/* Batches that are written in one piece. */
#include <sys/wait.h>
#include <unistd.h>

#include "unit/core/store/store_env.h"

static void together(struct env *env, bool on)
{
    struct err e = {0};
    assert_int_equal(env->sink->together(env->sink, on, &e), 0);
}

/* Readers see nothing before the end; the writer does. */
static void all_show_at_the_end(void **state)
{
    struct env *env = *state;
    struct origin c = env_origin("c"), a = env_origin("a");
    struct err why = {ERR_TIMEOUT, "why"}, e = {0};
    struct strs scopes;
    struct intake in = {.facts.arena = env->arena};
    int64_t expiry;
    env_write(env, "a");
    together(env, true);
    env_write(env, "b");
    env_write(env, "c");
    assert_int_equal(env->sink->retire(env->sink, &a, &e), 0);
    assert_int_equal(env->sink->failed(env->sink, &c, &why, &e), 0);
    assert_int_equal(env->sink->scopes(env->sink, &c, env->arena, &scopes, &e), 0);
    assert_int_equal(scopes.n, 2);
    assert_int_equal(store_load(env->store, env->now, &in, &expiry, &e), ERR_CONFLICT);
    env_load(env, &in, NULL);
    assert_int_equal(in.n_scopes, 1);
    facts_free(&in.facts);
    together(env, false);
    env_load(env, &in, NULL);
    assert_int_equal(in.n_scopes, 2);
    assert_null(env_scope(&in, "a"));
    assert_int_equal(env_scope(&in, "b")->origin.stale, 0);
    assert_int_not_equal(env_scope(&in, "c")->origin.stale, 0);
    facts_free(&in.facts);
    env_write(env, "d"); /* by itself again */
    assert_int_equal(env_count(env), 3);
}

static void one_fails_alone(void **state)
{
    struct env *env = *state;
    struct batch_head odd = {.origin = env_origin("")};
    struct intake in;
    together(env, true);
    env_write(env, "a");
    env_begin(env, "b", BATCH_REPLACE);
    env_route(env, "b", "10.0.0.0/8", 1);
    env->sink->abort(env->sink);
    assert_int_equal(env->sink->begin(env->sink, &odd, NULL), ERR_INVAL);
    env_write(env, "c");
    together(env, false);
    env_load(env, &in, NULL);
    assert_int_equal(facts_count(&in.facts), 2);
    assert_int_equal(in.n_scopes, 2);
    assert_null(env_scope(&in, "b"));
    facts_free(&in.facts);
}

static void nothing_at_all(void **state)
{
    struct env *env = *state;
    together(env, true);
    together(env, false);
    together(env, true);
    env_begin(env, "b", BATCH_REPLACE);
    env->sink->abort(env->sink);
    together(env, false);
    assert_int_equal(env_count(env), 0);
    env_write(env, "a");
    assert_int_equal(env_count(env), 1);
}

/* A process that ends within leaves the store as it was. */
static void an_end_within_leaves_nothing(void **state)
{
    struct env *env = *state;
    int status;
    env_write(env, "a");
    store_close(&env->store);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct store *s;
        if (store_open(&s, env->path, STORE_WRITE, &env->clock, NULL) != 0)
            _exit(1);
        env->sink = store_sink(s);
        together(env, true);
        env_write(env, "b");
        env_write(env, "a");
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(store_open(&env->store, env->path, STORE_WRITE, &env->clock, NULL), 0);
    env->sink = store_sink(env->store);
    assert_int_equal(env_count(env), 1);
    together(env, true);
    env_write(env, "c");
    store_close(&env->store);
    assert_int_equal(env_count(env), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, env_setup, env_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_show_at_the_end),
        TEST(one_fails_alone),
        TEST(nothing_at_all),
        TEST(an_end_within_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
