/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/core/http/site.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/cmocka_all.h"

#define REPLY 65536

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

struct serve_handler site_handler(struct site *s)
{
    return (struct serve_handler){identify, answer, refuse, done, s};
}

void site_start(struct site *s, const struct serve_limits *limits)
{
    struct serve_config c = {.host = "127.0.0.1", .handler = site_handler(s)};
    struct err e = {0};
    *s = (struct site){.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    c.limits = *limits;
    int rc = serve_start(&s->http, &c, &e);
    if (rc < 0)
        print_message("%s\n", e.msg);
    assert_int_equal(rc, 0);
    assert_true(serve_port(s->http) > 0);
}

int site_dial(const struct site *s)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(serve_port(s->http))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)(void *)&in, sizeof(in)), 0);
    return fd;
}

void site_say(int fd, const char *text)
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

const char *site_hear(int fd)
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

const char *site_talk(const struct site *s, const char *text)
{
    int fd = site_dial(s);
    site_say(fd, text);
    return site_hear(fd);
}

void site_wait_for(struct site *s, const unsigned *counter, unsigned n)
{
    pthread_mutex_lock(&s->lock);
    while (*counter < n)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

void site_let_go(struct site *s)
{
    pthread_mutex_lock(&s->lock);
    s->hold = false;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void site_wake(struct site *s, unsigned to_send)
{
    pthread_mutex_lock(&s->lock);
    s->to_send = to_send;
    s->ready = true;
    if (s->kept)
        serve_wake(s->kept);
    pthread_mutex_unlock(&s->lock);
}

bool site_begins(const char *reply, const char *with)
{
    if (strncmp(reply, with, strlen(with)) == 0)
        return true;
    print_message("%s\n", reply);
    return false;
}

unsigned site_heads(const char *reply)
{
    unsigned n = 0;
    for (const char *p = reply; (p = strstr(p, "HTTP/1.1 ")); p++)
        n++;
    return n;
}
