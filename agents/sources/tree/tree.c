/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/tree/tree.h"

#include <stdlib.h>
#include <string.h>

struct tree *tree_new(void)
{
    struct tree *t = calloc(1, sizeof(*t));

    if (t == NULL)
        return NULL;
    t->arena = arena_new(TREE_MAX_MEMORY);
    t->index = map_new();
    t->root.word = "";
    t->n = 1;
    if (t->arena == NULL || t->index == NULL)
        tree_free(&t);
    return t;
}

void tree_free(struct tree **t)
{
    if (*t == NULL)
        return;
    arena_free(&(*t)->arena);
    map_free(&(*t)->index);
    free(*t);
    *t = NULL;
}

#define MAX_LOOKED_BACK 4096 /* inherited values of a leaf: none has more than a few */

#define KEY_WORD 240 /* bytes of a word that its key has as they are */
#define KEY_SIZE (sizeof(uint32_t) + KEY_WORD + sizeof(uint64_t))

/** FNV-1a, for words that are too long to be keys themselves: keys, descriptions. */
static uint64_t digest(struct slice word)
{
    uint64_t h = 14695981039346656037u;

    for (size_t i = 0; i < word.n; i++)
        h = (h ^ (unsigned char)word.p[i]) * 1099511628211u;
    return h;
}

/** Key of a child: the parent's id, then the word, or what stands for it. */
static size_t make_key(const struct tree_node *parent, struct slice word, char *key)
{
    size_t n = word.n < KEY_WORD ? word.n : KEY_WORD, at = sizeof(parent->id);
    uint64_t rest = word.n > n ? digest(word) : 0;

    memcpy(key, &parent->id, at);
    if (n > 0)
        memcpy(key + at, word.p, n);
    if (word.n <= n)
        return at + n;
    memcpy(key + at + n, &rest, sizeof(rest));
    return at + n + sizeof(rest);
}

static const char *copy_word(struct tree *t, struct slice word)
{
    char *copy = arena_strndup(t->arena, word.n > 0 ? word.p : "", word.n);

    if (copy != NULL && !str_is_utf8(copy, word.n)) {
        for (char *p = copy; *p != '\0'; p++) {
            if ((unsigned char)*p >= 0x80)
                *p = '?';
        }
    }
    return copy;
}

/** As the last child. */
static void hang(struct tree_node *parent, struct tree_node *n)
{
    n->parent = parent;
    n->depth = parent->depth + 1;
    n->next = NULL;
    n->prev = parent->last;
    if (parent->last != NULL)
        parent->last->next = n;
    else
        parent->first = n;
    parent->last = n;
}

static struct tree_node *make_node(struct tree *t, struct tree_node *parent, struct slice word,
                                   size_t line)
{
    struct tree_node *n = ARENA_NEW(t->arena, struct tree_node);

    if (n == NULL || (n->word = copy_word(t, word)) == NULL) {
        t->failed = ERR_LIMIT;
        return NULL;
    }
    n->id = (uint32_t)t->n++;
    n->line = (uint32_t)line;
    hang(parent, n);
    return n;
}

struct tree_node *tree_add(struct tree *t, struct tree_node *parent, struct slice word,
                           size_t line)
{
    char key[KEY_SIZE];
    size_t n = make_key(parent, word, key);
    union map_value *at;

    if (t->failed != 0)
        return NULL;
    if (word.n > TREE_MAX_WORD || t->n >= TREE_MAX_NODES || parent->depth >= TREE_MAX_DEPTH) {
        t->failed = ERR_LIMIT;
        return NULL;
    }
    at = map_at(t->index, key, n);
    if (at == NULL)
        t->failed = ERR_NOMEM;
    else if (at->p == NULL)
        at->p = make_node(t, parent, word, line);
    return at != NULL ? at->p : NULL;
}

struct tree_node *tree_find(const struct tree *t, const struct tree_node *n, struct slice word)
{
    const union map_value *at;
    char key[KEY_SIZE];
    size_t size;

    if (n == NULL || n->first == NULL)
        return NULL;
    size = make_key(n, word, key);
    at = map_get(t->index, key, size);
    return at != NULL ? at->p : NULL;
}

struct tree_node *tree_get(const struct tree *t, struct tree_node *n, const char *path)
{
    struct slice rest = slice_of(path), word;

    while (n != NULL && slice_split(&rest, ' ', &word)) {
        n = tree_find(t, n, word);
        if (n != NULL)
            n->seen = true;
    }
    return n;
}

/** Again and again for what stands above many: so only when there are new ones. */
static void see_children(struct tree_node *n)
{
    if (n->first->seen && n->last->seen)
        return;
    for (struct tree_node *c = n->first; c != NULL; c = c->next)
        c->seen = true;
}

/** The last of its own, behind which stand those that are inherited; else the first of these.
 */
const char *tree_leaf(struct tree_node *n)
{
    struct tree_node *last = n != NULL ? n->last : NULL;

    if (last == NULL)
        return NULL;
    see_children(n);
    for (size_t i = 0; last != NULL && last->inherited && i < MAX_LOOKED_BACK; i++)
        last = last->prev;
    return (last != NULL && !last->inherited ? last : n->first)->word;
}

const char *tree_value(const struct tree *t, struct tree_node *n, const char *path)
{
    return tree_leaf(tree_get(t, n, path));
}

int64_t tree_number(const struct tree *t, struct tree_node *n, const char *path, uint64_t max)
{
    const char *word = tree_value(t, n, path);
    uint64_t number;

    if (word == NULL || max > INT64_MAX || !slice_u64(slice_of(word), max, &number))
        return TREE_NONE;
    return (int64_t)number;
}

struct tree_node *tree_first(struct tree_node *n)
{
    struct tree_node *c = n != NULL ? n->first : NULL;

    if (c != NULL)
        c->seen = true;
    return c;
}

struct tree_node *tree_next(struct tree_node *n)
{
    if (n->next != NULL)
        n->next->seen = true;
    return n->next;
}

void tree_see(struct tree_node *n)
{
    if (n == NULL)
        return;
    n->seen = true;
    for (struct tree_node *c = n->first; c != NULL; c = c->next)
        tree_see(c);
}

/** A node that was cut is unknown to the index, so that it can be added anew. */
static void forget(struct tree *t, const struct tree_node *n)
{
    char key[KEY_SIZE];
    size_t size = make_key(n->parent, slice_of(n->word), key);
    const union map_value *old = map_get(t->index, key, size);

    if (old != NULL && old->p == n)
        map_set(t->index, key, size, (union map_value){0});
}

void tree_cut(struct tree *t, struct tree_node *n)
{
    *(n->prev != NULL ? &n->prev->next : &n->parent->first) = n->next;
    *(n->next != NULL ? &n->next->prev : &n->parent->last) = n->prev;
    forget(t, n);
}

bool tree_move(struct tree *t, struct tree_node *n, struct tree_node *to, struct slice word)
{
    char key[KEY_SIZE];
    size_t size = make_key(to, word, key);
    union map_value *at;

    tree_cut(t, n);
    at = t->failed == 0 ? map_at(t->index, key, size) : NULL;
    if (at != NULL && at->p != NULL)
        return false;
    n->word = copy_word(t, word);
    if (at == NULL || n->word == NULL) {
        t->failed = t->failed != 0 ? t->failed : ERR_NOMEM;
        return false;
    }
    at->p = n;
    hang(to, n);
    return true;
}

static void prune(struct tree *t, struct tree_node *n)
{
    for (struct tree_node *c = n->first, *next; c != NULL; c = next) {
        next = c->next;
        if (!c->inactive)
            prune(t, c);
        if (c->inactive || (c->implied && c->first == NULL))
            tree_cut(t, c);
    }
}

void tree_prune(struct tree *t)
{
    prune(t, &t->root);
}

void tree_merge(struct tree *t, struct tree_node *to, const struct tree_node *from)
{
    for (const struct tree_node *c = from->first; c != NULL && t->failed == 0; c = c->next) {
        size_t before = t->n;
        struct tree_node *n = tree_add(t, to, slice_of(c->word), c->line);

        if (n == NULL)
            return;
        if (t->n > before)
            n->inherited = true;
        tree_merge(t, n, c);
    }
}

/** Does the character fit the set that begins at *p with '['? Moves behind its end. */
static bool in_set(const char **p, char c)
{
    const char *s = *p + 1;
    bool negated = *s == '!' || *s == '^', hit = false;

    s += negated;
    for (bool first = true; *s != '\0' && (*s != ']' || first); first = false) {
        if (s[1] == '-' && s[2] != '\0' && s[2] != ']') {
            hit = hit || (c >= s[0] && c <= s[2]);
            s += 3;
        } else {
            hit = hit || c == *s;
            s++;
        }
    }
    *p = *s == ']' ? s + 1 : s;
    return hit != negated;
}

/** Does one element of the pattern fit the character? Moves behind it. */
static bool fits_one(const char **p, char c)
{
    if (**p == '[')
        return in_set(p, c);
    (*p)++;
    return (*p)[-1] == '?' || (*p)[-1] == c;
}

bool tree_glob(const char *pattern, const char *text)
{
    const char *star = NULL, *resume = NULL, *p = pattern;

    while (*text != '\0') {
        const char *at = p;

        if (*p == '*') { /* try the empty match first; come back here to take one more */
            star = ++p;
            resume = text;
        } else if (*p != '\0' && fits_one(&at, *text)) {
            p = at;
            text++;
        } else if (star != NULL) {
            p = star;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*p == '*')
        p++;
    return *p == '\0';
}
