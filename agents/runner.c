/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/runner.h"

#include <inttypes.h>

#include "base/log.h"

/*
 * A good batch takes back what was said of the source as a whole. A source that has nothing to
 * say any more makes no batch, and says so by having no scopes.
 */
static int clear_failure(struct agent *a, struct batch_sink *sink, struct err *e)
{
    struct origin whole = agent_origin(a, "*");
    struct arena *arena = arena_new(0);
    struct strs scopes = {0};
    int rc;

    if (arena == NULL)
        return err_set(e, ERR_NOMEM, "out of memory");
    rc = sink->scopes(sink, &whole, arena, &scopes, e);
    if (rc == 0 && scopes.n == 0)
        rc = sink->retire(sink, &whole, e);
    arena_free(&arena);
    return rc;
}

static enum run_result failure(struct agent *a, struct spool *spool, const struct err *why)
{
    struct batch_sink *sink = spool_sink(spool);
    struct origin whole = agent_origin(a, "*");
    struct err e = {0};

    whole.collected_at = agent_clock(a)->now_us(agent_clock(a)->self);
    if (sink->failed(sink, &whole, why, &e) != 0)
        log_error("source", "%s: the failure can't be recorded: %s", agent_name(a), e.msg);
    return RUN_FAILED;
}

static int collect(struct agent *a, struct spool *spool, struct err *e)
{
    const struct agent_ops *ops = agent_ops_of(a);
    struct err why = {0};
    int rc = spool_together(spool, ops->together != NULL && ops->together(a), e), written;

    if (rc == 0)
        rc = ops->collect(a, spool_sink(spool), e);
    spool_sink(spool)->abort(spool_sink(spool));
    written = spool_together(spool, false, &why);
    if (rc == 0 && written != 0)
        *e = why;
    return rc != 0 ? rc : written;
}

enum run_result run_source(struct agent *a, struct spool *spool, struct run_state *state)
{
    const struct clock *clock = agent_clock(a);
    struct batch_sink *sink = spool_sink(spool);
    int64_t start = clock->mono_us(clock->self);
    struct spool_counts c;
    struct err e = {0};
    int rc;

    spool_reset(spool);
    rc = collect(a, spool, &e);
    c = spool_counts(spool);
    if (agent_cancelled(a) && rc != 0)
        return RUN_CANCELLED;
    if (rc == 0 && !state->cleared && c.batches == 0)
        rc = clear_failure(a, sink, &e);
    state->cleared = rc == 0;
    if (rc != 0)
        return failure(a, spool, &e);
    log_line(c.batches + c.failed + c.retired > 0 ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG, "source",
             "%s: %zu batches, %zu facts, %zu ignored, %zu failed, %zu retired in %" PRId64
             " ms",
             agent_name(a), c.batches, c.facts, c.ignored, c.failed, c.retired,
             (clock->mono_us(clock->self) - start) / 1000);
    return c.failed > 0 ? RUN_PARTLY : RUN_GOOD;
}
