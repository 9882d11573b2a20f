/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetching over HTTP, politely and with limits: one request, or several at once. The only user
 * of libcurl.
 *
 * Addresses are checked after resolution and before connecting, also after redirects: loopback,
 * link-local, private and multicast space is refused unless the configuration allows it. TLS is
 * verified.
 */
#ifndef RIALTO_HTTP_FETCH_H
#define RIALTO_HTTP_FETCH_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "net/addr.h"

struct fetcher;

/** Limits and politeness of a fetcher; fetch_defaults() fills it. Times in microseconds. */
struct fetch_limits {
    size_t max_body;         /* decoded bytes; 8 MiB */
    int64_t connect_timeout; /* 15 s */
    int64_t total_timeout;   /* 60 s, absolute */
    int max_redirects;       /* 3, same host only unless cross_host */
    bool cross_host;
    int64_t min_interval;       /* between requests to one host; 6 s (10 a minute) */
    const struct prefix *allow; /* address space allowed though special or private */
    size_t n_allow;
    const char *ca_file;    /* CA bundle; NULL: the system's */
    const char *cert_file;  /* certificate (PEM) shown to servers that ask for one; or NULL */
    const char *key_file;   /* its private key (PEM, without password); NULL: in cert_file */
    const char *user_agent; /* with contact; NULL: "rialto/VERSION" */
};

void fetch_defaults(struct fetch_limits *l);

/** A fetcher with its limits (copied). One thread at a time. */
int fetcher_new(struct fetcher **out, const struct fetch_limits *l, const struct clock *clock,
                struct err *e);
void fetcher_free(struct fetcher **f);

/**
 * Called with decoded bytes as they come; a negative return stops the transfer with that code.
 */
typedef int fetch_chunk(void *payload, const void *p, size_t n, struct err *e);

struct fetch_request {
    const char *method; /* NULL: GET */
    const char *url;
    const char *const *headers; /* "Name: value", NULL-terminated; or NULL */
    const void *body;
    size_t body_len;
    const char *etag;           /* If-None-Match, or NULL */
    const char *modified_since; /* If-Modified-Since, or NULL; not looked at with an ETag */
    const char *username, *password; /* Basic or Digest as the server wants; or NULL */
    fetch_chunk *chunk; /* takes the body of a reply without error; NULL: it is in the reply,
                           whose content_type is there before the first call */
    bool (*stop)(void *payload); /* asked at least once a second: end now? Or NULL */
    void *payload;               /* of chunk and stop */
    int64_t silence;  /* not 0: a stream, of any length and for any time, that ends when nothing
                         came for that long; it is asked for uncompressed */
    int64_t patience; /* not 0: the server may take that long to answer, in place of
                         total_timeout; also without a word */
};

struct fetch_reply {
    int status;               /* HTTP status; 304 when the ETag matched */
    const char *content_type; /* or NULL; in the arena, as all of the reply */
    const char *etag;
    const char *last_modified; /* as sent, to be given back as If-Modified-Since; or NULL */
    int64_t retry_after;       /* microseconds the server asks to wait; 0: none */
    char *body;                /* 0-terminated */
    size_t len;
};

/**
 * One request. Codes: ERR_REFUSED (address or scheme not allowed), ERR_LIMIT, ERR_TIMEOUT,
 * ERR_CANCELLED (stop said so),
 * ERR_REMOTE (connection, TLS, HTTP status >= 400; reply->status tells). Waits for politeness
 * before the request (at most total_timeout).
 */
int fetch(struct fetcher *f, const struct fetch_request *q, struct arena *a,
          struct fetch_reply *reply, struct err *e);

/**
 * Requests that are under way at the same time, by one fetcher: with its limits, its policy of
 * addresses, its pauses between requests to one host. Connections are used again.
 */
struct fetch_set;

/** What became of a request of a set. */
struct fetch_done {
    void *tag; /* the caller's */
    int rc;    /* as of fetch() */
    struct err why;
    struct fetch_reply reply;
};

/** A set of at most `max` requests, whose bodies have `bytes` together at most, beside max_body
 * of each. The fetcher must outlive it. One thread. */
int fetch_set_new(struct fetch_set **out, struct fetcher *f, size_t max, size_t bytes,
                  struct err *e);
/** Gives up what is under way. */
void fetch_set_free(struct fetch_set **s);

/**
 * Takes a request up, to be made as soon as its host may be asked. All that it points to, and
 * the arena, must stay until it is done. ERR_LIMIT: there are `max` already; ERR_REFUSED.
 */
int fetch_set_add(struct fetch_set *s, const struct fetch_request *q, struct arena *a,
                  void *tag, struct err *e);

/** Works for at most `wait` microseconds; true: a request is done, and no more of the set. */
bool fetch_set_next(struct fetch_set *s, int64_t wait, struct fetch_done *out);

#endif
