/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of text that traceroute programs and routers print; see text.c. */
#ifndef RIALTO_AGENTS_TRACE_TEXT_H
#define RIALTO_AGENTS_TRACE_TEXT_H

#include "agents/sources/trace/reader.h"

struct text {
    struct trace_reader *reader;
    bool lone_notes; /* a note may stand in a time's place: "!A  *  !A" */
    struct slice line;
    int64_t number;            /* of the line */
    bool open;                 /* a trace is being read */
    bool header;               /* it has one */
    struct slice hop_line;     /* where the last TTL stood */
    int64_t hop_number;        /* that line's number */
    struct hop *hop;           /* NULL: no TTL yet */
    struct responder *current; /* NULL: nobody named yet at this TTL */
    bool timed;                /* something answered since it was named */
    bool stack;                /* the line before gave its first MPLS label */
    int64_t asn;               /* told before the responder's name; FACT_NONE: none */
    struct addr source;        /* told before the header */
    struct slice table;        /* the same */
};

/** What reads one line: at->line. `payload` is the reader's own. */
typedef int (*text_take_line)(void *payload, struct err *e);

/**
 * Gives the lines of a text (UTF-8) that are not blank to `take`, one after the other, until it
 * fails: at->line and at->number are the line's. ERR_PARSE: no text; else what `take` says.
 */
int text_lines(struct text *at, struct slice text, text_take_line take, void *payload,
               struct err *e);

/** "line:column: why" */
int text_fail(const struct text *p, struct slice at, struct err *e, const char *why);

/** Takes the prefix off *s. */
bool text_take(struct slice *s, const char *prefix);

/** Takes what stands before `end` off *s. */
bool text_take_until(struct slice *s, const char *end, struct slice *piece);

/** The next word of a line; one in brackets or parentheses reaches to where they close. */
bool text_word(struct slice *rest, struct slice *word);

/** Milliseconds: "0.5 ms", "0.5ms", "5 msec"; takes the unit off *rest. */
bool text_time(struct slice word, struct slice *rest, double *ms);

/** "(ADDRESS)" */
bool text_in_parens(struct slice word, struct addr *a);

/** An address, perhaps with an interface behind it: "fe80::1%eth0". */
bool text_addr(struct slice word, struct addr *a);

/** Could it be a host's name? Not if it looks like an address. */
bool text_is_name(struct slice word);

/** Reads what stands behind the TTL, or in a line that continues one. */
int text_items(struct text *p, struct slice rest, struct err *e);

/** Does it look like what stands behind a TTL? */
bool text_like_items(struct slice rest);

#endif
