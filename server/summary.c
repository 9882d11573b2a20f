/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Summaries of TIPS views in update streams (RFC 9569 sections 6.2 and 6.3.3). A summary is a
 * watch of its own, made of another one whose view it keeps open.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/problem.h"
#include "server/updates_private.h"

/* With the lock. */
static struct blob *put_summary(const struct watch *view, const char *base_url)
{
    struct buf text = {0};
    buf_char(&text, '{');
    tips_put_view(view, base_url, NULL, &text);
    struct blob *body = blob_take(&text);
    buf_free(&text);
    return body;
}

/* With the lock: the summary of an open view, with one user more. */
static struct watch *join_summary(struct updates *u, const struct wanted *wanted,
                                  struct watch *view, const char *base_url)
{
    const struct watch_of of = {
        .resource = wanted->follow->resource, .input = view->view.id, .host = base_url};
    for (size_t i = 0; i < u->watches.n; i++) {
        struct watch *w = u->watches.v[i];
        if (w->base == view && !w->dead && strcmp(w->of.host, base_url) == 0) {
            w->users++;
            return w;
        }
    }
    if (u->watches.n >= updates_settings(u)->watches)
        return NULL;
    struct blob *body = put_summary(view, base_url);
    struct watch **place = body ? VEC_PUSH(&u->watches) : NULL;
    struct watch *w = place ? watch_new_summary(&of, body, MEDIA_TIPS) : NULL;
    if (!w) {
        u->watches.n -= place != NULL;
        blob_release(&body);
        return NULL;
    }
    *place = w;
    w->users = 1;
    w->versions.v[0].generation = u->generation;
    w->base = view;
    view->users++;
    view->view.polls++; /* it is in use */
    return w;
}

int summary_acquire(struct updates *u, const struct wanted *wanted, struct watch **out,
                    struct reply *refusal, struct err *e)
{
    const char *input = wanted->follow->input ? wanted->follow->input : "{}";
    const char *base_url = request_base(wanted->q, wanted->view->settings);
    struct wire_input in = {input, strlen(input), &wanted->view->settings->wire,
                            wanted->q->arena};
    struct wire_follow follow;
    struct wire_problem p;
    struct view seen = *wanted->view;
    struct wanted of = {&follow, &seen, wanted->q};
    struct watch *view;
    *out = NULL;
    if (wire_tips_params(&in, &follow, &p) != WIRE_OK)
        return problem_alto(refusal, &p);
    seen.follower = edition_by_id(seen.edition, wanted->follow->resource);
    int rc = updates_acquire(u, &of, &view, refusal, e);
    if (rc < 0 || !view)
        return rc;
    pthread_mutex_lock(&u->lock);
    bool open = tips_open_view(u, view);
    *out = open && base_url ? join_summary(u, wanted, view, base_url) : NULL;
    pthread_mutex_unlock(&u->lock);
    if (!open)
        return problem_value_status(refusal, 429, NULL, NULL);
    return *out ? 0 : err_set(e, ERR_LIMIT, "no room for a summary");
}

void summary_detach(struct updates *u, struct watch *w)
{
    struct watch *view = w->base;
    w->base = NULL;
    view->view.polls--;
    view->view.used = u->clock->mono_us(u->clock->self);
    updates_release(u, view);
}

void summaries_committed(struct updates *u)
{
    for (size_t i = 0; i < u->watches.n; i++) {
        struct watch *w = u->watches.v[i];
        if (!w->base)
            continue;
        if (w->base->dead) {
            w->dead = true;
            summary_detach(u, w); /* the view itself is still held by its own user */
            continue;
        }
        struct blob *body = put_summary(w->base, w->of.host);
        if (!body || !watch_advance(w, body, u->generation))
            w->dead = true;
    }
}
