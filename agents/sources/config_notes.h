/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a configuration was passed over: where, and why. So many are kept, further ones are
 * counted. Texts are borrowed; they name keywords of the language alone, never values.
 */
#ifndef RIALTO_AGENTS_SOURCES_CONFIG_NOTES_H
#define RIALTO_AGENTS_SOURCES_CONFIG_NOTES_H

#include "base/arena.h"
#include "model/batch.h"

struct config_note {
    const char *where, *reason;
};

struct config_notes {
    struct config_note *v;
    size_t n, cap, dropped;
};

/** A place for one note more; NULL: there are `most`, so it is counted, or no memory (then
 * *failed is set). */
struct config_note *config_note_new(struct config_notes *n, struct arena *a, size_t most,
                                    int *failed);

/** Hands all to the sink; `path` stands for what was counted only. */
void config_notes_state(const struct config_notes *n, const char *path,
                        struct batch_sink *sink);

#endif
