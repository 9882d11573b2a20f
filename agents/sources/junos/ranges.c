/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interface ranges: `interface-range R { member ge-0/0/[0-3]; member-range ge-0/1/0 to
 * ge-0/1/7; mtu 9192; }` says the same of all its members.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/junos/model.h"

struct range {
    struct junos *j;
    struct tree_node *interfaces, *node;
    size_t named; /* members so far */
    bool failed;
};

static bool is_setting(const struct tree_node *n)
{
    return strcmp(n->word, "member") != 0 && strcmp(n->word, "member-range") != 0;
}

static void apply_to(struct range *g, const char *name)
{
    struct tree *t = g->j->t;
    struct tree_node *to = tree_add(t, g->interfaces, slice_of(name), g->node->line);

    if (to == NULL || ++g->named > JUNOS_MAX_RANGE) {
        g->failed = true;
        return;
    }
    for (struct tree_node *c = g->node->first; c != NULL && t->failed == 0; c = c->next) {
        size_t before = t->n;
        struct tree_node *copy;

        if (!is_setting(c))
            continue;
        copy = tree_add(t, to, slice_of(c->word), c->line);
        if (copy == NULL)
            return;
        if (t->n > before)
            copy->inherited = true;
        tree_merge(t, copy, c);
    }
}

/** Existing interfaces stand for a pattern with `*`. */
static void apply_to_fitting(struct range *g, const char *pattern)
{
    for (struct tree_node *c = g->interfaces->first; c != NULL && !g->failed; c = c->next) {
        if (strchr(c->word, '-') != NULL && strcmp(c->word, "interface-range") != 0 &&
            tree_glob(pattern, c->word))
            apply_to(g, c->word);
    }
}

/** One set `[0-3,5]` becomes its numbers; then the rest of the name is looked at. */
static void apply_to_pattern(struct range *g, const char *pattern, size_t depth)
{
    const char *open = strchr(pattern, '['), *close = open ? strchr(open, ']') : NULL;
    char name[128];

    if (open == NULL || close == NULL || depth > 4) {
        apply_to(g, pattern);
        return;
    }
    for (const char *p = open + 1; p < close && !g->failed;) {
        unsigned long lo, hi;
        char *end;

        lo = hi = strtoul(p, &end, 10);
        if (end == p || end > close)
            break;
        if (*end == '-')
            hi = strtoul(end + 1, &end, 10);
        for (; lo <= hi && hi < JUNOS_MAX_RANGE && !g->failed; lo++) {
            snprintf(name, sizeof(name), "%.*s%lu%s", (int)(open - pattern), pattern, lo,
                     close + 1);
            apply_to_pattern(g, name, depth + 1);
        }
        p = *end == ',' ? end + 1 : close;
    }
}

/** `ge-0/0/4 to ge-0/0/7`: the number behind the last `/` counts up. */
static void apply_to_span(struct range *g, const char *first, const char *last)
{
    const char *a = strrchr(first, '/'), *b = strrchr(last, '/');
    unsigned long lo, hi;
    char name[128];

    if (a == NULL || b == NULL || a - first != b - last ||
        strncmp(first, last, (size_t)(a - first)) != 0) {
        tree_note(&g->j->notes, g->node->line, "interfaces: a range that can't be told");
        return;
    }
    lo = strtoul(a + 1, NULL, 10);
    hi = strtoul(b + 1, NULL, 10);
    for (; lo <= hi && hi < JUNOS_MAX_RANGE && !g->failed; lo++) {
        snprintf(name, sizeof(name), "%.*s/%lu", (int)(a - first), first, lo);
        apply_to(g, name);
    }
}

static void expand(struct range *g)
{
    struct tree *t = g->j->t;
    struct tree_node *list = tree_get(t, g->node, "member");

    for (struct tree_node *m = tree_first(list); m != NULL; m = tree_next(m)) {
        if (strchr(m->word, '*') != NULL)
            apply_to_fitting(g, m->word);
        else
            apply_to_pattern(g, m->word, 0);
    }
    list = tree_get(t, g->node, "member-range");
    for (struct tree_node *m = tree_first(list); m != NULL; m = tree_next(m)) {
        const char *last = tree_value(t, m, "to");

        if (last != NULL)
            apply_to_span(g, m->word, last);
    }
}

int junos_expand_ranges(struct junos *j, struct err *e)
{
    struct range g = {.j = j};
    struct tree_node *ranges;

    g.interfaces = tree_get(j->t, &j->t->root, "interfaces");
    ranges = tree_get(j->t, g.interfaces, "interface-range");
    for (g.node = tree_first(ranges); g.node != NULL && !g.failed; g.node = tree_next(g.node)) {
        g.named = 0;
        expand(&g);
    }
    if (ranges != NULL)
        tree_cut(j->t, ranges);
    if (g.failed || j->t->failed != 0)
        return err_set(e, ERR_LIMIT, "%s: an interface range names more than %d interfaces",
                       j->path, JUNOS_MAX_RANGE);
    return 0;
}
