/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of rialto-agent, read and checked as a whole. Immutable once loaded. */
#ifndef RIALTO_AGENTS_SETTINGS_H
#define RIALTO_AGENTS_SETTINGS_H

#include "agents/agent.h"
#include "base/log.h"

struct source_settings {
    const struct agent_ops *ops;
    const char *name; /* unique in the file */
    int64_t interval; /* microseconds between readings */
    int64_t expires;  /* microseconds that facts are believed; FACT_NONE: for ever */
    const struct conf
        *conf; /* its mapping, checked against common keys and those of the kind */
};

struct settings {
    struct arena *arena; /* owns everything */
    const char *domain;
    const char *store;
    int64_t keep; /* microseconds */
    int64_t threads;
    enum log_level log;
    struct source_settings *sources;
    size_t n_sources;
};

/** Reads and checks a file. The plugins' own checks come later, when sources are opened. */
int settings_load(struct settings **out, const char *path, struct err *e);

/** The same for text; `name` stands for the file in messages. */
int settings_parse(struct settings **out, const char *name, const char *text, size_t len,
                   struct err *e);

/** Frees; nulls the pointer. NULL is allowed. */
void settings_free(struct settings **s);

/** Is there a source of that name? */
bool settings_has_source(const struct settings *s, const char *name);

/** Appends the reference of all keys, common ones and those of every kind, as Markdown. */
void settings_manual(struct buf *out);

#endif
