/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies that are chains of terms, as Junos and SR OS have them, in the words of
 * docs/facts.md.
 *
 * There a session has one policy whose entries need all their conditions. Here a session has
 * several policies, a condition may have alternatives, a term may leave the decision to the
 * next term or policy, and at the end of the chain the protocol's own default decides. So each
 * chain that is applied is stated as one policy, with an entry for each combination of
 * alternatives and a last one for the default.
 */
#ifndef RIALTO_AGENTS_SOURCES_RULES_RULES_H
#define RIALTO_AGENTS_SOURCES_RULES_RULES_H

#include "base/map.h"
#include "model/batch.h"

#define RULES_MAX_ALTERNATIVES 512    /* combinations of one term; beyond: can't be told */
#define RULES_MAX_ENTRIES      500000 /* of all policies; further chains can't be told */

enum rules_action { RULES_NEXT_TERM, RULES_NEXT_POLICY, RULES_ACCEPT, RULES_REJECT };

/** What decides when no term did. */
enum rules_default {
    RULES_ACCEPT_ALL,
    RULES_REJECT_ALL,
    RULES_ACCEPT_BGP, /* BGP's own routes, none of other protocols */
};

struct rules_term {
    struct strs *either; /* alternatives; in each, all conditions must hold */
    size_t n;
    struct strs set;
    enum rules_action action;
};

struct rules_policy {
    const char *name;
    struct rules_term *v;
    size_t n, cap;
};

/** What is being stated of one router. Errors stick in rc. */
struct rules {
    struct arena *arena;
    const char *node;
    struct batch_sink *sink;
    struct err *e;
    int rc;
    struct map *stated;       /* names of policies and lists that were stated */
    size_t entries, left_out; /* policy entries stated; chains that were too many */
};

/** A term of the policy without conditions: holds always, and leaves the decision to the next
 * one. NULL without memory (r->rc). */
struct rules_term *rules_add_term(struct rules *r, struct rules_policy *p);

/** All alternatives of the term need this condition as well. */
void rules_need(struct rules *r, struct rules_term *t, const char *condition);
/** They need one of these. */
void rules_need_one(struct rules *r, struct rules_term *t, const struct strs *conditions);
/** Adds a change. */
void rules_change(struct rules *r, struct rules_term *t, const char *change);
/** Adds a text to a list of texts. */
void rules_push(struct rules *r, struct strs *list, const char *text);

/** States the chain under that name, once; at its end `last` decides. */
void rules_put_chain(struct rules *r, const char *name, const struct rules_policy *const *v,
                     size_t n, enum rules_default last);

/** A list under way. */
struct rules_list {
    const char *kind, *name;
    int family; /* 4, 6, or 0 */
    int64_t seq;
};

/** Begins a list; false when one of that kind, family and name was stated already. */
bool rules_open_list(struct rules *r, struct rules_list *l);
/** The list's next entry, with its value; `put` gets more fields set and states it. */
struct fact_match_list rules_entry(struct rules *r, struct rules_list *l, bool permit,
                                   const char *value);
void rules_put_entry(struct rules *r, const struct fact_match_list *f);
/** The next entry, a prefix with its range of lengths; FACT_NONE: not given. */
void rules_put_prefix(struct rules *r, struct rules_list *l, bool permit,
                      const struct prefix *p, const int64_t range[2]);

/** States a fact of any kind. */
void rules_put(struct rules *r, enum fact_kind kind, const void *fact);

/** A formatted text in the arena; "" without memory (r->rc). */
const char *rules_printf(struct rules *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * A regular expression over AS numbers ("65000 .*", "(1|2){2} [64512-65534]*") as one over the
 * text of a path, with the meaning that it must fit the whole. NULL when it can't be told.
 */
const char *rules_as_path(struct rules *r, const char *expression);

enum rules_community {
    RULES_COMMUNITY,       /* "65000:1" */
    RULES_LARGE_COMMUNITY, /* "1:2:3" */
    RULES_EXTENDED,        /* "target:1:2": not followed */
    RULES_COMMUNITIES,     /* several, by an expression */
    RULES_NO_COMMUNITY,
};

/** What kind of community a word is; *out: in the words of facts, or a regular expression. */
enum rules_community rules_community(struct rules *r, const char *word, const char **out);

#endif
