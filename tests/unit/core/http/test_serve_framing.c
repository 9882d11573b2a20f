/* SPDX-License-Identifier: Apache-2.0 */
/* Where requests end and whom they are for: requests that clients should not send, too. */
#include "unit/core/http/site.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/cmocka_all.h"

#define POST   "POST / HTTP/1.1\r\n"
#define LENGTH POST CLOSE "Content-Length: "
#define CODING POST CLOSE "Transfer-Encoding: "
#define CHUNKS "1\r\nx\r\n0\r\n\r\n"
#define AGAIN  "GET /again HTTP/1.1\r\nHost: x\r\n\r\n"

/* What somebody else says meanwhile. */
struct speech {
    int fd;
    const char *text;
};

static void *speak(void *self)
{
    const struct speech *s = self;
    site_say(s->fd, s->text);
    return NULL;
}

/* RFC 9112 sections 3.2.2, 5.1 and 6.3. */
static void test_framing(void **state)
{
    static const struct {
        const char *request, *want;
    } cases[] = {
        {"GET http://h:1/a?a%20b=c HTTP/1.1\r\n" CLOSE "\r\n", "GET /a [] 0[] c 127.0.0.1 h:1"},
        {"GET HTTPS://h HTTP/1.1\r\n" CLOSE "\r\n", "GET / [] 0[] - 127.0.0.1 h"},
        {"GET /x://y HTTP/1.1\r\n" CLOSE "\r\n", "GET /x://y [] 0[] - 127.0.0.1 -"},
        {"OPTIONS * HTTP/1.1\r\n" CLOSE "\r\n", "OPTIONS * []"},
        {"GET / HTTP/1.1\r\n" CLOSE "Accept : x\r\n\r\n", "HTTP/1.1 400"},
        {"POST / HTTP/1.1\r\n" CLOSE "Content-Length: 1\r\nContent-Length: 2\r\n\r\nx",
         "HTTP/1.1 400"},
    };
    struct serve_limits l;
    struct site s;
    (void)state;
    serve_defaults(&l);
    site_start(&s, &l);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *r = site_talk(&s, cases[i].request);
        if (!strstr(r, cases[i].want))
            fail_msg("%s: %s", cases[i].request, r);
    }
    struct serve_counts counts = serve_counts(s.http);
    assert_int_equal(counts.accepted, 6);
    assert_int_equal(counts.requests, 6);
    assert_int_equal(counts.refused[SERVE_REFUSED_MALFORMED], 2);
    serve_stop(&s.http, 1000000);
}

/* Whom a request is for and where it ends is said once and clearly, or it is refused: once, and
 * nothing behind it is read as another one. */
static void test_refused_once(void **state)
{
    static const struct {
        const char *request;
        int status;
    } cases[] = {
        {"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: x\r\n" CLOSE "\r\n", 400},
        {"GET / HTTP/1.1\r\nConnection: close\r\nHost: a b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nConnection: close\r\nHost: a/b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nConnection: close\r\nHost: user@x\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nConnection: close\r\nHost: [::1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nConnection: close\r\nHost: a%2\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: x\r\n folded\r\nConnection: close\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nConnection: close\r\nHost:\r\n\r\n", 200},
        {"GET / HTTP/1.1\r\nConnection: close\r\nHost: [fe80::1%25e_0]:80\r\n\r\n", 200},
        {"GET / HTTP/1.1\r\nConnection: close\r\nHost: a%2Db.example:\r\n\r\n", 200},
        {"GET / HTTP/1.0\r\n\r\n", 200},
        {"GET /a b HTTP/1.1\r\n" CLOSE "\r\n", 400},
        {"GET /a%2Fb HTTP/1.1\r\n" CLOSE "\r\n", 400},
        {"GET /a%00b HTTP/1.1\r\n" CLOSE "\r\n", 400},
        {"GET /a?b=%2f%00 HTTP/1.1\r\n" CLOSE "\r\n", 200},
        {"GET /a%%2fb HTTP/1.1\r\n" CLOSE "\r\n", 400},
        {"GET /a%2%00 HTTP/1.1\r\n" CLOSE "\r\n", 400},
        {"GET /a%2?f HTTP/1.1\r\n" CLOSE "\r\n", 200},
        {"GET /a%0 HTTP/1.1\r\n" CLOSE "\r\n", 200},
        {"GET / HTTP/1.1\r\n" CLOSE "hOST: x\r\n\r\n", 400},
        {LENGTH "1\r\nCONTENT-length: 1\r\n\r\nx", 400},
        {POST CLOSE "tRANSFER-ENCODING: gzip\r\n\r\n", 400},
        {"GET a HTTP/1.1\r\n" CLOSE "\r\n", 400},
        {"CONNECT h:1 HTTP/1.1\r\n" CLOSE "\r\n", 400},
        {LENGTH "1\r\nContent-Length: 1\r\n\r\nx", 400},
        {LENGTH "+1\r\n\r\nx", 400},
        {LENGTH "1, 1\r\n\r\nx", 400},
        {LENGTH "0x1\r\n\r\nx", 400},
        {LENGTH "\r\n\r\nx", 400},
        {LENGTH "99999999999999999999\r\n\r\nx", 413},
        {LENGTH "1\r\n\r\nx", 200},
        {CODING "identity\r\n\r\n", 400},
        {CODING "gzip, chunked\r\n\r\n" CHUNKS, 400},
        {CODING "chunked, chunked\r\n\r\n" CHUNKS, 400},
        {CODING "chunked\r\nTransfer-Encoding: chunked\r\n\r\n" CHUNKS, 400},
        {CODING "\r\n\r\n" CHUNKS, 400},
        {CODING "Chunked\r\n\r\n" CHUNKS, 200},
        {CODING "chunked\r\nContent-Length: 1\r\n\r\n" CHUNKS AGAIN, 400},
        {LENGTH "5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" AGAIN, 400},
        {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" CHUNKS, 400},
    };
    struct serve_limits l;
    struct site s;
    (void)state;
    serve_defaults(&l);
    site_start(&s, &l);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *r = site_talk(&s, cases[i].request);
        char want[16];
        snprintf(want, sizeof(want), "HTTP/1.1 %d", cases[i].status);
        if (strncmp(r, want, strlen(want)) != 0 || site_heads(r) != 1)
            fail_msg("%s: not one reply %d: %s", cases[i].request, cases[i].status, r);
    }
    serve_stop(&s.http, 1000000);
}

/* A connection on which that was said is at its end. */
static void test_closed_when_unclear(void **state)
{
    static const struct {
        const char *text;
        size_t len;
    } cases[] = {
#define BYTES(s) {s, sizeof(s) - 1}
        BYTES(POST "Host: x\r\nContent-Length: 5\r\nTransfer-Encoding: "
                   "chunked\r\n\r\n0\r\n\r\n" AGAIN),
        BYTES(POST "Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: "
                   "0\r\n\r\n0\r\n\r\n" AGAIN),
        BYTES(POST "Host: x\r\nTransfer-Encoding: identity\r\n\r\n" AGAIN),
        BYTES(POST "Host: x\r\nContent-Length: 5, 5\r\n\r\nhello" AGAIN),
        BYTES("GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n" AGAIN),
        BYTES("GET /\0/x?a=\0b HTTP/1.1\r\nHost: x\r\n\r\n" AGAIN),
    };
    struct serve_limits l;
    struct site s;
    (void)state;
    serve_defaults(&l);
    site_start(&s, &l);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int fd = site_dial(&s);
        assert_int_equal(send(fd, cases[i].text, cases[i].len, MSG_NOSIGNAL), cases[i].len);
        const char *r = site_hear(fd); /* ends */
        if (strncmp(r, "HTTP/1.1 400", 12) != 0 || site_heads(r) != 1)
            fail_msg("%s: %s", cases[i].text, r);
    }
    serve_stop(&s.http, 1000000);
}

/* A length that is none, with the headers in pieces and other requests between these. */
static void test_refused_in_pieces(void **state)
{
    struct serve_limits l;
    struct site s;
    (void)state;
    serve_defaults(&l);
    l.threads = 1;
    site_start(&s, &l);
    int bad = site_dial(&s), good = site_dial(&s);
    site_say(bad, LENGTH "x\r\n");
    site_say(good, "GET /good HTTP/1.1\r\n");
    assert_non_null(
        strstr(site_talk(&s, "GET /between HTTP/1.1\r\n" CLOSE "\r\n"), "GET /between"));
    site_say(bad, "\r\n");
    const char *r = site_hear(bad);
    assert_true(site_begins(r, "HTTP/1.1 400"));
    assert_int_equal(site_heads(r), 1);
    site_say(good, CLOSE "Content-Length: 0\r\n\r\n");
    assert_non_null(strstr(site_hear(good), "GET /good"));
    assert_int_equal(serve_counts(s.http).refused[SERVE_REFUSED_MALFORMED], 1);
    serve_stop(&s.http, 1000000);
}

/* However many requests are on their way, each is answered once and in its turn. */
static void test_pipelined(void **state)
{
    enum { N = 1000 };
    struct serve_limits l;
    struct site s;
    struct buf ask = {0};
    (void)state;
    serve_defaults(&l);
    site_start(&s, &l);
    for (int i = 0; i < N; i++)
        buf_printf(&ask, "%s /%s%d HTTP/1.1\r\nHost: x\r\n%s\r\n", i % 5 ? "GET" : "POST",
                   i % 7 ? "" : "slow/", i,
                   i == N - 1 ? "Connection: close\r\n"
                   : i % 5    ? ""
                              : "Content-Length: 0\r\n");
    int fd = site_dial(&s);
    pthread_t speaker;
    struct speech speech = {fd, buf_cstr(&ask)};
    assert_int_equal(pthread_create(&speaker, NULL, speak, &speech), 0);
    struct buf got = {0};
    char piece[4096];
    ssize_t k;
    while ((k = recv(fd, piece, sizeof(piece), 0)) > 0)
        buf_add(&got, piece, (size_t)k);
    pthread_join(speaker, NULL);
    close(fd);
    const char *at = buf_cstr(&got);
    assert_int_equal(site_heads(at), N);
    for (int i = 0; i < N; i++) {
        char want[32];
        snprintf(want, sizeof(want), "/%s%d [", i % 7 ? "" : "slow/", i);
        at = strstr(at, want);
        assert_non_null(at);
    }
    buf_free(&ask);
    buf_free(&got);
    serve_stop(&s.http, 1000000);
}

/* What is percent-encoded. */
static void test_encoded(void **state)
{
    static const struct {
        const char *target, *want;
    } cases[] = {
        {"/%61/b%7e?a%20b=%2f", "GET /a/b~ [] 0[] / "},
        {"/?a%20b=x%00y", "GET / [] 0[] x%00y "},
        {"/a%zz%4?a%20b=%", "GET /a%zz%4 [] 0[] % "},
        {"/a%2500?a+b=%2B+", "GET /a%00 [] 0[] +  "},
    };
    struct serve_limits l;
    struct site s;
    (void)state;
    serve_defaults(&l);
    site_start(&s, &l);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char text[256];
        snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n" CLOSE "\r\n", cases[i].target);
        const char *r = site_talk(&s, text);
        if (!strstr(r, cases[i].want))
            fail_msg("%s: %s", cases[i].target, r);
    }
    serve_stop(&s.http, 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_framing),
        cmocka_unit_test(test_refused_once),
        cmocka_unit_test(test_closed_when_unclear),
        cmocka_unit_test(test_refused_in_pieces),
        cmocka_unit_test(test_encoded),
        cmocka_unit_test(test_pipelined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
