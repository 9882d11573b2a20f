/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch of changes against what was there: of facts of equal key (model/keys.def) the last
 * one stays. Keys of the batch are in memory; facts of earlier batches go past them once.
 */
#include "store/store_private.h"

/* Counts facts out of a batch. */
static int count_out(struct store *s, int64_t batch, int64_t n, struct err *e)
{
    if (n == 0)
        return 0;
    if (batch == s->batch_id) {
        s->n_facts -= n;
        return 0;
    }
    sqlite3_stmt *less = store_statement(s, STATEMENT_BATCH_LESS);
    store_bind_i64(less, 1, batch);
    store_bind_i64(less, 2, n);
    return store_run(s, less, "replacing facts", e);
}

/* Of facts of equal key in the batch itself. */
static int delete_outdone(struct store *s, enum fact_kind kind, struct err *e)
{
    const struct staged *g = &s->staged[kind];
    sqlite3_stmt *st = NULL;
    if (g->outdone.n == 0)
        return 0;
    buf_reset(&s->text);
    buf_printf(&s->text, "DELETE FROM \"fact_%s\" WHERE batch = ?1 AND nr = ?2",
               fact_kind_info(kind)->name);
    int rc = store_prepare(s, &st, e);
    for (size_t i = 0; rc == 0 && i < g->outdone.n; i++) {
        store_bind_i64(st, 1, s->batch_id);
        store_bind_i64(st, 2, g->outdone.v[i]);
        rc = store_run(s, st, "replacing facts", e);
    }
    sqlite3_finalize(st);
    return rc != 0 ? rc : count_out(s, s->batch_id, (int64_t)g->outdone.n, e);
}

/* Facts of earlier batches against the keys of this one. */
struct restated {
    struct rows rows; /* first member */
    struct store *store;
    enum fact_kind kind;
    size_t n_columns; /* of a key */
};

static int take_restated(struct rows *rows, sqlite3_value **columns, struct err *e)
{
    const struct restated *r = (const struct restated *)rows;
    struct store *s = r->store;
    buf_reset(&s->key);
    for (size_t i = 0; i < r->n_columns; i++)
        column_key_of_row(columns[i], &s->key);
    if (s->key.failed)
        return err_set(e, ERR_NOMEM, "no room for a key");
    return map_get(s->staged[r->kind].keys, s->key.data, s->key.len) != NULL;
}

/* Deletes those facts of a batch (?1) that are stated anew. */
static int prepare_delete(struct store *s, struct restated *r, sqlite3_stmt **out,
                          struct err *e)
{
    const struct fact_kind_info *k = fact_kind_info(r->kind);
    buf_reset(&s->text);
    buf_printf(&s->text, "DELETE FROM \"fact_%s\" WHERE batch = ?1 AND taken(", k->name);
    for (size_t i = 0; i < k->n_fields; i++) {
        if (!fact_field_is_key(r->kind, i))
            continue;
        buf_printf(&s->text, "%s\"%s\"", r->n_columns++ > 0 ? ", " : "", k->fields[i].name);
    }
    buf_char(&s->text, ')');
    return store_prepare(s, out, e);
}

static int delete_restated(struct store *s, enum fact_kind kind, struct err *e)
{
    sqlite3_stmt *batches = store_statement(s, STATEMENT_BATCHES_BEFORE), *st = NULL;
    struct restated r = {{.take = take_restated}, .store = s, .kind = kind};
    int step = SQLITE_DONE, rc = prepare_delete(s, &r, &st, e);
    store_bind_i64(batches, 1, s->scope_id);
    store_bind_i64(batches, 2, s->batch_id);
    while (rc == 0 && (step = sqlite3_step(batches)) == SQLITE_ROW) {
        int64_t batch = sqlite3_column_int64(batches, 0);
        store_bind_i64(st, 1, batch);
        rc = store_run_taken(s, st, &r.rows, "replacing facts", e);
        if (rc == 0)
            rc = count_out(s, batch, sqlite3_changes64(s->db), e);
    }
    if (rc == 0 && step != SQLITE_DONE)
        rc = store_fail(s, "replacing facts", e);
    sqlite3_reset(batches);
    sqlite3_finalize(st);
    return rc;
}

int merge_changes(struct store *s, struct err *e)
{
    int rc = 0;
    for (int kind = 0; rc == 0 && kind < FACT_KIND_COUNT; kind++) {
        if (s->staged[kind].keys == NULL)
            continue;
        rc = delete_outdone(s, kind, e);
        if (rc == 0)
            rc = delete_restated(s, kind, e);
    }
    return rc;
}
