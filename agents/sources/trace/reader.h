/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parsers of traces share: a trace is put together TTL by TTL, in any order, and
 * handed on when it ends. A file may hold many; memory is that of one.
 *
 *     trace_begin(r);
 *     hop = trace_hop(r, 3);
 *     hop->probes++;
 *     trace_responder(r, hop, &addr, &responder, e);
 *     trace_time(responder, 0.25);
 *     trace_end(r, e);
 */
#ifndef RIALTO_AGENTS_TRACE_READER_H
#define RIALTO_AGENTS_TRACE_READER_H

#include "agents/agent.h"

#define TRACE_MAX_HOPS       255
#define TRACE_MAX_RESPONDERS 64   /* of one TTL */
#define TRACE_MAX_REMARKS    32   /* kinds of remarks about one file */
#define TRACE_MAX_LABEL      500  /* bytes of the MPLS labels of one answer */
#define TRACE_MAX_PROBES     9999 /* at one TTL */

/** What one run of a tool said. */
struct trace {
    struct addr source, destination; /* family 0: not told */
    int64_t observed;                /* when it began; FACT_NONE: not told */
    int64_t max_hops;                /* the last TTL it would try; 0: not told */
    bool reached;                    /* the tool says so itself, or the destination answered */
    bool ended;                      /* the tool says that it was done */
    bool noted;                      /* its last TTL says that there is no way */
    bool gaps;                       /* a TTL in between is missing */
    const char *table;               /* of the source; NULL: not told */
    struct hops hops;                /* filled in by trace_end() */
};

/** Something that was passed over. */
struct trace_remark {
    const char *reason; /* static */
    size_t n;
    char where[64]; /* the first */
};

/** What a trace is handed to. Texts of the trace are borrowed for the call. */
typedef int trace_put(void *payload, const struct trace *t, struct err *e);

struct trace_reader {
    const char *name; /* of the file, for remarks */
    const struct clock *clock;
    bool (*cancelled)(void *payload);
    void *agent;
    trace_put *put;
    void *payload;
    struct arena *arena; /* texts of the trace being read */
    size_t n_traces;     /* handed on */
    size_t n_remarks;
    struct trace_remark remarks[TRACE_MAX_REMARKS];
    struct trace trace;  /* being read */
    int64_t first, last; /* TTLs of it; 0: none */
    struct arena_mark start;
    struct hop hops[TRACE_MAX_HOPS + 1];
    struct responder *responders[TRACE_MAX_HOPS + 1]; /* TRACE_MAX_RESPONDERS each, or NULL */
};

/** A reader; its memory is the caller's to free. */
int trace_reader_new(struct trace_reader **out, struct err *e);
void trace_reader_free(struct trace_reader **r);

/** Starts a trace; forgets what was not handed on. */
void trace_begin(struct trace_reader *r);

/** The hop of that TTL, 1 to TRACE_MAX_HOPS; a new one has no probes. One that ends without any
 * has had an unknown number. Its responders are added by trace_responder() alone. */
struct hop *trace_hop(struct trace_reader *r, int64_t ttl);

/** The responder of that address (family 0: it has a name only), perhaps a new one. ERR_LIMIT
 */
int trace_responder(struct trace_reader *r, struct hop *h, const struct addr *a,
                    struct responder **out, struct err *e);

/** An answer's time in milliseconds; the smallest stays. */
void trace_time(struct responder *p, double ms);

/** The trace has no TTLs above this one. */
void trace_cut(struct trace_reader *r, int64_t ttl);

/** Has the trace any TTL? */
bool trace_has_hops(const struct trace_reader *r);

/** Fills gaps, sees whether the destination answered, hands the trace on. */
int trace_end(struct trace_reader *r, struct err *e);

/** A copy of text for the trace being read, unless *out has one already. */
int trace_text(struct trace_reader *r, struct slice s, const char **out, struct err *e);

/** Remembers that something was passed over. The reason is static text. */
void trace_remark(struct trace_reader *r, int64_t line, const char *reason);
/** The same about the trace being read as a whole. */
void trace_remark_whole(struct trace_reader *r, const char *reason);

/** Did the destination answer? */
bool trace_destination_answered(const struct trace *t);

/** "!H" and the like for ICMP's unreachable messages; NULL when it is no such message, or the
 * destination's way to say that it was reached. In the reader's arena if it must be. */
const char *trace_icmp_note(struct trace_reader *r, int family, int64_t type, int64_t code);

/**
 * MPLS labels as "L=16,E=0,S=1,T=1", entries of a stack joined by "/", from what tools write:
 * "Label=16 CoS=0 TTL=1 S=1", "Labels 16/17 Exp 0", "Lbl 16 TC 0 S u TTL 1". A text without a
 * label leaves *out as it is.
 */
int trace_label(struct trace_reader *r, struct slice s, const char **out, struct err *e);

#endif
