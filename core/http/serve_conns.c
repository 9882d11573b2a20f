/* SPDX-License-Identifier: Apache-2.0 */
/* Connections: who may have one, and until when. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "http/framing.h"
#include "http/listen.h"
#include "http/serve_private.h"

#define GONE_TICK (2 * SECOND) /* between looks at the sockets of those who wait */
#define LONG_TICK SECOND       /* between looks at who computes lengthy answers */

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

enum MHD_Result conns_accept(void *self, const struct sockaddr *sa, socklen_t len)
{
    struct server_http *s = self;
    (void)len;
    seats_take(s->seats);
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
    c->deadline = serve_now(s) + s->limits.header_timeout;
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

void conns_notify(void *self, struct MHD_Connection *connection, void **context,
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

void *conns_reap(void *self)
{
    struct server_http *s = self;
    int64_t tick = s->limits.header_timeout;
    if (s->limits.body_timeout < tick)
        tick = s->limits.body_timeout;
    tick /= 4;
    tick = tick < 20000 ? 20000 : tick > 500000 ? 500000 : tick;
    int64_t looked = serve_now(s), looked_at_jobs = looked;
    pthread_mutex_lock(&s->lock);
    while (!s->stopping) {
        struct timespec until;
        int64_t t = serve_now(s);
        if (t - looked > GONE_TICK) {
            looked = t;
            pthread_mutex_unlock(&s->lock);
            kept_wake_abandoned(s);
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
        pthread_mutex_unlock(&s->lock); /* who adds a job has another lock, and the library's */
        if (serve_now(s) - looked_at_jobs >= LONG_TICK) {
            looked_at_jobs = serve_now(s);
            jobs_look(s->lengthy);
        }
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

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

void conns_log(void *self, const char *format, va_list args)
{
    char text[512];
    vsnprintf(text, sizeof(text), format, args);
    text[strcspn(text, "\n")] = 0;
    log_debug("http", "%s", text);
    if (strstr(text, "Content-Length"))
        refuse_lengths(self);
}
