/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server over loopback whose answers tell what requests became, and a client that says what
 * the test wants, good or bad.
 */
#ifndef RIALTO_TESTS_SITE_H
#define RIALTO_TESTS_SITE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "http/serve.h"

#define CLOSE "Host: x\r\nConnection: close\r\n"

struct site {
    struct server_http *http;
    struct serve_call *kept;          /* parked: the last one */
    unsigned opened, closed, to_send; /* of parks; pieces that a stream has */
    bool ready;                       /* what is waited for is there */
    bool full;                        /* pieces are as large as can be */
    size_t sent;                      /* bytes of these */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool hold;        /* slow answers wait */
    unsigned waiting; /* how many do */
    unsigned released, done;
    struct serve_slot slot;
    unsigned filled;
};

/*
 * Its paths: /secret (Digest), /prepared and /unchanged (with a slot), /shared; what contains
 * "stream" or "wait" is kept; below /slow a worker answers, below /slow/lengthy one that stands
 * back; what ends in "held" waits for site_let_go().
 */
void site_start(struct site *s, const struct serve_limits *limits);

/** What the server asks; for servers that a test starts by itself. */
struct serve_handler site_handler(struct site *s);

/** A connection. */
int site_dial(const struct site *s);

/** Sends, as far as the other side takes it. */
void site_say(int fd, const char *text);

/** Everything until the other side closes; valid until the next call. */
const char *site_hear(int fd);

/** Says that on a connection of its own: what comes back. */
const char *site_talk(const struct site *s, const char *text);

/** Does the reply begin so? If not it is shown. */
bool site_begins(const char *reply, const char *with);

/** How many replies there are. */
unsigned site_heads(const char *reply);

/** Until one of the site's counters has come so far. */
void site_wait_for(struct site *s, const unsigned *counter, unsigned n);

/** Those who are held go on. */
void site_let_go(struct site *s);

/** The kept connection has so many pieces (the last one is the end), or its reply. */
void site_wake(struct site *s, unsigned to_send);

#endif
