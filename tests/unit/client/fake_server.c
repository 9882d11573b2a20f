/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/client/fake_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/cmocka_all.h"

#define MAX_CONNECTIONS 512
#define MAX_REQUEST     (1 << 20)

struct fake {
    pthread_mutex_t lock;
    pthread_t acceptor;
    pthread_t peers[MAX_CONNECTIONS];
    int sockets[MAX_CONNECTIONS];
    size_t connections, requests, unchanged;
    const struct fake_route *routes;
    int listener;
    char url[64];
    char *head, *body;
};

struct peer {
    struct fake *f;
    int fd;
};

const struct fake_route fake_good[] = {
    {.method = "GET",
     .path = "/directory",
     .type = "application/alto-directory+json",
     .file = "directory.json",
     .etag = "\"d1\""},
    {.method = "GET",
     .path = "/maps/test",
     .type = "application/alto-networkmap+json",
     .file = "networkmap.json",
     .etag = "\"m1\""},
    {.method = "GET",
     .path = "/costs/routing",
     .type = "application/alto-costmap+json",
     .file = "costmap.json",
     .etag = "\"c1\""},
    {.method = "POST",
     .path = "/costs/filtered",
     .type = "application/alto-costmap+json",
     .file = "filteredcosts.json"},
    {.method = "POST",
     .path = "/endpoints/costs",
     .type = "application/alto-endpointcost+json",
     .file = "endpointcosts.json"},
    {.method = "POST",
     .path = "/vector/endpoints",
     .type = "multipart/related; boundary=here; type=\"application/alto-endpointcost+json\"",
     .file = "vector.multipart"},
    {.method = "POST",
     .path = "/properties/addresses",
     .type = "application/alto-propmap+json",
     .file = "properties.json"},
    {.method = "POST",
     .path = "/properties/pids",
     .type = "application/alto-propmap+json",
     .file = "pidproperties.json"},
    {.method = "GET",
     .path = "/api/v1/path?src=192.0.2.130&dst=198.51.100.7",
     .type = "application/json",
     .file = "path.json"},
    {.method = "GET",
     .path = "/api/v1/path?src=2001%3Adb8%3A1%3A%3A130&dst=2001%3Adb8%3A2%3A%3A7",
     .type = "application/json",
     .file = "path-unknown6.json"},
    {.method = "GET",
     .path = "/api/v1/path?src=192.0.2.130&dst=203.0.113.99",
     .type = "application/json",
     .file = "path-lost.json"},
    {.method = "GET",
     .path = "/api/v1/path?src=203.0.113.5&dst=203.0.113.99",
     .type = "application/json",
     .file = "path-unknown.json"},
    {.method = "GET",
     .path = "/api/v1/path?src=192.0.2.130&dst=198.51.100.7&table=a%26b%20c",
     .status = 404,
     .type = "application/json",
     .file = "error-missing.json"},
    {.method = "GET",
     .path = "/api/v1/domains",
     .type = "application/json",
     .file = "domains.json"},
    {.method = "GET",
     .path = "/api/v1/sources",
     .type = "application/json",
     .file = "sources.json"},
    {.method = "GET",
     .path = "/api/v1/disagreements",
     .type = "application/json",
     .file = "disagreements.json"},
    {.method = "GET",
     .path = "/api/v1/links",
     .type = "application/json",
     .file = "links.json"},
    {.method = "GET",
     .path = "/api/v1/endpoints",
     .type = "application/json",
     .file = "endpoints.json",
     .etag = "\"e1\""},
    {.method = "GET", .path = "/fts/grants", .type = "application/json", .file = "grants.json"},
    {.method = "GET",
     .path = "/fts/grants/one%2Ftwo",
     .type = "application/json",
     .text = "{\"groups\":{},\"grants\":[]}",
     .etag = "\"7\""},
    {.method = "PUT",
     .path = "/fts/grants/one%2Ftwo",
     .type = "application/json",
     .text = "{\"domain\":\"one/two\",\"version\":8,\"by\":\"ops\","
             "\"at\":\"2026-11-22T02:07:09Z\",\"withdrawn\":false}"},
    {.method = "PUT",
     .path = "/fts/grants/new?dry_run=true",
     .type = "application/json",
     .text = "{\"domain\":\"new\",\"dry_run\":true}"},
    {.method = "PUT",
     .path = "/fts/grants/new",
     .status = 409,
     .type = "application/json",
     .text = "{\"error\":{\"code\":\"conflict\",\"message\":\"grants[1]: twice\"}}"},
    {.method = "GET",
     .path = "/api/v1/status",
     .type = "application/json; charset=utf-8",
     .file = "status.json"},
    {0},
};

char *fake_file(const char *name, size_t *len)
{
    char path[512];
    FILE *in;
    char *text;
    long size;

    snprintf(path, sizeof(path), "data/cli/%s", name);
    in = fopen(path, "rb");
    if (!in)
        fail_msg("can't read %s", path);
    fseek(in, 0, SEEK_END);
    size = ftell(in);
    rewind(in);
    text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, in), size);
    fclose(in);
    *len = (size_t)size;
    return text;
}

static bool send_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

static char *header(const char *head, const char *name)
{
    const char *at = strcasestr(head, name);

    if (!at)
        return NULL;
    at += strlen(name);
    at += strspn(at, ": ");
    return strndup(at, strcspn(at, "\r\n"));
}

/** Reads a request: true when head and body are in; the body starts at *body. */
static bool read_request(int fd, char *buffer, size_t *body)
{
    size_t n = 0, want = 0;

    *body = 0;
    while (n < MAX_REQUEST) {
        ssize_t got;
        char *end = strstr(buffer, "\r\n\r\n");
        if (end && *body == 0) {
            char *length;
            *end = 0;
            length = header(buffer, "\r\nContent-Length");
            *body = (size_t)(end + 4 - buffer);
            want = *body + (length ? strtoul(length, NULL, 10) : 0);
            free(length);
        }
        if (*body > 0 && n >= want)
            return true;
        got = recv(fd, buffer + n, MAX_REQUEST - n, 0);
        if (got <= 0)
            return false;
        n += (size_t)got;
        buffer[n] = 0;
    }
    return false;
}

static const struct fake_route *find(struct fake *f, const char *head)
{
    for (const struct fake_route *r = f->routes; r->method; r++) {
        char start[512];
        int n = snprintf(start, sizeof(start), "%s %s ", r->method, r->path);
        if (strncmp(head, start, (size_t)n) == 0)
            return r;
    }
    return NULL;
}

static bool send_head(int fd, const struct fake_route *r, int status, size_t length)
{
    char text[1024];
    int n = snprintf(
        text, sizeof(text), "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n%s%s%s%s%s%s\r\n", status,
        length, r->type ? "Content-Type: " : "", r->type ? r->type : "", r->type ? "\r\n" : "",
        r->etag ? "ETag: " : "", r->etag ? r->etag : "", r->etag ? "\r\n" : "");

    return send_all(fd, text, (size_t)n);
}

static bool send_huge(int fd)
{
    char block[4096];
    bool ok = true;

    memset(block, '[', sizeof(block));
    for (size_t i = 0; ok && i < (3 << 20) / sizeof(block); i++)
        ok = send_all(fd, block, sizeof(block));
    return ok;
}

static bool send_body(int fd, const struct fake_route *r)
{
    char name[256];
    size_t n = r->text ? strlen(r->text) : 0;
    char *body;
    bool ok;

    if (r->text) {
        body = strdup(r->text);
    } else {
        snprintf(name, sizeof(name), "server/%s", r->file);
        body = fake_file(name, &n);
    }
    ok = send_head(fd, r, r->status ? r->status : 200, r->mode == FAKE_CUT ? n + 100 : n) &&
         send_all(fd, body, n) && r->mode != FAKE_CUT;
    free(body);
    return ok;
}

/** Answers one request; false when the connection is to be closed. */
static bool answer(struct fake *f, int fd, const char *head)
{
    static const struct fake_route missing = {.method = "GET",
                                              .path = "",
                                              .status = 404,
                                              .type = "text/plain",
                                              .text = "no such page"};
    const struct fake_route *r = find(f, head);
    char *etag = header(head, "\r\nIf-None-Match");
    bool same = r && r->etag && etag && strcmp(etag, r->etag) == 0;

    free(etag);
    if (!r)
        return send_body(fd, &missing);
    if (same) {
        f->unchanged++;
        return send_head(fd, r, 304, 0);
    }
    if (r->mode == FAKE_SILENT)
        return false;
    if (r->mode == FAKE_HUGE)
        return send_head(fd, r, 200, 3 << 20) && send_huge(fd);
    return send_body(fd, r);
}

static void *serve(void *payload)
{
    struct peer *p = payload;
    struct fake *f = p->f;
    char *buffer = calloc(1, MAX_REQUEST + 1);
    size_t body;
    bool open = buffer != NULL;

    while (open && read_request(p->fd, buffer, &body)) {
        pthread_mutex_lock(&f->lock);
        f->requests++;
        free(f->head);
        free(f->body);
        f->head = strdup(buffer);
        f->body = strdup(buffer + body);
        open = answer(f, p->fd, f->head);
        pthread_mutex_unlock(&f->lock);
        memset(buffer, 0, body + 1);
    }
    shutdown(p->fd, SHUT_RDWR);
    free(buffer);
    free(p);
    return NULL;
}

static void *accept_all(void *payload)
{
    struct fake *f = payload;

    for (;;) {
        int fd = accept(f->listener, NULL, NULL);
        struct peer *p;
        if (fd < 0)
            return NULL;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        p = malloc(sizeof(*p));
        pthread_mutex_lock(&f->lock);
        assert_true(p && f->connections < MAX_CONNECTIONS);
        *p = (struct peer){f, fd};
        f->sockets[f->connections] = fd;
        assert_int_equal(pthread_create(&f->peers[f->connections], NULL, serve, p), 0);
        f->connections++;
        pthread_mutex_unlock(&f->lock);
    }
}

struct fake *fake_start(const struct fake_route *routes)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(at);
    struct fake *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->routes = routes;
    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(f->listener >= 0);
    assert_int_equal(bind(f->listener, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(f->listener, 64), 0);
    assert_int_equal(getsockname(f->listener, (struct sockaddr *)&at, &size), 0);
    snprintf(f->url, sizeof(f->url), "http://127.0.0.1:%u", ntohs(at.sin_port));
    pthread_mutex_init(&f->lock, NULL);
    assert_int_equal(pthread_create(&f->acceptor, NULL, accept_all, f), 0);
    return f;
}

void fake_stop(struct fake *f)
{
    shutdown(f->listener, SHUT_RDWR);
    pthread_join(f->acceptor, NULL);
    close(f->listener);
    for (size_t i = 0; i < f->connections; i++) {
        shutdown(f->sockets[i], SHUT_RDWR);
        pthread_join(f->peers[i], NULL);
        close(f->sockets[i]);
    }
    pthread_mutex_destroy(&f->lock);
    free(f->head);
    free(f->body);
    free(f);
}

void fake_routes(struct fake *f, const struct fake_route *routes)
{
    pthread_mutex_lock(&f->lock);
    f->routes = routes;
    pthread_mutex_unlock(&f->lock);
}

const char *fake_url(const struct fake *f)
{
    return f->url;
}

static size_t read_count(struct fake *f, const size_t *n)
{
    size_t value;

    pthread_mutex_lock(&f->lock);
    value = *n;
    pthread_mutex_unlock(&f->lock);
    return value;
}

size_t fake_connections(struct fake *f)
{
    return read_count(f, &f->connections);
}

size_t fake_requests(struct fake *f)
{
    return read_count(f, &f->requests);
}

size_t fake_unchanged(struct fake *f)
{
    return read_count(f, &f->unchanged);
}

const char *fake_last_head(struct fake *f)
{
    return f->head;
}

const char *fake_last_body(struct fake *f)
{
    return f->body;
}
