/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a tree was passed over. Notes have counts: the same statement in a thousand places is
 * one note. They are made of fixed texts, lines and keywords of the language alone.
 */
#ifndef RIALTO_AGENTS_SOURCES_TREE_NOTES_H
#define RIALTO_AGENTS_SOURCES_TREE_NOTES_H

#include "agents/sources/tree/tree.h"
#include "model/batch.h"

struct tree_notes {
    struct map *by_reason; /* reason -> struct of line and count */
    struct arena *arena;
    const char *path;
};

/** Readies notes that live in the arena; ERR_NOMEM or 0. Freed with tree_notes_free. */
int tree_notes_init(struct tree_notes *n, struct arena *arena, const char *path);
void tree_notes_free(struct tree_notes *n);

/** Notes that something in that line was passed over; the reason is a text of this program. */
void tree_note(struct tree_notes *n, size_t line, const char *reason);

/**
 * Notes statements below `at` that nobody asked for. `where` tells their place ("protocols
 * bgp"). Those in `idle` have no part in routing; those in `known` may be named; both are
 * lists of keywords separated by blanks, which stand between blanks.
 */
void tree_note_unseen(struct tree_notes *n, struct tree_node *at, const char *where,
                      const char *idle, const char *known);

/** Hands all notes to the sink. */
void tree_notes_state(const struct tree_notes *n, struct batch_sink *sink);

#endif
