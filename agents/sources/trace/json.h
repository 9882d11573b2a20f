/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the JSON forms of traces share. Documents may stand alone, in an array, or one after
 * another (JSON lines). Order of keys does not matter, unknown keys are passed over.
 */
#ifndef RIALTO_AGENTS_TRACE_JSON_H
#define RIALTO_AGENTS_TRACE_JSON_H

#include "agents/sources/trace/dialects.h"
#include "wire/json.h"

struct trace_json {
    struct trace_reader *reader;
    struct jread *j;
    void *state; /* the form's own */
};

/** Reads one document, an object. */
typedef int trace_json_object(struct trace_json *p, struct err *e);

/** Reads all documents that `source` (NULL: text) gives. */
int trace_json_bytes(struct trace_reader *r, struct slice text, trace_json_object *read,
                     void *state, struct err *e);
int trace_json_stream(struct trace_reader *r, jread_source *source, void *payload,
                      trace_json_object *read, struct err *e);

/** Ends the trace being read; errors get the reader's place. */
int trace_json_end(struct trace_json *p, struct err *e);

/** Remembers that something was passed over here. */
void trace_json_remark(struct trace_json *p, const char *reason);

/** A number, or a text that is one ("5"); null and other text give NAN. Other types:
 * ERR_SCHEMA.
 */
int trace_json_number(struct trace_json *p, double *out, struct err *e);
/** The same as a whole number from 0 to max; FACT_NONE when it is none. */
int trace_json_count(struct trace_json *p, int64_t max, int64_t *out, struct err *e);
/** A text as an address; family 0 when it is none, or null. */
int trace_json_addr(struct trace_json *p, struct addr *out, struct err *e);

/** A key of an object and what reads its value into the form's state. */
struct trace_json_key {
    const char *name;
    int (*read)(struct trace_json *p, struct err *e);
};

/** Reads an object by a table of keys (ended by a NULL name). */
int trace_json_keys(struct trace_json *p, const struct trace_json_key *keys, struct err *e);

/** Calls `read` for every element of an array; a value that is no array is passed over. */
int trace_json_each(struct trace_json *p, trace_json_object *read, struct err *e);

/** Reads the value by `read` if it is an object, else passes over it. */
int trace_json_maybe(struct trace_json *p, trace_json_object *read, struct err *e);

/** One MPLS label; FACT_NONE: not told. */
struct trace_label {
    int64_t label, exp, bottom, ttl;
};

/** Reads an array of objects whose members are called names[0..3] (NULL: none) and appends each
 * to the text as trace_label() writes them. */
int trace_json_labels(struct trace_json *p, const char *const names[4], struct buf *text,
                      struct err *e);

/** What the first documents of a file have; bits. */
enum trace_sight {
    SIGHT_MTR = 1,      /* report/hubs */
    SIGHT_FLOWS = 2,    /* flows with sent probes */
    SIGHT_ATLAS = 4,    /* of a RIPE Atlas probe */
    SIGHT_RESULT = 8,   /* result */
    SIGHT_SCAMPER = 16, /* type "trace", "tracelb", "cycle-start", ... */
    SIGHT_CALLER = 32,  /* M-Lab's line */
    SIGHT_HOPS = 64,    /* ... of parallel arrays: hops and ttls */
    SIGHT_TTLS = 128,
    SIGHT_OTHER_TYPE = 256, /* type, but neither scamper's nor traceroute */
    SIGHT_DEST = 512,
};

unsigned trace_json_look(const struct agent_file *f);

#endif
