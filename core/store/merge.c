/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch of changes against what was there: of facts of equal key (model/keys.def) the last
 * one stays. Keys of the batch are in memory; facts of earlier batches go past them once.
 */
#include "store/store_private.h"

/* Facts to delete, by batch and number. */
struct doomed_fact {
    int64_t batch, nr;
};

struct doomed {
    VEC(struct doomed_fact);
};

static int doom(struct doomed *d, int64_t batch, int64_t nr, struct err *e)
{
    struct doomed_fact *f = VEC_PUSH(d);
    if (f == NULL)
        return err_set(e, ERR_NOMEM, "no room for what a batch replaces");
    *f = (struct doomed_fact){batch, nr};
    return 0;
}

static int find_outdone(const struct store *s, enum fact_kind kind, struct doomed *d,
                        struct err *e)
{
    const struct staged *g = &s->staged[kind];
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < g->outdone.n; i++)
        rc = doom(d, s->batch_id, g->outdone.v[i], e);
    return rc;
}

/* Facts of earlier batches of the scope: batch, nr, what their key is made of. */
static int prepare_earlier(struct store *s, enum fact_kind kind, sqlite3_stmt **out,
                           struct err *e)
{
    const struct fact_kind_info *k = fact_kind_info(kind);
    buf_reset(&s->text);
    buf_str(&s->text, "SELECT f.batch, f.nr");
    for (size_t i = 0; i < k->n_fields; i++)
        if (fact_field_is_key(kind, i))
            buf_printf(&s->text, ", f.\"%s\"", k->fields[i].name);
    buf_printf(&s->text,
               " FROM batch AS b CROSS JOIN \"fact_%s\" AS f ON f.batch = b.id"
               " WHERE b.scope = ?1 AND b.superseded_at IS NULL AND b.id <> ?2"
               " ORDER BY b.id, f.nr",
               k->name);
    return store_prepare(s, out, e);
}

static bool is_restated(struct store *s, enum fact_kind kind, sqlite3_stmt *row)
{
    buf_reset(&s->key);
    for (int at = 2; at < sqlite3_column_count(row); at++)
        column_key_of_row(row, at, &s->key);
    return map_get(s->staged[kind].keys, s->key.data, s->key.len) != NULL;
}

static int find_restated(struct store *s, enum fact_kind kind, struct doomed *d, struct err *e)
{
    sqlite3_stmt *st = NULL;
    int step = SQLITE_DONE, rc = prepare_earlier(s, kind, &st, e);
    if (rc == 0) {
        store_bind_i64(st, 1, s->scope_id);
        store_bind_i64(st, 2, s->batch_id);
    }
    while (rc == 0 && (step = sqlite3_step(st)) == SQLITE_ROW) {
        if (is_restated(s, kind, st))
            rc = doom(d, sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1), e);
        if (s->key.failed)
            rc = err_set(e, ERR_NOMEM, "no room for a key");
    }
    if (rc == 0 && step != SQLITE_DONE)
        rc = store_fail(s, "replacing facts", e);
    sqlite3_finalize(st);
    return rc;
}

/* Counts facts out of a batch. */
static int count_out(struct store *s, int64_t batch, int64_t n, struct err *e)
{
    if (batch == s->batch_id) {
        s->n_facts -= n;
        return 0;
    }
    sqlite3_stmt *less = store_statement(s, STATEMENT_BATCH_LESS);
    store_bind_i64(less, 1, batch);
    store_bind_i64(less, 2, n);
    return store_run(s, less, "replacing facts", e);
}

/* They stand by batch. */
static int delete_doomed(struct store *s, enum fact_kind kind, const struct doomed *d,
                         struct err *e)
{
    sqlite3_stmt *st = NULL;
    buf_reset(&s->text);
    buf_printf(&s->text, "DELETE FROM \"fact_%s\" WHERE batch = ?1 AND nr = ?2",
               fact_kind_info(kind)->name);
    int rc = store_prepare(s, &st, e);
    for (size_t i = 0, first = 0; rc == 0 && i < d->n; i++) {
        store_bind_i64(st, 1, d->v[i].batch);
        store_bind_i64(st, 2, d->v[i].nr);
        rc = store_run(s, st, "replacing facts", e);
        if (rc == 0 && (i + 1 == d->n || d->v[i + 1].batch != d->v[i].batch)) {
            rc = count_out(s, d->v[i].batch, (int64_t)(i + 1 - first), e);
            first = i + 1;
        }
    }
    sqlite3_finalize(st);
    return rc;
}

int merge_changes(struct store *s, struct err *e)
{
    int rc = 0;
    for (int kind = 0; rc == 0 && kind < FACT_KIND_COUNT; kind++) {
        struct doomed d = {0};
        if (s->staged[kind].keys == NULL)
            continue;
        rc = find_outdone(s, kind, &d, e);
        if (rc == 0)
            rc = find_restated(s, kind, &d, e);
        if (rc == 0 && d.n > 0)
            rc = delete_doomed(s, kind, &d, e);
        VEC_FREE(&d);
    }
    return rc;
}
