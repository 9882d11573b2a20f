/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pulling from an esmond (or elmond) archive: for each event type the metadata that changed,
 * page by page; for each metadata the points since then, single or summarised.
 */
#include <inttypes.h>
#include <string.h>

#include "agents/sources/perfsonar/source.h"

#define SECOND   INT64_C(1000000)
#define MAX_LIST 100000 /* of one answer */

static const char *const events[] = {"packet-trace",
                                     "histogram-owdelay",
                                     "histogram-rtt",
                                     "packet-loss-rate",
                                     "packet-loss-rate-bidir",
                                     "throughput",
                                     NULL};

struct archive {
    struct agent *agent;
    struct ps_server *server;
    struct ps_stage stage;
    int64_t from, now;        /* seconds */
    const char *event, *path; /* what is read now: the type, where its points are */
};

/* Reads one answer, which must be an array, as a tree in the stage's arena. */
static int ask_list(struct archive *x, const char *path, const struct jnode **out,
                    struct err *e)
{
    struct ps_question q = {.path = path, .arena = x->stage.ps.arena};
    struct jread_limits limits;
    struct jread *r = NULL;
    int rc = ps_ask(x->agent, x->server, &q, e);

    if (rc < 0)
        return rc;
    ps_json_limits(&limits);
    rc = jread_new_bytes(&r, &limits, q.answer.p, q.answer.n, e);
    if (rc == 0)
        rc = jnode_read(r, ps_without, x->stage.ps.arena, out, e);
    jread_free(&r);
    if (rc == 0 && !jnode_is(*out, JREAD_ARRAY))
        rc = err_set(e, ERR_SCHEMA, "the answer is no list");
    if (rc == 0 && (*out)->n > MAX_LIST)
        rc = err_set(e, ERR_LIMIT, "the answer has more than %d elements", MAX_LIST);
    return rc < 0 ? err_in(e, "%s", x->event) : 0;
}

/* The path of an address that the archive itself names: never another server's. */
static const char *path_of(struct archive *x, const char *uri)
{
    if (uri == NULL || uri[0] == '\0' || strpbrk(uri, " \t\r\n?#") != NULL)
        return NULL;
    if (uri[0] == '/')
        return uri[1] != '/' ? uri : NULL;
    return web_same_server(uri, x->server->url) ? strchr(strstr(uri, "://") + 3, '/') : NULL;
}

static const struct jnode *find_event(const struct jnode *metadata, const char *name)
{
    const struct jnode *n = jnode_first(jnode_get(metadata, "event-types"));

    while (n != NULL && !slice_eq(jnode_slice(jnode_get(n, "event-type")), name))
        n = n->next;
    return n;
}

/* A summary stands at the start of its window: those that ended since then began before. */
static int64_t asked_from(const struct archive *x)
{
    return x->from - x->server->window;
}

static bool is_old(const struct archive *x, const struct jnode *event)
{
    double updated;

    return jnode_real(jnode_get(event, "time-updated"), &updated) &&
           updated < (double)asked_from(x);
}

/* Where the points are: a summary over the configured window, else each by itself. */
static const char *points_path(struct archive *x, const struct jnode *event,
                               struct ps_series *s)
{
    const struct jnode *n = jnode_first(jnode_get(event, "summaries"));
    int64_t window;

    for (; n != NULL && x->server->window > 0; n = n->next) {
        struct slice type = jnode_slice(jnode_get(n, "summary-type"));
        const char *path = path_of(x, jnode_str(jnode_get(n, "uri")));

        if (path == NULL || !jnode_count(jnode_get(n, "summary-window"), INT32_MAX, &window) ||
            window != x->server->window)
            continue;
        s->statistics = slice_eq(type, "statistics");
        s->window = (double)window;
        return path;
    }
    return path_of(x, jnode_str(jnode_get(event, "base-uri")));
}

/* The archive changes a summary until its window is over. */
static bool is_unfinished(const struct archive *x, const struct ps_series *s,
                          const struct jnode *point)
{
    double ts;

    return s->window > 0 && jnode_real(jnode_get(point, "ts"), &ts) &&
           ts + s->window > (double)x->now;
}

static int state_points(struct archive *x, const struct ps_run *run, const struct ps_series *s,
                        const struct jnode *points, struct err *e)
{
    struct ps *ps = &x->stage.ps;
    int rc = 0;

    for (const struct jnode *n = jnode_first(points); n != NULL && rc == 0; n = n->next) {
        struct slice ts = jnode_get(n, "ts") != NULL ? jnode_get(n, "ts")->text : slice_of("");
        const char *key = arena_printf(ps->arena, "%s %s", x->path, ts.p);
        size_t unplaced;
        int seen;

        if (is_unfinished(x, s, n))
            continue;
        seen = key != NULL ? ps_pull_seen(x->server, key, e)
                           : err_set(e, ERR_NOMEM, "no memory for results");
        if (seen != 0) {
            rc = seen < 0 ? seen : 0;
            continue;
        }
        unplaced = ps->n_unplaced;
        rc = ps_at(ps, e, "%s at %.20s", x->event, ts.p);
        if (rc == 0)
            rc = ps_esmond_point(ps, run, s, n, e);
        if (ps->n_unplaced > unplaced)
            ps_pull_unplaced(x->agent, x->server, key);
    }
    return rc;
}

/* The points of one series, page by page. */
static int pull_points(struct archive *x, const struct ps_run *run, const struct ps_series *s,
                       struct err *e)
{
    struct arena *arena = x->stage.ps.arena;
    const struct jnode *points = NULL;
    int64_t offset = 0;
    int rc;

    do {
        struct arena_mark mark = arena_mark(arena);
        const char *question = arena_printf(
            arena, "%s?time-start=%" PRId64 "&limit=%" PRId64 "&offset=%" PRId64 "&format=json",
            x->path, s->window > 0 ? asked_from(x) : x->from, x->server->page, offset);
        size_t n = 0;

        rc = question != NULL ? ask_list(x, question, &points, e)
                              : err_set(e, ERR_NOMEM, "no memory for a request");
        if (rc == 0) {
            n = points->n;
            rc = state_points(x, run, s, points, e);
        }
        x->stage.ps.where = "archive";
        arena_rewind(arena, mark);
        offset += x->server->page;
        if (rc == 0 && (int64_t)n < x->server->page)
            break;
    } while (rc == 0);
    return rc;
}

/* How sure the clocks were is a series of its own beside the delays. */
static int pull_clock_errors(struct archive *x, const struct jnode *metadata,
                             struct ps_series *s, struct err *e)
{
    const struct jnode *event = find_event(metadata, "time-error-estimates");
    const char *path =
        event != NULL ? path_of(x, jnode_str(jnode_get(event, "base-uri"))) : NULL;
    const struct jnode *points;
    const char *question;
    int rc;

    if (path == NULL || is_old(x, event) || s->window > 0 ||
        strcmp(x->event, "histogram-owdelay") != 0)
        return 0;
    question = arena_printf(x->stage.ps.arena,
                            "%s?time-start=%" PRId64 "&limit=10000&format=json", path, x->from);
    rc = question != NULL ? ask_list(x, question, &points, e)
                          : err_set(e, ERR_NOMEM, "no memory for a request");
    return rc == 0 ? ps_esmond_clock_errors(points, x->stage.ps.arena, &s->clock_errors, e)
                   : rc;
}

static int pull_metadata(struct archive *x, const struct jnode *metadata, struct err *e)
{
    const struct jnode *event = find_event(metadata, x->event);
    struct ps_series s = {.event = slice_of(x->event), .window = NAN};
    struct ps_run run;
    int rc;

    if (event == NULL || is_old(x, event))
        return 0;
    x->path = points_path(x, event, &s);
    if (x->path == NULL) {
        ps_wrong(&x->stage.ps, "metadata that names no address of its points on this server");
        return 0;
    }
    ps_esmond_run(metadata, &run);
    rc = pull_clock_errors(x, metadata, &s, e);
    return rc == 0 ? pull_points(x, &run, &s, e) : rc;
}

static int pull_page(struct archive *x, const struct jnode *page, struct err *e)
{
    int rc = 0;

    for (const struct jnode *n = jnode_first(page); n != NULL && rc == 0; n = n->next)
        rc = pull_metadata(x, n, e);
    return rc;
}

/* All metadata with one event type. */
static int pull_event(struct archive *x, struct err *e)
{
    int64_t offset = 0;
    size_t n = 0;
    int rc;

    do {
        const struct jnode *page = NULL;
        const char *question = arena_printf(x->stage.ps.arena,
                                            "?event-type=%s&time-start=%" PRId64
                                            "&limit=%" PRId64 "&offset=%" PRId64 "&format=json",
                                            x->event, asked_from(x), x->server->page, offset);

        rc = question != NULL ? ask_list(x, question, &page, e)
                              : err_set(e, ERR_NOMEM, "no memory for a request");
        x->stage.ps.where = "archive";
        n = rc == 0 ? page->n : 0;
        if (rc == 0)
            rc = pull_page(x, page, e);
        offset += x->server->page;
        /* what was asked for is let go of with the stage */
        if (rc == 0 && ps_stage_size(&x->stage) > 0)
            rc = ps_pull_page(x->agent, x->server, &x->stage, FACT_NONE, e);
    } while (rc == 0 && (int64_t)n >= x->server->page);
    return rc;
}

int ps_pull_esmond(struct agent *a, struct ps_server *server, struct err *e)
{
    struct archive x = {.agent = a, .server = server};
    int64_t now = agent_clock(a)->now_us(agent_clock(a)->self);
    int rc;

    x.now = now / SECOND;
    x.from = ps_pull_from(a, server) / SECOND;
    rc = ps_stage_open(a, &x.stage, e);
    for (size_t i = 0; events[i] != NULL && rc == 0; i++) {
        x.event = events[i];
        if (ps_pull_wants(server, events[i]))
            rc = pull_event(&x, e);
    }
    if (rc == 0)
        server->cursor = now;
    ps_stage_close(&x.stage);
    return rc;
}
