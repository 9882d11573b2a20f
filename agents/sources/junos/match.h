/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the Junos reader only: conditions of policies. */
#ifndef RIALTO_AGENTS_SOURCES_JUNOS_MATCH_H
#define RIALTO_AGENTS_SOURCES_JUNOS_MATCH_H

#include "agents/sources/junos/model.h"

/** Whose term it is, for the names of lists. */
struct junos_place {
    struct junos *j;
    const char *policy, *term; /* term "": the policy's own, without a name */
};

/** What a list made of a place's conditions is called, what telling apart several of them. "P
 * term t interface"; a policy's own conditions stand directly in its `from`: "P from
 * interface". */
const char *junos_list_name(const struct junos_place *at, const char *what);

/** Route filters may decide by themselves; others leave it to the term. */
enum junos_filter_action {
    JUNOS_FILTER_TERM,
    JUNOS_FILTER_ACCEPT,
    JUNOS_FILTER_REJECT,
    JUNOS_FILTER_ACTIONS
};

/** Has the term route filters with that action of their own? */
bool junos_has_filters(const struct junos_place *at, struct tree_node *from,
                       enum junos_filter_action action);

/**
 * Adds conditions for prefixes: those of prefix lists, and of route filters with that action.
 * False when there are none of either.
 */
bool junos_match_prefixes(const struct junos_place *at, struct tree_node *from,
                          struct rules_term *t, enum junos_filter_action action);

/** Adds all other conditions below `from`. */
void junos_match_rest(const struct junos_place *at, struct tree_node *from,
                      struct rules_term *t);

/** States the members of a named community as a list to delete by; its name and kind ("" or
 * "large-") are given; false when it can't be told. */
bool junos_delete_list(struct junos *j, const char *community, const char **name,
                       const char **kind);

#endif
