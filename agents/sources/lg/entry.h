/* SPDX-License-Identifier: Apache-2.0 */
/* What entries of structured answers become: routes and sessions, filled from trees. */
#ifndef RIALTO_AGENTS_LG_ENTRY_H
#define RIALTO_AGENTS_LG_ENTRY_H

#include "agents/sources/lg/tree.h"

/** A route of the BGP table with nothing but its place; `table` "" is the default one. */
void lg_route_start(struct lg *lg, struct fact_route *f, const char *table);

/** Appends a next hop; the unspecified address means the router itself and is left out. */
int lg_add_next_hop(struct lg *lg, struct fact_route *f, const struct addr *hop, struct err *e);

/** Appends a next hop with its interface; an unset address or NULL where one is unknown. */
int lg_add_hop(struct lg *lg, struct fact_route *f, const struct addr *hop,
               const char *interface, struct err *e);

/** The member's address as next hop, when there is one. */
int lg_hop_from(struct lg *lg, struct fact_route *f, const struct lg_tree *t, const char *path,
                struct err *e);

/** The member's AS path: text, or a list of numbers and sets ("{1,2}"). */
int lg_path_from(struct lg *lg, struct fact_route *f, const struct lg_tree *t, const char *path,
                 struct err *e);

/** Appends one community in any spelling: "1:2", "1:2:3", well-known names. */
int lg_add_community(struct lg *lg, struct fact_route *f, struct slice word, struct err *e);

/** The member's communities: text with blanks, a list of texts or of lists ([[1, 2], ...]). */
int lg_communities_from(struct lg *lg, struct fact_route *f, const struct lg_tree *t,
                        const char *path, struct err *e);

/** Counts the member's elements as extended communities that are passed over. */
void lg_skip_extended(struct lg *lg, const struct lg_tree *t, const char *path);

/** IGP, EGP or incomplete, from any way of writing it ("i", "Igp", "?"); NULL otherwise. */
const char *lg_origin(struct slice word);

/** A session with its neighbour; family FACT_NONE while it is unknown. */
void lg_session_start(struct lg *lg, struct fact_bgp_session *f, const char *table);

/** Sets `established` from the name of a state; nothing when it is empty. */
void lg_session_state(struct fact_bgp_session *f, struct slice state);

/** 4 or 6 by a family's name ("ipv4Unicast", "IPv6 unicast", "inet6-unicast"); 0 for others
 * (VPNs, EVPN, flow specification, multicast). */
int lg_family(struct slice name);

/** The member as a neighbour's AS number; 0 is what routers say while they do not know it (RFC
 * 7607 section 2): it is left. */
int lg_peer_asn(const struct lg_tree *t, const char *path, int64_t *out, struct err *e);

/** Stages the session once per family; without any once with its neighbour's own, and with
 * others only once without a family. */
int lg_put_session(struct lg *lg, struct fact_bgp_session *f, unsigned families, struct err *e);
#define LG_FAMILY_4     1U
#define LG_FAMILY_6     2U
#define LG_FAMILY_OTHER 4U

/** Adds a family's name to the set; others are counted in skips. */
void lg_add_family(struct lg *lg, struct slice name, unsigned *families);
/** Adds 4, 6, or 0 for another. */
void lg_add_family_number(struct lg *lg, int family, unsigned *families);

/** A BGP instance, as far as members tell it; see lg_remember(). */
int lg_instance_from(struct lg *lg, const char *table, const struct lg_tree *asn,
                     const struct lg_tree *router_id, struct err *e);

/** An adjacency, as this end tells it; far NULL: nothing is stated. */
int lg_put_link(struct lg *lg, const char *interface, const char *far, const char *protocol,
                struct err *e);

/** An OSPF area, "0.0.0.1" or "1", as a number's text. */
int lg_ospf_area(struct lg *lg, struct slice s, const char **out, struct err *e);

/** Is it the address of nothing (0.0.0.0, ::)? */
bool lg_is_unspecified(const struct addr *a);

#endif
