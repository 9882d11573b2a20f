/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What looking glasses answer in: one entry per dialect, defined beside its parser and listed
 * in dialects.c. A dialect's read() is lg_read_file with a struct lg_form.
 */
#ifndef RIALTO_AGENTS_LG_DIALECTS_H
#define RIALTO_AGENTS_LG_DIALECTS_H

#include "agents/agent.h"
#include "agents/sources/lg/lg.h"

/** How a dialect's answers are parsed; agent_dialect.parser points at one. */
struct lg_form {
    /**
     * States one whole answer. Errors read "line:column: reason" or name the path into the
     * document. What is passed over is told to lg->sink or counted in lg->skips.
     */
    int (*parse)(struct lg *lg, struct slice text, struct err *e);
    const char *platform; /* what answers, for the node; NULL: anything */
    /** What is asked for over HTTP when the configuration names nothing: commands or paths,
     * NULL-terminated. NULL: the configuration must name them. */
    const char *const *requests;
};

/** agent_dialect.read for all dialects: one batch for the router that the file is named after.
 */
int lg_read_file(struct agent *a, const struct agent_file *f, struct batch_sink *sink,
                 struct err *e);

/** The file's name without an ending that names a format: what the router is called when the
 * answer does not say. In arena a; NULL without memory. */
const char *lg_node_name(const char *file, struct arena *a);

/** All dialects, NULL-terminated. */
extern const struct agent_dialect *const lg_dialects[];

extern const struct agent_dialect lg_dialect_frr;
extern const struct agent_dialect lg_dialect_birdwatcher;
extern const struct agent_dialect lg_dialect_alice;
extern const struct agent_dialect lg_dialect_openbgpd;
extern const struct agent_dialect lg_dialect_gobgp;
extern const struct agent_dialect lg_dialect_hyperglass;
extern const struct agent_dialect lg_dialect_ripestat;
extern const struct agent_dialect lg_dialect_eos_json;
extern const struct agent_dialect lg_dialect_junos_json;
extern const struct agent_dialect lg_dialect_junos_xml;
extern const struct agent_dialect lg_dialect_sros_json;
extern const struct agent_dialect lg_dialect_bird;
extern const struct agent_dialect lg_dialect_junos;
extern const struct agent_dialect lg_dialect_ios;
extern const struct agent_dialect lg_dialect_iosxr;
extern const struct agent_dialect lg_dialect_nxos;
extern const struct agent_dialect lg_dialect_nxos_json;
extern const struct agent_dialect lg_dialect_eos;
extern const struct agent_dialect lg_dialect_frr_text;
extern const struct agent_dialect lg_dialect_sros;

#endif
