/* SPDX-License-Identifier: Apache-2.0 */
#include "server/updates_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "server/auth.h"
#include "server/offer.h"
#include "server/problem.h"

#define TICK        1 /* seconds between looks at the time */
#define MAX_RETRIES 8 /* of rendering while editions come */

/* --- the hub --- */

int updates_new(struct updates **out, struct edition *ed, const struct clock *clock,
                struct err *e)
{
    struct updates *u = calloc(1, sizeof(*u));
    *out = u;
    if (!u)
        return err_set(e, ERR_NOMEM, "no memory for update streams");
    pthread_mutex_init(&u->lock, NULL);
    pthread_cond_init(&u->work, NULL);
    u->clock = clock;
    u->edition = edition_hold(ed);
    u->peers = peers_new();
    if (u->peers)
        return 0;
    updates_free(out);
    return err_set(e, ERR_NOMEM, "no memory for update streams");
}

void updates_free(struct updates **up)
{
    struct updates *u = *up;
    *up = NULL;
    if (!u)
        return;
    updates_stop(u);
    assert(!u->streams && !u->polls);
    for (size_t i = 0; i < u->watches.n; i++)
        watch_free(&u->watches.v[i]);
    VEC_FREE(&u->watches);
    peers_free(&u->peers);
    edition_release(&u->edition);
    edition_release(&u->offered);
    pthread_cond_destroy(&u->work);
    pthread_mutex_destroy(&u->lock);
    free(u);
}

void updates_on_wake(struct updates *u, void (*wake)(void *call))
{
    u->wake = wake;
}

void updates_on_tick(struct updates *u, void (*tick)(void *self), void *self)
{
    u->tick = tick;
    u->tick_self = self;
}

const struct settings *updates_settings(const struct updates *u)
{
    return edition_settings(u->edition);
}

void updates_kick(struct updates *u)
{
    pthread_cond_signal(&u->work);
}

void updates_name(const struct updates *u, char out[33])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[16];
    u->clock->random(u->clock->self, bytes, sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[32] = 0;
}

struct updates_count updates_count(struct updates *u)
{
    pthread_mutex_lock(&u->lock);
    struct updates_count count = u->refused;
    count.watches = u->watches.n;
    count.streams = u->n_streams;
    count.views = u->n_views;
    count.polls = u->n_polls;
    pthread_mutex_unlock(&u->lock);
    return count;
}

/* --- watches --- */

static struct watch *find(const struct updates *u, const struct buf *key)
{
    for (size_t i = 0; i < u->watches.n; i++) {
        struct watch *w = u->watches.v[i];
        if (!w->dead && w->key_len == key->len && memcmp(w->key, key->data, key->len) == 0)
            return w;
    }
    return NULL;
}

void updates_release(struct updates *u, struct watch *w)
{
    size_t i = 0;
    assert(w->users > 0);
    if (--w->users > 0)
        return;
    if (w->base)
        summary_detach(u, w);
    while (u->watches.v[i] != w)
        i++;
    u->watches.v[i] = u->watches.v[--u->watches.n];
    watch_free(&w);
}

/* A view says what its followers follow; else what stands in the same directory. */
static bool is_for(const struct resource *follower, const struct resource *r)
{
    const char *at = follower ? follower->directory : NULL;
    if (follower && follower->offer && follower->offer->view->uses.n > 0)
        return wire_view_has(&follower->offer->view->uses, r->id);
    return at && r->directory ? strcmp(at, r->directory) == 0 : at == r->directory;
}

/* `tips`: in a TIPS view; streams may follow the views themselves too (RFC 9569 section 6.2).
 */
static bool may_follow(const struct view *v, const struct resource *r, bool tips, bool *granted)
{
    bool listed = r && r->ops != &resource_ird && !r->unlisted && is_for(v->follower, r) &&
                  (!r->ops->open || (r->ops == &resource_tips && !tips));
    *granted = listed && (v->grants & r->ops->grants) == r->ops->grants &&
               resource_is_for(r, v->class);
    return listed;
}

void updates_describe(const struct resource *follower, const struct view *v,
                      struct description *d)
{
    bool some = false, tips = follower->ops == &resource_tips;
    struct view seen = *v;
    seen.follower = follower;
    buf_str(&d->capabilities, "{\"incremental-change-media-types\":{");
    for (size_t i = 0; i < edition_count(v->edition); i++) {
        const struct resource *r = edition_resource(v->edition, i);
        const char *media = watch_incremental(r, tips);
        bool granted;
        may_follow(&seen, r, tips, &granted);
        const char **use = granted ? VEC_PUSH(&d->more_uses) : NULL;
        d->capabilities.failed |= granted && !use;
        if (!use)
            continue;
        *use = r->id;
        if (!media)
            continue;
        buf_str(&d->capabilities, some ? "," : "");
        buf_json_str(&d->capabilities, r->id);
        buf_str(&d->capabilities, ":");
        buf_json_str(&d->capabilities, media);
        some = true;
    }
    buf_str(&d->capabilities, tips ? "}}" : "},\"support-stream-control\":true}");
}

/* "add/SUBSTREAM/resource-id", or "resource-id". */
static const char *field_of(const struct wire_follow *f, struct arena *a)
{
    if (!f->substream)
        return "resource-id";
    const char *field = arena_printf(a, "add/%s/resource-id", f->substream);
    return field ? field : "add";
}

/* False: refused. */
static bool check_wanted(const struct wanted *wanted, const struct edition *ed,
                         struct reply *refusal)
{
    const struct wire_follow *f = wanted->follow;
    const struct resource *r = edition_by_id(ed, f->resource);
    bool granted, listed = may_follow(wanted->view, r, !f->substream, &granted);
    if (granted)
        return true;
    /* What credentials would open is asked for as the resource itself would. */
    if (listed && !wanted->view->class &&
        settings_digest_grants(edition_settings(ed), r->ops->grants)) {
        problem_status(refusal, 401);
        refusal->challenge = true;
        return false;
    }
    problem_value(refusal, field_of(f, wanted->q->arena), f->resource);
    return false;
}

static struct watch_of what_is(const struct wanted *wanted, const struct resource *r)
{
    bool computed = !resource_is_cached(r) || !resource_is_for(r, NULL);
    bool named = strncmp(r->ops->media_type, "multipart/", 10) == 0;
    struct watch_of of = {.resource = wanted->follow->resource,
                          .input = r->ops->accepts ? wanted->follow->input : NULL,
                          .class = computed && wanted->view->class ? wanted->view->class->name
                                                                   : NULL,
                          .host = named ? wanted->q->host : NULL,
                          .tls = named && wanted->q->tls};
    if (r->ops->accepts && wanted->follow->open_ends)
        of.client = wanted->q->client;
    return of;
}

/* A watch that may have to be made. */
struct candidate {
    struct watch_of of;
    struct buf key;
    uint8_t secret[16];
};

static struct watch *make_watch(struct updates *u, const struct candidate *c,
                                struct rendered *first)
{
    struct watch **place = VEC_PUSH(&u->watches);
    struct watch *w = place ? watch_new(&c->of, u->edition, first, c->secret) : NULL;
    if (w) {
        *place = w;
        w->versions.v[0].generation = u->generation;
    } else if (place) {
        u->watches.n--;
    }
    return w;
}

/* With the lock: the watch that is there, or a new one of what was rendered, if it was. */
static int join(struct updates *u, const struct candidate *c, struct rendered *first,
                struct watch **out)
{
    struct watch *w = find(u, &c->key);
    if (!w && first)
        w = make_watch(u, c, first);
    if (w)
        w->users++;
    *out = w;
    return w || !first ? 0 : ERR_NOMEM;
}

/* The edition in use, held; NULL: nothing more can be followed. */
static struct edition *edition_in_use(struct updates *u, bool more)
{
    pthread_mutex_lock(&u->lock);
    bool full = more && u->watches.n >= updates_settings(u)->watches;
    u->refused.refused_watches += full;
    struct edition *ed = full ? NULL : edition_hold(u->edition);
    pthread_mutex_unlock(&u->lock);
    return ed;
}

/* One attempt: 1 to try again, since another edition came meanwhile. */
static int try_to_make(struct updates *u, const struct wanted *wanted, struct candidate *c,
                       struct watch **out, struct reply *refusal)
{
    struct rendered first = {0};
    struct err e = {0};
    struct edition *ed = edition_in_use(u, true);
    if (!ed)
        return problem_status(refusal, 503);
    int rc = check_wanted(wanted, ed, refusal) ? 1 : 0;
    if (rc == 1) {
        const struct rendering what = {&c->of, c->secret, ed, wanted->q};
        rc = watch_render(&what, refusal, &first, &e);
    }
    pthread_mutex_lock(&u->lock);
    if (rc == 1 && ed == u->edition)
        rc = join(u, c, &first, out);
    pthread_mutex_unlock(&u->lock);
    rendered_free(&first);
    edition_release(&ed);
    return rc;
}

int updates_acquire(struct updates *u, const struct wanted *wanted, struct watch **out,
                    struct reply *refusal, struct err *e)
{
    struct candidate c = {0};
    struct edition *ed = edition_in_use(u, false);
    const struct resource *r = edition_by_id(ed, wanted->follow->resource);
    bool may = check_wanted(wanted, ed, refusal);
    int rc = 0;
    *out = NULL;
    if (may && r->ops == &resource_tips) {
        edition_release(&ed);
        return summary_acquire(u, wanted, out, refusal, e);
    }
    if (may) {
        c.of = what_is(wanted, r);
        watch_key(&c.of, &c.key);
        u->clock->random(u->clock->self, c.secret, sizeof(c.secret));
        pthread_mutex_lock(&u->lock);
        rc = c.key.failed ? ERR_NOMEM : join(u, &c, NULL, out);
        pthread_mutex_unlock(&u->lock);
        rc = rc == 0 && !*out ? 1 : rc;
    }
    edition_release(&ed);
    for (int i = 0; rc == 1 && i < MAX_RETRIES; i++)
        rc = try_to_make(u, wanted, &c, out, refusal);
    buf_free(&c.key);
    if (rc < 0)
        return err_set(e, rc, "%s can't be rendered", wanted->follow->resource);
    return rc == 1 ? problem_status(refusal, 503) : 0;
}

void updates_make_event(struct updates *u, struct watch *w)
{
    struct buf text = {0};
    pthread_mutex_lock(&u->lock);
    struct blob *body = w->event ? NULL : blob_hold(w->body);
    pthread_mutex_unlock(&u->lock);
    if (!body)
        return;
    wire_put_event_data(&text, (struct slice){body->data, body->len});
    struct blob *event = blob_take(&text);
    pthread_mutex_lock(&u->lock);
    if (!w->event && w->body == body) {
        w->event = event;
        event = NULL;
    }
    if (w->wants_event) { /* whoever made it: all who sleep for it go on */
        w->wants_event = false;
        streams_committed(u);
    }
    pthread_mutex_unlock(&u->lock);
    blob_release(&event);
    blob_release(&body);
    buf_free(&text);
}

/* --- refreshing --- */

/* A watch that is not yet prepared from the edition, with one user more; or NULL. With the
 * lock. */
static struct watch *unprepared(struct updates *u, const struct edition *ed)
{
    for (size_t i = 0; i < u->watches.n; i++) {
        struct watch *w = u->watches.v[i];
        if (w->prepared == ed || w->base)
            continue;
        w->users++;
        return w;
    }
    return NULL;
}

static void commit(struct updates *u, struct edition *ed)
{
    int64_t now = u->clock->mono_us(u->clock->self);
    u->generation++;
    for (size_t i = 0; i < u->watches.n; i++) {
        if (!u->watches.v[i]->base)
            watch_commit(u->watches.v[i], u->generation, now);
    }
    edition_release(&u->edition);
    u->edition = ed;
    /* A watch that dies here still has its users; they let go of it now. */
    summaries_committed(u);
    streams_committed(u);
    polls_committed(u);
}

void updates_refresh(struct updates *u)
{
    int64_t looked = u->clock->mono_us(u->clock->self);
    pthread_mutex_lock(&u->lock);
    while (u->offered) {
        struct edition *ed = u->offered;
        struct watch *w;
        u->offered = NULL;
        while ((w = unprepared(u, ed))) {
            pthread_mutex_unlock(&u->lock);
            watch_prepare(w, ed, u->clock);
            int64_t now = u->clock->mono_us(u->clock->self);
            pthread_mutex_lock(&u->lock);
            updates_release(u, w);
            if (now - looked > (int64_t)TICK * 1000000) { /* comments don't wait for this */
                streams_tick(u, now);
                looked = now;
            }
        }
        commit(u, ed);
    }
    pthread_mutex_unlock(&u->lock);
}

/* Bodies that streams wait for, as events. */
static void make_events(struct updates *u)
{
    for (;;) {
        struct watch *w = NULL;
        for (size_t i = 0; i < u->watches.n && !w; i++)
            w = u->watches.v[i]->wants_event ? u->watches.v[i] : NULL;
        if (!w)
            return;
        w->users++;
        pthread_mutex_unlock(&u->lock);
        updates_make_event(u, w);
        pthread_mutex_lock(&u->lock);
        w->wants_event = false;
        updates_release(u, w);
    }
}

/* What is missing for too long has come to its end. */
static void end_missing(struct updates *u, int64_t now)
{
    bool some = false;
    for (size_t i = 0; i < u->watches.n; i++) {
        struct watch *w = u->watches.v[i];
        bool over = w->missing && now - w->missing >= WATCH_GRACE;
        w->dead |= over;
        some |= over;
    }
    if (!some)
        return;
    summaries_committed(u);
    streams_committed(u);
    polls_committed(u);
}

/* Calendars move on by themselves: the same edition once more. */
static void move_calendars(struct updates *u)
{
    int64_t now = u->clock->now_us(u->clock->self);
    bool due = false;
    for (size_t i = 0; i < u->watches.n; i++)
        due |= u->watches.v[i]->changes_at != 0 && u->watches.v[i]->changes_at <= now;
    if (due && !u->offered)
        u->offered = edition_hold(u->edition);
}

void updates_tick(struct updates *u)
{
    int64_t now = u->clock->mono_us(u->clock->self);
    pthread_mutex_lock(&u->lock);
    end_missing(u, now);
    move_calendars(u);
    make_events(u);
    streams_tick(u, now);
    views_tick(u, now);
    pthread_mutex_unlock(&u->lock);
}

void updates_offer(struct updates *u, struct edition *ed)
{
    pthread_mutex_lock(&u->lock);
    edition_release(&u->offered);
    if (u->watches.n == 0) {
        edition_release(&u->edition);
        u->edition = edition_hold(ed);
        u->generation++;
    } else {
        u->offered = edition_hold(ed);
        updates_kick(u);
    }
    pthread_mutex_unlock(&u->lock);
}

/* --- the thread --- */

static bool has_work(const struct updates *u)
{
    bool work = u->stopping || u->offered;
    for (size_t i = 0; !work && i < u->watches.n; i++)
        work = u->watches.v[i]->wants_event;
    return work;
}

static void *run(void *self)
{
    struct updates *u = self;
    pthread_mutex_lock(&u->lock);
    while (!u->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += TICK;
        if (!has_work(u))
            pthread_cond_timedwait(&u->work, &u->lock, &until);
        pthread_mutex_unlock(&u->lock);
        updates_refresh(u);
        updates_tick(u);
        if (u->tick)
            u->tick(u->tick_self);
        pthread_mutex_lock(&u->lock);
    }
    pthread_mutex_unlock(&u->lock);
    return NULL;
}

int updates_start(struct updates *u, struct err *e)
{
    u->has_thread = pthread_create(&u->thread, NULL, run, u) == 0;
    return u->has_thread ? 0
                         : err_set(e, ERR_NOMEM, "can't start the thread of update streams");
}

void updates_stop(struct updates *u)
{
    pthread_mutex_lock(&u->lock);
    u->stopping = true;
    updates_kick(u);
    pthread_mutex_unlock(&u->lock);
    if (u->has_thread)
        pthread_join(u->thread, NULL);
    u->has_thread = false;
}
