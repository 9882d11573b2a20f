/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attempts, one after the other, in the thread of serve():
 *
 *   directories ──▶ the update stream, else the TIPS resource, that has most of what is kept
 *        ▲                                │ whole, or patch
 *      pause ◀── it ended, or said     text of each ──▶ batch
 *                what can't be used
 *
 * Each attempt begins with the whole of each resource, so whatever goes wrong is mended by
 * beginning again. Nothing that is said of it touches the documents: they are told as they
 * were, and polling goes on beside it.
 */
#include "agents/sources/alto/follow.h"

#include <string.h>
#include <time.h>

#include "agents/sources/alto/state.h"
#include "agents/sources/alto/stream.h"
#include "agents/sources/alto/views.h"
#include "base/hash.h"
#include "wire/media.h"

#define STEP_NS 100000000 /* between looks whether the program stops */

/* --- what is offered --- */

static bool is_stream(const struct ird_resource *i)
{
    return ird_media_is(i->media, MEDIA_EVENTS) &&
           ird_media_is(i->accepts, MEDIA_STREAM_PARAMS);
}

/* RFC 9569 section 6.1: not for whoever does not know all kinds of its changes. */
static bool is_tips(const struct ird_resource *i)
{
    const struct jnode *types = jnode_get(i->capabilities, "incremental-change-media-types");

    for (const struct jnode *t = jnode_first(types); t != NULL; t = t->next) {
        if (!follow_patches(jnode_slice(t)))
            return false;
    }
    return ird_media_is(i->media, MEDIA_TIPS) && ird_media_is(i->accepts, MEDIA_TIPS_PARAMS);
}

uint64_t alto_offer(const struct ird *d)
{
    uint64_t h = 1;

    for (const struct ird_resource *i = d->first; i != NULL; i = i->next) {
        if (alto_kind(i) == NULL && !ird_media_is(i->media, MEDIA_EVENTS) &&
            !ird_media_is(i->media, MEDIA_TIPS))
            continue;
        h = hash_bytes(i->id, strlen(i->id) + 1, h);
        h = hash_bytes(i->uri, strlen(i->uri) + 1, h);
    }
    return h != 0 ? h : 1;
}

static size_t count_kept(const struct ird *d, const struct ird_resource *by)
{
    size_t n = 0;

    for (const struct ird_resource *i = d->first; i != NULL; i = i->next)
        n += alto_kind(i) != NULL && follow_uses(by, i->id);
    return n;
}

/* Among those of a kind the one that has most of what is kept; NULL: none has any. */
static const struct ird_resource *choose(const struct ird *d,
                                         bool (*is)(const struct ird_resource *))
{
    const struct ird_resource *best = NULL;
    size_t most = 0;

    for (const struct ird_resource *i = d->first; i != NULL; i = i->next) {
        size_t n = is(i) ? count_kept(d, i) : 0;

        if (n > most) {
            most = n;
            best = i;
        }
    }
    return best;
}

/* --- an attempt --- */

static void no_remark(void *payload, const char *where, const char *reason)
{
    (void)payload, (void)where, (void)reason; /* collect() tells it */
}

/* What became of an attempt. */
enum outcome {
    NOTHING, /* the directories were read, and have nothing that could be followed */
    QUIET,   /* nothing that anybody must know */
    TROUBLE, /* *e tells */
};

static enum outcome follow_once(struct follow *f, struct err *e)
{
    const struct ird_resource *stream;
    int rc;

    alto_read_directories(&f->visit);
    stream = choose(&f->visit.ird, is_stream);
    f->by = stream != NULL ? stream : choose(&f->visit.ird, is_tips);
    if (f->by == NULL)
        return f->visit.partial ? QUIET : NOTHING; /* collect() tells of directories */
    f->offer = f->visit.partial ? 0 : alto_offer(&f->visit.ird);
    rc = stream != NULL ? follow_stream(f, e) : follow_views(f, e);
    return rc == ERR_CANCELLED ? QUIET : TROUBLE;
}

/* Follows once, in memory of its own. */
static enum outcome attempt(struct follow *f, int64_t *not_before, struct err *why)
{
    f->begun = follow_now(f->agent);
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
    err_set(why, ERR_NOMEM, "no memory to follow");
    return TROUBLE;
}

static void forget(struct follow *f)
{
    for (size_t i = 0; i < FOLLOW_MAX; i++)
        buf_free(&f->v[i].text);
    arena_free(&f->visit.arena);
}

/* --- one after the other --- */

static void wait_for(const struct agent *a, int64_t pause)
{
    struct timespec step = {0, STEP_NS};

    for (pause = follow_part(a, pause); pause > 0 && !agent_cancelled(a);
         pause -= STEP_NS / 1000)
        nanosleep(&step, NULL);
}

/* Tells what an attempt came to. */
static int tell(struct follow *f, enum outcome outcome, const struct err *why, struct err *e)
{
    if (f->sink_rc != 0)
        return f->sink_rc;
    if (outcome == TROUBLE && !agent_cancelled(f->agent))
        return follow_tell_failed(f, why, e);
    return outcome == NOTHING ? follow_tell_good(f, e) : 0;
}

int alto_follow(struct agent *a, struct batch_sink *sink, struct err *e)
{
    struct alto *s = agent_state(a);
    int64_t pause = FOLLOW_PAUSE, not_before = 0;
    enum outcome outcome = QUIET;
    int rc = 0;

    if (!s->follow)
        return 1;
    while (rc == 0 && outcome != NOTHING && !agent_cancelled(a)) {
        struct follow f = {.agent = a, .s = s, .sink = sink, .sink_e = e};
        struct err why = {0};

        outcome = attempt(&f, &not_before, &why);
        rc = tell(&f, outcome, &why, e);
        if (f.changed || (f.good && follow_now(a) - f.begun > FOLLOW_GOOD_LIFE))
            pause = FOLLOW_PAUSE;
        forget(&f);
        if (rc == 0 && outcome != NOTHING)
            wait_for(a, pause);
        pause = follow_longer(pause);
    }
    return rc;
}
