/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of a source that is another ALTO server. Two threads use it: collect() polls,
 * serve() follows changes; each has its own part.
 */
#ifndef RIALTO_AGENTS_ALTO_SOURCE_H
#define RIALTO_AGENTS_ALTO_SOURCE_H

#include <pthread.h>
#include <stdatomic.h>

#include "agents/sources/web/web.h"
#include "base/map.h"

#define ALTO_ANSWER_MEMORY ((size_t)1 << 30)
#define ALTO_STREAM        "stream" /* scope of what is said of following itself */

/* What a server said of a resource last, to ask whether it changed. */
struct validator {
    const char *scope, *etag, *modified;
    const char *version; /* of the document that they belong to */
    struct validator *next;
};

struct alto {
    /* set once, then only read */
    const char *url;
    struct web_login login;
    struct question *questions;
    size_t n_questions;
    int64_t max_requests;
    size_t max_body;
    bool follow;
    /* of collect() */
    struct fetcher *fetcher;
    int64_t not_before;
    struct arena *kept; /* of the validators */
    struct validator *validators;
    /* of serve() */
    struct fetcher *follower;
    size_t max_texts; /* bytes */
    /* of both */
    pthread_mutex_t lock;   /* of `told`; held while a document is stated */
    struct map *told;       /* scope -> how many documents the stream brought; NULL: no lock */
    _Atomic uint64_t offer; /* of the last reading of all directories; 0: there was none */
};

#endif
