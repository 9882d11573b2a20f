/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the FRR reader only: a configuration as its parts are read, before it is stated as
 * facts. Everything hangs in one arena. Absent numbers are FACT_NONE, absent text is NULL; the
 * default VRF is "".
 */
#ifndef RIALTO_AGENTS_SOURCES_FRR_MODEL_H
#define RIALTO_AGENTS_SOURCES_FRR_MODEL_H

#include "agents/sources/config_notes.h"
#include "agents/sources/frr/frr.h"
#include "base/map.h"

#define FRR_MAX_INSTANCES 1024 /* BGP instances, and as many IGP processes */
#define FRR_MAX_NETWORKS  4096 /* network statements of one OSPF process */
#define FRR_MAX_WORDS     4096 /* words of a line that are looked at */

/** A growing array in the arena: ARRAY(struct x) xs; struct x *x = PUSH(c, &c->xs); */
#define ARRAY(type)                                                                            \
    struct {                                                                                   \
        type *v;                                                                               \
        size_t n, cap;                                                                         \
    }
#define PUSH(c, a)                                                                             \
    (frr_grow((c), (void **)&(a)->v, (a)->n, &(a)->cap, sizeof(*(a)->v)) ? &(a)->v[(a)->n++]   \
                                                                         : NULL)

/** A line without comments, as words. `no` takes a leading "no" off and sets the flag. */
struct frr_line {
    size_t number;
    size_t indent;
    struct slice text; /* trimmed, the whole line */
    struct slice *w;
    size_t n;
    bool negated; /* began with "no" */
};

enum frr_context {
    FRR_TOP,
    FRR_SKIP, /* a block without meaning for routing */
    FRR_VRF,
    FRR_INTERFACE,
    FRR_IFACE, /* of ifupdown */
    FRR_LINK_PARAMS,
    FRR_BGP,
    FRR_BGP_FAMILY,
    FRR_BGP_OTHER_FAMILY,
    FRR_OSPF,
    FRR_OSPF6,
    FRR_ISIS,
    FRR_ROUTE_MAP,
    FRR_CONTEXTS
};

/** What the reader of a statement says of it. */
enum frr_answer {
    FRR_DONE,    /* understood (or noted) */
    FRR_UNKNOWN, /* not a statement of this block */
};

/** What the platforms that speak such a language do unless they are told otherwise. */
struct frr_platform {
    const char *name;        /* node.platform */
    int64_t ospf_reference;  /* Mbit/s */
    bool ospf_rounds;        /* costs are rounded, not cut off */
    bool any_process;        /* an interface's OSPF statement may leave its process out */
    bool missing_unknown;    /* a list or route map that is not there: who knows */
    int64_t maximum_paths;   /* of BGP; FACT_NONE: the platform's affair */
    int64_t import_check;    /* of BGP networks; FACT_NONE: by version */
    int64_t requires_policy; /* of external BGP neighbours; FACT_NONE: by version */
    int64_t send_community;  /* to external neighbours, 1 or 0 */
    int64_t send_community_internal;
    int64_t deterministic_med; /* 1, or FACT_NONE */
    int64_t distance[3];       /* of BGP; FACT_NONE: 20, 200, 200 */
};

extern const struct frr_platform frr_platform_frr;

/** An interface's part in one IGP and family. */
struct frr_igp_part {
    const char *area;    /* OSPF: as a number */
    const char *process; /* IS-IS: tag; OSPF: instance or NULL */
    int64_t metric[3];   /* [0] both levels, [1], [2] */
    int64_t passive;     /* FACT_NONE: not said */
    const char *network;
    int64_t level; /* IS-IS circuit type */
    bool on;       /* `ip router isis X` */
};

enum frr_protocol { FRR_P_OSPF, FRR_P_OSPF3, FRR_P_ISIS4, FRR_P_ISIS6, FRR_P_COUNT };

struct frr_interface {
    const char *name, *table;
    ARRAY(struct ifaddr) addrs;
    int64_t bandwidth; /* kbit/s */
    int64_t speed;     /* bit/s */
    int64_t mtu;
    const char *parent;  /* of a member of an aggregate */
    const char *lender;  /* unnumbered: whose addresses it has */
    struct addr gateway; /* of a default route, or none */
    bool shutdown;
    bool guessed; /* bandwidth: by its kind only, not configured */
    struct frr_igp_part part[FRR_P_COUNT];
};

struct frr_area {
    struct prefix prefix;
    const char *area;
};

/** An OSPF, OSPFv3 or IS-IS process. */
struct frr_igp {
    bool untold;          /* stands for routes that are not followed, not for a process */
    const char *protocol; /* ospf, ospf3, isis */
    const char *process, *table;
    struct addr router_id;
    ARRAY(struct frr_area) networks;
    struct map *passive; /* interface name -> 1 passive, 2 not */
    bool passive_default;
    int64_t maximum_paths, reference_bandwidth, level;
    const char *area;  /* IS-IS area address */
    struct map *areas; /* OSPFv3: interface name -> area, of `interface X area Y` */
};

struct frr_static {
    const char *table;
    struct prefix prefix;
    struct addr next_hop;
    const char *interface;
    bool discard;
    int64_t distance;
};

enum frr_list_use {
    FRR_LIST_PREFIX,
    FRR_LIST_ACCESS,
    FRR_LIST_COMMUNITY,
    FRR_LIST_LARGE,
    FRR_LIST_AS_PATH
};

/** One list by kind, family and name. */
struct frr_list {
    enum frr_list_use use;
    int family; /* 4, 6; 0: of neither */
    const char *name;
    ARRAY(struct fact_match_list) terms;
    int64_t last_seq;
    bool defined;  /* by any statement */
    bool used;     /* referred to */
    bool opaque;   /* has an entry that can't be expressed */
    bool extended; /* a packet filter, unless routes go by it */
    bool barren;   /* has an entry that no route can match */
};

struct frr_clause {
    const char *key; /* a later statement of the same key replaces it */
    const char *text;
    const struct frr_list *list; /* that it goes by, or NULL */
};

struct frr_term {
    int64_t seq;
    bool permit;
    ARRAY(struct frr_clause) match, set;
    const char *call;
    int64_t on_match;
};

struct frr_route_map {
    const char *name;
    ARRAY(struct frr_term *) terms;
    bool used; /* applied somewhere */
};

enum frr_af_number {
    AF_ACTIVATE,
    AF_NEXT_HOP_SELF,
    AF_RR_CLIENT,
    AF_WEIGHT,
    AF_DEFAULT,
    AF_ALLOW_OWN,
    AF_REMOVE_PRIVATE,
    AF_OVERRIDE,
    AF_SEND_COMMUNITY,
    AF_NUMBERS
};

enum frr_af_text {
    AF_MAP_IN,
    AF_MAP_OUT,
    AF_PREFIX_IN,
    AF_PREFIX_OUT,
    AF_AS_PATH_IN,
    AF_AS_PATH_OUT,
    AF_ACCESS_IN,
    AF_ACCESS_OUT,
    AF_TEXTS
};

enum frr_peer_number {
    PEER_ASN,
    PEER_EXTERNAL,
    PEER_LOCAL_ASN,
    PEER_MULTIHOP,
    PEER_SHUTDOWN,
    PEER_LEARNT, /* the AS is whatever the neighbour says */
    PEER_NUMBERS
};

enum frr_peer_text { PEER_SOURCE, PEER_INTERFACE, PEER_TEXTS };

/** A neighbour or peer group; what is not set is the group's. */
struct frr_peer {
    const char *name;
    struct addr addr;
    bool is_group, unnumbered, listened;
    const char *group;
    const char *also[4]; /* templates, each as a group */
    size_t line;
    int64_t number[PEER_NUMBERS];
    const char *text[PEER_TEXTS];
    struct {
        int64_t number[AF_NUMBERS];
        const char *text[AF_TEXTS];
    } af[2]; /* IPv4, IPv6 */
};

struct frr_bgp_family {
    int64_t maximum_paths, maximum_paths_ibgp;
    int64_t distance[3]; /* external, internal, local */
};

struct frr_bgp {
    const char *table;
    int64_t asn;
    struct addr router_id, cluster_id;
    int64_t local_pref, compare_routerid, deterministic_med, always_compare_med;
    int64_t multipath_relax, ignore_as_path, requires_policy, import_check;
    bool no_ipv4_default, ipv6_default, shutdown;
    struct frr_bgp_family family[2];
    ARRAY(struct frr_peer *) peers;
    struct map *by_name;
};

struct frr {
    struct arena *arena;
    const char *path, *node;
    const struct frr_platform *platform;
    size_t understood;
    int failed; /* ERR_NOMEM once the arena is full */
    /* while reading */
    enum frr_context context;
    size_t opened_at[FRR_CONTEXTS]; /* how far the statement that opened it was indented */
    const struct frr_line *line;
    const char *table; /* of the vrf block */
    struct frr_interface *interface;
    struct frr_bgp *bgp;
    int family; /* of the address family block: 4 or 6 */
    struct frr_igp *igp;
    struct frr_term *term;
    /* what was read */
    int version; /* 704 for 7.4; 0: not said, taken as the newest */
    bool datacenter;
    struct addr router_id;
    struct config_notes notes;
    ARRAY(struct frr_interface *) interfaces;
    ARRAY(struct frr_igp *) igps;
    ARRAY(struct frr_bgp *) bgps;
    ARRAY(struct frr_static) statics;
    ARRAY(struct fact_origination) originations;
    ARRAY(struct frr_list *) lists;
    ARRAY(struct frr_route_map *) route_maps;
    struct map *vrfs, *interface_by_name, *list_by_name, *map_by_name;
};

/* words.c: lines, words, notes */

/** Is word i (after "no") this text? Words behind the end are no word at all. */
bool frr_is(const struct frr_line *l, size_t i, const char *word);
/** Do the words from i on begin with these, separated by single blanks? */
bool frr_begins(const struct frr_line *l, size_t i, const char *words);
/** Word i, empty behind the end. */
struct slice frr_word(const struct frr_line *l, size_t i);
/** Word i as a string in the arena; NULL behind the end. */
const char *frr_text(struct frr *c, size_t i);
/** Number in word i, lo..hi; false (and noted) otherwise. */
bool frr_number(struct frr *c, size_t i, int64_t lo, int64_t hi, int64_t *out);
/** The rest of the line from word i on, blanks as they are. */
struct slice frr_rest(const struct frr_line *l, size_t i);
/** Notes that a statement was passed over: place, its keywords, why. Always FRR_DONE. */
enum frr_answer frr_note(struct frr *c, size_t word, const char *why);
/** The same for a line read earlier; `reason` holds no value of the configuration. */
void frr_note_at(struct frr *c, size_t number, const char *reason);
/** The keywords that a line begins with, at most two and none that could be a value; into out.
 */
const char *frr_keywords(const struct frr_line *l, char *out, size_t size);
/** Room for one more element; false when the arena is full. */
bool frr_grow(struct frr *c, void **v, size_t n, size_t *cap, size_t size);
/** A formatted string in the arena; "" when that is full (c->failed is set). */
const char *frr_printf(struct frr *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/** Zeroed memory in the arena, or NULL (c->failed is set). */
void *frr_alloc(struct frr *c, size_t size);
/** Words that stand for longer ones in the beginning of a statement are made these. */
void frr_lengthen(struct slice *w, size_t n);
/** Is the statement one that never matters for routes (timers, descriptions, logging)? */
bool frr_is_idle(const struct frr_line *l);

/** An empty configuration of that platform; NULL without memory. */
struct frr *frr_new(const char *path, const char *node, const struct frr_platform *platform);

/* One reader per block; c->line is the statement. */
enum frr_answer frr_top(struct frr *c);              /* top.c */
enum frr_answer frr_vrf(struct frr *c);              /* top.c */
enum frr_answer frr_interface(struct frr *c);        /* interface.c */
enum frr_answer frr_iface(struct frr *c);            /* ifupdown.c */
enum frr_answer frr_bgp_statement(struct frr *c);    /* bgp.c */
enum frr_answer frr_bgp_family(struct frr *c);       /* bgp.c */
enum frr_answer frr_neighbor(struct frr *c);         /* neighbor.c */
enum frr_answer frr_ospf(struct frr *c);             /* igp.c */
enum frr_answer frr_ospf6(struct frr *c);            /* igp.c */
enum frr_answer frr_isis(struct frr *c);             /* igp.c */
enum frr_answer frr_route_map_clause(struct frr *c); /* policy.c */

/* Statements that open blocks or stand at the top. */
enum frr_answer frr_open_interface(struct frr *c);
enum frr_answer frr_open_iface(struct frr *c);
enum frr_answer frr_open_bgp(struct frr *c);
enum frr_answer frr_open_igp(struct frr *c, const char *protocol, size_t first);
enum frr_answer frr_open_route_map(struct frr *c);
enum frr_answer frr_static_route(struct frr *c, int family, const char *table); /* static.c */
enum frr_answer frr_list_statement(struct frr *c);                              /* lists.c */

/** The list of that kind, family and name, made on first use. NULL when memory is out. */
struct frr_list *frr_list(struct frr *c, enum frr_list_use use, int family, const char *name);
/** The same, and it is referred to: an undefined one will be stated as denying all. */
struct frr_list *frr_use_list(struct frr *c, enum frr_list_use use, int family,
                              const char *name);
/** A route map's place, made on first use. */
struct frr_route_map *frr_route_map(struct frr *c, const char *name);
/** The name, marked as applied: an undefined one will be stated as denying all. */
const char *frr_use_map(struct frr *c, const char *name);
/** A community in numbers ("no-export" is "65535:65281"); NULL if it is none. */
const char *frr_community(struct frr *c, struct slice word);
/** Reads `[metric N] [metric-type N] [route-map X] [always]` from word i on into an
 * origination. */
void frr_options(struct frr *c, size_t i, struct fact_origination *o);
/** "kernel", "ospf3", ... for FRR's name of a protocol; NULL if it is none. */
const char *frr_protocol(struct slice word);
/** A new origination of this node; NULL when memory is out. */
struct fact_origination *frr_originate(struct frr *c, const char *table, const char *into,
                                       const char *how, int family);
/** The process of that protocol, number and table, made on first use; or NULL (noted). */
struct frr_igp *frr_igp_named(struct frr *c, const char *protocol, const char *process,
                              const char *table);
/** Routes come to the table by something that is not followed ("eigrp", "leaked"): what has no
 * route there may have one. */
void frr_untold(struct frr *c, const char *by, const char *table);
/** The instance of that table, made on first use; or NULL (noted). */
struct frr_bgp *frr_bgp_named(struct frr *c, int64_t asn, const char *table);
/** The neighbour or group, made on first use; or NULL. */
struct frr_peer *frr_peer_named(struct frr *c, const char *name);
/** The entry of a route map with this number, made in its place. */
struct frr_term *frr_term_at(struct frr *c, struct frr_route_map *m, int64_t seq);
/** The interface's record, made on first use; NULL for no name. */
struct frr_interface *frr_interface_named(struct frr *c, const char *name);
/** "loopback", "vlan" or NULL, as far as the name tells. */
const char *frr_interface_kind(const struct frr *c, const struct frr_interface *i);
/** Word i as an OSPF area in decimal, or NULL. */
const char *frr_area(struct frr *c, size_t i);
/** "default" is ""; other names as they are. */
const char *frr_table(const char *vrf);

/** Default routes of ifupdown's gateways join the static ones; once, when all is read. */
void frr_state_gateways(struct frr *c);

/* state_*.c: from the configuration to facts; each returns 0 or the sink's code. */
int frr_state_interfaces(struct frr *c, struct batch_sink *sink, struct err *e);
int frr_state_igps(struct frr *c, struct batch_sink *sink, struct err *e);
int frr_state_bgp(struct frr *c, struct batch_sink *sink, struct err *e);
int frr_state_policy(struct frr *c, struct batch_sink *sink, struct err *e);
int frr_state_statics(struct frr *c, struct batch_sink *sink, struct err *e);
/** The default in force: FRR's own differ by version and profile. */
bool frr_requires_policy(const struct frr *c, const struct frr_bgp *b);
bool frr_import_check(const struct frr *c, const struct frr_bgp *b);

#endif
