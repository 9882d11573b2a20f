/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths of packets: what the aggregator answers and the server tells.
 *
 *     src --LAN-- hop[0] --link-- hop[1] --link-- ... hop[n-1] --LAN-- dst
 *
 * hop[i].link is the link by which the packet came INTO hop i (NULL for hop 0 and where it is
 * not known). Where several equal-cost paths are used there are several legs.
 */
#ifndef RIALTO_MODEL_PATH_H
#define RIALTO_MODEL_PATH_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/facts.h"

#define PATH_MAX_LEGS 64
#define PATH_MAX_HOPS 64

struct link; /* model/graph.h */

/** Why a hop is believed: a fact's origin and a sentence. */
struct evidence {
    const struct origin *origin; /* NULL: follows from the rules alone */
    const char *text;            /* "route 192.0.2.0/24 via 10.0.0.2 (ospf)" */
};

struct path_hop {
    const char *router; /* its name; "?192.0.2.1" where only an address is known; "?" where not
                           even that */
    const char *domain; /* the domain that runs it; NULL: unknown */
    const char *table;  /* the routing table walked in; NULL: unknown */
    uint32_t asn;       /* of that domain; 0: unknown */
    struct addr in;     /* address the packet came in at; none for hop 0 and where unknown */
    struct addr out; /* address of the interface it leaves by; none for the last hop and where
                        unknown */
    int64_t in_capacity, out_capacity; /* bits per second of those interfaces; 0: unknown */
    const char *in_name, *out_name;    /* names of those interfaces; NULL: unknown */
    const struct link *link;           /* how it came here, if that is a known link */
    bool forward;                      /* link is crossed from its end 0 to its end 1 */
    enum fact_class cls;
    const struct evidence *evidence;
    size_t n_evidence;
};

struct path_leg {
    struct path_hop *hops;
    size_t n_hops;
    uint32_t *as_path; /* each domain's AS once, in order */
    size_t n_as;
    enum fact_class cls; /* of the weakest hop */
};

struct path {
    struct addr src, dst;
    bool reached; /* packets arrive; false: they don't, or nothing is known (see why) */
    bool known; /* false: no answer; legs may be empty or hold what is known of the beginning */
    const char *why;       /* reason when not reached or not known; NULL otherwise */
    enum fact_class cls;   /* of the weakest leg */
    int64_t oldest;        /* observed_at of the oldest fact relied on; FACT_NONE: unknown */
    struct path_leg *legs; /* sorted, without doubles */
    size_t n_legs;
    double rtt; /* milliseconds end to end as measured by evidence of this pair; NAN: unknown */
};

/** What is asked: the path of a packet. */
struct path_question {
    struct addr src, dst;
    const char *table; /* of the source, where its address stands in several; NULL: any */
};

/** An end of paths of many pairs, of one snapshot. */
struct path_end {
    struct addr addr;
    const void *start; /* where packets from there begin; NULL: ask for each pair */
    void *row;         /* what routers do with packets to there; NULL: the same */
};

#define PATH_UNTOLD    SIZE_MAX /* of links: find() tells */
#define PATH_MAX_LINKS 256      /* that are told of a path */

/**
 * Finds paths in one sealed snapshot. Pure and thread-safe; results live in the caller's arena
 * and borrow from the snapshot.
 */
struct pathfinder {
    /**
     * Always gives a path, with known == false where nothing is known; fails only for want of
     * memory or by a limit.
     */
    int (*find)(const struct pathfinder *pf, const struct path_question *q, struct arena *a,
                struct path **out, struct err *e);
    /** The same, but texts of evidence and reasons may be empty: they are most of the work.
     * NULL: there is no quicker way. */
    int (*find_quietly)(const struct pathfinder *pf, const struct path_question *q,
                        struct arena *a, struct path **out, struct err *e);
    /**
     * For many pairs: what each end has to do with it, then the links of a pair's path, each
     * twice its index in the snapshot, and one more where it is crossed from its end 0 to its
     * end 1: as many as are returned, leg after leg, of each leg those behind where it parts
     * from the one before. Only of paths that arrive, with all links known; of any other
     * PATH_UNTOLD. NULL: of none.
     */
    void (*end)(const struct pathfinder *pf, const struct addr *a, struct path_end *out);
    size_t (*trail)(const struct pathfinder *pf, const struct path_end *src,
                    const struct path_end *dst, uint32_t out[PATH_MAX_LINKS]);
    /** Trails to this end are asked for next: memory begins to bring what tells them. NULL:
     * there is nothing to bring. */
    void (*expect)(const struct pathfinder *pf, const struct path_end *dst);
};

/** Finds a path of which nobody will read why it is believed. */
static inline int path_find_quietly(const struct pathfinder *pf, const struct path_question *q,
                                    struct arena *a, struct path **out, struct err *e)
{
    return (pf->find_quietly ? pf->find_quietly : pf->find)(pf, q, a, out, e);
}

/**
 * Name of the link into hop i of a leg (i > 0): both routers' names, sorted, joined by "|".
 * Lives in a.
 */
const char *path_link_name(const struct path_leg *leg, size_t i, struct arena *a);

/** A capacity: nothing can be carried. (0 is: unknown.) */
#define PATH_CLOSED (-1)

/** Bits per second that the link into hop i can carry, as travelled; 0: unknown. PATH_CLOSED
 * only where windows of maintenance were applied (snapshot_path_in). */
int64_t path_link_capacity(const struct path_leg *leg, size_t i);

/** The same of a link from its end 0 to its end 1, or the other way. */
int64_t path_crossing_capacity(const struct link *link, bool forward);

#endif
