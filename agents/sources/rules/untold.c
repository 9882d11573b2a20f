/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/rules/untold.h"

#include <string.h>

/** Bits of the words that stand below n. */
static uint32_t find(const struct tree_node *n, const struct rules_untold *words)
{
    uint32_t found = 0;

    for (const struct tree_node *c = n->first; c != NULL; c = c->next) {
        for (int i = 0; words[i].word != NULL; i++) {
            if (strcmp(c->word, words[i].word) == 0)
                found |= UINT32_C(1) << i;
        }
        found |= find(c, words);
    }
    return found;
}

void rules_put_untold(struct rules *r, const char *table, const char *by)
{
    for (int family = 4; family <= 6; family += 2) {
        struct fact_igp f;

        fact_init(FACT_IGP, &f);
        f.node = r->node;
        f.table = table;
        f.protocol = by;
        f.family = family;
        rules_put(r, FACT_IGP, &f);
    }
}

void rules_untold(struct rules *r, const struct tree_node *n, const char *table,
                  const struct rules_untold *words)
{
    uint32_t found = n != NULL ? find(n, words) : 0;
    const char *said = NULL;

    for (int i = 0; words[i].word != NULL; i++) {
        if ((found >> i & 1) == 0 || (said != NULL && strcmp(said, words[i].by) == 0))
            continue; /* words of one kind stand together */
        said = words[i].by;
        rules_put_untold(r, table, said);
    }
}
