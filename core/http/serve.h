/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Serving over HTTP/1.1, with deadlines and limits. The only user of libmicrohttpd (with
 * serve_response.c).
 *
 * An epoll loop per thread reads requests; each is handed to the handler once it is complete.
 * What takes long is answered by worker threads while the connection is parked, so that a heavy
 * answer never stalls its neighbours. Deadlines are absolute: a client that sends one byte a
 * second is cut off as well as one that sends nothing.
 */
#ifndef RIALTO_HTTP_SERVE_H
#define RIALTO_HTTP_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "net/addr.h"

#define SERVE_MAX_HEADERS 8

/** Limits; serve_defaults() fills them. Times in microseconds. */
struct serve_limits {
    size_t max_body;        /* of a request; 1 MiB */
    size_t max_header;      /* request line and headers, bytes; 16 KiB */
    int64_t header_timeout; /* from connecting, or from the request line, to the end of headers;
                               10 s */
    int64_t body_timeout;   /* from the end of headers to the end of the body; 30 s */
    int64_t idle_timeout;   /* between requests of one connection; 60 s */
    int64_t send_timeout;   /* for taking the reply, besides 1 s for each 64 KiB; 60 s */
    unsigned max_connections; /* 10000 */
    unsigned max_per_client;  /* of one IPv4 address or one IPv6 /64; 100 */
    unsigned threads;         /* that read and write; 2 */
    unsigned workers;         /* that compute replies, and as many for lengthy ones; 2 */
    unsigned max_queue; /* replies that wait for a worker of either kind; more get 503; 1024 */
};

void serve_defaults(struct serve_limits *l);

struct serve_call; /* a request as the library knows it */

/** A request. Everything is borrowed until the handler returns. */
struct serve_request {
    struct serve_call *call;
    const char *method;    /* "GET" */
    const char *path;      /* decoded, without the query */
    const char *authority; /* of an absolute target, instead of Host; NULL: none */
    const char *body;      /* 0-terminated; "" without one */
    size_t body_len;
    struct addr client;
    bool tls;
    void *user;   /* what handler.identify left here */
    bool lengthy; /* set by it: the worker that computes the answer lets all others go first */
};

#define SERVE_END (-1)

/**
 * A connection that is kept without a thread: its body is made while it is sent (`read`), or
 * its reply is not there yet (no `read`).
 */
struct serve_park {
    /** It is kept from now on: serve_wake may be called, until close() begins. */
    void (*open)(void *self, struct serve_call *call);
    /**
     * Puts up to `room` bytes of the body at p: how many, or SERVE_END; 0: there is nothing
     * now, the connection sleeps until it is woken. Never waits. NULL: there is no reply yet;
     * once woken, handler.answer is asked again.
     */
    ptrdiff_t (*read)(void *self, char *p, size_t room);
    /** It is over. Called once, opened or not. */
    void (*close)(void *self);
    void *self;
};

struct serve_response;

/**
 * The place of a reply that many requests get: it is made once, with its headers. Zero-init.
 * What is replied has to be there until it is emptied and the last request that got it is over.
 */
struct serve_slot {
    _Atomic(struct serve_response *) made;
};

/** A reply. */
struct serve_reply {
    int status;                                /* 0: not yet; `park` says when */
    const char *headers[SERVE_MAX_HEADERS][2]; /* name, value; copied */
    size_t n_headers;
    const void *body;
    size_t len;
    size_t unsent; /* of a 304, which has no body: octets that the 200 would have */
    void (*release)(
        void *owner); /* called once the body has been sent or the client left; may be NULL */
    void *owner;
    const char *realm; /* with 401: ask for Digest credentials of this realm; `stale`: the nonce
                          was old */
    bool stale;
    struct serve_park park;          /* close == NULL: none; else `body` is not used */
    struct serve_response *prepared; /* instead of headers and body; of a slot, or NULL */
};

/** Is there one? Any thread. */
bool serve_slot_has(const struct serve_slot *s);

/**
 * Sets r->prepared to the one in the slot. Is it empty, `fill` completes r first, of which one
 * is made; without memory for it r stays an ordinary reply. Any thread.
 */
void serve_slot_use(struct serve_slot *s, struct serve_reply *r,
                    void (*fill)(void *self, struct serve_reply *r), void *self);

/** Frees what is in it; while nobody else uses the slot. */
void serve_slot_empty(struct serve_slot *s);

/** What the server does with requests. Called from several threads at once. */
struct serve_handler {
    /**
     * The headers are complete (no body yet): finds out who asks and may leave a note in
     * q->user. Returns true when the answer may take long and is to be computed by a worker.
     */
    bool (*identify)(void *self, struct serve_request *q);
    /** The request is complete: fills the reply. */
    void (*answer)(void *self, struct serve_request *q, struct serve_reply *reply);
    /** The library refuses by itself (400, 413, 503): makes the body of that reply. */
    void (*refuse)(void *self, int status, struct serve_reply *reply);
    /** The request is over; frees q->user. */
    void (*done)(void *self, void *user);
    void *self;
};

struct serve_config {
    const char *host;              /* numeric address */
    uint16_t port;                 /* 0: any free one */
    const char *certificate, *key; /* PEM files; NULL: no TLS */
    struct serve_limits limits;
    struct serve_handler handler;
};

struct server_http;

/** Starts listening and answering. `config` is copied, its strings are not needed later. */
int serve_start(struct server_http **out, const struct serve_config *config, struct err *e);

/** The port that is listened on. */
uint16_t serve_port(const struct server_http *s);

/** What was not let through, by reason. */
enum serve_refusal {
    SERVE_REFUSED_PEER,      /* connections: the client has too many */
    SERVE_REFUSED_LATE,      /* connections: cut off at a deadline */
    SERVE_REFUSED_MALFORMED, /* requests: where they end is not clear */
    SERVE_REFUSED_LARGE,     /* requests: the body is too long */
    SERVE_REFUSED_QUEUE,     /* requests: too many wait for a worker */
    SERVE_REFUSED_MEMORY,    /* requests: there is none */
    SERVE_REFUSED_ENDING,    /* requests: the server stops */
    SERVE_REFUSALS
};

/** What a reason is called: "peer". */
const char *serve_refusal_name(enum serve_refusal why);

struct serve_counts {
    uint64_t connections, kept;  /* at the moment; of these, requests without a thread */
    uint64_t accepted, requests; /* since the start */
    uint64_t refused[SERVE_REFUSALS];
};

/** What was counted; any thread. */
struct serve_counts serve_counts(const struct server_http *s);

/** Stops: no new connections, replies under way are given up to `grace` microseconds. Nulls the
 * pointer. */
void serve_stop(struct server_http **s, int64_t grace);

/**
 * There is something to send, or the reply is there: a kept connection that sleeps goes on. Any
 * thread, between open() and close() of its park.
 */
void serve_wake(struct serve_call *call);

/** Value of the first header line of that name (any case), or NULL. */
const char *serve_header(const struct serve_request *q, const char *name);

/** Appends the values of all lines of that name, joined by ", " (NULL: doesn't); returns how
 * many lines there are. */
unsigned serve_header_all(const struct serve_request *q, const char *name, struct buf *out);

/** A query argument's decoded value, or NULL. */
const char *serve_argument(const struct serve_request *q, const char *name);

enum serve_auth { SERVE_AUTH_NONE, SERVE_AUTH_WRONG, SERVE_AUTH_STALE, SERVE_AUTH_OK };

/** Name in the request's Digest credentials into out; false when there are none. */
bool serve_digest_user(const struct serve_request *q, char *out, size_t size);

/** Checks the Digest credentials (RFC 7616, SHA-256 or MD5) of one user. Only within
 * handler.identify. */
enum serve_auth serve_digest(const struct serve_request *q, const char *realm, const char *user,
                             const char *password);

#endif
