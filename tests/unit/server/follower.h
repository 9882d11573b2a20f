/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that follow resources, without sockets: over an update stream, and by TIPS. */
#ifndef RIALTO_TESTS_SERVER_FOLLOWER_H
#define RIALTO_TESTS_SERVER_FOLLOWER_H

#include "unit/server/fixture.h"

/** Something that can be followed. */
struct followed {
    const char *resource, *path;
    const char *input; /* JSON; NULL: GET */
};

/** One or two JSON objects: a body, or the parts of a multipart one, by Content-ID. */
struct document {
    json_t *part[2];
    char id[2][128];
    char type[256];
};

void document_free(struct document *d);

/** What a fresh request gives. */
struct document document_ask(struct fixture *f, const struct followed *what);

/** Text that is equal for equal documents; names of network elements by their order. */
char *document_text(const struct document *d);

#define FOLLOWER_SUBS 24

struct substream {
    char id[65];
    const struct followed *what;
    bool incremental, active;
    bool later; /* not asked for when the stream was opened */
    struct document held;
    size_t wholes, patches;
};

/** A stream as its client sees it. */
struct stream_client {
    struct fixture *fixture;
    struct parking parking;
    bool open, woken, ended;
    char control[64]; /* path of its control service */
    struct substream subs[FOLLOWER_SUBS];
    size_t n_subs, events, comments;
    struct buf text; /* read, and not yet understood */
    unsigned random;
};

/** Calls of serve_wake end here; `call` is the woken flag. */
void follower_wake(void *call);

/** Appends `"ID":{...}` of a new substream to a request. */
void stream_client_want(struct stream_client *c, const struct followed *what, bool incremental,
                        struct buf *add);

/** Opens; the answer's status. */
int stream_client_open(struct stream_client *c, struct fixture *f, const char *add);

/** Sends a control request; its status. */
int stream_client_control(struct stream_client *c, const char *body);

/** Reads at most `pieces` pieces, as long as the stream is awake, and applies what was read. */
void stream_client_read(struct stream_client *c, unsigned pieces);
void stream_client_close(struct stream_client *c);

/** Opens a stream of what the client holds, saying which versions; false: it holds nothing. */
bool stream_client_again(struct stream_client *c);

/** A client of a TIPS view. */
struct tips_client {
    struct fixture *fixture;
    const struct followed *what;
    char view[80]; /* path */
    uint64_t has;  /* version */
    struct document held;
    struct parking parking; /* it waits */
    bool woken;
    size_t wholes, patches, gone;
};

void tips_client_open(struct tips_client *c, struct fixture *f, const struct followed *what,
                      const char *tag);

/** Fetches edge by edge until it has to wait. */
void tips_client_read(struct tips_client *c);

/**
 * Forgets what it has, begins with any version that is whole, and takes each edge from there to
 * the last version: all of them must be there (RFC 9569 section 3.2).
 */
void tips_client_jump(struct tips_client *c, unsigned random);
void tips_client_close(struct tips_client *c);

#endif
