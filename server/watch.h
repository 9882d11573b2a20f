/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A watch: one thing that is followed, its current version and the changes that led there.
 * Shared by all who follow it (docs/decisions/0107-update-streams.md).
 *
 * The hub's lock guards every field but those of `of`, which never change. watch_prepare()
 * alone works without it: only the hub's thread changes a body, and that between prepare and
 * commit.
 */
#ifndef RIALTO_SERVER_WATCH_H
#define RIALTO_SERVER_WATCH_H

#include "http/serve.h"
#include "server/edition.h"
#include "wire/patch.h"
#include "wire/stream.h"

#define WATCH_TAG   65 /* RFC 7285 section 10.3, and the 0 */
#define WATCH_PARTS 2  /* of a multipart body (RFC 9275) */
/** Increments kept for streams, and in one segment of a view. Their bytes: less than the body,
 * or WATCH_MIN_BYTES. */
#define WATCH_VERSIONS  32
#define WATCH_MIN_BYTES ((size_t)64 << 10)
#define WATCH_GRACE     ((int64_t)30000000) /* microseconds */
#define WATCH_FULL_ONLY 8 /* versions in a segment of a view whose edges are whole bodies */

/** Bytes that several hold. */
struct blob {
    unsigned references; /* changed atomically */
    const char *data;
    size_t len;
    struct edition *edition; /* whose bytes they are, or NULL: our own */
    char etag[36];           /* of a TIPS edge; "": not asked for yet */
    struct serve_slot reply; /* the edge as a reply */
};

/** Takes over what the buffer holds; NULL: no memory. */
struct blob *blob_take(struct buf *b);
struct blob *blob_hold(struct blob *b);
void blob_release(struct blob **b);

/** What is followed. */
struct watch_of {
    const char *resource;
    const char *input;  /* NULL: none */
    const char *class;  /* of client; NULL: what everybody sees */
    const char *host;   /* as the client calls us; NULL: it does not matter */
    struct addr client; /* unset: it does not matter */
    bool tls;
};

/** One part of a change. */
struct increment {
    enum wire_patch kind;
    char part[160];           /* Content-ID; "": the body is one object */
    struct blob *raw, *event; /* as patch, and as data of an event */
};

struct version {
    uint64_t seq, generation;
    char tag[WATCH_TAG];
    struct blob *whole;                    /* kept for a view; or NULL */
    struct increment changes[WATCH_PARTS]; /* since the version before */
    size_t n_changes;
    size_t bytes; /* of the changes; more than the body: SIZE_MAX */
};

struct watch_view {
    bool open;
    char id[33];
    int64_t used;  /* monotonic: last request */
    size_t polls;  /* that wait */
    uint64_t half; /* start of the second segment; 0: there is one only */
};

/** What rendering gave. */
struct rendered {
    struct blob *body;
    char *type; /* Content-Type */
    char tag[WATCH_TAG];
    int64_t changes_at; /* wall clock: even where nothing new comes; 0: never */
};

struct watch {
    struct watch_of of;
    char *key;
    size_t key_len;
    uint8_t secret[16];
    unsigned grants; /* needed */
    unsigned rank;   /* after those of lower rank, which it depends on */
    unsigned users;
    bool multipart, costs;
    bool dead;          /* can't be followed any more */
    int64_t changes_at; /* wall clock: it may say something else then; 0: never */
    int64_t missing;    /* monotonic: since when it can't be rendered; 0: it can */

    struct blob *body;
    char *type;
    struct blob *event; /* the body as data of an event; NULL: not made yet */
    bool wants_event;
    struct {
        VEC(struct version);
    } versions; /* the last one is the current one */
    struct watch_view view;
    struct watch *base; /* this is the summary of that one's view; else NULL */

    /* Of the refresh under way. */
    const struct edition *prepared;
    int failure; /* code, 0: refused; 1: rendered */
    bool changes;
    struct rendered next;
    struct version next_version;
};

/** What is to be rendered. */
struct rendering {
    const struct watch_of *of;
    const uint8_t *secret; /* 16 bytes */
    struct edition *edition;
    const struct request *q; /* arena, clock, and the caller's rest */
};

/**
 * What a resource says to a follower. 1: rendered; 0: refused in *refusal; or a negative code.
 */
int watch_render(const struct rendering *what, struct reply *refusal, struct rendered *out,
                 struct err *e);
void rendered_free(struct rendered *r);

/** A watch at its first version, from what was rendered (taken over). NULL: no memory. */
struct watch *watch_new(const struct watch_of *of, const struct edition *ed,
                        struct rendered *first, const uint8_t secret[16]);
void watch_free(struct watch **w);

/** A watch whose body is made elsewhere (taken over, unless NULL is returned). */
struct watch *watch_new_summary(const struct watch_of *of, struct blob *body, const char *type);

/** The next body of such a watch, taken over; nothing if it is the same. False: no memory. */
bool watch_advance(struct watch *w, struct blob *body, uint64_t generation);

/** Text that tells watches apart. */
void watch_key(const struct watch_of *of, struct buf *out);

/** Renders anew and finds what changed; without lock, by the hub's thread. */
void watch_prepare(struct watch *w, struct edition *ed, const struct clock *clock);

/**
 * Makes what was prepared current; with the lock. What can't be rendered stays as it was for
 * WATCH_GRACE: a map and the costs that depend on it may come one after the other.
 */
void watch_commit(struct watch *w, uint64_t generation, int64_t now);

/** The current version; the one of that number, or NULL. */
const struct version *watch_current(const struct watch *w);
const struct version *watch_version(const struct watch *w, uint64_t seq);

/** May streams send the change to this version instead of the body? */
bool version_is_small(const struct version *v);

/** Starts and ends keeping history for a view. */
void watch_open_view(struct watch *w, const char id[33], int64_t now);
void watch_close_view(struct watch *w);

/** How much an entry of the directory says of increments: the value of
 * incremental-change-media-types, or NULL. `view`: in a TIPS view. */
const char *watch_incremental(const struct resource *r, bool view);

/** Rank of a resource by what it depends on. */
unsigned watch_rank(const struct edition *ed, const struct resource *r);

#endif
