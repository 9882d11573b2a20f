/* SPDX-License-Identifier: Apache-2.0 */
/* Documents in the inbox: versions, who and when, what is kept, what others see of it. */
#include "server/inbox_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store.h"
#include "unit/cmocka_all.h"

struct env {
    char path[64];
    struct inbox_store *store;
    const struct inbox *inbox;
    struct clock clock;
    int64_t now;
    int news;
    struct arena *arena;
};

static int64_t env_now(void *self)
{
    return ((struct env *)self)->now;
}

static void count_news(void *self)
{
    ((struct env *)self)->news++;
}

static void open_store(struct env *env)
{
    struct err e = {0};
    assert_int_equal(inbox_store_open(&env->store, env->path, &env->clock, &e), 0);
    inbox_store_on_news(env->store, count_news, env);
    env->inbox = inbox_store_inbox(env->store);
}

static int setup(void **state)
{
    static struct env env;
    env = (struct env){.path = "/tmp/inbox-XXXXXX", .arena = arena_new(0)};
    env.clock = (struct clock){env_now, env_now, NULL, &env};
    assert_non_null(mkdtemp(env.path));
    strcat(env.path, "/inbox.db");
    open_store(&env);
    *state = &env;
    return 0;
}

static int teardown(void **state)
{
    struct env *env = *state;
    char name[96];
    inbox_store_close(&env->store);
    assert_null(env->store);
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof(name), "%s%s", env->path,
                 (const char *[]){"", "-wal", "-shm"}[i]);
        unlink(name);
    }
    *strrchr(env->path, '/') = '\0';
    rmdir(env->path);
    arena_free(&env->arena);
    return 0;
}

/* Hands in one grant of `bits`; 0: withdraws. */
static int put(struct env *env, const char *domain, int64_t after, int64_t bits)
{
    struct facts facts = {.arena = env->arena};
    struct fact_grant g;
    struct err e = {0};
    int64_t number = 0;
    fact_init(FACT_GRANT, &g);
    g.entity = "link:a|b";
    g.user = "fts";
    g.bits = bits;
    assert_int_equal(facts_add(&facts, FACT_GRANT, &g, &e), 0);
    const struct inbox_letter letter = {domain, "ops", after, bits ? &facts : NULL};
    int rc = env->inbox->put(env->inbox->self, &letter, &number, &e);
    assert_true(rc < 0 || number == after + 1);
    facts_free(&facts);
    return rc;
}

static int64_t bits_of(struct env *env, const char *domain, int64_t number,
                       struct inbox_version *v)
{
    struct err e = {0};
    *v = (struct inbox_version){.facts.arena = env->arena};
    int rc = env->inbox->get(env->inbox->self, domain, number, v, &e);
    if (rc < 0)
        return rc;
    int64_t bits = FACTS_N(&v->facts, GRANT) ? FACTS(&v->facts, grant, GRANT)->bits : 0;
    facts_free(&v->facts);
    return bits;
}

static void versions(void **state)
{
    struct env *env = *state;
    struct inbox_version v;
    assert_int_equal(bits_of(env, "one", 0, &v), ERR_NOENT);
    assert_int_equal(put(env, "one", 1, 5), ERR_CONFLICT);
    env->now = 1000;
    assert_int_equal(put(env, "one", 0, 5), 0);
    env->now = 2000;
    assert_int_equal(put(env, "one", 1, 6), 0);
    assert_int_equal(put(env, "one", 1, 7), ERR_CONFLICT);
    assert_int_equal(put(env, "two", 0, 8), 0);
    assert_int_equal(env->news, 3);
    assert_int_equal(bits_of(env, "one", 0, &v), 6);
    assert_int_equal(v.number, 2);
    assert_int_equal(v.at, 2000);
    assert_string_equal(v.by, "ops");
    assert_false(v.withdrawn);
    assert_int_equal(bits_of(env, "one", 1, &v), 5);
    assert_int_equal(v.at, 1000);
    assert_int_equal(bits_of(env, "two", 0, &v), 8);
    assert_int_equal(bits_of(env, "one", 3, &v), ERR_NOENT);
}

/* Numbers go on after a document was withdrawn, and when the program starts again. */
static void withdrawn(void **state)
{
    struct env *env = *state;
    struct inbox_version v;
    assert_int_equal(put(env, "one", 0, 5), 0);
    assert_int_equal(put(env, "one", 1, 0), 0);
    assert_int_equal(bits_of(env, "one", 0, &v), 0);
    assert_true(v.withdrawn && v.number == 2);
    assert_string_equal(v.by, "ops");
    inbox_store_close(&env->store);
    open_store(env);
    assert_int_equal(bits_of(env, "one", 0, &v), 0);
    assert_int_equal(put(env, "one", 2, 7), 0);
    assert_int_equal(bits_of(env, "one", 0, &v), 7);
    assert_int_equal(v.number, 3);
    assert_false(v.withdrawn);
}

static void the_last_ones_are_kept(void **state)
{
    struct env *env = *state;
    struct inbox_version v;
    for (int64_t i = 0; i < INBOX_KEPT + 3; i++)
        assert_int_equal(put(env, "one", i, 100 + i), 0);
    assert_int_equal(bits_of(env, "one", 3, &v), ERR_NOENT);
    assert_int_equal(bits_of(env, "one", 4, &v), 103);
}

/* Readers of the file see one store with several domains. */
static void what_readers_see(void **state)
{
    struct env *env = *state;
    struct store *reader;
    struct intake in = {.facts.arena = env->arena};
    int64_t next, before, after;
    struct err e = {0};
    assert_int_equal(put(env, "one", 0, 5), 0);
    assert_int_equal(store_open(&reader, env->path, STORE_READ, &env->clock, &e), 0);
    assert_int_equal(store_version(reader, &before, &e), 0);
    assert_int_equal(put(env, "two", 0, 6), 0);
    assert_int_equal(store_version(reader, &after, &e), 0);
    assert_true(before != after);
    assert_int_equal(store_load(reader, 0, &in, &next, &e), 0);
    assert_int_equal(FACTS_N(&in.facts, GRANT), 2);
    assert_int_equal(in.n_scopes, 2);
    assert_string_equal(in.scopes[1].origin.domain, "two");
    assert_string_equal(in.scopes[1].origin.source, "inbox");
    assert_string_equal(in.scopes[1].origin.scope, "grants/two");
    assert_string_equal(in.scopes[1].version, "handed in by ops");
    facts_free(&in.facts);
    store_close(&reader);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(versions), TEST(withdrawn),
                                       TEST(the_last_ones_are_kept), TEST(what_readers_see)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
