/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the server share: connections (serve_conns.c), requests (serve_calls.c),
 * those that are kept without a thread (serve_kept.c), what is asked of a request
 * (serve_asked.c); serve.c puts them together. Of them alone.
 *
 * What has to be known of libmicrohttpd 0.9.75 to read them:
 *
 * - The access handler is called when the headers are complete (nothing may be queued then,
 * except to refuse), with each piece of the body, once more when the body is complete, and
 * again after a resume.
 * - Its time-out counts inactivity only. Deadlines here are absolute: one thread looks through
 * all connections and shuts the socket of a late one down. The library closes a socket only
 * after it told us (CLOSED), so under our lock a descriptor in the list is never one that was
 * closed and reused.
 * - A suspended connection must be resumed before the daemon is stopped.
 * - It is suspended in the access handler or in the callback that reads a body, by the thread
 * that serves it; any thread may resume it.
 * - Where it refuses a request by itself once the headers are there (no Host, a length that is
 * none), it sends the head of the refusal twice. The first is looked for in here (framing.h).
 * - Its Digest makes one nonce for all who ask for a resource in the same second, counts it
 * once for all of them, and finds nonces by a hash of few values: clients that do right are
 * refused. http/digest.h does it instead.
 */
#ifndef RIALTO_HTTP_SERVE_PRIVATE_H
#define RIALTO_HTTP_SERVE_PRIVATE_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "http/digest.h"
#include "http/jobs.h"
#include "http/peers.h"
#include "http/seats.h"
#include "http/serve.h"

#define NEVER  INT64_MAX
#define SECOND ((int64_t)1000000)

/* A connection, from accept to close. */
struct conn {
    struct conn *prev, *next;
    int fd;
    _Atomic int64_t deadline; /* monotonic; set without the lock, many times a request */
    struct addr client;
    bool counted;
    pthread_t thread;                        /* that serves it */
    _Atomic(struct MHD_Connection *) unread; /* of a request without all of its headers */
};

/* A request, from its first line to its last byte of reply. */
struct serve_call {
    struct serve_request request;
    char *authority; /* of an absolute target */
    struct serve_reply reply;
    struct server_http *server;
    struct MHD_Connection *connection;
    struct conn *conn;
    struct buf body;
    size_t received;
    uint64_t target; /* keyed hash of what was asked for, undecoded */
    bool started, slow, ready, waits;
    bool odd;               /* what was asked for is no target */
    const char *target_end; /* in the library's line */
    struct job job;         /* for a worker */
    /* of a kept one, with park_lock: */
    struct serve_call *kept_prev, *kept_next;
    bool kept, sleeps, woken, gone;
    bool corked; /* its serving thread's alone */
};

struct server_http {
    struct MHD_Daemon *daemon;
    struct serve_limits limits;
    struct serve_handler handler;
    const struct clock *clock;
    struct peers *peers;
    struct seats *seats;
    char *certificate, *key;
    struct digest *digest;
    uint8_t target_key[HASH_KEY];
    uint16_t port;

    pthread_mutex_t lock; /* everything below */
    pthread_cond_t wake_reaper;
    struct conn *conns;
    bool stopping;
    atomic_size_t n_calls;
    _Atomic uint64_t n_conns, accepted, requests, refused[SERVE_REFUSALS];
    atomic_bool closing; /* no new connections */
    pthread_t reaper;
    bool has_reaper;
    struct jobs *workers, *lengthy; /* threads; those of what takes long stand back */

    pthread_mutex_t park_lock; /* of what follows; taken before `lock` */
    struct serve_call *kept;
    atomic_size_t n_kept; /* changed with the lock only */
    atomic_bool ending;   /* kept connections are over; set with the lock */
};

/** With which status a request is refused; 0: it is a connection. */
int serve_refusal_status(enum serve_refusal why);

/** Counts without an order among threads. */
static inline void count_one(_Atomic uint64_t *n)
{
    atomic_fetch_add_explicit(n, 1, memory_order_relaxed);
}

/** Monotonic microseconds. */
static inline int64_t serve_now(const struct server_http *s)
{
    return s->clock->mono_us(s->clock->self);
}

/** The connection (NULL: none) is cut off after so long; NEVER: it is not. */
static inline void set_deadline(struct conn *c, int64_t timeout)
{
    if (!c)
        return;
    /* Often, and nobody minds some milliseconds. */
    atomic_store_explicit(&c->deadline, timeout == NEVER ? NEVER : clock_coarse_us() + timeout,
                          memory_order_relaxed);
}

/* --- connections --- */

/** May the client connect? The library asks before it accepts. */
enum MHD_Result conns_accept(void *self, const struct sockaddr *sa, socklen_t len);

/** The library tells that a connection is there, or is closed. */
void conns_notify(void *self, struct MHD_Connection *connection, void **context,
                  enum MHD_ConnectionNotificationCode what);

/** The thread that cuts off who is late. */
void *conns_reap(void *self);

/** The library's log: a length that is none is answered in its place. */
void conns_log(void *self, const char *format, va_list args);

/* --- requests --- */

/** The library tells that a request line is there: its context. */
void *calls_begin(void *self, const char *uri, struct MHD_Connection *connection);

/** Headers, pieces of the body, its end, and after a resume: the library's access handler. */
enum MHD_Result calls_access(void *self, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *data,
                             size_t *n, void **context);

/** The library tells that a request is over. */
void calls_end(void *self, struct MHD_Connection *connection, void **context,
               enum MHD_RequestTerminationCode why);

/** A worker's part: answers, and has the library go on. */
void calls_work(struct job *job);

/** A keyed hash of a target, undecoded. */
uint64_t calls_target_hash(const struct server_http *s, const char *uri, size_t n);

/* --- kept connections --- */

/** It is kept from now on, and its park is told. */
void kept_add(struct serve_call *call);

/** Its park is told that it is over; once close() has begun nobody wakes it any more. */
void kept_let_go(struct serve_call *call);

/** Goes to sleep, unless it was woken in between. `suspended`: the library has it parked
 * already. If true, the call may be over when this returns. */
bool kept_sleep(struct serve_call *call, bool suspended);

/** The library reads a body that is made while it is sent. */
ssize_t kept_read(void *self, uint64_t position, char *p, size_t room);

/** Wakes those who wait for a reply that nobody is there any more to read. */
void kept_wake_abandoned(struct server_http *s);

/** Wakes all for the last time. */
void kept_end(struct server_http *s);

/** Are kept connections over? */
static inline bool kept_ending(struct server_http *s)
{
    return atomic_load(&s->ending);
}

#endif
