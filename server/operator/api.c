/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "server/auth.h"
#include "server/operator/operator.h"
#include "server/problem.h"

#define PREFIX "/api/v1/"

static const struct {
    const char *name;
    void (*put)(const struct view *v, struct arena *a, struct buf *b);
} lists[] = {
    {"domains", operator_domains},
    {"sources", operator_sources},
    {"disagreements", operator_disagreements},
    {"links", operator_links},
    {"endpoints", operator_endpoints},
};

void operator_put_time(struct buf *b, int64_t us)
{
    char text[32];
    buf_json_str(b, us == FACT_NONE ? NULL : str_time_format(us, text));
}

void operator_put_int(struct buf *b, int64_t n)
{
    if (n == FACT_NONE)
        buf_str(b, "null");
    else
        buf_printf(b, "%" PRId64, n);
}

static void put_status(struct server *s, const struct snapshot *snap, struct buf *b)
{
    struct server_state state = server_state(s);
    buf_printf(b, "{\"version\":\"" RIALTO_VERSION "\",\"generation\":%" PRIu64 ",\"tag\":",
               state.generation);
    buf_json_str(b, snap->tag);
    buf_str(b, ",\"as_of\":");
    operator_put_time(b, snap->as_of);
    buf_printf(b, ",\"domains\":%zu,\"nodes\":%zu,\"links\":%zu,\"pids\":%zu,\"rebuild_ms\":",
               snap->n_domains, snap->n_nodes, snap->n_links, snap->n_pids);
    buf_json_real(b, (double)state.rebuild_us / 1000);
    buf_char(b, '}');
}

static bool put_list(const char *name, const struct view *v, struct arena *a, struct buf *b)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        if (strcmp(lists[i].name, name) == 0) {
            lists[i].put(v, a, b);
            return true;
        }
    }
    return false;
}

void operator_answer(struct server *s, struct edition *ed, const struct request *q,
                     struct reply *r)
{
    const struct snapshot *snap = edition_snapshot(ed);
    const struct view view = {.edition = ed,
                              .settings = edition_settings(ed),
                              .grants = auth_grants(&q->caller),
                              .class = q->caller.class};
    const char *name = q->path + strlen(PREFIX);
    struct err e = {0};
    int rc = 0;
    if (strncmp(q->path, PREFIX, strlen(PREFIX)) != 0) {
        problem_api(r, 404, "no such document", NULL);
        return;
    }
    if (!snap) {
        problem_api(r, 503, "no data yet", NULL);
        return;
    }
    r->status = 200;
    r->type = MEDIA_JSON;
    if (strcmp(name, "path") == 0)
        rc = operator_path(&view, q, r, &e);
    else if (strcmp(name, "statistics") == 0)
        rc = operator_statistics(s, &view, q, &r->body, &e);
    else if (strcmp(name, "status") == 0)
        put_status(s, snap, &r->body);
    else if (!put_list(name, &view, q->arena, &r->body))
        problem_api(r, 404, "no such document", NULL);
    if (rc == 0 && r->body.failed)
        rc = err_set(&e, ERR_NOMEM, "no memory for the reply");
    if (rc < 0) {
        log_error("serve", "%s: %s", q->path, e.msg);
        r->body.failed = false;
        problem_api(r, 503, e.msg, NULL);
    }
    reply_header(r, "Cache-Control", "no-store");
}
