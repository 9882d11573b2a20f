/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pulling from an OpenSearch archive: POST INDEX/_search, in the order of time, page by page
 * with search_after. A page is a batch.
 */
#include <inttypes.h>
#include <string.h>

#include "agents/sources/perfsonar/source.h"

static const char *const types[] = {"trace", "rtt", "latency", "latencybg", "throughput", NULL};

struct page {
    struct ps_stage stage; /* first member, and of it struct ps */
    struct agent *agent;
    struct ps_server *server;
    size_t n_hits;
    int64_t last;     /* time of the last hit */
    struct buf after; /* its sort values, as JSON; "": it has none */
};

/* {"size", "sort", "query", "search_after"}; equal times are told apart by the run. */
static void write_query(const struct ps_server *s, int64_t from, const char *after,
                        struct buf *out)
{
    char text[40];
    const char *between = "";

    buf_printf(out, "{\"size\":%" PRId64 ",\"sort\":[{\"@timestamp\":\"asc\"},", s->page);
    buf_str(out, "{\"pscheduler.run_id.keyword\":{\"order\":\"asc\",\"unmapped_type\":"
                 "\"keyword\"}}],\"_source\":{\"excludes\":[\"result.intervals\","
                 "\"result.streams\",\"result.ttl\"]},\"query\":{\"bool\":{\"filter\":[");
    buf_printf(out, "{\"range\":{\"@timestamp\":{\"gte\":\"%s\"}}},",
               str_time_format(from, text));
    buf_str(out, "{\"terms\":{\"test.type.keyword\":[");
    for (size_t i = 0; types[i] != NULL; i++) {
        if (!ps_pull_wants(s, types[i]))
            continue;
        buf_printf(out, "%s\"%s\"", between, types[i]);
        between = ",";
    }
    buf_str(out, "]}}]}}");
    if (after[0] != '\0')
        buf_printf(out, ",\"search_after\":[%s]", after);
    buf_char(out, '}');
}

/* The sort values of a hit, as they came: numbers, texts, null. */
static void keep_sort(struct page *p, const struct jnode *sort)
{
    buf_reset(&p->after);
    for (const struct jnode *n = jnode_first(sort); n != NULL; n = n->next) {
        if (n != sort->first)
            buf_char(&p->after, ',');
        if (n->type == JREAD_NUMBER)
            buf_add(&p->after, n->text.p, n->text.n);
        else
            buf_json_str(&p->after, jnode_str(n));
    }
}

static int visit(struct ps *ps, const struct jnode *hit, struct err *e)
{
    struct page *p = (struct page *)ps;
    const char *id = jnode_str(jnode_get(hit, "_id"));
    int64_t when = ps_time(jnode_path(hit, "_source/@timestamp"));
    const size_t unplaced = ps->n_unplaced;
    int seen, rc;

    p->n_hits++;
    if (when != FACT_NONE)
        p->last = when;
    keep_sort(p, jnode_get(hit, "sort"));
    seen = id != NULL ? ps_pull_seen(p->server, id, e) : 0;
    if (seen < 0)
        return seen;
    if (seen)
        return 0;
    rc = ps_opensearch_hit(ps, hit, e);
    if (ps->n_unplaced > unplaced && id != NULL)
        ps_pull_unplaced(p->agent, p->server, id);
    return rc;
}

static int parse_page(struct page *p, struct slice text, struct err *e)
{
    struct ps *ps = &p->stage.ps;
    struct jread_limits limits;
    struct jread *r = NULL;
    int rc;

    ps_json_limits(&limits);
    rc = jread_new_bytes(&r, &limits, text.p, text.n, e);
    if (rc == 0)
        rc = ps_opensearch_parse(ps, r, visit, e);
    jread_free(&r);
    if (rc == 0 && ps->partial)
        rc = err_set(e, ERR_REMOTE, "%s", ps->why.msg);
    return rc;
}

static int ask_page(struct agent *a, struct page *p, int64_t from, struct err *e)
{
    struct ps_question q = {.arena = p->stage.arena};
    struct buf query = {0}, path = {0};
    int rc;

    write_query(p->server, from, buf_cstr(&p->after), &query);
    buf_printf(&path, "%s/_search", p->server->index);
    q.path = buf_cstr(&path);
    q.body = buf_cstr(&query);
    if (query.failed || path.failed || p->after.failed)
        rc = err_set(e, ERR_NOMEM, "no memory for a request");
    else
        rc = ps_ask(a, p->server, &q, e);
    p->n_hits = 0;
    buf_reset(&p->after);
    if (rc == 0)
        rc = parse_page(p, q.answer, e);
    buf_free(&query);
    buf_free(&path);
    return rc;
}

int ps_pull_opensearch(struct agent *a, struct ps_server *server, struct err *e)
{
    struct page p = {.agent = a, .server = server, .last = FACT_NONE};
    int64_t from = ps_pull_from(a, server);
    int rc = ps_stage_open(a, &p.stage, e);

    while (rc == 0) {
        rc = ask_page(a, &p, from, e);
        if (rc == 0)
            rc = ps_pull_page(a, server, &p.stage, p.last, e);
        if (rc == 0 && ((int64_t)p.n_hits < server->page || p.after.len == 0))
            break;
    }
    ps_stage_close(&p.stage);
    buf_free(&p.after);
    return rc;
}
