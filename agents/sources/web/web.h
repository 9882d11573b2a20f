/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sources that fetch documents over HTTP have in common: their options, credentials from
 * files, a server that asked to wait. One thread at a time.
 */
#ifndef RIALTO_AGENTS_WEB_H
#define RIALTO_AGENTS_WEB_H

#include "agents/agent.h"
#include "http/fetch.h"

extern const struct conf_item web_limit_items[];

/** Limits of requests, to stand in a table; `pause` is the default between two. */
#define WEB_LIMITS(pause)                                                                      \
    {.name = "body",                                                                           \
     .type = CONF_SIZE,                                                                        \
     .def = "64M",                                                                             \
     .min = 1024,                                                                              \
     .max = 1 << 30,                                                                           \
     .help = "Bytes of one answer, decoded."},                                                 \
        {.name = "timeout",                                                                    \
         .type = CONF_DURATION,                                                                \
         .def = "60s",                                                                         \
         .min = INT64_C(1000000),                                                              \
         .max = INT64_C(3600000000),                                                           \
         .help = "Time for one answer."},                                                      \
        {.name = "interval",                                                                   \
         .type = CONF_DURATION,                                                                \
         .def = (pause),                                                                       \
         .min = 0,                                                                             \
         .max = INT64_C(3600000000),                                                           \
         .help = "Time between requests to one host."},                                        \
    {                                                                                          \
        .name = "redirects", .type = CONF_INT, .def = "3", .min = 0, .max = 10,                \
        .help = "Redirects followed, within one host."                                         \
    }

/** Options of a source that fetches; to stand in its table. */
#define WEB_OPTIONS                                                                            \
    {.name = "allow",                                                                          \
     .type = CONF_LIST,                                                                        \
     .element = CONF_STRING,                                                                   \
     .help = "Address space that may be connected to though special or private."},             \
        {.name = "ca",                                                                         \
         .type = CONF_PATH,                                                                    \
         .help = "File of the certificates of authorities to trust; default: the system's."},  \
        {.name = "contact",                                                                    \
         .type = CONF_STRING,                                                                  \
         .help = "Whom to write to about the requests; sent with them."},                      \
    {                                                                                          \
        .name = "limits", .type = CONF_MAP, .items = web_limit_items,                          \
        .help = "Limits of requests over HTTP."                                                \
    }

/** Credentials of one server; all NULL: none. Files are read with each request. */
struct web_login {
    const char *token_file; /* sent as a bearer token (RFC 6750) */
    const char *user, *password_file;
};

/** Options of credentials; to stand in the table of a server. */
#define WEB_LOGIN_OPTIONS                                                                      \
    {.name = "token_file",                                                                     \
     .type = CONF_PATH,                                                                        \
     .help = "File whose first line is a bearer token to send."},                              \
        {.name = "user", .type = CONF_STRING, .help = "User name, with password_file."},       \
    {                                                                                          \
        .name = "password_file", .type = CONF_PATH,                                            \
        .help = "File whose first line is the user's password."                                \
    }

/** Reads what WEB_LOGIN_OPTIONS name. */
int web_login(const struct conf *c, struct web_login *out, struct err *e);

/** Puts what the options `limits` and `allow` say into l, which has its defaults. */
int web_limits(struct agent *a, struct fetch_limits *l, struct err *e);

/** A fetcher by the source's options. */
int web_open(struct agent *a, struct fetcher **out, struct err *e);

/** Must be http:// or https:// and of a sensible length. */
int web_check_url(const struct conf *c, const char *url, struct err *e);

/** The first line of a file: a token or password. In arena a. */
int web_secret(const char *path, struct arena *a, const char **out, struct err *e);
/** The same of a file that holds one line only. */
int web_token(const char *path, struct arena *a, const char **out, struct err *e);

/** ERR_REMOTE while a server asked to be left alone, until this monotonic time. */
int web_check_wait(struct agent *a, int64_t not_before, struct err *e);

/** An answer that is taken as it comes, for as long as it comes: see struct fetch_request. */
struct web_stream {
    fetch_chunk *chunk;
    bool (*stop)(void *payload);
    void *payload;
    int64_t silence; /* microseconds */
};

struct web_request {
    struct fetcher *fetcher; /* of web_fetch() */
    struct fetch_set *set;   /* of web_start() */
    const char *url, *etag;
    const char *modified_since;        /* not looked at with an ETag */
    const char *body;                  /* to POST; NULL: GET */
    const char *accept, *content_type; /* media types; NULL: application/json */
    const struct web_login *login;
    const struct web_stream *stream; /* NULL: the answer comes as a whole */
    int64_t patience;                /* see struct fetch_request */
    int64_t *not_before; /* monotonic: until when the server is left alone; set when it asks */
};

/** Fetches; what is said of failures names the server only: the rest may hold keys. */
int web_fetch(struct agent *a, const struct web_request *q, struct arena *arena,
              struct fetch_reply *reply, struct err *e);

/** Adds the request to q->set, see fetch_set_add(). Retry-After is left to the caller. */
int web_start(struct agent *a, const struct web_request *q, struct arena *arena, void *tag,
              struct err *e);

/** Scheme and host of an address, for messages: user, path and query may hold names and keys.
 * In the arena; NULL without memory. */
const char *web_server(const char *url, struct arena *a);

/** Are two addresses on one server? Who asks does not count. */
bool web_same_server(const char *a, const char *b);

/** Prefixes an error with the server's name, and returns its code. */
int web_in(const char *url, struct arena *a, struct err *e);

/** The host in "host", "host:port", "[::1]:port" or a URL: without the dot of a full name. */
struct slice web_host(struct slice s);

#endif
