/* SPDX-License-Identifier: Apache-2.0 */
/* Junos's answers in text: what their parsers share. */
#ifndef RIALTO_AGENTS_LG_JUNOS_H
#define RIALTO_AGENTS_LG_JUNOS_H

#include "agents/sources/lg/text.h"

enum junos_part {
    JUNOS_NONE,
    JUNOS_PLAIN,     /* show route, and detail and extensive */
    JUNOS_TERSE,     /* show route terse */
    JUNOS_SUMMARY,   /* show bgp summary */
    JUNOS_TERSE_IF,  /* show interfaces terse */
    JUNOS_ISIS,      /* show isis adjacency */
    JUNOS_OSPF,      /* show ospf neighbor */
    JUNOS_OSPF3,     /* show ospf3 neighbor */
    JUNOS_LLDP,      /* show lldp neighbors */
    JUNOS_INTERFACE, /* show interfaces, and detail and extensive */
    JUNOS_PEER       /* show bgp neighbor */
};

/** What an active entry is used for. */
struct junos_use {
    bool routing, forwarding;
};

/** The route entry that is read. */
struct junos_entry {
    bool is_bgp, has_path, inner; /* inner: details of next hops follow, that are not read */
    bool leads;                   /* it was said where its packets go */
    bool flat;                    /* of detail, and its lines have lost their indentation */
    struct junos_use use;
    struct addr protocol_next_hop, gateway;
    bool hidden;
};

struct junos_session {
    bool open, told; /* told: by one of its tables */
    struct fact_bgp_session fact;
    unsigned families;           /* show bgp neighbor: what the session carries */
    char table[LG_MAX_NAME + 1]; /* the same: its routing instance */
};

/** The port whose units follow, and what was said of the unit that is open. */
struct junos_port {
    char name[LG_MAX_NAME + 1];
    int64_t up;
    bool unit;     /* a unit is open; it, not the port, has addresses */
    bool flags;    /* its flags are not read yet */
    bool internal; /* the unit or its protocol is none that is read */
};

struct junos {
    struct lg_text *t;
    enum junos_part part;
    struct prefix prefix;
    bool has_prefix;
    size_t indent; /* of lines that begin a network */
    bool vpn;      /* the table's routes have distinguishers */
    char rd[LG_MAX_RD + 1];
    struct junos_entry entry;
    struct junos_use use; /* terse: of the row below, marked beside its network */
    size_t metric1, metric2, next_hop, as_path; /* ends of two columns, beginnings of two */
    struct lg_interface interface;
    struct junos_session session;
    size_t columns[3]; /* of tables of neighbours */
    struct junos_port port;
};

/** Each takes the current line if it is one of its own: 1, else 0, or a code. */
int junos_route_line(struct junos *j, struct err *e);
int junos_terse_line(struct junos *j, struct err *e);
int junos_state_line(struct junos *j, struct err *e);

/** `show interfaces`: the lines that begin a port or a unit, and those below. */
int junos_interface_begin(struct junos *j, struct err *e);
int junos_interface_line(struct junos *j, struct err *e);

/** `show bgp neighbor`: the line that begins a neighbour, and those below. */
int junos_peer_begin(struct junos *j, struct err *e);
int junos_peer_line(struct junos *j, struct err *e);

/* What the same is in XML and JSON: */

/** Kind of an interface by its name, or NULL. */
const char *lg_junos_kind(struct slice name);
/** "1000mbps", "10Gbps": bits per second; others ("Unlimited", "Auto") are FACT_NONE. */
int64_t lg_junos_speed(struct slice s);
/** The length of the address's subnet, off whose own address Junos may cut zeros
 * ("10.0.12/24"). False: it is none. */
bool lg_junos_length(struct slice destination, const struct addr *a, uint8_t *len);
/** Is it one that every router has, between its own parts? */
bool lg_junos_is_internal(const struct ifaddr *a);
bool lg_junos_is_internal_unit(const char *name);

/** Each puts what is open. */
int junos_route_end(struct junos *j, struct err *e);
int junos_state_end(struct junos *j, struct err *e);

/** Is it "PREFIX" or, in VPN tables, "RD:PREFIX"? */
bool junos_is_network(const struct junos *j, struct slice word);
/** Makes it the network that is read; what is none leaves the one before. */
bool junos_network(struct junos *j, struct slice word);
/** Begins an entry of the network that is read. */
void junos_open(struct junos *j, struct slice protocol, struct junos_use use);
/**
 * What the mark before an entry says, as the legend above a table has it: `+` is the active
 * entry, `-` was the last one, `*` is both; `@` is active for routing only, `#` for forwarding.
 */
struct junos_use junos_use(char mark);
/** Does s begin with one of these marks? */
bool junos_marked(struct slice s);
/** "> to A via IF, Push 16", "via IF", "Local via IF", "Discard": 1 when it is one of these. */
int junos_hop(struct junos *j, struct slice text, struct err *e);
/** "65001 65002 I, ..." */
int junos_path(struct junos *j, struct slice text, struct err *e);

/**
 * The table that a routing table of Junos is: inet.0 and inet6.0 are "", X.inet.0 is X. False:
 * packets are not forwarded by its routes.
 */
bool junos_table(struct slice name, struct slice *table, int64_t *family);

/** Are these words a refusal ("error: ...", "syntax error, ...")? Others may stand in place of
 * an answer and say that nothing is there ("OSPF instance is not running"). */
bool junos_refuses(struct slice said);

#endif
