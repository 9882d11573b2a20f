/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking servers. What is known of a server is a point in time, kept as the version of its
 * batches: results before it have been read. They arrive in archives late and out of order, so
 * that each reading goes back a little and passes over what it has seen.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/perfsonar/source.h"
#include "base/map.h"

#define VERSION_START "until "
#define MAX_SEEN      200000 /* results that are remembered */

int ps_ask(struct agent *a, struct ps_server *s, struct ps_question *q, struct err *e)
{
    const struct ps_source *src = agent_state(a);
    struct web_request r = {.fetcher = src->fetcher,
                            .body = q->body,
                            .login = &s->login,
                            .not_before = &s->not_before};
    struct fetch_reply reply = {0};
    size_t n = strlen(s->url);
    int rc;

    if (++s->n_requests > src->max_requests)
        return err_set(e, ERR_LIMIT,
                       "more than %" PRId64 " requests: see limits.requests, types and since",
                       src->max_requests);
    if (agent_cancelled(a))
        return err_set(e, ERR_CANCELLED, "cancelled");
    if (q->path[0] == '/') /* of the server's root */
        n = (size_t)(strstr(s->url, "://") - s->url) + 3;
    if (q->path[0] == '/')
        n += strcspn(s->url + n, "/?#");
    while (q->path[0] != '\0' && strchr("/?", q->path[0]) == NULL && n > 0 &&
           s->url[n - 1] == '/')
        n--;
    r.url = arena_printf(q->arena, "%.*s%s%s", (int)n, s->url,
                         q->path[0] != '\0' && strchr("/?", q->path[0]) == NULL ? "/" : "",
                         q->path);
    if (r.url == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a request");
    rc = web_fetch(a, &r, q->arena, &reply, e);
    if (rc < 0)
        return rc;
    q->answer = (struct slice){reply.body, reply.len};
    return 0;
}

int64_t ps_pull_from(struct agent *a, struct ps_server *s)
{
    const struct ps_source *src = agent_state(a);
    struct batch_head head = agent_batch(a, s->name, BATCH_APPEND);
    struct arena *arena = arena_new(0);
    const char *known = NULL;
    int64_t us, now = head.origin.collected_at;

    if (arena != NULL && s->cursor == FACT_NONE)
        known = s->sink->reached(s->sink, &head.origin, arena);
    if (known != NULL && strncmp(known, VERSION_START, strlen(VERSION_START)) == 0 &&
        str_time(slice_of(known + strlen(VERSION_START)), &us) && us <= now)
        s->cursor = us;
    arena_free(&arena);
    s->from = s->cursor != FACT_NONE ? s->cursor - src->lag : now - src->since;
    return s->from;
}

/* What was before the first question is never asked for. */
static const char *version_of(const struct ps_server *s, char out[64])
{
    char text[40];

    snprintf(out, 64, VERSION_START "%s",
             str_time_format(s->cursor != FACT_NONE ? s->cursor : s->from, text));
    return out;
}

int ps_pull_page(struct agent *a, struct ps_server *server, struct ps_stage *s, int64_t cursor,
                 struct err *e)
{
    char version[64];
    bool some;
    int rc;

    if (cursor != FACT_NONE && (server->cursor == FACT_NONE || cursor > server->cursor))
        server->cursor = cursor;
    some = ps_stage_size(s) > 0;
    rc = ps_stage_append(s, server->name, version_of(server, version), server->sink, e);
    ps_stage_close(s);
    server->published |= some && rc == 0;
    if (rc == ERR_STALE) /* an archive may hold what nobody believes any more */
        rc = 0;
    return rc == 0 ? ps_stage_open(a, s, e) : rc;
}

int ps_pull_confirm(struct agent *a, struct ps_server *server, struct err *e)
{
    struct batch_head head = agent_batch(a, server->name, BATCH_APPEND);
    struct arena *arena = arena_new(0);
    char version[64];
    bool known;

    if (arena == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a version");
    known = server->sink->version(server->sink, &head.origin, arena) != NULL;
    arena_free(&arena);
    if (known)
        return 0;
    return ps_confirm(a, server->name, version_of(server, version), server->sink, e);
}

int ps_pull_seen(struct ps_server *s, const char *key, struct err *e)
{
    union map_value *place;

    if (s->seen != NULL && map_count(s->seen) > MAX_SEEN)
        map_free(&s->seen);
    if (s->seen == NULL)
        s->seen = map_new();
    place = s->seen != NULL ? map_at_str(s->seen, key) : NULL;
    if (place == NULL)
        return err_set(e, ERR_NOMEM, "no memory for what was read");
    return place->u++ > 0;
}

void ps_pull_unplaced(struct agent *a, struct ps_server *s, const char *key)
{
    const struct ps_source *src = agent_state(a);
    union map_value *place =
        src->hosts_failed && s->seen != NULL ? map_at_str(s->seen, key) : NULL;

    if (place != NULL)
        place->u = 0;
}

bool ps_pull_wants(const struct ps_server *s, const char *type)
{
    for (size_t i = 0; i < conf_count(s->types); i++) {
        if (strcmp(conf_text(conf_at(s->types, i)), type) == 0)
            return true;
    }
    return s->types == NULL;
}

/* A mesh, or records of a lookup service: all that it says. */
int ps_pull_document(struct agent *a, struct ps_server *server, struct err *e)
{
    struct batch_sink *sink = server->sink;
    struct batch_head head = agent_batch(a, server->name, BATCH_REPLACE);
    struct ps_stage s = {0};
    struct ps_question q = {.path = ""};
    struct slice text = {"", 0};
    char version[AGENT_VERSION_TEXT];
    const char *known;
    int rc = ps_stage_open(a, &s, e);

    q.arena = s.arena;
    if (rc == 0)
        rc = ps_ask(a, server, &q, e);
    text = q.answer;
    if (rc == 0)
        rc = agent_version(text.p, text.n, version, e);
    if (rc < 0)
        goto out;
    s.ps.now = head.origin.collected_at;
    s.ps.scope = server->name;
    rc = ps_parse(&s.ps, server->dialect->parser, text, e);
    known = sink->version(sink, &head.origin, s.arena);
    head.version = version;
    if (rc == 0 &&
        (known == NULL || strcmp(known, version) != 0 || head.origin.expires != FACT_NONE))
        rc = ps_stage_replace(&s, &head, sink, e);
out:
    ps_stage_close(&s);
    return rc;
}
