/* SPDX-License-Identifier: Apache-2.0 */
/* Every call of SQLite fails once, at every place: a batch is there whole or not at all. */
#include <sqlite3.h>

#include "unit/core/store/store_env.h"

static long countdown; /* calls until one fails; 0: none does */

int __real_sqlite3_step(sqlite3_stmt *st);
int __wrap_sqlite3_step(sqlite3_stmt *st);
int __real_sqlite3_exec(sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **),
                        void *p, char **e);
int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **),
                        void *p, char **e);
int __real_sqlite3_prepare_v3(sqlite3 *db, const char *sql, int n, unsigned flags,
                              sqlite3_stmt **st, const char **tail);
int __wrap_sqlite3_prepare_v3(sqlite3 *db, const char *sql, int n, unsigned flags,
                              sqlite3_stmt **st, const char **tail);

static bool fails_now(void)
{
    return countdown > 0 && --countdown == 0;
}

int __wrap_sqlite3_step(sqlite3_stmt *st)
{
    return fails_now() ? SQLITE_IOERR : __real_sqlite3_step(st);
}

int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **),
                        void *p, char **e)
{
    /* What cleans up after a fault does not fail as well. */
    if (strncmp(sql, "ROLLBACK", 8) != 0 && fails_now())
        return SQLITE_IOERR;
    return __real_sqlite3_exec(db, sql, row, p, e);
}

int __wrap_sqlite3_prepare_v3(sqlite3 *db, const char *sql, int n, unsigned flags,
                              sqlite3_stmt **st, const char **tail)
{
    return fails_now() ? SQLITE_NOMEM : __real_sqlite3_prepare_v3(db, sql, n, flags, st, tail);
}

static int write_three_of(struct env *env, const char *scope, enum batch_mode mode,
                          int64_t metric)
{
    struct batch_sink *sink = env->sink;
    struct batch_head head = {.origin = env_origin(scope), .mode = mode};
    struct fact_route route;
    struct err e = {0};
    int rc = sink->begin(sink, &head, &e);
    if (rc != 0)
        return rc;
    fact_init(FACT_ROUTE, &route);
    route.metric = metric;
    for (int i = 0; rc == 0 && i < 3; i++) {
        route.prefix = (struct prefix){.addr = {.family = 4, .b = {10, (uint8_t)i}}, .len = 16};
        rc = sink->put(sink, FACT_ROUTE, &route, &e);
    }
    if (rc == 0) {
        sink->ignore(sink, "here", "why");
        rc = sink->commit(sink, &e);
    } else {
        sink->abort(sink);
    }
    assert_true(rc == 0 || e.msg[0] != '\0');
    return rc;
}

static int write_three(struct env *env, enum batch_mode mode, int64_t metric)
{
    return write_three_of(env, "a", mode, metric);
}

/* Three routes of one metric, always. */
static int64_t what_is_there(struct env *env)
{
    struct intake in;
    env_load(env, &in, NULL);
    const struct fact_route *v = FACTS(&in.facts, route, ROUTE);
    assert_int_equal(FACTS_N(&in.facts, ROUTE), 3);
    assert_int_equal(facts_count(&in.facts), 3);
    assert_true(v[0].metric == v[1].metric && v[1].metric == v[2].metric);
    int64_t metric = v[0].metric;
    facts_free(&in.facts);
    return metric;
}

static void batches_stay_whole(struct env *env, enum batch_mode mode)
{
    int64_t there = 0;
    bool faulted = true;
    assert_int_equal(write_three(env, mode, there), 0);
    for (long n = 1; faulted; n++) {
        countdown = n;
        int rc = write_three(env, mode, n);
        faulted = countdown == 0;
        countdown = 0;
        assert_int_equal(rc != 0, faulted);
        if (rc == 0)
            there = n;
        assert_int_equal(what_is_there(env), there);
        assert_true(n < 1000);
    }
    assert_true(there > 8); /* there were so many places to fail */
}

/* Metrics of the routes of scopes a and b, three of each. */
static void both_there(struct env *env, int64_t there[2])
{
    struct intake in;
    env_load(env, &in, NULL);
    const struct fact_route *v = FACTS(&in.facts, route, ROUTE);
    assert_int_equal(FACTS_N(&in.facts, ROUTE), 6);
    there[0] = there[1] = -1;
    for (int i = 0; i < 6; i++) {
        int64_t *of = &there[v[i].origin->scope[0] == 'b'];
        assert_true(*of == -1 || *of == v[i].metric);
        *of = v[i].metric;
    }
    facts_free(&in.facts);
}

/* Two batches that are written together: one may fail alone, and what is promised is there. */
static void batches_together(void **state)
{
    struct env *env = *state;
    struct batch_sink *sink = env->sink;
    int64_t before[2] = {0}, after[2];
    int rc[2], lone = 0;
    bool faulted = true;
    for (int i = 0; i < 2; i++)
        assert_int_equal(write_three_of(env, i ? "b" : "a", BATCH_REPLACE, 0), 0);
    for (long n = 1; faulted; n++) {
        struct err e = {0};
        assert_int_equal(sink->together(sink, true, &e), 0);
        countdown = n;
        for (int i = 0; i < 2; i++)
            rc[i] = write_three_of(env, i ? "b" : "a", BATCH_REPLACE, n);
        int written = sink->together(sink, false, &e);
        faulted = countdown == 0;
        countdown = 0;
        assert_int_equal(written != 0 || rc[0] != 0 || rc[1] != 0, faulted);
        both_there(env, after);
        for (int i = 0; i < 2; i++)
            assert_int_equal(after[i], written == 0 && rc[i] == 0 ? n : before[i]);
        memcpy(before, after, sizeof(before));
        lone += written == 0 && faulted;
        assert_true(n < 1000);
    }
    assert_true(lone > 16); /* places of which only one batch hears */
}

static void replacing(void **state)
{
    batches_stay_whole(*state, BATCH_REPLACE);
}

static void changing(void **state)
{
    batches_stay_whole(*state, BATCH_DELTA);
}

static void opening_and_reading(void **state)
{
    struct env *env = *state;
    bool faulted = true;
    assert_int_equal(write_three(env, BATCH_REPLACE, 1), 0);
    store_close(&env->store);
    for (long n = 1; faulted; n++) {
        struct store *s = NULL;
        struct intake in = {.facts.arena = env->arena};
        struct err e = {0};
        int64_t next;
        countdown = n;
        int rc = store_open(&s, env->path, n % 2 ? STORE_WRITE : STORE_READ, &env->clock, &e);
        if (rc == 0)
            rc = store_load(s, env->now, &in, &next, &e);
        faulted = countdown == 0;
        countdown = 0;
        assert_int_equal(rc != 0, faulted);
        assert_int_equal(e.msg[0] != '\0', faulted);
        assert_int_equal(facts_count(&in.facts), faulted ? 0 : 3);
        facts_free(&in.facts);
        store_close(&s);
        assert_true(n < 1000);
    }
    assert_int_equal(what_is_there(env), 1);
}

/* A load that fails leaves what was kept as it was: the next one is whole. */
static void reading_in_pieces(void **state)
{
    struct env *env = *state;
    struct store *s = NULL;
    bool faulted = true;
    assert_int_equal(store_open(&s, env->path, STORE_READ, &env->clock, NULL), 0);
    for (long n = 1; faulted; n++) {
        struct intake_list pieces = {0};
        struct err e = {0};
        int64_t next;
        assert_int_equal(write_three(env, n % 2 ? BATCH_REPLACE : BATCH_DELTA, 1), 0);
        countdown = n;
        int rc = store_load_pieces(s, env->now, &pieces, &next, &e);
        faulted = countdown == 0;
        countdown = 0;
        assert_int_equal(rc != 0, faulted);
        assert_int_equal(e.msg[0] != '\0', faulted);
        assert_int_equal(pieces.n > 0, !faulted);
        intake_list_free(&pieces);
        assert_int_equal(store_load_pieces(s, env->now, &pieces, &next, &e), 0);
        assert_int_equal(pieces.n, 2);
        assert_int_equal(facts_count(&pieces.v[1]->facts), 3);
        intake_list_free(&pieces);
        assert_true(n < 1000);
    }
    store_close(&s);
}

static void states_of_scopes(void **state)
{
    struct env *env = *state;
    struct origin o = env_origin("a");
    struct err why = {ERR_TIMEOUT, "why"}, e = {0};
    assert_int_equal(write_three(env, BATCH_REPLACE, 1), 0);
    bool faulted = true;
    for (long n = 1; faulted; n++) {
        struct strs names;
        countdown = n;
        int rc = env->sink->failed(env->sink, &o, &why, &e);
        if (rc == 0)
            rc = env->sink->scopes(env->sink, &o, env->arena, &names, &e);
        if (rc == 0)
            rc = store_prune(env->store, 0, NULL, &e);
        faulted = countdown == 0;
        countdown = 0;
        assert_int_equal(rc != 0, faulted);
        assert_int_equal(what_is_there(env), 1);
    }
}

static void loading_into_little_room(void **state)
{
    struct env *env = *state;
    struct store *s;
    int rc = ERR_NOMEM;
    assert_int_equal(write_three(env, BATCH_REPLACE, 1), 0);
    assert_int_equal(store_open(&s, env->path, STORE_READ, &env->clock, NULL), 0);
    for (size_t room = 1; rc != 0; room += 16) {
        struct intake in = {.facts.arena = arena_new(room)};
        struct err e = {0};
        int64_t next;
        rc = store_load(s, env->now, &in, &next, &e);
        assert_true(rc == 0 || rc == ERR_NOMEM);
        assert_int_equal(facts_count(&in.facts), rc == 0 ? 3 : 0);
        facts_free(&in.facts);
        arena_free(&in.facts.arena);
        assert_true(room < 100000);
    }
    store_close(&s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, env_setup, env_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(batches_together),         TEST(replacing),         TEST(changing),
        TEST(opening_and_reading),      TEST(reading_in_pieces), TEST(states_of_scopes),
        TEST(loading_into_little_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
