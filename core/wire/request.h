/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoders of ALTO requests: JSON text in, plain structs out, everything in the caller's arena.
 *
 * Unknown members are ignored (RFC 7285 section 8.3.7), duplicate names refused. A refusal says
 * which field and value, in the terms of RFC 7285 section 8.5.2.
 */
#ifndef RIALTO_WIRE_REQUEST_H
#define RIALTO_WIRE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "net/addr.h"

enum wire_code {
    WIRE_OK,
    WIRE_SYNTAX,    /* E_SYNTAX */
    WIRE_MISSING,   /* E_MISSING_FIELD */
    WIRE_TYPE,      /* E_INVALID_FIELD_TYPE */
    WIRE_VALUE,     /* E_INVALID_FIELD_VALUE */
    WIRE_TOO_LARGE, /* more pairs or elements than the server computes */
    WIRE_NO_MEMORY,
};

/** Why a request is refused. Texts are cut to fit. */
struct wire_problem {
    enum wire_code code;
    char field[96];  /* path with "/"; "" none */
    char value[160]; /* the bad value as text; "" none */
    char text[200];  /* for people */
};

/** Sets the problem; returns its code. NULL field or value: none. */
enum wire_code wire_refuse(struct wire_problem *p, enum wire_code code, const char *field,
                           const char *value, const char *text);

struct wire_limits {
    unsigned depth;  /* of nesting */
    size_t elements; /* of one list */
};

/** What decoding needs besides the text. */
struct wire_input {
    const char *text;
    size_t len;
    const struct wire_limits *limits;
    struct arena *arena;
};

/** A list of names, each once, in the order given. */
struct wire_names {
    const char **v;
    size_t n;
    bool present; /* the member was there; an empty list is not an absent one */
};

/** A typed address of RFC 7285 section 10.4. */
struct wire_endpoint {
    struct addr addr;
    const char *text; /* as the client wrote it */
};

struct wire_endpoints {
    struct wire_endpoint *v; /* each address once */
    size_t n;
};

struct wire_cost_type {
    const char *metric, *mode;
};

#define WIRE_CONSTRAINTS 256 /* of one request, all groups together */

enum wire_operator { WIRE_GT, WIRE_LT, WIRE_GE, WIRE_LE, WIRE_EQ };

struct wire_constraint {
    enum wire_operator op;
    double value;
    size_t index;     /* of the tested cost types */
    const char *text; /* as the client wrote it */
};

/** Constraints that must all hold. */
struct wire_constraints {
    struct wire_constraint *v;
    size_t n;
};

/** Cost types in the order given. */
struct wire_cost_types {
    struct wire_cost_type *v;
    size_t n;
    bool present; /* the list was there */
};

/** What a resource understands besides RFC 7285; members of the rest are unknown ones. */
struct wire_dialect {
    bool multi;     /* RFC 8189: several cost types, alternatives, tested types */
    bool calendars; /* RFC 8896 */
    bool flows;     /* `endpoint-flows`; cost-type may then be absent */
    bool no_type;   /* cost-type may be absent */
};

/** What a request wants of costs. Constraints test `testable`, else `types`. */
struct wire_cost_ask {
    struct wire_cost_types types; /* of cost-type one, of multi-cost-types several */
    bool multi;                   /* multi-cost-types was used */
    struct wire_cost_types testable;
    struct wire_constraints *any; /* one of these groups must hold; none: no constraint */
    size_t n_any;
    const char *constraints_field; /* where they stood */
    const bool *calendared;        /* as types; NULL: none */
    /* Why constraints can't be read, which calendars make no matter; NULL: they can. */
    const struct wire_problem *unread;
};

/** Do the costs of the tested types meet the constraints? NAN meets none. */
bool wire_constraints_hold(const struct wire_cost_ask *ask, const double *cost);

/** Pairs of one group: every source with every destination. */
struct wire_flows {
    struct wire_endpoints srcs, dsts;
};

struct wire_network_filter { /* RFC 7285 section 11.3.1.3 */
    struct wire_names pids, address_types;
};

struct wire_cost_filter { /* RFC 7285 section 11.3.2.3, RFC 9275 section 7.2.3 */
    struct wire_cost_ask ask;
    struct wire_names srcs, dsts;
    struct wire_names properties; /* ane-property-names */
};

struct wire_cost_params {      /* RFC 7285 section 11.5.1.3, RFC 9275 section 7.3.3 */
    struct wire_cost_ask ask;  /* without types where `flows` names none */
    struct wire_flows *groups; /* one for `endpoints`; one each of `endpoint-flows` */
    size_t n_groups;
    bool flows; /* `endpoint-flows` was used */
    struct wire_names properties;
};

struct wire_property_params { /* RFC 7285 section 11.4.1.3 */
    struct wire_names properties;
    struct wire_endpoints endpoints;
};

struct wire_entity_params { /* RFC 9240 section 8.3 */
    struct wire_names entities, properties;
};

/** Decoders: WIRE_OK, or the code with *p set. */
enum wire_code wire_network_filter(const struct wire_input *in, struct wire_network_filter *out,
                                   struct wire_problem *p);
enum wire_code wire_cost_filter(const struct wire_input *in, const struct wire_dialect *d,
                                struct wire_cost_filter *out, struct wire_problem *p);
enum wire_code wire_cost_params(const struct wire_input *in, const struct wire_dialect *d,
                                struct wire_cost_params *out, struct wire_problem *p);
enum wire_code wire_property_params(const struct wire_input *in,
                                    struct wire_property_params *out, struct wire_problem *p);
enum wire_code wire_entity_params(const struct wire_input *in, struct wire_entity_params *out,
                                  struct wire_problem *p);

/** "ipv4:192.0.2.1", "ipv6:2001:db8::1"; the type must be the address's. */
bool wire_typed_address(struct slice s, struct addr *out);

#endif
