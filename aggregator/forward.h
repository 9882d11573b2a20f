/* SPDX-License-Identifier: Apache-2.0 */
/* What one routing instance does with a packet: its own table where known, else what follows
 * from configurations. */
#ifndef RIALTO_AGGREGATOR_FORWARD_H
#define RIALTO_AGGREGATOR_FORWARD_H

#include "aggregator/bgp.h"
#include "aggregator/igp.h"
#include "aggregator/world.h"

enum forward_kind {
    FORWARD_UNKNOWN, /* nothing tells */
    FORWARD_DELIVER, /* the destination is on a network of this router, or it itself */
    FORWARD_ON,      /* to one of several next hops */
    FORWARD_DROP,    /* there is no route, or one that discards */
};

struct forward_hop {
    struct port *out;      /* NULL: not known */
    struct wire *wire;     /* NULL: the other end is not known */
    struct instance *next; /* NULL: not known */
    struct addr next_addr; /* the next hop's address, where one was given */
    bool adjacent;         /* an interior protocol's way: slot is set */
    uint32_t slot;         /* number of the adjacency (igp.h) */
    struct dom *next_dom;  /* who runs the next hop, if it isn't known as a router */
};

struct forwarding {
    enum forward_kind kind;
    size_t n;
    enum fact_class cls;
    bool tied;       /* one of several as good; nothing told which */
    bool several;    /* then: more than one of them is used */
    bool announced;  /* FORWARD_UNKNOWN: announced as its own; on a network of this router or of
                        another */
    uint32_t prefix; /* the prefix that matched, or NOWHERE */
    const char *protocol;        /* whose route it is */
    const struct origin *origin; /* where it was read, or the configuration it follows from */
    const struct asns *as_path;  /* of a BGP route, or NULL */
    const char *settled;         /* what settled a tie, or NULL */
    const char *doubt;           /* by which rule it is assumed, if it is; NULL: not told */
    struct port *lan; /* FORWARD_DELIVER: the network it is on; NULL: the router itself */
    struct forward_hop hops[BGP_MAX_PATHS]; /* last: only the first n are set */
};

/** Bytes of it that are set. */
static inline size_t forwarding_size(const struct forwarding *f)
{
    return offsetof(struct forwarding, hops) + f->n * sizeof(f->hops[0]);
}

/** Reads routing tables that routers showed. */
int rib_build(struct world *w, struct err *e);

/** Is there a way to the next hop: a connected network, interior routing, static routes? */
bool forward_reaches(const struct world *w, const struct instance *in, const struct addr *nh);

/** The static route of this very prefix by which the instance reaches next hops, or NULL. */
const struct fact_route *rib_static(const struct world *w, const struct instance *in,
                                    uint32_t id);

/** Has the instance a routing table of its own that was seen, for that family? BGP's routes
 * alone are none. */
bool rib_known(const struct world *w, const struct instance *in, unsigned family);

/** Is there a route to the address in what was seen of the instance's table, be that BGP's
 * routes alone? */
bool rib_leads(const struct world *w, const struct instance *in, const struct addr *dst);

/**
 * The only instance of a domain (in that table; NULL: any) that announces the prefix as its own
 * and has networks that nobody told the addresses of: the prefix must be on one. NULL: none, or
 * several.
 */
struct instance *forward_announcer(const struct world *w, const struct dom *d,
                                   const char *table, uint32_t prefix);

#define LOOKUP_PREFIXES 129 /* that may have one address: each length, and none */

/** A destination, looked up once for all routers. */
struct lookup {
    struct addr dst;
    const struct dom *owner;
    bool everywhere;               /* the address means the same to all domains */
    const struct port *port;       /* then: that has it, or NULL */
    uint32_t ids[LOOKUP_PREFIXES]; /* numbers of prefixes that have it, the longest first */
    size_t n;
};

void lookup_prepare(const struct world *w, const struct addr *dst, struct lookup *out);

/** What the instance does with packets to it. */
void forward_to(const struct world *w, const struct instance *in, const struct lookup *to,
                struct forwarding *out);

/**
 * The same, without hops where an interior protocol decides: *first has the adjacencies by
 * which packets leave. It is left as it is where something else decides.
 */
void forward_briefly(const struct world *w, const struct instance *in, const struct lookup *to,
                     struct forwarding *out, struct wire_set *first);

/** Notes how an instance gets to a next hop (next_hops.h), where it isn't noted yet. */
void forward_note(const struct world *w, const struct instance *in,
                  const struct addr *next_hop);

/** forward_to() for one router. */
void forward_lookup(const struct world *w, const struct instance *in, const struct addr *dst,
                    struct forwarding *out);

#endif
