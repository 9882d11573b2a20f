/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The global graph in a snapshot: domains, nodes, links. Order is canonical (by name), so that
 * the same facts give the same indices.
 */
#ifndef RIALTO_MODEL_GRAPH_H
#define RIALTO_MODEL_GRAPH_H

#include "model/facts.h"

struct domain {
    const char *name;
    uint32_t *asns;
    size_t n_asns;
    struct prefix *prefixes;
    size_t n_prefixes;
    bool has_facts; /* an agent states more of it than its name: routers, routes or documents */
};

struct node {
    const char *name;
    const struct domain *domain;
    const char *site; /* or NULL */
};

struct link_end {
    const struct node *node;
    const char *interface;              /* or NULL */
    struct addr addr4, addr6;           /* of this end, or none */
    int64_t capacity;                   /* bits per second out of this end; 0: unknown */
    const struct origin *capacity_from; /* who says so */
    int64_t metric4, metric6;           /* IGP metric out of this end; FACT_NONE: none */
    double load; /* bits per second out of this end as measured; NAN: unknown */
};

/** A link between two routers; parallel links are separate and have the same name. */
struct link {
    const char *name;       /* "a|b", sorted names of the nodes */
    const char *id;         /* unique and stable: domain:node:interface of both ends, sorted */
    struct link_end end[2]; /* end[0].node->name <= end[1].node->name */
    double delay;           /* one way, milliseconds; NAN: unknown */
    bool inter;             /* between domains */
    bool confirmed;         /* both sides say so; false: claimed by one */
    bool withheld;          /* its capacity is hidden from some client (model/policies.h) */
    enum fact_class cls;
};

#endif
