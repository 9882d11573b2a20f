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

/** How much the file is of that language by config_dialect(): 60 or 0. */
int config_likeness(const struct agent_file *f, const char *dialect);

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
