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

struct spool {
    struct batch_sink sink; /* first member */
    struct batch_sink *inner;
    pthread_mutex_t *lock;
    size_t limit;
    struct arena *arena; /* of the open batch; NULL between batches */
    struct batch_head head;
    bool spilled; /* the batch is open in inner, and the lock held */
    struct {
        VEC(struct staged);
    } facts;
    struct {
        VEC(struct ignored);
    } ignored;
    size_t n_facts, n_ignored; /* of the open batch, spilled ones included */
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

/* Forgets the batch; inner has none open any more. */
static void finish(struct spool *s)
{
    if (s->spilled)
        pthread_mutex_unlock(s->lock);
    s->spilled = false;
    VEC_FREE(&s->facts);
    VEC_FREE(&s->ignored);
    arena_free(&s->arena);
}

static int no_memory(struct err *e)
{
    return err_set(e, ERR_NOMEM, "out of memory while a batch is collected");
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
    struct origin *o = &s->head.origin;

    assert(s->arena == NULL);
    s->arena = arena_new(0);
    if (s->arena == NULL)
        return no_memory(e);
    s->head = *head;
    s->n_facts = s->n_ignored = 0;
    if (copy_text(s->arena, &o->domain) && copy_text(s->arena, &o->source) &&
        copy_text(s->arena, &o->kind) && copy_text(s->arena, &o->scope) &&
        copy_text(s->arena, &s->head.version))
        return 0;
    finish(s);
    return no_memory(e);
}

static int stage(struct spool *s, enum fact_kind kind, const void *fact, struct err *e)
{
    struct staged *slot = VEC_PUSH(&s->facts);

    if (slot == NULL)
        return no_memory(e);
    slot->kind = kind;
    slot->fact = arena_alloc(s->arena, fact_kind_info(kind)->size);
    if (slot->fact == NULL)
        return no_memory(e);
    return fact_copy(kind, slot->fact, fact, s->arena, e);
}

/* Opens the batch in inner and hands over what was kept; the caller holds the lock. */
static int hand_over(struct spool *s, struct err *e)
{
    int rc = s->inner->begin(s->inner, &s->head, e);

    if (rc != 0)
        return rc;
    for (size_t i = 0; i < s->facts.n && rc == 0; i++)
        rc = s->inner->put(s->inner, s->facts.v[i].kind, s->facts.v[i].fact, e);
    for (size_t i = 0; i < s->ignored.n && rc == 0; i++)
        s->inner->ignore(s->inner, s->ignored.v[i].where, s->ignored.v[i].reason);
    if (rc != 0)
        s->inner->abort(s->inner);
    return rc;
}

static int spill(struct spool *s, struct err *e)
{
    int rc;

    pthread_mutex_lock(s->lock);
    rc = hand_over(s, e);
    if (rc != 0) {
        pthread_mutex_unlock(s->lock);
        return rc;
    }
    s->spilled = true;
    VEC_FREE(&s->facts);
    VEC_FREE(&s->ignored);
    return 0;
}

static int spool_put(struct batch_sink *sink, enum fact_kind kind, const void *fact,
                     struct err *e)
{
    struct spool *s = spool_of(sink);
    int rc;

    assert(s->arena != NULL);
    if (s->spilled) {
        rc = s->inner->put(s->inner, kind, fact, e);
    } else {
        rc = stage(s, kind, fact, e);
        if (rc == 0 && arena_used(s->arena) > s->limit)
            rc = spill(s, e);
    }
    s->n_facts += rc == 0;
    return rc;
}

static void spool_ignore(struct batch_sink *sink, const char *where, const char *reason)
{
    struct spool *s = spool_of(sink);
    struct ignored *slot;

    assert(s->arena != NULL);
    s->n_ignored++;
    if (s->spilled) {
        s->inner->ignore(s->inner, where, reason);
        return;
    }
    slot = VEC_PUSH(&s->ignored);
    if (slot == NULL)
        return; /* a remark less; the batch itself is whole */
    slot->where = arena_strdup(s->arena, where);
    slot->reason = arena_strdup(s->arena, reason);
    if (slot->where == NULL || slot->reason == NULL)
        s->ignored.n--;
}

static int spool_commit(struct batch_sink *sink, struct err *e)
{
    struct spool *s = spool_of(sink);
    int rc = 0;

    assert(s->arena != NULL);
    if (!s->spilled)
        rc = spill(s, e);
    if (rc == 0)
        rc = s->inner->commit(s->inner, e);
    if (rc == 0) {
        s->counts.batches++;
        s->counts.facts += s->n_facts;
        s->counts.ignored += s->n_ignored;
    }
    finish(s);
    return rc;
}

static void spool_abort(struct batch_sink *sink)
{
    struct spool *s = spool_of(sink);

    if (s->arena == NULL)
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

    assert(s->arena == NULL); /* the batch in work is committed or aborted first */
    s->counts.failed++;
    log_warn("source", "%s: %s: %s", o->source, o->scope, why->msg);
    enter(s);
    rc = s->inner->failed(s->inner, o, why, e);
    leave(s);
    return rc;
}

static int spool_retire(struct batch_sink *sink, const struct origin *o, struct err *e)
{
    struct spool *s = spool_of(sink);
    int rc;

    assert(s->arena == NULL); /* the batch in work is committed or aborted first */
    s->counts.retired++;
    enter(s);
    rc = s->inner->retire(s->inner, o, e);
    leave(s);
    return rc;
}

static const char *spool_version(struct batch_sink *sink, const struct origin *o,
                                 struct arena *a)
{
    struct spool *s = spool_of(sink);
    const char *version;

    enter(s);
    version = s->inner->version(s->inner, o, a);
    leave(s);
    return version;
}

static const char *spool_reached(struct batch_sink *sink, const struct origin *o,
                                 struct arena *a)
{
    struct spool *s = spool_of(sink);
    const char *version;

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
    int rc;

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
    free(*s);
    *s = NULL;
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
