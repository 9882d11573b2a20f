/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request of a set:
 *
 *   waits for its turn ──▶ under way, in the multi handle ──▶ done
 *          ▲                             │
 *          └───────── redirected ────────┘
 *
 * Nothing here sleeps but for fetch_set_next(), and that wakes when bytes come.
 */
#include <stdlib.h>

#include "base/map.h"
#include "http/fetch_private.h"

#define MAX_SLEEP (1 * SECOND) /* a clock that is not the machine's is looked at so often */

struct job {
    struct transfer t;
    struct fetch_done done; /* its reply is the transfer's */
    int64_t when;           /* monotonic: its turn */
    bool used;
    bool under_way;
};

struct fetch_set {
    struct fetcher *f;
    CURLM *multi;
    struct fetch_share share;
    size_t max;
    struct job *v;
};

int fetch_set_new(struct fetch_set **out, struct fetcher *f, size_t max, size_t bytes,
                  struct err *e)
{
    struct fetch_set *s = calloc(1, sizeof(*s));

    *out = NULL;
    if (s == NULL)
        return fetch_no_memory(e);
    *s = (struct fetch_set){.f = f, .max = max, .share.max = bytes};
    s->multi = curl_multi_init();
    s->v = calloc(max, sizeof(*s->v));
    if (s->multi == NULL || s->v == NULL) {
        fetch_set_free(&s);
        return fetch_no_memory(e);
    }
    curl_multi_setopt(s->multi, CURLMOPT_MAXCONNECTS, (long)max);
    *out = s;
    return 0;
}

static void forget(struct fetch_set *s, struct job *j)
{
    if (j->under_way) {
        curl_multi_remove_handle(s->multi, j->t.curl);
        transfer_disarm(&j->t, CURLE_OK, NULL);
    }
    s->share.held -= j->t.body.len;
    transfer_free(&j->t);
    curl_easy_cleanup(j->t.curl);
    j->used = j->under_way = false;
}

void fetch_set_free(struct fetch_set **s)
{
    if (*s == NULL)
        return;
    for (size_t i = 0; (*s)->v != NULL && i < (*s)->max; i++) {
        if ((*s)->v[i].used)
            forget(*s, &(*s)->v[i]);
    }
    curl_multi_cleanup((*s)->multi);
    free((*s)->v);
    free(*s);
    *s = NULL;
}

/* When its host may be asked; others wait until after it. */
static int take_turn(struct job *j, struct err *e)
{
    struct fetcher *f = j->t.f;
    union map_value *last = map_at_str(f->last, j->t.at.host);

    if (last == NULL)
        return fetch_no_memory(e);
    j->when = fetch_now(f);
    if (last->u != 0 && (int64_t)last->u + f->limits.min_interval > j->when)
        j->when = (int64_t)last->u + f->limits.min_interval;
    last->u = (uint64_t)j->when;
    last->u += last->u == 0;
    return 0;
}

int fetch_set_add(struct fetch_set *s, const struct fetch_request *q, struct arena *a,
                  void *tag, struct err *e)
{
    struct job *j = s->v;
    int rc;

    while (j < s->v + s->max && j->used)
        j++;
    if (j == s->v + s->max)
        return err_set(e, ERR_LIMIT, "more than %zu requests at once", s->max);
    *j = (struct job){.used = true, .done.tag = tag};
    j->t = (struct transfer){.f = s->f,
                             .curl = curl_easy_init(),
                             .arena = a,
                             .reply = &j->done.reply,
                             .share = &s->share};
    rc = j->t.curl != NULL ? transfer_open(&j->t, q, e) : fetch_no_memory(e);
    if (rc == 0)
        rc = take_turn(j, e);
    if (rc < 0) {
        transfer_in(&j->t, e);
        forget(s, j);
    }
    return rc;
}

static int begin(struct fetch_set *s, struct job *j, struct err *e)
{
    int rc;

    if (j->t.redirects == 0)
        j->t.deadline = fetch_now(s->f) + s->f->limits.total_timeout;
    rc = transfer_arm(&j->t, e);
    if (rc < 0)
        return rc;
    curl_easy_setopt(j->t.curl, CURLOPT_PRIVATE, j);
    j->under_way = curl_multi_add_handle(s->multi, j->t.curl) == CURLM_OK;
    return j->under_way ? 0 : transfer_disarm(&j->t, CURLE_OUT_OF_MEMORY, e);
}

/* Hands a request over that is done with. */
static bool hand_over(struct fetch_set *s, struct job *j, int rc, struct fetch_done *out)
{
    if (rc == 0)
        rc = transfer_finish(&j->t, &j->done.why);
    if (rc < 0)
        transfer_in(&j->t, &j->done.why);
    j->done.rc = rc;
    *out = j->done;
    forget(s, j);
    return true;
}

/* Begins what has its turn; true: one could not be. *wait becomes the time to the next turn, if
 * that is less. */
static bool begin_due(struct fetch_set *s, int64_t *wait, struct fetch_done *out)
{
    int64_t now = fetch_now(s->f);

    for (struct job *j = s->v; j < s->v + s->max; j++) {
        if (!j->used || j->under_way)
            continue;
        if (j->when - now > 0) {
            *wait = j->when - now < *wait ? j->when - now : *wait;
            continue;
        }
        int rc = begin(s, j, &j->done.why);

        if (rc < 0)
            return hand_over(s, j, rc, out);
    }
    return false;
}

/* A request that libcurl is done with: true: it is to be handed over; else it goes on. */
static bool take_done(struct fetch_set *s, struct job *j, CURLcode code, struct fetch_done *out)
{
    int rc;

    curl_multi_remove_handle(s->multi, j->t.curl);
    j->under_way = false;
    rc = transfer_disarm(&j->t, code, &j->done.why);
    if (rc == 0)
        rc = transfer_redirected(&j->t, &j->done.why);
    if (rc > 0)
        rc = take_turn(j, &j->done.why);
    else
        return hand_over(s, j, rc, out);
    return rc < 0 && hand_over(s, j, rc, out);
}

static bool any_done(struct fetch_set *s, struct fetch_done *out)
{
    const CURLMsg *m;
    int left;

    while ((m = curl_multi_info_read(s->multi, &left)) != NULL) {
        CURLcode code = m->data.result;
        struct job *j = NULL;

        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&j);
        if (m->msg == CURLMSG_DONE && take_done(s, j, code, out))
            return true;
    }
    return false;
}

bool fetch_set_next(struct fetch_set *s, int64_t wait, struct fetch_done *out)
{
    int running;

    wait = wait < MAX_SLEEP ? wait : MAX_SLEEP;
    if (begin_due(s, &wait, out))
        return true;
    curl_multi_perform(s->multi, &running);
    if (any_done(s, out))
        return true;
    curl_multi_poll(s->multi, NULL, 0, (int)(wait / 1000), NULL);
    curl_multi_perform(s->multi, &running);
    return any_done(s, out);
}
