/* SPDX-License-Identifier: Apache-2.0 */
/* What one request and several at once have in common. Private to this folder. */
#ifndef RIALTO_HTTP_FETCH_PRIVATE_H
#define RIALTO_HTTP_FETCH_PRIVATE_H

#include <curl/curl.h>

#include "base/buf.h"
#include "http/fetch.h"

#define SECOND INT64_C(1000000)

struct fetcher {
    struct fetch_limits limits;
    struct prefix *allow;
    char *ca_file, *cert_file, *key_file, *user_agent;
    const struct clock *clock;
    CURL *curl;
    struct map *last; /* host -> monotonic time of the latest request */
};

/* Where a URL points. */
struct target {
    char *url, *scheme, *host, *port;
};

/* Bytes of bodies that are under way together. */
struct fetch_share {
    size_t held, max;
};

/* One request, seen also from libcurl's callbacks: it must stay where it is. */
struct transfer {
    struct fetcher *f;
    CURL *curl;
    struct arena *arena;
    struct fetch_reply *reply;
    struct fetch_share *share; /* or NULL */
    /* --- */
    struct fetch_request request; /* what redirects make of it */
    struct target at;
    int redirects;
    int64_t deadline; /* monotonic; before transfer_arm() */
    struct curl_slist *lines;
    char text[CURL_ERROR_SIZE];
    struct buf body;
    struct buf complaint; /* body of a status >= 400 */
    size_t seen, headers;
    int64_t heard;  /* monotonic time of the latest bytes */
    struct err why; /* code != 0: a callback stopped the transfer */
};

/** Monotonic microseconds. */
int64_t fetch_now(const struct fetcher *f);

/** Sets and returns ERR_NOMEM. */
int fetch_no_memory(struct err *e);

/** Reads where it goes. ERR_REFUSED. */
int transfer_open(struct transfer *t, const struct fetch_request *q, struct err *e);
void transfer_free(struct transfer *t);

/** Prepares the handle for the request to t->at. ERR_TIMEOUT: its deadline is over. */
int transfer_arm(struct transfer *t, struct err *e);

/** Takes back what transfer_arm() lent the handle; what became of the request. */
int transfer_disarm(struct transfer *t, CURLcode done, struct err *e);

/** 1: it is to be asked elsewhere now. */
int transfer_redirected(struct transfer *t, struct err *e);

/** Completes the reply. */
int transfer_finish(struct transfer *t, struct err *e);

/** Says in an error whom was asked; returns its code. */
int transfer_in(const struct transfer *t, struct err *e);

#endif
