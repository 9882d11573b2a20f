/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The working model of the aggregator: what the facts say, joined.
 *
 *     registry   who owns which address and AS number
 *     topology   nodes, their routing instances (one per table), ports with addresses
 *     wires      ports joined to links, capacities
 *     igp        shortest paths inside a domain
 *     rib        routes that routers say they forward by
 *     bgp        speakers, sessions, the routes they choose (simulated where not seen)
 *     traces     what traceroutes saw
 *
 * Each part is made by one function from those above it, then only read. All of it lives in the
 * snapshot's arena, because paths are found in it for as long as the snapshot lives.
 *
 * Everything is put into canonical order before indices are given out, so that the same facts
 * give the same world whatever order they came in.
 */
#ifndef RIALTO_AGGREGATOR_WORLD_H
#define RIALTO_AGGREGATOR_WORLD_H

#include "base/map.h"
#include "model/graph.h"
#include "model/intake.h"
#include "model/path.h"
#include "model/snapshot.h"
#include "net/lpm.h"

#define NOWHERE UINT32_MAX

/* Evidence that names the rule by which a hop is assumed begins so. */
#define ASSUMED "assumed: "

struct trace_world;
struct bgp_world;
struct igp_world;
struct rib_world;
struct history_rules;
struct ways;
struct composed;
struct unchanged;

/** A domain as the registry knows it. */
struct dom {
    const char *name;
    uint32_t index;
    struct asns asns;
    struct prefix *prefixes;
    size_t n_prefixes;
    bool has_nodes; /* some source tells of its routers */
    bool one_exit;  /* no neighbour is missing among those known, or it is of no matter */
    bool unmetered; /* some declared link has no metric */
    bool balances;  /* traceroutes saw its routers take turns */
};

struct wire;
struct instance;

/** An interface in one routing table. */
struct port {
    uint32_t index;
    struct instance *instance;
    const char *name;
    struct ifaddr *addrs;
    size_t n_addrs;
    bool down; /* a source says it is unusable */
    bool loopback;
    bool declared, site; /* nothing but a declaration tells of it; it is a site's networks */
    struct wire **wires; /* to other ports: one on a point-to-point link */
    size_t n_wires;
    int64_t mtu;      /* bytes, as its platform counts them; 0: not said */
    int64_t capacity; /* bits per second out of it; 0: unknown */
    const struct origin *capacity_from;
    double load;
    const struct origin *origin;
};

/** One routing table of one node: what a packet is inside of. */
struct instance {
    uint32_t index;
    struct router *router;
    const char *table; /* "" is the default */
    struct port **ports;
    size_t n_ports;
};

struct router {
    uint32_t index;
    const char *name;
    struct dom *dom;
    const char *site;
    const char *platform; /* operating system, or NULL */
    struct instance **instances;
    size_t n_instances;
    bool configured; /* a configuration tells of all its interfaces */
    bool declared;   /* somebody declares its links */
};

/** A link between two ports. a comes before b in canonical order. */
struct wire {
    uint32_t index;
    struct port *a, *b;
    struct ifaddr a4, b4, a6, b6; /* addresses in the shared subnets; none where not numbered */
    double delay;                 /* milliseconds; NAN unknown */
    int64_t metric_ab, metric_ba; /* declared; FACT_NONE */
    bool inter, confirmed, session;
    const struct link *link; /* in the snapshot; set when it is emitted */
    const struct origin *origin;
};

/** All rows of one kind of all intakes, in canonical order. */
struct rows {
    const void **v;
    size_t n;
    uint32_t *order; /* by position: which of all intakes' it is, as they came; or NULL */
};

#define ROW_DIFFERENCES_MAX 16 /* of a kind */

/** Rows of one kind that are not what stood in their place in the world before. */
struct row_differences {
    uint32_t at[ROW_DIFFERENCES_MAX]; /* in no order */
    size_t n;                         /* may be more than there is room for */
    bool others;                      /* rows came or went, or too many differ */
};

struct world {
    struct arena *arena;   /* of the snapshot */
    struct arena *scratch; /* of the build */
    struct snapshot *snap;
    int64_t now;
    int64_t changes_at; /* when time alone makes another snapshot, besides expiry; FACT_NONE */
    const struct history_rules *rules;
    unsigned threads;           /* that may work on it at once; 0 is as 1 */
    const struct world *before; /* of the snapshot before, while this one is made; or NULL */
    struct row_differences *differences; /* from it, by kind; NULL: there was none */
    struct unchanged *unchanged;         /* since then; NULL: not known */
    struct rows rows[FACT_KIND_COUNT];

    struct dom **doms;
    size_t n_doms;
    struct map *dom_by_name, *dom_by_asn;
    struct lpm *dom_of; /* address -> dom index */

    struct router **routers;
    size_t n_routers;
    bool configured; /* some router is */
    struct instance **instances;
    size_t n_instances;
    struct port **ports;
    size_t n_ports;
    uint8_t *adjacent; /* n_doms * n_doms: domains that sessions, AS paths or traceroutes show
                          as neighbours */
    struct map *port_by_addr; /* see topo_port_at */
    struct wire **wires;
    size_t n_wires;

    struct lpm *universe; /* every prefix that some table knows -> index in prefixes */
    struct prefix *prefixes;
    size_t n_prefixes;
    struct port ***ports_on; /* by prefix: ports that are up and have it as a subnet,
                                NULL-terminated; or NULL */

    struct igp_world *igp;
    struct rib_world *rib;
    struct bgp_world *bgp;
    struct trace_world *traces;

    struct disagreement *disagreements;
    size_t n_disagreements, cap_disagreements;
    struct pathfinder finder;
    struct map *next_hops;     /* see next_hops.h; NULL: nothing is kept */
    struct ways *ways;         /* what walks found so far; NULL: nothing is kept */
    struct trails *trails;     /* the same for many pairs at once; NULL: they are walked */
    struct composed *composed; /* how costs were (again.h); NULL: not yet */
};

/* ---- rows.c */

/** All rows of all intakes in canonical order, and w->differences. 0 or ERR_NOMEM. */
int rows_sort(struct world *w, struct intake *const *intakes, size_t n);
/** The same source? Times and numbers of batches are of no matter. */
bool rows_same_origin(const struct origin *a, const struct origin *b);

/* ---- registry.c */

/** Domains, address space and AS numbers from domain, prefix-origin, bgp and other facts. */
int registry_build(struct world *w, struct err *e);
/** Domain by name, made if new; NULL when out of memory. */
struct dom *registry_dom(struct world *w, const char *name);
/** Domain that an AS number belongs to, or NULL. */
struct dom *registry_by_asn(const struct world *w, uint32_t asn);
/** Domain that owns an address (longest registered prefix), or NULL. */
struct dom *registry_owner(const struct world *w, const struct addr *a);
/** First AS number of a domain, 0 if it has none. */
uint32_t dom_asn(const struct dom *d);

/* ---- topology.c */

int topology_build(struct world *w, struct err *e);
/** Router of that name in the domain, or NULL. */
struct router *topo_router(const struct world *w, const struct dom *d, const char *name);
/** Its instance for the table ("" or NULL: default), or NULL. */
struct instance *topo_instance(const struct router *r, const char *table);
/** Its port of that name in any table, or NULL. */
struct port *topo_port(const struct router *r, const char *name);

/** The interface at an end of a link, by the name that it has or, where the link is declared
 * without, gets; NULL: none. */
const char *topo_link_end(struct world *w, const struct fact_link *f, bool first);
/** The port of an instance by name, or NULL. */
struct port *instance_port(const struct instance *i, const char *name);
/**
 * The port that has an address. Private and link-local addresses count only within `dom`; NULL
 * when unknown (or when two routers claim a global address).
 */
struct port *topo_port_at(const struct world *w, const struct dom *dom, const struct addr *a);
/** Own address of a port in the subnet of `a`, or NULL. */
const struct ifaddr *port_subnet(const struct port *p, const struct addr *a);
/** First address of a family, or NULL. */
const struct ifaddr *port_addr(const struct port *p, unsigned family);

/* ---- wires.c */

int wires_build(struct world *w, struct err *e);
/** The other end of a wire. */
static inline struct port *wire_other(const struct wire *l, const struct port *p)
{
    return l->a == p ? l->b : l->a;
}
/** Address of an end (p) of the wire in a family; none if not numbered. */
struct addr wire_addr(const struct wire *l, const struct port *p, unsigned family);
/** The wire from port p on which the neighbour has that address; or, with no address, its only
 * one; or NULL. */
struct wire *port_wire_to(const struct port *p, const struct addr *next);
/** How many links join two instances. */
size_t wires_between(const struct instance *a, const struct instance *b);
/** Can packets cross it: are both ends up? */
static inline bool wire_up(const struct wire *l)
{
    return !l->a->down && !l->b->down;
}

/* ---- universe.c */

/** Gives every prefix that routes, originations or interfaces name a number, in canonical
 * order. */
int universe_build(struct world *w, struct err *e);
/** Number of exactly this prefix, or NOWHERE. */
uint32_t universe_id(const struct world *w, const struct prefix *p);
/**
 * The ports on the longest known subnet that has the address (host routes and loopbacks left
 * out), NULL-terminated; NULL when there is none. Private space may be used in several places:
 * all of them are given.
 */
struct port *const *universe_network(const struct world *w, const struct addr *a);

/* ---- disagree.c */

/** Records a disagreement; text is copied. */
void disagree(struct world *w, const struct disagreement *d);

/** Formatted text in the snapshot's arena; "" when it is full. */
const char *world_text(const struct world *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** Notes that the same facts will give another snapshot at that time. */
static inline void world_changes_at(struct world *w, int64_t at)
{
    if (at > w->now && (w->changes_at == FACT_NONE || at < w->changes_at))
        w->changes_at = at;
}

#define FOR_ROWS(w, kind, KIND, it)                                                            \
    for (size_t it##_i = 0; it##_i < (w)->rows[FACT_##KIND].n; it##_i++)                       \
        for (const struct fact_##kind *it = (w)->rows[FACT_##KIND].v[it##_i]; it; it = NULL)

#endif
