/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/tree/inherit.h"

#include <string.h>

struct inherit {
    struct tree_inherit *h;
    struct tree *t;
    bool failed;
};

static bool is_wildcard(const char *word)
{
    size_t n = strlen(word);

    return n >= 2 && word[0] == '<' && word[n - 1] == '>';
}

/** Statements beside names: no wildcard stands for them. */
static bool is_meta(const struct inherit *h, const char *word)
{
    return strcmp(word, "apply-groups") == 0 || strcmp(word, h->h->except) == 0 ||
           strcmp(word, "interface-range") == 0 || strcmp(word, "traceoptions") == 0;
}

/** False when there were too many steps, too. */
static bool may_go_on(struct inherit *h, size_t steps)
{
    h->h->steps += steps;
    h->failed |= h->h->steps > TREE_MAX_INHERIT;
    return !h->failed;
}

static bool fits(const char *wildcard, const char *word, struct inherit *h)
{
    return may_go_on(h, strlen(word) + strlen(wildcard)) && !is_meta(h, word) &&
           h->h->fits(wildcard, word, &h->h->steps);
}

static bool is_excepted(const struct inherit *h, struct tree_node *n, const char *group)
{
    struct tree_node *list = tree_get(h->t, n, h->h->except);

    return list != NULL && tree_find(h->t, list, slice_of(group)) != NULL;
}

static void give(struct inherit *h, struct tree_node *to, const struct tree_node *from,
                 const char *group);

static void give_named(struct inherit *h, struct tree_node *to, const struct tree_node *from,
                       const char *group)
{
    size_t before = h->t->n;
    struct tree_node *n = tree_add(h->t, to, slice_of(from->word), from->line);

    if (n == NULL) {
        h->failed = true;
        return;
    }
    if (h->t->n > before)
        n->inherited = true;
    n->list = n->list || from->list;
    if (h->h->whole_lists && from->list && n->first != NULL)
        return;
    if (!is_excepted(h, n, group))
        give(h, n, from, group);
}

static void give_all(struct inherit *h, struct tree_node *to, const struct tree_node *from,
                     const char *group)
{
    for (struct tree_node *c = to->first; c != NULL && !h->failed; c = c->next) {
        if (fits(from->word, c->word, h) && !is_excepted(h, c, group))
            give(h, c, from, group);
    }
}

/** What the group has at its place `from`, for the same place in the configuration. Names come
 * first: what they make is there for the wildcards. */
static void give(struct inherit *h, struct tree_node *to, const struct tree_node *from,
                 const char *group)
{
    may_go_on(h, 1);
    for (const struct tree_node *c = from->first; c != NULL && !h->failed; c = c->next) {
        h->h->steps++;
        if (!is_wildcard(c->word) && !is_meta(h, c->word))
            give_named(h, to, c, group);
    }
    for (const struct tree_node *c = from->first; c != NULL && !h->failed; c = c->next) {
        if (is_wildcard(c->word))
            give_all(h, to, c, group);
    }
}

/** Goes down the group along the path of `to`, then gives. Wildcards on the way count. */
static void give_at(struct inherit *h, struct tree_node *to, const struct tree_node *path[],
                    size_t n, const struct tree_node *from)
{
    const char *group = path[0]->word;

    if (!may_go_on(h, 1))
        return;
    if (n == 1) {
        give(h, to, from, group);
        return;
    }
    for (const struct tree_node *c = from->first; c != NULL; c = c->next) {
        h->h->steps++;
        if (strcmp(c->word, path[n - 1]->word) == 0 ||
            (is_wildcard(c->word) && fits(c->word, path[n - 1]->word, h)))
            give_at(h, to, path, n - 1, c);
    }
}

/** path[0] is the group; path[n - 1] the first word below the top, path[1] the place itself.
 */
static void apply(struct inherit *h, struct tree_node *at, const char *name)
{
    const struct tree_node *path[TREE_MAX_DEPTH + 2];
    struct tree_node *group = tree_find(h->t, h->h->groups, slice_of(name));
    size_t n = 1;

    if (group == NULL) {
        h->h->undefined = true;
        tree_note(h->h->notes, at->line, "apply-groups: a group that isn't defined");
        return;
    }
    path[0] = group;
    for (const struct tree_node *a = at; a != h->h->top; a = a->parent)
        path[n++] = a;
    give_at(h, at, path, n, group);
}

static void walk(struct inherit *h, struct tree_node *n)
{
    struct tree_node *list = tree_get(h->t, n, "apply-groups");

    for (struct tree_node *c = n->first; c != NULL && !h->failed; c = c->next) {
        if (c != h->h->skip && c != list)
            walk(h, c);
    }
    for (struct tree_node *c = tree_first(list); c != NULL && !h->failed; c = tree_next(c)) {
        apply(h, n, c->word);
    }
}

int tree_inherit(struct tree_inherit *h)
{
    struct inherit run = {.h = h, .t = h->t};

    may_go_on(&run, 0);
    walk(&run, h->top);
    return run.failed || h->t->failed != 0 ? ERR_LIMIT : 0;
}
