/* SPDX-License-Identifier: Apache-2.0 */
#include "server/server.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "server/inbox.h"
#include "server/packs.h"
#include "server/rucio/names.h"

#define STATUSES 600 /* of HTTP */

struct server {
    struct board *board;
    const struct clock *clock;
    const struct inbox *inbox;
    pthread_mutex_t lock; /* of what follows; held for a copy only */
    struct edition *current;
    struct updates *updates;
    struct names *names;
    struct packs *packs; /* of all editions */
    struct server_state state;
    int64_t changed;
    const struct server_http *http; /* NULL: not listening */

    int64_t started;
    struct tally *total;
    _Atomic uint64_t replies[STATUSES];
    pthread_mutex_t window; /* of the samples of all tallies */
};

static void tick(void *self)
{
    server_tick(self);
}

static const char *tag_of(const struct edition *ed)
{
    const struct snapshot *snap = ed ? edition_snapshot(ed) : NULL;
    return snap ? snap->tag : "";
}

/* With the lock, once others may look. */
static void note_change(struct server *s, const struct edition *old, const struct edition *next)
{
    if (strcmp(tag_of(old), tag_of(next)) != 0)
        s->changed = s->clock->now_us(s->clock->self);
}

void server_keep_memory(void)
{
    (void)mallopt(M_TRIM_THRESHOLD, (int)SERVER_KEPT_MEMORY);
    (void)mallopt(M_MMAP_THRESHOLD, (int)SERVER_KEPT_PIECE);
}

int server_new(struct server **out, struct board *board, struct settings *settings,
               const struct clock *clock, struct err *e)
{
    struct server *s = calloc(1, sizeof(*s));
    *out = NULL;
    if (!s)
        return err_set(e, ERR_NOMEM, "no memory for the server");
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->window, NULL);
    s->started = clock->now_us(clock->self);
    s->changed = FACT_NONE;
    s->total = tally_new();
    s->board = board;
    s->clock = clock;
    s->packs = packs_new(clock);
    int rc = s->packs && s->total ? edition_new(&s->current, board, settings, s->packs, e)
                                  : err_set(e, ERR_NOMEM, "no memory for the server");
    if (rc == 0)
        rc = updates_new(&s->updates, s->current, clock, e);
    if (rc == 0)
        updates_on_tick(s->updates, tick, s);
    note_change(s, NULL, s->current);
    s->names = names_new(clock, NULL);
    if (rc == 0 && !s->names)
        rc = err_set(e, ERR_NOMEM, "no memory for the server");
    if (rc < 0)
        server_free(&s);
    *out = s;
    return rc;
}

void server_free(struct server **s)
{
    if (!*s)
        return;
    updates_free(&(*s)->updates);
    names_free(&(*s)->names);
    edition_release(&(*s)->current);
    packs_free(&(*s)->packs);
    tally_release(&(*s)->total);
    pthread_mutex_destroy(&(*s)->window);
    pthread_mutex_destroy(&(*s)->lock);
    free(*s);
    *s = NULL;
}

int server_configure(struct server *s, struct settings *settings, struct err *e)
{
    struct edition *next;
    int rc = edition_new(&next, s->board, settings, s->packs, e);
    if (rc < 0)
        return rc;
    if (s->current) { /* only this thread replaces it */
        edition_inherit_dates(next, s->current);
        edition_inherit_tallies(next, s->current);
    }
    packs_prune(s->packs, next);
    pthread_mutex_lock(&s->lock);
    struct edition *old = s->current;
    s->current = next;
    note_change(s, old, next);
    pthread_mutex_unlock(&s->lock);
    edition_release(&old);
    updates_offer(s->updates, next);
    return 0;
}

struct updates *server_updates(struct server *s)
{
    return s->updates;
}

void server_set_inbox(struct server *s, const struct inbox *inbox)
{
    s->inbox = inbox;
}

const struct inbox *server_inbox(const struct server *s)
{
    return s->inbox;
}

struct names *server_names(struct server *s)
{
    return s->names;
}

int server_refresh(struct server *s, struct err *e)
{
    struct edition *now = server_edition(s);
    struct settings *settings =
        settings_hold((struct settings *)(uintptr_t)edition_settings(now));
    edition_release(&now);
    int rc = server_configure(s, settings, e);
    settings_release(&settings);
    return rc;
}

void server_set_state(struct server *s, const struct server_state *state)
{
    pthread_mutex_lock(&s->lock);
    s->state = *state;
    pthread_mutex_unlock(&s->lock);
}

struct server_state server_state(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    struct server_state state = s->state;
    pthread_mutex_unlock(&s->lock);
    return state;
}

struct edition *server_edition(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    struct edition *ed = edition_hold(s->current);
    pthread_mutex_unlock(&s->lock);
    return ed;
}

int64_t server_confirmed(const struct scope_status *scope)
{
    int64_t at = scope->origin.collected_at;
    if (!scope->error && scope->attempted_at > at)
        at = scope->attempted_at;
    return at;
}

const char *server_not_ready(struct server *s, const struct edition *ed)
{
    const struct snapshot *snap = edition_snapshot(ed);
    if (!snap || !server_state(s).loaded)
        return "stores are still being loaded";
    int64_t newest = INT64_MIN;
    bool any = false;
    for (size_t i = 0; i < snap->n_scopes; i++) {
        const struct scope_status *scope = &snap->scopes[i];
        /* A document that was handed in says nothing of how fresh the rest is. */
        if (scope->origin.kind && strcmp(scope->origin.kind, INBOX_SOURCE) == 0)
            continue;
        int64_t at = server_confirmed(scope);
        newest = at > newest ? at : newest;
        any = true;
    }
    if (!any) /* nothing that could be old */
        return NULL;
    int64_t oldest = s->clock->now_us(s->clock->self) - edition_settings(ed)->stale_after;
    return newest < oldest ? "all facts are older than stale_after" : NULL;
}

bool server_ready(struct server *s, const struct edition *ed)
{
    return !server_not_ready(s, ed);
}

/* --- what is counted --- */

void server_count(struct server *s, struct edition *ed, const struct resource *r, int status)
{
    bool ok = status < 400;
    tally_request(s->total, ok);
    if (r)
        tally_request(edition_tally(ed, r), ok);
    if (status > 0 && status < STATUSES)
        atomic_fetch_add_explicit(&s->replies[status], 1, memory_order_relaxed);
}

struct server_sums server_sums(struct server *s, const struct tally *of)
{
    const struct tally *t = of ? of : s->total;
    pthread_mutex_lock(&s->window);
    struct server_sums sums = {tally_sums(t), tally_last(t, s->clock->mono_us(s->clock->self))};
    pthread_mutex_unlock(&s->window);
    return sums;
}

uint64_t server_replies(const struct server *s, int status)
{
    bool known = status > 0 && status < STATUSES;
    return known ? atomic_load_explicit(&s->replies[status], memory_order_relaxed) : 0;
}

void server_tick(struct server *s)
{
    int64_t mono = s->clock->mono_us(s->clock->self);
    struct edition *ed = server_edition(s);
    pthread_mutex_lock(&s->window);
    tally_sample(s->total, mono);
    for (size_t i = 0; i < edition_count(ed); i++)
        tally_sample(edition_tally(ed, edition_resource(ed, i)), mono);
    pthread_mutex_unlock(&s->window);
    edition_release(&ed);
}

void server_set_http(struct server *s, const struct server_http *http)
{
    pthread_mutex_lock(&s->lock);
    s->http = http;
    pthread_mutex_unlock(&s->lock);
}

struct serve_counts server_connections(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    const struct server_http *http = s->http;
    pthread_mutex_unlock(&s->lock);
    return http ? serve_counts(http) : (struct serve_counts){0};
}

int64_t server_started(const struct server *s)
{
    return s->started;
}

int64_t server_changed(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    int64_t at = s->changed;
    pthread_mutex_unlock(&s->lock);
    return at;
}
