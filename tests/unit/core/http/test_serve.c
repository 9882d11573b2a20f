/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP server over loopback: what requests become, limits, deadlines. Times are only ever
 * waited for, never measured: a deadline test passes when the connection was closed, however
 * late.
 */
#include "http/serve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/cmocka_all.h"

#define REPLY 65536

struct site {
    struct server_http *http;
    struct serve_call *kept;          /* parked: the last one */
    unsigned opened, closed, to_send; /* of parks; pieces that a stream has */
    bool ready;                       /* what is waited for is there */
    bool full;                        /* pieces are as large as can be */
    size_t sent;                      /* bytes of these */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool hold;        /* slow answers wait */
    unsigned waiting; /* how many do */
    unsigned released, done;
    struct serve_slot slot;
    unsigned filled;
};

static bool identify(void *self, struct serve_request *q)
{
    (void)self;
    q->user = strdup(q->path);
    q->lengthy = strncmp(q->path, "/slow/lengthy", 13) == 0;
    return strncmp(q->path, "/slow", 5) == 0;
}

static void hold_on(struct site *s)
{
    pthread_mutex_lock(&s->lock);
    s->waiting++;
    pthread_cond_broadcast(&s->changed);
    while (s->hold)
        pthread_cond_wait(&s->changed, &s->lock);
    s->waiting--;
    pthread_mutex_unlock(&s->lock);
}

static void released(void *self)
{
    struct site *s = self;
    pthread_mutex_lock(&s->lock);
    s->released++;
    pthread_mutex_unlock(&s->lock);
}

/* Digest: who is known may, others are asked. */
static bool challenged(struct serve_request *q, struct serve_reply *r)
{
    char user[32];
    if (strcmp(q->path, "/secret") != 0)
        return false;
    bool named = serve_digest_user(q, user, sizeof(user));
    enum serve_auth auth = serve_digest(q, "here", "user", "word");
    if (named && strcmp(user, "user") == 0 && auth == SERVE_AUTH_OK)
        return false;
    *r = (struct serve_reply){
        .status = 401, .body = "", .realm = "here", .stale = auth == SERVE_AUTH_STALE};
    return true;
}

/* --- kept connections --- */

static void park_opens(void *self, struct serve_call *call)
{
    struct site *s = self;
    pthread_mutex_lock(&s->lock);
    s->kept = call;
    s->opened++;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

static ptrdiff_t read_park(void *self, char *p, size_t room)
{
    struct site *s = self;
    ptrdiff_t n = 0;
    pthread_mutex_lock(&s->lock);
    if (s->to_send > 0 && --s->to_send == 0) {
        n = SERVE_END;
    } else if (s->to_send > 0 && s->full) {
        n = (ptrdiff_t)room;
        memset(p, 'f', room);
        s->sent += room;
    } else if (s->to_send > 0) {
        n = room < 5 ? (ptrdiff_t)room : 5;
        memcpy(p, "piece", (size_t)n);
    }
    pthread_mutex_unlock(&s->lock);
    return n;
}

static void park_closes(void *self)
{
    struct site *s = self;
    pthread_mutex_lock(&s->lock);
    s->kept = NULL;
    s->closed++;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

/* Streams, and replies that are not there yet; false: something else. */
static bool parked(struct site *s, const struct serve_request *q, struct serve_reply *r)
{
    bool stream = strstr(q->path, "stream") != NULL, wait = strstr(q->path, "wait") != NULL;
    pthread_mutex_lock(&s->lock);
    bool ready = s->ready;
    pthread_mutex_unlock(&s->lock);
    if (!stream && (!wait || ready))
        return false;
    *r = (struct serve_reply){.status = stream ? 200 : 0,
                              .park = {park_opens, stream ? read_park : NULL, park_closes, s}};
    return true;
}

static void wait_for(struct site *s, const unsigned *counter, unsigned n)
{
    pthread_mutex_lock(&s->lock);
    while (*counter < n)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

/* For the first who asks. */
static void fill(void *self, struct serve_reply *r)
{
    struct site *s = self;
    pthread_mutex_lock(&s->lock);
    s->filled++;
    pthread_mutex_unlock(&s->lock);
    r->body = "the same";
    r->len = 8;
    r->headers[0][0] = "ETag";
    r->headers[0][1] = "\"one\"";
    r->headers[1][0] = "X-Test";
    r->headers[1][1] = "yes";
    r->n_headers = 2;
}

/* An empty body of its own, as replies have that were emptied. */
static void fill_unchanged(void *self, struct serve_reply *r)
{
    (void)self;
    r->unsent = 1234567;
    r->body = r->owner = malloc(1);
    r->release = free;
}

static void answer(void *self, struct serve_request *q, struct serve_reply *r)
{
    struct site *s = self;
    struct buf accept = {0};
    char client[ADDR_TEXT];
    if (challenged(q, r) || parked(s, q, r))
        return;
    if (strcmp(q->path, "/prepared") == 0 || strcmp(q->path, "/slow/prepared") == 0) {
        *r = (struct serve_reply){.status = 200};
        serve_slot_use(&s->slot, r, fill, s);
        return;
    }
    if (strcmp(q->path, "/unchanged") == 0 || strcmp(q->path, "/unchanged/prepared") == 0) {
        *r = (struct serve_reply){.status = 304};
        if (q->path[10])
            serve_slot_use(&s->slot, r, fill_unchanged, s);
        else
            fill_unchanged(s, r);
        return;
    }
    if (strcmp(q->path, "/slow/held") == 0 || strcmp(q->path, "/slow/lengthy/held") == 0)
        hold_on(s);
    unsigned n = serve_header_all(q, "X-Many", &accept);
    const char *argument = serve_argument(q, "a b");
    char *text = NULL; /* the reply's own: others are answered meanwhile */
    int len = asprintf(&text, "%s %s [%s] %u[%s] %s %s %s", q->method, q->path, q->body, n,
                       buf_cstr(&accept), argument ? argument : "-",
                       addr_format(&q->client, client), q->authority ? q->authority : "-");
    *r = (struct serve_reply){
        .status = 200, .body = text, .len = (size_t)len, .release = free, .owner = text};
    r->headers[0][0] = "X-Test";
    r->headers[0][1] = "yes";
    r->n_headers = 1;
    if (strcmp(q->path, "/shared") == 0) {
        free(text);
        r->body = "shared";
        r->len = 6;
        r->release = released;
        r->owner = s;
    }
    buf_free(&accept);
}

static void refuse(void *self, int status, struct serve_reply *r)
{
    (void)self;
    *r = (struct serve_reply){.status = status, .body = "refused", .len = 7};
}

static void done(void *self, void *user)
{
    struct site *s = self;
    free(user);
    pthread_mutex_lock(&s->lock);
    s->done++;
    pthread_mutex_unlock(&s->lock);
}

static void start(struct site *s, const struct serve_limits *limits)
{
    struct serve_config c = {.host = "127.0.0.1",
                             .handler = {identify, answer, refuse, done, s}};
    struct err e = {0};
    *s = (struct site){.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    c.limits = *limits;
    int rc = serve_start(&s->http, &c, &e);
    if (rc < 0)
        print_message("%s\n", e.msg);
    assert_int_equal(rc, 0);
    assert_true(serve_port(s->http) > 0);
}

static int dial(const struct site *s)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(serve_port(s->http))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)(void *)&in, sizeof(in)), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    size_t n = strlen(text);
    while (n > 0) {
        ssize_t k = send(fd, text, n, MSG_NOSIGNAL);
        if (k <= 0)
            return; /* closed on the other side, which is what some tests want */
        text += k;
        n -= (size_t)k;
    }
}

/* Everything until the other side closes. */
static const char *hear(int fd)
{
    static char text[REPLY];
    size_t n = 0;
    ssize_t k;
    while (n < sizeof(text) - 1 && (k = recv(fd, text + n, sizeof(text) - 1 - n, 0)) > 0)
        n += (size_t)k;
    text[n] = 0;
    close(fd);
    return text;
}

static const char *talk(const struct site *s, const char *text)
{
    int fd = dial(s);
    say(fd, text);
    return hear(fd);
}

static bool begins(const char *reply, const char *with)
{
    if (strncmp(reply, with, strlen(with)) == 0)
        return true;
    print_message("%s\n", reply);
    return false;
}

#define CLOSE "Host: x\r\nConnection: close\r\n"

static void test_requests(void **state)
{
    struct serve_limits l;
    struct site s;
    (void)state;
    serve_defaults(&l);
    start(&s, &l);
    const char *r =
        talk(&s, "GET /a%20b?a%20b=c%2fd HTTP/1.1\r\nX-Many: 1\r\n" CLOSE "x-many: 2\r\n\r\n");
    assert_true(begins(r, "HTTP/1.1 200"));
    assert_non_null(strstr(r, "X-Test: yes"));
    assert_non_null(strstr(r, "GET /a b [] 2[1, 2] c/d 127.0.0.1"));
    r = talk(&s, "POST /p HTTP/1.1\r\n" CLOSE "Content-Length: 5\r\n\r\nhello");
    assert_non_null(strstr(r, "POST /p [hello]"));
    r = talk(&s, "POST /slow HTTP/1.1\r\n" CLOSE
                 "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
    assert_non_null(strstr(r, "POST /slow [hello]"));
    r = talk(&s, "HEAD /h HTTP/1.1\r\n" CLOSE "\r\n");
    assert_true(begins(r, "HTTP/1.1 200"));
    assert_null(strstr(r, "HEAD /h"));
    r = talk(&s, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"); /* RFC 9112 section 3.2 */
    assert_true(begins(r, "HTTP/1.1 400"));
    r = talk(&s, "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\n" CLOSE "\r\n");
    assert_non_null(strstr(r, "GET /1 "));
    assert_non_null(strstr(strstr(r, "GET /1 "), "GET /2 "));
    serve_stop(&s.http, 1000000);
    assert_int_equal(s.done, 7); /* the refused one has no call to end */
}

/* What somebody else says meanwhile. */
struct speech {
    int fd;
    const char *text;
};

static void *speak(void *self)
{
    const struct speech *s = self;
    say(s->fd, s->text);
    return NULL;
}

/* How many replies there are. */
static unsigned heads(const char *reply)
{
    unsigned n = 0;
    for (const char *p = reply; (p = strstr(p, "HTTP/1.1 ")); p++)
        n++;
    return n;
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
    start(&s, &l);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *r = talk(&s, cases[i].request);
        if (!strstr(r, cases[i].want))
            fail_msg("%s: %s", cases[i].request, r);
    }
    struct serve_counts counts = serve_counts(s.http);
    assert_int_equal(counts.accepted, 6);
    assert_int_equal(counts.requests, 6);
    assert_int_equal(counts.refused[SERVE_REFUSED_MALFORMED], 2);
    serve_stop(&s.http, 1000000);
}

#define POST   "POST / HTTP/1.1\r\n"
#define LENGTH POST CLOSE "Content-Length: "
#define CODING POST CLOSE "Transfer-Encoding: "
#define CHUNKS "1\r\nx\r\n0\r\n\r\n"
#define AGAIN  "GET /again HTTP/1.1\r\nHost: x\r\n\r\n"

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
    start(&s, &l);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *r = talk(&s, cases[i].request);
        char want[16];
        snprintf(want, sizeof(want), "HTTP/1.1 %d", cases[i].status);
        if (strncmp(r, want, strlen(want)) != 0 || heads(r) != 1)
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
    start(&s, &l);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int fd = dial(&s);
        assert_int_equal(send(fd, cases[i].text, cases[i].len, MSG_NOSIGNAL), cases[i].len);
        const char *r = hear(fd); /* ends */
        if (strncmp(r, "HTTP/1.1 400", 12) != 0 || heads(r) != 1)
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
    start(&s, &l);
    int bad = dial(&s), good = dial(&s);
    say(bad, LENGTH "x\r\n");
    say(good, "GET /good HTTP/1.1\r\n");
    assert_non_null(strstr(talk(&s, "GET /between HTTP/1.1\r\n" CLOSE "\r\n"), "GET /between"));
    say(bad, "\r\n");
    const char *r = hear(bad);
    assert_true(begins(r, "HTTP/1.1 400"));
    assert_int_equal(heads(r), 1);
    say(good, CLOSE "Content-Length: 0\r\n\r\n");
    assert_non_null(strstr(hear(good), "GET /good"));
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
    start(&s, &l);
    for (int i = 0; i < N; i++)
        buf_printf(&ask, "%s /%s%d HTTP/1.1\r\nHost: x\r\n%s\r\n", i % 5 ? "GET" : "POST",
                   i % 7 ? "" : "slow/", i,
                   i == N - 1 ? "Connection: close\r\n"
                   : i % 5    ? ""
                              : "Content-Length: 0\r\n");
    int fd = dial(&s);
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
    assert_int_equal(heads(at), N);
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
    start(&s, &l);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char text[256];
        snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n" CLOSE "\r\n", cases[i].target);
        const char *r = talk(&s, text);
        if (!strstr(r, cases[i].want))
            fail_msg("%s: %s", cases[i].target, r);
    }
    serve_stop(&s.http, 1000000);
}

static void test_shared_bodies(void **state)
{
    struct serve_limits l;
    struct site s;
    (void)state;
    serve_defaults(&l);
    start(&s, &l);
    for (int i = 0; i < 3; i++)
        assert_non_null(strstr(talk(&s, "GET /shared HTTP/1.1\r\n" CLOSE "\r\n"), "shared"));
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
    start(&s, &l);
    assert_false(serve_slot_has(&s.slot));
    for (int i = 0; i < 6; i++) {
        const char *method = i < 4 ? "GET" : "HEAD";
        snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\n" CLOSE "\r\n", method,
                 paths[i % 2]);
        const char *got = talk(&s, request);
        assert_true(begins(got, "HTTP/1.1 200"));
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
    start(&s, &l);
    for (int i = 0; i < 4; i++) {
        const char *method = i < 2 ? "GET" : "HEAD";
        snprintf(request, sizeof(request),
                 "%s %s HTTP/1.1\r\nHost: x\r\n\r\nGET /after HTTP/1.1\r\n" CLOSE "\r\n",
                 method, paths[i % 2]);
        const char *got = talk(&s, request);
        const char *end = strstr(got, "\r\n\r\n");
        assert_true(begins(got, "HTTP/1.1 304"));
        assert_non_null(end);
        const char *length = strstr(got, "\r\nContent-Length: 1234567\r\n");
        assert_true(length && length < end);
        assert_true(begins(end + 4, "HTTP/1.1 200"));
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
    start(&s, &l);
    assert_true(
        begins(talk(&s, "POST / HTTP/1.1\r\n" CLOSE "Content-Length: 10\r\n\r\n0123456789"),
               "HTTP/1.1 200"));
    assert_true(begins(talk(&s, "POST / HTTP/1.1\r\n" CLOSE "Content-Length: 11\r\n\r\n"),
                       "HTTP/1.1 413"));
    assert_true(
        begins(talk(&s, "POST / HTTP/1.1\r\n" CLOSE
                        "Transfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n"),
               "HTTP/1.1 413"));
    int n = snprintf(big, sizeof(big), "GET / HTTP/1.1\r\n" CLOSE "X-Big: ");
    memset(big + n, 'x', 40000);
    strcpy(big + n + 40000, "\r\n\r\n");
    assert_true(begins(talk(&s, big), "HTTP/1.1 431"));
    /* an endless body is cut off, whatever it sends */
    int fd = dial(&s);
    say(fd, "POST / HTTP/1.1\r\n" CLOSE "Transfer-Encoding: chunked\r\n\r\n");
    memset(big, 'y', 1000);
    big[1000] = 0;
    for (int i = 0; i < 200; i++) {
        say(fd, "3e8\r\n");
        say(fd, big);
        say(fd, "\r\n");
    }
    hear(fd);
    assert_int_equal(serve_counts(s.http).refused[SERVE_REFUSED_LARGE], 2);
    serve_stop(&s.http, 1000000);
}

/* Each byte comes in time, the whole does not. */
static void trickle(const struct site *s, const char *before)
{
    int fd = dial(s);
    char byte;
    say(fd, before);
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
    start(&s, &l);
    trickle(&s, "GET / HTTP/1.1\r\nHost: ");
    trickle(&s, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n");
    trickle(&s, "GE");
    hear(dial(&s));                                                    /* says nothing at all */
    const char *r = talk(&s, "GET /once HTTP/1.1\r\nHost: x\r\n\r\n"); /* then nothing more */
    assert_non_null(strstr(r, "GET /once"));
    assert_true(serve_counts(s.http).refused[SERVE_REFUSED_LATE] >= 5);
    serve_stop(&s.http, 1000000);
}

static void wait_until_held(struct site *s, unsigned n)
{
    pthread_mutex_lock(&s->lock);
    while (s->waiting < n)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

static void let_go(struct site *s)
{
    pthread_mutex_lock(&s->lock);
    s->hold = false;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
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
    start(&s, &l);
    s.hold = true;
    for (int i = 0; i < 3; i++) {
        fds[i] = dial(&s);
        say(fds[i], "GET /slow/held HTTP/1.1\r\n" CLOSE "\r\n");
        if (i == 0)
            wait_until_held(&s, 1);
    }
    assert_non_null(strstr(talk(&s, "GET /quick HTTP/1.1\r\n" CLOSE "\r\n"), "GET /quick"));
    assert_true(begins(talk(&s, "GET /slow/more HTTP/1.1\r\n" CLOSE "\r\n"), "HTTP/1.1 503"));
    assert_int_equal(serve_counts(s.http).refused[SERVE_REFUSED_QUEUE], 1);
    usleep(400000);
    let_go(&s);
    for (int i = 0; i < 3; i++)
        assert_non_null(strstr(hear(fds[i]), "GET /slow/held"));
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
    start(&s, &l);
    s.hold = true;
    int first = dial(&s), second = dial(&s);
    say(first, "GET /slow/lengthy/held HTTP/1.1\r\n" CLOSE "\r\n");
    wait_until_held(&s, 1);
    say(second, "GET /slow/lengthy/held HTTP/1.1\r\n" CLOSE "\r\n");
    for (int i = 0; i < 3; i++)
        assert_non_null(strstr(talk(&s, "GET /slow HTTP/1.1\r\n" CLOSE "\r\n"), "GET /slow"));
    let_go(&s);
    assert_non_null(strstr(hear(first), "GET /slow/lengthy/held"));
    assert_non_null(strstr(hear(second), "GET /slow/lengthy/held"));
    serve_stop(&s.http, 1000000);
}

/* Stopping while answers are computed and clients have left. */
static void test_stop(void **state)
{
    struct serve_limits l;
    struct site s;
    (void)state;
    serve_defaults(&l);
    start(&s, &l);
    s.hold = true;
    int fd = dial(&s), idle = dial(&s);
    say(fd, "GET /slow/held HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_until_held(&s, 1);
    close(fd);
    let_go(&s);
    serve_stop(&s.http, 100000);
    assert_null(s.http);
    hear(idle);
}

static void test_connections_per_client(void **state)
{
    struct serve_limits l;
    struct site s;
    int fds[3];
    (void)state;
    serve_defaults(&l);
    l.max_per_client = 3;
    start(&s, &l);
    for (int i = 0; i < 3; i++) {
        char byte;
        fds[i] = dial(&s);
        say(fds[i], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_int_equal(recv(fds[i], &byte, 1, 0), 1); /* is being served */
    }
    assert_string_equal(talk(&s, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "");
    struct serve_counts counts = serve_counts(s.http);
    assert_int_equal(counts.connections, 3);
    assert_int_equal(counts.refused[SERVE_REFUSED_PEER], 1);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    for (int i = 0; i < 500; i++) { /* until the server noticed */
        if (*talk(&s, "GET / HTTP/1.1\r\n" CLOSE "\r\n"))
            break;
        usleep(10000);
    }
    assert_true(begins(talk(&s, "GET / HTTP/1.1\r\n" CLOSE "\r\n"), "HTTP/1.1 200"));
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
    start(&s, &l);
    const char *r = talk(&s, "GET /secret HTTP/1.1\r\n" CLOSE "\r\n");
    assert_true(begins(r, "HTTP/1.1 401"));
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

static void wake(struct site *s, unsigned to_send)
{
    pthread_mutex_lock(&s->lock);
    s->to_send = to_send;
    s->ready = true;
    if (s->kept)
        serve_wake(s->kept);
    pthread_mutex_unlock(&s->lock);
}

/* Both ways of answering: by the serving thread, and by a worker. */
static void test_kept_connections(void **state)
{
    static const char *const paths[] = {"/wait", "/slow/wait", "/stream", "/slow/stream"};
    struct serve_limits l;
    struct site s;
    char request[64];
    (void)state;
    serve_defaults(&l);
    for (size_t i = 0; i < 4; i++) {
        start(&s, &l);
        snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n" CLOSE "\r\n", paths[i]);
        int fd = dial(&s);
        say(fd, request);
        wait_for(&s, &s.opened, 1);
        wake(&s, 3); /* two pieces, and the end */
        const char *r = hear(fd);
        assert_true(begins(r, "HTTP/1.1 200"));
        if (i < 2)
            assert_non_null(strstr(r, paths[i]));
        else
            assert_non_null(strstr(r, "5\r\npiece\r\n5\r\npiece\r\n0\r\n"));
        serve_stop(&s.http, 1000000);
        assert_int_equal(s.closed, 1);
        assert_int_equal(s.done, 1);
    }
}

/* Pieces that fill the library's buffer, then the connection sleeps: nothing stays behind. */
static void test_full_pieces(void **state)
{
    struct serve_limits l;
    struct site s;
    char byte;
    (void)state;
    serve_defaults(&l);
    start(&s, &l);
    s.full = true;
    int fd = dial(&s);
    say(fd, "GET /stream HTTP/1.1\r\n" CLOSE "\r\n");
    wait_for(&s, &s.opened, 1);
    wake(&s, 4); /* three, and the end */
    assert_int_equal(recv(fd, &byte, 1, 0), 1);
    const char *body = strstr(hear(fd), "\r\n\r\n");
    size_t n = 0;
    assert_non_null(body);
    for (body += 4; *body; body++) /* lengths of chunks are in hex, too */
        n += *body == 'f' && (body[1] == 'f' || body[-1] == 'f');
    serve_stop(&s.http, 1000000);
    assert_true(s.sent > 1000 && n >= s.sent && n < s.sent + 20);
}

/* A client that leaves while it waits is noticed, and a server that stops does not wait. */
static void test_kept_connections_end(void **state)
{
    struct serve_limits l;
    struct site s;
    (void)state;
    serve_defaults(&l);
    start(&s, &l);
    int fd = dial(&s);
    say(fd, "GET /wait HTTP/1.1\r\n" CLOSE "\r\n");
    wait_for(&s, &s.opened, 1);
    assert_int_equal(serve_counts(s.http).kept, 1);
    close(fd);
    wait_for(&s, &s.closed, 1);
    int waits = dial(&s), streams = dial(&s);
    say(waits, "GET /wait HTTP/1.1\r\n" CLOSE "\r\n");
    wait_for(&s, &s.opened, 2);
    say(streams, "GET /stream HTTP/1.1\r\n" CLOSE "\r\n");
    wait_for(&s, &s.opened, 3);
    serve_stop(&s.http, 1000000);
    assert_int_equal(s.closed, 3);
    assert_true(begins(hear(waits), "HTTP/1.1 503"));
    assert_true(begins(hear(streams), "HTTP/1.1 200"));
}

static void test_start_errors(void **state)
{
    struct site s;
    struct serve_config c = {.host = "localhost",
                             .handler = {identify, answer, refuse, done, &s}};
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
    start(&s, &c.limits);
    c.port = serve_port(s.http);
    assert_true(serve_start(&http, &c, &e) < 0);
    assert_null(http);
    serve_stop(&s.http, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_framing),
        cmocka_unit_test(test_shared_bodies),
        cmocka_unit_test(test_prepared),
        cmocka_unit_test(test_unchanged),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_slow_answers),
        cmocka_unit_test(test_lengthy_answers),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_connections_per_client),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_kept_connections),
        cmocka_unit_test(test_full_pieces),
        cmocka_unit_test(test_kept_connections_end),
        cmocka_unit_test(test_start_errors),
        cmocka_unit_test(test_refused_once),
        cmocka_unit_test(test_closed_when_unclear),
        cmocka_unit_test(test_refused_in_pieces),
        cmocka_unit_test(test_encoded),
        cmocka_unit_test(test_pipelined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
