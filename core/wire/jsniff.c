/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/jsniff.h"

#include <string.h>

#define MAX_TOKENS 20000
#define MAX_STRING ((size_t)64 << 10)

struct walk {
    struct jsniff *out;
    struct jread *r;
    unsigned depth;           /* of open objects; arrays do not count */
    char parent[JSNIFF_TEXT]; /* the outermost object's member that is walked */
};

static void copy_key(char out[JSNIFF_TEXT], struct slice key)
{
    size_t n = key.n < JSNIFF_TEXT - 1 ? key.n : JSNIFF_TEXT - 1;

    memcpy(out, key.p, n);
    out[n] = '\0';
}

static void add(struct jsniff *s, const char *parent, struct slice key)
{
    char text[JSNIFF_TEXT];

    copy_key(text, key);
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->seen[i].parent, parent) == 0 && strcmp(s->seen[i].key, text) == 0)
            return;
    }
    if (s->n == JSNIFF_KEYS)
        return;
    memcpy(s->seen[s->n].key, text, sizeof(text));
    strcpy(s->seen[s->n++].parent, parent);
}

static void take_key(struct walk *w)
{
    struct slice key = jread_text(w->r);

    if (w->depth == 1) {
        copy_key(w->parent, key);
        add(w->out, "", key);
    } else if (w->depth == 2) {
        add(w->out, w->parent, key);
    }
}

void jsniff(struct slice head, struct jsniff *s)
{
    struct walk w = {.out = s};
    struct jread_limits limits;
    enum jread_token t;
    struct err e;

    *s = (struct jsniff){0};
    jread_defaults(&limits);
    limits.max_string = MAX_STRING;
    limits.unique_depth = 0;
    limits.many = true;
    if (jread_new_bytes(&w.r, &limits, head.p, head.n, &e) != 0)
        return;
    for (size_t i = 0; i < MAX_TOKENS; i++) {
        /* where the beginning ends within a value, the reader ends with an error */
        if (jread_next(w.r, &t, &e) != 0 || t == JREAD_END)
            break;
        if (i == 0 && t != JREAD_ARRAY && t != JREAD_OBJECT)
            break;
        s->array |= i == 0 && t == JREAD_ARRAY;
        w.depth += t == JREAD_OBJECT;
        w.depth -= t == JREAD_OBJECT_END;
        if (t == JREAD_KEY)
            take_key(&w);
    }
    jread_free(&w.r);
}

bool jsniff_has(const struct jsniff *s, const char *parent, const char *key)
{
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->seen[i].parent, parent) == 0 && strcmp(s->seen[i].key, key) == 0)
            return true;
    }
    return false;
}

bool jsniff_below(const struct jsniff *s, const char *key)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->seen[i].parent[0] != '\0' && strcmp(s->seen[i].key, key) == 0)
            return true;
    }
    return false;
}
