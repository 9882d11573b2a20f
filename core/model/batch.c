/* SPDX-License-Identifier: Apache-2.0 */
#include "model/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"

int batch_write_one(struct batch_sink *s, const struct batch_head *head, enum fact_kind kind,
                    const void *fact, struct err *e)
{
    int rc = s->begin(s, head, e);
    if (rc != 0)
        return rc;
    rc = s->put(s, kind, fact, e);
    if (rc == 0)
        return s->commit(s, e);
    s->abort(s);
    return rc;
}

static struct memory_sink *memory_of(struct batch_sink *s)
{
    return (struct memory_sink *)s;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static bool same_source(const struct origin *a, const struct origin *b)
{
    return same_text(a->domain, b->domain) && same_text(a->source, b->source);
}

static bool same_scope(const struct origin *a, const struct origin *b)
{
    return same_source(a, b) && same_text(a->scope, b->scope);
}

static int copy_origin(struct origin *dst, const struct origin *src, struct arena *a,
                       struct err *e)
{
    *dst = *src;
    dst->domain = arena_strdup(a, src->domain);
    dst->source = arena_strdup(a, src->source);
    dst->kind = arena_strdup(a, src->kind);
    dst->scope = arena_strdup(a, src->scope);
    if ((src->domain && !dst->domain) || (src->source && !dst->source) ||
        (src->kind && !dst->kind) || (src->scope && !dst->scope))
        return err_set(e, ERR_NOMEM, "no room for the origin of a batch");
    return 0;
}

static void memory_batch_free(struct memory_batch *b)
{
    facts_free(&b->facts);
    free(b->ignored);
    memset(b, 0, sizeof(*b));
}

static int memory_begin(struct batch_sink *s, const struct batch_head *head, struct err *e)
{
    struct memory_sink *m = memory_of(s);
    assert(m->open == NULL);
    struct memory_batch *b = calloc(1, sizeof(*b));
    if (b == NULL)
        return err_set(e, ERR_NOMEM, "no room for a batch");
    b->head = *head;
    b->facts.arena = m->arena;
    b->head.version = arena_strdup(m->arena, head->version);
    int rc = copy_origin(&b->head.origin, &head->origin, m->arena, e);
    if (rc != 0) {
        free(b);
        return rc;
    }
    b->head.origin.epoch = 1;
    for (size_t i = 0; i < m->n; i++)
        if (!m->v[i].failed && same_scope(&m->v[i].head.origin, &head->origin))
            b->head.origin.epoch = m->v[i].head.origin.epoch + 1;
    if (head->epoch_wanted && head->epoch_wanted != b->head.origin.epoch) {
        free(b);
        return err_set(e, ERR_CONFLICT, "another batch came in between");
    }
    m->open = b;
    return 0;
}

static int memory_put(struct batch_sink *s, enum fact_kind kind, const void *fact,
                      struct err *e)
{
    struct memory_sink *m = memory_of(s);
    assert(m->open != NULL);
    return facts_add(&m->open->facts, kind, fact, e);
}

static void memory_ignore(struct batch_sink *s, const char *where, const char *reason)
{
    struct memory_sink *m = memory_of(s);
    struct memory_batch *b = m->open;
    assert(b != NULL);
    size_t size = sizeof(*b->ignored);
    if (vec_reserve((void **)&b->ignored, &b->cap_ignored, b->n_ignored + 1, size) != 0)
        return;
    b->ignored[b->n_ignored].where = arena_strdup(m->arena, where);
    b->ignored[b->n_ignored].reason = arena_strdup(m->arena, reason);
    b->n_ignored++;
}

static void memory_abort(struct batch_sink *s)
{
    struct memory_sink *m = memory_of(s);
    if (m->open == NULL)
        return;
    memory_batch_free(m->open);
    free(m->open);
    m->open = NULL;
}

/* Facts point at the origin of their batch; it must not move, so it gets a place in the arena.
 */
static int share_origin(struct memory_sink *m, struct memory_batch *b, struct err *e)
{
    struct origin *o = arena_dup(m->arena, &b->head.origin, sizeof(*o));
    if (o == NULL)
        return err_set(e, ERR_NOMEM, "no room for the origin of a batch");
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        size_t size = fact_kind_info(k)->size;
        for (size_t i = 0; i < b->facts.rows[k].n; i++) /* origin is the first member */
            memcpy((char *)b->facts.rows[k].v + i * size, &o, sizeof(o));
    }
    return 0;
}

static int memory_append(struct memory_sink *m, const struct memory_batch *b, struct err *e)
{
    if (vec_reserve((void **)&m->v, &m->cap, m->n + 1, sizeof(*m->v)) != 0)
        return err_set(e, ERR_NOMEM, "no room for %zu batches", m->n + 1);
    m->v[m->n++] = *b;
    return 0;
}

static int memory_commit(struct batch_sink *s, struct err *e)
{
    struct memory_sink *m = memory_of(s);
    assert(m->open != NULL);
    int rc = share_origin(m, m->open, e);
    if (rc == 0)
        rc = memory_append(m, m->open, e);
    if (rc != 0) {
        memory_abort(s);
        return rc;
    }
    free(m->open);
    m->open = NULL;
    return 0;
}

static int memory_failed(struct batch_sink *s, const struct origin *o, const struct err *why,
                         struct err *e)
{
    struct memory_sink *m = memory_of(s);
    struct memory_batch b = {.failed = 1, .why = *why};
    int rc = copy_origin(&b.head.origin, o, m->arena, e);
    return rc != 0 ? rc : memory_append(m, &b, e);
}

static int memory_retire(struct batch_sink *s, const struct origin *o, struct err *e)
{
    struct memory_sink *m = memory_of(s);
    size_t kept = 0;
    (void)e;
    for (size_t i = 0; i < m->n; i++) {
        if (same_scope(&m->v[i].head.origin, o))
            memory_batch_free(&m->v[i]);
        else
            m->v[kept++] = m->v[i];
    }
    m->n = kept;
    return 0;
}

static const char *memory_version(struct batch_sink *s, const struct origin *o, struct arena *a)
{
    struct memory_sink *m = memory_of(s);
    const char *version = NULL;
    for (size_t i = 0; i < m->n; i++)
        if (same_scope(&m->v[i].head.origin, o))
            version = m->v[i].failed ? NULL : m->v[i].head.version;
    return arena_strdup(a, version);
}

static const char *memory_reached(struct batch_sink *s, const struct origin *o, struct arena *a)
{
    struct memory_sink *m = memory_of(s);
    const char *version = NULL;
    for (size_t i = 0; i < m->n; i++)
        if (same_scope(&m->v[i].head.origin, o) && !m->v[i].failed)
            version = m->v[i].head.version;
    return arena_strdup(a, version);
}

static int name_cmp(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int memory_scopes(struct batch_sink *s, const struct origin *o, struct arena *a,
                         struct strs *out, struct err *e)
{
    struct memory_sink *m = memory_of(s);
    struct map *seen = map_new();
    *out = (struct strs){.v = arena_array(a, m->n + 1, sizeof(*out->v))};
    int rc = seen != NULL && out->v != NULL ? 0 : ERR_NOMEM;
    for (size_t i = 0; rc == 0 && i < m->n; i++) {
        const char *scope = m->v[i].head.origin.scope;
        if (scope == NULL || !same_source(&m->v[i].head.origin, o))
            continue;
        union map_value *known = map_at_str(seen, scope);
        if (known != NULL && known->u == 1)
            continue;
        if (known == NULL || (out->v[out->n++] = arena_strdup(a, scope)) == NULL)
            rc = ERR_NOMEM;
        else
            known->u = 1;
    }
    map_free(&seen);
    if (rc != 0)
        return err_set(e, rc, "no room for the names of scopes");
    qsort(out->v, out->n, sizeof(*out->v), name_cmp);
    return 0;
}

void memory_sink_init(struct memory_sink *m, struct arena *a)
{
    *m = (struct memory_sink){
        .sink = {.begin = memory_begin,
                 .put = memory_put,
                 .ignore = memory_ignore,
                 .commit = memory_commit,
                 .abort = memory_abort,
                 .failed = memory_failed,
                 .retire = memory_retire,
                 .version = memory_version,
                 .reached = memory_reached,
                 .scopes = memory_scopes},
        .arena = a,
    };
}

void memory_sink_free(struct memory_sink *m)
{
    memory_abort(&m->sink);
    for (size_t i = 0; i < m->n; i++)
        memory_batch_free(&m->v[i]);
    vec_release((void **)&m->v);
    m->n = m->cap = 0;
}
