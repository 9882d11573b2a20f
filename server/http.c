/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http.h"

#include <stdlib.h>
#include <string.h>

#include "server/auth.h"
#include "server/negotiate.h"
#include "server/problem.h"

#define MAX_USER 128
#define LITTLE   1024 /* bytes of a body: what is made of it is little, too */

struct front {
    struct server *server;
    const struct clock *clock;
    struct server_http *http;
};

/* One request, from its headers to the end of its reply. */
struct exchange {
    struct edition *edition;
    struct arena *arena;
    struct caller caller;
    struct request request;
    struct reply reply;
    struct buf accept, none_match, match; /* lines, joined */
    struct parking parking;
    struct settings *settings; /* whose class the caller has, while it waits */
};

static enum auth_result check(void *self, const char *user, const char *password)
{
    const struct serve_request *q = self;
    switch (serve_digest(q, AUTH_REALM, user, password)) {
    case SERVE_AUTH_OK:
        return AUTH_OK;
    case SERVE_AUTH_STALE:
        return AUTH_STALE;
    case SERVE_AUTH_WRONG:
        return AUTH_WRONG;
    case SERVE_AUTH_NONE:
        break;
    }
    return AUTH_NONE;
}

static bool wants_gzip(const struct serve_request *q)
{
    return coding_allows(serve_header(q, "Accept-Encoding"), "gzip");
}

/* As announced; in chunks it may be anything. */
static size_t body_length(const struct serve_request *q)
{
    const char *text = serve_header(q, "Content-Length");
    uint64_t n;
    return text && slice_u64(slice_of(text), SIZE_MAX, &n) ? (size_t)n : SIZE_MAX;
}

static bool identify(void *self, struct serve_request *q)
{
    struct front *f = self;
    char user[MAX_USER];
    struct exchange *x = malloc(sizeof(*x)); /* calloc() is slower than to clear it */
    if (!x)
        return false; /* answer() says so */
    *x = (struct exchange){0};
    x->edition = server_edition(f->server);
    bool named = serve_digest_user(q, user, sizeof(user));
    struct credentials c = {named ? user : NULL, check, q};
    auth_identify(edition_settings(x->edition), &q->client, &c, &x->caller);
    q->user = x;
    size_t length = body_length(q);
    q->lengthy = server_is_lengthy(x->edition, q->path, length);
    return server_is_slow(x->edition, q->path, wants_gzip(q), length);
}

static const char *argument(void *self, const char *name)
{
    return serve_argument(self, name);
}

/* A list may stand on several lines (RFC 9110 section 5.3). */
static const char *list_header(const struct serve_request *q, const char *name,
                               struct buf *joined)
{
    const char *first = serve_header(q, name);
    if (!first || serve_header_all(q, name, NULL) < 2)
        return first;
    serve_header_all(q, name, joined);
    return buf_cstr(joined);
}

static void read_headers(struct exchange *x, const struct serve_request *q, struct request *out)
{
    out->accept = list_header(q, "Accept", &x->accept);
    out->accepts = serve_header(q, "Accepts");
    out->n_hosts = serve_header_all(q, "Host", NULL);
    out->host = q->authority ? q->authority : serve_header(q, "Host");
    out->content_type = serve_header(q, "Content-Type");
    out->content_coding = serve_header(q, "Content-Encoding");
    out->if_none_match = list_header(q, "If-None-Match", &x->none_match);
    out->if_match = list_header(q, "If-Match", &x->match);
    out->modified_since = serve_header(q, "If-Modified-Since");
    out->unmodified_since = serve_header(q, "If-Unmodified-Since");
    out->gzip = wants_gzip(q);
}

static void release_edition(void *owner)
{
    struct edition *ed = owner;
    edition_release(&ed);
}

static void forget_headers(struct exchange *x)
{
    buf_free(&x->accept);
    buf_free(&x->none_match);
    buf_free(&x->match);
}

/* What the reply was made from; it may take long to be sent. */
static void forget_request(struct exchange *x)
{
    forget_headers(x);
    x->request = (struct request){0};
    arena_free(&x->arena);
    edition_release(&x->edition);
}

static void parked(void *self, struct serve_call *call)
{
    struct exchange *x = self;
    if (!x->settings)
        x->settings = settings_hold((struct settings *)(uintptr_t)edition_settings(x->edition));
    forget_request(x); /* a stream lasts for hours */
    buf_free(&x->reply.body);
    x->reply = (struct reply){0};
    x->parking.open(x->parking.self, call);
}

static ptrdiff_t read_parked(void *self, char *p, size_t room)
{
    struct exchange *x = self;
    return x->parking.read(x->parking.self, p, room);
}

static void close_parked(void *self)
{
    struct exchange *x = self;
    x->parking.close(x->parking.self);
    x->parking = (struct parking){0};
}

static void park(struct exchange *x, struct serve_reply *to)
{
    x->parking = x->reply.parking;
    to->park = (struct serve_park){.open = parked,
                                   .read = x->parking.read ? read_parked : NULL,
                                   .close = close_parked,
                                   .self = x};
}

static void wake_parked(void *call)
{
    serve_wake(call);
}

static void copy_headers(const struct reply *from, struct serve_reply *to)
{
    const char *const own[][2] = {
        {"Content-Type", from->type}, {"Content-Encoding", from->coding}, {"ETag", from->etag}};
    for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
        if (!own[i][1])
            continue;
        to->headers[to->n_headers][0] = own[i][0];
        to->headers[to->n_headers++][1] = own[i][1];
    }
    for (size_t i = 0; i < from->n_headers && to->n_headers < SERVE_MAX_HEADERS; i++) {
        to->headers[to->n_headers][0] = from->headers[i][0];
        to->headers[to->n_headers++][1] = from->headers[i][1];
    }
}

static void copy_body(struct reply *from, struct serve_reply *to)
{
    if (from->shared) {
        to->body = from->shared;
        to->len = from->shared_len;
        to->release = from->give_back ? from->give_back : release_edition;
        to->owner = from->give_back ? from->owner : (void *)from->edition;
        from->edition = NULL;
        from->give_back = NULL;
    } else if (!from->parking.close) {
        char *body = buf_take(&from->body, &to->len);
        to->body = body ? body : "";
        to->len = body ? to->len : 0;
        to->release = body ? free : NULL;
        to->owner = body;
    }
}

static void copy_reply(struct reply *from, struct serve_reply *to)
{
    copy_headers(from, to);
    copy_body(from, to);
    to->unsent = from->unsent;
    to->realm = from->challenge ? AUTH_REALM : NULL;
    to->stale = from->stale;
}

static void complete(void *self, struct serve_reply *to)
{
    copy_reply(self, to);
}

static void answer(void *self, struct serve_request *q, struct serve_reply *out)
{
    struct front *f = self;
    struct exchange *x = q->user;
    if (!x || !(x->arena = arena_new(REQUEST_MEMORY))) {
        *out = (struct serve_reply){.status = 503, .body = ""};
        server_count(f->server, NULL, NULL, 503);
        return;
    }
    if (q->body_len < LITTLE)
        arena_expect_little(x->arena);
    if (!x->edition) /* asked again */
        x->edition = server_edition(f->server);
    struct request request = {.method = q->method,
                              .path = q->path,
                              .body = q->body,
                              .len = q->body_len,
                              .client = q->client,
                              .tls = q->tls,
                              .caller = x->caller,
                              .argument = argument,
                              .argument_self = q,
                              .clock = f->clock,
                              .now = f->clock->now_us(f->clock->self),
                              .arena = x->arena,
                              .inbox = server_inbox(f->server),
                              .names = server_names(f->server)};
    x->request = request;
    read_headers(x, q, &x->request);
    server_answer(f->server, x->edition, &x->request, &x->reply);
    out->status = x->reply.status;
    if (x->reply.slot) /* what it is of is held until all is sent */
        serve_slot_use(x->reply.slot, out, complete, &x->reply);
    else
        copy_reply(&x->reply, out);
    if (x->reply.parking.close)
        park(x, out);
    else if (out->prepared) /* of many that are answered at once, each would keep its memory */
        forget_request(x);
}

/* Before there is a request of ours: too large, or no room to wait. */
static void refuse(void *self, int status, struct serve_reply *out)
{
    struct front *f = self;
    server_count(f->server, NULL, NULL, status);
    *out = (struct serve_reply){.status = status, .body = ""};
    if (status == 503) {
        out->headers[0][0] = "Retry-After";
        out->headers[0][1] = "5";
        out->n_headers = 1;
    }
}

static void done(void *self, void *user)
{
    struct exchange *x = user;
    (void)self;
    if (!x)
        return;
    forget_headers(x);
    buf_free(&x->reply.body);
    edition_release(&x->reply.edition);
    if (x->reply.give_back)
        x->reply.give_back(x->reply.owner);
    arena_free(&x->arena);
    edition_release(&x->edition);
    if (x->settings)
        settings_release(&x->settings);
    free(x);
}

int front_start(struct front **out, struct server *s, const struct settings *settings,
                const struct clock *clock, struct err *e)
{
    struct front *f = calloc(1, sizeof(*f));
    *out = f;
    if (!f)
        return err_set(e, ERR_NOMEM, "no memory for the HTTP server");
    f->server = s;
    f->clock = clock;
    struct serve_config config = {.host = settings->host,
                                  .port = settings->port,
                                  .certificate = settings->certificate,
                                  .key = settings->key,
                                  .handler = {identify, answer, refuse, done, f}};
    serve_defaults(&config.limits);
    config.limits.max_body = settings->max_body;
    config.limits.header_timeout = settings->header_timeout;
    config.limits.body_timeout = settings->body_timeout;
    config.limits.max_connections = settings->connections;
    config.limits.max_per_client = settings->connections_per_client;
    config.limits.threads = settings->threads;
    config.limits.workers = settings->threads;
    updates_on_wake(server_updates(s), wake_parked);
    int rc = updates_start(server_updates(s), e);
    if (rc == 0)
        rc = serve_start(&f->http, &config, e);
    if (rc == 0)
        server_set_http(s, f->http);
    else
        front_stop(out, 0);
    return rc;
}

uint16_t front_port(const struct front *f)
{
    return serve_port(f->http);
}

void front_stop(struct front **f, int64_t grace)
{
    if (!*f)
        return;
    serve_stop(&(*f)->http, grace);
    server_set_http((*f)->server, NULL);
    updates_stop(server_updates((*f)->server));
    free(*f);
    *f = NULL;
}
