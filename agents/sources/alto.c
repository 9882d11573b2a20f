/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another ALTO server: its directory is followed, and what it offers as a whole is kept as
 * documents, one scope per resource. What goes wrong leaves the last good documents, marked
 * stale: a resource on its own, all of them when the directory can't be read.
 */
#include <string.h>

#include "agents/agent.h"
#include "agents/sources/alto/ird.h"
#include "agents/sources/alto/parts.h"
#include "agents/sources/alto/question.h"
#include "agents/sources/documents_check.h"
#include "agents/sources/web/web.h"
#include "base/map.h"
#include "wire/media.h"

#define MAX_DIRECTORIES 16
#define ANSWER_MEMORY   ((size_t)1 << 30)
#define DIRECTORY       "directory" /* scope of what is said of the directory itself */

/* What a server said of a resource last, to ask whether it changed. */
struct validator {
    const char *scope, *etag, *modified;
    const char *version; /* of the document that they belong to */
    struct validator *next;
};

struct alto {
    const char *url;
    struct web_login login;
    struct fetcher *fetcher;
    struct question *questions;
    size_t n_questions;
    int64_t max_requests;
    int64_t not_before;
    struct arena *kept; /* of the validators */
    struct validator *validators;
};

/* One document on its way. */
struct one {
    struct batch_head head;
    struct arena *arena; /* of its text */
    struct err why;      /* what is wrong with it; code 0: nothing */
};

/* One reading. */
struct round {
    struct agent *agent;
    struct alto *s;
    struct batch_sink *sink;
    struct arena *arena; /* of the round */
    struct ird ird;
    struct arena *kept; /* validators for the next round */
    struct validator *validators;
    struct buf remarks;                 /* "where\0reason\0" each */
    struct map *seen;                   /* scopes that the server still has */
    int64_t requests;                   /* made so far */
    const char *queue[MAX_DIRECTORIES]; /* directories, asked for in order */
    size_t n_queue;
    bool partial; /* a directory was not read: what is missing may be in it */
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

static int alto_open(struct agent *a, struct err *e)
{
    struct alto *s = agent_state(a);
    const struct conf *c = agent_conf(a), *list = conf_get(c, "vectors");
    const struct conf *limits = conf_get(c, "limits");
    int rc;

    s->url = conf_str(c, "url");
    s->max_requests = limits != NULL ? conf_int(limits, "requests") : 1000;
    s->questions = ARENA_ARRAY(agent_arena(a), conf_count(list) + 1, struct question);
    if (s->questions == NULL)
        return err_set(e, ERR_NOMEM, "no memory for %zu questions", conf_count(list));
    rc = web_check_url(conf_get(c, "url"), s->url, e);
    if (rc == 0)
        rc = web_login(c, &s->login, e);
    for (size_t i = 0; i < conf_count(list) && rc == 0; i++)
        rc = add_question(s, conf_at(list, i), e);
    return rc == 0 ? web_open(a, &s->fetcher, e) : rc;
}

static void alto_close(struct agent *a)
{
    struct alto *s = agent_state(a);

    arena_free(&s->kept);
    s->validators = NULL;
    if (s->fetcher != NULL)
        fetcher_free(&s->fetcher);
}

/* --- requests --- */

/* What one asks for, and of what type the answer must be. */
struct request {
    const char *url, *accept;
    const char *body, *content_type;
    const struct validator *known;
};

static int ask(struct round *r, const struct request *q, struct arena *a,
               struct fetch_reply *reply, struct err *e)
{
    bool home = web_same_server(q->url, r->s->url);
    const char *accept = arena_printf(a, "%s,%s", q->accept, MEDIA_ERROR);
    struct web_request w = {.fetcher = r->s->fetcher,
                            .url = q->url,
                            .accept = accept,
                            .body = q->body,
                            .content_type = q->content_type,
                            /* credentials are for the server that they were given for */
                            .login = home ? &r->s->login : NULL,
                            .not_before = home ? &r->s->not_before : NULL};

    if (accept == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a request");
    if (agent_cancelled(r->agent))
        return err_set(e, ERR_CANCELLED, "cancelled");
    if (++r->requests > r->s->max_requests)
        return err_set(e, ERR_LIMIT, "more than %lld requests in one reading",
                       (long long)r->s->max_requests);
    if (q->known != NULL) {
        w.etag = q->known->etag;
        w.modified_since = q->known->modified;
    }
    return web_fetch(r->agent, &w, a, reply, e);
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
    struct batch_head head = agent_batch(r->agent, DIRECTORY, BATCH_REPLACE);
    const char *known = r->sink->version(r->sink, &head.origin, r->arena);
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

/* --- directories --- */

/* Linked directories are asked for once each, whatever leads back to them. */
static void enqueue(struct round *r, const char *url)
{
    for (size_t i = 0; i < r->n_queue; i++) {
        if (strcmp(r->queue[i], url) == 0)
            return;
    }
    if (r->n_queue == MAX_DIRECTORIES)
        remark(r, "directory", "leads to more than 16 directories");
    else
        r->queue[r->n_queue++] = url;
}

static int check_type(const struct fetch_reply *reply, const char *wanted, struct err *e)
{
    if (ird_media_is(reply->content_type, wanted) ||
        ird_media_is(reply->content_type, MEDIA_JSON))
        return 0;
    return err_set(e, ERR_SCHEMA, "answered with %.80s, not %s",
                   reply->content_type != NULL ? reply->content_type : "no media type", wanted);
}

static int read_directory(struct round *r, const char *url, struct err *e)
{
    struct request q = {.url = url, .accept = MEDIA_DIRECTORY};
    struct ird_resource **from = r->ird.end;
    struct fetch_reply reply = {0};
    int rc = ask(r, &q, r->arena, &reply, e);

    if (rc == 0)
        rc = check_type(&reply, MEDIA_DIRECTORY, e);
    if (rc == 0)
        rc = ird_read(&r->ird, (struct slice){reply.body, reply.len}, url, r->arena, e);
    for (const struct ird_resource *i = *from; rc == 0 && i != NULL; i = i->next) {
        if (ird_media_is(i->media, MEDIA_DIRECTORY))
            enqueue(r, i->uri);
    }
    return rc < 0 ? err_in(e, "directory") : 0;
}

/* --- documents --- */

static int note_member(struct jread *j, struct slice key, void *payload, struct err *e)
{
    const struct jnode **meta = ((void **)payload)[0];
    struct arena *a = ((void **)payload)[1];

    return slice_eq(key, "meta") ? jnode_read(j, NULL, a, meta, e) : jread_skip(j, e);
}

/* The tag of a document that has one of its own (RFC 7285 section 10.3), or NULL. */
static const char *tag_of(struct slice text, struct arena *a)
{
    const struct jnode *meta = NULL;
    void *payload[2] = {&meta, a};
    struct jread *j;
    struct err e;

    if (document_reader(&j, text, false, &e) != 0)
        return NULL;
    if (document_object(j, note_member, payload, &e) != 0)
        meta = NULL;
    jread_free(&j);
    return jnode_str(jnode_path(meta, "vtag/tag"));
}

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

/* The version: the document's own tag, else the server's, else of the bytes. */
static const char *version_of(struct slice text, const struct fetch_reply *reply,
                              struct arena *a)
{
    const char *version = tag_of(text, a);
    char *made;
    struct err e;

    if (version == NULL)
        version = reply->etag;
    if (version != NULL && strlen(version) < 256)
        return version;
    made = arena_alloc(a, AGENT_VERSION_TEXT);
    return made != NULL && agent_version(text.p, text.n, made, &e) == 0 ? made : NULL;
}

static int publish(struct round *r, const struct batch_head *head,
                   const struct fact_document *f, struct err *e)
{
    int rc = r->sink->begin(r->sink, head, e);

    if (rc != 0)
        return rc;
    rc = r->sink->put(r->sink, FACT_DOCUMENT, f, e);
    if (rc == 0)
        return r->sink->commit(r->sink, e);
    r->sink->abort(r->sink);
    return rc;
}

/* Checks and states a text; o->why tells what is wrong with it, *e what is wrong here. */
static int state_document(struct round *r, struct one *o, struct slice text, const char *wanted,
                          struct err *e)
{
    const struct batch_head *head = &o->head;
    const char *known = r->sink->version(r->sink, &head->origin, r->arena);
    struct fact_document f;
    int rc;

    if (known != NULL && head->version != NULL && strcmp(known, head->version) == 0 &&
        head->origin.expires == FACT_NONE)
        return 0;
    fact_init(FACT_DOCUMENT, &f);
    f.name = head->origin.scope;
    f.body = text.p;
    rc = document_check(text.p, text.n, &f.kind, &o->why);
    if (rc == 0 && strcmp(f.kind, wanted) != 0 &&
        (strcmp(f.kind, "calendar") != 0 || strcmp(wanted, "cost-map") != 0))
        rc = err_set(&o->why, ERR_SCHEMA, "it is a %s, not a %s", f.kind, wanted);
    return rc == 0 ? publish(r, head, &f, e) : 0;
}

/* Whole documents that are kept: their media type, and the kind that they must be. */
static const struct {
    const char *media, *kind;
} wholes[] = {
    {MEDIA_NETWORK_MAP, "network-map"},
    {MEDIA_COST_MAP, "cost-map"},
    {MEDIA_PROPERTY_MAP, "property-map"},
    {MEDIA_ENDPOINT_PROP, "endpoint-property"},
};

static const char *kind_of(const struct ird_resource *i)
{
    for (size_t k = 0; i->accepts == NULL && k < sizeof(wholes) / sizeof(*wholes); k++) {
        if (ird_media_is(i->media, wholes[k].media))
            return wholes[k].kind;
    }
    return NULL;
}

static int fetch_whole(struct round *r, const struct ird_resource *i, struct one *o,
                       struct err *e)
{
    struct batch_head *head = &o->head;
    const char *known = r->sink->version(r->sink, &head->origin, o->arena);
    const struct validator *v = validator_of(r, head->origin.scope);
    struct validator next = {.scope = head->origin.scope};
    struct fetch_reply reply = {0};
    struct request q = {.url = i->uri, .accept = i->media};
    struct slice text;
    int rc;

    /* Facts that expire are asked for in any case: they must be confirmed. */
    if (v != NULL && known != NULL && strcmp(v->version, known) == 0 &&
        head->origin.expires == FACT_NONE)
        q.known = v;
    rc = ask(r, &q, o->arena, &reply, &o->why);
    if (rc == 0 && reply.status == 304 && q.known != NULL) {
        keep_validator(r, v);
        return 0;
    }
    if (rc == 0)
        rc = check_type(&reply, i->media, &o->why);
    if (rc != 0)
        return 0;
    text = (struct slice){reply.body, reply.len};
    head->version = version_of(text, &reply, o->arena);
    rc = state_document(r, o, text, kind_of(i), e);
    next.etag = reply.etag;
    next.modified = reply.last_modified;
    next.version = head->version;
    if (rc == 0 && o->why.code == 0)
        keep_validator(r, &next);
    return rc;
}

/* --- path vectors --- */

static int fetch_vectors(struct round *r, const struct question *q, struct one *o,
                         struct err *e)
{
    const struct ird_resource *i = r->ird.first;
    struct buf body = {0}, text = {0};
    struct fetch_reply reply = {0};
    struct request ask_for;
    int rc = 0;

    while (i != NULL && !question_fits(q, i))
        i = i->next;
    if (i == NULL) {
        err_set(&o->why, ERR_NOENT, "no resource has path vectors between %s",
                q->endpoints ? "endpoints" : "PIDs");
        return 0;
    }
    question_put(q, i, &body);
    ask_for = (struct request){
        .url = i->uri, .accept = i->media, .body = buf_cstr(&body), .content_type = i->accepts};
    if (body.failed)
        err_set(&o->why, ERR_NOMEM, "no memory for a question");
    else if (ask(r, &ask_for, o->arena, &reply, &o->why) == 0 &&
             parts_join((struct slice){reply.body, reply.len}, reply.content_type, o->arena,
                        &text, &o->why) == 0) {
        struct slice whole = {buf_cstr(&text), text.len};

        o->head.version = version_of(whole, &(struct fetch_reply){0}, o->arena);
        rc = state_document(r, o, whole, "ane-path", e);
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
    const char *scope = arena_printf(r->arena, "%s.json", id);
    struct one o = {.arena = arena_new(ANSWER_MEMORY)};
    int rc = scope != NULL && o.arena != NULL
                 ? note_scope(r, scope, e)
                 : err_set(e, ERR_NOMEM, "no memory for a resource");

    if (rc == 0) {
        o.head = agent_batch(r->agent, scope, BATCH_REPLACE);
        rc = i != NULL ? fetch_whole(r, i, &o, e) : fetch_vectors(r, q, &o, e);
        if (rc == 0 && o.why.code != 0 && !agent_cancelled(r->agent))
            rc = r->sink->failed(r->sink, &o.head.origin, &o.why, e);
    }
    arena_free(&o.arena);
    return rc;
}

static int collect_resources(struct round *r, struct err *e)
{
    int rc = 0;

    for (const struct ird_resource *i = r->ird.first; i != NULL && rc == 0; i = i->next) {
        if (kind_of(i) != NULL)
            rc = collect_one(r, i->id, i, NULL, e);
        else if (!ird_media_is(i->media, MEDIA_DIRECTORY))
            remark(r, i->id,
                   i->accepts != NULL ? "answers to questions only"
                                      : "is of a media type that is not kept");
        if (agent_cancelled(r->agent))
            return rc;
    }
    for (size_t k = 0; k < r->s->n_questions && rc == 0 && !agent_cancelled(r->agent); k++) {
        const struct question *q = &r->s->questions[k];

        if (map_get_str(r->seen, arena_printf(r->arena, "%s.json", q->name)) != NULL)
            remark(r, q->name, "the question is not asked: a resource has this name");
        else
            rc = collect_one(r, q->name, NULL, q, e);
    }
    return rc;
}

/* Scopes that were not met: gone, or, where a directory is missing, stale. */
static int leave_missing(struct round *r, const struct err *why, struct err *e)
{
    struct batch_head head = agent_batch(r->agent, "*", BATCH_REPLACE);
    struct strs known = {0};
    int rc = r->sink->scopes(r->sink, &head.origin, r->arena, &known, e);

    for (size_t i = 0; i < known.n && rc == 0; i++) {
        head.origin.scope = known.v[i];
        if (strcmp(known.v[i], "*") == 0 || strcmp(known.v[i], DIRECTORY) == 0 ||
            map_get_str(r->seen, known.v[i]) != NULL)
            continue;
        rc = r->partial ? r->sink->failed(r->sink, &head.origin, why, e)
                        : r->sink->retire(r->sink, &head.origin, e);
    }
    return rc;
}

static int run_round(struct round *r, struct err *e)
{
    struct batch_head head = agent_batch(r->agent, DIRECTORY, BATCH_REPLACE);
    struct err why = {0}, first = {0};
    int rc = 0;

    enqueue(r, r->s->url);
    for (size_t i = 0; i < r->n_queue && !agent_cancelled(r->agent); i++) {
        if (read_directory(r, r->queue[i], &why) == 0)
            continue;
        if (!r->partial)
            first = why;
        r->partial = true;
    }
    if (r->ird.n > 0)
        rc = collect_resources(r, e);
    if (agent_cancelled(r->agent))
        return rc;
    if (rc == 0)
        rc = leave_missing(r, &first, e);
    if (rc == 0)
        rc =
            r->partial ? r->sink->failed(r->sink, &head.origin, &first, e) : tell_remarks(r, e);
    return rc;
}

static int alto_collect(struct agent *a, struct batch_sink *sink, struct err *e)
{
    struct alto *s = agent_state(a);
    struct round r = {.agent = a,
                      .s = s,
                      .sink = sink,
                      .arena = arena_new(0),
                      .kept = arena_new(0),
                      .seen = map_new()};
    int rc = ERR_NOMEM;

    r.ird.end = &r.ird.first;
    r.ird.remark = remark;
    r.ird.payload = &r;
    if (r.arena == NULL || r.kept == NULL || r.seen == NULL)
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
    arena_free(&r.arena);
    return rc;
}

const struct agent_ops agent_alto = {
    .name = "alto",
    .summary = "Another ALTO server (RFC 7285): its maps and path vectors, as documents.",
    .options = options,
    .state_size = sizeof(struct alto),
    .open = alto_open,
    .collect = alto_collect,
    .close = alto_close,
};
