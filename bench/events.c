/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/events.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/documents.h"
#include "bench/served.h"
#include "server/http.h"

#define THREADS 2
#define MAX_FD  20000
#define BATCH   256

static void die(const char *what)
{
    fprintf(stderr, "events: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* Runs a server in a child, which writes its port and then reads what it is told. */
static struct events_server spawn(void (*serve)(int told, int port_fd, size_t size),
                                  size_t size)
{
    struct events_server s;
    int told[2], port[2];
    if (pipe2(told, O_CLOEXEC) < 0 || pipe2(port, O_CLOEXEC) < 0)
        die("pipe");
    fflush(stdout);
    s.pid = fork();
    if (s.pid < 0)
        die("fork");
    if (s.pid == 0) {
        close(told[1]);
        close(port[0]);
        serve(told[0], port[1], size);
        exit(0);
    }
    close(told[0]);
    close(port[1]);
    s.publish_fd = told[1];
    if (read(port[0], &s.port, sizeof(s.port)) != (ssize_t)sizeof(s.port))
        die("the server does not start");
    close(port[0]);
    return s;
}

void events_stop(struct events_server *s)
{
    close(s->publish_fd);
    kill(s->pid, SIGTERM);
    waitpid(s->pid, NULL, 0);
}

double events_memory(const struct events_server *s)
{
    char path[64], line[200];
    double kilobytes = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)s->pid);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kilobytes = strtod(line + 6, NULL);
    if (f)
        fclose(f);
    return kilobytes;
}

/* ---- Rialto */

void events_put_map(struct buf *out, size_t prefixes, unsigned version)
{
    buf_printf(out,
               "{\"meta\":{\"vtag\":{\"resource-id\":\"m\",\"tag\":\"%u\"}},\"network-map\":"
               "{\"v%u\":{\"ipv4\":[",
               version, version);
    for (size_t i = 0; i < prefixes; i++)
        buf_printf(out, "%s\"%zu.%zu.%zu.0/24\"", i ? "," : "", 11 + (i >> 16), i >> 8 & 255,
                   i & 255);
    buf_str(out, "]}}}");
}

static struct snapshot *snapshot_of(size_t prefixes, unsigned version)
{
    struct buf body = {0};
    events_put_map(&body, prefixes, version);
    struct snapshot *s =
        documents_snapshot(&(struct published){"m.json", "network-map", buf_cstr(&body)}, 1);
    buf_free(&body);
    return s;
}

static void serve_rialto(int told, int port_fd, size_t prefixes)
{
    static const char config[] =
        "stores: [/nowhere/*.db]\nlisten: 127.0.0.1:0\n"
        "limits: {connections: 100000, connections_per_client: 100000, streams: 100000,"
        " streams_per_client: 100000, polls: 100000, keep_alive: 1h}\n";
    struct served b;
    struct front *front;
    struct err e = {0};
    char c;
    unsigned version = 1;
    served_configure(&b, snapshot_of(prefixes, version), config);
    if (front_start(&front, b.server, b.settings, clock_system(), &e)) {
        fprintf(stderr, "events: %s\n", e.msg);
        exit(1);
    }
    uint16_t port = front_port(front);
    if (write(port_fd, &port, sizeof(port)) != (ssize_t)sizeof(port))
        die("port");
    while (read(told, &c, 1) == 1)
        served_publish(&b, snapshot_of(prefixes, ++version));
}

struct events_server events_rialto(size_t prefixes)
{
    return spawn(serve_rialto, prefixes);
}

/* ---- raw */

struct raw {
    pthread_t thread;
    int listener, epoll, wake;
    const char *event;
    size_t len, *left; /* by descriptor */
    bool *open;
};

static void send_on(struct raw *r, int fd)
{
    while (r->left[fd] > 0) {
        ssize_t n =
            send(fd, r->event + r->len - r->left[fd], r->left[fd], MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0)
            return; /* goes on when there is room */
        r->left[fd] -= (size_t)n;
    }
}

static void accept_one(struct raw *r)
{
    int fd = accept4(r->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.fd = fd}};
    if (fd < 0 || fd >= MAX_FD)
        return;
    r->open[fd] = true;
    epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &e);
}

static void publish(struct raw *r)
{
    uint64_t n;
    if (read(r->wake, &n, sizeof(n)) < 0)
        return;
    for (int fd = 0; fd < MAX_FD; fd++) {
        if (!r->open[fd])
            continue;
        r->left[fd] = r->len;
        send_on(r, fd);
    }
}

static void *run_raw(void *self)
{
    struct raw *r = self;
    struct epoll_event events[BATCH];
    char request[4096];
    for (;;) {
        int n = epoll_wait(r->epoll, events, BATCH, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == r->listener) {
                accept_one(r);
            } else if (fd == r->wake) {
                publish(r);
            } else {
                if (events[i].events & EPOLLIN)
                    r->open[fd] = recv(fd, request, sizeof(request), MSG_DONTWAIT) != 0;
                send_on(r, fd);
            }
        }
    }
    return NULL;
}

static void listen_at(struct raw *r, uint16_t *port)
{
    int on = 1;
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(*port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof(at);
    r->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(r->listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    if (bind(r->listener, (struct sockaddr *)(void *)&at, sizeof(at)) < 0 ||
        listen(r->listener, 1024) < 0 ||
        getsockname(r->listener, (struct sockaddr *)(void *)&at, &n) < 0)
        die("listen");
    *port = ntohs(at.sin_port);
}

static void serve_raw(int told, int port_fd, size_t bytes)
{
    static struct raw raws[THREADS];
    uint16_t port = 0;
    char c, *event = malloc(bytes);
    if (!event)
        die("no memory");
    memset(event, 'x', bytes);
    for (int i = 0; i < THREADS; i++) {
        struct raw *r = &raws[i];
        struct epoll_event e = {.events = EPOLLIN};
        *r = (struct raw){.event = event,
                          .len = bytes,
                          .epoll = epoll_create1(EPOLL_CLOEXEC),
                          .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                          .left = calloc(MAX_FD, sizeof(size_t)),
                          .open = calloc(MAX_FD, sizeof(bool))};
        listen_at(r, &port);
        e.data.fd = r->listener;
        epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->listener, &e);
        e.data.fd = r->wake;
        epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->wake, &e);
        if (!r->left || !r->open || pthread_create(&r->thread, NULL, run_raw, r) != 0)
            die("thread");
    }
    if (write(port_fd, &port, sizeof(port)) != (ssize_t)sizeof(port))
        die("port");
    while (read(told, &c, 1) == 1)
        for (int i = 0; i < THREADS; i++)
            eventfd_write(raws[i].wake, 1);
}

struct events_server events_raw(size_t bytes)
{
    return spawn(serve_raw, bytes);
}
