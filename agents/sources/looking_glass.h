/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the looking-glass source: its options (looking_glass.c), how answers are had
 * (_ask.c over HTTP, _files.c), how they become batches (_read.c). */
#ifndef RIALTO_AGENTS_LOOKING_GLASS_H
#define RIALTO_AGENTS_LOOKING_GLASS_H

#include <stdio.h>

#include "agents/agent.h"
#include "agents/sources/lg/dialects.h"
#include "http/fetch.h"

#define LG_MAX_REQUESTS 256              /* of one router */
#define LG_MAX_PAGES    10000            /* of one request */
#define LG_MAX_FILE     ((off_t)1 << 30) /* bytes of one file, or of all pages of a request */

/** Something that a router is asked. */
struct lg_request {
    const char *name; /* for messages: "bgp4", "routes/protocol/r1" */
    const char *text; /* what stands for it in the request: a command, a path, a prefix */
    lg_parser *parse; /* NULL: the dialect finds out what the answer is */
};

/** A server that several routers may be behind. */
struct lg_host {
    const char *name;   /* scheme, host and port, for messages */
    int64_t not_before; /* monotonic: it asked to wait */
};

/** How answers come in parts. */
struct lg_pages {
    const char *total; /* path in the answer to the number of pages; NULL: there is none */
    const char *next;  /* path in the answer to the address of the next page; NULL: none */
    int64_t first;     /* number of the first page */
    int64_t max;
};

struct lg_router {
    const char *name, *path;
    const struct agent_dialect *dialect; /* NULL: told by the content, for files */
    const char *url, *method, *body, *type;
    const char *const *headers; /* NULL-terminated; "%t" is the token */
    const char *token_file;
    struct lg_pages pages;
    struct lg_request *requests;
    size_t n_requests;
    struct lg_host *host;
    const char **validators; /* of the last good batch, one per request; in kept */
    struct arena *kept;
};

struct lg_glass {
    struct lg_router *routers;
    size_t n;
    struct lg_host *hosts;
    size_t n_hosts;
    struct fetcher *fetcher; /* NULL: files only */
    struct arena *scratch;
    struct lg lg;
};

/** One answer: a file, on disk or without a name, with the ends of its pages. */
struct lg_answer {
    FILE *file; /* NULL: there is none */
    const char *where;
    const struct lg_request *request; /* NULL: a file that was found */
    int64_t size, modified;           /* of a file on disk, to see that it stays the same */
    const char *validator;            /* "E" and an ETag, or "M" and a time; NULL: none */
    bool unchanged;                   /* HTTP 304 */
    struct {
        VEC(size_t); /* ends of pages; the last one is the file's */
    } pages;
};

/** One router being read. Strings are in the glass' scratch arena. */
struct lg_reading {
    struct agent *agent;
    struct lg_glass *g;
    struct lg_router *router;
    struct batch_sink *sink;
    struct batch_head head;
    struct lg_answer *answers;
    size_t n_answers;
};

/** Opens the files that there are. Sets version and times of t->head. ERR_NOENT: none. */
int lg_open_files(struct lg_reading *t, struct err *e);

/** Asks everything over HTTP; what is known by its validators may stay unasked. Sets the
 * version of t->head. */
int lg_ask_all(struct lg_reading *t, const char *known, struct err *e);

/** Keeps the validators of what was read well. */
void lg_keep_validators(struct lg_reading *t);

/** Closes what the two above opened. */
void lg_close_answers(struct lg_reading *t);

/** The version of what was read, from parts added to a hash; NULL without memory. */
struct hash;
char *lg_version(struct hash *h, struct arena *a);

/** Reads one router; its troubles are told to the sink, only the sink's are returned. */
int lg_collect_router(struct agent *a, struct lg_router *router, struct batch_sink *sink,
                      struct err *e);

/** Fills a router's request from its options: method, form, headers, pages. */
int lg_request_options(struct agent *a, struct lg_router *r, const struct conf *c,
                       struct err *e);

/** Options of a request, for the table of options. */
extern const struct conf_item lg_page_items[];

#endif
