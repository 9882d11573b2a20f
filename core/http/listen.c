/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "net/addr.h"

#define BACKLOG 1024
#define NEAR    (128 << 10) /* bytes; Linux doubles it for its own needs */
#define MAX_PEM ((size_t)1 << 20)

static int address_of(const char *host, uint16_t port, struct sockaddr_storage *out,
                      struct err *e)
{
    struct addr a;
    if (!addr_parse(slice_of(host), &a))
        return err_set(e, ERR_INVAL, "'%s' is not an IP address", host);
    memset(out, 0, sizeof(*out));
    if (a.family == 4) {
        struct sockaddr_in *in = (struct sockaddr_in *)(void *)out;
        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        memcpy(&in->sin_addr, a.b, 4);
    } else {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)out;
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(port);
        memcpy(&in6->sin6_addr, a.b, 16);
    }
    return 0;
}

/*
 * Listens. The library would set SO_REUSEADDR always; with port 0 two processes could then be
 * given the same free port between bind and listen.
 */
int listen_open(const char *host, uint16_t port, int *out, bool *is_six, struct err *e)
{
    struct sockaddr_storage at;
    int on = 1, off = 0, rc = address_of(host, port, &at, e);
    if (rc < 0)
        return rc;
    bool six = at.ss_family == AF_INET6;
    socklen_t len = six ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    int fd = socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && port != 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (fd >= 0 && six) /* "::" is for both families */
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    if (fd >= 0 && bind(fd, (const struct sockaddr *)(const void *)&at, len) == 0 &&
        listen(fd, BACKLOG) == 0) {
        *out = fd;
        *is_six = six;
        return 0;
    }
    err_set(e, ERR_IO, "can't listen on %s port %u: %s", host, (unsigned)port, strerror(errno));
    if (fd >= 0)
        close(fd);
    return ERR_IO;
}

uint16_t listen_port(int fd)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof(at);
    if (getsockname(fd, (struct sockaddr *)(void *)&at, &len) < 0)
        return 0;
    return at.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)(void *)&at)->sin6_port)
                                    : ntohs(((struct sockaddr_in *)(void *)&at)->sin_port);
}

static bool is_this_machine(const struct addr *a)
{
    static const struct addr six = {.family = 6, .b = {[15] = 1}};
    return (a->family == 4 && a->b[0] == 127) || addr_eq(a, &six);
}

/*
 * A large body is copied into the kernel and out again. By itself the kernel lets megabytes of
 * each connection wait, which leave the cache in between: that takes half as long again.
 */
void listen_keep_near(int fd, const struct addr *client)
{
    int size = NEAR;
    if (is_this_machine(client))
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

int listen_read_pem(const char *path, char **out, struct err *e)
{
    struct buf text = {0};
    char piece[4096];
    size_t n;
    FILE *f = fopen(path, "re");
    if (!f)
        return err_set(e, errno == ENOENT ? ERR_NOENT : ERR_IO, "%s: %s", path,
                       strerror(errno));
    while (text.len < MAX_PEM && (n = fread(piece, 1, sizeof(piece), f)) > 0)
        buf_add(&text, piece, n);
    bool bad = ferror(f) != 0;
    fclose(f);
    *out = bad ? NULL : buf_take(&text, &n);
    buf_free(&text);
    return *out ? 0 : err_set(e, ERR_IO, "%s: can't be read, or is empty", path);
}
