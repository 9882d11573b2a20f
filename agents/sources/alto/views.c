/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A view is asked for by one request after the other, those of all views by one thread:
 *
 *          ┌───────────────── trouble: a pause, longer each time ─────────────┐
 *          ▼                                                                  │
 *   POST resource-id, tag ──▶ GET VIEW/ug/0/j ──▶ GET VIEW/ug/j/j+1 ──▶ GET … │
 *          summary              the whole          waits until it changes     │
 *
 * After trouble on the way the text is kept, and its tag is told when the view is opened again:
 * so the server may go on from there. A text that something did not fit is forgotten. RFC 9569
 * has no request to close a view: the server does when nobody asks.
 */
#include "agents/sources/alto/views.h"

#include <inttypes.h>
#include <string.h>

#include "agents/sources/alto/state.h"
#include "agents/sources/alto/summary.h"
#include "wire/media.h"

#define PATIENCE                                                                               \
    INT64_C(300000000)       /* microseconds for which a change is waited for at once          \
                              */
#define STEP INT64_C(100000) /* microseconds between looks whether it is over */

struct view {
    struct subject *of;
    struct arena *opened; /* of the view's address */
    const char *uri;      /* NULL: it is to be opened */
    int64_t end;          /* the newest version that is known to be there */
    int64_t i, j;         /* the edge to ask for */
    struct alto_started request;
    bool tagged;   /* the server was told which version is here */
    int64_t due;   /* monotonic: not to be asked before */
    int64_t since; /* monotonic: when it was opened, or put off */
    int64_t pause;
};

struct views {
    struct follow *f;
    struct fetch_set *set;
    struct view v[FOLLOW_VIEWS];
};

/* --- asking --- */

/* RFC 9569 section 6.1. */
static const char *put_opening(struct view *v, struct arena *a)
{
    struct slice text = {buf_cstr(&v->of->text), v->of->text.len};
    const char *tag = text.n > 0 ? alto_tag(text, a) : NULL, *out;
    struct buf b = {0};

    v->tagged = tag != NULL;
    buf_str(&b, "{\"resource-id\":");
    buf_json_str(&b, v->of->resource->id);
    if (tag != NULL) {
        buf_str(&b, ",\"tag\":");
        buf_json_str(&b, tag);
    }
    buf_char(&b, '}');
    out = b.failed ? NULL : arena_strdup(a, buf_cstr(&b));
    buf_free(&b);
    return out;
}

/* Is that the edge of a version that is not there yet? */
static bool is_waiting(const struct view *v)
{
    return v->uri != NULL && v->j > v->end;
}

/* What is to be asked next; false without memory. */
static bool make_request(const struct views *w, struct view *v, struct alto_request *q)
{
    struct arena *a = v->request.arena;

    if (v->uri == NULL) {
        *q = (struct alto_request){.url = w->f->by->uri,
                                   .accept = MEDIA_TIPS,
                                   .body = put_opening(v, a),
                                   .content_type = MEDIA_TIPS_PARAMS};
        return q->body != NULL;
    }
    *q = (struct alto_request){
        .url = arena_printf(a, "%s/ug/%" PRId64 "/%" PRId64, v->uri, v->i, v->j),
        .accept = arena_printf(a, "%s,%s,%s", v->of->resource->media, MEDIA_MERGE_PATCH,
                               MEDIA_JSON_PATCH),
        .patience = is_waiting(v) ? PATIENCE : 0};
    return q->url != NULL && q->accept != NULL;
}

static int start(struct views *w, struct view *v, struct err *e)
{
    struct alto_request q;

    v->request = (struct alto_started){.arena = arena_new(ALTO_ANSWER_MEMORY), .tag = v};
    if (v->uri == NULL)
        v->since = follow_now(w->f->agent);
    if (v->request.arena == NULL || !make_request(w, v, &q))
        return err_set(e, ERR_NOMEM, "no memory for a request");
    return alto_start(&w->f->visit, &q, w->set, &v->request, e);
}

/* --- trouble --- */

static void close_view(struct view *v)
{
    arena_free(&v->opened);
    v->uri = NULL;
}

static void put_off(const struct views *w, struct view *v)
{
    int64_t now = follow_now(w->f->agent);

    if (now - v->since > FOLLOW_GOOD_LIFE)
        v->pause = FOLLOW_PAUSE;
    v->due = now + follow_part(w->f->agent, v->pause);
    v->pause = follow_longer(v->pause);
    v->since = now;
}

static void take_trouble(struct views *w, struct view *v, struct err *why)
{
    struct follow *f = w->f;

    put_off(w, v);
    close_view(v);
    v->of->told = f->good = false;
    if (f->sink_rc != 0 || agent_cancelled(f->agent))
        return;
    err_in(why, "TIPS %s", f->by->id);
    f->sink_rc = follow_tell_failed(f, why, f->sink_e);
}

/* --- answers --- */

static int take_summary(struct views *w, struct view *v, const struct fetch_reply *reply,
                        struct err *e)
{
    struct summary s;
    struct slice text = {reply->body, reply->len};
    int rc = alto_check_type(reply, MEDIA_TIPS, e);

    v->opened = arena_new(0);
    if (rc == 0 && v->opened == NULL)
        rc = err_set(e, ERR_NOMEM, "no memory for a view");
    if (rc == 0)
        rc = summary_read(text, w->f->by->uri, v->opened, &s, e);
    if (rc == 0 && s.i > 0 && !v->tagged)
        rc = err_set(e, ERR_SCHEMA, "recommends to begin with version %" PRId64 ", unasked",
                     s.i);
    if (rc < 0)
        return err_in(e, "%s", v->of->resource->id);
    v->uri = s.uri;
    v->end = s.end;
    v->i = s.i;
    v->j = s.j;
    return s.i == s.end ? follow_told(w->f, v->of, e) : 0;
}

static int take_edge(struct views *w, struct view *v, const struct fetch_reply *reply,
                     struct err *e)
{
    struct update u = {.media =
                           reply->content_type != NULL ? reply->content_type : "no media type",
                       .data = {reply->body, reply->len},
                       .arena = v->request.arena};
    int rc = follow_take(w->f, v->of, &u, e);

    if (rc < 0)
        return rc;
    v->end = v->j > v->end ? v->j : v->end;
    v->i = v->j;
    v->j = v->i + 1;
    return 0;
}

/* Nothing changed: the server, or who stands before it, waits no longer. */
static bool is_quiet(const struct view *v, const struct fetch_done *d)
{
    return is_waiting(v) &&
           (d->rc == ERR_TIMEOUT || d->reply.status == 408 || d->reply.status == 504);
}

static void take_done(struct views *w, struct fetch_done *d)
{
    struct view *v = d->tag;
    struct follow *f = w->f;
    int rc = d->rc;

    if (d->reply.retry_after > 0)
        *f->visit.not_before = follow_now(f->agent) + d->reply.retry_after;
    if (is_quiet(v, d)) {
        put_off(w, v);
    } else if (rc < 0) {
        err_in(&d->why, "%s", v->of->resource->id);
        take_trouble(w, v, &d->why);
    } else {
        rc = v->uri == NULL ? take_summary(w, v, &d->reply, &d->why)
                            : take_edge(w, v, &d->reply, &d->why);
        if (rc < 0) {
            follow_drop(f, v->of);
            take_trouble(w, v, &d->why);
        }
    }
    arena_free(&v->request.arena);
}

/* --- all of them --- */

static void start_due(struct views *w)
{
    int64_t now = follow_now(w->f->agent);

    for (size_t i = 0; i < w->f->n && now >= *w->f->visit.not_before; i++) {
        struct view *v = &w->v[i];
        struct err why = {0};

        if (v->request.arena != NULL || now < v->due)
            continue;
        if (start(w, v, &why) == 0)
            continue;
        arena_free(&v->request.arena);
        err_in(&why, "%s", v->of->resource->id);
        take_trouble(w, v, &why);
    }
}

static void run(struct views *w)
{
    struct fetch_done done;

    while (w->f->sink_rc == 0 && !follow_is_over(w->f)) {
        start_due(w);
        if (fetch_set_next(w->set, STEP, &done))
            take_done(w, &done);
    }
}

int follow_views(struct follow *f, struct err *e)
{
    struct views w = {.f = f};
    int rc = follow_list(f, FOLLOW_VIEWS, e);

    f->unit = "edge";
    for (size_t i = 0; i < f->n; i++)
        w.v[i] = (struct view){.of = &f->v[i], .pause = FOLLOW_PAUSE};
    if (rc == 0)
        rc = fetch_set_new(&w.set, f->visit.fetcher, FOLLOW_VIEWS, f->s->max_texts, e);
    if (rc == 0) {
        run(&w);
        rc = err_set(e, ERR_CANCELLED, "over");
    }
    fetch_set_free(&w.set);
    for (size_t i = 0; i < f->n; i++) {
        arena_free(&w.v[i].opened);
        arena_free(&w.v[i].request.arena);
    }
    return rc;
}
