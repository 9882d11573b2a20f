/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/events.h"

#define EVENTS  256
#define QUIET   300   /* milliseconds without a byte: nothing more comes */
#define PATIENT 60000 /* milliseconds for an event */
#define CHUNK   ((size_t)64 << 10)
#define AT_ONCE 256 /* who open a stream */

struct crowd {
    pid_t pid;
    int ask, answer;
};

/* In the process. */
struct member {
    int fd;
    size_t got;
    size_t reply; /* bytes of the reply that it reads, with its headers; 0: not known */
};

struct waiting {
    const struct crowd_plan *plan;
    struct member *v;
    int epoll;
    char view[100];
    uint64_t seq;
};

static void die(const char *what)
{
    fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* Where no call failed. */
static void give_up(const char *what)
{
    fprintf(stderr, "crowd: %s\n", what);
    exit(1);
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)(void *)&at, sizeof(at)) < 0)
        die("connect");
    return fd;
}

static void send_all(int fd, const char *text)
{
    size_t n = strlen(text);
    if (send(fd, text, n, MSG_NOSIGNAL) != (ssize_t)n)
        die("send");
}

static void post(char *out, size_t room, const char *path, const char *type, const char *body)
{
    snprintf(out, room,
             "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             path, type, strlen(body), body);
}

/* Opens the view, and remembers where its next edge is. */
static void open_view(struct waiting *w)
{
    char text[4096];
    size_t n = 0;
    int fd = connect_to(w->plan->port);
    post(text, sizeof(text), "/tips", "application/alto-tipsparams+json",
         "{\"resource-id\":\"" EVENTS_RESOURCE "\"}");
    send_all(fd, text);
    const char *uri = NULL, *seq = NULL;
    while ((!uri || !seq) && n + 1 < sizeof(text)) {
        ssize_t more = recv(fd, text + n, sizeof(text) - 1 - n, 0);
        if (more <= 0)
            die("no TIPS view");
        text[n += (size_t)more] = 0;
        uri = strstr(text, "/tips/view/");
        seq = strstr(text, "\"end-seq\":");
    }
    if (!uri || !seq || sscanf(uri, "%90[^\"]", w->view) != 1 ||
        sscanf(seq, "\"end-seq\":%" SCNu64, &w->seq) != 1)
        die("no TIPS view");
    close(fd);
}

static void ask(const struct waiting *w, int fd)
{
    char text[1000];
    if (w->plan->polls)
        snprintf(text, sizeof(text),
                 "GET %s/ug/%" PRIu64 "/%" PRIu64 " HTTP/1.1\r\nHost: localhost\r\n\r\n",
                 w->view, w->seq, w->seq + 1);
    else
        post(text, sizeof(text), "/updates", "application/alto-updatestreamparams+json",
             "{\"add\":{\"s\":{\"resource-id\":\"" EVENTS_RESOURCE
             "\",\"incremental-changes\":false}}}");
    send_all(fd, text);
}

/*
 * A server has room for so many who wait to be answered, and refuses the others: the next
 * ones ask when these have the beginning of their replies.
 */
static void expect_reply(int fd)
{
    char text[13] = "";
    if (recv(fd, text, sizeof(text) - 1, MSG_WAITALL) != (ssize_t)sizeof(text) - 1)
        give_up("no reply to who opened a stream");
    if (strcmp(text, "HTTP/1.1 200") != 0) {
        fprintf(stderr, "crowd: a stream was refused: %s\n", text);
        exit(1);
    }
}

/* How long the reply is of which this is the beginning; small headers come in one piece. */
static size_t reply_length(const char *text)
{
    const char *end = strstr(text, "\r\n\r\n"), *length = strstr(text, "\r\nContent-Length: ");
    size_t n = 0;
    if (strncmp(text, "HTTP/1.1 200 ", 13) != 0 || !end || !length ||
        sscanf(length, "\r\nContent-Length: %zu", &n) != 1)
        give_up("not a reply");
    return (size_t)(end + 4 - text) + n;
}

/* True: it has the event. */
static bool receive(struct waiting *w, struct member *m, size_t bytes)
{
    static char chunk[CHUNK + 1];
    ssize_t n = recv(m->fd, chunk, CHUNK, MSG_DONTWAIT);
    if (n == 0)
        give_up("the server hung up");
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        die("receive");
    if (n < 0)
        return false;
    bool had = m->got >= bytes;
    m->got += (size_t)n;
    if (!w->plan->polls)
        return !had && m->got >= bytes;
    chunk[n] = 0;
    if (m->reply == 0)
        m->reply = reply_length(chunk);
    if (m->got < m->reply)
        return false;
    m->got = m->reply = 0;
    if (w->plan->at_once)
        ask(w, m->fd);
    return true;
}

/* Reads until all have the event, or for so long nothing comes; the times at which the first
 * and the last byte that counts came. */
static bool read_on(struct waiting *w, size_t bytes, int patience, double *first, double *last)
{
    struct epoll_event events[EVENTS];
    size_t missing = w->plan->n;
    *first = 0;
    while (missing > 0) {
        int n = epoll_wait(w->epoll, events, EVENTS, patience);
        if (n <= 0)
            return false;
        if (*first == 0)
            *first = bench_wall_ms();
        for (int i = 0; i < n; i++)
            missing -= receive(w, &w->v[events[i].data.u32], bytes);
        *last = bench_wall_ms();
    }
    return true;
}

static void drain(struct waiting *w)
{
    double first, last;
    read_on(w, SIZE_MAX, QUIET, &first, &last);
    for (size_t i = 0; i < w->plan->n; i++)
        w->v[i].got = 0;
}

static void gather(struct waiting *w)
{
    size_t answered = 0;
    w->epoll = epoll_create1(EPOLL_CLOEXEC);
    w->v = calloc(w->plan->n, sizeof(*w->v));
    if (!w->v || w->epoll < 0)
        die("no memory");
    if (w->plan->polls)
        open_view(w);
    for (size_t i = 0; i < w->plan->n; i++) {
        struct epoll_event e = {.events = EPOLLIN, .data = {.u32 = (uint32_t)i}};
        w->v[i].fd = connect_to(w->plan->port);
        if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->v[i].fd, &e) < 0)
            die("epoll");
        ask(w, w->v[i].fd);
        bool enough = (i + 1) % AT_ONCE == 0 || i + 1 == w->plan->n;
        for (; enough && w->plan->replies && answered <= i; answered++)
            expect_reply(w->v[answered].fd);
    }
    drain(w);
}

static struct crowd_result event(struct waiting *w)
{
    struct crowd_result r = {0};
    double start = bench_wall_ms(), first, last = start;
    w->seq++; /* what is asked for behind this event */
    if (write(w->plan->publish_fd, "p", 1) != 1)
        die("publish");
    r.ok = read_on(w, w->plan->bytes, PATIENT, &first, &last);
    r.delay = first - start;
    r.spread = last - first;
    drain(w);
    if (w->plan->polls && !w->plan->at_once) {
        for (size_t i = 0; i < w->plan->n; i++)
            ask(w, w->v[i].fd);
        drain(w);
    }
    return r;
}

static void live(const struct crowd_plan *plan, int ask_fd, int answer_fd)
{
    struct waiting w = {.plan = plan};
    struct crowd_result r = {.ok = true};
    char c;
    gather(&w);
    do {
        if (write(answer_fd, &r, sizeof(r)) != (ssize_t)sizeof(r))
            die("answer");
        if (read(ask_fd, &c, 1) != 1)
            _exit(0);
        r = event(&w);
    } while (true);
}

struct crowd *crowd_start(const struct crowd_plan *plan)
{
    struct crowd *c = calloc(1, sizeof(*c));
    struct crowd_result ready;
    int to[2], from[2];
    if (!c || pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0)
        die("pipe");
    fflush(stdout);
    c->pid = fork();
    if (c->pid < 0)
        die("fork");
    if (c->pid == 0) {
        close(to[1]);
        close(from[0]);
        live(plan, to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    c->ask = to[1];
    c->answer = from[0];
    if (read(c->answer, &ready, sizeof(ready)) != (ssize_t)sizeof(ready))
        give_up("it is gone");
    return c;
}

struct crowd_result crowd_event(struct crowd *c)
{
    struct crowd_result r = {0};
    if (write(c->ask, "e", 1) != 1 || read(c->answer, &r, sizeof(r)) != (ssize_t)sizeof(r))
        give_up("it is gone");
    return r;
}

void crowd_stop(struct crowd **c)
{
    close((*c)->ask);
    close((*c)->answer);
    kill((*c)->pid, SIGTERM);
    waitpid((*c)->pid, NULL, 0);
    free(*c);
    *c = NULL;
}
