/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Update streams (RFC 8895). A stream has no queue: each substream knows which version its
 * client has, and what to send next is found when there is room to send it.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "server/problem.h"
#include "server/tally.h"
#include "server/updates_private.h"

#define MAX_SUBSTREAMS 64                 /* that are active in a stream */
#define MAX_NAMES      1024               /* ever used in a stream */
#define MAX_CONTROL    ((size_t)64 << 10) /* bytes of control events that wait */
#define TOLD_GUESSES   64                 /* so many, and twice as many each time, are logged */

static const char comment[] = ":\n\n";

static void wake(const struct stream *s)
{
    if (s->call)
        s->hub->wake(s->call);
}

/* --- what comes next --- */

/* A substream that has not got all, and what it gets. */
struct due {
    struct sub *sub;
    const struct version *change; /* NULL: the whole */
    uint64_t generation;
};

/* Changes from the client's version on, if all are kept and shorter than the whole. */
static const struct version *next_change(const struct sub *s)
{
    const struct watch *w = s->watch;
    const struct version *first = watch_version(w, s->seq + 1);
    size_t bytes = 0;
    if (!s->incremental || s->seq == 0 || !first)
        return NULL;
    for (const struct version *v = first; v <= watch_current(w); v++) {
        if (!version_is_small(v))
            return NULL;
        bytes += v->bytes;
    }
    return bytes < w->body->len || first == watch_current(w) ? first : NULL;
}

static bool is_due(struct sub *s, struct due *out)
{
    if (!s->watch || watch_current(s->watch)->seq == s->seq)
        return false;
    out->sub = s;
    out->change = next_change(s);
    out->generation =
        out->change ? out->change->generation : watch_current(s->watch)->generation;
    return true;
}

static bool is_before(const struct due *a, const struct due *b)
{
    if (a->generation != b->generation)
        return a->generation < b->generation;
    return a->sub->watch->rank < b->sub->watch->rank;
}

/* The latest state that some substream was or is to be put into in one step: changes before it
 * would speak of versions that the client never sees, so these are made in one step as well. */
static uint64_t latest_whole(struct stream *s)
{
    uint64_t latest = s->whole_at, before;
    do {
        before = latest;
        for (size_t i = 0; i < s->subs.n; i++) {
            struct due d;
            if (!is_due(&s->subs.v[i], &d) || (d.change && d.generation >= latest))
                continue;
            uint64_t current = watch_current(d.sub->watch)->generation;
            latest = current > latest ? current : latest;
        }
    } while (latest > before);
    return latest;
}

/*
 * The oldest state first, and in it what others depend on (RFC 8895 section 6.7.1). What is
 * sent whole is of the latest state there is; when it last changed says nothing, for what
 * nobody has followed yet is as new as its first follower.
 */
static bool choose(struct stream *s, struct due *out)
{
    uint64_t whole = latest_whole(s);
    bool some = false;
    for (size_t i = 0; i < s->subs.n; i++) {
        struct due d;
        if (!is_due(&s->subs.v[i], &d))
            continue;
        if (d.generation < whole)
            d.change = NULL;
        if (!d.change)
            d.generation = whole;
        if (!some || is_before(&d, out))
            *out = d;
        some = true;
    }
    return some;
}

/* --- events --- */

/* The media type without blanks: all of it stands on the event's one line. */
static void put_type(struct buf *b, const char *type)
{
    for (; *type; type++) {
        if (*type != ' ')
            buf_char(b, *type);
    }
}

static void put_event_line(struct buf *b, const char *type, const struct sub *s,
                           const char *part)
{
    buf_str(b, "event: ");
    put_type(b, type);
    buf_printf(b, ",%s%s%s\n", s->id, *part ? "." : "", part);
}

/* False: the body is not there as an event yet. */
static bool send_whole(struct stream *s, struct sub *sub)
{
    struct watch *w = sub->watch;
    if (!w->event) {
        w->wants_event = true;
        updates_kick(s->hub);
        return false;
    }
    put_event_line(&s->head, w->type, sub, "");
    s->data = blob_hold(w->event);
    if (watch_current(w)->generation > s->whole_at)
        s->whole_at = watch_current(w)->generation;
    sub->seq = watch_current(w)->seq;
    sub->part = 0;
    return true;
}

static void send_change(struct stream *s, struct sub *sub, const struct version *v)
{
    const struct increment *change = &v->changes[sub->part];
    put_event_line(&s->head, wire_patch_media(change->kind), sub, change->part);
    s->data = blob_hold(change->event);
    if (++sub->part < v->n_changes)
        return;
    sub->seq = v->seq;
    sub->part = 0;
}

static void count_update(struct stream *s)
{
    s->updates++;
    tally_message(s->tally);
}

struct stream_count streams_count(struct updates *u, const struct tally *of)
{
    struct stream_count n = {0};
    pthread_mutex_lock(&u->lock);
    for (const struct stream *s = u->streams; s; s = s->next) {
        if (s->tally != of)
            continue;
        n.min = n.streams++ == 0 || s->updates < n.min ? s->updates : n.min;
        n.max = s->updates > n.max ? s->updates : n.max;
        n.total += s->updates;
    }
    pthread_mutex_unlock(&u->lock);
    return n;
}

/* Fills head and data with what is to be sent next. False: nothing. With the lock. */
static bool pick(struct stream *s)
{
    struct due d;
    if (s->control.len > 0) {
        s->head = s->control;
        s->control = (struct buf){0};
        return true;
    }
    if (s->ends)
        return false;
    if (choose(s, &d)) {
        bool sent = true;
        if (d.change)
            send_change(s, d.sub, d.change);
        else
            sent = send_whole(s, d.sub);
        if (sent)
            count_update(s);
        return sent;
    }
    if (s->silent)
        buf_str(&s->head, comment);
    return s->silent;
}

/* Up to `room` bytes of those behind *at, which moves on. */
static size_t copy_some(char *to, size_t room, struct slice from, size_t *at)
{
    size_t left = from.n - *at, n = left < room ? left : room;
    if (n > 0)
        memcpy(to, from.p + *at, n);
    *at += n;
    return n;
}

static ptrdiff_t stream_read(void *self, char *p, size_t room)
{
    struct stream *s = self;
    size_t done = 0;
    while (done < room) {
        struct slice head = {s->head.data, s->head.len};
        done += copy_some(p + done, room - done, head, &s->head_at);
        if (s->data) {
            struct slice data = {s->data->data, s->data->len};
            done += copy_some(p + done, room - done, data, &s->data_at);
        }
        if (done == room)
            break;
        buf_free(&s->head);
        blob_release(&s->data);
        s->head_at = s->data_at = 0;
        pthread_mutex_lock(&s->hub->lock);
        bool more = pick(s), ends = s->ends;
        if (more || done > 0) {
            s->sent_at = s->hub->clock->mono_us(s->hub->clock->self);
            s->silent = false;
        }
        pthread_mutex_unlock(&s->hub->lock);
        if (s->head.failed || (!more && ends && done == 0))
            return PARKING_END;
        if (!more)
            break;
    }
    return (ptrdiff_t)done;
}

/* --- control events --- */

static void put_names(struct buf *b, const char *const *names, size_t n)
{
    buf_str(b, "{\"stopped\":");
    wire_put_strings(b, names, n);
}

/* Tells that substreams have stopped; `why` may be NULL. */
static void put_stopped(struct stream *s, const char *const *names, size_t n, const char *why)
{
    struct buf text = {0};
    if (n == 0)
        return;
    put_names(&text, names, n);
    if (why) {
        buf_str(&text, ",\"description\":");
        buf_json_str(&text, why);
    }
    buf_char(&text, '}');
    buf_str(&s->control, "event: " MEDIA_STREAM_CONTROL "\n");
    wire_put_event_data(&s->control, (struct slice){buf_cstr(&text), text.len});
    s->control.failed |= text.failed;
    buf_free(&text);
}

static void put_control_uri(struct stream *s, const char *base)
{
    buf_printf(&s->control,
               "event: " MEDIA_STREAM_CONTROL "\ndata: {\"control-uri\":\"%s" STREAM_PATH
               "%s\"}\n\n",
               base, s->id);
}

/* --- streams --- */

static size_t count_active(const struct stream *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->subs.n; i++)
        n += s->subs.v[i].watch != NULL;
    return n;
}

static struct sub *find_sub(const struct stream *s, const char *id)
{
    for (size_t i = 0; i < s->subs.n; i++) {
        if (strcmp(s->subs.v[i].id, id) == 0)
            return &s->subs.v[i];
    }
    return NULL;
}

static void stop_sub(struct stream *s, struct sub *sub)
{
    updates_release(s->hub, sub->watch);
    sub->watch = NULL;
}

static void stream_free(struct stream *s)
{
    buf_free(&s->control);
    buf_free(&s->head);
    blob_release(&s->data);
    VEC_FREE(&s->subs);
    tally_release(&s->tally);
    free(s->opened);
    free(s->class);
    free(s->host);
    free(s);
}

static void stream_start(void *self, void *call)
{
    struct stream *s = self;
    pthread_mutex_lock(&s->hub->lock);
    s->call = call;
    pthread_mutex_unlock(&s->hub->lock);
}

static void stream_close(void *self)
{
    struct stream *s = self;
    struct updates *u = s->hub;
    pthread_mutex_lock(&u->lock);
    for (size_t i = 0; i < s->subs.n; i++) {
        if (s->subs.v[i].watch)
            stop_sub(s, &s->subs.v[i]);
    }
    if (s->prev)
        s->prev->next = s->next;
    else
        u->streams = s->next;
    if (s->next)
        s->next->prev = s->prev;
    u->n_streams--;
    peers_remove(u->peers, &s->client);
    pthread_mutex_unlock(&u->lock);
    stream_free(s);
}

/* With the lock: is there room for one more, of this client? */
static bool has_room(const struct updates *u, const struct addr *client)
{
    const struct settings *settings = updates_settings(u);
    return u->n_streams < settings->streams &&
           peers_count(u->peers, client) < settings->streams_per_client;
}

/* With the lock. A current tag spares the first whole (RFC 8895 section 6.5). */
static bool attach(struct stream *s, const struct wire_follow *f, struct watch *w)
{
    const struct version *now = watch_current(w);
    struct sub *sub = VEC_PUSH(&s->subs);
    if (!sub)
        return false;
    *sub = (struct sub){.watch = w, .incremental = f->incremental};
    memcpy(sub->id, f->substream, strlen(f->substream) + 1); /* checked: at most 64 */
    if (f->tag && strcmp(f->tag, now->tag) == 0)
        sub->seq = now->seq;
    return true;
}

/* Watches of what is to be added. */
struct adds {
    const struct wire_stream_params *params;
    struct watch **watches;
    size_t n;
};

static void drop(struct updates *u, struct adds *adds)
{
    pthread_mutex_lock(&u->lock);
    while (adds->n > 0)
        updates_release(u, adds->watches[--adds->n]);
    pthread_mutex_unlock(&u->lock);
}

/* All of them, or none: 1, or 0 with the refusal, or a negative code. */
static int acquire_all(struct updates *u, const struct wanted *who, struct adds *adds,
                       struct reply *refusal, struct err *e)
{
    int rc = 0;
    adds->watches = ARENA_ARRAY(who->q->arena, adds->params->n_add + 1, struct watch *);
    if (!adds->watches)
        return ERR_NOMEM;
    for (size_t i = 0; i < adds->params->n_add; i++) {
        struct wanted wanted = *who;
        struct watch *w;
        wanted.follow = &adds->params->add[i];
        rc = updates_acquire(u, &wanted, &w, refusal, e);
        if (rc < 0 || !w)
            break;
        adds->watches[adds->n++] = w;
        updates_make_event(u, w);
    }
    if (adds->n == adds->params->n_add)
        return 1;
    drop(u, adds);
    return rc;
}

static struct stream *stream_new(struct updates *u, const struct view *v,
                                 const struct request *q)
{
    struct stream *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->hub = u;
    s->client = q->client;
    s->tls = q->tls;
    s->opened = strdup(v->follower->id);
    s->tally = tally_hold(edition_tally(v->edition, v->follower));
    s->class = v->class ? strdup(v->class->name) : NULL;
    s->host = q->host ? strdup(q->host) : NULL;
    s->sent_at = u->clock->mono_us(u->clock->self);
    updates_name(u, s->id);
    if (!s->opened || (v->class && !s->class) || (q->host && !s->host)) {
        stream_free(s);
        return NULL;
    }
    return s;
}

/* With the lock: puts the stream among the others with its first substreams. */
static bool begin(struct updates *u, struct stream *s, struct adds *adds)
{
    bool ok = true;
    for (size_t i = 0; ok && i < adds->n; i++)
        ok = attach(s, &adds->params->add[i], adds->watches[i]);
    if (!ok || !peers_add(u->peers, &s->client))
        return false;
    adds->n = 0; /* they are the stream's now */
    s->next = u->streams;
    if (u->streams)
        u->streams->prev = s;
    u->streams = s;
    u->n_streams++;
    return true;
}

static int start(struct updates *u, struct stream *s, struct adds *adds, struct reply *out)
{
    pthread_mutex_lock(&u->lock);
    bool room = has_room(u, &s->client);
    u->refused.refused_streams += !room;
    bool ok = room && begin(u, s, adds);
    pthread_mutex_unlock(&u->lock);
    if (!ok) {
        drop(u, adds);
        stream_free(s);
        return room ? ERR_NOMEM : problem_status(out, 503);
    }
    out->status = 200;
    out->type = MEDIA_EVENTS;
    out->parking = (struct parking){stream_start, stream_read, stream_close, s};
    return 0;
}

int stream_open(struct updates *u, const struct view *v, const struct request *q,
                struct reply *out, struct err *e)
{
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_stream_params params;
    struct wire_problem p;
    struct wanted who = {.view = v, .q = q};
    struct adds adds = {.params = &params};
    const char *base = request_base(q, v->settings);
    if (wire_stream_params(&in, &params, &p) != WIRE_OK)
        return problem_alto(out, &p);
    if (params.n_add == 0) {
        wire_refuse(&p, WIRE_MISSING, "add", NULL, NULL);
        return problem_alto(out, &p);
    }
    int rc = acquire_all(u, &who, &adds, out, e);
    if (rc != 1)
        return rc;
    struct stream *s = base ? stream_new(u, v, q) : NULL;
    if (!s) {
        drop(u, &adds);
        return err_set(e, ERR_NOMEM, "no memory for a stream");
    }
    put_control_uri(s, base);
    return start(u, s, &adds, out);
}

/* --- control --- */

static struct stream *find_stream(const struct updates *u, const char *id)
{
    for (struct stream *s = u->streams; s; s = s->next) {
        if (!s->ends && strcmp(s->id, id) == 0)
            return s;
    }
    return NULL;
}

/*
 * RFC 8895 section 7.6: the ids in question. An array is asked for, and a string by RFC 7285
 * section 8.5.2: the array as text, or the only id.
 */
static int refuse_names(struct reply *out, const char *field, const char *const *names,
                        size_t n)
{
    struct buf text = {0};
    if (n != 1)
        wire_put_strings(&text, names, n);
    int rc = problem_value(out, field, n == 1 ? names[0] : buf_cstr(&text));
    buf_free(&text);
    return rc;
}

static bool adds_name(const struct wire_stream_params *p, const char *id)
{
    for (size_t i = 0; i < p->n_add; i++) {
        if (strcmp(p->add[i].substream, id) == 0)
            return true;
    }
    return false;
}

/* With the lock: is the request one that can be done? False: refused. */
static bool check_control(const struct stream *s, const struct wire_stream_params *p,
                          struct arena *a, struct reply *out)
{
    const char **bad = ARENA_ARRAY(a, p->n_add + p->remove.n + 1, const char *);
    size_t n = 0;
    if (!bad) {
        problem_status(out, 503);
        return false;
    }
    for (size_t i = 0; i < p->n_add; i++) {
        if (find_sub(s, p->add[i].substream))
            bad[n++] = p->add[i].substream;
    }
    if (n > 0)
        return refuse_names(out, "add", bad, n), false;
    for (size_t i = 0; i < p->remove.n; i++) {
        if (!find_sub(s, p->remove.v[i]) || adds_name(p, p->remove.v[i]))
            bad[n++] = p->remove.v[i];
    }
    if (n > 0)
        return refuse_names(out, "remove", bad, n), false;
    if (count_active(s) + p->n_add > MAX_SUBSTREAMS || s->subs.n + p->n_add > MAX_NAMES ||
        s->control.len > MAX_CONTROL)
        return problem_status(out, 503), false;
    return true;
}

static bool removes(const struct wire_stream_params *p, const char *id)
{
    for (size_t i = 0; i < p->remove.n; i++) {
        if (strcmp(p->remove.v[i], id) == 0)
            return true;
    }
    return p->remove.n == 0;
}

static void remove_subs(struct stream *s, const struct wire_stream_params *p, struct arena *a)
{
    const char **stopped = ARENA_ARRAY(a, s->subs.n + 1, const char *);
    size_t n = 0;
    for (size_t i = 0; stopped && p->has_remove && i < s->subs.n; i++) {
        struct sub *sub = &s->subs.v[i];
        if (!sub->watch || !removes(p, sub->id))
            continue;
        stop_sub(s, sub);
        stopped[n++] = sub->id;
    }
    put_stopped(s, stopped, n, NULL);
    s->ends = count_active(s) == 0;
}

/* With the lock. */
static int control(struct updates *u, const char *id, struct adds *adds,
                   const struct request *q, struct reply *out)
{
    struct stream *s = find_stream(u, id);
    bool ok = true;
    if (!s)
        return problem_status(out, 404);
    if (!check_control(s, adds->params, q->arena, out))
        return 0;
    /* First all room, so that nothing is done by half. */
    size_t n = s->subs.n;
    for (size_t i = 0; ok && i < adds->n; i++)
        ok = attach(s, &adds->params->add[i], adds->watches[i]);
    if (!ok) {
        s->subs.n = n;
        return ERR_NOMEM;
    }
    adds->n = 0;
    remove_subs(s, adds->params, q->arena);
    wake(s);
    return problem_status(out, 204);
}

/* Who the stream belongs to, as a view of the edition of now. */
static bool view_of_stream(struct updates *u, const char *id, struct view *v, struct request *q)
{
    bool found = false;
    pthread_mutex_lock(&u->lock);
    const struct stream *s = find_stream(u, id);
    if (s) {
        found = true;
        q->client = s->client;
        q->tls = s->tls;
        q->host = s->host ? arena_strdup(q->arena, s->host) : NULL;
        v->class = NULL;
        for (size_t i = 0; s->class && i < v->settings->n_classes; i++) {
            if (strcmp(v->settings->classes[i].name, s->class) == 0)
                v->class = &v->settings->classes[i];
        }
        v->grants = v->class ? v->class->grants : 0;
        v->follower = edition_by_id(v->edition, s->opened);
    }
    pthread_mutex_unlock(&u->lock);
    return found;
}

static bool understand(const struct view *v, const struct request *q,
                       struct wire_stream_params *params, struct reply *out)
{
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_problem p;
    if (wire_stream_params(&in, params, &p) != WIRE_OK)
        return problem_alto(out, &p), false;
    if (params->n_add == 0 && !params->has_remove) {
        wire_refuse(&p, WIRE_MISSING, "add", NULL, NULL);
        return problem_alto(out, &p), false;
    }
    if (params->n_add > 0 && params->has_remove && params->remove.n == 0)
        return problem_value(out, "remove", "[]"), false;
    return true;
}

/* RFC 8895 section 7.1: repeated guesses are noticed; who guesses 128 bits needs very many. */
static int refuse_guess(struct updates *u, struct reply *out)
{
    pthread_mutex_lock(&u->lock);
    size_t n = ++u->n_guesses;
    pthread_mutex_unlock(&u->lock);
    if (n >= TOLD_GUESSES && (n & (n - 1)) == 0)
        log_warn("updates", "%zu control requests that name no stream, since the start", n);
    return problem_status(out, 404);
}

int stream_control(struct updates *u, const struct view *v, const struct request *q,
                   struct reply *out, struct err *e)
{
    const char *id = q->path + strlen(STREAM_PATH);
    struct wire_stream_params params;
    struct adds adds = {.params = &params};
    struct view owner = *v;
    struct request as = *q;
    struct wanted who = {.view = &owner, .q = &as};
    if (!understand(v, q, &params, out))
        return 0;
    if (!view_of_stream(u, id, &owner, &as))
        return refuse_guess(u, out);
    /* Names first: what they are refused for is not rendered. */
    pthread_mutex_lock(&u->lock);
    struct stream *s = find_stream(u, id);
    bool ok = s && check_control(s, &params, q->arena, out);
    pthread_mutex_unlock(&u->lock);
    if (!ok)
        return s ? 0 : problem_status(out, 404);
    int rc = acquire_all(u, &who, &adds, out, e);
    if (rc != 1)
        return rc;
    pthread_mutex_lock(&u->lock);
    rc = control(u, id, &adds, q, out);
    pthread_mutex_unlock(&u->lock);
    drop(u, &adds);
    return rc;
}

/* --- from the hub --- */

/* Substreams whose resource is gone are told so (RFC 8895 section 5.3). */
static void end_dead(struct stream *s)
{
    for (size_t i = 0; i < s->subs.n; i++) {
        struct sub *sub = &s->subs.v[i];
        if (!sub->watch || !sub->watch->dead)
            continue;
        const char *const name = sub->id;
        put_stopped(s, &name, 1, "the resource can't be followed any more");
        stop_sub(s, sub);
    }
    s->ends |= count_active(s) == 0;
}

void streams_committed(struct updates *u)
{
    struct due d;
    for (struct stream *s = u->streams; s; s = s->next) {
        end_dead(s);
        if (s->control.len > 0 || s->ends || choose(s, &d))
            wake(s);
    }
}

void streams_tick(struct updates *u, int64_t now)
{
    int64_t most = updates_settings(u)->keep_alive;
    for (struct stream *s = u->streams; s; s = s->next) {
        if (s->silent || now - s->sent_at < most)
            continue;
        s->silent = true;
        wake(s);
    }
}
