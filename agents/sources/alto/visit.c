/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/alto/visit.h"

#include <string.h>

#include "wire/media.h"

/* Fills *w; false without memory. */
static bool make_request(struct alto_visit *v, const struct alto_request *q, struct arena *a,
                         struct web_request *w)
{
    bool home = web_same_server(q->url, v->url);

    *w = (struct web_request){.fetcher = v->fetcher,
                              .url = q->url,
                              .accept = arena_printf(a, "%s,%s", q->accept, MEDIA_ERROR),
                              .body = q->body,
                              .content_type = q->content_type,
                              .etag = q->etag,
                              .modified_since = q->modified,
                              .stream = q->stream,
                              .patience = q->patience,
                              /* credentials are for the server that they were given for */
                              .login = home ? v->login : NULL,
                              .not_before = home ? v->not_before : NULL};
    return w->accept != NULL;
}

int alto_ask(struct alto_visit *v, const struct alto_request *q, struct arena *a,
             struct fetch_reply *reply, struct err *e)
{
    struct web_request w;

    if (!make_request(v, q, a, &w))
        return err_set(e, ERR_NOMEM, "no memory for a request");
    if (agent_cancelled(v->agent))
        return err_set(e, ERR_CANCELLED, "cancelled");
    if (++v->requests > v->max_requests)
        return err_set(e, ERR_LIMIT, "more than %lld requests in one reading",
                       (long long)v->max_requests);
    return web_fetch(v->agent, &w, a, reply, e);
}

int alto_start(struct alto_visit *v, const struct alto_request *q, struct fetch_set *set,
               struct alto_started *s, struct err *e)
{
    struct web_request w;

    if (!make_request(v, q, s->arena, &w))
        return err_set(e, ERR_NOMEM, "no memory for a request");
    w.set = set;
    return web_start(v->agent, &w, s->arena, s->tag, e);
}

/* Linked directories are asked for once each, whatever leads back to them. */
static void enqueue(struct alto_visit *v, const char *url)
{
    for (size_t i = 0; i < v->n_queue; i++) {
        if (strcmp(v->queue[i], url) == 0)
            return;
    }
    if (v->n_queue == ALTO_MAX_DIRECTORIES)
        v->ird.remark(v->ird.payload, "directory", "leads to more than 16 directories");
    else
        v->queue[v->n_queue++] = url;
}

int alto_check_type(const struct fetch_reply *reply, const char *wanted, struct err *e)
{
    if (ird_media_is(reply->content_type, wanted) ||
        ird_media_is(reply->content_type, MEDIA_JSON))
        return 0;
    return err_set(e, ERR_SCHEMA, "answered with %.80s, not %s",
                   reply->content_type != NULL ? reply->content_type : "no media type", wanted);
}

static int read_directory(struct alto_visit *v, const char *url, struct err *e)
{
    struct alto_request q = {.url = url, .accept = MEDIA_DIRECTORY};
    struct ird_resource **from = v->ird.end;
    struct fetch_reply reply = {0};
    int rc = alto_ask(v, &q, v->arena, &reply, e);

    if (rc == 0)
        rc = alto_check_type(&reply, MEDIA_DIRECTORY, e);
    if (rc == 0)
        rc = ird_read(&v->ird, (struct slice){reply.body, reply.len}, url, v->arena, e);
    for (const struct ird_resource *i = *from; rc == 0 && i != NULL; i = i->next) {
        if (ird_media_is(i->media, MEDIA_DIRECTORY))
            enqueue(v, i->uri);
    }
    return rc < 0 ? err_in(e, "directory") : 0;
}

void alto_read_directories(struct alto_visit *v)
{
    struct err why = {0};

    v->ird.end = &v->ird.first;
    enqueue(v, v->url);
    for (size_t i = 0; i < v->n_queue && !agent_cancelled(v->agent); i++) {
        if (read_directory(v, v->queue[i], &why) == 0)
            continue;
        if (!v->partial)
            v->first = why;
        v->partial = true;
    }
}
