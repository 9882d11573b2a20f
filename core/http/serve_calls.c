/* SPDX-License-Identifier: Apache-2.0 */
/* Requests, from the request line to the reply. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "http/framing.h"
#include "http/serve_private.h"
#include "http/serve_response.h"
#include "http/target.h"

#define BLOCK 1024 /* for clients that know no chunks; bytes */

uint64_t calls_target_hash(const struct server_http *s, const char *uri, size_t n)
{
    return hash_keyed(s->target_key, uri, n);
}

/* The request line is there: the headers are due now. */
void *calls_begin(void *self, const char *uri, struct MHD_Connection *connection)
{
    struct server_http *s = self;
    struct serve_call *call = malloc(sizeof(*call)); /* calloc() is slower than to clear it */
    if (!call)
        return NULL;
    *call = (struct serve_call){0};
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    call->server = s;
    call->connection = connection;
    call->target = calls_target_hash(s, uri, strlen(uri));
    call->odd = !framing_target_is_sound(uri);
    call->target_end = uri + strlen(uri);
    call->conn = info ? info->socket_context : NULL;
    if (call->conn)
        atomic_store_explicit(&call->conn->unread, connection, memory_order_relaxed);
    set_deadline(call->conn, s->limits.header_timeout);
    atomic_fetch_add(&s->n_calls, 1);
    count_one(&s->requests);
    return call;
}

static void release_reply(struct serve_reply *r)
{
    assert(!r->park.close);
    if (r->release)
        r->release(r->owner);
    r->release = NULL;
}

void calls_end(void *self, struct MHD_Connection *connection, void **context,
               enum MHD_RequestTerminationCode why)
{
    struct server_http *s = self;
    struct serve_call *call = *context;
    (void)connection;
    (void)why;
    if (!call)
        return;
    kept_let_go(call);
    free(call->authority);
    release_reply(&call->reply);
    s->handler.done(s->handler.self, call->request.user);
    buf_free(&call->body);
    set_deadline(call->conn, s->limits.idle_timeout);
    if (call->conn)
        atomic_store_explicit(&call->conn->unread, NULL, memory_order_relaxed);
    atomic_fetch_sub(&s->n_calls, 1);
    free(call);
    *context = NULL;
}

/* RFC 7616 section 3.7: one challenge for each algorithm, the preferred first. */
static void challenge(struct serve_call *call, struct MHD_Response *response)
{
    const struct serve_reply *r = &call->reply;
    for (enum digest_algorithm a = DIGEST_SHA256; a <= DIGEST_MD5; a++) {
        struct buf text = {0};
        if (digest_challenge(call->server->digest, r->realm, a, r->stale, &text) == 0)
            MHD_add_response_header(response, "WWW-Authenticate", buf_cstr(&text));
        buf_free(&text);
    }
}

static void due_when_sent(struct serve_call *call, size_t len)
{
    struct server_http *s = call->server;
    set_deadline(call->conn, s->limits.send_timeout + (int64_t)(len / (64 << 10)) * SECOND);
}

static enum MHD_Result send_reply(struct serve_call *call)
{
    struct serve_reply *r = &call->reply;
    struct MHD_Response *response;
    if (r->prepared) {
        due_when_sent(call, r->prepared->len);
        return MHD_queue_response(call->connection, (unsigned)r->status, r->prepared->mhd);
    }
    if (r->park.close)
        response =
            MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, kept_read, call, NULL);
    else
        response = response_of(r);
    if (!response)
        return MHD_NO;
    if (r->park.close) {
        response_add_headers(response, r);
        kept_add(call);
    }
    due_when_sent(call, r->len);
    if (r->status == MHD_HTTP_UNAUTHORIZED && r->realm)
        challenge(call, response);
    enum MHD_Result ok = MHD_queue_response(call->connection, (unsigned)r->status, response);
    MHD_destroy_response(response);
    return ok;
}

static void make_refusal(struct serve_call *call, enum serve_refusal why)
{
    struct server_http *s = call->server;
    count_one(&s->refused[why]);
    call->reply = (struct serve_reply){.status = serve_refusal_status(why)};
    s->handler.refuse(s->handler.self, call->reply.status, &call->reply);
    call->ready = true;
}

static enum MHD_Result refuse(struct serve_call *call, enum serve_refusal why)
{
    make_refusal(call, why);
    return send_reply(call);
}

/* The headers are complete. */
static enum MHD_Result start(struct serve_call *call, const char *url, const char *method,
                             const char *version)
{
    struct server_http *s = call->server;
    const char *length =
        MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, "Content-Length");
    struct slice authority;
    uint64_t n;
    call->started = true;
    if (call->conn)
        atomic_store_explicit(&call->conn->unread, NULL, memory_order_relaxed);
    call->request =
        (struct serve_request){.call = call,
                               .method = method,
                               .path = target_path(url, &authority),
                               .body = "",
                               .client = call->conn ? call->conn->client : (struct addr){0},
                               .tls = s->certificate != NULL};
    if (authority.n > 0)
        call->request.authority = call->authority = strndup(authority.p, authority.n);
    set_deadline(call->conn, s->limits.body_timeout);
    if (!call->conn)
        return refuse(call, SERVE_REFUSED_MEMORY);
    /* The version stands right behind the target, unless there is a 0 in this. */
    call->odd |= *version && version != call->target_end + 1;
    if (call->odd || !framing_is_sound(call->connection, version))
        return refuse(call, SERVE_REFUSED_MALFORMED);
    if (length && (!slice_u64(slice_of(length), UINT64_MAX, &n) || n > s->limits.max_body))
        return refuse(call, SERVE_REFUSED_LARGE);
    call->slow = s->handler.identify(s->handler.self, &call->request);
    return MHD_YES;
}

/* A piece of the body. What is too long is read on a little, so that the client sees the
 * refusal. */
static enum MHD_Result receive(struct serve_call *call, const char *data, size_t n)
{
    size_t max = call->server->limits.max_body;
    call->received += n;
    if (call->received <= max)
        buf_add(&call->body, data, n);
    else
        buf_free(&call->body);
    return call->received > 4 * max + 65536 ? MHD_NO : MHD_YES;
}

static struct serve_call *call_of(struct job *job)
{
    return (struct serve_call *)(void *)((char *)job - offsetof(struct serve_call, job));
}

static void suspend(struct job *job)
{
    MHD_suspend_connection(call_of(job)->connection);
}

static bool enqueue(struct serve_call *call)
{
    struct server_http *s = call->server;
    return jobs_add(call->request.lengthy ? s->lengthy : s->workers, &call->job, suspend);
}

/* Who is kept for hours does not keep what it asked. */
static void forget_body(struct serve_call *call)
{
    buf_free(&call->body);
    call->request.body = "";
    call->request.body_len = 0;
}

/*
 * Lets the handler answer. True: there is no reply yet and the call is parked; it may be over
 * when this returns. False: the reply is ready.
 */
static bool ask(struct serve_call *call, bool suspended)
{
    struct server_http *s = call->server;
    for (;;) {
        call->reply = (struct serve_reply){0};
        s->handler.answer(s->handler.self, &call->request, &call->reply);
        if (call->reply.park.close)
            forget_body(call);
        if (call->reply.status != 0)
            break;
        assert(call->reply.park.close && !call->reply.park.read);
        call->waits = true;
        kept_add(call);
        if (kept_sleep(call, suspended))
            return true;
        kept_let_go(call);
        call->waits = false;
        if (kept_ending(s)) {
            make_refusal(call, SERVE_REFUSED_ENDING);
            break;
        }
    }
    call->ready = true;
    return false;
}

/* The request is complete. */
static enum MHD_Result complete(struct serve_call *call)
{
    struct server_http *s = call->server;
    if (call->body.failed)
        return refuse(call, SERVE_REFUSED_MEMORY);
    if (call->received > s->limits.max_body)
        return refuse(call, SERVE_REFUSED_LARGE);
    call->request.body = buf_cstr(&call->body);
    call->request.body_len = call->body.len;
    set_deadline(call->conn, NEVER);
    if (call->slow)
        return enqueue(call) ? MHD_YES : refuse(call, SERVE_REFUSED_QUEUE);
    return ask(call, false) ? MHD_YES : send_reply(call);
}

/* What it waited for is there, or it waits no longer. */
static enum MHD_Result ask_again(struct serve_call *call)
{
    struct server_http *s = call->server;
    kept_let_go(call);
    call->waits = false;
    if (call->gone)
        return MHD_NO;
    if (kept_ending(s))
        return refuse(call, SERVE_REFUSED_ENDING);
    return ask(call, false) ? MHD_YES : send_reply(call);
}

enum MHD_Result calls_access(void *self, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *data,
                             size_t *n, void **context)
{
    struct serve_call *call = *context;
    (void)self;
    (void)connection;
    if (!call)
        return MHD_NO;
    if (!call->started)
        return start(call, url, method, version);
    if (*n > 0) {
        enum MHD_Result ok = receive(call, data, *n);
        *n = 0;
        return ok;
    }
    if (call->waits)
        return ask_again(call);
    return call->ready ? send_reply(call) : complete(call);
}

void calls_work(struct job *job)
{
    struct serve_call *call = call_of(job);
    if (!ask(call, true))
        MHD_resume_connection(call->connection);
}
