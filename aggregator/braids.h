/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domains that tell nothing and balance load: their routers and links, put together from all
 * traceroutes through them.
 *
 *            .── b ──.
 *     K ── a          d ── K'      each probe takes one of the ways, so that answers at
 *            '── c ──'             following TTLs need not be of neighbours
 *
 * An address answers from the link by which its router was entered. The other end of that link
 * is of a router that stands one TTL before, in every set of traceroutes that went there from
 * the same place: who is never among those is not the one (braid_joins.c).
 *
 * Interior routing leads packets to the border where they leave, whatever their destination, so
 * what is seen on the way of some is true of others (braid_leads.c).
 *
 * So each way from where packets come in to where they leave can be told, also those that no
 * single traceroute shows (braid_walk.c).
 */
#ifndef RIALTO_AGGREGATOR_BRAIDS_H
#define RIALTO_AGGREGATOR_BRAIDS_H

#include "aggregator/traces.h"
#include "base/vec.h"

/** An address of a router that nothing tells of. */
struct braid_node {
    struct addr addr;
    struct dom *dom; /* who runs it; NULL: not known */
    uint32_t mate;   /* the other end of its link; NOWHERE: of a known router, or not known */
    uint32_t router; /* the same for all addresses of a router */
    bool strays;     /* answers from elsewhere than where it was entered, too */
};

/** Packets to a network enter a router at an address. */
struct braid_step {
    uint32_t prefix, node;
    uint32_t trace; /* one that shows it */
};

/** Packets from one router to another of its domain enter the next one at a node. */
struct braid_lead {
    uint32_t from, to;
    uint32_t back; /* 1: it is the way back that was seen */
    uint32_t node;
    uint32_t trace; /* one that shows it */
    uint32_t count; /* how many do */
};

/** Packets to a network that pass a router leave its domain at another. */
struct braid_exit {
    uint32_t prefix, from, last;
    uint32_t out;   /* index of the known instance behind; NOWHERE: the network is there */
    uint32_t trace; /* one that shows it */
    uint32_t count; /* how many do */
};

struct braids {
    struct map *index; /* address (and domain of private ones) -> node + 1 */
    struct {
        VEC(struct braid_node);
    } nodes;
    struct {
        VEC(struct braid_step);
    } steps; /* as far as the routers before are known */
    struct {
        VEC(struct braid_lead);
    } leads; /* in order of routers and node */
    struct {
        VEC(struct braid_exit);
    } exits; /* in order of prefix and routers */
};

/** Once owners are known, and who balances load; w->traces->braids is NULL where nobody does.
 * 0 or ERR_NOMEM. */
int braids_build(struct world *w, struct err *e);
void braids_free(struct braids **b);

/** Number of the node of an address; `context` counts for private ones. NOWHERE: there is none.
 */
uint32_t braid_node_at(const struct braids *b, const struct addr *a, const struct dom *context);

/** Ways from a router on, to another of its domain. Interior routing mostly leads back the way
 * it came, so those seen the other way count unless enough went but one. */
const struct braid_lead *braid_leads(const struct braids *b, uint32_t from, uint32_t to,
                                     size_t *n);

/** Where packets to a network that pass a router leave its domain. */
const struct braid_exit *braid_exits(const struct braids *b, uint32_t prefix, uint32_t from,
                                     size_t *n);

/* ---- between the parts */

/** The order of rows of words, by the first n: what qsort() asks for. */
static inline int braid_cmp(const void *a, const void *b, size_t n)
{
    const uint32_t *x = a, *y = b;
    for (size_t i = 0; i < n; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

/** One answer: a node, or what stands for one: from BRAID_KNOWN on twice the index of a port,
 * one more for IPv6. */
enum { BRAID_KNOWN = 1u << 30, BRAID_SILENT = 1u << 31 };

static inline struct port *braid_port(const struct world *w, uint32_t what)
{
    return w->ports[(what - BRAID_KNOWN) / 2];
}

/**
 * Calls `each` for every answer at a hop of a trace. Nodes are made unless `b` is complete
 * already. False: out of memory.
 */
struct braid_reader {
    const struct world *w;
    struct braids *b;
    bool complete;
    bool (*each)(void *ctx, uint32_t what);
    void *ctx;
};
bool braid_read(const struct braid_reader *r, const struct trace *t, size_t hop);

/** The node of an address and, where it is not of a known router, of the other end of its link,
 * made if new; NOWHERE when out of memory. */
uint32_t braid_make(const struct world *w, struct braids *b, const struct addr *a,
                    struct dom *context);

/** Of several traceroutes of one pair the newest counts; and it has to tell something. */
bool braid_counts(const struct world *w, const struct trace *t);

/** Finds addresses, and which are of one router. */
int braid_join(struct world *w, struct braids *b);

/**
 * The first hop that nothing tells of behind known ones, or behind the source: all that follows
 * is as far from there whichever way it came. t->n: there is none, or ways are mixed before it.
 */
size_t braid_entry(const struct world *w, const struct trace *t);

/** The address at which a router is entered from another, by the only link between them;
 * NOWHERE: there is none, or several. */
uint32_t braid_link(const struct braids *b, uint32_t from, uint32_t to);

/** Finds leads and exits, once routers are known. */
int braid_find_leads(struct world *w, struct braids *b);

#endif
