/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/config_notes.h"

#include <stdio.h>

struct config_note *config_note_new(struct config_notes *n, struct arena *a, size_t most,
                                    int *failed)
{
    if (n->n >= most) {
        n->dropped++;
        return NULL;
    }
    if (!arena_grow(a, (void **)&n->v, n->n, &n->cap, sizeof(*n->v))) {
        *failed = ERR_NOMEM;
        return NULL;
    }
    return &n->v[n->n++];
}

void config_notes_state(const struct config_notes *n, const char *path, struct batch_sink *sink)
{
    char text[96];

    for (size_t i = 0; i < n->n; i++)
        sink->ignore(sink, n->v[i].where, n->v[i].reason);
    if (n->dropped > 0) {
        snprintf(text, sizeof(text), "%zu further statements were passed over", n->dropped);
        sink->ignore(sink, path, text);
    }
}
