/* SPDX-License-Identifier: Apache-2.0 */
#include "store/migrate.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/store_private.h"

static int query_int(sqlite3 *db, const char *sql, int *out, struct err *e)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int(st, 0);
    int code = rc == SQLITE_ROW ? 0 : store_sql_error(db, "reading the header", e);
    sqlite3_finalize(st);
    return code;
}

int migrate_inspect(sqlite3 *db, int newest, int *version, struct err *e)
{
    int application = 0, objects = 0, utf8 = 0;
    int rc = query_int(db, "PRAGMA application_id", &application, e);
    if (rc == 0)
        rc = query_int(db, "PRAGMA user_version", version, e);
    if (rc == 0)
        rc = query_int(db, "SELECT count(*) FROM sqlite_schema", &objects, e);
    if (rc == 0)
        rc = query_int(db, "SELECT encoding = 'UTF-8' FROM pragma_encoding", &utf8, e);
    if (rc != 0)
        return rc;
    if (!utf8) /* texts are read as they stand in the file */
        return err_set(e, ERR_SCHEMA,
                       "is a database whose texts are UTF-16, as no store's are");
    bool empty = application == 0 && *version == 0 && objects == 0;
    if (!empty && application != STORE_APPLICATION_ID)
        return err_set(e, ERR_SCHEMA, "is a database of another program (application id %#x)",
                       (unsigned)application);
    if (*version > newest || *version < 0)
        return err_set(e, ERR_VERSION,
                       "schema %d was made by a newer version (this one knows up to %d)",
                       *version, newest);
    return 0;
}

static int exec(sqlite3 *db, const char *sql, const char *doing, struct err *e)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0
                                                                : store_sql_error(db, doing, e);
}

static int keep_copy(sqlite3 *db, const char *path, int version, struct err *e)
{
    char copy[4096];
    int n = snprintf(copy, sizeof(copy), "%s.v%d", path, version);
    if (n < 0 || (size_t)n >= sizeof(copy))
        return err_set(e, ERR_LIMIT, "the path is too long");
    if (access(copy, F_OK) == 0)
        return 0;
    char *sql = sqlite3_mprintf("VACUUM INTO %Q", copy);
    int rc = sql != NULL ? exec(db, sql, "copying before a migration", e)
                         : err_set(e, ERR_NOMEM, "no room for a statement");
    sqlite3_free(sql);
    return rc;
}

/* Another process may have done the step meanwhile; so the version is read inside the
 * transaction. */
static int apply_step(sqlite3 *db, const struct migration *m, int number, struct err *e)
{
    char header[128];
    int version = 0;
    int rc = exec(db, "BEGIN IMMEDIATE", m->name, e);
    if (rc != 0)
        return rc;
    snprintf(header, sizeof(header), "PRAGMA user_version = %d; PRAGMA application_id = %d",
             number, STORE_APPLICATION_ID);
    rc = query_int(db, "PRAGMA user_version", &version, e);
    if (rc == 0 && version < number) {
        rc = exec(db, m->sql, m->name, e);
        if (rc == 0)
            rc = exec(db, header, m->name, e);
    }
    if (rc == 0)
        rc = exec(db, "COMMIT", m->name, e);
    if (rc != 0 && !sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

int migrate_apply(sqlite3 *db, const char *path, const struct migration *list, size_t n,
                  struct err *e)
{
    int version, rc = migrate_inspect(db, (int)n, &version, e);
    if (rc == 0 && version > 0 && version < (int)n)
        rc = keep_copy(db, path, version, e);
    for (int number = version + 1; rc == 0 && number <= (int)n; number++)
        rc = apply_step(db, &list[number - 1], number, e);
    return rc;
}

static const char *column_type(enum fact_type type)
{
    if (type == FACT_TYPE_I64 || type == FACT_TYPE_TIME)
        return "INTEGER";
    return type == FACT_TYPE_REAL ? "REAL" : "TEXT";
}

/* Two columns come first: batch and nr. */
static int check_kind(sqlite3 *db, const struct fact_kind_info *k, struct err *e)
{
    sqlite3_stmt *st = NULL;
    char sql[128];
    size_t i = 0;
    int rc = 0;
    snprintf(sql, sizeof(sql),
             "SELECT name, type FROM pragma_table_info('fact_%s') WHERE cid >= 2 ORDER BY cid",
             k->name);
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        return store_sql_error(db, "looking at the tables", e);
    for (; sqlite3_step(st) == SQLITE_ROW; i++) {
        const char *name = (const char *)sqlite3_column_text(st, 0);
        const char *type = (const char *)sqlite3_column_text(st, 1);
        if (i >= k->n_fields || strcmp(name, k->fields[i].name) != 0 ||
            strcmp(type, column_type(k->fields[i].type)) != 0) {
            rc = err_set(e, ERR_VERSION,
                         "table fact_%s: column %s %s is not what this version writes", k->name,
                         name, type);
            goto out;
        }
    }
    if (sqlite3_errcode(db) != SQLITE_DONE)
        rc = store_sql_error(db, "looking at the tables", e);
    else if (i < k->n_fields)
        rc = err_set(e, ERR_VERSION, "table fact_%s: column %s is missing", k->name,
                     k->fields[i].name);
out:
    sqlite3_finalize(st);
    return rc;
}

int migrate_check_columns(sqlite3 *db, struct err *e)
{
    int rc = 0;
    for (int k = 0; rc == 0 && k < FACT_KIND_COUNT; k++)
        rc = check_kind(db, fact_kind_info(k), e);
    return rc;
}
