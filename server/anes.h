/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Abstract network elements of one path vector reply (RFC 9275): collected path by path,
 * reduced to what a client needs, named at random. An element is a link in one direction. Lives
 * in the request's arena.
 */
#ifndef RIALTO_SERVER_ANES_H
#define RIALTO_SERVER_ANES_H

#include "server/asked.h"
#include "server/props.h"

/** Properties of elements that a client asks for; bits. */
enum ane_property {
    ANE_BANDWIDTH = 1,  /* max-reservable-bandwidth */
    ANE_PERSISTENT = 2, /* persistent-entity-id */
    ANE_LINK = 4,       /* priv:link ... */
    ANE_ID = 8,
    ANE_INGRESS = 16,
    ANE_CLASS = 32,
    ANE_ROUTERS = 64,
    ANE_OTHER = 128, /* any other, of elements of documents */
    /* As OpenALTO's and FTS' clients know them: */
    ANE_AS = 256,       /* as_path: the AS that is entered */
    ANE_NEXT_HOP = 512, /* next_hop: the address where the packet comes in */
    ANE_BYTES = 1024,   /* bandwidth: bytes per second */
    ANE_PRIVATE = ANE_LINK | ANE_ID | ANE_INGRESS | ANE_CLASS | ANE_ROUTERS | ANE_NEXT_HOP,
};

/** Appends the properties that a resource offers as a JSON array of names. */
void anes_put_offered(const struct resource *r, const struct view *v, struct buf *b);

/**
 * Bits of the names asked for. Refuses in *out a name that is not offered, and returns false
 * then.
 */
bool anes_wanted(const struct resource *r, const struct view *v, const struct wire_names *names,
                 unsigned *wanted, struct reply *out);

struct anes;

/** One pair: what identifies its ends, and how the client writes them. */
struct ane_pair {
    struct slice src_key, dst_key;
    const char *src, *dst;
};

int anes_new(struct anes **out, const struct view *v, unsigned wanted, struct arena *a,
             struct err *e);

/**
 * Of the merged view, before anything is added: a path vector for each interval, an element of
 * its own wherever windows of maintenance change what is told of one (RFC 9275 section 9.4).
 */
int anes_calendar(struct anes *s, const struct wire_calendar *when, struct err *e);
void anes_free(struct anes **s); /* what is not in the arena */

/** How many pairs have a path so far. */
size_t anes_count(const struct anes *s);

/** How many elements there are: those borrow from the paths that brought them, so a path that
 * brings none need not be kept. */
size_t anes_elements(const struct anes *s);

/** Adds a pair with the elements that a document tells; their names are that document's own. */
int anes_add_named(struct anes *s, const struct ane_pair *pair,
                   const struct wire_elements *names, const struct cost_source *from,
                   struct err *e);

/** No pair will be added twice: they need not be remembered. */
void anes_distinct(struct anes *s);

/** Is the pair there already? Always false of distinct ones. */
bool anes_has(struct anes *s, const struct ane_pair *pair);

/**
 * Are paths shown as they are, and their links all that is told of elements? Then they may be
 * added as trails (model/path.h), with the same result.
 */
bool anes_take_trails(const struct anes *s);

/** A pair and the links of its trail. */
int anes_add_trail(struct anes *s, const struct ane_pair *pair, const uint32_t *links, size_t n,
                   struct err *e);

/**
 * Adds a pair with its path, as far as its domains show it; one that does not arrive or isn't
 * known is left out. The path must live as long as elements that it brings.
 */
int anes_add(struct anes *s, const struct ane_pair *pair, const struct path *path,
             struct err *e);

/**
 * Reduces and names. Without private properties: elements that the same pairs cross become one;
 * where bandwidth is asked for, those that constrain nothing go (plan/reduce.h). With them:
 * every link of every path stands for itself. Names follow from the request's secret, so that
 * they stay in the answers to one follower.
 */
int anes_finish(struct anes *s, const struct request *q, struct err *e);

/** How a reply is put together. */
struct anes_reply {
    const struct resource *resource;
    const char *part;                    /* id */
    const char *media, *member;          /* of the path vector part */
    const struct wire_vtag *map;         /* network map that it depends on, or NULL */
    const struct wire_names *properties; /* asked for */
    /* Costs that are asked for as well, or NULL; and which path each pair has (from 1; 0:
     * none).
     */
    const struct asked *asked;
    const uint32_t *flow_of;
    const char *const *srcs, *const *dsts;
};

/** The calendar of the path vectors that are asked for, or NULL. */
const struct wire_calendar *anes_when(const struct asked *k);

/** The whole reply: multipart/related of path vectors and properties (RFC 9275 sections 7.2.6
 * and 7.3.6). */
int anes_put(const struct anes *s, const struct anes_reply *how, const struct request *q,
             struct reply *out, struct err *e);

#endif
