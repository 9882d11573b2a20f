/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another ALTO server: its directory is followed, and what it offers as a whole is kept as
 * documents, one scope per resource. What goes wrong leaves the last good documents, marked
 * stale: a resource on its own, all of them when the directory can't be read. Beside this
 * polling, changes are followed by an update stream or by TIPS (alto/follow.c).
 */
#include <string.h>

#include "agents/agent.h"
#include "agents/sources/alto/follow.h"
#include "agents/sources/alto/parts.h"
#include "agents/sources/alto/question.h"
#include "agents/sources/alto/source.h"
#include "agents/sources/alto/state.h"
#include "agents/sources/alto/visit.h"
#include "base/map.h"
#include "wire/media.h"

#define DIRECTORY "directory" /* scope of what is said of the directory itself */

/* One reading. */
struct round {
    struct alto_visit visit;
    struct alto *s;
    struct batch_sink *sink;
    struct arena *kept; /* validators for the next round */
    struct validator *validators;
    struct buf remarks; /* "where\0reason\0" each */
    struct map *seen;   /* scopes that the server still has */
};

/* --- options --- */

static const struct conf_item options[] = {
    {.name = "url",
     .type = CONF_STRING,
     .required = true,
     .help = "Its information resource directory."},
    {.name = "vectors",
     .type = CONF_MAPS,
     .items = question_items,
     .help = "Pairs whose path vectors (RFC 9275) are asked for."},
    {.name = "follow",
     .type = CONF_BOOL,
     .def = "true",
     .help = "Follow changes by an update stream (RFC 8895) or by TIPS (RFC 9569), where the "
             "server has them."},
    WEB_LOGIN_OPTIONS,
    WEB_OPTIONS,
    {0},
};

static int add_question(struct alto *s, const struct conf *c, struct err *e)
{
    struct question *q = &s->questions[s->n_questions];
    int rc = question_read(c, q, e);

    for (size_t i = 0; i < s->n_questions && rc == 0; i++) {
        if (strcmp(s->questions[i].name, q->name) == 0)
            rc = conf_err(c, e, "name: %s is there twice", q->name);
    }
    s->n_questions += rc == 0;
    return rc;
}

/* What serve() needs, and what it shares with collect(). */
static int open_follower(struct agent *a, struct alto *s, struct err *e)
{
    s->max_texts = FOLLOW_TEXTS;
    s->told = map_new();
    if (s->told == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a source");
    pthread_mutex_init(&s->lock, NULL);
    return s->follow ? web_open(a, &s->follower, e) : 0;
}

static int alto_open(struct agent *a, struct err *e)
{
    struct alto *s = agent_state(a);
    const struct conf *c = agent_conf(a), *list = conf_get(c, "vectors");
    const struct conf *limits = conf_get(c, "limits");
    int rc;

    s->url = conf_str(c, "url");
    s->follow = conf_bool(c, "follow");
    s->max_requests = limits != NULL ? conf_int(limits, "requests") : 1000;
    s->max_body = limits != NULL ? (size_t)conf_int(limits, "body") : (size_t)64 << 20;
    s->questions = ARENA_ARRAY(agent_arena(a), conf_count(list) + 1, struct question);
    if (s->questions == NULL)
        return err_set(e, ERR_NOMEM, "no memory for %zu questions", conf_count(list));
    rc = web_check_url(conf_get(c, "url"), s->url, e);
    if (rc == 0)
        rc = web_login(c, &s->login, e);
    for (size_t i = 0; i < conf_count(list) && rc == 0; i++)
        rc = add_question(s, conf_at(list, i), e);
    if (rc == 0)
        rc = web_open(a, &s->fetcher, e);
    return rc == 0 ? open_follower(a, s, e) : rc;
}

static void alto_close(struct agent *a)
{
    struct alto *s = agent_state(a);

    arena_free(&s->kept);
    s->validators = NULL;
    fetcher_free(&s->fetcher);
    fetcher_free(&s->follower);
    if (s->told != NULL)
        pthread_mutex_destroy(&s->lock);
    map_free(&s->told);
}

/* --- remarks --- */

static void remark(void *payload, const char *where, const char *reason)
{
    struct round *r = payload;

    buf_str(&r->remarks, where);
    buf_char(&r->remarks, '\0');
    buf_str(&r->remarks, reason);
    buf_char(&r->remarks, '\0');
}

/* What was passed over in the directory: a batch without facts, when it is news. */
static int tell_remarks(struct round *r, struct err *e)
{
    struct batch_head head = agent_batch(r->visit.agent, DIRECTORY, BATCH_REPLACE);
    const char *known = r->sink->version(r->sink, &head.origin, r->visit.arena);
    const char *p = buf_cstr(&r->remarks), *end = p + r->remarks.len;
    char version[AGENT_VERSION_TEXT];
    int rc = r->remarks.failed ? err_set(e, ERR_NOMEM, "no memory for remarks")
                               : agent_version(p, r->remarks.len, version, e);

    if (rc != 0 || (known != NULL && strcmp(known, version) == 0))
        return rc;
    head.version = version;
    head.origin.expires = FACT_NONE;
    rc = r->sink->begin(r->sink, &head, e);
    while (rc == 0 && p < end) {
        const char *reason = p + strlen(p) + 1;

        r->sink->ignore(r->sink, p, reason);
        p = reason + strlen(reason) + 1;
    }
    return rc == 0 ? r->sink->commit(r->sink, e) : rc;
}

/* --- documents --- */

static const struct validator *validator_of(const struct round *r, const char *scope)
{
    for (const struct validator *v = r->s->validators; v != NULL; v = v->next) {
        if (strcmp(v->scope, scope) == 0)
            return v;
    }
    return NULL;
}

/* Keeps what may be asked with next time; without memory, nothing is. */
static void keep_validator(struct round *r, const struct validator *v)
{
    struct validator *copy = ARENA_NEW(r->kept, struct validator);

    if (copy == NULL || v->version == NULL || (v->etag == NULL && v->modified == NULL))
        return;
    copy->scope = arena_strdup(r->kept, v->scope);
    copy->etag = arena_strdup(r->kept, v->etag);
    copy->modified = arena_strdup(r->kept, v->modified);
    copy->version = arena_strdup(r->kept, v->version);
    if (copy->scope == NULL || copy->version == NULL)
        return;
    copy->next = r->validators;
    r->validators = copy;
}

/* How many documents of a scope following has brought. The lock is held. */
static uint64_t told_of(const struct alto *s, const char *scope)
{
    const union map_value *v = map_get_str(s->told, scope);

    return v != NULL ? v->u : 0;
}

static uint64_t times_told(struct alto *s, const char *scope)
{
    uint64_t n;

    pthread_mutex_lock(&s->lock);
    n = told_of(s, scope);
    pthread_mutex_unlock(&s->lock);
    return n;
}

static int state_polled(struct round *r, struct alto_document *o,
                        const struct fetch_reply *reply, const char *kind, struct err *e)
{
    const char *scope = o->head.origin.scope;
    struct validator next = {
        .scope = scope, .etag = reply->etag, .modified = reply->last_modified};
    int rc = alto_state(o, (struct slice){reply->body, reply->len}, kind, r->sink, e);

    next.version = o->head.version;
    if (rc == 0 && o->why.code == 0)
        keep_validator(r, &next);
    return rc;
}

static int fetch_whole(struct round *r, const struct ird_resource *i, struct alto_document *o,
                       struct err *e)
{
    struct batch_head *head = &o->head;
    uint64_t told = times_told(r->s, head->origin.scope);
    const char *known = r->sink->version(r->sink, &head->origin, o->arena);
    const struct validator *v = validator_of(r, head->origin.scope);
    struct fetch_reply reply = {0};
    struct alto_request q = {.url = i->uri, .accept = i->media};
    int rc = 0;

    /* Facts that expire are asked for in any case: they must be confirmed. */
    if (v != NULL && known != NULL && strcmp(v->version, known) == 0 &&
        head->origin.expires == FACT_NONE) {
        q.etag = v->etag;
        q.modified = v->modified;
    }
    if (alto_ask(&r->visit, &q, o->arena, &reply, &o->why) != 0)
        return 0;
    if (reply.status == 304 && (q.etag != NULL || q.modified != NULL)) {
        keep_validator(r, v);
        return 0;
    }
    if (alto_check_type(&reply, i->media, &o->why) != 0)
        return 0;
    /* What was followed meanwhile is newer. */
    pthread_mutex_lock(&r->s->lock);
    if (told_of(r->s, head->origin.scope) == told)
        rc = state_polled(r, o, &reply, alto_kind(i), e);
    pthread_mutex_unlock(&r->s->lock);
    return rc;
}

/* --- path vectors --- */

static int fetch_vectors(struct round *r, const struct question *q, struct alto_document *o,
                         struct err *e)
{
    const struct ird_resource *i = r->visit.ird.first;
    struct buf body = {0}, text = {0};
    struct fetch_reply reply = {0};
    struct alto_request ask_for;
    int rc = 0;

    while (i != NULL && !question_fits(q, i))
        i = i->next;
    if (i == NULL) {
        err_set(&o->why, ERR_NOENT, "no resource has path vectors between %s",
                q->endpoints ? "endpoints" : "PIDs");
        return 0;
    }
    question_put(q, i, &body);
    ask_for = (struct alto_request){
        .url = i->uri, .accept = i->media, .body = buf_cstr(&body), .content_type = i->accepts};
    if (body.failed)
        err_set(&o->why, ERR_NOMEM, "no memory for a question");
    else if (alto_ask(&r->visit, &ask_for, o->arena, &reply, &o->why) == 0 &&
             parts_join((struct slice){reply.body, reply.len}, reply.content_type, o->arena,
                        &text, &o->why) == 0) {
        struct slice whole = {buf_cstr(&text), text.len};

        rc = alto_state(o, whole, "ane-path", r->sink, e);
    }
    buf_free(&body);
    buf_free(&text);
    return rc;
}

/* --- a reading --- */

static int note_scope(struct round *r, const char *scope, struct err *e)
{
    union map_value *v = map_at_str(r->seen, scope);

    if (v == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a resource");
    v->u = 1;
    return 0;
}

/* One resource (or question): its own trouble stays its own. */
static int collect_one(struct round *r, const char *id, const struct ird_resource *i,
                       const struct question *q, struct err *e)
{
    const char *scope = alto_scope(id, r->visit.arena);
    struct alto_document o = {.arena = arena_new(ALTO_ANSWER_MEMORY)};
    int rc = scope != NULL && o.arena != NULL
                 ? note_scope(r, scope, e)
                 : err_set(e, ERR_NOMEM, "no memory for a resource");

    if (rc == 0) {
        o.head = agent_batch(r->visit.agent, scope, BATCH_REPLACE);
        rc = i != NULL ? fetch_whole(r, i, &o, e) : fetch_vectors(r, q, &o, e);
        if (rc == 0 && o.why.code != 0 && !agent_cancelled(r->visit.agent))
            rc = r->sink->failed(r->sink, &o.head.origin, &o.why, e);
    }
    arena_free(&o.arena);
    return rc;
}

static int collect_resources(struct round *r, struct err *e)
{
    int rc = 0;

    for (const struct ird_resource *i = r->visit.ird.first; i != NULL && rc == 0; i = i->next) {
        if (alto_kind(i) != NULL)
            rc = collect_one(r, i->id, i, NULL, e);
        else if (!ird_media_is(i->media, MEDIA_DIRECTORY) &&
                 !ird_media_is(i->media, MEDIA_EVENTS) && !ird_media_is(i->media, MEDIA_TIPS))
            remark(r, i->id,
                   i->accepts != NULL ? "answers to questions only"
                                      : "is of a media type that is not kept");
        if (agent_cancelled(r->visit.agent))
            return rc;
    }
    for (size_t k = 0; k < r->s->n_questions && rc == 0 && !agent_cancelled(r->visit.agent);
         k++) {
        const struct question *q = &r->s->questions[k];

        if (map_get_str(r->seen, alto_scope(q->name, r->visit.arena)) != NULL)
            remark(r, q->name, "the question is not asked: a resource has this name");
        else
            rc = collect_one(r, q->name, NULL, q, e);
    }
    return rc;
}

/* Scopes that were not met: gone, or, where a directory is missing, stale. */
static int leave_missing(struct round *r, const struct err *why, struct err *e)
{
    struct batch_head head = agent_batch(r->visit.agent, "*", BATCH_REPLACE);
    struct strs known = {0};
    int rc = r->sink->scopes(r->sink, &head.origin, r->visit.arena, &known, e);

    for (size_t i = 0; i < known.n && rc == 0; i++) {
        head.origin.scope = known.v[i];
        if (strcmp(known.v[i], "*") == 0 || strcmp(known.v[i], DIRECTORY) == 0 ||
            strcmp(known.v[i], ALTO_STREAM) == 0 || map_get_str(r->seen, known.v[i]) != NULL)
            continue;
        rc = r->visit.partial ? r->sink->failed(r->sink, &head.origin, why, e)
                              : r->sink->retire(r->sink, &head.origin, e);
    }
    return rc;
}

static int run_round(struct round *r, struct err *e)
{
    struct batch_head head = agent_batch(r->visit.agent, DIRECTORY, BATCH_REPLACE);
    const struct err *first = &r->visit.first;
    int rc = 0;

    alto_read_directories(&r->visit);
    if (!r->visit.partial && !agent_cancelled(r->visit.agent))
        atomic_store(&r->s->offer, alto_offer(&r->visit.ird));
    if (r->visit.ird.n > 0)
        rc = collect_resources(r, e);
    if (agent_cancelled(r->visit.agent))
        return rc;
    if (rc == 0)
        rc = leave_missing(r, first, e);
    if (rc == 0)
        rc = r->visit.partial ? r->sink->failed(r->sink, &head.origin, first, e)
                              : tell_remarks(r, e);
    return rc;
}

static int alto_collect(struct agent *a, struct batch_sink *sink, struct err *e)
{
    struct alto *s = agent_state(a);
    struct round r = {.visit = {.agent = a,
                                .url = s->url,
                                .login = &s->login,
                                .fetcher = s->fetcher,
                                .not_before = &s->not_before,
                                .max_requests = s->max_requests,
                                .arena = arena_new(0),
                                .ird = {.remark = remark, .payload = &r}},
                      .s = s,
                      .sink = sink,
                      .kept = arena_new(0),
                      .seen = map_new()};
    int rc = ERR_NOMEM;

    if (r.visit.arena == NULL || r.kept == NULL || r.seen == NULL)
        err_set(e, rc, "no memory for a directory");
    else
        rc = run_round(&r, e);
    if (rc == 0) { /* what was said last is forgotten with the round in which it wasn't said */
        arena_free(&s->kept);
        s->kept = r.kept;
        s->validators = r.validators;
    } else {
        arena_free(&r.kept);
    }
    buf_free(&r.remarks);
    map_free(&r.seen);
    arena_free(&r.visit.arena);
    return rc;
}

const struct agent_ops agent_alto = {
    .name = "alto",
    .summary = "Another ALTO server (RFC 7285): its maps and path vectors, as documents.",
    .options = options,
    .state_size = sizeof(struct alto),
    .open = alto_open,
    .collect = alto_collect,
    .serve = alto_follow,
    .close = alto_close,
};
