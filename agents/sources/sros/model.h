/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the SR OS reader only. The configuration is a tree (agents/sources/tree) from which
 * facts are stated. */
#ifndef RIALTO_AGENTS_SOURCES_SROS_MODEL_H
#define RIALTO_AGENTS_SOURCES_SROS_MODEL_H

#include "agents/sources/rules/chain.h"
#include "agents/sources/sros/sros.h"
#include "agents/sources/tree/notes.h"
#include "agents/sources/tree/tree.h"

#define SROS_MAX_TABLES 4096 /* Base, other routers and VPRN services */
#define SROS_PREFERENCE 170  /* of BGP routes, of both kinds */

struct sros_interface {
    const char *name, *table, *port; /* port: without its VLAN; NULL: none */
    struct tree_node *node;
    struct ifaddr *addrs;
    size_t n_addrs;
    bool inet, inet6, loopback, vlan;
    int up;        /* 0: switched off; -1: not said */
    int64_t speed; /* bits per second, FACT_NONE: unknown */
};

/** The router "Base", or a VPRN service. */
struct sros_table {
    const char *name; /* "" */
    struct tree_node *node;
    bool off;
};

/** Where a policy is applied: `to protocol` of an entry is about that. */
enum sros_use {
    SROS_IMPORT, /* `to` does not count */
    SROS_INTO_BGP,
    SROS_INTO_ISIS,
    SROS_INTO_OSPF,
    SROS_INTO_OSPF3,
    SROS_USES /* anywhere */
};

struct sros {
    struct tree *t;
    struct tree_notes notes;
    struct tree_node *root; /* `configure` */
    const char *path, *node;
    struct rules r;
    struct map *interfaces; /* table, blank, name -> struct sros_interface */
    struct map *ports;      /* name -> struct sros_port, of ports.c */
    /* name -> struct rules_policy, for each use; NULL: as anywhere, which is the last */
    struct map *policies[SROS_USES + 1];
    bool has_to; /* any policy has entries with `to` */
    struct sros_table *tables;
    size_t n_tables;
};

/** Is `admin-state` below n enable? `otherwise` when it isn't there. */
bool sros_enabled(const struct sros *s, struct tree_node *n, bool otherwise);
/** Is the statement there and not false? */
bool sros_true(const struct sros *s, struct tree_node *n, const char *path);

/* interface.c */
void sros_find_interfaces(struct sros *s);
void sros_state_interfaces(struct sros *s);
struct sros_interface *sros_interface(const struct sros *s, const char *table,
                                      const char *name);

/* routing.c */
void sros_state_routes(struct sros *s, const struct sros_table *table);
/** Configured, else the address of interface "system". */
struct addr sros_router_id(const struct sros *s, const struct sros_table *table);

/* igp.c, bgp.c */
void sros_state_igps(struct sros *s, const struct sros_table *table);
/** untold.c: routes that are not followed. */
void sros_state_untold(struct sros *s, const struct sros_table *table);
void sros_state_bgp(struct sros *s, const struct sros_table *table);

/* policy.c */
void sros_read_policies(struct sros *s);
void sros_state_policies(struct sros *s);
/** rules_chain of the router's policies. */
size_t sros_chain(struct sros *s, struct tree_node *list, enum sros_use use,
                  const struct rules_policy **v);

#endif
