/* SPDX-License-Identifier: Apache-2.0 */
/* BIRD's answers: what their parsers share. */
#ifndef RIALTO_AGENTS_LG_BIRD_H
#define RIALTO_AGENTS_LG_BIRD_H

#include "agents/sources/lg/text.h"

/** Which part of an answer the lines are in. */
enum bird_part {
    BIRD_NONE,
    BIRD_ROUTES,
    BIRD_PROTOCOLS,
    BIRD_INTERFACE,
    BIRD_INTERFACES_SUMMARY,
    BIRD_OSPF_NEIGHBORS,
    BIRD_OSPF_GRAPH
};

/** The protocol whose details are read. */
struct bird_protocol {
    bool is_bgp, established, has_channel, channel_open;
    char table[LG_MAX_NAME + 1]; /* of the protocol, or of the channel */
    char interface[LG_MAX_NAME + 1];
    int64_t family;
    int64_t local_asn, peer_asn;
    struct addr peer, local;
};

struct bird {
    struct lg_text *t;
    bool raw;   /* lines have the control socket's numbers */
    int code;   /* the last number */
    bool ended; /* the last reply is complete */
    enum bird_part part;
    /* routes */
    struct prefix prefix; /* of the network whose routes are listed */
    bool has_prefix;
    bool is_bgp;
    bool has_path;    /* the AS path is known, if only to be empty */
    bool unsynced;    /* the kernel did not take the route */
    char communities; /* the attribute before was: 'c', 'l', or 0 */
    struct addr bgp_next_hop, first_via;
    struct bird_protocol protocol;
    struct lg_interface interface;
    int64_t asn; /* of all sessions; FACT_NONE: not seen, -1: several */
};

/** Each takes the current line if it is one of its own: 1, else 0, or a code. */
int bird_route_line(struct bird *b, struct err *e);
int bird_protocol_line(struct bird *b, struct err *e);
int bird_interface_line(struct bird *b, struct err *e);

/** Each puts what is still open, at the end of its part. */
int bird_route_end(struct bird *b, struct err *e);
int bird_protocol_end(struct bird *b, struct err *e);
int bird_interface_end(struct bird *b, struct err *e);

/** "master", "master4" and "master6" are the default table. */
struct slice bird_table(struct slice name);

#endif
