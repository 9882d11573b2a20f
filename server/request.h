/* SPDX-License-Identifier: Apache-2.0 */
/* A request and a reply, apart from any HTTP library: what dispatch and resources see. */
#ifndef RIALTO_SERVER_REQUEST_H
#define RIALTO_SERVER_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "net/addr.h"
#include "server/settings.h"

#define REQUEST_MEMORY ((size_t)512 << 20) /* an answer's working memory */
#define REPLY_HEADERS  6

struct edition;
struct inbox;
struct names;
struct serve_slot;

/** Who asks. */
struct caller {
    const struct client_class *class; /* NULL: anonymous */
    bool presented;                   /* Digest credentials were sent */
    bool wrong, stale;                /* they were wrong; their nonce was old */
};

/** Everything is borrowed for the call; headers are NULL when absent. */
struct request {
    const char *method, *path;
    const char *body;
    size_t len;
    const char *accept;  /* all Accept lines, joined */
    const char *accepts; /* what OpenALTO's client sends in its place; see anes_put */
    const char *content_type;
    const char *content_coding;
    const char *if_none_match; /* all lines, joined; so are those of the next one */
    const char *if_match;
    const char *modified_since, *unmodified_since;
    bool gzip; /* an answer may be compressed */
    const char *host;
    unsigned n_hosts; /* Host lines */
    struct addr client;
    bool tls;
    struct caller caller;
    /** A query argument, decoded, or NULL. */
    const char *(*argument)(void *self, const char *name);
    void *argument_self;
    int64_t now; /* microseconds since 1970: which interval of a calendar is current */
    const struct clock
        *clock;          /* time for ages; randomness for names that must not be guessed */
    struct arena *arena; /* for the answer's working memory */
    const struct inbox *inbox; /* takes what is handed in; NULL: nothing can be */
    struct names *names;       /* addresses of host names, from the DNS; NULL: it isn't asked */
    const uint8_t
        *secret; /* 16 bytes: names of network elements follow from it; NULL: random */
};

/** A query argument, or NULL. */
const char *request_argument(const struct request *q, const char *name);

/**
 * Where clients reach us, without a slash at the end: as configured, or as this client did; ""
 * makes relative URIs. NULL: no memory.
 */
const char *request_base(const struct request *q, const struct settings *settings);

/** A connection that is kept (http/serve.h says how it is used; `call` is the library's). */
struct parking {
    void (*open)(void *self, void *call);
    ptrdiff_t (*read)(void *self, char *p, size_t room); /* PARKING_END, or 0: nothing now */
    void (*close)(void *self);                           /* NULL: nothing is kept */
    void *self;
};

#define PARKING_END (-1)

/** A reply. Zero-initialise. Either `body` (owned) or `shared` (kept alive by `edition`). */
struct reply {
    int status;
    const char
        *type; /* Content-Type; NULL: no body; lives as long as the arena of the request */
    const char *headers[REPLY_HEADERS][2]; /* name, value */
    unsigned n_headers;
    struct buf body;
    const char *shared;
    size_t shared_len;
    size_t unsent;                  /* of a 304: octets that the 200 would have */
    struct edition *edition;        /* held for `shared`; given back when the body was sent */
    void (*give_back)(void *owner); /* instead of it: releases the owner of `shared` */
    void *owner;
    const char *coding;      /* Content-Encoding; NULL: none */
    const char *other_etag;  /* of the same in another coding; NULL: none */
    const char *etag;        /* with quotes; in the request's arena or in the edition */
    bool challenge, stale;   /* with 401 */
    struct parking parking;  /* a stream; with status 0 a reply that is not there yet */
    struct serve_slot *slot; /* all get this very reply; lives as long as what it is of */
    size_t entries;          /* of a whole map: PIDs, entities, or base objects of CDNI */
};

/** Adds a header; both borrowed as `type` is. */
void reply_header(struct reply *r, const char *name, const char *value);

#endif
