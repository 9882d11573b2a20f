/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by updates.c, stream.c and tips.c alone. */
#ifndef RIALTO_SERVER_UPDATES_PRIVATE_H
#define RIALTO_SERVER_UPDATES_PRIVATE_H

#include <pthread.h>

#include "http/peers.h"
#include "server/updates.h"
#include "server/watch.h"

/* A substream. Those that were removed stay, without watch: their names are not used again. */
struct sub {
    char id[65];
    struct watch *watch; /* NULL: removed */
    uint64_t seq;        /* version that the client has, or is being sent; 0: none */
    size_t part;         /* of the next version: this many changes were sent */
    bool incremental;
};

struct stream {
    struct stream *prev, *next;
    struct updates *hub;
    char id[33];
    char *opened;        /* id of the resource that opened it */
    struct tally *tally; /* of that resource */
    uint64_t updates;    /* sent */
    char *class;
    char *host;
    struct addr client;
    bool tls;
    struct {
        VEC(struct sub);
    } subs;
    struct buf control; /* events that go before all others */
    bool ends;          /* after those */
    bool silent;        /* a comment is due */
    void *call;
    int64_t sent_at;   /* monotonic */
    uint64_t whole_at; /* latest generation of a whole that was sent */
    /* What is being sent; only its reader's. */
    struct buf head;
    struct blob *data;
    size_t head_at, data_at;
};

/* A request that waits for the next version of a view. */
struct poll {
    struct poll *prev, *next;
    struct updates *hub;
    struct watch *watch; /* NULL: the view is closed */
    void *call;
};

struct updates {
    const struct clock *clock;
    void (*wake)(void *call);
    void (*tick)(void *self);
    void *tick_self;
    pthread_t thread;
    bool has_thread;

    pthread_mutex_t lock; /* of what follows, and of watches */
    pthread_cond_t work;
    bool stopping;
    struct edition *edition; /* that all watches are at */
    struct edition *offered; /* the next one, or NULL */
    uint64_t generation;
    struct {
        VEC(struct watch *);
    } watches;
    struct stream *streams;
    struct poll *polls;
    size_t n_streams, n_views, n_polls;
    struct updates_count refused; /* only what its names say */
    size_t n_guesses;             /* control requests that named no stream */
    struct peers *peers;          /* streams of each client */
};

/** Settings of the edition in use; with the lock. */
const struct settings *updates_settings(const struct updates *u);

/** What a follower wants, before it is known whether it may. */
struct wanted {
    const struct wire_follow *follow;
    const struct view *view; /* who asks */
    const struct request *q;
};

/**
 * The watch of what is wanted, with one user more; NULL in *out: refused in *refusal. Without
 * the lock.
 */
int updates_acquire(struct updates *u, const struct wanted *wanted, struct watch **out,
                    struct reply *refusal, struct err *e);

/** The same for the summary of a TIPS view: the resource is that of TIPS, the input its
 * request. */
int summary_acquire(struct updates *u, const struct wanted *wanted, struct watch **out,
                    struct reply *refusal, struct err *e);

/** With the lock: a summary lets go of its view; all summaries are made anew after a commit. */
void summary_detach(struct updates *u, struct watch *w);
void summaries_committed(struct updates *u);

/** With the lock: opens a view of the watch, which takes over one user; false: there are too
 * many. Appends the members of the answer, with the closing brace. */
bool tips_open_view(struct updates *u, struct watch *w);
void tips_put_view(const struct watch *w, const char *base_url, const char *tag, struct buf *b);

/** One user less; the last one frees the watch. With the lock. */
void updates_release(struct updates *u, struct watch *w);

/** Makes the watch's body ready as an event. Without the lock. */
void updates_make_event(struct updates *u, struct watch *w);

/** Something is to be done by the hub's thread. With the lock. */
void updates_kick(struct updates *u);

/** Random name of 32 hex digits. */
void updates_name(const struct updates *u, char out[33]);

/** After a commit, with the lock: wakes streams that have something new, ends what can't go on.
 */
void streams_committed(struct updates *u);
void polls_committed(struct updates *u);

/** With the lock, now and then. */
void streams_tick(struct updates *u, int64_t now);
void views_tick(struct updates *u, int64_t now);

#endif
