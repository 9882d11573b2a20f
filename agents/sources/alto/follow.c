/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One stream for all resources that are kept, in the thread of serve():
 *
 *   directories ──▶ the stream that has most of them ──▶ POST add ──▶ events
 *                                                                     │ whole, or patch
 *        pause ◀── it ended, or said what can't be used ◀── text of each ──▶ batch
 *
 * A stream begins with the whole of each resource, so whatever goes wrong is mended by
 * beginning again. Nothing that is said of the stream touches the documents: they are told as
 * they were, and polling goes on beside it.
 */
#include "agents/sources/alto/follow.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "agents/sources/alto/events.h"
#include "agents/sources/alto/source.h"
#include "agents/sources/alto/state.h"
#include "agents/sources/alto/visit.h"
#include "agents/sources/documents_check.h"
#include "base/hash.h"
#include "wire/media.h"
#include "wire/patch_apply.h"

#define SECOND        INT64_C(1000000)
#define SILENCE       (300 * SECOND) /* after which a stream is believed dead */
#define PAUSE         (1 * SECOND)   /* before the first new attempt; each doubles it */
#define LONGEST_PAUSE (300 * SECOND)
#define GOOD_LIFE     (60 * SECOND) /* a stream that lived so long was a good one */
#define STEP_NS       100000000     /* between looks whether the program stops */

/* A resource that is followed, by the substream-id that is its number from 1. */
struct subject {
    const struct ird_resource *resource;
    const char *scope;
    struct buf text; /* as the server has it */
    bool told;       /* the text is there */
    bool stopped;    /* the server tells no more of it */
};

/* One stream. */
struct follow {
    struct agent *agent;
    struct alto *s;
    struct batch_sink *sink;
    struct alto_visit visit;
    const struct ird_resource *stream;
    struct subject v[FOLLOW_MAX];
    size_t n;
    size_t texts; /* bytes of all texts */
    struct fetch_reply reply;
    struct events events;
    uint64_t offer; /* of the directories; 0: not all could be read */
    int64_t begun;  /* monotonic */
    bool good;      /* all resources were told */
    bool changed;   /* the directories offer something else by now */
    int sink_rc;    /* not 0: the sink failed */
    struct err *sink_e;
};

/* --- what is offered --- */

uint64_t alto_offer(const struct ird *d)
{
    uint64_t h = 1;

    for (const struct ird_resource *i = d->first; i != NULL; i = i->next) {
        if (alto_kind(i) == NULL && !ird_media_is(i->media, MEDIA_EVENTS))
            continue;
        h = hash_bytes(i->id, strlen(i->id) + 1, h);
        h = hash_bytes(i->uri, strlen(i->uri) + 1, h);
    }
    return h != 0 ? h : 1;
}

static bool is_used(const struct ird_resource *stream, const char *id)
{
    for (const struct jnode *u = jnode_first(stream->uses); u != NULL; u = u->next) {
        if (slice_eq(jnode_slice(u), id))
            return true;
    }
    return false;
}

static size_t count_kept(const struct ird *d, const struct ird_resource *stream)
{
    size_t n = 0;

    for (const struct ird_resource *i = d->first; i != NULL; i = i->next)
        n += alto_kind(i) != NULL && is_used(stream, i->id);
    return n;
}

/* The stream that has most of what is kept; NULL: none has any. */
static const struct ird_resource *choose(const struct ird *d)
{
    const struct ird_resource *best = NULL;
    size_t most = 0;

    for (const struct ird_resource *i = d->first; i != NULL; i = i->next) {
        size_t n = ird_media_is(i->media, MEDIA_EVENTS) &&
                           ird_media_is(i->accepts, MEDIA_STREAM_PARAMS)
                       ? count_kept(d, i)
                       : 0;

        if (n > most) {
            most = n;
            best = i;
        }
    }
    return best;
}

/* Kept resources that the stream has, in the directory's order. */
static int list_subjects(struct follow *f, struct err *e)
{
    for (const struct ird_resource *i = f->visit.ird.first; i != NULL; i = i->next) {
        struct subject *v = &f->v[f->n];

        if (f->n == FOLLOW_MAX)
            break; /* the rest is polled */
        if (alto_kind(i) == NULL || !is_used(f->stream, i->id))
            continue;
        v->resource = i;
        v->scope = alto_scope(i->id, f->visit.arena);
        if (v->scope == NULL)
            return err_set(e, ERR_NOMEM, "no memory for a resource");
        f->n++;
    }
    return 0;
}

/* Is a list of media types, with commas, one of patches that are understood? */
static bool are_patches(struct slice list)
{
    struct slice type;

    while (slice_split(&list, ',', &type)) {
        type = slice_trim(type);
        if (!slice_eq(type, MEDIA_MERGE_PATCH) && !slice_eq(type, MEDIA_JSON_PATCH))
            return false;
    }
    return true;
}

/* RFC 8895 section 6.5. Without capabilities nothing is incremental. */
static void put_request(const struct follow *f, struct buf *b)
{
    const struct jnode *types =
        jnode_get(f->stream->capabilities, "incremental-change-media-types");

    buf_str(b, "{\"add\":{");
    for (size_t i = 0; i < f->n; i++) {
        const char *id = f->v[i].resource->id;

        buf_printf(b, "%s\"%zu\":{\"resource-id\":", i > 0 ? "," : "", i + 1);
        buf_json_str(b, id);
        if (!are_patches(jnode_slice(jnode_get(types, id))))
            buf_str(b, ",\"incremental-changes\":false");
        buf_char(b, '}');
    }
    buf_str(b, "}}");
}

/* --- what is told of the stream itself --- */

static int tell_failed(struct follow *f, const struct err *why, struct err *e)
{
    struct batch_head head = agent_batch(f->agent, ALTO_STREAM, BATCH_REPLACE);

    return f->sink->failed(f->sink, &head.origin, why, e);
}

static int tell_good(struct follow *f, struct err *e)
{
    struct batch_head head = agent_batch(f->agent, ALTO_STREAM, BATCH_REPLACE);

    return f->sink->retire(f->sink, &head.origin, e);
}

/* --- events --- */

static struct subject *subject_of(struct follow *f, struct slice id)
{
    uint64_t n;

    if (!slice_u64(id, f->n, &n) || n == 0 || f->v[n - 1].stopped)
        return NULL;
    return &f->v[n - 1];
}

/* RFC 8895 section 5.3. Where to control the stream is of no interest here. */
static int take_control(struct follow *f, struct slice data, struct arena *a, struct err *e)
{
    const struct jnode *root, *why;
    size_t left = 0;
    int rc = document_tree(data, a, &root, e);

    if (rc != 0)
        return err_in(e, "control event");
    if (!jnode_is(root, JREAD_OBJECT))
        return err_set(e, ERR_SCHEMA, "a control event that is no object");
    for (const struct jnode *i = jnode_first(jnode_get(root, "stopped")); i != NULL;
         i = i->next) {
        struct subject *v = subject_of(f, jnode_slice(i));

        if (v != NULL)
            v->stopped = true; /* polling goes on */
    }
    for (size_t i = 0; i < f->n; i++)
        left += !f->v[i].stopped;
    why = jnode_get(root, "description");
    if (left == 0)
        return err_set(e, ERR_REMOTE, "the server tells no more of any resource: %.200s",
                       jnode_str(why) != NULL ? jnode_str(why) : "it does not say why");
    return 0;
}

/* The new text of a resource, in *out. */
static int make_text(const struct subject *v, const char *media, struct slice data,
                     struct buf *out, struct err *e)
{
    struct slice text = {buf_cstr(&v->text), v->text.len};
    enum wire_patch kind;

    if (ird_media_is(media, v->resource->media)) {
        buf_add(out, data.p, data.n);
        return out->failed ? err_set(e, ERR_NOMEM, "no memory for a text") : 0;
    }
    if (ird_media_is(media, MEDIA_MERGE_PATCH))
        kind = WIRE_PATCH_MERGE;
    else if (ird_media_is(media, MEDIA_JSON_PATCH))
        kind = WIRE_PATCH_JSON;
    else
        return err_set(e, ERR_SCHEMA, "an event of %.80s, which is neither %s nor a patch",
                       media, v->resource->media);
    if (!v->told)
        return err_set(e, ERR_CONFLICT, "a patch before the whole");
    return wire_patch_apply(kind, text, data, out, e) == 0 ? 0 : err_in(e, "patch");
}

/* States a text as polling does; *e tells what is wrong with it. */
static int state(struct follow *f, const struct subject *v, struct slice text, struct arena *a,
                 struct err *e)
{
    struct alto_document d = {.arena = a,
                              .head = agent_batch(f->agent, v->scope, BATCH_REPLACE)};
    union map_value *told;

    pthread_mutex_lock(&f->s->lock);
    told = map_at_str(f->s->told, v->scope);
    if (told == NULL) {
        err_set(&d.why, ERR_NOMEM, "no memory for a resource");
    } else {
        f->sink_rc = alto_state(&d, text, alto_kind(v->resource), f->sink, f->sink_e);
        told->u++;
    }
    pthread_mutex_unlock(&f->s->lock);
    if (f->sink_rc != 0)
        return err_set(e, ERR_IO, "the sink failed");
    return d.why.code != 0 ? err_set(e, d.why.code, "%s", d.why.msg) : 0;
}

static bool all_told(const struct follow *f)
{
    for (size_t i = 0; i < f->n; i++) {
        if (!f->v[i].told && !f->v[i].stopped)
            return false;
    }
    return true;
}

static int take_text(struct follow *f, struct subject *v, struct buf *text, struct arena *a,
                     struct err *e)
{
    int rc = 0;

    if (text->len > f->s->max_body)
        return err_set(e, ERR_LIMIT, "a text of more than %zu bytes", f->s->max_body);
    if (f->texts - v->text.len + text->len > FOLLOW_TEXTS)
        return err_set(e, ERR_LIMIT, "texts of more than %zu bytes", FOLLOW_TEXTS);
    rc = state(f, v, (struct slice){buf_cstr(text), text->len}, a, e);
    if (rc != 0)
        return rc;
    f->texts += text->len - v->text.len;
    buf_free(&v->text);
    v->text = *text;
    *text = (struct buf){0};
    v->told = true;
    if (!f->good && all_told(f)) {
        f->good = true;
        f->sink_rc = tell_good(f, f->sink_e);
    }
    return f->sink_rc == 0 ? 0 : err_set(e, ERR_IO, "the sink failed");
}

static int take_event_in(struct follow *f, struct slice type, struct slice data,
                         struct arena *a, struct err *e)
{
    char room[EVENTS_MAX_TYPE + 1];
    struct event_type t;
    struct subject *v;
    struct buf text = {0};
    int rc = event_type(type, room, &t, e);

    if (rc != 0)
        return rc;
    if (ird_media_is(t.media, MEDIA_STREAM_CONTROL))
        return take_control(f, data, a, e);
    v = subject_of(f, t.id);
    if (v == NULL)
        return err_set(e, ERR_SCHEMA, "an event of \"%.*s\", which is not followed",
                       (int)(t.id.n < 80 ? t.id.n : 80), t.id.p);
    rc = make_text(v, t.media, data, &text, e);
    if (rc == 0)
        rc = take_text(f, v, &text, a, e);
    buf_free(&text);
    return rc != 0 ? err_in(e, "%s", v->resource->id) : 0;
}

static int take_event(void *payload, struct slice type, struct slice data, struct err *e)
{
    struct arena *a = arena_new(ALTO_ANSWER_MEMORY);
    int rc = a != NULL ? take_event_in(payload, type, data, a, e)
                       : err_set(e, ERR_NOMEM, "no memory for an event");

    arena_free(&a);
    return rc;
}

/* --- a stream --- */

static int take_bytes(void *payload, const void *p, size_t n, struct err *e)
{
    struct follow *f = payload;
    const char *type = f->reply.content_type;

    if (!ird_media_is(type, MEDIA_EVENTS))
        return err_set(e, ERR_SCHEMA, "answered with %.80s, not %s",
                       type != NULL ? type : "no media type", MEDIA_EVENTS);
    return events_feed(&f->events, p, n, e);
}

/* Is it time to end, or to begin again with what the directories offer now? */
static bool is_over(void *payload)
{
    struct follow *f = payload;
    uint64_t offer = atomic_load(&f->s->offer);

    f->changed = offer != 0 && f->offer != 0 && offer != f->offer;
    return f->changed || agent_cancelled(f->agent);
}

/* Follows until the stream ends; always returns a code. */
static int run_stream(struct follow *f, struct err *e)
{
    struct web_stream stream = {take_bytes, is_over, f, SILENCE};
    struct alto_request q = {.url = f->stream->uri,
                             .accept = MEDIA_EVENTS,
                             .content_type = MEDIA_STREAM_PARAMS,
                             .stream = &stream};
    struct buf body = {0};
    int rc = list_subjects(f, e);

    put_request(f, &body);
    q.body = buf_cstr(&body);
    if (rc == 0 && body.failed)
        rc = err_set(e, ERR_NOMEM, "no memory for a request");
    if (rc == 0)
        rc = alto_ask(&f->visit, &q, f->visit.arena, &f->reply, e);
    if (rc == 0)
        rc = err_set(e, ERR_REMOTE, "the server ended the stream");
    buf_free(&body);
    return err_in(e, "update stream %s", f->stream->id);
}

static void no_remark(void *payload, const char *where, const char *reason)
{
    (void)payload, (void)where, (void)reason; /* collect() tells it */
}

/* What became of a stream. */
enum outcome {
    NO_STREAM, /* the directories were read, and have none */
    QUIET,     /* nothing that anybody must know */
    TROUBLE,   /* *e tells */
};

static enum outcome follow_once(struct follow *f, struct err *e)
{
    int rc;

    alto_read_directories(&f->visit);
    f->stream = choose(&f->visit.ird);
    if (f->stream == NULL)
        return f->visit.partial ? QUIET : NO_STREAM; /* collect() tells of directories */
    f->offer = f->visit.partial ? 0 : alto_offer(&f->visit.ird);
    rc = run_stream(f, e);
    /* Servers need not say anything while nothing changes. */
    if (rc == ERR_CANCELLED || (rc == ERR_TIMEOUT && f->good))
        return QUIET;
    return TROUBLE;
}

/* --- one after the other --- */

static int64_t mono(const struct agent *a)
{
    return agent_clock(a)->mono_us(agent_clock(a)->self);
}

/* Between half of it and all, so that agents that lost one server don't come back at once. */
static void wait_for(const struct agent *a, int64_t pause)
{
    const struct clock *c = agent_clock(a);
    struct timespec step = {0, STEP_NS};
    uint16_t random = 0;

    c->random(c->self, &random, sizeof(random));
    pause = pause / 2 + pause / 2 * random / UINT16_MAX;
    for (; pause > 0 && !agent_cancelled(a); pause -= STEP_NS / 1000)
        nanosleep(&step, NULL);
}

static void forget(struct follow *f)
{
    for (size_t i = 0; i < FOLLOW_MAX; i++)
        buf_free(&f->v[i].text);
    events_free(&f->events);
    arena_free(&f->visit.arena);
}

static void begin(struct follow *f, struct agent *a, struct batch_sink *sink, struct err *e)
{
    struct alto *s = agent_state(a);

    *f = (struct follow){.agent = a, .s = s, .sink = sink, .sink_e = e, .begun = mono(a)};
    f->events =
        (struct events){.max = s->max_body + EVENTS_MAX_TYPE, .take = take_event, .payload = f};
}

/* Follows once, in memory of its own. */
static enum outcome attempt(struct follow *f, int64_t *not_before, struct err *why)
{
    f->visit = (struct alto_visit){.agent = f->agent,
                                   .url = f->s->url,
                                   .login = &f->s->login,
                                   .fetcher = f->s->follower,
                                   .not_before = not_before,
                                   .max_requests = f->s->max_requests,
                                   .arena = arena_new(0),
                                   .ird = {.remark = no_remark}};
    if (f->visit.arena != NULL)
        return follow_once(f, why);
    err_set(why, ERR_NOMEM, "no memory for a stream");
    return TROUBLE;
}

int alto_follow(struct agent *a, struct batch_sink *sink, struct err *e)
{
    const struct alto *s = agent_state(a);
    int64_t pause = PAUSE, not_before = 0;
    enum outcome outcome = QUIET;
    int rc = 0;

    if (!s->follow)
        return 1;
    while (rc == 0 && outcome != NO_STREAM && !agent_cancelled(a)) {
        struct err why = {0};
        struct follow f;

        begin(&f, a, sink, e);
        outcome = attempt(&f, &not_before, &why);
        rc = f.sink_rc;
        if (rc == 0 && outcome == TROUBLE && !agent_cancelled(a))
            rc = tell_failed(&f, &why, e);
        if (rc == 0 && outcome == NO_STREAM)
            rc = tell_good(&f, e);
        if (f.changed || (f.good && mono(a) - f.begun > GOOD_LIFE))
            pause = PAUSE;
        forget(&f);
        if (rc == 0 && outcome != NO_STREAM)
            wait_for(a, pause);
        pause = pause < LONGEST_PAUSE / 2 ? pause * 2 : LONGEST_PAUSE;
    }
    return rc;
}
