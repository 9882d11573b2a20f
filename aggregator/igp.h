/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shortest paths inside a domain, per family and protocol.
 *
 *     cost of going from i to j = sum of the metrics of the interfaces left by
 *
 * Adjacent are two interfaces of one link that run the same protocol and are not passive (OSPF:
 * in the same area). Links whose metric an operator declares count as well where no protocol is
 * configured.
 */
#ifndef RIALTO_AGGREGATOR_IGP_H
#define RIALTO_AGGREGATOR_IGP_H

#include "aggregator/world.h"

enum igp_proto { IGP_OSPF, IGP_ISIS, IGP_PROTOS };

#define IGP_UNREACHED INT64_MAX
#define IGP_UNTOLD    (INT64_MAX - 1) /* most likely reached; by which metric nobody told */
#define IGP_MAX_WIRES 256 /* adjacencies of one router that shortest paths may use */

/** A set of an instance's wires (by position in its list of adjacencies). */
struct wire_set {
    uint64_t bits[IGP_MAX_WIRES / 64];
};

/** What counts before the metric, best first: RFC 2328, section 16.4.1. Of type 2 the metric
 * outside counts before the way to the router that told it. */
enum igp_grade { IGP_INTERNAL, IGP_TYPE_1, IGP_TYPE_2 };

/** A prefix that an interior protocol carries, at the router that has it. */
struct igp_attach {
    struct instance *instance;
    struct port *port; /* NULL: redistributed, not connected */
    int64_t metric;
    enum igp_proto proto;
    enum igp_grade grade;
    bool unsure; /* whether a policy lets it in can't be told */
};

/** How an instance gets to a prefix by interior routing. */
struct igp_route {
    int64_t metric; /* IGP_UNREACHED: not at all */
    enum igp_proto proto;
    struct wire_set first; /* wires to leave by; none: it is attached here */
    bool local;
    bool tied;    /* not all ways of least cost are used, and nothing tells which are */
    bool several; /* then: more than one of them is */
    bool unsure;  /* whether it was let in can't be told */
};

int igp_build(struct world *w, struct err *e);

/** Distance between two instances of a domain, IGP_UNREACHED if there is none. */
int64_t igp_distance(const struct world *w, const struct instance *from,
                     const struct instance *to, unsigned family);

/** Metric of sending out of a port in a family, FACT_NONE where no interior protocol runs. */
int64_t igp_metric(const struct world *w, const struct port *p, unsigned family);

/**
 * Does an interior protocol run on some interface of the instance whose addresses nobody told?
 * Then it has networks that are not known; with `active` only interfaces count on which
 * neighbours are sought, so that it has adjacencies that are not known.
 */
bool igp_has_nameless(const struct world *w, const struct instance *in, unsigned family,
                      bool active);

/** Is there no known way from one instance to another of its domain, though both have
 * adjacencies that are not known? Then there is one, most likely. */
bool igp_untold(const struct world *w, const struct instance *from, const struct instance *to,
                unsigned family);

/**
 * Might the instance have routes that nobody told? So it is where it runs a protocol that is
 * not followed, and where one that is followed brings routes of such a one.
 */
bool igp_in_doubt(const struct world *w, const struct instance *in, unsigned family);

/** Does it get routes of VPNs or of other tables, which BGP passes on? */
bool igp_leaks(const struct world *w, const struct instance *in, unsigned family);

/** Attachments of a prefix (by number), and how many. */
const struct igp_attach *igp_attached(const struct world *w, uint32_t prefix, size_t *n);

/** The way from an instance to a prefix. */
void igp_route_to(const struct world *w, const struct instance *from, uint32_t prefix,
                  struct igp_route *out);

/** Is a prefix attached in a domain where it was in w->before, at the same metrics? Both worlds
 * have the same routers and prefixes (unchanged.h). */
bool igp_same_attached(const struct world *w, const struct dom *d, uint32_t prefix);

/** Does interior routing then lead an instance to the prefix by the same ways at the same cost?
 * False also where that can't be told. */
bool igp_same_ways(const struct world *w, const struct instance *from, uint32_t prefix);

/** An adjacency: the wire, the own port on it, and who is at the other end. */
struct igp_neighbour {
    struct wire *wire;
    struct port *out;
    struct instance *next;
};

/** The i-th of an instance's list of adjacencies, or NULL behind the end. */
const struct igp_neighbour *igp_neighbour(const struct world *w, const struct instance *in,
                                          size_t i);

/** Adjacencies of all instances are numbered, those of one in a row: its first number. Behind
 * the last instance: how many there are. */
uint32_t igp_first_slot(const struct world *w, size_t instance);

/** The first of the set that is not before i; IGP_MAX_WIRES: there is none. */
size_t wire_set_next(const struct wire_set *s, size_t i);

static inline bool wire_set_empty(const struct wire_set *s)
{
    return wire_set_next(s, 0) == IGP_MAX_WIRES;
}

/** Administrative distance that devices give the protocol's routes. */
static inline int igp_admin_distance(enum igp_proto p)
{
    return p == IGP_OSPF ? 110 : 115;
}

#endif
