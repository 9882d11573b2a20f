/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the BIRD reader only: what a configuration is made of while it is read. Everything
 * hangs in one arena. Absent numbers are FACT_NONE, absent text is NULL.
 */
#ifndef RIALTO_AGENTS_SOURCES_BIRD_MODEL_H
#define RIALTO_AGENTS_SOURCES_BIRD_MODEL_H

#include "agents/sources/bird/bird.h"
#include "agents/sources/bird/lex.h"
#include "agents/sources/config_notes.h"
#include "base/map.h"

/** A growing array in the arena: BIRD_ARRAY(struct x) xs; struct x *x = BIRD_PUSH(c, &xs); */
#define BIRD_ARRAY(type)                                                                       \
    struct {                                                                                   \
        type *v;                                                                               \
        size_t n, cap;                                                                         \
    }
#define BIRD_PUSH(c, a)                                                                        \
    (bird_grow((c), (void **)&(a)->v, (a)->n, &(a)->cap, sizeof(*(a)->v)) ? &(a)->v[(a)->n++]  \
                                                                          : NULL)

/* --- expressions (expr.c) */

enum bird_expr_kind {
    BIRD_E_OTHER,  /* understood as an expression, not what it means */
    BIRD_E_INT,    /* number; also enumerations, see `name` */
    BIRD_E_BOOL,   /* number 0 or 1 */
    BIRD_E_ADDR,   /* addr */
    BIRD_E_PREFIX, /* addr/number, lengths lo..hi */
    BIRD_E_STRING, /* name */
    BIRD_E_PAIR,   /* (a, b), parts 2; ranges and * stand in sets */
    BIRD_E_LARGE,  /* (a, b, c), parts 3 */
    BIRD_E_STAR,   /* * in a pair */
    BIRD_E_RANGE,  /* part 0 .. part 1 */
    BIRD_E_SET,    /* [ parts ] */
    BIRD_E_MASK,   /* [= parts =]; ? is BIRD_E_ANY */
    BIRD_E_ANY,
    BIRD_E_PLUS,  /* the part before it, repeated */
    BIRD_E_EMPTY, /* -empty- and +empty+ */
    BIRD_E_NAME,  /* name: a symbol, an attribute */
    BIRD_E_CALL,  /* name(parts) */
    BIRD_E_DOT,   /* part 0 . name (parts 1...) */
    BIRD_E_NOT,   /* part 0 */
    BIRD_E_AND,   /* parts 0 and 1, as those below */
    BIRD_E_OR,
    BIRD_E_EQ,
    BIRD_E_NE,
    BIRD_E_LT,
    BIRD_E_LE,
    BIRD_E_GT,
    BIRD_E_GE,
    BIRD_E_MATCH,
    BIRD_E_NO_MATCH,
    BIRD_E_MATH, /* name is the sign */
};

struct bird_expr {
    enum bird_expr_kind kind;
    const char *name;
    int64_t number;
    struct addr addr;
    unsigned lo, hi;
    struct bird_expr **part;
    size_t n;
    uint32_t line, column;
};

/* --- what the file is made of */

struct bird_function {
    const char *name; /* NULL for what stands in a channel */
    const char **parameters;
    size_t n_parameters;
    size_t first, end; /* tokens of the body, within the braces */
    bool filter;       /* else a function */
    bool where;        /* a filter that is one expression */
};

enum bird_protocol_kind {
    BIRD_P_OTHER,
    BIRD_P_DEVICE,
    BIRD_P_DIRECT,
    BIRD_P_KERNEL,
    BIRD_P_STATIC,
    BIRD_P_OSPF,
    BIRD_P_BGP,
    BIRD_P_PIPE,
};

/** `import`/`export` of a channel. */
enum bird_gate { BIRD_GATE_DEFAULT, BIRD_GATE_ALL, BIRD_GATE_NONE, BIRD_GATE_POLICY };

struct bird_filter {
    enum bird_gate gate;
    const char *policy; /* BIRD_GATE_POLICY: its name */
};

struct bird_channel {
    bool on;
    const char *table; /* "" the main one */
    struct bird_filter import, export;
    int64_t next_hop_self; /* as in bgp_session */
    bool next_hop_kept;
    int64_t preference;
};

struct bird_route {
    struct prefix prefix;
    struct addr next_hops[16];
    const char *interfaces[16];
    size_t n;
    bool discard;
};

struct bird_ospf_interface {
    const char *name, *area, *network;
    int64_t cost;
    bool stub;
};

struct bird_stubnet {
    struct prefix prefix;
    const char *area;
};

struct bird_ospf {
    int version; /* 2, 3 */
    int64_t ecmp;
    BIRD_ARRAY(struct bird_ospf_interface) interfaces;
    BIRD_ARRAY(struct bird_stubnet) stubnets;
};

struct bird_bgp {
    struct addr local, peer;
    int64_t local_asn, peer_asn, external; /* external: 1, 0 as in bgp_session */
    const char *interface;
    bool range; /* neighbours are whoever calls */
    int64_t multihop, rr_client, allow_local_as, default_local_pref;
    int64_t med_metric, path_metric, deterministic_med, prefer_older;
    struct addr cluster_id;
};

struct bird_protocol {
    enum bird_protocol_kind kind;
    const char *name, *vrf;
    uint32_t line;
    bool disabled, is_template;
    struct bird_channel channel[2]; /* IPv4, IPv6 */
    const char *table;              /* of version 1.6, which has no channels */
    int64_t merge_paths;            /* kernel */
    int64_t preference;
    struct bird_ospf ospf;
    struct bird_bgp bgp;
    BIRD_ARRAY(struct bird_route) routes;
};

/** A parameter or variable while a function is read. */
struct bird_binding {
    const char *name;
    struct bird_expr *value;
    unsigned level; /* how many conditions it stands below */
};

struct bird {
    struct arena *arena;
    const char *path, *node;
    int failed;            /* ERR_NOMEM once the arena is full */
    struct slice notes_of; /* keyword of the block that is read, for notes */
    struct bird_tokens tokens;
    size_t at; /* the token that is looked at */
    size_t understood;
    struct addr router_id;
    struct map *defines;   /* name -> struct bird_expr */
    struct map *functions; /* name -> struct bird_function */
    struct map *templates; /* name -> struct bird_protocol */
    struct map *policies;  /* name -> 1 compiled */
    struct map *lists;     /* kind, family, name -> 1 stated */
    struct map *tables;    /* name -> family */
    BIRD_ARRAY(struct bird_protocol *) protocols;
    BIRD_ARRAY(struct bird_binding) bindings;
    BIRD_ARRAY(struct fact_policy_term) terms;
    BIRD_ARRAY(struct fact_match_list) entries;
    struct config_notes notes;
    struct bird_lookup *lookup; /* NULL until it is needed */
    size_t asked;               /* terms looked at for networks that filters name */
};

/* --- read.c: tokens, memory, notes */

/** The token that is looked at, and i behind it. */
const struct bird_token *bird_peek(const struct bird *c, size_t i);
/** Is it this word or sign? Takes it if so. */
bool bird_take(struct bird *c, const char *text);
/** Goes behind the closing sign of what opened at the token looked at. */
void bird_skip_group(struct bird *c);
/** Goes behind the statement: its `;`, or the block that ends it. */
void bird_skip_statement(struct bird *c);
/** The end (one behind the last token) of the block whose first token is looked at. */
size_t bird_block_end(const struct bird *c);
/** A token's text in the arena. */
const char *bird_text(struct bird *c, const struct bird_token *t);

bool bird_grow(struct bird *c, void **v, size_t n, size_t *cap, size_t size);
const char *bird_printf(struct bird *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void *bird_alloc(struct bird *c, size_t size);
/** Notes that something was passed over at a token; `what` holds no value of the file. */
void bird_note(struct bird *c, const struct bird_token *t, const char *what);
/** The same, headed by the token's text if that is a keyword. */
void bird_note_word(struct bird *c, const struct bird_token *t, const char *why);
void bird_note_line(struct bird *c, uint32_t line, uint32_t column, const char *what);

/** An expression from the tokens on; never NULL unless memory is out. */
struct bird_expr *bird_expression(struct bird *c);
/** What a constant stands for: the expression itself, or what its name is defined as. */
const struct bird_expr *bird_value(const struct bird *c, const struct bird_expr *x);
/** A number of 32 bits where one is wanted: literal, constant, arithmetic. */
bool bird_number_of(const struct bird *c, const struct bird_expr *x, int64_t *out);

/** `protocol ...` and `template ...` (protocol.c). */
void bird_protocol(struct bird *c, bool is_template);
/** One statement of a protocol by its kind; false: not one of it. */
bool bird_bgp_statement(struct bird *c, struct bird_protocol *p);    /* bgp.c */
bool bird_ospf_statement(struct bird *c, struct bird_protocol *p);   /* ospf.c */
bool bird_static_statement(struct bird *c, struct bird_protocol *p); /* static.c */
/** A yes/no behind an option: on, yes, true; absent means yes. */
int64_t bird_switch(struct bird *c);

/** Compiles the filter of that name, once, into policy terms (filter.c). */
void bird_compile(struct bird *c, const char *policy, const struct bird_function *f);

/* --- lists.c: lists that terms go by, each stated once; NULL: can't be told */

/** The prefixes of that family in a set or a prefix; *has tells whether there are any. */
const char *bird_prefix_list(struct bird *c, const struct bird_expr *x, int family, bool *has);
/** Every prefix of that family with a length in lo..hi. */
const char *bird_length_list(struct bird *c, int family, int64_t lo, int64_t hi);
/** Communities (or large ones): a set, or one of them. */
const char *bird_community_list(struct bird *c, const struct bird_expr *x, bool large);
/** AS paths by a mask. */
const char *bird_mask_list(struct bird *c, const struct bird_expr *mask);
/** AS paths by numbers, each between two texts of a regular expression; x is a number or a
 * set. */
const char *bird_path_list(struct bird *c, const struct bird_expr *x, const char *before,
                           const char *behind);
/** AS paths by a regular expression of the reader's own. */
const char *bird_regex_list(struct bird *c, const char *name, const char *regex);
/** "1:2" or "1:2:3"; NULL: not numbers. */
const char *bird_community(struct bird *c, const struct bird_expr *x);

/* --- lookup.c: prefix lists, once all filters are compiled */

struct bird_lookup;

/** All prefix lists of the file, made on first use; NULL without memory. */
const struct bird_lookup *bird_lookup(struct bird *c);
/** The number of the list of that family and name, 1 and up, 0: there is none; how many there
 * are; the number of the list that one of c->entries is of, 0: no prefix list. */
size_t bird_lookup_list(struct bird *c, int family, const char *name);
size_t bird_lookup_lists(const struct bird_lookup *l);
size_t bird_lookup_list_of(const struct bird_lookup *l, size_t entry);
/** Does the list permit the prefix? `unnamed`: as if no entry had the very prefix. */
bool bird_lookup_permits(const struct bird_lookup *l, size_t list, const struct prefix *p,
                         bool unnamed);
void bird_lookup_free(struct bird_lookup **l);

/* --- state*.c: facts; each returns 0 or the sink's code */

int bird_state_interfaces(struct bird *c, struct batch_sink *sink, struct err *e);
int bird_state_borders(struct bird *c, struct batch_sink *sink, struct err *e);
int bird_state_bgp(struct bird *c, struct batch_sink *sink, struct err *e);
int bird_state_ospf(struct bird *c, struct batch_sink *sink, struct err *e);
int bird_state_statics(struct bird *c, struct batch_sink *sink, struct err *e);

/** The table of a running protocol's channel: its VRF, its table, "" the main one; NULL: it
 * doesn't run or has no such channel. */
const char *bird_table_of(const struct bird_protocol *p, int family);
/** The same kind's protocol with that table and family, or NULL. */
const struct bird_protocol *bird_find(const struct bird *c, enum bird_protocol_kind kind,
                                      int family, const char *table);
/** Family 4 or 6 that an OSPF protocol routes. */
int bird_ospf_family(const struct bird_protocol *p);
/** Does the session go over a link of its own? */
bool bird_is_direct(const struct bird_protocol *p);
/** Is the neighbour of another AS? */
bool bird_is_external(const struct bird_protocol *p);
/** The interface that stands for the router itself. */
const char *bird_loopback(const struct bird *c);
bool bird_is_loopback(const char *name);
/** States what redistributes into BGP or OSPF: every protocol with that table and family. */
int bird_state_sources(struct bird *c, const struct fact_origination *like,
                       struct batch_sink *sink, struct err *e);
/** Networks that a compiled export policy lets out as the router's own. */
struct bird_networks {
    const struct fact_origination *like;
    const char *policy;
    struct map *done; /* prefixes that were stated */
};

/** States them (originate.c). */
int bird_state_networks(struct bird *c, const struct bird_networks *n, struct batch_sink *sink,
                        struct err *e);

#endif
