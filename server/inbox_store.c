/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A document is a batch: its scope is the domain's, its version number the epoch, its facts the
 * grants and groups, and its "version" says who handed it in. A withdrawn one is a batch
 * without facts, so that numbers go on. Replaced batches are the history.
 */
#include "server/inbox_store.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "store/store.h"

#define HANDED_IN "handed in by "
#define WITHDRAWN "withdrawn by "

struct inbox_store {
    struct inbox inbox;
    pthread_mutex_t lock; /* of the store: a handle belongs to one thread at a time */
    struct store *store;
    const struct clock *clock;
    void (*news)(void *self);
    void *news_self;
};

/* The scope of a domain's document; NULL: no memory. */
static struct origin *origin_of(const char *domain, struct arena *a)
{
    struct origin *o = ARENA_NEW(a, struct origin);
    if (!o)
        return NULL;
    *o = (struct origin){.domain = arena_strdup(a, domain),
                         .source = INBOX_SOURCE,
                         .kind = INBOX_SOURCE,
                         .scope = arena_printf(a, INBOX_GRANTS "/%s", domain),
                         .observed_at = FACT_NONE,
                         .expires = FACT_NONE};
    return o->domain && o->scope ? o : NULL;
}

static bool says(const char *version, const char *what, const char **by)
{
    size_t n = strlen(what);
    bool so = strncmp(version, what, n) == 0;
    *by = so ? version + n : *by;
    return so;
}

static int get(void *self, const char *domain, int64_t number, struct inbox_version *out,
               struct err *e)
{
    struct inbox_store *s = self;
    struct origin *o = origin_of(domain, out->facts.arena);
    struct intake in = {.facts.arena = out->facts.arena};
    if (!o)
        return err_set(e, ERR_NOMEM, "no memory for a document");
    o->epoch = number;
    pthread_mutex_lock(&s->lock);
    int rc = store_load_batch(s->store, o, &in, e);
    pthread_mutex_unlock(&s->lock);
    if (rc < 0)
        return rc;
    const char *version = in.scopes[0].version ? in.scopes[0].version : "";
    *out = (struct inbox_version){.number = in.scopes[0].origin.epoch,
                                  .by = "",
                                  .at = in.scopes[0].origin.collected_at,
                                  .facts = in.facts};
    out->withdrawn = says(version, WITHDRAWN, &out->by);
    if (!out->withdrawn)
        says(version, HANDED_IN, &out->by);
    return 0;
}

static int put_facts(struct batch_sink *sink, const struct facts *facts, struct err *e)
{
    static const enum fact_kind kinds[] = {FACT_LINK_GROUP, FACT_GRANT};
    int rc = 0;
    for (size_t k = 0; facts && k < sizeof(kinds) / sizeof(*kinds); k++) {
        const char *row = facts->rows[kinds[k]].v;
        for (size_t i = 0; rc == 0 && i < facts->rows[kinds[k]].n; i++)
            rc = sink->put(sink, kinds[k], row + i * fact_kind_info(kinds[k])->size, e);
    }
    return rc;
}

static int write_batch(struct inbox_store *s, const struct batch_head *head,
                       const struct facts *facts, struct err *e)
{
    struct batch_sink *sink = store_sink(s->store);
    int rc = sink->begin(sink, head, e);
    if (rc < 0)
        return rc;
    rc = put_facts(sink, facts, e);
    if (rc == 0)
        return sink->commit(sink, e);
    sink->abort(sink);
    return rc;
}

static int put(void *self, const struct inbox_letter *letter, int64_t *number, struct err *e)
{
    struct inbox_store *s = self;
    struct arena *a = arena_new(0);
    struct origin *o = a ? origin_of(letter->domain, a) : NULL;
    char *version =
        o ? arena_printf(a, "%s%s", letter->facts ? HANDED_IN : WITHDRAWN, letter->by) : NULL;
    int rc = version ? 0 : err_set(e, ERR_NOMEM, "no memory for a document");
    if (rc == 0) {
        struct batch_head head = {.origin = *o,
                                  .mode = BATCH_REPLACE,
                                  .version = version,
                                  .epoch_wanted = letter->after + 1};
        struct err why = {0};
        head.origin.observed_at = head.origin.collected_at = s->clock->now_us(s->clock->self);
        pthread_mutex_lock(&s->lock);
        rc = write_batch(s, &head, letter->facts, e);
        /* What is too old may as well go next time. */
        if (rc == 0 && store_prune_scope(s->store, o, INBOX_KEPT, &why) < 0)
            log_warn("inbox", "%s", why.msg);
        pthread_mutex_unlock(&s->lock);
    }
    *number = letter->after + 1;
    arena_free(&a);
    if (rc == 0 && s->news)
        s->news(s->news_self);
    return rc;
}

int inbox_store_open(struct inbox_store **out, const char *path, const struct clock *clock,
                     struct err *e)
{
    struct inbox_store *s = calloc(1, sizeof(*s));
    *out = NULL;
    if (!s)
        return err_set(e, ERR_NOMEM, "no memory for the inbox");
    int rc = store_open(&s->store, path, STORE_WRITE, clock, e);
    if (rc < 0) {
        free(s);
        return rc;
    }
    pthread_mutex_init(&s->lock, NULL);
    s->clock = clock;
    s->inbox = (struct inbox){get, put, s};
    *out = s;
    return 0;
}

void inbox_store_close(struct inbox_store **s)
{
    if (!*s)
        return;
    store_close(&(*s)->store);
    pthread_mutex_destroy(&(*s)->lock);
    free(*s);
    *s = NULL;
}

const struct inbox *inbox_store_inbox(const struct inbox_store *s)
{
    return &s->inbox;
}

void inbox_store_on_news(struct inbox_store *s, void (*news)(void *self), void *self)
{
    s->news = news;
    s->news_self = self;
}
