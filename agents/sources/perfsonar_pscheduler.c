/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pulling from a pScheduler server: its tasks by type of test, the runs of each task since the
 * last reading, and of those that are finished the result. Addresses are put together from the
 * identifiers alone, so that a server can't send us elsewhere.
 */
#include <string.h>

#include "agents/sources/perfsonar/source.h"
#include "base/map.h"

static const char *const types[] = {"trace", "rtt", "latency", "latencybg", "throughput", NULL};

struct scheduler_pull {
    struct agent *agent;
    struct ps_server *server;
    struct ps_stage stage;
    const char *since; /* RFC 3339 */
};

static int ask_tree(struct scheduler_pull *x, const char *path, const struct jnode **out,
                    struct err *e)
{
    struct arena *arena = x->stage.ps.arena;
    struct ps_question q = {.path = path, .arena = arena};
    struct jread_limits limits;
    struct jread *r = NULL;
    int rc = path != NULL ? ps_ask(x->agent, x->server, &q, e)
                          : err_set(e, ERR_NOMEM, "no memory for a request");

    if (rc < 0)
        return rc;
    ps_json_limits(&limits);
    rc = jread_new_bytes(&r, &limits, q.answer.p, q.answer.n, e);
    if (rc == 0)
        rc = jnode_read(r, ps_without, arena, out, e);
    jread_free(&r);
    return rc;
}

/* The identifier at the end of "https://H/pscheduler/tasks/ID"; NULL: it is none. */
static const char *id_of(struct scheduler_pull *x, const struct jnode *href)
{
    struct slice s = jnode_slice(href);
    const char *slash;

    while (s.n > 0 && s.p[s.n - 1] == '/')
        s.n--;
    slash = s.n > 0 ? memrchr(s.p, '/', s.n) : NULL;
    if (slash != NULL)
        s = (struct slice){slash + 1, s.n - (size_t)(slash + 1 - s.p)};
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              c == '-'))
            return NULL;
    }
    return s.n > 0 && s.n <= 64 ? arena_strndup(x->stage.ps.arena, s.p, s.n) : NULL;
}

static bool is_over(const struct jnode *run)
{
    static const char *const states[] = {"finished",  "overdue",  "missed",  "failed",
                                         "preempted", "nonstart", "canceled"};
    const char *state = jnode_str(jnode_get(run, "state"));

    for (size_t i = 0; state != NULL && i < sizeof(states) / sizeof(*states); i++) {
        if (strcmp(state, states[i]) == 0)
            return true;
    }
    return false;
}

static int pull_run(struct scheduler_pull *x, const struct jnode *task, const char *path,
                    struct err *e)
{
    struct ps *ps = &x->stage.ps;
    const struct jnode *run = NULL;
    const size_t unplaced = ps->n_unplaced;
    int rc = ask_tree(x, path, &run, e), seen;

    if (rc < 0 || !is_over(run))
        return rc; /* it is asked for again */
    seen = ps_pull_seen(x->server, path, e);
    if (seen != 0)
        return seen < 0 ? seen : 0;
    rc = ps_at(ps, e, "run %.60s", strrchr(path, '/') + 1);
    if (rc == 0)
        rc = ps_run_of_task(ps, task, run, e);
    if (ps->n_unplaced > unplaced)
        ps_pull_unplaced(x->agent, x->server, path);
    ps->where = "server";
    return rc;
}

/* What was read is not asked for again. */
static bool is_known(const struct ps_server *s, const char *path)
{
    const union map_value *place = s->seen != NULL ? map_get_str(s->seen, path) : NULL;

    return place != NULL && place->u > 0;
}

static int pull_task(struct scheduler_pull *x, const struct jnode *task, struct err *e)
{
    struct arena *arena = x->stage.ps.arena;
    const struct jnode *runs = NULL;
    const char *id = id_of(x, jnode_get(task, "href"));
    int rc;

    if (id == NULL) {
        ps_wrong(&x->stage.ps, "a task without an address");
        return 0;
    }
    rc = ask_tree(x, arena_printf(arena, "tasks/%s/runs?start=%s", id, x->since), &runs, e);
    for (const struct jnode *n = jnode_first(runs); n != NULL && rc == 0; n = n->next) {
        struct arena_mark mark = arena_mark(arena);
        const char *run = id_of(x, n);
        const char *path =
            run != NULL ? arena_printf(arena, "tasks/%s/runs/%s", id, run) : NULL;

        if (path != NULL && !is_known(x->server, path))
            rc = pull_run(x, task, path, e);
        arena_rewind(arena, mark);
    }
    return rc;
}

static int pull_type(struct scheduler_pull *x, const char *type, struct err *e)
{
    const struct jnode *tasks = NULL;
    /* json={"test":{"type":"T"}}, percent-encoded */
    const char *path = arena_printf(x->stage.ps.arena,
                                    "tasks?expanded=true&json=%%7B%%22test%%22%%3A%%7B%%22type"
                                    "%%22%%3A%%22%s%%22%%7D%%7D",
                                    type);
    int rc = ask_tree(x, path, &tasks, e);

    x->stage.ps.where = "server";
    if (rc == 0 && !jnode_is(tasks, JREAD_ARRAY))
        rc = err_set(e, ERR_SCHEMA, "the server's tasks are no list");
    for (const struct jnode *n = jnode_first(tasks); n != NULL && rc == 0; n = n->next)
        rc = pull_task(x, n, e);
    return rc == 0 ? ps_pull_page(x->agent, x->server, &x->stage, FACT_NONE, e) : rc;
}

int ps_pull_pscheduler(struct agent *a, struct ps_server *server, struct err *e)
{
    struct scheduler_pull x = {.agent = a, .server = server};
    int64_t now = agent_clock(a)->now_us(agent_clock(a)->self);
    char since[40];
    int rc = ps_stage_open(a, &x.stage, e);

    x.since = str_time_format(ps_pull_from(a, server), since);
    for (size_t i = 0; types[i] != NULL && rc == 0; i++) {
        if (ps_pull_wants(server, types[i]))
            rc = pull_type(&x, types[i], e);
    }
    if (rc == 0)
        server->cursor = now;
    ps_stage_close(&x.stage);
    return rc;
}
