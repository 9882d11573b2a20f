/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least that a server built on libmicrohttpd can do with a POST, to compare with: sends
 * back what it was sent, and looks at nothing.
 *
 *     rialto-bench-echo PORT
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS     2
#define CONNECTIONS 1000
#define POOL        8192 /* bytes of memory for a connection: what suits small requests best */
#define BODY_MAX    65536

struct body {
    size_t n;
    char text[];
};

static enum MHD_Result echo(struct MHD_Connection *c, const struct body *body)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(
        body->n, (void *)(uintptr_t)body->text, MHD_RESPMEM_MUST_COPY);
    if (!r)
        return MHD_NO;
    MHD_add_response_header(r, "Content-Type", "application/json");
    enum MHD_Result rc = MHD_queue_response(c, MHD_HTTP_OK, r);
    MHD_destroy_response(r);
    return rc;
}

/* First without anything, then with pieces of the body, then with none: all is there. */
static enum MHD_Result answer(void *self, struct MHD_Connection *c, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **con)
{
    struct body *body = *con;
    (void)self, (void)url, (void)method, (void)version;
    if (!body) {
        *con = calloc(1, sizeof(*body));
        return *con ? MHD_YES : MHD_NO;
    }
    if (*upload_size == 0)
        return echo(c, body);
    if (body->n + *upload_size > BODY_MAX ||
        !(body = realloc(body, sizeof(*body) + body->n + *upload_size)))
        return MHD_NO;
    memcpy(body->text + body->n, upload, *upload_size);
    body->n += *upload_size;
    *con = body;
    *upload_size = 0;
    return MHD_YES;
}

static void done(void *self, struct MHD_Connection *c, void **con,
                 enum MHD_RequestTerminationCode why)
{
    (void)self, (void)c, (void)why;
    free(*con);
    *con = NULL;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10)),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct MHD_Daemon *d = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO, 0, NULL, NULL, answer, NULL,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)(void *)&at, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned)THREADS, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL, MHD_OPTION_NOTIFY_COMPLETED, done,
        NULL, MHD_OPTION_END);
    if (!d) {
        fprintf(stderr, "rialto-bench-echo: cannot listen on port %s\n", argv[1]);
        return 1;
    }
    pause();
    MHD_stop_daemon(d);
    return 0;
}
