/* SPDX-License-Identifier: Apache-2.0 */
#include "http/serve.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/framing.h"
#include "http/listen.h"
#include "http/serve_private.h"

#define TLS_VERSIONS "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* What is refused; of requests, with which status. */
static const struct {
    const char *name;
    int status;
} refusals[] = {
    [SERVE_REFUSED_PEER] = {"peer", 0},
    [SERVE_REFUSED_LATE] = {"late", 0},
    [SERVE_REFUSED_MALFORMED] = {"malformed", MHD_HTTP_BAD_REQUEST},
    [SERVE_REFUSED_LARGE] = {"large", MHD_HTTP_CONTENT_TOO_LARGE},
    [SERVE_REFUSED_QUEUE] = {"queue", MHD_HTTP_SERVICE_UNAVAILABLE},
    [SERVE_REFUSED_MEMORY] = {"memory", MHD_HTTP_SERVICE_UNAVAILABLE},
    [SERVE_REFUSED_ENDING] = {"ending", MHD_HTTP_SERVICE_UNAVAILABLE},
};

void serve_defaults(struct serve_limits *l)
{
    *l = (struct serve_limits){.max_body = (size_t)1 << 20,
                               .max_header = (size_t)16 << 10,
                               .header_timeout = 10 * SECOND,
                               .body_timeout = 30 * SECOND,
                               .idle_timeout = 60 * SECOND,
                               .send_timeout = 60 * SECOND,
                               .max_connections = 10000,
                               .max_per_client = 100,
                               .threads = 2,
                               .workers = 2,
                               .max_queue = 1024};
}

const char *serve_refusal_name(enum serve_refusal why)
{
    return refusals[why].name;
}

int serve_refusal_status(enum serve_refusal why)
{
    return refusals[why].status;
}

struct serve_counts serve_counts(const struct server_http *s)
{
    struct serve_counts c = {.connections = atomic_load(&s->n_conns),
                             .kept = atomic_load(&s->n_kept),
                             .accepted = atomic_load(&s->accepted),
                             .requests = atomic_load(&s->requests)};
    for (size_t i = 0; i < SERVE_REFUSALS; i++)
        c.refused[i] = atomic_load(&s->refused[i]);
    return c;
}

static uint16_t bound_port(struct MHD_Daemon *daemon)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_LISTEN_FD);
    return info ? listen_port(info->listen_fd) : 0;
}

static void tls_options(const struct server_http *s, struct MHD_OptionItem *more, size_t *n)
{
    if (!s->certificate)
        return;
    more[(*n)++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, s->certificate};
    more[(*n)++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, s->key};
    more[(*n)++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0,
                                           (void *)(uintptr_t)TLS_VERSIONS};
}

static int start_daemon(struct server_http *s, const struct serve_config *c, struct err *e)
{
    struct MHD_OptionItem more[8];
    size_t n = 0;
    bool six = false;
    int fd = -1, rc = listen_open(c->host, c->port, &fd, &six, e);
    if (rc < 0)
        return rc;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                     MHD_USE_ERROR_LOG;
    flags |= six ? MHD_USE_IPv6 : 0;
    flags |= s->certificate ? MHD_USE_TLS : 0;
    if (s->limits.threads > 1)
        more[n++] =
            (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE, s->limits.threads, NULL};
    tls_options(s, more, &n);
    more[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    s->daemon = MHD_start_daemon(
        flags, 0, conns_accept, s, calls_access, s, MHD_OPTION_EXTERNAL_LOGGER, conns_log, s,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, s->limits.max_connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, s->limits.max_header, MHD_OPTION_UNESCAPE_CALLBACK,
        framing_unescape, NULL, MHD_OPTION_NOTIFY_CONNECTION, conns_notify, s,
        MHD_OPTION_NOTIFY_COMPLETED, calls_end, s, MHD_OPTION_URI_LOG_CALLBACK, calls_begin, s,
        MHD_OPTION_ARRAY, more, MHD_OPTION_END);
    if (!s->daemon)
        return err_set(e, ERR_IO, "can't serve on %s%s", c->host,
                       s->certificate ? " (do certificate and key fit?)" : "");
    s->port = bound_port(s->daemon);
    return 0;
}

static int start_threads(struct server_http *s, struct err *e)
{
    struct jobs_config config = {
        .threads = s->limits.workers, .max = s->limits.max_queue, .run = calls_work};
    int rc = jobs_start(&s->workers, &config, e);
    config.low = true;
    if (rc == 0)
        rc = jobs_start(&s->lengthy, &config, e);
    if (rc < 0)
        return rc;
    s->has_reaper = pthread_create(&s->reaper, NULL, conns_reap, s) == 0;
    return s->has_reaper ? 0 : err_set(e, ERR_NOMEM, "can't start threads");
}

int serve_start(struct server_http **out, const struct serve_config *config, struct err *e)
{
    struct server_http *s = calloc(1, sizeof(*s));
    int rc = 0;
    *out = NULL;
    if (!s)
        return err_set(e, ERR_NOMEM, "no memory for the HTTP server");
    assert(config->limits.threads > 0 && config->limits.workers > 0);
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->park_lock, NULL);
    pthread_cond_init(&s->wake_reaper, NULL);
    s->limits = config->limits;
    s->handler = config->handler;
    s->clock = clock_system();
    s->clock->random(s->clock->self, s->target_key, sizeof(s->target_key));
    s->peers = peers_new();
    s->digest = digest_new(s->clock);
    s->seats = seats_new(s->limits.threads);
    if (!s->peers || !s->digest || !s->seats)
        rc = err_set(e, ERR_NOMEM, "no memory for the HTTP server");
    if (rc == 0 && config->certificate) {
        rc = listen_read_pem(config->certificate, &s->certificate, e);
        if (rc == 0)
            rc = listen_read_pem(config->key, &s->key, e);
    }
    if (rc == 0)
        rc = start_threads(s, e);
    if (rc == 0)
        rc = start_daemon(s, config, e);
    if (rc < 0)
        serve_stop(&s, 0);
    *out = s;
    return rc;
}

uint16_t serve_port(const struct server_http *s)
{
    return s->port;
}

static void wait_for_calls(struct server_http *s, int64_t grace)
{
    int64_t until = serve_now(s) + grace;
    bool busy = true;
    while (busy && serve_now(s) < until) {
        busy = atomic_load(&s->n_calls) > 0;
        if (busy)
            usleep(5000);
    }
}

static void stop_threads(struct server_http *s)
{
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_broadcast(&s->wake_reaper);
    pthread_mutex_unlock(&s->lock);
    if (s->has_reaper)
        pthread_join(s->reaper, NULL);
    if (s->workers) /* they finish what waits, so that all is resumed */
        jobs_stop(s->workers);
    if (s->lengthy)
        jobs_stop(s->lengthy);
}

void serve_stop(struct server_http **sp, int64_t grace)
{
    struct server_http *s = *sp;
    if (!s)
        return;
    if (s->daemon) {
        /* Not MHD_quiesce_daemon: with several epoll threads it races with their own removal of
         * the socket and aborts now and then. */
        atomic_store(&s->closing, true);
        kept_end(s);
        wait_for_calls(s, grace);
        stop_threads(s);
        MHD_stop_daemon(s->daemon); /* closes the listening socket too */
    } else {
        stop_threads(s);
    }
    peers_free(&s->peers);
    digest_free(&s->digest);
    free(s->seats);
    free(s->certificate);
    if (s->key)
        explicit_bzero(s->key, strlen(s->key));
    free(s->key);
    pthread_cond_destroy(&s->wake_reaper);
    jobs_free(&s->workers);
    jobs_free(&s->lengthy);
    pthread_mutex_destroy(&s->lock);
    pthread_mutex_destroy(&s->park_lock);
    free(s);
    *sp = NULL;
}
