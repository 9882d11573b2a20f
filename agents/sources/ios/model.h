/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the reader of IOS and its kin only. */
#ifndef RIALTO_AGENTS_SOURCES_IOS_MODEL_H
#define RIALTO_AGENTS_SOURCES_IOS_MODEL_H

#include "agents/sources/frr/model.h"
#include "agents/sources/ios/ios.h"

/** A line and, behind it in the array, the lines indented below it. */
struct ios_node {
    struct frr_line line;
    size_t end; /* one behind the last line below */
};

struct ios {
    struct frr *c;
    enum ios_platform platform;
    struct ios_node *nodes;
    size_t n;
    const char *table;    /* VRF of the block that is read */
    const char *peer;     /* neighbour of the block that is read */
    size_t passed_over;   /* statements that say nothing of routes */
    int64_t as_number;    /* of the last `router bgp` */
    struct map *policies; /* XR: route policies, name -> node + 1 */
    struct map *sets;     /* XR: sets, "KIND NAME" -> node + 1 */
};

/** The children of node i: for (size_t k = i + 1; k < x->nodes[i].end; k = x->nodes[k].end) */
#define IOS_CHILDREN(x, i, k)                                                                  \
    for (size_t k = (i) + 1; k < (x)->nodes[i].end; k = (x)->nodes[k].end)

/** The text as a tree (tree.c). */
int ios_tree(struct ios *x, struct slice text, struct err *e);

/** Makes a line the current statement. */
const struct frr_line *ios_at(struct ios *x, size_t i);
/** Words after a statement was turned into FRR's: a table's rule, or as they are. */
enum ios_table { IOS_T_INTERFACE, IOS_T_BGP, IOS_T_NEIGHBOR, IOS_T_IGP, IOS_T_TABLES };
/**
 * Turns the current statement into FRR's words, behind `prefix` (words that stand before it, or
 * NULL); false: it says nothing of routes. The line is the current statement until the next.
 */
bool ios_translate(struct ios *x, enum ios_table table, const char *prefix);
/** The current statement becomes these words (blanks between them) with the number and place of
 * the line before. */
void ios_say(struct ios *x, const char *words);
/** `route-policy P` (XR) in the current statement becomes `route-map P`, and P is compiled. */
void ios_rename_policy(struct ios *x);
/** An interface's name as its own block writes it: "Gi0/1" is "GigabitEthernet0/1". */
const char *ios_interface_name(struct ios *x, const char *name);

void ios_interface(struct ios *x, size_t node);
/** Unnumbered interfaces have the addresses of another, which may stand behind them. */
void ios_lend(struct ios *x);
/** Subinterfaces are as fast as the main one, which may stand behind them. */
void ios_inherit_bandwidth(struct ios *x);
void ios_bgp(struct ios *x, size_t node);
void ios_igp(struct ios *x, size_t node, const char *protocol, size_t first);
void ios_route_map(struct ios *x, size_t node);
/** A routing protocol that is not read, and the tables it runs in. */
void ios_untold_protocol(struct ios *x, size_t node, size_t at);
/** Tables that get routes from others or from VPNs, anywhere in the file. */
void ios_untold(struct ios *x);
/** A list or an access list, also with its entries below it; false: it is neither. */
bool ios_list(struct ios *x, size_t node);
/** `ip route ...` in a table. */
void ios_static(struct ios *x, size_t node, const char *table);

/** A static route to a prefix; its target from word `at` of the statement on. */
void ios_route(struct ios *x, const struct prefix *p, size_t at, const char *table);

/* IOS XR (xr.c, xr_policy.c) */
void ios_xr_static(struct ios *x, size_t node);
bool ios_xr_remember(struct ios *x, size_t node);
/** Compiles the route policy of that name, once, into a route map of the same name; gives the
 * name under which it is applied. */
const char *ios_xr_policy(struct ios *x, const char *name);

/** "A MASK" or "A/LEN" from word i on; words taken, 0: neither. */
size_t ios_prefix(const struct frr_line *l, size_t i, bool wildcard, struct prefix *out);

#endif
