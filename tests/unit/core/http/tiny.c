/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/core/http/tiny.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int tiny_write(int fd, const void *p, size_t n)
{
    const char *at = p;

    while (n > 0) {
        ssize_t done = send(fd, at, n, MSG_NOSIGNAL);

        if (done <= 0)
            return 0;
        at += done;
        n -= (size_t)done;
    }
    return 1;
}

int tiny_say(int fd, const char *text)
{
    return tiny_write(fd, text, strlen(text));
}

/* Reads up to the empty line behind the headers. */
static void read_head(int fd, char *head, size_t size)
{
    size_t n = 0;

    head[0] = '\0';
    while (n + 1 < size && strstr(head, "\r\n\r\n") == NULL && head[0] != 0x16 /* TLS */) {
        ssize_t got = recv(fd, head + n, size - n - 1, 0);

        if (got <= 0)
            break;
        n += (size_t)got;
        head[n] = '\0';
    }
}

static void *serve(void *payload)
{
    struct tiny *t = payload;

    for (;;) {
        char head[8192];
        int fd = accept(t->fd, NULL, NULL);

        if (fd < 0 || t->stopping) {
            if (fd >= 0)
                close(fd);
            return NULL;
        }
        read_head(fd, head, sizeof(head));
        t->requests++;
        t->handler(t->payload, fd, head);
        shutdown(fd, SHUT_WR);
        close(fd);
    }
}

void tiny_start(struct tiny *t, tiny_handler *handler, void *payload)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof(a);

    *t = (struct tiny){.handler = handler, .payload = payload};
    t->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (t->fd < 0 || bind(t->fd, (struct sockaddr *)&a, n) != 0 || listen(t->fd, 128) != 0 ||
        getsockname(t->fd, (struct sockaddr *)&a, &n) != 0 ||
        pthread_create(&t->thread, NULL, serve, t) != 0)
        abort();
    t->port = ntohs(a.sin_port);
}

void tiny_stop(struct tiny *t)
{
    t->stopping = 1;
    shutdown(t->fd, SHUT_RDWR);
    pthread_join(t->thread, NULL);
    close(t->fd);
}
