/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the reader of SR OS' text only: sros.c knows the tables by their titles, sros_route.c
 * reads those of routes. */
#ifndef RIALTO_AGENTS_LG_SROS_H
#define RIALTO_AGENTS_LG_SROS_H

#include "agents/sources/lg/text.h"

#define SROS_MAX_CELLS 64
#define SROS_MAX_PATH  4096 /* bytes of an AS path over several lines */

enum sros_part {
    SROS_NONE,
    SROS_ROUTES,
    SROS_BGP,     /* a line or more for each path, or entries of `Key : value` */
    SROS_BGP_OUT, /* what is sent to neighbours */
    SROS_INTERFACES,
    SROS_SUMMARY,
    SROS_ISIS,
    SROS_OSPF,
    SROS_OTHER
};

/** What a line without a key of its own goes on with. */
enum sros_list { SROS_NO_LIST, SROS_COMMUNITIES, SROS_PATH };

struct sros {
    struct lg_text *t;
    enum sros_part part;
    unsigned row; /* lines of the entry so far */
    struct slice cells[SROS_MAX_CELLS];
    size_t n_cells;
    /* the route before, to which further next hops are added */
    struct prefix prefix;
    const char *protocol;
    /* BGP */
    bool vpn;      /* networks stand behind a distinguisher */
    bool labelled; /* the line of the AS path has a label at its end */
    bool entry;    /* the open route is an entry */
    bool invalid;  /* and it says so */
    enum sros_list list;
    char path[SROS_MAX_PATH];
    size_t n_path;
    struct lg_interface interface;
    struct fact_bgp_session session;
    char session_table[LG_MAX_NAME + 1];
    int64_t family; /* that a summary is about; FACT_NONE: of all */
    bool session_open, session_row, session_told;
};

struct slice sros_cell(const struct sros *s, size_t i);
/** From the right. */
struct slice sros_last_cell(const struct sros *s, size_t back);

/** A line of the route table, or of BGP's: 1, 0 when it is unknown, or a code. */
int sros_routes_line(struct sros *s, struct err *e);
int sros_bgp_line(struct sros *s, struct err *e);
/** A line above or between routes says what follows: `As-Path    Label`, `RIB Out Entries`. */
int sros_bgp_heading(struct sros *s, struct slice line, struct err *e);
/** Stages the route that is open. */
int sros_end_route(struct sros *s, struct err *e);

#endif
