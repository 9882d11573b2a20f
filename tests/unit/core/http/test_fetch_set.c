/* SPDX-License-Identifier: Apache-2.0 */
/* Requests at once. Two servers, as one serves one request at a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/fetch.h"
#include "unit/cmocka_all.h"
#include "unit/core/http/tiny.h"

#define SECOND INT64_C(1000000)
#define HOUR   (3600 * SECOND)
#define HEAD   "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

struct bench {
    struct tiny server[2];
    struct fetch_limits limits;
    struct prefix loopback;
    struct arena *arena;
    struct fetcher *fetcher;
    struct fetch_set *set;
    struct clock clock;
    _Atomic int64_t now;
    struct err e;
    atomic_bool released;
};

/* Until the test lets it go, the client went away, or the test is over. */
static void hold(struct bench *b, int fd)
{
    char c;

    while (!b->released && !b->server[0].stopping && !b->server[1].stopping &&
           recv(fd, &c, 1, MSG_DONTWAIT) != 0)
        usleep(1000);
}

static void say(int fd, const char *body)
{
    char text[2000];

    snprintf(text, sizeof(text), HEAD "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
    tiny_say(fd, text);
}

/* 600 bytes now, the last one later. */
static void say_600(struct bench *b, int fd)
{
    char bytes[601];

    memset(bytes, 'x', 600);
    bytes[600] = '\0';
    tiny_say(fd, HEAD "Content-Length: 601\r\n\r\n");
    tiny_say(fd, bytes);
    hold(b, fd);
    tiny_say(fd, "y");
}

/* Several requests on one connection. */
static void say_again(int fd)
{
    char head[4000];

    for (int i = 0; i == 0 || recv(fd, head, sizeof(head), 0) > 0; i++)
        say(fd, i == 0 ? "first" : "second");
}

static void handle(void *payload, int fd, const char *request)
{
    struct bench *b = payload;

    if (strncmp(request, "GET /first ", 11) == 0) {
        while (b->server[1].requests == 0 && !b->server[0].stopping)
            usleep(1000);
        say(fd, "hello");
    } else if (strncmp(request, "GET /hold ", 10) == 0) {
        hold(b, fd);
    } else if (strncmp(request, "GET /600 ", 9) == 0) {
        say_600(b, fd);
    } else if (strncmp(request, "GET /late ", 10) == 0) {
        usleep(50000);
        say(fd, "late");
    } else if (strncmp(request, "GET /again ", 11) == 0) {
        say_again(fd);
    } else if (strncmp(request, "GET /moved ", 11) == 0) {
        tiny_say(fd, "HTTP/1.1 302 Moved\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n");
    } else if (strncmp(request, "GET /loop ", 10) == 0) {
        tiny_say(fd, "HTTP/1.1 302 Moved\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n");
    } else if (strncmp(request, "GET /away ", 10) == 0) {
        tiny_say(fd, "HTTP/1.1 302 Moved\r\nLocation: http://10.1.2.3/\r\n"
                     "Content-Length: 0\r\n\r\n");
    } else if (strncmp(request, "GET /410 ", 9) == 0) {
        tiny_say(fd, "HTTP/1.1 410 Gone\r\nRetry-After: 9\r\nContent-Length: 2\r\n\r\nno");
    } else {
        say(fd, strstr(request, "POST") == request ? "posted" : "hello");
    }
}

static int64_t clock_now(void *self)
{
    return ((struct bench *)self)->now;
}

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof(*b));

    *state = b;
    b->arena = arena_new(0);
    b->now = 1000 * HOUR;
    b->clock = (struct clock){.mono_us = clock_now, .self = b};
    fetch_defaults(&b->limits);
    b->limits.min_interval = 0;
    assert_true(prefix_parse(slice_of("127.0.0.0/8"), &b->loopback));
    b->limits.allow = &b->loopback;
    b->limits.n_allow = 1;
    for (int i = 0; i < 2; i++)
        tiny_start(&b->server[i], handle, b);
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;

    fetch_set_free(&b->set);
    fetcher_free(&b->fetcher);
    for (int i = 0; i < 2; i++)
        tiny_stop(&b->server[i]);
    arena_free(&b->arena);
    free(b);
    return 0;
}

static void open_set(struct bench *b, size_t max, size_t bytes)
{
    assert_int_equal(fetcher_new(&b->fetcher, &b->limits, &b->clock, &b->e), 0);
    assert_int_equal(fetch_set_new(&b->set, b->fetcher, max, bytes, &b->e), 0);
}

static int add_with(struct bench *b, int server, const char *path, struct fetch_request q)
{
    q.url = arena_printf(b->arena, "http://127.0.0.1:%d%s", b->server[server].port, path);
    return fetch_set_add(b->set, &q, b->arena, (void *)(uintptr_t)path, &b->e);
}

static void add(struct bench *b, int server, const char *path)
{
    assert_int_equal(add_with(b, server, path, (struct fetch_request){0}), 0);
}

static struct fetch_done next(struct bench *b)
{
    struct fetch_done d;

    while (!fetch_set_next(b->set, SECOND, &d))
        continue;
    return d;
}

/* The first server answers when the second was asked. */
static void test_at_once(void **state)
{
    struct bench *b = *state;
    struct fetch_done d[2];

    open_set(b, 2, 1000);
    add(b, 0, "/first");
    assert_int_equal(
        add_with(b, 1, "/second",
                 (struct fetch_request){.method = "POST", .body = "abc", .body_len = 3}),
        0);
    d[0] = next(b);
    d[1] = next(b);
    for (int i = 0; i < 2; i++) {
        bool first = strcmp(d[i].tag, "/first") == 0;

        assert_int_equal(d[i].rc, 0);
        assert_int_equal(d[i].reply.status, 200);
        assert_string_equal(d[i].reply.content_type, "text/plain");
        assert_string_equal(d[i].reply.body, first ? "hello" : "posted");
    }
    assert_ptr_not_equal(d[0].tag, d[1].tag);
    assert_false(fetch_set_next(b->set, 0, &d[0]));
}

static void test_kept_alive(void **state)
{
    struct bench *b = *state;

    open_set(b, 1, 1000);
    add(b, 0, "/again");
    assert_string_equal(next(b).reply.body, "first");
    add(b, 0, "/again");
    assert_string_equal(next(b).reply.body, "second");
    assert_int_equal(b->server[0].requests, 1); /* connections */
    fetch_set_free(&b->set);
}

static void test_refused(void **state)
{
    static const struct {
        const char *path;
        int code;
        const char *part;
    } all[] = {
        {"/410", ERR_REMOTE, "HTTP status 410, to be asked again in 9 s"},
        {"/loop", ERR_LIMIT, "more than 3 redirects"},
        {"/away", ERR_REFUSED, "another server, 10.1.2.3"},
    };
    struct bench *b = *state;
    struct fetch_done d;

    open_set(b, 2, 1000);
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        add(b, 0, all[i].path);
        d = next(b);
        assert_int_equal(d.rc, all[i].code);
        assert_non_null(strstr(d.why.msg, all[i].part));
        assert_non_null(strstr(d.why.msg, "http://127.0.0.1:"));
    }
    add(b, 0, "/410");
    d = next(b);
    assert_int_equal(d.reply.status, 410);
    assert_true(d.reply.retry_after == 9 * SECOND);
    assert_string_equal(d.reply.body, "no");
    assert_int_equal(fetch_set_add(b->set, &(struct fetch_request){.url = "file:///etc/passwd"},
                                   b->arena, NULL, &b->e),
                     ERR_REFUSED);
    assert_int_equal(fetch_set_add(b->set,
                                   &(struct fetch_request){.url = "http://169.254.169.254/"},
                                   b->arena, NULL, &b->e),
                     0);
    d = next(b);
    assert_int_equal(d.rc, ERR_REFUSED);
    assert_non_null(strstr(d.why.msg, "special or private"));
}

static void test_moved(void **state)
{
    struct bench *b = *state;
    struct fetch_done d;

    open_set(b, 1, 1000);
    add(b, 0, "/moved");
    d = next(b);
    assert_int_equal(d.rc, 0);
    assert_string_equal(d.reply.body, "hello");
    assert_int_equal(b->server[0].requests, 2);
}

static void test_too_many(void **state)
{
    struct bench *b = *state;

    open_set(b, 1, 1000);
    add(b, 0, "/hold");
    assert_int_equal(add_with(b, 1, "/", (struct fetch_request){0}), ERR_LIMIT);
    assert_non_null(strstr(b->e.msg, "more than 1 requests at once"));
    /* what is under way is given up with the set */
    while (b->server[0].requests == 0)
        fetch_set_next(b->set, 1000, &(struct fetch_done){0});
    fetch_set_free(&b->set);
    assert_null(b->set);
}

/* Each of two may have its body, not both of them together. */
static void test_bytes(void **state)
{
    struct bench *b = *state;
    struct fetch_done d;

    b->limits.max_body = 900;
    open_set(b, 2, 1000);
    add(b, 0, "/600");
    add(b, 1, "/600");
    d = next(b);
    assert_int_equal(d.rc, ERR_LIMIT);
    assert_non_null(strstr(d.why.msg, "bodies of more than 1000 bytes together"));
    b->released = true;
    d = next(b);
    assert_int_equal(d.rc, 0);
    assert_int_equal(d.reply.len, 601);
    add(b, 0, "/600"); /* what is done with counts no longer */
    assert_int_equal(next(b).reply.len, 601);
}

static void test_patience(void **state)
{
    struct bench *b = *state;
    struct fetch_done d;

    b->limits.total_timeout = SECOND / 1000;
    open_set(b, 1, 1000);
    assert_int_equal(add_with(b, 0, "/late", (struct fetch_request){.patience = HOUR}), 0);
    d = next(b);
    assert_int_equal(d.rc, 0);
    assert_string_equal(d.reply.body, "late");
    assert_int_equal(add_with(b, 0, "/hold", (struct fetch_request){.patience = 1000}), 0);
    assert_int_equal(next(b).rc, ERR_TIMEOUT);
}

/* Requests to one host keep their distance, to others they go at once. */
static void test_polite(void **state)
{
    struct bench *b = *state;
    struct fetch_done d;

    b->limits.min_interval = HOUR;
    open_set(b, 3, 1000);
    add(b, 0, "/a");
    add(b, 0, "/b");
    add(b, 0, "/c");
    assert_string_equal(next(b).tag, "/a");
    for (int i = 1; i < 3; i++) {
        assert_false(fetch_set_next(b->set, 0, &d));
        b->now += HOUR - 1;
        assert_false(fetch_set_next(b->set, 0, &d));
        assert_int_equal(b->server[0].requests, i);
        b->now += 1;
        assert_string_equal(next(b).tag, i == 1 ? "/b" : "/c");
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_at_once),  TEST(test_kept_alive), TEST(test_refused),  TEST(test_moved),
        TEST(test_too_many), TEST(test_bytes),      TEST(test_patience), TEST(test_polite),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
