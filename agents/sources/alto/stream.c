/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/alto/stream.h"

#include "agents/sources/alto/events.h"
#include "agents/sources/documents_check.h"
#include "wire/media.h"

#define SILENCE INT64_C(300000000) /* microseconds after which a stream is believed dead */

struct stream {
    struct follow *f;
    struct fetch_reply reply;
    struct events events;
};

/* --- what is asked --- */

/* RFC 8895 section 6.5. Without capabilities nothing is incremental. */
static void put_request(const struct follow *f, struct buf *b)
{
    const struct jnode *types =
        jnode_get(f->by->capabilities, "incremental-change-media-types");

    buf_str(b, "{\"add\":{");
    for (size_t i = 0; i < f->n; i++) {
        const char *id = f->v[i].resource->id;

        buf_printf(b, "%s\"%zu\":{\"resource-id\":", i > 0 ? "," : "", i + 1);
        buf_json_str(b, id);
        if (!follow_patches(jnode_slice(jnode_get(types, id))))
            buf_str(b, ",\"incremental-changes\":false");
        buf_char(b, '}');
    }
    buf_str(b, "}}");
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

static int take_event_in(struct follow *f, struct slice type, struct slice data,
                         struct arena *a, struct err *e)
{
    char room[EVENTS_MAX_TYPE + 1];
    struct event_type t;
    struct subject *v;
    int rc = event_type(type, room, &t, e);

    if (rc != 0)
        return rc;
    if (ird_media_is(t.media, MEDIA_STREAM_CONTROL))
        return take_control(f, data, a, e);
    v = subject_of(f, t.id);
    if (v == NULL)
        return err_set(e, ERR_SCHEMA, "an event of \"%.*s\", which is not followed",
                       (int)(t.id.n < 80 ? t.id.n : 80), t.id.p);
    return follow_take(f, v, &(struct update){t.media, data, a}, e);
}

static int take_event(void *payload, struct slice type, struct slice data, struct err *e)
{
    struct arena *a = arena_new(ALTO_ANSWER_MEMORY);
    int rc = a != NULL ? take_event_in(((struct stream *)payload)->f, type, data, a, e)
                       : err_set(e, ERR_NOMEM, "no memory for an event");

    arena_free(&a);
    return rc;
}

/* --- a stream --- */

static int take_bytes(void *payload, const void *p, size_t n, struct err *e)
{
    struct stream *s = payload;
    const char *type = s->reply.content_type;

    if (!ird_media_is(type, MEDIA_EVENTS))
        return err_set(e, ERR_SCHEMA, "answered with %.80s, not %s",
                       type != NULL ? type : "no media type", MEDIA_EVENTS);
    return events_feed(&s->events, p, n, e);
}

static bool is_over(void *payload)
{
    return follow_is_over(((struct stream *)payload)->f);
}

int follow_stream(struct follow *f, struct err *e)
{
    struct stream s = {.f = f};
    struct web_stream stream = {take_bytes, is_over, &s, SILENCE};
    struct alto_request q = {.url = f->by->uri,
                             .accept = MEDIA_EVENTS,
                             .content_type = MEDIA_STREAM_PARAMS,
                             .stream = &stream};
    struct buf body = {0};
    int rc = follow_list(f, FOLLOW_MAX, e);

    f->unit = "event";
    s.events = (struct events){
        .max = f->s->max_body + EVENTS_MAX_TYPE, .take = take_event, .payload = &s};
    put_request(f, &body);
    q.body = buf_cstr(&body);
    if (rc == 0 && body.failed)
        rc = err_set(e, ERR_NOMEM, "no memory for a request");
    if (rc == 0)
        rc = alto_ask(&f->visit, &q, f->visit.arena, &s.reply, e);
    if (rc == 0)
        rc = err_set(e, ERR_REMOTE, "the server ended the stream");
    buf_free(&body);
    events_free(&s.events);
    /* Servers need not say anything while nothing changes. */
    if (rc == ERR_TIMEOUT && f->good)
        return err_set(e, ERR_CANCELLED, "silent");
    return err_in(e, "update stream %s", f->by->id);
}
