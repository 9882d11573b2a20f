/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "store/store_private.h"

static struct store *store_of(struct batch_sink *sink)
{
    return (struct store *)sink;
}

static int64_t now_us(const struct store *s)
{
    return s->clock->now_us(s->clock->self);
}

static const char *mode_name(enum batch_mode mode)
{
    switch (mode) {
    case BATCH_REPLACE:
        return "replace";
    case BATCH_APPEND:
        return "append";
    case BATCH_DELTA:
        return "delta";
    }
    return "";
}

static int check_name(const char *what, const char *name, struct err *e)
{
    size_t n = name != NULL ? strnlen(name, STORE_NAME_MAX + 1) : 0;
    if (n == 0)
        return err_set(e, ERR_INVAL, "the %s of a batch has no name", what);
    if (n > STORE_NAME_MAX)
        return err_set(e, ERR_LIMIT, "the name of the %s is longer than %d bytes", what,
                       STORE_NAME_MAX);
    return str_is_utf8(name, n)
               ? 0
               : err_set(e, ERR_INVAL, "the name of the %s is not UTF-8", what);
}

static int check_origin(const struct origin *o, struct err *e)
{
    int rc = check_name("domain", o->domain, e);
    if (rc == 0)
        rc = check_name("source", o->source, e);
    if (rc == 0)
        rc = check_name("scope", o->scope, e);
    return rc;
}

static int check_head(const struct batch_head *head, struct err *e)
{
    const char *version = head->version != NULL ? head->version : "";
    int rc = check_origin(&head->origin, e);
    if (rc == 0)
        rc = check_name("kind of source", head->origin.kind, e);
    if (rc != 0)
        return rc;
    size_t n = strnlen(version, STORE_TEXT_MAX + 1);
    if (n > STORE_TEXT_MAX || !str_is_utf8(version, n))
        return err_set(e, ERR_INVAL, "the version of a batch is too long or not UTF-8");
    return 0;
}

/* Begins a change: a transaction of its own, or a part of the one that is open. */
static int begin_change(struct store *s, const char *doing, struct err *e)
{
    int rc = 0;
    if (s->lost)
        return err_set(e, ERR_IO, "%s: what was to be written before it is lost", s->path);
    if (!s->together)
        return store_exec(s, "BEGIN IMMEDIATE", doing, e);
    if (sqlite3_get_autocommit(s->db))
        rc = store_exec(s, "BEGIN IMMEDIATE", doing, e);
    return rc == 0 ? store_exec(s, "SAVEPOINT change", doing, e) : rc;
}

static int end_change(struct store *s, const char *doing, struct err *e)
{
    int rc = store_exec(s, s->together ? "RELEASE change" : "COMMIT", doing, e);
    s->n_together += rc == 0 && s->together;
    return rc;
}

/* Undoes a change. Some failures (a full disk) make SQLite undo the whole transaction. */
static void rollback(struct store *s)
{
    if (sqlite3_get_autocommit(s->db))
        s->lost = s->n_together > 0;
    else
        sqlite3_exec(s->db, s->together ? "ROLLBACK TO change; RELEASE change" : "ROLLBACK",
                     NULL, NULL, NULL);
}

static int write_together(struct store *s, struct err *e)
{
    int rc = 0;
    if (s->lost)
        rc = err_set(e, ERR_IO, "%s: batches that belong together were not written", s->path);
    else if (!sqlite3_get_autocommit(s->db))
        rc = store_exec(s, "COMMIT", "publishing batches", e);
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

static int sink_together(struct batch_sink *sink, bool on, struct err *e)
{
    struct store *s = store_of(sink);
    assert(!s->open && s->together != on);
    int rc = on ? 0 : write_together(s, e);
    s->together = on;
    s->lost = false;
    s->n_together = 0;
    return rc;
}

/* Makes the scope's row unless it is there. */
static int make_scope(struct store *s, const struct origin *o, struct err *e)
{
    sqlite3_stmt *st = store_statement(s, STATEMENT_SCOPE_MAKE);
    store_bind_scope(st, o);
    store_bind_text(st, 4, o->kind != NULL ? o->kind : "");
    return store_run(s, st, "noting a scope", e);
}

static int find_scope(struct store *s, const struct origin *o, struct err *e)
{
    sqlite3_stmt *st = store_statement(s, STATEMENT_SCOPE_FIND);
    int rc = 0;
    store_bind_scope(st, o);
    if (sqlite3_step(st) == SQLITE_ROW) {
        s->scope_id = sqlite3_column_int64(st, 0);
        s->epoch = sqlite3_column_int64(st, 1) + 1;
    } else {
        rc = store_fail(s, "finding a scope", e);
    }
    sqlite3_reset(st);
    return rc;
}

static int add_batch(struct store *s, const struct batch_head *head, struct err *e)
{
    sqlite3_stmt *st = store_statement(s, STATEMENT_BATCH_ADD);
    store_bind_i64(st, 1, s->scope_id);
    store_bind_i64(st, 2, s->epoch);
    store_bind_text(st, 3, head->origin.kind);
    store_bind_text(st, 4, mode_name(head->mode));
    store_bind_text(st, 5, fact_class_name(head->origin.confidence));
    store_bind_i64(st, 6, head->origin.observed_at);
    store_bind_i64(st, 7, head->origin.collected_at);
    store_bind_i64(st, 8, head->origin.expires);
    store_bind_text(st, 9, head->version);
    int rc = store_run(s, st, "beginning a batch", e);
    s->batch_id = sqlite3_last_insert_rowid(s->db);
    return rc;
}

static int sink_begin(struct batch_sink *sink, const struct batch_head *head, struct err *e)
{
    struct store *s = store_of(sink);
    assert(!s->open);
    int rc = check_head(head, e);
    if (rc == 0)
        rc = begin_change(s, "beginning a batch", e);
    if (rc == 0)
        rc = make_scope(s, &head->origin, e);
    if (rc == 0)
        rc = find_scope(s, &head->origin, e);
    if (rc == 0 && head->epoch_wanted && head->epoch_wanted != s->epoch)
        rc = err_set(e, ERR_CONFLICT, "another batch came in between");
    if (rc == 0)
        rc = add_batch(s, head, e);
    if (rc == 0)
        rc = stage_begin(s, e);
    if (rc != 0) {
        rollback(s);
        return rc;
    }
    s->open = true;
    s->broken = false;
    s->mode = head->mode;
    s->n_facts = s->n_ignored = 0;
    return 0;
}

static int sink_put(struct batch_sink *sink, enum fact_kind kind, const void *fact,
                    struct err *e)
{
    struct store *s = store_of(sink);
    int rc;
    assert(s->open);
    if (s->broken)
        rc = err_set(e, ERR_IO, "%s: an earlier part of the batch was not written", s->path);
    else if (s->n_facts >= STORE_FACTS_MAX)
        rc = err_set(e, ERR_LIMIT, "a batch of more than %d facts", STORE_FACTS_MAX);
    else
        rc = stage_put(s, kind, fact, e);
    s->broken = rc != 0;
    s->n_facts++;
    return rc;
}

/* Fits a note into `out`: cut between characters; what is not UTF-8 becomes ASCII. */
static const char *note_text(const char *s, char out[STORE_NOTE_MAX + 1])
{
    size_t n = s != NULL ? strnlen(s, STORE_NOTE_MAX + 1) : 0;
    if (n > STORE_NOTE_MAX)
        n = str_utf8_cut(s, STORE_NOTE_MAX);
    if (n > 0)
        memcpy(out, s, n);
    out[n] = '\0';
    for (size_t i = 0; i < n && !str_is_utf8(out, n); i++)
        if ((unsigned char)out[i] >= 0x80)
            out[i] = '?';
    return out;
}

static void sink_ignore(struct batch_sink *sink, const char *where, const char *reason)
{
    struct store *s = store_of(sink);
    char place[STORE_NOTE_MAX + 1], text[STORE_NOTE_MAX + 1];
    assert(s->open);
    if (s->n_ignored++ >= STORE_IGNORED_KEPT || s->broken)
        return;
    sqlite3_stmt *st = store_statement(s, STATEMENT_IGNORED_ADD);
    store_bind_i64(st, 1, s->batch_id);
    store_bind_i64(st, 2, s->n_ignored);
    store_bind_text(st, 3, note_text(where, place));
    store_bind_text(st, 4, note_text(reason, text));
    s->broken = store_run(s, st, "noting what was passed over", NULL) != 0;
}

/* Ends earlier batches: all of them when replaced; those without facts left when changed. */
static int supersede(struct store *s, int64_t now, struct err *e)
{
    if (s->mode == BATCH_APPEND)
        return 0;
    sqlite3_stmt *st = store_statement(s, s->mode == BATCH_REPLACE ? STATEMENT_BATCH_SUPERSEDE
                                                                   : STATEMENT_BATCH_EMPTY);
    store_bind_i64(st, 1, s->scope_id);
    store_bind_i64(st, 2, s->batch_id);
    store_bind_i64(st, 3, now);
    return store_run(s, st, "replacing a batch", e);
}

static int finish_batch(struct store *s, int64_t now, struct err *e)
{
    sqlite3_stmt *st = store_statement(s, STATEMENT_BATCH_FINISH);
    store_bind_i64(st, 1, s->batch_id);
    store_bind_i64(st, 2, s->n_facts);
    store_bind_i64(st, 3, s->n_ignored);
    store_bind_i64(st, 4, now);
    int rc = store_run(s, st, "publishing a batch", e);
    if (rc == 0) {
        st = store_statement(s, STATEMENT_SCOPE_GOOD);
        store_bind_i64(st, 1, s->scope_id);
        store_bind_i64(st, 2, s->epoch);
        store_bind_i64(st, 3, now);
        rc = store_run(s, st, "publishing a batch", e);
    }
    if (rc == 0) {
        st = store_statement(s, STATEMENT_SOURCE_GOOD);
        store_bind_i64(st, 1, s->scope_id);
        rc = store_run(s, st, "publishing a batch", e);
    }
    return rc;
}

static int sink_commit(struct batch_sink *sink, struct err *e)
{
    struct store *s = store_of(sink);
    int64_t now = now_us(s);
    assert(s->open);
    int rc =
        s->broken ? err_set(e, ERR_IO, "%s: a part of the batch was not written", s->path) : 0;
    if (rc == 0)
        rc = stage_flush(s, e);
    if (rc == 0 && s->mode == BATCH_DELTA)
        rc = merge_changes(s, e);
    if (rc == 0)
        rc = supersede(s, now, e);
    if (rc == 0)
        rc = finish_batch(s, now, e);
    if (rc == 0)
        rc = end_change(s, "publishing a batch", e);
    if (rc != 0)
        rollback(s);
    stage_end(s);
    s->open = false;
    return rc;
}

static void sink_abort(struct batch_sink *sink)
{
    struct store *s = store_of(sink);
    if (s->open)
        rollback(s);
    stage_end(s);
    s->open = false;
}

static int mark_failed(struct store *s, const struct origin *o, const char *why, struct err *e)
{
    int rc = make_scope(s, o, e);
    if (rc != 0)
        return rc;
    sqlite3_stmt *st = store_statement(s, STATEMENT_SCOPE_FAILED);
    store_bind_scope(st, o);
    store_bind_i64(st, 4, now_us(s));
    store_bind_text(st, 5, why);
    return store_run(s, st, "marking a scope stale", e);
}

static int mark_retired(struct store *s, const struct origin *o, const char *why, struct err *e)
{
    (void)why;
    sqlite3_stmt *st = store_statement(s, STATEMENT_BATCH_RETIRE);
    store_bind_scope(st, o);
    store_bind_i64(st, 4, now_us(s));
    int rc = store_run(s, st, "retiring a scope", e);
    if (rc == 0) {
        st = store_statement(s, STATEMENT_SCOPE_RETIRE);
        store_bind_scope(st, o);
        rc = store_run(s, st, "retiring a scope", e);
    }
    return rc;
}

/* A change of a scope's state in a transaction of its own. */
static int change_scope(struct store *s, const struct origin *o, const char *why,
                        int (*change)(struct store *, const struct origin *, const char *,
                                      struct err *),
                        struct err *e)
{
    assert(!s->open);
    int rc = check_origin(o, e);
    if (rc == 0)
        rc = begin_change(s, "changing a scope", e);
    if (rc != 0)
        return rc;
    rc = change(s, o, why, e);
    if (rc == 0)
        rc = end_change(s, "changing a scope", e);
    if (rc != 0)
        rollback(s);
    return rc;
}

static int sink_failed(struct batch_sink *sink, const struct origin *o, const struct err *why,
                       struct err *e)
{
    char text[STORE_NOTE_MAX + 1];
    return change_scope(store_of(sink), o, note_text(why->msg, text), mark_failed, e);
}

static int sink_retire(struct batch_sink *sink, const struct origin *o, struct err *e)
{
    return change_scope(store_of(sink), o, NULL, mark_retired, e);
}

/* The version that a statement with a scope's name gives. */
static const char *ask_version(sqlite3_stmt *st, const struct origin *o, struct arena *a)
{
    const char *version = NULL;
    store_bind_scope(st, o);
    if (sqlite3_step(st) == SQLITE_ROW)
        version = arena_strdup(a, (const char *)sqlite3_column_text(st, 0));
    sqlite3_reset(st);
    return version;
}

static const char *sink_version(struct batch_sink *sink, const struct origin *o,
                                struct arena *a)
{
    struct store *s = store_of(sink);
    sqlite3_stmt *st = store_statement(s, STATEMENT_VERSION);
    store_bind_i64(st, 4, now_us(s));
    return ask_version(st, o, a);
}

static const char *sink_reached(struct batch_sink *sink, const struct origin *o,
                                struct arena *a)
{
    return ask_version(store_statement(store_of(sink), STATEMENT_REACHED), o, a);
}

/* Adds a name to a list that grows in the arena by doubling. */
static int add_name(struct strs *out, size_t *room, const char *name, struct arena *a)
{
    if (out->n == *room) {
        const char **v = arena_array(a, *room > 0 ? 2 * *room : 16, sizeof(*v));
        if (v == NULL)
            return ERR_NOMEM;
        if (out->n > 0)
            memcpy(v, out->v, out->n * sizeof(*v));
        out->v = v;
        *room = *room > 0 ? 2 * *room : 16;
    }
    out->v[out->n] = arena_strdup(a, name);
    return out->v[out->n++] != NULL ? 0 : ERR_NOMEM;
}

static int sink_scopes(struct batch_sink *sink, const struct origin *o, struct arena *a,
                       struct strs *out, struct err *e)
{
    struct store *s = store_of(sink);
    sqlite3_stmt *st = store_statement(s, STATEMENT_SCOPES);
    size_t room = 0;
    int rc = 0, step = SQLITE_DONE;
    *out = (struct strs){0};
    store_bind_scope(st, o);
    while (rc == 0 && (step = sqlite3_step(st)) == SQLITE_ROW)
        if (add_name(out, &room, (const char *)sqlite3_column_text(st, 0), a) != 0)
            rc = err_set(e, ERR_NOMEM, "no room for the names of scopes");
    if (rc == 0 && step != SQLITE_DONE)
        rc = store_fail(s, "listing scopes", e);
    sqlite3_reset(st);
    return rc;
}

void store_sink_init(struct store *s)
{
    s->sink = (struct batch_sink){.begin = sink_begin,
                                  .put = sink_put,
                                  .ignore = sink_ignore,
                                  .commit = sink_commit,
                                  .abort = sink_abort,
                                  .failed = sink_failed,
                                  .retire = sink_retire,
                                  .version = sink_version,
                                  .reached = sink_reached,
                                  .together = sink_together,
                                  .scopes = sink_scopes};
}
