/* SPDX-License-Identifier: Apache-2.0 */
/* States of scopes: failures, versions, what is gone, what is old. */
#include "unit/core/store/store_env.h"

static void fail_scope(struct env *env, const char *scope, const char *why)
{
    struct origin o = env_origin(scope);
    struct err e = {.code = ERR_TIMEOUT};
    snprintf(e.msg, sizeof(e.msg), "%s", why);
    assert_int_equal(env->sink->failed(env->sink, &o, &e, NULL), 0);
}

static const char *version(struct env *env, const char *scope)
{
    struct origin o = env_origin(scope);
    return env->sink->version(env->sink, &o, env->arena);
}

static void a_failure_keeps_the_last_good_batch(void **state)
{
    struct env *env = *state;
    struct intake in;
    env_write(env, "a");
    env_write(env, "b");
    env->now = 2000;
    fail_scope(env, "a", "no answer in 30 s");
    env_load(env, &in, NULL);
    assert_int_equal(FACTS_N(&in.facts, NODE), 2);
    assert_int_equal(FACTS(&in.facts, node, NODE)[0].origin->stale, 1);
    assert_int_equal(FACTS(&in.facts, node, NODE)[1].origin->stale, 0);
    const struct scope_status *a = env_scope(&in, "a");
    assert_string_equal(a->error, "no answer in 30 s");
    assert_int_equal(a->origin.stale, 1);
    assert_int_equal(a->origin.epoch, 1);
    assert_int_equal(a->attempted_at, 2000);
    assert_int_equal(a->origin.collected_at, 950);
    assert_null(env_scope(&in, "b")->error);
    assert_int_equal(env_scope(&in, "b")->attempted_at, 1000);
    facts_free(&in.facts);
    env_write(env, "a");
    env_load(env, &in, NULL);
    assert_null(env_scope(&in, "a")->error);
    assert_int_equal(FACTS(&in.facts, node, NODE)[0].origin->stale, 0);
    facts_free(&in.facts);
}

static void a_scope_that_never_worked_is_listed(void **state)
{
    struct env *env = *state;
    struct intake in;
    fail_scope(env, "a", "refused");
    env_load(env, &in, NULL);
    assert_int_equal(in.n_scopes, 1);
    assert_int_equal(in.scopes[0].origin.epoch, 0);
    assert_string_equal(in.scopes[0].error, "refused");
    assert_string_equal(in.scopes[0].origin.kind, "looking-glass");
    assert_int_equal(in.scopes[0].origin.observed_at, FACT_NONE);
    assert_null(in.scopes[0].version);
    facts_free(&in.facts);
}

static void star_stands_for_the_whole_source(void **state)
{
    struct env *env = *state;
    struct intake in;
    env_write(env, "a");
    env_write(env, "b");
    fail_scope(env, "*", "down");
    env_load(env, &in, NULL);
    assert_int_equal(in.n_scopes, 3);
    assert_string_equal(env_scope(&in, "*")->error, "down");
    assert_string_equal(env_scope(&in, "b")->error, "down");
    assert_int_equal(FACTS(&in.facts, node, NODE)[1].origin->stale, 1);
    facts_free(&in.facts);
    env_write(env, "a");
    env_load(env, &in, NULL);
    assert_null(env_scope(&in, "*"));
    assert_null(env_scope(&in, "a")->error);
    assert_string_equal(env_scope(&in, "b")->error, "down"); /* waits for its own batch */
    facts_free(&in.facts);
}

static void star_knows_only_its_source(void **state)
{
    struct env *env = *state;
    struct intake in;
    struct origin other = env_origin("a");
    struct batch_head head = {.origin = other};
    head.origin.source = "other";
    assert_int_equal(env->sink->begin(env->sink, &head, NULL), 0);
    env_commit(env);
    env_write(env, "b");
    fail_scope(env, "*", "down");
    env_load(env, &in, NULL);
    assert_null(env_scope(&in, "a")->error);
    assert_non_null(env_scope(&in, "b")->error);
    facts_free(&in.facts);
}

static const char *reached(struct env *env, const char *scope)
{
    struct origin o = env_origin(scope);
    return env->sink->reached(env->sink, &o, env->arena);
}

static void versions_tell_what_need_not_be_read_again(void **state)
{
    struct env *env = *state;
    assert_null(version(env, "a"));
    env_write(env, "a");
    assert_string_equal(version(env, "a"), "v1");
    fail_scope(env, "a", "x");
    assert_null(version(env, "a"));
    env_write(env, "a");
    assert_string_equal(version(env, "a"), "v1");
    fail_scope(env, "*", "x");
    assert_null(version(env, "a"));
}

/* How far a scope was read stays known while it can't be read, until it is gone for good. */
static void how_far_a_stale_scope_was_read(void **state)
{
    struct env *env = *state;
    struct origin o = env_origin("a");
    assert_null(reached(env, "a"));
    fail_scope(env, "a", "x");
    assert_null(reached(env, "a"));
    env_write(env, "a");
    assert_string_equal(reached(env, "a"), "v1");
    fail_scope(env, "a", "x");
    fail_scope(env, "*", "x");
    assert_string_equal(reached(env, "a"), "v1");
    assert_null(reached(env, "b"));
    assert_int_equal(env->sink->retire(env->sink, &o, NULL), 0);
    assert_null(reached(env, "a"));
}

static void an_expired_batch_has_no_version(void **state)
{
    struct env *env = *state;
    struct batch_head head = {.origin = env_origin("a"), .version = "v2"};
    head.origin.expires = 1500;
    assert_int_equal(env->sink->begin(env->sink, &head, NULL), 0);
    env_commit(env);
    assert_string_equal(version(env, "a"), "v2");
    env->now = 1500;
    assert_null(version(env, "a"));
    assert_string_equal(reached(env, "a"), "v2");
}

static void scopes_are_listed_in_order(void **state)
{
    struct env *env = *state;
    struct origin o = env_origin("");
    struct strs names;
    char name[16];
    for (int i = 39; i >= 0; i--) {
        snprintf(name, sizeof(name), "r%02d", i);
        env_write(env, name);
    }
    fail_scope(env, "broken", "x");
    fail_scope(env, "*", "x");
    assert_int_equal(env->sink->scopes(env->sink, &o, env->arena, &names, NULL), 0);
    assert_int_equal(names.n, 41);
    assert_string_equal(names.v[0], "broken");
    assert_string_equal(names.v[1], "r00");
    assert_string_equal(names.v[40], "r39");
    o.source = "other";
    assert_int_equal(env->sink->scopes(env->sink, &o, env->arena, &names, NULL), 0);
    assert_int_equal(names.n, 0);
}

static void retired_scopes_leave_and_may_come_back(void **state)
{
    struct env *env = *state;
    struct origin o = env_origin("a");
    struct intake in;
    struct strs names;
    env_write(env, "a");
    env_write(env, "b");
    assert_int_equal(env->sink->retire(env->sink, &o, NULL), 0);
    assert_int_equal(env->sink->scopes(env->sink, &o, env->arena, &names, NULL), 0);
    assert_int_equal(names.n, 1);
    assert_null(version(env, "a"));
    env_load(env, &in, NULL);
    assert_int_equal(in.n_scopes, 1);
    assert_int_equal(facts_count(&in.facts), 1);
    facts_free(&in.facts);
    env_write(env, "a");
    env_load(env, &in, NULL);
    assert_int_equal(facts_count(&in.facts), 2);
    assert_int_equal(env_scope(&in, "a")->origin.epoch, 2); /* never goes back */
    facts_free(&in.facts);
    o = env_origin("unknown");
    assert_int_equal(env->sink->retire(env->sink, &o, NULL), 0);
    o = env_origin("*");
    assert_int_equal(env->sink->retire(env->sink, &o, NULL), 0);
    env_load(env, &in, NULL);
    assert_int_equal(in.n_scopes, 0);
    assert_int_equal(facts_count(&in.facts), 0);
    facts_free(&in.facts);
}

static int past(struct env *env, const char *scope, int64_t epoch, struct intake *in)
{
    struct origin o = env_origin(scope);
    struct err e = {0};
    o.epoch = epoch;
    *in = (struct intake){.facts.arena = env->arena};
    return store_load_batch(env->store, &o, in, &e);
}

/* Batches that were replaced can be read until they are pruned; others' are left alone. */
static void batches_of_the_past(void **state)
{
    struct env *env = *state;
    struct origin o = env_origin("a");
    struct intake in;
    for (int i = 1; i <= 4; i++) {
        struct batch_head head = {.origin = env_origin("a"), .version = i == 2 ? "two" : NULL};
        env->now = 1000 + i;
        head.origin.collected_at = env->now;
        assert_int_equal(env->sink->begin(env->sink, &head, NULL), 0);
        for (int k = 0; k < i; k++)
            env_route(env, "a", "10.0.0.0/8", i * 10 + k);
        env_commit(env);
    }
    env_write(env, "b");
    assert_int_equal(past(env, "a", 2, &in), 0);
    assert_int_equal(FACTS_N(&in.facts, ROUTE), 2);
    assert_int_equal(FACTS(&in.facts, route, ROUTE)[1].metric, 21); /* in the order written */
    assert_int_equal(in.n_scopes, 1);
    assert_string_equal(in.scopes[0].version, "two");
    assert_int_equal(in.scopes[0].origin.collected_at, 1002);
    assert_ptr_equal(FACTS(&in.facts, route, ROUTE)->origin, &in.scopes[0].origin);
    facts_free(&in.facts);
    assert_int_equal(past(env, "a", 0, &in), 0);
    assert_int_equal(in.scopes[0].origin.epoch, 4);
    assert_int_equal(FACTS_N(&in.facts, ROUTE), 4);
    facts_free(&in.facts);
    assert_int_equal(past(env, "a", 5, &in), ERR_NOENT);
    assert_int_equal(past(env, "c", 0, &in), ERR_NOENT);
    assert_int_equal(store_prune_scope(env->store, &o, 2, NULL), 0);
    assert_int_equal(past(env, "a", 2, &in), ERR_NOENT);
    assert_int_equal(past(env, "a", 3, &in), 0);
    facts_free(&in.facts);
    assert_int_equal(past(env, "b", 1, &in), 0);
    facts_free(&in.facts);
}

/* Who knows what he replaces is told when it is not there any more. */
static void a_batch_may_want_its_epoch(void **state)
{
    struct env *env = *state;
    struct batch_head head = {.origin = env_origin("a"), .epoch_wanted = 2};
    struct err e = {0};
    assert_int_equal(env->sink->begin(env->sink, &head, &e), ERR_CONFLICT);
    env_write(env, "a");
    assert_int_equal(env->sink->begin(env->sink, &head, &e), 0);
    env_commit(env);
    assert_int_equal(env->sink->begin(env->sink, &head, &e), ERR_CONFLICT);
    head.epoch_wanted = 0;
    assert_int_equal(env->sink->begin(env->sink, &head, &e), 0);
    env_commit(env);
}

static void pruning_deletes_only_what_is_old(void **state)
{
    struct env *env = *state;
    struct batch_head head = {.origin = env_origin("short"), .mode = BATCH_APPEND};
    int64_t deleted;
    env_write(env, "a"); /* replaced at 2000 */
    env->now = 2000;
    env_write(env, "a"); /* replaced at 3000 */
    head.origin.expires = 2500;
    assert_int_equal(env->sink->begin(env->sink, &head, NULL), 0);
    env_route(env, "x", "10.0.0.0/8", 1);
    env_commit(env);
    env->now = 3000;
    env_write(env, "a");
    assert_int_equal(store_prune(env->store, 1001, &deleted, NULL), 0);
    assert_int_equal(deleted, 0);
    assert_int_equal(store_prune(env->store, 1000, &deleted, NULL), 0);
    assert_int_equal(deleted, 1);
    assert_int_equal(store_prune(env->store, 500, &deleted, NULL), 0);
    assert_int_equal(deleted, 1);
    assert_int_equal(store_prune(env->store, 0, NULL, NULL), 0);
    struct intake in;
    env_load(env, &in, NULL);
    assert_int_equal(facts_count(&in.facts), 1);
    assert_int_equal(env_scope(&in, "a")->origin.epoch, 3);
    assert_int_equal(env_scope(&in, "short")->origin.epoch, 1);
    assert_int_equal(env_scope(&in, "short")->n_facts, 0);
    facts_free(&in.facts);
}

static void pruning_goes_through_any_number(void **state)
{
    struct env *env = *state;
    int64_t deleted;
    for (int i = 0; i < 251; i++)
        env_write(env, "a");
    assert_int_equal(store_prune(env->store, 0, &deleted, NULL), 0);
    assert_int_equal(deleted, 250);
}

static void the_version_of_a_store_changes_by_others_commits(void **state)
{
    struct env *env = *state;
    struct store *reader;
    int64_t before, after;
    assert_int_equal(store_open(&reader, env->path, STORE_READ, &env->clock, NULL), 0);
    assert_int_equal(store_version(reader, &before, NULL), 0);
    assert_int_equal(store_version(reader, &after, NULL), 0);
    assert_int_equal(before, after);
    env_begin(env, "a", BATCH_REPLACE);
    env_route(env, "a", "10.0.0.0/8", 1);
    assert_int_equal(store_version(reader, &after, NULL), 0);
    assert_int_equal(before, after);
    env_commit(env);
    assert_int_equal(store_version(reader, &after, NULL), 0);
    assert_int_not_equal(before, after);
    store_close(&reader);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, env_setup, env_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_failure_keeps_the_last_good_batch),
        TEST(a_scope_that_never_worked_is_listed),
        TEST(star_stands_for_the_whole_source),
        TEST(star_knows_only_its_source),
        TEST(versions_tell_what_need_not_be_read_again),
        TEST(how_far_a_stale_scope_was_read),
        TEST(an_expired_batch_has_no_version),
        TEST(scopes_are_listed_in_order),
        TEST(retired_scopes_leave_and_may_come_back),
        TEST(batches_of_the_past),
        TEST(a_batch_may_want_its_epoch),
        TEST(pruning_deletes_only_what_is_old),
        TEST(pruning_goes_through_any_number),
        TEST(the_version_of_a_store_changes_by_others_commits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
