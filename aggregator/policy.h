/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routing policies as docs/facts.md words them, compiled once, applied to routes.
 */
#ifndef RIALTO_AGGREGATOR_POLICY_H
#define RIALTO_AGGREGATOR_POLICY_H

#include "aggregator/world.h"

enum bgp_origin { ORIGIN_IGP, ORIGIN_EGP, ORIGIN_INCOMPLETE };

/** What a BGP route carries. Lists are immutable once made: changes make new ones. */
struct attrs {
    struct asns as_path;
    struct asns outside; /* to be put before the path once the own AS is in front of it */
    int64_t local_pref;
    int64_t med; /* FACT_NONE: none */
    int64_t weight;
    int64_t tag;
    enum bgp_origin origin;
    struct strs communities; /* sorted; large ones have two colons */
    struct addr next_hop;
    struct addr originator; /* set by a route reflector */
    struct asns clusters;   /* cluster ids, as numbers, nearest first */
    bool next_hop_self;     /* policy: own address */
    bool unsure;            /* depends on something that could not be told */
    uint8_t slack;          /* by how much its AS path may be shorter, if it is unsure */
};

struct policy_set; /* policies and lists of all routers */

/** What a policy sees besides the route. */
struct policy_context {
    const struct router *router; /* whose policy it is */
    const struct prefix *prefix;
    const struct addr *peer;     /* the neighbour; NULL: none */
    const char *source_protocol; /* when redistributing; NULL: bgp */
};

/** Puts what `as-path-prepend-outside` left in attrs->outside before the path. */
void policy_put_outside(struct attrs *a, struct arena *mem);

/** Compiles all policy_term and match_list rows. Freed with policy_free. */
int policy_build(const struct world *w, struct policy_set **out, struct err *e);
void policy_free(struct policy_set **p);

/**
 * Applies the policy of that name (NULL: none, everything passes) to *a, in place; new lists
 * are made in `mem`. True: permitted. Conditions that can't be told set a->unsure, and so does
 * a policy of which no term is known: it permits.
 */
bool policy_apply(const struct policy_set *ps, const struct policy_context *c, const char *name,
                  struct attrs *a, struct arena *mem);

/** Does a prefix list permit the prefix? A list without entries permits (FRR). NULL name: yes.
 */
bool policy_prefix_list(const struct policy_set *ps, const struct policy_context *c,
                        const char *name);

/** Does an AS-path list permit the path? NULL name: yes; a list without entries denies. */
bool policy_as_path_list(const struct policy_set *ps, const struct policy_context *c,
                         const char *name, const struct asns *path);

#endif
