/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the Junos reader only. A configuration is read as a tree (agents/sources/tree), groups
 * and interface ranges are applied, then facts are stated from the tree.
 */
#ifndef RIALTO_AGENTS_SOURCES_JUNOS_MODEL_H
#define RIALTO_AGENTS_SOURCES_JUNOS_MODEL_H

#include "agents/sources/junos/junos.h"
#include "agents/sources/rules/chain.h"
#include "agents/sources/tree/notes.h"
#include "agents/sources/tree/tree.h"

#define JUNOS_MAX_RANGE  4096 /* interfaces that one range names */
#define JUNOS_MAX_TABLES 4096

/** A logical interface (or a physical one, for what is said of it). */
struct junos_unit {
    const char *name; /* "ge-0/0/0.0" */
    const char *table;
    struct tree_node *node, *physical;
    struct ifaddr *addrs;
    size_t n_addrs;
    bool inet, inet6, iso, loopback, down;
    int64_t speed;   /* bits per second, FACT_NONE: unknown */
    const char *net; /* of family iso, or NULL */
};

/** The routing of one table: the top of the configuration, or a routing instance. */
struct junos_table {
    const char *name;                      /* "" */
    struct tree_node *options, *protocols; /* either may be NULL */
};

struct junos {
    struct tree *t;
    struct tree_notes notes;
    const char *path, *node;
    struct rules r;          /* what is stated */
    struct map *units;       /* name -> struct junos_unit */
    struct map *unit_tables; /* interface name -> name of its table */
    struct map *policies;    /* name -> struct rules_policy */
    struct map *bundles;     /* name of an aggregate -> speed of its members */
    struct map *tags;        /* kinds of routes with the same communities */
    struct junos_table *tables;
    size_t n_tables;
    bool incomplete; /* a group that is applied isn't defined */
    bool balances;   /* packets are spread over equal paths */
    int64_t ecmp;    /* paths that are used at most */
};

/* ranges.c: the tree as the router takes it */
int junos_expand_ranges(struct junos *j, struct err *e);

/* interface.c */
void junos_find_units(struct junos *j);
void junos_state_interfaces(struct junos *j);
/** The unit of that name ("ae0" means "ae0.0"); NULL if it isn't configured. */
struct junos_unit *junos_unit(const struct junos *j, const char *name);
/** "10g", "100m", "1000000" in bits per second; FACT_NONE if it is none. */
int64_t junos_bits(const char *word);

/* routing.c: static, aggregate and generated routes */
void junos_state_routes(struct junos *j, const struct junos_table *table);

/** A configured route that may carry communities. */
struct junos_route {
    const char *table, *kind; /* static, aggregate */
    struct tree_node *node, *defaults;
    struct prefix prefix;
};

/* tags.c */
/** The policy that gives such a route its communities when it goes into BGP; NULL: it has none.
 */
const char *junos_tag(struct junos *j, const struct junos_route *route);
/** States that policy; its name, NULL when no route of the table and kind has communities. */
const char *junos_state_tags(struct junos *j, const char *table, const char *kind);

/** The router id in force, family 0 when it can't be told. */
struct addr junos_router_id(const struct junos *j, const struct junos_table *table);

/* untold.c */
void junos_state_untold(struct junos *j, const struct junos_table *table);

/* igp.c, bgp.c */
void junos_state_igps(struct junos *j, const struct junos_table *table);
void junos_state_bgp(struct junos *j, const struct junos_table *table);

/* policy.c */
void junos_read_policies(struct junos *j);
void junos_state_policies(struct junos *j);
/** rules_chain of the router's policies. */
size_t junos_chain(struct junos *j, struct tree_node *list, const struct rules_policy **v);

/** Protocols whose routes a chain may accept, as bits. */
enum junos_source {
    JUNOS_CONNECTED = 1,
    JUNOS_STATIC = 2,
    JUNOS_OSPF = 4,
    JUNOS_OSPF3 = 8,
    JUNOS_ISIS = 16,
    JUNOS_BGP = 32,
    JUNOS_AGGREGATE = 64,
    JUNOS_ALL = 127
};
unsigned junos_sources(const struct rules_policy *const *v, size_t n);
/** States `redistribute` originations for the bits. */
void junos_redistribute(struct junos *j, const struct fact_origination *like, unsigned sources);

#endif
