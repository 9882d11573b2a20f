/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration groups of MD-CLI: `groups { group "G" { router "Base" { ... } } }`. Names in
 * angle brackets are regular expressions that fit the whole name, `interface "<to-.*>"`.
 */
#ifndef RIALTO_AGENTS_SOURCES_SROS_GROUPS_H
#define RIALTO_AGENTS_SOURCES_SROS_GROUPS_H

#include "agents/sources/tree/notes.h"

#define SROS_MAX_EXPRESSION 255 /* bytes */
#define SROS_MAX_REPEAT     32  /* in `{n,m}` */
#define SROS_MAX_REPEATS    2   /* of these in one expression */
/* characters of an expression whose repeats are written out: `(ab){3}` has 9, with its brackets
 */
#define SROS_MAX_WRITTEN_OUT 256

/** Applies them to what stands below `configure`. ERR_LIMIT when that takes too much. */
int sros_apply_groups(struct tree *t, struct tree_node *configure, struct tree_notes *notes);

/** Does a word fit a name in angle brackets? Not when the expression is none, or one that could
 * take long or much memory. A tree_fits. */
bool sros_group_fits(const char *wildcard, const char *word, size_t *steps);

#endif
