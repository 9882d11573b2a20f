/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least that a server over HTTP can do, to compare with: answers every request on a
 * connection with the same file, whatever was asked.
 *
 *     rialto-bench-epoll PORT FILE [HEADER]
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define THREADS 2
#define EVENTS  64
#define MAX_FD  4096

static char *reply;
static size_t reply_len;
static uint16_t port;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void make_reply(const char *path, const char *header)
{
    FILE *f = fopen(path, "re");
    if (!f || fseek(f, 0, SEEK_END) != 0)
        die(path);
    size_t n = (size_t)ftell(f);
    rewind(f);
    if (!(reply = malloc(n + 1000)))
        die("malloc");
    int head = snprintf(reply, 1000,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n%s%s"
                        "Content-Length: %zu\r\n\r\n",
                        header, *header ? "\r\n" : "", n);
    if (fread(reply + head, 1, n, f) != n)
        die(path);
    fclose(f);
    reply_len = (size_t)head + n;
}

static int listen_here(void)
{
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)(void *)&at, sizeof(at)) < 0 || listen(fd, 512) < 0)
        die("listen");
    return fd;
}

/* What is left to send of a connection's reply; true: it is open. */
static bool go_on(int fd, size_t *left)
{
    char request[4096];
    for (;;) {
        if (*left == 0) {
            ssize_t n = recv(fd, request, sizeof(request), 0);
            if (n <= 0)
                return n < 0;
            *left = reply_len;
        }
        ssize_t n = send(fd, reply + reply_len - *left, *left, MSG_NOSIGNAL);
        if (n < 0)
            return true;
        *left -= (size_t)n;
    }
}

static void *serve(void *unused)
{
    static _Thread_local size_t left[MAX_FD];
    struct epoll_event events[EVENTS];
    int on = 1, listener = listen_here(), epoll = epoll_create1(0);
    struct epoll_event e = {.events = EPOLLIN, .data = {.fd = listener}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
    for (;;) {
        int n = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                if (fd < 0 || fd >= MAX_FD)
                    continue;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
                left[fd] = 0;
                e = (struct epoll_event){.events = EPOLLIN | EPOLLOUT | EPOLLET,
                                         .data = {.fd = fd}};
                epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
            } else if (!go_on(fd, &left[fd])) {
                close(fd);
            }
        }
    }
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    if (argc < 3)
        return 2;
    port = (uint16_t)strtoul(argv[1], NULL, 10);
    make_reply(argv[2], argc > 3 ? argv[3] : "");
    for (int i = 1; i < THREADS; i++)
        pthread_create(&thread, NULL, serve, NULL);
    serve(NULL);
    return 0;
}
