/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structured answers, read entry by entry: a walk goes through a JSON document of any size and
 * hands over the parts that its rules name, each as a small tree that lives until the next one.
 *
 *     rules: "vrfs/" "*" "/peerList/" "*"     an entry of this list, in any VRF
 *
 * A "*" stands for any key or for the elements of an array. Trees of XML have the same form.
 */
#ifndef RIALTO_AGENTS_LG_TREE_H
#define RIALTO_AGENTS_LG_TREE_H

#include "agents/agent.h"
#include "agents/sources/lg/lg.h"

#define LG_WALK_DEPTH 16                /* of names in a rule */
#define LG_MAX_TREE   ((size_t)8 << 20) /* bytes of one entry in memory */

/** A value: scalars have text, objects and arrays have members. */
struct lg_tree {
    const char *key;  /* its name in an object; NULL in an array */
    const char *text; /* of a scalar, 0-terminated; "" for null; NULL for objects and arrays */
    size_t len;
    struct lg_tree *first, *next;
    unsigned line, column; /* where it ends in the document */
    enum jread_token type; /* JREAD_OBJECT for elements of XML that have members */
};

struct lg_walk;

/** Takes one entry. What it points at is gone when the function returns. */
typedef int lg_take(struct lg_walk *w, const struct lg_tree *t, struct err *e);

struct lg_rule {
    const char *path; /* NULL ends the rules */
    lg_take *take;
};

struct lg_walk {
    struct lg *lg;
    const struct lg_rule *rules;
    const char *names[LG_WALK_DEPTH]; /* keys on the way to the entry; "" for array elements */
    size_t depth;
    void *state; /* the dialect's own */
    /** NX-OS: where a path names a value, an array of such values may stand, and an object may
     * have a key several times: all of them are members. */
    bool flat;
    size_t met; /* rules met so far, also those whose list is empty */
};

/**
 * Walks one document, which r reads; nothing may follow it. Errors read "line:column: path:
 * reason". ERR_SCHEMA when no rule was met.
 */
int lg_walk(struct lg_walk *w, struct jread *r, struct err *e);

/** The same on text in memory. */
int lg_walk_text(struct lg_walk *w, struct slice text, struct err *e);

/**
 * What follows the head of a message of HTTP or CGI that was kept with its body ("Content-type:
 * application/json", blank line); the text itself when there is none. *status is what the head
 * says, 200 when it says nothing.
 */
struct slice lg_body(struct slice text, int *status);

/**
 * Which of the paths the beginning of a JSON text has: bit i for paths[i]. At most 32,
 * NULL-terminated. Never fails; text that is no JSON has none.
 */
unsigned lg_marks(struct slice text, const char *const *paths);

/** One value as a tree in the arena; r stands before it. Limits as LG_MAX_TREE. */
int lg_tree_read(struct jread *r, struct arena *a, struct lg_tree **out, struct err *e);

/** The first member of an object or element of an array; NULL for others. t may be NULL. */
const struct lg_tree *lg_first_in(const struct lg_tree *t);

/** Takes what is known and nothing to tell. */
lg_take lg_take_nothing;

/** Takes the words with which the other side refuses: ERR_REMOTE with them. */
lg_take lg_take_refusal;

/** The member at "a/b/c", or NULL. In an array the first element is meant: what JSON made from
 * XML wraps ([{"data": "x"}]). t may be NULL. */
const struct lg_tree *lg_get(const struct lg_tree *t, const char *path);

/** Text of a scalar (also of Junos' [{"data": "x"}]), trimmed; empty when there is none. */
struct slice lg_text(const struct lg_tree *t);

/** The same of a member, as a string; NULL when it is absent or empty. In the arena. */
const char *lg_str(struct lg *lg, const struct lg_tree *t, const char *path);

/** Is the member there and true? */
bool lg_is(const struct lg_tree *t, const char *path);

/** A member that may be absent, null or empty: then *out is left. Numbers may be strings. */
int lg_get_i64(const struct lg_tree *t, const char *path, int64_t *out, struct err *e);
int lg_get_addr(const struct lg_tree *t, const char *path, struct addr *out, struct err *e);
int lg_get_asn(const struct lg_tree *t, const char *path, int64_t *out, struct err *e);
int lg_get_prefix(const struct lg_tree *t, const char *path, struct prefix *out, struct err *e);

/** What stands between p and what follows in n bytes was read and is not looked at again soon:
 * a mapped file gives its memory back. Called with growing pieces of one answer. */
void lg_let_go(const struct lg *lg, const char *p, size_t n);

/** An error at a value: "line:column: text". Returns code. */
int lg_tree_fail(const struct lg_tree *t, struct err *e, int code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
