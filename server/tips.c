/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TIPS (RFC 9569): a view is a watch that keeps its history, and its edges are fetched below
 * VIEW_PATH. All who follow the same thing use the same view.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/auth.h"
#include "server/negotiate.h"
#include "server/problem.h"
#include "server/updates_private.h"

#define ID_LENGTH 32

struct edge {
    uint64_t i, j;
};

/* --- summaries --- */

static uint64_t start_of(const struct watch *w)
{
    return w->versions.v[0].seq;
}

/* The newest version that is kept whole, to stay a while. */
static const struct version *latest_whole(const struct watch *w)
{
    return watch_version(w, w->view.half ? w->view.half : start_of(w));
}

static size_t edge_bytes(const struct version *v)
{
    size_t bytes = v->whole ? v->whole->len : 0;
    for (size_t i = 0; i < v->n_changes; i++)
        bytes = (i == 0 ? 0 : bytes) + v->changes[i].raw->len;
    return bytes;
}

/* Bytes of all edges behind a version. */
static size_t path_bytes(const struct watch *w, uint64_t from)
{
    size_t bytes = 0;
    for (const struct version *v = watch_version(w, from) + 1; v <= watch_current(w); v++)
        bytes += edge_bytes(v);
    return bytes;
}

/*
 * The first edge of the cheaper way to the current version: from the client's version, or from
 * nothing (RFC 9569 section 7.4.2). Who has the current version waits for the next one.
 */
static struct edge recommend(const struct watch *w, const char *tag)
{
    const struct version *whole = latest_whole(w), *has = NULL;
    for (size_t i = w->versions.n; tag && i > 0 && !has; i--)
        has = strcmp(w->versions.v[i - 1].tag, tag) == 0 ? &w->versions.v[i - 1] : NULL;
    if (has && path_bytes(w, has->seq) <= whole->whole->len + path_bytes(w, whole->seq))
        return (struct edge){has->seq, has->seq + 1};
    return (struct edge){0, whole->seq};
}

static void put_summary(const struct watch *w, const char *tag, struct buf *b)
{
    struct edge e = recommend(w, tag);
    buf_printf(b,
               "\"tips-view-summary\":{\"updates-graph-summary\":{\"start-seq\":%" PRIu64
               ",\"end-seq\":%" PRIu64 ",\"start-edge-rec\":{\"seq-i\":%" PRIu64
               ",\"seq-j\":%" PRIu64 "}}}}",
               start_of(w), watch_current(w)->seq, e.i, e.j);
}

/* --- opening --- */

bool tips_open_view(struct updates *u, struct watch *w)
{
    int64_t now = u->clock->mono_us(u->clock->self);
    char id[ID_LENGTH + 1];
    if (w->view.open) {
        w->view.used = now;
        updates_release(u, w);
        return true;
    }
    if (u->n_views >= updates_settings(u)->views) {
        u->refused.refused_views++;
        updates_release(u, w);
        return false;
    }
    updates_name(u, id);
    watch_open_view(w, id, now);
    u->n_views++;
    return true;
}

void tips_put_view(const struct watch *w, const char *base_url, const char *tag, struct buf *b)
{
    buf_printf(b, "\"tips-view-uri\":\"%s" VIEW_PATH "%s\",", base_url, w->view.id);
    put_summary(w, tag, b);
}

int tips_open(struct updates *u, const struct view *v, const struct request *q,
              struct reply *out, struct err *e)
{
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_follow follow;
    struct wire_problem p;
    struct wanted wanted = {.follow = &follow, .view = v, .q = q};
    struct watch *w;
    const char *base = request_base(q, v->settings);
    if (wire_tips_params(&in, &follow, &p) != WIRE_OK)
        return problem_alto(out, &p);
    int rc = updates_acquire(u, &wanted, &w, out, e);
    if (rc < 0 || !w)
        return rc;
    pthread_mutex_lock(&u->lock);
    bool ok = tips_open_view(u, w);
    buf_char(&out->body, '{');
    if (ok)
        tips_put_view(w, base ? base : "", follow.tag, &out->body);
    pthread_mutex_unlock(&u->lock);
    if (!ok)
        return problem_value_status(out, 429, NULL, NULL);
    out->status = 200;
    out->type = MEDIA_TIPS;
    return base ? 0 : ERR_NOMEM;
}

/* --- requests to a view --- */

static struct watch *find_view(const struct updates *u, const char *id)
{
    for (size_t i = 0; i < u->watches.n; i++) {
        struct watch *w = u->watches.v[i];
        if (w->view.open && !w->dead && strncmp(w->view.id, id, ID_LENGTH) == 0)
            return w;
    }
    return NULL;
}

/* A view shows what one class of clients may see. */
static bool may_see(const struct watch *w, const struct view *v)
{
    const char *class = v->class ? v->class->name : NULL;
    if ((v->grants & w->grants) != w->grants)
        return false;
    return !w->of.class || (class && strcmp(w->of.class, class) == 0);
}

/* A sequence number as RFC 9569 prints them: digits, no zeros before them. */
static bool read_number(struct slice s, uint64_t *out)
{
    return slice_u64(s, UINT32_MAX, out) && (s.n == 1 || s.p[0] != '0');
}

/* "i/j" */
static bool read_edge(const char *text, struct edge *out)
{
    struct slice rest = slice_of(text), i;
    return slice_split(&rest, '/', &i) && rest.p && read_number(i, &out->i) &&
           read_number(rest, &out->j);
}

/* What is on an edge. */
struct item {
    struct blob *blob; /* NULL: no such edge */
    const char *type;
};

static struct item find_item(const struct watch *w, struct edge e)
{
    const struct version *to = watch_version(w, e.j);
    struct item whole = {to ? to->whole : NULL, w->type};
    if (!to || (e.i != 0 && (e.i + 1 != e.j || e.i < start_of(w))))
        return (struct item){0};
    if (e.i == 0 || w->multipart || to->n_changes == 0)
        return whole;
    return (struct item){to->changes[0].raw, wire_patch_media(to->changes[0].kind)};
}

/* Why there is none (RFC 9569 section 7.2): 404, 410, 425; or 0: it is the next one. */
static int why_not(const struct watch *w, struct edge e)
{
    uint64_t start = start_of(w), end = watch_current(w)->seq;
    if (e.i == end && e.j == end + 1)
        return 0;
    if (e.j < start || (e.i > 0 && e.i < start))
        return 410;
    return e.i >= end && e.j > e.i ? 425 : 404;
}

static void give_back(void *self)
{
    struct blob *b = self;
    blob_release(&b);
}

/* With the lock. Edges never change (RFC 9569 section 3.1). */
static int send_item(const struct item *item, const struct request *q, struct reply *out)
{
    struct blob *blob = item->blob;
    const char *type = arena_strdup(q->arena, item->type);
    if (!type)
        return ERR_NOMEM;
    if (!accept_allows(q->accept, type))
        return problem_value_status(out, 415, NULL, NULL);
    if (!*blob->etag && edition_etag(blob->data, blob->len, blob->etag) < 0)
        return ERR_NOMEM;
    reply_header(out, "Cache-Control", "private, max-age=3600");
    out->etag = arena_strdup(q->arena, blob->etag);
    if (!out->etag)
        return ERR_NOMEM;
    if (etag_matches(q->if_none_match, out->etag)) {
        out->status = 304;
        out->unsent = blob->len;
        return 0;
    }
    out->status = 200;
    out->type = type;
    out->shared = blob->data;
    out->shared_len = blob->len;
    out->give_back = give_back;
    out->owner = blob_hold(blob);
    out->slot = &blob->reply;
    return 0;
}

/* --- waiting --- */

static void poll_start(void *self, void *call)
{
    struct poll *p = self;
    pthread_mutex_lock(&p->hub->lock);
    p->call = call;
    bool over = !p->watch; /* it came in between */
    if (over)
        p->hub->wake(call);
    pthread_mutex_unlock(&p->hub->lock);
}

static void poll_unlink(struct poll *p)
{
    if (p->prev)
        p->prev->next = p->next;
    else
        p->hub->polls = p->next;
    if (p->next)
        p->next->prev = p->prev;
    p->hub->n_polls--;
    if (p->watch)
        p->watch->view.polls--;
}

static void poll_close(void *self)
{
    struct poll *p = self;
    struct updates *u = p->hub;
    pthread_mutex_lock(&u->lock);
    if (p->watch)
        p->watch->view.used = u->clock->mono_us(u->clock->self);
    poll_unlink(p);
    pthread_mutex_unlock(&u->lock);
    free(p);
}

/* With the lock. */
static int wait_for_next(struct updates *u, struct watch *w, struct reply *out)
{
    struct poll *p;
    if (u->n_polls >= updates_settings(u)->polls) {
        u->refused.refused_polls++;
        return problem_value_status(out, 429, NULL, NULL);
    }
    p = calloc(1, sizeof(*p));
    if (!p)
        return ERR_NOMEM;
    *p = (struct poll){.hub = u, .watch = w, .next = u->polls};
    if (u->polls)
        u->polls->prev = p;
    u->polls = p;
    u->n_polls++;
    w->view.polls++;
    out->status = 0;
    out->parking = (struct parking){poll_start, NULL, poll_close, p};
    return 0;
}

/* With the lock: it has what it waited for, or will never have it. */
static void finish_poll(struct poll *p)
{
    p->watch->view.polls--;
    p->watch = NULL;
    if (p->call)
        p->hub->wake(p->call);
}

/* --- answers --- */

static int answer_edge(struct updates *u, struct watch *w, const char *path,
                       const struct request *q, struct reply *out)
{
    struct edge e;
    if (!read_edge(path, &e))
        return problem_value_status(out, 404, NULL, NULL);
    struct item item = find_item(w, e);
    if (item.blob)
        return send_item(&item, q, out);
    int status = why_not(w, e);
    return status ? problem_value_status(out, status, NULL, NULL) : wait_for_next(u, w, out);
}

/* RFC 9569 section 7.4. */
static int answer_next(const struct watch *w, const struct view *v, const struct request *q,
                       struct reply *out)
{
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_follow follow;
    struct wire_problem p;
    if (wire_tips_params(&in, &follow, &p) != WIRE_OK)
        return problem_alto(out, &p);
    if (strcmp(follow.resource, w->of.resource) != 0)
        return problem_value(out, "resource-id", follow.resource);
    if (follow.input)
        return problem_value(out, "input", NULL);
    out->status = 200;
    out->type = MEDIA_MERGE_PATCH;
    buf_char(&out->body, '{');
    put_summary(w, follow.tag, &out->body);
    return 0;
}

static int refuse_method(struct reply *out, const struct request *q, const char *allow)
{
    problem_status(out, strcmp(q->method, "OPTIONS") == 0 ? 204 : 405);
    reply_header(out, "Allow", allow);
    return 0;
}

static int refuse_form(const struct request *q, struct reply *out)
{
    if (!accept_allows(q->accept, MEDIA_MERGE_PATCH))
        return problem_status(out, 406);
    reply_header(out, "Accept", MEDIA_TIPS_PARAMS);
    return problem_status(out, 415);
}

/* What of a view is asked for. */
enum place { PLACE_NONE, PLACE_VIEW, PLACE_GRAPH, PLACE_EDGE };

static enum place place_of(const char *path)
{
    if (strlen(path) < ID_LENGTH)
        return PLACE_NONE;
    path += ID_LENGTH;
    if (*path == 0)
        return PLACE_VIEW;
    if (strcmp(path, "/ug") == 0)
        return PLACE_GRAPH;
    return strncmp(path, "/ug/", 4) == 0 ? PLACE_EDGE : PLACE_NONE;
}

static int check_method(enum place place, const struct request *q, struct reply *out)
{
    bool get = strcmp(q->method, "GET") == 0 || strcmp(q->method, "HEAD") == 0;
    bool post = strcmp(q->method, "POST") == 0;
    if (place == PLACE_EDGE && !get)
        return refuse_method(out, q, "GET, HEAD, OPTIONS");
    if (place == PLACE_GRAPH && !post)
        return refuse_method(out, q, "POST, OPTIONS");
    if (place == PLACE_VIEW) /* it is closed by the server alone */
        return refuse_method(out, q, "OPTIONS");
    if (place == PLACE_GRAPH && (!content_type_is(q->content_type, MEDIA_TIPS_PARAMS) ||
                                 !accept_allows(q->accept, MEDIA_MERGE_PATCH)))
        return refuse_form(q, out);
    return 1;
}

static int refuse_caller(const struct watch *w, const struct view *v, struct reply *out)
{
    bool ask = !v->class && settings_digest_grants(v->settings, w->grants);
    problem_status(out, ask ? 401 : 404);
    out->challenge = ask;
    return 0;
}

static int answer_place(struct updates *u, const struct view *v, const struct request *q,
                        struct reply *out)
{
    const char *path = q->path + strlen(VIEW_PATH);
    enum place place = place_of(path);
    if (place == PLACE_NONE)
        return problem_value_status(out, 404, NULL, NULL);
    pthread_mutex_lock(&u->lock);
    struct watch *w = find_view(u, path);
    int rc = 0;
    if (!w) {
        problem_value_status(out, 404, NULL, NULL);
    } else if (!may_see(w, v)) {
        refuse_caller(w, v, out);
    } else if ((rc = check_method(place, q, out)) == 1) {
        w->view.used = u->clock->mono_us(u->clock->self);
        rc = place == PLACE_GRAPH ? answer_next(w, v, q, out)
                                  : answer_edge(u, w, path + ID_LENGTH + 4, q, out);
    }
    pthread_mutex_unlock(&u->lock);
    return rc;
}

/* What is not there may come, and another one may be told of it. */
int tips_answer(struct updates *u, const struct view *v, const struct request *q,
                struct reply *out, struct err *e)
{
    int rc = answer_place(u, v, q, out);
    (void)e;
    if (rc == 0 && out->status >= 400)
        reply_header(out, "Cache-Control", "no-store");
    return rc;
}

/* --- from the hub --- */

static void close_view(struct updates *u, struct watch *w)
{
    for (struct poll *p = u->polls; p; p = p->next) {
        if (p->watch == w)
            finish_poll(p);
    }
    watch_close_view(w);
    u->n_views--;
    updates_release(u, w);
}

void polls_committed(struct updates *u)
{
    for (struct poll *p = u->polls; p; p = p->next) {
        if (p->watch && watch_current(p->watch)->generation == u->generation)
            finish_poll(p);
    }
    for (size_t i = u->watches.n; i > 0; i--) {
        struct watch *w = u->watches.v[i - 1];
        if (w->dead && w->view.open)
            close_view(u, w);
    }
}

/* RFC 9569 section 4.1: not while somebody waits. */
void views_tick(struct updates *u, int64_t now)
{
    int64_t most = updates_settings(u)->view_idle;
    for (size_t i = u->watches.n; i > 0; i--) {
        struct watch *w = u->watches.v[i - 1];
        if (w->view.open && w->view.polls == 0 && now - w->view.used >= most)
            close_view(u, w);
    }
}
