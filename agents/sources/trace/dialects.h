/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formats of traces: one entry per dialect, defined beside its parser and listed in
 * dialects.c. A dialect's read() is trace_read_alone with a struct trace_form.
 */
#ifndef RIALTO_AGENTS_TRACE_DIALECTS_H
#define RIALTO_AGENTS_TRACE_DIALECTS_H

#include "agents/agent.h"
#include "agents/sources/trace/reader.h"

/** How a dialect is parsed; agent_dialect.parser points at one. */
struct trace_form {
    const char *tool; /* observed_path.tool */
    /** Reads a whole file. Errors read "line:column: reason". */
    int (*parse)(struct trace_reader *r, struct slice text, struct err *e);
};

/** What is known of a file's traces besides its content. */
struct trace_known {
    struct addr source, destination; /* family 0: unknown */
    int64_t observed;                /* FACT_NONE: unknown */
    bool ends;       /* source and destination are needed, and must agree with these */
    bool unfinished; /* traces that were cut short are good enough */
};

/** States the traces of a file as one batch, in the form that f->dialect says. */
int trace_state_file(struct agent *a, const struct agent_file *f,
                     const struct trace_known *known, struct batch_sink *sink, struct err *e);

/** agent_dialect.read for all dialects: nothing is known of the file. */
int trace_read_alone(struct agent *a, const struct agent_file *f, struct batch_sink *sink,
                     struct err *e);

/** All dialects, NULL-terminated. */
extern const struct agent_dialect *const trace_dialects[];

extern const struct agent_dialect trace_dialect_traceroute, trace_dialect_ios,
    trace_dialect_tracert, trace_dialect_tracepath, trace_dialect_mtr, trace_dialect_mtr_csv,
    trace_dialect_mtr_raw, trace_dialect_mtr_xml, trace_dialect_mtr_json, trace_dialect_scamper,
    trace_dialect_warts, trace_dialect_atlas, trace_dialect_dublin, trace_dialect_ps_trace,
    trace_dialect_winmtr;

#endif
