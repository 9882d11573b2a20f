/* SPDX-License-Identifier: Apache-2.0 */
/* The languages of routers' configurations: told by the contents of files, and read. */
#ifndef RIALTO_AGENTS_SOURCES_CONFIG_DIALECT_H
#define RIALTO_AGENTS_SOURCES_CONFIG_DIALECT_H

#include "agents/agent.h"

/**
 * "frr", or the name of a dialect that is recognised though not read ("bird", "junos", "ios",
 * ...); NULL for a file that is no router's configuration. Looks at the first 64 KiB.
 */
const char *config_dialect(struct slice text);

/** Is the text surely of a language that is not read, whatever words it shares with others? */
bool config_is_foreign(struct slice text);

/** Why a file's dialect is not told: it looks like a language that is not read, or like several
 * that share its words. NULL: no router's configuration. */
const char *config_unlike(const struct agent_file *f);

/** A file to be read as one language. Everything is borrowed until the result is freed. */
struct config_text {
    const char *path, *node; /* for messages; the router's name if the text has none */
    struct slice text;
    int platform; /* that of the language */
};

/** How a language is read; agent_dialect.parser points at one. */
struct config_language {
    /** Makes a configuration of the text. An error, and *out is NULL; or 0. */
    int (*parse)(const struct config_text *t, void **out, struct err *e);
    /** Why the configuration says nothing; NULL: it says something. NULL: every one does. */
    const char *(*silence)(const void *config);
    int (*state)(void *config, struct batch_sink *sink, struct err *e);
    void (*release)(void *config);
    int platform; /* of languages that share a parser */
};

/** agent_dialect.read of all languages: one batch, or ERR_NOENT where nothing is said. */
int config_read(struct agent *a, const struct agent_file *f, struct batch_sink *sink,
                struct err *e);

/** agent_dialect.likeness of the languages that config_dialect() tells: 60 or 0. */
int config_likeness(const struct agent_file *f);

/** Does RANCID's line in the beginning of the file name this dialect? That decides, however
 * little the file says: a likeness of CONFIG_NAMED. */
bool config_is_named(struct slice text, const char *dialect);
#define CONFIG_NAMED 95

/** As agent_dialect_guess(config_dialects, f), but looks at the text once for all of them. */
const struct agent_dialect *config_guess(const struct agent_file *f);

/** The router's name by the file's: without folders, and an ending that names no router. A name
 * that is the same for all routers (bird.conf, show_running-config.txt) leaves the folder's. In
 * arena a; NULL without memory. */
const char *config_node_name(const char *file, struct arena *a);

/** All dialects that can be read, NULL-terminated; each is defined in its parser's folder. */
extern const struct agent_dialect *const config_dialects[];

extern const struct agent_dialect config_dialect_frr;
extern const struct agent_dialect config_dialect_junos;
extern const struct agent_dialect config_dialect_sros;
extern const struct agent_dialect config_dialect_bird;
extern const struct agent_dialect config_dialect_ios;
extern const struct agent_dialect config_dialect_ios_xr;
extern const struct agent_dialect config_dialect_nxos;
extern const struct agent_dialect config_dialect_eos;

#endif
