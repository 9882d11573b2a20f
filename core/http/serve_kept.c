/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that are kept without a thread. */
#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "http/serve_private.h"

void kept_add(struct serve_call *call)
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

void kept_let_go(struct serve_call *call)
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

bool kept_sleep(struct serve_call *call, bool suspended)
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
void kept_wake_abandoned(struct server_http *s)
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

void kept_end(struct server_http *s)
{
    pthread_mutex_lock(&s->park_lock);
    s->ending = true;
    for (struct serve_call *c = s->kept; c; c = c->kept_next)
        wake_locked(c);
    pthread_mutex_unlock(&s->park_lock);
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

ssize_t kept_read(void *self, uint64_t position, char *p, size_t room)
{
    struct serve_call *call = self;
    struct server_http *s = call->server;
    const struct serve_park *park = &call->reply.park;
    (void)position;
    while (!kept_ending(s)) {
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
        if (kept_sleep(call, false))
            return 0;
    }
    cork(call, false);
    return MHD_CONTENT_READER_END_OF_STREAM;
}
