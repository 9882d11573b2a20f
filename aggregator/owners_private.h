/* SPDX-License-Identifier: Apache-2.0 */
/* What aliases.c and owners.c share: addresses seen in traces, joined to routers, with their
 * domains. */
#ifndef RIALTO_AGGREGATOR_OWNERS_PRIVATE_H
#define RIALTO_AGGREGATOR_OWNERS_PRIVATE_H

#include "aggregator/traces.h"

#define MAX_LABELS 16
#define FEW        8 /* one of more than so many is taken for a mistake */

struct anode {
    struct addr addr;
    uint32_t parent; /* union-find */
    uint32_t router; /* index + 1 of a known router; 0 */
    bool offpath;    /* answers from elsewhere */
    bool seen;       /* in a traceroute; else only the other end of such a one's link */
    uint32_t alike;  /* traceroutes whose other family has a number of the same domain there */
    uint32_t parted; /* those where it has another's, though it is the same all along the way */
    uint32_t partner; /* the address that the other family mostly shows there + 1; 0: none */
    uint32_t votes;   /* traceroutes that show it */
    bool settled;     /* most do */
    struct dom *home; /* who runs its router, as is told of this address itself; NULL */
    bool torn;        /* two were told */
};

/* A claim that two addresses are of one router, and how many traceroutes make it. Confirmed:
 * the way back was seen, too.
 *
 *     there  w ── x ══ y        x and z are of one router if z is the other end of y's link;
 *     back   w' ── z ══ y       then packets that come back by z go on to w', x's other end
 */
struct match {
    uint32_t a, b, count;
    uint32_t answered; /* y: whose answer says so */
    bool confirmed;
};

#define MAX_BEFORE 8

/* Addresses that were seen right before another one. */
struct before {
    uint32_t v[MAX_BEFORE];
    size_t n;
};

/* An address's router sends packets to a network on to another address's router. */
struct onward {
    uint32_t node, prefix, next;
};

/* Which claims join addresses. */
enum alias_care {
    ALIAS_CAREFUL, /* those that are confirmed, or the first of their addresses */
    ALIAS_LIKELY,  /* all that nothing contradicts */
};

struct edge {
    uint32_t a, b;      /* clusters */
    struct dom *number; /* whose space the link has; NULL: private or unknown */
    bool untold;        /* no address of the link was seen */
    uint8_t families;   /* in which it was: 1 IPv4, 2 IPv6, 3 both */
    uint8_t first;      /* who has the first address: 1 a, 2 b, 3 either, of several links */
};

struct cluster {
    struct dom *label, *fixed;
    struct dom *near, *far; /* where the search begins */
    struct dom *other;      /* the label in a result that is nearly as good; NULL: the same */
    struct dom *anchor[4];
    uint32_t anchor_votes[4];
    struct dom *choices[MAX_LABELS];
    size_t n_choices;
    struct dom *best[SEEN_CHOICES]; /* labels that are nearly as good as the best */
    uint8_t extra[SEEN_CHOICES];    /* how much worse */
    size_t n_best;
    bool sure, bare, lone; /* as in struct seen */
    bool awake;            /* something beside it changed */
    bool seen;             /* an address of it answered */
    struct {
        VEC(uint32_t);
    } edges, runs, flows;
};

enum { FLOW_SOURCE, FLOW_DESTINATION, FLOW_ENDS };

/* What goes from router a to router b. */
struct flow {
    uint32_t a, b;
    uint8_t *has[FLOW_ENDS];     /* by domain: are there packets of it */
    unsigned n[FLOW_ENDS];       /* of how many domains */
    struct dom *only[FLOW_ENDS]; /* the one, if it is one */
};

/* Routers of one or more traces that are equal, with the domains of the ends. */
struct run {
    uint32_t *v;
    size_t n;
    struct dom *src, *dst;
    unsigned family; /* 4, 6 */
};

/* Whose an address's router was found to be. */
struct verdict {
    struct dom *label, *other; /* as in struct cluster */
};

struct owners {
    struct world *w;
    struct map *index;   /* address (and context of private ones) -> node + 1 */
    struct map *links;   /* pair of nodes in one trace: they are different routers */
    struct map *next_to; /* pairs of neighbouring domains by AS paths */
    struct map *same_runs;
    /* counts of what the labels make now, and what it costs (owner_search.c) */
    uint32_t *between;    /* n_doms * n_doms: links between two domains */
    uint32_t *transits;   /* by domain: runs that pass it */
    struct map *passages; /* three domains in a row -> runs that show them */
    struct map *exits;    /* domain, destination's, next one -> runs that show them */
    struct map *n_exits;  /* domain, destination's -> next ones, distances */
    int64_t shared_cost;  /* of all these */
    int64_t exits_cost;   /* the part of it that exits make, of both families together */
    struct {
        VEC(struct anode);
    } nodes;
    struct {
        VEC(struct edge);
    } edges;
    struct {
        VEC(struct run);
    } runs;
    struct {
        VEC(struct flow);
    } flows;
    struct map *flow_index; /* a, b -> position + 1 */
    struct cluster *clusters;
    struct {
        VEC(struct match);
    } matches;
    struct map *match_index; /* pair of nodes -> position + 1 */
    struct map *blocks;      /* block of addresses -> how many were seen */
    struct map *follow;      /* address, address that answered next */
    struct before *before;   /* by node */
    struct {
        VEC(struct onward);
    } onward;
    uint32_t *first_onward;  /* by node: its first step in onward */
    uint32_t *sent_to;       /* by prefix: next one + 1, while two routers are compared */
    struct verdict *careful; /* by node: what the careful joins lead to */
    enum alias_care care;    /* of the joins as they are now */
    bool first_is_own;       /* domains take the first address of links that they number */
    uint32_t *ring;          /* node -> the next one that is joined with it */
    uint32_t *cluster_of;    /* node -> cluster */
    size_t n_clusters;
    uint32_t **hop_node; /* trace, hop -> node or NOWHERE */
    bool failed;
};

/** An address as a key; private ones are told apart by their context. */
struct node_key {
    struct addr addr;
    uint32_t context; /* NOWHERE for public addresses */
};

/** A pair of numbers, whichever way round. */
static inline uint64_t pair_key(uint32_t a, uint32_t b)
{
    return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

/** A public address in traces, or the other end of such a one's link. NOWHERE: it is none. */
uint32_t aliases_node(const struct owners *o, const struct addr *a);

/** Finds the domains of addresses that hosts or sessions stand beside (owner_homes.c). */
void homes_find(struct owners *o);

/** The domain that is told of an address itself, if it is one; NULL. */
static inline struct dom *homes_say(const struct anode *n)
{
    return n->torn ? NULL : n->home;
}

/** The node that stands for all addresses joined to this one. */
uint32_t aliases_root(struct owners *o, uint32_t i);

/** Is there no traceroute that shows the routers of two addresses to be two? */
bool aliases_compatible(const struct owners *o, uint32_t a, uint32_t b);

/** Is it certain which address is the other one of an address's link, if both have one? */
bool aliases_mate_known(const struct owners *o, const struct addr *a);

/** Joins the routers of two addresses, unless a traceroute shows that they are two. */
bool aliases_join(struct owners *o, uint32_t a, uint32_t b);

/** Finds what every address's router hands on to whom (onward.c). */
void onward_collect(struct owners *o);

/** Do the routers of two addresses hand packets for most of the networks that both send to on
 * to different routers? */
bool onward_differs(struct owners *o, uint32_t a, uint32_t b);

/**
 * Joins IPv4 and IPv6 addresses of routers, which have labels already (families.c). Returns how
 * many; the clusters are then those of before.
 */
size_t families_join(struct owners *o);

/** Compares whose numbers the two families have on the same ways: anode.alike, anode.parted. */
void families_compare(struct owners *o);

/** Could two clusters be one: is there a domain that contradicts neither? */
bool owners_agree(struct owners *o, uint32_t a, uint32_t b);

/** Counts a run among what goes from router to router (owner_flows.c). */
void flows_add_run(struct owners *o, const struct run *r);

/** What speaks against the labels of the routers at both ends of a flow. */
int flow_cost(const struct owners *o, const struct flow *f);

/** Notes whether domains that numbered a link to another's router take its first address, as
 * far as is seen where both routers' domains are certain (owner_search.c). */
void owners_learn_first(struct owners *o);

/** Gives every cluster its best label, from those that it has (owner_search.c). */
void owners_search(struct owners *o);

/** Finds the addresses in all traces and, if `join`, what tells which are of one router
 * (aliases.c). */
void aliases_collect(struct owners *o, bool join);

/** Joins addresses anew, by those claims. */
void aliases_join_all(struct owners *o, enum alias_care care);

#endif
