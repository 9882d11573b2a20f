/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parsers of looking glasses share: where facts go, what is known of the router so
 * far, limits. A parser reads one answer of a router and stages its facts; the caller begins
 * and ends the batch.
 */
#ifndef RIALTO_AGENTS_LG_H
#define RIALTO_AGENTS_LG_H

#include "model/batch.h"
#include "wire/json.h"

#define LG_MAX_ROUTES    5000000 /* of one table in one answer */
#define LG_MAX_NEXT_HOPS 128
#define LG_MAX_PATH      1000 /* ASes of a path */
#define LG_MAX_WORDS     1000 /* communities of a path, addresses of an interface */
#define LG_MAX_TABLES    4096

/** A table that a BGP answer named. */
struct lg_table {
    char *name; /* "" is the default table */
    int64_t asn;
    struct addr router_id;
    int64_t local_pref;
};

/** Things that were passed over, counted by reason and told once per answer. */
struct lg_skips {
    size_t invalid, confed, unusable, addresses;
    size_t extended;         /* communities */
    size_t rejected;         /* routes that the router has, but does not use */
    size_t unnamed;          /* routes of a table whose name is not told */
    size_t foreign;          /* routes of families other than IPv4 and IPv6 */
    size_t tunnels;          /* next hops that are the far ends of tunnels */
    size_t ranges;           /* neighbours of which only the addresses' prefix is told */
    size_t families;         /* sessions of address families that are not known */
    size_t withdrawn;        /* prefixes that were announced once */
    char first[PREFIX_TEXT]; /* an example for `invalid` */
};

struct lg {
    const char *node;        /* name of the router */
    const char *platform;    /* its operating system; NULL: the answers do not tell */
    bool mapped;             /* the answer is a mapped file: what was read may be let go */
    bool elsewhere;          /* the facts are of other nodes: nothing is said of this one */
    struct batch_sink *sink; /* a batch is open */
    struct arena *arena;     /* scratch; rewound while parsing */
    bool (*cancelled)(void *payload);
    void *payload;
    size_t n_routes; /* staged so far */
    size_t n_facts;
    struct {
        VEC(struct lg_table);
    } tables;
    struct lg_skips skips;
    char passed[120]; /* what was met first that is known and no fact; "" none */
    /* room for the lists of one fact */
    struct addr next_hops[LG_MAX_NEXT_HOPS];
    const char *interfaces[LG_MAX_NEXT_HOPS];
    uint32_t as_path[LG_MAX_PATH];
    const char *words[LG_MAX_WORDS];
    struct ifaddr ifaddrs[LG_MAX_WORDS];
};

/** Reads one answer. r stands before its first token. */
typedef int lg_parser(struct lg *lg, struct jread *r, struct err *e);

/** FRR, `show bgp [vrf X|all] ipv4|ipv6 unicast [detail] json`, one prefix of it, VPN tables.
 */
lg_parser lg_frr_bgp;
/** FRR, `show ip|ipv6 route [vrf X|all] json`. */
lg_parser lg_frr_route;
/** FRR, `show interface [vrf X|all] json`. */
lg_parser lg_frr_interface;

/** Limits of a JSON reader as the parsers need it: tables of millions of keys, small leaves. */
void lg_json_limits(struct jread_limits *l);

/** Forgets what was learnt; frees its tables. */
void lg_reset(struct lg *lg);

/** Stages what concerns the router as a whole: node and BGP instances. Once, before the commit.
 */
int lg_finish(struct lg *lg, struct err *e);

/** Tells the sink what was passed over in the answer `where`, and starts counting afresh. */
void lg_tell_skips(struct lg *lg, const char *where);

/** Passes over a part that says nothing that is a fact: the reason, should nothing else be
 * there. */
void lg_pass(struct lg *lg, const char *what);

/** Nothing was said: ERR_NOENT, with what the answer holds instead if that is known. */
int lg_says_nothing(const struct lg *lg, struct err *e);

/** Remembers the BGP instance of a table for lg_finish(), as it was told first. What is unknown
 * is FACT_NONE or unset, said->name is not looked at. ERR_CONFLICT when two answers name
 * different ASes. */
int lg_remember(struct lg *lg, const char *table, const struct lg_table *said, struct err *e);

/** Stages a fact; looks at cancellation and limits. */
int lg_put(struct lg *lg, enum fact_kind kind, const void *fact, struct err *e);

/** A copy in the scratch arena, or an error; *out is NULL only then. */
int lg_copy(struct lg *lg, struct slice s, const char **out, struct err *e);

/** The name of a VRF as tables are called: "default" is "". */
struct slice lg_table_name(struct slice vrf);

/**
 * Splits "10.255.0.1:100:2001:db8::/32": a distinguisher has one colon (RFC 4364 section 4.2),
 * so the network begins behind the second. False: it is none with such a distinguisher.
 */
bool lg_split_vpn(struct slice s, struct slice *rd, struct slice *network);

/**
 * Appends the ASes of a path like "64500 {64501,64502} (64503) 64504": members of sets one by
 * one, confederation members counted in skips and left out.
 */
int lg_as_path(struct lg *lg, struct slice text, struct asns *out, struct err *e);

/** The number form of a well-known community's name, or NULL. */
const char *lg_known_community(struct slice name);

#endif
