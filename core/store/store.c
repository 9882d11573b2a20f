/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/migrate.h"
#include "store/store_private.h"

#define BUSY_MS 30000 /* how long to wait for another writer */
/* Of pages kept in memory. Who loads passes each page once, and best keeps few, near the
 * processor; changes come to pages all over the file. */
#define READ_KB  "2048"
#define WRITE_KB "65536"

int store_sql_error(sqlite3 *db, const char *doing, struct err *e)
{
    static const struct {
        int sqlite, code;
        const char *hint;
    } meanings[] = {
        {SQLITE_BUSY, ERR_TIMEOUT, " (another program keeps writing to it)"},
        {SQLITE_LOCKED, ERR_TIMEOUT, ""},
        {SQLITE_NOMEM, ERR_NOMEM, ""},
        {SQLITE_READONLY, ERR_ACCESS, ""},
        {SQLITE_PERM, ERR_ACCESS, ""},
        {SQLITE_CANTOPEN, ERR_ACCESS, ""},
        {SQLITE_NOTADB, ERR_PARSE, " (damaged, or not a store)"},
        {SQLITE_CORRUPT, ERR_PARSE, " (the file is damaged: move it away and collect anew)"},
        {SQLITE_TOOBIG, ERR_LIMIT, ""},
        {SQLITE_CONSTRAINT, ERR_CONFLICT, ""},
        {SQLITE_FULL, ERR_IO, ""},
        {SQLITE_IOERR, ERR_IO, ""},
    };
    int rc = db != NULL ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
    const char *text = db != NULL ? sqlite3_errmsg(db) : "out of memory";
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (meanings[i].sqlite == (rc & 0xff))
            return err_set(e, meanings[i].code, "%s: %s%s", doing, text, meanings[i].hint);
    return err_set(e, ERR_INTERNAL, "%s: %s (SQLite code %d)", doing, text, rc);
}

int store_fail(const struct store *s, const char *doing, struct err *e)
{
    int code = store_sql_error(s->db, doing, e);
    err_in(e, "%s", s->path);
    return code;
}

int store_exec(struct store *s, const char *sql, const char *doing, struct err *e)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0
                                                                   : store_fail(s, doing, e);
}

sqlite3_stmt *store_statement(struct store *s, enum statement which)
{
    assert(s->statements[which] !=
           NULL); /* writing ones exist only in a store opened to write */
    assert(!sqlite3_stmt_busy(s->statements[which]));
    return s->statements[which];
}

int store_run(struct store *s, sqlite3_stmt *st, const char *doing, struct err *e)
{
    int rc = sqlite3_step(st) == SQLITE_DONE ? 0 : store_fail(s, doing, e);
    sqlite3_reset(st);
    return rc;
}

/* taken(): of the statement's rows. */
static void sql_taken(sqlite3_context *context, int n, sqlite3_value **columns)
{
    struct rows *rows = ((struct store *)sqlite3_user_data(context))->rows;
    (void)n;
    int rc = rows->take(rows, columns, rows->e);
    if (rc < 0) {
        rows->rc = rc;
        sqlite3_result_error(context, "not taken", -1);
    } else {
        sqlite3_result_int(context, rc);
    }
}

int store_run_taken(struct store *s, sqlite3_stmt *st, struct rows *rows, const char *doing,
                    struct err *e)
{
    assert(s->rows == NULL);
    rows->e = e;
    s->rows = rows;
    int step = sqlite3_step(st), rc = rows->rc;
    s->rows = NULL;
    if (rc == 0 && step != SQLITE_DONE)
        rc = store_fail(s, doing, e);
    sqlite3_reset(st);
    return rc;
}

void store_bind_i64(sqlite3_stmt *st, int at, int64_t v)
{
    int rc = v == FACT_NONE ? sqlite3_bind_null(st, at) : sqlite3_bind_int64(st, at, v);
    assert(rc == SQLITE_OK);
    (void)rc;
}

void store_bind_text(sqlite3_stmt *st, int at, const char *s)
{
    int rc =
        s == NULL ? sqlite3_bind_null(st, at) : sqlite3_bind_text(st, at, s, -1, SQLITE_STATIC);
    assert(rc == SQLITE_OK || rc == SQLITE_TOOBIG); /* texts were measured before */
    (void)rc;
}

void store_bind_scope(sqlite3_stmt *st, const struct origin *o)
{
    store_bind_text(st, 1, o->domain);
    store_bind_text(st, 2, o->source);
    if (sqlite3_bind_parameter_count(st) >= 3)
        store_bind_text(st, 3, o->scope);
}

int64_t store_column_i64(sqlite3_stmt *st, int at)
{
    return sqlite3_column_type(st, at) == SQLITE_NULL ? FACT_NONE
                                                      : sqlite3_column_int64(st, at);
}

static int prepare(struct store *s, sqlite3_stmt **out, const char *sql, struct err *e)
{
    int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
    return rc == SQLITE_OK ? 0 : store_fail(s, sql, e);
}

int store_prepare(struct store *s, sqlite3_stmt **out, struct err *e)
{
    if (s->text.failed)
        return err_set(e, ERR_NOMEM, "no room for a statement");
    return prepare(s, out, buf_cstr(&s->text), e);
}

/* CROSS JOIN: batches outside, so that rows come in order and history is not looked at. */
static int prepare_select(struct store *s, const struct fact_kind_info *k, sqlite3_stmt **out,
                          struct err *e)
{
    buf_reset(&s->text);
    buf_printf(&s->text,
               "SELECT 1 FROM batch AS b CROSS JOIN \"fact_%s\" AS f ON f.batch = b.id"
               " WHERE b.superseded_at IS NULL AND (b.expires IS NULL OR b.expires > ?1)"
               " AND b.id BETWEEN ?2 AND ?3 AND taken(b.id",
               k->name);
    for (size_t i = 0; i < k->n_fields; i++)
        buf_printf(&s->text, ", f.\"%s\"", k->fields[i].name);
    buf_str(&s->text, ") ORDER BY b.id, f.nr");
    return store_prepare(s, out, e);
}

static int prepare_all(struct store *s, struct err *e)
{
    static const char *const sql[] = {
#define STATEMENT(name, sql) sql,
#include "store/statements.def"
#undef STATEMENT
    };
    bool write = s->access == STORE_WRITE;
    int rc = 0;
    for (int i = write ? 0 : STATEMENT_FIRST_OF_READERS; rc == 0 && i < STATEMENT_COUNT; i++)
        rc = prepare(s, &s->statements[i], sql[i], e);
    for (int k = 0; rc == 0 && k < FACT_KIND_COUNT; k++)
        rc = prepare_select(s, fact_kind_info(k), &s->select[k], e);
    return rc;
}

static int open_file(struct store *s, struct err *e)
{
    int flags = s->access == STORE_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                         : SQLITE_OPEN_READONLY;
    if (s->access == STORE_READ && access(s->path, F_OK) != 0)
        return err_set(e, ERR_NOENT, "%s: no such store (its agent creates it)", s->path);
    if (sqlite3_open_v2(s->path, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return store_fail(s, "opening the store", e);
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, BUSY_MS);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (sqlite3_create_function_v2(s->db, "taken", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, s,
                                   sql_taken, NULL, NULL, NULL) != SQLITE_OK)
        return store_fail(s, "opening the store", e);
    sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, STORE_BODY_MAX + (1 << 20));
    return store_exec(s,
                      "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
                      "PRAGMA cache_size = -" READ_KB "; PRAGMA temp_store = MEMORY",
                      "opening the store", e);
}

/*
 * The log stays when the last writer leaves: without it, readers who may not write in the
 * folder could not open the file.
 */
static int ready_to_write(struct store *s, struct err *e)
{
    int keep_log = 1;
    sqlite3_file_control(s->db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep_log);
    int rc = store_exec(s,
                        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                        "PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -" WRITE_KB,
                        "preparing to write", e);
    if (rc == 0)
        rc = migrate_apply(s->db, s->path, store_migrations, store_n_migrations, e);
    return rc;
}

static int ready(struct store *s, struct err *e)
{
    int version, rc = migrate_inspect(s->db, store_schema_version(), &version, e);
    if (rc == 0 && s->access == STORE_WRITE)
        rc = ready_to_write(s, e);
    else if (rc == 0 && version < store_schema_version())
        rc = err_set(e, ERR_VERSION,
                     "schema %d is older than %d (start its agent to migrate it)", version,
                     store_schema_version());
    if (rc == 0)
        rc = migrate_check_columns(s->db, e);
    if (rc != 0)
        err_in(e, "%s", s->path);
    return rc;
}

int store_open(struct store **out, const char *path, enum store_access access,
               const struct clock *clock, struct err *e)
{
    struct store *s = calloc(1, sizeof(*s));
    int rc = 0;
    *out = NULL;
    if (s == NULL || (s->path = strdup(path)) == NULL) {
        rc = err_set(e, ERR_NOMEM, "no room to open a store");
        goto out;
    }
    s->access = access;
    s->clock = clock;
    store_sink_init(s);
    if ((rc = open_file(s, e)) == 0 && (rc = ready(s, e)) == 0)
        rc = prepare_all(s, e);
out:
    if (rc != 0)
        store_close(&s);
    *out = s;
    return rc;
}

void store_close(struct store **store)
{
    struct store *s = *store;
    *store = NULL;
    if (s == NULL)
        return;
    if (s->open)
        s->sink.abort(&s->sink);
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(s->statements[i]);
    for (int k = 0; k < FACT_KIND_COUNT; k++)
        sqlite3_finalize(s->select[k]);
    stage_free(s);
    store_forget(&s->kept);
    int rc = sqlite3_close(s->db);
    assert(rc == SQLITE_OK);
    (void)rc;
    buf_free(&s->text);
    buf_free(&s->key);
    free(s->path);
    free(s);
}

struct batch_sink *store_sink(struct store *s)
{
    assert(s->access == STORE_WRITE);
    return &s->sink;
}

int store_version(struct store *s, int64_t *version, struct err *e)
{
    sqlite3_stmt *st = store_statement(s, STATEMENT_DATA_VERSION);
    int rc = 0;
    if (sqlite3_step(st) == SQLITE_ROW)
        *version = sqlite3_column_int64(st, 0);
    else
        rc = store_fail(s, "looking for changes", e);
    sqlite3_reset(st);
    return rc;
}

/*
 * Batches take their facts with them when they go. Only then are references looked after: a
 * fact is written with its batch, in one transaction, and to look for the batch of each again
 * costs a fifth of all writing.
 */
static int run_cascading(struct store *s, sqlite3_stmt *st, const char *doing, struct err *e)
{
    int on = 0;
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, &on);
    assert(on);
    int rc = store_run(s, st, doing, e);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
    return rc;
}

/* In portions, so that readers' log and this process' memory stay small. */
int store_prune(struct store *s, int64_t keep_us, int64_t *deleted, struct err *e)
{
    int64_t total = 0;
    int portion = 0, rc = 0;
    assert(!s->open);
    do {
        sqlite3_stmt *st = store_statement(s, STATEMENT_PRUNE);
        store_bind_i64(st, 1, s->clock->now_us(s->clock->self) - keep_us);
        rc = run_cascading(s, st, "pruning", e);
        portion = rc == 0 ? sqlite3_changes(s->db) : 0;
        total += portion;
    } while (portion > 0);
    if (deleted != NULL)
        *deleted = total;
    return rc;
}

int store_prune_scope(struct store *s, const struct origin *of, int keep, struct err *e)
{
    sqlite3_stmt *st = store_statement(s, STATEMENT_PRUNE_SCOPE);
    assert(!s->open && keep > 0);
    store_bind_scope(st, of);
    store_bind_i64(st, 4, keep);
    return run_cascading(s, st, "pruning a scope", e);
}

int store_schema_version(void)
{
    return (int)store_n_migrations;
}
