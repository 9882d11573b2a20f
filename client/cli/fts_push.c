/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changing FTS, whole or not at all. FTS has no transactions over several links, so what was
 * done is undone. A request without a clear reply may have been obeyed: it is undone too.
 */
#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "client/cli/fts.h"

#define TRIES         3
#define FIRST_PAUSE   500000 /* microseconds; the next is twice as long */
#define MAX_UNREACHED 2      /* undoing stops after so many requests without an answer */

/* ---- being asked to stop ---- */

void fts_stop_begin(struct fts_stop *s)
{
    sigemptyset(&s->signals);
    sigaddset(&s->signals, SIGINT);
    sigaddset(&s->signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &s->signals, NULL);
}

static void wait_for(struct fts_stop *s, int64_t us)
{
    struct timespec time = {us / 1000000, us % 1000000 * 1000};

    if (!s->stopped && sigtimedwait(&s->signals, NULL, &time) > 0)
        s->stopped = true;
}

bool fts_stop_asked(struct fts_stop *s)
{
    wait_for(s, 0);
    return s->stopped;
}

void fts_stop_wait(struct fts_stop *s, int64_t until)
{
    const struct clock *clock = clock_system();
    int64_t left;

    while (!s->stopped && (left = until - clock->mono_us(clock->self)) > 0)
        wait_for(s, left);
}

/* ---- requests ---- */

int fts_send(const struct fts_request *q, struct fts_stop *stop, struct rialto_error *e)
{
    const struct clock *clock = clock_system();
    int64_t pause = FIRST_PAUSE;
    int rc = q->send(q, e);

    for (int i = 1; i < TRIES && rc == RIALTO_E_UNREACHABLE && !fts_stop_asked(stop); i++) {
        fts_stop_wait(stop, clock->mono_us(clock->self) + pause);
        pause *= 2;
        rc = q->send(q, e);
    }
    return rc;
}

static int send_set(const struct fts_request *q, struct rialto_error *e)
{
    return rialto_fts_set_link(q->to, q->text, e);
}

static int send_delete(const struct fts_request *q, struct rialto_error *e)
{
    return rialto_fts_delete_link(q->to, q->text, e);
}

static int send_body(struct fts_push *p, struct buf *body, struct rialto_error *e)
{
    struct fts_request q = {send_set, p->fts, buf_cstr(body), NULL, NULL};
    int rc = RIALTO_E_NOMEM;

    if (!body->failed)
        rc = fts_send(&q, p->stop, e);
    else if (e)
        *e = (struct rialto_error){.code = rc, .message = "out of memory"};
    buf_free(body);
    return rc;
}

static int drop(struct fts_push *p, const char *name, struct rialto_error *e)
{
    struct fts_request q = {send_delete, p->fts, name, NULL, NULL};

    return fts_send(&q, p->stop, e);
}

/* ---- all or none ---- */

static int change(struct fts_push *p, const struct fts_change *c)
{
    struct buf body = {0};

    if (c->action == FTS_RELEASE)
        return drop(p, c->name, p->error);
    fts_pin_body(&body, c);
    return send_body(p, &body, p->error);
}

static int restore(struct fts_push *p, const struct fts_change *c, struct rialto_error *e)
{
    struct buf body = {0};

    if (!c->row)
        return drop(p, c->name, e);
    fts_row_body(&body, c->row);
    return send_body(p, &body, e);
}

static void remember(struct fts_push *p, const char *name)
{
    const char **place = VEC_PUSH(&p->left);

    if (place)
        *place = name;
}

static bool no_answer(int code)
{
    return code == RIALTO_E_UNREACHABLE || code == RIALTO_E_TIMEOUT;
}

/* Did FTS say no? Everything else may have been obeyed. */
static bool is_refused(const struct rialto_error *e)
{
    return e->status >= 400 && e->status < 500;
}

static bool has_request(const struct fts_change *c)
{
    return c->action == FTS_PIN || c->action == FTS_RELEASE;
}

/* Undoes what stands before `end`. */
static void undo(struct fts_push *p, const struct fts_changes *changes, size_t end)
{
    size_t unreached = 0;

    while (end-- > 0) {
        const struct fts_change *c = &changes->v[end];
        struct rialto_error e = {0};
        if (!has_request(c))
            continue;
        if (unreached >= MAX_UNREACHED || restore(p, c, &e) != 0) {
            unreached += no_answer(e.code);
            remember(p, c->name);
        }
    }
    p->done = 0;
}

int fts_push_all(struct fts_push *p, const struct fts_changes *changes)
{
    for (size_t i = 0; i < changes->n; i++) {
        int rc = 0;
        if (!has_request(&changes->v[i]))
            continue;
        if (fts_stop_asked(p->stop)) {
            *p->error =
                (struct rialto_error){.code = RIALTO_E_TIMEOUT, .message = "asked to stop"};
            undo(p, changes, i);
            return RIALTO_E_TIMEOUT;
        }
        rc = change(p, &changes->v[i]);
        if (rc != 0) {
            undo(p, changes, is_refused(p->error) ? i : i + 1);
            return rc;
        }
        p->done++;
    }
    return 0;
}

int fts_push_release(struct fts_push *p, const struct fts_changes *changes)
{
    size_t unreached = 0;
    int first = 0;

    for (size_t i = 0; i < changes->n; i++) {
        const struct fts_change *c = &changes->v[i];
        struct rialto_error e = {0};
        int rc = 0;
        if (c->action != FTS_RELEASE)
            continue;
        if (unreached < MAX_UNREACHED)
            rc = drop(p, c->name, &e);
        unreached += no_answer(rc);
        if (first == 0 && rc != 0) {
            first = rc;
            *p->error = e;
        }
        if (rc != 0 || unreached >= MAX_UNREACHED)
            remember(p, c->name);
        else
            p->done++;
    }
    return first;
}

void fts_push_free(struct fts_push *p)
{
    VEC_FREE(&p->left);
}
