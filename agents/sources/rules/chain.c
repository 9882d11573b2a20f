/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/rules/chain.h"

#include <string.h>

#include "base/hash.h"
#include "base/str.h"

/** It may do anything. */
static const struct rules_policy *untold(const struct rules_book *b, const struct tree_node *at,
                                         const char *why)
{
    struct rules_policy *p = ARENA_NEW(b->r->arena, struct rules_policy);
    struct rules_term *t;

    tree_note(b->notes, at->line, why);
    if (p == NULL)
        return NULL;
    p->name = "(undefined)";
    t = rules_add_term(b->r, p);
    if (t == NULL)
        return NULL;
    rules_need(b->r, t, "unknown policy");
    t->action = RULES_ACCEPT;
    return p;
}

/** A policy that isn't there may be an expression of policies, too. */
static const struct rules_policy *named(const struct rules_book *b, const struct tree_node *c)
{
    const union map_value *at = map_get_str(b->policies, c->word);

    return at != NULL && at->p != NULL
               ? at->cp
               : untold(b, c, "policy-options: a policy that isn't defined");
}

size_t rules_chain(const struct rules_book *b, struct tree_node *list,
                   const struct rules_policy **v)
{
    size_t n = 0;

    for (struct tree_node *c = tree_first(list); c != NULL; c = tree_next(c)) {
        if (n == RULES_MAX_CHAIN) {
            v[n - 1] = untold(b, c, "policy-options: too many policies in one chain");
            return n - (v[n - 1] == NULL);
        }
        v[n] = named(b, c);
        n += v[n] != NULL;
    }
    return n;
}

const char *rules_chain_name(struct rules *r, const struct rules_policy *const *v, size_t n,
                             const char *suffix)
{
    const char *name = "";

    for (size_t i = 0; i < n; i++)
        name = rules_printf(r, "%s%s%s", name, i > 0 ? " " : "", v[i]->name);
    if (strlen(name) + strlen(suffix) > RULES_MAX_CHAIN_NAME) {
        unsigned long long hash = hash_bytes(name, strlen(name), 0);
        int kept = (int)str_utf8_cut(name, strnlen(name, RULES_MAX_CHAIN_NAME - 50));

        name = rules_printf(r, "%.*s... %016llx", kept, name, hash);
    }
    return rules_printf(r, "%s%s", name, suffix);
}
