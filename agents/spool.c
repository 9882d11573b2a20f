/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/spool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

struct staged {
    enum fact_kind kind;
    void *fact;
};

/* A batch in memory. */
struct parcel {
    struct arena *arena; /* of all that it holds; NULL: none */
    struct batch_head head;
    struct {
        VEC(struct staged);
    } facts;
    struct {
        VEC(struct ignored);
    } ignored;
    size_t n_facts, n_ignored; /* spilled ones included */
};

struct spool {
    struct batch_sink sink; /* first member */
    struct batch_sink *inner;
    pthread_mutex_t *lock;
    size_t limit;
    struct parcel open;
    bool spilled;  /* the batch is open in inner, and the lock held */
    bool together; /* committed batches may wait for each other */
    struct {
        VEC(struct parcel);
    } waiting;
    size_t waiting_bytes;
    struct err lost; /* why batches of which commit() said that all is well are not there */
    struct spool_counts counts;
};

static struct spool *spool_of(struct batch_sink *s)
{
    return (struct spool *)s;
}

/* The lock is held already while a batch spills. */
static void enter(struct spool *s)
{
    if (!s->spilled)
        pthread_mutex_lock(s->lock);
}

static void leave(struct spool *s)
{
    if (!s->spilled)
        pthread_mutex_unlock(s->lock);
}

static void parcel_free(struct parcel *p)
{
    VEC_FREE(&p->facts);
    VEC_FREE(&p->ignored);
    arena_free(&p->arena);
    *p = (struct parcel){0};
}

/* Forgets the open batch; inner has none open any more. */
static void finish(struct spool *s)
{
    if (s->spilled)
        pthread_mutex_unlock(s->lock);
    s->spilled = false;
    parcel_free(&s->open);
}

static int no_memory(struct err *e)
{
    return err_set(e, ERR_NOMEM, "out of memory while a batch is collected");
}

/* Once batches are lost nothing more may be said: it could mean that they are there. */
static int check_lost(const struct spool *s, struct err *e)
{
    if (s->lost.code != 0)
        *e = s->lost;
    return s->lost.code;
}

static bool copy_text(struct arena *a, const char **text)
{
    if (*text == NULL)
        return true;
    *text = arena_strdup(a, *text);
    return *text != NULL;
}

static int spool_begin(struct batch_sink *sink, const struct batch_head *head, struct err *e)
{
    struct spool *s = spool_of(sink);
    struct parcel *p = &s->open;
    struct origin *o = &p->head.origin;

    assert(p->arena == NULL);
    if (check_lost(s, e) != 0)
        return s->lost.code;
    p->arena = arena_new(0);
    if (p->arena == NULL)
        return no_memory(e);
    p->head = *head;
    if (copy_text(p->arena, &o->domain) && copy_text(p->arena, &o->source) &&
        copy_text(p->arena, &o->kind) && copy_text(p->arena, &o->scope) &&
        copy_text(p->arena, &p->head.version))
        return 0;
    finish(s);
    return no_memory(e);
}

static int stage(struct parcel *p, enum fact_kind kind, const void *fact, struct err *e)
{
    struct staged *slot = VEC_PUSH(&p->facts);

    if (slot == NULL)
        return no_memory(e);
    slot->kind = kind;
    slot->fact = arena_alloc(p->arena, fact_kind_info(kind)->size);
    if (slot->fact == NULL)
        return no_memory(e);
    return fact_copy(kind, slot->fact, fact, p->arena, e);
}

/* Opens the batch in inner and hands over what was kept; the caller holds the lock. */
static int hand_over(struct batch_sink *inner, const struct parcel *p, struct err *e)
{
    int rc = inner->begin(inner, &p->head, e);

    if (rc != 0)
        return rc;
    for (size_t i = 0; i < p->facts.n && rc == 0; i++)
        rc = inner->put(inner, p->facts.v[i].kind, p->facts.v[i].fact, e);
    for (size_t i = 0; i < p->ignored.n && rc == 0; i++)
        inner->ignore(inner, p->ignored.v[i].where, p->ignored.v[i].reason);
    if (rc != 0)
        inner->abort(inner);
    return rc;
}

static void count(struct spool *s, const struct parcel *p)
{
    s->counts.batches++;
    s->counts.facts += p->n_facts;
    s->counts.ignored += p->n_ignored;
}

/* --- batches that are written together --- */

/* One that fails is a failure of its scope: its source has been told that all is well. */
static int write_parcel(struct spool *s, const struct parcel *p, struct err *e)
{
    struct err why = {0};
    int rc = hand_over(s->inner, p, &why);

    if (rc == 0)
        rc = s->inner->commit(s->inner, &why);
    if (rc == 0) {
        count(s, p);
        return 0;
    }
    s->counts.failed++;
    log_warn("source", "%s: %s: %s", p->head.origin.source, p->head.origin.scope, why.msg);
    return s->inner->failed(s->inner, &p->head.origin, &why, e);
}

static int write_parcels(struct spool *s, struct err *e)
{
    struct batch_sink *inner = s->inner;
    struct err why = {0};
    int rc = inner->together(inner, true, e), written;

    if (rc != 0)
        return rc;
    for (size_t i = 0; rc == 0 && i < s->waiting.n; i++)
        rc = write_parcel(s, &s->waiting.v[i], e);
    written = inner->together(inner, false, &why);
    if (rc == 0 && written != 0)
        *e = why;
    return rc != 0 ? rc : written;
}

/* Writes those that wait. */
static int flush(struct spool *s, struct err *e)
{
    int rc;

    if (s->waiting.n == 0)
        return 0;
    pthread_mutex_lock(s->lock);
    rc = write_parcels(s, e);
    pthread_mutex_unlock(s->lock);
    for (size_t i = 0; i < s->waiting.n; i++)
        parcel_free(&s->waiting.v[i]);
    s->waiting.n = s->waiting_bytes = 0;
    if (rc != 0)
        s->lost = *e;
    return rc;
}

/* The batch of the scope that waits; the last of several; NULL: none. */
static const struct parcel *waiting_of(const struct spool *s, const struct origin *o)
{
    for (size_t i = s->waiting.n; i-- > 0;) {
        if (strcmp(s->waiting.v[i].head.origin.scope, o->scope) == 0)
            return &s->waiting.v[i];
    }
    return NULL;
}

/* Before something else is said of the scope. */
static int flush_scope(struct spool *s, const struct origin *o, struct err *e)
{
    int rc = check_lost(s, e);

    return rc == 0 && waiting_of(s, o) != NULL ? flush(s, e) : rc;
}

/* The open batch waits, too, until they are many. */
static int wait_along(struct spool *s, struct err *e)
{
    struct parcel *slot = VEC_PUSH(&s->waiting);

    if (slot == NULL) {
        finish(s);
        return no_memory(e);
    }
    s->waiting_bytes += arena_used(s->open.arena);
    *slot = s->open;
    s->open = (struct parcel){0};
    return s->waiting.n < SPOOL_TOGETHER && s->waiting_bytes <= s->limit ? 0 : flush(s, e);
}

/* --- the sink --- */

static int spill(struct spool *s, struct err *e)
{
    int rc = flush(s, e);

    if (rc != 0)
        return rc;
    pthread_mutex_lock(s->lock);
    rc = hand_over(s->inner, &s->open, e);
    if (rc != 0) {
        pthread_mutex_unlock(s->lock);
        return rc;
    }
    s->spilled = true;
    VEC_FREE(&s->open.facts);
    VEC_FREE(&s->open.ignored);
    return 0;
}

static int spool_put(struct batch_sink *sink, enum fact_kind kind, const void *fact,
                     struct err *e)
{
    struct spool *s = spool_of(sink);
    int rc;

    assert(s->open.arena != NULL);
    if (s->spilled) {
        rc = s->inner->put(s->inner, kind, fact, e);
    } else {
        rc = stage(&s->open, kind, fact, e);
        if (rc == 0 && arena_used(s->open.arena) > s->limit)
            rc = spill(s, e);
    }
    s->open.n_facts += rc == 0;
    return rc;
}

static void spool_ignore(struct batch_sink *sink, const char *where, const char *reason)
{
    struct spool *s = spool_of(sink);
    struct ignored *slot;

    assert(s->open.arena != NULL);
    s->open.n_ignored++;
    if (s->spilled) {
        s->inner->ignore(s->inner, where, reason);
        return;
    }
    slot = VEC_PUSH(&s->open.ignored);
    if (slot == NULL)
        return; /* a remark less; the batch itself is whole */
    slot->where = arena_strdup(s->open.arena, where);
    slot->reason = arena_strdup(s->open.arena, reason);
    if (slot->where == NULL || slot->reason == NULL)
        s->open.ignored.n--;
}

static int spool_commit(struct batch_sink *sink, struct err *e)
{
    struct spool *s = spool_of(sink);
    int rc = 0;

    assert(s->open.arena != NULL);
    if (!s->spilled && s->together)
        return wait_along(s, e);
    if (!s->spilled)
        rc = spill(s, e);
    if (rc == 0)
        rc = s->inner->commit(s->inner, e);
    if (rc == 0)
        count(s, &s->open);
    finish(s);
    return rc;
}

static void spool_abort(struct batch_sink *sink)
{
    struct spool *s = spool_of(sink);

    if (s->open.arena == NULL)
        return;
    if (s->spilled)
        s->inner->abort(s->inner);
    finish(s);
}

static int spool_failed(struct batch_sink *sink, const struct origin *o, const struct err *why,
                        struct err *e)
{
    struct spool *s = spool_of(sink);
    int rc;

    assert(s->open.arena == NULL); /* the batch in work is committed or aborted first */
    s->counts.failed++;
    log_warn("source", "%s: %s: %s", o->source, o->scope, why->msg);
    rc = flush_scope(s, o, e);
    if (rc != 0)
        return rc;
    enter(s);
    rc = s->inner->failed(s->inner, o, why, e);
    leave(s);
    return rc;
}

static int spool_retire(struct batch_sink *sink, const struct origin *o, struct err *e)
{
    struct spool *s = spool_of(sink);
    int rc;

    assert(s->open.arena == NULL); /* the batch in work is committed or aborted first */
    s->counts.retired++;
    rc = flush_scope(s, o, e);
    if (rc != 0)
        return rc;
    enter(s);
    rc = s->inner->retire(s->inner, o, e);
    leave(s);
    return rc;
}

static const char *spool_version(struct batch_sink *sink, const struct origin *o,
                                 struct arena *a)
{
    struct spool *s = spool_of(sink);
    const struct parcel *waits = waiting_of(s, o);
    const char *version;

    if (waits != NULL)
        return waits->head.version != NULL ? arena_strdup(a, waits->head.version) : NULL;
    enter(s);
    version = s->inner->version(s->inner, o, a);
    leave(s);
    return version;
}

static const char *spool_reached(struct batch_sink *sink, const struct origin *o,
                                 struct arena *a)
{
    struct spool *s = spool_of(sink);
    const struct parcel *waits = waiting_of(s, o);
    const char *version;

    if (waits != NULL)
        return waits->head.version != NULL ? arena_strdup(a, waits->head.version) : NULL;
    enter(s);
    version = s->inner->reached(s->inner, o, a);
    leave(s);
    return version;
}

static int spool_scopes(struct batch_sink *sink, const struct origin *o, struct arena *a,
                        struct strs *out, struct err *e)
{
    struct spool *s = spool_of(sink);
    size_t kept = 0;
    int rc = check_lost(s, e);

    if (rc == 0)
        rc = flush(s, e);
    if (rc != 0)
        return rc;
    enter(s);
    rc = s->inner->scopes(s->inner, o, a, out, e);
    leave(s);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < out->n; i++) {
        if (strcmp(out->v[i], "*") != 0)
            out->v[kept++] = out->v[i];
    }
    out->n = kept;
    return 0;
}

int spool_new(struct spool **out, struct batch_sink *inner, pthread_mutex_t *lock, size_t limit,
              struct err *e)
{
    struct spool *s = calloc(1, sizeof(*s));

    *out = s;
    if (s == NULL)
        return no_memory(e);
    s->sink = (struct batch_sink){
        .begin = spool_begin,
        .put = spool_put,
        .ignore = spool_ignore,
        .commit = spool_commit,
        .abort = spool_abort,
        .failed = spool_failed,
        .retire = spool_retire,
        .version = spool_version,
        .reached = spool_reached,
        .scopes = spool_scopes,
    };
    s->inner = inner;
    s->lock = lock;
    s->limit = limit;
    return 0;
}

void spool_free(struct spool **s)
{
    if (*s == NULL)
        return;
    spool_abort(&(*s)->sink);
    for (size_t i = 0; i < (*s)->waiting.n; i++)
        parcel_free(&(*s)->waiting.v[i]);
    VEC_FREE(&(*s)->waiting);
    free(*s);
    *s = NULL;
}

int spool_together(struct spool *s, bool on, struct err *e)
{
    int rc = flush(s, e);

    assert(s->open.arena == NULL);
    if (rc == 0)
        rc = check_lost(s, e);
    s->together = on && s->inner->together != NULL;
    s->lost = (struct err){0};
    return rc;
}

struct batch_sink *spool_sink(struct spool *s)
{
    return &s->sink;
}

struct spool_counts spool_counts(const struct spool *s)
{
    return s->counts;
}

void spool_reset(struct spool *s)
{
    s->counts = (struct spool_counts){0};
}
