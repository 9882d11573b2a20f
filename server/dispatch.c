/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a request to a reply: what is common to all resources. The order of checks is that of
 * HTTP: is there such a thing (404), may it be asked so (405), by this client (401, 403), in
 * this form (406, 415), is it what the client has (304).
 */
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "server/auth.h"
#include "server/fts/fts.h"
#include "server/fts/grants.h"
#include "server/negotiate.h"
#include "server/operator/operator.h"
#include "server/problem.h"
#include "server/server.h"

/* Bytes of a question: */
#define SHORT_QUESTION ((size_t)512)      /* about ten addresses */
#define LONG_QUESTION  ((size_t)16 << 10) /* 400 addresses by 400: milliseconds */
#define LONG_FOR_PATHS ((size_t)2 << 10)  /* 50 by 50, each pair a walk */

static bool is_get(const struct request *q)
{
    return strcmp(q->method, "GET") == 0 || strcmp(q->method, "HEAD") == 0;
}

/* 405, or the answer to OPTIONS (RFC 7285 section 9.2.2). */
static void tell_methods(const struct request *q, struct reply *r, const char *allow)
{
    problem_status(r, strcmp(q->method, "OPTIONS") == 0 ? 204 : 405);
    reply_header(r, "Allow", allow);
}

/* Refused for want of a grant: credentials may help, unless they were presented. */
static void deny(const struct edition *ed, const struct request *q, struct reply *r,
                 unsigned grants)
{
    bool ask = q->caller.wrong ||
               (!q->caller.class && settings_digest_grants(edition_settings(ed), grants));
    problem_status(r, ask ? 401 : 403);
    r->challenge = ask;
    r->stale = q->caller.stale;
}

/* --- health --- */

static bool answer_health(struct server *s, struct edition *ed, const struct request *q,
                          struct reply *r)
{
    bool live = strcmp(q->path, "/livez") == 0;
    if (!live && strcmp(q->path, "/readyz") != 0)
        return false;
    if (!is_get(q)) {
        tell_methods(q, r, "GET, HEAD");
        return true;
    }
    const char *missing = live ? NULL : server_not_ready(s, ed);
    problem_status(r, missing ? 503 : 200);
    r->type = "text/plain";
    if (missing)
        buf_printf(&r->body, "not ready: %s\n", missing);
    else
        buf_str(&r->body, "ok\n");
    reply_header(r, "Cache-Control", "no-store");
    return true;
}

/* --- resources --- */

static int answer_cached(struct edition *ed, const struct resource *res, bool gzip,
                         struct reply *r, struct err *e)
{
    const struct body *body = edition_body(ed, res, e);
    struct body packed = {0};
    if (!body || (gzip && edition_packed(ed, res, &packed, e) < 0))
        return e->code;
    r->status = 200;
    r->type = res->ops->media_type;
    r->shared = packed.gzip ? packed.gzip : body->data;
    r->shared_len = packed.gzip ? packed.gzip_len : body->len;
    r->coding = packed.gzip ? "gzip" : NULL;
    r->edition = edition_hold(ed);
    r->etag = packed.gzip ? body->gzip_etag : body->etag;
    r->other_etag = packed.gzip ? body->etag : NULL;
    return 0;
}

static struct view view_of(struct edition *ed, const struct request *q)
{
    return (struct view){.edition = ed,
                         .settings = edition_settings(ed),
                         .grants = auth_grants(&q->caller),
                         .class = q->caller.class};
}

static int answer_fresh(struct edition *ed, const struct resource *res, const struct request *q,
                        struct reply *r, struct err *e)
{
    struct view view = view_of(ed, q);
    r->status = 200;
    r->type = res->ops->media_type;
    int rc = res->ops->answer(res, &view, q, r, e);
    if (rc == 0 && r->body.failed)
        rc = err_set(e, ERR_NOMEM, "no memory for the reply");
    if (rc == 0 && r->status == 200 && !res->ops->accepts) {
        char *etag = arena_alloc(q->arena, 36);
        if (!etag || edition_etag(r->body.data, r->body.len, etag) < 0)
            return err_set(e, ERR_NOMEM, "no memory for the reply");
        r->etag = etag;
    }
    return rc;
}

static bool names_body(bool (*names)(const char *header, const char *etag), const char *header,
                       const struct reply *r)
{
    return names(header, r->etag) || (r->other_etag && names(header, r->other_etag));
}

static void withhold(struct reply *r, int status)
{
    r->unsent = status == 304 ? (r->shared ? r->shared_len : r->body.len) : 0;
    buf_reset(&r->body);
    r->status = status;
    r->type = NULL;
    r->coding = NULL;
    r->shared = NULL;
    r->shared_len = 0;
}

/* Sent already? Then only that is said. */
static void compare_etag(const struct request *q, struct reply *r)
{
    if (r->etag && r->status == 200 && names_body(etag_matches, q->if_none_match, r))
        withhold(r, 304);
}

/* A date that is none is passed over. */
static bool is_unchanged(const struct edition *ed, const struct resource *res, const char *date,
                         bool otherwise)
{
    int64_t time;
    return http_date(date, &time) ? edition_unchanged_since(ed, res, time) : otherwise;
}

/* Conditions in the order of RFC 9110 section 13.2.2. Without `dated` a date says nothing: the
 * content changes within an edition. */
static void meet_conditions(const struct edition *ed, const struct resource *res, bool dated,
                            const struct request *q, struct reply *r)
{
    if (!r->etag || r->status != 200)
        return;
    if (q->if_match ? !names_body(etag_matches_strongly, q->if_match, r)
                    : dated && !is_unchanged(ed, res, q->unmodified_since, true))
        withhold(r, 412);
    else if (q->if_none_match)
        compare_etag(q, r);
    else if (dated && is_unchanged(ed, res, q->modified_since, false))
        withhold(r, 304);
}

static enum edition_form form_of(const struct reply *r)
{
    if (r->status == 304)
        return r->other_etag ? FORM_GZIP_304 : FORM_PLAIN_304;
    return r->coding ? FORM_GZIP : FORM_PLAIN;
}

/* The form of the request: 0, or the status to refuse it with. */
static int check_form(const struct resource *res, const struct request *q)
{
    if (!accept_allows(q->accept, res->ops->media_type))
        return 406;
    const char *too = res->ops->accepts_too;
    bool named = !res->ops->accepts || content_type_is(q->content_type, res->ops->accepts) ||
                 (too && content_type_is(q->content_type, too));
    return named ? 0 : 415;
}

/*
 * Digest clients send a POST without its body first, to be challenged. Where credentials could
 * help, that is what an empty body means.
 */
static bool wants_challenge(const struct edition *ed, const struct resource *res,
                            const struct request *q)
{
    return res->ops->accepts && q->len == 0 && !q->caller.class && !q->caller.presented &&
           settings_digest_grants(edition_settings(ed), 0);
}

/* What went wrong in here. */
static void tell_failure(const char *what, int rc, const struct err *e, struct reply *r)
{
    log_error("serve", "%s: %s", what, e->msg);
    problem_status(r, rc == ERR_NOMEM || rc == ERR_LIMIT ? 503 : 500);
}

static int open_resource(struct server *s, struct edition *ed, const struct resource *res,
                         const struct request *q, struct reply *r)
{
    struct view view = view_of(ed, q);
    struct err e = {0};
    view.follower = res;
    r->status = 200;
    r->type = res->ops->media_type;
    int rc = res->ops->open(server_updates(s), &view, q, r, &e);
    if (rc < 0)
        tell_failure(res->id, rc, &e, r);
    reply_header(r, "Cache-Control", "no-store");
    return rc;
}

/* Streams' control services and TIPS views, which are in no directory. */
static bool answer_followers(struct server *s, struct edition *ed, const struct request *q,
                             struct reply *r)
{
    bool control = strncmp(q->path, STREAM_PATH, strlen(STREAM_PATH)) == 0;
    struct view view = view_of(ed, q);
    struct err e = {0};
    int rc = 0;
    if (!control && strncmp(q->path, VIEW_PATH, strlen(VIEW_PATH)) != 0)
        return false;
    if (!control) {
        rc = tips_answer(server_updates(s), &view, q, r, &e);
    } else if (strcmp(q->method, "POST") != 0) {
        tell_methods(q, r, "POST, OPTIONS");
    } else if (!content_type_is(q->content_type, MEDIA_STREAM_PARAMS)) {
        problem_status(r, 415);
        reply_header(r, "Accept", MEDIA_STREAM_PARAMS);
    } else {
        rc = stream_control(server_updates(s), &view, q, r, &e);
    }
    if (rc < 0)
        tell_failure(q->path, rc, &e, r);
    return true;
}

/* "GET, HEAD" has "GET". */
static bool has_word(const char *list, const char *word)
{
    struct slice rest = slice_of(list), piece;
    while (slice_split(&rest, ',', &piece)) {
        if (slice_eq(slice_trim(piece), word))
            return true;
    }
    return false;
}

/* What schedulers of transfers ask. */
static void answer_fts(struct edition *ed, const struct request *q, struct reply *r)
{
    const char *method = fts_method(q->path);
    bool post = method && strcmp(method, "POST") == 0;
    struct view view = view_of(ed, q);
    if (!(auth_grants(&q->caller) & GRANT_PATH_VECTOR)) {
        deny(ed, q, r, GRANT_PATH_VECTOR);
    } else if (method && (post ? strcmp(q->method, "POST") != 0 : !is_get(q))) {
        tell_methods(q, r, post ? "POST, OPTIONS" : "GET, HEAD, OPTIONS");
    } else if (post && !content_type_is(q->content_type, MEDIA_JSON)) {
        problem_status(r, 415);
        reply_header(r, "Accept", MEDIA_JSON);
    } else {
        fts_answer(&view, q, r);
    }
}

/* Of several grants that would do, one that credentials can give. */
static unsigned digest_grant(const struct settings *settings, unsigned any)
{
    for (unsigned grant = 1; grant <= any; grant <<= 1) {
        if ((grant & any) && settings_digest_grants(settings, grant))
            return grant;
    }
    return any;
}

static void answer_grants(struct edition *ed, const struct request *q, struct reply *r)
{
    const char *methods = fts_grants_methods(q->path);
    unsigned need = fts_grants_need(q->path, q->method);
    struct view view = view_of(ed, q);
    if (!(auth_grants(&q->caller) & need)) {
        deny(ed, q, r, digest_grant(edition_settings(ed), need));
    } else if (strcmp(q->method, "OPTIONS") == 0 || !has_word(methods, q->method)) {
        tell_methods(q, r, methods);
    } else {
        fts_grants_answer(&view, q, r);
        compare_etag(q, r);
    }
}

static void answer_resource(struct server *s, struct edition *ed, const struct resource *res,
                            const struct request *q, struct reply *r)
{
    const struct resource_ops *ops = res->ops;
    struct err e = {0};
    bool post = strcmp(q->method, "POST") == 0;
    if (ops->accepts ? !post : !is_get(q)) {
        tell_methods(q, r, ops->accepts ? "POST, OPTIONS" : "GET, HEAD, OPTIONS");
        return;
    }
    if ((auth_grants(&q->caller) & ops->grants) != ops->grants ||
        !resource_is_for(res, q->caller.class) || wants_challenge(ed, res, q)) {
        deny(ed, q, r, ops->grants);
        return;
    }
    int refused = check_form(res, q);
    if (refused) {
        problem_status(r, refused);
        if (refused == 415)
            reply_header(r, "Accept", ops->accepts);
        return;
    }
    const char *missing = ops->ready ? server_not_ready(s, ed) : NULL;
    if (missing) {
        problem_api(r, 503, missing, NULL);
        reply_header(r, "Retry-After", "5");
        return;
    }
    if (ops->open) {
        open_resource(s, ed, res, q, r);
        return;
    }
    bool cached = resource_is_cached(res);
    int rc = cached ? answer_cached(ed, res, q->gzip, r, &e) : answer_fresh(ed, res, q, r, &e);
    if (rc < 0) {
        tell_failure(res->id, rc, &e, r);
        return;
    }
    bool dated =
        !ops->accepts && cached == ops->cached; /* not what changes within an edition */
    meet_conditions(ed, res, dated, q, r);
    if (strncmp(ops->media_type, "multipart/", 10) == 0) /* see anes_put */
        reply_header(r, "Vary", "Accept");
    reply_header(r, "Cache-Control",
                 ops->grants || !cached || !resource_is_for(res, NULL) ? "private, no-cache"
                                                                       : "no-cache");
    if (cached) {
        reply_header(r, "Vary", "Accept, Accept-Encoding");
        r->slot = r->status == 412 ? NULL : edition_slot(ed, res, form_of(r));
    }
    if (dated)
        reply_header(r, "Last-Modified", edition_date(ed, res));
}

/* A few addresses looked up in tables take less than handing them to a worker does. */
static bool is_short(const struct resource *res, size_t body_len)
{
    return res->ops == &resource_endpoint_cost && res->atlas && !res->atlas->snapshot &&
           body_len <= SHORT_QUESTION;
}

/* For operators: below /api/, and /metrics. */
static bool is_operators(const char *path)
{
    return strncmp(path, "/api/", 5) == 0 || strcmp(path, "/metrics") == 0;
}

/* How much there is to do is not known before the question is read; its length tells enough. */
bool server_is_lengthy(const struct edition *ed, const char *path, size_t body_len)
{
    const struct resource *res = edition_find(ed, path);
    bool paths = res ? res->atlas && res->atlas->snapshot
                     : strncmp(path, FTS_PATH, strlen(FTS_PATH)) == 0;
    if (res && !res->ops->accepts)
        return res->ops->slow; /* all of a table, for each one who asks */
    return body_len >= (paths ? LONG_FOR_PATHS : LONG_QUESTION) ||
           (res && res->ops == &resource_path_vector_costmap);
}

bool server_is_slow(struct edition *ed, const char *path, bool gzip, size_t body_len)
{
    const struct resource *res = edition_find(ed, path);
    if (res && resource_is_cached(res)) /* the first one makes the body for all */
        return !edition_is_ready(ed, res, gzip);
    return res ? (res->ops->slow || res->ops->cached) && !is_short(res, body_len)
               : is_operators(path) || strncmp(path, FTS_PATH, strlen(FTS_PATH)) == 0 ||
                     strncmp(path, STREAM_PATH, strlen(STREAM_PATH)) == 0;
}

static void answer_operator(struct server *s, struct edition *ed, const struct request *q,
                            struct reply *r)
{
    if (!is_get(q))
        tell_methods(q, r, "GET, HEAD, OPTIONS");
    else if (!(auth_grants(&q->caller) & GRANT_OPERATOR_API))
        deny(ed, q, r, GRANT_OPERATOR_API);
    else if (strcmp(q->path, "/metrics") == 0)
        operator_metrics(s, ed, q, r);
    else
        operator_answer(s, ed, q, r);
}

/* Is there a body in a form to be unpacked first (RFC 9110 section 8.4)? */
static bool is_packed(const struct request *q)
{
    return q->len > 0 && q->content_coding && *q->content_coding &&
           strcasecmp(q->content_coding, "identity") != 0;
}

/* Returns the resource that was asked for, if it was one. */
static const struct resource *answer(struct server *s, struct edition *ed,
                                     const struct request *q, struct reply *r)
{
    const struct resource *res = edition_find(ed, q->path);
    /* RFC 9112 section 3.2: more than one Host is a malformed request. */
    if (q->n_hosts > 1) {
        problem_status(r, 400);
    } else if (answer_health(s, ed, q, r)) {
        return NULL;
    } else if (strcmp(q->path, "*") == 0) { /* of the whole server, RFC 9110 section 9.3.7 */
        tell_methods(q, r, "GET, HEAD, POST, OPTIONS");
    } else if (q->caller.wrong) {
        deny(ed, q, r, 0);
    } else if (is_packed(q)) {
        problem_status(r, 415);
        reply_header(r, "Accept-Encoding", "identity");
    } else if (is_operators(q->path)) {
        answer_operator(s, ed, q, r);
    } else if (fts_is_grants(q->path)) {
        answer_grants(ed, q, r);
    } else if (strncmp(q->path, FTS_PATH, strlen(FTS_PATH)) == 0) {
        answer_fts(ed, q, r);
    } else if (!answer_followers(s, ed, q, r)) {
        if (res)
            answer_resource(s, ed, res, q, r);
        else
            problem_status(r, edition_snapshot(ed) ? 404 : 503);
    }
    return res;
}

void server_answer(struct server *s, struct edition *ed, const struct request *q,
                   struct reply *r)
{
    const struct resource *res = answer(s, ed, q, r);
    if (r->status != 0) /* else it is asked again */
        server_count(s, ed, res, r->status);
}
