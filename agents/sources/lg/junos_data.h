/* SPDX-License-Identifier: Apache-2.0 */
/* Junos' answers as trees, which are the same in XML and in JSON. */
#ifndef RIALTO_AGENTS_LG_JUNOS_DATA_H
#define RIALTO_AGENTS_LG_JUNOS_DATA_H

#include "agents/sources/lg/tree.h"

/** Where a reading stands; the state of its walk. */
struct lg_junos {
    char table[256]; /* routes: the VRF, "" the default one */
    int family;      /* 4 or 6; 0: a table that is not read */
    bool vpn;        /* destinations have a route distinguisher before them */
    size_t skipped;  /* routes of tables that are not read */
};

lg_take lg_junos_table;     /* table-name */
lg_take lg_junos_rt;        /* rt: a destination with its entries */
lg_take lg_junos_interface; /* physical-interface, with its logical ones */
lg_take lg_junos_peer;      /* bgp-peer */
lg_take lg_junos_ospf;      /* ospf-neighbor */
lg_take lg_junos_isis;      /* isis-adjacency */
lg_take lg_junos_lldp;      /* lldp-neighbor-information */
lg_take lg_junos_output;    /* text in place of an answer */

/** The first member of that name, and the next one after it: in JSON a list, in XML repeated.
 */
const struct lg_tree *lg_junos_first(const struct lg_tree *t, const char *name);
const struct lg_tree *lg_junos_next(const struct lg_tree *t);

#endif
