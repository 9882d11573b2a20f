/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/perfsonar/source.h"

int ps_stage_open(struct agent *a, struct ps_stage *s, struct err *e)
{
    const struct ps_source *src = agent_state(a);
    struct batch_head head = agent_batch(a, "stage", BATCH_APPEND);
    int rc;

    s->arena = arena_new(0);
    if (s->arena == NULL)
        return err_set(e, ERR_NOMEM, "no memory for results");
    memory_sink_init(&s->memory, s->arena);
    rc = ps_init(&s->ps, a, &s->memory.sink, e);
    if (rc == 0)
        rc = s->memory.sink.begin(&s->memory.sink, &head, e);
    s->ps.hosts = src->hosts;
    s->ps.both_ends = true;
    if (head.origin.expires != FACT_NONE)
        s->ps.oldest = 2 * head.origin.collected_at - head.origin.expires;
    if (rc < 0)
        ps_stage_close(s);
    return rc;
}

void ps_stage_close(struct ps_stage *s)
{
    if (s->arena == NULL)
        return;
    memory_sink_free(&s->memory);
    ps_done(&s->ps);
    arena_free(&s->arena);
}

size_t ps_stage_size(const struct ps_stage *s)
{
    return s->memory.open != NULL
               ? facts_count(&s->memory.open->facts) + s->memory.open->n_ignored
               : 0;
}

static int put_all(const struct memory_batch *b, struct batch_sink *sink, struct err *e)
{
    int rc = 0;

    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        const struct fact_kind_info *info = fact_kind_info((enum fact_kind)k);

        for (size_t i = 0; i < b->facts.rows[k].n && rc == 0; i++)
            rc = sink->put(sink, (enum fact_kind)k,
                           (const char *)b->facts.rows[k].v + i * info->size, e);
    }
    for (size_t i = 0; i < b->n_ignored && rc == 0; i++)
        sink->ignore(sink, b->ignored[i].where, b->ignored[i].reason);
    return rc;
}

int ps_stage_replace(struct ps_stage *s, const struct batch_head *head, struct batch_sink *sink,
                     struct err *e)
{
    int rc;

    ps_tell_rest(&s->ps);
    rc = sink->begin(sink, head, e);
    if (rc < 0)
        return rc;
    rc = put_all(s->memory.open, sink, e);
    if (rc == 0)
        return sink->commit(sink, e);
    sink->abort(sink);
    return rc;
}

int ps_stage_append(struct ps_stage *s, const char *scope, const char *version,
                    struct batch_sink *sink, struct err *e)
{
    struct batch_head head = agent_batch(s->ps.agent, scope, BATCH_APPEND);
    struct origin *o = &head.origin;
    int64_t now = o->collected_at, last = s->ps.last;

    if (ps_stage_size(s) == 0)
        return 0;
    head.version = version;
    if (last != FACT_NONE && last < now) /* what claims to be of tomorrow is of now */
        o->observed_at = last;
    if (o->expires != FACT_NONE)
        o->expires = o->observed_at + (o->expires - now);
    if (o->expires != FACT_NONE && o->expires <= now)
        return err_set(e, ERR_STALE, "the results are older than they are believed (expires)");
    return ps_stage_replace(s, &head, sink, e);
}

int ps_confirm(struct agent *a, const char *scope, const char *version, struct batch_sink *sink,
               struct err *e)
{
    struct batch_head head = agent_batch(a, scope, BATCH_APPEND);
    int rc;

    head.version = version;
    rc = sink->begin(sink, &head, e);
    return rc == 0 ? sink->commit(sink, e) : rc;
}
