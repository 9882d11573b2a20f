/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the store: what its files share. */
#ifndef RIALTO_STORE_PRIVATE_H
#define RIALTO_STORE_PRIVATE_H

#include <sqlite3.h>

#include "base/map.h"
#include "store/store.h"

#define STORE_FIELDS_MAX 64 /* of a kind of fact */

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

/* Facts of one kind of the open batch. */
struct staged {
    sqlite3_stmt *insert; /* writes many rows; made when the first one comes */
    size_t n;             /* rows bound to it that are to be written */
    struct map *keys;     /* of changes: key -> nr of the last fact that has it, + 1 */
    uint64_t key_fields;  /* one bit each */
    struct {
        VEC(int64_t);
    } outdone; /* of changes: nr of facts whose key came again */
};

/*
 * Who takes the rows of a statement, from within SQLite: its WHERE ends in taken(columns...).
 * That costs a third of stepping from row to row and asking for each column.
 */
struct rows {
    /** 1: the row is one of those that the statement is about, 0: not; or an error. */
    int (*take)(struct rows *rows, sqlite3_value **columns, struct err *e);
    int rc;
    struct err *e;
};

struct store {
    struct batch_sink sink; /* first member */
    sqlite3 *db;
    char *path;
    enum store_access access;
    const struct clock *clock;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    sqlite3_stmt *select[FACT_KIND_COUNT]; /* takes batch, fields in order; ?1: now; ?2, ?3:
                                              first and last batch */
    struct rows *rows;                     /* of the statement that runs */
    struct kept kept;

    /* Batches that are written together: each is a savepoint of one transaction. */
    bool together, lost; /* lost: SQLite gave up the whole transaction */
    size_t n_together;   /* changes that the transaction has */

    /* The open batch. */
    bool open, broken;
    int64_t scope_id, batch_id, epoch;
    enum batch_mode mode;
    int64_t n_facts, n_ignored;
    struct staged staged[FACT_KIND_COUNT];
    size_t n_staged;        /* of all kinds */
    struct arena *room;     /* texts of what is staged */
    struct arena_mark bare; /* the room without them */
    struct buf text;        /* scratch: SQL and lists */
    struct buf key;         /* scratch */
};

/** Puts what SQLite says into *e, with what was being done; returns the code. */
int store_fail(const struct store *s, const char *doing, struct err *e);
int store_sql_error(struct sqlite3 *db, const char *doing, struct err *e);

/** Runs SQL without result. */
int store_exec(struct store *s, const char *sql, const char *doing, struct err *e);

/** A prepared statement, ready to bind; statements are reset by who used them. */
sqlite3_stmt *store_statement(struct store *s, enum statement which);

/** Prepares what stands in s->text. */
int store_prepare(struct store *s, sqlite3_stmt **out, struct err *e);

/** Runs a bound statement that yields no row, and resets it. */
int store_run(struct store *s, sqlite3_stmt *st, const char *doing, struct err *e);

/** The same with one that has taken() in it. */
int store_run_taken(struct store *s, sqlite3_stmt *st, struct rows *rows, const char *doing,
                    struct err *e);

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

/* An address that was read: many rows behind one another have the same one. */
struct address_read {
    size_t n; /* of the text; 0: none yet */
    char text[ADDR_TEXT];
    struct addr addr;
};

struct column {
    sqlite3_value *value;
    const struct fact_field *field;
    struct address_read *address; /* the column's */
};

/** A parameter that gets a field. */
struct binding {
    sqlite3_stmt *st;
    int at;
    enum fact_kind kind;
    const struct fact_field *field;
    struct arena *room; /* keeps texts until the statement was run */
    struct buf *text;   /* scratch */
};

/** Binds the field of a fact if it is within the limits. ERR_LIMIT, ERR_INVAL, ERR_NOMEM. */
int column_bind(const struct binding *b, const void *fact, struct err *e);

/** Appends a field to a key: different values never give the same bytes. `text` is scratch. */
void column_key(const struct fact_field *field, const void *fact, struct buf *text,
                struct buf *key);

/** Appends a column to a key: the same bytes as of the field that was written into it. */
void column_key_of_row(sqlite3_value *column, struct buf *key);

/**
 * Reads the column into its field of a fact that was initialised. `last` is the fact read
 * before, whose texts are shared where they are equal, or NULL. ERR_PARSE when the file holds
 * what was never written.
 */
int column_read(const struct column *c, void *fact, const void *last, struct arena *a,
                struct err *e);

/* stage.c: facts of the open batch on their way into the file. */

/** Before the first fact of a batch; what was left of another one is dropped. ERR_NOMEM. */
int stage_begin(struct store *s, struct err *e);

/** Takes a fact, which is written with others of its kind, at the latest by stage_flush(). */
int stage_put(struct store *s, enum fact_kind kind, const void *fact, struct err *e);

/** Writes all that waits. */
int stage_flush(struct store *s, struct err *e);

/** Forgets what waits, and keys. */
void stage_end(struct store *s);

/** Frees it all. */
void stage_free(struct store *s);

/* merge.c */

/** Once a batch of changes is written: of facts of equal key the last one stays. */
int merge_changes(struct store *s, struct err *e);

#endif
