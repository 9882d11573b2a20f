/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results that pScheduler's HTTP archiver sends: POST or PUT of a result, with a bearer token.
 *
 *   archiver ──POST──▶ worker of the HTTP server: parse, stage ──▶ [lock] batch ──▶ 200
 *
 * The answer is sent when the batch is committed, so that what was acknowledged survives a
 * crash; an archiver that gets anything else sends again, by its own retry policy. What can't
 * be used though it is whole (a test that failed, hosts without known address) is acknowledged
 * too, with the reason: it would not get better by being sent again. Names that nobody knows
 * before meshes and records have been read once are another matter: try again later.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agents/sources/perfsonar/source.h"
#include "http/serve.h"

#define STEP_NS   100000000 /* between looks whether the program stops */
#define GRACE     INT64_C(2000000)
#define MAX_TOKEN 1000

const struct conf_item ps_listen_items[] = {
    {.name = "address",
     .type = CONF_STRING,
     .def = "127.0.0.1",
     .help = "Numeric address to listen on; all but loopback needs certificate and key."},
    {.name = "port",
     .type = CONF_INT,
     .required = true,
     .min = 0,
     .max = 65535,
     .help = "Port; 0: any free one."},
    {.name = "path", .type = CONF_STRING, .def = "/", .help = "The path that results go to."},
    {.name = "token_file",
     .type = CONF_PATH,
     .required = true,
     .help = "File whose first line is the bearer token that archivers must send."},
    {.name = "certificate", .type = CONF_PATH, .help = "PEM file of the TLS certificate."},
    {.name = "key", .type = CONF_PATH, .help = "PEM file of its private key."},
    {.name = "clients",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .help = "Address space that may send; default: all."},
    {.name = "body",
     .type = CONF_SIZE,
     .def = "4M",
     .min = 1024,
     .max = 64 << 20,
     .help = "Bytes of one request."},
    {.name = "connections",
     .type = CONF_INT,
     .def = "1000",
     .min = 1,
     .max = 100000,
     .help = "Connections at the same time."},
    {0},
};

static int read_clients(struct agent *a, const struct conf *c, struct ps_listen *out,
                        struct err *e)
{
    const struct conf *list = conf_get(c, "clients");

    out->n_clients = conf_count(list);
    out->clients = ARENA_ARRAY(agent_arena(a), out->n_clients + 1, struct prefix);
    if (out->clients == NULL)
        return err_set(e, ERR_NOMEM, "no memory for the list of clients");
    for (size_t i = 0; i < out->n_clients; i++) {
        const struct conf *word = conf_at(list, i);

        if (!prefix_parse(slice_of(conf_text(word)), &out->clients[i]))
            return conf_err(word, e, "clients: \"%s\" is no prefix", conf_text(word));
    }
    return 0;
}

static bool is_loopback(const struct addr *a)
{
    static const struct addr one = {6, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

    return (a->family == 4 && a->b[0] == 127) || addr_eq(a, &one);
}

int ps_listen_open(struct agent *a, const struct conf *c, struct ps_listen *out, struct err *e)
{
    struct addr addr;

    out->address = conf_str(c, "address");
    out->port = (uint16_t)conf_int(c, "port");
    out->path = conf_str(c, "path");
    out->token_file = conf_str(c, "token_file");
    out->certificate = conf_str(c, "certificate");
    out->key = conf_str(c, "key");
    out->max_body = conf_int(c, "body");
    out->connections = (unsigned)conf_int(c, "connections");
    if (!addr_parse(slice_of(out->address), &addr))
        return conf_err(conf_get(c, "address"), e, "address: \"%s\" is no address",
                        out->address);
    if (out->path[0] != '/')
        return conf_err(conf_get(c, "path"), e, "path: must start with /");
    if ((out->certificate == NULL) != (out->key == NULL))
        return conf_err(c, e, "certificate and key: either both or none");
    if (out->certificate == NULL && !is_loopback(&addr))
        return conf_err(c, e,
                        "listening on %s needs certificate and key: tokens must not go "
                        "over a network as they are",
                        out->address);
    return read_clients(a, c, out, e);
}

/* --- requests --- */

struct listener {
    struct agent *agent;
    const struct ps_listen *conf;
    struct batch_sink *sink;
    pthread_mutex_t lock; /* guards the sink: one batch at a time */
    char token[MAX_TOKEN + 1];
    size_t token_len;
};

/* What is known of a request when its headers are there; a note for answer(). */
enum verdict { ALLOWED, NO_CLIENT, NO_TOKEN, NO_PATH, NO_METHOD };

static const struct {
    int status;
    const char *header, *value, *body;
} refusals[] = {
    [ALLOWED] = {200, NULL, NULL, ""},
    [NO_CLIENT] = {403, NULL, NULL, "{\"error\":\"this address may not send results\"}\n"},
    [NO_TOKEN] = {401, "WWW-Authenticate", "Bearer",
                  "{\"error\":\"the bearer token is missing or wrong\"}\n"},
    [NO_PATH] = {404, NULL, NULL, "{\"error\":\"results do not go here\"}\n"},
    [NO_METHOD] = {405, "Allow", "POST, PUT", "{\"error\":\"POST or PUT a result\"}\n"},
};

/* Takes as long whatever the difference is. */
static bool same_token(const struct listener *l, struct slice given)
{
    unsigned char differs = given.n != l->token_len;

    for (size_t i = 0; i < l->token_len; i++)
        differs |= (unsigned char)(l->token[i] ^ (given.n > 0 ? given.p[i % given.n] : 1));
    return differs == 0;
}

static bool has_token(const struct listener *l, const struct serve_request *q)
{
    const char *header = serve_header(q, "Authorization");

    return header != NULL && strncasecmp(header, "Bearer ", 7) == 0 &&
           same_token(l, slice_trim(slice_of(header + 7)));
}

static bool is_client(const struct listener *l, const struct addr *a)
{
    for (size_t i = 0; i < l->conf->n_clients; i++) {
        if (prefix_has(&l->conf->clients[i], a))
            return true;
    }
    return l->conf->n_clients == 0;
}

static enum verdict judge(const struct listener *l, const struct serve_request *q)
{
    if (!is_client(l, &q->client))
        return NO_CLIENT;
    if (!has_token(l, q))
        return NO_TOKEN;
    if (strcmp(q->path, l->conf->path) != 0)
        return NO_PATH;
    return strcmp(q->method, "POST") == 0 || strcmp(q->method, "PUT") == 0 ? ALLOWED
                                                                           : NO_METHOD;
}

static bool identify(void *self, struct serve_request *q)
{
    enum verdict v = judge(self, q);

    q->user = (void *)(uintptr_t)&refusals[v];
    return v == ALLOWED; /* the store is waited for: not where others are served */
}

static void free_body(void *owner)
{
    free(owner);
}

static void reply_error(struct serve_reply *reply, int status, const char *what,
                        const char *text)
{
    struct buf out = {0};

    buf_printf(&out, "{\"%s\":", what);
    buf_json_str(&out, text);
    buf_str(&out, what[0] == 'r' ? ",\"facts\":0}\n" : "}\n");
    reply->status = out.failed ? 503 : status;
    reply->body = reply->owner = buf_take(&out, &reply->len);
    reply->release = free_body;
    if (reply->status == 503) {
        reply->headers[reply->n_headers][0] = "Retry-After";
        reply->headers[reply->n_headers++][1] = "30";
    }
}

static void reply_failure(struct serve_reply *reply, const struct err *e)
{
    if (e->code == ERR_NOENT || e->code == ERR_STALE)
        reply_error(reply, 200, "reason", e->msg);
    else if (e->code == ERR_PARSE || e->code == ERR_SCHEMA)
        reply_error(reply, 400, "error", e->msg);
    else if (e->code == ERR_LIMIT)
        reply_error(reply, 413, "error", e->msg);
    else
        reply_error(reply, 503, "error", "the result can't be kept now");
}

static void reply_good(struct serve_reply *reply, size_t n_facts)
{
    struct buf out = {0};

    buf_printf(&out, "{\"facts\":%zu}\n", n_facts);
    reply->status = 200;
    reply->body = reply->owner = buf_take(&out, &reply->len);
    reply->release = free_body;
}

/* Until everything was read once, a name may only seem to be unknown. */
static bool awaits_names(struct agent *a)
{
    const struct ps_source *src = agent_state(a);
    bool hosts = src->folder != NULL;

    for (size_t i = 0; i < src->n_servers; i++)
        hosts |= src->servers[i].hosts;
    return hosts && !atomic_load(&src->collected);
}

static int take_result(struct listener *l, struct slice body, size_t *n_facts, struct err *e)
{
    struct ps_stage stage = {0};
    int rc = ps_stage_open(l->agent, &stage, e);

    if (rc == 0)
        rc = ps_parse(&stage.ps, &ps_form_pscheduler, body, e);
    if ((rc == 0 || rc == ERR_NOENT) && stage.ps.n_unplaced > 0 && awaits_names(l->agent))
        rc = err_set(e, ERR_REMOTE, "the names of hosts have not been read yet");
    *n_facts = stage.ps.n_facts;
    if (rc == 0) {
        pthread_mutex_lock(&l->lock);
        rc = ps_stage_append(&stage, PS_SCOPE_PUSHED, NULL, l->sink, e);
        pthread_mutex_unlock(&l->lock);
    }
    ps_stage_close(&stage);
    return rc;
}

static void answer(void *self, struct serve_request *q, struct serve_reply *reply)
{
    const size_t v =
        (size_t)((const char *)q->user - (const char *)refusals) / sizeof(refusals[0]);
    struct err e = {0};
    size_t n_facts;

    reply->headers[reply->n_headers][0] = "Content-Type";
    reply->headers[reply->n_headers++][1] = "application/json";
    if (v == ALLOWED) {
        if (take_result(self, (struct slice){q->body, q->body_len}, &n_facts, &e) == 0)
            reply_good(reply, n_facts);
        else
            reply_failure(reply, &e);
        return;
    }
    reply->status = refusals[v].status;
    reply->body = refusals[v].body;
    reply->len = strlen(refusals[v].body);
    if (refusals[v].header != NULL) {
        reply->headers[reply->n_headers][0] = refusals[v].header;
        reply->headers[reply->n_headers++][1] = refusals[v].value;
    }
}

static void refuse(void *self, int status, struct serve_reply *reply)
{
    (void)self;
    reply->status = status;
    if (status == 503) {
        reply->headers[reply->n_headers][0] = "Retry-After";
        reply->headers[reply->n_headers++][1] = "5";
    }
}

static void done(void *self, void *user)
{
    (void)self, (void)user; /* notes are constants */
}

/* --- the server --- */

static int read_token(struct listener *l, struct err *e)
{
    struct arena *arena = arena_new(0);
    const char *token;
    int rc = arena != NULL ? web_secret(l->conf->token_file, arena, &token, e)
                           : err_set(e, ERR_NOMEM, "no memory for a token");

    if (rc == 0 && strlen(token) > MAX_TOKEN)
        rc = err_set(e, ERR_LIMIT, "%s: a token of more than %d bytes", l->conf->token_file,
                     MAX_TOKEN);
    if (rc == 0) {
        l->token_len = strlen(token);
        memcpy(l->token, token, l->token_len + 1);
    }
    arena_free(&arena);
    return rc;
}

static int start(struct listener *l, struct server_http **out, struct err *e)
{
    struct serve_config config = {
        .host = l->conf->address,
        .port = l->conf->port,
        .certificate = l->conf->certificate,
        .key = l->conf->key,
        .handler = {identify, answer, refuse, done, l},
    };

    serve_defaults(&config.limits);
    config.limits.max_body = (size_t)l->conf->max_body;
    config.limits.max_connections = l->conf->connections;
    config.limits.threads = 1;
    return serve_start(out, &config, e);
}

int ps_serve(struct agent *a, struct batch_sink *sink, struct err *e)
{
    struct ps_source *src = agent_state(a);
    struct listener l = {
        .agent = a, .conf = &src->listen, .sink = sink, .lock = PTHREAD_MUTEX_INITIALIZER};
    struct batch_head head = agent_batch(a, PS_SCOPE_PUSHED, BATCH_APPEND);
    struct timespec step = {0, STEP_NS};
    struct server_http *server;
    struct err why = {0};
    int rc;

    if (!src->listens)
        return 1;
    rc = read_token(&l, &why);
    if (rc == 0)
        rc = ps_confirm(a, PS_SCOPE_PUSHED, NULL, sink, &why); /* nothing may come for long */
    if (rc == 0)
        rc = start(&l, &server, &why);
    if (rc < 0) {
        sink->abort(sink);
        return sink->failed(sink, &head.origin, &why, e);
    }
    atomic_store(&src->bound, serve_port(server));
    while (!agent_cancelled(a))
        nanosleep(&step, NULL);
    atomic_store(&src->bound, 0);
    serve_stop(&server, GRACE);
    explicit_bzero(l.token, sizeof(l.token));
    return 0;
}
