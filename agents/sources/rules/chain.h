/* SPDX-License-Identifier: Apache-2.0 */
/* Chains of policies as a configuration's tree names them: `import [ A B ]`. */
#ifndef RIALTO_AGENTS_SOURCES_RULES_CHAIN_H
#define RIALTO_AGENTS_SOURCES_RULES_CHAIN_H

#include "agents/sources/rules/rules.h"
#include "agents/sources/tree/notes.h"

#define RULES_MAX_CHAIN      64  /* policies in one import or export statement */
#define RULES_MAX_CHAIN_NAME 250 /* bytes of a chain's name */

/** The policies that chains are made of. */
struct rules_book {
    struct rules *r;
    struct tree_notes *notes;
    const struct map *policies; /* name -> struct rules_policy */
};

/**
 * The policies named below `list`, in order; v has room for RULES_MAX_CHAIN. In place of one
 * that isn't defined, and of what is more than that, stands a policy that can't be told.
 */
size_t rules_chain(const struct rules_book *b, struct tree_node *list,
                   const struct rules_policy **v);

/** "P1 P2", with a suffix; the end of a long one is a hash. */
const char *rules_chain_name(struct rules *r, const struct rules_policy *const *v, size_t n,
                             const char *suffix);

#endif
