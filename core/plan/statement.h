/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The language in which data managers say what "better" means:
 *
 *     statement = "BY" key { "," key } [ "WHERE" condition ]
 *     key       = NAME [ "ASC" | "DESC" ]
 *     condition = conjunct { "OR" conjunct }
 *     conjunct  = negation { "AND" negation }
 *     negation  = "NOT" negation | "(" condition ")" | operand COMPARE operand
 *     operand   = NAME | NUMBER [ UNIT ] | STRING
 *
 *     BY as_hopcount, delay_ow WHERE delay_ow < 20ms AND NOT site = "CERN-PROD"
 *
 * Words of the language are written in any case; COMPARE is one of = == != <> < <= > >=; "&",
 * "&&", "|", "||" and "!" stand for AND, OR and NOT. A whole statement may stand in quotes.
 * Keys count from left to right, smaller values first; DESC turns its own key round.
 *
 * Comparing with something that is not known is neither true nor false, and neither is its
 * negation (as in SQL). Pure; all lives in the caller's arena.
 */
#ifndef RIALTO_PLAN_STATEMENT_H
#define RIALTO_PLAN_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define STATEMENT_MAX_BYTES 4096
#define STATEMENT_MAX_KEYS  16
#define STATEMENT_MAX_NAMES 64 /* different ones */
#define STATEMENT_MAX_DEPTH 32 /* of parentheses and negations */
#define STATEMENT_MAX_NODES 256

/** A name that occurs, and where it did first: line and column from 1. */
struct statement_name {
    const char *text;
    size_t line, column;
};

struct statement_key {
    size_t name; /* index in names */
    bool descending;
};

enum statement_kind { STATEMENT_NAME, STATEMENT_NUMBER, STATEMENT_TEXT };

struct statement_operand {
    enum statement_kind kind;
    size_t name;      /* index in names */
    double number;    /* as written */
    const char *text; /* of a string; of a number its unit, or "" */
    size_t line, column;
};

enum statement_operator {
    STATEMENT_LT,
    STATEMENT_LE,
    STATEMENT_EQ,
    STATEMENT_NE,
    STATEMENT_GE,
    STATEMENT_GT,
    STATEMENT_AND,
    STATEMENT_OR,
    STATEMENT_NOT,
};

/** A node of a condition: a comparison of operands, or an operator over other nodes. */
struct statement_node {
    enum statement_operator op;
    struct statement_node *a, *b; /* AND, OR; NOT: a alone */
    struct statement_operand left, right;
};

struct statement {
    struct statement_name names[STATEMENT_MAX_NAMES];
    size_t n_names;
    struct statement_key keys[STATEMENT_MAX_KEYS];
    size_t n_keys;
    struct statement_node *where; /* NULL: no condition */
};

/** Parses a statement. ERR_PARSE or ERR_LIMIT with "line:column: what, what was expected". */
int statement_parse(struct slice text, struct arena *a, struct statement **out, struct err *e);

/** Parses a condition alone and joins it to the statement's own by AND. */
int statement_add_where(struct statement *s, struct slice text, struct arena *a, struct err *e);

/** Adds a key behind the others; ERR_LIMIT, or ERR_PARSE for what is no name. */
int statement_add_key(struct statement *s, const char *name, bool descending, struct arena *a,
                      struct err *e);

/** What a name stands for in one evaluation. */
struct statement_value {
    bool known;
    const char *text; /* NULL: it is a number */
    double number;
};

enum statement_truth { STATEMENT_FALSE, STATEMENT_TRUE, STATEMENT_UNKNOWN };

/** Is the condition true? `values` are those of the names; NULL node: true. */
enum statement_truth statement_holds(const struct statement_node *node,
                                     const struct statement_value *values);

/** Calls `visit` for every comparison, from left to right, until one returns non-zero. */
int statement_each(struct statement_node *node,
                   int (*visit)(void *self, struct statement_node *comparison), void *self);

#endif
