/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/fetch.h"
#include "unit/cmocka_all.h"
#include "unit/core/http/tiny.h"

#define SECOND INT64_C(1000000)

struct bench {
    struct tiny server;
    struct fetch_limits limits;
    struct prefix loopback;
    struct arena *arena;
    struct fetch_reply reply;
    struct err e;
    char seen[8192]; /* the latest request */
};

static void say_length(int fd, const char *head, const char *body)
{
    char text[1000];

    snprintf(text, sizeof(text), "%sContent-Length: %zu\r\nConnection: close\r\n\r\n%s", head,
             strlen(body), body);
    tiny_say(fd, text);
}

static void serve_ok(struct bench *b, int fd)
{
    (void)b;
    say_length(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nETag: \"v1\"\r\n", "hello");
}

static void serve_stall(struct bench *b, int fd)
{
    tiny_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nab");
    while (!b->server.stopping)
        usleep(1000);
}

static void serve_hush(struct bench *b, int fd)
{
    char c;

    tiny_say(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/x\r\n\r\nab");
    while (!b->server.stopping && recv(fd, &c, 1, MSG_DONTWAIT) != 0)
        usleep(1000); /* until the client goes away */
}

static void serve_trickle(struct bench *b, int fd)
{
    tiny_say(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/x\r\n\r\n");
    while (!b->server.stopping && tiny_say(fd, "x"))
        usleep(10000);
}

/* A byte now and then: never idle, never done. */
static void serve_drip(struct bench *b, int fd)
{
    tiny_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    while (!b->server.stopping && tiny_say(fd, "x"))
        usleep(10000);
}

static void serve_500(struct bench *b, int fd)
{
    (void)b;
    say_length(fd, "HTTP/1.1 500 Oops\r\n", "internal error page");
}

static void serve_503(struct bench *b, int fd)
{
    (void)b;
    say_length(fd, "HTTP/1.1 503 Later\r\nRetry-After: 120\r\n", "");
}

static void serve_garbage(struct bench *b, int fd)
{
    (void)b;
    tiny_say(fd, "\x01\x02\x03 this is not HTTP\r\n\r\n");
}

static void serve_huge(struct bench *b, int fd)
{
    static char block[65536];

    tiny_say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    while (!b->server.stopping && tiny_write(fd, block, sizeof(block)))
        continue;
}

/* 1 MiB of zeros as gzip makes it: a header, a code of one symbol, and then 1,016 bytes of 0.
 */
static void serve_bomb(struct bench *b, int fd)
{
    static const unsigned char start[] = {0x1f, 0x8b, 8,    0,    0, 0,    0,   0, 2,
                                          3,    0xed, 0xc1, 0x31, 1, 0,    0,   0, 0xc2,
                                          0xa0, 0xf5, 0x4f, 0x6d, 8, 0x5f, 0xa0};
    static const unsigned char end[] = {0x3e, 3, 0x1c, 0xea, 0x38, 0xa7, 0, 0, 0x10, 0};
    unsigned char body[1051] = {0};

    (void)b;
    memcpy(body, start, sizeof(start));
    memcpy(body + sizeof(body) - sizeof(end), end, sizeof(end));
    tiny_say(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1051\r\n\r\n");
    tiny_write(fd, body, sizeof(body));
}

static void serve_truncated(struct bench *b, int fd)
{
    (void)b;
    tiny_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this");
}

static void serve_headers(struct bench *b, int fd)
{
    tiny_say(fd, "HTTP/1.1 200 OK\r\n");
    while (!b->server.stopping && tiny_say(fd, "X-Filler: 0123456789012345678901234567890\r\n"))
        continue;
}

static void redirect(int fd, const char *code, const char *to)
{
    char head[600];

    snprintf(head, sizeof(head), "HTTP/1.1 %s Moved\r\nLocation: %s\r\n", code, to);
    say_length(fd, head, "");
}

static void serve_loop(struct bench *b, int fd)
{
    (void)b;
    redirect(fd, "302", "/loop");
}

static void serve_once(struct bench *b, int fd)
{
    if (b->server.requests == 1)
        redirect(fd, "303", "/there");
    else
        serve_ok(b, fd);
}

static void serve_to_private(struct bench *b, int fd)
{
    (void)b;
    redirect(fd, "302", "http://10.1.2.3/secret");
}

static void serve_to_file(struct bench *b, int fd)
{
    (void)b;
    redirect(fd, "302", "file:///etc/passwd");
}

static void serve_to_other_port(struct bench *b, int fd)
{
    (void)b;
    redirect(fd, "302", "http://127.0.0.1:1/");
}

static void serve_304(struct bench *b, int fd)
{
    (void)b;
    tiny_say(fd, "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nConnection: close\r\n\r\n");
}

static const struct {
    const char *path;
    void (*serve)(struct bench *b, int fd);
} routes[] = {
    {"/ok", serve_ok},
    {"/stall", serve_stall},
    {"/drip", serve_drip},
    {"/hush", serve_hush},
    {"/trickle", serve_trickle},
    {"/500", serve_500},
    {"/503", serve_503},
    {"/garbage", serve_garbage},
    {"/huge", serve_huge},
    {"/bomb", serve_bomb},
    {"/truncated", serve_truncated},
    {"/headers", serve_headers},
    {"/loop", serve_loop},
    {"/once", serve_once},
    {"/there", serve_ok},
    {"/private", serve_to_private},
    {"/file", serve_to_file},
    {"/port", serve_to_other_port},
    {"/304", serve_304},
};

static void handle(void *payload, int fd, const char *request)
{
    struct bench *b = payload;
    const char *path = strchr(request, ' ');

    snprintf(b->seen, sizeof(b->seen), "%s", request);
    for (size_t i = 0; path != NULL && i < sizeof(routes) / sizeof(routes[0]); i++) {
        size_t n = strlen(routes[i].path);

        if (strncmp(path + 1, routes[i].path, n) == 0 && path[1 + n] == ' ') {
            routes[i].serve(b, fd);
            return;
        }
    }
}

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof(*b));

    *state = b;
    b->arena = arena_new(0);
    fetch_defaults(&b->limits);
    b->limits.min_interval = 0;
    assert_true(prefix_parse(slice_of("127.0.0.0/8"), &b->loopback));
    b->limits.allow = &b->loopback;
    b->limits.n_allow = 1;
    tiny_start(&b->server, handle, b);
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;

    tiny_stop(&b->server);
    arena_free(&b->arena);
    free(b);
    return 0;
}

static int ask_with(struct bench *b, const char *url, struct fetch_request *q)
{
    struct fetcher *f;
    int rc;

    err_clear(&b->e);
    q->url = url;
    assert_int_equal(fetcher_new(&f, &b->limits, clock_system(), &b->e), 0);
    rc = fetch(f, q, b->arena, &b->reply, &b->e);
    fetcher_free(&f);
    assert_null(f);
    return rc;
}

static int ask(struct bench *b, const char *path, struct fetch_request *q)
{
    char url[200];

    snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", b->server.port, path);
    return ask_with(b, url, q);
}

static void expect_error(struct bench *b, const char *path, int code, const char *part)
{
    int rc = ask(b, path, &(struct fetch_request){0});

    if (rc != code || strstr(b->e.msg, part) == NULL)
        print_error("%s: %d %s\n", path, rc, b->e.msg);
    assert_int_equal(rc, code);
    assert_non_null(strstr(b->e.msg, part));
}

static void test_ok(void **state)
{
    struct bench *b = *state;

    assert_int_equal(ask(b, "/ok", &(struct fetch_request){0}), 0);
    assert_int_equal(b->reply.status, 200);
    assert_string_equal(b->reply.body, "hello");
    assert_int_equal(b->reply.len, 5);
    assert_string_equal(b->reply.content_type, "text/plain");
    assert_string_equal(b->reply.etag, "\"v1\"");
    assert_int_equal(b->reply.retry_after, 0);
    assert_non_null(strstr(b->seen, "User-Agent: rialto/"));
    assert_null(strstr(b->seen, "Cookie"));
}

static void test_post(void **state)
{
    static const char *const headers[] = {"Accept: application/x-test", NULL};
    struct bench *b = *state;
    struct fetch_request q = {
        .method = "POST", .headers = headers, .body = "abc", .body_len = 3};

    assert_int_equal(ask(b, "/ok", &q), 0);
    assert_memory_equal(b->seen, "POST /ok ", 9);
    assert_non_null(strstr(b->seen, "Accept: application/x-test\r\n"));
    assert_non_null(strstr(b->seen, "Content-Length: 3\r\n"));
}

static void test_etag(void **state)
{
    struct bench *b = *state;

    assert_int_equal(ask(b, "/304", &(struct fetch_request){.etag = "\"v1\""}), 0);
    assert_int_equal(b->reply.status, 304);
    assert_int_equal(b->reply.len, 0);
    assert_non_null(strstr(b->seen, "If-None-Match: \"v1\"\r\n"));
}

static void test_statuses(void **state)
{
    struct bench *b = *state;

    expect_error(b, "/500", ERR_REMOTE, "HTTP status 500");
    assert_int_equal(b->reply.status, 500);
    expect_error(b, "/503", ERR_REMOTE, "asked again in 120 s");
    assert_true(b->reply.retry_after == 120 * SECOND);
}

static void test_deadline(void **state)
{
    struct bench *b = *state;

    b->limits.total_timeout = SECOND / 10;
    expect_error(b, "/drip", ERR_TIMEOUT, "");
}

static void test_stall(void **state)
{
    struct bench *b = *state;

    b->limits.total_timeout = SECOND / 10;
    expect_error(b, "/stall", ERR_TIMEOUT, "");
}

static void test_bad_replies(void **state)
{
    struct bench *b = *state;

    expect_error(b, "/garbage", ERR_REMOTE, "");
    expect_error(b, "/truncated", ERR_REMOTE, "");
    expect_error(b, "/headers", ERR_LIMIT, "headers of more than");
    expect_error(b, "/nothing", ERR_REMOTE, "");
}

static void test_sizes(void **state)
{
    struct bench *b = *state;

    b->limits.max_body = 5;
    assert_int_equal(ask(b, "/ok", &(struct fetch_request){0}), 0);
    b->limits.max_body = 4;
    expect_error(b, "/ok", ERR_LIMIT, "more than 4 bytes");
    b->limits.max_body = 100000;
    expect_error(b, "/huge", ERR_LIMIT, "more than 100000 bytes");
}

/* What counts is what comes out of the decompression: 1 MiB out of 1 KiB. */
static void test_bomb(void **state)
{
    struct bench *b = *state;

    b->limits.max_body = 1 << 20;
    assert_int_equal(ask(b, "/bomb", &(struct fetch_request){0}), 0);
    assert_int_equal(b->reply.len, 1 << 20);
    b->limits.max_body = 10000;
    expect_error(b, "/bomb", ERR_LIMIT, "more than 10000 bytes");
}

static void test_redirects(void **state)
{
    struct bench *b = *state;

    assert_int_equal(
        ask(b, "/once", &(struct fetch_request){.method = "POST", .body = "x", .body_len = 1}),
        0);
    assert_memory_equal(b->seen, "GET /there ", 11);
    b->server.requests = 0;
    expect_error(b, "/loop", ERR_LIMIT, "more than 3 redirects");
    assert_int_equal(b->server.requests, 4);
    b->limits.max_redirects = 0;
    expect_error(b, "/loop", ERR_LIMIT, "more than 0 redirects");
}

static void test_redirects_elsewhere(void **state)
{
    struct bench *b = *state;

    expect_error(b, "/file", ERR_REFUSED, "not a URL of http or https");
    expect_error(b, "/port", ERR_REFUSED, "another server");
    expect_error(b, "/private", ERR_REFUSED, "another server");
    b->limits.cross_host = true;
    expect_error(b, "/private", ERR_REFUSED, "10.1.2.3 is special or private");
    expect_error(b, "/file", ERR_REFUSED, "not a URL of http or https");
}

static void test_addresses(void **state)
{
    static const char *const urls[] = {
        "http://127.0.0.1:1/",
        "http://2130706433:1/",
        "http://0x7f.1:1/",
        "http://[::1]:1/",
        "http://[::ffff:127.0.0.1]:1/",
        "http://[64:ff9b::7f00:1]:1/",
        "http://[2002:7f00:1::]:1/",
        "http://[fe80::1]:1/",
        "http://[fd00::1]:1/",
        "http://10.0.0.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest",
        "http://192.168.1.1/",
        "http://224.0.0.1/",
        "http://0.0.0.0/",
        "http://0.1.2.3/",
        "http://240.0.0.1/",
        "http://255.255.255.255/",
        "http://localhost:1/",
    };
    struct bench *b = *state;

    b->limits.n_allow = 0;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        int rc = ask_with(b, urls[i], &(struct fetch_request){0});

        if (rc != ERR_REFUSED)
            print_error("%s: %d %s\n", urls[i], rc, b->e.msg);
        assert_int_equal(rc, ERR_REFUSED);
    }
    assert_int_equal(b->server.requests, 0);
}

static void test_schemes(void **state)
{
    static const char *const urls[] = {"file:///etc/passwd",
                                       "ftp://127.0.0.1/",
                                       "gopher://127.0.0.1/",
                                       "/etc/passwd",
                                       "",
                                       "http://user:secret@127.0.0.1/",
                                       "http://127.0.0.1:99999/"};
    struct bench *b = *state;

    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        int rc = ask_with(b, urls[i], &(struct fetch_request){0});

        if (rc != ERR_REFUSED)
            print_error("%s: %d %s\n", urls[i], rc, b->e.msg);
        assert_int_equal(rc, ERR_REFUSED);
        assert_null(strstr(b->e.msg, "secret"));
    }
}

/* The environment's proxies are not asked: one that refuses everything changes nothing. */
static void test_no_proxy(void **state)
{
    struct bench *b = *state;

    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    assert_int_equal(ask(b, "/ok", &(struct fetch_request){0}), 0);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
}

/* Who speaks plain HTTP where TLS is asked for, or nobody at all. */
static void test_no_server(void **state)
{
    struct bench *b = *state;
    char url[100];

    snprintf(url, sizeof(url), "https://127.0.0.1:%d/ok", b->server.port);
    assert_int_equal(ask_with(b, url, &(struct fetch_request){0}), ERR_REMOTE);

    assert_int_equal(ask_with(b, "http://127.0.0.1:1/", &(struct fetch_request){0}),
                     ERR_REMOTE);
}

static int count_chunk(void *payload, const void *p, size_t n, struct err *e)
{
    (void)p;
    (void)e;
    *(size_t *)payload += n;
    return 0;
}

static int refuse_chunk(void *payload, const void *p, size_t n, struct err *e)
{
    (void)payload;
    (void)p;
    (void)n;
    return err_set(e, ERR_CANCELLED, "enough");
}

static void test_chunks(void **state)
{
    struct bench *b = *state;
    char url[100];
    size_t n = 0;

    snprintf(url, sizeof(url), "http://127.0.0.1:%d/ok", b->server.port);
    assert_int_equal(
        ask_with(b, url, &(struct fetch_request){.chunk = count_chunk, .payload = &n}), 0);
    assert_int_equal(n, 5);
    assert_int_equal(b->reply.len, 0);
    assert_int_equal(ask_with(b, url, &(struct fetch_request){.chunk = refuse_chunk}),
                     ERR_CANCELLED);
    assert_non_null(strstr(b->e.msg, "enough"));
    /* pages of errors are nothing for the receiver */
    n = 0;
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/500", b->server.port);
    assert_int_equal(
        ask_with(b, url, &(struct fetch_request){.chunk = count_chunk, .payload = &n}),
        ERR_REMOTE);
    assert_int_equal(n, 0);
}

struct hearing {
    size_t got, enough; /* bytes */
    const struct fetch_reply *reply;
};

static int hear(void *payload, const void *p, size_t n, struct err *e)
{
    struct hearing *h = payload;

    (void)p, (void)e;
    assert_string_equal(h->reply->content_type, "text/x");
    h->got += n;
    return 0;
}

static bool heard_enough(void *payload)
{
    const struct hearing *h = payload;

    return h->got >= h->enough;
}

/* A stream is bound neither by time nor by length, ends when it is told to, and when nothing
 * comes any more. */
static void test_streams(void **state)
{
    struct bench *b = *state;
    struct hearing h = {.enough = 20, .reply = &b->reply};
    struct fetch_request q = {
        .chunk = hear, .stop = heard_enough, .payload = &h, .silence = 3600 * SECOND};

    b->limits.max_body = 10;
    b->limits.total_timeout = 100000;
    assert_int_equal(ask(b, "/trickle", &q), ERR_CANCELLED);
    assert_true(h.got >= 20);
    assert_null(strstr(b->seen, "Accept-Encoding"));
    h = (struct hearing){.enough = 1, .reply = &b->reply};
    assert_int_equal(ask(b, "/hush", &q), ERR_CANCELLED);
    h = (struct hearing){.enough = 1000, .reply = &b->reply};
    q.silence = SECOND / 10;
    assert_int_equal(ask(b, "/hush", &q), ERR_TIMEOUT);
    assert_non_null(strstr(b->e.msg, "nothing came for"));
    assert_int_equal(h.got, 2);
    q.silence = SECOND;
    assert_int_equal(ask(b, "/500", &q), ERR_LIMIT); /* a page is no stream */
    b->limits.max_body = 1000;
    assert_int_equal(ask(b, "/500", &q), ERR_REMOTE);
}

/* Ordinary requests can be ended too. */
static void test_stop(void **state)
{
    struct bench *b = *state;
    struct hearing h = {.enough = 0, .reply = &b->reply};

    assert_int_equal(
        ask(b, "/stall", &(struct fetch_request){.stop = heard_enough, .payload = &h}),
        ERR_CANCELLED);
}

/* The second request to a host would have to wait longer than it may take. */
static void test_politeness(void **state)
{
    struct bench *b = *state;
    struct fetch_request q = {0};
    struct fetcher *f;
    char url[100];

    b->limits.min_interval = 3600 * SECOND;
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/ok", b->server.port);
    q.url = url;
    assert_int_equal(fetcher_new(&f, &b->limits, clock_system(), &b->e), 0);
    assert_int_equal(fetch(f, &q, b->arena, &b->reply, &b->e), 0);
    assert_int_equal(fetch(f, &q, b->arena, &b->reply, &b->e), ERR_TIMEOUT);
    assert_int_equal(b->server.requests, 1);
    fetcher_free(&f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_ok),
        TEST(test_post),
        TEST(test_etag),
        TEST(test_statuses),
        TEST(test_deadline),
        TEST(test_stall),
        TEST(test_bad_replies),
        TEST(test_sizes),
        TEST(test_bomb),
        TEST(test_redirects),
        TEST(test_redirects_elsewhere),
        TEST(test_addresses),
        TEST(test_schemes),
        TEST(test_no_proxy),
        TEST(test_no_server),
        TEST(test_chunks),
        TEST(test_streams),
        TEST(test_stop),
        TEST(test_politeness),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
