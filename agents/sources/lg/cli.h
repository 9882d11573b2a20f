/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command lines that look alike: Cisco's IOS, IOS-XR and NX-OS, Arista's EOS, FRR's vtysh.
 * Their answers have the same parts with small differences; the parsers know them by the
 * vendor.
 */
#ifndef RIALTO_AGENTS_LG_CLI_H
#define RIALTO_AGENTS_LG_CLI_H

#include "agents/sources/lg/text.h"

enum cli_os { CLI_IOS, CLI_XR, CLI_NXOS, CLI_EOS, CLI_FRR };

/** Which part of an answer the lines are in. */
enum cli_part {
    CLI_NONE,
    CLI_TABLE,     /* show ip bgp */
    CLI_ENTRY,     /* show ip bgp PREFIX, ... detail */
    CLI_ROUTES,    /* show ip route */
    CLI_NX_ROUTES, /* the same in NX-OS's form */
    CLI_SINGLE,    /* show ip route ADDRESS */
    CLI_INTERFACE, /* show interfaces */
    CLI_BRIEF,     /* show ip interface brief */
    CLI_SUMMARY,   /* show ip bgp summary */
    CLI_NEIGHBOR,  /* show ip bgp neighbors */
    CLI_LLDP,
    CLI_CDP,
    CLI_OSPF,
    CLI_ISIS
};

/** Where the columns of `show ip bgp` stand in its header. */
struct cli_columns {
    size_t network, next_hop, path;
    size_t ends[4];  /* of the numbers' headers, in order */
    char numbers[4]; /* m(etric), l(ocal preference), w(eight), a(igp) */
    size_t n_numbers;
    int shift; /* rows stand that much further to the right */
};

/** A row of `show ip bgp`, which may take several lines. */
struct cli_row {
    enum { ROW_NONE, ROW_HOP, ROW_NUMBERS, ROW_PATH } wants;
    size_t number; /* index of the next number's column */
    int shift;     /* of this line, grows where numbers are wider than their columns */
    bool exact;    /* all numbers up to the weight end where their columns do */
    struct slice path_start;
    bool own;
};

/** What was said of a path before the line that begins it, and after. */
struct cli_path {
    struct slice as_path;
    bool has_path, valid, best, inaccessible, local;
    int64_t external;
    bool communities; /* the line before was one of communities */
};

/** Routes of `show ip route`. */
struct cli_rib {
    bool selected, any_fib; /* FRR's > and * */
    bool has_mask;          /* "10.0.0.0/24 is subnetted": rows below have no length */
    struct prefix parent;
    bool has_parent;
};

struct cli_session {
    bool open;
    struct fact_bgp_session fact;
    char table[LG_MAX_NAME + 1];
    struct addr router_id;
    bool families[2]; /* of IPv4, IPv6 unicast */
};

struct cli_link {
    char interface[LG_MAX_NAME + 1], b_node[LG_MAX_NAME + 1], b_interface[LG_MAX_NAME + 1];
};

struct cli {
    struct lg_text *t;
    enum cli_os os;
    enum cli_part part;
    struct prefix prefix; /* of the rows and paths that follow */
    bool has_prefix;
    int64_t family;      /* that the section is about; FACT_NONE: not said */
    bool vpn;            /* the section is about VPN routes */
    struct slice before; /* the line before, if it isn't blank */
    struct cli_columns columns;
    struct cli_row row;
    struct cli_path path;
    bool equal;           /* EOS: the active path of the network is one of several equal ones */
    bool foreign;         /* EOS: the row is none of IPv4 or IPv6 */
    struct slice network; /* of the entry, as it is written */
    char entry_rd[LG_MAX_RD + 1];
    struct cli_rib rib;
    struct lg_interface interface;
    bool listing; /* addresses of that interface stand below */
    struct cli_session session;
    struct cli_link link;
    bool legend;          /* the lines before explain codes */
    struct slice refusal; /* what the router said instead of an answer */
    unsigned refusal_line;
    size_t brief_address, brief_status; /* columns of brief tables */
    size_t isis_interface, isis_state, isis_system;
    bool isis_worded;                /* told by words, not by columns */
    char isis_name[LG_MAX_NAME + 1]; /* that stood on a line of its own */
};

/** A kind of part: how it begins, its lines, its end. */
struct cli_reader {
    enum cli_part part;
    /** Does this line begin the part? Then it is read: 1, 0 or a code. */
    int (*begin)(struct cli *c, struct err *e);
    /** Takes the current line if it belongs to the part: 1, 0 or a code. May be NULL. */
    int (*line)(struct cli *c, struct err *e);
    /** Puts what is open. May be NULL. */
    int (*end)(struct cli *c, struct err *e);
};

extern const struct cli_reader cli_table, cli_entry, cli_routes, cli_nx_routes, cli_single,
    cli_interfaces, cli_brief, cli_summary, cli_neighbors, cli_lldp, cli_cdp, cli_ospf,
    cli_isis;

/** Ends a route that was read, if one is open: FRR's is the best where it is selected and in
 * use. */
int cli_put_route(struct cli *c, struct err *e);

/** The protocol that NX-OS calls "bgp-65001", "ospf-1", "direct", "isis-core"; NULL: another.
 */
const char *cli_nxos_protocol(struct slice word);

/** Does the text have routes of `show ip route` as this system writes them, and no legend? */
bool cli_looks_bare(struct slice head, enum cli_os os);

/** Is it an age or a time: "00:13:22", "5d07h", "never", "1w2d"? */
bool cli_is_age(struct slice word);

#endif
