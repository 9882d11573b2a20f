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
#include <time.h>
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

double events_cpu_ms(const struct events_server *s)
{
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(s->pid, &clock) != 0 || clock_gettime(clock, &t) < 0)
        die("processor time");
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
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

/*
 * Streams: whoever connected gets the event. Polls do what HTTP long polling has to: each is a
 * request that is received and read (is what it asks for there?), waits, gets a reply with its
 * headers, and makes room for the next request of its connection.
 */
struct raw {
    pthread_t thread;
    int listener, epoll, wake;
    const char *event;
    size_t len, *left; /* by descriptor */
    bool polls, *waits;
    unsigned seq; /* of polls: the version that is there */
};

static const char raw_view[] = "HTTP/1.1 200 OK\r\nContent-Length: 70\r\n\r\n"
                               "{\"tips-view-uri\":\"/tips/view/1\",\"updates-graph-summary\":"
                               "{\"end-seq\":1}}";

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
    r->waits[fd] = !r->polls;
    r->left[fd] = 0;
    epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &e);
}

static void reply(struct raw *r, int fd)
{
    r->waits[fd] = !r->polls;
    r->left[fd] = r->len;
    send_on(r, fd);
}

static void receive(struct raw *r, int fd)
{
    char request[4096];
    unsigned from, to;
    ssize_t n = recv(fd, request, sizeof(request) - 1, MSG_DONTWAIT);
    if (n == 0)
        r->waits[fd] = false;
    if (n <= 0 || !r->polls)
        return;
    request[n] = 0; /* small ones come in one piece */
    if (strncmp(request, "POST", 4) == 0) {
        send(fd, raw_view, sizeof(raw_view) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    } else if (sscanf(request, "GET /tips/view/1/ug/%u/%u", &from, &to) == 2) {
        r->waits[fd] = true;
        if (to <= r->seq)
            reply(r, fd);
    }
}

static void publish(struct raw *r)
{
    uint64_t n;
    if (read(r->wake, &n, sizeof(n)) < 0)
        return;
    r->seq++;
    for (int fd = 0; fd < MAX_FD; fd++) {
        if (r->waits[fd])
            reply(r, fd);
    }
}

static void *run_raw(void *self)
{
    struct raw *r = self;
    struct epoll_event events[BATCH];
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
                    receive(r, fd);
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

/* The event; that of polls with headers before it. */
static char *make_event(bool polls, size_t bytes, size_t *len)
{
    char *event = malloc(bytes + 300);
    int head = 0;
    if (!event)
        die("no memory");
    if (polls)
        head = snprintf(event, 300,
                        "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
                        "Content-Type: application/alto-networkmap+json\r\n"
                        "ETag: \"0123456789abcdef0123456789abcdef\"\r\n"
                        "Cache-Control: private, max-age=3600\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        bytes);
    memset(event + head, 'x', bytes);
    *len = bytes + (size_t)head;
    return event;
}

static void serve(int told, int port_fd, size_t bytes, bool polls)
{
    static struct raw raws[THREADS];
    uint16_t port = 0;
    size_t len;
    char c, *event = make_event(polls, bytes, &len);
    for (int i = 0; i < THREADS; i++) {
        struct raw *r = &raws[i];
        struct epoll_event e = {.events = EPOLLIN};
        *r = (struct raw){.event = event,
                          .len = len,
                          .polls = polls,
                          .seq = 1,
                          .epoll = epoll_create1(EPOLL_CLOEXEC),
                          .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                          .left = calloc(MAX_FD, sizeof(size_t)),
                          .waits = calloc(MAX_FD, sizeof(bool))};
        listen_at(r, &port);
        e.data.fd = r->listener;
        epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->listener, &e);
        e.data.fd = r->wake;
        epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->wake, &e);
        if (!r->left || !r->waits || pthread_create(&r->thread, NULL, run_raw, r) != 0)
            die("thread");
    }
    if (write(port_fd, &port, sizeof(port)) != (ssize_t)sizeof(port))
        die("port");
    while (read(told, &c, 1) == 1)
        for (int i = 0; i < THREADS; i++)
            eventfd_write(raws[i].wake, 1);
}

static void serve_streams(int told, int port_fd, size_t bytes)
{
    serve(told, port_fd, bytes, false);
}

static void serve_polls(int told, int port_fd, size_t bytes)
{
    serve(told, port_fd, bytes, true);
}

struct events_server events_raw(size_t bytes, bool polls)
{
    return spawn(polls ? serve_polls : serve_streams, bytes);
}
