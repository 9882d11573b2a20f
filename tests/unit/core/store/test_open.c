/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are missing, foreign, newer, older, damaged; and steps from one schema to the
 * next. */
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/migrate.h"
#include "unit/core/store/store_env.h"

/* Runs SQL on the file behind the store's back; the first value of the last row, or -1. */
static int raw(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    int value = -1;
    const char *rest = sql;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    while (*rest != '\0') {
        if (sqlite3_prepare_v2(db, rest, -1, &st, &rest) != SQLITE_OK)
            fail_msg("%s: %s", sql, sqlite3_errmsg(db));
        while (st != NULL && sqlite3_step(st) == SQLITE_ROW)
            value = sqlite3_column_int(st, 0);
        sqlite3_finalize(st);
    }
    sqlite3_close(db);
    return value;
}

static int reopen(struct env *env, enum store_access access, struct err *e)
{
    struct store *s;
    *e = (struct err){0};
    store_close(&env->store);
    int rc = store_open(&s, env->path, access, &env->clock, e);
    assert_true(rc == 0 || s == NULL);
    store_close(&s);
    return rc;
}

static void a_fresh_store(void **state)
{
    struct env *env = *state;
    assert_int_equal(raw(env->path, "PRAGMA user_version"), store_schema_version());
    assert_int_equal(raw(env->path, "PRAGMA application_id"), STORE_APPLICATION_ID);
    assert_int_equal(env_count(env), 0);
    struct err e;
    assert_int_equal(reopen(env, STORE_WRITE, &e), 0);
}

static void a_missing_file(void **state)
{
    struct env *env = *state;
    struct store *s;
    struct err e = {0};
    assert_int_equal(store_open(&s, "/tmp/no/such.db", STORE_READ, &env->clock, &e), ERR_NOENT);
    assert_null(s);
    assert_non_null(strstr(e.msg, "/tmp/no/such.db"));
    assert_int_equal(store_open(&s, "/tmp/no/such.db", STORE_WRITE, &env->clock, &e),
                     ERR_ACCESS);
}

/* Readers without right to write in the folder need it. */
static void the_log_stays_when_the_writer_leaves(void **state)
{
    struct env *env = *state;
    char log[96];
    snprintf(log, sizeof(log), "%s-wal", env->path);
    env_write(env, "a");
    store_close(&env->store);
    assert_int_equal(access(log, F_OK), 0);
    assert_int_equal(env_count(env), 1);
    assert_int_equal(access(log, F_OK), 0);
}

static void a_file_of_a_newer_version(void **state)
{
    struct env *env = *state;
    struct err e;
    store_close(&env->store);
    raw(env->path, "PRAGMA user_version = 1000");
    assert_int_equal(reopen(env, STORE_READ, &e), ERR_VERSION);
    assert_non_null(strstr(e.msg, "1000"));
    assert_int_equal(reopen(env, STORE_WRITE, &e), ERR_VERSION);
    assert_int_equal(raw(env->path, "PRAGMA user_version"), 1000);
}

static void a_reader_does_not_migrate(void **state)
{
    struct env *env = *state;
    struct err e;
    store_close(&env->store);
    unlink(env->path);
    raw(env->path, "VACUUM; PRAGMA journal_mode = WAL");
    assert_int_equal(reopen(env, STORE_READ, &e), ERR_VERSION);
    assert_non_null(strstr(e.msg, "agent"));
}

static void a_file_of_another_program(void **state)
{
    struct env *env = *state;
    struct err e;
    store_close(&env->store);
    unlink(env->path);
    raw(env->path, "CREATE TABLE t (x)");
    assert_int_equal(reopen(env, STORE_WRITE, &e), ERR_SCHEMA);
    raw(env->path, "PRAGMA application_id = 7");
    assert_int_equal(reopen(env, STORE_WRITE, &e), ERR_SCHEMA);
    assert_int_equal(reopen(env, STORE_READ, &e), ERR_SCHEMA);
    assert_int_equal(raw(env->path, "SELECT count(*) FROM sqlite_schema"), 1); /* left alone */
}

static void a_file_in_utf16(void **state)
{
    struct env *env = *state;
    struct err e;
    store_close(&env->store);
    unlink(env->path);
    raw(env->path, "PRAGMA encoding = 'UTF-16'; CREATE TABLE t (x); DROP TABLE t;"
                   "PRAGMA journal_mode = WAL");
    assert_int_equal(reopen(env, STORE_WRITE, &e), ERR_SCHEMA);
    assert_non_null(strstr(e.msg, "UTF-16"));
    assert_int_equal(reopen(env, STORE_READ, &e), ERR_SCHEMA);
}

static void tables_that_do_not_fit_the_fields(void **state)
{
    struct env *env = *state;
    struct err e;
    store_close(&env->store);
    raw(env->path, "ALTER TABLE fact_node ADD COLUMN extra TEXT");
    assert_int_equal(reopen(env, STORE_READ, &e), ERR_VERSION);
    assert_non_null(strstr(e.msg, "fact_node: column extra"));
    raw(env->path, "ALTER TABLE fact_node DROP COLUMN extra;"
                   "ALTER TABLE fact_node DROP COLUMN router_id");
    assert_int_equal(reopen(env, STORE_WRITE, &e), ERR_VERSION);
    assert_non_null(strstr(e.msg, "router_id is missing"));
}

static void not_a_database(void **state)
{
    struct env *env = *state;
    struct err e;
    store_close(&env->store);
    FILE *f = fopen(env->path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("This is not a database.\n", f);
    fclose(f);
    assert_int_equal(reopen(env, STORE_READ, &e), ERR_PARSE);
    assert_non_null(strstr(e.msg, env->path));
    assert_int_equal(reopen(env, STORE_WRITE, &e), ERR_PARSE);
}

/* Opens and loads; a damaged file may show only when its pages are read. */
static int open_and_load(struct env *env, struct err *e)
{
    struct store *s;
    struct intake in = {.facts.arena = env->arena};
    int64_t next;
    int rc = store_open(&s, env->path, STORE_READ, &env->clock, e);
    if (rc == 0)
        rc = store_load(s, env->now, &in, &next, e);
    facts_free(&in.facts);
    store_close(&s);
    return rc;
}

static void fill(struct env *env)
{
    env_begin(env, "r1", BATCH_REPLACE);
    for (int i = 0; i < 3000; i++)
        env_route(env, "r1", "10.0.0.0/8", i);
    env_commit(env);
    store_close(&env->store); /* the last one out writes the log back */
}

static void truncated_files(void **state)
{
    struct env *env = *state;
    struct err e;
    struct stat st;
    fill(env);
    assert_int_equal(stat(env->path, &st), 0);
    const off_t cuts[] = {st.st_size - 4096, st.st_size / 2, 4096, 50};
    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        e = (struct err){0};
        assert_int_equal(truncate(env->path, cuts[i]), 0);
        assert_int_equal(open_and_load(env, &e), ERR_PARSE);
        assert_non_null(strstr(e.msg, "damaged"));
        assert_non_null(strstr(e.msg, env->path));
    }
}

static void damaged_pages(void **state)
{
    struct env *env = *state;
    struct err e = {0};
    fill(env);
    int page = raw(env->path, "SELECT rootpage FROM sqlite_schema WHERE name = 'fact_route'");
    FILE *f = fopen(env->path, "r+");
    fseek(f, (page - 1) * 4096L, SEEK_SET);
    fputs("\xff\xff garbage \xff\xff", f);
    fclose(f);
    assert_int_equal(open_and_load(env, &e), ERR_PARSE);
    assert_non_null(strstr(e.msg, "damaged"));
}

static void values_nobody_wrote(void **state)
{
    struct env *env = *state;
    struct err e = {0};
    env_begin(env, "r1", BATCH_REPLACE);
    env_route(env, "r1", "10.0.0.0/8", 1);
    env_commit(env);
    static const char *const edits[] = {
        "UPDATE fact_route SET prefix = '10.0.0.1/8'", "UPDATE fact_route SET peer = 'x'",
        "UPDATE fact_route SET as_path = '[1,]'", "UPDATE fact_route SET next_hops = '[1]'",
        "UPDATE fact_route SET interfaces = '[\"a\"'"};
    for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        raw(env->path, edits[i]);
        assert_int_equal(open_and_load(env, &e), ERR_PARSE);
        assert_non_null(strstr(e.msg, "fact_route, batch 1: column "));
        raw(env->path,
            "UPDATE fact_route SET prefix = '10.0.0.0/8', peer = NULL, as_path = NULL,"
            " next_hops = NULL, interfaces = NULL");
        assert_int_equal(open_and_load(env, &e), 0);
    }
}

static void a_writer_waits_its_turn_a_reader_does_not(void **state)
{
    struct env *env = *state;
    struct store *second;
    assert_int_equal(store_open(&second, env->path, STORE_WRITE, &env->clock, NULL), 0);
    env_begin(env, "a", BATCH_REPLACE);
    assert_int_equal(env_count(env), 0);
    env_commit(env);
    struct batch_head head = {.origin = env_origin("b")};
    struct batch_sink *sink = store_sink(second);
    assert_int_equal(sink->begin(sink, &head, NULL), 0);
    assert_int_equal(sink->commit(sink, NULL), 0);
    store_close(&second);
}

static const struct migration steps[] = {
    {"0001-a", "CREATE TABLE a (x) STRICT"},
    {"0001-a", "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1)"},
    {"0002-b", "CREATE TABLE b (y INTEGER) STRICT; INSERT INTO b SELECT x + 1 FROM a"},
    {"0003-c", "CREATE TABLE c (z INTEGER) STRICT; INSERT INTO nowhere VALUES (1)"},
};

static int apply(const char *path, const struct migration *list, size_t n, struct err *e)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    int rc = migrate_apply(db, path, list, n, e);
    assert_true(sqlite3_get_autocommit(db));
    sqlite3_close(db);
    return rc;
}

static void a_failed_step_leaves_the_file_as_it_was(void **state)
{
    struct env *env = *state;
    struct err e = {0};
    char path[96], copy[112];
    snprintf(path, sizeof(path), "%s/steps.db", env->folder);
    snprintf(copy, sizeof(copy), "%s.v1", path);
    assert_int_not_equal(apply(path, steps, 1, &e), 0); /* STRICT wants types */
    assert_int_equal(raw(path, "PRAGMA user_version"), 0);
    assert_int_equal(apply(path, steps + 1, 1, &e), 0);
    assert_int_equal(access(copy, F_OK), -1);
    assert_int_not_equal(apply(path, steps + 1, 3, &e), 0);
    assert_non_null(strstr(e.msg, "0003-c"));
    assert_int_equal(raw(path, "PRAGMA user_version"), 2); /* the good step stays */
    assert_int_equal(raw(path, "SELECT y FROM b"), 2);
    assert_int_equal(raw(path, "SELECT count(*) FROM sqlite_schema"), 2);
    assert_int_equal(raw(copy, "PRAGMA user_version"), 1); /* and a copy of before */
    assert_int_equal(raw(copy, "SELECT x FROM a"), 1);
    assert_int_equal(apply(path, steps + 1, 2, &e), 0); /* nothing left to do */
    assert_int_equal(apply(path, steps + 1, 1, &e), ERR_VERSION);
}

/* What a store of the first version holds is there after the steps since. */
static void facts_of_the_first_version(void **state)
{
    struct env *env = *state;
    struct err e = {0};
    struct intake in = {.facts.arena = env->arena};
    int64_t next;
    snprintf(env->path, sizeof(env->path), "%s/old.db", env->folder);
    store_close(&env->store);
    assert_int_equal(apply(env->path, store_migrations, 1, &e), 0);
    raw(env->path, "INSERT INTO scope (id, domain, source, scope, kind, epoch)"
                   " VALUES (1, 'one', 'static', 'a', 'static', 1);"
                   "INSERT INTO batch (id, scope, epoch, kind, mode, class, collected_at)"
                   " VALUES (1, 1, 1, 'static', 'replace', 'observed', 5);"
                   "INSERT INTO fact_grant (batch, nr, entity, user, bits)"
                   " VALUES (1, 1, 'link:a|b', 'fts', 7)");
    assert_int_equal(store_open(&env->store, env->path, STORE_WRITE, &env->clock, &e), 0);
    assert_int_equal(store_load(env->store, env->now, &in, &next, &e), 0);
    assert_int_equal(FACTS_N(&in.facts, GRANT), 1);
    assert_string_equal(FACTS(&in.facts, grant, GRANT)->entity, "link:a|b");
    assert_int_equal(FACTS(&in.facts, grant, GRANT)->bits, 7);
    assert_int_equal(FACTS(&in.facts, grant, GRANT)->weights.n, 0);
    assert_int_equal(FACTS_N(&in.facts, LINK_GROUP), 0);
    facts_free(&in.facts);
}

static int rows_of(const struct env *env)
{
    return raw(env->path, "SELECT (SELECT count(*) FROM fact_node) + count(*) FROM fact_route");
}

/* References are looked after only while batches are deleted. */
static void batches_take_their_facts_with_them(void **state)
{
    struct env *env = *state;
    struct origin o = env_origin("b");
    for (int i = 0; i < 4; i++) {
        env_write(env, "a");
        env_write(env, "b");
    }
    env_begin(env, "c", BATCH_DELTA);
    env_route(env, "r", "10.0.0.0/8", 1);
    env_route(env, "r", "10.1.0.0/16", 1);
    env_commit(env);
    env_begin(env, "c", BATCH_DELTA); /* of two stated anew, and of one stated twice */
    env_route(env, "r", "10.1.0.0/16", 2);
    env_route(env, "r", "10.0.0.0/8", 2);
    env_route(env, "r", "10.0.0.0/8", 3);
    env_commit(env);
    assert_int_equal(rows_of(env), 4 + 4 + 2);
    assert_int_equal(store_prune_scope(env->store, &o, 2, NULL), 0);
    assert_int_equal(rows_of(env), 4 + 2 + 2);
    env->now++;
    assert_int_equal(store_prune(env->store, 0, NULL, NULL), 0);
    assert_int_equal(rows_of(env), 1 + 1 + 2);
    assert_int_equal(env_count(env), 4);
    env_write(env, "a"); /* and one goes on writing */
    assert_int_equal(rows_of(env), 5);
    assert_int_equal(raw(env->path, "PRAGMA foreign_key_check"), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, env_setup, env_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_fresh_store),
        TEST(a_missing_file),
        TEST(the_log_stays_when_the_writer_leaves),
        TEST(a_file_of_a_newer_version),
        TEST(a_reader_does_not_migrate),
        TEST(a_file_of_another_program),
        TEST(a_file_in_utf16),
        TEST(tables_that_do_not_fit_the_fields),
        TEST(not_a_database),
        TEST(truncated_files),
        TEST(damaged_pages),
        TEST(values_nobody_wrote),
        TEST(a_writer_waits_its_turn_a_reader_does_not),
        TEST(a_failed_step_leaves_the_file_as_it_was),
        TEST(facts_of_the_first_version),
        TEST(batches_take_their_facts_with_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
