/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The classic CLI of SR OS, brought into the words of MD-CLI. Both say the same in other words:
 *
 *     router Base                            router "Base" {
 *         interface "to-b"                       interface "to-b" {
 *             address 192.0.2.1/31                   ipv4 { primary {
 *             port 1/1/1                                 address 192.0.2.1
 *             no shutdown              ->                prefix-length 31 } }
 *         exit                                       port 1/1/1
 *     exit                                           admin-state enable } }
 *
 * A block holds the lines that are indented deeper, up to its `exit`. A line may also have a
 * whole path, `/configure router interface "to-b" port 1/1/1`. Each line goes, word by word,
 * through the tables of the contexts it stands in; what they don't know is kept by its first
 * word, so that it can be noted.
 */
#ifndef RIALTO_AGENTS_SOURCES_SROS_CLASSIC_H
#define RIALTO_AGENTS_SOURCES_SROS_CLASSIC_H

#include "agents/sources/tree/tree.h"

#define CLASSIC_MAX_WORDS 4096 /* of one line */
#define CLASSIC_MAX_OPEN  128  /* blocks in each other */

struct classic_rule;

/** A line under way. */
struct classic_line {
    struct tree *t;
    struct tree_node *root; /* `configure` */
    struct tree_node *at;   /* what the words so far are about; NULL once the tree is full */
    const struct slice *words;
    const bool *quoted;
    size_t n; /* words that are left */
    size_t line;
};

/** Takes a statement whose word was taken off already. */
typedef void classic_take(struct classic_line *l);

/** One statement of a context. The table's end has no word. */
struct classic_rule {
    const char *word;                 /* "no X": with `no` before it */
    const char *path;                 /* in MD-CLI; `*`: the next word, `**`: all, as a list */
    classic_take *take;               /* when a path does not do */
    const struct classic_rule *inner; /* what may stand behind and below it */
};

/** The tables below `configure`, and of policy options. */
extern const struct classic_rule classic_configure[], classic_policy_options[];

/** Takes the next word off; the empty slice when there is none. */
struct slice classic_word(struct classic_line *l);
/** Goes down to that word, which is made if it is new. */
void classic_add(struct classic_line *l, struct slice word);
/** Goes down a path, as struct classic_rule has it. */
void classic_go(struct classic_line *l, const char *path);
/** As classic_go, and comes back. */
void classic_put(struct classic_line *l, const char *path);
/** As classic_put, of a path and a value that take the place of what was there. */
void classic_set(struct classic_line *l, const char *path, struct slice value);

/** A prompt where a part of the configuration is asked for: `A:r1>config>router# info`. */
bool classic_is_prompt(struct slice line);

/** Does the text look like the classic CLI, rather than like MD-CLI? */
bool classic_likely(struct slice text);

/** Reads a text into the tree, below `configure`. Errors as of tree_read. */
int classic_read(struct tree *t, const char *path, struct slice text, struct err *e);

#endif
