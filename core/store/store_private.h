/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the store: what its files share. */
#ifndef RIALTO_STORE_PRIVATE_H
#define RIALTO_STORE_PRIVATE_H

#include <sqlite3.h>

#include "store/store.h"

enum statement {
#define STATEMENT(name, sql) STATEMENT_##name,
#include "store/statements.def"
#undef STATEMENT
    STATEMENT_COUNT
};

/* A batch as it was read last. What is told of it stays the same while the numbers do. */
struct kept_batch {
    int64_t id, scope, epoch, n_facts, published_at;
    int64_t stale;
    struct intake *facts; /* held */
};

struct kept {
    VEC(struct kept_batch); /* by id */
};

struct store {
    struct batch_sink sink; /* first member */
    sqlite3 *db;
    char *path;
    enum store_access access;
    const struct clock *clock;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    sqlite3_stmt *insert[FACT_KIND_COUNT]; /* batch, nr, fields in order */
    sqlite3_stmt *select[FACT_KIND_COUNT]; /* batch, fields in order; ?1: now; ?2, ?3:
                                              first and last batch */
    struct kept kept;

    /* The open batch. */
    bool open, broken;
    int64_t scope_id, batch_id, epoch;
    enum batch_mode mode;
    int64_t n_facts, n_ignored;
    bool touched[FACT_KIND_COUNT];
    struct buf text; /* scratch: SQL and lists */
};

/** Puts what SQLite says into *e, with what was being done; returns the code. */
int store_fail(const struct store *s, const char *doing, struct err *e);
int store_sql_error(struct sqlite3 *db, const char *doing, struct err *e);

/** Runs SQL without result. */
int store_exec(struct store *s, const char *sql, const char *doing, struct err *e);

/** A prepared statement, ready to bind; statements are reset by who used them. */
sqlite3_stmt *store_statement(struct store *s, enum statement which);

/** Runs a bound statement that yields no row, and resets it. */
int store_run(struct store *s, sqlite3_stmt *st, const char *doing, struct err *e);

/** Binds a whole number or time (FACT_NONE: NULL), a text (borrowed until reset; NULL: NULL).
 */
void store_bind_i64(sqlite3_stmt *st, int at, int64_t v);
void store_bind_text(sqlite3_stmt *st, int at, const char *s);

/** Binds domain, source and scope as ?1 to ?3. */
void store_bind_scope(sqlite3_stmt *st, const struct origin *o);

/** A column as number (NULL: FACT_NONE). */
int64_t store_column_i64(sqlite3_stmt *st, int at);

/** Lets go of what was kept (load.c). */
void store_forget(struct kept *kept);

/** Fills the sink's operations (sink.c). */
void store_sink_init(struct store *s);

/* columns.c: one field of a fact against one column. */

struct column {
    sqlite3_stmt *st;
    int at;
    const struct fact_field *field;
};

/** Is the field within the limits? ERR_LIMIT, ERR_INVAL. */
int column_check(enum fact_kind kind, const struct fact_field *f, const void *fact,
                 struct err *e);

/** Binds a field as parameter `at`; `text` is scratch that stays until the statement was run.
 */
int column_bind(sqlite3_stmt *st, int at, const struct fact_field *f, const void *fact,
                struct buf *text);

/**
 * Reads the column into its field of a fact that was initialised. `last` is the fact read
 * before, whose texts are shared where they are equal, or NULL. ERR_PARSE when the file holds
 * what was never written.
 */
int column_read(const struct column *c, void *fact, const void *last, struct arena *a,
                struct err *e);

#endif
