/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP server over loopback: what requests become, limits, deadlines. Times are only ever
 * waited for, never measured: a deadline test passes when the connection was closed, however
 * late.
 */
#include "unit/core/http/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/cmocka_all.h"

static void test_requests(void **state)
{
    struct serve_limits l;
    struct site s;
    (void)state;
    serve_defaults(&l);
    site_start(&s, &l);
    const char *r = site_talk(&s, "GET /a%20b?a%20b=c%2fd HTTP/1.1\r\nX-Many: 1\r\n" CLOSE
                                  "x-many: 2\r\n\r\n");
    assert_true(site_begins(r, "HTTP/1.1 200"));
    assert_non_null(strstr(r, "X-Test: yes"));
    assert_non_null(strstr(r, "GET /a b [] 2[1, 2] c/d 127.0.0.1"));
    r = site_talk(&s, "POST /p HTTP/1.1\r\n" CLOSE "Content-Length: 5\r\n\r\nhello");
    assert_non_null(strstr(r, "POST /p [hello]"));
    r = site_talk(&s, "POST /slow HTTP/1.1\r\n" CLOSE
                      "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
    assert_non_null(strstr(r, "POST /slow [hello]"));
    r = site_talk(&s, "HEAD /h HTTP/1.1\r\n" CLOSE "\r\n");
    assert_true(site_begins(r, "HTTP/1.1 200"));
    assert_null(strstr(r, "HEAD /h"));
    r = site_talk(&s, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"); /* RFC 9112 section 3.2 */
    assert_true(site_begins(r, "HTTP/1.1 400"));
    r = site_talk(&s, "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\n" CLOSE "\r\n");
    assert_non_null(strstr(r, "GET /1 "));
    assert_non_null(strstr(strstr(r, "GET /1 "), "GET /2 "));
    serve_stop(&s.http, 1000000);
    assert_int_equal(s.done, 7); /* the refused one has no call to end */
}

static void test_shared_bodies(void **state)
{
    struct serve_limits l;
    struct site s;
    (void)state;
    serve_defaults(&l);
    site_start(&s, &l);
    for (int i = 0; i < 3; i++)
        assert_non_null(
            strstr(site_talk(&s, "GET /shared HTTP/1.1\r\n" CLOSE "\r\n"), "shared"));
    serve_stop(&s.http, 1000000);
    assert_int_equal(s.released, 3);
}

/* One response for all who ask, whoever sends it. */
static void test_prepared(void **state)
{
    static const char *const paths[] = {"/prepared", "/slow/prepared"};
    struct serve_limits l;
    struct site s;
    char request[100];
    (void)state;
    serve_defaults(&l);
    site_start(&s, &l);
    assert_false(serve_slot_has(&s.slot));
    for (int i = 0; i < 6; i++) {
        const char *method = i < 4 ? "GET" : "HEAD";
        snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\n" CLOSE "\r\n", method,
                 paths[i % 2]);
        const char *got = site_talk(&s, request);
        assert_true(site_begins(got, "HTTP/1.1 200"));
        assert_non_null(strstr(got, "\r\nContent-Length: 8\r\n"));
        assert_non_null(strstr(got, "\r\nETag: \"one\"\r\n"));
        assert_non_null(strstr(got, "\r\nX-Test: yes\r\n"));
        assert_string_equal(strstr(got, "\r\n\r\n") + 4, i < 4 ? "the same" : "");
    }
    serve_stop(&s.http, 1000000);
    assert_int_equal(s.done, 6);
    assert_int_equal(s.filled, 1);
    assert_true(serve_slot_has(&s.slot));
    serve_slot_empty(&s.slot);
    assert_false(serve_slot_has(&s.slot));
    serve_slot_empty(&s.slot);
}

/* Content-Length is that of the 200, of which nothing follows (RFC 9110 section 8.6). */
static void test_unchanged(void **state)
{
    static const char *const paths[] = {"/unchanged", "/unchanged/prepared"};
    struct serve_limits l;
    struct site s;
    char request[150];
    (void)state;
    serve_defaults(&l);
    site_start(&s, &l);
    for (int i = 0; i < 4; i++) {
        const char *method = i < 2 ? "GET" : "HEAD";
        snprintf(request, sizeof(request),
                 "%s %s HTTP/1.1\r\nHost: x\r\n\r\nGET /after HTTP/1.1\r\n" CLOSE "\r\n",
                 method, paths[i % 2]);
        const char *got = site_talk(&s, request);
        const char *end = strstr(got, "\r\n\r\n");
        assert_true(site_begins(got, "HTTP/1.1 304"));
        assert_non_null(end);
        const char *length = strstr(got, "\r\nContent-Length: 1234567\r\n");
        assert_true(length && length < end);
        assert_true(site_begins(end + 4, "HTTP/1.1 200"));
        assert_non_null(strstr(end + 4, "GET /after"));
    }
    serve_stop(&s.http, 1000000);
    serve_slot_empty(&s.slot);
}

static void test_sizes(void **state)
{
    struct serve_limits l;
    struct site s;
    static char big[80000];
    (void)state;
    serve_defaults(&l);
    l.max_body = 10;
    site_start(&s, &l);
    assert_true(site_begins(
        site_talk(&s, "POST / HTTP/1.1\r\n" CLOSE "Content-Length: 10\r\n\r\n0123456789"),
        "HTTP/1.1 200"));
    assert_true(
        site_begins(site_talk(&s, "POST / HTTP/1.1\r\n" CLOSE "Content-Length: 11\r\n\r\n"),
                    "HTTP/1.1 413"));
    assert_true(site_begins(
        site_talk(&s, "POST / HTTP/1.1\r\n" CLOSE
                      "Transfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n"),
        "HTTP/1.1 413"));
    int n = snprintf(big, sizeof(big), "GET / HTTP/1.1\r\n" CLOSE "X-Big: ");
    memset(big + n, 'x', 40000);
    strcpy(big + n + 40000, "\r\n\r\n");
    assert_true(site_begins(site_talk(&s, big), "HTTP/1.1 431"));
    /* an endless body is cut off, whatever it sends */
    int fd = site_dial(&s);
    site_say(fd, "POST / HTTP/1.1\r\n" CLOSE "Transfer-Encoding: chunked\r\n\r\n");
    memset(big, 'y', 1000);
    big[1000] = 0;
    for (int i = 0; i < 200; i++) {
        site_say(fd, "3e8\r\n");
        site_say(fd, big);
        site_say(fd, "\r\n");
    }
    site_hear(fd);
    assert_int_equal(serve_counts(s.http).refused[SERVE_REFUSED_LARGE], 2);
    serve_stop(&s.http, 1000000);
}

/* Each byte comes in time, the whole does not. */
static void trickle(const struct site *s, const char *before)
{
    int fd = site_dial(s);
    char byte;
    site_say(fd, before);
    for (int i = 0; i < 3000; i++) { /* 30 s at most; the server closes long before */
        if (send(fd, "x", 1, MSG_NOSIGNAL) < 0 || recv(fd, &byte, 1, MSG_DONTWAIT) == 0) {
            close(fd);
            return;
        }
        usleep(10000);
    }
    fail_msg("the connection is still open");
}

static void test_deadlines(void **state)
{
    struct serve_limits l;
    struct site s;
    (void)state;
    serve_defaults(&l);
    l.header_timeout = l.body_timeout = l.idle_timeout = 100000;
    site_start(&s, &l);
    trickle(&s, "GET / HTTP/1.1\r\nHost: ");
    trickle(&s, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n");
    trickle(&s, "GE");
    site_hear(site_dial(&s)); /* says nothing at all */
    const char *r =
        site_talk(&s, "GET /once HTTP/1.1\r\nHost: x\r\n\r\n"); /* then nothing more */
    assert_non_null(strstr(r, "GET /once"));
    assert_true(serve_counts(s.http).refused[SERVE_REFUSED_LATE] >= 5);
    serve_stop(&s.http, 1000000);
}

/* Answers under way don't stall others, and what can't be queued is refused. */
static void test_slow_answers(void **state)
{
    struct serve_limits l;
    struct site s;
    int fds[3];
    (void)state;
    serve_defaults(&l);
    l.threads = 1;
    l.workers = 1;
    l.max_queue = 2;
    l.header_timeout = l.body_timeout = 200000; /* do not count while an answer is computed */
    site_start(&s, &l);
    s.hold = true;
    for (int i = 0; i < 3; i++) {
        fds[i] = site_dial(&s);
        site_say(fds[i], "GET /slow/held HTTP/1.1\r\n" CLOSE "\r\n");
        if (i == 0)
            site_wait_for(&s, &s.waiting, 1);
    }
    assert_non_null(
        strstr(site_talk(&s, "GET /quick HTTP/1.1\r\n" CLOSE "\r\n"), "GET /quick"));
    assert_true(
        site_begins(site_talk(&s, "GET /slow/more HTTP/1.1\r\n" CLOSE "\r\n"), "HTTP/1.1 503"));
    assert_int_equal(serve_counts(s.http).refused[SERVE_REFUSED_QUEUE], 1);
    usleep(400000);
    site_let_go(&s);
    for (int i = 0; i < 3; i++)
        assert_non_null(strstr(site_hear(fds[i]), "GET /slow/held"));
    serve_stop(&s.http, 1000000);
}

/* What is slow doesn't wait for what is lengthy. */
static void test_lengthy_answers(void **state)
{
    struct serve_limits l;
    struct site s;
    (void)state;
    serve_defaults(&l);
    l.workers = 1;
    l.max_queue = 1;
    site_start(&s, &l);
    s.hold = true;
    int first = site_dial(&s), second = site_dial(&s);
    site_say(first, "GET /slow/lengthy/held HTTP/1.1\r\n" CLOSE "\r\n");
    site_wait_for(&s, &s.waiting, 1);
    site_say(second, "GET /slow/lengthy/held HTTP/1.1\r\n" CLOSE "\r\n");
    for (int i = 0; i < 3; i++)
        assert_non_null(
            strstr(site_talk(&s, "GET /slow HTTP/1.1\r\n" CLOSE "\r\n"), "GET /slow"));
    site_let_go(&s);
    assert_non_null(strstr(site_hear(first), "GET /slow/lengthy/held"));
    assert_non_null(strstr(site_hear(second), "GET /slow/lengthy/held"));
    serve_stop(&s.http, 1000000);
}

/* Stopping while answers are computed and clients have left. */
static void test_stop(void **state)
{
    struct serve_limits l;
    struct site s;
    (void)state;
    serve_defaults(&l);
    site_start(&s, &l);
    s.hold = true;
    int fd = site_dial(&s), idle = site_dial(&s);
    site_say(fd, "GET /slow/held HTTP/1.1\r\nHost: x\r\n\r\n");
    site_wait_for(&s, &s.waiting, 1);
    close(fd);
    site_let_go(&s);
    serve_stop(&s.http, 100000);
    assert_null(s.http);
    site_hear(idle);
}

static void test_connections_per_client(void **state)
{
    struct serve_limits l;
    struct site s;
    int fds[3];
    (void)state;
    serve_defaults(&l);
    l.max_per_client = 3;
    site_start(&s, &l);
    for (int i = 0; i < 3; i++) {
        char byte;
        fds[i] = site_dial(&s);
        site_say(fds[i], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_int_equal(recv(fds[i], &byte, 1, 0), 1); /* is being served */
    }
    assert_string_equal(site_talk(&s, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "");
    struct serve_counts counts = serve_counts(s.http);
    assert_int_equal(counts.connections, 3);
    assert_int_equal(counts.refused[SERVE_REFUSED_PEER], 1);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    for (int i = 0; i < 500; i++) { /* until the server noticed */
        if (*site_talk(&s, "GET / HTTP/1.1\r\n" CLOSE "\r\n"))
            break;
        usleep(10000);
    }
    assert_true(site_begins(site_talk(&s, "GET / HTTP/1.1\r\n" CLOSE "\r\n"), "HTTP/1.1 200"));
    serve_stop(&s.http, 1000000);
}

/* --- digest: the client's side is curl's --- */

static int curl_status(const struct site *s, const char *more)
{
    char command[512], line[16] = "";
    snprintf(command, sizeof(command),
             "curl -s -o /dev/null -w '%%{http_code}' %s http://127.0.0.1:%u/secret", more,
             (unsigned)serve_port(s->http));
    FILE *p = popen(command, "r");
    assert_non_null(p);
    if (!fgets(line, sizeof(line), p))
        line[0] = 0;
    pclose(p);
    return atoi(line);
}

static void test_digest(void **state)
{
    struct serve_limits l;
    struct site s;
    (void)state;
    serve_defaults(&l);
    site_start(&s, &l);
    const char *r = site_talk(&s, "GET /secret HTTP/1.1\r\n" CLOSE "\r\n");
    assert_true(site_begins(r, "HTTP/1.1 401"));
    const char *sha = strcasestr(r, "algorithm=SHA-256"), *md5 = strcasestr(r, "algorithm=MD5");
    assert_non_null(sha);
    assert_non_null(md5);
    assert_true(sha < md5); /* the preferred one first */
    if (system("command -v curl >/dev/null") != 0) {
        print_message("curl is missing: the rest is skipped\n");
    } else {
        assert_int_equal(curl_status(&s, ""), 401);
        assert_int_equal(curl_status(&s, "--digest -u user:word"), 200);
        assert_int_equal(curl_status(&s, "--digest -u user:wrong"), 401);
        assert_int_equal(curl_status(&s, "--digest -u other:word"), 401);
        assert_int_equal(curl_status(&s, "--digest -u user:word -d body"), 200);
        assert_int_equal(curl_status(&s, "-u user:word"), 401); /* Basic */
    }
    serve_stop(&s.http, 1000000);
}

static void test_start_errors(void **state)
{
    struct site s;
    struct serve_config c = {.host = "localhost", .handler = site_handler(&s)};
    struct server_http *http;
    struct err e = {0};
    (void)state;
    serve_defaults(&c.limits);
    assert_true(serve_start(&http, &c, &e) < 0);
    assert_null(http);
    c.host = "127.0.0.1";
    c.certificate = c.key = "/nonexistent.pem";
    assert_true(serve_start(&http, &c, &e) < 0);
    assert_non_null(strstr(e.msg, "/nonexistent.pem"));
    c.certificate = c.key = NULL;
    site_start(&s, &c.limits);
    c.port = serve_port(s.http);
    assert_true(serve_start(&http, &c, &e) < 0);
    assert_null(http);
    serve_stop(&s.http, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),     cmocka_unit_test(test_shared_bodies),
        cmocka_unit_test(test_prepared),     cmocka_unit_test(test_unchanged),
        cmocka_unit_test(test_sizes),        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_slow_answers), cmocka_unit_test(test_lengthy_answers),
        cmocka_unit_test(test_stop),         cmocka_unit_test(test_connections_per_client),
        cmocka_unit_test(test_digest),       cmocka_unit_test(test_start_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
