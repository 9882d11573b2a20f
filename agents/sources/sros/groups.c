/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/sros/groups.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "agents/sources/tree/inherit.h"

/* Making one ready and comparing takes as long as comparing so many bytes, at most: where
 * characters may be left out, each has to do with all others. */
#define COMPILING(size) (40 + (size) * (size) / 4)

/*
 * The C library writes repeats out: `a{3}` is `aaa`, `a+` is `aa*`, and `(a+)+` has four. How
 * many characters that comes to is counted before, as it grows with each repeat of a repeat.
 */
struct count {
    size_t sum[SROS_MAX_EXPRESSION + 8]; /* of the groups that are open, from the outermost */
    size_t depth, last;                  /* last: what a repeat is of */
    int repeats;
};

/** Behind `[...]`; NULL: it has no end. */
static const char *behind_bracket(const char *p)
{
    p += p[1] == '^' ? 2 : 1;
    p += *p == ']';
    for (; *p != ']'; p++) {
        if (*p == '[' && p[1] != '\0' && strchr(".=:", p[1]) != NULL) {
            const char end[] = {p[1], ']', '\0'};

            p = strstr(p + 2, end);
            if (p == NULL)
                return NULL;
            p++;
        }
        if (*p == '\0')
            return NULL;
    }
    return p + 1;
}

/** Behind one character, whatever stands for it; NULL: none that is taken. References back take
 * time without measure. */
static const char *behind_one(const char *p)
{
    if (*p == '[')
        return behind_bracket(p);
    if (*p == '\\' && p[1] >= '0' && p[1] <= '9')
        return NULL;
    return p + (*p == '\\' && p[1] != '\0' ? 2 : 1);
}

static void count_last(struct count *c, size_t n)
{
    c->last = n;
    c->sum[c->depth] += n;
}

static void repeat(struct count *c, size_t times)
{
    c->sum[c->depth] += c->last * (times - 1);
    c->last *= times;
}

/** `{n,m}`, `{n,}`: behind it; NULL: a large number, or one repeat too many. */
static const char *count_repeat(struct count *c, const char *p)
{
    size_t times = 1;

    if (++c->repeats > SROS_MAX_REPEATS)
        return NULL;
    for (p++; *p != '}'; p += *p == ',') {
        struct slice number = {p, strcspn(p, ",}")};
        uint64_t n = 0;

        if (number.n > 0 && !slice_u64(number, SROS_MAX_REPEAT, &n))
            return NULL;
        p += number.n;
        if (*p == '\0')
            return NULL;
        times = n + (*p == ',') > times ? n + (*p == ',') : times;
    }
    repeat(c, times);
    return p + 1;
}

/** How many characters the expression has once repeats are written out; 0: it isn't taken. */
static size_t size_of(const char *expression)
{
    struct count c = {.depth = 0};

    for (const char *p = expression; p != NULL && *p != '\0';) {
        if (*p == '(') {
            c.sum[++c.depth] = 0;
            c.last = 0;
            p++;
        } else if (*p == ')') {
            if (c.depth == 0)
                return 0;
            c.depth--;
            count_last(&c, c.sum[c.depth + 1] + 1);
            p++;
        } else if (*p == '{') {
            p = count_repeat(&c, p);
        } else if (*p == '+') {
            repeat(&c, 2);
            p++;
        } else if (*p == '*' || *p == '?') {
            p++;
        } else {
            p = behind_one(p);
            count_last(&c, 1);
        }
        if (p == NULL || c.sum[c.depth] > SROS_MAX_WRITTEN_OUT)
            return 0;
    }
    return c.sum[0];
}

/** Makes *re of a name in brackets; false: it is none that is taken. Adds to *steps. */
static bool compile(const char *wildcard, regex_t *re, size_t *steps)
{
    char expression[SROS_MAX_EXPRESSION + 8];
    size_t n = strlen(wildcard) - 2, size;

    if (n > SROS_MAX_EXPRESSION)
        return false;
    snprintf(expression, sizeof(expression), "^(%.*s)$", (int)n, wildcard + 1);
    size = size_of(expression);
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
