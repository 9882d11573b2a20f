/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "base/map.h"
#include "store/store_private.h"

/* A load under way: batches in order of their ids. */
struct load {
    struct store *store;
    struct intake *out; /* scopes; and all facts, unless in pieces */
    int64_t now, next_expiry;
    size_t cap_scopes;
    struct map *scope_of; /* scope id -> index in out->scopes */
    struct loaded_batch {
        int64_t id;
        size_t scope;
        struct intake *into;   /* borrowed */
        struct origin *origin; /* that its facts share; NULL: they are there already */
        int64_t left;          /* so many of its facts are still to come, as it says */
    } * v;
    size_t n, cap;
    bool in_pieces;
    struct kept kept; /* the pieces */
    size_t passed;    /* of the store's, those of batches that were before */
};

static int no_room(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no room for the facts of a store");
}

/* A text column in an arena; *failed is set when there is no room. */
static const char *column_text(struct arena *a, sqlite3_stmt *st, int at, bool *failed)
{
    const char *text = (const char *)sqlite3_column_text(st, at);
    const char *copy = arena_strdup(a, text);
    if (text != NULL ? copy == NULL : sqlite3_column_type(st, at) != SQLITE_NULL)
        *failed = true;
    return copy;
}

static enum fact_class column_class(sqlite3_stmt *st, int at)
{
    const char *text = (const char *)sqlite3_column_text(st, at);
    for (int c = CLASS_OBSERVED; text != NULL && c < CLASS_ASSUMED; c++)
        if (strcmp(text, fact_class_name(c)) == 0)
            return c;
    return CLASS_ASSUMED;
}

static int load_ignored(struct load *l, struct scope_status *s, int64_t batch, struct err *e)
{
    sqlite3_stmt *st = store_statement(l->store, STATEMENT_LOAD_IGNORED);
    struct arena *a = l->out->facts.arena;
    int rc = 0, step = SQLITE_DONE;
    s->ignored = arena_array(a, STORE_IGNORED_KEPT, sizeof(*s->ignored));
    if (s->ignored == NULL)
        return no_room(e);
    store_bind_i64(st, 1, batch);
    while (rc == 0 && s->n_ignored_kept < STORE_IGNORED_KEPT &&
           (step = sqlite3_step(st)) == SQLITE_ROW) {
        const char *text = arena_printf(a, "%s: %s", (const char *)sqlite3_column_text(st, 0),
                                        (const char *)sqlite3_column_text(st, 1));
        s->ignored[s->n_ignored_kept++] = text;
        if (text == NULL)
            rc = no_room(e);
    }
    if (rc == 0 && step != SQLITE_ROW && step != SQLITE_DONE)
        rc = store_fail(l->store, "reading what was passed over", e);
    sqlite3_reset(st);
    return rc;
}

static int load_scope(struct load *l, sqlite3_stmt *st, struct err *e)
{
    struct intake *out = l->out;
    int64_t id = sqlite3_column_int64(st, 0);
    union map_value index = {.u = out->n_scopes};
    struct arena *a = out->facts.arena;
    bool failed = false;
    if (vec_reserve((void **)&out->scopes, &l->cap_scopes, out->n_scopes + 1,
                    sizeof(*out->scopes)) ||
        map_set(l->scope_of, &id, sizeof(id), index) != 0)
        return no_room(e);
    struct scope_status *s = &out->scopes[out->n_scopes++];
    *s = (struct scope_status){
        .origin = {.domain = column_text(a, st, 1, &failed),
                   .source = column_text(a, st, 2, &failed),
                   .kind = column_text(a, st, 3, &failed),
                   .scope = column_text(a, st, 4, &failed),
                   .epoch = sqlite3_column_int64(st, 5),
                   .stale = sqlite3_column_int(st, 8),
                   .observed_at = store_column_i64(st, 9),
                   .collected_at = store_column_i64(st, 10),
                   .expires = store_column_i64(st, 11),
                   .confidence = column_class(st, 12)},
        .attempted_at = store_column_i64(st, 6),
        .error = column_text(a, st, 7, &failed),
        .version = column_text(a, st, 13, &failed),
        .n_ignored = sqlite3_column_int64(st, 14),
    };
    if (failed)
        return no_room(e);
    return s->n_ignored > 0 ? load_ignored(l, s, sqlite3_column_int64(st, 15), e) : 0;
}

/* The piece of a batch if it is as it was. Batches come in order, as the pieces stand. */
static struct intake *piece_as_before(struct load *l, const struct kept_batch *batch)
{
    const struct kept *kept = &l->store->kept;
    while (l->passed < kept->n && kept->v[l->passed].id < batch->id)
        l->passed++;
    if (l->passed == kept->n)
        return NULL;
    const struct kept_batch *k = &kept->v[l->passed];
    bool same = k->id == batch->id && k->scope == batch->scope && k->epoch == batch->epoch &&
                k->n_facts == batch->n_facts && k->published_at == batch->published_at &&
                k->stale == batch->stale;
    return same ? intake_hold(k->facts) : NULL;
}

/* Gives a batch its piece, new or as before. */
static int find_piece(struct load *l, sqlite3_stmt *st, struct loaded_batch *b, bool *before,
                      struct err *e)
{
    struct kept_batch batch = {.id = b->id,
                               .scope = sqlite3_column_int64(st, 1),
                               .epoch = sqlite3_column_int64(st, 3),
                               .n_facts = sqlite3_column_int64(st, 8),
                               .published_at = store_column_i64(st, 9),
                               .stale = l->out->scopes[b->scope].origin.stale};
    struct kept_batch *slot = VEC_PUSH(&l->kept);
    struct intake *piece = slot ? piece_as_before(l, &batch) : NULL;
    *before = piece != NULL;
    if (slot && !piece && (piece = intake_new()) != NULL)
        arena_expect_little(piece->facts.arena);
    if (!piece) {
        l->kept.n -= slot != NULL;
        return no_room(e);
    }
    *slot = batch;
    b->into = slot->facts = piece;
    if (*before)
        l->out->scopes[b->scope].n_facts += (int64_t)facts_count(&piece->facts);
    return 0;
}

/* A piece outlives the scopes' names. */
static int copy_names(struct origin *o, struct arena *a)
{
    o->domain = arena_strdup(a, o->domain);
    o->source = arena_strdup(a, o->source);
    o->scope = arena_strdup(a, o->scope);
    return o->domain && o->source && o->scope ? 0 : ERR_NOMEM;
}

static int load_origin(struct load *l, sqlite3_stmt *st, struct loaded_batch *b, struct err *e)
{
    struct arena *a = b->into->facts.arena;
    struct origin *o = ARENA_NEW(a, struct origin);
    bool failed = false;
    if (o == NULL)
        return no_room(e);
    *o = l->out->scopes[b->scope].origin; /* names, stale */
    if (l->in_pieces && copy_names(o, a) != 0)
        return no_room(e);
    o->kind = column_text(a, st, 2, &failed);
    o->epoch = sqlite3_column_int64(st, 3);
    o->observed_at = store_column_i64(st, 4);
    o->collected_at = store_column_i64(st, 5);
    o->expires = store_column_i64(st, 6);
    o->confidence = column_class(st, 7);
    b->origin = o;
    return failed ? no_room(e) : 0;
}

static int load_batch(struct load *l, sqlite3_stmt *st, struct err *e)
{
    int64_t id = sqlite3_column_int64(st, 0), scope = sqlite3_column_int64(st, 1);
    int64_t expires = store_column_i64(st, 6);
    const union map_value *at = map_get(l->scope_of, &scope, sizeof(scope));
    bool before = false;
    if (at == NULL)
        return err_set(e, ERR_PARSE, "%s: a current batch of scope %lld, which is gone",
                       l->store->path, (long long)scope);
    if (vec_reserve((void **)&l->v, &l->cap, l->n + 1, sizeof(*l->v)) != 0)
        return no_room(e);
    struct loaded_batch *b = &l->v[l->n++];
    *b = (struct loaded_batch){
        .id = id, .scope = at->u, .into = l->out, .left = sqlite3_column_int64(st, 8)};
    int rc = l->in_pieces ? find_piece(l, st, b, &before, e) : 0;
    if (rc == 0 && !before)
        rc = load_origin(l, st, b, e);
    if (expires != FACT_NONE && (l->next_expiry == FACT_NONE || expires < l->next_expiry))
        l->next_expiry = expires;
    return rc;
}

/* Calls `row` for every row of a bound statement, and resets it. */
static int each_row(struct load *l, sqlite3_stmt *st,
                    int (*row)(struct load *, sqlite3_stmt *, struct err *), struct err *e)
{
    int rc = 0, step = SQLITE_DONE;
    while (rc == 0 && (step = sqlite3_step(st)) == SQLITE_ROW)
        rc = row(l, st, e);
    if (rc == 0 && step != SQLITE_DONE)
        rc = store_fail(l->store, "reading facts", e);
    sqlite3_reset(st);
    return rc;
}

/* Batches that stand side by side and are read together. Rows come in order of batches, too; so
 * both are walked together. */
struct run {
    struct loaded_batch *v;
    size_t n;
};

/* A statement's rows become facts. */
struct fact_reader {
    struct rows rows; /* first member */
    struct load *load;
    const struct run *run;
    size_t at; /* of its batches */
    enum fact_kind kind;
    struct address_read addresses[STORE_FIELDS_MAX]; /* by field */
};

/* Reads columns, in order of the fields, as the next fact. */
static int read_fact(struct fact_reader *r, sqlite3_value **columns, struct loaded_batch *b,
                     struct err *e)
{
    const struct fact_kind_info *k = fact_kind_info(r->kind);
    struct fact_rows *rows = &b->into->facts.rows[r->kind];
    char *fact = facts_room(&b->into->facts, r->kind, b->left > 0 ? (size_t)b->left : 0);
    const char *last = rows->n > 0 ? fact - k->size : NULL;
    if (fact == NULL)
        return no_room(e);
    for (size_t i = 0; i < k->n_fields; i++) {
        struct column c = {columns[i], &k->fields[i], &r->addresses[i]};
        int rc = column_read(&c, fact, last, b->into->facts.arena, e);
        if (rc != 0)
            return err_in(e, "%s: table fact_%s, batch %lld", r->load->store->path, k->name,
                          (long long)b->id);
    }
    const struct origin *o = b->origin;
    memcpy(fact, &o, sizeof(o)); /* the first member of every fact */
    rows->n++;
    b->left--;
    return 0;
}

/* The first column is the batch. */
static int take_fact(struct rows *rows, sqlite3_value **columns, struct err *e)
{
    struct fact_reader *r = (struct fact_reader *)rows;
    struct load *l = r->load;
    int64_t id = sqlite3_value_int64(columns[0]);
    while (r->at < r->run->n && r->run->v[r->at].id < id)
        r->at++;
    if (r->at == r->run->n || r->run->v[r->at].id != id)
        return err_set(e, ERR_PARSE, "%s: facts without their batch (the file is damaged)",
                       l->store->path);
    struct loaded_batch *b = &r->run->v[r->at];
    l->out->scopes[b->scope].n_facts++;
    return read_fact(r, columns + 1, b, e);
}

static int load_kind(struct load *l, const struct run *run, enum fact_kind kind, struct err *e)
{
    sqlite3_stmt *st = l->store->select[kind];
    struct fact_reader r = {{.take = take_fact}, .load = l, .run = run, .kind = kind};
    store_bind_i64(st, 1, l->now);
    store_bind_i64(st, 2, run->v[0].id);
    store_bind_i64(st, 3, run->v[run->n - 1].id);
    return store_run_taken(l->store, st, &r.rows, "reading facts", e);
}

static int load_run(struct load *l, const struct run *run, struct err *e)
{
    int rc = 0;
    for (int k = 0; rc == 0 && k < FACT_KIND_COUNT; k++)
        rc = load_kind(l, run, k, e);
    for (size_t i = 0; l->in_pieces && i < run->n; i++)
        facts_fit(&run->v[i].into->facts);
    return rc;
}

static int load_all(struct load *l, struct err *e)
{
    sqlite3_stmt *st = store_statement(l->store, STATEMENT_LOAD_SCOPES);
    int rc = each_row(l, st, load_scope, e);
    if (rc == 0) {
        st = store_statement(l->store, STATEMENT_LOAD_BATCHES);
        store_bind_i64(st, 1, l->now);
        rc = each_row(l, st, load_batch, e);
    }
    for (size_t i = 0; rc == 0 && i < l->n;) {
        struct run run = {l->v + i, 0};
        while (i + run.n < l->n && run.v[run.n].origin)
            run.n++;
        rc = run.n > 0 ? load_run(l, &run, e) : 0;
        i += run.n > 0 ? run.n : 1;
    }
    return rc;
}

/* Scopes grew on the heap; their place is the arena. */
static int settle_scopes(struct intake *out, struct err *e)
{
    struct scope_status *heap = out->scopes;
    out->scopes = out->n_scopes > 0
                      ? arena_dup(out->facts.arena, heap, out->n_scopes * sizeof(*heap))
                      : NULL;
    vec_release((void **)&heap);
    return out->n_scopes == 0 || out->scopes != NULL ? 0 : no_room(e);
}

/* Loads what the file holds at one time. */
static int load_view(struct load *l, struct err *e)
{
    struct store *s = l->store;
    if (s->open || s->together)
        return err_set(e, ERR_CONFLICT, "%s: a batch is being written", s->path);
    if ((l->scope_of = map_new()) == NULL)
        return no_room(e);
    int rc = store_exec(s, "BEGIN", "reading facts", e);
    if (rc == 0) {
        rc = load_all(l, e);
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL,
                     NULL); /* ends the view; nothing was written */
    }
    int settled = settle_scopes(l->out, rc == 0 ? e : NULL);
    map_free(&l->scope_of);
    vec_release((void **)&l->v);
    return rc != 0 ? rc : settled;
}

int store_load(struct store *s, int64_t now, struct intake *out, int64_t *next_expiry,
               struct err *e)
{
    struct load l = {.store = s, .out = out, .now = now, .next_expiry = FACT_NONE};
    struct arena *arena = out->facts.arena;
    assert(arena != NULL);
    *out = (struct intake){.facts.arena = arena};
    int rc = load_view(&l, e);
    if (rc != 0) {
        facts_free(&out->facts);
        out->scopes = NULL;
        out->n_scopes = 0;
    }
    *next_expiry = l.next_expiry;
    return rc;
}

/* ---- In pieces ---- */

void store_forget(struct kept *kept)
{
    for (size_t i = 0; i < kept->n; i++)
        intake_free(&kept->v[i].facts);
    VEC_FREE(kept);
}

/* All or nothing. */
static int hand_out(const struct load *l, struct intake_list *out, struct err *e)
{
    if (vec_reserve((void **)&out->v, &out->cap, out->n + 1 + l->kept.n, sizeof(*out->v)) != 0)
        return no_room(e);
    out->v[out->n++] = intake_hold(l->out);
    for (size_t i = 0; i < l->kept.n; i++)
        out->v[out->n++] = intake_hold(l->kept.v[i].facts);
    return 0;
}

int store_load_pieces(struct store *s, int64_t now, struct intake_list *out,
                      int64_t *next_expiry, struct err *e)
{
    struct load l = {.store = s,
                     .out = intake_new(),
                     .now = now,
                     .next_expiry = FACT_NONE,
                     .in_pieces = true};
    int rc = l.out != NULL ? load_view(&l, e) : no_room(e);
    if (rc == 0)
        rc = hand_out(&l, out, e);
    if (rc == 0) {
        struct kept before = s->kept;
        s->kept = l.kept;
        l.kept = before;
    }
    store_forget(&l.kept);
    intake_free(&l.out);
    *next_expiry = l.next_expiry;
    return rc;
}

/* ---- One batch ---- */

static int load_past_head(struct load *l, const struct origin *of, int64_t *batch,
                          struct err *e)
{
    sqlite3_stmt *st = store_statement(l->store, STATEMENT_LOAD_PAST);
    struct arena *a = l->out->facts.arena;
    struct scope_status *s = ARENA_NEW(a, struct scope_status);
    bool failed = s == NULL;
    store_bind_scope(st, of);
    store_bind_i64(st, 4, of->epoch);
    int step = sqlite3_step(st);
    if (step == SQLITE_ROW && !failed) {
        *batch = sqlite3_column_int64(st, 0);
        *s = (struct scope_status){.origin = *of,
                                   .version = column_text(a, st, 7, &failed),
                                   .n_facts = sqlite3_column_int64(st, 8)};
        s->origin.epoch = sqlite3_column_int64(st, 1);
        s->origin.kind = column_text(a, st, 2, &failed);
        s->origin.observed_at = store_column_i64(st, 3);
        s->origin.collected_at = store_column_i64(st, 4);
        s->origin.expires = store_column_i64(st, 5);
        s->origin.confidence = column_class(st, 6);
        l->out->scopes = s;
        l->out->n_scopes = 1;
    }
    int rc = failed ? no_room(e) : 0;
    if (rc == 0 && step == SQLITE_DONE)
        rc = err_set(e, ERR_NOENT, "there is no such batch");
    else if (rc == 0 && step != SQLITE_ROW)
        rc = store_fail(l->store, "finding a batch", e);
    sqlite3_reset(st);
    return rc;
}

static int take_past(struct rows *rows, sqlite3_value **columns, struct err *e)
{
    struct fact_reader *r = (struct fact_reader *)rows;
    return read_fact(r, columns, r->run->v, e);
}

static int load_past_kind(struct load *l, enum fact_kind kind, int64_t batch, struct err *e)
{
    const struct fact_kind_info *k = fact_kind_info(kind);
    struct loaded_batch of = {.id = batch, .into = l->out, .origin = &l->out->scopes[0].origin};
    struct run run = {&of, 1};
    struct fact_reader r = {{.take = take_past}, .load = l, .run = &run, .kind = kind};
    sqlite3_stmt *st = NULL;
    buf_reset(&l->store->text);
    buf_printf(&l->store->text, "SELECT 1 FROM \"fact_%s\" WHERE batch = ?1 AND taken(",
               k->name);
    for (size_t i = 0; i < k->n_fields; i++)
        buf_printf(&l->store->text, "%s\"%s\"", i > 0 ? ", " : "", k->fields[i].name);
    buf_str(&l->store->text, ") ORDER BY nr");
    int rc = store_prepare(l->store, &st, e);
    if (rc == 0) {
        store_bind_i64(st, 1, batch);
        rc = store_run_taken(l->store, st, &r.rows, "reading a batch", e);
    }
    sqlite3_finalize(st);
    return rc;
}

int store_load_batch(struct store *s, const struct origin *of, struct intake *out,
                     struct err *e)
{
    struct load l = {.store = s, .out = out};
    struct arena *arena = out->facts.arena;
    int64_t batch = 0;
    assert(arena != NULL && !s->open);
    *out = (struct intake){.facts.arena = arena};
    int rc = store_exec(s, "BEGIN", "reading a batch", e);
    if (rc != 0)
        return rc;
    rc = load_past_head(&l, of, &batch, e);
    for (int k = 0; rc == 0 && k < FACT_KIND_COUNT; k++)
        rc = load_past_kind(&l, k, batch, e);
    sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL); /* ends the view; nothing was written */
    if (rc != 0)
        facts_free(&out->facts);
    return rc;
}
