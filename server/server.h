/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server: the current edition, its state as operators see it, and the answer to any
 * request. Thread-safe; server_refresh and server_configure are for the writer thread.
 */
#ifndef RIALTO_SERVER_SERVER_H
#define RIALTO_SERVER_SERVER_H

#include "http/serve.h"
#include "server/tally.h"
#include "server/updates.h"

struct server;

/** What is told of the server itself. */
struct server_state {
    uint64_t generation; /* snapshots published */
    int64_t rebuild_us;  /* how long the last one took */
    bool loaded;         /* every store that exists has been loaded */
};

/** Freed memory that the process keeps for the next answers, in bytes (for each malloc arena);
 * what is larger than the piece goes back at once. */
#define SERVER_KEPT_MEMORY ((size_t)16 << 20)
#define SERVER_KEPT_PIECE  ((size_t)4 << 20)

/** To be called once, before there are threads: else each large answer pays for new pages. */
void server_keep_memory(void);

/** A server without a snapshot. Board and clock are borrowed, settings held. */
int server_new(struct server **out, struct board *board, struct settings *settings,
               const struct clock *clock, struct err *e);
void server_free(struct server **s);

/** Makes a new edition of the board's current snapshot and serves it from now on. */
int server_refresh(struct server *s, struct err *e);

/** Other settings (held), and a new edition with them. On failure nothing changes. */
int server_configure(struct server *s, struct settings *settings, struct err *e);

void server_set_state(struct server *s, const struct server_state *state);
struct server_state server_state(struct server *s);

/**
 * NULL: there is a snapshot, all is loaded, and something in it is fresh enough (stale_after).
 * Otherwise what is missing, in words; static.
 */
const char *server_not_ready(struct server *s, const struct edition *ed);

/** Is nothing missing? */
bool server_ready(struct server *s, const struct edition *ed);

/** The current edition, held. */
struct edition *server_edition(struct server *s);

/** Answers any request from an edition. The reply's memory is the request's arena and the reply
 * itself. */
void server_answer(struct server *s, struct edition *ed, const struct request *q,
                   struct reply *r);

/* --- what is counted --- */

/** A reply was sent, or will be: of a resource, or NULL. Any thread. */
void server_count(struct server *s, struct edition *ed, const struct resource *r, int status);

/** What was asked since the start, and in the last TALLY_WINDOW; of a resource's tally or, with
 * NULL, of all. */
struct server_sums {
    struct tally_sums all, last;
};
struct server_sums server_sums(struct server *s, const struct tally *of);

/** Replies of that status since the start. */
uint64_t server_replies(const struct server *s, int status);

/** Makes the last window go on; about once a second, by one thread. */
void server_tick(struct server *s);

/** What the HTTP server counts, while there is one. */
struct serve_counts server_connections(struct server *s);
void server_set_http(struct server *s, const struct server_http *http);

/** When the server started, and when what it serves became another: microseconds since 1970;
 * FACT_NONE: never. */
int64_t server_started(const struct server *s);
int64_t server_changed(struct server *s);

/** When a scope was last known to be as it is: read anew, or looked at and found unchanged. */
int64_t server_confirmed(const struct scope_status *scope);

/** Who follows what. */
struct updates *server_updates(struct server *s);

/** Where documents that clients hand in go (borrowed). Before requests are served; NULL: none.
 */
void server_set_inbox(struct server *s, const struct inbox *inbox);
const struct inbox *server_inbox(const struct server *s);

/** Addresses of host names, for requests. */
struct names *server_names(struct server *s);

/** May the answer take milliseconds, so that others are not to wait for it? Of what is slow. */
bool server_is_lengthy(const struct edition *ed, const char *path, size_t body_len);

/** Will the answer take long? */
bool server_is_slow(struct edition *ed, const char *path, bool gzip, size_t body_len);

#endif
