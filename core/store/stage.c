/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts of the open batch on their way into the file: those of one kind are bound to one
 * statement, row by row, which is run when it is full. SQLite then finds the place in the table
 * once for all of them.
 */
#include <assert.h>

#include "store/store_private.h"

#define ROWS       32                /* of one statement */
#define ROOM       ((size_t)65536)   /* for their texts, without asking the system */
#define MOST_BYTES ((size_t)1 << 20) /* of texts that wait */

/* ?1 is the batch; of each row nr and the fields. Rows without nr are none. */
static int prepare_insert(struct store *s, enum fact_kind kind, struct err *e)
{
    const struct fact_kind_info *k = fact_kind_info(kind);
    buf_reset(&s->text);
    buf_printf(&s->text, "INSERT INTO \"fact_%s\" (batch, nr", k->name);
    for (size_t i = 0; i < k->n_fields; i++)
        buf_printf(&s->text, ", \"%s\"", k->fields[i].name);
    buf_str(&s->text, ") SELECT ?1, * FROM (VALUES ");
    for (size_t row = 0; row < ROWS; row++) {
        buf_str(&s->text, row > 0 ? ", (?" : "(?");
        for (size_t i = 0; i < k->n_fields; i++)
            buf_str(&s->text, ", ?");
        buf_char(&s->text, ')');
    }
    buf_str(&s->text, ") WHERE column1 IS NOT NULL");
    return store_prepare(s, &s->staged[kind].insert, e);
}

/* The parameter that is the nr of a row. */
static int row_at(enum fact_kind kind, size_t row)
{
    return 2 + (int)(row * (1 + fact_kind_info(kind)->n_fields));
}

static int bind_row(struct store *s, enum fact_kind kind, const void *fact, struct err *e)
{
    const struct fact_kind_info *k = fact_kind_info(kind);
    struct binding b = {.st = s->staged[kind].insert,
                        .at = row_at(kind, s->staged[kind].n),
                        .kind = kind,
                        .room = s->room,
                        .text = &s->text};
    int rc = 0;
    store_bind_i64(b.st, b.at, s->n_facts);
    for (size_t i = 0; rc == 0 && i < k->n_fields; i++) {
        b.at++;
        b.field = &k->fields[i];
        rc = column_bind(&b, fact, e);
    }
    return rc;
}

static int write_rows(struct store *s, enum fact_kind kind, struct err *e)
{
    struct staged *g = &s->staged[kind];
    for (int at = row_at(kind, g->n); at < row_at(kind, ROWS); at++)
        sqlite3_bind_null(g->insert, at);
    store_bind_i64(g->insert, 1, s->batch_id);
    int rc = store_run(s, g->insert, "writing facts", e);
    s->n_staged -= g->n;
    g->n = 0;
    if (s->n_staged == 0)
        arena_rewind(s->room, s->bare);
    return rc;
}

static uint64_t key_fields(enum fact_kind kind)
{
    const struct fact_kind_info *k = fact_kind_info(kind);
    uint64_t bits = 0;
    assert(k->n_fields <= STORE_FIELDS_MAX);
    for (size_t i = 0; i < k->n_fields; i++)
        bits |= (uint64_t)fact_field_is_key(kind, i) << i;
    return bits;
}

/* Of a batch of changes: which fact has a key last. */
static int note_key(struct store *s, enum fact_kind kind, const void *fact, struct err *e)
{
    const struct fact_kind_info *k = fact_kind_info(kind);
    struct staged *g = &s->staged[kind];
    if (g->keys == NULL) {
        g->keys = map_new();
        g->key_fields = key_fields(kind);
    }
    buf_reset(&s->key);
    for (size_t i = 0; i < k->n_fields; i++)
        if (g->key_fields >> i & 1)
            column_key(&k->fields[i], fact, &s->text, &s->key);
    bool failed = s->key.failed || g->keys == NULL;
    union map_value *last = failed ? NULL : map_at(g->keys, s->key.data, s->key.len);
    int64_t *before = last != NULL && last->u > 0 ? VEC_PUSH(&g->outdone) : NULL;
    if (last == NULL || (last->u > 0 && before == NULL))
        return err_set(e, ERR_NOMEM, "no room for the keys of a batch");
    if (before != NULL)
        *before = (int64_t)last->u - 1;
    last->u = (uint64_t)s->n_facts + 1;
    return 0;
}

int stage_begin(struct store *s, struct err *e)
{
    if (s->room == NULL && (s->room = arena_new(0)) != NULL) {
        arena_expect(s->room, ROOM);
        s->bare = arena_mark(s->room);
    }
    return s->room != NULL ? 0 : err_set(e, ERR_NOMEM, "no room to write facts");
}

int stage_put(struct store *s, enum fact_kind kind, const void *fact, struct err *e)
{
    struct staged *g = &s->staged[kind];
    int rc = g->insert != NULL ? 0 : prepare_insert(s, kind, e);
    if (rc == 0)
        rc = bind_row(s, kind, fact, e);
    if (rc == 0 && s->mode == BATCH_DELTA)
        rc = note_key(s, kind, fact, e);
    if (rc != 0)
        return rc;
    g->n++;
    s->n_staged++;
    if (g->n == ROWS)
        rc = write_rows(s, kind, e);
    return rc == 0 && arena_used(s->room) > MOST_BYTES ? stage_flush(s, e) : rc;
}

int stage_flush(struct store *s, struct err *e)
{
    int rc = 0;
    for (int k = 0; rc == 0 && k < FACT_KIND_COUNT; k++)
        if (s->staged[k].n > 0)
            rc = write_rows(s, k, e);
    return rc;
}

void stage_end(struct store *s)
{
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        struct staged *g = &s->staged[k];
        g->n = 0;
        map_free(&g->keys);
        VEC_FREE(&g->outdone);
    }
    s->n_staged = 0;
    if (s->room != NULL)
        arena_rewind(s->room, s->bare);
}

void stage_free(struct store *s)
{
    stage_end(s);
    for (int k = 0; k < FACT_KIND_COUNT; k++)
        sqlite3_finalize(s->staged[k].insert);
    arena_free(&s->room);
}
