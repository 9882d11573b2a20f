/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source as a whole: what it reads from where. collect() and serve() run in threads of
 * their own; what both touch is the table of names (which has a lock) and what open() made.
 */
#ifndef RIALTO_AGENTS_PS_SOURCE_H
#define RIALTO_AGENTS_PS_SOURCE_H

#include <stdatomic.h>

#include "agents/sources/perfsonar/ps.h"
#include "agents/sources/web/web.h"

#define PS_SCOPE_PUSHED "pushed"
#define PS_SCOPE_FILES  "files/" /* and the name of the file */

struct ps_source;
struct ps_server;

/** One reading of a server; the runner of servers has checked that it may be asked. */
typedef int ps_pull(struct agent *a, struct ps_server *server, struct err *e);

struct ps_server {
    const char *name, *url;
    const struct agent_dialect *dialect;
    ps_pull *pull;
    bool hosts; /* it tells of hosts: read before those that tell of results */
    struct web_login login;
    const char *index;        /* OpenSearch */
    const struct conf *types; /* of tests; NULL: all that are known */
    int64_t window;           /* esmond: of summaries, seconds; 0: base data */
    int64_t page;             /* results of one answer */
    int64_t not_before;       /* monotonic: it asked to wait until then */
    int64_t cursor;           /* time up to which all is known; FACT_NONE: nothing yet */
    struct map *seen;         /* results that are known and may come again */
    /* of this reading */
    int64_t from; /* when results are asked for */
    struct batch_sink *sink;
    int64_t n_requests;
    bool published; /* something, since collecting began */
};

struct ps_listen {
    const char *address, *path, *token_file, *certificate, *key;
    uint16_t port;
    int64_t max_body;
    unsigned connections;
    struct prefix *clients; /* who may send; none: everybody */
    size_t n_clients;
};

struct ps_source {
    struct ps_hosts *hosts;
    struct fetcher *fetcher;
    const char *folder;                  /* NULL: none */
    const struct agent_dialect *dialect; /* of its files; NULL: told by the content */
    struct map *files;                   /* scopes of the last reading; NULL: none was whole */
    atomic_bool collected;               /* once, since the program started */
    bool hosts_failed;                   /* a server of hosts, in this reading */
    struct ps_server *servers;
    size_t n_servers;
    int64_t since, lag, max_requests;
    bool listens;
    struct ps_listen listen;
    atomic_uint bound; /* the port that is listened on; 0: none yet */
};

/* --- staging: facts are gathered first, for a batch says at its start how long it is believed
 * --- */

struct ps_stage {
    struct ps ps; /* first member */
    struct arena *arena;
    struct memory_sink memory;
};

/** A stage whose ps gathers results (both_ends) by the source's names; ps_stage_close() ends
 * it. */
int ps_stage_open(struct agent *a, struct ps_stage *s, struct err *e);
void ps_stage_close(struct ps_stage *s);

/** How many facts and remarks are staged. */
size_t ps_stage_size(const struct ps_stage *s);

/**
 * Publishes what is staged as results: appended, believed from the time of the latest one.
 * Nothing is published without facts and remarks; ERR_STALE when all has expired meanwhile.
 */
int ps_stage_append(struct ps_stage *s, const char *scope, const char *version,
                    struct batch_sink *sink, struct err *e);

/** Publishes an append of nothing: the scope is well, and known as `version` says. */
int ps_confirm(struct agent *a, const char *scope, const char *version, struct batch_sink *sink,
               struct err *e);

/** Publishes what is staged as all that is known of a scope. */
int ps_stage_replace(struct ps_stage *s, const struct batch_head *head, struct batch_sink *sink,
                     struct err *e);

/* --- files --- */

int ps_collect_files(struct agent *a, struct batch_sink *sink, struct err *e);

/* --- servers --- */

/** Asks a server; `path` is appended to its address, or replaces its path when it starts with
 * '/'. The answer is in the arena. */
struct ps_question {
    const char *path;
    const char *body; /* JSON to POST; NULL: GET */
    struct arena *arena;
    struct slice answer;
};
int ps_ask(struct agent *a, struct ps_server *server, struct ps_question *q, struct err *e);

/** From when on results are asked for: what is known, less the time that results may be late.
 */
int64_t ps_pull_from(struct agent *a, struct ps_server *server);

/** Publishes a stage and begins a new one; moves the cursor when it is not FACT_NONE. */
int ps_pull_page(struct agent *a, struct ps_server *server, struct ps_stage *s, int64_t cursor,
                 struct err *e);

/** A reading ended well: says so, and up to when all is known, where the store does not know.
 */
int ps_pull_confirm(struct agent *a, struct ps_server *server, struct err *e);

/** Was this result read before? If not, it is from now on. 1, 0 or a code. */
int ps_pull_seen(struct ps_server *server, const char *key, struct err *e);

/** A result that was read could not be placed: it is read again, if a server of hosts failed.
 */
void ps_pull_unplaced(struct agent *a, struct ps_server *server, const char *key);

/** Does the configuration ask for tests of this type? */
bool ps_pull_wants(const struct ps_server *server, const char *type);

ps_pull ps_pull_opensearch, ps_pull_esmond, ps_pull_pscheduler, ps_pull_document;

/* --- pushed results --- */

extern const struct conf_item ps_listen_items[];

/** Reads and checks the option `listen`. */
int ps_listen_open(struct agent *a, const struct conf *c, struct ps_listen *out, struct err *e);

/** agent_ops.serve. */
int ps_serve(struct agent *a, struct batch_sink *sink, struct err *e);

#endif
