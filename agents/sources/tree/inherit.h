/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration groups, which Junos and SR OS share. `apply-groups G` at a statement gives it
 * what group G says of the same place; names in angle brackets stand for all that fit:
 *
 *     groups { G { interfaces { <ge-*> { mtu 9192; } } } }
 *     interfaces { apply-groups G; ge-0/0/0 { unit 0; } }       -> ge-0/0/0 has the MTU
 *
 * What a statement says itself counts more than any group, an inner `apply-groups` more than an
 * outer one, an earlier group more than a later one: so inner ones are applied first, and what
 * comes later adds only (tree_value).
 */
#ifndef RIALTO_AGENTS_SOURCES_TREE_INHERIT_H
#define RIALTO_AGENTS_SOURCES_TREE_INHERIT_H

#include "agents/sources/tree/notes.h"

#define TREE_MAX_INHERIT 20000000 /* steps: pairs of nodes and bytes that are compared */

/** Does a word fit a name in angle brackets? What takes longer than to compare their bytes is
 * added to *steps, in bytes compared. */
typedef bool tree_fits(const char *wildcard, const char *word, size_t *steps);

struct tree_inherit {
    struct tree *t;
    struct tree_node *top;    /* what is said below it, groups say again */
    struct tree_node *groups; /* the groups by their names; NULL: there are none */
    struct tree_node *skip;   /* nothing is applied in here: where the groups are defined */
    const char *except;       /* the statement that names groups which don't count */
    tree_fits *fits;
    bool whole_lists; /* a list has one origin only, else all add to it */
    struct tree_notes *notes;
    size_t steps;   /* in: taken before; out: in all */
    bool undefined; /* out: a group that is applied isn't defined */
};

/** Applies all groups. ERR_LIMIT when that takes too much; the tree is of no use then. */
int tree_inherit(struct tree_inherit *h);

#endif
