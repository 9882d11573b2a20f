/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/tree/notes.h"

#include <stdio.h>
#include <string.h>

struct note {
    size_t line, count;
};

int tree_notes_init(struct tree_notes *n, struct arena *arena, const char *path)
{
    n->arena = arena;
    n->path = path;
    n->by_reason = map_new();
    return n->by_reason != NULL ? 0 : ERR_NOMEM;
}

void tree_notes_free(struct tree_notes *n)
{
    map_free(&n->by_reason);
}

void tree_note(struct tree_notes *n, size_t line, const char *reason)
{
    union map_value *at = map_at_str(n->by_reason, reason);
    struct note *note;

    if (at == NULL)
        return;
    if (at->p == NULL)
        at->p = ARENA_NEW(n->arena, struct note);
    note = at->p;
    if (note == NULL)
        return;
    if (note->count++ == 0)
        note->line = line;
}

static bool is_listed(const char *list, const char *word)
{
    size_t n = strlen(word);

    if (n == 0 || strchr(word, ' ') != NULL)
        return false;
    for (const char *p = strstr(list, word); p != NULL; p = strstr(p + 1, word)) {
        if (p > list && p[-1] == ' ' && p[n] == ' ')
            return true;
    }
    return false;
}

void tree_note_unseen(struct tree_notes *n, struct tree_node *at, const char *where,
                      const char *idle, const char *known)
{
    char reason[160];

    for (struct tree_node *c = at != NULL ? at->first : NULL; c != NULL; c = c->next) {
        if (is_listed(idle, c->word))
            continue;
        if (c->seen) {
            tree_note_unseen(n, c, where, idle, known);
            continue;
        }
        if (is_listed(known, c->word))
            snprintf(reason, sizeof(reason), "%s: %s is not followed", where, c->word);
        else
            snprintf(reason, sizeof(reason), "%s: a statement that is not understood", where);
        tree_note(n, c->line, reason);
    }
}

void tree_notes_state(const struct tree_notes *n, struct batch_sink *sink)
{
    char where[300], reason[220];

    for (size_t i = 0; i < map_count(n->by_reason); i++) {
        const struct map_entry *e = map_entry(n->by_reason, i);
        const struct note *note = e->value.cp;

        if (note == NULL)
            continue;
        snprintf(where, sizeof(where), "%s:%zu", n->path, note->line);
        if (note->count > 1)
            snprintf(reason, sizeof(reason), "%s (%zu times)", (const char *)e->key,
                     note->count);
        else
            snprintf(reason, sizeof(reason), "%s", (const char *)e->key);
        sink->ignore(sink, where, reason);
    }
}
