/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the dialects share that answer in text: lines with their numbers, answers inside HTML
 * pages, the route that is being read, and remarks on what was passed over.
 *
 * A parser walks the lines once. It knows a line by its structure (field names, header lines,
 * words in order), never by how other files happen to look. Errors are set without a position:
 * lg_text_parse() adds the line.
 */
#ifndef RIALTO_AGENTS_LG_TEXT_H
#define RIALTO_AGENTS_LG_TEXT_H

#include "agents/sources/lg/dialects.h"

#define LG_MAX_NOTES  24  /* different remarks on one answer */
#define LG_MAX_NAME   255 /* bytes of a table's or interface's name */
#define LG_MAX_RD     63
#define LG_MAX_COLUMN 400 /* bytes of a line that columns are looked for in */

#define LG_MAX_PAGE (256 << 20) /* bytes of an HTML page; other text has no limit */

/** Something passed over, with the line that had it first. */
struct lg_note {
    const char *reason; /* static text */
    size_t n;
    unsigned line;
};

/** A route while its lines are read. */
struct lg_route {
    struct fact_route fact; /* without next hops, which are in struct lg until it is put */
    size_t n_hops;
    struct arena_mark mark;                         /* of the scratch arena before the route */
    char table[LG_MAX_NAME + 1], rd[LG_MAX_RD + 1]; /* when it began */
    bool open;
    bool bad; /* has a field that can't be: it is not put */
};

struct lg_text {
    struct lg *lg;
    struct slice rest; /* what is not read yet */
    struct slice line; /* the current line without white space at its end */
    unsigned number;   /* of the current line, from 1 */
    size_t margin;     /* blanks before all lines of the answer; they are not part of a line */
    char table[LG_MAX_NAME + 1];
    char rd[LG_MAX_RD + 1]; /* route distinguisher of the section; "": none */
    bool skipping;          /* the section is of no kind that is read */
    bool known;             /* a line said what this is, be it that nothing is there */
    size_t facts;           /* of the router before this answer */
    struct lg_route route;
    struct lg_note notes[LG_MAX_NOTES];
    size_t n_notes;
};

/** Reads an answer from its first line on. */
typedef int lg_text_parser(struct lg_text *t, struct err *e);

/** lg_form.parse of text: takes the answer out of HTML if need be, runs the parser, says the
 * line of an error and tells all remarks. */
int lg_text_parse(struct lg *lg, struct slice text, lg_text_parser *parse, struct err *e);

/** agent_dialect.likeness of text: what `look` says of the beginning of the answer. */
int lg_text_likeness(const struct agent_file *f, int (*look)(struct slice head));

/** Goes to the next line; false at the end. */
bool lg_next(struct lg_text *t);
/** Blanks before the first word; a tab counts to the next multiple of 8. */
size_t lg_indent(struct slice line);
/** Remarks that something known at the current line was passed over, for this (static)
 * reason. */
void lg_note(struct lg_text *t, const char *reason);
/** The remark on a line that has none of the forms that the parser knows. */
void lg_strange(struct lg_text *t);

/** The router refuses instead of answering: sets the error with its own words. */
int lg_refused(struct slice said, struct err *e);

/* --- words --- */

/** What stands behind the first `key` in s; false when there is none. */
bool lg_after(struct slice s, const char *key, struct slice *rest);
/** Does `key` stand in s? */
bool lg_has(struct slice s, const char *key);
/** Keeps a name; a longer one or one that is not UTF-8 becomes "". */
void lg_keep(char out[LG_MAX_NAME + 1], struct slice name);
/** Without these characters at its ends. */
struct slice lg_strip(struct slice s, const char *set);
/** What stands before the first of these characters. */
struct slice lg_until(struct slice s, const char *set);
/** The first word of s, without punctuation behind it; empty when there is none. */
struct slice lg_first(struct slice s);
/** Whole number of at most 2^53; a word or the beginning of a text ("100, ..."). */
bool lg_number(struct slice s, int64_t *out);
/** Number behind a key: "metric 10,": true when the key is there with a number. */
bool lg_number_after(struct slice s, const char *key, int64_t *out);
/** The beginning of s as an address, which a blank or punctuation ends. */
bool lg_addr(struct slice s, struct addr *out);
/**
 * A network as Cisco's tables have it: a prefix, or an IPv4 network without length, which is
 * that of its class (RFC 791 section 2.3); 0.0.0.0 is the default route.
 */
bool lg_network(struct slice s, struct prefix *out);

/* --- tables --- */

/** The facts that follow belong to this table ("default" is ""); also ends a distinguisher. */
int lg_enter(struct lg_text *t, struct slice name, struct err *e);
/** Notes AS number and router id of the current table; 0 and an empty address: unknown. */
int lg_learn(struct lg_text *t, uint32_t asn, const struct addr *router_id, struct err *e);

/* --- routes: open, fill, put once or more, end --- */

void lg_route_open(struct lg_text *t, const struct prefix *p);
/** Adds a next hop; either part may be empty, addresses that mean the router itself are left
 * out. */
int lg_route_hop(struct lg_text *t, const struct addr *a, struct slice interface,
                 struct err *e);
/** AS path; a path with a number that is none makes the route bad. */
int lg_route_path(struct lg_text *t, struct slice path, struct err *e);
/** One community, in any of the ways it is written; extended ones are passed over. */
int lg_route_community(struct lg_text *t, struct slice word, struct err *e);
/** As lg_origin() reads it. False: it is none. */
bool lg_route_origin(struct lg_text *t, struct slice word);
/** Stages the route in that layer (static text). */
int lg_route_put(struct lg_text *t, const char *layer, struct err *e);
/**
 * Stages a route of a router that has one table for both: first as what it forwards by, without
 * what only BGP knows; then `distance` and `metric` are cleared for the entry in its BGP table.
 */
int lg_route_put_rib(struct lg_text *t, struct err *e);
/** Ends the route; next comes another. */
void lg_route_end(struct lg_text *t);
/** Counts the open route as one that can't be used. */
void lg_route_invalid(struct lg_text *t);

/* --- interfaces: open, fill, put --- */

/** An interface while its lines are read; its addresses are in struct lg. One at a time. */
struct lg_interface {
    bool open;
    struct fact_interface fact;
    char name[LG_MAX_NAME + 1], parent[LG_MAX_NAME + 1], table[LG_MAX_NAME + 1];
};

/** Begins an interface of the current table; one that is open must have been put. */
int lg_interface_open(struct lg_text *t, struct lg_interface *i, struct slice name,
                      struct err *e);
/** "192.0.2.1/24": 1; 0 when it is none, or one that is left out (127.0.0.0/8, ::1, 0.0.0.0),
 * which is counted; or a code. */
int lg_interface_addr(struct lg_text *t, struct lg_interface *i, struct slice word,
                      struct err *e);
/** Stages it if it is open. */
int lg_interface_put(struct lg_text *t, struct lg_interface *i, struct err *e);

/**
 * The name of an interface as the configuration of this platform has it ("Eth1/1" of nxos is
 * Ethernet1/1); any other name as it is. `platform` NULL: of a system that is not known, then
 * only what is the same on all. As lg_keep() otherwise.
 */
void lg_whole_name(const char *platform, struct slice name, char out[LG_MAX_NAME + 1]);

/* --- HTML --- */

/**
 * Does the text look like an HTML page? Then *out gets its answer: what stands in <pre>, or
 * the page without its marks when there is none; lines keep their numbers. Returns 1, 0 for
 * other text, or a code.
 */
int lg_html(struct slice text, struct buf *out, struct err *e);

#endif
