/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/sros/groups.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "agents/sources/tree/inherit.h"

#define COMPILING 40 /* of an expression takes as long as comparing so many bytes */

/** "{1,2}" behind the brace: two small numbers. */
static bool is_small_repeat(const char *p)
{
    for (; *p != '}' && *p != '\0'; p += strcspn(p, ",}"), p += *p == ',') {
        struct slice number = {p, strcspn(p, ",}")};
        uint64_t n;

        if (number.n > 0 && !slice_u64(number, SROS_MAX_REPEAT, &n))
            return false;
    }
    return *p == '}';
}

/** Repeats of repeats take memory, references back take time: both without measure. */
static bool is_modest(const char *expression)
{
    int repeats = 0;

    for (const char *p = expression; *p != '\0'; p++) {
        if (*p == '\\' && p[1] >= '0' && p[1] <= '9')
            return false;
        if (*p == '{' && (!is_small_repeat(p + 1) || ++repeats > SROS_MAX_REPEATS))
            return false;
        if (*p == '\\' && p[1] != '\0')
            p++;
    }
    return true;
}

/** Makes *re of a name in brackets; false: it is none that is taken. */
static bool compile(const char *wildcard, regex_t *re)
{
    char expression[SROS_MAX_EXPRESSION + 8];
    size_t n = strlen(wildcard) - 2;

    if (n > SROS_MAX_EXPRESSION)
        return false;
    snprintf(expression, sizeof(expression), "^(%.*s)$", (int)n, wildcard + 1);
    return is_modest(expression) && regcomp(re, expression, REG_EXTENDED | REG_NOSUB) == 0;
}

bool sros_group_fits(const char *wildcard, const char *word)
{
    regex_t re;
    bool hit;

    if (strcmp(wildcard, "<.*>") == 0)
        return true;
    if (strlen(word) > SROS_MAX_EXPRESSION || !compile(wildcard, &re))
        return false;
    hit = regexec(&re, word, 0, NULL, 0) == 0;
    regfree(&re);
    return hit;
}

/** Expressions that fit nothing because they are not taken. */
static void note_expressions(struct tree_node *n, struct tree_notes *notes)
{
    for (struct tree_node *c = n != NULL ? n->first : NULL; c != NULL; c = c->next) {
        size_t length = strlen(c->word);
        regex_t re;

        note_expressions(c, notes);
        if (length < 2 || c->word[0] != '<' || c->word[length - 1] != '>')
            continue;
        if (compile(c->word, &re))
            regfree(&re);
        else
            tree_note(notes, c->line, "groups: an expression that is not taken");
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
                             .fits_cost = COMPILING,
                             .whole_lists = true,
                             .notes = notes};

    note_expressions(h.groups, notes);
    return tree_inherit(&h);
}
