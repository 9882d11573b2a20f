/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration as a tree of words: what Junos and SR OS have in common.
 *
 * Both languages are hierarchies, and both have a flat form in which every line names its whole
 * path. A node for each word makes the two the same tree:
 *
 *     area 0 {                              set area 0 interface a.0 metric 5
 *         interface a.0 {                   set area 0 interface b.0
 *             metric 5;
 *         }                       area ── 0 ── interface ─┬─ a.0 ── metric ── 5
 *         interface b.0;                                  └─ b.0
 *     }
 *
 * The members of a list `[ a b ]` are children of the word before it. Children stand in the
 * order in which they were first named. Everything lives in the tree's arena.
 */
#ifndef RIALTO_AGENTS_SOURCES_TREE_TREE_H
#define RIALTO_AGENTS_SOURCES_TREE_TREE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"

#define TREE_MAX_MEMORY (256u << 20) /* bytes that a tree may take */
#define TREE_MAX_NODES  4000000
#define TREE_MAX_WORD   (64 * 1024) /* bytes of a word or quoted text */
#define TREE_MAX_DEPTH  200         /* words between a node and the root */

struct tree_node {
    const char *word; /* UTF-8; bytes that are none became '?' */
    struct tree_node *parent, *first, *last, *next, *prev;
    uint32_t id, line, depth;
    bool inherited; /* came from a group, not from the statement itself */
    bool inactive;  /* switched off: tree_prune takes it out */
    bool implied; /* only a word of what is switched off below it: goes with the last of that */
    bool list;    /* its children are the members of one list */
    bool seen;    /* somebody asked for it */
};

struct tree {
    struct arena *arena;
    struct tree_node root;
    struct map *index; /* parent's id and word -> node */
    size_t n;
    size_t skipped, skipped_line; /* lines that tree_read knows no use for; the first */
    int failed; /* ERR_NOMEM or ERR_LIMIT once it is full; additions give NULL then */
};

/** An empty tree; NULL without memory. Freed with tree_free, which nulls the pointer. */
struct tree *tree_new(void);
void tree_free(struct tree **t);

enum tree_form {
    TREE_BRACES, /* Junos: `a b { c d; }` */
    TREE_SET,    /* Junos: `set a b c d`, `deactivate a b`, `delete a b` */
    TREE_LINES,  /* SR OS: `a b {`, `c d`, `}` on lines of their own, or `/a b c d` */
};

/**
 * Reads a text into the tree. `path` names it in messages. ERR_PARSE with "path:line:column:
 * reason" for what is binary, cut off or unbalanced; ERR_LIMIT for what is too large.
 */
int tree_read(struct tree *t, const char *path, struct slice text, enum tree_form form,
              struct err *e);

/** Is it text? ERR_PARSE with its place for control characters, apart from white space and what
 * terminals leave behind. tree_read asks this itself. */
int tree_check_text(const char *path, struct slice text, struct err *e);

/** `[ex:/configure router "Base"]`, as SR OS prints it above a prompt: the place, without its
 * mode. What follows in TREE_LINES is said there. */
bool tree_is_place(struct slice line, struct slice *path);

/** What stands between quotes, `\"` and `\\` resolved: itself, or a copy in the tree's arena.
 */
struct slice tree_unquote(struct tree *t, struct slice text);

/** The child of that word, made if it is new; NULL when the tree is full (t->failed). */
struct tree_node *tree_add(struct tree *t, struct tree_node *parent, struct slice word,
                           size_t line);

/** The child of that word, or NULL; not marked as seen. `n` may be NULL, here and below. */
struct tree_node *tree_find(const struct tree *t, const struct tree_node *n, struct slice word);

/** The node at the end of a path of words separated by single blanks, all marked as seen. */
struct tree_node *tree_get(const struct tree *t, struct tree_node *n, const char *path);

/**
 * The word behind a path: the value of a statement that has one. Its own last value counts
 * more than the first inherited one. NULL when there is none; marked as seen.
 */
const char *tree_value(const struct tree *t, struct tree_node *n, const char *path);

/** The same, of the node itself. */
const char *tree_leaf(struct tree_node *n);

/** The value as a number up to max; FACT_NONE's place is taken by `none`. */
int64_t tree_number(const struct tree *t, struct tree_node *n, const char *path, uint64_t max);

#define TREE_NONE INT64_MIN /* tree_number: no such statement, or no number there */

/** First child, marked as seen; the next one, too. For loops over names and list members. */
struct tree_node *tree_first(struct tree_node *n);
struct tree_node *tree_next(struct tree_node *n);

/** Marks a node and all below it as seen. */
void tree_see(struct tree_node *n);

/** Takes a node and all below it out. */
void tree_cut(struct tree *t, struct tree_node *n);

/** Hangs a node, with all below it, below another one as the last, under that word. False when
 * such a child is there already, or the tree is full (t->failed). */
bool tree_move(struct tree *t, struct tree_node *n, struct tree_node *to, struct slice word);

/** Takes out what is inactive. */
void tree_prune(struct tree *t);

/** Copies what is below `from` to `to`, marked as inherited where it is new. */
void tree_merge(struct tree *t, struct tree_node *to, const struct tree_node *from);

/** Does the text fit the pattern with `*`, `?` and `[a-z]` sets? Takes time proportional to the
 * product of their lengths at most. */
bool tree_glob(const char *pattern, const char *text);

#endif
