/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to another ALTO server, and its directories with all that they link. One thread. */
#ifndef RIALTO_AGENTS_ALTO_VISIT_H
#define RIALTO_AGENTS_ALTO_VISIT_H

#include "agents/sources/alto/ird.h"
#include "agents/sources/web/web.h"

#define ALTO_MAX_DIRECTORIES 16

/** One visit: `ird` has what its directories hold. The caller sets all above the line. */
struct alto_visit {
    struct agent *agent;
    const char *url;               /* of the first directory */
    const struct web_login *login; /* for the server of that directory only */
    struct fetcher *fetcher;
    int64_t *not_before; /* monotonic: until when that server is left alone */
    int64_t max_requests;
    struct arena *arena; /* of the directories */
    struct ird ird;      /* with its remark and payload */
    /* --- */
    int64_t requests;                        /* made so far */
    const char *queue[ALTO_MAX_DIRECTORIES]; /* directories, asked for in order */
    size_t n_queue;
    bool partial;     /* a directory was not read: what is missing may be in it */
    struct err first; /* why, when partial */
};

/** What one asks for. */
struct alto_request {
    const char *url, *accept;
    const char *body, *content_type; /* NULL: GET */
    const char *etag, *modified;     /* of the version that is known; or NULL */
    const struct web_stream *stream; /* NULL: the answer comes as a whole */
    int64_t patience;                /* see struct fetch_request */
};

/** Of a request that is under way. */
struct alto_started {
    struct arena *arena; /* of the request and its answer */
    void *tag;
};

/** Asks, with credentials where they belong. Codes as fetch(), ERR_LIMIT: too many requests. */
int alto_ask(struct alto_visit *v, const struct alto_request *q, struct arena *a,
             struct fetch_reply *reply, struct err *e);

/** Asks by a set, any number of times. */
int alto_start(struct alto_visit *v, const struct alto_request *q, struct fetch_set *set,
               struct alto_started *s, struct err *e);

/** Is the answer of that media type, or plain JSON? Else ERR_SCHEMA. */
int alto_check_type(const struct fetch_reply *reply, const char *wanted, struct err *e);

/** Reads the directory and those that it links, each once; v->partial tells whether all. */
void alto_read_directories(struct alto_visit *v);

#endif
