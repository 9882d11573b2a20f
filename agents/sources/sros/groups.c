/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/sros/groups.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "agents/sources/tree/inherit.h"
#include "base/expression.h"

/* Making one ready and comparing takes as long as comparing so many bytes, at most: where
 * characters may be left out, each has to do with all others. */
#define COMPILING(size) (40 + (size) * (size) / 4)

static const struct expression_limits limits = {
    .repeat = SROS_MAX_REPEAT, .repeats = SROS_MAX_REPEATS, .size = SROS_MAX_WRITTEN_OUT};

/** Makes *re of a name in brackets; false: it is none that is taken. Adds to *steps. */
static bool compile(const char *wildcard, regex_t *re, size_t *steps)
{
    char expression[SROS_MAX_EXPRESSION + 8];
    size_t n = strlen(wildcard) - 2, size;

    if (n > SROS_MAX_EXPRESSION)
        return false;
    snprintf(expression, sizeof(expression), "^(%.*s)$", (int)n, wildcard + 1);
    size = expression_size(expression, &limits);
    *steps += COMPILING(size);
    return size > 0 && regcomp(re, expression, REG_EXTENDED | REG_NOSUB) == 0;
}

bool sros_group_fits(const char *wildcard, const char *word, size_t *steps)
{
    regex_t re;
    bool hit;

    if (strcmp(wildcard, "<.*>") == 0)
        return true;
    if (strlen(word) > SROS_MAX_EXPRESSION || !compile(wildcard, &re, steps))
        return false;
    hit = regexec(&re, word, 0, NULL, 0) == 0;
    regfree(&re);
    return hit;
}

/** Expressions that fit nothing because they are not taken. */
static void note_expressions(struct tree_inherit *h, struct tree_node *n)
{
    for (struct tree_node *c = n != NULL ? n->first : NULL; c != NULL; c = c->next) {
        size_t length = strlen(c->word);
        regex_t re;

        note_expressions(h, c);
        if (length < 2 || c->word[0] != '<' || c->word[length - 1] != '>' ||
            h->steps > TREE_MAX_INHERIT)
            continue;
        if (compile(c->word, &re, &h->steps))
            regfree(&re);
        else
            tree_note(h->notes, c->line, "groups: an expression that is not taken");
    }
}

int sros_apply_groups(struct tree *t, struct tree_node *configure, struct tree_notes *notes)
{
    struct tree_node *groups = tree_get(t, configure, "groups");
    struct tree_inherit h = {.t = t,
                             .top = configure,
                             .groups = tree_get(t, groups, "group"),
                             .skip = groups,
                             .except = "apply-groups-exclude",
                             .fits = sros_group_fits,
                             .whole_lists = true,
                             .notes = notes};

    note_expressions(&h, h.groups);
    return tree_inherit(&h);
}
