/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has to be known of libmicrohttpd 0.9.75 to read this file:
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
#include "http/serve.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "http/digest.h"
#include "http/framing.h"
#include "http/jobs.h"
#include "http/listen.h"
#include "http/peers.h"
#include "http/serve_response.h"
#include "http/target.h"

#define NEVER        INT64_MAX
#define SECOND       ((int64_t)1000000)
#define TLS_VERSIONS "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
#define BLOCK        1024         /* for clients that know no chunks; bytes */
#define GONE_TICK    (2 * SECOND) /* between looks at the sockets of those who wait */

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

/* What is refused; of requests, with which status. */
static const struct {
    const char *name;
    int status;
} refusals[] = {
    [SERVE_REFUSED_PEER] = {"peer", 0},
    [SERVE_REFUSED_LATE] = {"late", 0},
    [SERVE_REFUSED_MALFORMED] = {"malformed", MHD_HTTP_BAD_REQUEST},
    [SERVE_REFUSED_LARGE] = {"large", MHD_HTTP_CONTENT_TOO_LARGE},
    [SERVE_REFUSED_QUEUE] = {"queue", MHD_HTTP_SERVICE_UNAVAILABLE},
    [SERVE_REFUSED_MEMORY] = {"memory", MHD_HTTP_SERVICE_UNAVAILABLE},
    [SERVE_REFUSED_ENDING] = {"ending", MHD_HTTP_SERVICE_UNAVAILABLE},
};

struct server_http {
    struct MHD_Daemon *daemon;
    struct serve_limits limits;
    struct serve_handler handler;
    const struct clock *clock;
    struct peers *peers;
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

void serve_defaults(struct serve_limits *l)
{
    *l = (struct serve_limits){.max_body = (size_t)1 << 20,
                               .max_header = (size_t)16 << 10,
                               .header_timeout = 10 * SECOND,
                               .body_timeout = 30 * SECOND,
                               .idle_timeout = 60 * SECOND,
                               .send_timeout = 60 * SECOND,
                               .max_connections = 10000,
                               .max_per_client = 100,
                               .threads = 2,
                               .workers = 2,
                               .max_queue = 1024};
}

static void count_one(_Atomic uint64_t *n)
{
    atomic_fetch_add_explicit(n, 1, memory_order_relaxed);
}

const char *serve_refusal_name(enum serve_refusal why)
{
    return refusals[why].name;
}

struct serve_counts serve_counts(const struct server_http *s)
{
    struct serve_counts c = {.connections = atomic_load(&s->n_conns),
                             .kept = atomic_load(&s->n_kept),
                             .accepted = atomic_load(&s->accepted),
                             .requests = atomic_load(&s->requests)};
    for (size_t i = 0; i < SERVE_REFUSALS; i++)
        c.refused[i] = atomic_load(&s->refused[i]);
    return c;
}

static int64_t now(const struct server_http *s)
{
    return s->clock->mono_us(s->clock->self);
}

static void set_deadline(struct conn *c, int64_t timeout)
{
    if (!c)
        return;
    /* Often, and nobody minds some milliseconds. */
    atomic_store_explicit(&c->deadline, timeout == NEVER ? NEVER : clock_coarse_us() + timeout,
                          memory_order_relaxed);
}

/* --- connections --- */

static struct addr addr_of(const struct sockaddr *sa)
{
    struct addr a = {0};
    if (sa && sa->sa_family == AF_INET) {
        a.family = 4;
        memcpy(a.b, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
    } else if (sa && sa->sa_family == AF_INET6) {
        char text[INET6_ADDRSTRLEN];
        const struct in6_addr *in6 =
            &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
        /* Through text: a mapped IPv4 address becomes the IPv4 address, as everywhere. */
        if (!inet_ntop(AF_INET6, in6, text, sizeof(text)) || !addr_parse(slice_of(text), &a))
            a = (struct addr){0};
    }
    return a;
}

static enum MHD_Result accept_policy(void *self, const struct sockaddr *sa, socklen_t len)
{
    struct server_http *s = self;
    (void)len;
    if (atomic_load(&s->closing))
        return MHD_NO;
    struct addr client = addr_of(sa);
    if (!addr_is_set(&client))
        return MHD_YES;
    if (peers_count(s->peers, &client) < s->limits.max_per_client)
        return MHD_YES;
    count_one(&s->refused[SERVE_REFUSED_PEER]);
    return MHD_NO;
}

static void connection_started(struct server_http *s, struct MHD_Connection *connection,
                               void **context)
{
    struct conn *c = calloc(1, sizeof(*c));
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *from =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    *context = c;
    if (!c)
        return; /* its first request is refused */
    count_one(&s->n_conns);
    count_one(&s->accepted);
    c->fd = fd ? fd->connect_fd : -1;
    c->thread = pthread_self();
    c->client = addr_of(from ? from->client_addr : NULL);
    listen_keep_near(c->fd, &c->client);
    c->counted = addr_is_set(&c->client) && peers_add(s->peers, &c->client);
    pthread_mutex_lock(&s->lock);
    c->deadline = now(s) + s->limits.header_timeout;
    c->next = s->conns;
    if (s->conns)
        s->conns->prev = c;
    s->conns = c;
    pthread_mutex_unlock(&s->lock);
}

static void connection_closed(struct server_http *s, void **context)
{
    struct conn *c = *context;
    if (!c)
        return;
    pthread_mutex_lock(&s->lock);
    if (c->prev)
        c->prev->next = c->next;
    else
        s->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
    pthread_mutex_unlock(&s->lock);
    if (c->counted)
        peers_remove(s->peers, &c->client);
    atomic_fetch_sub_explicit(&s->n_conns, 1, memory_order_relaxed);
    free(c);
    *context = NULL;
}

static void notify_connection(void *self, struct MHD_Connection *connection, void **context,
                              enum MHD_ConnectionNotificationCode what)
{
    switch (what) {
    case MHD_CONNECTION_NOTIFY_STARTED:
        connection_started(self, connection, context);
        break;
    case MHD_CONNECTION_NOTIFY_CLOSED:
        connection_closed(self, context);
        break;
    }
}

/* --- kept connections --- */

static void keep(struct serve_call *call)
{
    struct server_http *s = call->server;
    pthread_mutex_lock(&s->park_lock);
    call->kept = true;
    call->kept_next = s->kept;
    if (s->kept)
        s->kept->kept_prev = call;
    s->kept = call;
    s->n_kept++;
    pthread_mutex_unlock(&s->park_lock);
    call->reply.park.open(call->reply.park.self, call);
}

/* Once close() has begun nobody wakes it any more. */
static void let_go(struct serve_call *call)
{
    struct server_http *s = call->server;
    if (call->reply.park.close)
        call->reply.park.close(call->reply.park.self);
    call->reply.park = (struct serve_park){0};
    if (!call->kept)
        return;
    pthread_mutex_lock(&s->park_lock);
    if (call->kept_prev)
        call->kept_prev->kept_next = call->kept_next;
    else
        s->kept = call->kept_next;
    if (call->kept_next)
        call->kept_next->kept_prev = call->kept_prev;
    call->kept_prev = call->kept_next = NULL;
    s->n_kept--;
    call->kept = call->sleeps = call->woken = false;
    pthread_mutex_unlock(&s->park_lock);
}

/* Goes to sleep, unless it was woken in between. `suspended`: the library has it parked
 * already. If true, the call may be over when this returns. */
static bool go_to_sleep(struct serve_call *call, bool suspended)
{
    struct server_http *s = call->server;
    set_deadline(call->conn, NEVER);
    pthread_mutex_lock(&s->park_lock);
    bool sleeps = !call->woken && !s->ending;
    call->woken = false;
    if (sleeps && !suspended)
        MHD_suspend_connection(call->connection);
    call->sleeps = sleeps;
    pthread_mutex_unlock(&s->park_lock);
    return sleeps;
}

static void wake_locked(struct serve_call *call)
{
    call->woken = true;
    if (!call->sleeps)
        return;
    call->sleeps = false;
    set_deadline(call->conn, call->server->limits.send_timeout);
    MHD_resume_connection(call->connection);
}

void serve_wake(struct serve_call *call)
{
    pthread_mutex_lock(&call->server->park_lock);
    wake_locked(call);
    pthread_mutex_unlock(&call->server->park_lock);
}

/*
 * A sleeping connection does not see its client leave. One that gets something now and then
 * finds out; who waits for a reply does not, so their sockets are looked at.
 */
static void wake_abandoned(struct server_http *s)
{
    pthread_mutex_lock(&s->park_lock);
    struct pollfd *fds = calloc(s->n_kept + 1, sizeof(*fds));
    nfds_t n = 0;
    for (struct serve_call *c = fds ? s->kept : NULL; c; c = c->kept_next)
        fds[n++] = (struct pollfd){.fd = c->sleeps && c->waits ? c->conn->fd : -1,
                                   .events = POLLRDHUP};
    if (n > 0 && poll(fds, n, 0) > 0) {
        n = 0;
        for (struct serve_call *c = s->kept; c; c = c->kept_next) {
            if (fds[n++].revents == 0)
                continue;
            c->gone = true;
            wake_locked(c);
        }
    }
    free(fds);
    pthread_mutex_unlock(&s->park_lock);
}

static void end_kept(struct server_http *s)
{
    pthread_mutex_lock(&s->park_lock);
    s->ending = true;
    for (struct serve_call *c = s->kept; c; c = c->kept_next)
        wake_locked(c);
    pthread_mutex_unlock(&s->park_lock);
}

static bool is_ending(struct server_http *s)
{
    return atomic_load(&s->ending);
}

/*
 * Of what is larger than the library's buffer the kernel sends only full segments until all is
 * there: else each piece would be a packet of its own.
 */
static void cork(struct serve_call *call, bool on)
{
    int value = on;
    if (call->corked == on || !call->conn)
        return;
    call->corked = on;
    setsockopt(call->conn->fd, IPPROTO_TCP, TCP_CORK, &value, sizeof(value));
}

static ssize_t read_kept(void *self, uint64_t position, char *p, size_t room)
{
    struct serve_call *call = self;
    struct server_http *s = call->server;
    const struct serve_park *park = &call->reply.park;
    (void)position;
    while (!is_ending(s)) {
        ptrdiff_t n = park->read(park->self, p, room);
        assert(n <= (ptrdiff_t)room);
        if (n == SERVE_END)
            break;
        if (n > 0) {
            set_deadline(call->conn, s->limits.send_timeout);
            if ((size_t)n == room)
                cork(call, true);
            return n;
        }
        cork(call, false);
        if (go_to_sleep(call, false))
            return 0;
    }
    cork(call, false);
    return MHD_CONTENT_READER_END_OF_STREAM;
}

/* --- deadlines --- */

static void *reap(void *self)
{
    struct server_http *s = self;
    int64_t tick = s->limits.header_timeout;
    if (s->limits.body_timeout < tick)
        tick = s->limits.body_timeout;
    tick /= 4;
    tick = tick < 20000 ? 20000 : tick > 500000 ? 500000 : tick;
    int64_t looked = now(s);
    pthread_mutex_lock(&s->lock);
    while (!s->stopping) {
        struct timespec until;
        int64_t t = now(s);
        if (t - looked > GONE_TICK) {
            looked = t;
            pthread_mutex_unlock(&s->lock);
            wake_abandoned(s);
            pthread_mutex_lock(&s->lock);
        }
        for (struct conn *c = s->conns; c; c = c->next) {
            int64_t deadline = atomic_load_explicit(&c->deadline, memory_order_relaxed);
            if (deadline > t || !atomic_compare_exchange_strong(&c->deadline, &deadline, NEVER))
                continue;
            count_one(&s->refused[SERVE_REFUSED_LATE]);
            shutdown(c->fd, SHUT_RDWR);
        }
        clock_gettime(CLOCK_REALTIME, &until);
        int64_t ns = until.tv_nsec + tick * 1000;
        until.tv_sec += ns / 1000000000;
        until.tv_nsec = ns % 1000000000;
        pthread_cond_timedwait(&s->wake_reaper, &s->lock, &until);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* --- requests --- */

static uint64_t target_hash(const struct server_http *s, const char *uri, size_t n)
{
    return hash_keyed(s->target_key, uri, n);
}

/* The request line is there: the headers are due now. */
static void *request_begins(void *self, const char *uri, struct MHD_Connection *connection)
{
    struct server_http *s = self;
    struct serve_call *call = calloc(1, sizeof(*call));
    if (!call)
        return NULL;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    call->server = s;
    call->connection = connection;
    call->target = target_hash(s, uri, strlen(uri));
    call->odd = !framing_target_is_sound(uri);
    call->target_end = uri + strlen(uri);
    call->conn = info ? info->socket_context : NULL;
    if (call->conn)
        atomic_store_explicit(&call->conn->unread, connection, memory_order_relaxed);
    set_deadline(call->conn, s->limits.header_timeout);
    atomic_fetch_add(&s->n_calls, 1);
    count_one(&s->requests);
    return call;
}

static void release_reply(struct serve_reply *r)
{
    assert(!r->park.close);
    if (r->release)
        r->release(r->owner);
    r->release = NULL;
}

static void request_ends(void *self, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode why)
{
    struct server_http *s = self;
    struct serve_call *call = *context;
    (void)connection;
    (void)why;
    if (!call)
        return;
    let_go(call);
    free(call->authority);
    release_reply(&call->reply);
    s->handler.done(s->handler.self, call->request.user);
    buf_free(&call->body);
    set_deadline(call->conn, s->limits.idle_timeout);
    if (call->conn)
        atomic_store_explicit(&call->conn->unread, NULL, memory_order_relaxed);
    atomic_fetch_sub(&s->n_calls, 1);
    free(call);
    *context = NULL;
}

/* RFC 7616 section 3.7: one challenge for each algorithm, the preferred first. */
static void challenge(struct serve_call *call, struct MHD_Response *response)
{
    const struct serve_reply *r = &call->reply;
    for (enum digest_algorithm a = DIGEST_SHA256; a <= DIGEST_MD5; a++) {
        struct buf text = {0};
        if (digest_challenge(call->server->digest, r->realm, a, r->stale, &text) == 0)
            MHD_add_response_header(response, "WWW-Authenticate", buf_cstr(&text));
        buf_free(&text);
    }
}

static void due_when_sent(struct serve_call *call, size_t len)
{
    struct server_http *s = call->server;
    set_deadline(call->conn, s->limits.send_timeout + (int64_t)(len / (64 << 10)) * SECOND);
}

static enum MHD_Result send_reply(struct serve_call *call)
{
    struct serve_reply *r = &call->reply;
    struct MHD_Response *response;
    if (r->prepared) {
        due_when_sent(call, r->prepared->len);
        return MHD_queue_response(call->connection, (unsigned)r->status, r->prepared->mhd);
    }
    if (r->park.close)
        response =
            MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_kept, call, NULL);
    else
        response = response_of(r);
    if (!response)
        return MHD_NO;
    if (r->park.close) {
        response_add_headers(response, r);
        keep(call);
    }
    due_when_sent(call, r->len);
    if (r->status == MHD_HTTP_UNAUTHORIZED && r->realm)
        challenge(call, response);
    enum MHD_Result ok = MHD_queue_response(call->connection, (unsigned)r->status, response);
    MHD_destroy_response(response);
    return ok;
}

static void make_refusal(struct serve_call *call, enum serve_refusal why)
{
    struct server_http *s = call->server;
    count_one(&s->refused[why]);
    call->reply = (struct serve_reply){.status = refusals[why].status};
    s->handler.refuse(s->handler.self, call->reply.status, &call->reply);
    call->ready = true;
}

static enum MHD_Result refuse(struct serve_call *call, enum serve_refusal why)
{
    make_refusal(call, why);
    return send_reply(call);
}

/* The headers are complete. */
static enum MHD_Result start(struct serve_call *call, const char *url, const char *method,
                             const char *version)
{
    struct server_http *s = call->server;
    const char *length =
        MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, "Content-Length");
    struct slice authority;
    uint64_t n;
    call->started = true;
    if (call->conn)
        atomic_store_explicit(&call->conn->unread, NULL, memory_order_relaxed);
    call->request =
        (struct serve_request){.call = call,
                               .method = method,
                               .path = target_path(url, &authority),
                               .body = "",
                               .client = call->conn ? call->conn->client : (struct addr){0},
                               .tls = s->certificate != NULL};
    if (authority.n > 0)
        call->request.authority = call->authority = strndup(authority.p, authority.n);
    set_deadline(call->conn, s->limits.body_timeout);
    if (!call->conn)
        return refuse(call, SERVE_REFUSED_MEMORY);
    /* The version stands right behind the target, unless there is a 0 in this. */
    call->odd |= *version && version != call->target_end + 1;
    if (call->odd || !framing_is_sound(call->connection, version))
        return refuse(call, SERVE_REFUSED_MALFORMED);
    if (length && (!slice_u64(slice_of(length), UINT64_MAX, &n) || n > s->limits.max_body))
        return refuse(call, SERVE_REFUSED_LARGE);
    call->slow = s->handler.identify(s->handler.self, &call->request);
    return MHD_YES;
}

/* A piece of the body. What is too long is read on a little, so that the client sees the
 * refusal. */
static enum MHD_Result receive(struct serve_call *call, const char *data, size_t n)
{
    size_t max = call->server->limits.max_body;
    call->received += n;
    if (call->received <= max)
        buf_add(&call->body, data, n);
    else
        buf_free(&call->body);
    return call->received > 4 * max + 65536 ? MHD_NO : MHD_YES;
}

static struct serve_call *call_of(struct job *job)
{
    return (struct serve_call *)(void *)((char *)job - offsetof(struct serve_call, job));
}

static void suspend(struct job *job)
{
    MHD_suspend_connection(call_of(job)->connection);
}

static bool enqueue(struct serve_call *call)
{
    struct server_http *s = call->server;
    return jobs_add(call->request.lengthy ? s->lengthy : s->workers, &call->job, suspend);
}

/* Who is kept for hours does not keep what it asked. */
static void forget_body(struct serve_call *call)
{
    buf_free(&call->body);
    call->request.body = "";
    call->request.body_len = 0;
}

/*
 * Lets the handler answer. True: there is no reply yet and the call is parked; it may be over
 * when this returns. False: the reply is ready.
 */
static bool ask(struct serve_call *call, bool suspended)
{
    struct server_http *s = call->server;
    for (;;) {
        call->reply = (struct serve_reply){0};
        s->handler.answer(s->handler.self, &call->request, &call->reply);
        if (call->reply.park.close)
            forget_body(call);
        if (call->reply.status != 0)
            break;
        assert(call->reply.park.close && !call->reply.park.read);
        call->waits = true;
        keep(call);
        if (go_to_sleep(call, suspended))
            return true;
        let_go(call);
        call->waits = false;
        if (is_ending(s)) {
            make_refusal(call, SERVE_REFUSED_ENDING);
            break;
        }
    }
    call->ready = true;
    return false;
}

/* The request is complete. */
static enum MHD_Result complete(struct serve_call *call)
{
    struct server_http *s = call->server;
    if (call->body.failed)
        return refuse(call, SERVE_REFUSED_MEMORY);
    if (call->received > s->limits.max_body)
        return refuse(call, SERVE_REFUSED_LARGE);
    call->request.body = buf_cstr(&call->body);
    call->request.body_len = call->body.len;
    set_deadline(call->conn, NEVER);
    if (call->slow)
        return enqueue(call) ? MHD_YES : refuse(call, SERVE_REFUSED_QUEUE);
    return ask(call, false) ? MHD_YES : send_reply(call);
}

/* What it waited for is there, or it waits no longer. */
static enum MHD_Result ask_again(struct serve_call *call)
{
    struct server_http *s = call->server;
    let_go(call);
    call->waits = false;
    if (call->gone)
        return MHD_NO;
    if (is_ending(s))
        return refuse(call, SERVE_REFUSED_ENDING);
    return ask(call, false) ? MHD_YES : send_reply(call);
}

static enum MHD_Result access_handler(void *self, struct MHD_Connection *connection,
                                      const char *url, const char *method, const char *version,
                                      const char *data, size_t *n, void **context)
{
    struct serve_call *call = *context;
    (void)self;
    (void)connection;
    if (!call)
        return MHD_NO;
    if (!call->started)
        return start(call, url, method, version);
    if (*n > 0) {
        enum MHD_Result ok = receive(call, data, *n);
        *n = 0;
        return ok;
    }
    if (call->waits)
        return ask_again(call);
    return call->ready ? send_reply(call) : complete(call);
}

static void work(struct job *job)
{
    struct serve_call *call = call_of(job);
    if (!ask(call, true))
        MHD_resume_connection(call->connection);
}

/* --- what handlers ask --- */

const char *serve_header(const struct serve_request *q, const char *name)
{
    return MHD_lookup_connection_value(q->call->connection, MHD_HEADER_KIND, name);
}

struct header_search {
    const char *name;
    struct buf *out;
    unsigned n;
};

static enum MHD_Result each_header(void *self, enum MHD_ValueKind kind, const char *key,
                                   const char *value)
{
    struct header_search *h = self;
    (void)kind;
    if (strcasecmp(key, h->name) != 0)
        return MHD_YES;
    if (h->n++ > 0 && h->out)
        buf_str(h->out, ", ");
    if (h->out)
        buf_str(h->out, value ? value : "");
    return MHD_YES;
}

unsigned serve_header_all(const struct serve_request *q, const char *name, struct buf *out)
{
    struct header_search h = {.name = name, .out = out};
    MHD_get_connection_values(q->call->connection, MHD_HEADER_KIND, each_header, &h);
    return h.n;
}

const char *serve_argument(const struct serve_request *q, const char *name)
{
    return MHD_lookup_connection_value(q->call->connection, MHD_GET_ARGUMENT_KIND, name);
}

bool serve_digest_user(const struct serve_request *q, char *out, size_t size)
{
    return digest_user(serve_header(q, "Authorization"), out, size);
}

static bool is_target(void *self, const char *uri, size_t n)
{
    const struct serve_call *call = self;
    return target_hash(call->server, uri, n) == call->target;
}

enum serve_auth serve_digest(const struct serve_request *q, const char *realm, const char *user,
                             const char *password)
{
    struct digest_request r = {.authorization = serve_header(q, "Authorization"),
                               .method = q->method,
                               .is_target = is_target,
                               .self = q->call};
    return digest_check(q->call->server->digest, &r, realm, user, password);
}

/* --- starting and stopping --- */

/* Refuses a request in the library's place, and leaves it none to do so. */
static void refuse_length(struct server_http *s, struct conn *c, enum framing_length what)
{
    static const char rest[] = "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    char text[128];
    bool large = what == FRAMING_TOO_LARGE;
    int n = snprintf(text, sizeof(text), "HTTP/1.1 %s%s",
                     large ? "413 Content Too Large" : "400 Bad Request", rest);
    count_one(&s->refused[large ? SERVE_REFUSED_LARGE : SERVE_REFUSED_MALFORMED]);
    if (!s->certificate && send(c->fd, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) < n)
        log_debug("http", "a refusal was not sent");
    shutdown(c->fd, SHUT_WR);
    atomic_store_explicit(&c->unread, NULL, memory_order_relaxed);
}

/*
 * The library has found a length that is none, and says so before it refuses the request. Its
 * refusal would have two heads: whoever reads them takes the second for another reply.
 */
static void refuse_lengths(struct server_http *s)
{
    pthread_mutex_lock(&s->lock);
    for (struct conn *c = s->conns; c; c = c->next) {
        if (!pthread_equal(c->thread, pthread_self()))
            continue;
        struct MHD_Connection *unread = atomic_load_explicit(&c->unread, memory_order_relaxed);
        enum framing_length what = unread ? framing_length(unread) : FRAMING_NONE;
        if (what > FRAMING_NUMBER)
            refuse_length(s, c, what);
    }
    pthread_mutex_unlock(&s->lock);
}

static void mhd_log(void *self, const char *format, va_list args)
{
    char text[512];
    vsnprintf(text, sizeof(text), format, args);
    text[strcspn(text, "\n")] = 0;
    log_debug("http", "%s", text);
    if (strstr(text, "Content-Length"))
        refuse_lengths(self);
}

static uint16_t bound_port(struct MHD_Daemon *daemon)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_LISTEN_FD);
    return info ? listen_port(info->listen_fd) : 0;
}

static void tls_options(const struct server_http *s, struct MHD_OptionItem *more, size_t *n)
{
    if (!s->certificate)
        return;
    more[(*n)++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, s->certificate};
    more[(*n)++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, s->key};
    more[(*n)++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0,
                                           (void *)(uintptr_t)TLS_VERSIONS};
}

static int start_daemon(struct server_http *s, const struct serve_config *c, struct err *e)
{
    struct MHD_OptionItem more[8];
    size_t n = 0;
    bool six = false;
    int fd = -1, rc = listen_open(c->host, c->port, &fd, &six, e);
    if (rc < 0)
        return rc;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                     MHD_USE_ERROR_LOG;
    flags |= six ? MHD_USE_IPv6 : 0;
    flags |= s->certificate ? MHD_USE_TLS : 0;
    if (s->limits.threads > 1)
        more[n++] =
            (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE, s->limits.threads, NULL};
    tls_options(s, more, &n);
    more[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    s->daemon = MHD_start_daemon(
        flags, 0, accept_policy, s, access_handler, s, MHD_OPTION_EXTERNAL_LOGGER, mhd_log, s,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, s->limits.max_connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, s->limits.max_header, MHD_OPTION_UNESCAPE_CALLBACK,
        framing_unescape, NULL, MHD_OPTION_NOTIFY_CONNECTION, notify_connection, s,
        MHD_OPTION_NOTIFY_COMPLETED, request_ends, s, MHD_OPTION_URI_LOG_CALLBACK,
        request_begins, s, MHD_OPTION_ARRAY, more, MHD_OPTION_END);
    if (!s->daemon)
        return err_set(e, ERR_IO, "can't serve on %s%s", c->host,
                       s->certificate ? " (do certificate and key fit?)" : "");
    s->port = bound_port(s->daemon);
    return 0;
}

static int start_threads(struct server_http *s, struct err *e)
{
    s->has_reaper = pthread_create(&s->reaper, NULL, reap, s) == 0;
    if (!s->has_reaper)
        return err_set(e, ERR_NOMEM, "can't start threads");
    struct jobs_config config = {
        .threads = s->limits.workers, .max = s->limits.max_queue, .run = work};
    int rc = jobs_start(&s->workers, &config, e);
    config.low = true;
    return rc < 0 ? rc : jobs_start(&s->lengthy, &config, e);
}

int serve_start(struct server_http **out, const struct serve_config *config, struct err *e)
{
    struct server_http *s = calloc(1, sizeof(*s));
    int rc = 0;
    *out = NULL;
    if (!s)
        return err_set(e, ERR_NOMEM, "no memory for the HTTP server");
    assert(config->limits.threads > 0 && config->limits.workers > 0);
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->park_lock, NULL);
    pthread_cond_init(&s->wake_reaper, NULL);
    s->limits = config->limits;
    s->handler = config->handler;
    s->clock = clock_system();
    s->clock->random(s->clock->self, s->target_key, sizeof(s->target_key));
    s->peers = peers_new();
    s->digest = digest_new(s->clock);
    if (!s->peers || !s->digest)
        rc = err_set(e, ERR_NOMEM, "no memory for the HTTP server");
    if (rc == 0 && config->certificate) {
        rc = listen_read_pem(config->certificate, &s->certificate, e);
        if (rc == 0)
            rc = listen_read_pem(config->key, &s->key, e);
    }
    if (rc == 0)
        rc = start_threads(s, e);
    if (rc == 0)
        rc = start_daemon(s, config, e);
    if (rc < 0)
        serve_stop(&s, 0);
    *out = s;
    return rc;
}

uint16_t serve_port(const struct server_http *s)
{
    return s->port;
}

static void wait_for_calls(struct server_http *s, int64_t grace)
{
    int64_t until = now(s) + grace;
    bool busy = true;
    while (busy && now(s) < until) {
        busy = atomic_load(&s->n_calls) > 0;
        if (busy)
            usleep(5000);
    }
}

static void stop_threads(struct server_http *s)
{
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_broadcast(&s->wake_reaper);
    pthread_mutex_unlock(&s->lock);
    if (s->has_reaper)
        pthread_join(s->reaper, NULL);
    if (s->workers) /* they finish what waits, so that all is resumed */
        jobs_stop(s->workers);
    if (s->lengthy)
        jobs_stop(s->lengthy);
}

void serve_stop(struct server_http **sp, int64_t grace)
{
    struct server_http *s = *sp;
    if (!s)
        return;
    if (s->daemon) {
        /* Not MHD_quiesce_daemon: with several epoll threads it races with their own removal of
         * the socket and aborts now and then. */
        atomic_store(&s->closing, true);
        end_kept(s);
        wait_for_calls(s, grace);
        stop_threads(s);
        MHD_stop_daemon(s->daemon); /* closes the listening socket too */
    } else {
        stop_threads(s);
    }
    peers_free(&s->peers);
    digest_free(&s->digest);
    free(s->certificate);
    if (s->key)
        explicit_bzero(s->key, strlen(s->key));
    free(s->key);
    pthread_cond_destroy(&s->wake_reaper);
    jobs_free(&s->workers);
    jobs_free(&s->lengthy);
    pthread_mutex_destroy(&s->lock);
    pthread_mutex_destroy(&s->park_lock);
    free(s);
    *sp = NULL;
}
